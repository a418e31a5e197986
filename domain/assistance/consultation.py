"""Expert consultation (专家会诊) at the next level up, again and again until employment (Article 28)."""

from __future__ import annotations

from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from ..organisation.directory import Directory
from ..regulation.edition import Edition
from .facts import Fact, being_assisted, require
from .state import AssistanceCase, CaseStage, Consultation, OfCase

# --- events -----------------------------------------------------------------------------------


class ConsultationApplied(OfCase, Event, name="assistance_case.consultation_applied"):
    """The specialist applied for a consultation at the next level up, to which the ledger goes."""

    consultation_id: UUID
    to_agency_code: str
    referrals_failed: int


class ConsultationAccepted(OfCase, Event, name="assistance_case.consultation_accepted"):
    """The superior took the case; the experts are counsellors of both agencies."""

    consultation_id: UUID
    experts: tuple[str, ...]


class ConsultationDeclined(
    OfCase, Event, name="assistance_case.consultation_declined", subject="person_id"
):
    """The superior did not take the case, for a reason."""

    consultation_id: UUID
    reason: Personal


class OpinionGiven(OfCase, Event, name="assistance_case.opinion_given", subject="person_id"):
    """The experts gave their opinion and suggestions: the plan is adjusted to them."""

    consultation_id: UUID
    opinion: Personal


class FeedbackGiven(OfCase, Event, name="assistance_case.feedback_given", subject="person_id"):
    """The specialist told the experts how guidance, referrals and visits have gone since."""

    consultation_id: UUID
    report: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(ConsultationApplied)
def _applied(case: AssistanceCase, event: ConsultationApplied, _: RecordedEvent) -> None:
    case.consultation = Consultation(event.consultation_id, event.to_agency_code)


@changed_by(ConsultationAccepted)
def _accepted(case: AssistanceCase, _: ConsultationAccepted, __: RecordedEvent) -> None:
    if case.consultation is not None:
        case.consultation.accepted = True


@changed_by(ConsultationDeclined)
def _declined(case: AssistanceCase, _: ConsultationDeclined, __: RecordedEvent) -> None:
    case.consultation = None


@changed_by(OpinionGiven)
def _opinion(case: AssistanceCase, _: OpinionGiven, __: RecordedEvent) -> None:
    if case.consultation is not None:
        case.consultation.opinion_open = True


# --- decisions --------------------------------------------------------------------------------


def consultation_facts(case: AssistanceCase, edition: Edition) -> tuple[Fact, ...]:
    """Return the facts on which an application for a consultation depends.

    Rule 28.
    """
    wanted = edition.referrals_before_consultation
    return (
        being_assisted(case),
        Fact(
            case.readiness.job_ready,
            "已具备上岗条件",
            "the person is not found job-ready",
            "就业准备状况评估认定已具备上岗条件",
        ),
        Fact(
            wanted.reached(case.referrals_failed),
            f"已匹配推荐{case.referrals_failed}次仍未实现就业（{wanted.amount}次以上可申请）",
            f"{case.referrals_failed} referral(s) have ended without employment: "
            f"a consultation needs {wanted.amount}",
            f"{wanted.amount}次以上匹配推荐未实现就业（已有{case.referrals_failed}次）",
        ),
        Fact(
            case.consultation is None,
            "没有进行中的专家会诊",
            "a consultation is under way: give feedback to its experts",
            "办结进行中的专家会诊",
        ),
    )


def apply(
    case: AssistanceCase, directory: Directory, occasion: Occasion, consultation_id: UUID
) -> list[Event]:
    """Apply for a consultation at the next level up.

    Rule 28.
    """
    case.require(occasion, "28", CaseStage.ASSISTED)
    require("28", consultation_facts(case, occasion.edition))
    if occasion.actor.staff_id != case.specialist_id:
        raise RuleBroken("28", f"the specialist applies: that is {case.specialist_id}")
    day = occasion.occurred_on
    agency = directory.holder(case.agency_code, day)
    if agency is None or agency.parent is None:
        raise InvalidInput(f"{case.agency_code} has no superior agency")
    return [
        ConsultationApplied(
            **case.whose,
            consultation_id=consultation_id,
            to_agency_code=agency.parent.code_on(day),
            referrals_failed=case.referrals_failed,
        )
    ]


def accept(
    case: AssistanceCase, directory: Directory, occasion: Occasion, experts: tuple[str, ...]
) -> list[Event]:
    """Take the case; the group has counsellors of the superior and of the case's own agency.

    Rule 28.
    """
    case.require(occasion, "28", CaseStage.ASSISTED)
    held = _under_way(case, accepted=False)
    day = occasion.occurred_on
    agencies = []
    for expert in experts:
        member = directory.member(expert)
        code = member.agency_codes.on(day) if member else None
        agencies.append(directory.holder(code, day) if code else None)
    wanted = {"上级": held.level_code, "本级": case.agency_code}
    require(
        "28",
        [
            Fact(
                directory.holder(code, day) in agencies,
                f"专家小组有{level}机构人员",
                f"the experts include nobody of {code}",
            )
            for level, code in wanted.items()
        ],
    )
    return [
        ConsultationAccepted(**case.whose, consultation_id=held.consultation_id, experts=experts)
    ]


def decline(case: AssistanceCase, occasion: Occasion, reason: str) -> list[Event]:
    """Do not take the case, and say why.

    Rule 28.
    """
    case.require(occasion, "28", CaseStage.ASSISTED)
    held = _under_way(case, accepted=False)
    if not reason.strip():
        raise InvalidInput("say why the case is not taken", field="reason")
    return [ConsultationDeclined(**case.whose, consultation_id=held.consultation_id, reason=reason)]


def give_opinion(case: AssistanceCase, occasion: Occasion, opinion: str) -> list[Event]:
    """Record the experts' opinion, the first or a further one after feedback.

    Rules 28, 28.3.
    """
    case.require(occasion, "28", CaseStage.ASSISTED)
    held = _under_way(case, accepted=True)
    if held.opinion_open:
        raise RuleBroken("28.3", "the plan is still to be adjusted to the opinion before this one")
    return [OpinionGiven(**case.whose, consultation_id=held.consultation_id, opinion=opinion)]


def give_feedback(case: AssistanceCase, occasion: Occasion, report: str) -> list[Event]:
    """Tell the experts how it has gone since.

    Rule 28.3.
    """
    case.require(occasion, "28.3", CaseStage.ASSISTED)
    held = _under_way(case, accepted=True)
    if occasion.actor.staff_id != case.specialist_id:
        raise RuleBroken("28.3", f"the specialist reports: that is {case.specialist_id}")
    return [FeedbackGiven(**case.whose, consultation_id=held.consultation_id, report=report)]


def _under_way(case: AssistanceCase, *, accepted: bool) -> Consultation:
    held = case.consultation
    if held is None:
        raise RuleBroken("28", "no consultation was applied for")
    if held.accepted is not accepted:
        raise RuleBroken(
            "28",
            f"{held.level_code} has not taken the case yet"
            if accepted
            else f"{held.level_code} has taken the case already",
        )
    return held
