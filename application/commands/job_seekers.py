"""Commands about job seekers: ledger, registration, status, grading, merging (Articles 10-13, 33)."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import ClassVar, Literal, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...domain.aggregate import Aggregate
from ...domain.assistance.merging import go_on_under
from ...domain.assistance.state import AssistanceCase, cases_of
from ...domain.employer.papers import Channel
from ...domain.errors import InvalidInput
from ...domain.events import Event
from ...domain.job_seeker import grading, merging, registration, status
from ...domain.job_seeker.documents import IdentityDocument
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.registration import (
    AreaCode,
    BasicsRecorded,
    Education,
    FamilyFactor,
    Household,
    JobSeekingRegistered,
    RefinedInformationRecorded,
    Sex,
    SkillLevel,
    Wishes,
)
from ...domain.job_seeker.status import AssistanceCalledFor, NamedBy, StatusRegistration
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power, require
from ..ports import Identities
from .base import Addressed, Command, Context, Decided
from .cases import live_case, require_not_assisted
from .job_fairs import registered_at_fair
from .privacy import require_not_erased


class JobSeekerCommand(Command):
    """A command about the job seeker with this id, which is also the stream of the ledger."""

    power: ClassVar[Power] = Power.SERVE_JOB_SEEKERS
    aggregate: ClassVar[type[Aggregate]] = JobSeekerLedger

    job_seeker_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the person's ledger."""
        return self.job_seeker_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that holds the ledger. Raises InvalidInput for one that was merged."""
        ledger = as_ledger(aggregate)
        ledger.require_not_merged()
        return ledger.agency_code or None

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Return the events that follow for the person's ledger.

        No agreement is called for while one is in force.

        Rule 23.1.
        """
        found = self.decide_for(as_ledger(aggregate), context)
        calls = [event for event in found if isinstance(event, AssistanceCalledFor)]
        if calls and live_case(context, self.job_seeker_id) is not None:
            return [event for event in found if event not in calls]
        return found

    @abstractmethod
    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> Decided:
        """Return the events that follow for this ledger."""


def as_ledger(aggregate: Aggregate) -> JobSeekerLedger:
    """Return the aggregate as the ledger that it is."""
    assert isinstance(aggregate, JobSeekerLedger)
    return aggregate


class Basics(BaseModel):
    """The person's basics (求职者基本情况); what is left empty was not stated."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=100)
    sex: Sex | None = None
    birth_date: date | None = None
    phone: str = Field(default="", pattern=r"^(\+?[0-9 -]{5,20})?$")
    address: str = Field(default="", max_length=300)
    household_address: str = Field(default="", max_length=300)
    household: Household | None = None
    residence_area: AreaCode | None = None

    def recorded(self, person_id: UUID) -> BasicsRecorded:
        """Return them as an event."""
        return BasicsRecorded(
            person_id=person_id,
            name=self.name,
            sex=self.sex.value if self.sex else "",
            birth_date=self.birth_date.isoformat() if self.birth_date else "",
            phone=self.phone,
            address=self.address,
            household_address=self.household_address,
            household=self.household,
            residence_area=self.residence_area,
        )


class OpenJobSeekerLedger(Command, name="open_job_seeker_ledger"):
    """Open a person's ledger at the actor's agency, on the day of collection (Articles 10 and 11)."""

    power: ClassVar[Power] = Power.SERVE_JOB_SEEKERS
    aggregate: ClassVar[type[Aggregate]] = JobSeekerLedger

    document: IdentityDocument
    basics: Basics
    channel: Channel

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream that this document's person has, and nobody else; a new one after an erasure."""
        return identities.person(*self.document.derivation)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return nobody: any serving agency may open it, where there is none."""
        return None

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Open the ledger once; one of a person who was erased is not gone on with."""
        person_id = context.stream_id
        require_not_erased(context.look, person_id)
        return registration.open_ledger(
            as_ledger(aggregate), self.channel, self.document, self.basics.recorded(person_id)
        )


class OpenJobSeekerLedgerOnline(OpenJobSeekerLedger, name="open_job_seeker_ledger_online"):
    """Open a person's ledger by an online registration (网络登记, Article 10)."""

    power: ClassVar[Power] = Power.ACT_ONLINE

    # Narrower than in the class above, which is safe: commands are frozen.
    channel: Literal[Channel.ONLINE] = Channel.ONLINE  # pyright: ignore[reportIncompatibleVariableOverride]


class ChangeJobSeekerBasics(JobSeekerCommand, name="change_job_seeker_basics"):
    """Record the person's present basics (Article 17)."""

    basics: Basics

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record them."""
        return registration.change_basics(ledger, self.basics.recorded(self.job_seeker_id))


class TakeOverJobSeeker(JobSeekerCommand, name="take_over_job_seeker"):
    """Take a person's ledger over to the actor's agency, to which the person has come (Article 4)."""

    power: ClassVar[Power] = Power.TAKE_OVER_JOB_SEEKERS

    reason: str = Field(min_length=1)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return nobody: the agency that takes over acts."""
        return None

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Take it over, where no agreement binds the person to the agency that holds it.

        Rules 4, 24.
        """
        require_not_assisted(context, self.job_seeker_id, "24", _FIRST)
        return registration.move(ledger, context.occasion, self.reason)


class RegisterJobSeeker(JobSeekerCommand, name="register_job_seeker"):
    """Register a person for job seeking (Article 11, paragraph 2; Article 21, item 1).

    `fair_id` names the job fair at which it was done, `batch_id` the batch of paper forms that the
    person's is in (Article 43, item 3); the day of service is then the day of the fair.
    """

    education: Education | None = None
    wishes: Wishes
    experience: str = Field(default="", max_length=5000)
    fair_id: UUID | None = None
    batch_id: UUID | None = None

    @model_validator(mode="after")
    def _batch_of_a_fair(self) -> Self:
        if self.batch_id is not None and self.fair_id is None:
            raise ValueError("a batch is one of a job fair: name the fair, too")
        return self

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> Decided:
        """Register the person, and tell the fair where it was done at one.

        Rule 43.3.
        """
        registered = registration.register(
            ledger,
            context.occasion,
            JobSeekingRegistered(
                person_id=self.job_seeker_id,
                education=self.education,
                wishes=self.wishes,
                experience=self.experience,
            ),
        )
        if self.fair_id is None:
            return registered
        at_fair = registered_at_fair(context, self.job_seeker_id, self.fair_id, self.batch_id)
        return [*registered, *at_fair]


class RegisterJobSeekerOnline(RegisterJobSeeker, name="register_job_seeker_online"):
    """Register a person who filled the registration in online (Articles 10 and 43)."""

    power: ClassVar[Power] = Power.ACT_ONLINE

    @model_validator(mode="after")
    def _not_on_paper(self) -> Self:
        if self.batch_id is not None:
            raise ValueError("what was filled in on paper is entered by staff: register_job_seeker")
        return self


class RecordRefinedInformation(JobSeekerCommand, name="record_refined_information"):
    """Record time out of work, skill level and family factors (Article 11, paragraph 2)."""

    out_of_work_since: date | None = None
    skill_level: SkillLevel
    skills: tuple[str, ...] = ()
    family_factors: tuple[FamilyFactor, ...] = ()
    remarks: str = Field(default="", max_length=5000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return registration.refine(
            ledger,
            context.occasion,
            RefinedInformationRecorded(
                person_id=self.job_seeker_id,
                out_of_work_since=self.out_of_work_since,
                skill_level=self.skill_level,
                skills=self.skills,
                family_factors=self.family_factors,
                remarks=self.remarks,
            ),
        )


class GradeJobSeeker(JobSeekerCommand, name="grade_job_seeker"):
    """Grade a person's difficulty by the city's tool (Articles 12 and 22)."""

    answers: dict[str, str] = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Grade by the tool that the integrator supplied. Raises InvalidInput where it refuses."""
        if context.grading_tool is None:
            raise InvalidInput(
                "there is no grading tool: the application supplies it, "
                "Taizhang.open(grading_tool=…)"
            )
        try:
            grade = context.grading_tool.grade(self.answers)
        except ValueError as error:
            raise InvalidInput(str(error), field="answers") from error
        answers = orjson.dumps(self.answers, option=orjson.OPT_SORT_KEYS).decode()
        return grading.grade(ledger, context.occasion, self.job_seeker_id, grade, answers)


class StatusCommand(JobSeekerCommand):
    """A command about what the registers say; `source` names the register or paper."""

    power: ClassVar[Power] = Power.RECORD_STATUS

    source: str = Field(min_length=1, max_length=200)


class RecordStatusRegistration(StatusCommand, name="record_status_registration"):
    """Record an unemployment or rural transfer registration (Article 13)."""

    registration: StatusRegistration
    since: date

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it, with what follows."""
        return status.register_status(
            ledger, context.occasion, self.registration, self.since, self.source
        )


class EndStatusRegistration(StatusCommand, name="end_status_registration"):
    """Record that the unemployment or rural transfer registration ended (Article 13)."""

    ended_on: date
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record the end."""
        return status.end_status(ledger, context.occasion, self.ended_on, self.reason, self.source)


class RecordRecognition(StatusCommand, name="record_recognition"):
    """Record the recognition as hard-to-employ (Articles 13 and 18)."""

    category: str = Field(min_length=1, max_length=100)
    since: date

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it, with what follows."""
        return status.recognise(ledger, context.occasion, self.category, self.since, self.source)


class EndRecognition(StatusCommand, name="end_recognition"):
    """Record that the recognition ended (Article 26: 退出动态管理)."""

    ended_on: date
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record the end."""
        return status.end_recognition(
            ledger, context.occasion, self.ended_on, self.reason, self.source
        )


class NameGroup(JobSeekerCommand, name="name_group"):
    """Record that a person belongs to a group named for key help (Article 33)."""

    group: str = Field(min_length=1, max_length=100)
    named_by: NamedBy
    since: date

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record the group."""
        return status.name_group(ledger, context.occasion, self.group, self.named_by, self.since)


class AdviseOnFormalities(JobSeekerCommand, name="advise_on_formalities"):
    """Record policy advice on registration and recognition (Article 13, paragraph 2)."""

    advice: str = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record the advice on what is missing."""
        return status.advise(ledger, context.occasion, self.advice)


class MergeJobSeekerLedgers(JobSeekerCommand, name="merge_job_seeker_ledgers"):
    """Merge another ledger, found to be the same person's, into this one."""

    power: ClassVar[Power] = Power.MERGE_LEDGERS

    merged_id: UUID
    reason: str = Field(min_length=1)
    evidence: str = Field(min_length=1)

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.merged_id == self.job_seeker_id:
            raise ValueError("a ledger is not merged with itself")
        return self

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> Decided:
        """Record the merge in both ledgers, with neither of which a live case goes, and in past cases.

        Rules 9.1, 24.
        """
        merged, occasion = context.look(JobSeekerLedger, self.merged_id), context.occasion
        owner = merged.agency_code or None
        require(context.directory, occasion.actor, self.power, owner, occasion.today)
        for person_id in (self.job_seeker_id, self.merged_id):
            require_not_assisted(context, person_id, "24", _FIRST)
        going_over = [
            *(context.look(AssistanceCase, case_id) for case_id in merged.merging.cases),
            *cases_of(context.look, self.merged_id),
        ]
        taken_over, given_up = merging.merge(
            ledger,
            self.job_seeker_id,
            merged,
            self.merged_id,
            occasion,
            self.reason,
            self.evidence,
            tuple(case.case_id for case in going_over if case.case_id is not None),
        )
        return [
            *(Addressed(self.merged_id, event) for event in given_up),
            *taken_over,
            *(
                Addressed(case.case_id, event)
                for case in going_over
                if case.case_id is not None
                for event in go_on_under(case, self.job_seeker_id)
            ),
        ]


_FIRST = "transfer or end it first"

ALL: tuple[type[Command], ...] = (
    OpenJobSeekerLedger,
    OpenJobSeekerLedgerOnline,
    ChangeJobSeekerBasics,
    TakeOverJobSeeker,
    RegisterJobSeeker,
    RegisterJobSeekerOnline,
    RecordRefinedInformation,
    GradeJobSeeker,
    RecordStatusRegistration,
    EndStatusRegistration,
    RecordRecognition,
    EndRecognition,
    NameGroup,
    AdviseOnFormalities,
    MergeJobSeekerLedgers,
)
