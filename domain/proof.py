"""What proves the log unaltered: the bytes that are digested, chained and signed (docs/proof-format.md).

Each event has a digest that covers the one before it in its stream. The chain runs over the digests
of the whole log in the order of positions; a seal is a signed statement of where the chain stood.
Rules 5.b, 9.1.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from struct import Struct
from typing import NamedTuple
from uuid import UUID

ZEROS = bytes(32)
"""The digest before the first event of a stream, the chain before the first of the log, the seal before the first."""
SEAL_TAG, SEAL_TAG_2 = b"taizhang seal 1\n", b"taizhang seal 2\n"
"""What the signed bytes of a seal begin with: 2 where it also covers what stands beside the log."""
NOTHING = sha256().digest()
"""The digest of no rows."""
PAGE_EVENTS = 256
"""How many events a seal covers at most: a pack that shows one event brings the digests of so many along."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NO_DAY = -(2**31)
_LENGTH = Struct(">i")
_NUMBER = Struct(">q")
_SEAL = Struct(">16sqqq32siq32s32s")
_BESIDE = Struct(">32sq32s")


def field(value: bytes) -> bytes:
    """Return a value with its length before it."""
    return _LENGTH.pack(len(value)) + value


def days(day: date) -> int:
    """Return a day as the days since 2000-01-01, as PostgreSQL keeps it."""
    return (day - _EPOCH.date()).days


def microseconds(moment: datetime) -> int:
    """Return a moment as the microseconds since 2000-01-01 UTC, as PostgreSQL keeps it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """Return the moment that PostgreSQL keeps as these microseconds."""
    return _EPOCH + timedelta(microseconds=microseconds)


class StoredEvent(NamedTuple):
    """An event as it is stored: its bytes, and what was recorded around it."""

    stream_id: UUID
    version: int
    topic: str
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str
    command_id: UUID
    state: bytes

    def digested(self) -> bytes:
        """Return the fields as the digest covers them."""
        return b"".join(
            map(
                field,
                (
                    self.stream_id.bytes,
                    _NUMBER.pack(self.version),
                    self.topic.encode(),
                    _LENGTH.pack(days(self.occurred_on)),
                    _NUMBER.pack(microseconds(self.recorded_at)),
                    self.staff_id.encode(),
                    self.agency_code.encode(),
                    self.command_id.bytes,
                    self.state,
                ),
            )
        )

    def digest(self, before: bytes) -> bytes:
        """Return the digest of the event that stands after one with the digest `before` in its stream."""
        return sha256(before + self.digested()).digest()


def link(chain: bytes, position: int, digest: bytes) -> bytes:
    """Return the chain after the event at `position`, from the chain before it."""
    return sha256(chain + _NUMBER.pack(position) + digest).digest()


class Beside(NamedTuple):
    """What stands beside the log, as a seal covers it.

    `commands` is the digest of the commands of the events since the seal before, `refused` that of the
    refusals since then, of which `refusals` is the number of the last one.
    """

    commands: bytes
    refusals: int
    refused: bytes


class Seal(NamedTuple):
    """A signed statement of what the log was up to a position.

    `events` counts the events up to there, `chain` is the chain after the last of them. `day` is given
    where it is the last position recorded on that day of Shanghai. `before` is the digest of the seal
    before, so that no seal can be taken out or put in; `key_id` the SHA-256 of the public key. `beside`
    is None for a seal from before commands and refusals were covered.
    """

    number: int
    position: int
    events: int
    chain: bytes
    day: date | None
    sealed_at: datetime
    before: bytes
    key_id: bytes
    signature: bytes
    beside: Beside | None = None

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        signed = _SEAL.pack(
            SEAL_TAG if self.beside is None else SEAL_TAG_2,
            self.number,
            self.position,
            self.events,
            self.chain,
            _NO_DAY if self.day is None else days(self.day),
            microseconds(self.sealed_at),
            self.before,
            self.key_id,
        )
        return signed if self.beside is None else signed + _BESIDE.pack(*self.beside)

    def digest(self) -> bytes:
        """Return the digest by which the next seal names this one: over what was signed and the signature."""
        return sha256(self.message() + self.signature).digest()


class Mark(NamedTuple):
    """A place in the log that is to be sealed; `commands` is the digest of those since the seal before."""

    position: int
    events: int
    chain: bytes
    day: date | None
    commands: bytes = NOTHING


class Sealing:
    """Goes along the log after a seal and says where the next seals stand: after a page, and after a day."""

    def __init__(self, last: Seal | None, last_day: date | None) -> None:
        """Go on from the last seal; `last_day` is the day of Shanghai on which its event was recorded."""
        self._position = last.position if last else 0
        self._events = last.events if last else 0
        self._chain = last.chain if last else ZEROS
        self._sealed = self._events
        self._day = last_day
        self._day_sealed = bool(last and last.day)
        self._commands = sha256()

    def add(self, position: int, digest: bytes, day: date, command: bytes = b"") -> list[Mark]:
        """Take the next event of the log, recorded on `day`; return what is to be sealed before or with it.

        `command` are the fields of the row of its command.
        """
        marks = self.end_day(day)
        self._commands.update(command)
        self._day = day if self._day is None else max(day, self._day)
        self._position, self._events = position, self._events + 1
        self._chain = link(self._chain, position, digest)
        self._day_sealed = False
        if self._events - self._sealed >= PAGE_EVENTS:
            marks.append(self._mark(None))
        return marks

    def end_day(self, today: date) -> list[Mark]:
        """Return the end of the day of the last event, where it is before `today` and not sealed yet."""
        if self._day is None or self._day >= today or self._day_sealed:
            return []
        self._day_sealed = True
        return [self._mark(self._day)]

    def rest(self) -> list[Mark]:
        """Return the part of a page that is left over at the end of the log."""
        return [self._mark(None)] if self._events > self._sealed else []

    def _mark(self, day: date | None) -> Mark:
        self._sealed = self._events
        commands, self._commands = self._commands.digest(), sha256()
        return Mark(self._position, self._events, self._chain, day, commands)
