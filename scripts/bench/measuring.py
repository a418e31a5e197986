"""Rounds in turns, and what is made of them: medians, spreads and ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol

from .clients import Crew


class Progress(Protocol):
    """Hears what is being measured."""

    def __call__(self, text: str, /) -> None:
        """Take notice."""


@dataclass(frozen=True)
class Setting:
    """On what, how often and how much is measured."""

    url: str
    rounds: int
    quick: bool
    crew: Crew
    key: str
    folder: Path
    say: Progress

    def size(self, full: int, quick: int) -> int:
        """Return how much of something, by whether it is a quick run."""
        return quick if self.quick else full


class Figure(NamedTuple):
    """What came out for one peer in one case, round by round. `better` is "more" or "less"."""

    measurement: str
    case: str
    peer: str
    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.values)

    def as_json(self) -> dict[str, Any]:
        """Return the figure with its median and spread."""
        return {
            "measurement": self.measurement,
            "case": self.case,
            "peer": self.peer,
            "unit": self.unit,
            "median": self.median,
            "low": min(self.values),
            "high": max(self.values),
            "rounds": len(self.values),
            "values": list(self.values),
        }


class Ratio(NamedTuple):
    """How many times one peer's figure is another's, round by round, and what was aimed at."""

    measurement: str
    case: str
    over: str
    under: str
    values: tuple[float, ...]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.at_least is not None:
            return self.median >= self.at_least
        return None if self.at_most is None else self.median <= self.at_most

    def as_json(self) -> dict[str, Any]:
        """Return the ratio with its median, spread and target."""
        return {
            "measurement": self.measurement,
            "case": self.case,
            "over": self.over,
            "under": self.under,
            "median": self.median,
            "low": min(self.values),
            "high": max(self.values),
            "at_least": self.at_least,
            "at_most": self.at_most,
            "met": self.is_met,
        }


@dataclass
class Results:
    """All figures and ratios so far, and what must be said beside them."""

    figures: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, measurement: str, case: str, unit: str, taken: dict[str, list[float]]) -> None:
        """Keep the figures of one case."""
        for peer, values in taken.items():
            self.figures.append(Figure(measurement, case, peer, unit, tuple(values)))

    def compare(
        self, measurement: str, case: str, over: str, under: str, at_least: float | None = None
    ) -> None:
        """Keep how many times `over` is `under`: the median of the rounds, each by itself."""
        top, bottom = self.find(measurement, case, over), self.find(measurement, case, under)
        values = tuple(a / b for a, b in zip(top.values, bottom.values, strict=True))
        self.ratios.append(Ratio(measurement, case, over, under, values, at_least))

    def bound(self, measurement: str, case: str, peer: str, at_most: float) -> None:
        """Keep a target for a figure itself: at most so much."""
        figure = self.find(measurement, case, peer)
        self.ratios.append(
            Ratio(measurement, case, peer, figure.unit, figure.values, at_most=at_most)
        )

    def find(self, measurement: str, case: str, peer: str) -> Figure:
        """Return one figure."""
        wanted = (measurement, case, peer)
        return next(figure for figure in self.figures if figure[:3] == wanted)

    def as_json(self) -> dict[str, Any]:
        """Return everything as data."""
        return {
            "figures": [figure.as_json() for figure in self.figures],
            "ratios": [ratio.as_json() for ratio in self.ratios],
            "notes": self.notes,
        }


def in_turns(
    rounds: int, turns: Iterable[tuple[str, Callable[[], float]]], *, rehearse: bool = True
) -> dict[str, list[float]]:
    """Take a figure of each turn in each round: A B C A B C …, after a rehearsal that does not count."""
    taken: dict[str, list[float]] = {}
    listed = list(turns)
    for number in range(-1 if rehearse else 0, rounds):
        for name, turn in listed:
            value = turn()
            if number >= 0:
                taken.setdefault(name, []).append(value)
    return taken
