"""Commands about employers and their vacancies (Articles 34-41)."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.employer import ledger as ledgers
from ...domain.employer import papers, reviewing, services, training
from ...domain.employer.content import VacancyContent, screen_content
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.papers import AgentVerified, Channel, EmployerBasics, LicenceKind
from ...domain.employer.services import GuidanceKind
from ...domain.employer.training import EmployerTrainingNeed
from ...domain.employer.vacancy import ReviewDefect, WithdrawalReason
from ...domain.events import Event
from ...domain.identity import CreditCode, IdentityNumber
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .agreements import ServedAsKey
from .base import Command, Context, Decided
from .privacy import require_not_erased


class EmployerCommand(Command):
    """A command about the employer with this credit code."""

    power: ClassVar[Power] = Power.SERVE_EMPLOYERS
    aggregate: ClassVar[type[Aggregate]] = EmployerLedger

    credit_code: CreditCode

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the employer's ledger."""
        return identities.employer(self.credit_code)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that holds the ledger; None before it is opened."""
        return _ledger(aggregate).agency_code or None

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Return the events that follow for the employer's ledger."""
        return self.decide_for(_ledger(aggregate), context)

    @abstractmethod
    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        """Return the events that follow for this ledger."""


def _ledger(aggregate: Aggregate) -> EmployerLedger:
    assert isinstance(aggregate, EmployerLedger)
    return aggregate


class OpenEmployerLedger(EmployerCommand, name="open_employer_ledger"):
    """Open an employer's service ledger at the actor's agency (Articles 34 and 36)."""

    name: str = Field(min_length=1, max_length=200)
    basics: EmployerBasics = EmployerBasics()
    channel: Channel

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Open the ledger once."""
        return ledgers.open_ledger(ledger, self.credit_code, self.name, self.basics, self.channel)


class ChangeEmployerBasics(EmployerCommand, name="change_employer_basics"):
    """Record the employer's present name and basics (Article 50)."""

    name: str = Field(min_length=1, max_length=200)
    basics: EmployerBasics

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Record name and basics."""
        return ledgers.change_basics(ledger, self.name, self.basics)


class VerifyLicence(EmployerCommand, name="verify_licence"):
    """Record that the licence or credit code certificate was seen (Article 35, item 1)."""

    licence: LicenceKind
    valid_from: date
    valid_until: date | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Record the licence."""
        ledger.require_open()
        return papers.verify_licence(
            context.occasion, self.licence, self.valid_from, self.valid_until
        )


class VerifyAgent(EmployerCommand, name="verify_agent"):
    """Record that an agent's authority and identity were seen (Article 35, item 2; 39.2)."""

    name: str = Field(min_length=1, max_length=100)
    identity_number: IdentityNumber
    phone: str = Field(pattern=r"^\+?[0-9 -]{5,20}$")
    authority_valid_until: date
    identity_valid_until: date | None = None
    real_name_verified: bool = False

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Record the agent under an id derived from the identity number."""
        ledger.require_open()
        agent_id = context.identities.person(self.identity_number)
        require_not_erased(context.look, agent_id)
        return papers.verify_agent(
            context.occasion,
            AgentVerified(
                agent_id=agent_id,
                name=self.name,
                identity_number=self.identity_number,
                phone=self.phone,
                authority_valid_until=self.authority_valid_until,
                identity_valid_until=self.identity_valid_until,
                real_name_verified=self.real_name_verified,
            ),
        )


class RevokeAgent(EmployerCommand, name="revoke_agent"):
    """Record that an agent no longer acts for the employer."""

    agent_id: UUID
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Revoke the agent."""
        return papers.revoke_agent(ledger, self.agent_id, self.reason)


class RegisterEmployer(EmployerCommand, name="register_employer"):
    """Give the employer its recruitment registration (Article 35, last paragraph)."""

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Register on verified, valid papers."""
        return papers.register(ledger, context.occasion)


class BookEmployerGuidance(EmployerCommand, name="book_employer_guidance"):
    """Book guidance for an employer (Article 37, item 1)."""

    guidance: GuidanceKind
    about: str = Field(min_length=1)
    booked_for: date

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Book it."""
        return services.book_guidance(
            ledger, context.occasion, self.guidance, self.about, self.booked_for
        )


class GiveEmployerGuidance(EmployerCommand, name="give_employer_guidance"):
    """Record guidance given to an employer (Article 37)."""

    guidance: GuidanceKind
    about: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    plan: str | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        """Record it; that of a key enterprise also in its agreement, from which a follow-up follows.

        Rule 49.1.
        """
        given = services.give_guidance(ledger, self.guidance, self.about, self.advice, self.plan)
        key = ServedAsKey(context, ledger)
        return [*given, *key.guided(self.guidance, self.about, self.advice, self.plan)]


class StateTrainingNeeds(EmployerCommand, name="state_employer_training_needs"):
    """Record what training an employer needs, in place of what it stated before (Article 54)."""

    needs: tuple[EmployerTrainingNeed, ...] = Field(max_length=50)

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Record it."""
        return training.state_needs(ledger, self.needs)


class VacancyCommand(EmployerCommand):
    """A command about one vacancy of the employer."""

    vacancy_id: UUID


class DraftVacancy(VacancyCommand, name="draft_vacancy"):
    """Take a vacancy in; its wording is screened at once (Articles 34 and 38)."""

    content: VacancyContent
    external_id: str | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Take it in with what the screening found."""
        return reviewing.draft(
            ledger,
            context.occasion,
            self.vacancy_id,
            self.content,
            screen_content(self.content),
            self.external_id,
        )


class ReviseVacancy(VacancyCommand, name="revise_vacancy"):
    """Give a draft or returned vacancy other content (Article 39)."""

    content: VacancyContent

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Revise it with what the screening found."""
        return reviewing.revise(
            ledger, context.occasion, self.vacancy_id, self.content, screen_content(self.content)
        )


class SubmitVacancy(VacancyCommand, name="submit_vacancy"):
    """Submit a vacancy for review; online by a real-name-verified agent (Articles 38 and 39)."""

    channel: Channel = Channel.FRONT_DESK
    publisher_id: UUID | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Submit it."""
        online = self.channel is Channel.ONLINE
        return reviewing.submit(
            ledger,
            context.occasion,
            self.vacancy_id,
            self.channel,
            self.publisher_id,
            _reviewing_agency(ledger, context, online=online),
        )


def _reviewing_agency(ledger: EmployerLedger, context: Context, *, online: bool) -> str:
    """Return the agency that is to review a vacancy. Rule 39.2.

    Online submissions go to the district of registration; a station's to its subdistrict, whose
    reviewers it has none of; all others stay with the agency that holds the ledger.
    """
    day = context.occasion.today
    agency = context.directory.holder(ledger.agency_code, day)
    if agency is None:
        return ledger.agency_code
    if online:
        for superior in agency.line_upwards():
            if superior.level is AgencyLevel.DISTRICT:
                return superior.code_on(day)
    if agency.level is AgencyLevel.STATION and agency.parent is not None:
        return agency.parent.code_on(day)
    return agency.code_on(day)


class ReviewCommand(VacancyCommand):
    """A review, by the agency whose turn it is."""

    power: ClassVar[Power] = Power.REVIEW_VACANCIES

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that was asked to review, as the submission names it. Rule 39.2."""
        ledger = _ledger(aggregate)
        held = ledger.vacancies.get(self.vacancy_id)
        asked = held.review_agency_code if held is not None else ""
        return asked or ledger.agency_code or None


class PassVacancy(ReviewCommand, name="pass_vacancy"):
    """Pass a vacancy as true, lawful and valid (Article 38)."""

    overruled: str | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Pass it; `overruled` says why wording that was found is no discrimination."""
        return reviewing.pass_review(ledger, context.occasion, self.vacancy_id, self.overruled)


class ReturnVacancy(ReviewCommand, name="return_vacancy"):
    """Return a vacancy to the employer with its defects (Article 39)."""

    defects: tuple[ReviewDefect, ...]

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Return it."""
        return reviewing.return_to_employer(ledger, context.occasion, self.vacancy_id, self.defects)


class PublishVacancy(VacancyCommand, name="publish_vacancy"):
    """Publish a vacancy that passed (Article 39)."""

    valid_until: date | None = None

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Publish it until the day given, stated or set by policy."""
        return reviewing.publish(ledger, context.occasion, self.vacancy_id, self.valid_until)


class ChangeVacancy(VacancyCommand, name="change_vacancy"):
    """Change a published vacancy; it is reviewed anew before it is public again (Article 38)."""

    content: VacancyContent
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Change it."""
        return reviewing.change(
            ledger,
            context.occasion,
            self.vacancy_id,
            self.content,
            screen_content(self.content),
            self.reason,
            _reviewing_agency(
                ledger,
                context,
                online=self.vacancy_id in ledger.vacancies
                and ledger.vacancies[self.vacancy_id].online,
            ),
        )


class WithdrawVacancy(VacancyCommand, name="withdraw_vacancy"):
    """Take a vacancy back before its time (Article 41)."""

    reason: WithdrawalReason
    note: str = ""

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Withdraw it."""
        return reviewing.withdraw(ledger, context.occasion, self.vacancy_id, self.reason, self.note)


class LapseVacancies(EmployerCommand, name="lapse_vacancies"):
    """Record the lapse of every vacancy of the employer whose time is over (Article 41)."""

    power: ClassVar[Power] = Power.CLOSE_VACANCIES

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Lapse what is over; nothing where nothing is."""
        ledger.require_open()
        return ledgers.lapse_overdue(ledger, context.occasion)


class LapseRegistration(EmployerCommand, name="lapse_registration"):
    """Record that the recruitment registration lapsed with its papers (Article 35)."""

    power: ClassVar[Power] = Power.CLOSE_VACANCIES

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Record it once; nothing while all papers are valid."""
        ledger.require_open()
        return papers.lapse_registration(ledger, context.occasion)


class ArchiveVacancy(VacancyCommand, name="archive_vacancy"):
    """File a vacancy that was withdrawn or has lapsed (Article 41)."""

    power: ClassVar[Power] = Power.CLOSE_VACANCIES

    def decide_for(self, ledger: EmployerLedger, context: Context) -> list[Event]:
        """Archive it."""
        return reviewing.archive(ledger, context.occasion, self.vacancy_id)


ALL: tuple[type[Command], ...] = (
    OpenEmployerLedger,
    ChangeEmployerBasics,
    VerifyLicence,
    VerifyAgent,
    RevokeAgent,
    RegisterEmployer,
    BookEmployerGuidance,
    GiveEmployerGuidance,
    StateTrainingNeeds,
    DraftVacancy,
    ReviseVacancy,
    SubmitVacancy,
    PassVacancy,
    ReturnVacancy,
    PublishVacancy,
    ChangeVacancy,
    WithdrawVacancy,
    LapseVacancies,
    LapseRegistration,
    ArchiveVacancy,
)
