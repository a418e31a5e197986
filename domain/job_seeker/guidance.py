"""Guidance of the three kinds (Article 14): booked or not, with the person's aptitude assessed.

A group session is one record of its own, which reaches the ledger of every participant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from ..aggregate import Aggregate, Change, Occasion, changed_by
from ..employer.services import GuidanceKind
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import OWN_STREAM, REGISTRY, Event, Personal, RecordedEvent
from ..organisation.agency import AgencyCode
from ..organisation.staff import StaffId

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class Way(StrEnum):
    """Where a person who needs no further guidance for now is led (Article 14, item 1)."""

    SELF_SERVICE = "self_service"
    MATCHING = "matching"
    ONLINE_ACCESS = "online_access"

    @property
    def label_zh(self) -> str:
        """The way in the words of the regulation."""
        return {
            "self_service": "自助式服务",
            "matching": "匹配推荐",
            "online_access": "开通互联网综合服务平台服务权限",
        }[self]


# --- events -----------------------------------------------------------------------------------


class GuidanceBooked(Event, name="job_seeker_ledger.guidance_booked", subject=OWN_STREAM):
    """Guidance was booked for a day; an online booking lies with the district that it names."""

    booking_id: UUID
    guidance: GuidanceKind
    about: Personal
    booked_for: date
    district_code: AgencyCode | None


class CounsellorAssigned(Event, name="job_seeker_ledger.counsellor_assigned"):
    """The district named the counsellor, of an agency near the person, for an online booking."""

    booking_id: UUID
    agency_code: AgencyCode
    staff_id: StaffId


class BookingCancelled(Event, name="job_seeker_ledger.booking_cancelled", subject=OWN_STREAM):
    """A booking was given up."""

    booking_id: UUID
    reason: Personal


class AptitudeAssessed(Event, name="job_seeker_ledger.aptitude_assessed", subject="person_id"):
    """The person's vocational aptitude was assessed (职业素质测评) by a tool."""

    person_id: UUID
    tool: str
    tool_version: str
    result: Personal


class GuidanceGiven(Event, name="job_seeker_ledger.guidance_given", version=2, subject=OWN_STREAM):
    """Guidance was given: what it was about, the advice, and the plan of group guidance (else empty)."""

    guidance_id: UUID
    guidance: GuidanceKind
    about: Personal
    advice: Personal
    labour_market_information: str
    plan: Personal
    booking_id: UUID | None
    session_id: UUID | None


class LedTo(Event, name="job_seeker_ledger.led_to"):
    """The person was led to self-service or matching, or got access to the online platform."""

    way: Way


class GroupSessionHeld(Event, name="group_session.held", version=2, subject=OWN_STREAM):
    """A group session was held by a plan, for people with a problem in common.

    What was said there belongs to no single person: it is encrypted with a key of the session's own.
    """

    about: Personal
    plan: Personal
    advice: Personal
    labour_market_information: str
    participants: tuple[UUID, ...]


REGISTRY.was_in_clear(GuidanceGiven.event_name, 1, "plan")
REGISTRY.was_in_clear(GroupSessionHeld.event_name, 1, "about", "plan", "advice")


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Booking:
    """A booking that was neither kept nor given up yet."""

    guidance: GuidanceKind
    booked_for: date
    district_code: str | None


@dataclass(slots=True)
class Guidance:
    """What decisions need of guidance."""

    bookings: dict[UUID, Booking] = field(default_factory=dict)
    assessed_on: date | None = None
    online_access: bool = False


@dataclass(slots=True)
class GroupSession(Aggregate):
    """A group session: held once."""

    kind: ClassVar[str] = "group_session"
    changes: ClassVar[dict[type[Event], Change]] = {}


@changed_by(GuidanceBooked)
def _booked(ledger: JobSeekerLedger, event: GuidanceBooked, _: RecordedEvent) -> None:
    ledger.guidance.bookings[event.booking_id] = Booking(
        event.guidance, event.booked_for, event.district_code
    )


@changed_by(BookingCancelled)
def _cancelled(ledger: JobSeekerLedger, event: BookingCancelled, _: RecordedEvent) -> None:
    ledger.guidance.bookings.pop(event.booking_id, None)


@changed_by(AptitudeAssessed)
def _assessed(ledger: JobSeekerLedger, _: AptitudeAssessed, recorded: RecordedEvent) -> None:
    ledger.guidance.assessed_on = recorded.occurred_on


@changed_by(GuidanceGiven)
def _given(ledger: JobSeekerLedger, event: GuidanceGiven, _: RecordedEvent) -> None:
    if event.booking_id is not None:
        ledger.guidance.bookings.pop(event.booking_id, None)


@changed_by(LedTo)
def _led(ledger: JobSeekerLedger, event: LedTo, _: RecordedEvent) -> None:
    ledger.guidance.online_access |= event.way is Way.ONLINE_ACCESS


# --- decisions --------------------------------------------------------------------------------


def book(
    ledger: JobSeekerLedger,
    occasion: Occasion,
    booking_id: UUID,
    guidance: GuidanceKind,
    about: str,
    booked_for: date,
    district_code: str | None = None,
) -> list[Event]:
    """Book guidance for a day to come.

    Rule 14.
    """
    ledger.require_served(occasion)
    if booked_for < occasion.occurred_on:
        raise InvalidInput("a booking is for a day to come", field="booked_for")
    if booking_id in ledger.guidance.bookings:
        raise InvalidInput(f"the booking {booking_id} exists already", field="booking_id")
    return [
        GuidanceBooked(
            booking_id=booking_id,
            guidance=guidance,
            about=about,
            booked_for=booked_for,
            district_code=district_code,
        )
    ]


def require_online_access(ledger: JobSeekerLedger) -> None:
    """Make sure that the person may book online.

    Rule 14.last.
    """
    if not ledger.guidance.online_access:
        raise RuleBroken("14.last", "the person has no access to the online platform: open it")
    if ledger.residence_area is None:
        raise RuleBroken("14.last", "the habitual residence is not recorded: which district is it?")


def assign(
    ledger: JobSeekerLedger,
    occasion: Occasion,
    booking_id: UUID,
    agency_code: str,
    staff_id: str,
) -> list[Event]:
    """Name the counsellor for an online booking.

    Rule 14.last.
    """
    ledger.require_served(occasion)
    if find_booking(ledger, booking_id).district_code is None:
        raise RuleBroken("14.last", "this booking was made at an agency, which keeps it itself")
    return [CounsellorAssigned(booking_id=booking_id, agency_code=agency_code, staff_id=staff_id)]


def cancel_booking(ledger: JobSeekerLedger, booking_id: UUID, reason: str) -> list[Event]:
    """Record that a booking was given up. Raises NotFound."""
    ledger.require_open()
    find_booking(ledger, booking_id)
    return [BookingCancelled(booking_id=booking_id, reason=reason)]


def assess(ledger: JobSeekerLedger, occasion: Occasion, assessed: AptitudeAssessed) -> list[Event]:
    """Record an aptitude assessment.

    Rule 14.
    """
    ledger.require_served(occasion)
    return [assessed]


def give(ledger: JobSeekerLedger, occasion: Occasion, given: GuidanceGiven) -> list[Event]:
    """Record guidance to one person, or what a group session means for a participant.

    Specialised guidance rests on an aptitude assessment, group guidance follows a plan.

    Rule 14.
    """
    ledger.require_served(occasion)
    if given.guidance is GuidanceKind.SPECIALISED and ledger.guidance.assessed_on is None:
        raise RuleBroken("14", "specialised guidance rests on an aptitude assessment: record it")
    if given.guidance is GuidanceKind.GROUP and not given.plan.strip():
        raise RuleBroken("14", "group guidance follows a guidance plan: state it")
    if given.booking_id is not None:
        find_booking(ledger, given.booking_id)
    return [given]


def lead_to(ledger: JobSeekerLedger, occasion: Occasion, way: Way) -> list[Event]:
    """Record where a person was led who needs no further guidance for now.

    Rule 14.
    """
    ledger.require_served(occasion)
    return [LedTo(way=way)]


def hold_session(session: GroupSession, held: GroupSessionHeld) -> list[Event]:
    """Record a group session once.

    Rule 14.
    """
    if session.version:
        raise InvalidInput("this session is recorded already", field="session_id")
    if not held.plan.strip():
        raise RuleBroken("14", "group guidance follows a guidance plan: state it")
    if len(set(held.participants)) < len(held.participants):
        raise InvalidInput("somebody is named twice", field="participants")
    return [held]


def find_booking(ledger: JobSeekerLedger, booking_id: UUID) -> Booking:
    """Return a booking that is still open. Raises NotFound."""
    booking = ledger.guidance.bookings.get(booking_id)
    if booking is None:
        raise NotFound("no such booking, or it was kept or given up", field="booking_id")
    return booking
