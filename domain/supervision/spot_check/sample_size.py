"""How many records of a stratum are drawn: enough to find a fault, and a share of a large stratum.

Sampling is without replacement, so the number of faulty records among those drawn is hypergeometric. Of N
records of which D are faulty, n drawn at random hold none with the probability C(N-D, n) / C(N, n); n is
the smallest number for which that is at most 1 - confidence, D being the whole number of records from
which on the rate of faults is reached (discovery sampling). Computed in whole numbers: the same
everywhere.
"""

from __future__ import annotations

from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field

from ...regulation.edition import Edition


class Sizing(BaseModel):
    """The rule for sample sizes: fixed with the plan, applied to the frame once it is sealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence_percent: int = Field(ge=1, le=99)
    fault_percent: int = Field(ge=1, le=100)
    share_per_mille: int = Field(ge=0, le=1000)
    targeted: int = Field(ge=0)
    """Risk-targeted picks of each stratum at most, beside the sample."""

    def size(self, population: int) -> int:
        """Return how many of `population` records are drawn. Rule 56.1.

        The floor by `enough_to_find`, or the share (rounded up) where that is more.
        """
        floor = enough_to_find(population, self.fault_percent, self.confidence_percent)
        share = -(-population * self.share_per_mille // 1000)
        return min(population, max(floor, share))


def sizing_of(edition: Edition) -> Sizing:
    """Return the rule that an edition's policy makes. Rule 56.1."""
    return Sizing(
        confidence_percent=edition.spot_check_confidence.amount,
        fault_percent=edition.spot_check_fault_rate.amount,
        share_per_mille=edition.spot_check_share.amount,
        targeted=edition.spot_check_targeted.amount,
    )


def enough_to_find(population: int, fault_percent: int, confidence_percent: int) -> int:
    """Return the fewest records that hold a faulty one with the given confidence.

    With 5 % and 95 %: all of up to 19 records, 45 of 100, 57 of 1,000, 59 of any number.
    """
    if population == 0:
        return 0
    faulty = -(-population * fault_percent // 100)
    missed, risk = Fraction(1), Fraction(100 - confidence_percent, 100)
    drawn = 0
    while missed > risk:
        missed *= Fraction(population - faulty - drawn, population - drawn)
        drawn += 1
    return drawn
