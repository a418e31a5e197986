"""Reminders (到期提醒): a duty became overdue, told once for each spell of it.

What is owed is derived from events and stored nowhere by hand (`domain.obligations`); that its day has
passed is no event by itself. This one says it, so that whoever follows the log hears of it. It names
people by their ledger only, and it stands whatever becomes of the duty afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from ..aggregate import Aggregate, Change, changed_by
from ..events import Event, RecordedEvent

# --- events -----------------------------------------------------------------------------------


class DutyBecameOverdue(Event, name="duty.became_overdue"):
    """A duty was still open at the end of its last day (`due_on`).

    The fields are those of `domain.duties.duty.Obligation`: what, about whom (`subject_id` of the
    ledger `ledger_id`), by which rule, and who is responsible. It `occurred_on` the day after that
    on which it was found: the due day, or a later one for a duty that was entered late.
    """

    subject_id: UUID
    duty: str
    arose_position: int
    since_position: int
    ledger_id: UUID
    item_id: UUID | None
    rule: str
    agency_code: str
    staff_id: str
    due_on: date
    provisional: bool
    turn: int = 0


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class DutyReminder(Aggregate):
    """Whether one spell of a duty was told to be overdue."""

    kind: ClassVar[str] = "duty_reminder"
    changes: ClassVar[dict[type[Event], Change]] = {}

    is_told: bool = False


@changed_by(DutyBecameOverdue)
def _told(reminder: DutyReminder, _: DutyBecameOverdue, __: RecordedEvent) -> None:
    reminder.is_told = True


DutyReminder.changes[DutyBecameOverdue] = _told


def reminder_stream(
    subject_id: UUID, duty: str, arose_position: int, since_position: int, turn: int = 0
) -> UUID:
    """Return the stream of the reminder of one spell of a duty."""
    spell = f"{subject_id}:{duty}:{arose_position}:{since_position}"
    if turn:
        spell += f":{turn}"
    return uuid5(NAMESPACE_URL, f"taizhang:duty_reminder:{spell}")


# --- decisions --------------------------------------------------------------------------------


def remind(reminder: DutyReminder, overdue: DutyBecameOverdue) -> list[Event]:
    """Tell that a duty is overdue; nothing where that was told. Rule 58.1."""
    return [] if reminder.is_told else [overdue]
