"""The assistance case (就业援助) as a whole: what changes it, its sections, and the steps now open.

Its parts are in the modules beside, each with its events, how they change the state, and its decisions.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from ..aggregate import changes_of
from ..events import Event
from ..person_ledger import Section
from ..regulation.edition import Edition
from . import (
    agreement,
    consultation,
    employment,
    ending,
    guidance,
    merging,
    moving,
    placement,
    programmes,
    readiness,
    referrals,
    team_and_plan,
    visits,
)
from .agreement import LedgerFacts
from .facts import Fact, Step, being_assisted
from .readiness import UnreadyCause
from .state import AssistanceCase, CaseStage

__all__ = ["CONTACTS", "PARTS", "AssistanceCase", "available_steps", "section_of"]

PARTS: Final = (
    agreement,
    team_and_plan,
    readiness,
    guidance,
    programmes,
    referrals,
    employment,
    visits,
    consultation,
    placement,
    moving,
    ending,
    merging,
)

CONTACTS: Final[frozenset[type[Event]]] = frozenset(
    {
        agreement.AgreementSigned,
        readiness.ReadinessAssessed,
        team_and_plan.PlanMade,
        team_and_plan.PlanRevised,
        guidance.GuidanceGiven,
        referrals.PersonReferred,
        visits.VisitMade,
        moving.TransferRequested,
    }
)
"""What the person has a part in, so that it counts as contact with the agency (Article 13)."""

AssistanceCase.changes.update(changes_of(*PARTS) | moving.COURSE.changes())


_SECTIONS: Final[dict[type[Event], Section]] = {
    agreement.SpecialistChanged: Section.SPECIALIST_AND_TEAM,
    team_and_plan.TeamFormed: Section.SPECIALIST_AND_TEAM,
    team_and_plan.PlanMade: Section.PLAN,
    team_and_plan.PlanRevised: Section.PLAN,
    team_and_plan.PlanStageReached: Section.PLAN,
    readiness.ReadinessAssessed: Section.PLAN,
    readiness.PersonClassified: Section.PLAN,
    programmes.ProgrammeBegun: Section.PLAN,
    programmes.ProgrammeRedated: Section.PLAN,
    programmes.ProgrammeEnded: Section.PLAN,
    guidance.GuidanceGiven: Section.ASSISTANCE_GUIDANCE,
    referrals.PersonReferred: Section.ASSISTANCE_REFERRALS,
    referrals.ReferralConcluded: Section.ASSISTANCE_REFERRALS,
    employment.WorkStarted: Section.EMPLOYMENT,
    employment.WorkEnded: Section.EMPLOYMENT,
    employment.SearchArchived: Section.EMPLOYMENT,
    placement.PlacementRecommended: Section.EMPLOYMENT,
    placement.Placed: Section.EMPLOYMENT,
    placement.PlacementEnded: Section.EMPLOYMENT,
    visits.VisitMade: Section.VISITS,
    consultation.ConsultationApplied: Section.CONSULTATION,
    consultation.ConsultationAccepted: Section.CONSULTATION,
    consultation.ConsultationDeclined: Section.CONSULTATION,
    consultation.OpinionGiven: Section.CONSULTATION,
    consultation.FeedbackGiven: Section.CONSULTATION,
}


def section_of(event: Event) -> Section:
    """Return the section of the ledger in which an event is shown.

    Rule 32.
    """
    return _SECTIONS.get(type(event), Section.AGREEMENT)


def available_steps(
    case: AssistanceCase, ledger: LedgerFacts, day: date, edition: Edition
) -> tuple[Step, ...]:
    """Return the steps that the regulation leaves to choice, open or not, with the facts that count.

    `case` is the person's last case, an empty one where there is none. Nothing is taken by itself.

    Rules 13.1, 24, 26, 28, 29, 30.1, 30.2.
    """
    again = case.stage is CaseStage.ENDED and case.placement.ended_on is not None
    assisted = being_assisted(case)
    return (
        Step(
            "sign_agreement",
            "签订就业援助服务协议",
            "30.2" if again else "23.1",
            agreement.signing_facts(case, ledger),
        ),
        Step(
            "psychological_adjustment",
            "开展心理调适",
            "26",
            (assisted, *guidance.psychological_facts(case)),
        ),
        Step("programme", "推荐参加培训、见习", "26", (assisted, _lacks_skills(case))),
        Step("refer", "匹配推荐", "15.1", (assisted, *referrals.referral_facts(case))),
        Step(
            "apply_for_consultation",
            "申请专家会诊",
            "28",
            consultation.consultation_facts(case, edition),
        ),
        Step("end_for_unwillingness", "终止就业援助服务", "29", ending.ending_facts(case)),
        Step(
            "recommend_placement",
            "向社会公益性就业组织推荐",
            "30.1",
            placement.placement_facts(case, day, edition),
        ),
        Step("ask_for_transfer", "申请服务关系划转", "24", (_may_move(case),)),
    )


def _lacks_skills(case: AssistanceCase) -> Fact:
    return Fact(
        not case.readiness.job_ready and case.readiness.cause == UnreadyCause.SKILLS,
        "就业准备不足，原因为知识、技能等",
        "the last assessment found no unreadiness by knowledge or skills",
        "就业准备状况评估认定因知识、技能等准备不足",
    )


def _may_move(case: AssistanceCase) -> Fact:
    return Fact(
        case.is_live and case.transfer is None,
        "协议履行中，没有进行中的划转",
        "a transfer is under way"
        if case.transfer is not None
        else f"the case is {case.stage}: no agreement is in force",
        "办结进行中的划转" if case.transfer is not None else "履行中的就业援助服务协议",
    )
