"""The books of the read models: which generations there are, which is live, how far each has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Cursor

from ...projections.read_model import ReadModel
from .projection_store import Generation, create_relation, raw

LEADER_LOCK = 2
"""Advisory lock of a schema (the log's own is 1): who holds it folds into the live generations."""
TABLES_LOCK = 3
"""Advisory lock of a schema under which generations are made, switched and dropped."""

_ADVANCE = """
    UPDATE read_models SET position = %b
    FROM unnest(%b::text[], %b::integer[], %b::boolean[], %b::bigint[]) AS known (name, generation, live, position)
    WHERE read_models.name = known.name AND read_models.generation = known.generation
        AND read_models.live = known.live AND read_models.position = known.position
"""


class Superseded(Exception):
    """Another process moved a generation on, or switched to another: look again where things stand."""


class Standing(NamedTuple):
    """A generation as it is in the books."""

    number: int
    version: int
    basis: str
    position: int
    live: bool

    def is_of(self, model: ReadModel[Any]) -> bool:
        """Say whether the code's version of the read model made it, on the same data."""
        return self.version == model.version and self.basis == model.basis


def relation_of(name: str, number: int) -> str:
    """Return the name of a generation's table."""
    return f"{name}_g{number}"


def lock_tables(cursor: Cursor[Any]) -> None:
    """Be the only one to make, switch or drop generations, until the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), %s)", (TABLES_LOCK,))


def generations_of(cursor: Cursor[Any], name: str) -> list[Standing]:
    """Return the generations of a read model, the oldest first."""
    found = cursor.execute(
        "SELECT generation, version, basis, position, live FROM read_models WHERE name = %s "
        "ORDER BY generation",
        (name,),
    ).fetchall()
    return [Standing(*values) for values in found]


def live_generations(cursor: Cursor[Any]) -> dict[str, Standing]:
    """Return the live generation of each read model that has any, by its name."""
    found = cursor.execute(
        "SELECT name, generation, version, basis, position, live FROM read_models WHERE live"
    ).fetchall()
    return {name: Standing(*values) for name, *values in found}


def ensure_generations(cursor: Cursor[Any], models: Iterable[ReadModel[Any]]) -> None:
    """Make a first, empty, live generation of each read model that has none; in a transaction."""
    live = live_generations(cursor)
    missing = [model for model in models if model.name not in live]
    if missing:
        lock_tables(cursor)
    for model in missing:
        if not generations_of(cursor, model.name):
            made = add_generation(cursor, model, live=True)
            show(cursor, model, made.relation)


def add_generation(cursor: Cursor[Any], model: ReadModel[Any], *, live: bool = False) -> Generation:
    """Make the next, empty generation of a read model; in a transaction that called `lock_tables`."""
    number = max((known.number for known in generations_of(cursor, model.name)), default=0) + 1
    relation = relation_of(model.name, number)
    create_relation(cursor, model.table, relation)
    cursor.execute(
        "INSERT INTO read_models (name, generation, version, basis, position, live, switched_at) "
        "VALUES (%s, %s, %s, %s, 0, %s, CASE WHEN %s THEN clock_timestamp() END)",
        (model.name, number, model.version, model.basis, live, live),
    )
    return Generation(model, relation, number=number, live=live)


def show(cursor: Cursor[Any], model: ReadModel[Any], relation: str) -> None:
    """Let the view of the read model's name show `relation`."""
    shown = columns_of_relation(cursor, model.name)
    if shown and shown != columns_of_relation(cursor, relation):
        cursor.execute(raw(f"DROP VIEW {model.name}"))  # only like columns can be replaced
    cursor.execute(raw(f"CREATE OR REPLACE VIEW {model.name} AS SELECT * FROM {relation}"))


def columns_of_relation(cursor: Cursor[Any], relation: str) -> list[str]:
    """Return the names and types of a table's or view's columns, none where there is no such relation."""
    found = cursor.execute(
        "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (relation,),
    ).fetchall()
    return [str(column) for (column,) in found]


def open_live(cursor: Cursor[Any], models: Iterable[ReadModel[Any]]) -> list[Generation]:
    """Return the live generations that the code's version of their read model can fold into.

    One that another version made, or that rests on other data, is left out: it is to be rebuilt.
    """
    live = live_generations(cursor)
    waiting: dict[tuple[str, int], list[UUID]] = {}
    for name, number, stream_id in cursor.execute(
        "SELECT DISTINCT name, generation, stream_id FROM projection_set_aside"
    ).fetchall():
        waiting.setdefault((name, number), []).append(stream_id)
    return [
        Generation(
            model,
            relation_of(model.name, known.number),
            number=known.number,
            position=known.position,
            live=True,
            waiting=waiting.get((model.name, known.number), ()),
        )
        for model in models
        if (known := live.get(model.name)) is not None and known.is_of(model)
    ]


def advance(
    cursor: Cursor[Any], generations: Sequence[Generation], was: list[int], now: int
) -> None:
    """Write down that `generations`, which stood at `was`, have come to `now`.

    Raises Superseded when the books say otherwise: what was folded must then not be committed.
    """
    cursor.execute(
        _ADVANCE,
        (
            now,
            [generation.model.name for generation in generations],
            [generation.number for generation in generations],
            [generation.live for generation in generations],
            was,
        ),
    )
    if cursor.rowcount != len(generations):
        raise Superseded("a read model was moved on, or switched, by another process")


class Aside(NamedTuple):
    """An event that a generation sets aside: for its error, or (None) because its stream waits."""

    generation: Generation
    position: int
    stream_id: UUID
    topic: str
    error: str | None
    attempts: int


def set_aside(cursor: Cursor[Any], asides: Iterable[Aside]) -> None:
    """Write down what is set aside; of a scratch generation nothing is kept."""
    kept = [
        (aside.generation.model.name, aside.generation.number, *aside[1:])
        for aside in asides
        if aside.generation.number
    ]
    if kept:
        cursor.executemany(
            "INSERT INTO projection_set_aside (name, generation, position, stream_id, topic, error, attempts) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            kept,
        )
