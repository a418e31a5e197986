"""Rows as PostgreSQL's binary COPY sends them: the bytes that are digested, with no object made of each value."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct
from typing import Any, LiteralString

from psycopg import Connection, sql

LENGTH = Struct(">i")
"""Stands before each value; -1 for null."""
COMMAND_COLUMNS: LiteralString = "c.name, c.digest, c.result, c.last_position"
"""What is digested of the command `c` of an event, in order: all that the event does not hold itself."""
_REFUSALS = sql.SQL("""
    SELECT refusal_id, command_id, name, error, rule_id, refused_at, staff_id, agency_code FROM refusals
    WHERE refusal_id > {} AND refusal_id <= {} ORDER BY refusal_id
""")
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_TRAILER = b"\xff\xff"


def copied(connection: Connection[Any], query: sql.Composable) -> Iterator[bytes]:
    """Yield the rows of a query: the number of values (2 bytes), then each with its length before it."""
    with connection.cursor() as cursor:
        cursor.execute("SET client_encoding TO 'UTF8'")
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
        with cursor.copy(statement) as rows:
            for data in rows:
                row = bytes(data)
                if row.startswith(_SIGNATURE):
                    (extension,) = LENGTH.unpack_from(row, len(_SIGNATURE) + 4)
                    row = row[len(_SIGNATURE) + 8 + extension :]
                if row and row != _TRAILER:
                    yield row


def value_at(row: bytes, at: int) -> tuple[bytes, int]:
    """Return the value whose length stands at a place, and the place after it."""
    begins = at + 4
    ends = begins + max(LENGTH.unpack_from(row, at)[0], 0)
    return row[begins:ends], ends


def refusals_digest(connection: Connection[Any], after: int, until: int) -> bytes:
    """Return the digest of the refusals after one number up to another, as a seal covers them."""
    total = sha256()
    if until > after:
        for row in copied(connection, _REFUSALS.format(sql.Literal(after), sql.Literal(until))):
            total.update(row[2:])
    return total.digest()
