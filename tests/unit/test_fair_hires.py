"""Who starts work through a job fair fills a position once, however that becomes known (43.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.domain.employer import fairs, services
from taizhang.domain.employer.fairs import ReferralMadeAtFair, VacancyFilledAtFair
from taizhang.domain.employer.services import ReferralMade, ReferralOutcome
from taizhang.domain.employer.vacancy import VacancyArchived, VacancyLapsed
from tests.unit.conftest import Story

if TYPE_CHECKING:
    from tests.unit.conftest import Decision

pytestmark = pytest.mark.rule("43.4")

FAIR, OTHER_FAIR = UUID(int=501), UUID(int=502)
MANY = 50


def referral(story: Story, number: int, fair_id: UUID | None) -> ReferralMade:
    return ReferralMade(
        referral_id=UUID(int=600 + number),
        vacancy_id=story.vacancy_id,
        job_seeker_id=UUID(int=700 + number),
        reasons=("近",),
        fair_id=fair_id,
    )


def hire(story: Story, number: int) -> Decision:
    return lambda ledger, occasion: services.learn_outcome(
        ledger, occasion, UUID(int=600 + number), ReferralOutcome.HIRED, story.day
    )


def told(story: Story, total: int, fair_id: UUID = FAIR) -> Decision:
    return lambda ledger, _: fairs.fill(ledger, fair_id, {story.vacancy_id: total})


def filled(story: Story) -> int:
    return story.ledger.vacancies[story.vacancy_id].filled


def published(headcount: int) -> Story:
    story = Story()
    story.content = story.content.model_copy(update={"headcount": headcount})
    return story.given_published()


def carry_out(story: Story, decision: Decision) -> None:
    story.when(decision)
    assert isinstance(story.answer, list), story.answer
    story.given(*story.answer)


class TestTotals:
    def test_a_number_without_names_fills_positions(self) -> None:
        story = published(MANY)
        story.when(told(story, 3)).then(
            VacancyFilledAtFair(fair_id=FAIR, vacancy_id=story.vacancy_id, started=3, counted=3)
        )
        assert filled(story) == 3
        story.when(told(story, 3)).then()

    def test_a_later_total_takes_the_place_of_the_earlier_one(self) -> None:
        story = published(MANY)
        for total in (3, 5, 1):
            carry_out(story, told(story, total))
            assert filled(story) == total

    def test_whoever_is_known_by_a_referral_is_in_the_total(self) -> None:
        story = published(MANY)
        for number in (1, 2):
            carry_out(story.given(referral(story, number, FAIR)), hire(story, number))
        assert filled(story) == 2
        story.when(told(story, 3)).then(
            VacancyFilledAtFair(fair_id=FAIR, vacancy_id=story.vacancy_id, started=3, counted=1)
        )
        assert filled(story) == 3

    def test_an_outcome_that_is_learnt_after_the_total_is_told_counts_no_more(self) -> None:
        story = published(MANY)
        story.given(referral(story, 1, FAIR), referral(story, 2, FAIR))
        carry_out(story, told(story, 1))
        carry_out(story, hire(story, 1))
        assert filled(story) == 1
        carry_out(story, hire(story, 2))  # one more than the employer told
        assert filled(story) == 2

    def test_fairs_and_other_referrals_count_apart(self) -> None:
        story = published(MANY)
        story.given(referral(story, 1, None), referral(story, 2, FAIR))
        carry_out(story, told(story, 2))
        carry_out(story, told(story, 1, OTHER_FAIR))
        carry_out(story, hire(story, 1))
        carry_out(story, hire(story, 2))
        assert filled(story) == 4

    def test_a_referral_of_before_is_known_by_what_was_told_beside_it(self) -> None:
        """As in a log of before referrals named the fair themselves."""
        story = published(MANY)
        made = referral(story, 1, None)
        story.given(
            made,
            ReferralMadeAtFair(
                fair_id=FAIR, referral_id=made.referral_id, vacancy_id=story.vacancy_id
            ),
        )
        carry_out(story, told(story, 1))
        carry_out(story, hire(story, 1))
        assert filled(story) == 1


class TestRefusals:
    def test_not_more_than_the_vacancy_has_positions(self) -> None:
        story = published(2)
        carry_out(story.given(referral(story, 1, None)), hire(story, 1))
        story.when(told(story, 2)).then_broken("43.4", "1 of the 2 positions of the vacancy")
        carry_out(story, told(story, 1))
        assert story.ledger.vacancies[story.vacancy_id].is_full
        story.when(told(story, 0))
        assert filled(story) == 2

    @pytest.mark.rule("41")
    def test_nobody_else_is_hired_once_a_total_has_filled_it(self) -> None:
        story = published(1)
        story.given(referral(story, 1, None), referral(story, 2, FAIR))
        carry_out(story, told(story, 1))
        story.when(hire(story, 1)).then_broken("41", "all 1 positions are filled")
        carry_out(story, hire(story, 2))  # the one of the total
        assert filled(story) == 1

    def test_an_archived_vacancy_keeps_its_account(self) -> None:
        """Its positions are no matter of decisions any more; that nobody counts twice still is."""
        story = published(MANY)
        carry_out(story.given(referral(story, 1, FAIR)), hire(story, 1))
        story.given(
            VacancyLapsed(vacancy_id=story.vacancy_id), VacancyArchived(vacancy_id=story.vacancy_id)
        )
        story.when(told(story, 3)).then(
            VacancyFilledAtFair(fair_id=FAIR, vacancy_id=story.vacancy_id, started=3, counted=2)
        )
        story.when(told(story, 3)).then()


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("told"), st.sampled_from((FAIR, OTHER_FAIR)), st.integers(0, 6)),
            st.tuples(st.just("hired"), st.sampled_from((FAIR, OTHER_FAIR, None)), st.just(1)),
        ),
        max_size=12,
    )
)
def test_of_each_fair_the_larger_number_counts(
    steps: list[tuple[str, UUID | None, int]],
) -> None:
    story = published(MANY)
    totals: dict[UUID, int] = {}
    named: dict[UUID | None, int] = {}
    for number, (kind, fair_id, amount) in enumerate(steps):
        if kind == "told" and fair_id is not None:
            carry_out(story, told(story, amount, fair_id))
            totals[fair_id] = amount
        else:
            carry_out(story.given(referral(story, number, fair_id)), hire(story, number))
            named[fair_id] = named.get(fair_id, 0) + 1
    through_fairs = sum(max(totals.get(one, 0), named.get(one, 0)) for one in (FAIR, OTHER_FAIR))
    assert filled(story) == named.get(None, 0) + through_fairs
