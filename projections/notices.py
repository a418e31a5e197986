"""The read model `notices`: one row per notice issued, with what superseded it (Article 56)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ..domain.events import RecordedEvent
from ..domain.supervision.notice import NoticeIssued
from .read_model import ReadModel, Row, Rows, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class NoticeRow(Row):
    """A notice as issued; `superseded` once a correction took its place."""

    notice_id: str
    stream_id: UUID
    kind: str
    agency_code: str
    period_start: date
    period_end: date
    log_position: int
    digest: str
    previous: str | None
    supersedes: str | None
    reason: str | None
    issued_at: datetime
    superseded: bool
    last_position: int


class Notices(ReadModel[NoticeRow]):
    """Every notice issued, by its id."""

    row = NoticeRow
    table = Table(
        "notices",
        key=("notice_id",),
        columns=columns_of(NoticeRow),
        indexes=("(stream_id)", "(agency_code, kind, period_end)"),
    )
    event_names = names_of([NoticeIssued])
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> set[UUID]:
        """Return the streams of the notices."""
        return {recorded.stream_id for recorded in events if type(recorded.event) is NoticeIssued}

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[NoticeRow]) -> None:
        """Add a notice; the ones before it in its stream are superseded."""
        for recorded in events:
            event = recorded.event
            if not isinstance(event, NoticeIssued):
                continue
            for earlier in rows.group(recorded.stream_id):
                if not earlier.superseded:
                    earlier.superseded = True
                    earlier.last_position = recorded.position
                    rows.touch(earlier)
            rows.add(
                NoticeRow(
                    notice_id=event.notice_id,
                    stream_id=recorded.stream_id,
                    kind=event.kind.value,
                    agency_code=event.agency_code,
                    period_start=event.period_start,
                    period_end=event.period_end,
                    log_position=event.log_position,
                    digest=event.digest,
                    previous=event.previous,
                    supersedes=event.supersedes,
                    reason=event.reason,
                    issued_at=recorded.recorded_at,
                    superseded=False,
                    last_position=recorded.position,
                ),
                recorded.stream_id,
            )
