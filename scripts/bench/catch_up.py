"""Catching the real read models up from an empty table to the head of a long log."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from psycopg import Connection

from ...infrastructure.projecting.projection_store import Generation, create_relation, row_cursor
from ...projections.catalogue import read_models
from . import ours, stock, stock_projection
from .clients import Work, kept, leave
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .workload import log

NAME = "catch-up"
OURS, STOCK, COPY, COPY_ROWS, RAW = (
    "ours",
    "stock",
    "COPY of the same rows, ready bytes",
    "COPY of the same rows, from Python",
    "raw rows of the log",
)
_RAW = (
    "SELECT originator_id, originator_version, topic, state, notification_id, occurred_on, recorded_at, "
    "staff_id, agency_code, command_id FROM stored_events WHERE notification_id > %s "
    "ORDER BY notification_id LIMIT 4000"
)


def forget(connection: Connection[Any]) -> None:
    """Set the live read models back to the beginning, as if none had been folded."""
    for model in read_models():
        connection.execute(f"TRUNCATE {model.name}_g1".encode())
    connection.execute("UPDATE read_models SET position = 0")


def job(url: str, key: str, events: int) -> Work:
    """Prepare a catch-up from nothing."""
    opened = kept("ours", url, lambda: ours.Ours(url, key))
    opened.taizhang.projections.prepare()
    with connect(url, "ours") as connection:
        forget(connection)

    def work() -> int:
        opened.taizhang.projections.catch_up()
        return events

    return work


def _copy(url: str, events: int, *, ready: bool) -> Work:
    """Prepare a COPY of the rows that the catch-up left, into tables with the same keys and indexes."""
    connection = kept("copy", url, lambda: connect(url, "ours"))
    cursor = row_cursor(connection)
    held: list[tuple[Generation, Any]] = []
    for model in read_models():
        name = f"copied_{model.name}"
        cursor.execute(f"DROP TABLE IF EXISTS {name}".encode())
        create_relation(cursor, model.table, name)
        held.append((Generation(model, name), _rows(cursor, model.name, ready=ready)))
    connection.execute("CHECKPOINT")

    def work() -> int:
        for generation, rows in held:
            with cursor.copy(generation.copy) as copy:
                if ready:
                    for chunk in rows:
                        copy.write(chunk)
                    continue
                copy.set_types(generation.types)
                for row in rows:
                    copy.write_row(row)
        return events

    return work


def _rows(cursor: Any, name: str, *, ready: bool) -> list[Any]:
    if not ready:
        return list(cursor.execute(f"SELECT * FROM {name}_g1".encode(), binary=True).fetchall())
    with cursor.copy(f"COPY {name}_g1 TO STDOUT (FORMAT BINARY)".encode()) as rows:
        whole = b"".join(bytes(chunk) for chunk in rows)
    return [whole[at : at + 65_536] for at in range(0, len(whole), 65_536)]


def _raw(url: str) -> Work:
    """Prepare reading the log page by page with nothing made of it: the limit of what can be folded."""
    connection = kept("raw", url, lambda: connect(url, "ours"))

    def work() -> int:
        count = after = 0
        with connection.cursor(binary=True) as cursor:
            while rows := cursor.execute(_RAW, (after,), prepare=True).fetchall():
                count += len(rows)
                after = rows[-1][4]
        return count

    return work


def load(setting: Setting, url: str, events: int) -> None:
    """Put a log of `events` events into a database."""
    opened = ours.Ours(url, setting.key)
    ours.found(opened)
    with connect(url, "ours") as connection:
        ours.load_log(opened, connection, log(events))
    opened.close()


def measure(setting: Setting, results: Results) -> None:
    """Measure ours and the limits on the whole log, the library's runner on a sample of the like."""
    events, sample = setting.size(200_000, 500), setting.size(1_500, 50)
    results.notes.append(
        f"catch-up: {events:,} events of vacancy work through all read models from empty tables, with an entry "
        "row for each event; events a second. Read models that none of these events concerns (those of persons) "
        f"stand beside, for every peer, and stay empty. The library's runner folds a log of {sample:,} events made in "
        "the same way, one event a transaction; the last figure of each is divided by its number of events."
    )
    setting.say(f"catch-up of {events:,} events")
    with database(setting.url) as url:
        load(setting, url, events)
        app = stock.create(url)
        with connect(url, "stock") as connection:
            stock.load_log(app, connection, log(sample))
        app.close()
        stock_projection.create_tables(url)

        def runner() -> float:
            stock_projection.reset(url)
            return stock_projection.run(url, sample, timeout=120)

        def turn(work: Any, *share: Any) -> float:
            time.sleep(0.1)
            return setting.crew.run(work, [(url, *share)]).rate

        taken = in_turns(
            setting.rounds,
            [
                (OURS, partial(turn, job, setting.key, events)),
                (STOCK, runner),
                (COPY, partial(turn, partial(_copy, ready=True), events)),
                (COPY_ROWS, partial(turn, partial(_copy, ready=False), events)),
                (RAW, partial(turn, _raw)),
            ],
            rehearse=False,  # each turn is long enough to be its own
        )
        setting.crew.run(leave, [(url,)])
    case = f"{events:,} events"
    results.take(NAME, case, "events/s", taken)
    results.compare(NAME, case, OURS, STOCK, 30.0)
    results.compare(NAME, case, OURS, COPY, 0.3)
    results.compare(NAME, case, OURS, COPY_ROWS)
    results.compare(NAME, case, OURS, RAW)
