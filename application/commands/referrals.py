"""Commands about the search for work: readiness, referrals on both sides, employment (Articles 15-16, 40-41)."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.employer import services
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.services import ReferralOutcome
from ...domain.errors import InvalidInput, RuleBroken
from ...domain.events import Event
from ...domain.job_seeker import search
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.search import EmploymentKind, Referred
from ...domain.organisation.powers import Power, reaches
from .agreements import ServedAsKey
from .base import Addressed, Command, Context, Decided
from .cases import live_case, require_not_assisted
from .employers import EmployerCommand
from .job_fairs import met_at_fair, referred_at_fair, require_at_fair
from .job_seekers import JobSeekerCommand


class JudgeReadiness(JobSeekerCommand, name="judge_readiness"):
    """Record whether a person could start within two weeks of an offer (Article 15)."""

    could_start_within_days: int | None = Field(default=None, ge=0, le=3650)
    advice: str = ""

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it; who is not ready gets advice."""
        return search.judge_readiness(
            ledger, context.occasion, self.could_start_within_days, self.advice
        )


class ReferralCommand(EmployerCommand):
    """A command about a referral, which stands in the employer's ledger and in the person's.

    Agencies of either side may act. What goes wrong on either side refuses the whole.
    """

    power: ClassVar[Power] = Power.REFER

    referral_id: UUID

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency of that side to which the actor's reaches, else the employer's."""
        assert isinstance(aggregate, EmployerLedger)
        codes = [aggregate.agency_code]
        person_id = self.person(aggregate)
        if person_id is not None:
            codes.append(present_ledger(context, person_id)[1].agency_code)
        occasion = context.occasion
        for code in filter(None, codes):
            if reaches(context.directory, occasion.actor, self.power, code, occasion.today):
                return code
        return next(filter(None, codes), None)

    @abstractmethod
    def person(self, ledger: EmployerLedger) -> UUID | None:
        """Return whom the referral is about, None where the employer's ledger does not tell."""


def present_ledger(context: Context, person_id: UUID) -> tuple[UUID, JobSeekerLedger]:
    """Return a person's ledger with its id: where it was merged, the one that goes on."""
    ledger = context.look(JobSeekerLedger, person_id)
    while ledger.merging.into is not None:
        person_id = ledger.merging.into
        ledger = context.look(JobSeekerLedger, person_id)
    return person_id, ledger


class ReferJobSeeker(ReferralCommand, name="refer_job_seeker"):
    """Refer a job seeker to a vacancy, with the reasons of the match (Articles 15 and 40).

    `fair_id` names the job fair at which it was done (Article 43).
    """

    vacancy_id: UUID
    job_seeker_id: UUID
    reasons: tuple[str, ...]
    consented: bool
    fair_id: UUID | None = None

    def person(self, ledger: EmployerLedger) -> UUID | None:
        """Return the person who is referred."""
        return self.job_seeker_id

    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        """Refer the person: the same referral in both ledgers.

        An assisted person's referrals stand in the case, too, where rules 28 and 30.1 count them.

        Rule 28.
        """
        require_not_assisted(
            context, self.job_seeker_id, "28", "refer the person by refer_assisted_person"
        )
        referred = Referred(
            referral_id=self.referral_id,
            employer_id=context.identities.employer(self.credit_code),
            vacancy_id=self.vacancy_id,
            reasons=self.reasons,
        )
        person = context.look(JobSeekerLedger, self.job_seeker_id)
        there = search.refer(
            person,
            context.occasion,
            referred,
            consented=self.consented,
        )
        here = services.refer(
            ledger,
            context.occasion,
            self.referral_id,
            self.vacancy_id,
            self.job_seeker_id,
            self.reasons,
            self.consented,
            self.fair_id or met_at_fair(context, person, referred.employer_id, self.vacancy_id),
        )
        decided: list[Event | Addressed] = [
            *here,
            *(Addressed(self.job_seeker_id, event) for event in there),
            *ServedAsKey(context, ledger).referred(self.referral_id, self.vacancy_id),
        ]
        if self.fair_id is None:
            return decided
        employer_id = referred.employer_id
        require_at_fair(context, self.fair_id, employer_id, self.vacancy_id)
        at_fair = referred_at_fair(
            self.fair_id, self.job_seeker_id, employer_id, self.referral_id, self.vacancy_id
        )
        return [*decided, *at_fair]


class RecordReferralOutcome(ReferralCommand, name="record_referral_outcome"):
    """Record what came of a referral, in both ledgers (Articles 16 and 41)."""

    outcome: ReferralOutcome
    started_on: date | None = None

    def person(self, ledger: EmployerLedger) -> UUID | None:
        """Return the person who was referred."""
        referral = ledger.referrals.get(self.referral_id)
        return referral.job_seeker_id if referral else None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        """Record the outcome; the person's ledger is the one that goes on, if it was merged.

        What came of a case's referral is told to the case. One made before the agreement is none of
        its referrals.

        Rule 28.
        """
        if self.started_on is not None and self.started_on > context.occasion.today:
            raise InvalidInput(f"{self.started_on} is in the future", field="started_on")
        person = self.person(ledger)
        here = services.learn_outcome(
            ledger, context.occasion, self.referral_id, self.outcome, self.started_on
        )
        key = ServedAsKey(context, ledger)
        also = key.concluded(self.referral_id, self.outcome, self.started_on)
        if person is None:
            return [*here, *also]
        person_id, personal = present_ledger(context, person)
        case = live_case(context, person_id)
        if case is not None and self.referral_id in case.items:
            raise RuleBroken(
                "28",
                "this is a referral of an assisted person: record its outcome by "
                "conclude_assisted_referral",
            )
        if self.referral_id not in personal.search.referrals:
            return [*here, *also]  # made before the person had a ledger
        there = search.learn_outcome(personal, self.referral_id, self.outcome, self.started_on)
        return [*here, *also, *(Addressed(person_id, event) for event in there)]


class RecordEmployment(JobSeekerCommand, name="record_employment"):
    """Record employment that came about without a referral (Article 16)."""

    kind: EmploymentKind
    started_on: date

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it; that of an assisted person in the case, from which the visits follow.

        Rule 28.
        """
        require_not_assisted(context, self.job_seeker_id, "28", "record it by start_work")
        return search.employ(ledger, context.occasion, self.kind, self.started_on)


class ArchiveJobSearch(JobSeekerCommand, name="archive_job_search"):
    """File the search of a person who is employed (Articles 16 and 31)."""

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """File it."""
        return search.archive(ledger)


ALL: tuple[type[Command], ...] = (
    JudgeReadiness,
    ReferJobSeeker,
    RecordReferralOutcome,
    RecordEmployment,
    ArchiveJobSearch,
)
