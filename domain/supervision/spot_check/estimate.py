"""What a sample says of its stratum: the rate of faulty records with its 95% interval.

The exact interval for a finite population sampled without replacement, by inverting the two one-sided
hypergeometric tests (J. P. Buonaccorsi, "A Note on Confidence Intervals for Proportions in Finite
Populations", The American Statistician 41 (1987), 215-218): Clopper and Pearson's construction, which
it becomes for an infinite population. A stratum that was inspected whole has no uncertainty left.

Over all strata: the rate weighted by their populations, with Wilson's interval at the effective sample
size, which holds up where rates are near zero (C. Franco and others, "Comparative Study of Confidence
Intervals for Proportions in Complex Sample Surveys", J. Survey Stat. Methodol. 7 (2019), 334-364).
Targeted picks are never part of either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, lgamma, sqrt
from typing import Final, NamedTuple

_TAIL: Final = 0.025
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
    low = _first(fewest, most, lambda d: _at_least(faulty, population, d, inspected) > _TAIL)
    high = most - _first(
        0, most - low, lambda less: _at_most(faulty, population, most - less, inspected) > _TAIL
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


def _at_least(found: int, population: int, faulty: int, drawn: int) -> float:
    return 1.0 - _at_most(found - 1, population, faulty, drawn)


def _at_most(found: int, population: int, faulty: int, drawn: int) -> float:
    """Return the probability of at most `found` faulty ones among `drawn` of the population."""
    fewest = max(0, drawn - (population - faulty))
    return sum(
        exp(
            _log_choose(faulty, k)
            + _log_choose(population - faulty, drawn - k)
            - _log_choose(population, drawn)
        )
        for k in range(fewest, min(found, faulty, drawn) + 1)
    )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _six(number: float) -> float:
    return round(number, 6)
