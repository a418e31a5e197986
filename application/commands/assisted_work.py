"""Commands about an assisted person's way into work: referrals, employment, archive (Articles 15, 26-28, 31)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.assistance import employment, referrals
from ...domain.assistance.case import AssistanceCase
from ...domain.assistance.employment import WorkKind
from ...domain.employer import services
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.services import ReferralOutcome
from ...domain.events import Event
from ...domain.identity import CreditCode
from ...domain.job_seeker import search
from ...domain.job_seeker.search import EmploymentKind, Referred
from .agreements import ServedAsKey
from .base import Addressed, Command, Context, Decided
from .cases import CaseCommand, PersonalLedger
from .job_fairs import met_at_fair, referred_at_fair, require_at_fair


class AssistedReferralCommand(CaseCommand):
    """A command about a referral: it stands in the case, in the person's ledger and in the employer's."""

    referral_id: UUID
    credit_code: CreditCode

    def employer(self, context: Context) -> tuple[UUID, EmployerLedger]:
        """Return the employer's ledger with its stream."""
        employer_id = context.identities.employer(self.credit_code)
        return employer_id, context.look(EmployerLedger, employer_id)


class ReferAssisted(AssistedReferralCommand, name="refer_assisted_person"):
    """Refer the person to a public vacancy, with consent and reasons (Articles 15, 26 and 40).

    `fair_id` names the job fair at which it was done (Article 43).
    """

    serves: ClassVar[bool] = True

    vacancy_id: UUID
    reasons: tuple[str, ...]
    consented: bool
    fair_id: UUID | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Refer: the same referral in all three."""
        occasion = context.occasion
        employer_id, there = self.employer(context)
        ledger = PersonalLedger(context, case.person_id)
        referred = referrals.refer(
            case, occasion, self.referral_id, self.vacancy_id, employer_id, self.reasons
        )
        in_ledger = Referred(
            referral_id=self.referral_id,
            employer_id=employer_id,
            vacancy_id=self.vacancy_id,
            reasons=self.reasons,
        )
        mine = search.refer(ledger.state, occasion, in_ledger, consented=self.consented)
        theirs = services.refer(
            there,
            occasion,
            self.referral_id,
            self.vacancy_id,
            ledger.person_id,
            self.reasons,
            self.consented,
            self.fair_id or met_at_fair(context, ledger.state, employer_id, self.vacancy_id),
        )
        decided: list[Event | Addressed] = [
            *referred,
            *ledger.addressed(mine),
            *(Addressed(employer_id, event) for event in theirs),
            *ServedAsKey(context, there).referred(self.referral_id, self.vacancy_id),
        ]
        if self.fair_id is None:
            return decided
        require_at_fair(context, self.fair_id, employer_id, self.vacancy_id)
        at_fair = referred_at_fair(
            self.fair_id, ledger.person_id, employer_id, self.referral_id, self.vacancy_id
        )
        return [*decided, *at_fair]


class ConcludeReferral(AssistedReferralCommand, name="conclude_assisted_referral"):
    """Record what came of a referral, wherever it is not known yet (Articles 16, 27 and 41)."""

    outcome: ReferralOutcome
    own_fault: bool = False
    reason: str = ""
    started_on: date | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; one who was hired starts work."""
        occasion, outcome, started_on = context.occasion, self.outcome, self.started_on
        employer_id, there = self.employer(context)
        ledger = PersonalLedger(context, case.person_id)
        decided: list[Decided] = [
            referrals.conclude(
                case,
                occasion,
                self.referral_id,
                outcome,
                self.own_fault,
                self.reason,
                started_on,
                self.credit_code,
            )
        ]
        if self.referral_id in ledger.state.search.referrals:
            mine = search.learn_outcome(ledger.state, self.referral_id, outcome, started_on)
            decided.append(ledger.addressed(mine))
        if self.referral_id in there.referrals:
            theirs = services.learn_outcome(there, occasion, self.referral_id, outcome, started_on)
            decided.append([Addressed(employer_id, event) for event in theirs])
            key = ServedAsKey(context, there)
            decided.append(key.concluded(self.referral_id, outcome, started_on))
        return [event for part in decided for event in part]


class StartWork(CaseCommand, name="start_work"):
    """Record that the person started work without a referral (Articles 16 and 27)."""

    employment_id: UUID
    work: WorkKind
    employer: str = Field(min_length=1)
    started_on: date

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it in the case and in the ledger; visits after it follow."""
        occasion = context.occasion
        started = employment.start(
            case, occasion, self.employment_id, self.work, self.employer, self.started_on
        )
        ledger = PersonalLedger(context, case.person_id)
        if ledger.state.search.employed_on is not None:
            return started
        kind = _EMPLOYMENT_KINDS[self.work]
        mine = search.employ(ledger.state, occasion, kind, self.started_on)
        return [*started, *ledger.addressed(mine)]


class EndWork(CaseCommand, name="end_work"):
    """Record that the person is out of work again: assistance goes on (Article 28)."""

    employment_id: UUID
    ended_on: date
    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return employment.end(
            case, context.occasion, self.employment_id, self.ended_on, self.reason
        )


class ArchiveAssistedSearch(CaseCommand, name="archive_assisted_search"):
    """File the information of the job search, in the ledger, too (Articles 16 and 31)."""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """File it."""
        filed = employment.archive_search(case, context.occasion)
        ledger = PersonalLedger(context, case.person_id)
        if ledger.state.search.employed_on is None:
            return filed
        return [*filed, *ledger.addressed(search.archive(ledger.state))]


_EMPLOYMENT_KINDS = {
    WorkKind.EMPLOYED: EmploymentKind.OWN_SEARCH,
    WorkKind.STARTUP: EmploymentKind.SELF_EMPLOYED,
    WorkKind.FLEXIBLE: EmploymentKind.FLEXIBLE,
}

ALL: tuple[type[Command], ...] = (
    ReferAssisted,
    ConcludeReferral,
    StartWork,
    EndWork,
    ArchiveAssistedSearch,
)
