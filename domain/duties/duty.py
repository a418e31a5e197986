"""What a duty is: a line of a table. What an obligation is: one duty that arose, in one of its spells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import ModuleType
from typing import Any, NamedTuple
from uuid import UUID

from ..calendar import DueDate
from ..events import Event


class Outcome(StrEnum):
    """What became of an obligation."""

    OPEN = "open"
    MET = "met"
    LATE = "late"
    CANCELLED = "cancelled"
    MOVED = "moved"
    REDATED = "redated"

    @property
    def label_zh(self) -> str:
        """The outcome as an official writes it."""
        return {
            "open": "待办",
            "met": "按期办结",
            "late": "逾期办结",
            "cancelled": "已取消",
            "moved": "已移交",
            "redated": "已改期",
        }[self]


class Standing(StrEnum):
    """How an open obligation stands on a day; in the order in which a worklist shows them."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    RUNNING = "running"
    NOT_BEGUN = "not_begun"

    @property
    def label_zh(self) -> str:
        """The standing as a worklist shows it."""
        return {
            "overdue": "已逾期",
            "due_today": "今日到期",
            "running": "办理期内",
            "not_begun": "未到起算日",
        }[self]


@dataclass(frozen=True, slots=True)
class On:
    """An event of a duty, with what is special about it there.

    `when` is the condition on which it counts. `item` and `subject` name its fields for the duty's item
    and subject where those are other ones, `heir` the field with the subject under which a duty that is
    handed over goes on. `counted_from` names the field with the day from which the term runs, where that is
    not the day of service; an event that gives another date always says so (``occurred_on``: by the day
    of service).

    Where the duty has a rhythm, an event that gives rise to it names by `until` the field with the last
    day on which a period may begin: there is an obligation for each that begins after `counted_from`.
    """

    event: type[Event]
    when: Callable[[Any], bool] | None = None
    item: str = ""
    counted_from: str = ""
    until: str = ""
    subject: str = ""
    heir: str = ""


EventOf = type[Event] | On


@dataclass(frozen=True, slots=True)
class Duty:
    """A line of the table: what a rule asks for after certain events.

    It stands under a `subject` (a vacancy, a person); with an `item` there is one for each item of the
    subject. Both name fields of the events: an event without the first is about its own stream, one
    without the second about every item, one that leaves it empty about none. `term` is the key of the
    term in the edition, the duty's own where it is left out; it runs `after` another term has passed,
    if one is named.

    Who is responsible is who acted in the event that gives rise, or who that event names: a pair of
    agency and staff under the name ``responsible``. `moved_by` are the events that hand the open duty
    over to who is responsible in them (whose agency is "": to nobody else) or to another subject,
    `redated_by` those that give it, while it is open, another date.
    """

    key: str
    rule: str
    title_zh: str
    subject: str
    arises_from: tuple[EventOf, ...]
    discharged_by: tuple[EventOf, ...]
    cancelled_by: tuple[EventOf, ...] = ()
    moved_by: tuple[EventOf, ...] = ()
    redated_by: tuple[EventOf, ...] = ()
    item: str = ""
    term: str = ""
    after: str = ""

    @property
    def term_key(self) -> str:
        """The key of the duty's term in the edition."""
        return self.term or self.key


@dataclass(frozen=True, slots=True)
class EntryDuty:
    """The duty to enter each of these services in time (及时录入): it is open for no moment.

    An obligation is made only of an entry that came too late, closed from the start. `subjects` are
    the fields of the events that may hold what it is about; else it is about the stream. `when` is the
    condition on which an event is judged.
    """

    key: str
    rule: str
    title_zh: str
    services: tuple[type[Event], ...]
    subjects: tuple[str, ...] = ()
    when: Callable[[Any], bool] | None = None


class Obligation(NamedTuple):
    """One spell of a duty that arose: from `since_position` on until it is closed.

    ``(subject_id, duty, arose_position, turn)`` is the duty's identity: an event gives rise to several
    obligations of one duty where that has a rhythm, one a period, in which `turn` counts them. A duty
    that is handed over or gets another date goes on in a new spell, so that nothing in a spell ever
    changes but its end; at any log position at most one spell of a duty is open.

    `agency_code` and `staff_id` say who is responsible ("" while nobody is named). `arose_on` is the
    day from which the term runs, `opens_on` the first day on which a service counts, `due_on` the last
    day in time; `provisional` says that a notice of public holidays may still move it.
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
    closed_on: date | None = None
    closed_position: int | None = None
    outcome: str = Outcome.OPEN.value
    turn: int = 0

    @property
    def reference(self) -> str:
        """The duty's identity as one string, by which it is asked to be explained."""
        return duty_reference(self.duty, self.subject_id, self.arose_position, self.turn)

    @property
    def due(self) -> DueDate:
        """The due date with its reservation."""
        return DueDate(self.due_on, self.provisional)

    def judge(self, done_on: date) -> Outcome:
        """Say whether a service on `done_on` keeps the obligation in time."""
        return Outcome.MET if done_on <= self.due_on else Outcome.LATE

    def standing(self, today: date) -> Standing:
        """Say how the obligation, still open, stands on `today`."""
        if today > self.due_on:
            return Standing.OVERDUE
        if today == self.due_on:
            return Standing.DUE_TODAY
        return Standing.RUNNING if today >= self.opens_on else Standing.NOT_BEGUN


def duty_reference(duty: str, subject_id: UUID, arose_position: int, turn: int = 0) -> str:
    """Return the identity of a duty as one string; its first period or only one is not numbered."""
    return f"duty:{duty}:{subject_id}:{arose_position}" + (f":{turn}" if turn else "")


def events_of(*modules: ModuleType) -> tuple[type[Event], ...]:
    """Return the events that `modules` define, in the order of their text."""
    return tuple(
        held
        for module in modules
        for held in vars(module).values()
        if isinstance(held, type)
        and issubclass(held, Event)
        and held.event_name
        and held.__module__ == module.__name__
    )
