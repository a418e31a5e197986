"""What every aggregate has in common: a version, and a state that recorded events change.

Decisions and evolution are apart. A decision method checks the rules and returns events, changing
nothing; `apply` changes the state and checks nothing, so that a rule tightened later can never make
an old history unreadable. A decision's `Occasion` gives it the day and the actor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from .events import Event, RecordedEvent
from .organisation.powers import Actor
from .regulation.edition import Edition

A = TypeVar("A", bound="Aggregate")
Change = Callable[[Any, Any, RecordedEvent], None]
ChangeMethod = TypeVar("ChangeMethod", bound=Change)


class Occasion(NamedTuple):
    """When and by whom a decision is taken.

    `occurred_on` is the day of the service as stated, `today` the day of entry in Asia/Shanghai;
    `edition` the regulation in force on the day of the service.
    """

    actor: Actor
    occurred_on: date
    today: date
    edition: Edition


def changed_by(*events: type[Event]) -> Callable[[ChangeMethod], ChangeMethod]:
    """Mark a function `(state, event, recorded)` as how these events change an aggregate."""

    def mark(function: ChangeMethod) -> ChangeMethod:
        function.changed_by = events  # type: ignore[attr-defined]
        return function

    return mark


def changes_of(*modules: Any) -> dict[type[Event], Change]:
    """Collect the functions marked with `changed_by` in `modules`, by event."""
    found: dict[type[Event], Change] = {}
    for module in modules:
        for function in vars(module).values():
            for event in getattr(function, "changed_by", ()):
                found[event] = function
    return found


@dataclass(slots=True)
class Aggregate:
    """A state folded from one stream. `version` counts the events applied."""

    kind: ClassVar[str] = ""
    shape: ClassVar[int] = 1
    """Raised when the state's fields change: kept states of another shape are then not read."""
    changes: ClassVar[dict[type[Event], Change]] = {}

    version: int = 0

    def apply(self, recorded: RecordedEvent) -> None:
        """Change the state by one recorded event. Never refuses; an event of no effect only counts."""
        change = self.changes.get(type(recorded.event))
        if change is not None:
            change(self, recorded.event, recorded)
        self.version = recorded.version

    def weight(self) -> int:
        """Return about how many bytes the state takes when it is kept."""
        return 0

    @classmethod
    def replay(cls, history: Iterable[RecordedEvent]) -> Self:
        """Return the state after `history`."""
        aggregate = cls()
        for recorded in history:
            aggregate.apply(recorded)
        return aggregate
