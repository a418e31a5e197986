"""Courses that need months: silence, a placement, stable work, an expert consultation, a transfer."""

from __future__ import annotations

from datetime import timedelta

from ...application.commands.assistance import (
    AssessPerformance,
    ReachPlanStage,
    RevisePlan,
)
from ...application.commands.assistance_course import (
    AcceptConsultation,
    ApplyForConsultation,
    ApplyForTransfer,
    ApproveTransfer,
    CloseCase,
    GiveFeedback,
    GiveOpinion,
    PassTransferOn,
    PlacePerson,
    RecommendPlacement,
    RequestTransfer,
    VerifyTransfer,
)
from ...application.commands.assisted_work import ArchiveAssistedSearch
from ...application.commands.contact import (
    CeaseServices,
    RecordContact,
    RecordContactAttempt,
    ReportToRegistry,
    ResumeServices,
)
from ...application.commands.guidance import GiveGuidance
from ...application.commands.job_seekers import ChangeJobSeekerBasics
from ...domain.assistance.ending import EndingCause
from ...domain.assistance.moving import TransferReason
from ...domain.assistance.team_and_plan import RevisionCause
from ...domain.assistance.visits import Willingness
from ...domain.calendar import add_months
from ...domain.employer.services import GuidanceKind, ReferralOutcome
from ...domain.job_seeker.contact import ContactMeans, Ground
from ...domain.organisation.staff import Role
from .lives import Life, stages
from .neighbourhood import Neighbourhood

OPINION = "建议先安排岗位体验，缩小求职范围，由专员陪同面试一次"


def enter(place: Neighbourhood) -> None:
    """Enter them all."""
    out_of_contact(place)
    back_in_contact(place)
    silent_and_forgotten(place)
    placed(place)
    too_early_for_a_placement(place)
    stable(place)
    at_work_for_three_months(place)
    consulted(place)
    opinion_not_worked_in(place)
    moved_to_another_district(place)
    transfer_undecided(place)
    choices(place)


# --- silence ----------------------------------------------------------------------------------


def _silent(place: Neighbourhood, days: int) -> Life:
    """Return somebody registered as unemployed and not heard of since: six months end in the month."""
    life = Life(place)
    day = place.working(add_months(place.day(0) + timedelta(days=days), -6) - timedelta(days=4))
    life.collect(place.earlier(day, 20))
    life.register(place.earlier(day, 20), 2)
    life.out_of_work(day)
    guided = life.mine(
        GiveGuidance, guidance_id=life.new_id("guidance"), guidance=GuidanceKind.GENERAL,
        about="求职方向", advice="每月与服务所联系一次",
    )  # fmt: skip
    life.do(day, guided)
    return life


def out_of_contact(place: Neighbourhood) -> None:
    """Let a person be tried in vain, reported after six months, and ceased (Article 13)."""
    life = _silent(place, 0)
    for months in (4, 3, 2):
        life.do(place.before(months, 9), life.mine(RecordContactAttempt, means=ContactMeans.PHONE))
    report = life.mine(ReportToRegistry, ground=Ground.OUT_OF_CONTACT, reference="失联反馈第1号")
    cease = life.mine(CeaseServices, ground=Ground.OUT_OF_CONTACT)
    life.refuse(place.before(1), report, "13.3", "未满6个月即反馈失联")
    life.do(place.day(2), life.mine(RecordContactAttempt, means=ContactMeans.VISIT))
    life.refuse(place.day(2), cease, "13.3", "未反馈即停止服务")
    life.do(place.day(2), report)
    life.do(place.day(3), cease)
    served = life.mine(
        GiveGuidance, guidance_id=life.new_id("guidance"), guidance=GuidanceKind.GENERAL,
        about="求职方向", advice="再次联系",
    )  # fmt: skip
    life.refuse(place.day(5), served, "13.3", "停止服务后仍提供指导")


def back_in_contact(place: Neighbourhood) -> None:
    """Let a person whose services ceased come back, and be served again."""
    life = _silent(place, 1)
    ground = Ground.OUT_OF_CONTACT
    life.do(place.day(4), life.mine(ReportToRegistry, ground=ground, reference="失联反馈第2号"))
    life.do(place.day(5), life.mine(CeaseServices, ground=ground))
    life.do(
        place.day(12),
        life.mine(ResumeServices, means=ContactMeans.FRONT_DESK, note="外地照顾家人后返京"),
    )
    life.do(place.day(14), life.mine(RecordContact, means=ContactMeans.PHONE, note="约定面谈时间"))


def silent_and_forgotten(place: Neighbourhood) -> None:
    """Let six months pass without anybody noticing: the report is late."""
    _silent(place, 2)


# --- assistance of many months ----------------------------------------------------------------


def _long_assisted(place: Neighbourhood, specialist: int, months: int, failed: int) -> Life:
    """Return somebody assisted for so many months, with so many referrals that came to nothing."""
    life = Life(place, specialist)
    day = place.before(months, 4)
    life.to_assistance(day)
    life.sign(place.later(day, 2))
    life.plan(place.later(day, 3))
    weeks = (place.month.first - day).days // 7 - 3
    for number in range(failed):
        referred = place.working(day + timedelta(days=14 + number * weeks * 7 // max(failed, 1)))
        life.refer(referred, vacancy=number, visited=number != 1 or months > 4)
    return life


def placed(place: Neighbourhood) -> None:
    """Let a person be placed in a public-welfare post after six months and five referrals (Article 30)."""
    life = _long_assisted(place, 0, 7, 5)
    life.serve(
        place.day(1), AssessPerformance, obligations_met=True, effect="按计划参加各项活动，态度积极"
    )
    life.serve(place.day(1), ReachPlanStage, number=1, achieved=True, result="求职方向明确")
    life.serve(
        place.day(2), RecommendPlacement, employer="街道社区公益服务社", fit=True,
        fitness="符合公益性岗位安置条件，岗位与身体状况相适应",
    )  # fmt: skip
    begins = place.day(5)
    life.serve(
        begins, PlacePerson, employer="街道社区公益服务社", post="社区环境协管员",
        placed_on=begins, until=add_months(begins, 36),
    )  # fmt: skip
    life.serve(place.day(6), ArchiveAssistedSearch)
    life.guide(place.day(8))
    life.visit_last_guidance(place.day(11), ready=True)


def too_early_for_a_placement(place: Neighbourhood) -> None:
    """Let a placement be tried before its conditions hold."""
    life = _long_assisted(place, 1, 3, 2)
    recommended = life.case(
        RecommendPlacement, employer="街道社区公益服务社", fit=True, fitness="愿意从事公益性岗位"
    )
    life.refuse(place.day(3), recommended, "30.1", "援助未满6个月即推荐公益性岗位", life.specialist)
    consultation = life.case(ApplyForConsultation, consultation_id=life.new_id("consultation"))
    life.refuse(place.day(3), consultation, "28", "推荐未满3次即申请专家会诊", life.specialist)
    life.refer(place.day(4), None, vacancy=2, visited=False)


def stable(place: Neighbourhood) -> None:
    """Let a person stay at work for six months, so that the case closes; one visit was missed."""
    life = Life(place, 2)
    day = place.before(7, 1)
    life.to_assistance(day)
    life.sign(place.later(day, 3))
    life.plan(place.later(day, 4))
    hired_on = place.later(day, 10)
    work = life.refer(hired_on, ReferralOutcome.HIRED)
    started_on = place.later(hired_on, 3)
    life.serve(place.later(started_on, 1), ArchiveAssistedSearch)
    life.visit(place.later(started_on, 6), work, stable=True)
    life.visit(place.working(add_months(started_on, 1)), work, stable=True)
    checked = max(place.working(add_months(started_on, 6)), place.day(1))
    life.visit(checked, work, stable=True, learnt="岗位稳定，已缴纳社会保险")
    life.serve(
        place.later(checked, 1), CloseCase, cause=EndingCause.STABLE_EMPLOYMENT,
        note="稳定就业满6个月，双方确认协议终止",
    )  # fmt: skip


def at_work_for_three_months(place: Neighbourhood) -> None:
    """Let two people be at work for three months in the month: one is visited, one is not."""
    for specialist, is_visited in ((0, True), (1, False)):
        life = Life(place, specialist)
        day = place.before(4, 8 * specialist)
        life.to_assistance(day)
        life.sign(place.later(day, 4))
        life.plan(place.later(day, 4))
        work = life.refer(place.later(day, 8), ReferralOutcome.HIRED, vacancy=1)
        started_on = place.later(day, 11)
        life.serve(place.later(started_on, 2), ArchiveAssistedSearch)
        life.visit(place.later(started_on, 8), work, stable=True)
        life.visit(place.working(add_months(started_on, 1)), work, stable=True)
        if is_visited:
            visited_on = max(place.working(add_months(started_on, 3)), place.day(0))
            life.visit(visited_on, work, stable=True)


# --- consultations ----------------------------------------------------------------------------


def _consultation(life: Life, first_day: int) -> None:
    place = life.place
    life.serve(
        place.day(first_day), ApplyForConsultation, consultation_id=life.new_id("consultation")
    )
    experts = (place.expert.staff_id, life.specialist.staff_id)
    taken = place.day(first_day + 2)
    life.do(taken, life.case(AcceptConsultation, experts=experts), by=place.expert)
    given = place.day(first_day + 3)
    life.do(given, life.case(GiveOpinion, opinion=OPINION), by=place.expert)


def consulted(place: Neighbourhood) -> None:
    """Let the district's experts look at a case, and the plan be changed by their opinion (Article 28)."""
    life = _long_assisted(place, 1, 4, 3)
    _consultation(life, 1)
    revised_on = place.day(6)
    revision = life.case(
        RevisePlan, cause=RevisionCause.EXPERT_OPINION, reason="按专家小组意见调整求职范围",
        stages=stages(revised_on), made_with_person=True,
    )  # fmt: skip
    alone = revision.model_copy(update={"made_with_person": False})
    life.refuse(revised_on, alone, "26", "未会同本人即调整方案", life.specialist)
    life.do(revised_on, revision, by=life.specialist)
    life.serve(place.day(12), GiveFeedback, report="岗位体验后本人信心提升，已安排面试")
    life.refer(place.day(13), None, visited=False)


def opinion_not_worked_in(place: Neighbourhood) -> None:
    """Let an opinion lie: the plan is not adjusted in time."""
    _consultation(_long_assisted(place, 2, 5, 4), 2)


# --- transfers --------------------------------------------------------------------------------


def _asks_for_a_transfer(life: Life, to_agency_code: str, day: int) -> None:
    place = life.place
    life.serve(
        place.day(day), RequestTransfer, to_agency_code=to_agency_code,
        reason=TransferReason.RESIDENCE_MOVED,
    )  # fmt: skip
    apply = life.case(ApplyForTransfer)
    life.refuse(place.day(day), apply, "24", "未经专员核实即上报划转", life.specialist)
    life.serve(place.day(day + 1), VerifyTransfer, fits=True, findings="已查看租房合同")
    life.do(place.day(day + 1), apply, by=life.specialist)


def moved_to_another_district(place: Neighbourhood) -> None:
    """Let a person move to another district: the city approves, the new agency signs (Article 24)."""
    life, there = _long_assisted(place, 0, 2, 1), place.beyond
    city = place.month.city.city.people(Role.SUPERVISOR)[0]
    life.guide(place.day(0))
    _asks_for_a_transfer(life, there.code, 1)
    approve = life.case(ApproveTransfer)
    life.refuse(place.day(3), approve, "24", "区级批准跨区划转", place.supervisor)
    life.do(place.day(3), life.case(PassTransferOn), by=place.supervisor)
    basics = life.person.basics.model_copy(update={"residence_area": there.code})
    life.do(place.day(4), life.mine(ChangeJobSeekerBasics, basics=basics))
    life.do(place.day(5), approve, by=city)
    life.specialist = there.people(Role.COUNSELLOR)[0]
    life.sign(place.day(9))
    life.visit_last_guidance(place.day(10), ready=True)


def transfer_undecided(place: Neighbourhood) -> None:
    """Let an application for a transfer within the district lie there undecided."""
    neighbour = next(o for o in place.month.city.subdistricts if o is not place.office)
    _asks_for_a_transfer(_long_assisted(place, 2, 2, 0), neighbour.code, 4)


# --- what stands open -------------------------------------------------------------------------


def choices(place: Neighbourhood) -> None:
    """Leave open at the end of the month what the regulation leaves to choice."""
    placement = _long_assisted(place, 1, 8, 5)
    placement.serve(
        place.day(10), AssessPerformance, obligations_met=True, effect="按计划参加活动和面试"
    )
    placement.visit(place.day(11), None)
    _long_assisted(place, 2, 6, 3).visit(place.day(9), None)
    unwilling = _long_assisted(place, 0, 3, 1)
    unwilling.refer(place.day(8), None, visited=False)
    unwilling.visit(
        place.day(14), None, willingness=Willingness.REFUSES, learnt="表示不再接受就业服务"
    )
