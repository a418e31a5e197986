"""A vacancy (招聘信息) from draft to archive: Articles 38, 39 and 41.

draft → submitted → passed or returned → published → (changed → submitted) → withdrawn or lapsed → archived
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .content import Screening, VacancyContent
from .papers import Channel, require_registered

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


# --- decisions --------------------------------------------------------------------------------


def draft(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    content: VacancyContent,
    screening: Screening,
    external_id: str | None,
) -> list[Event]:
    """Take a vacancy in. Rule 36: services are for registered employers."""
    require_registered(ledger, occasion.occurred_on, "36")
    if vacancy_id in ledger.vacancies:
        raise InvalidInput(f"the vacancy {vacancy_id} is in the ledger already", field="vacancy_id")
    return [
        VacancyDrafted(
            vacancy_id=vacancy_id, content=content, screening=screening, external_id=external_id
        )
    ]


def revise(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    content: VacancyContent,
    screening: Screening,
) -> list[Event]:
    """Give a draft or a returned vacancy other content. Rule 39.1."""
    vacancy = find(ledger, vacancy_id)
    _require(vacancy, occasion, "39.1", VacancyStatus.DRAFT, VacancyStatus.RETURNED)
    return [VacancyRevised(vacancy_id=vacancy_id, content=content, screening=screening)]


def submit(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    channel: Channel,
    publisher_id: UUID | None,
    review_agency_code: str,
) -> list[Event]:
    """Submit a vacancy for review by an agency. Rules 36, 38.1, 39.1, 39.2.

    Raises RuleBroken 39.1 for a returned vacancy that was not revised since, and 39.2 for an online
    submission by anybody but an agent of the employer whose real name is verified.
    """
    require_registered(ledger, occasion.occurred_on, "36")
    vacancy = find(ledger, vacancy_id)
    _require(vacancy, occasion, "38.1", VacancyStatus.DRAFT, VacancyStatus.RETURNED)
    if vacancy.status is VacancyStatus.RETURNED and not vacancy.revised:
        raise RuleBroken(
            "39.1", "it was returned with defects: revise it before submitting it again"
        )
    if channel is Channel.ONLINE:
        agent = (ledger.papers.agents or {}).get(publisher_id) if publisher_id else None
        if agent is None:
            raise RuleBroken(
                "39.2", "an online submission names the agent of the employer who publishes"
            )
        if not agent.real_name_verified:
            raise RuleBroken("39.2", "the publisher's real name is not verified")
        if problem := agent.problem(occasion.occurred_on):
            raise RuleBroken("39.2", problem)
    elif publisher_id is not None:
        raise InvalidInput("only an online submission names a publisher", field="publisher_id")
    return [
        VacancySubmitted(
            vacancy_id=vacancy_id,
            channel=channel,
            publisher_id=publisher_id,
            review_agency_code=review_agency_code,
        )
    ]


def pass_review(
    ledger: EmployerLedger, occasion: Occasion, vacancy_id: UUID, overruled: str | None
) -> list[Event]:
    """Pass a vacancy as true, lawful and valid. Rules 38.1, 38.3.

    Raises RuleBroken 38.1 when the reviewer submitted it, and 38.3 when the screening found
    discriminatory wording and the reviewer does not say why it is none.
    """
    vacancy = _reviewable(ledger, occasion, vacancy_id)
    if vacancy.violations and not (overruled and overruled.strip()):
        raise RuleBroken(
            "38.3",
            f"the screening found discriminatory wording in {vacancy.violations} place(s): "
            "return the vacancy, or say why it is none",
        )
    return [VacancyPassed(vacancy_id=vacancy_id, overruled=overruled)]


def return_to_employer(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    defects: tuple[ReviewDefect, ...],
) -> list[Event]:
    """Return a vacancy with its defects. Rules 38.1, 39.1: the employer is told what to mend."""
    _reviewable(ledger, occasion, vacancy_id)
    if not defects:
        raise RuleBroken("39.1", "a vacancy is returned with its defects: name at least one")
    return [VacancyReturned(vacancy_id=vacancy_id, defects=defects)]


def publish(
    ledger: EmployerLedger, occasion: Occasion, vacancy_id: UUID, valid_until: date | None
) -> list[Event]:
    """Publish a vacancy that passed. Rules 35, 38.1, 39.1.

    It is public until `valid_until`, else until the day that the vacancy states, else for the
    edition's default period.
    """
    vacancy = find(ledger, vacancy_id)
    if vacancy.status is VacancyStatus.RETURNED:
        raise RuleBroken("39.1", "it was returned: only once revised and passed is it published")
    _require(vacancy, occasion, "38.1", VacancyStatus.PASSED)
    require_registered(ledger, occasion.occurred_on, "35")
    until = valid_until or vacancy.stated_valid_until
    if until is None:
        until = occasion.occurred_on + timedelta(days=occasion.edition.vacancy_validity.amount)
    if until < occasion.occurred_on:
        raise RuleBroken("38.1", f"its period ended on {until}: it is no longer valid")
    return [VacancyPublished(vacancy_id=vacancy_id, valid_until=until)]


def change(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    content: VacancyContent,
    screening: Screening,
    reason: str,
    review_agency_code: str,
) -> list[Event]:
    """Change a published vacancy, which is then reviewed anew. Rule 38.1."""
    vacancy = find(ledger, vacancy_id)
    _require(vacancy, occasion, "38.1", VacancyStatus.PUBLISHED)
    _require_not_over(vacancy, occasion)
    return [
        VacancyChanged(
            vacancy_id=vacancy_id,
            content=content,
            screening=screening,
            reason=reason,
            review_agency_code=review_agency_code,
        )
    ]


def withdraw(
    ledger: EmployerLedger,
    occasion: Occasion,
    vacancy_id: UUID,
    reason: WithdrawalReason,
    note: str,
) -> list[Event]:
    """Take a vacancy back at any stage before it ended. Rule 41."""
    vacancy = find(ledger, vacancy_id)
    _require(
        vacancy,
        occasion,
        "41",
        VacancyStatus.DRAFT,
        VacancyStatus.SUBMITTED,
        VacancyStatus.PASSED,
        VacancyStatus.RETURNED,
        VacancyStatus.PUBLISHED,
    )
    _require_not_over(vacancy, occasion)
    return [VacancyWithdrawn(vacancy_id=vacancy_id, reason=reason, note=note)]


def lapse(ledger: EmployerLedger, occasion: Occasion, vacancy_id: UUID) -> list[Event]:
    """Record that a published vacancy's time is over. Rule 41."""
    vacancy = find(ledger, vacancy_id)
    _require(vacancy, occasion, "41", VacancyStatus.PUBLISHED)
    if vacancy.is_open_on(occasion.occurred_on):
        raise RuleBroken("41", f"it is valid until {vacancy.valid_until} and has not lapsed")
    return [VacancyLapsed(vacancy_id=vacancy_id)]


def archive(ledger: EmployerLedger, occasion: Occasion, vacancy_id: UUID) -> list[Event]:
    """File a vacancy that was withdrawn or has lapsed. Rule 41.

    Raises RuleBroken while it is still public or while the outcome of a referral is unknown.
    """
    vacancy = find(ledger, vacancy_id)
    lapsed = (
        vacancy.status is VacancyStatus.PUBLISHED
        and vacancy.valid_until is not None
        and vacancy.valid_until < occasion.occurred_on
    )
    if not lapsed:
        _require(vacancy, occasion, "41", VacancyStatus.WITHDRAWN, VacancyStatus.LAPSED)
    pending = sum(referral.vacancy_id == vacancy_id for referral in ledger.referrals.values())
    if pending:
        raise RuleBroken("41", f"the outcome of {pending} referral(s) to it is not known yet")
    events: list[Event] = [VacancyArchived(vacancy_id=vacancy_id)]
    return [VacancyLapsed(vacancy_id=vacancy_id), *events] if lapsed else events


def find(ledger: EmployerLedger, vacancy_id: UUID) -> Vacancy:
    """Return a vacancy that is not archived. Raises NotFound."""
    vacancy = ledger.vacancies.get(vacancy_id)
    if vacancy is None:
        raise NotFound(
            f"the ledger has no vacancy {vacancy_id}, or it is archived", field="vacancy_id"
        )
    return vacancy


def _reviewable(ledger: EmployerLedger, occasion: Occasion, vacancy_id: UUID) -> Vacancy:
    vacancy = find(ledger, vacancy_id)
    _require(vacancy, occasion, "38.1", VacancyStatus.SUBMITTED)
    if vacancy.submitted_by == occasion.actor.staff_id:
        raise RuleBroken("38.1", "who submitted a vacancy does not review it")
    return vacancy


def _require_not_over(vacancy: Vacancy, occasion: Occasion) -> None:
    published = vacancy.status is VacancyStatus.PUBLISHED
    if published and not vacancy.is_open_on(occasion.occurred_on):
        raise RuleBroken("41", f"it lapsed after {vacancy.valid_until}: archive it")


def _require(vacancy: Vacancy, occasion: Occasion, rule_id: str, *allowed: VacancyStatus) -> None:
    if vacancy.status not in allowed:
        wanted = ", ".join(allowed)
        raise RuleBroken(
            rule_id, f"the vacancy is {vacancy.status}; this needs one that is {wanted}"
        )
    if occasion.occurred_on < vacancy.since:
        raise InvalidInput(
            f"the vacancy has been {vacancy.status} only since {vacancy.since}", field="occurred_on"
        )
