"""Where the rows of read models are kept: how they get into the tables of a generation and out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from operator import attrgetter
from typing import Any, NamedTuple, cast
from uuid import UUID

from psycopg import Connection, Copy, Cursor, sql
from psycopg.copy import FileWriter
from psycopg.rows import tuple_row
from psycopg.types.json import set_json_dumps, set_json_loads

from ...domain.events import RecordedEvent
from ...projections.read_model import ReadModel, Rows, values_of
from ...projections.table import Table

ROWS_KEPT = 15_000
"""Keys whose rows a generation keeps in memory from batch to batch."""
_WIRE_TYPES = {"bigint": "int8", "integer": "int4", "smallint": "int2", "boolean": "bool"}


def raw(text: str) -> sql.SQL:
    """Take as SQL what is made of this package's own table definitions, never of what comes from outside."""
    return sql.SQL(cast(Any, text))


def row_cursor(connection: Connection[Any]) -> Cursor[tuple[Any, ...]]:
    """Return a cursor that gives plain tuples, and JSON as the text that read models hold."""
    cursor = connection.cursor(row_factory=tuple_row)
    set_json_dumps(_as_text, cursor)
    set_json_loads(_as_text, cursor)
    return cursor


def _as_text(data: bytes | str) -> str:
    return data if isinstance(data, str) else bytes(data).decode()


class Generation:
    """One table of a read model: how far it has come, which streams wait, and the rows kept in memory.

    A scratch generation has the number 0: nothing is kept about it but its rows.
    """

    def __init__(
        self,
        model: ReadModel[Any],
        relation: str,
        *,
        number: int = 0,
        position: int = 0,
        live: bool = False,
        waiting: Iterable[UUID] = (),
    ) -> None:
        """Describe the generation of `model` whose table is `relation`."""
        self.model = model
        self.relation = relation
        self.number = number
        self.position = position
        self.live = live
        self.waiting = set(waiting)
        self.rows: Rows[Any] = Rows()
        self._values = values_of(model.row)
        self._key = attrgetter(*model.table.key)
        self._prepare(model.table)

    def _prepare(self, table: Table) -> None:
        kinds = {column.name: column.type for column in table.columns}
        self.types = [_WIRE_TYPES.get(kind, kind) for kind in kinds.values()]
        columns = ", ".join(kinds)
        arrays = ", ".join(f"%b::{kinds[key]}[]" for key in table.key)
        same = " AND ".join(f"held.{key} = old.{key}" for key in table.key)
        found_by, where = self.model.found_by, self.model.found_where
        self.copy = raw(f"COPY {self.relation} ({columns}) FROM STDIN (FORMAT BINARY)")
        self.delete = raw(
            f"DELETE FROM {self.relation} AS held "
            f"USING unnest({arrays}) AS old ({', '.join(table.key)}) WHERE {same}"
        )
        self.select = raw(
            f"SELECT {columns} FROM {self.relation} WHERE {found_by} = ANY(%b) AND {where}"
        )

    def fold(self, events: Sequence[RecordedEvent]) -> None:
        """Fold events that concern the read model, in order; the rows that they may touch are loaded."""
        self.model.fold(events, self.rows)

    def load(self, keys: Iterable[UUID], cursor: Cursor[Any]) -> None:
        """Read the rows under `keys` that are not yet in memory."""
        missing = self.rows.missing(keys)
        if missing:
            found = cursor.execute(self.select, (missing,), binary=True).fetchall()
            rows = [self.model.row(*values) for values in found]
            self.rows.load(missing, [(getattr(row, self.model.found_by), row) for row in rows])

    def take_changes(self, cursor: Cursor[Any]) -> Changes:
        """Return what all rows that were touched come to, ready to be sent: later folding does not change it.

        Raises DataError for a value that PostgreSQL cannot hold.
        """
        touched = self.rows.take_touched()
        finished, final = self.rows.take_final()
        return self._changes([*touched, *finished], final, cursor)

    def take_final(self, cursor: Cursor[Any]) -> Changes:
        """Return the like of the rows alone that no later event changes. Raises DataError."""
        return self._changes(*self.rows.take_final(), cursor)

    def forget_some(self) -> None:
        """Keep only some rows in memory; all changes taken must be written by now."""
        self.rows.forget_some(ROWS_KEPT)

    def _changes(
        self, changed: list[Any], final: list[tuple[Any, ...]], cursor: Cursor[Any]
    ) -> Changes:
        replaced = [self._key(row) for row in changed if row.is_stored]
        for row in changed:
            row.is_stored = True
        if not replaced:
            keys: list[list[Any]] = []
        elif len(self.model.table.key) == 1:
            keys = [replaced]
        else:
            keys = [list(column) for column in zip(*replaced, strict=True)]
        new = [*map(self._values, changed), *final]
        return Changes(self, keys, self._copied(new, cursor) if new else b"")

    def _copied(self, rows: list[tuple[Any, ...]], cursor: Cursor[Any]) -> bytes:
        """Return rows as COPY takes them. Made here, sending costs the writing thread next to nothing."""
        data = BytesIO()
        unused = row_cursor(cursor.connection)  # it says how values are written, and sends nothing
        with Copy(unused, binary=True, writer=FileWriter(data)) as copy:
            copy.set_types(self.types)
            for row in rows:
                copy.write_row(row)
        return data.getvalue()


class Changes(NamedTuple):
    """What some events change in one generation: keys of the rows that go, by column, and the rows that come."""

    generation: Generation
    replaced: list[list[Any]]
    rows: bytes

    def write(self, cursor: Cursor[Any]) -> None:
        """Put the new rows in the place of the old ones."""
        if self.replaced:
            cursor.execute(self.generation.delete, self.replaced)
        if self.rows:
            with cursor.copy(self.generation.copy) as copy:
                copy.write(self.rows)


def create_relation(
    cursor: Cursor[Any], table: Table, relation: str, *, temporary: bool = False
) -> None:
    """Make the table of a generation, with its key and its indexes."""
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    kind = "TEMP TABLE" if temporary else "TABLE"
    cursor.execute(
        raw(f"CREATE {kind} {relation} ({columns}, PRIMARY KEY ({', '.join(table.key)}))")
    )
    for index in table.indexes:
        cursor.execute(raw(f"CREATE INDEX ON {relation} {index}"))
