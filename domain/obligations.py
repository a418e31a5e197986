"""Obligations: which duties an event gives rise to, by when, and what discharges or cancels them.

Nothing is stored by hand: `arising`, `discharging` and `cancelling` derive obligations from events
by the table in `duties`.

An obligation is kept in time when the service that discharges it took place on or before the due
date (`occurred_on`), whenever that was entered; late entry is a duty of its own (rule 50).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple
from uuid import UUID

from .calendar import DueDate, WorkingDayCalendar, shanghai_day
from .duties import (
    DUTIES,
    EMPLOYER_EVENTS,
    ENTRY_DUTIES,
    TITLES_ZH,
    TRIGGERS_ZH,
    DayOf,
    Duty,
    EntryDuty,
    SubjectOf,
    service_day,
)
from .events import Event, RecordedEvent
from .regulation.edition import Edition
from .regulation.rules import RULES
from .regulation.terms import Term

__all__ = [
    "CANCELLING_EVENTS",
    "DISCHARGING_EVENTS",
    "DUTIES",
    "EMPLOYER_EVENTS",
    "ENTRY_DUTIES",
    "EVENTS_WITH_DUTIES",
    "TITLES_ZH",
    "Duty",
    "EntryDuty",
    "Explanation",
    "Obligation",
    "Outcome",
    "Standing",
    "arising",
    "cancelling",
    "discharging",
    "explain",
    "late_entry",
    "subject_of",
    "subjects",
]


class Outcome(StrEnum):
    """What became of an obligation."""

    OPEN = "open"
    MET = "met"
    LATE = "late"
    CANCELLED = "cancelled"

    @property
    def label_zh(self) -> str:
        """The outcome as an official writes it."""
        return {"open": "待办", "met": "按期办结", "late": "逾期办结", "cancelled": "已取消"}[self]


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


class Obligation(NamedTuple):
    """One duty that arose. `(subject_id, duty, arose_position)` is its identity.

    `agency_code` and `staff_id` say who is responsible: whom the triggering event names ("" for
    whichever person of the agency), else who acted in it.
    `arose_on` is the day from which the term runs, `due_on` the last day in time; `provisional`
    says that a notice of public holidays may still move it.
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
    closed_on: date | None = None
    closed_position: int | None = None
    outcome: str = Outcome.OPEN.value

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
        return Standing.RUNNING if today >= self.arose_on else Standing.NOT_BEGUN


class _Effects(NamedTuple):
    """What one type of event does, looked up by its class."""

    subjects: tuple[SubjectOf, ...]
    arising: tuple[tuple[Duty, SubjectOf, DayOf], ...]
    discharging: tuple[tuple[str, SubjectOf], ...]
    cancelling: tuple[tuple[str, SubjectOf], ...]


def _effects(duties: Iterable[Duty]) -> dict[type[Event], _Effects]:
    """Turn the table round: from each type of event to what it does."""
    lines = tuple(duties)
    subject_of = {duty.subject: attrgetter(duty.subject) for duty in lines}
    found = {}
    for event in {e for d in lines for e in (*d.arises_from, *d.discharged_by, *d.cancelled_by)}:
        arising = tuple(d for d in lines if event in d.arises_from)
        discharging = tuple(d for d in lines if event in d.discharged_by)
        cancelling = tuple(d for d in lines if event in d.cancelled_by)
        found[event] = _Effects(
            tuple(
                subject_of[s] for s in {d.subject for d in (*arising, *discharging, *cancelling)}
            ),
            tuple(
                (d, subject_of[d.subject], dict(d.counted_from).get(event, service_day))
                for d in arising
            ),
            tuple((d.key, subject_of[d.subject]) for d in discharging),
            tuple((d.key, subject_of[d.subject]) for d in cancelling),
        )
    return found


_EFFECTS: Final = _effects(DUTIES)
_ENTRY: Final = {event: duty for duty in ENTRY_DUTIES for event in duty.services}
_NOTHING: Final = _Effects((), (), (), ())

EVENTS_WITH_DUTIES: Final = frozenset(_EFFECTS) | frozenset(_ENTRY)
"""Every type of event that gives rise to a duty or ends one."""

DISCHARGING_EVENTS: Final = frozenset(e for e, effects in _EFFECTS.items() if effects.discharging)
CANCELLING_EVENTS: Final = frozenset(e for e, effects in _EFFECTS.items() if effects.cancelling)


def subjects(recorded: RecordedEvent) -> tuple[UUID, ...]:
    """Return whose open obligations the event may discharge, cancel or add to."""
    effects = _EFFECTS.get(type(recorded.event), _NOTHING)
    return tuple([of(recorded.event) for of in effects.subjects])


def arising(
    recorded: RecordedEvent, edition: Edition, calendar: WorkingDayCalendar
) -> tuple[Obligation, ...]:
    """Return the obligations to which an event gives rise. Rules 38.1, 39.1, 41, 50.

    `edition` is the one in force on the day of the event, `calendar` the working days to count by.
    """
    effects = _EFFECTS.get(type(recorded.event))
    found = []
    if effects is not None:
        # Who is responsible: whom the event names, else who acted.
        named: tuple[str, str] | None = getattr(recorded.event, "responsible", None)
        agency_code, staff_id = named or (recorded.agency_code, recorded.staff_id)
        for duty, subject_of, day_of in effects.arising:
            day = day_of(recorded)
            due = _term(edition, duty.key).due(day, calendar)
            found.append(
                Obligation(
                    subject_of(recorded.event),
                    duty.key,
                    recorded.position,
                    recorded.stream_id,
                    duty.rule,
                    agency_code,
                    staff_id,
                    recorded.event.event_name,
                    day,
                    due.day,
                    due.provisional,
                )
            )
    if (
        shanghai_day(recorded.recorded_at) > recorded.occurred_on
    ):  # most are entered on the day itself
        late = late_entry(recorded, edition, calendar)
        if late is not None:
            found.append(late)
    return tuple(found)


def discharging(recorded: RecordedEvent) -> tuple[tuple[UUID, str], ...]:
    """Return the duties, as (subject, key), that an event discharges where they are open."""
    effects = _EFFECTS.get(type(recorded.event), _NOTHING)
    return tuple([(of(recorded.event), key) for key, of in effects.discharging])


def cancelling(recorded: RecordedEvent) -> tuple[tuple[UUID, str], ...]:
    """Return the duties, as (subject, key), that an event makes void where they are open.

    An event cancels before it gives rise: a withdrawal takes the archiving at the end of validity
    away and asks for one of its own.
    """
    effects = _EFFECTS.get(type(recorded.event), _NOTHING)
    return tuple([(of(recorded.event), key) for key, of in effects.cancelling])


def late_entry(
    recorded: RecordedEvent, edition: Edition, calendar: WorkingDayCalendar
) -> Obligation | None:
    """Return the broken duty of prompt entry, None where the entry was in time. Rule 50."""
    entered_on = shanghai_day(recorded.recorded_at)
    if entered_on <= recorded.occurred_on:
        return None
    duty = _ENTRY.get(type(recorded.event))
    if duty is None:
        return None
    due = _term(edition, duty.key).due(recorded.occurred_on, calendar)
    if entered_on <= due.day:
        return None
    return Obligation(
        subject_of(recorded) or recorded.stream_id,
        duty.key,
        recorded.position,
        recorded.stream_id,
        duty.rule,
        recorded.agency_code,
        recorded.staff_id,
        recorded.event.event_name,
        recorded.occurred_on,
        due.day,
        due.provisional,
        entered_on,
        recorded.position,
        Outcome.LATE.value,
    )


def subject_of(recorded: RecordedEvent) -> UUID | None:
    """Return the referral or vacancy that an event is about, None where it is the whole ledger."""
    getter = _SUBJECTS.get(type(recorded.event))
    return None if getter is None else getter(recorded.event)


_SUBJECTS: Final[dict[type[Event], SubjectOf]] = {
    event: attrgetter(field)
    for field in ("vacancy_id", "referral_id")  # what a referral is about is the referral
    for event in EMPLOYER_EVENTS
    if field in event.model_fields
}


def _term(edition: Edition, key: str) -> Term:
    term: Term = getattr(edition, key)
    return term


class Explanation(NamedTuple):
    """Why an obligation stands as it does, in parts that a screen or a notice can show."""

    rule: str
    citation: str
    duty_zh: str
    trigger: str
    trigger_zh: str
    agency_code: str
    staff_id: str
    counted_from: date
    term_zh: str
    due_on: date
    provisional: bool
    edition: str
    calendar_version: str

    @property
    def text_zh(self) -> str:
        """The explanation as one sentence in Chinese."""
        state = "暂定：节假日安排公布后可能调整" if self.provisional else "确定"
        return (
            f"依据{self.citation}，{self.trigger_zh}后应{self.duty_zh}：自{self.counted_from}起"
            f"{self.term_zh}，应于{self.due_on}前（含当日）完成（{state}；工作日历：{self.calendar_version}）。"
        )


def explain(obligation: Obligation, edition: Edition, calendar: WorkingDayCalendar) -> Explanation:
    """Explain an obligation by the edition and the calendar it was derived with.

    Raises KeyError for a duty or a rule that this version of the package does not know.
    """
    if obligation.duty in {duty.key for duty in ENTRY_DUTIES}:
        trigger_zh = "提供服务"
    else:
        trigger_zh = TRIGGERS_ZH.get(obligation.trigger, obligation.trigger)
    return Explanation(
        rule=obligation.rule,
        citation=RULES[obligation.rule].citation,
        duty_zh=TITLES_ZH[obligation.duty],
        trigger=obligation.trigger,
        trigger_zh=trigger_zh,
        agency_code=obligation.agency_code,
        staff_id=obligation.staff_id,
        counted_from=obligation.arose_on,
        term_zh=_term(edition, obligation.duty).describe(),
        due_on=obligation.due_on,
        provisional=obligation.provisional,
        edition=edition.name,
        calendar_version=calendar.version,
    )
