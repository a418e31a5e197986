"""The read model `vacancies`: one row per vacancy, from draft to archive (Articles 38, 39, 41)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from ..domain.employer.content import Item, Screening, VacancyContent, WordingFinding
from ..domain.employer.fairs import VacancyFilledAtFair
from ..domain.employer.services import ReferralOutcome, ReferralOutcomeLearnt
from ..domain.employer.vacancy import (
    ReviewDefect,
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
)
from ..domain.events import Event, RecordedEvent
from .read_model import Int, Json, ReadModel, Row, Rows, SmallInt, columns_of, names_of
from .table import Table

MISSING_BITS: Final[dict[Item, int]] = {
    item: 1 << place
    for place, item in enumerate(item for item in Item if item is not Item.EMPLOYER_BASICS)
}
"""The bit of `vacancies.missing` that stands for each item of Article 38 the vacancy itself states.

Whether the employer's basics are stated is a matter of the employer's row.
"""

LAPSED: Final = "lapsed"
"""`end_reason` of a vacancy whose time was over; otherwise it is a `WithdrawalReason`."""

# Looked up once: in Python 3.11 a member and its value cost a call each.
_DRAFT: Final = VacancyStatus.DRAFT.value
_SUBMITTED: Final = VacancyStatus.SUBMITTED.value
_PASSED: Final = VacancyStatus.PASSED.value
_RETURNED: Final = VacancyStatus.RETURNED.value
_PUBLISHED: Final = VacancyStatus.PUBLISHED.value
_WITHDRAWN: Final = VacancyStatus.WITHDRAWN.value
_LAPSED: Final = VacancyStatus.LAPSED.value
_ARCHIVED: Final = VacancyStatus.ARCHIVED.value
_HIRED: Final = ReferralOutcome.HIRED
_FINDINGS: Final = TypeAdapter(tuple[WordingFinding, ...])
_DEFECTS: Final = TypeAdapter(tuple[ReviewDefect, ...])


def missing_items(mask: int) -> tuple[Item, ...]:
    """Return the items that a value of `vacancies.missing` stands for, in the regulation's order."""
    return tuple(item for item, bit in MISSING_BITS.items() if mask & bit)


@dataclass(slots=True, eq=False)
class VacancyRow(Row):
    """A vacancy as it stands.

    What was said of an earlier content does not outlive it: a submission or a change clears the
    review (`reviewed_on`, `reviewed_by`, `review_outcome`, `overruled`). `defects` are those of the
    latest return, `published_on` and `valid_until` those of the latest publication. `missing` is a set
    of `MISSING_BITS`, `content_position` where the log holds the content.
    """

    vacancy_id: UUID
    stream_id: UUID
    agency_code: str
    title: str
    status: str
    drafted_on: date
    external_id: str | None
    headcount: Int | None
    missing: SmallInt
    violations: SmallInt
    concerns: SmallInt
    findings: Json | None
    screened_with: str
    first_position: int
    last_position: int
    content_position: int
    channel: str | None = None
    publisher_id: UUID | None = None
    submitted_on: date | None = None
    submitted_by: str | None = None
    reviewed_on: date | None = None
    reviewed_by: str | None = None
    review_outcome: str | None = None
    returned_count: SmallInt = 0
    overruled: str | None = None
    defects: Json | None = None
    published_on: date | None = None
    published_by: str | None = None
    valid_until: date | None = None
    changed_on: date | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    archived_on: date | None = None
    filled: Int = 0


class _Content:
    """What is kept of a content and its screening."""

    __slots__ = ("concerns", "findings", "missing", "violations")

    def __init__(self, content: VacancyContent, screening: Screening) -> None:
        missing = content.missing_items(employer_stated=True)
        self.missing = sum([MISSING_BITS[item] for item in missing]) if missing else 0
        found = screening.findings
        self.violations = screening.violations if found else 0
        self.concerns = len(found) - self.violations
        self.findings = _FINDINGS.dump_json(found).decode() if found else None


def _take_content(
    row: VacancyRow, content: VacancyContent, screening: Screening, position: int
) -> None:
    row.content_position = position
    kept = _Content(content, screening)
    row.title = content.title
    row.headcount = content.headcount
    row.missing = kept.missing
    row.violations = kept.violations
    row.concerns = kept.concerns
    row.findings = kept.findings
    row.screened_with = screening.version


def _clear_review(row: VacancyRow) -> None:
    row.reviewed_on = row.reviewed_by = row.review_outcome = row.overruled = None


def _revised(row: VacancyRow, event: VacancyRevised, recorded: RecordedEvent) -> None:
    _take_content(row, event.content, event.screening, recorded.position)


def _submitted(row: VacancyRow, event: VacancySubmitted, recorded: RecordedEvent) -> None:
    row.status = _SUBMITTED
    row.channel = event.channel.value
    row.publisher_id = event.publisher_id
    row.submitted_on = recorded.occurred_on
    row.submitted_by = recorded.staff_id
    _clear_review(row)


def _passed(row: VacancyRow, event: VacancyPassed, recorded: RecordedEvent) -> None:
    row.status = row.review_outcome = _PASSED
    row.reviewed_on = recorded.occurred_on
    row.reviewed_by = recorded.staff_id
    row.overruled = event.overruled


def _returned(row: VacancyRow, event: VacancyReturned, recorded: RecordedEvent) -> None:
    row.status = row.review_outcome = _RETURNED
    row.reviewed_on = recorded.occurred_on
    row.reviewed_by = recorded.staff_id
    row.overruled = None
    row.returned_count += 1
    row.defects = _DEFECTS.dump_json(event.defects).decode()


def _published(row: VacancyRow, event: VacancyPublished, recorded: RecordedEvent) -> None:
    row.status = _PUBLISHED
    row.published_on = recorded.occurred_on
    row.published_by = recorded.staff_id
    row.valid_until = event.valid_until


def _changed(row: VacancyRow, event: VacancyChanged, recorded: RecordedEvent) -> None:
    _take_content(row, event.content, event.screening, recorded.position)
    row.status = _SUBMITTED
    row.changed_on = row.submitted_on = recorded.occurred_on
    row.submitted_by = recorded.staff_id
    _clear_review(row)


def _withdrawn(row: VacancyRow, event: VacancyWithdrawn, recorded: RecordedEvent) -> None:
    row.status = _WITHDRAWN
    row.ended_on = recorded.occurred_on
    row.end_reason = event.reason.value


def _lapsed(row: VacancyRow, _: VacancyLapsed, recorded: RecordedEvent) -> None:
    row.status = _LAPSED
    row.ended_on = recorded.occurred_on
    row.end_reason = LAPSED


def _archived(row: VacancyRow, _: VacancyArchived, recorded: RecordedEvent) -> None:
    row.status = _ARCHIVED
    row.archived_on = recorded.occurred_on


def _outcome(row: VacancyRow, event: ReferralOutcomeLearnt, _: RecordedEvent) -> None:
    if event.outcome is _HIRED and not event.counted_by_fair:
        row.filled += 1


def _filled_at_fair(row: VacancyRow, event: VacancyFilledAtFair, _: RecordedEvent) -> None:
    row.filled += event.counted


_CHANGES: dict[type[Event], Callable[[VacancyRow, Any, RecordedEvent], None]] = {
    VacancyRevised: _revised,
    VacancySubmitted: _submitted,
    VacancyPassed: _passed,
    VacancyReturned: _returned,
    VacancyPublished: _published,
    VacancyChanged: _changed,
    VacancyWithdrawn: _withdrawn,
    VacancyLapsed: _lapsed,
    VacancyArchived: _archived,
    ReferralOutcomeLearnt: _outcome,
    VacancyFilledAtFair: _filled_at_fair,
}
_EVENTS: frozenset[type[Event]] = frozenset({VacancyDrafted, *_CHANGES})


class Vacancies(ReadModel[VacancyRow]):
    """One row per vacancy."""

    version = 4
    row = VacancyRow
    table = Table(
        "vacancies",
        key=("vacancy_id",),
        columns=columns_of(VacancyRow),
        # Each index costs every change of a row: these two serve an employer's page, and the daily
        # check of what is not archived.
        indexes=("(stream_id)", "(agency_code, status) WHERE status <> 'archived'"),
    )
    event_names = names_of(_EVENTS)
    found_by = "vacancy_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the vacancies' ids."""
        return [
            recorded.event.vacancy_id  # type: ignore[attr-defined]
            for recorded in events
            if type(recorded.event) in _EVENTS
        ]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[VacancyRow]) -> None:
        """Open a row with the draft and take it through its stages."""
        changes = _CHANGES
        for recorded in events:
            event: Any = recorded.event
            change = changes.get(type(event))
            if change is not None:
                row = rows.one(event.vacancy_id)
                change(row, event, recorded)
                row.last_position = recorded.position
            elif type(event) is VacancyDrafted:
                # An archived vacancy may be taken in again under its id: its row starts anew.
                rows.replace(_drafted(event, recorded), event.vacancy_id)


def _drafted(event: VacancyDrafted, recorded: RecordedEvent) -> VacancyRow:
    kept = _Content(event.content, event.screening)
    return VacancyRow(
        vacancy_id=event.vacancy_id,
        stream_id=recorded.stream_id,
        agency_code=recorded.agency_code,
        title=event.content.title,
        status=_DRAFT,
        drafted_on=recorded.occurred_on,
        external_id=event.external_id,
        headcount=event.content.headcount,
        missing=kept.missing,
        violations=kept.violations,
        concerns=kept.concerns,
        findings=kept.findings,
        screened_with=event.screening.version,
        first_position=recorded.position,
        last_position=recorded.position,
        content_position=recorded.position,
    )
