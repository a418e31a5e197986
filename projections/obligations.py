"""The read model `obligations`: one row per duty that arose, open or closed.

What arises and what ends it is `domain.obligations`; here it becomes rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.calendar import WorkingDayCalendar
from ..domain.events import RecordedEvent
from ..domain.obligations import (
    CANCELLING_EVENTS,
    DISCHARGING_EVENTS,
    EVENTS_WITH_DUTIES,
    Outcome,
    arising,
    cancelling,
    discharging,
    subjects,
)
from ..domain.regulation.edition import EDITIONS, Edition
from .judged import InForce
from .read_model import ReadModel, Row, Rows, columns_of, names_of
from .table import Table

# Plain strings: reading an enumeration's value costs more than the rest of a comparison.
_OPEN, _MET, _LATE, _CANCELLED = (
    outcome.value for outcome in (Outcome.OPEN, Outcome.MET, Outcome.LATE, Outcome.CANCELLED)
)


@dataclass(slots=True, eq=False)
class ObligationRow(Row):
    """An obligation; the columns are those of `domain.obligations.Obligation`, in its order.

    `closed_on` is the day of the service that closed it (of the entry, for a late entry), None while
    it is open.
    """

    subject_id: UUID
    duty: str
    arose_position: int
    stream_id: UUID
    rule: str
    agency_code: str
    staff_id: str
    trigger: str
    arose_on: date
    due_on: date
    provisional: bool
    closed_on: date | None
    closed_position: int | None
    outcome: str


class Obligations(ReadModel[ObligationRow]):
    """One row per obligation, derived by one calendar and the editions in force."""

    row = ObligationRow
    table = Table(
        "obligations",
        key=("subject_id", "duty", "arose_position"),
        columns=columns_of(ObligationRow),
        indexes=("(agency_code, due_on) WHERE outcome = 'open'",),
    )
    event_names = names_of(EVENTS_WITH_DUTIES)
    found_by = "subject_id"
    # Not "outcome = 'open'": PostgreSQL would then go through the index of all that is open.
    found_where = "closed_on IS NULL"

    def __init__(
        self, calendar: WorkingDayCalendar, editions: tuple[Edition, ...] = EDITIONS
    ) -> None:
        self._calendar = calendar
        self._in_force = InForce(editions)
        self.basis = self._in_force.basis(calendar)

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the subjects whose open obligations may end or get company."""
        return [subject for recorded in events for subject in subjects(recorded)]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[ObligationRow]) -> None:
        """Close what an event discharges or cancels, then add what it gives rise to."""
        in_force, calendar = self._in_force, self._calendar
        for recorded in events:
            kind = type(recorded.event)
            if kind not in EVENTS_WITH_DUTIES:
                continue
            if kind in DISCHARGING_EVENTS:
                for subject, duty in discharging(recorded):
                    _close(rows, subject, duty, recorded, cancelled=False)
            if kind in CANCELLING_EVENTS:
                for subject, duty in cancelling(recorded):
                    _close(rows, subject, duty, recorded, cancelled=True)
            edition = in_force[recorded.occurred_on]
            if edition is None:
                continue  # before the regulation nothing was owed
            for obligation in arising(recorded, edition, calendar):
                if obligation.outcome == _OPEN:
                    rows.add(ObligationRow(*obligation), obligation.subject_id)
                else:
                    rows.add_final(obligation)


def _close(
    rows: Rows[ObligationRow], subject: UUID, duty: str, recorded: RecordedEvent, *, cancelled: bool
) -> None:
    group = rows.group(subject)
    for row in [row for row in group if row.duty == duty]:
        if cancelled:
            row.outcome = _CANCELLED
        else:
            row.outcome = _MET if recorded.occurred_on <= row.due_on else _LATE
        row.closed_on = recorded.occurred_on
        row.closed_position = recorded.position
        rows.touch(row)
        group.remove(row)
