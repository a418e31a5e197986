"""Reading the log in order, in pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import psycopg
from psycopg import Cursor
from pydantic import ValidationError

from ...domain.errors import Unavailable
from ...domain.events import RecordedEvent

TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, Unavailable, MemoryError)
"""What says nothing about an event: the database or the machine is at fault."""

_COLUMNS = (
    "originator_id, originator_version, topic, state, notification_id, occurred_on, recorded_at, "
    "staff_id, agency_code, command_id"
)
_PAGE = (
    f"SELECT {_COLUMNS} FROM stored_events WHERE notification_id > %b AND notification_id <= %b "
    "ORDER BY notification_id LIMIT %b"
)
_PAGE_OF_STREAMS = (
    f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id = ANY(%b) "
    "AND notification_id > %b AND notification_id <= %b ORDER BY notification_id LIMIT %b"
)
_PAGE_OF_TYPES = (
    f"SELECT {_COLUMNS} FROM stored_events WHERE split_part(topic, '@', 1) = ANY(%b) "
    "AND notification_id > %b AND notification_id <= %b ORDER BY notification_id LIMIT %b"
)
_AT = (
    f"SELECT {_COLUMNS} FROM stored_events WHERE notification_id = ANY(%b) ORDER BY notification_id"
)
_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_LAST = 2**62


class Reader(Protocol):
    """What turns a stored event into a recorded one."""

    def read(
        self,
        stream_id: UUID,
        version: int,
        topic: str,
        state: bytes,
        position: int,
        occurred_on: date,
        recorded_at: datetime,
        staff_id: str,
        agency_code: str,
        command_id: UUID,
    ) -> RecordedEvent:
        """Return the event. Raises whatever is wrong with it."""
        ...


class Undecodable(NamedTuple):
    """A stored event that could not be read, even when tried again."""

    stream_id: UUID
    position: int
    topic: str
    error: str


Entry = RecordedEvent | Undecodable


class Page(NamedTuple):
    """Entries of the log in order. `is_clean` says that every one could be read."""

    entries: list[Entry]
    is_clean: bool
    size: int
    """The bytes of the events as stored."""

    @property
    def last(self) -> int:
        """The position of the last entry."""
        return self.entries[-1].position


class EventLog:
    """The log as seen by one connection."""

    def __init__(self, cursor: Cursor[Any], reader: Reader) -> None:
        """Read by `cursor`, which belongs to one thread, and decode by `reader`."""
        self._cursor = cursor
        self._reader = reader

    def head(self) -> int:
        """Return the position of the last event, 0 in an empty log."""
        (head,) = self._cursor.execute(_HEAD).fetchone()  # type: ignore[misc]
        return int(head)

    def page(self, after: int, limit: int, until: int | None = None) -> Page:
        """Return up to `limit` entries after the position `after`, up to `until` (inclusive)."""
        last = _LAST if until is None else until
        return self._decode(
            self._cursor.execute(_PAGE, (after, last, limit), binary=True).fetchall()
        )

    def page_of(self, streams: list[UUID], after: int, limit: int, until: int) -> Page:
        """Return the like of some streams alone."""
        found = self._cursor.execute(_PAGE_OF_STREAMS, (streams, after, until, limit), binary=True)
        return self._decode(found.fetchall())

    def page_of_types(self, names: list[str], after: int, limit: int, until: int) -> Page:
        """Return the like of events with some stored names alone, whatever their versions."""
        found = self._cursor.execute(_PAGE_OF_TYPES, (names, after, until, limit), binary=True)
        return self._decode(found.fetchall())

    def at(self, positions: list[int]) -> Page:
        """Return the entries at these positions."""
        return self._decode(self._cursor.execute(_AT, (positions,), binary=True).fetchall())

    def _decode(self, found: list[Any]) -> Page:
        read = self._reader.read
        size = sum([len(stored[3]) for stored in found])
        try:
            return Page([read(*stored) for stored in found], True, size)
        except TROUBLE:
            raise
        except Exception:
            return Page([self._decode_one(stored) for stored in found], False, size)

    def _decode_one(self, stored: Any) -> Entry:
        try:
            return self._reader.read(*stored)
        except TROUBLE:
            raise
        except Exception as error:
            return Undecodable(stored[0], stored[4], stored[2], describe(error))


def describe(error: Exception) -> str:
    """Return an error in words, without the values at fault: they may be personal."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False)
        text = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    elif isinstance(error, psycopg.Error) and error.diag.message_primary:
        text = error.diag.message_primary
    else:
        text = str(error)
    return f"{type(error).__name__}: {text}"[:2000]
