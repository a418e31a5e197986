"""What queries stand on that also sum up earlier days."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from ...application.ports import Clock
from ...application.service import CommandService
from ..database import Database
from ..projecting.as_of import SUFFIX
from .looking import Looking

OVERDUE = """
    SELECT agency_code, rule, count(*) AS overdue FROM obligations{asof}
    WHERE outcome = 'open' AND due_on < %(day)s AND duty = ANY(%(duties)s)
        AND agency_code = ANY(%(codes)s)
    GROUP BY agency_code, rule
"""
"""How many duties are overdue on a day, by agency and rule."""


class AsOf(Protocol):
    """Who can show the read models as they stood at an earlier position."""

    def rewound(self, position: int) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Show them as the views ``…_asof`` of the connection."""
        ...


class LookingBack(Looking):
    """Reads rows of the read models as they stand, or as they stood at the end of an earlier day."""

    def __init__(
        self, database: Database, service: CommandService, clock: Clock, as_of: AsOf
    ) -> None:
        """Stand on the read models, of today and of earlier days."""
        super().__init__(database, service, clock)
        self._as_of = as_of

    def _rows_of_day(
        self, statements: Iterable[str], day: date, asked: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the rows of all statements; `{asof}` in them stands for what their tables' names end in."""
        if day == self._today():
            return [row for text in statements for row in self._rows(text.format(asof=""), asked)]
        found: list[dict[str, Any]] = []
        with (
            self._as_of.rewound(self.position_at_end_of(day)) as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            for text in statements:
                found += cursor.execute(text.format(asof=SUFFIX).encode(), asked).fetchall()
        return found
