"""Building a read model anew beside the live one, comparing the two, switching, and switching back."""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import Cursor

from ...domain.errors import InvalidInput, NotFound
from ...projections.catalogue import ReadModels
from ...projections.read_model import ReadModel
from ..database import Database
from ..store.event_log import EventLog, Reader
from .as_of import fold_scratch, snapshot
from .folding import Folding
from .generations import (
    Standing,
    add_generation,
    columns_of_relation,
    generations_of,
    lock_tables,
    relation_of,
    show,
)
from .pipeline import LARGEST_PAGE, Pipeline, Report
from .projection_store import Generation, raw, row_cursor

EXAMPLES = 5


class Difference(NamedTuple):
    """One row that is not the same: its key, and the row on either side (None where there is none)."""

    key: tuple[str, ...]
    live: dict[str, Any] | None
    fresh: dict[str, Any] | None


class Comparison(NamedTuple):
    """How a live read model compares with a fresh fold of the log up to the same position."""

    name: str
    position: int
    rows: int
    differences: int
    examples: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        """Say whether no row differs."""
        return not self.differences


class Rebuilder:
    """Makes generations of read models and switches between them."""

    def __init__(self, database: Database, reader: Reader, models: ReadModels) -> None:
        """Work on a database whose migrations are applied."""
        self._database = database
        self._reader = reader
        self._models = models

    def rebuild(self, name: str, progress: Report | None = None) -> Comparison:
        """Build a read model anew, compare it with the live one, and switch to it.

        Queries go on as before until the switch, and the live one is kept level but for the short time
        of the comparison. The old generation stays for `switch_back`. Raises NotFound for an unknown name.
        """
        model = self._model(name)
        with self._database.connect() as reading, self._database.connect() as writing:
            reads, writes = row_cursor(reading), row_cursor(writing)
            # One rebuild of a read model at a time; what an earlier one left unfinished goes.
            writes.execute(
                "SELECT pg_advisory_lock(hashtext(current_schema()), hashtext(%s))",
                (f"rebuild {name}",),
            )
            with writing.transaction():
                lock_tables(writes)
                _drop(writes, name, "switched_at IS NULL")
                fresh = add_generation(writes, model)
            folding, log = Folding([fresh]), EventLog(reads, self._reader)
            level = _live(reads, name).position
            Pipeline(folding, log, reads, writes).run(level, level, progress)
            with writing.transaction():
                return self._switch_to(folding, fresh, writes)

    def _switch_to(self, folding: Folding, fresh: Generation, cursor: Cursor[Any]) -> Comparison:
        """Bring `fresh` level with the live generation, which is held where it is, compare and switch."""
        model = fresh.model
        lock_tables(cursor)
        cursor.execute("SELECT FROM read_models WHERE name = %s AND live FOR UPDATE", (model.name,))
        live = _live(cursor, model.name)
        log = EventLog(cursor, self._reader)
        while fresh.position < live.position:
            page = log.page(fresh.position, LARGEST_PAGE, live.position)
            folding.page(page.entries, cursor)
        relation = relation_of(model.name, live.number)
        found = compare(cursor, model, relation, fresh.relation, live.position)
        _make_live(cursor, model, fresh.number)
        return found

    def switch_back(self, name: str) -> int:
        """Make the generation live that was so before, and return its number. Raises NotFound without one.

        It goes on from where it stood.
        """
        model = self._model(name)
        with self._database.connect() as connection, connection.transaction():
            cursor = row_cursor(connection)
            lock_tables(cursor)
            former = cursor.execute(
                "SELECT generation FROM read_models WHERE name = %s AND NOT live "
                "AND switched_at IS NOT NULL ORDER BY switched_at DESC, generation DESC LIMIT 1",
                (name,),
            ).fetchone()
            if former is None:
                raise NotFound(f"{name} has no earlier generation", field="name")
            _make_live(cursor, model, former[0])
            return int(former[0])

    def drop_old(self, name: str) -> list[int]:
        """Drop every generation but the live one and return their numbers."""
        self._model(name)
        with self._database.connect() as connection, connection.transaction():
            cursor = row_cursor(connection)
            lock_tables(cursor)
            return _drop(cursor, name, "switched_at IS NOT NULL")

    def verify(self, name: str, progress: Report | None = None) -> Comparison:
        """Compare a live read model with a fresh fold of the log up to its position.

        Writers and the projector go on meanwhile. Raises InvalidInput when another version of the code
        made it.
        """
        model = self._model(name)
        with snapshot(self._database) as connection:
            cursor = row_cursor(connection)
            live = _live(cursor, name)
            if not live.is_of(model):
                raise InvalidInput(f"{name} was made by another version: rebuild it", field="name")
            (fresh,) = fold_scratch(
                cursor, self._reader, (model,), live.position, progress=progress
            )
            return compare(
                cursor, model, relation_of(name, live.number), fresh.relation, live.position
            )

    def _model(self, name: str) -> ReadModel[Any]:
        for model in self._models:
            if model.name == name:
                return model
        known = ", ".join(model.name for model in self._models)
        raise NotFound(f"no read model is called {name!r}; there are {known}", field="name")


def compare(
    cursor: Cursor[Any], model: ReadModel[Any], live: str, fresh: str, position: int
) -> Comparison:
    """Compare two tables of a read model row by row, in the columns that both have."""
    both = set(columns_of_relation(cursor, live)) & set(columns_of_relation(cursor, fresh))
    names = {column.partition(" ")[0] for column in both}
    # A key that one table has not yet is empty there: no row is then the same as another.
    key = model.table.key
    shown = [column for column in model.table.columns if column.name in {*names, *key}]
    left, right = (
        ", ".join(
            column.name if column.name in held else f"NULL::{column.type} AS {column.name}"
            for column in shown
        )
        for held in (_names(cursor, live), _names(cursor, fresh))
    )
    joined = (
        f"FROM (SELECT {left} FROM {live}) AS live "
        f"FULL JOIN (SELECT {right} FROM {fresh}) AS fresh USING ({', '.join(key)})"
    )
    rows, differences = cursor.execute(
        raw(f"SELECT count(*), count(*) FILTER (WHERE live IS DISTINCT FROM fresh) {joined}")
    ).fetchone() or (0, 0)
    examples: tuple[Difference, ...] = ()
    if differences:
        keys = ", ".join(f"{column}::text" for column in model.table.key)
        plain = cursor.connection.cursor()  # with JSON read as usual
        found = plain.execute(
            raw(
                f"SELECT ARRAY[{keys}], to_jsonb(live), to_jsonb(fresh) {joined} "
                f"WHERE live IS DISTINCT FROM fresh ORDER BY {', '.join(key)} LIMIT {EXAMPLES}"
            )
        ).fetchall()
        examples = tuple(Difference(tuple(one), left, right) for one, left, right in found)
    return Comparison(model.name, position, rows, differences, examples)


def _names(cursor: Cursor[Any], relation: str) -> set[str]:
    return {column.partition(" ")[0] for column in columns_of_relation(cursor, relation)}


def _live(cursor: Cursor[Any], name: str) -> Standing:
    for known in generations_of(cursor, name):
        if known.live:
            return known
    raise NotFound(f"{name} has no tables yet: catch up first", field="name")


def _make_live(cursor: Cursor[Any], model: ReadModel[Any], number: int) -> None:
    cursor.execute("UPDATE read_models SET live = false WHERE name = %s AND live", (model.name,))
    cursor.execute(
        "UPDATE read_models SET live = true, switched_at = clock_timestamp() "
        "WHERE name = %s AND generation = %s",
        (model.name, number),
    )
    show(cursor, model, relation_of(model.name, number))
    # Whoever follows the log looks at once where it is to go on.
    cursor.execute("SELECT pg_notify('taizhang_events', current_schema())")


def _drop(cursor: Cursor[Any], name: str, condition: str) -> list[int]:
    found = cursor.execute(
        raw(
            "DELETE FROM read_models WHERE name = %s AND NOT live "
            f"AND {condition} RETURNING generation"
        ),
        (name,),
    ).fetchall()
    numbers = sorted(number for (number,) in found)
    for number in numbers:
        cursor.execute(raw(f"DROP TABLE IF EXISTS {relation_of(name, number)}"))
    return numbers
