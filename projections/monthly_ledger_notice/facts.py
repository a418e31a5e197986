"""What the monthly notice is built from: rows of the read models, and who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ...domain.calendar import WorkingDayCalendar
from ...domain.organisation.staff import Role
from ...domain.regulation import Edition
from ...domain.supervision.warning import Thresholds
from ..notice.model import AgencyRef, Placement


@dataclass(frozen=True, slots=True)
class DomainRow:
    """What one check happened to draw by chance of the records that one agency keeps."""

    agency_code: str
    population: int
    drawn: int
    inspected: int
    faulty: int


@dataclass(frozen=True, slots=True)
class StratumRow:
    """What one check found at one inspected agency; `drawn` and `inspected` are those by chance."""

    agency_code: str
    population: int
    drawn: int
    inspected: int
    faulty: int
    targeted: int = 0
    targeted_faulty: int = 0
    domains: tuple[DomainRow, ...] = ()
    """By keeping agency, where these are several."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A spot-check that this notice tells of; not closed, it only tells that it goes on."""

    check_id: UUID
    kind: str
    month: date
    position: int | None
    commitment: str | None
    seed: str | None
    frame_digest: str | None
    closed_on: date | None
    strata: tuple[StratumRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A record of a sample."""

    check_id: UUID
    item_no: int
    kind: str
    number: str
    agency_code: str
    mode: str
    inspected_on: date | None
    faulty: bool | None


@dataclass(frozen=True, slots=True)
class DutyCount:
    """Duties that fell due in the month, by agency code and rule."""

    agency_code: str
    rule: str
    met: int
    late: int
    missed: int


@dataclass(frozen=True, slots=True)
class EntryCount:
    """Entries recorded in the month by an agency, and how many of them too late."""

    agency_code: str
    entries: int
    late: int


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem as the read model has it when the notice is issued."""

    rectification_id: UUID
    agency_code: str
    rule: str
    record_kind: str
    number: str | None
    title: str
    source: str
    evidence: str
    stage: str
    found_on: date
    times: int
    last_notice: str | None
    first_notified_on: date | None
    last_notified_on: date | None
    measures: str | None
    how: str | None
    put_right_evidence: str | None
    put_right_on: date | None
    interview: str | None
    interview_until: date | None


@dataclass(frozen=True)
class MonthFacts:
    """All that the notice of one month says, before it is grouped and counted up."""

    month: date
    last_day: date
    superior: AgencyRef
    direct: tuple[AgencyRef, ...]
    """The agencies of the roll-up, by code; the superior itself first where it has records."""
    placements: Mapping[str, Placement]
    """Who answers for the records made under a code, by every code that occurs in the rows below."""
    position: int
    month_position: int
    cutoff: datetime
    edition: Edition
    calendar: WorkingDayCalendar
    thresholds: Thresholds
    closed: frozenset[UUID] = frozenset()
    """Agencies of the roll-up that no longer exist on the last day."""
    checks: tuple[CheckRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    duties: tuple[DutyCount, ...] = ()
    entries: tuple[EntryCount, ...] = ()
    problems: tuple[ProblemRow, ...] = ()
    """The problems that stand: found or notified, and not put right."""
    mended: tuple[ProblemRow, ...] = ()
    """What was put right since the notice before."""
    same_period: frozenset[str] = frozenset()
    """The notices of this month that were issued before: one that corrects them counts no second time."""
    staffed: Mapping[UUID, frozenset[Role]] = field(default_factory=dict)
    """The roles that somebody has, by agency, as of the last day."""
