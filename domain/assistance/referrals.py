"""Referrals of an assisted person to vacancies, and their outcomes (Articles 15, 26, 27, 28 and 30)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..employer.services import ReferralOutcome
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from .employment import WorkKind, id_after, start
from .facts import Fact, require
from .state import AssistanceCase, CaseStage, Item, ItemKind, OfCase

# --- events -----------------------------------------------------------------------------------


class PersonReferred(OfCase, Event, name="assistance_case.referred"):
    """The person was referred to a vacancy, with consent and with the reasons of the match."""

    referral_id: UUID
    vacancy_id: UUID
    employer_id: UUID
    reasons: tuple[str, ...]


class ReferralConcluded(
    OfCase, Event, name="assistance_case.referral_concluded", subject="person_id"
):
    """It became known what came of a referral; `own_fault` says that it failed through the person."""

    referral_id: UUID
    outcome: ReferralOutcome
    own_fault: bool
    reason: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(PersonReferred)
def _referred(case: AssistanceCase, event: PersonReferred, recorded: RecordedEvent) -> None:
    case.items[event.referral_id] = Item(kind=ItemKind.REFERRAL, since=recorded.occurred_on)


@changed_by(ReferralConcluded)
def _concluded(case: AssistanceCase, event: ReferralConcluded, _: RecordedEvent) -> None:
    item = case.items.get(event.referral_id)
    if item is not None:
        item.is_settled = True
        case.forget_if_done(event.referral_id)
    if event.outcome is not ReferralOutcome.HIRED:
        case.referrals_failed += 1
        case.referrals_at_fault += event.own_fault


# --- decisions --------------------------------------------------------------------------------


def referral_facts(case: AssistanceCase) -> tuple[Fact, ...]:
    """Return the facts on which a referral depends.

    Rules 15.1, 26.
    """
    return (
        Fact(
            case.readiness.job_ready,
            "经评估已具备上岗条件",
            "the person is not found job-ready (able to start within 2 weeks): assess, and give "
            "guidance or training first",
            "就业准备状况评估认定已具备上岗条件",
        ),
        Fact(
            case.plan.revision > 0,
            "已制定就业援助方案",
            "there is no assistance plan yet",
            "就业援助方案和行动计划",
        ),
    )


def refer(
    case: AssistanceCase,
    occasion: Occasion,
    referral_id: UUID,
    vacancy_id: UUID,
    employer_id: UUID,
    reasons: tuple[str, ...],
) -> list[Event]:
    """Refer the person; that the vacancy is public, open and not full is for the employer's ledger.

    Rules 15.1, 26, 27.3.
    """
    case.require(occasion, "26", CaseStage.ASSISTED)
    require("15.1", referral_facts(case))
    case.require_new(referral_id, "referral_id")
    return [
        PersonReferred(
            **case.whose,
            referral_id=referral_id,
            vacancy_id=vacancy_id,
            employer_id=employer_id,
            reasons=reasons,
        )
    ]


def conclude(
    case: AssistanceCase,
    occasion: Occasion,
    referral_id: UUID,
    outcome: ReferralOutcome,
    own_fault: bool,
    reason: str,
    started_on: date | None,
    employer: str,
) -> list[Event]:
    """Record what came of a referral; one who was hired starts work with it.

    Rules 16, 27.3.
    """
    case.require(occasion, "27.3")
    item = case.item(referral_id, ItemKind.REFERRAL, "referral_id")
    if item.is_settled:
        raise InvalidInput("its outcome is recorded already", field="referral_id")
    if occasion.occurred_on < item.since:
        raise InvalidInput(f"the referral was made on {item.since}", field="occurred_on")
    hired = outcome is ReferralOutcome.HIRED
    if (started_on is not None) != hired:
        raise InvalidInput(
            "give the first day of work of one hired, and only then", field="started_on"
        )
    if own_fault and not reason.strip():
        raise RuleBroken("30.1", "say in what the person's own fault lay")
    if hired and own_fault:
        raise InvalidInput("one who was hired is at no fault", field="own_fault")
    concluded = ReferralConcluded(
        **case.whose, referral_id=referral_id, outcome=outcome, own_fault=own_fault, reason=reason
    )
    if started_on is None:
        return [concluded]
    employment_id = id_after(referral_id)
    started = start(
        case,
        occasion,
        employment_id,
        WorkKind.EMPLOYED,
        employer,
        started_on,
        referral_id,
    )
    return [concluded, *started]
