"""A notice's chart: a rate of each agency as a dot, with the one before as a ring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .labels import short_name
from .model import Rate
from .wording import L, by_rate, rate_text

LONGEST = 40
"""Agencies shown at most: those with the lowest rates."""

_STEPS = {5: 1, 10: 2, 15: 5, 20: 5, 25: 5, 30: 10, 35: 10, 40: 10, 50: 10, 60: 20}


@dataclass(frozen=True, slots=True)
class Bar:
    """One agency: where its dot and its ring lie, in per cent of the width."""

    name: str
    rate: str
    counts: str
    at: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws; places are per cent of the width, as text."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[str, str], ...]
    """Place and label of each line of the scale."""
    overall: str
    overall_rate: str
    floor: int
    left_out: int


class Rated(NamedTuple):
    """A line of the chart: an agency's name, its rate, and the one in the notice before."""

    name: str
    rate: Rate
    before: Rate | None


def agency_chart(
    lines: Iterable[L],
    overall: L,
    rate: Callable[[L], Rate] = lambda line: line.rate,
    *,
    compared: bool = True,
) -> Chart | None:
    """Return the chart of a roll-up, the lowest rate first; `compared` with the notice before."""
    rated = [
        Rated(
            short_name(line.agency.name) + ("（本级）" if line.own else ""),
            rate(line),
            line.rate_before if compared else None,
        )
        for line in by_rate(lines, rate)
    ]
    return dot_chart(rated, rate(overall))


def dot_chart(lines: Sequence[Rated], overall: Rate) -> Chart | None:
    """Return the chart of lines in their order, None where fewer than two can be compared."""
    rated = [line for line in lines if line.rate.percent is not None]
    if len(rated) < 2 or overall.percent is None:
        return None
    shown = rated[:LONGEST]
    values = [
        Decimal(rate.percent)
        for line in shown
        for rate in (line.rate, line.before)
        if rate is not None and rate.percent is not None
    ]
    # The scale starts below the lowest rate, since differences between 95 and 100 are what matters;
    # dots, unlike bars, do not mislead on a scale that does not start at zero.
    floor = min(95, int(min(values)) // 5 * 5)
    step = _STEPS.get(100 - floor, 20 if floor else 25)
    ticks = range(floor + (100 - floor) % step, 101, step)

    def place(rate: Rate | None) -> str | None:
        if rate is None or rate.percent is None:
            return None
        share = (Decimal(rate.percent) - floor) * 100 / (100 - floor)
        return str(share.quantize(Decimal("0.01")))

    return Chart(
        bars=tuple(
            Bar(
                name=line.name,
                rate=rate_text(line.rate),
                counts=f"{line.rate.passed}／{line.rate.checked}",
                at=place(line.rate) or "0",
                before=place(line.before),
            )
            for line in shown
        ),
        ticks=tuple(
            (
                str((Decimal(tick - floor) * 100 / (100 - floor)).quantize(Decimal("0.01"))),
                f"{tick}%",
            )
            for tick in ticks
        ),
        overall=place(overall) or "0",
        overall_rate=rate_text(overall),
        floor=floor,
        left_out=len(rated) - len(shown),
    )
