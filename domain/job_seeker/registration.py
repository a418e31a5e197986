"""Opening the ledger, the person's basics, and job-seeking registration: Articles 10, 11, 17, 21.

Registration is what the person fills in (求职登记信息); refined information (精细化服务信息) is what may
affect employment: time out of work, skill level, family factors. A search that ended in employment
is archived; registering again begins another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ..aggregate import Occasion, changed_by
from ..employer.papers import Channel
from ..errors import InvalidInput, RuleBroken
from ..events import OWN_STREAM, REGISTRY, Event, Personal, RecordedEvent
from .documents import Country, DocumentKind, IdentityDocument

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger

AreaCode = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3})?$")]
"""A division: six digits for a district, nine for a subdistrict; finer would point at a person."""


class Sex(StrEnum):
    """As the identity document states it."""

    FEMALE = "female"
    MALE = "male"

    @property
    def label_zh(self) -> str:
        """The word on the document."""
        return {"female": "女", "male": "男"}[self]


class Household(StrEnum):
    """The kind of household registration, on which depends which registration is asked for (13.2)."""

    LOCAL_URBAN = "local_urban"
    LOCAL_RURAL = "local_rural"
    ELSEWHERE = "elsewhere"

    @property
    def label_zh(self) -> str:
        """The household as an official writes it."""
        return {
            "local_urban": "本市城镇",
            "local_rural": "本市农村",
            "elsewhere": "外埠",
        }[self]


class Education(StrEnum):
    """Levels of education, from the lowest."""

    PRIMARY = "primary"
    JUNIOR_SECONDARY = "junior_secondary"
    SENIOR_SECONDARY = "senior_secondary"
    VOCATIONAL_SECONDARY = "vocational_secondary"
    JUNIOR_COLLEGE = "junior_college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"

    @property
    def label_zh(self) -> str:
        """The level as forms print it."""
        return {
            "primary": "小学及以下",
            "junior_secondary": "初中",
            "senior_secondary": "高中",
            "vocational_secondary": "中专/职高/技校",
            "junior_college": "大专",
            "bachelor": "本科",
            "master": "硕士",
            "doctor": "博士",
        }[self]


class SkillLevel(StrEnum):
    """Levels of vocational skill (Article 11), from none."""

    NONE = "none"
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"

    @property
    def label_zh(self) -> str:
        """The level as the certificate calls it."""
        return {
            "none": "无",
            "beginner": "初级工（五级）",
            "intermediate": "中级工（四级）",
            "advanced": "高级工（三级）",
            "technician": "技师（二级）",
            "senior_technician": "高级技师（一级）",
        }[self]


class FamilyFactor(StrEnum):
    """What in the family may affect employment (Article 11)."""

    NOBODY_EMPLOYED = "nobody_employed"
    MINIMUM_LIVING_ALLOWANCE = "minimum_living_allowance"
    SINGLE_PARENT = "single_parent"
    CARES_FOR_CHILDREN = "cares_for_children"
    CARES_FOR_THE_OLD = "cares_for_the_old"
    CARES_FOR_THE_ILL = "cares_for_the_ill"
    HEAVY_DEBT = "heavy_debt"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The factor as an official writes it."""
        return {
            "nobody_employed": "零就业家庭",
            "minimum_living_allowance": "享受最低生活保障",
            "single_parent": "单亲抚养未成年子女",
            "cares_for_children": "照料子女",
            "cares_for_the_old": "照料老人",
            "cares_for_the_ill": "陪护病人",
            "heavy_debt": "家庭负债较重",
            "other": "其他家庭因素",
        }[self]


class Wishes(BaseModel):
    """What work the person looks for; it names nobody, so that it may be published (Article 53)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    occupations: tuple[str, ...] = Field(min_length=1, max_length=10)
    areas: tuple[AreaCode, ...] = ()
    monthly_pay_from: int | None = Field(default=None, ge=0, le=1_000_000)
    full_time: bool | None = None
    training_wanted: tuple[str, ...] = ()


# --- events -----------------------------------------------------------------------------------


class JobSeekerLedgerOpened(Event, name="job_seeker_ledger.opened", subject="person_id"):
    """The personal ledger is opened at the agency that acts, on the day of collection."""

    person_id: UUID
    channel: Channel
    document_kind: DocumentKind
    country: Country
    document_number: Personal


class BasicsRecorded(Event, name="job_seeker_ledger.basics_recorded", subject="person_id"):
    """The person's basics are these (求职者基本情况); an empty text was not stated."""

    person_id: UUID
    name: Personal
    sex: Personal
    birth_date: Personal
    phone: Personal
    address: Personal
    household_address: Personal
    household: Household | None
    residence_area: AreaCode | None


class JobSeekingRegistered(Event, name="job_seeker_ledger.registered", subject="person_id"):
    """Job-seeking registration (求职登记) as the person filled it in.

    `must_be_graded` says that a recognised person begins a search, so that grading is due (22).
    """

    person_id: UUID
    education: Education | None
    wishes: Wishes
    experience: Personal
    must_be_graded: bool = False


class RefinedInformationRecorded(
    Event, name="job_seeker_ledger.refined_information_recorded", subject="person_id"
):
    """Refined information (精细化服务信息); `out_of_work_since` None means never at work."""

    person_id: UUID
    out_of_work_since: date | None
    skill_level: SkillLevel
    skills: tuple[str, ...]
    family_factors: tuple[FamilyFactor, ...]
    remarks: Personal


class LedgerMoved(Event, name="job_seeker_ledger.moved", version=2, subject=OWN_STREAM):
    """The person is served by the agency that acts from now on."""

    from_agency_code: str
    reason: Personal


REGISTRY.was_in_clear(LedgerMoved.event_name, 1, "reason")


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Registration:
    """Whether the person is registered for job seeking, and what of Article 11 is recorded."""

    registered_on: date | None = None
    refined_on: date | None = None


@changed_by(JobSeekerLedgerOpened)
def _opened(ledger: JobSeekerLedger, _: JobSeekerLedgerOpened, recorded: RecordedEvent) -> None:
    ledger.opened_on = recorded.occurred_on
    ledger.agency_code = recorded.agency_code


@changed_by(BasicsRecorded)
def _basics(ledger: JobSeekerLedger, event: BasicsRecorded, _: RecordedEvent) -> None:
    ledger.residence_area = event.residence_area
    ledger.household = event.household


@changed_by(JobSeekingRegistered)
def _registered(ledger: JobSeekerLedger, _: JobSeekingRegistered, recorded: RecordedEvent) -> None:
    ledger.registration.registered_on = recorded.occurred_on
    ledger.search.employed_on = None
    ledger.surveys.start_anew()


@changed_by(RefinedInformationRecorded)
def _refined(
    ledger: JobSeekerLedger, _: RefinedInformationRecorded, recorded: RecordedEvent
) -> None:
    ledger.registration.refined_on = recorded.occurred_on


@changed_by(LedgerMoved)
def _moved(ledger: JobSeekerLedger, _: LedgerMoved, recorded: RecordedEvent) -> None:
    ledger.agency_code = recorded.agency_code


# --- decisions --------------------------------------------------------------------------------


def open_ledger(
    ledger: JobSeekerLedger, channel: Channel, document: IdentityDocument, basics: BasicsRecorded
) -> list[Event]:
    """Open the ledger of a person, one for each.

    The day of service is the day on which the information was collected: one that is entered on a
    later day was opened too late.

    Rules 10, 11.1.
    """
    ledger.require_not_merged()
    if ledger.is_open:
        raise InvalidInput(
            f"the person has a ledger already, at agency {ledger.agency_code}", field="document"
        )
    born = document.birth_date
    if born is not None and basics.birth_date not in ("", born.isoformat()):
        raise InvalidInput("the birth date is not that of the number", field="birth_date")
    stated = basics if born is None else basics.model_copy(update={"birth_date": born.isoformat()})
    opened = JobSeekerLedgerOpened(
        person_id=basics.person_id,
        channel=channel,
        document_kind=document.kind,
        country=document.country,
        document_number=document.number,
    )
    return [opened, stated]


def change_basics(ledger: JobSeekerLedger, basics: BasicsRecorded) -> list[Event]:
    """Record the person's present basics.

    Rule 17.
    """
    ledger.require_open()
    return [basics]


def register(
    ledger: JobSeekerLedger, occasion: Occasion, registered: JobSeekingRegistered
) -> list[Event]:
    """Register the person for job seeking, or bring the registration up to date.

    Rules 11.2, 21.1, 22.
    """
    ledger.require_served(occasion)
    if ledger.registration.registered_on is None and ledger.status.recognised:
        registered = registered.model_copy(update={"must_be_graded": True})
    again = ledger.search.employed_on is not None
    follows = ledger.status.following(ledger, occasion.edition, registered=True, anew=again)
    return [registered, *follows]


def refine(
    ledger: JobSeekerLedger, occasion: Occasion, refined: RefinedInformationRecorded
) -> list[Event]:
    """Record refined information beside the registration.

    Rule 11.2.
    """
    ledger.require_served(occasion)
    since = refined.out_of_work_since
    if since is not None and since > occasion.occurred_on:
        raise InvalidInput(f"{since} is after the day of service", field="out_of_work_since")
    return [refined]


def move(ledger: JobSeekerLedger, occasion: Occasion, reason: str) -> list[Event]:
    """Take the ledger over to the agency to which the person has come.

    Rule 4.
    """
    ledger.require_open()
    if ledger.agency_code == occasion.actor.agency_code:
        return []
    return [LedgerMoved(from_agency_code=ledger.agency_code, reason=reason)]


def require_registered(ledger: JobSeekerLedger, rule_id: str) -> None:
    """Make sure that the person is registered for job seeking. Raises RuleBroken `rule_id`."""
    if ledger.registration.registered_on is None:
        raise RuleBroken(rule_id, "the person is not registered for job seeking: register first")
