"""The search for work: readiness, referrals and their outcome, employment, archive (Articles 15-17).

A referral stands in the ledgers of both sides under one id: here with the person's consent and the
reasons of the match, in the employer's with the vacancy that it fills.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..employer.services import ReferralOutcome
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import OWN_STREAM, Event, Personal, RecordedEvent
from .registration import require_registered

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class EmploymentKind(StrEnum):
    """How the person came to work."""

    REFERRED = "referred"
    OWN_SEARCH = "own_search"
    JOB_FAIR = "job_fair"
    SELF_EMPLOYED = "self_employed"
    FLEXIBLE = "flexible"
    PUBLIC_WELFARE_POST = "public_welfare_post"

    @property
    def label_zh(self) -> str:
        """The kind as an official writes it."""
        return {
            "referred": "经推荐就业",
            "own_search": "自行求职就业",
            "job_fair": "经招聘会就业",
            "self_employed": "自主创业",
            "flexible": "灵活就业",
            "public_welfare_post": "公益性岗位安置",
        }[self]


# --- events -----------------------------------------------------------------------------------


class ReadinessJudged(Event, name="job_seeker_ledger.readiness_judged", subject=OWN_STREAM):
    """Whether the person could start within two weeks of an offer; one who could not got advice."""

    is_ready: bool
    could_start_within_days: int | None
    advice: Personal


class Referred(Event, name="job_seeker_ledger.referred"):
    """The person was referred to a vacancy of an employer, with consent and the reasons of the match."""

    referral_id: UUID
    employer_id: UUID
    vacancy_id: UUID
    reasons: tuple[str, ...]


class ReferralOutcomeKnown(Event, name="job_seeker_ledger.referral_outcome_known"):
    """It became known what came of a referral."""

    referral_id: UUID
    employer_id: UUID
    vacancy_id: UUID
    outcome: ReferralOutcome
    started_on: date | None


class Employed(Event, name="job_seeker_ledger.employed"):
    """The person started work; `referral_id` names the referral that led to it.

    `ends_search` says that the person was registered for job seeking: that search is to be filed.
    """

    kind: EmploymentKind
    started_on: date
    referral_id: UUID | None
    ends_search: bool


class SearchArchived(Event, name="job_seeker_ledger.search_archived"):
    """The search that ended in employment was filed; registering again begins another."""


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class OpenReferral:
    """A referral whose outcome is not known yet."""

    employer_id: UUID
    vacancy_id: UUID
    made_on: date


@dataclass(slots=True)
class Search:
    """Where the search for work stands."""

    is_ready: bool | None = None
    referrals: dict[UUID, OpenReferral] = field(default_factory=dict)
    employed_on: date | None = None


@changed_by(ReadinessJudged)
def _judged(ledger: JobSeekerLedger, event: ReadinessJudged, _: RecordedEvent) -> None:
    ledger.search.is_ready = event.is_ready


@changed_by(Referred)
def _referred(ledger: JobSeekerLedger, event: Referred, recorded: RecordedEvent) -> None:
    ledger.search.referrals[event.referral_id] = OpenReferral(
        event.employer_id, event.vacancy_id, recorded.occurred_on
    )


@changed_by(ReferralOutcomeKnown)
def _outcome(ledger: JobSeekerLedger, event: ReferralOutcomeKnown, _: RecordedEvent) -> None:
    ledger.search.referrals.pop(event.referral_id, None)


@changed_by(Employed)
def _employed(ledger: JobSeekerLedger, event: Employed, _: RecordedEvent) -> None:
    ledger.search.employed_on = event.started_on
    ledger.surveys.start_anew()  # who found work is not asked any more whether they want any


@changed_by(SearchArchived)
def _archived(ledger: JobSeekerLedger, _: SearchArchived, __: RecordedEvent) -> None:
    ledger.registration.registered_on = None
    ledger.search.is_ready = None
    ledger.status.assistance_called_for = False


# --- decisions --------------------------------------------------------------------------------


def judge_readiness(
    ledger: JobSeekerLedger,
    occasion: Occasion,
    could_start_within_days: int | None,
    advice: str,
) -> list[Event]:
    """Record within how many days of an offer the person could start (None: not for now).

    Rule 15.1.
    """
    ledger.require_served(occasion)
    limit = occasion.edition.job_ready_start.amount
    is_ready = could_start_within_days is not None and could_start_within_days <= limit
    if not is_ready and not advice.strip():
        raise RuleBroken("15.1", "who is not ready for a job is given advice: state it")
    return [
        ReadinessJudged(
            is_ready=is_ready, could_start_within_days=could_start_within_days, advice=advice
        )
    ]


def refer(
    ledger: JobSeekerLedger, occasion: Occasion, referred: Referred, *, consented: bool
) -> list[Event]:
    """Refer the person to a vacancy; the employer's ledger decides for its side.

    Rules 15.1, 15.2, 16.
    """
    ledger.require_served(occasion)
    if ledger.search.employed_on is not None:
        raise RuleBroken("16", "the person is employed: register anew for another search")
    require_registered(ledger, "15.1")
    if not ledger.search.is_ready:
        raise RuleBroken(
            "15.1", "the person is not found ready to start within two weeks: give advice instead"
        )
    if not consented:
        raise RuleBroken("15.1", "a referral needs the job seeker's consent")
    if not any(reason.strip() for reason in referred.reasons):
        raise RuleBroken("15.2", "a referral gives the reasons of the match")
    if referred.referral_id in ledger.search.referrals:
        raise InvalidInput("this referral exists already", field="referral_id")
    if any(
        open_one.vacancy_id == referred.vacancy_id for open_one in ledger.search.referrals.values()
    ):
        raise InvalidInput("the person is already referred to this vacancy", field="vacancy_id")
    return [referred]


def learn_outcome(
    ledger: JobSeekerLedger,
    referral_id: UUID,
    outcome: ReferralOutcome,
    started_on: date | None,
) -> list[Event]:
    """Record what came of a referral; one who was hired is employed from then on.

    Knowing it is no service: it is recorded of a person whose services ceased, too.

    Rule 16.
    """
    ledger.require_open()
    referral = ledger.search.referrals.get(referral_id)
    if referral is None:
        raise NotFound("no such referral, or its outcome is known", field="referral_id")
    known = ReferralOutcomeKnown(
        referral_id=referral_id,
        employer_id=referral.employer_id,
        vacancy_id=referral.vacancy_id,
        outcome=outcome,
        started_on=started_on,
    )
    if started_on is None or ledger.search.employed_on is not None:
        return [known]
    return [known, _employed_as(ledger, EmploymentKind.REFERRED, started_on, referral_id)]


def employ(
    ledger: JobSeekerLedger, occasion: Occasion, kind: EmploymentKind, started_on: date
) -> list[Event]:
    """Record employment that came about without a referral.

    Rule 16.
    """
    ledger.require_open()
    if kind is EmploymentKind.REFERRED:
        raise InvalidInput("record the outcome of the referral instead", field="kind")
    if started_on > occasion.today:
        raise InvalidInput(f"{started_on} is in the future", field="started_on")
    if ledger.search.employed_on is not None:
        raise InvalidInput(
            f"the person is employed since {ledger.search.employed_on}", field="started_on"
        )
    return [_employed_as(ledger, kind, started_on, None)]


def _employed_as(
    ledger: JobSeekerLedger, kind: EmploymentKind, started_on: date, referral_id: UUID | None
) -> Employed:
    ends_search = ledger.registration.registered_on is not None
    return Employed(
        kind=kind, started_on=started_on, referral_id=referral_id, ends_search=ends_search
    )


def archive(ledger: JobSeekerLedger) -> list[Event]:
    """File the search of a person who is employed.

    Rule 16.
    """
    ledger.require_open()
    if ledger.search.employed_on is None:
        raise RuleBroken("16", "the person is not employed: there is no search to file")
    if ledger.search.referrals:
        raise RuleBroken(
            "16", f"the outcome of {len(ledger.search.referrals)} referral(s) is not known yet"
        )
    if ledger.registration.registered_on is None:
        return []
    return [SearchArchived()]
