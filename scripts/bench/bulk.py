"""Making many rows by SQL: columns by name, and indexes made once at the end, which costs a fraction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection


def columns_of(connection: Connection[Any], table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped ORDER BY attnum",
        (table,),
    ).fetchall()
    return [column for (column,) in found]


@contextmanager
def without_indexes(connection: Connection[Any], table: str) -> Iterator[None]:
    """Take a table's indexes away, and make them again afterwards."""
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), conname, "
        "pg_get_constraintdef(c.oid) FROM pg_index LEFT JOIN pg_constraint c ON conindid = indexrelid "
        "WHERE indrelid = %s::regclass",
        (table,),
    ).fetchall()
    for index, _, constraint, _ in indexes:
        what = f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"
        connection.execute((what if constraint else f"DROP INDEX {index}").encode())
    yield
    for _, definition, constraint, primary in indexes:
        what = f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {primary}"
        connection.execute((what if constraint else definition).encode())
