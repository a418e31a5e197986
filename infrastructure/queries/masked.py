"""Who the persons of a list are, as far as a list may say: ledger number and masked name (Article 51).

No read model holds a name: the job seekers' rows say where in the log it stands, and it is decrypted
for the lines of one list. What was erased stays unreadable there, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from psycopg.rows import tuple_row

from ...domain.events import ERASED
from ...domain.identity import mask_name
from ...domain.person_ledger import ledger_number
from ..database import Database
from ..store.event_store import PostgresEventStore
from ..store.keys import KeyRing

# For each id that is a person's ledger: the one that goes on, where it was merged.
_LEDGERS = b"""
    WITH RECURSIVE upwards AS (
        SELECT stream_id AS asked, stream_id, merged_into, basics_position
        FROM job_seekers WHERE stream_id = ANY(%s)
        UNION ALL
        SELECT u.asked, j.stream_id, j.merged_into, j.basics_position
        FROM upwards u JOIN job_seekers j ON j.stream_id = u.merged_into
    )
    SELECT asked, stream_id, basics_position FROM upwards WHERE merged_into IS NULL
"""


class MaskedPerson(NamedTuple):
    """A person in a list: the ledger, and the surname alone."""

    person_id: UUID
    ledger_number: str
    name: str | None


class MaskedPersons:
    """Finds out who the persons of a list are."""

    def __init__(self, database: Database, store: PostgresEventStore, keys: KeyRing) -> None:
        """Stand on the read models for where names are, on the log and the keys for the names."""
        self._database = database
        self._store = store
        self._keys = keys

    def of(self, ids: Iterable[UUID]) -> dict[UUID, MaskedPerson]:
        """Return the persons whose ledgers have these ids; other ids are left out."""
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(_LEDGERS, (list(set(ids)),)).fetchall()
        self._keys.fetch(person_id for _, person_id, _ in found)
        positions = {position for _, _, position in found if position is not None}
        named = self._store.personal_at(sorted(positions), "name")
        names = {position: _masked(name) for position, name in named}
        return {
            asked: MaskedPerson(person_id, ledger_number(person_id), names.get(position))
            for asked, person_id, position in found
        }


def _masked(name: str) -> str | None:
    return name if name == ERASED else mask_name(name) or None
