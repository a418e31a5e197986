"""The read model `registry_reports`: the outbox of reports to the unemployment registry.

Rules 13.3, 21.2b, 21.3, 29.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.events import RecordedEvent
from ..domain.registry.report import (
    ReportAcknowledged,
    ReportQueued,
    ReportRejected,
    ReportSent,
    ReportStage,
)
from .read_model import Int, ReadModel, Row, Rows, columns_of, names_of
from .table import Table

_EVENTS = (ReportQueued, ReportSent, ReportAcknowledged, ReportRejected)


@dataclass(slots=True, eq=False)
class RegistryReportRow(Row):
    """A report: `decided_by` decided on it, `sent_by` and `sent_on` are of the last attempt.

    `answered_on` is the day of the acknowledgement, or of the last rejection with its `rejection`.
    """

    stream_id: UUID
    person_id: UUID
    source_id: UUID
    agency_code: str
    ground: str
    reference: str
    stage: str
    decided_on: date
    decided_by: str
    last_position: int
    attempts: Int = 0
    means: str | None = None
    sent_on: date | None = None
    sent_by: str | None = None
    answered_on: date | None = None
    registry_reference: str | None = None
    rejection: str | None = None


class RegistryReports(ReadModel[RegistryReportRow]):
    """One row per report."""

    row = RegistryReportRow
    table = Table(
        "registry_reports",
        key=("stream_id",),
        columns=columns_of(RegistryReportRow),
        indexes=("(agency_code, stage)", "(person_id)"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the reports."""
        return [one.stream_id for one in events if isinstance(one.event, _EVENTS)]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[RegistryReportRow]) -> None:
        """Put a report into the outbox, and follow it on its way."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, ReportQueued):
                rows.add(_queued(event, recorded), recorded.stream_id)
            elif isinstance(event, ReportSent | ReportAcknowledged | ReportRejected):
                row = rows.one(recorded.stream_id)
                row.last_position = recorded.position
                if isinstance(event, ReportSent):
                    row.stage, row.attempts = ReportStage.SENT.value, event.attempt
                    row.means, row.sent_on = event.means, recorded.occurred_on
                    row.sent_by = recorded.staff_id
                    continue
                row.answered_on = recorded.occurred_on
                if isinstance(event, ReportAcknowledged):
                    row.stage = ReportStage.ACKNOWLEDGED.value
                    row.registry_reference = event.reference
                else:
                    row.stage, row.rejection = ReportStage.REJECTED.value, event.reason


def _queued(event: ReportQueued, recorded: RecordedEvent) -> RegistryReportRow:
    return RegistryReportRow(
        stream_id=recorded.stream_id,
        person_id=event.person_id,
        source_id=event.source_id,
        agency_code=recorded.agency_code,
        ground=event.ground.value,
        reference=event.reference,
        stage=ReportStage.TO_SEND.value,
        decided_on=recorded.occurred_on,
        decided_by=recorded.staff_id,
        last_position=recorded.position,
    )
