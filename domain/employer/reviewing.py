"""Decisions about a vacancy from draft to archive: submitting, reviewing, publishing, closing (Articles 38, 39, 41)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import Occasion
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event
from .content import Screening, VacancyContent
from .papers import Channel, require_registered
from .vacancy import (
    ReviewDefect,
    Vacancy,
    VacancyArchived,
    VacancyChanged,
    VacancyDrafted,
    VacancyLapsed,
    VacancyPassed,
    VacancyPublished,
    VacancyReturned,
    VacancyRevised,
    VacancyStatus,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)

if TYPE_CHECKING:
    from .ledger import EmployerLedger


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
    _require_room(vacancy, content)
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
    _require_room(vacancy, content)
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


def _require_room(vacancy: Vacancy, content: VacancyContent) -> None:
    if content.headcount is not None and content.headcount < vacancy.filled:
        raise InvalidInput(
            f"{vacancy.filled} positions are filled already: state no fewer, or withdraw the vacancy",
            field="content.headcount",
        )


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
