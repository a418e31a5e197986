"""What came of a job fair, per vacancy (Article 43)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.events import Event
from taizhang.domain.job_fair import outcomes
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.outcomes import FairOutcomeEntered, VacancyOutcome

from .conftest import EMPLOYER, OTHER, PERSON, SECOND, TODAY, VACANCY, Fair


def result(
    *results: tuple[UUID, int, int], employer: UUID = EMPLOYER
) -> Callable[[JobFair, Occasion], Sequence[Event]]:
    found = tuple(
        VacancyOutcome(vacancy_id=one, agreements=agreements, started=started)
        for one, agreements, started in results
    )
    return lambda fair, o: outcomes.enter(fair, o, employer, found)


class TestOutcomes:
    @pytest.mark.rule("43.4")
    def test_they_are_due_after_the_fair_and_known_with_the_last_employer(self, fair: Fair) -> None:
        fair.given_held(EMPLOYER, OTHER)
        assert fair.duty("fair_outcome").due_on == date(2026, 11, 19)
        fair.on(date(2026, 11, 17)).when(result((VACANCY, 4, 1), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        (entered,) = fair.answer
        assert isinstance(entered, FairOutcomeEntered)
        assert not entered.all_known
        fair.given(entered)
        assert fair.duty("fair_outcome").outcome == "open"
        fair.on(date(2026, 11, 20)).when(result((VACANCY, 0, 0), (SECOND, 2, 2), employer=OTHER))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer)
        assert fair.duty("fair_outcome").outcome == "late"

    @pytest.mark.rule("43.4")
    def test_later_totals_take_the_place_of_earlier_ones(self, fair: Fair) -> None:
        fair.given_held().when(result((VACANCY, 4, 0)))
        fair.invalid("1 vacancies of the employer are missing")
        fair.when(result((VACANCY, 4, 0), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer).on(date(2026, 12, 1)).when(result((VACANCY, 4, 3)))
        assert isinstance(fair.answer, list)

    @pytest.mark.rule("43.4")
    def test_figures_that_cannot_be(self, fair: Fair) -> None:
        fair.given_held()
        fair.when(result((VACANCY, 1, 2), (SECOND, 0, 0))).invalid("more started than agreed")
        fair.when(result()).invalid("each vacancy once")
        fair.when(result((VACANCY, 1, 0), (VACANCY, 1, 0))).invalid("each vacancy once")
        fair.when(result((PERSON, 1, 0))).refused("43.1", "not admitted")
        fair.when(result((VACANCY, 1, 0), employer=OTHER)).refused("43.1", "not admitted")
        fair.on(TODAY).when(result((VACANCY, 1, 0), (SECOND, 0, 0))).invalid("ended on")

    @pytest.mark.rule("43.4")
    def test_not_before_it_is_held(self, fair: Fair) -> None:
        fair.given_planned().given_admitted().when(result((VACANCY, 1, 0))).refused(
            "43.4", "planned"
        )

    @pytest.mark.rule("43.4")
    def test_late_entry_is_found(self, fair: Fair) -> None:
        fair.given_held().on(date(2026, 11, 13)).entered(date(2026, 11, 18))
        fair.when(result((VACANCY, 4, 0), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer)
        late = fair.duty("fair_outcome_entry")
        assert (late.outcome, late.due_on, late.closed_on) == (
            "late", date(2026, 11, 16), date(2026, 11, 18),
        )  # fmt: skip
        assert fair.duty("fair_outcome").outcome == "met"
