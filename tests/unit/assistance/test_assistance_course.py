"""Consultation, ending and placement, and the steps that are open (Articles 28 to 30)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.assistance import (
    AssessPerformance,
    GiveAssistedGuidance,
    RevisePlan,
)
from taizhang.application.commands.assistance_course import (
    AcceptConsultation,
    ApplyForConsultation,
    ApproveEnding,
    CloseCase,
    DeclineConsultation,
    EndPlacement,
    GiveFeedback,
    GiveOpinion,
    PlacePerson,
    RecommendPlacement,
    ReportEnding,
    VerifyEnding,
)
from taizhang.application.commands.assisted_work import StartWork
from taizhang.domain.assistance.ending import EndingCause
from taizhang.domain.assistance.guidance import AssistedGuidance
from taizhang.domain.assistance.state import CaseStage
from taizhang.domain.assistance.team_and_plan import RevisionCause
from taizhang.domain.assistance.visits import Willingness
from taizhang.domain.errors import NotAuthorised
from taizhang.domain.job_seeker.contact import Ground, ServicesCeased

from .conftest import CITY, DISTRICT, HERE, NEXT_DOOR

if TYPE_CHECKING:
    from .conftest import Desk

EXPERTS = (f"chief-{DISTRICT}", f"specialist-{HERE}")


def ready(desk: Desk, referrals: int) -> Desk:
    return desk.assisted().planned().failed_referrals(referrals)


def apply(desk: Desk) -> ApplyForConsultation:
    return desk.of(ApplyForConsultation, consultation_id=uuid4())


def consulted(desk: Desk) -> Desk:
    ready(desk, 3).done(apply(desk))
    desk.by(f"chief-{DISTRICT}").done(desk.of(AcceptConsultation, experts=EXPERTS))
    return desk.done(desk.of(GiveOpinion, opinion="先做面试辅导"))


def adjust(desk: Desk) -> RevisePlan:
    return desk.of(
        RevisePlan,
        cause=RevisionCause.EXPERT_OPINION,
        reason="按会诊意见调整",
        stages=(desk.stage(desk.case.plan.revision + 1),),
        made_with_person=True,
    )


# --- consultation -----------------------------------------------------------------------------


@pytest.mark.rule("28")
def test_a_consultation_is_open_after_three_referrals_of_a_job_ready_person(desk: Desk) -> None:
    ready(desk, 2).when(apply(desk)).refused("28", "2 referral(s)", "needs 3")
    (unmet,) = desk.steps()["apply_for_consultation"].missing
    assert unmet.wanting_zh == "尚缺：3次以上匹配推荐未实现就业（已有2次）"
    desk.failed_referrals(1)
    step = desk.steps()["apply_for_consultation"]
    assert step.is_open
    assert "已匹配推荐3次仍未实现就业（3次以上可申请）" in step.evidence
    assert not step.missing
    desk.when(apply(desk))
    assert desk.recorded == ["assistance_case.consultation_applied"]
    desk.when(apply(desk)).refused("28", "under way")


@pytest.mark.rule("28")
def test_the_specialist_applies_at_the_next_level_up_which_takes_the_case(desk: Desk) -> None:
    ready(desk, 3).by(f"colleague-{HERE}").when(apply(desk)).refused("28", "specialist")
    desk.by(f"specialist-{HERE}").done(apply(desk))
    desk.by(f"chief-{CITY}").when(desk.of(AcceptConsultation, experts=EXPERTS))
    assert isinstance(desk.answer, NotAuthorised)
    desk.by(f"chief-{DISTRICT}")
    desk.when(desk.of(GiveOpinion, opinion="x")).refused("28", "not taken")
    alone = (f"chief-{DISTRICT}", f"specialist-{NEXT_DOOR}")
    desk.when(desk.of(AcceptConsultation, experts=alone)).refused("28", HERE)
    desk.when(desk.of(AcceptConsultation, experts=EXPERTS))
    assert desk.recorded == ["assistance_case.consultation_accepted"]


@pytest.mark.rule("28")
def test_a_consultation_that_was_declined_may_be_applied_for_again(desk: Desk) -> None:
    ready(desk, 3).done(apply(desk))
    desk.by(f"chief-{DISTRICT}").done(desk.of(DeclineConsultation, reason="先补充测评"))
    desk.by(f"specialist-{HERE}").when(apply(desk))
    assert desk.recorded == ["assistance_case.consultation_applied"]


@pytest.mark.rule("28")
def test_without_an_application_nothing_is_taken(desk: Desk) -> None:
    ready(desk, 3).by(f"chief-{DISTRICT}")
    desk.when(desk.of(AcceptConsultation, experts=EXPERTS)).refused("28", "applied for")


@pytest.mark.rule("28.3")
def test_the_plan_is_adjusted_within_five_working_days_again_and_again(desk: Desk) -> None:
    consulted(desk)
    (duty,) = desk.open("plan_adjustment")
    assert (duty.agency_code, duty.staff_id) == (HERE, f"specialist-{HERE}")
    assert duty.due_on == date(2026, 1, 12)
    desk.when(desk.of(GiveOpinion, opinion="再议")).refused("28.3", "adjusted")
    desk.by(f"specialist-{HERE}").on(date(2026, 1, 13)).done(adjust(desk))
    desk.when(adjust(desk)).refused("28.3", "no expert opinion")
    desk.later(7).done(desk.of(GiveFeedback, report="已辅导两次"))
    desk.by(f"chief-{DISTRICT}").done(desk.of(GiveOpinion, opinion="扩大岗位范围"))
    desk.by(f"specialist-{HERE}").done(adjust(desk))
    assert desk.outcome("plan_adjustment") == ["late", "met"]


@pytest.mark.rule("28", "28.3")
def test_employment_ends_the_loop(desk: Desk) -> None:
    consulted(desk).by(f"specialist-{HERE}")
    started = desk.of(
        StartWork, employment_id=uuid4(), work="flexible", employer="自由职业", started_on=desk.day
    )
    desk.done(started)
    assert desk.outcome("plan_adjustment") == ["cancelled"]
    assert desk.case.consultation is None


# --- ending -----------------------------------------------------------------------------------

VERIFY = {"cause": EndingCause.UNWILLING, "findings": "电话核实"}


@pytest.mark.rule("29")
def test_a_case_ends_for_unwillingness_after_visit_verification_and_approval(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(VerifyEnding, **VERIFY)).refused("29", "not visited")
    desk.visited()
    desk.when(desk.of(VerifyEnding, **VERIFY)).refused("29", "was willing")
    desk.visited(willingness=Willingness.UNWILLING)
    assert desk.steps()["end_for_unwillingness"].is_open
    desk.by(f"colleague-{HERE}").when(desk.of(ApproveEnding)).refused("29", "not verified")
    desk.when(desk.of(VerifyEnding, **VERIFY)).refused("29", "specialist")
    desk.by(f"specialist-{HERE}").done(desk.of(VerifyEnding, **VERIFY))
    desk.when(desk.of(ApproveEnding)).refused("29", "does not approve")
    desk.by(f"colleague-{HERE}").when(desk.of(ApproveEnding))
    assert desk.recorded == ["assistance_case.ended"]


@pytest.mark.rule("29")
def test_who_turns_willing_before_the_approval_is_assisted_on(desk: Desk) -> None:
    desk.assisted().visited(willingness=Willingness.REFUSES).done(desk.of(VerifyEnding, **VERIFY))
    desk.visited(willingness=Willingness.WILLING)
    desk.by(f"colleague-{HERE}").when(desk.of(ApproveEnding)).refused("29", "willing")


@pytest.mark.rule("29")
def test_the_end_is_reported_promptly_and_services_cease(desk: Desk) -> None:
    desk.assisted().planned()
    desk.referred()
    desk.visited(willingness=Willingness.UNWILLING).done(desk.of(VerifyEnding, **VERIFY))
    desk.by(f"colleague-{HERE}").done(desk.of(ApproveEnding))
    assert desk.outcome("visit_after_referral") == ["cancelled"]
    (duty,) = desk.open()
    assert (duty.duty, duty.staff_id) == ("ending_report", f"specialist-{HERE}")
    desk.done(desk.of(ReportEnding, reference="京失〔2026〕1号"))
    assert desk.recorded[1:] == [
        "job_seeker_ledger.reported_to_registry",
        "job_seeker_ledger.services_ceased",
        "registry_report.queued",
    ]
    assert desk.outcome("ending_report") == ["met"]
    desk.when(desk.of(ReportEnding, reference="再报")).refused("29", "nothing")
    desk.when(desk.visit()).refused("27.1", "ended")


@pytest.mark.rule("28", "29")
def test_a_case_closes_at_its_agreed_end_without_a_report(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(CloseCase, cause=EndingCause.UNWILLING, note="x")).refused("29")
    desk.when(desk.of(CloseCase, cause=EndingCause.STABLE_EMPLOYMENT, note="x")).refused("28")
    desk.done(desk.of(CloseCase, cause=EndingCause.AGREED_CONDITION, note="达到退休年龄"))
    assert desk.case.stage is CaseStage.ENDED
    assert desk.open() == []


@pytest.mark.rule("27.4b")
def test_stable_employment_is_known_once_the_last_window_opens(desk: Desk) -> None:
    desk.assisted().done(
        desk.of(
            StartWork, employment_id=uuid4(), work="employed", employer="e", started_on=desk.day
        )
    )
    close = desk.of(CloseCase, cause=EndingCause.STABLE_EMPLOYMENT, note="稳定")
    desk.on(date(2026, 6, 24)).when(close).refused("27.4b", "2026-06-25")
    desk.on(date(2026, 6, 25)).when(close)
    assert desk.recorded == ["assistance_case.ended"]


# --- placement --------------------------------------------------------------------------------


def recommend(desk: Desk, *, fit: bool = True) -> RecommendPlacement:
    return desk.of(RecommendPlacement, employer="街道公益岗", fit=fit, fitness="符合安置条件")


def placed(desk: Desk) -> Desk:
    ready(desk, 5).done(desk.of(AssessPerformance, obligations_met=True, effect="积极"))
    desk.on(date(2026, 7, 6)).done(recommend(desk))
    return desk.done(
        desk.of(
            PlacePerson,
            employer="街道公益岗",
            post="协管员",
            placed_on=desk.day,
            until=date(2027, 7, 5),
        )
    )


@pytest.mark.rule("30.1")
def test_a_recommendation_names_every_condition_that_is_missing(desk: Desk) -> None:
    desk.assisted().when(recommend(desk, fit=False))
    desk.refused(
        "30.1", "6 months", "not assessed", "not found job-ready", "0 referral(s)", "post are not"
    )


@pytest.mark.rule("30.1")
def test_referrals_that_failed_through_the_person_do_not_count(desk: Desk) -> None:
    ready(desk, 4).failed_referrals(1, own_fault=True)
    desk.done(desk.of(AssessPerformance, obligations_met=True, effect="积极"))
    desk.on(date(2026, 7, 6)).when(recommend(desk)).refused("30.1", "4 referral(s)")
    desk.failed_referrals(1).when(recommend(desk))
    assert desk.recorded == ["assistance_case.placement_recommended"]


@pytest.mark.rule("30.1")
def test_six_months_are_reached_on_their_last_day(desk: Desk) -> None:
    ready(desk, 5).done(desk.of(AssessPerformance, obligations_met=True, effect="积极"))
    desk.on(date(2026, 7, 4))
    assert not desk.steps()["recommend_placement"].is_open
    desk.when(recommend(desk)).refused("30.1", "2026-07-05")
    desk.on(date(2026, 7, 5))
    assert desk.steps()["recommend_placement"].is_open


@pytest.mark.rule("30.1")
def test_nobody_is_placed_without_a_recommendation(desk: Desk) -> None:
    ready(desk, 5).when(
        desk.of(PlacePerson, employer="e", post="p", placed_on=desk.day, until=date(2027, 1, 1))
    ).refused("30.1", "not recommended")


@pytest.mark.rule("30.2")
def test_a_placement_ends_the_agreement_while_guidance_goes_on(desk: Desk) -> None:
    placed(desk)
    assert desk.case.stage is CaseStage.PLACED
    assert desk.open() == []
    guidance_id: UUID = uuid4()
    desk.done(
        desk.of(
            GiveAssistedGuidance,
            guidance_id=guidance_id,
            guidance=AssistedGuidance.GENERAL,
            about="技能提升",
            advice="参加培训",
        )
    )
    desk.visited(guidance_id, job_ready=True)
    assert desk.open() == []
    with pytest.raises(AssertionError, match="placed in a public-welfare post"):
        desk.signed(2)


@pytest.mark.rule("30.2")
def test_after_the_placement_a_person_still_eligible_is_signed_with_anew(desk: Desk) -> None:
    first = placed(desk).case_id
    desk.on(date(2026, 9, 1)).done(
        desk.of(EndPlacement, ended_on=desk.day, employed=False, eligible=True, reason="期满")
    )
    assert [row.due_on for row in desk.open("agreement_after_placement")] == [date(2026, 9, 8)]
    assert desk.steps()["sign_agreement"].rule == "30.2"
    desk.signed(2)
    assert desk.case_id != first
    assert desk.case.referrals_failed == 0
    assert desk.outcome("agreement_after_placement") == ["met"]


@pytest.mark.rule("30.2")
def test_who_found_work_after_the_placement_needs_no_agreement(desk: Desk) -> None:
    placed(desk).on(date(2026, 9, 1)).done(
        desk.of(EndPlacement, ended_on=desk.day, employed=True, eligible=False, reason="市场就业")
    )
    assert desk.open() == []


# --- available steps --------------------------------------------------------------------------


@pytest.mark.rule("13.1", "26", "28", "29", "30.1")
def test_what_is_open_changes_with_the_facts_and_is_never_taken_by_itself(desk: Desk) -> None:
    def open_steps() -> set[str]:
        return {key for key, step in desk.steps().items() if step.is_open}

    desk.called_for()
    assert open_steps() == {"sign_agreement"}
    desk.signed()
    assert open_steps() == {"ask_for_transfer"}
    desk.assessed(job_ready=False, cause="attitude")
    assert open_steps() == {"ask_for_transfer", "psychological_adjustment"}
    desk.assessed(job_ready=False, cause="skills")
    assert open_steps() == {"ask_for_transfer", "programme"}
    desk.planned()
    assert open_steps() == {"ask_for_transfer", "refer"}
    desk.failed_referrals(3).visited(willingness=Willingness.UNWILLING)
    assert open_steps() == {
        "ask_for_transfer", "refer", "apply_for_consultation", "end_for_unwillingness",
    }  # fmt: skip


@pytest.mark.rule("13.3")
def test_nobody_is_given_services_once_they_have_ceased(desk: Desk) -> None:
    ready(desk, 3).given(desk.person_id, ServicesCeased(ground=Ground.OUT_OF_CONTACT))
    desk.when(apply(desk)).refused("13.3", "ceased")
    desk.when(recommend(desk)).refused("13.3", "ceased")
