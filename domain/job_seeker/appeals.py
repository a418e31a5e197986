"""Appeals to the district (申诉, Article 59) and complaints (投诉举报, Article 5): handled and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, Personal, RecordedEvent
from ..organisation.agency import AgencyCode

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class Grievance(StrEnum):
    """What a person brings forward; the value is the rule."""

    APPEAL = "59.2"
    COMPLAINT = "5.c"

    @property
    def label_zh(self) -> str:
        """The word of the regulation."""
        return {"59.2": "申诉", "5.c": "投诉举报"}[self]


# --- events -----------------------------------------------------------------------------------


class AppealLodged(Event, name="job_seeker_ledger.appeal_lodged", subject="person_id"):
    """The person lodged an appeal or a complaint against an agency."""

    person_id: UUID
    appeal_id: UUID
    grievance: Grievance
    against_agency_code: AgencyCode
    text: Personal


class AppealHandled(Event, name="job_seeker_ledger.appeal_handled", subject="person_id"):
    """It was looked into: what was found, and what is done about it."""

    person_id: UUID
    appeal_id: UUID
    found: Personal
    measures: Personal
    upheld: bool


class AppealAnswered(Event, name="job_seeker_ledger.appeal_answered", subject="person_id"):
    """The person got the answer."""

    person_id: UUID
    appeal_id: UUID
    answer: Personal


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Appeal:
    """An appeal or complaint that is not answered yet."""

    grievance: Grievance
    against_agency_code: str
    lodged_on: date
    handled: bool = False


@changed_by(AppealLodged)
def _lodged(ledger: JobSeekerLedger, event: AppealLodged, recorded: RecordedEvent) -> None:
    ledger.appeals[event.appeal_id] = Appeal(
        event.grievance, event.against_agency_code, recorded.occurred_on
    )


@changed_by(AppealHandled)
def _handled(ledger: JobSeekerLedger, event: AppealHandled, _: RecordedEvent) -> None:
    if event.appeal_id in ledger.appeals:
        ledger.appeals[event.appeal_id].handled = True


@changed_by(AppealAnswered)
def _answered(ledger: JobSeekerLedger, event: AppealAnswered, _: RecordedEvent) -> None:
    ledger.appeals.pop(event.appeal_id, None)


# --- decisions --------------------------------------------------------------------------------


def lodge(ledger: JobSeekerLedger, lodged: AppealLodged) -> list[Event]:
    """Record an appeal or complaint; a person whose services ceased may lodge one, too.

    Rules 5.c, 59.2.
    """
    ledger.require_open()
    if lodged.appeal_id in ledger.appeals:
        raise InvalidInput("this appeal is recorded already", field="appeal_id")
    return [lodged]


def handle(ledger: JobSeekerLedger, occasion: Occasion, handled: AppealHandled) -> list[Event]:
    """Record what was found and done.

    Rules 5.c, 59.2.
    """
    ledger.require_open()
    appeal = find(ledger, handled.appeal_id)
    if appeal.against_agency_code == occasion.actor.agency_code:
        raise RuleBroken(appeal.grievance.value, "it is not handled by the agency it is against")
    if appeal.handled:
        raise InvalidInput("it was handled already: answer it", field="appeal_id")
    return [handled]


def answer(ledger: JobSeekerLedger, answered: AppealAnswered) -> list[Event]:
    """Record the answer to an appeal or complaint that was handled.

    Rules 5.c, 59.2.
    """
    ledger.require_open()
    appeal = find(ledger, answered.appeal_id)
    if not appeal.handled:
        raise RuleBroken(appeal.grievance.value, "it was not handled yet: look into it first")
    return [answered]


def find(ledger: JobSeekerLedger, appeal_id: UUID) -> Appeal:
    """Return an appeal that is not answered yet. Raises NotFound."""
    appeal = ledger.appeals.get(appeal_id)
    if appeal is None:
        raise NotFound("no such appeal, or it was answered", field="appeal_id")
    return appeal
