"""The read model `rectifications`: one row per problem and inspected agency, as it stands (Article 58)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.duties.rectification import EVENTS
from ..domain.events import Event, RecordedEvent
from ..domain.supervision.rectification import events as problem
from ..domain.supervision.rectification.state import Stage
from .read_model import Int, ReadModel, Row, Rows, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class RectificationRow(Row):
    """A problem as it stands in its present round; what was said and decided is the last.

    `times` counts the notices of the round, `answered_on` … are None until it happens in the round.
    `accepted` is the last check's result, `interview` None, ``held`` or ``declined`` and
    `interview_times` the number of notices after which that was decided.
    """

    stream_id: UUID
    agency_id: UUID
    agency_code: str
    superior_code: str
    rule: str
    record_kind: str
    record_id: UUID | None
    source: str
    source_id: str | None
    item_no: Int | None
    evidence: str
    round: Int
    stage: str
    found_on: date
    found_position: int
    last_position: int
    findings: Int = 1
    times: Int = 0
    last_notice: str | None = None
    first_notified_on: date | None = None
    last_notified_on: date | None = None
    answered_on: date | None = None
    cause: str | None = None
    measures: str | None = None
    done_by: date | None = None
    put_right_on: date | None = None
    put_right_position: int | None = None
    how: str | None = None
    put_right_evidence: str | None = None
    checked_on: date | None = None
    accepted: bool | None = None
    check_reason: str | None = None
    interview: str | None = None
    interview_on: date | None = None
    interview_times: Int | None = None
    interview_until: date | None = None
    referred_on: date | None = None
    department: str | None = None


def _found(event: problem.ProblemFound, recorded: RecordedEvent) -> RectificationRow:
    return RectificationRow(
        stream_id=recorded.stream_id,
        agency_id=event.agency_id,
        agency_code=event.agency_code,
        superior_code=event.superior_code,
        rule=event.rule,
        record_kind=event.record_kind.value,
        record_id=event.record_id,
        source=event.source.value,
        source_id=event.source_id,
        item_no=event.item_no,
        evidence=event.evidence,
        round=event.round,
        stage=Stage.FOUND.value,
        found_on=recorded.occurred_on,
        found_position=recorded.position,
        last_position=recorded.position,
    )


def _again(row: RectificationRow, event: problem.ProblemFoundAgain, _: RecordedEvent) -> None:
    row.findings += 1
    row.source, row.source_id = event.source.value, event.source_id
    row.item_no, row.evidence = event.item_no, event.evidence


def _notified(
    row: RectificationRow, event: problem.ProblemNotified, recorded: RecordedEvent
) -> None:
    row.stage, row.times, row.last_notice = Stage.NOTIFIED.value, event.times, event.notice_id
    row.first_notified_on = row.first_notified_on or recorded.occurred_on
    row.last_notified_on = recorded.occurred_on


def _answered(
    row: RectificationRow, event: problem.ProblemAnswered, recorded: RecordedEvent
) -> None:
    row.answered_on, row.cause = recorded.occurred_on, event.cause
    row.measures, row.done_by = event.measures, event.done_by


def _put_right(
    row: RectificationRow, event: problem.ProblemPutRight, recorded: RecordedEvent
) -> None:
    row.stage, row.put_right_on = Stage.PUT_RIGHT.value, recorded.occurred_on
    row.put_right_position = recorded.position
    row.how, row.put_right_evidence = event.how, event.evidence
    row.checked_on = row.accepted = row.check_reason = None


def _checked(
    row: RectificationRow, event: problem.RectificationChecked, recorded: RecordedEvent
) -> None:
    row.checked_on, row.accepted = recorded.occurred_on, event.accepted
    row.check_reason = event.reason
    if event.accepted:
        row.stage = Stage.CLEARED.value
    else:
        row.stage = (Stage.NOTIFIED if row.times else Stage.FOUND).value


def _withdrawn(row: RectificationRow, event: problem.ProblemWithdrawn, _: RecordedEvent) -> None:
    row.stage, row.check_reason = Stage.WITHDRAWN.value, event.reason


def _held(row: RectificationRow, event: problem.InterviewHeld, recorded: RecordedEvent) -> None:
    row.interview, row.interview_on = "held", recorded.occurred_on
    row.interview_times, row.interview_until = event.times, event.put_right_by


def _declined(
    row: RectificationRow, event: problem.InterviewDeclined, recorded: RecordedEvent
) -> None:
    row.interview, row.interview_on = "declined", recorded.occurred_on
    row.interview_times = event.times


def _referred(
    row: RectificationRow, event: problem.ReferredForAccountability, recorded: RecordedEvent
) -> None:
    row.referred_on, row.department = recorded.occurred_on, event.department


_CHANGES: dict[type[Event], Callable[[RectificationRow, Any, RecordedEvent], None]] = {
    problem.ProblemFoundAgain: _again,
    problem.ProblemNotified: _notified,
    problem.ProblemAnswered: _answered,
    problem.ProblemPutRight: _put_right,
    problem.RectificationChecked: _checked,
    problem.ProblemWithdrawn: _withdrawn,
    problem.InterviewHeld: _held,
    problem.InterviewDeclined: _declined,
    problem.ReferredForAccountability: _referred,
}
_EVENTS = frozenset(EVENTS)


class Rectifications(ReadModel[RectificationRow]):
    """Every problem found, in its present round."""

    row = RectificationRow
    table = Table(
        "rectifications",
        key=("stream_id",),
        columns=columns_of(RectificationRow),
        indexes=("(agency_code, stage)", "(superior_code, stage)"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the problems."""
        return [recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[RectificationRow]) -> None:
        """Open a row, or a new round of it, with a finding; keep it up to date by what follows."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, problem.ProblemFound):
                rows.replace(_found(event, recorded), recorded.stream_id)
                continue
            change = _CHANGES.get(type(event))
            if change is not None:
                row = rows.one(recorded.stream_id)
                change(row, event, recorded)
                row.last_position = recorded.position
