"""Queries about the outbox of reports to the unemployment registry."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.fairs import RegistryReportView, ReportedPerson
from ...domain.access import Purpose
from ...domain.errors import NotAuthorised, NotFound
from ...domain.events import ERASED, RecordedEvent
from ...domain.job_seeker.contact import Ground
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.registration import BasicsRecorded, JobSeekerLedgerOpened
from ...domain.organisation.powers import Actor, Power, require
from ...domain.registry.report import RegistryReport, ReportStage
from ..database import Database
from ..privacy.access import Access, AccessBook
from ..store.event_store import PostgresEventStore
from .looking import Looking

_REPORTS = """
    SELECT r.*, r.stream_id AS report_id, o.due_on FROM registry_reports r
    LEFT JOIN obligations o ON o.subject_id = r.stream_id AND o.outcome = 'open' AND o.closed_on IS NULL
    WHERE {where} ORDER BY r.decided_on, r.stream_id LIMIT %(limit)s
"""


class RegistryQueries(Looking):
    """What can be asked about reports to the unemployment registry."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        accesses: AccessBook,
    ) -> None:
        """Stand on the read models, on the events for whom a report is about, and on the book of accesses."""
        super().__init__(database, service, clock)
        self._store = store
        self._accesses = accesses

    def reports(
        self,
        agency_code: str,
        *,
        by: Actor,
        stage: ReportStage | None = None,
        overdue: bool = False,
        limit: int = 500,
    ) -> list[RegistryReportView]:
        """Return the reports of an agency and those below it, the oldest first.

        `overdue` gives only those that should have been sent by now. Rules 13.3, 21.2b, 21.3, 29.
        """
        where = ["r.agency_code = ANY(%(codes)s)"]
        if stage is not None:
            where.append("r.stage = %(stage)s")
        if overdue:
            where.append("o.due_on < %(today)s")
        today = self._today()
        rows = self._rows(
            _REPORTS.format(where=" AND ".join(where)),
            {
                "codes": self._codes(by, agency_code),
                "stage": stage and ReportStage(stage).value,
                "today": today,
                "limit": limit,
            },
        )
        return [_view(row, today) for row in rows]

    def person(self, report_id: UUID, *, by: Actor, reason: str) -> ReportedPerson:
        """Return in clear whom a report is about, so that it can be sent; that it is read is recorded first.

        For those with the power to send it, while it is not acknowledged. Raises NotFound, NotAuthorised.

        Rules 13.3, 51.2.
        """
        report = self._store.load(RegistryReport, report_id).aggregate
        assert isinstance(report, RegistryReport)
        ground = report.require_queued()
        directory = self._service.refresh_directory()
        require(directory, by, Power.SEND_REPORTS, report.agency_code, self._today())
        if report.stage is ReportStage.ACKNOWLEDGED or not reason.strip():
            raise NotAuthorised(
                "whom a report is about is shown to send it, for a reason, until the registry has it",
                rule_id="51.2",
            )
        rows = self._rows("SELECT * FROM registry_reports WHERE stream_id = %s", (report_id,))
        if not rows or report.person_id is None:
            raise NotFound(f"the report {report_id} is not in the read models yet")
        person_id = report.person_id
        while (into := self._ledger(person_id).merging.into) is not None:
            person_id = into
        shown = [
            recorded
            for recorded in self._store.history(person_id)
            if isinstance(recorded.event, JobSeekerLedgerOpened | BasicsRecorded)
        ]
        access = Access(by, person_id, report.agency_code, Purpose.REGISTRY_REPORT, reason)
        self._accesses.record(access, shown)
        return _in_clear(person_id, shown, rows[0], ground)

    def _ledger(self, person_id: UUID) -> JobSeekerLedger:
        ledger = self._store.load(JobSeekerLedger, person_id).aggregate
        assert isinstance(ledger, JobSeekerLedger)
        return ledger


def _in_clear(
    person_id: UUID, shown: list[RecordedEvent], row: dict[str, Any], ground: Ground
) -> ReportedPerson:
    found: dict[str, str] = {}
    for recorded in shown:
        event = recorded.event
        if isinstance(event, JobSeekerLedgerOpened):
            found["document_kind"] = event.document_kind.value
            found["document_country"] = event.country
            found["document_number"] = event.document_number
        elif isinstance(event, BasicsRecorded):
            found["name"] = event.name
    if found.get("document_number") == ERASED:
        raise NotFound("the data of this person were erased: there is nobody to report")
    return ReportedPerson(
        report_id=row["stream_id"],
        person_id=person_id,
        ground=ground.value,
        ground_zh=ground.label_zh,
        decided_on=row["decided_on"],
        reference=row["reference"],
        **found,
    )


def _view(row: dict[str, Any], today: date) -> RegistryReportView:
    due_on = row["due_on"]
    return RegistryReportView.model_validate(
        {
            **row,
            "ground_zh": Ground(row["ground"]).label_zh,
            "stage_zh": ReportStage(row["stage"]).label_zh,
            "overdue": due_on is not None and due_on < today,
        },
        extra="ignore",
    )
