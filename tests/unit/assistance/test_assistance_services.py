"""Team, readiness, plan, guidance, programmes and referrals, and their visits (Articles 25 to 27, 31, 32)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.assistance import (
    AssessPerformance,
    AssessReadiness,
    BeginProgramme,
    ClassifyPerson,
    EndProgramme,
    FormTeam,
    GiveAssistedGuidance,
    MakePlan,
    ReachPlanStage,
    RedateProgramme,
    RevisePlan,
)
from taizhang.application.commands.assisted_work import (
    ArchiveAssistedSearch,
    EndWork,
    ReferAssisted,
    StartWork,
)
from taizhang.domain.assistance.employment import WorkKind
from taizhang.domain.assistance.guidance import AssistedGuidance
from taizhang.domain.assistance.programmes import ProgrammeKind
from taizhang.domain.assistance.state import CaseStage
from taizhang.domain.assistance.team_and_plan import RevisionCause, TeamMember, TeamRole
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.errors import InvalidInput, NotAuthorised, NotFound, RuleBroken

from .conftest import CREDIT_CODE, FIRST_DAY, HERE, STATION, STATION_NEXT_DOOR

if TYPE_CHECKING:
    from .conftest import Desk

ANALYST = TeamMember(staff_id=f"analyst-{HERE}", role=TeamRole.INFORMATION_ANALYST)
HELPER = TeamMember(staff_id=f"coordinator-{HERE}", role=TeamRole.EMPLOYMENT_SERVICE)


def guided(desk: Desk, kind: AssistedGuidance = AssistedGuidance.SPECIALISED) -> UUID:
    guidance_id = uuid4()
    desk.done(guide(desk, kind, guidance_id))
    return guidance_id


def guide(
    desk: Desk, kind: AssistedGuidance, guidance_id: UUID | None = None
) -> GiveAssistedGuidance:
    return desk.of(
        GiveAssistedGuidance,
        guidance_id=guidance_id or uuid4(),
        guidance=kind,
        about="择业",
        advice="调整期望",
    )


def trained(desk: Desk, starts_on: date, ends_on: date) -> UUID:
    programme_id = uuid4()
    desk.done(
        desk.of(
            BeginProgramme,
            programme_id=programme_id,
            programme=ProgrammeKind.TRAINING,
            title="电工中级",
            provider="某职校",
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    return programme_id


def working(desk: Desk, started_on: date) -> UUID:
    employment_id = uuid4()
    desk.done(
        desk.of(
            StartWork,
            employment_id=employment_id,
            work=WorkKind.EMPLOYED,
            employer="某公司",
            started_on=started_on,
        )
    )
    return employment_id


# --- team and plan ----------------------------------------------------------------------------


@pytest.mark.rule("26")
def test_a_team_has_information_analysis_and_a_service_professional(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(FormTeam, members=(HELPER,))).refused("26", "information analysis")
    desk.when(desk.of(FormTeam, members=(ANALYST,))).refused("26", "employment or start-up")
    desk.when(desk.of(FormTeam, members=(ANALYST, HELPER)))
    assert desk.recorded == ["assistance_case.team_formed"]


@pytest.mark.rule("26")
def test_a_plan_rests_on_assessment_and_classification_and_is_made_with_the_person(
    desk: Desk,
) -> None:
    desk.assisted()
    plan = desk.of(MakePlan, aim="就业", stages=(desk.stage(1),), made_with_person=True)
    desk.when(plan).refused("26", "not assessed", "not classified")
    desk.assessed(job_ready=True)
    desk.when(plan).refused("26", "not classified")
    desk.done(desk.of(ClassifyPerson, tool="t", category="c", obstacles="o"))
    desk.when(plan.model_copy(update={"made_with_person": False})).refused("26", "together")
    desk.when(plan)
    assert desk.recorded == ["assistance_case.plan_made"]
    desk.when(plan).refused("26", "revise")


@pytest.mark.rule("26")
def test_a_revision_carries_its_reason(desk: Desk) -> None:
    revise = {"cause": RevisionCause.NEW_SITUATION, "made_with_person": True}
    desk.assisted().when(
        desk.of(RevisePlan, **revise, reason="家人患病", stages=(desk.stage(1),))
    ).refused("26", "no plan")
    desk.planned()
    desk.when(desk.of(RevisePlan, **revise, reason=" ", stages=(desk.stage(2),)))
    desk.refused("26", "reason")
    desk.when(desk.of(RevisePlan, **revise, reason="家人患病", stages=(desk.stage(2),)))
    assert desk.case.plan.open_stages == [2]


@pytest.mark.rule("25")
def test_how_stages_end_and_how_the_agreement_is_kept_is_recorded(desk: Desk) -> None:
    desk.assisted().planned()
    desk.done(desk.of(ReachPlanStage, number=1, achieved=True, result="已完成"))
    assert desk.case.plan.reached_stages == [1]
    desk.when(desk.of(ReachPlanStage, number=1, achieved=True, result="已完成"))
    assert isinstance(desk.answer, NotFound)
    desk.done(desk.of(AssessPerformance, obligations_met=True, effect="求职积极"))
    assert desk.case.performance_met


@pytest.mark.rule("15.1", "26")
def test_readiness_is_said_in_the_ledger_too(desk: Desk) -> None:
    desk.assisted().assessed(job_ready=True)
    assert desk.ledger.search.is_ready
    desk.assessed(job_ready=False)
    assert desk.ledger.search.is_ready is False


@pytest.mark.rule("26")
def test_who_is_not_ready_is_so_for_a_cause(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(AssessReadiness, tool="t", job_ready=False, findings="f"))
    assert isinstance(desk.answer, InvalidInput)


# --- guidance ---------------------------------------------------------------------------------


@pytest.mark.rule("26")
def test_psychological_adjustment_is_for_unreadiness_by_attitude(desk: Desk) -> None:
    desk.assisted().assessed(job_ready=False, cause="skills")
    desk.when(guide(desk, AssistedGuidance.PSYCHOLOGICAL)).refused("26", "attitude")
    desk.assessed(job_ready=False, cause="attitude").when(
        guide(desk, AssistedGuidance.PSYCHOLOGICAL)
    )
    assert desk.recorded == ["assistance_case.guidance_given"]


@pytest.mark.rule("14")
def test_group_guidance_follows_a_plan(desk: Desk) -> None:
    desk.assisted().when(guide(desk, AssistedGuidance.GROUP)).refused("14", "plan")


@pytest.mark.rule("27.1")
def test_within_five_working_days_of_guidance_the_person_is_visited(desk: Desk) -> None:
    desk.assisted()
    guidance_id = guided(desk)
    assert [row.due_on for row in desk.open("visit_after_guidance")] == [date(2026, 1, 12)]
    desk.working_days_later(5).when(desk.visit(guidance_id)).refused("27.1", "job-ready")
    desk.visited(guidance_id, job_ready=True)
    assert desk.outcome("visit_after_guidance") == ["met"]
    assert desk.case.readiness.job_ready
    assert desk.case.items == {}


@pytest.mark.rule("27.1")
def test_a_visit_entered_late_keeps_the_duty_by_its_day_of_service(desk: Desk) -> None:
    desk.assisted()
    guidance_id = guided(desk)
    visit = desk.visit(guidance_id, job_ready=False)
    desk.later(30).done(visit.model_copy(update={"occurred_on": date(2026, 1, 12)}))
    assert desk.outcome("visit_after_guidance") == ["met"]


@pytest.mark.rule("32")
def test_late_entry_is_told_apart(desk: Desk) -> None:
    desk.assisted()
    visit = desk.visit()
    desk.later(3).done(visit.model_copy(update={"occurred_on": FIRST_DAY}))
    (entry,) = [row for row in desk.rows() if row.duty == "assistance_entry"]
    assert (entry.outcome, entry.due_on, entry.closed_on) == (
        "late", date(2026, 1, 6), date(2026, 1, 8),
    )  # fmt: skip


# --- programmes -------------------------------------------------------------------------------


@pytest.mark.rule("27.2")
def test_a_programme_is_visited_at_start_middle_and_end_and_readiness_assessed_after(
    desk: Desk,
) -> None:
    desk.assisted().planned(job_ready=False)
    programme_id = trained(desk, date(2026, 1, 12), date(2026, 2, 9))
    due = {row.duty: row.due_on for row in desk.open()}
    assert due["visit_at_programme_start"] == date(2026, 1, 15)
    assert due["visit_at_programme_middle"] == date(2026, 1, 29)
    assert due["visit_at_programme_end"] == date(2026, 2, 12)
    desk.on(date(2026, 1, 13)).visited(programme_id)
    assert {row.duty for row in desk.open()} == set(due) - {"visit_at_programme_start"}
    desk.on(date(2026, 1, 28)).visited(programme_id)
    assert {row.duty for row in desk.open()} == {"visit_at_programme_end"}
    desk.on(date(2026, 2, 9)).done(
        desk.of(
            EndProgramme,
            programme_id=programme_id,
            ended_on=desk.day,
            completed=True,
            result="结业",
        )
    )
    desk.visited(programme_id)
    assert [row.duty for row in desk.open()] == ["readiness_after_training"]
    desk.done(
        desk.of(AssessReadiness, tool="t", job_ready=True, findings="f", programme_id=programme_id)
    )
    assert desk.open() == []


@pytest.mark.rule("27.2")
def test_dates_that_change_move_the_visits_still_to_be_made(desk: Desk) -> None:
    desk.assisted().planned(job_ready=False)
    programme_id = trained(desk, date(2026, 1, 12), date(2026, 2, 9))
    desk.on(date(2026, 1, 13)).visited(programme_id)
    desk.done(
        desk.of(
            RedateProgramme,
            programme_id=programme_id,
            starts_on=date(2026, 1, 12),
            middle_on=date(2026, 1, 19),
            ends_on=date(2026, 1, 23),
            reason="课程压缩",
        )
    )
    due = {row.duty: row.due_on for row in desk.open()}
    assert due == {
        "visit_at_programme_middle": date(2026, 1, 22),
        "visit_at_programme_end": date(2026, 1, 28),
    }
    assert desk.outcome("visit_at_programme_start") == ["met"]
    assert sorted(desk.outcome("visit_at_programme_middle")) == ["open", "redated"]


@pytest.mark.rule("27.2")
def test_a_visit_before_the_middle_is_none_at_the_middle(desk: Desk) -> None:
    desk.assisted().planned(job_ready=False)
    programme_id = trained(desk, date(2026, 1, 12), date(2026, 2, 9))
    desk.on(date(2026, 1, 25)).visited(programme_id)
    assert "visit_at_programme_middle" in {row.duty for row in desk.open()}
    assert desk.outcome("visit_at_programme_start") == ["late"]


@pytest.mark.rule("27.2")
def test_a_programme_broken_off_has_no_middle_any_more_and_an_earlier_end(desk: Desk) -> None:
    desk.assisted().planned(job_ready=False)
    programme_id = trained(desk, date(2026, 1, 12), date(2026, 2, 9))
    desk.on(date(2026, 1, 14)).visited(programme_id).done(
        desk.of(
            EndProgramme,
            programme_id=programme_id,
            ended_on=desk.day,
            completed=False,
            result="因病中断",
        )
    )
    due = {row.duty: row.due_on for row in desk.open()}
    assert due == {
        "visit_at_programme_end": date(2026, 1, 19),
        "readiness_after_training": date(2026, 1, 21),
    }


@pytest.mark.rule("27.2")
def test_the_effect_of_a_programme_is_assessed_after_it(desk: Desk) -> None:
    desk.assisted().planned(job_ready=False)
    programme_id = trained(desk, date(2026, 1, 12), date(2026, 2, 9))
    desk.when(
        desk.of(AssessReadiness, tool="t", job_ready=True, findings="f", programme_id=programme_id)
    ).refused("27.2", "2026-02-09")


# --- referrals --------------------------------------------------------------------------------


def refer(desk: Desk, vacancy_id: UUID, *, consented: bool = True) -> ReferAssisted:
    return desk.of(
        ReferAssisted,
        referral_id=uuid4(),
        credit_code=CREDIT_CODE,
        vacancy_id=vacancy_id,
        reasons=("技能相符",),
        consented=consented,
    )


@pytest.mark.rule("15.1", "26")
def test_only_a_job_ready_person_with_a_plan_is_referred(desk: Desk) -> None:
    desk.assisted()
    desk.when(refer(desk, desk.vacancy())).refused("15.1", "job-ready", "no assistance plan")
    desk.planned(job_ready=False)
    desk.when(refer(desk, desk.vacancy())).refused("15.1", "job-ready")


@pytest.mark.rule("15.1", "40")
def test_a_referral_stands_in_the_case_and_in_both_ledgers(desk: Desk) -> None:
    desk.assisted().planned()
    referral_id = desk.referred()
    assert desk.recorded == [
        "assistance_case.referred", "job_seeker_ledger.referred", "referral.made",
    ]  # fmt: skip
    assert referral_id in desk.case.items
    assert referral_id in desk.ledger.search.referrals
    assert referral_id in desk.employer.referrals


@pytest.mark.rule("15.1", "40")
def test_what_either_ledger_refuses_refuses_the_whole(desk: Desk) -> None:
    desk.assisted().planned()
    vacancy_id = desk.vacancy(headcount=1)
    desk.when(refer(desk, vacancy_id, consented=False)).refused("15.1", "consent")
    desk.when(refer(desk, uuid4()))
    assert isinstance(desk.answer, NotFound)
    assert desk.case.items == {}


@pytest.mark.rule("27.3")
def test_two_referrals_have_a_visit_each(desk: Desk) -> None:
    desk.assisted().planned()
    first, second = desk.referred(), desk.referred()
    assert len(desk.open("visit_after_referral")) == 2
    desk.working_days_later(5).when(desk.visit(second)).refused("27.3", "hired")
    desk.visited(second, hired=False)
    assert [row.item_id for row in desk.open("visit_after_referral")] == [first]


@pytest.mark.rule("16", "27.3", "27.4a")
def test_one_who_was_hired_starts_work_in_both_ledgers(desk: Desk) -> None:
    desk.assisted().planned()
    referral_id = desk.referred()
    desk.concluded(referral_id, ReferralOutcome.HIRED, started_on=desk.day)
    assert desk.recorded == [
        "assistance_case.referral_concluded",
        "assistance_case.work_started",
        "job_seeker_ledger.referral_outcome_known",
        "job_seeker_ledger.employed",
        "referral.outcome_learnt",
    ]
    assert desk.case.stage is CaseStage.EMPLOYED
    assert desk.employer.referrals == {}


@pytest.mark.rule("30.1")
def test_own_fault_is_explained(desk: Desk) -> None:
    desk.assisted().planned()
    referral_id = desk.referred()
    with pytest.raises(AssertionError, match="own fault"):
        desk.concluded(referral_id, ReferralOutcome.DECLINED, own_fault=True)
    assert isinstance(desk.answer, RuleBroken)
    desk.failed_referrals(1, own_fault=True)
    assert (desk.case.referrals_failed, desk.case.referrals_at_fault) == (1, 1)


# --- at work ----------------------------------------------------------------------------------


@pytest.mark.rule("27.4a", "27.4b")
def test_who_starts_work_is_visited_after_ten_working_days_and_in_three_windows(
    desk: Desk,
) -> None:
    desk.assisted()
    employment_id = working(desk, FIRST_DAY)
    found = {row.duty: (row.opens_on, row.due_on) for row in desk.open()}
    assert found["visit_after_start"] == (FIRST_DAY, date(2026, 1, 19))
    assert found["visit_after_one_month"] == (date(2026, 1, 26), date(2026, 2, 15))
    assert found["visit_after_three_months"] == (date(2026, 3, 26), date(2026, 4, 15))
    assert found["visit_after_six_months"] == (date(2026, 6, 25), date(2026, 7, 15))
    desk.on(date(2026, 1, 19)).when(desk.visit(employment_id)).refused("27.4b", "stable")
    desk.visited(employment_id, stable=True)
    assert desk.outcome("visit_after_start") == ["met"]
    assert desk.outcome("visit_after_one_month") == ["open"]


@pytest.mark.rule("27.4b")
def test_a_visit_before_its_window_opens_is_none_of_that_window(desk: Desk) -> None:
    desk.assisted()
    employment_id = working(desk, FIRST_DAY)
    desk.on(date(2026, 3, 25)).visited(employment_id, stable=True)
    assert desk.outcome("visit_after_one_month") == ["late"]
    assert desk.outcome("visit_after_three_months") == ["open"]
    desk.on(date(2026, 3, 26)).visited(employment_id, stable=True)
    assert desk.outcome("visit_after_three_months") == ["met"]


@pytest.mark.rule("27.4b", "28")
def test_who_loses_work_is_assisted_on_and_not_visited_there(desk: Desk) -> None:
    desk.assisted()
    employment_id = working(desk, FIRST_DAY)
    desk.on(date(2026, 2, 2)).done(
        desk.of(EndWork, employment_id=employment_id, ended_on=desk.day, reason="合同解除")
    )
    assert desk.case.stage is CaseStage.ASSISTED
    assert desk.open() == []


@pytest.mark.rule("31")
def test_the_search_is_filed_promptly_after_employment_in_the_ledger_too(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(ArchiveAssistedSearch)).refused("31")
    working(desk, FIRST_DAY)
    assert [row.due_on for row in desk.open("assisted_job_search_archive")] == [date(2026, 1, 7)]
    desk.done(desk.of(ArchiveAssistedSearch))
    assert desk.outcome("assisted_job_search_archive") == ["met"]
    assert desk.ledger.registration.registered_on is None


@pytest.mark.rule("31")
def test_nothing_is_filed_while_a_referral_is_open(desk: Desk) -> None:
    desk.assisted().planned()
    desk.referred()
    working(desk, FIRST_DAY)
    desk.when(desk.of(ArchiveAssistedSearch)).refused("31", "outcome")


@pytest.mark.rule("13.3")
def test_what_the_person_has_a_part_in_counts_as_contact(desk: Desk) -> None:
    desk.assisted()
    (silent,) = [row for row in desk.rows() if row.duty == "out_of_contact_report"]
    assert silent.arose_on == date(2026, 7, 5)
    desk.on(date(2026, 3, 2)).visited()
    (silent,) = [row for row in desk.rows() if row.duty == "out_of_contact_report"]
    assert (silent.outcome, silent.arose_on) == ("open", date(2026, 9, 2))


@pytest.mark.rule("27.1", "60")
def test_a_coordinator_of_the_station_makes_the_visit_that_the_specialist_owes(desk: Desk) -> None:
    desk.assisted()
    guidance_id = guided(desk, AssistedGuidance.GENERAL)
    visit = desk.visit(guidance_id, job_ready=False)
    desk.by(f"chief-{STATION_NEXT_DOOR}").when(visit)
    assert isinstance(desk.answer, NotAuthorised)
    desk.by(f"chief-{STATION}").done(visit)
    assert desk.outcome("visit_after_guidance") == ["met"]
    assert desk.store.log[-1].agency_code == STATION
    desk.when(guide(desk, AssistedGuidance.GENERAL, uuid4()))
    assert isinstance(desk.answer, NotAuthorised)
