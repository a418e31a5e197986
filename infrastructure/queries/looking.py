"""What all queries stand on: rows of the read models, and who may look at whose records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.rows import dict_row, tuple_row

from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.calendar import day_bounds, shanghai_day
from ...domain.organisation.powers import Actor, Power, require
from ..database import Database


class Looking:
    """Reads rows for an actor: an agency sees its own records and those below it."""

    def __init__(self, database: Database, service: CommandService, clock: Clock) -> None:
        """Stand on the read models, the directory and the clock."""
        self._database = database
        self._service = service
        self._clock = clock

    def position_at_end_of(self, day: date) -> int:
        """Return the log position of the last event recorded on or before `day`, 0 for none."""
        rows = self._tuples(
            "SELECT coalesce(max(notification_id), 0) FROM stored_events WHERE recorded_at < %s",
            (day_bounds(day)[1],),
        )
        return int(rows[0][0])

    def codes(self, agency_code: str, *, by: Actor) -> list[str]:
        """Return every code under which an agency and those below it hold records. Raises NotAuthorised."""
        return self._codes(by, agency_code)

    def _today(self) -> date:
        return shanghai_day(self._clock())

    def _may_look(self, by: Actor, owner_code: str) -> None:
        directory = self._service.refresh_directory()
        require(directory, by, Power.LOOK, owner_code, self._today())

    def _codes(self, by: Actor, agency_code: str) -> list[str]:
        """Return every code under which the records stand that the agency and those below it hold."""
        self._may_look(by, agency_code)
        directory = self._service.directory
        agency = directory.holder(agency_code, self._today())
        return directory.codes_held(agency, self._today()) if agency else []

    def _rows(
        self, statement: str, parameters: Sequence[Any] | dict[str, Any]
    ) -> list[dict[str, Any]]:
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()

    def _tuples(
        self, statement: str, parameters: Sequence[Any] | dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        """Return rows of a statement that is asked again and again: prepared, and as binary."""
        with (
            self._database.use() as connection,
            connection.cursor(row_factory=tuple_row, binary=True) as cursor,
        ):
            return cursor.execute(statement.encode(), parameters, prepare=True).fetchall()
