"""What queries about job fairs and about reports to the registry return."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from .service import View


class FairView(View):
    """A job fair as it stands, with its sums."""

    fair_id: UUID
    agency_code: str
    title: str
    form: str
    form_zh: str
    scope: str
    scope_zh: str
    theme: str
    place: str
    first_day: date
    last_day: date
    stage: str
    stage_zh: str
    planned_on: date
    announced_on: date | None
    """The day on which its present days were pre-announced; None while they are not."""
    rescheduled: int
    reason: str | None
    """Why it was last rescheduled, or cancelled."""
    held_on: date | None
    visitors: int | None
    employers: int
    """Employers admitted that did not withdraw or stay away."""
    vacancies: int
    agreements: int
    started: int
    paper_forms: int
    paper_left: int
    """Forms taken on paper that are yet to be entered."""
    referrals: int
    """Referrals of named persons that were made there, and how many of them were hired."""
    hired: int
    outcomes_known_on: date | None


class FairVacancyView(View):
    """A vacancy at a fair. `agreements` and `started` are None until they are followed up."""

    vacancy_id: UUID
    title: str
    headcount: int | None
    status: str
    """Where the vacancy stands today: one that is withdrawn or under review is not to be offered."""
    agreements: int | None
    started: int | None
    referrals: int
    hired: int


class FairEmployerView(View):
    """An employer at a fair, and the vacancies with which it was admitted."""

    credit_code: str
    name: str
    status: str
    """signed_up, admitted, declined, withdrawn or absent."""
    since: date
    online: bool
    wanted: tuple[UUID, ...]
    """The vacancies that an online sign-up named."""
    outcome_on: date | None
    vacancies: tuple[FairVacancyView, ...]


class FairDetail(View):
    """A job fair with its employers, their vacancies, and what came of them."""

    fair: FairView
    employers: tuple[FairEmployerView, ...]


class AnnouncedVacancy(View):
    """A vacancy as the public may see it."""

    vacancy_id: UUID
    title: str
    headcount: int | None


class AnnouncedEmployer(View):
    """An employer as the public may see it."""

    name: str
    vacancies: tuple[AnnouncedVacancy, ...]


class AnnouncedFair(View):
    """A job fair as it is announced to the public: no person, and only what passed its review (Article 53)."""

    fair_id: UUID
    organiser: str
    title: str
    form_zh: str
    scope_zh: str
    theme: str
    place: str
    first_day: date
    last_day: date
    cancelled: bool
    announced_on: date | None
    """None for one that was put off and whose new days are not announced yet."""
    change: str | None
    """Why it was put off or cancelled."""
    employers: tuple[AnnouncedEmployer, ...]


class RegistryReportView(View):
    """A report to the unemployment registry, and how far it has come. It names nobody."""

    report_id: UUID
    person_id: UUID
    agency_code: str
    ground: str
    """The rule that gives the ground: 13.3, 21.2b, 21.3 or 29."""
    ground_zh: str
    reference: str
    stage: str
    stage_zh: str
    decided_on: date
    decided_by: str
    attempts: int
    means: str | None
    sent_on: date | None
    sent_by: str | None
    answered_on: date | None
    registry_reference: str | None
    rejection: str | None
    due_on: date | None
    """The last day in time for sending it; None while nothing is to be sent."""
    overdue: bool


class ReportedPerson(View):
    """Whom a report is about, in clear, for sending it."""

    report_id: UUID
    person_id: UUID
    name: str
    document_kind: str
    document_country: str
    document_number: str
    ground: str
    ground_zh: str
    decided_on: date
    reference: str
