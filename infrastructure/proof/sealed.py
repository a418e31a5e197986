"""Reading seals, and the chain of the log from them on."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor

from ...domain.proof import ZEROS, Beside, Seal, link

SEAL_COLUMNS = "number, position, events, chain, day, sealed_at, before, key_id, signature, commands, refusals, refused"
_BEFORE = f"SELECT {SEAL_COLUMNS} FROM seals WHERE position <= %s ORDER BY number DESC LIMIT 1"
_BETWEEN = (
    "SELECT notification_id, digest FROM stored_events "
    "WHERE notification_id > %s AND notification_id <= %s ORDER BY 1"
)


def seal_of(row: tuple[Any, ...]) -> Seal:
    """Return the seal of a row of `seals`, its columns in their order."""
    number, position, events, chain, day, sealed_at, before, key_id, signature = row[:9]
    commands, refusals, refused = row[9:]
    return Seal(
        number, position, events, bytes(chain), day, sealed_at, bytes(before), bytes(key_id),
        bytes(signature),
        None if commands is None else Beside(bytes(commands), refusals, bytes(refused)),
    )  # fmt: skip


def seal_numbered(cursor: Cursor[Any], number: int) -> Seal | None:
    """Return the seal with a number, None where there is none."""
    return one_seal(cursor, f"SELECT {SEAL_COLUMNS} FROM seals WHERE number = %s", (number,))


def chain_at(cursor: Cursor[Any], position: int) -> bytes:
    """Return the chain at a position, from the last seal up to there and the digests after it."""
    seal = one_seal(cursor, _BEFORE, (position,))
    chain = seal.chain if seal else ZEROS
    for at, digest in cursor.execute(_BETWEEN, (seal.position if seal else 0, position)):
        chain = link(chain, at, bytes(digest))
    return chain


def one_seal(cursor: Cursor[Any], statement: str, parameters: tuple[Any, ...]) -> Seal | None:
    """Return the first seal that a statement gives, None where it gives none."""
    row = cursor.execute(statement.encode(), parameters).fetchone()
    return seal_of(row) if row else None
