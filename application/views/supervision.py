"""What the queries of supervision return (Articles 56 and 58)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from .service import StepView, View


class RectificationView(View):
    """A problem at an agency as it stands: found, notified how often, answered, put right, checked.

    Persons are known by the number of their ledger; `interview` is None, ``held`` or ``declined``.
    """

    rectification_id: UUID
    agency_code: str
    agency: str
    superior_code: str
    rule: str
    citation: str
    record_kind: str
    record_kind_zh: str
    record_id: UUID | None
    record_no: str | None
    source: str
    source_zh: str
    source_id: str | None
    item_no: int | None
    evidence: str
    round: int
    stage: str
    stage_zh: str
    found_on: date
    times: int
    last_notice: str | None
    first_notified_on: date | None
    last_notified_on: date | None
    answered_on: date | None
    cause: str | None
    measures: str | None
    done_by: date | None
    put_right_on: date | None
    how: str | None
    put_right_evidence: str | None
    checked_on: date | None
    accepted: bool | None
    check_reason: str | None
    interview: str | None
    interview_on: date | None
    interview_until: date | None
    referred_on: date | None
    department: str | None


class CourseEntry(View):
    """One event of a rectification, with who recorded it."""

    position: int
    event: str
    what: dict[str, Any]
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str


class RectificationCourse(View):
    """A problem with all that was recorded of it, and the steps that stand open or not."""

    problem: RectificationView
    course: tuple[CourseEntry, ...]
    steps: tuple[StepView, ...]


class WarningView(View):
    """One indicator of one agency against its threshold (Article 58, early warning).

    `part` of `whole` for a share, else `part` alone; `value` is what is read: 87.5% or 3.
    """

    agency_code: str
    agency: str
    indicator: str
    indicator_zh: str
    part: int
    whole: int
    value: str
    limit: int
    beyond: bool
    detail: str
