"""A vacancy's life from draft to archive, decision by decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.domain.employer import reviewing
from taizhang.domain.employer.content import Item, VacancyContent, screen_content
from taizhang.domain.employer.fairs import VacancyFilledAtFair
from taizhang.domain.employer.ledger import lapse_overdue
from taizhang.domain.employer.papers import AgentRevoked, Channel
from taizhang.domain.employer.pay import Pay, PayUnit
from taizhang.domain.employer.services import ReferralMade
from taizhang.domain.employer.text_values import SocialInsurance
from taizhang.domain.employer.vacancy import (
    ReviewDefect,
    VacancyArchived,
    VacancyChanged,
    VacancyDrafted,
    VacancyLapsed,
    VacancyPassed,
    VacancyPublished,
    VacancyReturned,
    VacancyRevised,
    VacancyStatus,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.errors import InvalidInput, NotFound, TaizhangError
from taizhang.domain.events import Event

if TYPE_CHECKING:
    from tests.unit.conftest import Decision, Story

DAY = date(2026, 11, 2)
ID = UUID(int=100)
PLAIN = VacancyContent(title="电工", text="负责电路维修。", headcount=2)
OTHER = VacancyContent(title="高级电工", text="负责电路维修和带班。", headcount=1)
WOMEN_ONLY = VacancyContent(title="前台", text="要求：女，未婚，形象好。")
DEFECT = ReviewDefect(rule="38.2", note="请写明工资")


def drafting(content: VacancyContent = PLAIN) -> Decision:
    return lambda ledger, occasion: reviewing.draft(
        ledger, occasion, ID, content, screen_content(content), None
    )


def revising(content: VacancyContent = OTHER) -> Decision:
    return lambda ledger, occasion: reviewing.revise(
        ledger, occasion, ID, content, screen_content(content)
    )


def submitting(channel: Channel = Channel.FRONT_DESK, publisher: UUID | None = None) -> Decision:
    return lambda ledger, occasion: reviewing.submit(
        ledger, occasion, ID, channel, publisher, "110101001"
    )


def passing(overruled: str | None = None) -> Decision:
    return lambda ledger, occasion: reviewing.pass_review(ledger, occasion, ID, overruled)


def returning(*defects: ReviewDefect) -> Decision:
    return lambda ledger, occasion: reviewing.return_to_employer(ledger, occasion, ID, defects)


def publishing(valid_until: date | None = None) -> Decision:
    return lambda ledger, occasion: reviewing.publish(ledger, occasion, ID, valid_until)


def changing(content: VacancyContent = OTHER) -> Decision:
    return lambda ledger, occasion: reviewing.change(
        ledger, occasion, ID, content, screen_content(content), "加薪", "110101001"
    )


def withdrawing(ledger: object, occasion: object) -> list[Event]:
    return reviewing.withdraw(ledger, occasion, ID, WithdrawalReason.CANCELLED, "")  # type: ignore[arg-type]


def lapsing(ledger: object, occasion: object) -> list[Event]:
    return reviewing.lapse(ledger, occasion, ID)  # type: ignore[arg-type]


def archiving(ledger: object, occasion: object) -> list[Event]:
    return reviewing.archive(ledger, occasion, ID)  # type: ignore[arg-type]


STAGES: dict[VacancyStatus, tuple[Event, ...]] = {
    VacancyStatus.DRAFT: (),
    VacancyStatus.SUBMITTED: (
        VacancySubmitted(
            vacancy_id=ID,
            channel=Channel.FRONT_DESK,
            publisher_id=None,
            review_agency_code="110101001",
        ),
    ),
}
STAGES[VacancyStatus.PASSED] = (
    *STAGES[VacancyStatus.SUBMITTED],
    VacancyPassed(vacancy_id=ID, overruled=None),
)
STAGES[VacancyStatus.RETURNED] = (
    *STAGES[VacancyStatus.SUBMITTED],
    VacancyReturned(vacancy_id=ID, defects=(DEFECT,)),
)
STAGES[VacancyStatus.PUBLISHED] = (
    *STAGES[VacancyStatus.PASSED],
    VacancyPublished(vacancy_id=ID, valid_until=DAY),
)
STAGES[VacancyStatus.WITHDRAWN] = (
    *STAGES[VacancyStatus.PUBLISHED],
    VacancyWithdrawn(vacancy_id=ID, reason=WithdrawalReason.FILLED, note=""),
)
STAGES[VacancyStatus.LAPSED] = (*STAGES[VacancyStatus.PUBLISHED], VacancyLapsed(vacancy_id=ID))

# Which decision may be taken at which stage, and the rule that is broken at every other.
S = VacancyStatus
ALLOWED: list[tuple[str, Decision, set[VacancyStatus], str]] = [
    ("revise", revising(), {S.DRAFT, S.RETURNED}, "39.1"),
    ("pass", passing(), {S.SUBMITTED}, "38.1"),
    ("return", returning(DEFECT), {S.SUBMITTED}, "38.1"),
    ("change", changing(), {S.PUBLISHED}, "38.1"),
    ("withdraw", withdrawing, {S.DRAFT, S.SUBMITTED, S.PASSED, S.RETURNED, S.PUBLISHED}, "41"),
    ("archive", archiving, {S.WITHDRAWN, S.LAPSED}, "41"),
]


@pytest.mark.rule("38.1", "39.1", "41")
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("name", "decision", "allowed", "rule"), ALLOWED)
def test_each_decision_is_for_certain_stages_only(
    story: Story,
    stage: VacancyStatus,
    name: str,
    decision: Decision,
    allowed: set[VacancyStatus],
    rule: str,
) -> None:
    story.given_draft().given(*STAGES[stage]).by("reviewer")
    assert story.ledger.vacancies[ID].status is stage
    story.when(decision)
    if stage in allowed:
        assert isinstance(story.answer, list)
        assert story.answer
        return
    story.then_broken(rule, f"the vacancy is {stage}")


@pytest.mark.parametrize(
    "decision",
    [revising(), submitting(), passing(), returning(DEFECT), publishing(), changing(), withdrawing],
)
def test_nothing_happens_to_an_unknown_vacancy(story: Story, decision: Decision) -> None:
    story.given_registered().when(decision).then_refused(NotFound, "no vacancy")


@pytest.mark.parametrize(
    ("stage", "decision"),
    [
        (S.DRAFT, revising()),
        (S.DRAFT, submitting()),
        (S.SUBMITTED, passing()),
        (S.SUBMITTED, returning(DEFECT)),
        (S.PUBLISHED, changing()),
        (S.PUBLISHED, withdrawing),
        (S.LAPSED, archiving),
    ],
)
def test_no_step_is_dated_before_the_one_it_follows(
    story: Story, stage: VacancyStatus, decision: Decision
) -> None:
    story.given_draft()
    story.ledger.papers.registered_on = date(2026, 1, 1)
    story.given(*STAGES[stage]).by("reviewer").on(DAY - timedelta(days=1)).when(decision)
    story.then_refused(InvalidInput, "occurred_on: the vacancy has been")


class TestDraft:
    @pytest.mark.rule("38.3")
    def test_a_vacancy_is_taken_in_with_what_its_screening_found(self, story: Story) -> None:
        screening = screen_content(WOMEN_ONLY)
        story.given_registered().when(drafting(WOMEN_ONLY)).then(
            VacancyDrafted(vacancy_id=ID, content=WOMEN_ONLY, screening=screening)
        )
        assert story.ledger.vacancies[ID].violations == screening.violations >= 2

    @pytest.mark.rule("36")
    def test_not_for_an_employer_without_registration(self, story: Story) -> None:
        story.given_open().when(drafting()).then_broken("36", "no recruitment registration")

    @pytest.mark.rule("35", "36")
    def test_not_for_an_employer_whose_papers_have_lapsed(self, story: Story) -> None:
        story.given_registered(licence_until=DAY).later(1).when(drafting()).then_broken("35")

    @pytest.mark.rule("36")
    def test_not_on_a_day_before_the_registration(self, story: Story) -> None:
        story.given_registered().later(-1).when(drafting()).then_broken("36", "2026-11-02")

    def test_an_id_is_used_once(self, story: Story) -> None:
        story.given_draft().when(drafting()).then_refused(InvalidInput, "in the ledger already")

    @pytest.mark.rule("38.2")
    def test_what_article_38_wants_and_is_not_stated_is_named_item_by_item(self) -> None:
        full = VacancyContent(
            title="电工",
            headcount=1,
            work_content="维修",
            education="高中",
            pay=Pay(unit=PayUnit.NEGOTIABLE),
            benefits=("午餐",),
            social_insurance=tuple(SocialInsurance)[:1],
        )
        assert full.missing_items(employer_stated=True) == ()
        assert full.missing_items(employer_stated=False) == (Item.EMPLOYER_BASICS,)
        without: dict[Item, dict[str, object]] = {
            Item.HEADCOUNT: {"headcount": None},
            Item.WORK_CONTENT: {"work_content": " "},
            Item.HIRING_CONDITIONS: {"education": None},
            Item.PAY: {"pay": None},
            Item.BENEFITS: {"benefits": (" ",)},
            Item.SOCIAL_INSURANCE: {"social_insurance": ()},
        }
        for item, update in without.items():
            lacking = full.model_copy(update=update)
            assert lacking.missing_items(employer_stated=True) == (item,)


class TestSubmission:
    @pytest.mark.rule("38.1")
    def test_a_draft_is_submitted_for_review(self, story: Story) -> None:
        story.given_draft().when(submitting()).then(story.submitted())

    @pytest.mark.rule("38.1")
    @pytest.mark.parametrize("stage", [S.SUBMITTED, S.PASSED, S.PUBLISHED, S.WITHDRAWN, S.LAPSED])
    def test_only_a_draft_or_a_returned_one(self, story: Story, stage: VacancyStatus) -> None:
        story.given_draft().given(*STAGES[stage]).when(submitting()).then_broken("38.1")

    @pytest.mark.rule("39.1")
    def test_what_was_returned_is_revised_before_it_comes_again(self, story: Story) -> None:
        story.given_draft().given(*STAGES[S.RETURNED]).when(submitting()).then_broken(
            "39.1", "revise it"
        )
        story.when(revising()).then(
            VacancyRevised(vacancy_id=ID, content=OTHER, screening=screen_content(OTHER))
        )
        story.when(submitting()).then(story.submitted())

    @pytest.mark.rule("39.1")
    def test_returned_a_second_time_it_is_revised_a_second_time(self, story: Story) -> None:
        revised = VacancyRevised(vacancy_id=ID, content=OTHER, screening=screen_content(OTHER))
        story.given_draft().given(*STAGES[S.RETURNED], revised, *STAGES[S.RETURNED])
        story.when(submitting()).then_broken("39.1")

    @pytest.mark.rule("35", "36")
    def test_not_once_the_registration_has_lapsed(self, story: Story) -> None:
        story.given_draft().given(AgentRevoked(agent_id=story.agent_id, reason="离职"))
        story.when(submitting()).then_broken("35")

    @pytest.mark.rule("39.2")
    def test_online_by_an_agent_whose_real_name_is_verified(self, story: Story) -> None:
        story.given_draft().when(submitting(Channel.ONLINE, story.agent_id)).then(
            story.submitted(story.agent_id)
        )
        assert story.ledger.vacancies[ID].online

    @pytest.mark.rule("39.2")
    @pytest.mark.parametrize("publisher", [None, UUID(int=999)])
    def test_online_by_nobody_else(self, story: Story, publisher: UUID | None) -> None:
        story.given_draft().when(submitting(Channel.ONLINE, publisher)).then_broken(
            "39.2", "names the agent"
        )

    @pytest.mark.rule("39.2")
    def test_not_online_without_the_real_name(self, story: Story) -> None:
        story.given_draft().given(story.agent(real_name=False))
        story.when(submitting(Channel.ONLINE, story.agent_id)).then_broken("39.2", "real name")

    @pytest.mark.rule("39.2")
    def test_not_online_by_an_agent_whose_papers_have_expired(self, story: Story) -> None:
        other = story.agent().model_copy(update={"agent_id": UUID(int=201)})
        story.given_draft().given(other, story.agent(DAY)).later(1)
        story.when(submitting(Channel.ONLINE, story.agent_id)).then_broken("39.2", "expired")

    @pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.ONLINE])
    def test_only_an_online_submission_names_a_publisher(
        self, story: Story, channel: Channel
    ) -> None:
        story.given_draft().when(submitting(channel, story.agent_id)).then_refused(InvalidInput)


class TestReview:
    @pytest.mark.rule("38.1")
    @pytest.mark.parametrize("decision", [passing(), returning(DEFECT)])
    def test_who_submitted_does_not_review(self, story: Story, decision: Decision) -> None:
        story.given_submitted().when(decision).then_broken("38.1", "does not review")

    @pytest.mark.rule("38.1")
    @pytest.mark.parametrize("decision", [passing(), returning(DEFECT)])
    def test_who_changed_does_not_review_the_change(self, story: Story, decision: Decision) -> None:
        story.given_published().by("changer").when(changing())
        assert isinstance(story.answer, list)
        story.then(*story.answer)
        story.when(decision).then_broken("38.1", "does not review")
        story.by("clerk").when(decision)
        assert isinstance(story.answer, list)

    @pytest.mark.rule("38.1")
    def test_it_passes(self, story: Story) -> None:
        story.given_submitted().by("reviewer").when(passing()).then(
            VacancyPassed(vacancy_id=ID, overruled=None)
        )

    @pytest.mark.rule("38.3")
    @pytest.mark.parametrize("why", [None, "", "  "])
    def test_discriminatory_wording_does_not_pass(self, story: Story, why: str | None) -> None:
        story.given_submitted(WOMEN_ONLY).by("reviewer").when(passing(why)).then_broken("38.3")

    @pytest.mark.rule("38.3")
    def test_unless_the_reviewer_says_why_it_is_none(self, story: Story) -> None:
        story.given_submitted(WOMEN_ONLY).by("reviewer").when(passing("剧组女演员")).then(
            VacancyPassed(vacancy_id=ID, overruled="剧组女演员")
        )

    @pytest.mark.rule("38.3")
    def test_a_revision_without_the_wording_passes(self, story: Story) -> None:
        story.given_submitted(WOMEN_ONLY).given(
            VacancyReturned(vacancy_id=ID, defects=(DEFECT,)),
            VacancyRevised(vacancy_id=ID, content=OTHER, screening=screen_content(OTHER)),
            story.submitted(),
        )
        story.by("reviewer").when(passing()).then(VacancyPassed(vacancy_id=ID, overruled=None))

    @pytest.mark.rule("39.1")
    def test_it_is_returned_with_its_defects(self, story: Story) -> None:
        story.given_submitted().by("reviewer").when(returning(DEFECT)).then(
            VacancyReturned(vacancy_id=ID, defects=(DEFECT,))
        )

    @pytest.mark.rule("39.1")
    def test_and_never_without(self, story: Story) -> None:
        story.given_submitted().by("reviewer").when(returning()).then_broken("39.1", "at least one")


class TestPublication:
    @pytest.mark.rule("38.1")
    @pytest.mark.parametrize("stage", [S.DRAFT, S.SUBMITTED, S.PUBLISHED, S.WITHDRAWN, S.LAPSED])
    def test_only_what_passed_is_published(self, story: Story, stage: VacancyStatus) -> None:
        story.given_draft().given(*STAGES[stage]).when(publishing()).then_broken("38.1")

    @pytest.mark.rule("39.1")
    def test_what_was_returned_is_not_published(self, story: Story) -> None:
        story.given_draft().given(*STAGES[S.RETURNED]).when(publishing()).then_broken("39.1")

    @pytest.mark.rule("35")
    def test_not_once_the_registration_has_lapsed(self, story: Story) -> None:
        story.given_passed().given(AgentRevoked(agent_id=story.agent_id, reason="离职"))
        story.when(publishing()).then_broken("35", "lapsed with its papers")

    @pytest.mark.parametrize(
        ("stated", "given", "until"),
        [
            (None, None, DAY + timedelta(days=30)),
            (date(2026, 11, 20), None, date(2026, 11, 20)),
            (date(2026, 11, 20), date(2026, 11, 9), date(2026, 11, 9)),
            (None, DAY, DAY),
        ],
    )
    def test_it_is_public_until_the_day_given_or_stated_or_set_by_policy(
        self, story: Story, stated: date | None, given: date | None, until: date
    ) -> None:
        story.given_passed(PLAIN.model_copy(update={"valid_until": stated}))
        story.when(publishing(given)).then(VacancyPublished(vacancy_id=ID, valid_until=until))

    @pytest.mark.rule("38.1")
    @pytest.mark.parametrize(
        ("stated", "given"), [(date(2026, 11, 1), None), (None, date(2026, 11, 1))]
    )
    def test_not_when_its_time_is_over(
        self, story: Story, stated: date | None, given: date | None
    ) -> None:
        story.given_passed(PLAIN.model_copy(update={"valid_until": stated}))
        story.when(publishing(given)).then_broken("38.1", "no longer valid")

    @pytest.mark.rule("38.1")
    def test_a_changed_one_is_reviewed_anew_before_it_is_public_again(self, story: Story) -> None:
        story.given_published().when(changing()).then(
            VacancyChanged(
                vacancy_id=ID,
                content=OTHER,
                screening=screen_content(OTHER),
                reason="加薪",
                review_agency_code="110101001",
            )
        )
        story.when(publishing()).then_broken("38.1", "submitted")
        assert not story.ledger.vacancies[ID].is_open_on(DAY)

    @pytest.mark.parametrize("decision", [changing, revising])
    def test_it_never_states_fewer_positions_than_are_filled(
        self, story: Story, decision: Callable[[VacancyContent], Decision]
    ) -> None:
        hired = VacancyFilledAtFair(fair_id=UUID(int=7), vacancy_id=ID, started=2, counted=2)
        story.given_published().given(hired)
        if decision is revising:
            story.given(*STAGES[S.RETURNED])
        fewer, enough = (OTHER.model_copy(update={"headcount": count}) for count in (1, 2))
        story.when(decision(fewer)).then_refused(InvalidInput, "2 positions are filled already")
        assert not isinstance(story.when(decision(enough)).answer, TaizhangError)


class TestEnd:
    @pytest.mark.rule("41")
    def test_it_lapses_only_after_its_last_day(self, story: Story) -> None:
        story.given_published(DAY + timedelta(days=5)).later(5).when(lapsing).then_broken(
            "41", "has not lapsed"
        )
        story.later(1).when(lapsing).then(VacancyLapsed(vacancy_id=ID))

    @pytest.mark.rule("41")
    def test_all_that_is_over_lapses_at_once(self, story: Story) -> None:
        story.given_published(DAY)
        second = UUID(int=101)
        story.given(
            *(
                event.model_copy(update={"vacancy_id": second})
                for event in (
                    VacancyDrafted(vacancy_id=ID, content=PLAIN, screening=screen_content(PLAIN)),
                    *STAGES[S.PASSED],
                    VacancyPublished(vacancy_id=ID, valid_until=DAY + timedelta(days=1)),
                )
            )
        )
        story.when(lapse_overdue).then()
        story.later(1).when(lapse_overdue).then(VacancyLapsed(vacancy_id=ID))
        story.later(1).when(lapse_overdue).then(VacancyLapsed(vacancy_id=second))
        story.when(lapse_overdue).then()

    @pytest.mark.rule("41")
    def test_one_whose_time_is_over_lapses_when_it_is_archived(self, story: Story) -> None:
        story.given_published(DAY).when(archiving).then_broken("41")
        story.later(1).when(archiving).then(
            VacancyLapsed(vacancy_id=ID), VacancyArchived(vacancy_id=ID)
        )

    @pytest.mark.rule("41")
    def test_not_archived_while_the_outcome_of_a_referral_is_unknown(self, story: Story) -> None:
        story.given_published(DAY).given(
            ReferralMade(
                referral_id=UUID(int=1), vacancy_id=ID, job_seeker_id=UUID(int=2), reasons=("x",)
            )
        )
        story.later(1).when(archiving).then_broken("41", "1 referral")

    @pytest.mark.rule("41")
    @pytest.mark.parametrize("stage", [S.WITHDRAWN, S.LAPSED])
    def test_archived_it_leaves_the_state_but_not_the_history(
        self, story: Story, stage: VacancyStatus
    ) -> None:
        story.given_draft().given(*STAGES[stage]).when(archiving).then(
            VacancyArchived(vacancy_id=ID)
        )
        assert story.ledger.vacancies == {}
        assert any(isinstance(one.event, VacancyDrafted) for one in story.history)
        story.when(archiving).then_refused(NotFound, "archived")


def test_a_later_tightened_rule_never_makes_an_old_history_unreadable(story: Story) -> None:
    """Applying checks nothing: a history that no decision would allow today is still read."""
    make: Callable[[UUID], VacancyDrafted] = lambda one: VacancyDrafted(  # noqa: E731
        vacancy_id=one, content=WOMEN_ONLY, screening=screen_content(WOMEN_ONLY)
    )
    story.given_open().given(make(ID), VacancyPublished(vacancy_id=ID, valid_until=DAY))
    assert story.ledger.vacancies[ID].is_open_on(DAY)
