"""Contact with the person, and what silence and unwillingness lead to: Articles 13 and 21.

When a count or a time is reached, the report to the unemployment registry becomes open; once it is
made, services cease. Neither is ever taken automatically. On contact they may resume.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..calendar import add_months
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class ContactMeans(StrEnum):
    """How the person and the agency were in contact."""

    FRONT_DESK = "front_desk"
    PHONE = "phone"
    VISIT = "visit"
    ONLINE = "online"

    @property
    def label_zh(self) -> str:
        """The means as an official writes it."""
        return {
            "front_desk": "前台接待",
            "phone": "电话",
            "visit": "上门走访",
            "online": "网络",
        }[self]


class Ground(StrEnum):
    """Why the registry is told and services cease; the value is the rule."""

    OUT_OF_CONTACT = "13.3"
    NOT_REGISTERING = "21.2b"
    UNWILLING = "21.3"
    ASSISTANCE_ENDED = "29"

    @property
    def label_zh(self) -> str:
        """The ground as an official writes it."""
        return {
            "13.3": "超过6个月未联系",
            "21.2b": "多次跟踪摸查仍不求职登记且超过6个月未联系",
            "21.3": "多次跟踪摸查仍无就业意愿且不求职登记",
            "29": "明确表示无就业意愿或拒绝接受服务",
        }[self]


# --- events -----------------------------------------------------------------------------------


class Contacted(Event, name="job_seeker_ledger.contacted", subject="person_id"):
    """The person and the agency were in contact, outside any service that has a record of its own."""

    person_id: UUID
    means: ContactMeans
    note: Personal


class ContactTried(Event, name="job_seeker_ledger.contact_tried"):
    """The agency tried to reach the person in vain."""

    means: ContactMeans


class ReportedToRegistry(Event, name="job_seeker_ledger.reported_to_registry"):
    """The unemployment registry was told (向就失业登记管理部门反馈) on this ground."""

    ground: Ground
    reference: str


class ServicesCeased(Event, name="job_seeker_ledger.services_ceased"):
    """No public employment services are provided any more (不再提供相关公共就业服务)."""

    ground: Ground


class ServicesResumed(Event, name="job_seeker_ledger.services_resumed", subject="person_id"):
    """The person is in contact again and services go on; `out_of_work` as the register says."""

    person_id: UUID
    means: ContactMeans
    note: Personal
    out_of_work: bool


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Contact:
    """When the person was last in contact, and whether services have ceased."""

    last_on: date | None = None
    reported: Ground | None = None
    ceased: Ground | None = None


@changed_by(ReportedToRegistry)
def _reported(ledger: JobSeekerLedger, event: ReportedToRegistry, _: RecordedEvent) -> None:
    ledger.contact.reported = event.ground


@changed_by(ServicesCeased)
def _ceased(ledger: JobSeekerLedger, event: ServicesCeased, _: RecordedEvent) -> None:
    ledger.contact.ceased = event.ground


@changed_by(ServicesResumed)
def _resumed(ledger: JobSeekerLedger, _: ServicesResumed, __: RecordedEvent) -> None:
    ledger.contact.reported = ledger.contact.ceased = None
    ledger.surveys.start_anew()


# --- decisions --------------------------------------------------------------------------------


def note_contact(
    ledger: JobSeekerLedger, person_id: UUID, means: ContactMeans, note: str
) -> list[Event]:
    """Record that the person was in contact.

    Rule 17.
    """
    ledger.require_open()
    return [Contacted(person_id=person_id, means=means, note=note)]


def note_attempt(ledger: JobSeekerLedger, means: ContactMeans) -> list[Event]:
    """Record an attempt to reach the person. Contact it is not."""
    ledger.require_open()
    return [ContactTried(means=means)]


def open_grounds(ledger: JobSeekerLedger, occasion: Occasion) -> list[Ground]:
    """Return the grounds on which the registry may be told on the day, none of them yet used.

    Rules 13.3, 21.2b, 21.3.
    """
    edition, day = occasion.edition, occasion.occurred_on
    if not ledger.is_open or ledger.contact.ceased is not None:
        return []
    last, surveys = ledger.contact.last_on, ledger.surveys
    unregistered = ledger.registration.registered_on is None
    found = []
    if (
        ledger.status.registration is not None
        and last is not None
        and day > add_months(last, edition.out_of_contact.amount)
    ):
        found.append(Ground.OUT_OF_CONTACT)
    if (
        unregistered
        and edition.surveys_before_ceasing.reached(surveys.follow_ups)
        and last is not None
        and day > add_months(last, edition.survey_out_of_contact.amount)
    ):
        found.append(Ground.NOT_REGISTERING)
    if unregistered and edition.unwilling_surveys.reached(surveys.unwilling):
        found.append(Ground.UNWILLING)
    return found


def report(
    ledger: JobSeekerLedger, occasion: Occasion, ground: Ground, reference: str
) -> list[Event]:
    """Tell the unemployment registry, on a ground that is open.

    Rules 13.3, 21.2b, 21.3.
    """
    ledger.require_open()
    require_serving(ledger)
    if ground not in open_grounds(ledger, occasion):
        raise RuleBroken(ground.value, _missing(ledger, occasion, ground))
    if ledger.contact.reported is ground:
        return []
    return [ReportedToRegistry(ground=ground, reference=reference)]


def cease(ledger: JobSeekerLedger, occasion: Occasion, ground: Ground) -> list[Event]:
    """Cease services on a ground that is open and was reported.

    Rules 13.3, 21.2b, 21.3.
    """
    ledger.require_open()
    require_serving(ledger)
    if ground not in open_grounds(ledger, occasion):
        raise RuleBroken(ground.value, _missing(ledger, occasion, ground))
    if ledger.contact.reported is not ground:
        raise RuleBroken(ground.value, "the unemployment registry was not told yet: report first")
    return [ServicesCeased(ground=ground)]


def cease_after_assistance(ledger: JobSeekerLedger, reference: str) -> list[Event]:
    """Cease services to a person whose assistance ended for refusal; the case decides on that.

    Rule 29.
    """
    ledger.require_open()
    require_serving(ledger)
    ground = Ground.ASSISTANCE_ENDED
    return [ReportedToRegistry(ground=ground, reference=reference), ServicesCeased(ground=ground)]


def resume(
    ledger: JobSeekerLedger, occasion: Occasion, person_id: UUID, means: ContactMeans, note: str
) -> list[Event]:
    """Resume services to a person who is in contact again.

    Rules 13.1, 13.2, 13.3.
    """
    ledger.require_open()
    if ledger.contact.ceased is None:
        raise InvalidInput("services have not ceased: there is nothing to resume")
    resumed = ServicesResumed(
        person_id=person_id,
        means=means,
        note=note,
        out_of_work=ledger.status.registration is not None,
    )
    return [resumed, *ledger.status.following(ledger, occasion.edition, is_served=True)]


def require_serving(ledger: JobSeekerLedger) -> None:
    """Make sure that services have not ceased. Raises RuleBroken with the rule they ceased by."""
    ground = ledger.contact.ceased
    if ground is not None:
        raise RuleBroken(
            ground.value,
            f"services to this person have ceased ({ground.label_zh}): resume them on contact",
        )


def _missing(ledger: JobSeekerLedger, occasion: Occasion, ground: Ground) -> str:
    edition, surveys = occasion.edition, ledger.surveys
    if ground is Ground.ASSISTANCE_ENDED:
        return "this follows from the end of an assistance case: end the case"
    if ground is Ground.OUT_OF_CONTACT and ledger.status.registration is None:
        return "the person is not registered as unemployed"
    if ground is not Ground.OUT_OF_CONTACT and ledger.registration.registered_on is not None:
        return "the person is registered for job seeking"
    if ground is Ground.UNWILLING:
        wanted = edition.unwilling_surveys.amount
        return f"{surveys.unwilling} follow-up surveys found the person unwilling: {wanted} must"
    if ground is Ground.NOT_REGISTERING and not edition.surveys_before_ceasing.reached(
        surveys.follow_ups
    ):
        wanted = edition.surveys_before_ceasing.amount
        return f"there were {surveys.follow_ups} follow-up surveys: {wanted} are asked for"
    months = edition.out_of_contact.amount
    return f"the last contact was on {ledger.contact.last_on}: more than {months} months must pass"
