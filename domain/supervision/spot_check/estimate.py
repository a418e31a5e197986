"""What a sample says of its stratum: the rate of faulty records with its 95% interval.

The exact interval for a finite population sampled without replacement, by inverting the two one-sided
hypergeometric tests (J. P. Buonaccorsi, "A Note on Confidence Intervals for Proportions in Finite
Populations", The American Statistician 41 (1987), 215-218): Clopper and Pearson's construction, which
it becomes for an infinite population. Computed in whole numbers, the same everywhere. A stratum that was
inspected whole has no uncertainty left.

Over all strata: the rate weighted by their populations, with Wilson's interval at the effective sample
size, which holds up where rates are near zero (C. Franco and others, "Comparative Study of Confidence
Intervals for Proportions in Complex Sample Surveys", J. Survey Stat. Methodol. 7 (2019), 334-364).
Targeted picks are never part of either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, sqrt
from typing import Final, NamedTuple

_Z: Final = 1.959963984540054


class Estimate(NamedTuple):
    """A rate with the ends of its 95% interval, each from 0 to 1, to six places."""

    rate: float
    low: float
    high: float


class Counted(NamedTuple):
    """A stratum: how many records it has, how many were inspected, and how many of these are faulty."""

    population: int
    inspected: int
    faulty: int


def estimate(counted: Counted) -> Estimate | None:
    """Return the rate of a stratum with its exact interval, None where nothing was inspected."""
    population, inspected, faulty = counted
    if inspected == 0:
        return None
    fewest, most = faulty, population - (inspected - faulty)
    low = _first(fewest, most, lambda d: _is_likely_at_least(faulty, population, d, inspected))
    high = most - _first(
        0, most - low, lambda less: _is_likely_at_most(faulty, population, most - less, inspected)
    )
    return Estimate(_six(faulty / inspected), _six(low / population), _six(high / population))


def estimate_together(strata: Sequence[Counted]) -> Estimate | None:
    """Return the rate over strata, weighted by population; None unless each was inspected in part."""
    strata = [stratum for stratum in strata if stratum.population]
    if not strata or not all(stratum.inspected for stratum in strata):
        return None
    total = sum(stratum.population for stratum in strata)
    rate = variance = 0.0
    for population, inspected, faulty in strata:
        weight, share = population / total, faulty / inspected
        rate += weight * share
        left_out = 1 - inspected / population
        variance += weight**2 * left_out * share * (1 - share) / max(inspected - 1, 1)
    if all(stratum.inspected == stratum.population for stratum in strata):
        return Estimate(_six(rate), _six(rate), _six(rate))
    inspected = sum(stratum.inspected for stratum in strata)
    effective = rate * (1 - rate) / variance if variance > 0 else float(inspected)
    middle = (rate + _Z**2 / (2 * effective)) / (1 + _Z**2 / effective)
    half = (
        _Z
        / (1 + _Z**2 / effective)
        * sqrt(rate * (1 - rate) / effective + _Z**2 / (4 * effective**2))
    )
    return Estimate(_six(rate), _six(max(middle - half, 0.0)), _six(min(middle + half, 1.0)))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number from `low` to `high` for which `holds`, which then stays true."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _is_likely_at_least(found: int, population: int, faulty: int, drawn: int) -> bool:
    """Say whether `found` or more faulty ones among `drawn` have a probability of more than 2.5 %."""
    fewer = _ways(found - 1, population, faulty, drawn)
    return 40 * (comb(population, drawn) - fewer) > comb(population, drawn)


def _is_likely_at_most(found: int, population: int, faulty: int, drawn: int) -> bool:
    """Say whether `found` or fewer faulty ones among `drawn` have a probability of more than 2.5 %."""
    return 40 * _ways(found, population, faulty, drawn) > comb(population, drawn)


def _ways(found: int, population: int, faulty: int, drawn: int) -> int:
    """Return how many samples hold at most `found` of the population's faulty records, in whole numbers."""
    sound = population - faulty
    first, last = max(0, drawn - sound), min(found, faulty, drawn)
    if first > last:
        return 0
    ways = total = comb(faulty, first) * comb(sound, drawn - first)
    for k in range(first, last):
        ways = ways * (faulty - k) * (drawn - k) // ((k + 1) * (sound - drawn + k + 1))
        total += ways
    return total


def _six(number: float) -> float:
    return round(number, 6)
