"""Commands of contact, surveys, ceasing and resuming, and appeals (Articles 5, 13, 18-21, 59)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.errors import NotFound
from ...domain.events import Event
from ...domain.job_seeker import appeals, contact, surveys
from ...domain.job_seeker.appeals import AppealAnswered, AppealHandled, AppealLodged, Grievance
from ...domain.job_seeker.contact import ContactMeans, Ground
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.surveys import EmploymentNeeds, PutOff, SurveyAnswer, SurveyMethod
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.powers import Power
from .base import Command, Context, Decided
from .cases import require_not_assisted
from .job_seekers import JobSeekerCommand
from .registry import queued


class RecordContact(JobSeekerCommand, name="record_contact"):
    """Record that a person was in contact, outside any service (Articles 13 and 17)."""

    means: ContactMeans
    note: str = Field(default="", max_length=5000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return contact.note_contact(ledger, self.job_seeker_id, self.means, self.note)


class RecordContactAttempt(JobSeekerCommand, name="record_contact_attempt"):
    """Record that a person could not be reached."""

    means: ContactMeans

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return contact.note_attempt(ledger, self.means)


class SurveyWillingness(JobSeekerCommand, name="survey_willingness"):
    """Record a willingness survey; the first opens the needs file (Articles 18-21)."""

    power: ClassVar[Power] = Power.SURVEY_WILLINGNESS

    method: SurveyMethod
    answer: SurveyAnswer
    reason: str = Field(default="", max_length=1000)
    other_findings: str = Field(default="", max_length=5000)
    put_off: PutOff | None = None
    needs: EmploymentNeeds = EmploymentNeeds()

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return surveys.survey(
            ledger,
            context.occasion,
            self.job_seeker_id,
            self.method,
            self.answer,
            self.reason,
            self.other_findings,
            self.put_off,
            self.needs,
        )


class ChangeNeeds(JobSeekerCommand, name="change_needs"):
    """Bring a person's needs file up to date (Articles 20 and 32)."""

    needs: EmploymentNeeds
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Change it."""
        return surveys.change_needs(ledger, context.occasion, self.needs, self.reason)


class ReportToRegistry(JobSeekerCommand, name="report_to_registry"):
    """Tell the unemployment registry about a person (Articles 13 and 21)."""

    ground: Ground
    reference: str = Field(default="", max_length=200)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> Decided:
        """Record the report, where its ground is open, and put it into the outbox."""
        reported = contact.report(ledger, context.occasion, self.ground, self.reference)
        if not reported:
            return reported
        person, first = self.job_seeker_id, ledger.version + 1
        return [*reported, *queued(context, person, first, person, self.ground, self.reference)]


class CeaseServices(JobSeekerCommand, name="cease_services"):
    """Cease services to a person who was reported (Articles 13 and 21)."""

    ground: Ground

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Cease them, where the ground is open still and no agreement is in force.

        Rule 13.3.
        """
        require_not_assisted(
            context, self.job_seeker_id, self.ground.value, "end the case first (Article 29)"
        )
        return contact.cease(ledger, context.occasion, self.ground)


class ResumeServices(JobSeekerCommand, name="resume_services"):
    """Resume services to a person who is in contact again (Article 13)."""

    means: ContactMeans
    note: str = Field(default="", max_length=5000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Resume them."""
        return contact.resume(ledger, context.occasion, self.job_seeker_id, self.means, self.note)


class LodgeAppeal(JobSeekerCommand, name="lodge_appeal"):
    """Record a person's appeal or complaint (Articles 5 and 59)."""

    power: ClassVar[Power] = Power.RECEIVE_APPEALS

    appeal_id: UUID
    grievance: Grievance
    against_agency_code: AgencyCode
    text: str = Field(min_length=1, max_length=20_000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        if context.directory.holder(self.against_agency_code, context.occasion.today) is None:
            raise NotFound("no agency has this code", field="against_agency_code")
        return appeals.lodge(
            ledger,
            AppealLodged(
                person_id=self.job_seeker_id,
                appeal_id=self.appeal_id,
                grievance=self.grievance,
                against_agency_code=self.against_agency_code,
                text=self.text,
            ),
        )


class HandleAppeal(JobSeekerCommand, name="handle_appeal"):
    """Record what was found about an appeal or complaint, and what is done (Articles 5 and 59)."""

    power: ClassVar[Power] = Power.HANDLE_APPEALS

    appeal_id: UUID
    found: str = Field(min_length=1, max_length=20_000)
    measures: str = Field(default="", max_length=20_000)
    upheld: bool

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return appeals.handle(
            ledger,
            context.occasion,
            AppealHandled(
                person_id=self.job_seeker_id,
                appeal_id=self.appeal_id,
                found=self.found,
                measures=self.measures,
                upheld=self.upheld,
            ),
        )


class AnswerAppeal(JobSeekerCommand, name="answer_appeal"):
    """Record the answer that the person got (Articles 5 and 59)."""

    power: ClassVar[Power] = Power.HANDLE_APPEALS

    appeal_id: UUID
    answer: str = Field(min_length=1, max_length=20_000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return appeals.answer(
            ledger,
            AppealAnswered(
                person_id=self.job_seeker_id, appeal_id=self.appeal_id, answer=self.answer
            ),
        )


ALL: tuple[type[Command], ...] = (
    RecordContact,
    RecordContactAttempt,
    SurveyWillingness,
    ChangeNeeds,
    ReportToRegistry,
    CeaseServices,
    ResumeServices,
    LodgeAppeal,
    HandleAppeal,
    AnswerAppeal,
)
