"""By what a notice or a list names the record of a problem: number, title, and a masked name.

No read model holds a name: a notice reads it from the log, and says no more of it than the surname.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from ...domain.events import ERASED
from ...domain.identity import mask_name
from ...domain.job_seeker.registration import BasicsRecorded
from ...domain.person_ledger import ledger_number
from ...domain.supervision.rectification.events import ConcernedRecord
from ..store.event_store import PostgresEventStore


class Named(NamedTuple):
    """The columns that name a record, and the joins that give them, beside ``rectifications r``."""

    columns: str
    joins: str


_OF_PERSONS = (
    ConcernedRecord.PERSONAL_LEDGERS,
    ConcernedRecord.NEEDS_FILES,
    ConcernedRecord.ASSISTANCE_CASES,
)


def named(suffix: str = "") -> Named:
    """Return them for the live read models, or for those shown under a suffix (``_asof``)."""
    return Named(
        columns="c.person_id AS case_person_id, e.credit_code, e.name AS employer_name, "
        "v.external_id, v.title",
        joins=f"LEFT JOIN assistance_cases{suffix} c ON c.stream_id = r.record_id "
        f"LEFT JOIN vacancies{suffix} v ON v.vacancy_id = r.record_id "
        f"LEFT JOIN employers{suffix} e ON e.stream_id = coalesce(v.stream_id, r.record_id)",
    )


RECORD_NUMBERS = named()


def record_number(row: Mapping[str, Any]) -> str | None:
    """Return the number of the record that a row names: of a person's ledger, an employer, a vacancy."""
    record_id, kind = row["record_id"], row["record_kind"]
    if record_id is None:
        return None
    if kind in _OF_PERSONS:
        return ledger_number(row["case_person_id"] or record_id)
    if kind == ConcernedRecord.VACANCIES:
        return str(row["external_id"] or str(record_id)[:8].upper())
    return str(row["credit_code"] or str(record_id)[:8].upper())


def record_title(row: Mapping[str, Any]) -> str:
    """Return what a record is called: an employer's name, a vacancy's title; nothing for a person."""
    if row["record_kind"] in _OF_PERSONS:
        return ""
    return " ".join(part for part in (row["employer_name"], row["title"]) if part)


class Names(Protocol):
    """Gives the masked names of the persons whose records rows are about."""

    def __call__(
        self, connection: Connection[Any], rows: Sequence[Mapping[str, Any]], /
    ) -> Mapping[UUID, str]:
        """Return them by the id of the record."""
        ...


_BASICS = """
    SELECT DISTINCT ON (stream_id) stream_id, position FROM ledger_entries_asof
    WHERE stream_id = ANY(%s) AND topic = %s ORDER BY stream_id, position DESC
"""


class MaskedNames:
    """Reads from the log how persons were called last, as of what a connection shows. Rule 51.2."""

    def __init__(self, store: PostgresEventStore) -> None:
        """Stand on the log."""
        self._store = store

    def __call__(
        self, connection: Connection[Any], rows: Sequence[Mapping[str, Any]], /
    ) -> Mapping[UUID, str]:
        """Return the masked names by the id of the record; one without a known name is left out."""
        persons = {
            row["record_id"]: row["case_person_id"] or row["record_id"]
            for row in rows
            if row["record_kind"] in _OF_PERSONS
        }
        with connection.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(
                _BASICS, (sorted(set(persons.values())), BasicsRecorded.event_name)
            ).fetchall()
        names = {
            recorded.stream_id: _masked(recorded.event.name)
            for recorded in self._store.events_at([position for _, position in found])
            if isinstance(recorded.event, BasicsRecorded)
        }
        return {record: names[person] for record, person in persons.items() if person in names}


def _masked(name: str) -> str:
    return name if name == ERASED else mask_name(name)
