"""Subscriptions: an integrator's code gets every event, in the order of the log, with a position kept for it.

One process consumes a name at a time, by an advisory lock that its own connection holds; on that same
connection the position is moved, so that a consumer that lost the lock can no longer move it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import structlog
from psycopg import Connection
from psycopg.pq import TransactionStatus

from ...domain.errors import InvalidInput
from ...domain.events import RecordedEvent
from ..database import Database
from ..projecting import following
from ..projecting.following import (
    AWAY,
    Line,
    UnreadableEvent,
    is_over,
    note_away,
    pause,
    readable,
    unavailable,
)
from ..store.event_log import Entry, Page, Reader, Undecodable, describe
from .subscription_store import Overtaken, SubscriptionRow

log = structlog.get_logger(__name__)

Handler = Callable[[RecordedEvent], None]
"""Handles one event. It may get an event again that it handled before: see `Subscription.run`."""
TransactionHandler = Callable[[RecordedEvent, "Connection[Any]"], None]
"""Handles one event in the transaction that acknowledges it: see `Subscription.run_in_transaction`."""
Chunk = Sequence[Entry]
"""Entries that are acknowledged together."""
_Take = Callable[[SubscriptionRow, int, Chunk, "Connection[Any]"], None]


class SubscriberFailed(Exception):
    """What a subscriber raised at an entry; it is kept with the subscription, whose position stays there."""

    def __init__(self, entry: Entry, cause: Exception) -> None:
        super().__init__(str(cause))
        self.entry = entry
        self.cause = cause


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
            # Where an operator skipped it meanwhile, it does not come again either.
            with suppress(Overtaken):
                self._acknowledge()
            self.acknowledged = True


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
        at_once: int = 1,
    ) -> None:
        """Hand every event to `handler` and acknowledge it when it returns: at least once.

        Where the process dies, or the database goes away, between the two, the event comes again: let
        the handler see by the event's position or command id that it was there. An event for which
        the handler raises is kept with its error and tried again, later and later; nothing after it is
        handed over before. Runs until `stop` is set; `until_level` ends it at the head as it is now, and
        then raises what the handler raises and Unavailable. Up to `at_once` events are acknowledged
        together: that is faster, and so many may come again.
        """

        def take(row: SubscriptionRow, was: int, chunk: Chunk, _: Connection[Any]) -> None:
            done = was
            try:
                for entry in chunk:
                    if self._is_over(stop):
                        break
                    with _blaming_subscriber(entry):
                        handler(readable(entry))
                    done = entry.position
            finally:
                if done != was:
                    row.move(was, done)

        self._consume(take, stop, until_level, at_once)

    def run_in_transaction(
        self,
        handler: TransactionHandler,
        *,
        stop: threading.Event | None = None,
        until_level: bool = False,
        at_once: int = 1,
    ) -> None:
        """Hand every event to `handler` in the transaction that acknowledges it: exactly once.

        What the handler writes by the connection it gets (in this database, its tables named with
        their schema) is committed together with the position, or not at all. It must not commit; what
        it does elsewhere is done at least once, as by `run`, which this is like in all else. Up to
        `at_once` events share a transaction; where one of them fails, they are taken one by one.
        """

        def take(row: SubscriptionRow, was: int, chunk: Chunk, connection: Connection[Any]) -> None:
            with connection.transaction():
                for entry in chunk:
                    with _blaming_subscriber(entry):
                        handler(readable(entry), connection)
                        _require_sound(connection)
                row.move(was, chunk[-1].position)

        def take_one_by_one_after_a_failure(
            row: SubscriptionRow, was: int, chunk: Chunk, connection: Connection[Any]
        ) -> None:
            try:
                take(row, was, chunk, connection)
            except SubscriberFailed:
                if len(chunk) == 1:
                    raise
                for entry in chunk:
                    take(row, was, [entry], connection)
                    was = entry.position

        self._consume(take_one_by_one_after_a_failure, stop, until_level, at_once)

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
            line = Line(connection, self._reader, self._types)
            row = self._begin(line)
            try:
                if self._wait_for_turn(line, row, stop, until_level):
                    yield self._deliver(line, row, handed_out, stop, until_level)
                else:
                    yield iter(())
            except Exception as error:
                if connection.broken:
                    raise unavailable(error) from error
                if handed_out and not handed_out[0].acknowledged:
                    self._keep_error(row, handed_out[0].event, error)
                raise

    def _deliver(
        self,
        line: Line,
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
                    event = readable(entry)
                except UnreadableEvent as error:
                    self._keep_error(row, entry, error)
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

    def _consume(
        self, take: _Take, stop: threading.Event | None, until_level: bool, at_once: int
    ) -> None:
        if not 1 <= at_once <= following.PAGE:
            raise InvalidInput(f"give a number from 1 to {following.PAGE}", field="at_once")
        while not self._is_over(stop):
            try:
                with self._database.connect() as connection:
                    line = Line(connection, self._reader, self._types)
                    row = self._begin(line)
                    if self._wait_for_turn(line, row, stop, until_level):
                        self._hand_over(line, row, take, stop, until_level, at_once)
                    return
            except Overtaken:
                continue  # an operator skipped the event meanwhile
            except AWAY as error:
                if until_level:
                    raise unavailable(error) from error
                note_away(error, self.name)
                pause(stop, self._closed)

    def _hand_over(
        self,
        line: Line,
        row: SubscriptionRow,
        take: _Take,
        stop: threading.Event | None,
        until_level: bool,
        at_once: int,
    ) -> None:
        for position, page in self._pages(line, row, stop, until_level, patient=not until_level):
            was = position
            for start in range(0, len(page.entries), at_once):
                if self._is_over(stop):
                    return
                chunk = page.entries[start : start + at_once]
                try:
                    take(row, was, chunk, line.connection)
                except SubscriberFailed as failure:
                    self._keep_error(row, failure.entry, failure.cause)
                    if until_level:
                        raise failure.cause from None
                    break
                was = chunk[-1].position

    def _pages(
        self,
        line: Line,
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

    def _begin(self, line: Line) -> SubscriptionRow:
        row = SubscriptionRow(line.connection, self.name)
        row.begin(self._from_position, self._types)
        return row

    def _wait_for_turn(
        self, line: Line, row: SubscriptionRow, stop: threading.Event | None, until_level: bool
    ) -> bool:
        """Become the one consumer; False where there is nothing to do any more."""
        goal = line.head() if until_level else None
        while not row.try_lock():
            if self._is_over(stop) or (goal is not None and row.standing().position >= goal):
                return False
            pause(stop, self._closed)
        row.reads(self._in_clear)
        if self._in_clear is not None:
            log.info("personal_data_read", subscription=self.name)
        return True

    def _keep_error(self, row: SubscriptionRow, entry: Entry, error: Exception) -> None:
        # What a subscriber that reads persons in clear says of its trouble could name one.
        text = describe(error) if self._in_clear is None else type(error).__name__
        topic = entry.topic if isinstance(entry, Undecodable) else entry.event.topic
        row.fail(row.standing().position, entry.position, topic, text, self._retry_seconds)
        log.warning(
            "subscription.failed", subscription=self.name, position=entry.position, error=text
        )

    def _is_over(self, stop: threading.Event | None) -> bool:
        return is_over(stop, self._closed)


@contextmanager
def _blaming_subscriber(entry: Entry) -> Iterator[None]:
    """Tell what the subscriber raises from what the database does, whatever it is."""
    try:
        yield
    except Exception as error:
        raise SubscriberFailed(entry, error) from error


def _require_sound(connection: Connection[Any]) -> None:
    if connection.info.transaction_status is TransactionStatus.INERROR:
        raise InvalidInput(
            "the handler went on after an error in its transaction: let it be raised"
        )
