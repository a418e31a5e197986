"""Services to a key enterprise: needs file, quarterly contact, follow-ups and plans (Articles 48 and 49)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands import key_enterprise_course as course
from taizhang.application.commands.assistance import (
    AssessReadiness,
    ClassifyPerson,
    MakePlan,
    SignAgreement,
)
from taizhang.application.commands.assisted_work import ReferAssisted
from taizhang.application.commands.employers import GiveEmployerGuidance
from taizhang.application.commands.key_enterprises import (
    GuideKeyEnterprise,
    MakeEnterprisePlan,
    OpenStaffingNeedsFile,
    RecordEnterpriseHiring,
    RecordPlanProgress,
    ReviseEnterprisePlan,
    ReviseStaffingNeedsFile,
)
from taizhang.application.commands.referrals import (
    JudgeReadiness,
    RecordReferralOutcome,
    ReferJobSeeker,
)
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.errors import InvalidInput, NotFound
from taizhang.domain.key_enterprise.gaps import gaps_of, missing_parts
from taizhang.domain.key_enterprise.needs import (
    Basics,
    Part,
    QuarterPlan,
    StaffingNeeds,
    next_quarter,
    quarter_of,
    quarter_zh,
)
from taizhang.domain.obligations import Obligation, explain
from taizhang.domain.regulation.edition import EDITION_2018

from ..assistance.conftest import CALENDAR
from .conftest import CREDIT_CODE, HERE

if TYPE_CHECKING:
    from .conftest import Agreed


# --- the file ---


@pytest.mark.rule("46", "48.1")
def test_the_file_has_four_parts_and_says_which_are_missing(desk: Agreed) -> None:
    desk.agreed()
    partly = StaffingNeeds(basics=Basics(nature="有限责任公司", industry="软件"))
    desk.done(desk.of(OpenStaffingNeedsFile, content=partly))
    assert {one.part: one.fields for one in missing_parts(desk.agreement)} == {
        Part.BASICS: ("economic_type", "size"),
        Part.WORKFORCE: ("employees", "turnover"),
        Part.HIRING_PLAN: ("quarter",),
        Part.OTHER: ("other",),
    }
    assert [gap.text_zh for gap in gaps_of(desk.agreement) if gap.rule == "48.1"] == [
        "基本信息缺经济类型、企业规模",
        "用人规模及流动情况缺用人规模、员工流动情况",
        "未来一个季度用人计划未填写",
        "其他相关信息未填写",
    ]
    desk.when(desk.of(OpenStaffingNeedsFile, content=partly))
    assert isinstance(desk.answer, InvalidInput)
    desk.later(3).done(
        desk.of(ReviseStaffingNeedsFile, content=desk.needs(), reason="补充用工信息")
    )
    assert missing_parts(desk.agreement) == ()
    assert desk.agreement.needs.revised_on == desk.day
    desk.done(desk.of(ReviseStaffingNeedsFile, content=desk.needs(), reason="未变"))
    assert desk.recorded == []


@pytest.mark.rule("48.1")
def test_that_nobody_is_to_be_hired_is_a_plan(desk: Agreed) -> None:
    desk.agreed()
    nobody = desk.needs(plan=QuarterPlan(begins_on=date(2026, 4, 1)))
    desk.done(desk.of(OpenStaffingNeedsFile, content=nobody))
    assert missing_parts(desk.agreement) == ()


@pytest.mark.rule("48.1")
def test_the_plan_is_of_a_quarter_that_is_not_over(desk: Agreed) -> None:
    desk.agreed()
    past = desk.needs(plan=QuarterPlan(begins_on=date(2025, 10, 1)))
    desk.when(desk.of(OpenStaffingNeedsFile, content=past)).refused("48.1", "2026-04-01")
    amiss = desk.needs(plan=QuarterPlan(begins_on=date(2026, 2, 1)))
    desk.when(desk.of(OpenStaffingNeedsFile, content=amiss))
    assert isinstance(desk.answer, InvalidInput)
    assert "does not begin a quarter" in desk.answer.reason


def test_quarters() -> None:
    assert quarter_of(date(2026, 11, 26)) == date(2026, 10, 1)
    assert [next_quarter(date(2026, month, 5)).isoformat() for month in (1, 6, 9, 12)] == [
        "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01",
    ]  # fmt: skip
    assert quarter_zh(date(2026, 10, 1)) == "2026年第4季度"


# --- the contact of each quarter ---


@pytest.mark.rule("48.2")
def test_each_quarter_of_the_term_has_a_contact_due_on_its_last_day(desk: Agreed) -> None:
    desk.served()
    rows = [row for row in desk.rows() if row.duty == "enterprise_contact"]
    assert [(row.opens_on, row.due_on, row.outcome) for row in rows] == [
        (date(2026, 4, 1), date(2026, 6, 30), "open"),
        (date(2026, 7, 1), date(2026, 9, 30), "open"),
        (date(2026, 10, 1), date(2026, 12, 31), "open"),
    ]
    assert desk.open("enterprise_contact") == []  # signing is the contact of its own quarter
    (due,) = desk.on(date(2026, 4, 1)).open("enterprise_contact")
    assert (due.agency_code, due.staff_id) == (HERE, f"specialist-{HERE}")
    why = explain(
        Obligation(*(getattr(due, f) for f in Obligation._fields)), EDITION_2018, CALENDAR
    )
    assert "签订日常服务协议" in why.text_zh
    assert "每个季度至少一次，应于2026年6月30日前" in why.text_zh
    assert why.citation == "第四十八条第二款"


@pytest.mark.rule("48.2")
def test_a_contact_keeps_the_quarter_once_the_file_holds_the_coming_quarters_plan(
    desk: Agreed,
) -> None:
    desk.served().on(date(2026, 5, 6)).done(desk.contact())
    assert (
        len(desk.open("enterprise_contact")) == 1
    )  # the file still holds the plan of this quarter
    desk.later(1).done(desk.contact(content=desk.needs()))
    assert desk.open("enterprise_contact") == []
    assert desk.outcome("enterprise_contact") == ["met", "open", "open"]
    assert desk.agreement.needs.revisions == 1
    desk.later(9).done(desk.contact())  # nothing changed since: the file stays, the contact counts
    assert desk.agreement.needs.revisions == 1


@pytest.mark.rule("48.2")
def test_a_quarter_that_was_missed_is_kept_late_by_the_next_contact(desk: Agreed) -> None:
    desk.served().on(date(2026, 8, 3))
    assert [row.due_on for row in desk.open("enterprise_contact")] == [
        date(2026, 6, 30),
        date(2026, 9, 30),
    ]
    desk.done(desk.contact(content=desk.needs()))
    assert desk.outcome("enterprise_contact") == ["late", "met", "open"]


@pytest.mark.rule("48.2")
def test_a_contact_entered_later_counts_for_its_quarter_and_leaves_the_newer_file(
    desk: Agreed,
) -> None:
    desk.served().on(date(2026, 7, 6)).done(desk.contact(content=desk.needs()))
    assert desk.outcome("enterprise_contact") == ["late", "met", "open"]
    desk.on(date(2026, 10, 9)).done(desk.contact(content=desk.needs()))
    older = desk.needs(plan=QuarterPlan(begins_on=date(2026, 10, 1)))
    desk.when(desk.contact(content=older, occurred_on=date(2026, 9, 30)))
    assert isinstance(desk.answer, InvalidInput)
    assert "revised on 2026-10-09" in desk.answer.reason
    desk.done(desk.contact(occurred_on=date(2026, 9, 30)))
    assert desk.agreement.needs.content == desk.needs()


@pytest.mark.rule("48.2")
def test_a_renewal_adds_the_quarters_of_the_new_term_once(desk: Agreed) -> None:
    desk.agreed(valid_until=date(2026, 8, 15))
    desk.on(date(2026, 7, 10)).done(desk.contact(content=desk.needs()))
    renew = desk.of(course.RenewEnterpriseAgreement, valid_until=date(2027, 1, 31))
    desk.on(date(2026, 8, 3)).done(renew)
    rows = [row for row in desk.rows() if row.duty == "enterprise_contact"]
    assert [(row.opens_on, row.outcome) for row in rows] == [
        (date(2026, 4, 1), "late"),
        (date(2026, 7, 1), "met"),
        (date(2026, 10, 1), "open"),
        (date(2027, 1, 1), "open"),
    ]


@pytest.mark.rule("48.2", "45.3")
def test_the_end_of_the_agreement_takes_the_contacts_away(desk: Agreed) -> None:
    desk.agreed(valid_until=date(2026, 8, 15)).on(date(2026, 8, 16))
    assert len(desk.open("enterprise_contact")) == 2
    desk.done(desk.of(course.ExpireEnterpriseAgreement))
    assert desk.outcome("enterprise_contact") == ["cancelled", "cancelled"]


# --- follow-ups ---


@pytest.mark.rule("49.1")
def test_guidance_is_followed_up_within_five_working_days(desk: Agreed) -> None:
    guidance_id = desk.served().guided()
    (due,) = desk.open("enterprise_visit_after_guidance")
    assert (due.due_on, due.item_id) == (CALENDAR.add_working_days(desk.day, 5).day, guidance_id)
    desk.when(desk.follow_up(guidance_id)).refused("49.1", "problem is solved")
    desk.when(desk.follow_up(guidance_id, solved=False)).refused("49.1", "advised now")
    desk.working_days_later(6).done(desk.follow_up(guidance_id, solved=False, advice="再次指导"))
    assert desk.outcome("enterprise_visit_after_guidance") == ["late"]
    desk.when(desk.follow_up(guidance_id, solved=True))
    assert isinstance(desk.answer, NotFound)


@pytest.mark.rule("37", "49.1")
def test_group_guidance_has_a_plan(desk: Agreed) -> None:
    desk.agreed()
    group = desk.of(
        GuideKeyEnterprise, guidance_id=uuid4(), guidance="group", about="a", advice="b"
    )
    desk.when(group).refused("37", "guidance plan")


@pytest.mark.rule("49.1")
def test_guidance_by_the_agency_of_the_ledger_is_the_specialists_to_follow_up(desk: Agreed) -> None:
    desk.served().done(
        GiveEmployerGuidance(credit_code=CREDIT_CODE, guidance="general", about="a", advice="b")
    )
    assert desk.recorded == ["employer_guidance.given", "key_enterprise_agreement.guidance_given"]
    (due,) = desk.open("enterprise_visit_after_guidance")
    assert due.staff_id == f"specialist-{HERE}"


def referred(desk: Agreed) -> UUID:
    desk.registered(level=1)
    desk.done(JudgeReadiness(job_seeker_id=desk.person_id, could_start_within_days=7))
    referral_id = uuid4()
    desk.by(f"colleague-{HERE}").done(
        ReferJobSeeker(
            credit_code=CREDIT_CODE,
            referral_id=referral_id,
            vacancy_id=desk.vacancy_id,
            job_seeker_id=desk.person_id,
            reasons=("技能相符",),
            consented=True,
        )
    )
    desk.by(f"specialist-{HERE}")
    return referral_id


@pytest.mark.rule("49.2")
def test_a_referral_is_followed_up_and_unmet_demand_asks_for_another_hiring_plan(
    desk: Agreed,
) -> None:
    referral_id = referred(desk.served())
    assert "key_enterprise_agreement.referred" in desk.recorded
    (due,) = desk.open("enterprise_visit_after_referral")
    assert (due.staff_id, due.due_on) == (
        f"specialist-{HERE}", CALENDAR.add_working_days(desk.day, 5).day,
    )  # fmt: skip
    desk.when(desk.follow_up(referral_id)).refused("49.2", "demand is met")
    desk.when(desk.follow_up(referral_id, demand_met=False)).refused("49.2", "say why")
    desk.done(desk.follow_up(referral_id, demand_met=False, cause="薪酬低于市场水平"))
    assert desk.outcome("enterprise_visit_after_referral") == ["met"]
    (due,) = desk.open("enterprise_hiring_plan_adjustment")
    assert due.item_id == referral_id
    guidance_plan = desk.of(MakeEnterprisePlan, plan="guidance", content="每月一次用人指导")
    desk.done(guidance_plan)
    assert len(desk.open("enterprise_hiring_plan_adjustment")) == 1
    revise = desk.of(
        ReviseEnterprisePlan, plan="hiring", content="提高起薪", cause="unmet_demand", reason="薪酬"
    )
    desk.when(revise)
    assert isinstance(desk.answer, NotFound)
    desk.done(desk.of(MakeEnterprisePlan, plan="hiring", content="放宽经验要求"))
    assert desk.open("enterprise_hiring_plan_adjustment") == []
    desk.done(revise)
    desk.done(desk.of(RecordPlanProgress, plan="hiring", progress="已按新方案发布岗位"))
    assert desk.agreement.plans == {"guidance": 1, "hiring": 2}
    desk.when(guidance_plan)
    assert isinstance(desk.answer, InvalidInput)


@pytest.mark.rule("49.3")
def test_who_was_hired_is_asked_after_within_ten_working_days(desk: Agreed) -> None:
    referral_id = referred(desk.served())
    desk.done(
        RecordReferralOutcome(
            credit_code=CREDIT_CODE, referral_id=referral_id, outcome="hired", started_on=desk.day
        )
    )
    assert "key_enterprise_agreement.hiring_completed" in desk.recorded
    (due,) = desk.open("enterprise_visit_after_hiring")
    assert due.due_on == CALENDAR.add_working_days(desk.day, 10).day
    assert due.item_id is not None
    desk.when(desk.follow_up(due.item_id)).refused("49.3", "at work")
    desk.working_days_later(10).done(desk.follow_up(due.item_id, at_work=1, advice="导师带教"))
    assert desk.outcome("enterprise_visit_after_hiring") == ["met"]


@pytest.mark.rule("49.3")
def test_hiring_without_a_referral_is_followed_up_counting_from_its_day(desk: Agreed) -> None:
    desk.served().later(7)
    hired = desk.of(
        RecordEnterpriseHiring, hiring_id=uuid4(), post="测试", hired=5, completed_on=desk.day
    )
    desk.when(hired.model_copy(update={"completed_on": date(2027, 1, 1)}))
    assert isinstance(desk.answer, InvalidInput)
    desk.when(hired.model_copy(update={"completed_on": date(2025, 1, 1)}))
    assert isinstance(desk.answer, InvalidInput)
    desk.later(1).done(hired)
    (due,) = desk.open("enterprise_visit_after_hiring")
    assert due.arose_on == hired.completed_on
    desk.when(hired)
    assert isinstance(desk.answer, InvalidInput)


@pytest.mark.rule("46", "49.2")
def test_an_assisted_persons_referral_stands_in_the_agreement_too(desk: Agreed) -> None:
    desk.served()
    case_id = case_stream(desk.person_id, 1)
    sign = SignAgreement(
        person_id=desk.person_id, specialist_id=f"specialist-{HERE}", place="household"
    )
    desk.called_for().done(sign)
    stages = (desk.stage(1),)
    for command in (
        AssessReadiness(case_id=case_id, tool="t", job_ready=True, findings="详见报告"),
        ClassifyPerson(case_id=case_id, tool="t", category="技能型", obstacles="无"),
        MakePlan(case_id=case_id, aim="就业", stages=stages, made_with_person=True),
    ):
        desk.done(command)
    desk.done(
        ReferAssisted(
            case_id=case_id,
            referral_id=uuid4(),
            credit_code=CREDIT_CODE,
            vacancy_id=desk.vacancy_id,
            reasons=("技能相符",),
            consented=True,
        )
    )
    assert desk.recorded[-1] == "key_enterprise_agreement.referred"
    assert desk.store.log[-1].stream_id == desk.agreement_id


@pytest.mark.rule("50")
def test_entry_in_time(desk: Agreed) -> None:
    desk.served().later(9)
    desk.done(desk.contact(occurred_on=date(2026, 1, 6)))
    (late,) = [row for row in desk.rows() if row.duty == "enterprise_service_entry"]
    assert (late.rule, late.outcome, late.arose_on) == ("50", "late", date(2026, 1, 6))
