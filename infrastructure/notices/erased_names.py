"""Masked names in an issued notice that nobody can read again: the persons were erased since (Article 51).

Made again, the notice lacks them. Where the log says that the person was erased, the name is taken as it was
issued, and that is told: what was issued is held by its digest in the log, so that nothing can hide
behind it. A name that is gone without an erasure is told as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from ...domain.events import ERASED
from ...projections.monthly_ledger_notice.model import MonthlyLedgerNotice, Problem

# As of the notice, so from the log alone: a live row could be made to point at somebody who was erased.
_PERSONS = """
    SELECT r.stream_id, coalesce(c.person_id, r.record_id)
    FROM rectifications_asof r LEFT JOIN assistance_cases_asof c ON c.stream_id = r.record_id
    WHERE r.stream_id = ANY(%s)
"""


class NamedAsIssued(NamedTuple):
    """A notice made again, with `names` of persons erased since as they were issued, and what is to be said."""

    notice: Any
    names: int = 0
    notes: tuple[str, ...] = ()


def name_as_issued(
    connection: Connection[Any],
    again: MonthlyLedgerNotice,
    issued: MonthlyLedgerNotice,
    erased_on: Callable[[UUID], date | None],
) -> NamedAsIssued:
    """Return the notice with the names of persons erased since as issued. Rule 51.2."""
    naming = _Naming(connection, issued, erased_on)
    problems = tuple(
        naming.named(problem, f"problem {number}")
        for number, problem in enumerate(again.problems, 1)
    )
    put_right = tuple(
        one.model_copy(update={"problem": naming.named(one.problem, f"put right {number}")})
        for number, one in enumerate(again.put_right, 1)
    )
    notice = again.model_copy(update={"problems": problems, "put_right": put_right})
    return NamedAsIssued(notice, naming.names, tuple(naming.notes))


class _Naming:
    """Compares the names of problems with those that were issued."""

    def __init__(
        self,
        connection: Connection[Any],
        issued: MonthlyLedgerNotice,
        erased_on: Callable[[UUID], date | None],
    ) -> None:
        listed: Iterable[Problem] = (*issued.problems, *(one.problem for one in issued.put_right))
        self._issued = {problem.rectification_id: problem.title for problem in listed}
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(_PERSONS, (list(self._issued),)).fetchall()
        self._persons: dict[UUID, UUID] = dict(rows)
        self._erased_on = erased_on
        self.names = 0
        self.notes: list[str] = []

    def named(self, problem: Problem, place: str) -> Problem:
        """Return a problem as it was issued, where it differs by the name of a person erased since."""
        title = self._issued.get(problem.rectification_id)
        if title is None or title == problem.title or ERASED not in (title, problem.title):
            return problem
        person_id = self._persons.get(problem.rectification_id)
        day = self._erased_on(person_id) if person_id is not None else None
        where = f"{place} (ledger {problem.number})"
        if title == ERASED:
            self.notes.append(
                f"{where}: the name could not be read when the notice was issued and now it can: "
                "a person's key was restored, from a backup perhaps; erase anew"
            )
            return problem
        if day is None:
            self.notes.append(
                f"{where}: the name cannot be read any more and the log tells of no erasure: "
                "a person's key was destroyed past the service"
            )
            return problem
        self.names += 1
        self.notes.append(
            f"{where}: the person was erased on {day} (see `taizhang erasure list`), "
            "so that nobody can read the name again: it is taken as it was issued"
        )
        return problem.model_copy(update={"title": title})
