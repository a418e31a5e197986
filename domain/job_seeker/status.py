"""Status before the law: unemployment or rural transfer registration, recognition, other groups.

With the level they decide which chapter serves the person (Article 13): a recognised, registered
person of key support level is served by Chapter 3; one who lacks a formality is advised to see to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import OWN_STREAM, REGISTRY, Event, Personal, RecordedEvent
from ..regulation.edition import Edition
from .registration import Household

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class StatusRegistration(StrEnum):
    """The registration by which a person counts as out of work (Article 13)."""

    UNEMPLOYMENT = "unemployment"
    RURAL_TRANSFER = "rural_transfer"

    @property
    def label_zh(self) -> str:
        """The registration in the words of the regulation."""
        return {"unemployment": "失业登记", "rural_transfer": "转移就业登记"}[self]


class Formality(StrEnum):
    """What may still be missing before Chapter 3 applies (Article 13, paragraph 2)."""

    UNEMPLOYMENT_REGISTRATION = "unemployment_registration"
    RURAL_TRANSFER_REGISTRATION = "rural_transfer_registration"
    RECOGNITION = "recognition"

    @property
    def label_zh(self) -> str:
        """The formality in the words of the regulation."""
        return {
            "unemployment_registration": "失业登记",
            "rural_transfer_registration": "转移就业登记",
            "recognition": "就业困难人员认定",
        }[self]


class NamedBy(StrEnum):
    """Who named a group for key help (Article 33)."""

    CITY = "city"
    DISTRICT = "district"


# --- events -----------------------------------------------------------------------------------


class StatusRegistered(Event, name="job_seeker_ledger.status_registered"):
    """The person is registered as out of work; `source` says by which register this is known.

    `is_served` says that services had not ceased, so that silence is counted from now on (13.3).
    """

    registration: StatusRegistration
    since: date
    source: str
    is_served: bool = True


class StatusRegistrationEnded(
    Event, name="job_seeker_ledger.status_registration_ended", version=2, subject=OWN_STREAM
):
    """The person is no longer registered as out of work."""

    ended_on: date
    reason: Personal
    source: str


class Recognised(Event, name="job_seeker_ledger.recognised"):
    """The person is recognised as hard-to-employ (就业困难人员认定) in a category.

    `must_be_graded` says that the person is registered for job seeking, without work and not graded (22).
    """

    category: str
    since: date
    source: str
    must_be_graded: bool = False


class RecognitionEnded(
    Event, name="job_seeker_ledger.recognition_ended", version=2, subject=OWN_STREAM
):
    """The recognition is no longer in force (退出动态管理)."""

    ended_on: date
    reason: Personal
    source: str


class GroupNamed(Event, name="job_seeker_ledger.group_named"):
    """The person belongs to a group that the city or a district named for key help."""

    group: str
    named_by: NamedBy
    since: date


class AdviceCalledFor(Event, name="job_seeker_ledger.advice_called_for"):
    """A person of key support level lacks these formalities: advice on them is to be given."""

    missing: tuple[Formality, ...]


class AdviceGiven(Event, name="job_seeker_ledger.advice_given", subject=OWN_STREAM):
    """The person was advised on policy and told to see to the formalities that are missing."""

    missing: tuple[Formality, ...]
    advice: Personal


class AssistanceCalledFor(Event, name="job_seeker_ledger.assistance_called_for"):
    """All conditions of Chapter 3 are met: the person is to be contacted and signed with."""


class AssistanceCallLifted(Event, name="job_seeker_ledger.assistance_call_lifted"):
    """Graded anew, the person is of general support level: Chapter 3 asks for no agreement any more."""


REGISTRY.was_in_clear(StatusRegistrationEnded.event_name, 1, "reason")
REGISTRY.was_in_clear(RecognitionEnded.event_name, 1, "reason")


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Status:
    """The person's formalities, and which consequence was drawn from them last."""

    registration: StatusRegistration | None = None
    recognised: bool = False
    groups: list[str] = field(default_factory=list)
    advised_on: tuple[Formality, ...] = ()
    advice_open: tuple[Formality, ...] = ()
    assistance_called_for: bool = False

    def missing(self, household: Household | None) -> tuple[Formality, ...]:
        """Return the formalities that are missing. Rule 13.2 names the register by the household."""
        wanted = (
            Formality.RURAL_TRANSFER_REGISTRATION
            if household is Household.LOCAL_RURAL
            else Formality.UNEMPLOYMENT_REGISTRATION
        )
        lacks = ((wanted, self.registration is None), (Formality.RECOGNITION, not self.recognised))
        return tuple(formality for formality, is_lacking in lacks if is_lacking)

    def following(
        self,
        ledger: JobSeekerLedger,
        edition: Edition,
        *,
        registered: bool | None = None,
        level: int | None = None,
        status: StatusRegistration | None = None,
        recognised: bool | None = None,
        is_served: bool | None = None,
        anew: bool = False,
    ) -> list[Event]:
        """Return what Article 13 makes of the person once the given facts have changed.

        Nothing while services have ceased: what follows then is said when they resume. With `anew`
        another search begins, for which what was called for before does not count.

        Rules 13.1, 13.2.
        """
        if is_served is None:
            is_served = ledger.contact.ceased is None
        if not is_served:
            return []
        level = ledger.grading.level if level is None else level
        if registered is None:
            registered = ledger.registration.registered_on is not None
        if not registered or level is None:
            return []
        if not edition.key_support_level.reached(level):
            is_off = self.assistance_called_for and not self.groups
            return [AssistanceCallLifted()] if is_off else []
        then = Status(
            registration=status or self.registration,
            recognised=self.recognised if recognised is None else recognised,
        )
        missing = then.missing(ledger.household)
        if not missing:
            is_called = self.assistance_called_for and not anew
            return [] if is_called else [AssistanceCalledFor()]
        if missing in (self.advice_open, self.advised_on):
            return []
        return [AdviceCalledFor(missing=missing)]


@changed_by(StatusRegistered)
def _status(ledger: JobSeekerLedger, event: StatusRegistered, _: RecordedEvent) -> None:
    ledger.status.registration = event.registration


@changed_by(StatusRegistrationEnded)
def _status_ended(ledger: JobSeekerLedger, _: StatusRegistrationEnded, __: RecordedEvent) -> None:
    ledger.status.registration = None
    ledger.status.assistance_called_for = False


@changed_by(Recognised)
def _recognised(ledger: JobSeekerLedger, _: Recognised, __: RecordedEvent) -> None:
    ledger.status.recognised = True


@changed_by(RecognitionEnded)
def _unrecognised(ledger: JobSeekerLedger, _: RecognitionEnded, __: RecordedEvent) -> None:
    ledger.status.recognised = False
    ledger.status.assistance_called_for = False


@changed_by(GroupNamed)
def _group(ledger: JobSeekerLedger, event: GroupNamed, _: RecordedEvent) -> None:
    if event.group not in ledger.status.groups:
        ledger.status.groups.append(event.group)


@changed_by(AdviceCalledFor)
def _advice_wanted(ledger: JobSeekerLedger, event: AdviceCalledFor, _: RecordedEvent) -> None:
    ledger.status.advice_open = event.missing


@changed_by(AdviceGiven)
def _advised(ledger: JobSeekerLedger, event: AdviceGiven, _: RecordedEvent) -> None:
    ledger.status.advice_open = ()
    ledger.status.advised_on = event.missing


@changed_by(AssistanceCallLifted)
def _lifted(ledger: JobSeekerLedger, _: AssistanceCallLifted, __: RecordedEvent) -> None:
    ledger.status.assistance_called_for = False


@changed_by(AssistanceCalledFor)
def _called(ledger: JobSeekerLedger, _: AssistanceCalledFor, __: RecordedEvent) -> None:
    ledger.status.advice_open = ()
    ledger.status.assistance_called_for = True


# --- decisions --------------------------------------------------------------------------------


def register_status(
    ledger: JobSeekerLedger,
    occasion: Occasion,
    registration: StatusRegistration,
    since: date,
    source: str,
) -> list[Event]:
    """Record the unemployment or rural transfer registration, and what follows from it.

    Rules 13.1, 13.2.
    """
    ledger.require_open()
    _not_after(since, occasion)
    if registration is StatusRegistration.RURAL_TRANSFER and (
        ledger.household not in (Household.LOCAL_RURAL, None)
    ):
        raise RuleBroken("13.2", "rural transfer registration is for this city's rural households")
    return [
        StatusRegistered(
            registration=registration,
            since=since,
            source=source,
            is_served=ledger.contact.ceased is None,
        ),
        *ledger.status.following(ledger, occasion.edition, status=registration),
    ]


def end_status(
    ledger: JobSeekerLedger, occasion: Occasion, ended_on: date, reason: str, source: str
) -> list[Event]:
    """Record that the unemployment or rural transfer registration ended. Raises NotFound."""
    ledger.require_open()
    if ledger.status.registration is None:
        raise NotFound("the person is not registered as out of work", field="ended_on")
    _not_after(ended_on, occasion)
    return [StatusRegistrationEnded(ended_on=ended_on, reason=reason, source=source)]


def recognise(
    ledger: JobSeekerLedger, occasion: Occasion, category: str, since: date, source: str
) -> list[Event]:
    """Record the recognition as hard-to-employ, and what follows from it.

    Rules 13.1, 18, 22.
    """
    ledger.require_open()
    _not_after(since, occasion)
    seeks_work = (
        ledger.registration.registered_on is not None
        and ledger.search.employed_on is None
        and ledger.contact.ceased is None
    )
    return [
        Recognised(
            category=category,
            since=since,
            source=source,
            must_be_graded=seeks_work and ledger.grading.level is None,
        ),
        *ledger.status.following(ledger, occasion.edition, recognised=True),
    ]


def end_recognition(
    ledger: JobSeekerLedger, occasion: Occasion, ended_on: date, reason: str, source: str
) -> list[Event]:
    """Record that the recognition ended. Raises NotFound for a person not recognised."""
    ledger.require_open()
    if not ledger.status.recognised:
        raise NotFound("the person is not recognised as hard-to-employ", field="ended_on")
    _not_after(ended_on, occasion)
    return [RecognitionEnded(ended_on=ended_on, reason=reason, source=source)]


def name_group(
    ledger: JobSeekerLedger, occasion: Occasion, group: str, named_by: NamedBy, since: date
) -> list[Event]:
    """Record that the person belongs to a group named for key help; Chapter 3 may then serve it.

    Rule 33.
    """
    ledger.require_open()
    _not_after(since, occasion)
    if group in ledger.status.groups:
        return []
    return [GroupNamed(group=group, named_by=named_by, since=since)]


def advise(ledger: JobSeekerLedger, occasion: Occasion, advice: str) -> list[Event]:
    """Record policy advice and the suggestion to register and be recognised.

    Rule 13.2.
    """
    ledger.require_served(occasion)
    missing = ledger.status.missing(ledger.household)
    if not missing:
        raise RuleBroken("13.2", "nothing is missing: the person is registered and recognised")
    return [AdviceGiven(missing=missing, advice=advice)]


class Unmet(NamedTuple):
    """A condition of Chapter 3 that is not met: as a refusal says it, and as a reader does."""

    text: str
    text_zh: str


def assistance_problem(ledger: JobSeekerLedger, edition: Edition) -> Unmet | None:
    """Say which condition of Chapter 3 the person does not meet, None where all are met.

    Rules 13.1, 33.
    """
    if ledger.registration.registered_on is None:
        return Unmet("the person is not registered for job seeking", "求职登记")
    level = ledger.grading.level
    if level is None:
        return Unmet("the person was not graded", "确定就业困难等级")
    if ledger.status.groups:
        return None
    key_support = edition.key_support_level
    if not key_support.reached(level):
        return Unmet(
            f"the level is {level}: key support begins at {key_support.amount}",
            f"就业困难等级达到重点帮扶（{key_support.amount}级以上，现为{level}级）",
        )
    missing = ledger.status.missing(ledger.household)
    if not missing:
        return None
    return Unmet(
        f"still missing: {', '.join(missing)}",
        f"办理{'、'.join(formality.label_zh for formality in missing)}",
    )


def _not_after(day: date, occasion: Occasion) -> None:
    if day > occasion.occurred_on:
        raise InvalidInput(f"{day} is after the day on which it became known", field="since")
