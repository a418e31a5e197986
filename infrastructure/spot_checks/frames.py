"""The records of a frame, read straight from the log: no read model is trusted, and memory stays small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from psycopg import sql
from psycopg.rows import tuple_row

from ...domain.calendar import day_bounds
from ...domain.events import Event
from ...domain.job_seeker.merging import LedgerMergedFrom
from ...domain.supervision.spot_check.frame import KeptRecord
from ...domain.supervision.spot_check.kinds import POPULATIONS, RecordKind
from ..database import Database

AT_ONCE = 20_000
"""Records read at a time."""

# Streams in the order of their ids, each with who acted last in the events that say who keeps it.
_RECORDS = """
    SELECT originator_id,
        (array_agg(agency_code ORDER BY originator_version DESC) FILTER (WHERE topic IN ({kept_by})))[1]
    FROM stored_events WHERE topic IN ({topics}) AND notification_id <= {position}
    GROUP BY originator_id
    HAVING (bool_or(topic IN ({opened_by})) OR originator_id = ANY({taken_over}))
        AND bool_or(topic IN ({kept_by})) AND NOT coalesce(bool_or(topic IN ({left_by})), false)
    ORDER BY originator_id
"""
_TAKEN_OVER = """
    SELECT originator_id FROM stored_events
    WHERE topic IN ({topics}) AND notification_id <= {position}
        AND convert_from(state, 'UTF8')::jsonb -> 'carried' ->> {field} IS NOT NULL
"""
_END_OF_DAY = """
    SELECT coalesce(max(notification_id), 0) FROM stored_events
    WHERE recorded_at < %s AND (%s::bigint IS NULL OR notification_id < %s)
"""


class Frames:
    """Reads frames as of a position of the log."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def position_at_end_of(
        self, day: date, *, before: int | None = None, less: timedelta = timedelta(0)
    ) -> int:
        """Return the log position of the last event recorded until the end of `day`, 0 for none.

        Looked at again, only what stood `before` a position counts: a clock that was set back
        afterwards changes nothing. `less` looks at so much before the end of the day.
        """
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(
                _END_OF_DAY.encode(), (day_bounds(day)[1] - less, before, before)
            ).fetchone()
        return int(found[0]) if found else 0

    @contextmanager
    def records(self, kind: RecordKind, position: int) -> Iterator[Iterator[KeptRecord]]:
        """Give the records of a kind that the log holds up to `position`, in the order of their ids."""
        population = POPULATIONS[kind]
        opened_by, kept_by, left_by = (
            _topics(events)
            for events in (population.opened_by, population.kept_by, population.left_by)
        )
        with (
            self._database.connect() as connection,
            connection.transaction(force_rollback=True),
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            taken_over = []
            if population.taken_over:
                query = sql.SQL(_TAKEN_OVER).format(
                    topics=_literals(_topics((LedgerMergedFrom,))),
                    position=sql.Literal(position),
                    field=sql.Literal(population.taken_over),
                )
                taken_over = [stream_id for (stream_id,) in cursor.execute(query)]
            query = sql.SQL(_RECORDS).format(
                topics=_literals({*opened_by, *kept_by, *left_by}),
                opened_by=_literals(opened_by),
                kept_by=_literals(kept_by),
                left_by=_literals(left_by) if left_by else sql.SQL("NULL"),
                taken_over=sql.Literal(taken_over),
                position=sql.Literal(position),
            )
            with connection.cursor("frame", row_factory=tuple_row) as rows:
                rows.itersize = AT_ONCE
                yield map(KeptRecord._make, rows.execute(query))


def _topics(events: tuple[type[Event], ...]) -> list[str]:
    """Return the stored names of events, of every version of their shape."""
    return [
        event.event_name if version == 1 else f"{event.event_name}@{version}"
        for event in events
        for version in range(1, event.schema_version + 1)
    ]


def _literals(topics: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join([sql.Literal(topic) for topic in sorted(topics)])
