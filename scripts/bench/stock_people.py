"""Persons as users of the library write them: an aggregate for a ledger or a case, and rows by statements.

Each thing that happens is an event of the aggregate with its kind and its data. The aggregate checks
nothing: only folding is measured. The statements change the rows of the same read models where they lie.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
from eventsourcing.domain import Aggregate, CanMutateAggregate, event

from ...domain.assistance import case
from ...domain.calendar import WorkingDayCalendar
from ...domain.events import REGISTRY, RecordedEvent
from ...domain.job_seeker import ledger
from ...domain.regulation.edition import edition_on
from ...domain.regulation.terms import Unit
from . import stock

Statement = tuple[str, tuple[Any, ...]]

_CONTACTS = {kind.event_name for kind in (*ledger.CONTACTS, *case.CONTACTS)}
_ARISES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "job_seeker_ledger.status_registered": (("out_of_contact_report", "13.3", ""),),
    "job_seeker_ledger.referred": (("job_seeker_referral_outcome", "16", "referral_id"),),
    "job_seeker_ledger.assistance_called_for": (("agreement_signing", "23.1", ""),),
    "assistance_case.guidance_given": (("visit_after_guidance", "27.1", "guidance_id"),),
    "assistance_case.work_started": (
        ("visit_after_start", "27.4a", "employment_id"),
        ("visit_after_one_month", "27.4b", "employment_id"),
        ("visit_after_three_months", "27.4b", "employment_id"),
        ("visit_after_six_months", "27.4b", "employment_id"),
        ("assisted_job_search_archive", "31", ""),
    ),
}
"""What gives rise to which duty, by which rule, for which item."""
_ARISE = """
    INSERT INTO stock.obligations (subject_id, duty, arose_position, since_position, stream_id, item_id, rule,
        agency_code, staff_id, trigger, arose_on, opens_on, due_on, provisional, outcome, turn)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'open', 0)
"""
_CLOSE = """
    UPDATE stock.obligations SET closed_on = %s, closed_position = %s,
        outcome = CASE WHEN %s <= due_on THEN 'met' ELSE 'late' END
    WHERE subject_id = %s AND outcome = 'open' AND opens_on <= %s AND {}
"""
_REDATE = """
    UPDATE stock.obligations SET trigger = %s, arose_on = %s, opens_on = %s, due_on = %s, provisional = %s
    WHERE subject_id = %s AND duty = 'out_of_contact_report' AND outcome = 'open'
"""
_ENTRY = "INSERT INTO stock.ledger_entries VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_OPEN = """
    INSERT INTO stock.job_seekers (stream_id, agency_code, opened_on, channel, last_position, last_contact_on,
        surveys, follow_ups, guidance, referrals, named_groups, occupations, areas, training_wanted,
        services_wanted, hindrances, skills)
    VALUES (%s, %s, %s, %s, %s, %s, 0, 0, 0, 0, '[]', '[]', '[]', '[]', '[]', '[]', '[]')
"""
_SIGN = """
    INSERT INTO stock.assistance_cases (stream_id, person_id, number, agency_code, specialist_id, place, signed_on,
        assisted_since, stage, stage_since, last_position, plan_revisions, guidance, programmes, referrals,
        referrals_failed, visits, consultations, last_contact_on)
    VALUES (%s, %s, 1, %s, %s, 'household', %s, %s, 'assisted', %s, %s, 0, 0, 0, 0, 0, 0, 0, %s)
"""


class PersonRecord(Aggregate):
    """What happened to a person, in the ledger or in a case."""

    @staticmethod
    def create_id(stream_id: UUID) -> UUID:
        """Return the id of the ledger or the case."""
        return stream_id

    @event("PersonBegun")
    def __init__(
        self, stream_id: UUID, kind: str, data: dict[str, Any], day: date, staff_id: str,
        agency_code: str, command_id: UUID,
    ) -> None:  # fmt: skip
        self.commands = {command_id: 1}

    @event("PersonServed")
    def served(
        self, kind: str, data: dict[str, Any], day: date, staff_id: str, agency_code: str,
        command_id: UUID,
    ) -> None:  # fmt: skip
        """Note that something was done."""
        self.commands[command_id] = self.version


def record(
    app: stock.Ledgers, held: dict[UUID, PersonRecord], recorded: RecordedEvent
) -> Iterable[CanMutateAggregate[UUID]]:
    """Return the library's events for one of ours."""
    fields: dict[str, Any] = {
        "kind": recorded.event.event_name,
        "data": app.data(recorded.event),
        "day": recorded.occurred_on,
        "staff_id": recorded.staff_id,
        "agency_code": recorded.agency_code,
        "command_id": uuid4(),
    }
    known = held.get(recorded.stream_id)
    if known is None:
        known = held[recorded.stream_id] = PersonRecord(stream_id=recorded.stream_id, **fields)
    else:
        known.served(**fields)
    events: list[CanMutateAggregate[UUID]] = known.collect_events()  # type: ignore[assignment]
    return events


def statements(
    happened: Any, day: date, position: int, calendar: WorkingDayCalendar
) -> list[Statement]:
    """Return what changes in the rows of the read models by one event of a person."""
    kind, data, stream = happened.kind, happened.data, happened.originator_id
    person = data.get("person_id") or stream
    is_case = kind.startswith("assistance_case.")
    section = (case if is_case else ledger).section_of(REGISTRY.names()[kind].model_construct())
    found: list[Statement] = [
        (
            _ENTRY,
            (
                stream, position, section.value, kind, data.get("referral_id") or person, day,
                happened.timestamp, day, happened.agency_code, happened.staff_id, False,
            ),
        )
    ]  # fmt: skip
    found += _row(happened, kind, data, day, position)
    found += _ended(kind, data, person, day, position)
    if kind in _CONTACTS:
        _, since, due = _dates("out_of_contact_report", day, calendar)
        found.append((_REDATE, (kind, since, since, due.day, due.provisional, person)))
    for duty, rule, item in _ARISES.get(kind, ()):
        counted_from = data.get("started_on") or day
        arose_on, opens_on, due = _dates(duty, counted_from, calendar)
        found.append(
            (
                _ARISE,
                (
                    person, duty, position, position, stream, data[item] if item else None, rule,
                    happened.agency_code, happened.staff_id, kind, arose_on, opens_on, due.day,
                    due.provisional,
                ),
            )
        )  # fmt: skip
    return found


def _row(
    happened: Any, kind: str, data: dict[str, Any], day: date, position: int
) -> list[Statement]:
    stream = happened.originator_id
    if kind == "job_seeker_ledger.opened":
        return [(_OPEN, (stream, happened.agency_code, day, data["channel"], position, day))]
    if kind == "assistance_case.agreement_signed":
        signed = (
            stream, data["person_id"], happened.agency_code, happened.staff_id, day, day, day,
            position, day,
        )  # fmt: skip
        return [(_SIGN, signed)]
    columns, given = _set(kind, data, day, position)
    table = "assistance_cases" if kind.startswith("assistance_case.") else "job_seekers"
    if kind in _CONTACTS:
        columns, given = (
            [*columns, "last_contact_on = greatest(last_contact_on, %s)"],
            [*given, day],
        )
    text = ", ".join([*columns, "last_position = %s"])
    return [(f"UPDATE stock.{table} SET {text} WHERE stream_id = %s", (*given, position, stream))]


def _set(kind: str, data: dict[str, Any], day: date, position: int) -> tuple[list[str], list[Any]]:
    match kind:
        case "job_seeker_ledger.basics_recorded":
            return (
                ["basics_position = %s", "residence_area = %s", "household = %s"],
                [position, data["residence_area"], data["household"]],
            )
        case "job_seeker_ledger.registered":
            wishes = data["wishes"]
            occupations = orjson.dumps(wishes["occupations"]).decode()
            return (
                [
                    "registered_on = %s",
                    "education = %s",
                    "occupations = %s",
                    "monthly_pay_from = %s",
                ],
                [day, data["education"], occupations, wishes["monthly_pay_from"]],
            )
        case "job_seeker_ledger.refined_information_recorded":
            skills = orjson.dumps(data["skills"]).decode()
            return (
                ["refined_on = %s", "skill_level = %s", "skills = %s"],
                [day, data["skill_level"], skills],
            )
        case "job_seeker_ledger.graded":
            return ["level = %s", "level_on = %s"], [data["level"], day]
        case "job_seeker_ledger.status_registered":
            since = date.fromisoformat(str(data["since"]))
            return ["status_registration = %s", "status_since = %s"], [data["registration"], since]
        case "job_seeker_ledger.recognised":
            since = date.fromisoformat(str(data["since"]))
            return ["recognised_as = %s", "recognised_since = %s"], [data["category"], since]
        case "job_seeker_ledger.readiness_judged":
            return ["job_ready = %s"], [data["is_ready"]]
        case "job_seeker_ledger.referred":
            return ["referrals = referrals + 1"], []
        case "assistance_case.guidance_given":
            return ["guidance = guidance + 1"], []
        case "assistance_case.search_archived":
            return ["search_archived_on = %s"], [day]
        case "assistance_case.visit_made":
            return ["visits = visits + 1", "job_ready = coalesce(%s, job_ready)"], [
                data["job_ready"]
            ]
        case "assistance_case.work_started":
            return (
                ["stage = 'employed'", "stage_since = %s", "employment_id = %s", "work = %s",
                 "started_work_on = %s"],
                [day, data["employment_id"], data["work"], data["started_on"]],
            )  # fmt: skip
    return [], []


def _ended(
    kind: str, data: dict[str, Any], person: UUID, day: date, position: int
) -> list[Statement]:
    common = (day, position, day)
    if kind == "job_seeker_ledger.referral_outcome_known":
        return [(_CLOSE.format("item_id = %s"), (*common, person, day, data["referral_id"]))]
    if kind == "assistance_case.agreement_signed":
        return [(_CLOSE.format("duty = 'agreement_signing'"), (*common, person, day))]
    if kind == "assistance_case.search_archived":
        return [(_CLOSE.format("duty = 'assisted_job_search_archive'"), (*common, person, day))]
    if kind == "assistance_case.visit_made":
        return [(_CLOSE.format("item_id = %s"), (*common, person, day, data["about_id"]))]
    return []


def _dates(duty: str, day: date, calendar: WorkingDayCalendar) -> tuple[date, date, Any]:
    edition = edition_on(day)
    if duty == "out_of_contact_report":
        day = edition.out_of_contact.due(day, calendar).day
    term = getattr(edition, duty)
    opens_on = term.window(day).opens if term.unit is Unit.ABOUT_MONTHS else day
    return day, opens_on, term.due(day, calendar)
