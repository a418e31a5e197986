"""Gathers the facts of a daily vacancy notice from the read models, in a few set-based queries.

The connection shows the read models as of one log position, as the relations ``employers_asof``,
``vacancies_asof``, ``ledger_entries_asof`` and ``obligations_asof``. Figures over all public
vacancies are counted in the database; only vacancies that may have a defect, and those of the day,
come here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row
from pydantic import TypeAdapter

from ...domain.calendar import WorkingDayCalendar, day_bounds
from ...domain.employer.content import WordingFinding
from ...domain.organisation.directory import Agency, Directory
from ...domain.regulation import Edition, edition_on
from ...domain.screening import SCREENING_VERSION, Severity
from ...projections.collector import collector_paused
from ...projections.daily_vacancy_notice.check import Judged, is_public, screened_again
from ...projections.daily_vacancy_notice.facts import (
    DutyRow,
    EmployerRow,
    Flow,
    LateRow,
    NoticeFacts,
    Stock,
    Touched,
    VacancyRow,
    VacancyTexts,
)
from ...projections.daily_vacancy_notice.figures import SERIES_DAYS
from ...projections.daily_vacancy_notice.model import TOPICS, DailyVacancyNotice
from .scope import Scope, names_of

T = TypeVar("T")

DUTY_RULES = ("38.1", "39.1", "41")
"""The rules whose overdue duties the notice names: review, publication, archive, outcomes of referrals."""

BATCH = 1000
"""Vacancies whose texts are asked for at once."""

_SQL = Path(__file__).parent / "sql"
_FINDINGS = TypeAdapter(tuple[WordingFinding, ...])
_COLUMNS = """
    v.vacancy_id, v.agency_code, v.title, v.status, v.external_id, v.channel, v.publisher_id,
    v.submitted_on, v.submitted_by, v.reviewed_on, v.reviewed_by, v.review_outcome, v.overruled,
    v.published_on, v.valid_until, v.ended_on, v.missing,
    CASE WHEN v.status = 'published' AND (v.violations > 0 OR v.concerns > 0) THEN v.findings::text END,
    v.screened_with, v.last_position,
    e.stream_id, e.credit_code, e.name, e.basics_stated, e.licence_valid_from,
    e.licence_valid_until, e.agent_valid_until, e.registered_on"""


@collector_paused()
def gather(
    connection: psycopg.Connection[Any],
    directory: Directory,
    superior: Agency,
    day: date,
    position: int,
    *,
    calendar: WorkingDayCalendar,
    texts: VacancyTexts,
    previous: DailyVacancyNotice | None = None,
    edition: Edition | None = None,
    cutoff: datetime | None = None,
) -> NoticeFacts:
    """Return the facts of the notice of `day` by `superior`, as of log `position`.

    `connection` must show the read models as of that position. `previous` is the last issued notice,
    whose problems are looked up. `edition` defaults to the one in force on `day`, `cutoff` to the end
    of `day` in Shanghai.

    Rule 56.1.
    """
    edition = edition or edition_on(day)
    scope = Scope(directory, superior, day)
    query = _Query(connection, scope.codes, day)
    stock = tuple(Stock(*row) for row in query("notice_stock"))
    counted = list(query("notice_flows", since=day - timedelta(days=SERIES_DAYS - 1)))
    suspects = query(
        "notice_suspects",
        screening=SCREENING_VERSION,
        ended_by=Judged(day, edition, calendar).archive_overdue_since(),
    )
    today = (_vacancy(row) for row in query("notice_today"))
    # The day's rows last: they know the day's events, and take the place of the same vacancy's other.
    by_id = {row.vacancy_id: row for row in (*map(_vacancy, suspects), *today)}
    candidates = [by_id[vacancy_id] for vacancy_id in sorted(by_id)]
    known, candidates = _texts_of(candidates, texts)
    present = {row.vacancy_id for row in candidates}
    gone = {d.vacancy.vacancy_id for d in previous.defects} - present if previous else set()
    former = [_vacancy(row) for row in query("notice_former", ids=sorted(gone))] if gone else []
    late = tuple(_late(row) for row in query("notice_late"))
    duties = tuple(_duty(row) for row in query("notice_duties", rules=list(DUTY_RULES)))
    spoken_of = {
        *(row.reviewed_by for row in candidates),
        *(entry.staff_id for entry in late),
        *(duty.staff_id for duty in duties),
    }
    occurring = {
        *(line.agency_code for line in stock),
        *(line[0] for line in counted),
        *(row.agency_code for row in candidates),
        *(row.agency_code for row in former),
        *(duty.agency_code for duty in duties),
    }
    placements = {code: scope.placements[code] for code in occurring if code in scope.placements}
    direct = scope.lines(placements)
    return NoticeFacts(
        day=day,
        superior=scope.superior,
        direct=direct,
        placements=placements,
        staff=names_of(directory, spoken_of),
        position=position,
        cutoff=cutoff or day_bounds(day)[1],
        edition=edition,
        calendar=calendar,
        closed=frozenset(scope.closed),
        stock=stock,
        touched=tuple(Touched(*row[:3]) for row in counted),
        flows=tuple(
            Flow(code, recorded_on, topic, events)
            for code, recorded_on, _, *numbers in counted
            for topic, events in zip(TOPICS, numbers, strict=True)
            if events
        ),
        candidates=tuple(candidates),
        former=tuple(row for row in former if row.agency_code in scope.placements),
        texts=known,
        late=late,
        duties=duties,
    )


class _Query:
    """Runs the queries kept beside this file."""

    def __init__(self, connection: psycopg.Connection[Any], codes: list[str], day: date) -> None:
        self._connection = connection
        self._common = {"codes": codes, "day": day, "topics": list(TOPICS)}

    def __call__(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            cursor.execute(_statement(name), {**self._common, **values})
            while rows := cursor.fetchmany(5000):
                yield from rows


@cache
def _statement(name: str) -> bytes:
    """Return the query kept under a name, with its lists of columns filled in."""
    counts = (f"count(*) FILTER (WHERE topic = '{topic}') AS \"{topic}\"" for topic in TOPICS)
    sums = (f'sum("{topic}")::bigint' for topic in TOPICS)
    text = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    text = text.replace("{columns}", _COLUMNS)
    text = text.replace("{counts}", ", ".join(counts)).replace("{sums}", ", ".join(sums))
    return text.encode()


def _vacancy(row: tuple[Any, ...]) -> VacancyRow:
    *own, findings, screened_with, last_position = row[:20]
    own[16] = own[16] or 0  # missing
    employer = None
    if row[20] is not None:
        papers = list(row[20:28])
        papers[3] = bool(papers[3])  # basics_stated
        employer = EmployerRow(*papers)
    found = _FINDINGS.validate_json(findings) if findings else ()
    topics = frozenset(row[28] or ())
    held = [*own[:4], employer, *own[4:], found, screened_with, last_position, topics]
    return VacancyRow(*held)


def _late(row: tuple[Any, ...]) -> LateRow:
    held = list(row)
    held[4:6] = row[4] or "", row[5] or ""  # the employer, where its row is not known
    return LateRow(*held)


def _duty(row: tuple[Any, ...]) -> DutyRow:
    held = list(row)
    held[7:9] = row[7] or "", row[8] or ""
    return DutyRow(*held)


def _texts_of(
    rows: list[VacancyRow], texts: VacancyTexts
) -> tuple[dict[UUID, Mapping[str, str]], list[VacancyRow]]:
    """Return the texts that the notice quotes from, and the rows with findings of today's screening.

    A row whose findings come from another version is screened again; with the same version that
    would find the same, because the screening is pure.
    """
    known: dict[UUID, Mapping[str, str]] = {}
    fresh: dict[UUID, VacancyRow] = {}
    wanted = [row for row in rows if _is_stale(row) or _is_quoted(row)]
    for batch in _batches(wanted, BATCH):
        found = texts([row.vacancy_id for row in batch])
        for row in batch:
            text = found.get(row.vacancy_id)
            if text is None:
                continue
            if _is_stale(row):
                again = replace(row, findings=screened_again(text), screened_with=SCREENING_VERSION)
                fresh[row.vacancy_id] = row = again
            if _is_quoted(row):
                known[row.vacancy_id] = text
    return known, [fresh.get(row.vacancy_id, row) for row in rows] if fresh else rows


def _is_stale(row: VacancyRow) -> bool:
    return is_public(row) and row.screened_with != SCREENING_VERSION


def _is_quoted(row: VacancyRow) -> bool:
    return is_public(row) and any(
        finding.severity is Severity.VIOLATION or row.topics for finding in row.findings
    )


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
