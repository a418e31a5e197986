"""Referrals to a key enterprise, what came of them, and who was hired (Articles 40, 41, 46, 49)."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from ..aggregate import Occasion, changed_by
from ..employer.services import ReferralOutcome
from ..errors import InvalidInput
from ..events import Event, RecordedEvent
from .state import Item, ItemKind, KeyEnterpriseAgreement, OfAgreement

# --- events -----------------------------------------------------------------------------------


class PersonReferred(OfAgreement, Event, name="key_enterprise_agreement.referred"):
    """A job seeker was referred to a vacancy of the enterprise; the ledgers hold who, and the reasons."""

    referral_id: UUID
    vacancy_id: UUID


class ReferralConcluded(OfAgreement, Event, name="key_enterprise_agreement.referral_concluded"):
    """It became known what came of a referral."""

    referral_id: UUID
    outcome: ReferralOutcome


class HiringCompleted(OfAgreement, Event, name="key_enterprise_agreement.hiring_completed"):
    """So many were hired for a post and began on `completed_on`; `referral_id` names the referral, if one led to it."""

    hiring_id: UUID
    post: str
    hired: int
    completed_on: date
    referral_id: UUID | None


# --- state ------------------------------------------------------------------------------------


@changed_by(PersonReferred)
def _referred(
    agreement: KeyEnterpriseAgreement, event: PersonReferred, recorded: RecordedEvent
) -> None:
    agreement.items[event.referral_id] = Item(kind=ItemKind.REFERRAL, since=recorded.occurred_on)


@changed_by(HiringCompleted)
def _hired(agreement: KeyEnterpriseAgreement, event: HiringCompleted, _: RecordedEvent) -> None:
    agreement.items[event.hiring_id] = Item(kind=ItemKind.HIRING, since=event.completed_on)


# --- decisions --------------------------------------------------------------------------------


def refer(agreement: KeyEnterpriseAgreement, referral_id: UUID, vacancy_id: UUID) -> list[Event]:
    """Let a referral made in the employer's ledger stand here, too: its follow-up is the specialist's.

    Rules 46, 49.2.
    """
    agreement.require_new(referral_id, "referral_id")
    return [PersonReferred(**agreement.whose, referral_id=referral_id, vacancy_id=vacancy_id)]


def conclude(
    agreement: KeyEnterpriseAgreement,
    referral_id: UUID,
    outcome: ReferralOutcome,
    started_on: date | None,
) -> list[Event]:
    """Let the outcome of a referral stand here, too; who was hired is asked after.

    Rules 46, 49.3.
    """
    concluded = ReferralConcluded(**agreement.whose, referral_id=referral_id, outcome=outcome)
    if started_on is None:
        return [concluded]
    return [
        concluded,
        HiringCompleted(
            **agreement.whose,
            hiring_id=hiring_after(referral_id),
            post="",
            hired=1,
            completed_on=started_on,
            referral_id=referral_id,
        ),
    ]


def complete(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    hiring_id: UUID,
    post: str,
    hired: int,
    completed_on: date,
) -> list[Event]:
    """Record that the enterprise hired without a referral of ours.

    Rules 46, 49.3.
    """
    agreement.require(occasion, "46")
    agreement.require_new(hiring_id, "hiring_id")
    if completed_on > occasion.occurred_on:
        raise InvalidInput(f"{completed_on} is still to come", field="completed_on")
    if agreement.signed_on is not None and completed_on < agreement.signed_on:
        raise InvalidInput(
            f"the agreement was signed only on {agreement.signed_on}", field="completed_on"
        )
    return [
        HiringCompleted(
            **agreement.whose,
            hiring_id=hiring_id,
            post=post,
            hired=hired,
            completed_on=completed_on,
            referral_id=None,
        )
    ]


def hiring_after(referral_id: UUID) -> UUID:
    """Return the id of the hiring to which a referral led."""
    return uuid5(referral_id, "hiring")
