"""An explanation as a value: what is asked about, what it rests on, and the events it was counted from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fact(_Value):
    """One line of what is known of it, in the words of a reader."""

    label_zh: str
    text_zh: str


class Thing(_Value):
    """One thing that a figure counts, or of which a duty or finding consists, with its events.

    `number` is how many it counts for: 1, but for a figure that is a sum. `reference` is what explains
    it further, where something does.
    """

    text_zh: str
    positions: tuple[int, ...] = ()
    number: int = 1
    reference: str | None = None


class ExplainedEvent(_Value):
    """An event of the log that counts: what, when it took place, when it was entered, and by whom."""

    position: int
    event: str
    title_zh: str
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str
    agency_name: str | None


class Explanation(_Value):
    """What a reference comes to.

    For a figure, `stated` is what the notice states, and `counted` the number counted again from
    `things`; None for a figure that is no count, which `made_of` takes further. `events_left_out` says how
    many events of `things` are not among `events`.
    """

    reference: str
    title_zh: str
    rule: str | None = None
    citation: str | None = None
    facts: tuple[Fact, ...] = ()
    stated: Any = None
    counted: int | None = None
    things: tuple[Thing, ...] = ()
    made_of: tuple[str, ...] = ()
    events: tuple[ExplainedEvent, ...] = ()
    events_left_out: int = 0

    @property
    def positions(self) -> list[int]:
        """The log positions of every event of `things`, each once."""
        return positions_of(self.things)


class Evidence(NamedTuple):
    """What a figure was counted from; `things` is None for a figure that is no count.

    Then `made_of` are the references of what it is made of, and `note_zh` says where else it is from.
    """

    things: tuple[Thing, ...] | None
    made_of: tuple[str, ...] = ()
    note_zh: str = ""


def positions_of(things: Iterable[Thing]) -> list[int]:
    """Return the log positions of the events of things, each once, in log order."""
    return sorted({position for thing in things for position in thing.positions})


def facts(*lines: tuple[str, Any]) -> tuple[Fact, ...]:
    """Return the lines that say something."""
    return tuple(
        Fact(label_zh=label, text_zh=str(text)) for label, text in lines if text not in (None, "")
    )
