"""Obligations: what the tables of `domain.duties` come to for recorded events.

Nothing is stored by hand: what is owed is derived from events, by the edition that was in force on the
day of the triggering event and by a calendar of working days. An obligation is kept in time when the
service that discharges it took place on or before the due date (`occurred_on`), whenever that was
entered; late entry is a duty of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from .calendar import DueDate, WorkingDayCalendar, shanghai_day, zh_date
from .duties import (
    assistance,
    employers,
    job_fairs,
    job_seekers,
    key_enterprises,
    rectification,
    registry,
    supervision,
)
from .duties.duty import Duty, EntryDuty, Obligation, Outcome, Standing, events_of
from .duties.effects import NOTHING, Closing, IdOf, Timing, effects_of
from .events import Event, RecordedEvent
from .regulation.edition import Edition
from .regulation.rules import RULES
from .regulation.terms import Rhythm, Term, Unit

__all__ = [
    "DUTIES",
    "EMPLOYER_EVENTS",
    "ENTRY_DUTIES",
    "EVENTS_WITH_DUTIES",
    "TITLES_ZH",
    "TRIGGERS_ZH",
    "Duty",
    "End",
    "EntryDuty",
    "Explanation",
    "Obligation",
    "Outcome",
    "Standing",
    "arising",
    "ending",
    "events_of",
    "explain",
    "late_entry",
    "subject_of",
    "subjects",
]

EMPLOYER_EVENTS: Final = employers.EVENTS
"""Every event of an employer's ledger."""

_TABLES: Final = (
    employers,
    job_seekers,
    assistance,
    job_fairs,
    registry,
    supervision,
    rectification,
    key_enterprises,
)

DUTIES: Final = tuple[Duty, ...](duty for table in _TABLES for duty in table.DUTIES)
"""The duties that stand open until they are discharged or cancelled."""

ENTRY_DUTIES: Final = tuple[EntryDuty, ...](
    duty for table in _TABLES for duty in table.ENTRY_DUTIES
)
"""The duties of prompt entry, by kind of ledger."""

TITLES_ZH: Final = MappingProxyType(
    {duty.key: duty.title_zh for duty in DUTIES}
    | {duty.key: duty.title_zh for duty in ENTRY_DUTIES}
)
"""What each duty is called, by its key."""

TRIGGERS_ZH: Final = MappingProxyType(
    {event.event_name: text for table in _TABLES for event, text in table.TRIGGERS_ZH.items()}
)
"""What gives rise to duties, by the stored name of the event."""

_GOES_ON: Final = frozenset({Outcome.MOVED, Outcome.REDATED})
# Looked up once: a member costs a call in Python 3.11, and these are asked for with every event.
_MET, _LATE, _OPEN = Outcome.MET, Outcome.LATE, Outcome.OPEN.value
_ABOUT_MONTHS, _WORKING_DAYS_BEFORE = Unit.ABOUT_MONTHS, Unit.WORKING_DAYS_BEFORE
_DUTIES: Final = {duty.key: duty for duty in DUTIES}
_EFFECTS: Final = effects_of(DUTIES)
_ENTRY: Final = {event: duty for duty in ENTRY_DUTIES for event in duty.services}
_SUBJECTS: Final[dict[type[Event], IdOf]] = {
    event: attrgetter(f"event.{field}")
    for event, duty in _ENTRY.items()
    for field in [name for name in duty.subjects if name in event.model_fields][:1]
}

EVENTS_WITH_DUTIES: Final = frozenset(_EFFECTS) | frozenset(_ENTRY)
"""Every type of event that gives rise to a duty or ends one."""


def subjects(events: Iterable[RecordedEvent]) -> list[UUID]:
    """Return whose open obligations the events may end or add to; one may come more than once."""
    return [
        subject_of(recorded)
        for recorded in events
        for subject_of in _EFFECTS.get(type(recorded.event), NOTHING).subjects
    ]


class End(NamedTuple):
    """What an event ends: open obligations of this subject and item (None: every item)."""

    recorded: RecordedEvent
    subject_id: UUID
    item_id: UUID | None
    goes_on: bool
    """Whether the duty goes on in a new spell: with somebody else, or by another date."""
    closing: Closing
    heir_id: UUID | None = None
    """The subject under which it goes on, None for the same."""

    def concerns(self, held: Any) -> bool:
        """Say whether it ends an open obligation: no service discharges a duty before its time."""
        recorded, _, item_id, _, closing, _ = self
        return (
            held.duty in closing.duties
            and (item_id is None or held.item_id == item_id)
            and (closing.outcome is not None or recorded.occurred_on >= held.opens_on)
        )

    def outcome(self, held: Any) -> Outcome:
        """Return what became of the obligation."""
        outcome = self.closing.outcome
        if outcome is not None:
            return outcome
        return _MET if self.recorded.occurred_on <= held.due_on else _LATE

    def next_spell(self, held: Any, edition: Edition, calendar: WorkingDayCalendar) -> Obligation:
        """Return the spell in which the duty goes on; it may be the same, then nothing changes."""
        recorded, timing = self.recorded, self.closing.timing
        if timing is None:
            return self.handed_over(held)
        spell = _spell(held)
        arose_on, opens_on, due = _dates(timing, recorded, edition, calendar)
        if (arose_on, opens_on, due.day) == (held.arose_on, held.opens_on, held.due_on):
            return spell
        return spell._replace(
            trigger=recorded.event.event_name,
            arose_on=arose_on,
            opens_on=opens_on,
            due_on=due.day,
            provisional=due.provisional,
        )

    def handed_over(self, held: Any) -> Obligation:
        """Return the spell in which it goes on with who is responsible now, or under another subject.

        One that goes to another subject within the same agency stays with whom it was.
        """
        spell = _spell(held)._replace(subject_id=self.heir_id or held.subject_id)
        effects = _EFFECTS.get(type(self.recorded.event), NOTHING)
        agency_code, staff_id = effects.responsible_of(self.recorded)
        if not agency_code or (self.heir_id is not None and agency_code == held.agency_code):
            return spell
        return spell._replace(agency_code=agency_code, staff_id=staff_id)


def _spell(held: Any) -> Obligation:
    return Obligation(*(getattr(held, field) for field in Obligation._fields))


def ending(recorded: RecordedEvent) -> list[End]:
    """Return what an event ends, in order: it discharges, cancels, hands over, gives another date.

    All that before it gives rise to anything: a withdrawal takes the archiving at the end of validity
    away and asks for one of its own.
    """
    ends = []
    for closing in _EFFECTS.get(type(recorded.event), NOTHING).closing:
        _, subject_of, item_of, when, outcome, _, heir_of = closing
        if when is None or when(recorded.event):
            item_id = None if item_of is None else item_of(recorded)
            if item_id is None and item_of is not None:
                continue  # it could name an item and names none
            heir_id = None if heir_of is None else heir_of(recorded)
            goes_on = outcome in _GOES_ON
            ends.append(End(recorded, subject_of(recorded), item_id, goes_on, closing, heir_id))
    return ends


def arising(
    recorded: RecordedEvent, edition: Edition, calendar: WorkingDayCalendar
) -> list[Obligation]:
    """Return the obligations to which an event gives rise.

    `edition` is the one in force on the day of the event, `calendar` the working days to count by.
    """
    event = recorded.event
    effects = _EFFECTS.get(type(event), NOTHING)
    found = []
    # Who the event names is responsible, else who acted.
    agency_code, staff_id = effects.responsible_of(recorded)
    if not agency_code:
        agency_code, staff_id = recorded.agency_code, recorded.staff_id
    for duty, subject_of, item_of, when, timing in effects.arising:
        if when is not None and not when(event):
            continue
        due_days = (
            [_dates(timing, recorded, edition, calendar)]
            if timing.until is None
            else _periods(timing, recorded, edition)
        )
        for turn, (arose_on, opens_on, due) in enumerate(due_days):
            spell = Obligation(  # by place: one argument by name costs half as much again
                subject_of(recorded),
                duty.key,
                recorded.position,
                recorded.position,
                recorded.stream_id,
                None if item_of is None else item_of(recorded),
                duty.rule,
                agency_code,
                staff_id,
                event.event_name,
                arose_on,
                opens_on,
                due.day,
                due.provisional,
                None,
                None,
                _OPEN,
                turn,
            )
            found.append(spell)
    late = late_entry(recorded, edition, calendar)
    if late is not None:
        found.append(late)
    return found


def _dates(
    timing: Timing, recorded: RecordedEvent, edition: Edition, calendar: WorkingDayCalendar
) -> tuple[date, date, DueDate]:
    """Return from which day the term runs, the first day on which a service counts, and the due day."""
    day = timing.day_of(recorded)
    if timing.after:
        day = _term(edition, timing.after).due(day, calendar).day
    term = _term(edition, timing.term_key)
    unit = term.unit
    opens_on = day
    if unit is _ABOUT_MONTHS:
        opens_on = term.window(day).opens
    elif unit is _WORKING_DAYS_BEFORE:
        opens_on = recorded.occurred_on
    return day, opens_on, term.due(day, calendar)


def _periods(
    timing: Timing, recorded: RecordedEvent, edition: Edition
) -> list[tuple[date, date, DueDate]]:
    """Return the same for each period of a rhythm: it opens with its first day and is due on its last."""
    assert timing.until is not None
    rhythm = edition.number(timing.term_key)
    assert isinstance(rhythm, Rhythm)
    periods = rhythm.periods(timing.day_of(recorded), timing.until(recorded))
    return [(first, first, DueDate(last)) for first, last in periods]


def late_entry(
    recorded: RecordedEvent, edition: Edition, calendar: WorkingDayCalendar
) -> Obligation | None:
    """Return the broken duty of prompt entry, None where the entry was in time."""
    entered_on = shanghai_day(recorded.recorded_at)
    if entered_on <= recorded.occurred_on:
        return None
    duty = _ENTRY.get(type(recorded.event))
    if duty is None or (duty.when is not None and not duty.when(recorded.event)):
        return None
    due = _term(edition, duty.key).due(recorded.occurred_on, calendar)
    if entered_on <= due.day:
        return None
    return Obligation(
        subject_of(recorded) or recorded.stream_id,
        duty.key,
        recorded.position,
        recorded.position,
        recorded.stream_id,
        None,
        duty.rule,
        recorded.agency_code,
        recorded.staff_id,
        recorded.event.event_name,
        recorded.occurred_on,
        recorded.occurred_on,
        due.day,
        due.provisional,
        entered_on,
        recorded.position,
        _LATE.value,
    )


def subject_of(recorded: RecordedEvent) -> UUID | None:
    """Return what of the ledger a service is about (a referral, a vacancy), None for the whole ledger."""
    getter = _SUBJECTS.get(type(recorded.event))
    return None if getter is None else getter(recorded)


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
            f"依据{self.citation}，因{self.trigger_zh}，应办理“{self.duty_zh}”：自{zh_date(self.counted_from)}起"
            f"{self.term_zh}，应于{zh_date(self.due_on)}前（含当日）完成（{state}；工作日历：{self.calendar_version}）。"
        )


def explain(obligation: Obligation, edition: Edition, calendar: WorkingDayCalendar) -> Explanation:
    """Explain an obligation by the edition and the calendar it was derived with.

    Raises KeyError for a duty or a rule that this version of the package does not know.
    """
    duty = _DUTIES.get(obligation.duty)
    trigger_zh = TRIGGERS_ZH.get(obligation.trigger, "最近一次服务") if duty else "提供服务"
    number = edition.number(duty.term_key if duty else obligation.duty)
    assert isinstance(number, Term | Rhythm)
    return Explanation(
        rule=obligation.rule,
        citation=RULES[obligation.rule].citation,
        duty_zh=TITLES_ZH[obligation.duty],
        trigger=obligation.trigger,
        trigger_zh=trigger_zh,
        agency_code=obligation.agency_code,
        staff_id=obligation.staff_id,
        counted_from=obligation.arose_on,
        term_zh=number.describe(),
        due_on=obligation.due_on,
        provisional=obligation.provisional,
        edition=edition.name,
        calendar_version=calendar.version,
    )
