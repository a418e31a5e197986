"""What queries return: pydantic models, so that an integrator can put them on a wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Base of what queries return."""

    model_config = ConfigDict(frozen=True)


class AgentView(View):
    """An agent, masked: the id is what commands name, `valid_until` the last day of both papers."""

    agent_id: UUID
    name: str
    valid_until: date
    real_name_verified: bool


class EmployerView(View):
    """An employer as its ledger stands. Persons are masked."""

    stream_id: UUID
    credit_code: str
    name: str
    agency_code: str
    basics_stated: bool
    licence_valid_from: date | None
    licence_valid_until: date | None
    agent_valid_until: date | None
    agent_name_masked: str | None
    agents: tuple[AgentView, ...]
    registered_on: date | None
    registration_lapsed_on: date | None
    """Since when it is recorded that the registration lapsed with a paper."""
    opened_on: date
    key_agreement: UUID | None
    """The agreement by which it is served as a key enterprise; None for an ordinary employer."""
    key_agency_code: str | None
    papers_problem: str | None
    """What of Article 35 is missing or no longer valid today; None where all is good."""


class VacancyView(View):
    """A vacancy as it stands, with what the screening found and what Article 38 misses."""

    vacancy_id: UUID
    credit_code: str
    employer_name: str
    agency_code: str
    title: str
    status: str
    channel: str | None
    external_id: str | None
    submitted_on: date | None
    submitted_by: str | None
    reviewed_on: date | None
    reviewed_by: str | None
    review_outcome: str | None
    returned_count: int
    published_on: date | None
    valid_until: date | None
    ended_on: date | None
    archived_on: date | None
    headcount: int | None
    filled: int
    missing_items: tuple[str, ...]
    violations: int
    concerns: int
    findings: tuple[dict[str, Any], ...]


class LedgerEntry(View):
    """One entry of a ledger: what, by whom, when done, when entered."""

    position: int
    section: str
    event: str
    what: dict[str, Any]
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str
    late: bool


class LedgerView(View):
    """An employer's ledger by its sections (Article 50), each oldest first; a key enterprise's has more."""

    employer: EmployerView
    sections: dict[str, tuple[LedgerEntry, ...]]


class DutyView(View):
    """One line of a worklist: what is due, for whom, by when, and why."""

    reference: str
    """By what `explanations.explain` knows the duty."""
    rule: str
    citation: str
    duty: str
    title_zh: str
    subject_id: UUID
    subject: str | None
    employer_name: str | None
    credit_code: str | None
    person_id: UUID | None
    """The ledger of the person to whom it is owed, the one that goes on where it was merged."""
    ledger_number: str | None
    person_name_masked: str | None
    """The surname alone (Article 51); None where no name was stated."""
    agency_code: str
    staff_id: str
    trigger: str
    item_id: UUID | None
    """The service that the duty follows (a referral, a training), where it follows one of several."""
    arose_on: date
    opens_on: date
    """The first day on which a service keeps the duty: the opening of a window, the middle of a training."""
    due_on: date
    days_late: int
    """Calendar days after the due date on the day asked about; 0 or less while in time."""
    standing: str
    standing_zh: str
    provisional: bool
    """Whether the calendar of a year that the due date touches is not announced yet."""
    staff_left: bool
    """Whether the person responsible is no longer on any staff: the agency hands the duty on."""
    why: str
    """Rule, trigger, term, calendar and due date as one Chinese sentence."""


class StepView(View):
    """A step that the regulation leaves to choice: open or not, by which rule, on which facts."""

    key: str
    title_zh: str
    rule: str
    citation: str
    is_open: bool
    evidence: tuple[str, ...]
    """The conditions that are met, in Chinese."""
    wanting_zh: tuple[str, ...]
    """What is wanting of the conditions, in Chinese: 尚缺：…"""
    missing: tuple[str, ...]
    """What is missing, as a refusal of the step would say it."""


class RefusalView(View):
    """A refused attempt: who tried what, and the rule or kind of error that stood against it."""

    command_id: UUID
    name: str
    error: str
    rule_id: str | None
    refused_at: datetime
    staff_id: str
    agency_code: str


class AgentContact(View):
    """An agent in clear, for the staff of the agency that holds the ledger."""

    agent_id: UUID
    name: str
    phone: str
    identity_number: str


class OverdueDutyView(View):
    """A duty that became overdue on `overdue_on`, as it was told; `is_open` says whether it still is.

    `position` is where in the log that stands: ask for what came after it.
    """

    reference: str
    position: int
    subject_id: UUID
    ledger_id: UUID
    item_id: UUID | None
    duty: str
    title_zh: str
    rule: str
    citation: str
    agency_code: str
    staff_id: str
    due_on: date
    provisional: bool
    overdue_on: date
    told_at: datetime
    is_open: bool


class IssuedNotice(View):
    """A notice that was issued."""

    notice_id: str
    kind: str
    agency_code: str
    period_start: date
    period_end: date
    log_position: int
    digest: str
    previous: str | None
    supersedes: str | None
    reason: str | None
    issued_at: datetime
    superseded: bool


class Recomputed(View):
    """The proof of a notice: what was issued and what the log gives today."""

    notice_id: str
    log_position: int
    issued_digest: str
    stored_digest: str
    """The digest of the content as it lies in the database."""
    recomputed_digest: str
    names_as_issued: int = 0
    """Masked names of persons who were erased since: nobody can read them again, so they are taken as issued."""
    notes: tuple[str, ...] = ()
    """Why the log cannot give the same content today: whose names are gone, what outside it has changed."""

    @property
    def is_proven(self) -> bool:
        """Say whether issued, stored and recomputed content are the same."""
        return self.issued_digest == self.stored_digest == self.recomputed_digest
