"""The read models as they stood at a position of the log.

`fold_to` folds the log from its beginning, trusting nothing but the events: so an issued report is
recomputed. `rewound` starts from the live tables and folds again only the streams that have newer events,
into the read models that these concern (nothing, where the rows themselves tell what they were): so a report
of this morning is made in the evening at little cost. Both give a connection on which the
temporary views ``employers_asof``, ``vacancies_asof``, ``ledger_entries_asof`` and ``obligations_asof``
show the same, so that one query runs in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor, IsolationLevel

from ...domain.errors import TooEarly
from ...projections.catalogue import ReadModels
from ..database import Database
from ..store.event_log import EventLog, Reader
from .folding import Folding
from .generations import live_generations, relation_of
from .pipeline import LARGEST_PAGE, Progress, Report
from .projection_store import Generation, create_relation, raw, row_cursor

SUFFIX = "_asof"


@contextmanager
def fold_to(
    database: Database,
    reader: Reader,
    models: ReadModels,
    position: int,
    progress: Report | None = None,
) -> Iterator[Connection[Any]]:
    """Fold the log up to `position` (inclusive) into scratch tables, and show them as the views.

    Costs as much as a rebuild, in one REPEATABLE READ transaction that is rolled back at the end.
    """
    with snapshot(database) as connection:
        cursor = row_cursor(connection)
        folded = fold_scratch(cursor, reader, models, position, progress=progress)
        _show(cursor, {made.model.name: f"SELECT * FROM {made.relation}" for made in folded})
        yield connection


@contextmanager
def rewound(
    database: Database, reader: Reader, models: ReadModels, position: int
) -> Iterator[Connection[Any]]:
    """Show the live read models as they stood at `position` (inclusive).

    Costs in proportion to the streams with newer events. Raises TooEarly when a read model has not come
    as far as `position`.
    """
    with snapshot(database) as connection:
        cursor = row_cursor(connection)
        relations, newest = _live_relations(cursor, models, position)
        cursor.execute(
            raw(
                "CREATE TEMP TABLE newer_streams ON COMMIT DROP AS "
                "SELECT DISTINCT originator_id AS stream_id, split_part(topic, '@', 1) AS name "
                f"FROM stored_events WHERE notification_id > {position:d} AND notification_id <= {newest:d}"
            )
        )
        told = {model.name: model.as_of(relations[model.name], position) for model in models}
        # Only what a newer event concerns can have changed: other rows are now what they were then.
        names = {name for (name,) in cursor.execute("SELECT DISTINCT name FROM newer_streams")}
        changing = tuple(
            model for model in models if told[model.name] is None and model.event_names & names
        )
        concerned = sorted(
            names.intersection(chain.from_iterable(model.event_names for model in changing))
        )
        cursor.execute("DELETE FROM newer_streams WHERE name <> ALL (%s)", (concerned,))
        newer = cursor.execute("SELECT DISTINCT stream_id FROM newer_streams").fetchall()
        streams = [stream for (stream,) in newer]
        scratches = fold_scratch(cursor, reader, changing, position, streams) if streams else []
        refolded = {scratch.model.name: scratch.relation for scratch in scratches}
        shown = {}
        for model in models:
            query = told[model.name] or f"SELECT * FROM {relations[model.name]} AS live"
            if model.name in refolded:
                query += (
                    " WHERE NOT EXISTS (SELECT FROM newer_streams "
                    f"WHERE stream_id = live.{model.stream_column})"
                    f" UNION ALL SELECT * FROM {refolded[model.name]}"
                )
            shown[model.name] = query
        _show(cursor, shown)
        yield connection


def fold_scratch(
    cursor: Cursor[Any],
    reader: Reader,
    models: ReadModels,
    position: int,
    streams: list[UUID] | None = None,
    progress: Report | None = None,
) -> list[Generation]:
    """Fold the log, or some streams of it, up to `position` into temporary tables of this transaction.

    An event that cannot be folded stops its stream, as it does in the live tables.
    """
    generations = [_scratch(cursor, model) for model in models]
    folding, log, at = Folding(generations), EventLog(cursor, reader), 0
    while at < position:
        if streams is None:
            page = log.page(at, LARGEST_PAGE, position)
        else:
            page = log.page_of(streams, at, LARGEST_PAGE, position)
        if not page.entries:
            break
        folding.page(page.entries, cursor)
        at = page.last
        if progress is not None:
            progress(Progress(at, position))
    for generation in generations:
        cursor.execute(
            raw(f"ANALYZE {generation.relation}")
        )  # nothing else tells the planner of it
    return generations


@contextmanager
def snapshot(database: Database) -> Iterator[Connection[Any]]:
    """Give a connection in a transaction that sees one moment and leaves nothing behind."""
    with database.connect() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction(force_rollback=True):
            yield connection


def _scratch(cursor: Cursor[Any], model: Any) -> Generation:
    relation = f"scratch_{model.name}"
    create_relation(cursor, model.table, relation, temporary=True)
    return Generation(model, f"pg_temp.{relation}")


def _live_relations(
    cursor: Cursor[Any], models: ReadModels, position: int
) -> tuple[dict[str, str], int]:
    """Return the live tables and the furthest position of any. Raises TooEarly."""
    relations, newest = {}, 0
    books = live_generations(cursor)
    for model in models:
        live = books.get(model.name)
        if live is None or live.position < position:
            reached = live.position if live else 0
            raise TooEarly(f"{model.name} has come to position {reached}, not yet to {position}")
        relations[model.name] = relation_of(model.name, live.number)
        newest = max(newest, live.position)
    return relations, newest


def _show(cursor: Cursor[Any], queries: Mapping[str, str]) -> None:
    """Let the view of each read model show what its query finds; all in one round trip."""
    views = (f"CREATE TEMP VIEW {name}{SUFFIX} AS {query}" for name, query in queries.items())
    cursor.execute(raw("; ".join(views)), prepare=False)
