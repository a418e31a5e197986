"""How many are drawn, which ones, by whom they are inspected, and what a sample says of its stratum."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from math import comb
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.supervision.spot_check.estimate import (
    Counted,
    Estimate,
    estimate,
    estimate_together,
)
from taizhang.domain.supervision.spot_check.frame import KeptRecord
from taizhang.domain.supervision.spot_check.ranking import Lowest, assign, commitment, rank
from taizhang.domain.supervision.spot_check.sample_size import (
    Sizing,
    enough_to_find,
    sizing_of,
)

pytestmark = pytest.mark.rule("56.1")

SEED = bytes(range(32))
STRATUM = UUID(int=7)


def missed(population: int, drawn: int) -> Fraction:
    """Return the probability that a sample holds no faulty record when 5 % (at least) are faulty."""
    faulty = -(-population * 5 // 100)
    return Fraction(comb(population - faulty, drawn), comb(population, drawn))


class TestSampleSize:
    @pytest.mark.parametrize(
        ("population", "drawn"),
        [(0, 0), (1, 1), (10, 10), (19, 19), (20, 19), (21, 16), (100, 45), (500, 56),
         (1000, 57), (5000, 59), (60_000, 59), (1_000_000, 59)],
    )  # fmt: skip
    def test_exact_values(self, population: int, drawn: int) -> None:
        assert enough_to_find(population, 5, 95) == drawn

    @given(st.integers(1, 3000))
    def test_it_is_the_fewest_that_find_a_fault(self, population: int) -> None:
        drawn = enough_to_find(population, 5, 95)
        assert missed(population, drawn) <= Fraction(1, 20)
        assert missed(population, drawn - 1) > Fraction(1, 20)

    def test_a_large_stratum_gives_its_share(self) -> None:
        sizing = Sizing(confidence_percent=95, fault_percent=5, share_per_mille=2, targeted=3)
        assert [sizing.size(n) for n in (0, 5, 29_500, 29_501, 60_000)] == [0, 5, 59, 60, 120]
        whole = sizing.model_copy(update={"share_per_mille": 1000})
        assert whole.size(4321) == 4321

    def test_the_rule_is_policy(self) -> None:
        assert sizing_of(EDITION_2018) == Sizing(
            confidence_percent=95, fault_percent=5, share_per_mille=2, targeted=3
        )
        ours = EDITION_2018.with_policy({"spot_check_share": 50, "spot_check_fault_rate": 10})
        assert sizing_of(ours).share_per_mille == 50
        assert sizing_of(ours).size(100) == 25


def record(number: int) -> KeptRecord:
    return KeptRecord(UUID(int=number), "110105001")


class TestRanking:
    def test_a_rank_is_the_hmac_that_anyone_can_compute(self) -> None:
        assert commitment(SEED) == sha256(SEED).hexdigest()
        assert rank(SEED, STRATUM, UUID(int=1)).hex() == (
            "30ab2e0cf76936ed88c90d15efdeece8918e6d66f31e654950d2da6e167159b9"
        )

    @given(st.sets(st.integers(1, 10**6), max_size=60), st.integers(0, 20), st.randoms())
    def test_the_lowest_ranks_are_drawn_in_whatever_order_records_come(
        self, numbers: set[int], wanted: int, chance: object
    ) -> None:
        records = [record(number) for number in sorted(numbers)]
        shuffled = list(records)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        lowest = Lowest(SEED, STRATUM, wanted)
        for one in shuffled:
            lowest.show(one)
        ranked = sorted(records, key=lambda one: rank(SEED, STRATUM, one.record_id))
        assert lowest.drawn() == ranked[:wanted]

    def test_another_seed_or_stratum_draws_others(self) -> None:
        def drawn(seed: bytes, stratum: UUID) -> list[KeptRecord]:
            lowest = Lowest(seed, stratum, 10)
            for number in range(1, 200):
                lowest.show(record(number))
            return lowest.drawn()

        assert drawn(SEED, STRATUM) != drawn(bytes(32), STRATUM)
        assert drawn(SEED, STRATUM) != drawn(SEED, UUID(int=8))

    def test_every_record_has_the_same_chance(self) -> None:
        """Over 4,000 seeds each of 20 records is drawn 4,000 / 4 times, give or take 4 deviations."""
        counts = dict.fromkeys(range(1, 21), 0)
        for number in range(4000):
            lowest = Lowest(sha256(str(number).encode()).digest(), STRATUM, 5)
            for one in counts:
                lowest.show(record(one))
            for drawn in lowest.drawn():
                counts[drawn.record_id.int] += 1
        assert all(abs(count - 1000) < 4 * (4000 * 0.25 * 0.75) ** 0.5 for count in counts.values())


class TestAssignment:
    STRATA = (UUID(int=1), UUID(int=2), UUID(int=3))

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(STRATA), max_size=40), st.binary(min_size=32, max_size=32))
    def test_nobody_inspects_the_own_agency_and_the_load_is_even(
        self, strata: list[UUID], seed: bytes
    ) -> None:
        items = [(stratum, uuid5(stratum, str(n))) for n, stratum in enumerate(strata)]
        own = {"a": {self.STRATA[0]}, "b": {self.STRATA[1]}}
        assigned = assign(seed, items, ("a", "b", "c"), own)
        for (stratum, _), inspector in zip(items, assigned, strict=True):
            assert stratum not in own.get(inspector, set())
        assert assigned == assign(seed, items, ("c", "b", "a"), own)
        free = assign(seed, items, ("x", "y"), {})
        assert abs(free.count("x") - free.count("y")) <= 1

    def test_where_nobody_is_eligible_nobody_is_assigned(self) -> None:
        items = [(self.STRATA[0], UUID(int=9))]
        assert assign(SEED, items, ("a",), {"a": {self.STRATA[0]}}) == [""]


def exact(population: int, inspected: int, faulty: int) -> tuple[Fraction, Fraction]:
    """Return the interval by trying every number of faulty records in whole numbers."""

    def tail(d: int, numbers: range) -> Fraction:
        ways = sum(comb(d, k) * comb(population - d, inspected - k) for k in numbers)
        return Fraction(ways, comb(population, inspected))

    possible = [
        d
        for d in range(faulty, population - (inspected - faulty) + 1)
        if tail(d, range(faulty, inspected + 1)) > Fraction(1, 40)
        and tail(d, range(faulty + 1)) > Fraction(1, 40)
    ]
    return Fraction(possible[0], population), Fraction(possible[-1], population)


@pytest.mark.rule("56.2b")
class TestEstimate:
    @settings(deadline=None)
    @given(st.data())
    def test_the_interval_is_the_exact_one(self, data: st.DataObject) -> None:
        population = data.draw(st.integers(1, 120))
        inspected = data.draw(st.integers(1, population))
        faulty = data.draw(st.integers(0, inspected))
        found = estimate(Counted(population, inspected, faulty))
        assert found is not None
        low, high = exact(population, inspected, faulty)
        assert (found.low, found.high) == (round(float(low), 6), round(float(high), 6))
        assert found.low <= found.rate <= found.high

    def test_a_census_leaves_no_doubt_and_nothing_inspected_says_nothing(self) -> None:
        assert estimate(Counted(8, 8, 2)) == Estimate(0.25, 0.25, 0.25)
        assert estimate(Counted(8, 0, 0)) is None

    def test_for_a_very_large_stratum_it_is_clopper_and_pearson(self) -> None:
        """3 of 59: 1.06 % to 14.15 % by the beta quantiles."""
        found = estimate(Counted(1_000_000, 59, 3))
        assert found is not None
        assert found.low == pytest.approx(0.0106, abs=2e-4)
        assert found.high == pytest.approx(0.1415, abs=2e-4)
        none = estimate(Counted(1_000_000, 59, 0))
        assert none is not None
        assert none.high == pytest.approx(1 - 0.025 ** (1 / 59), abs=1e-4)

    def test_strata_count_by_their_populations(self) -> None:
        together = estimate_together([Counted(900, 50, 0), Counted(100, 45, 9), Counted(0, 0, 0)])
        assert together is not None
        assert together.rate == pytest.approx(0.02)
        assert 0 < together.low < 0.02 < together.high < 0.1
        assert estimate_together([Counted(10, 10, 1), Counted(5, 5, 0)]) == Estimate(
            0.066667, 0.066667, 0.066667
        )
        assert estimate_together([Counted(10, 0, 0), Counted(5, 5, 0)]) is None
        assert estimate_together([]) is None
