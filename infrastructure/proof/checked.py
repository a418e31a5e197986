"""What one part of a verification is, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from psycopg import Cursor, sql

from ...application.views.proof import Finding

MOST = 200
"""How many findings of a part are told; the others are counted, as far as they are looked for."""
BEFORE_ALL = -(2**63)
"""Before every position and number that can be given to a row, also by who should not."""


class Checked(NamedTuple):
    """What came of a part: how many rows were looked at, and what was found."""

    rows: int
    findings: list[Finding]
    more_findings: int = 0


class Task(NamedTuple):
    """A part of a verification: a function of a module, and what it takes beside a connection.

    Where several processes share the work, both are sent to one of them.
    """

    check: Callable[..., Checked]
    arguments: tuple[Any, ...] = ()


class Block(NamedTuple):
    """A part of a table: the rows that stand in it on disk from one page up to before another."""

    first: int
    last: int

    @property
    def where(self) -> sql.Composed:
        """The condition that a row stands there."""
        return sql.SQL("ctid >= {} AND ctid < {}").format(
            sql.Literal(f"({self.first},0)"), sql.Literal(f"({self.last},0)")
        )


def blocks(cursor: Cursor[Any], table: str, pages: int) -> Iterator[Block]:
    """Yield a table in parts of so many pages each, however its rows are distributed over its keys."""
    (total,) = cursor.execute(
        "SELECT pg_relation_size(to_regclass(%s)) / current_setting('block_size')::bigint", (table,)
    ).fetchone() or (0,)
    for first in range(0, int(total), pages):
        yield Block(first, first + pages)
