"""The same read models as its users would fold them with the library's `ProjectionRunner`.

A view is a tracking recorder with methods that change rows; each event is one transaction with its
tracking. The statements change rows where they lie, so that nothing is read first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from ...domain.calendar import WorkingDayCalendar, shanghai_day
from ...domain.employer.content import VacancyContent
from ...domain.employer.ledger import Section
from ...domain.identity import mask_name
from ...domain.regulation.edition import edition_on
from ...infrastructure.projecting.projection_store import create_relation
from ...projections.catalogue import read_models
from ...projections.vacancies import MISSING_BITS
from . import stock, stock_people
from .server import connect

_SECTIONS = {
    **dict.fromkeys(("Opened", "LicenceVerified", "AgentVerified"), Section.BASICS),
    **dict.fromkeys(("VacancyPassed", "VacancyReturned"), Section.TRACKING_CHECKS),
    "ReferralMade": Section.GUIDANCE_AND_REFERRALS,
    "ReferralOutcomeLearnt": Section.DEMAND_MET,
}
_ENTRY = "INSERT INTO stock.ledger_entries VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ARISE = """
    INSERT INTO stock.obligations (subject_id, duty, arose_position, since_position, stream_id, rule, agency_code,
        staff_id, trigger, arose_on, opens_on, due_on, provisional, outcome, turn)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'open', 0)
"""
_CLOSE = """
    UPDATE stock.obligations SET closed_on = %s, closed_position = %s,
        outcome = CASE WHEN %s THEN 'cancelled' WHEN %s <= due_on THEN 'met' ELSE 'late' END
    WHERE subject_id = %s AND duty = %s AND outcome = 'open'
"""
_DRAFT = """
    INSERT INTO stock.vacancies (vacancy_id, stream_id, agency_code, title, status, drafted_on, external_id,
        headcount, missing, violations, concerns, findings, screened_with, first_position, last_position,
        content_position, returned_count, filled)
    VALUES (%s, %s, %s, %s, 'draft', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0)
"""
_UPDATE = "UPDATE stock.vacancies SET {}, last_position = %s WHERE vacancy_id = %s"
_RULES = {
    "vacancy_review": "38.1",
    "vacancy_publication": "39.1",
    "vacancy_archive": "41",
    "referral_outcome": "41",
}
_ARISES = {
    "VacancySubmitted": "vacancy_review",
    "VacancyPassed": "vacancy_publication",
    "VacancyPublished": "vacancy_archive",
    "VacancyWithdrawn": "vacancy_archive",
    "ReferralMade": "referral_outcome",
}
_ENDS: dict[str, tuple[tuple[str, bool], ...]] = {
    "VacancyPassed": (("vacancy_review", False),),
    "VacancyReturned": (("vacancy_review", False),),
    "VacancyPublished": (("vacancy_publication", False),),
    "VacancyArchived": (("vacancy_archive", False),),
    "VacancyWithdrawn": (
        ("vacancy_review", True),
        ("vacancy_publication", True),
        ("vacancy_archive", True),
    ),
    "ReferralOutcomeLearnt": (("referral_outcome", False),),
}

Statement = tuple[str, tuple[Any, ...]]


class LedgerView(PostgresTrackingRecorder):
    """The tables, changed event by event."""

    goal: int = 0
    began: float = 0.0
    ended: float = 0.0
    done = threading.Event()

    def change(self, statements: list[Statement], tracking: Tracking) -> None:
        """Carry statements out and track the event, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            for statement, values in statements:
                cursor.execute(statement.encode(), values, prepare=True)
            self._insert_tracking(cursor, tracking)
        if tracking.notification_id >= LedgerView.goal:
            LedgerView.ended = time.perf_counter()
            LedgerView.done.set()


class LedgerProjection(Projection[LedgerView]):
    """Turns an event into what changes."""

    name = "ledgers"

    def __init__(self, view: LedgerView) -> None:
        super().__init__(view)
        self._calendar = WorkingDayCalendar()

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Fold one event into all read models."""
        LedgerView.began = LedgerView.began or time.perf_counter()
        kind, position = type(domain_event).__name__, tracking.notification_id
        day = domain_event.day
        if kind in ("PersonBegun", "PersonServed"):
            changes = stock_people.statements(domain_event, day, position, self._calendar)
            self.view.change(changes, tracking)
            return
        statements = [self._entry(kind, domain_event, day, position)]
        if handler := _HANDLERS.get(kind):
            statements.append(handler(domain_event, day, position))
        subject = getattr(domain_event, "referral_id", None) or getattr(
            domain_event, "vacancy_id", None
        )
        for duty, cancelled in _ENDS.get(kind, ()):
            statements.append((_CLOSE, (day, position, cancelled, day, subject, duty)))
        if kind in _ARISES:
            statements.append(self._arise(kind, domain_event, day, position, subject))
        self.view.change(statements, tracking)

    def _entry(self, kind: str, event: Any, day: date, position: int) -> Statement:
        subject = getattr(event, "referral_id", None) or getattr(event, "vacancy_id", None)
        section = _SECTIONS.get(kind, Section.REGISTRATION_AND_VACANCIES)
        # The sample is recorded in one go: its day of entry is not the day of service.
        late = shanghai_day(event.timestamp) < day
        return _ENTRY, (
            event.originator_id, position, section.value, kind, subject, day, event.timestamp,
            day, event.agency_code, event.staff_id, late,
        )  # fmt: skip

    def _arise(self, kind: str, event: Any, day: date, position: int, subject: Any) -> Statement:
        duty = _ARISES[kind]
        since = event.valid_until if kind == "VacancyPublished" else day
        due = getattr(edition_on(day), duty).due(since, self._calendar)
        return _ARISE, (
            subject, duty, position, position, event.originator_id, _RULES[duty],
            event.agency_code, event.staff_id, kind, since, since, due.day, due.provisional,
        )  # fmt: skip


def _opened(event: Any, day: date, position: int) -> Statement:
    basics = event.basics
    return (
        "INSERT INTO stock.employers (stream_id, credit_code, name, agency_code, nature, industry_code, "
        "economic_type, size_, address, basics_stated, opened_on, last_position, agents) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '{}')",
        (
            event.originator_id, event.credit_code, event.name, event.agency_code,
            basics["nature"], basics["industry_code"], basics["economic_type"], basics["size"],
            basics["address"], True, day, position,
        ),
    )  # fmt: skip


def _agent(event: Any, _: date, position: int) -> Statement:
    last_good = min(event.authority_valid_until, event.identity_valid_until or date.max)
    masked = mask_name(event.name)
    agent = {str(event.agent_id): {"valid_until": last_good.isoformat(), "name": masked}}
    return (
        "UPDATE stock.employers SET agents = agents || %s::jsonb, agent_valid_until = greatest(agent_valid_until, "
        "%s::date), agent_name_masked = %s, last_position = %s WHERE stream_id = %s",
        (orjson.dumps(agent).decode(), last_good, masked, position, event.originator_id),
    )


def _drafted(event: Any, day: date, position: int) -> Statement:
    content = VacancyContent.model_construct(**event.content)
    missing = sum(MISSING_BITS[item] for item in content.missing_items(employer_stated=True))
    findings, violations = event.screening["findings"], event.screening["violations"]
    return _DRAFT, (
        event.vacancy_id, event.originator_id, event.agency_code, content.title, day,
        event.external_id, content.headcount, missing, violations, len(findings) - violations,
        orjson.dumps(findings).decode() if findings else None, event.screening["version"],
        position, position, position,
    )  # fmt: skip


def _revised(event: Any, _: date, position: int) -> Statement:
    content = VacancyContent.model_construct(**event.content)
    missing = sum(MISSING_BITS[item] for item in content.missing_items(employer_stated=True))
    violations = event.screening["violations"]
    return (
        _UPDATE.format("title = %s, headcount = %s, missing = %s, violations = %s, screened_with = %s"),
        (content.title, content.headcount, missing, violations, event.screening["version"],
         position, event.vacancy_id),
    )  # fmt: skip


def _set(
    columns: str, *values: Callable[[Any, date], Any]
) -> Callable[[Any, date, int], Statement]:
    statement = _UPDATE.format(columns)

    def handler(event: Any, day: date, position: int) -> Statement:
        return statement, (*(value(event, day) for value in values), position, event.vacancy_id)

    return handler


def _day(_: Any, day: date) -> date:
    return day


def _staff(event: Any, _: date) -> str:
    return str(event.staff_id)


_HANDLERS: dict[str, Callable[[Any, date, int], Statement]] = {
    "Opened": _opened,
    "LicenceVerified": lambda event, day, position: (
        "UPDATE stock.employers SET licence_valid_from = %s, licence_valid_until = %s, last_position = %s "
        "WHERE stream_id = %s",
        (event.valid_from, event.valid_until, position, event.originator_id),
    ),
    "AgentVerified": _agent,
    "Registered": lambda event, day, position: (
        "UPDATE stock.employers SET registered_on = %s, last_position = %s WHERE stream_id = %s",
        (day, position, event.originator_id),
    ),
    "VacancyDrafted": _drafted,
    "VacancyRevised": _revised,
    "VacancySubmitted": _set(
        "status = 'submitted', channel = %s, submitted_on = %s, submitted_by = %s, reviewed_on = NULL, "
        "reviewed_by = NULL, review_outcome = NULL, overruled = NULL",
        lambda event, _: event.channel,
        _day,
        _staff,
    ),
    "VacancyPassed": _set(
        "status = 'passed', review_outcome = 'passed', reviewed_on = %s, reviewed_by = %s, overruled = %s",
        _day,
        _staff,
        lambda event, _: event.overruled,
    ),
    "VacancyReturned": _set(
        "status = 'returned', review_outcome = 'returned', reviewed_on = %s, reviewed_by = %s, "
        "returned_count = returned_count + 1, defects = %s",
        _day,
        _staff,
        lambda event, _: orjson.dumps(event.defects).decode(),
    ),
    "VacancyPublished": _set(
        "status = 'published', published_on = %s, published_by = %s, valid_until = %s",
        _day,
        _staff,
        lambda event, _: event.valid_until,
    ),
    "VacancyWithdrawn": _set(
        "status = 'withdrawn', ended_on = %s, end_reason = %s", _day, lambda event, _: event.reason
    ),
    "VacancyLapsed": _set("status = 'lapsed', ended_on = %s, end_reason = 'lapsed'", _day),
    "VacancyArchived": _set("status = 'archived', archived_on = %s", _day),
}


def create_tables(url: str) -> None:
    """Make the tables of the read models, with the keys and indexes that ours have."""
    with connect(url, "stock") as connection, connection.cursor() as cursor:
        for model in read_models():
            create_relation(cursor, model.table, model.name)


def reset(url: str) -> None:
    """Empty the tables and forget what was tracked."""
    names = ", ".join(model.name for model in read_models())
    with connect(url, "stock") as connection:
        connection.execute(f"TRUNCATE {names}".encode())
        connection.execute("DROP TABLE IF EXISTS ledgers_tracking")


def run(url: str, events: int, timeout: float) -> float:
    """Fold the whole log of `events` events; return how many a second, from the first to the last."""
    LedgerView.goal, LedgerView.began, LedgerView.ended = events, 0.0, 0.0
    LedgerView.done.clear()
    runner = ProjectionRunner(
        application_class=stock.Ledgers,
        projection_class=LedgerProjection,
        view_class=LedgerView,
        env=stock.environment(url, create=True),
    )
    with runner:
        finished = LedgerView.done.wait(timeout)
    if not finished:
        raise TimeoutError(f"{events} events were not folded in {timeout} seconds")
    return events / (LedgerView.ended - LedgerView.began)
