"""Who carries the parts of a verification out: this process, or a pool of others."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql

from ...domain.errors import Unavailable
from .checked import Checked, Task

SETTINGS = ("SET enable_memoize TO off", "SET work_mem TO '32MB'", "SET jit TO off")
"""Of a connection that verifies: the event before is looked up once, and a stretch is sorted in memory."""


class Source(NamedTuple):
    """Where the log is, and the moment at which it is seen: a snapshot that the database has exported."""

    conninfo: str
    schema: str
    snapshot: str


def carried_out(
    connection: Connection[Any], source: Source | None, tasks: Iterable[Task], processes: int
) -> Iterator[Checked]:
    """Yield what comes of each task, in their order: here, or by so many processes where a source is given.

    Raises Unavailable where one of them dies, or loses the database.
    """
    if source is None:
        for task in tasks:
            yield task.check(connection, *task.arguments)
        return
    # Not forked: a copy of this process would share its connections.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, spawn, _begin)
    coming = iter(tasks)
    try:
        # Not all at once: they are made as the seals are walked along, and wait in memory.
        under_way = deque(
            pool.submit(_check, source, task) for task in islice(coming, 2 * processes)
        )
        while under_way:
            yield _result(under_way.popleft())
            under_way += [pool.submit(_check, source, task) for task in islice(coming, 1)]
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[Checked]) -> Checked:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise Unavailable("a process that verifies has ended before its time") from error


_connection: Connection[Any] | None = None
"""Of a process of the pool: it sees the database as it was at the moment of the source."""


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for who started the pool


def _connected(source: Source) -> Connection[Any]:
    connection = psycopg.connect(source.conninfo, autocommit=True)
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(source.schema)))
    connection.execute("SET timezone TO 'Asia/Shanghai'")
    for setting in SETTINGS:
        connection.execute(setting)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(source.snapshot)))
    return connection


def _check(source: Source, task: Task) -> Checked:
    global _connection
    try:
        _connection = _connection or _connected(source)
        return task.check(_connection, *task.arguments)
    except (psycopg.OperationalError, psycopg.errors.UndefinedObject) as error:
        # A snapshot that is gone went with the connection of who exported it.
        raise Unavailable(f"the database does not answer: {error}") from None
