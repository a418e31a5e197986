"""What is worth a look of its own: records behind with their duties, told from obligations as of a position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ...domain.calendar import zh_date
from ...domain.supervision.spot_check.sampling import Risk
from ..database import Database
from ..projecting.projector import Projector

RISKS_AT_MOST: Final = 100_000
"""Records at risk that are kept in mind while the frame goes by."""

# A duty counts with what it is about and with the ledger that holds it.
_OVERDUE = """
    SELECT key, count(*), min(due_on) FROM (
        SELECT subject_id AS key, due_on, since_position, outcome, closed_position FROM {obligations}
        UNION ALL SELECT stream_id, due_on, since_position, outcome, closed_position FROM {obligations}
            WHERE stream_id <> subject_id
    ) AS held
    WHERE since_position <= %(position)s AND due_on <= %(cut_off)s
        AND (outcome = 'open' OR closed_position > %(position)s)
    GROUP BY key ORDER BY count(*) DESC, min(due_on), key LIMIT %(limit)s
"""


class Risks:
    """Finds records at risk: in the read model to draw by, and in a fresh fold of the log to prove by."""

    def __init__(self, database: Database, projector: Projector) -> None:
        """Stand on the read models and on the log."""
        self._database = database
        self._projector = projector

    def known(self, position: int, cut_off: date) -> dict[UUID, Risk]:
        """Return what was overdue at the cut-off, as the read model has it: quick."""
        self._projector.catch_up()
        with self._database.use() as connection:
            return _overdue(connection, "obligations", position, cut_off)

    def from_log(self, position: int, cut_off: date) -> dict[UUID, Risk]:
        """Return the same from the events alone: their duties are folded anew up to the position."""
        with self._projector.fold_to(position, only=("obligations",)) as connection:
            return _overdue(connection, "obligations_asof", position, cut_off)


def with_named(risks: Mapping[UUID, Risk], named: Mapping[UUID, str]) -> dict[UUID, Risk]:
    """Return risks with the records that were named, which come first."""
    return {**risks, **{key: Risk(0, reason, named=True) for key, reason in named.items()}}


def _overdue(
    connection: Connection[Any], relation: str, position: int, cut_off: date
) -> dict[UUID, Risk]:
    query = sql.SQL(_OVERDUE).format(obligations=sql.Identifier(relation))
    parameters = {"position": position, "cut_off": cut_off, "limit": RISKS_AT_MOST}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    return {
        key: Risk(count, f"截止日有{count}项应办事项逾期未办，最早应于{zh_date(first)}办理")
        for key, count, first in rows
    }
