"""Services to an employer: guidance (Articles 36-37), and referrals with their outcomes (40-41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .fairs import hires_of, is_told
from .papers import require_registered
from .reviewing import find

if TYPE_CHECKING:
    from .ledger import EmployerLedger


class GuidanceKind(StrEnum):
    """The three kinds of guidance (Articles 14 and 37)."""

    GENERAL = "general"
    SPECIALISED = "specialised"
    GROUP = "group"

    @property
    def label_zh(self) -> str:
        """The kind in the words of the regulation."""
        return {"general": "一般性指导", "specialised": "专门指导", "group": "分类指导"}[self]


class ReferralOutcome(StrEnum):
    """What became of a referral."""

    HIRED = "hired"
    NOT_HIRED = "not_hired"
    DECLINED = "declined"
    NOT_INTERVIEWED = "not_interviewed"

    @property
    def label_zh(self) -> str:
        """The outcome as an official writes it."""
        return {
            "hired": "已录用上岗",
            "not_hired": "未录用",
            "declined": "求职者放弃",
            "not_interviewed": "未参加面试",
        }[self]


# --- events -----------------------------------------------------------------------------------


class EmployerGuidanceBooked(Event, name="employer_guidance.booked"):
    """The employer booked guidance (预约登记) for a day."""

    guidance: GuidanceKind
    about: str
    booked_for: date


class EmployerGuidanceGiven(Event, name="employer_guidance.given"):
    """Guidance was given; group guidance follows a plan."""

    guidance: GuidanceKind
    about: str
    advice: str
    plan: str | None


class ReferralMade(Event, name="referral.made"):
    """A job seeker was referred to a vacancy, with the reasons of the match and with consent.

    `fair_id` is the job fair that brought the two together: it was made there, or the person registered
    there, where the vacancy was offered.
    """

    referral_id: UUID
    vacancy_id: UUID
    job_seeker_id: UUID
    reasons: tuple[str, ...]
    fair_id: UUID | None = None


class ReferralOutcomeLearnt(Event, name="referral.outcome_learnt"):
    """It became known what came of a referral; `started_on` is the first day of work of one hired.

    Of a referral that a fair (`fair_id`) brought about: somebody hired who is `counted_by_fair` is among
    those whom the fair's total told already, and fills no further position.
    """

    referral_id: UUID
    vacancy_id: UUID
    outcome: ReferralOutcome
    started_on: date | None
    fair_id: UUID | None = None
    counted_by_fair: bool = False


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Referral:
    """A referral whose outcome is not known yet."""

    vacancy_id: UUID
    job_seeker_id: UUID
    made_on: date
    fair_id: UUID | None = None


@changed_by(ReferralMade)
def _referred(ledger: EmployerLedger, event: ReferralMade, recorded: RecordedEvent) -> None:
    ledger.referrals[event.referral_id] = Referral(
        event.vacancy_id, event.job_seeker_id, recorded.occurred_on, event.fair_id
    )


@changed_by(ReferralOutcomeLearnt)
def _outcome(ledger: EmployerLedger, event: ReferralOutcomeLearnt, _: RecordedEvent) -> None:
    ledger.referrals.pop(event.referral_id, None)
    if event.outcome is not ReferralOutcome.HIRED:
        return
    if event.fair_id is not None:
        hires_of(ledger, event.vacancy_id, event.fair_id).referred += 1
    vacancy = ledger.vacancies.get(event.vacancy_id)
    if vacancy is not None and not event.counted_by_fair:
        vacancy.filled += 1


# --- decisions --------------------------------------------------------------------------------


def book_guidance(
    ledger: EmployerLedger,
    occasion: Occasion,
    guidance: GuidanceKind,
    about: str,
    booked_for: date,
) -> list[Event]:
    """Book guidance for a day to come. Rule 37."""
    ledger.require_open()
    if booked_for < occasion.occurred_on:
        raise InvalidInput("a booking is for a day to come", field="booked_for")
    return [EmployerGuidanceBooked(guidance=guidance, about=about, booked_for=booked_for)]


def give_guidance(
    ledger: EmployerLedger,
    guidance: GuidanceKind,
    about: str,
    advice: str,
    plan: str | None,
) -> list[Event]:
    """Record guidance. Rule 37: general guidance is for every employer, group guidance has a plan.

    Raises RuleBroken 36 for specialised or group guidance to an employer that is not registered.
    """
    ledger.require_open()
    if guidance is not GuidanceKind.GENERAL and ledger.papers.registered_on is None:
        raise RuleBroken("36", "this guidance is for employers with a recruitment registration")
    if guidance is GuidanceKind.GROUP and not (plan and plan.strip()):
        raise RuleBroken("37", "group guidance follows a guidance plan: state it")
    return [EmployerGuidanceGiven(guidance=guidance, about=about, advice=advice, plan=plan)]


def refer(
    ledger: EmployerLedger,
    occasion: Occasion,
    referral_id: UUID,
    vacancy_id: UUID,
    job_seeker_id: UUID,
    reasons: tuple[str, ...],
    consented: bool,
    fair_id: UUID | None = None,
) -> list[Event]:
    """Refer a job seeker to a vacancy. Rules 15.1, 36, 40.

    Raises RuleBroken 15.1 without the person's consent, and 40 when the vacancy is not public, has
    lapsed or is full, or when no reason of the match is given.
    """
    require_registered(ledger, occasion.occurred_on, "36")
    vacancy = find(ledger, vacancy_id)
    if not vacancy.is_open_on(occasion.occurred_on):
        raise RuleBroken(
            "40", f"the vacancy is {vacancy.status}, valid until {vacancy.valid_until}"
        )
    if vacancy.is_full:
        raise RuleBroken("40", f"all {vacancy.headcount} positions are filled")
    if not consented:
        raise RuleBroken("15.1", "a referral needs the job seeker's consent")
    if not any(reason.strip() for reason in reasons):
        raise RuleBroken("40", "a referral gives the reasons of the match")
    if referral_id in ledger.referrals:
        raise InvalidInput(f"the referral {referral_id} exists already", field="referral_id")
    if any(
        referral.vacancy_id == vacancy_id and referral.job_seeker_id == job_seeker_id
        for referral in ledger.referrals.values()
    ):
        raise InvalidInput("this person is already referred to this vacancy", field="job_seeker_id")
    return [
        ReferralMade(
            referral_id=referral_id,
            vacancy_id=vacancy_id,
            job_seeker_id=job_seeker_id,
            reasons=reasons,
            fair_id=fair_id,
        )
    ]


def learn_outcome(
    ledger: EmployerLedger,
    occasion: Occasion,
    referral_id: UUID,
    outcome: ReferralOutcome,
    started_on: date | None,
) -> list[Event]:
    """Record what came of a referral; whom a fair's total told already fills no further position.

    Raises RuleBroken 41 for somebody hired where all positions are filled.

    Rules 41, 43.4.
    """
    referral = ledger.referrals.get(referral_id)
    if referral is None:
        raise NotFound("no such referral, or its outcome is known", field="referral_id")
    if occasion.occurred_on < referral.made_on:
        raise InvalidInput(f"the referral was made on {referral.made_on}", field="occurred_on")
    if (started_on is not None) != (outcome is ReferralOutcome.HIRED):
        raise InvalidInput(
            "give the first day of work of one hired, and only then", field="started_on"
        )
    if started_on is not None and started_on < referral.made_on:
        raise InvalidInput(f"the referral was made on {referral.made_on}", field="started_on")
    vacancy = ledger.vacancies.get(referral.vacancy_id)
    is_hired = outcome is ReferralOutcome.HIRED
    told = is_hired and is_told(ledger, referral.vacancy_id, referral.fair_id)
    if is_hired and not told and vacancy is not None and vacancy.is_full:
        raise RuleBroken("41", f"all {vacancy.headcount} positions are filled")
    return [
        ReferralOutcomeLearnt(
            referral_id=referral_id,
            vacancy_id=referral.vacancy_id,
            outcome=outcome,
            started_on=started_on,
            fair_id=referral.fair_id,
            counted_by_fair=told,
        )
    ]
