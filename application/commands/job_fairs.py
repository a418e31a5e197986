"""Commands about job fairs (Articles 42 and 43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.employer.fairs import FairJoined, FairLeft, FairResultKnown, ReferralMadeAtFair, fill
from ...domain.employer.ledger import EmployerLedger
from ...domain.events import Event
from ...domain.identity import CreditCode
from ...domain.job_fair import admission, outcomes, planning, registrations
from ...domain.job_fair.fair import JobFair
from ...domain.job_fair.outcomes import VacancyOutcome
from ...domain.job_fair.planning import FairChanged, FairForm, FairPlanned, FairScope
from ...domain.job_seeker.fairs import ReferredAtFair, RegisteredAtFair
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .base import Addressed, Command, CommandOn, Context, Decided


class FairCommand(CommandOn[JobFair]):
    """A command about the job fair with this id."""

    power: ClassVar[Power] = Power.ORGANISE_FAIRS
    aggregate: ClassVar[type[Aggregate]] = JobFair

    fair_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the fair."""
        return self.fair_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that holds the fair; the actor's own plans a new one."""
        return self.own(aggregate).agency_code or None


class PlanFair(FairCommand, name="plan_fair"):
    """Plan a job fair of the actor's agency, on site or online (Article 42)."""

    title: str = Field(min_length=1, max_length=200)
    form: FairForm
    scope: FairScope = FairScope.GENERAL
    theme: str = Field(default="", max_length=200)
    place: str = Field(min_length=1, max_length=300)
    first_day: date
    last_day: date | None = None

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Plan it; one without a last day lasts one day."""
        return planning.plan(
            fair,
            context.occasion,
            FairPlanned(
                title=self.title,
                form=self.form,
                scope=self.scope,
                theme=self.theme,
                place=self.place,
                first_day=self.first_day,
                last_day=self.last_day or self.first_day,
            ),
        )


class ChangeFair(FairCommand, name="change_fair"):
    """Change title, theme or place of a job fair (Article 42)."""

    title: str = Field(min_length=1, max_length=200)
    scope: FairScope = FairScope.GENERAL
    theme: str = Field(default="", max_length=200)
    place: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Change it."""
        return planning.change(
            fair,
            FairChanged(
                title=self.title,
                scope=self.scope,
                theme=self.theme,
                place=self.place,
                reason=self.reason,
            ),
        )


class PreAnnounceFair(FairCommand, name="pre_announce_fair"):
    """Pre-announce a job fair in the system (Article 43, item 2)."""

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Announce it by this entry."""
        return planning.pre_announce(fair, context.occasion)


class RescheduleFair(FairCommand, name="reschedule_fair"):
    """Give a job fair other days; it is announced anew (Article 43, item 2).

    The reason is shown to the public: name nobody in it.
    """

    first_day: date
    last_day: date | None = None
    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Reschedule it."""
        last_day = self.last_day or self.first_day
        return planning.reschedule(fair, context.occasion, self.first_day, last_day, self.reason)


class CancelFair(FairCommand, name="cancel_fair"):
    """Cancel a job fair (Article 43). The reason is shown to the public: name nobody in it."""

    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Cancel it."""
        return planning.cancel(fair, self.reason)


class HoldFair(FairCommand, name="hold_fair"):
    """Record that a job fair took place (Article 43, item 3)."""

    visitors: int | None = Field(default=None, ge=0)
    absent: tuple[CreditCode, ...] = ()

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Record it; what came of it is then to be followed up."""
        absent = tuple(context.identities.employer(code) for code in self.absent)
        return planning.hold(fair, context.occasion, self.visitors, absent)


class FairEmployerCommand(FairCommand):
    """A command about an employer at a job fair."""

    credit_code: CreditCode

    def employer(self, context: Context) -> UUID:
        """Return the stream of the employer's ledger."""
        return context.identities.employer(self.credit_code)


class SignUpForFair(FairEmployerCommand, name="sign_up_for_fair"):
    """Sign an employer up online, by an agent whose real name is verified (Article 43, item 1)."""

    power: ClassVar[Power] = Power.ACT_ONLINE

    agent_id: UUID
    vacancy_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Sign it up; the agency that holds the fair reviews and admits."""
        employer_id = self.employer(context)
        ledger = context.look(EmployerLedger, employer_id)
        return admission.sign_up(
            fair, context.occasion, employer_id, ledger, self.agent_id, self.vacancy_ids
        )


class DeclineSignUp(FairEmployerCommand, name="decline_sign_up"):
    """Do not admit an employer that signed up online (Article 43, item 1)."""

    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Say why not."""
        return admission.decline(fair, self.employer(context), self.reason)


class AdmitEmployer(FairEmployerCommand, name="admit_employer_to_fair"):
    """Admit a qualified employer with vacancies that passed their review (Article 43, item 1)."""

    vacancy_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)

    def decide_on(self, fair: JobFair, context: Context) -> Decided:
        """Admit it, in the fair and in the employer's ledger.

        Rule 43.1.
        """
        employer_id = self.employer(context)
        ledger = context.look(EmployerLedger, employer_id)
        admitted = admission.admit(fair, context.occasion, employer_id, ledger, self.vacancy_ids)
        joined = [
            Addressed(employer_id, FairJoined(fair_id=self.fair_id, vacancy_ids=event.vacancy_ids))
            for event in admitted
        ]
        return [*admitted, *joined]


class WithdrawEmployer(FairEmployerCommand, name="withdraw_employer_from_fair"):
    """Take an employer, or some of its vacancies, off a job fair (Article 43, item 1)."""

    vacancy_ids: tuple[UUID, ...] = ()
    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> Decided:
        """Take it off, in the fair and in the employer's ledger; without vacancies named, altogether.

        Rule 43.1.
        """
        employer_id = self.employer(context)
        context.look(EmployerLedger, employer_id)
        left = FairLeft(fair_id=self.fair_id, vacancy_ids=self.vacancy_ids, reason=self.reason)
        return [
            *admission.withdraw(fair, employer_id, self.vacancy_ids, self.reason),
            Addressed(employer_id, left),
        ]


class TakePaperRegistrations(FairCommand, name="take_paper_registrations"):
    """Record how many registrations were filled in on paper on a day of the fair (Article 43, item 3)."""

    batch_id: UUID
    forms: int = Field(ge=1, le=100_000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Record the batch; its forms are then to be entered by `register_job_seeker`."""
        return registrations.take(fair, context.occasion, self.batch_id, self.forms)


class CorrectPaperBatch(FairCommand, name="correct_paper_batch"):
    """Say how many forms of a batch are yet to be entered, where the count was wrong (43, item 3)."""

    batch_id: UUID
    left: int = Field(ge=0, le=100_000)
    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, fair: JobFair, context: Context) -> list[Event]:
        """Correct the count."""
        return registrations.correct(fair, self.batch_id, self.left, self.reason)


class EnterFairOutcome(FairEmployerCommand, name="enter_fair_outcome"):
    """Enter what came of a job fair for an employer, vacancy by vacancy (Article 43, item 4)."""

    outcomes: tuple[VacancyOutcome, ...] = Field(min_length=1, max_length=500)

    def decide_on(self, fair: JobFair, context: Context) -> Decided:
        """Enter it, in the fair and in the employer's ledger, where it fills positions.

        Rule 43.4.
        """
        employer_id = self.employer(context)
        ledger = context.look(EmployerLedger, employer_id)
        entered = outcomes.enter(fair, context.occasion, employer_id, self.outcomes)
        known = FairResultKnown(
            fair_id=self.fair_id,
            agreements=sum(one.agreements for one in self.outcomes),
            started=sum(one.started for one in self.outcomes),
        )
        started = {one.vacancy_id: one.started for one in self.outcomes}
        filled = fill(ledger, self.fair_id, started)
        return [*entered, *(Addressed(employer_id, event) for event in (known, *filled))]


# --- what other commands do at a fair -----------------------------------------------------------


def registered_at_fair(
    context: Context, person_id: UUID, fair_id: UUID, batch_id: UUID | None
) -> list[Event | Addressed]:
    """Return what follows from a registration made at a fair: for the person's ledger, and the fair.

    A form is entered on the day of entry, whatever the day of the fair.

    Rule 43.3.
    """
    occasion = context.occasion
    fair = context.look(JobFair, fair_id)
    entered = registrations.enter(fair, occasion, person_id, batch_id)
    return [
        RegisteredAtFair(fair_id=fair_id, batch_id=batch_id),
        *(Addressed(fair_id, event, occasion.today) for event in entered),
    ]


def require_at_fair(context: Context, fair_id: UUID, employer_id: UUID, vacancy_id: UUID) -> None:
    """Make sure that a referral can have been made at a fair: on a day of it, to what is offered there.

    Rule 43.1.
    """
    fair = context.look(JobFair, fair_id)
    fair.require_day_of(context.occasion)
    fair.require_admitted(employer_id, vacancy_id)


def met_at_fair(
    context: Context, person: JobSeekerLedger, employer_id: UUID, vacancy_id: UUID
) -> UUID | None:
    """Return the latest fair at which a person registered and a vacancy was offered, None for none.

    Who is hired through a referral made afterwards is among those whom that fair brought to work.

    Rule 43.4.
    """
    for fair_id in reversed(person.fairs):
        stand = context.look(JobFair, fair_id).stands.get(employer_id)
        if stand is not None and vacancy_id in stand.vacancies:
            return fair_id
    return None


def referred_at_fair(
    fair_id: UUID, person_id: UUID, employer_id: UUID, referral_id: UUID, vacancy_id: UUID
) -> Sequence[Addressed]:
    """Return by what both ledgers tell that a referral was made at a fair."""
    theirs = ReferralMadeAtFair(fair_id=fair_id, referral_id=referral_id, vacancy_id=vacancy_id)
    mine = ReferredAtFair(
        fair_id=fair_id, referral_id=referral_id, vacancy_id=vacancy_id, employer_id=employer_id
    )
    return [Addressed(employer_id, theirs), Addressed(person_id, mine)]


ALL: tuple[type[Command], ...] = (
    PlanFair,
    ChangeFair,
    PreAnnounceFair,
    RescheduleFair,
    CancelFair,
    HoldFair,
    SignUpForFair,
    DeclineSignUp,
    AdmitEmployer,
    WithdrawEmployer,
    TakePaperRegistrations,
    CorrectPaperBatch,
    EnterFairOutcome,
)
