"""What a read model is: one table, and the function that folds events into its rows.

A page of the log goes through a read model like this: `keys` says which rows the page may touch;
whoever runs the fold puts those rows into a `Rows`; `fold` changes them in memory in the order of the
log; the rows that were touched are written back. Nothing here knows of a database, so a read model is
a pure function of the log, whatever the pages are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import islice
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from ..domain.events import Event, RecordedEvent
from .table import Column, Table

Json = Annotated[str, "jsonb"]
"""JSON as text: a fold makes it and hands it on, and seldom looks into it."""
Int = Annotated[int, "integer"]
SmallInt = Annotated[int, "smallint"]

_TYPES = {
    UUID: "uuid",
    str: "text",
    date: "date",
    datetime: "timestamptz",
    int: "bigint",
    bool: "boolean",
}


class Unfoldable(Exception):
    """An event that does not fit what the log said before: it cannot be folded."""


class Row:
    """A row that later events change: a slotted dataclass whose fields are the table's columns.

    The rows of a table that is only added to are plain named tuples.
    """

    __slots__ = ("is_stored",)

    is_stored: bool
    """Whether the table holds an older form of this row, which the new one replaces."""


def columns_of(row: type[Any]) -> tuple[Column, ...]:
    """Return the columns that the fields of a row's class stand for."""
    hints = get_type_hints(row, include_extras=True)
    return tuple(Column(name, _type_of(hints[name])) for name in field_names(row))


def field_names(row: type[Any]) -> tuple[str, ...]:
    """Return the names of a row's fields, in order."""
    named: tuple[str, ...] | None = getattr(row, "_fields", None)
    return named if named is not None else tuple(field.name for field in fields(row))


def _type_of(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        return str(get_args(hint)[1])
    if hint in _TYPES:
        return _TYPES[hint]
    (held,) = (part for part in get_args(hint) if part is not NoneType)
    return _type_of(held)


R = TypeVar("R", bound=Row)


class Rows(Generic[R]):
    """The rows that a fold works on, in groups by the key under which they are looked up.

    A group once `load`ed stays, so that a later page need not read it again: until the rows are taken for
    writing, and after that until `forget_some` makes room. A key that has no rows has an empty group.
    """

    __slots__ = ("_final", "_finished", "_former", "_groups", "_touched")

    def __init__(self) -> None:
        # By the key's number: a UUID is hashed and compared in Python, an int is not.
        self._groups: dict[int, list[R]] = {}
        self._former: dict[int, list[R]] = {}
        self._touched: dict[R, None] = {}
        self._finished: list[R] = []
        self._final: list[tuple[Any, ...]] = []

    @property
    def burden(self) -> int:
        """How many keys were looked up since the rows were last taken."""
        return len(self._groups)

    def missing(self, keys: Iterable[UUID]) -> list[UUID]:
        """Return the keys whose groups are yet to be loaded."""
        groups, former = self._groups, self._former
        missing = []
        for number, key in {key.int: key for key in keys}.items():
            if number not in groups:
                group = former.pop(number, None)
                if group is None:
                    missing.append(key)
                else:
                    groups[number] = group
        return missing

    def load(self, keys: Iterable[UUID], found: Iterable[tuple[UUID, R]]) -> None:
        """Take what the table holds under `keys`."""
        groups = self._groups
        for key in keys:
            groups[key.int] = []
        for key, row in found:
            row.is_stored = True
            groups[key.int].append(row)

    def group(self, key: UUID) -> list[R]:
        """Return the rows under `key`. A change of one is told by `touch`."""
        return self._groups[key.int]

    def one(self, key: UUID) -> R:
        """Return the row under `key`, which is going to be changed. Raises Unfoldable without one."""
        group = self._groups[key.int]
        if not group:
            raise Unfoldable(f"{key} was not heard of before")
        row = group[0]
        self._touched[row] = None
        return row

    def touch(self, row: R) -> None:
        """Say that a row was changed."""
        self._touched[row] = None

    def finish(self, row: R, key: UUID) -> None:
        """Say that a row under `key` was changed for the last time: no later event finds it."""
        self._groups[key.int].remove(row)
        self._touched.pop(row, None)
        self._finished.append(row)

    def add(self, row: R, key: UUID) -> None:
        """Add a new row, which later events find under `key`."""
        row.is_stored = False
        self._touched[row] = None
        self._groups[key.int].append(row)

    def add_final(self, values: tuple[Any, ...]) -> None:
        """Add a new row, by its values in the order of the columns, that no later event changes."""
        self._final.append(values)

    def replace(self, row: R, key: UUID) -> None:
        """Let `row` be the only row under `key`."""
        group = self._groups[key.int]
        row.is_stored = False
        if group:
            (former,) = group
            row.is_stored = former.is_stored
            self._touched.pop(former, None)
        group[:] = [row]
        self._touched[row] = None

    def take_touched(self) -> list[R]:
        """Return the rows touched since the last call, but not the finished ones, for writing."""
        touched = list(self._touched)
        self._touched.clear()
        self._former.update(self._groups)  # they are used last, and stand at its end
        self._groups = {}
        return touched

    def take_final(self) -> tuple[list[R], list[tuple[Any, ...]]]:
        """Return the rows finished, and those added by `add_final`, since the last call, for writing."""
        finished, self._finished = self._finished, []
        final, self._final = self._final, []
        return finished, final

    def forget_some(self, keep: int) -> None:
        """Forget groups but the `keep` used last. Those used since rows were last taken stay besides.

        What was taken must be written by now: it can then be read again.
        """
        former = self._former
        for number in list(islice(former, max(len(former) - keep, 0))):
            del former[number]

    def forget(self) -> None:
        """Forget everything, also what was touched."""
        for held in (self._touched, self._finished, self._final, self._groups, self._former):
            held.clear()


class ReadModel(ABC, Generic[R]):
    """A table and the fold that fills it.

    A fold is handed the events that concern it; one that it is handed besides changes nothing.

    `version` is raised whenever the fold or the table changes: what is stored is then built anew.
    `basis` names the data besides the log on which the rows rest (a calendar, say); other data also
    ask for building anew. `event_names` are the stored names of the events that concern it. `found_by` is
    the column under which rows are looked up, narrowed by the SQL condition `found_where`; "" when
    no event changes a row. `stream_column` holds the stream from which a row is folded.
    """

    version: ClassVar[int] = 1
    row: type[Any]
    table: Table
    event_names: frozenset[str]
    found_by: str = ""
    found_where: str = "true"
    stream_column: str = "stream_id"
    basis: str = ""

    @property
    def name(self) -> str:
        """The read model's name: its table's."""
        return self.table.name

    def keys(self, events: Iterable[RecordedEvent]) -> Iterable[UUID]:
        """Return the keys of the rows that `events` may touch; one may come more than once."""
        return ()

    def as_of(self, relation: str, position: int) -> str | None:
        """Return SQL for the rows of `relation` as they stood at an earlier position.

        None where the rows do not tell, and must be folded again from the log.
        """
        return (
            f"SELECT * FROM {relation} WHERE position <= {position:d}"
            if self.table.insert_only
            else None
        )

    @abstractmethod
    def fold(self, events: Iterable[RecordedEvent], rows: Rows[R]) -> None:
        """Change `rows` by `events`, in order. Raises Unfoldable, or whatever goes wrong."""


def names_of(events: Iterable[type[Event]]) -> frozenset[str]:
    """Return the stored names of events."""
    return frozenset(event.event_name for event in events)


def values_of(row: type[Any]) -> attrgetter[tuple[Any, ...]]:
    """Return the function that gives a row's values in the order of its columns."""
    return attrgetter(*field_names(row))


def fold_in_memory(
    model: ReadModel[R], pages: Iterable[Sequence[RecordedEvent]]
) -> list[tuple[Any, ...]]:
    """Fold pages into rows without any database and return them, sorted by their key.

    This is what a read model means: the projector's tables equal it.
    """
    rows: Rows[R] = Rows()
    values_in = values_of(model.row)
    key_of = itemgetter(*map(model.table.column_names.index, model.table.key))
    kept: dict[Any, tuple[Any, ...]] = {}
    for page in pages:
        rows.load(rows.missing(model.keys(page)), ())
        model.fold(page, rows)
        touched = rows.take_touched()
        finished, final = rows.take_final()
        for values in (*map(values_in, touched), *map(values_in, finished), *final):
            kept[key_of(values)] = tuple(values)
    return [kept[key] for key in sorted(kept)]
