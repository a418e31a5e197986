"""Merging two ledgers that were found to be one person's: a recorded act on both streams.

The ledger that is given up points to the one that goes on, which takes over what is open in it. Its
entries stay where they are and are read as a part of the other's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput
from ..events import OWN_STREAM, REGISTRY, Event, Personal, RecordedEvent
from .appeals import Appeal
from .contact import Ground
from .guidance import Booking
from .search import OpenReferral
from .status import Formality, Status, StatusRegistration

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class CarriedOver(BaseModel):
    """What goes over from the ledger that is given up: its standing, and all that is open in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opened_on: date | None
    registered_on: date | None
    refined_on: date | None
    level: int | None
    graded_on: date | None
    registration: StatusRegistration | None
    recognised: bool
    groups: tuple[str, ...]
    assistance_called_for: bool
    bookings: dict[UUID, Booking]
    assessed_on: date | None
    online_access: bool
    is_ready: bool | None
    referrals: dict[UUID, OpenReferral]
    employed_on: date | None
    surveyed_on: date | None
    follow_ups: int
    unwilling: int
    needs_file_on: date | None
    last_contact_on: date | None
    ceased: Ground | None
    appeals: dict[UUID, Appeal]
    advice_open: tuple[Formality, ...] = ()
    advised_on: tuple[Formality, ...] = ()


# --- events -----------------------------------------------------------------------------------


class LedgerMergedInto(Event, name="job_seeker_ledger.merged_into", version=2, subject=OWN_STREAM):
    """This ledger is given up: the person's ledger is the other one, held by `agency_code`."""

    survivor_id: UUID
    reason: Personal
    evidence: Personal
    agency_code: str = ""

    @property
    def responsible(self) -> tuple[str, str]:
        """The agency that holds the ledger that goes on."""
        return self.agency_code, ""


class LedgerMergedFrom(Event, name="job_seeker_ledger.merged_from", version=2, subject=OWN_STREAM):
    """Another ledger was found to be this person's, too, and is taken over.

    From the two together: `out_of_work_silent_since` is the last contact of one registered as out
    of work, `follow_up_from` the survey after which another is due (put off: within the longest time),
    `unfiled_since` the first day of work after which the search was not filed yet; None where there is
    no such duty. Of the duties that come over, those fall away that ask for what the other ledger has:
    `is_registered`, `is_graded`, `advice_settled`; `last_contact_on` is the later one. `cases` are the
    assistance cases that go on under this ledger, which `agency_code` holds.
    """

    merged_id: UUID
    reason: Personal
    evidence: Personal
    carried: CarriedOver
    out_of_work_silent_since: date | None
    follow_up_from: date | None
    unfiled_since: date | None
    follow_up_put_off: bool = False
    last_contact_on: date | None = None
    is_registered: bool = False
    is_graded: bool = False
    advice_settled: bool = False
    cases: tuple[UUID, ...] = ()
    agency_code: str = ""

    @property
    def responsible(self) -> tuple[str, str]:
        """The agency that holds this ledger, with nobody named."""
        return self.agency_code, ""


REGISTRY.was_in_clear(LedgerMergedInto.event_name, 1, "reason", "evidence")
REGISTRY.was_in_clear(LedgerMergedFrom.event_name, 1, "reason", "evidence")


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Merging:
    """To which ledger this one points, and which assistance cases it took over with others."""

    into: UUID | None = None
    cases: list[UUID] = field(default_factory=list)


@changed_by(LedgerMergedInto)
def _into(ledger: JobSeekerLedger, event: LedgerMergedInto, _: RecordedEvent) -> None:
    ledger.merging.into = event.survivor_id


@changed_by(LedgerMergedFrom)
def _from(ledger: JobSeekerLedger, event: LedgerMergedFrom, _: RecordedEvent) -> None:
    carried = event.carried
    ledger.opened_on = _first(ledger.opened_on, carried.opened_on)

    registration, grading = ledger.registration, ledger.grading
    registration.registered_on = _last(registration.registered_on, carried.registered_on)
    registration.refined_on = _last(registration.refined_on, carried.refined_on)
    if grading.graded_on is None or grading.graded_on < (carried.graded_on or grading.graded_on):
        grading.level, grading.graded_on = carried.level, carried.graded_on

    status = ledger.status
    status.registration = status.registration or carried.registration
    status.recognised |= carried.recognised
    status.groups += [group for group in carried.groups if group not in status.groups]
    status.assistance_called_for |= carried.assistance_called_for
    status.advice_open = status.advice_open or carried.advice_open
    status.advised_on = status.advised_on or carried.advised_on

    guidance, search = ledger.guidance, ledger.search
    guidance.bookings.update(carried.bookings)
    guidance.assessed_on = _last(guidance.assessed_on, carried.assessed_on)
    guidance.online_access |= carried.online_access
    if search.is_ready is None:
        search.is_ready = carried.is_ready
    search.referrals.update(carried.referrals)
    search.employed_on = _last(search.employed_on, carried.employed_on)

    surveys = ledger.surveys
    surveys.surveyed_on = _last(surveys.surveyed_on, carried.surveyed_on)
    surveys.follow_ups = max(surveys.follow_ups, carried.follow_ups)
    surveys.unwilling = max(surveys.unwilling, carried.unwilling)
    surveys.needs_file_on = _first(surveys.needs_file_on, carried.needs_file_on)
    surveys.follow_up_from = event.follow_up_from
    surveys.put_off = event.follow_up_put_off

    # Who was served under either number was not out of contact.
    contact = ledger.contact
    contact.last_on = _last(contact.last_on, carried.last_contact_on)
    if carried.ceased is None:
        contact.ceased = contact.reported = None
    ledger.appeals.update(carried.appeals)
    ledger.merging.cases += event.cases


# --- decisions --------------------------------------------------------------------------------


def merge(
    survivor: JobSeekerLedger,
    survivor_id: UUID,
    merged: JobSeekerLedger,
    merged_id: UUID,
    occasion: Occasion,
    reason: str,
    evidence: str,
    cases: tuple[UUID, ...] = (),
) -> tuple[list[Event], list[Event]]:
    """Return what is recorded in the ledger that goes on, and before it in the one that is given up.

    `cases` are the assistance cases that go over.

    Rules 9.1, 13.1.
    """
    if survivor_id == merged_id:
        raise InvalidInput("a ledger is not merged with itself", field="merged_id")
    survivor.require_open()
    merged.require_open()
    carried = _carried(merged)
    registered = bool(survivor.registration.registered_on or carried.registered_on)
    out_of_work = bool(survivor.status.registration or carried.registration)
    is_served = survivor.contact.ceased is None or carried.ceased is None
    last_contact_on = _last(survivor.contact.last_on, carried.last_contact_on)
    employed_on = _last(survivor.search.employed_on, carried.employed_on)
    last_survey = max(
        (survivor.surveys, merged.surveys), key=lambda held: held.follow_up_from or date.min
    )
    called_for = survivor.status.assistance_called_for or carried.assistance_called_for
    level = max(
        (survivor.grading, merged.grading), key=lambda found: found.graded_on or date.min
    ).level
    lacking = _lacking(survivor, merged)
    status = (survivor.status, merged.status)
    advised = bool(lacking) and lacking in [held.advised_on for held in status]
    is_awaited = bool(lacking) and lacking == merged.status.advice_open
    follows: list[Event] = []
    if not (called_for or advised or is_awaited):
        follows = survivor.status.following(
            survivor,
            occasion.edition,
            registered=registered,
            level=level,
            status=survivor.status.registration or carried.registration,
            recognised=survivor.status.recognised or carried.recognised,
            is_served=is_served,
        )
    given_up = LedgerMergedInto(
        survivor_id=survivor_id,
        reason=reason,
        evidence=evidence,
        agency_code=survivor.agency_code,
    )
    taken_over = LedgerMergedFrom(
        merged_id=merged_id,
        reason=reason,
        evidence=evidence,
        carried=carried,
        out_of_work_silent_since=(
            last_contact_on if is_served and out_of_work and not employed_on else None
        ),
        follow_up_from=(last_survey.follow_up_from if is_served and not registered else None),
        unfiled_since=employed_on if registered else None,
        follow_up_put_off=last_survey.put_off,
        last_contact_on=last_contact_on,
        is_registered=registered,
        is_graded=level is not None or employed_on is not None,
        advice_settled=(called_for or employed_on is not None or not lacking or advised),
        cases=cases,
        agency_code=survivor.agency_code,
    )
    return [taken_over, *follows], [given_up]


def _lacking(one: JobSeekerLedger, other: JobSeekerLedger) -> tuple[Formality, ...]:
    """Return the formalities that both ledgers together lack. Rule 13.2."""
    together = Status(
        registration=one.status.registration or other.status.registration,
        recognised=one.status.recognised or other.status.recognised,
    )
    return together.missing(one.household or other.household)


def _carried(ledger: JobSeekerLedger) -> CarriedOver:
    return CarriedOver(
        opened_on=ledger.opened_on,
        registered_on=ledger.registration.registered_on,
        refined_on=ledger.registration.refined_on,
        level=ledger.grading.level,
        graded_on=ledger.grading.graded_on,
        registration=ledger.status.registration,
        recognised=ledger.status.recognised,
        groups=tuple(ledger.status.groups),
        assistance_called_for=ledger.status.assistance_called_for,
        bookings=dict(ledger.guidance.bookings),
        assessed_on=ledger.guidance.assessed_on,
        online_access=ledger.guidance.online_access,
        is_ready=ledger.search.is_ready,
        referrals=dict(ledger.search.referrals),
        employed_on=ledger.search.employed_on,
        surveyed_on=ledger.surveys.surveyed_on,
        follow_ups=ledger.surveys.follow_ups,
        unwilling=ledger.surveys.unwilling,
        needs_file_on=ledger.surveys.needs_file_on,
        last_contact_on=ledger.contact.last_on,
        ceased=ledger.contact.ceased,
        appeals=dict(ledger.appeals),
        advice_open=ledger.status.advice_open,
        advised_on=ledger.status.advised_on,
    )


def _last(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _first(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
