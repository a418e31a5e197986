"""A record as it stood at the cut-off: the events of its streams, and what to judge them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from ...domain.calendar import WorkingDayCalendar
from ...domain.events import Event, RecordedEvent
from ...domain.regulation.edition import Edition
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class InspectedRecord:
    """What is examined: events in the order of the log, none from after the end of the day `cut_off`.

    `answers_for` says whether a code is that of the inspected agency, or of one below it: what another
    agency owes is not held against it.
    """

    record_id: UUID
    events: tuple[RecordedEvent, ...]
    month: date
    cut_off: date
    calendar: WorkingDayCalendar
    editions: tuple[Edition, ...]
    answers_for: Callable[[str], bool]

    def all(self, *kinds: type[E]) -> Iterator[tuple[E, RecordedEvent]]:
        """Yield the events of these types, each with what was recorded around it."""
        for recorded in self.events:
            if isinstance(recorded.event, kinds):
                yield recorded.event, recorded

    def first(self, kind: type[E]) -> tuple[E, RecordedEvent] | None:
        """Return the first event of a type."""
        return next(self.all(kind), None)

    def last(self, *kinds: type[E]) -> tuple[E, RecordedEvent] | None:
        """Return the last event of these types."""
        return next(
            (
                (recorded.event, recorded)
                for recorded in reversed(self.events)
                if isinstance(recorded.event, kinds)
            ),
            None,
        )

    def only(self, wanted: Callable[[RecordedEvent], bool]) -> InspectedRecord:
        """Return the same record with some of its events alone."""
        return replace(self, events=tuple(one for one in self.events if wanted(one)))

    def has(self, *kinds: type[Event]) -> bool:
        """Say whether any event of these types was recorded."""
        return any(isinstance(recorded.event, kinds) for recorded in self.events)


Check = Callable[[InspectedRecord], Iterable[Finding]]


def seen(text_zh: str, *recorded: RecordedEvent, days: Iterable[date] = ()) -> Evidence:
    """Return evidence that rests on events: their positions, and their days of service or other days."""
    of_service = {one.occurred_on for one in recorded}
    return Evidence(
        text_zh=text_zh,
        positions=tuple(one.position for one in recorded),
        days=tuple(sorted(set(days) or of_service)),
    )


def found(
    rule: str, key: str, title_zh: str, verdict: Verdict, *evidence: Evidence | None
) -> Finding:
    """Return the verdict on a rule; `key` is the rule, or the rule with what of it is meant."""
    held = tuple(one for one in evidence if one is not None)
    return Finding(rule=rule, key=key, title_zh=title_zh, verdict=verdict, evidence=held)


def not_applicable(rule: str, key: str, title_zh: str, why_zh: str) -> Finding:
    """Return that a rule asks nothing of this record, with the reason."""
    return found(rule, key, title_zh, Verdict.NOT_APPLICABLE, Evidence(text_zh=why_zh))


def met_unless(
    rule: str, key: str, title_zh: str, wrong: Iterable[Evidence], right: Evidence | None = None
) -> Finding:
    """Return that a rule is kept, on `right`, unless something is `wrong`."""
    faults = tuple(wrong)
    if faults:
        return found(rule, key, title_zh, Verdict.NOT_MET, *faults)
    return found(rule, key, title_zh, Verdict.MET, right)
