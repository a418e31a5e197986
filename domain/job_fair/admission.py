"""Employers at a job fair: signing up online, and admission of the qualified with what was passed (43.1)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..employer.ledger import EmployerLedger
from ..employer.papers import require_registered
from ..employer.reviewing import find as find_vacancy
from ..employer.vacancy import Vacancy, VacancyStatus
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .state import FairStage, JobFair, Stand

# --- events -----------------------------------------------------------------------------------


class EmployerSignedUp(Event, name="job_fair.employer_signed_up"):
    """An employer signed up online through an agent whose real name is verified."""

    employer_id: UUID
    agent_id: UUID
    vacancy_ids: tuple[UUID, ...]


class SignUpDeclined(Event, name="job_fair.sign_up_declined"):
    """The agency does not admit an employer that signed up."""

    employer_id: UUID
    reason: str


class EmployerAdmitted(Event, name="job_fair.employer_admitted"):
    """An employer takes part with these vacancies, beside any that were admitted before."""

    employer_id: UUID
    vacancy_ids: tuple[UUID, ...]
    signed_up_online: bool


class EmployerWithdrawn(Event, name="job_fair.employer_withdrawn"):
    """An employer takes part no more, or only without these vacancies; none named: not at all."""

    employer_id: UUID
    vacancy_ids: tuple[UUID, ...]
    reason: str


# --- state ------------------------------------------------------------------------------------


@changed_by(EmployerSignedUp)
def _signed_up(fair: JobFair, event: EmployerSignedUp, _: RecordedEvent) -> None:
    fair.signed_up[event.employer_id] = list(event.vacancy_ids)


@changed_by(SignUpDeclined)
def _declined(fair: JobFair, event: SignUpDeclined, _: RecordedEvent) -> None:
    fair.signed_up.pop(event.employer_id, None)


@changed_by(EmployerAdmitted)
def _admitted(fair: JobFair, event: EmployerAdmitted, _: RecordedEvent) -> None:
    fair.signed_up.pop(event.employer_id, None)
    stand = fair.stands.setdefault(event.employer_id, Stand([]))
    stand.vacancies += event.vacancy_ids


@changed_by(EmployerWithdrawn)
def _withdrawn(fair: JobFair, event: EmployerWithdrawn, _: RecordedEvent) -> None:
    stand = fair.stands.get(event.employer_id)
    if stand is None:
        return
    stand.vacancies = [one for one in stand.vacancies if one not in event.vacancy_ids]
    if not event.vacancy_ids or not stand.vacancies:
        del fair.stands[event.employer_id]


# --- decisions --------------------------------------------------------------------------------


def sign_up(
    fair: JobFair,
    occasion: Occasion,
    employer_id: UUID,
    ledger: EmployerLedger,
    agent_id: UUID,
    vacancy_ids: tuple[UUID, ...],
) -> list[Event]:
    """Sign an employer up online; the agency then reviews and admits.

    Raises RuleBroken 39.2 for an agent whose real name is not verified, 43.1 for one whose papers have
    expired, NotFound for a vacancy that the ledger does not hold.

    Rules 39.2, 43.1.
    """
    _require_to_come(fair, occasion)
    ledger.require_open()
    agent = (ledger.papers.agents or {}).get(agent_id)
    if agent is None:
        raise RuleBroken("43.1", "an employer signs up through an agent of its own: verify one")
    if not agent.real_name_verified:
        raise RuleBroken("39.2", "the agent's real name is not verified")
    if problem := agent.problem(occasion.occurred_on):
        raise RuleBroken("43.1", problem)
    _require_vacancies(vacancy_ids)
    for vacancy_id in vacancy_ids:
        find_vacancy(ledger, vacancy_id)
    if fair.signed_up.get(employer_id) == list(vacancy_ids):
        return []
    return [EmployerSignedUp(employer_id=employer_id, agent_id=agent_id, vacancy_ids=vacancy_ids)]


def decline(fair: JobFair, employer_id: UUID, reason: str) -> list[Event]:
    """Do not admit an employer that signed up.

    Rule 43.1.
    """
    fair.require(FairStage.PLANNED, "43.1")
    if employer_id not in fair.signed_up:
        raise NotFound("this employer has not signed up, or was admitted", field="credit_code")
    return [SignUpDeclined(employer_id=employer_id, reason=reason)]


def admit(
    fair: JobFair,
    occasion: Occasion,
    employer_id: UUID,
    ledger: EmployerLedger,
    vacancy_ids: tuple[UUID, ...],
) -> list[EmployerAdmitted]:
    """Admit an employer with vacancies: qualified, registered, and each vacancy reviewed and passed.

    All that must hold on the day of admission and on the first day of the fair. What was admitted
    before stays; naming it again changes nothing.

    Rule 43.1.
    """
    _require_to_come(fair, occasion)
    ledger.require_open()
    _require_vacancies(vacancy_ids)
    opening = max(fair.first_day, occasion.occurred_on)
    require_registered(ledger, occasion.occurred_on, "43.1")
    if problem := ledger.papers.problem(opening):
        raise RuleBroken("43.1", f"on {opening}, when the job fair is held: {problem}")
    for vacancy_id in vacancy_ids:
        if problem := vacancy_problem(find_vacancy(ledger, vacancy_id), opening):
            raise RuleBroken("43.1", f"the vacancy {vacancy_id} {problem}")
    held = fair.stands.get(employer_id)
    known = held.vacancies if held is not None else []
    new = tuple(one for one in vacancy_ids if one not in known)
    if not new:
        return []
    return [
        EmployerAdmitted(
            employer_id=employer_id,
            vacancy_ids=new,
            signed_up_online=employer_id in fair.signed_up,
        )
    ]


def withdraw(
    fair: JobFair, employer_id: UUID, vacancy_ids: tuple[UUID, ...], reason: str
) -> list[Event]:
    """Take an employer, or some of its vacancies, off a fair that was not held.

    Rule 43.1.
    """
    fair.require(FairStage.PLANNED, "43.1")
    if employer_id not in fair.stands:
        raise NotFound("this employer is not admitted to the job fair", field="credit_code")
    for vacancy_id in vacancy_ids:
        fair.require_admitted(employer_id, vacancy_id)
    return [EmployerWithdrawn(employer_id=employer_id, vacancy_ids=vacancy_ids, reason=reason)]


def vacancy_problem(held: Vacancy, day: date) -> str | None:
    """Say why a vacancy may not be offered at a fair on `day`, None where it may.

    Rule 43.1.
    """
    if held.status is VacancyStatus.PASSED:
        return None
    if held.status is not VacancyStatus.PUBLISHED:
        return f"is {held.status}: only one that was reviewed and passed is admitted"
    if not held.is_open_on(day):
        return f"is valid until {held.valid_until} only"
    return "is filled" if held.is_full else None


def _require_to_come(fair: JobFair, occasion: Occasion) -> None:
    fair.require(FairStage.PLANNED, "43.1")
    if occasion.occurred_on > fair.last_day:
        raise RuleBroken("43.1", f"the job fair ended on {fair.last_day}")


def _require_vacancies(vacancy_ids: tuple[UUID, ...]) -> None:
    if not vacancy_ids:
        raise InvalidInput("name the vacancies that are offered", field="vacancy_ids")
    if len(set(vacancy_ids)) != len(vacancy_ids):
        raise InvalidInput("a vacancy is named twice", field="vacancy_ids")
