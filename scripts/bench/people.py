"""A specialist's worklist among a million ledgers and five million obligations, and a long ledger's view."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from itertools import chain
from random import Random
from statistics import quantiles
from typing import Any, NamedTuple

from psycopg import Connection

from ...domain.organisation.powers import Actor
from . import ours, persons
from .bulk import columns_of, without_indexes
from .measuring import Results, Setting
from .persons import LONG, Office
from .server import connect, database
from .staffing import TODAY
from .workload import SEED

NAME = "people"
LIMIT_MS = 20.0
ENTRIES = 300
DAYS_BACK = 30


def _load(
    opened: ours.Ours, connection: Connection[Any], held: list[Office], sample: int, ledgers: int
) -> dict[str, int]:
    """Fill the read models: `sample` persons from events, the rest copied from their rows."""
    ours.found(opened, persons.founding(held))
    lives = chain(persons.lives(sample, held), [persons.long_ledger(ENTRIES, held[0])])
    ours.load_recorded(opened, connection, persons.in_order(lives))
    opened.taizhang.projections.catch_up()
    _multiply(connection, held, max(ledgers // sample, 1) - 1)
    counted = {}
    for name, query in (
        ("ledgers", "SELECT count(*) FROM job_seekers"),
        ("obligations", "SELECT count(*) FROM obligations"),
        ("open obligations", "SELECT count(*) FROM obligations WHERE outcome = 'open'"),
    ):
        row = connection.execute(query.encode()).fetchone()
        counted[name] = int(row[0]) if row else 0
    counted["specialists"] = sum(len(office.specialists) for office in held)
    return counted


def _multiply(connection: Connection[Any], held: list[Office], copies: int) -> None:
    """Copy every person's rows so often, each copy to another specialist."""
    connection.execute("SET maintenance_work_mem = '256MB'")
    connection.execute("CREATE TEMP TABLE desks (place integer, agency text, staff text)")
    desks = [(office.code, who) for office in held for who in office.specialists]
    with connection.cursor() as cursor, cursor.copy(b"COPY desks FROM STDIN") as rows:
        for place, (code, who) in enumerate(desks):
            rows.write_row((place, code, who))
    # One line for each person that is made: of whom it is a copy, and who serves it.
    connection.execute(
        f"""
        CREATE TEMP TABLE made AS
        SELECT p.stream_id AS was, md5(p.stream_id::text || n)::uuid AS person_id, d.agency, d.staff
        FROM (SELECT stream_id, row_number() OVER (ORDER BY stream_id) AS place FROM job_seekers) AS p
            CROSS JOIN generate_series(1, {copies}) AS n
            JOIN desks AS d ON d.place = (p.place * 7919 + n) % {len(desks)}
        """.encode()
    )
    connection.execute("ANALYZE made")
    of_person = {"stream_id": "m.person_id", "agency_code": "m.agency"}
    _copy(connection, "job_seekers", of_person, "o.stream_id = m.was")
    _copy(
        connection,
        "obligations",
        {
            "subject_id": "m.person_id",
            "stream_id": "m.person_id",
            "agency_code": "m.agency",
            "staff_id": "m.staff",
        },
        "o.subject_id = m.was",
    )
    connection.execute("VACUUM ANALYZE job_seekers_g1")
    connection.execute("VACUUM ANALYZE obligations_g1")
    connection.execute("CHECKPOINT")


def _copy(connection: Connection[Any], name: str, changed: dict[str, str], of: str) -> None:
    table = f"{name}_g1"
    values = ", ".join(changed.get(one, f"o.{one}") for one in columns_of(connection, table))
    # In the order in which the rows would have come, so that block ranges tell as much as in a log.
    order = "ORDER BY o.since_position" if name == "obligations" else ""
    with without_indexes(connection, table):
        connection.execute(
            f"INSERT INTO {table} SELECT {values} FROM {table} AS o JOIN made AS m ON {of} {order}".encode()
        )


class _Calls(NamedTuple):
    """How long each call took, in milliseconds, and how many lines an answer had."""

    times: list[float]
    lines: float


def _calls(calls: Iterable[Callable[[], int]]) -> _Calls:
    times, lines = [], 0
    for call in calls:
        began = time.perf_counter()
        lines += call()
        times.append((time.perf_counter() - began) * 1000)
    return _Calls(times, lines / len(times))


def _worklists(opened: ours.Ours, held: list[Office], number: int, back: int, seed: int) -> _Calls:
    """Ask for the worklists of some specialists, one after the other."""
    queries = opened.taizhang.queries()
    desks = [(office.code, who) for office in held for who in office.specialists]
    day = TODAY - timedelta(days=back) if back else None

    def ask(code: str, who: str) -> int:
        return len(queries.worklist(code, by=Actor.system(code), staff_id=who, day=day))

    return _calls(partial(ask, *desk) for desk in Random(seed).sample(desks, number))


def _views(opened: ours.Ours, office: Office, number: int, *, in_clear: bool) -> _Calls:
    """Ask for the long ledger again and again."""
    people = opened.taizhang.queries().people
    person_id = persons.Life(LONG, office.code, office.specialists[0]).person_id
    by = Actor(staff_id=office.specialists[0], agency_code=office.code)
    reason = "回访前查阅" if in_clear else None

    def ask() -> int:
        view = people.job_seeker_ledger(person_id, by=by, reason=reason)
        return sum(len(one.entries) for one in view.sections)

    return _calls([ask] * number)


def measure(setting: Setting, results: Results) -> None:
    """Measure worklists of today and of a past day, and the view of a ledger, with and without what is personal."""
    ledgers, sample = setting.size(1_000_000, 100), setting.size(2_000, 50)
    held = persons.offices(setting.size(340, 17), setting.size(10, 2))
    asked, views = setting.size(200, 10), setting.size(60, 5)
    setting.say(f"loading {ledgers:,} ledgers with their obligations")
    with database(setting.url) as url:
        opened = ours.Ours(url, setting.key)
        with connect(url, "ours") as connection:
            counted = _load(opened, connection, held, sample, ledgers)
        setting.say("worklists and ledger views")
        size = f"{counted['ledgers']:,} ledgers, {counted['obligations']:,} obligations"
        cases: dict[str, Callable[[int], _Calls]] = {
            f"worklist of a specialist, {size}": partial(_worklists, opened, held, asked, 0),
            f"worklist of {DAYS_BACK} days ago": partial(
                _worklists, opened, held, asked, DAYS_BACK
            ),
            f"ledger of {ENTRIES} entries": lambda _: _views(
                opened, held[0], views, in_clear=False
            ),
            f"ledger of {ENTRIES} entries, in clear": lambda _: _views(
                opened, held[0], views, in_clear=True
            ),
        }
        taken: dict[str, dict[str, list[float]]] = {case: {"p50": [], "p99": []} for case in cases}
        for number in range(-1, setting.rounds):
            for case, ask in cases.items():
                found = ask(SEED + number)
                counted[f"lines of a {case.split(',')[0]}"] = round(found.lines)
                if number >= 0:
                    cuts = quantiles(found.times, n=100)
                    taken[case]["p50"].append(cuts[49])
                    taken[case]["p99"].append(cuts[98])
        opened.close()
    for case, figures in taken.items():
        results.take(NAME, case, "ms", figures)
    results.bound(NAME, next(iter(cases)), "p50", LIMIT_MS)
    results.notes.append(
        "people: "
        + ", ".join(f"{count:,} {name}" for name, count in counted.items())
        + f". {sample:,} persons' rows come from events, folded by the projector; the others are copies made by "
        "SQL, each with another specialist. A figure of a round is the middle (p50) or the hundredth part from "
        "the top (p99) of the calls of that round, each for another specialist: through the query an integrator "
        "calls, with names decrypted and every line explained."
    )
