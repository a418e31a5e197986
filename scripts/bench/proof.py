"""Proving a log unaltered, and exporting a record with its proof."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection

from ...domain.organisation.powers import Actor
from ...infrastructure.proof.verify import subjects_by_topic
from ...infrastructure.proof.verify_crew import SETTINGS
from ...infrastructure.proof.verify_seals import SealWalk, public_keys
from ...infrastructure.proof.verify_walk import check_stretch
from . import ours
from .clients import Job, Work, kept, leave
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .staffing import AGENCY, CITY
from .workload import Place, credit_code, ledger, log

NAME = "proof"
SEAL, RAW, RAW_TWO = "sealing", "raw rows, 1 process", "raw rows, 2 processes"
WHOLE, WHOLE_TWO = "verify, 1 process", "verify, 2 processes"
ONE, TWO = "events and seals, 1 process", "events and seals, 2 processes"
EXPORT = "export"
RECORD = 9_000_000
"""The number of the employer whose record is exported: its events stand all over the log."""
_RAW = (
    "COPY (SELECT * FROM stored_events WHERE notification_id > %d AND notification_id <= %d "
    "ORDER BY notification_id) TO STDOUT (FORMAT BINARY)"
)


def _raw(url: str, part: int, parts: int) -> Work:
    """Prepare reading the same bytes in the same order with nothing made of them: the limit."""
    connection = kept("raw", url, lambda: connect(url, "ours"))
    (head,) = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone() or (
        0,
    )
    statement = _RAW % (head * part // parts, head * (part + 1) // parts)

    def work() -> int:
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as rows:
            return sum(1 for _ in rows) - 1  # the last is the end of the file

    return work


def _walk(url: str, part: int, parts: int) -> Work:
    """Prepare what `verify` lets several processes do: a share of the stretches between seals."""
    connection = kept("walk", url, lambda: connect(url, "ours"))
    for setting in SETTINGS:
        connection.execute(setting)
    cursor = connection.cursor()
    known, _ = public_keys(cursor)
    (head,) = cursor.execute("SELECT max(notification_id) FROM stored_events").fetchone() or (0,)
    subjects = subjects_by_topic()
    shares = list(SealWalk(cursor, known, None, head).stretches())[part::parts]

    def work() -> int:
        walked = [check_stretch(connection, known, subjects, stretch) for stretch in shares]
        assert not any(one.findings for one in walked)
        return sum(one.rows for one in walked)

    return work


def _places(events: int, of_record: int) -> Iterable[Place]:
    """Yield a log with one record of `of_record` events spread over it."""
    places, every = iter(log(events)), max(events // of_record, 1)
    for fact in ledger(RECORD, of_record):
        yield from islice(places, every)
        yield Place(RECORD, AGENCY, fact)
    yield from places


def _load(opened: ours.Ours, connection: Connection[Any], events: int, of_record: int) -> int:
    ours.found(opened)
    ours.load_log(opened, connection, _places(events, of_record))
    connection.execute(
        "INSERT INTO commands SELECT command_id, 'bench', '', '', max(notification_id), max(recorded_at), "
        "min(staff_id), min(agency_code) FROM stored_events GROUP BY command_id"
    )
    connection.execute("ANALYZE")
    (count,) = connection.execute("SELECT count(*) FROM stored_events").fetchone() or (0,)
    return int(count)


def measure(setting: Setting, results: Results) -> None:
    """Measure sealing, verifying by one process and by two, and the export of one record."""
    events, of_record = setting.size(200_000, 500), setting.size(1_000, 52)
    results.notes.append(
        f"proof: a log of {events:,} events. `verify` is all of it: events, seals, commands, refusals, documents and "
        "keys; by two processes it also starts them (two seconds of processor time each: a log below 500,000 events "
        "is verified by one). `events and seals` is what each of them does with the log, started already: every "
        "digest, the chain, all signatures, and the commands and keys that belong to them. `raw rows` reads the same "
        f"bytes and looks at none. The record of {of_record:,} events is spread evenly over the log; its pack holds "
        "the chain between the seals around each."
    )
    setting.say(f"proof of {events:,} events")
    with database(setting.url) as url:
        opened = ours.Ours(url, setting.key, sealing_key=setting.key)
        with connect(url, "ours") as connection:
            count = _load(opened, connection, events, of_record)
        began = time.perf_counter()
        opened.taizhang.seals.catch_up()
        sealed = count / (time.perf_counter() - began)

        def verify(processes: int) -> float:
            began = time.perf_counter()
            report = opened.taizhang.verifier.run(processes=processes)
            assert report.is_proven, report.findings[:3]
            return report.events / (time.perf_counter() - began)

        def shared(job: Job, parts: int) -> float:
            return setting.crew.run(job, [(url, part, parts) for part in range(parts)]).rate

        taken = in_turns(
            setting.rounds,
            [
                (WHOLE, partial(verify, 1)),
                (WHOLE_TWO, partial(verify, 2)),
                (ONE, partial(shared, _walk, 1)),
                (TWO, partial(shared, _walk, 2)),
                (RAW, partial(shared, _raw, 1)),
                (RAW_TWO, partial(shared, _raw, 2)),
            ],
        )
        setting.crew.run(leave, [(url,)] * 2)
        opened.taizhang.projections.catch_up()
        exported = in_turns(
            setting.rounds, [(EXPORT, partial(_export, opened, setting.folder / "bench-pack"))]
        )
        opened.close()
    case = f"{events:,} events"
    results.take(NAME, case, "events/s", {SEAL: [sealed] * setting.rounds, **taken})
    results.compare(NAME, case, WHOLE, RAW)
    results.compare(NAME, case, WHOLE_TWO, RAW_TWO)
    results.compare(NAME, case, ONE, RAW)
    results.compare(NAME, case, TWO, RAW, 0.3)
    case = f"a record of {of_record:,} events"
    results.take(NAME, case, "s", exported)
    results.bound(NAME, case, EXPORT, 10.0)


def _export(opened: ours.Ours, out: Path) -> float:
    shutil.rmtree(out, ignore_errors=True)
    began = time.perf_counter()
    opened.taizhang.audit.export_record(credit_code(RECORD), out, by=Actor.system(CITY))
    return time.perf_counter() - began
