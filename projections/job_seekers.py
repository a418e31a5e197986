"""The read model `job_seekers`: one row per person's ledger, without who the person is.

Persons are known by their ledger: no name, no number, no phone, no address. Where someone lives is a
district or subdistrict, as the ledger holds it in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from ..domain.duties.job_seekers import EVENTS
from ..domain.events import Event, RecordedEvent
from ..domain.job_seeker import (
    contact,
    erasure,
    grading,
    guidance,
    merging,
    registration,
    search,
    status,
    surveys,
)
from ..domain.job_seeker.ledger import is_contact
from .read_model import Int, Json, ReadModel, Row, Rows, SmallInt, Unfoldable, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class JobSeekerRow(Row):
    """A person's ledger as it stands.

    `registered_on` is the day of the job-seeking registration in force, None once that search was
    filed; `willing` the answer of the last survey. What is wanted (`occupations` …) comes from
    registration and needs file, whichever was stated last. `merged_into` is the ledger that goes on.
    `basics_position` is where the log says who the person is, encrypted.
    """

    stream_id: UUID
    agency_code: str
    opened_on: date
    channel: str
    last_position: int
    basics_position: int | None = None
    residence_area: str | None = None
    household: str | None = None
    education: str | None = None
    skill_level: str | None = None
    skills: Json = "[]"
    registered_on: date | None = None
    refined_on: date | None = None
    level: SmallInt | None = None
    level_on: date | None = None
    status_registration: str | None = None
    status_since: date | None = None
    recognised_as: str | None = None
    recognised_since: date | None = None
    named_groups: Json = "[]"
    job_ready: bool | None = None
    occupations: Json = "[]"
    areas: Json = "[]"
    monthly_pay_from: Int | None = None
    full_time: bool | None = None
    training_wanted: Json = "[]"
    services_wanted: Json = "[]"
    hindrances: Json = "[]"
    willing: str | None = None
    surveyed_on: date | None = None
    surveys: SmallInt = 0
    follow_ups: SmallInt = 0
    needs_file_on: date | None = None
    guidance: SmallInt = 0
    referrals: SmallInt = 0
    last_contact_on: date | None = None
    reported_for: str | None = None
    ceased_on: date | None = None
    ceased_for: str | None = None
    employed_on: date | None = None
    employed_as: str | None = None
    search_archived_on: date | None = None
    merged_into: UUID | None = None
    erased_on: date | None = None


def _json(values: Iterable[str]) -> str:
    return orjson.dumps(list(values)).decode()


def _basics(row: JobSeekerRow, event: registration.BasicsRecorded, recorded: RecordedEvent) -> None:
    row.basics_position = recorded.position
    row.residence_area = event.residence_area
    row.household = event.household.value if event.household else None


def _registered(
    row: JobSeekerRow, event: registration.JobSeekingRegistered, recorded: RecordedEvent
) -> None:
    row.registered_on = recorded.occurred_on
    row.education = event.education.value if event.education else None
    row.areas = _json(event.wishes.areas)
    _wanted(row, event.wishes)
    row.employed_on = row.employed_as = row.search_archived_on = None
    row.follow_ups = 0


def _wanted(row: JobSeekerRow, stated: registration.Wishes | surveys.EmploymentNeeds) -> None:
    """Take what is stated; what is left empty leaves standing what was stated before."""
    if stated.occupations:
        row.occupations = _json(stated.occupations)
    if stated.monthly_pay_from is not None:
        row.monthly_pay_from = stated.monthly_pay_from
    if stated.full_time is not None:
        row.full_time = stated.full_time
    if stated.training_wanted:
        row.training_wanted = _json(dict.fromkeys(stated.training_wanted))


def _needs(
    row: JobSeekerRow,
    event: surveys.NeedsFileOpened | surveys.NeedsFileChanged,
    recorded: RecordedEvent,
) -> None:
    row.needs_file_on = row.needs_file_on or recorded.occurred_on
    _wanted(row, event.needs)
    row.services_wanted = _json(event.needs.services_wanted)
    row.hindrances = _json(event.needs.hindrances)


def _refined(
    row: JobSeekerRow, event: registration.RefinedInformationRecorded, recorded: RecordedEvent
) -> None:
    row.refined_on = recorded.occurred_on
    row.skill_level = event.skill_level.value
    row.skills = _json(event.skills)


def _moved(row: JobSeekerRow, _: registration.LedgerMoved, recorded: RecordedEvent) -> None:
    row.agency_code = recorded.agency_code


def _graded(row: JobSeekerRow, event: grading.Graded, recorded: RecordedEvent) -> None:
    row.level, row.level_on = event.level, recorded.occurred_on


def _status(row: JobSeekerRow, event: status.StatusRegistered, _: RecordedEvent) -> None:
    row.status_registration, row.status_since = event.registration.value, event.since


def _status_ended(row: JobSeekerRow, _: status.StatusRegistrationEnded, __: RecordedEvent) -> None:
    row.status_registration = row.status_since = None


def _recognised(row: JobSeekerRow, event: status.Recognised, _: RecordedEvent) -> None:
    row.recognised_as, row.recognised_since = event.category, event.since


def _unrecognised(row: JobSeekerRow, _: status.RecognitionEnded, __: RecordedEvent) -> None:
    row.recognised_as = row.recognised_since = None


def _group(row: JobSeekerRow, event: status.GroupNamed, _: RecordedEvent) -> None:
    row.named_groups = _json(dict.fromkeys([*orjson.loads(row.named_groups), event.group]))


def _guidance(row: JobSeekerRow, _: guidance.GuidanceGiven, __: RecordedEvent) -> None:
    row.guidance += 1


def _ready(row: JobSeekerRow, event: search.ReadinessJudged, _: RecordedEvent) -> None:
    row.job_ready = event.is_ready


def _referred(row: JobSeekerRow, _: search.Referred, __: RecordedEvent) -> None:
    row.referrals += 1


def _employed(row: JobSeekerRow, event: search.Employed, _: RecordedEvent) -> None:
    row.employed_on, row.employed_as = event.started_on, event.kind.value
    row.follow_ups = 0


def _archived(row: JobSeekerRow, _: search.SearchArchived, recorded: RecordedEvent) -> None:
    row.search_archived_on = recorded.occurred_on
    row.registered_on = row.job_ready = None


def _surveyed(row: JobSeekerRow, event: surveys.Surveyed, recorded: RecordedEvent) -> None:
    row.surveys += 1
    row.willing, row.surveyed_on = event.answer.value, recorded.occurred_on
    row.follow_ups = event.number


def _reported(row: JobSeekerRow, event: contact.ReportedToRegistry, _: RecordedEvent) -> None:
    row.reported_for = event.ground.value


def _ceased(row: JobSeekerRow, event: contact.ServicesCeased, recorded: RecordedEvent) -> None:
    row.ceased_on, row.ceased_for = recorded.occurred_on, event.ground.value


def _resumed(row: JobSeekerRow, _: contact.ServicesResumed, __: RecordedEvent) -> None:
    row.ceased_on = row.ceased_for = row.reported_for = None
    row.follow_ups = 0


def _merged_into(row: JobSeekerRow, event: merging.LedgerMergedInto, _: RecordedEvent) -> None:
    row.merged_into = event.survivor_id


def _merged_from(row: JobSeekerRow, event: merging.LedgerMergedFrom, _: RecordedEvent) -> None:
    """Take over the standing of the ledger that is given up, as the ledger itself does (Article 9)."""
    carried = event.carried
    row.opened_on = min(row.opened_on, carried.opened_on or row.opened_on)
    if carried.needs_file_on is not None:
        row.needs_file_on = min(row.needs_file_on or carried.needs_file_on, carried.needs_file_on)
    row.registered_on = _last(row.registered_on, carried.registered_on)
    row.refined_on = _last(row.refined_on, carried.refined_on)
    if row.level_on is None or row.level_on < (carried.graded_on or row.level_on):
        row.level, row.level_on = carried.level, carried.graded_on
    if row.status_registration is None and carried.registration is not None:
        row.status_registration = carried.registration.value
    if row.recognised_as is None and carried.recognised:
        row.recognised_as = ""
    row.named_groups = _json(dict.fromkeys([*orjson.loads(row.named_groups), *carried.groups]))
    if row.job_ready is None:
        row.job_ready = carried.is_ready
    row.employed_on = _last(row.employed_on, carried.employed_on)
    row.surveyed_on = _last(row.surveyed_on, carried.surveyed_on)
    row.follow_ups = max(row.follow_ups, carried.follow_ups)
    row.last_contact_on = _last(row.last_contact_on, carried.last_contact_on)
    if carried.ceased is None:
        row.ceased_on = row.ceased_for = row.reported_for = None


def _erased(row: JobSeekerRow, _: erasure.JobSeekerErased, recorded: RecordedEvent) -> None:
    row.erased_on = recorded.occurred_on


def _last(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


_CHANGES: dict[type[Event], Callable[[JobSeekerRow, Any, RecordedEvent], None]] = {
    registration.BasicsRecorded: _basics,
    registration.JobSeekingRegistered: _registered,
    registration.RefinedInformationRecorded: _refined,
    registration.LedgerMoved: _moved,
    grading.Graded: _graded,
    status.StatusRegistered: _status,
    status.StatusRegistrationEnded: _status_ended,
    status.Recognised: _recognised,
    status.RecognitionEnded: _unrecognised,
    status.GroupNamed: _group,
    guidance.GuidanceGiven: _guidance,
    search.ReadinessJudged: _ready,
    search.Referred: _referred,
    search.Employed: _employed,
    search.SearchArchived: _archived,
    surveys.Surveyed: _surveyed,
    surveys.NeedsFileOpened: _needs,
    surveys.NeedsFileChanged: _needs,
    contact.ReportedToRegistry: _reported,
    contact.ServicesCeased: _ceased,
    contact.ServicesResumed: _resumed,
    merging.LedgerMergedInto: _merged_into,
    merging.LedgerMergedFrom: _merged_from,
    erasure.JobSeekerErased: _erased,
}
_EVENTS: frozenset[type[Event]] = frozenset(EVENTS)


class JobSeekers(ReadModel[JobSeekerRow]):
    """One row per person's ledger; every event of the ledger may be a contact.

    Rule 51.2.
    """

    version = 4
    row = JobSeekerRow
    table = Table(
        "job_seekers",
        key=("stream_id",),
        columns=columns_of(JobSeekerRow),
        indexes=("(agency_code)", "(merged_into) WHERE merged_into IS NOT NULL"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the persons' streams."""
        return [recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[JobSeekerRow]) -> None:
        """Open a row with the ledger, and keep it up to date. Raises Unfoldable for one opened twice."""
        changes = _CHANGES
        for recorded in events:
            event = recorded.event
            kind = type(event)
            if kind not in _EVENTS:
                continue
            if isinstance(event, registration.JobSeekerLedgerOpened):
                if rows.group(recorded.stream_id):
                    raise Unfoldable(f"the ledger {recorded.stream_id} is open already")
                row = _opened(event, recorded)
                rows.add(row, recorded.stream_id)
            else:
                row = rows.one(recorded.stream_id)
                change = changes.get(kind)
                if change is not None:
                    change(row, event, recorded)
                row.last_position = recorded.position
            if is_contact(event):
                row.last_contact_on = _last(row.last_contact_on, recorded.occurred_on)


def _opened(event: registration.JobSeekerLedgerOpened, recorded: RecordedEvent) -> JobSeekerRow:
    return JobSeekerRow(
        stream_id=recorded.stream_id,
        agency_code=recorded.agency_code,
        opened_on=recorded.occurred_on,
        channel=event.channel.value,
        last_position=recorded.position,
    )
