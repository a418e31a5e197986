"""The tables turned round: from each type of event to what it does to duties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from ..events import Event, RecordedEvent
from .duty import Duty, EventOf, On, Outcome

IdOf = Callable[[RecordedEvent], UUID]
ItemOf = Callable[[RecordedEvent], UUID | None]
DayOf = Callable[[RecordedEvent], date]
Condition = Callable[[Any], bool]
ResponsibleOf = Callable[[RecordedEvent], tuple[str, str]]


class Timing(NamedTuple):
    """Which term of the edition a duty has, after which other one (or ""), and from which day it runs.

    Where the term is a rhythm, `until` says by when its periods begin.
    """

    term_key: str
    after: str
    day_of: DayOf
    until: DayOf | None = None


class Closing(NamedTuple):
    """An end that a type of event puts to open spells of duties: of one item or (`item_of` None) of all.

    `outcome` is None where the event discharges the duty: the due date then judges it. With `timing`,
    the duty goes on with another date; with `heir_of`, under another subject.
    """

    duties: frozenset[str]
    subject_of: IdOf
    item_of: ItemOf | None
    when: Condition | None
    outcome: Outcome | None
    timing: Timing | None = None
    heir_of: IdOf | None = None


class Arising(NamedTuple):
    """A duty to which a type of event gives rise."""

    duty: Duty
    subject_of: IdOf
    item_of: ItemOf | None
    when: Condition | None
    timing: Timing


class Effects(NamedTuple):
    """What one type of event does to duties, in the order in which it does so."""

    subjects: tuple[IdOf, ...]
    closing: tuple[Closing, ...]
    arising: tuple[Arising, ...]
    responsible_of: ResponsibleOf


_ACTOR: ResponsibleOf = attrgetter("agency_code", "staff_id")
_SERVICE_DAY: DayOf = attrgetter("occurred_on")
_OWN_STREAM: IdOf = attrgetter("stream_id")
_GETTERS: dict[str, Any] = {}

NOTHING = Effects((), (), (), _ACTOR)


def effects_of(duties: Iterable[Duty]) -> dict[type[Event], Effects]:
    """Turn the tables round.

    Raises TypeError for a line that names a field which its event lacks.
    """
    lines = tuple(duties)
    closing: dict[type[Event], list[Closing]] = {}
    arising: dict[type[Event], list[Arising]] = {}
    # First what discharges, in every line, then what cancels, hands over and gives another date.
    for outcome in (None, Outcome.CANCELLED, Outcome.MOVED, Outcome.REDATED):
        for duty in lines:
            for on in _closing_events(duty, outcome):
                timing = _timing(duty, on) if outcome is Outcome.REDATED else None
                heir_of = _getter(on, on.heir) if on.heir else None
                end = Closing(frozenset({duty.key}), *_reach(duty, on), outcome, timing, heir_of)
                _put(end, closing.setdefault(on.event, []))
    for duty in lines:
        for on in map(_as_on, duty.arises_from):
            line = Arising(duty, *_reach(duty, on), _timing(duty, on))
            if duty.item and line.item_of is None:
                raise TypeError(f"{duty.key}: {on.event.event_name} has no {on.item or duty.item}")
            arising.setdefault(on.event, []).append(line)
    return {
        event: Effects(
            subjects=tuple(
                {
                    **{line.subject_of: None for line in closing.get(event, ())},
                    **{line.heir_of: None for line in closing.get(event, ()) if line.heir_of},
                    **{line.subject_of: None for line in arising.get(event, ())},
                }
            ),
            closing=tuple(closing.get(event, ())),
            arising=tuple(arising.get(event, ())),
            responsible_of=_responsible(event),
        )
        for event in {**closing, **arising}
    }


def _put(end: Closing, ends: list[Closing]) -> None:
    """Add an end; what ends several duties alike is one end, so that they are looked through once."""
    for place, held in enumerate(ends):
        if held.timing is None and held[1:] == end[1:]:
            ends[place] = held._replace(duties=held.duties | end.duties)
            return
    ends.append(end)


def _closing_events(duty: Duty, outcome: Outcome | None) -> Iterator[On]:
    events: dict[Outcome | None, tuple[EventOf, ...]] = {
        None: duty.discharged_by,
        Outcome.CANCELLED: duty.cancelled_by,
        Outcome.MOVED: duty.moved_by,
        Outcome.REDATED: duty.redated_by,
    }
    return map(_as_on, events[outcome])


def _as_on(event: EventOf) -> On:
    return event if isinstance(event, On) else On(event)


def _reach(duty: Duty, on: On) -> tuple[IdOf, ItemOf | None, Condition | None]:
    subject = on.subject or (duty.subject if duty.subject in on.event.model_fields else "")
    item = on.item or (duty.item if duty.item in on.event.model_fields else "")
    return (
        _getter(on, subject) if subject else _OWN_STREAM,
        _getter(on, item) if item else None,
        on.when,
    )


def _timing(duty: Duty, on: On) -> Timing:
    if not on.counted_from and on.event in {_as_on(event).event for event in duty.redated_by}:
        raise TypeError(f"{duty.key}: {on.event.event_name} gives another date: counted from what?")
    until = _getter(on, on.until) if on.until else None
    day_of = _getter(on, on.counted_from or "occurred_on")
    return Timing(duty.term_key, duty.after, day_of, until)


def _getter(on: On, field: str) -> Any:
    if field == "occurred_on":
        return _SERVICE_DAY
    if field not in on.event.model_fields:
        raise TypeError(f"{on.event.event_name} has no field {field!r}")
    return _GETTERS.setdefault(field, attrgetter(f"event.{field}"))


def _responsible(event: type[Event]) -> ResponsibleOf:
    return attrgetter("event.responsible") if hasattr(event, "responsible") else _ACTOR
