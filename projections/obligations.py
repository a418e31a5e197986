"""The read model `obligations`: one row per spell of a duty that arose, open or closed.

What arises and what ends it is `domain.obligations`; here it becomes rows. A row changes only once,
when it is closed: so what was open at a log position P are the rows with ``since_position <= P`` that
are open or have ``closed_position > P``, and no row needs to be made again to see a day in the past.
(A duty that is put off before its time has come is the one exception: no worklist showed it.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.calendar import WorkingDayCalendar, shanghai_day
from ..domain.events import RecordedEvent
from ..domain.obligations import EVENTS_WITH_DUTIES, End, Outcome, arising, ending, subjects
from ..domain.regulation.edition import EDITIONS, Edition
from .judged import InForce
from .read_model import ReadModel, Row, Rows, SmallInt, columns_of, names_of, values_of
from .table import Table

_OPEN = Outcome.OPEN.value


@dataclass(slots=True, eq=False)
class ObligationRow(Row):
    """An obligation; the columns are those of `domain.obligations.Obligation`, in its order.

    `closed_on` is the day of the service that closed it (of the entry, for a late entry), None while
    it is open.
    """

    subject_id: UUID
    duty: str
    arose_position: int
    since_position: int
    stream_id: UUID
    item_id: UUID | None
    rule: str
    agency_code: str
    staff_id: str
    trigger: str
    arose_on: date
    opens_on: date
    due_on: date
    provisional: bool
    closed_on: date | None
    closed_position: int | None
    outcome: str
    turn: SmallInt = 0


_VALUES = values_of(ObligationRow)


class Obligations(ReadModel[ObligationRow]):
    """One row per spell of an obligation, derived by one calendar and the editions in force."""

    version = 5
    row = ObligationRow
    table = Table(
        "obligations",
        key=("subject_id", "duty", "arose_position", "since_position", "turn"),
        columns=columns_of(ObligationRow),
        indexes=(
            "(agency_code, due_on) WHERE outcome = 'open'",
            # What nobody is named for is looked for by agency. Most of what is open is not yet to be done: a
            # worklist passes it over in the index.
            "(staff_id, agency_code, opens_on) WHERE outcome = 'open'",
            # Rows are closed in the order of the log: block ranges find those closed since a day, the
            # other index those of an agency, and there those of one member of staff, for worklists of past days.
            "USING brin (closed_position)",
            "(agency_code, closed_position, staff_id) WHERE closed_position IS NOT NULL",
        ),
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

    def as_of(self, relation: str, position: int) -> str:
        """Return SQL for the rows at an earlier position: those closed since were open."""
        was_open = f"closed_position > {position:d}"
        shown = {
            "closed_on": f"CASE WHEN {was_open} THEN NULL ELSE closed_on END AS closed_on",
            "closed_position": f"CASE WHEN {was_open} THEN NULL ELSE closed_position END "
            "AS closed_position",
            "outcome": f"CASE WHEN {was_open} THEN '{_OPEN}' ELSE outcome END AS outcome",
        }
        columns = ", ".join(shown.get(name, name) for name in self.table.column_names)
        return f"SELECT {columns} FROM {relation} WHERE since_position <= {position:d}"

    def keys(self, events: Iterable[RecordedEvent]) -> Iterable[UUID]:
        """Return the subjects whose open obligations may end or get company."""
        return subjects(events)

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[ObligationRow]) -> None:
        """End what an event ends, then add what it gives rise to."""
        in_force, calendar = self._in_force, self._calendar
        for recorded in events:
            edition = in_force[recorded.occurred_on]
            for end in ending(recorded):
                group = rows.group(end.subject_id)
                for row in [row for row in group if end.concerns(row)]:
                    outcome = end.outcome(row)
                    if end.heir_id is not None:
                        outcome = self._inherit(end, row, rows, end.heir_id)
                    elif end.goes_on and not self._go_on(end, row, rows, edition):
                        continue
                    _close(row, rows, recorded, outcome)
            if edition is None:
                continue  # before the regulation nothing was owed
            for obligation in arising(recorded, edition, calendar):
                if obligation.outcome == _OPEN:
                    rows.add(ObligationRow(*obligation), obligation.subject_id)
                else:
                    rows.add_final(obligation)

    def _inherit(
        self, end: End, row: ObligationRow, rows: Rows[ObligationRow], heir_id: UUID
    ) -> Outcome:
        """Let a duty go on under another subject; return what becomes of this spell.

        Where that subject owes the same, one of the two goes on: the one that is due first.
        """
        recorded = end.recorded
        heirs = rows.group(heir_id)
        for twin in [one for one in heirs if (one.duty, one.item_id) == (row.duty, row.item_id)]:
            if twin.due_on <= row.due_on:
                return Outcome.CANCELLED
            _close(twin, rows, recorded, Outcome.CANCELLED)
        spell = ObligationRow(*end.handed_over(row))
        spell.since_position = recorded.position
        rows.add(spell, heir_id)
        return Outcome.MOVED

    def _go_on(
        self, end: End, row: ObligationRow, rows: Rows[ObligationRow], edition: Edition | None
    ) -> bool:
        """Add the spell in which a duty goes on; return whether it takes the place of this one."""
        if edition is None:
            return False
        spell = ObligationRow(*end.next_spell(row, edition, self._calendar))
        if _VALUES(spell) == _VALUES(row):
            return False
        # A spell that this event itself began has no other before it to keep.
        if row.since_position == end.recorded.position or _is_put_off(row, spell, end.recorded):
            row.trigger, row.arose_on, row.opens_on = spell.trigger, spell.arose_on, spell.opens_on
            row.due_on, row.provisional = spell.due_on, spell.provisional
            rows.touch(row)
            return False
        spell.since_position = end.recorded.position
        rows.add(spell, end.subject_id)
        return True


def _close(
    row: ObligationRow, rows: Rows[ObligationRow], recorded: RecordedEvent, outcome: Outcome
) -> None:
    row.closed_on = recorded.occurred_on
    row.closed_position = recorded.position
    row.outcome = outcome.value
    rows.finish(row, row.subject_id)


def _is_put_off(row: ObligationRow, spell: ObligationRow, recorded: RecordedEvent) -> bool:
    """Say whether a duty whose time had not come is put off: no worklist ever showed it.

    Its row takes the new date instead of being closed for another: somebody who is often in contact
    would else leave a row behind each time.
    """
    return shanghai_day(recorded.recorded_at) < row.opens_on <= spell.opens_on and (
        (row.agency_code, row.staff_id) == (spell.agency_code, spell.staff_id)
    )
