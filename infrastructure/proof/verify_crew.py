"""Who carries the parts of a verification out: this process, or several that are started for it.

A worker is sent functions and what they take, and answers with what came of them. It imports what it
needs for that and not the whole package, which would take longer than verifying 100,000 events.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql

from ...domain.errors import Unavailable
from .checked import Checked, Task

# A package of the name that holds nothing by itself: the public face would import everything.
_PROGRAM = """
import sys, types
package = types.ModuleType("taizhang")
package.__path__ = [sys.argv[1]]
sys.modules["taizhang"] = package
from taizhang.infrastructure.proof.verify_crew import work
work()
"""
SETTINGS = ("SET enable_memoize TO off", "SET work_mem TO '32MB'", "SET jit TO off")
"""Of a connection that verifies: the event before is looked up once, and a stretch is sorted in memory."""
_ROOT = Path(__file__).parents[2]


class Source(NamedTuple):
    """Where the log is, and the moment at which it is seen: a snapshot that the database has exported."""

    conninfo: str
    schema: str
    snapshot: str


def carried_out(
    connection: Connection[Any], source: Source | None, tasks: Iterable[Task], processes: int
) -> Iterator[Checked]:
    """Yield what comes of each task, in their order: here, or by so many processes where a source is given."""
    if source is None:
        for task in tasks:
            yield task.check(connection, *task.arguments)
        return
    crew = _Crew(source)
    coming = iter(tasks)
    try:
        with ThreadPoolExecutor(processes) as threads:
            under_way: deque[Future[Checked]] = deque()
            for task in islice(coming, 2 * processes):
                under_way.append(threads.submit(crew.do, task))
            try:
                while under_way:
                    done = under_way.popleft().result()
                    under_way += [threads.submit(crew.do, task) for task in islice(coming, 1)]
                    yield done
            finally:
                crew.dismiss()
                threads.shutdown(cancel_futures=True)
    finally:
        crew.dismiss()


class _Crew:
    """Worker processes, one for each thread that gives them work."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._workers: list[subprocess.Popen[bytes]] | None = []

    def do(self, task: Task) -> Checked:
        """Let this thread's worker do a task. Raises what the task raises, Unavailable where the worker dies."""
        worker: subprocess.Popen[bytes] | None = getattr(self._mine, "worker", None)
        if worker is None:
            worker = self._mine.worker = self._start()
        answer = _ask(worker, task)
        if isinstance(answer, Checked):
            return answer
        raise answer

    def dismiss(self) -> None:
        """End all workers."""
        with self._lock:
            workers, self._workers = self._workers or [], None
        for worker in workers:
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._workers is None:
                raise Unavailable("the verification was broken off")
            worker = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,  # an interruption is for who started it, who ends it
            )
            self._workers.append(worker)
        _send(worker, self._source)
        return worker


def _send(worker: subprocess.Popen[bytes], what: Any) -> None:
    assert worker.stdin is not None
    pickle.dump(what, worker.stdin)
    worker.stdin.flush()


def _ask(worker: subprocess.Popen[bytes], task: Task) -> Any:
    assert worker.stdout is not None
    try:
        _send(worker, task)
        return pickle.load(worker.stdout)  # from a process of our own
    except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise Unavailable("a process that verifies has ended before its time") from error


def work() -> None:
    """Do tasks until there are no more: the main program of a worker."""
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed by mistake is no answer
    asked = sys.stdin.buffer
    source: Source = pickle.load(asked)
    connection: Connection[Any] | None = None
    while True:
        try:
            task: Task = pickle.load(asked)
        except EOFError:
            return
        answer: Checked | Exception
        try:
            connection = connection or _connected(source)
            answer = task.check(connection, *task.arguments)
        except psycopg.OperationalError as error:
            answer = Unavailable(f"the database does not answer: {error}")
        except Exception as error:
            answer = RuntimeError(f"{type(error).__name__}: {error}")
        pickle.dump(answer, told)
        told.flush()


def _connected(source: Source) -> Connection[Any]:
    """Open a connection that sees the database as it was at the moment of the source."""
    connection = psycopg.connect(source.conninfo, autocommit=True)
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(source.schema)))
    connection.execute("SET timezone TO 'Asia/Shanghai'")
    for setting in SETTINGS:
        connection.execute(setting)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(source.snapshot)))
    return connection
