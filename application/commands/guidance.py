"""Commands of guidance to job seekers: booked, given to one, held for a group (Article 14)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.employer.services import GuidanceKind
from ...domain.errors import InvalidInput, NotFound
from ...domain.events import Event
from ...domain.job_seeker import guidance
from ...domain.job_seeker.guidance import (
    AptitudeAssessed,
    GroupSession,
    GroupSessionHeld,
    GuidanceGiven,
    Way,
)
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.organisation.agency import AgencyCode, AgencyLevel
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power, require
from ...domain.organisation.staff import Role, StaffId
from ..ports import Identities
from .base import Addressed, Command, Context, Decided
from .job_seekers import JobSeekerCommand, as_ledger

MAX_PARTICIPANTS = 300


class BookGuidance(JobSeekerCommand, name="book_guidance"):
    """Book guidance at an agency (Article 14, item 1)."""

    booking_id: UUID
    guidance: GuidanceKind
    about: str = Field(min_length=1)
    booked_for: date

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Book it."""
        return guidance.book(
            ledger, context.occasion, self.booking_id, self.guidance, self.about, self.booked_for
        )


class BookGuidanceOnline(BookGuidance, name="book_guidance_online"):
    """Book guidance through the online platform (Article 14, last paragraph)."""

    power: ClassVar[Power] = Power.ACT_ONLINE

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Book it with the district of habitual residence, which names the counsellor."""
        ledger.require_served(context.occasion)
        guidance.require_online_access(ledger)
        district = (ledger.residence_area or "")[:6]
        agency = context.directory.find(district, context.occasion.today)
        if agency is None or agency.level is not AgencyLevel.DISTRICT:
            raise InvalidInput(
                f"no district agency has the code {district}: mend the habitual residence",
                field="residence_area",
            )
        return guidance.book(
            ledger,
            context.occasion,
            self.booking_id,
            self.guidance,
            self.about,
            self.booked_for,
            district,
        )


class AssignCounsellor(JobSeekerCommand, name="assign_counsellor"):
    """Name a counsellor, near the person, for an online booking (Article 14, last paragraph)."""

    power: ClassVar[Power] = Power.ASSIGN_COUNSELLORS

    booking_id: UUID
    agency_code: AgencyCode
    staff_id: StaffId

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the district with which the booking lies."""
        super().owner(aggregate, context)
        booking = as_ledger(aggregate).guidance.bookings.get(self.booking_id)
        return booking.district_code if booking else None

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Name a counsellor of an agency of the district."""
        directory, occasion = context.directory, context.occasion
        day = occasion.today
        district = directory.find(occasion.actor.agency_code, day)
        agency = directory.find(self.agency_code, day)
        if agency is None or district is None or not agency.is_at_or_below(district):
            raise NotFound("this agency is not of the district", field="agency_code")
        member = directory.member(self.staff_id)
        if member is None or member not in directory.members_of(agency, day):
            raise NotFound("nobody of this id is on the agency's staff", field="staff_id")
        if Role.COUNSELLOR not in member.roles_on(day):
            raise InvalidInput(f"{self.staff_id} is no counsellor on {day}", field="staff_id")
        return guidance.assign(ledger, occasion, self.booking_id, self.agency_code, self.staff_id)


class CancelBooking(JobSeekerCommand, name="cancel_booking"):
    """Record that a booking was given up."""

    booking_id: UUID
    reason: str = Field(min_length=1)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Cancel it."""
        return guidance.cancel_booking(ledger, self.booking_id, self.reason)


class RecordAptitudeAssessment(JobSeekerCommand, name="record_aptitude_assessment"):
    """Record an aptitude assessment (Article 14, item 2)."""

    tool: str = Field(min_length=1, max_length=100)
    tool_version: str = Field(min_length=1, max_length=50)
    result: str = Field(min_length=1, max_length=20_000)

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return guidance.assess(
            ledger,
            context.occasion,
            AptitudeAssessed(
                person_id=self.job_seeker_id,
                tool=self.tool,
                tool_version=self.tool_version,
                result=self.result,
            ),
        )


class GiveGuidance(JobSeekerCommand, name="give_guidance"):
    """Record guidance to one person (Article 14)."""

    guidance_id: UUID
    guidance: GuidanceKind
    about: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    labour_market_information: str = ""
    plan: str | None = None
    booking_id: UUID | None = None

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return guidance.give(
            ledger,
            context.occasion,
            GuidanceGiven(
                guidance_id=self.guidance_id,
                guidance=self.guidance,
                about=self.about,
                advice=self.advice,
                labour_market_information=self.labour_market_information,
                plan=self.plan or "",
                booking_id=self.booking_id,
                session_id=None,
            ),
        )


class LeadTo(JobSeekerCommand, name="lead_to"):
    """Record that a person was led to self-service, matching or online access (Article 14, item 1)."""

    way: Way

    def decide_for(self, ledger: JobSeekerLedger, context: Context) -> list[Event]:
        """Record it."""
        return guidance.lead_to(ledger, context.occasion, self.way)


class HoldGroupSession(Command, name="hold_group_session"):
    """Record a group session once; it reaches every participant's ledger (Article 14, item 3)."""

    power: ClassVar[Power] = Power.SERVE_JOB_SEEKERS
    aggregate: ClassVar[type[Aggregate]] = GroupSession

    session_id: UUID
    about: str = Field(min_length=1)
    plan: str
    advice: str = Field(min_length=1)
    labour_market_information: str = ""
    participants: tuple[UUID, ...] = Field(min_length=1, max_length=MAX_PARTICIPANTS)

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the session's own stream."""
        return self.session_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return nobody: the agency that acts holds the session."""
        return None

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Record the session, and the guidance in every ledger; one who may not be served refuses all."""
        assert isinstance(aggregate, GroupSession)
        held = GroupSessionHeld(
            about=self.about,
            plan=self.plan,
            advice=self.advice,
            labour_market_information=self.labour_market_information,
            participants=self.participants,
        )
        found: list[Event | Addressed] = [*guidance.hold_session(aggregate, held)]
        for person_id in self.participants:
            found += [Addressed(person_id, event) for event in self._reach(person_id, context)]
        return found

    def _reach(self, person_id: UUID, context: Context) -> list[Event]:
        ledger, occasion = context.look(JobSeekerLedger, person_id), context.occasion
        ledger.require_open()
        require(
            context.directory,
            occasion.actor,
            self.power,
            ledger.agency_code,
            occasion.today,
        )
        given = GuidanceGiven(
            guidance_id=self.session_id,
            guidance=GuidanceKind.GROUP,
            about=self.about,
            advice=self.advice,
            labour_market_information=self.labour_market_information,
            plan=self.plan,
            booking_id=None,
            session_id=self.session_id,
        )
        return guidance.give(ledger, occasion, given)


ALL: tuple[type[Command], ...] = (
    BookGuidance,
    BookGuidanceOnline,
    AssignCounsellor,
    CancelBooking,
    RecordAptitudeAssessment,
    GiveGuidance,
    LeadTo,
    HoldGroupSession,
)
