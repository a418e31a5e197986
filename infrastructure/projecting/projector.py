"""The projector: keeps every live read model level with the log, exactly once, and says how it stands.

One process folds at a time: the leader, by an advisory lock that its own writing connection holds. If
that connection dies, its open transaction and its leadership die with it, so that nobody can write on
behalf of a leader that is no more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection, Cursor

from ...domain.errors import Unavailable
from ...projections.catalogue import ReadModels
from ..database import Database
from ..store.event_log import EventLog, Reader
from .as_of import fold_to, rewound
from .folding import ATTEMPTS, Folding, attempt
from .generations import (
    LEADER_LOCK,
    Superseded,
    ensure_generations,
    live_generations,
    open_live,
)
from .pipeline import Pipeline, Report
from .projection_store import Generation, row_cursor
from .rebuild import Comparison, Rebuilder

logger = structlog.get_logger(__name__)

WAIT = 1.0
"""Seconds after which a follower looks for itself, called or not; and between two tries to lead."""
_CHANNEL = "taizhang_events"
_ASIDE = "SELECT count(*) FROM projection_set_aside JOIN read_models USING (name, generation)"
_RETRY_ASKED = "SELECT EXISTS (SELECT FROM projection_set_aside WHERE retry_asked)"
_AGE_OF_NEXT = (
    "SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float FROM stored_events "
    "WHERE notification_id > %s ORDER BY notification_id LIMIT 1"
)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, Unavailable)


class ReadModelStatus(NamedTuple):
    """How a read model stands.

    `lag_events` counts positions of the log, of which a few may be unused; `lag_seconds` is the age of
    the oldest event that is not folded in yet. `set_aside` events have an error, `waiting` ones stand
    behind them. `needs_rebuild`: another version of the fold made what is live, or it rests on another
    calendar or edition; it is then no longer kept level, and `catch_up` builds it anew.
    """

    name: str
    generation: int
    version: int
    position: int
    head: int
    lag_events: int
    lag_seconds: float
    set_aside: int
    waiting: int
    needs_rebuild: bool


class Projector:
    """Folds the log into the live generations of the read models."""

    def __init__(self, database: Database, reader: Reader, models: ReadModels) -> None:
        """Work on a database whose migrations are applied. Nothing is opened yet."""
        self._database = database
        self._reader = reader
        self._models = models
        self._rebuilder = Rebuilder(database, reader, models)
        self._closed = threading.Event()

    def close(self) -> None:
        """End every `follow` of this projector, each within a second."""
        self._closed.set()

    def prepare(self) -> None:
        """Make the tables and views of read models that have none, so that they can be queried."""
        with self._database.use() as connection, connection.transaction():
            ensure_generations(row_cursor(connection), self._models)

    def catch_up(self, until: int | None = None, progress: Report | None = None) -> int:
        """Bring the read models to the head as it is now, or to `until`, and return that position.

        A read model of another version is built anew first. Where another process leads, this waits
        for it to come that far, or to leave the lead. Raises Unavailable and psycopg's errors.
        """
        if (level := self._level_at(until)) is not None:
            return level
        self._rebuild_outdated(progress)
        while True:
            try:
                with self._connected() as lead:
                    goal = lead.log.head() if until is None else min(until, lead.log.head())
                    while not lead.is_leader() and not self._reached(lead.reads, goal):
                        time.sleep(WAIT / 20)
                    if lead.folding is not None:
                        lead.fold(goal, until, progress)
                        lead.retry_asked()
                    return goal
            except Superseded:
                continue  # a read model was switched meanwhile: go on with what is live now

    def follow(self, stop: threading.Event) -> None:
        """Keep the read models level until `stop` is set; lives through the database being away.

        Wakes when an append calls, and each second in any case. A second follower stands by.
        """
        while not (stop.is_set() or self._closed.is_set()):
            try:
                with self._connected() as lead:
                    lead.listen()
                    while not (stop.is_set() or self._closed.is_set()):
                        if lead.is_leader():
                            lead.check_books()
                            lead.fold(lead.log.head())
                            lead.retry_asked()
                        lead.wait()
            except Superseded:
                logger.info("projector.superseded")
            except (*_AWAY, psycopg.errors.UndefinedTable) as error:
                # A missing table: its generation was dropped just after another one was switched to.
                logger.warning("projector.database_away", error=str(error))
                stop.wait(WAIT / 2)

    def retry_set_aside(self, timeout: float = 60.0) -> int:
        """Try again what is set aside, stream by stream in order; return how many events remain so.

        Where another process leads, it is asked to. Raises Unavailable when it has not within `timeout`
        seconds.
        """
        deadline = time.monotonic() + timeout
        with self._connected() as lead:
            for generation in open_live(lead.reads, self._models):
                lead.reads.execute(
                    "UPDATE projection_set_aside SET retry_asked = true WHERE name = %s AND generation = %s",
                    (generation.model.name, generation.number),
                )
            lead.reads.execute("SELECT pg_notify(%s, current_schema())", (_CHANNEL,))
            while not lead.is_leader():
                (asked,) = lead.one(f"{_ASIDE} WHERE live AND retry_asked")
                if not asked:
                    break
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "the process that leads the projections did not answer in time"
                    )
                time.sleep(WAIT / 20)
            lead.retry_asked()
            (remaining,) = lead.one(f"{_ASIDE} WHERE live")
            return int(remaining)

    def position(self) -> int:
        """Return the position up to which every live read model has come, 0 before the first fold."""
        with self._database.use() as connection, row_cursor(connection) as cursor:
            (position,) = cursor.execute(
                "SELECT coalesce(min(position), 0) FROM read_models WHERE live"
            ).fetchone() or (0,)
            return int(position)

    def rebuild(self, name: str, progress: Report | None = None) -> Comparison:
        """Build a read model anew and switch to it; see `Rebuilder.rebuild`."""
        return self._rebuilder.rebuild(name, progress)

    def switch_back(self, name: str) -> int:
        """Make the generation before live again; see `Rebuilder.switch_back`."""
        return self._rebuilder.switch_back(name)

    def drop_old(self, name: str) -> list[int]:
        """Drop all generations but the live one; see `Rebuilder.drop_old`."""
        return self._rebuilder.drop_old(name)

    def verify(self, name: str, progress: Report | None = None) -> Comparison:
        """Compare a live read model with a fresh fold; see `Rebuilder.verify`."""
        return self._rebuilder.verify(name, progress)

    def fold_to(
        self, position: int, progress: Report | None = None, only: Collection[str] | None = None
    ) -> AbstractContextManager[Connection[Any]]:
        """Show read models (all, or `only` some) folded anew up to a position; see `as_of.fold_to`."""
        models = tuple(one for one in self._models if only is None or one.name in only)
        return fold_to(self._database, self._reader, models, position, progress)

    def rewound(self, position: int) -> AbstractContextManager[Connection[Any]]:
        """Show the live read models as of a position; see `as_of.rewound`."""
        return rewound(self._database, self._reader, self._models, position)

    def status(self) -> list[ReadModelStatus]:
        """Say how each read model stands."""
        with self._database.use() as connection, row_cursor(connection) as cursor:
            head = EventLog(cursor, self._reader).head()
            known = live_generations(cursor)
            asides = {
                (name, number): counts
                for name, number, *counts in cursor.execute(
                    "SELECT name, generation, count(error), count(*) - count(error) "
                    "FROM projection_set_aside GROUP BY name, generation"
                ).fetchall()
            }
            ages = {
                position: cursor.execute(_AGE_OF_NEXT, (position,)).fetchone()
                for position in {live.position for live in known.values()}
            }
            found = []
            for model in self._models:
                live = known.get(model.name)
                if live is None:
                    continue
                aside, waiting = asides.get((model.name, live.number), (0, 0))
                (age,) = ages[live.position] or (0.0,)
                found.append(
                    ReadModelStatus(
                        name=model.name,
                        generation=live.number,
                        version=live.version,
                        position=live.position,
                        head=head,
                        lag_events=max(head - live.position, 0),
                        lag_seconds=max(age, 0.0),
                        set_aside=aside,
                        waiting=waiting,
                        needs_rebuild=not live.is_of(model),
                    )
                )
            return found

    def _rebuild_outdated(self, progress: Report | None) -> None:
        self.prepare()
        with self._database.use() as connection, row_cursor(connection) as cursor:
            live = live_generations(cursor)
        for model in self._models:
            known = live[model.name]
            if not known.is_of(model) and known.version <= model.version:
                self._rebuilder.rebuild(model.name, progress)

    def _level_at(self, until: int | None) -> int | None:
        """Return the position that `catch_up` is to reach where nothing is left for it to do."""
        with self._database.use() as connection, row_cursor(connection) as cursor:
            head = EventLog(cursor, self._reader).head()
            goal = head if until is None else min(until, head)
            live = live_generations(cursor)
            (retry_asked,) = cursor.execute(_RETRY_ASKED).fetchone() or (True,)
        is_level = not retry_asked and all(
            (known := live.get(model.name)) is not None
            and known.is_of(model)
            and known.position >= goal
            for model in self._models
        )
        return goal if is_level else None

    def _reached(self, cursor: Cursor[Any], goal: int) -> bool:
        live = live_generations(cursor)
        return all(
            model.name in live and live[model.name].position >= goal for model in self._models
        )

    @contextmanager
    def _connected(self) -> Iterator[_Lead]:
        with self._database.connect() as reading, self._database.connect() as writing:
            with writing.transaction():
                ensure_generations(row_cursor(writing), self._models)
            yield _Lead(row_cursor(reading), row_cursor(writing), self._reader, self._models)


class _Lead:
    """Two connections of a projector, and the lead while the writing one holds it."""

    def __init__(
        self, reads: Cursor[Any], writes: Cursor[Any], reader: Reader, models: ReadModels
    ) -> None:
        self.reads = reads
        self.writes = writes
        self.log = EventLog(reads, reader)
        self.folding: Folding | None = None
        self._reader = reader
        self._models = models

    def one(self, query: str) -> Any:
        return self.reads.execute(query.encode()).fetchone()

    def is_leader(self) -> bool:
        """Say whether this process leads, after trying to where nobody does."""
        if self.folding is None:
            (leads,) = self.writes.execute(
                "SELECT pg_try_advisory_lock(hashtext(current_schema()), %s)", (LEADER_LOCK,)
            ).fetchone() or (False,)
            if leads:
                self.folding = Folding(open_live(self.reads, self._models))
        return self.folding is not None

    def fold(self, goal: int, until: int | None = None, progress: Report | None = None) -> None:
        if self.folding is not None and self.folding.generations:
            Pipeline(self.folding, self.log, self.reads, self.writes).run(goal, until, progress)

    def check_books(self) -> None:
        """Raise Superseded when what is live is no longer what this process folds into."""
        folding = self.folding
        if folding is not None:
            live = [(g.model.name, g.number) for g in open_live(self.reads, self._models)]
            if live != [(g.model.name, g.number) for g in folding.generations]:
                raise Superseded

    def listen(self) -> None:
        self.reads.execute(f"LISTEN {_CHANNEL}".encode())

    def wait(self) -> None:
        for _ in self.reads.connection.notifies(timeout=WAIT, stop_after=1):
            pass

    def retry_asked(self) -> None:
        """Try again the streams of which that was asked."""
        for generation in self.folding.generations if self.folding else ():
            if not generation.waiting:
                continue
            streams = self.reads.execute(
                "SELECT DISTINCT stream_id FROM projection_set_aside "
                "WHERE name = %s AND generation = %s AND retry_asked",
                (generation.model.name, generation.number),
            ).fetchall()
            for (stream,) in streams:
                if self._retry(generation, stream):
                    generation.waiting.discard(stream)

    def _retry(self, generation: Generation, stream: UUID) -> bool:
        """Fold what a stream has set aside, in order, up to the first event that still fails."""
        mine = (generation.model.name, generation.number, stream)
        where = "WHERE name = %s AND generation = %s AND stream_id = %s"
        with self.writes.connection.transaction():
            positions = self.writes.execute(
                f"SELECT position FROM projection_set_aside {where} ORDER BY position", mine
            ).fetchall()
            for entry in (
                EventLog(self.writes, self._reader).at([at for (at,) in positions]).entries
            ):
                error = attempt(generation, entry, self.writes)
                if error is not None:
                    self.writes.execute(
                        f"UPDATE projection_set_aside SET error = %s, attempts = attempts + %s {where} "
                        "AND position = %s",
                        (error, ATTEMPTS, *mine, entry.position),
                    )
                    self.writes.execute(
                        f"UPDATE projection_set_aside SET retry_asked = false {where}", mine
                    )
                    return False
                self.writes.execute(
                    f"DELETE FROM projection_set_aside {where} AND position = %s",
                    (*mine, entry.position),
                )
        return True
