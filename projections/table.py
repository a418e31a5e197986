"""How a read model's tables are described: pure data, from which the database's tables are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name and PostgreSQL type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a read model.

    `key` is its primary key. An `insert_only` table gets rows and never changes them. `indexes` are
    the parts of a CREATE INDEX statement after ``ON table``.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    insert_only: bool = False
    indexes: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def columns(**types: str) -> tuple[Column, ...]:
    """Return columns from ``name="type"``; an underscore at a name's end is dropped."""
    return tuple(Column(name.rstrip("_"), kind) for name, kind in types.items())
