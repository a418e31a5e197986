"""A vacancy (招聘信息) from draft to archive: Articles 38, 39 and 41.

draft → submitted → passed or returned → published → (changed → submitted) → withdrawn or lapsed → archived

Here are its events and how they change it; `reviewing` holds the decisions that lead from one to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..aggregate import changed_by
from ..events import Event, RecordedEvent
from .content import Screening, VacancyContent
from .papers import Channel

if TYPE_CHECKING:
    from .ledger import EmployerLedger


class VacancyStatus(StrEnum):
    """Where a vacancy stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PASSED = "passed"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ARCHIVED = "archived"

    @property
    def label_zh(self) -> str:
        """The status in the words of the regulation."""
        return {
            "draft": "草稿",
            "submitted": "待审核",
            "passed": "审核通过",
            "returned": "退回修改",
            "published": "已发布",
            "withdrawn": "已撤回",
            "lapsed": "已失效",
            "archived": "已归档",
        }[self]


class WithdrawalReason(StrEnum):
    """Why a published vacancy is taken back."""

    FILLED = "filled"
    CANCELLED = "cancelled"
    PAPERS_LAPSED = "papers_lapsed"
    FOUND_FAULTY = "found_faulty"
    OTHER = "other"


class ReviewDefect(BaseModel):
    """What a reviewer found wrong: the rule, and what the employer must mend."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    note: str = Field(min_length=1)


# --- events -----------------------------------------------------------------------------------


class VacancyDrafted(Event, name="vacancy.drafted"):
    """A vacancy was taken in, with what the screening of its text found."""

    vacancy_id: UUID
    content: VacancyContent
    screening: Screening
    external_id: str | None = None


class VacancyRevised(Event, name="vacancy.revised"):
    """A draft or returned vacancy has this content now."""

    vacancy_id: UUID
    content: VacancyContent
    screening: Screening


class VacancySubmitted(Event, name="vacancy.submitted"):
    """A vacancy was submitted for review; online ones name the agent who publishes."""

    vacancy_id: UUID
    channel: Channel
    publisher_id: UUID | None
    review_agency_code: str

    @property
    def responsible(self) -> tuple[str, str]:
        """Who owes the review: that agency, by whichever of its reviewers."""
        return self.review_agency_code, ""


class VacancyPassed(Event, name="vacancy.passed"):
    """The reviewer found it true, lawful and valid; `overruled` says why findings were set aside."""

    vacancy_id: UUID
    overruled: str | None


class VacancyReturned(Event, name="vacancy.returned"):
    """The reviewer returned it to the employer with its defects."""

    vacancy_id: UUID
    defects: tuple[ReviewDefect, ...]


class VacancyPublished(Event, name="vacancy.published"):
    """It is public until the end of `valid_until`."""

    vacancy_id: UUID
    valid_until: date


class VacancyChanged(Event, name="vacancy.changed"):
    """A published vacancy got other content: it is off the list until it is reviewed anew."""

    vacancy_id: UUID
    content: VacancyContent
    screening: Screening
    reason: str
    review_agency_code: str

    @property
    def responsible(self) -> tuple[str, str]:
        """Who owes the review: that agency, by whichever of its reviewers."""
        return self.review_agency_code, ""


class VacancyWithdrawn(Event, name="vacancy.withdrawn"):
    """It was taken back before its time."""

    vacancy_id: UUID
    reason: WithdrawalReason
    note: str


class VacancyLapsed(Event, name="vacancy.lapsed"):
    """Its time was over."""

    vacancy_id: UUID


class VacancyArchived(Event, name="vacancy.archived"):
    """It was filed; it leaves the ledger's state, not its history."""

    vacancy_id: UUID


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Vacancy:
    """What decisions need of a vacancy; its content stays in the events."""

    status: VacancyStatus
    agency_code: str
    headcount: int | None
    stated_valid_until: date | None
    violations: int
    since: date
    submitted_by: str = ""
    review_agency_code: str = ""
    online: bool = False
    revised: bool = True
    filled: int = 0
    valid_until: date | None = None

    def is_open_on(self, day: date) -> bool:
        """Say whether it is published and has not lapsed on `day`."""
        return (
            self.status is VacancyStatus.PUBLISHED
            and self.valid_until is not None
            and day <= self.valid_until
        )

    @property
    def is_full(self) -> bool:
        """Say whether as many started as were wanted."""
        return self.headcount is not None and self.filled >= self.headcount


@changed_by(VacancyDrafted)
def _drafted(ledger: EmployerLedger, event: VacancyDrafted, recorded: RecordedEvent) -> None:
    ledger.fair_hires.pop(event.vacancy_id, None)  # an archived one may be taken in again
    ledger.vacancies[event.vacancy_id] = Vacancy(
        status=VacancyStatus.DRAFT,
        agency_code=recorded.agency_code,
        headcount=event.content.headcount,
        stated_valid_until=event.content.valid_until,
        violations=event.screening.violations,
        since=recorded.occurred_on,
    )


def _take_content(
    vacancy: Vacancy, event: VacancyRevised | VacancyChanged, recorded: RecordedEvent
) -> None:
    vacancy.headcount = event.content.headcount
    vacancy.stated_valid_until = event.content.valid_until
    vacancy.violations = event.screening.violations
    vacancy.since = recorded.occurred_on


@changed_by(VacancyRevised)
def _revised(ledger: EmployerLedger, event: VacancyRevised, recorded: RecordedEvent) -> None:
    vacancy = ledger.vacancies[event.vacancy_id]
    _take_content(vacancy, event, recorded)
    vacancy.revised = True


@changed_by(VacancySubmitted)
def _submitted(ledger: EmployerLedger, event: VacancySubmitted, recorded: RecordedEvent) -> None:
    vacancy = ledger.vacancies[event.vacancy_id]
    vacancy.status = VacancyStatus.SUBMITTED
    vacancy.submitted_by = recorded.staff_id
    vacancy.review_agency_code = event.review_agency_code
    vacancy.online = event.publisher_id is not None
    vacancy.since = recorded.occurred_on


@changed_by(VacancyPassed)
def _passed(ledger: EmployerLedger, event: VacancyPassed, recorded: RecordedEvent) -> None:
    _move(ledger, event.vacancy_id, VacancyStatus.PASSED, recorded)


@changed_by(VacancyReturned)
def _returned(ledger: EmployerLedger, event: VacancyReturned, recorded: RecordedEvent) -> None:
    _move(ledger, event.vacancy_id, VacancyStatus.RETURNED, recorded)
    ledger.vacancies[event.vacancy_id].revised = False


@changed_by(VacancyPublished)
def _published(ledger: EmployerLedger, event: VacancyPublished, recorded: RecordedEvent) -> None:
    _move(ledger, event.vacancy_id, VacancyStatus.PUBLISHED, recorded)
    ledger.vacancies[event.vacancy_id].valid_until = event.valid_until


@changed_by(VacancyChanged)
def _changed(ledger: EmployerLedger, event: VacancyChanged, recorded: RecordedEvent) -> None:
    vacancy = ledger.vacancies[event.vacancy_id]
    _take_content(vacancy, event, recorded)
    vacancy.status = VacancyStatus.SUBMITTED
    vacancy.submitted_by = recorded.staff_id
    vacancy.review_agency_code = event.review_agency_code


@changed_by(VacancyWithdrawn)
def _withdrawn(ledger: EmployerLedger, event: VacancyWithdrawn, recorded: RecordedEvent) -> None:
    _move(ledger, event.vacancy_id, VacancyStatus.WITHDRAWN, recorded)


@changed_by(VacancyLapsed)
def _lapsed(ledger: EmployerLedger, event: VacancyLapsed, recorded: RecordedEvent) -> None:
    _move(ledger, event.vacancy_id, VacancyStatus.LAPSED, recorded)


@changed_by(VacancyArchived)
def _archived(ledger: EmployerLedger, event: VacancyArchived, _: RecordedEvent) -> None:
    ledger.vacancies.pop(event.vacancy_id, None)


def _move(
    ledger: EmployerLedger, vacancy_id: UUID, status: VacancyStatus, recorded: RecordedEvent
) -> None:
    vacancy = ledger.vacancies[vacancy_id]
    vacancy.status = status
    vacancy.since = recorded.occurred_on
