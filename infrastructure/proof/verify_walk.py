"""Going through a stretch of the log: each event against its digest, all of them against the seals.

A stretch begins and ends at seals, whose chains are taken as given: if one of them lies, the stretch
before it or the one after it does not fit. So stretches are verified apart, by as many processes as
there are cores, and each with no more in memory than an event and the seals of the stretch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import Connection, sql

from ...application.views.proof import Fault, Finding
from ...domain.proof import Seal, link
from .signing import is_signed

FINDINGS = 200
"""How many findings of a stretch are told; the others are counted."""
_GAPS = 5

# The fields from originator_id on are sent just as they are digested: docs/proof-format.md. OFFSET 0 has the event
# before looked up by its key: joined otherwise, each stretch would read the whole table.
_EVENTS = sql.SQL("""
    COPY (
        SELECT e.notification_id, coalesce(p.notification_id, 0), coalesce(p.digest, decode(repeat('00', 32), 'hex')),
            e.digest, e.originator_id, e.originator_version, e.topic, e.occurred_on, e.recorded_at, e.staff_id,
            e.agency_code, e.command_id, e.state
        FROM stored_events e LEFT JOIN LATERAL (
            SELECT notification_id, digest FROM stored_events
            WHERE originator_id = e.originator_id AND originator_version = e.originator_version - 1 OFFSET 0
        ) p ON true
        WHERE e.notification_id > {} AND e.notification_id <= {} ORDER BY e.notification_id
    ) TO STDOUT (FORMAT BINARY)
""")
_HEAD = Struct(">hiqiqi")
_LENGTH = Struct(">i")
_PLACE = Struct(">i16siq")
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_TRAILER = b"\xff\xff"


class Stretch(NamedTuple):
    """A part of the log: after one position up to another, and the seals that stand in it.

    `chain` and `events` are those at its beginning. Where it is not sealed to its end, the rest stands
    on its digests alone.
    """

    after: int
    until: int
    chain: bytes
    events: int
    seals: tuple[Seal, ...]


class Walked(NamedTuple):
    """What came of a stretch."""

    events: int
    findings: list[Finding]
    more_findings: int


class Source(NamedTuple):
    """Where the log is, for a process of its own, and the public keys by their ids."""

    conninfo: str
    schema: str
    public_keys: tuple[tuple[bytes, bytes], ...]


def walk_apart(source: Source, stretch: Stretch) -> Walked:
    """Verify a stretch in a process of its own, which keeps its connection."""
    return walk(_connection(source.conninfo, source.schema), dict(source.public_keys), stretch)


@lru_cache(maxsize=1)
def _connection(conninfo: str, schema: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo, autocommit=True)
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    return connection


def walk(connection: Connection[Any], public_keys: dict[bytes, bytes], stretch: Stretch) -> Walked:
    """Verify the events and seals of a stretch."""
    walker = _Walker(stretch, public_keys)
    for row in _rows(connection, stretch):
        walker.take(row)
    return walker.end()


def _rows(connection: Connection[Any], stretch: Stretch) -> Iterator[bytes]:
    statement = _EVENTS.format(sql.Literal(stretch.after), sql.Literal(stretch.until))
    with connection.cursor() as cursor:
        cursor.execute("SET client_encoding TO 'UTF8'")
        with cursor.copy(statement) as copy:
            for data in copy:
                row = bytes(data)
                if row.startswith(_SIGNATURE):
                    (extension,) = _LENGTH.unpack_from(row, len(_SIGNATURE) + 4)
                    row = row[len(_SIGNATURE) + 8 + extension :]
                if row and row != _TRAILER:
                    yield row


class _Walker:
    """Takes the events of a stretch in their order."""

    def __init__(self, stretch: Stretch, public_keys: dict[bytes, bytes]) -> None:
        self._chain = stretch.chain
        self._last = max(stretch.after, 0)
        self._sealed_events = stretch.events
        self._since_seal = 0
        self._sealed_to = self._last
        self._events = 0
        self._gaps: list[str] = []
        self._seals = list(reversed(stretch.seals))
        self._next_seal = self._seals[-1].position if self._seals else None
        self._public_keys = public_keys
        self._findings: list[Finding] = []
        self._more = 0

    def take(self, row: bytes) -> None:
        """Verify one event."""
        _, _, position, _, before_position, length = _HEAD.unpack_from(row)
        at = _HEAD.size + length
        before = row[_HEAD.size : at]
        digest_ends = at + 4 + _LENGTH.unpack_from(row, at)[0]
        digest, fields = row[at + 4 : digest_ends], row[digest_ends:]
        if self._next_seal is not None and position > self._next_seal:
            self._settle(position)
        if position != self._last + 1:
            self._note_gap(position)
        self._chain = link(self._chain, position, digest)
        self._last = position
        self._events += 1
        self._since_seal += 1
        if sha256(before + fields).digest() != digest:
            self._find(
                Fault.CHANGED,
                "its content or what was recorded around it is not what its digest says",
                fields,
            )
        if not before_position:
            if _PLACE.unpack_from(fields)[3] != 1:
                self._find(Fault.MISSING, "the event before it in its stream is missing", fields)
        elif before_position >= position:
            self._find(
                Fault.ORDER,
                f"the event before it in its stream stands after it, at position {before_position}",
                fields,
            )

    def end(self) -> Walked:
        """Settle the last seals, and return what was found."""
        self._settle(None)
        return Walked(self._events, self._findings, self._more)

    def _settle(self, position: int | None) -> None:
        """Compare the chain with the seals that stand before the next position."""
        while self._seals and (position is None or self._seals[-1].position < position):
            seal = self._seals.pop()
            self._check_signature(seal)
            counted = self._sealed_events + self._since_seal
            differs = []
            if self._last != seal.position:
                differs.append("the event at its end is missing")
            if counted != seal.events:
                differs.append(f"{counted - seal.events:+d} event(s)")
            if self._chain != seal.chain:
                if self._gaps and counted < seal.events:
                    differs.append(f"no event stands at {', '.join(self._gaps)}")
                first = min(self._sealed_to + 1, seal.position)
                told = (
                    "; ".join(differs)
                    or "an event was exchanged, moved or put in the place of another"
                )
                self._add(
                    Finding(
                        fault=Fault.CHAIN,
                        what=f"positions {first} to {seal.position} are not what was sealed: {told}",
                        position=seal.position,
                        seal=seal.number,
                    )
                )
            # What comes after is judged by itself.
            self._chain, self._sealed_events, self._since_seal = seal.chain, seal.events, 0
            self._sealed_to = seal.position
            self._gaps.clear()
        self._next_seal = self._seals[-1].position if self._seals else None

    def _check_signature(self, seal: Seal) -> None:
        public_key = self._public_keys.get(seal.key_id)
        if public_key is None:
            what = f"the public key {seal.key_id.hex()[:16]}… is not among signing_keys"
        elif not is_signed(seal.message(), seal.signature, public_key):
            what = "its signature is not by its key: the seal was changed"
        else:
            return
        self._add(Finding(fault=Fault.SEAL, what=what, position=seal.position, seal=seal.number))

    def _note_gap(self, position: int) -> None:
        if position <= self._last:
            what = "the position is taken twice" if position > 0 else "the log begins with 1"
            self._add(Finding(fault=Fault.ORDER, what=what, position=position))
        elif len(self._gaps) < _GAPS:
            first, last = self._last + 1, position - 1
            self._gaps.append(str(first) if first == last else f"{first} to {last}")

    def _find(self, fault: Fault, what: str, fields: bytes) -> None:
        _, stream_id, _, version = _PLACE.unpack_from(fields)
        self._add(
            Finding(
                fault=fault,
                what=what,
                position=self._last,
                stream_id=UUID(bytes=stream_id),
                version=version,
            )
        )

    def _add(self, finding: Finding) -> None:
        if len(self._findings) < FINDINGS:
            self._findings.append(finding)
        else:
            self._more += 1
