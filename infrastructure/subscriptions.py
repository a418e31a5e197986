"""Subscriptions: an integrator's code gets every event, in the order of the log, with a position kept for it.

One process consumes a name at a time, by an advisory lock that its own connection holds; on that same
connection the position is moved, so that a consumer that lost the lock can no longer move it.
"""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import structlog
from psycopg import Connection
from psycopg.pq import TransactionStatus

from ..domain.errors import InvalidInput, TaizhangError, Unavailable
from ..domain.events import REGISTRY, RecordedEvent
from .database import Database
from .event_log import Entry, EventLog, Page, Reader, Undecodable, describe
from .projection_store import row_cursor
from .subscription_store import CHANNEL, Overtaken, SubscriptionRow

log = structlog.get_logger(__name__)

Handler = Callable[[RecordedEvent], None]
"""Handles one event. It may get an event again that it handled before: see `Subscription.run`."""
TransactionHandler = Callable[[RecordedEvent, "Connection[Any]"], None]
"""Handles one event in the transaction that acknowledges it: see `Subscription.run_in_transaction`."""
_One = Callable[[SubscriptionRow, int, RecordedEvent, "Connection[Any]"], None]

WAIT = 1.0
"""Seconds after which a consumer looks for itself, called or not; and between two tries to be the one."""
PAGE = 200
"""Events read at once."""
WINDOW = 50_000
"""Positions looked through at once for events of the types asked for."""
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, Unavailable)


class UnreadableEvent(TaizhangError):
    """A stored event cannot be read: its name is not known to this version, or its content is damaged."""

    code = "unreadable_event"


class SubscriberFailed(Exception):
    """What a subscriber raised; it is kept with the subscription, whose position stays where it is."""


class Delivery:
    """An event handed to the code that iterates; the next one comes once this one is acknowledged."""

    def __init__(self, event: RecordedEvent, acknowledge: Callable[[], None]) -> None:
        """Hold an event, and how it is acknowledged."""
        self.event = event
        self.acknowledged = False
        self._acknowledge = acknowledge

    @property
    def position(self) -> int:
        """The event's position in the log."""
        return self.event.position

    def acknowledge(self) -> None:
        """Keep that the event is handled: it does not come again. Raises what the database raises."""
        if not self.acknowledged:
            self._acknowledge()
            self.acknowledged = True


class _Line:
    """A consumer's own connection: it reads the log, listens, holds the lock and moves the position."""

    def __init__(
        self, connection: Connection[Any], reader: Reader, types: list[str] | None
    ) -> None:
        self.connection = connection
        self._log = EventLog(row_cursor(connection), reader)
        self._types = types
        connection.execute(f"LISTEN {CHANNEL}".encode())

    def head(self) -> int:
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

    def wait(self, seconds: float = WAIT) -> None:
        for _ in self.connection.notifies(timeout=min(seconds, WAIT), stop_after=1):
            pass


class Tail:
    """The log from a position on, for code that keeps its position itself: nothing is kept here."""

    def __init__(
        self, database: Database, reader: Reader, from_position: int, types: list[str] | None,
        closed: threading.Event,
    ) -> None:  # fmt: skip
        """Follow the log after `from_position`."""
        self._database = database
        self._reader = reader
        self._position = from_position
        self._types = types
        self._closed = closed

    def events(
        self, *, stop: threading.Event | None = None, until_level: bool = False
    ) -> Iterator[RecordedEvent]:
        """Yield every event in order, each once; ends when `stop` is set or, if asked, at the head.

        Lives through the database being away, unless `until_level`. Raises UnreadableEvent.
        """
        position, goal = self._position, None
        while not _is_over(stop, self._closed):
            try:
                with self._database.connect() as connection:
                    line = _Line(connection, self._reader, self._types)
                    while not _is_over(stop, self._closed):
                        head = line.head()
                        goal = head if goal is None else goal
                        if position >= (goal if until_level else head):
                            if until_level:
                                return
                            line.wait()
                            continue
                        page, reached = line.page(position, head)
                        for entry in page.entries:
                            yield _readable(entry)
                            position = entry.position
                            if _is_over(stop, self._closed):
                                return
                        position = max(position, reached)
            except _AWAY as error:
                if until_level:
                    raise
                _note_away(error, None)
                _pause(stop, self._closed)


class Subscription:
    """A named subscription with its kept position. Each call below consumes it, one consumer at a time."""

    def __init__(
        self,
        database: Database,
        reader: Reader,
        name: str,
        *,
        from_position: int,
        types: list[str] | None,
        in_clear: str | None,
        retry_seconds: float,
        closed: threading.Event,
    ) -> None:
        """Describe it; nothing is opened or kept before it is consumed."""
        self.name = name
        self._database = database
        self._reader = reader
        self._from_position = from_position
        self._types = types
        self._in_clear = in_clear
        self._retry_seconds = retry_seconds
        self._closed = closed

    def run(
        self,
        handler: Handler,
        *,
        stop: threading.Event | None = None,
        until_level: bool = False,
    ) -> None:
        """Hand every event to `handler` and acknowledge it when it returns: at least once.

        Where the process dies, or the database goes away, between the two, the event comes again: let
        the handler see by the event's position or command id that it was there. An event for which
        the handler raises is kept with its error and tried again, later and later; nothing after it is
        handed over before. Runs until `stop` is set; `until_level` ends it at the head as it is now, and
        then raises what the handler raises and Unavailable.
        """

        def one(row: SubscriptionRow, was: int, event: RecordedEvent, _: Connection[Any]) -> None:
            with _blaming_subscriber():
                handler(event)
            row.move(was, event.position)

        self._consume(one, stop, until_level)

    def run_in_transaction(
        self,
        handler: TransactionHandler,
        *,
        stop: threading.Event | None = None,
        until_level: bool = False,
    ) -> None:
        """Hand every event to `handler` in the transaction that acknowledges it: exactly once.

        What the handler writes by the connection it gets (in this database, its tables named with
        their schema) is committed together with the position, or not at all. It must not commit; what
        it does elsewhere is done at least once, as by `run`, which this is like in all else.
        """

        def one(
            row: SubscriptionRow, was: int, event: RecordedEvent, connection: Connection[Any]
        ) -> None:
            with connection.transaction():
                with _blaming_subscriber():
                    handler(event, connection)
                    _require_sound(connection)
                row.move(was, event.position)

        self._consume(one, stop, until_level)

    @contextmanager
    def deliveries(
        self, *, stop: threading.Event | None = None, until_level: bool = False
    ) -> Iterator[Iterator[Delivery]]:
        """Give an iterator over deliveries, each to be acknowledged before the next one: at least once.

        An error that leaves the block is kept with the subscription, like a handler's, and goes on; so
        does Unavailable. The next consumer begins with the event that was not acknowledged, at once.
        """
        handed_out: list[Delivery] = []
        with self._database.connect() as connection:
            line = _Line(connection, self._reader, self._types)
            row = self._begin(line)
            try:
                if self._wait_for_turn(line, row, stop, until_level):
                    yield self._deliver(line, row, handed_out, stop, until_level)
                else:
                    yield iter(())
            except Exception as error:
                if connection.broken:
                    raise _unavailable(error) from error
                if handed_out and not handed_out[0].acknowledged:
                    self._keep_error(row, row.standing().position, handed_out[0].event, error)
                raise

    def _deliver(
        self,
        line: _Line,
        row: SubscriptionRow,
        handed_out: list[Delivery],
        stop: threading.Event | None,
        until_level: bool,
    ) -> Iterator[Delivery]:
        for position, page in self._pages(line, row, stop, until_level, patient=False):
            was = position
            for entry in page.entries:
                if self._is_over(stop):
                    return
                try:
                    event = _readable(entry)
                except UnreadableEvent as error:
                    self._keep_error(row, was, entry, error)
                    raise
                delivery = Delivery(event, partial(row.move, was, event.position))
                handed_out[:] = [delivery]
                yield delivery
                if not delivery.acknowledged:
                    raise InvalidInput(
                        f"the event at position {event.position} is not acknowledged: "
                        "call acknowledge() before the next one"
                    )
                was = event.position

    # --- consuming ----------------------------------------------------------------------------

    def _consume(self, one: _One, stop: threading.Event | None, until_level: bool) -> None:
        while not self._is_over(stop):
            try:
                with self._database.connect() as connection:
                    line = _Line(connection, self._reader, self._types)
                    row = self._begin(line)
                    if self._wait_for_turn(line, row, stop, until_level):
                        self._hand_over(line, row, one, stop, until_level)
                    return
            except Overtaken:
                continue  # an operator skipped the event meanwhile
            except _AWAY as error:
                if until_level:
                    raise _unavailable(error) from error
                _note_away(error, self.name)
                _pause(stop, self._closed)

    def _hand_over(
        self,
        line: _Line,
        row: SubscriptionRow,
        one: _One,
        stop: threading.Event | None,
        until_level: bool,
    ) -> None:
        for position, page in self._pages(line, row, stop, until_level, patient=not until_level):
            was = position
            for entry in page.entries:
                if self._is_over(stop):
                    return
                try:
                    with _blaming_subscriber():
                        event = _readable(entry)
                    one(row, was, event, line.connection)
                except SubscriberFailed as failure:
                    cause = failure.__cause__
                    assert isinstance(cause, Exception)
                    self._keep_error(row, was, entry, cause)
                    if until_level:
                        raise cause from None
                    break
                was = entry.position

    def _pages(
        self,
        line: _Line,
        row: SubscriptionRow,
        stop: threading.Event | None,
        until_level: bool,
        *,
        patient: bool,
    ) -> Iterator[tuple[int, Page]]:
        """Yield the page that follows the position, again until the position has passed it.

        `patient`: an event that failed waits for its time.
        """
        goal = line.head() if until_level else None
        while not self._is_over(stop):
            position, wait = row.standing()
            if patient and wait > 0:
                line.wait(wait)
                continue
            head = line.head()
            if position >= (head if goal is None else goal):
                if until_level:
                    return
                line.wait()
                continue
            page, reached = line.page(position, head)
            if page.entries:
                yield position, page
                position = row.standing().position
            # What lies behind the last of them is of no matter to it.
            if (not page.entries or position == page.last) and reached > position:
                row.move(position, reached)

    def _begin(self, line: _Line) -> SubscriptionRow:
        row = SubscriptionRow(line.connection, self.name)
        row.begin(self._from_position, self._types)
        return row

    def _wait_for_turn(
        self, line: _Line, row: SubscriptionRow, stop: threading.Event | None, until_level: bool
    ) -> bool:
        """Become the one consumer; False where there is nothing to do any more."""
        goal = line.head() if until_level else None
        while not row.try_lock():
            if self._is_over(stop) or (goal is not None and row.standing().position >= goal):
                return False
            _pause(stop, self._closed)
        row.reads(self._in_clear)
        if self._in_clear is not None:
            log.info("personal_data_read", subscription=self.name)
        return True

    def _keep_error(self, row: SubscriptionRow, was: int, entry: Entry, error: Exception) -> None:
        # What a subscriber that reads persons in clear says of its trouble could name one.
        text = describe(error) if self._in_clear is None else type(error).__name__
        topic = entry.topic if isinstance(entry, Undecodable) else entry.event.topic
        row.fail(was, entry.position, topic, text, self._retry_seconds)
        log.warning(
            "subscription.failed", subscription=self.name, position=entry.position, error=text
        )

    def _is_over(self, stop: threading.Event | None) -> bool:
        return _is_over(stop, self._closed)


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


@contextmanager
def _blaming_subscriber() -> Iterator[None]:
    """Tell what the subscriber raises from what the database does, whatever it is."""
    try:
        yield
    except Exception as error:
        raise SubscriberFailed from error


def _require_sound(connection: Connection[Any]) -> None:
    if connection.info.transaction_status is TransactionStatus.INERROR:
        raise InvalidInput(
            "the handler went on after an error in its transaction: let it be raised"
        )


def _readable(entry: Entry) -> RecordedEvent:
    if isinstance(entry, Undecodable):
        raise UnreadableEvent(
            f"the event {entry.topic!r} at position {entry.position} cannot be read: {entry.error}"
        )
    return entry


def _is_over(stop: threading.Event | None, closed: threading.Event) -> bool:
    return closed.is_set() or (stop is not None and stop.is_set())


def _pause(stop: threading.Event | None, closed: threading.Event) -> None:
    """Wait a little, for less when told to stop."""
    until = time.monotonic() + WAIT / 2
    while time.monotonic() < until and not _is_over(stop, closed):
        time.sleep(WAIT / 20)


def _note_away(error: Exception, name: str | None) -> None:
    log.warning("subscription.database_away", subscription=name, error=describe(error))


def _unavailable(error: Exception) -> Unavailable:
    if isinstance(error, Unavailable):
        return error
    return Unavailable(f"the database does not answer: {describe(error)}")
