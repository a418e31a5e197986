"""What a notice is built from: rows of the read models as of one log position, and who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ...domain.calendar import WorkingDayCalendar
from ...domain.employer.content import WordingFinding
from ...domain.regulation import Edition
from ..notice.model import AgencyRef, Placement

Texts = Mapping[UUID, Mapping[str, str]]
"""The worded fields of vacancies by name, by vacancy."""


class VacancyTexts(Protocol):
    """Where the wording of vacancies comes from, as it stood at the notice's log position."""

    def __call__(self, vacancy_ids: list[UUID], /) -> Texts:
        """Return the worded fields of each vacancy by name; an unknown vacancy is left out."""
        ...


@dataclass(frozen=True, slots=True)
class EmployerRow:
    """What the check needs of an employer's read model."""

    stream_id: UUID
    credit_code: str
    name: str
    basics_stated: bool
    licence_valid_from: date | None
    licence_valid_until: date | None
    """None for a licence without term."""
    agent_valid_until: date | None
    """The last good day of the agent whose papers last longest; None where there is no agent."""
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class VacancyRow:
    """What the check needs of a vacancy's read model, and what happened to it on the day."""

    vacancy_id: UUID
    agency_code: str
    title: str
    status: str
    employer: EmployerRow | None
    external_id: str | None = None
    channel: str | None = None
    publisher_id: UUID | None = None
    submitted_on: date | None = None
    submitted_by: str | None = None
    reviewed_on: date | None = None
    reviewed_by: str | None = None
    review_outcome: str | None = None
    overruled: str | None = None
    published_on: date | None = None
    valid_until: date | None = None
    ended_on: date | None = None
    missing: int = 0
    """Bits over `domain.employer.content.Item` without the employer's basics: bit 0 is the headcount."""
    findings: tuple[WordingFinding, ...] = ()
    screened_with: str | None = None
    last_position: int = 0
    topics: frozenset[str] = frozenset()
    """The names of the events recorded about it on the notice's day."""


@dataclass(frozen=True, slots=True)
class Stock:
    """How many vacancies under one agency code were public, and the positions that they offer."""

    agency_code: str
    published: int
    positions: int
    concerned: int
    """How many of them hold wording worth a look (age, appearance, political status)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many events of one name were recorded on one day about vacancies under one agency code."""

    agency_code: str
    day: date
    topic: str
    events: int


@dataclass(frozen=True, slots=True)
class Touched:
    """How many different vacancies under one agency code had any record on one day."""

    agency_code: str
    day: date
    vacancies: int


@dataclass(frozen=True, slots=True)
class LateRow:
    """An event recorded on the notice's day for an earlier one."""

    vacancy_id: UUID
    external_id: str | None
    title: str
    agency_code: str
    employer_name: str
    credit_code: str
    topic: str
    occurred_on: date
    staff_id: str
    position: int


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty that is still open after its due date."""

    duty: str
    rule: str
    subject_id: UUID
    external_id: str | None
    title: str | None
    agency_code: str
    staff_id: str | None
    employer_name: str
    credit_code: str
    arose_on: date
    due_on: date
    provisional: bool


@dataclass(frozen=True)
class NoticeFacts:
    """All that the notice of one day says, before it is judged and counted up."""

    day: date
    superior: AgencyRef
    direct: tuple[AgencyRef, ...]
    """The agencies of the roll-up, by code; the superior itself first where it serves itself."""
    placements: Mapping[str, Placement]
    """Who answers for the records made under a code, by every code that occurs in the rows below."""
    staff: Mapping[str, str]
    """Names of the staff that are spoken of, by id."""
    position: int
    cutoff: datetime
    edition: Edition
    calendar: WorkingDayCalendar
    closed: frozenset[UUID] = frozenset()
    """Agencies of the roll-up that no longer exist on the day."""
    stock: tuple[Stock, ...] = ()
    flows: tuple[Flow, ...] = ()
    touched: tuple[Touched, ...] = ()
    candidates: tuple[VacancyRow, ...] = ()
    """Every vacancy that may have a defect, and every one with a record on the day."""
    former: tuple[VacancyRow, ...] = ()
    """Vacancies of the notice before that are no candidates now."""
    texts: Texts = field(default_factory=dict)
    """The worded fields of the vacancies whose wording is spoken of."""
    late: tuple[LateRow, ...] = ()
    duties: tuple[DutyRow, ...] = ()
