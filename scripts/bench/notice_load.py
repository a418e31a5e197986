"""A city's read models for the notice of one day: a part from events, the rest multiplied from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from psycopg import Connection

from . import ours
from .staffing import DISTRICTS, TODAY
from .workload import SEED, Fact, Place, life, qualification

DAY = TODAY
BEFORE = (0, 3, 31, 33)
"""Days before the notice's on which vacancies begin that have a record on it: each a quarter of them.

They were drafted and submitted, passed and published, ended, archived on the day.
"""
EMPLOYER_COPIES = 50
_EMPLOYER = "md5({0}.stream_id::text || {1})::uuid"


def places(changed: int) -> Iterator[Place]:
    """Yield the log of the vacancies with a record on the day, ten to an employer, by day."""
    employers = max(changed // 10, 1)
    facts: list[tuple[date, int, Place]] = []

    def take(number: int, fact: Fact) -> None:
        if fact.day <= DAY:
            agency = DISTRICTS[number % len(DISTRICTS)]
            facts.append((fact.day, len(facts), Place(number, agency, fact)))

    for number in range(employers):
        for fact in qualification(number, DAY - timedelta(days=60)):
            take(number, fact)
    for place in range(changed):
        for fact in life(Random(SEED + place), DAY - timedelta(days=BEFORE[place % 4])):
            take(place % employers, fact)
    facts.sort(key=lambda entry: entry[:2])
    for _, _, place_ in facts:
        yield place_


def load(opened: ours.Ours, connection: Connection[Any], changed: int, live: int) -> dict[str, int]:
    """Fill the read models; return how many vacancies and employers there are."""
    ours.found(opened)
    ours.load_log(opened, connection, places(changed))
    opened.taizhang.projections.catch_up()
    _multiply(connection, live)
    counted = {}
    for name, query in (
        ("live vacancies", "SELECT count(*) FROM vacancies WHERE status = 'published'"),
        ("employers", "SELECT count(*) FROM employers"),
        ("entries", "SELECT count(*) FROM ledger_entries"),
        (
            "vacancies with a record on the day",
            f"SELECT count(DISTINCT subject_id) FROM ledger_entries WHERE recorded_on = '{DAY}' "
            "AND topic LIKE 'vacancy.%'",
        ),
    ):
        row = connection.execute(query.encode()).fetchone()
        counted[name] = int(row[0]) if row else 0
    return counted


def _multiply(connection: Connection[Any], live: int) -> None:
    """Copy published vacancies, with employers, entries and duties, until so many are live.

    Copies were published on the 3 to 27 days before. Where the original lacks an item only one copy in
    ten is made, and none where its wording is unlawful: the wording would have to be in the log.
    """
    connection.execute(
        "CREATE TEMP TABLE base AS SELECT * FROM vacancies_g1 WHERE status = 'published' AND violations = 0"
    )
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE missing = 0), count(*) FILTER (WHERE missing <> 0) FROM base"
    ).fetchone()
    assert row is not None
    copies = max(round(live / (row[0] + row[1] / 10)), 1)
    _copy(
        connection,
        "employers",
        {"stream_id": _EMPLOYER.format("o", "n")},
        f"employers_g1 AS o, generate_series(1, {EMPLOYER_COPIES - 1}) AS n",
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE made AS SELECT b.vacancy_id AS was, gen_random_uuid() AS vacancy_id,
            CASE n % {EMPLOYER_COPIES} WHEN 0 THEN b.stream_id
                ELSE {_EMPLOYER.format("b", f"n % {EMPLOYER_COPIES}")} END AS stream_id,
            3 + n % 25 AS days
        FROM base AS b, generate_series(1, {copies}) AS n WHERE b.missing = 0 OR n % 10 = 0
    """.encode()
    )
    days = {
        name: f"o.{name} - m.days"
        for name in ("drafted_on", "submitted_on", "reviewed_on", "published_on")
    }
    of_made = {"vacancy_id": "m.vacancy_id", "stream_id": "m.stream_id"}
    _copy(
        connection,
        "vacancies",
        {**of_made, **days},
        "base AS o JOIN made AS m ON m.was = o.vacancy_id",
    )
    _copy(
        connection,
        "ledger_entries",
        {
            "stream_id": "m.stream_id",
            "subject_id": "m.vacancy_id",
            "position": "-row_number() OVER ()",
            "occurred_on": "o.occurred_on - m.days",
            "recorded_at": "o.recorded_at - make_interval(days => m.days)",
            "recorded_on": "o.recorded_on - m.days",
        },
        "ledger_entries_g1 AS o JOIN made AS m ON m.was = o.subject_id WHERE o.topic = 'vacancy.published'",
    )
    _copy(
        connection,
        "obligations",
        {"subject_id": "m.vacancy_id", "stream_id": "m.stream_id", "arose_on": "o.arose_on"},
        "obligations_g1 AS o JOIN made AS m ON m.was = o.subject_id WHERE o.outcome = 'open'",
    )
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def _copy(connection: Connection[Any], name: str, changed: dict[str, str], source: str) -> None:
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum",
        (f"{name}_g1",),
    ).fetchall()
    values = ", ".join(changed.get(column, f"o.{column}") for (column,) in found)
    connection.execute(f"INSERT INTO {name}_g1 SELECT {values} FROM {source}".encode())
