"""Sealing the log: where its chain stands is signed after each page, at the end of each day and of the log.

A transaction seals one stretch of the log under a lock of its own: whatever dies, each seal is there or
not begun, and of two sealers at once the second goes on where the first one ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from struct import Struct
from typing import Any, NamedTuple

import structlog
from psycopg import Connection, Cursor, sql
from psycopg.rows import tuple_row

from ...application.ports import Clock
from ...application.views.proof import SealView
from ...domain.calendar import shanghai_day
from ...domain.errors import InvalidInput, Unavailable
from ...domain.proof import NOTHING, ZEROS, Beside, Mark, Seal, Sealing, moment
from ..database import Database
from .binary_rows import COMMAND_COLUMNS, copied, refusals_digest
from .sealed import SEAL_COLUMNS, chain_at, one_seal, seal_numbered
from .signing import SigningKey

log = structlog.get_logger(__name__)

SEALER_LOCK = 4
"""Advisory lock of a schema (1 is the log's, 2 and 3 are the read models'): who holds it writes seals."""
REFUSALS_LOCK = 5
"""Who refuses shares it: while the sealer holds it, no refusal is on its way."""
STRETCH = 5_000
"""Events sealed in one transaction."""
FOLLOW_SECONDS = 60.0
"""How long an event stands unsealed at most while the log is followed."""

Progress = Callable[[int, int], None]
"""Hears the position reached and the one aimed at."""

_LAST = f"SELECT {SEAL_COLUMNS} FROM seals ORDER BY number DESC LIMIT 1"
_COVERING = f"SELECT {SEAL_COLUMNS} FROM seals WHERE position >= %s ORDER BY position, day NULLS LAST, number LIMIT 1"
_NEXT = sql.SQL(
    "SELECT e.notification_id, e.recorded_at, e.digest, " + COMMAND_COLUMNS + " FROM ("
    "SELECT * FROM stored_events WHERE notification_id > {} ORDER BY notification_id LIMIT {}"
    ") AS e LEFT JOIN commands c USING (command_id) ORDER BY e.notification_id"
)
_HEAD = Struct(">hiqiqi")
_INSERT = (
    f"INSERT INTO seals ({SEAL_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class SealOffice:
    """Writes the seals and answers for them."""

    def __init__(self, database: Database, signing_key: SigningKey | None, clock: Clock) -> None:
        """Sign by `signing_key`; without one nothing can be sealed here."""
        self._database = database
        self._key = signing_key
        self._clock = clock

    @property
    def signing_key(self) -> SigningKey | None:
        """The key that signs, None where this process has none."""
        return self._key

    def catch_up(self, progress: Progress | None = None) -> SealView | None:
        """Seal the log up to its end as it is now; return the last seal, None for an empty log.

        Raises InvalidInput without a key, Unavailable while the database is away.
        """
        if self._key is None:
            raise InvalidInput(
                "sealing needs a key of its own: `taizhang keys new` makes one",
                field="TAIZHANG_SEALING_KEY",
            )
        while True:
            with self._database.use() as connection, connection.transaction():
                last, reached, head = self._seal_stretch(connection, self._key)
            if progress:
                progress(reached, head)
            if reached >= head:
                return _view(last) if last else None

    def follow(self, stop: threading.Event, seconds: float = FOLLOW_SECONDS) -> None:
        """Seal what is new every so often until `stop` is set; lives through the database being away."""
        while True:
            try:
                self.catch_up()
            except Unavailable as error:
                log.warning("seals.database_away", error=str(error))
            if stop.wait(seconds):
                return

    @contextmanager
    def following(self) -> Iterator[None]:
        """Seal what is new every so often in a thread of its own meanwhile; nothing without a key."""
        stop = threading.Event()
        sealer = threading.Thread(target=self.follow, args=(stop,), name="sealer")
        if self._key is None:
            log.warning("seals.no_key", setting="TAIZHANG_SEALING_KEY")
        else:
            sealer.start()
        try:
            yield
        finally:
            stop.set()
            if self._key is not None:
                sealer.join()

    def last(self) -> SealView | None:
        """Return the last seal, None where there is none."""
        with self._database.use() as connection:
            found = one_seal(_cursor(connection), _LAST, ())
        return _view(found) if found else None

    def chain_at(self, position: int) -> str:
        """Return where the chain stands at a position, as hexadecimal digits: the anchor of what is printed."""
        with self._database.use() as connection:
            return chain_at(_cursor(connection), position).hex()

    def covering(self, position: int) -> SealView | None:
        """Return the seal at a position, or else the first one after it; None where it is not sealed yet."""
        with self._database.use() as connection:
            found = one_seal(_cursor(connection), _COVERING, (position,))
        return _view(found) if found else None

    def numbered(self, number: int) -> SealView | None:
        """Return the seal with a number, None where there is none."""
        with self._database.use() as connection:
            found = seal_numbered(_cursor(connection), number)
        return _view(found) if found else None

    def _seal_stretch(
        self, connection: Connection[Any], key: SigningKey
    ) -> tuple[Seal | None, int, int]:
        cursor = _cursor(connection)
        for lock in (SEALER_LOCK, REFUSALS_LOCK):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", (lock,))
        last = one_seal(cursor, _LAST, ())
        sealing = Sealing(last, _day_of(cursor, last.position) if last else None)
        reached = last.position if last else 0
        marks: list[Mark] = []
        found = 0
        for position, digest, recorded_at, command in _next(connection, reached):
            marks += sealing.add(position, digest, shanghai_day(recorded_at), command)
            reached = position
            found += 1
        refused = _refused(connection, cursor, last)
        if found < STRETCH:
            marks += sealing.end_day(shanghai_day(self._clock()))
            marks += sealing.rest()
        if not marks and last is not None and (last.key_id != key.key_id or refused.is_new):
            # A new key says once what it found, so that from then on the last seal is by the key in force.
            marks.append(Mark(last.position, last.events, last.chain, last.day))
        for mark in marks:
            last = self._write(cursor, mark, last, key, refused)
            refused = refused.after()
        (head,) = cursor.execute(
            "SELECT coalesce(max(notification_id), 0) FROM stored_events"
        ).fetchone() or (0,)
        return last, reached, reached if found < STRETCH else int(head)

    def _write(
        self, cursor: Cursor[Any], mark: Mark, last: Seal | None, key: SigningKey, refused: _Refused
    ) -> Seal:
        if last is None or last.key_id != key.key_id:
            cursor.execute(
                "INSERT INTO signing_keys (key_id, public_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (key.key_id, key.public_key),
            )
        unsigned = Seal(
            number=last.number + 1 if last else 1,
            position=mark.position,
            events=mark.events,
            chain=mark.chain,
            day=mark.day,
            sealed_at=self._clock(),
            before=last.digest() if last else ZEROS,
            key_id=key.key_id,
            signature=b"",
            beside=Beside(mark.commands, refused.last, refused.digest),
        )
        seal = unsigned._replace(signature=key.sign(unsigned.message()))
        cursor.execute(_INSERT, (*seal[:-1], *(seal.beside or ())))
        return seal


class _Refused(NamedTuple):
    """The refusals since the last seal: the number of the last one, and their digest."""

    last: int
    digest: bytes

    @property
    def is_new(self) -> bool:
        """Say whether there are any."""
        return self.digest != NOTHING

    def after(self) -> _Refused:
        """Return what is left of them once they are sealed."""
        return _Refused(self.last, NOTHING)


def _refused(connection: Connection[Any], cursor: Cursor[Any], last: Seal | None) -> _Refused:
    sealed = last.beside.refusals if last and last.beside else 0
    (until,) = cursor.execute("SELECT coalesce(max(refusal_id), 0) FROM refusals").fetchone() or (
        0,
    )
    until = max(int(until), sealed)
    return _Refused(until, refusals_digest(connection, sealed, until))


def _next(connection: Connection[Any], after: int) -> Iterator[tuple[int, bytes, datetime, bytes]]:
    """Yield the next events of the log: position, digest, when recorded, the fields of their commands."""
    for row in copied(connection, _NEXT.format(sql.Literal(after), sql.Literal(STRETCH))):
        _, _, position, _, recorded_at, length = _HEAD.unpack_from(row)
        ends = _HEAD.size + length
        yield position, row[_HEAD.size : ends], moment(recorded_at), row[ends:]


def _day_of(cursor: Cursor[Any], position: int) -> Any:
    row = cursor.execute(
        "SELECT recorded_at FROM stored_events WHERE notification_id = %s", (position,)
    ).fetchone()
    return shanghai_day(row[0]) if row else None


def _cursor(connection: Connection[Any]) -> Cursor[Any]:
    return connection.cursor(row_factory=tuple_row)


def _view(seal: Seal) -> SealView:
    return SealView(
        number=seal.number,
        position=seal.position,
        events=seal.events,
        chain=seal.chain.hex(),
        day=seal.day,
        sealed_at=seal.sealed_at,
        key_id=seal.key_id.hex(),
    )
