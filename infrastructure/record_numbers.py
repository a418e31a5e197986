"""By what a notice or a list names the record of a problem: number and title, never a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..domain.person_ledger import ledger_number
from ..domain.supervision.rectification.events import ConcernedRecord


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
