"""Following the log on a connection of one's own: in pages, woken by whoever appends, and as long as it takes."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from ...domain.errors import InvalidInput, TaizhangError, Unavailable
from ...domain.events import REGISTRY, RecordedEvent
from ..database import Database
from ..store.event_log import Entry, EventLog, Page, Reader, Undecodable, describe
from .projection_store import row_cursor

log = structlog.get_logger(__name__)

CHANNEL = "taizhang_events"
WAIT = 1.0
"""Seconds after which a consumer looks for itself, called or not; and between two tries to be the one."""
PAGE = 200
"""Events read at once."""
WINDOW = 50_000
"""Positions looked through at once for events of the types asked for."""
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, Unavailable)


class UnreadableEvent(TaizhangError):
    """A stored event cannot be read: its name is not known to this version, or its content is damaged."""

    code = "unreadable_event"


class Line:
    """A consumer's own connection: it reads the log, listens, holds the lock and moves the position."""

    def __init__(
        self, connection: Connection[Any], reader: Reader, types: list[str] | None
    ) -> None:
        self.connection = connection
        self._log = EventLog(row_cursor(connection), reader)
        self._types = types
        connection.execute(f"LISTEN {CHANNEL}".encode())

    def head(self) -> int:
        """Return the position of the last event."""
        return self._log.head()

    def page(self, after: int, head: int) -> tuple[Page, int]:
        """Return what follows a position, and up to where the log is looked through by it.

        The head was read before: what is committed later has a higher position.
        """
        until = min(head, after + WINDOW)
        if self._types is None:
            page = self._log.page(after, PAGE, until)
        else:
            page = self._log.page_of_types(self._types, after, PAGE, until)
        return page, until if len(page.entries) < PAGE else page.last

    def wait(self, seconds: float | None = None) -> None:
        """Wait until somebody appends, and for so many seconds, or a second, at most."""
        timeout = WAIT if seconds is None else min(seconds, WAIT)
        for _ in self.connection.notifies(timeout=timeout, stop_after=1):
            pass


class Tail:
    """The log from a position on, for code that keeps its position itself: nothing is kept here."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        *,
        from_position: int,
        types: list[str] | None,
        in_clear: str | None,
        closed: threading.Event,
    ) -> None:
        """Follow the log after `from_position`."""
        self._database = database
        self._reader = reader
        self._position = from_position
        self._types = types
        self._in_clear = in_clear
        self._closed = closed

    def events(
        self, *, stop: threading.Event | None = None, until_level: bool = False
    ) -> Iterator[RecordedEvent]:
        """Yield every event in order, each once; ends when `stop` is set or, if asked, at the head.

        Lives through the database being away, unless `until_level`: then it raises Unavailable. Raises
        UnreadableEvent.
        """
        if self._in_clear is not None:
            log.info("personal_data_read", reason_given=True)
        position, goal = self._position, None
        while not is_over(stop, self._closed):
            try:
                with self._database.connect() as connection:
                    line = Line(connection, self._reader, self._types)
                    while not is_over(stop, self._closed):
                        head = line.head()
                        goal = head if goal is None else goal
                        if position >= (goal if until_level else head):
                            if until_level:
                                return
                            line.wait()
                            continue
                        page, reached = line.page(position, head)
                        for entry in page.entries:
                            yield readable(entry)
                            position = entry.position
                            if is_over(stop, self._closed):
                                return
                        position = max(position, reached)
            except AWAY as error:
                if until_level:
                    raise unavailable(error) from error
                note_away(error, None)
                pause(stop, self._closed)


def checked_types(types: Iterable[str] | None) -> list[str] | None:
    """Return the stored names asked for, in order. Raises InvalidInput for one that no event has."""
    if types is None:
        return None
    names = [types] if isinstance(types, str) else sorted(set(types))
    known = REGISTRY.names()
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f": did you mean {close[0]!r}?" if close else ""
            raise InvalidInput(f"no event is called {name!r}{hint}", field="types")
    if not names:
        raise InvalidInput("name at least one type, or leave the types out", field="types")
    return names


def readable(entry: Entry) -> RecordedEvent:
    """Return an entry that could be read. Raises UnreadableEvent."""
    if isinstance(entry, Undecodable):
        raise UnreadableEvent(
            f"the event {entry.topic!r} at position {entry.position} cannot be read: {entry.error}"
        )
    return entry


def is_over(stop: threading.Event | None, closed: threading.Event) -> bool:
    """Say whether whoever follows is told to end."""
    return closed.is_set() or (stop is not None and stop.is_set())


def pause(stop: threading.Event | None, closed: threading.Event) -> None:
    """Wait a little, for less when told to stop."""
    until = time.monotonic() + WAIT / 2
    while time.monotonic() < until and not is_over(stop, closed):
        time.sleep(WAIT / 20)


def note_away(error: Exception, name: str | None) -> None:
    """Log that the database is away."""
    log.warning("subscription.database_away", subscription=name, error=describe(error))


def unavailable(error: Exception) -> Unavailable:
    """Return what the database raised in our own words."""
    if isinstance(error, Unavailable):
        return error
    return Unavailable(f"the database does not answer: {describe(error)}")
