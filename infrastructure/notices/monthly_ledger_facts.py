"""Gathers the facts of a monthly notice from the read models, in a few set-based queries.

The connection shows the read models as of the position of issue, as ``…_asof``; what the month itself left
(duties) is read from the same rows as of the position where it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from ...domain.calendar import WorkingDayCalendar, day_bounds
from ...domain.organisation.directory import Agency, Directory
from ...domain.regulation import Edition
from ...domain.supervision.rectification.state import STANDING, Stage
from ...domain.supervision.warning import Indicator, Setting, Thresholds, in_force
from ...projections.collector import collector_paused
from ...projections.monthly_ledger_notice.facts import (
    CheckRow,
    DutyCount,
    EntryCount,
    ItemRow,
    MonthFacts,
    ProblemRow,
)
from ..queries.record_numbers import Names, named, record_number, record_title
from .scope import Scope

MENDED = (Stage.PUT_RIGHT, Stage.CLEARED)

_SQL = Path(__file__).parent / "sql"
_THRESHOLDS = """
    SELECT agency_id, indicator, limit_, effective_on FROM warning_thresholds_asof
    WHERE agency_id = ANY(%s) ORDER BY position
"""


@collector_paused()
def gather(
    connection: Connection[Any],
    directory: Directory,
    superior: Agency,
    first: date,
    last: date,
    *,
    position: int,
    month_position: int,
    since: int,
    edition: Edition,
    calendar: WorkingDayCalendar,
    names: Names,
    checks: Sequence[CheckRow],
    items: Sequence[ItemRow],
    same_period: Iterable[str],
) -> MonthFacts:
    """Return the facts of the notice of a month by `superior`.

    `since` is the position of the notice before: what was put right after it is told. Agencies are named
    as they were called on `last`, the last day.

    Rules 56.1, 56.2b, 58.1.
    """
    scope = Scope(directory, superior, last)
    query = _Query(connection)
    common = {"first": first, "last": last, "codes": scope.codes, "month_position": month_position}
    duties = tuple(DutyCount(*row) for row in query("month_duties", **common))
    entries = tuple(EntryCount(*row) for row in query("month_entries", **common))
    problems = problem_rows(
        connection, scope.codes, superior_codes(directory, superior, last), names, since=since
    )
    standing = frozenset(stage.value for stage in STANDING)
    occurring = {
        *(row.agency_code for row in duties),
        *(row.agency_code for row in entries),
        *(row.agency_code for row in problems),
        *(row.agency_code for row in items),
        *(stratum.agency_code for check in checks for stratum in check.strata),
        *(
            domain.agency_code
            for check in checks
            for stratum in check.strata
            for domain in stratum.domains
        ),
    }
    placements = {code: scope.placements[code] for code in occurring if code in scope.placements}
    direct = scope.lines(placements)
    return MonthFacts(
        month=first,
        last_day=last,
        superior=scope.superior,
        direct=direct,
        placements=placements,
        position=position,
        month_position=month_position,
        cutoff=day_bounds(last)[1],
        edition=edition,
        calendar=calendar,
        thresholds=thresholds_of(connection, superior, last, edition),
        closed=frozenset(scope.closed),
        checks=tuple(checks),
        items=tuple(items),
        duties=duties,
        entries=entries,
        problems=tuple(row for row in problems if row.stage in standing),
        mended=tuple(row for row in problems if row.stage not in standing),
        same_period=frozenset(same_period),
        staffed=directory.roles_by_agency(last),
    )


def superior_codes(directory: Directory, superior: Agency, day: date) -> list[str]:
    """Return every code for which `superior` itself answers on `day`."""
    codes = directory.codes_held(superior, day)
    return [code for code in codes if directory.holder(code, day) is superior]


def problem_rows(
    connection: Connection[Any],
    codes: Sequence[str],
    of_superior: Sequence[str],
    names: Names,
    *,
    since: int,
) -> list[ProblemRow]:
    """Return the problems that stand, and those put right after the position `since`."""
    records = named("_asof")
    text = statement("month_problems").replace("{records}", records.columns)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            text.replace("{joins}", records.joins).encode(),
            {
                "codes": list(codes),
                "superior_codes": list(of_superior),
                "standing": [stage.value for stage in STANDING],
                "mended": [stage.value for stage in MENDED],
                "since": since,
            },
        ).fetchall()
    called = names(connection, rows)
    return [_problem(row, called) for row in rows]


def _problem(row: Mapping[str, Any], names: Mapping[UUID, str]) -> ProblemRow:
    return ProblemRow(
        rectification_id=row["stream_id"],
        agency_code=row["agency_code"],
        rule=row["rule"],
        record_kind=row["record_kind"],
        number=record_number(row),
        title=names.get(row["record_id"], "") or record_title(row),
        source=row["source"],
        evidence=row["evidence"],
        stage=row["stage"],
        found_on=row["found_on"],
        times=row["times"],
        last_notice=row["last_notice"],
        first_notified_on=row["first_notified_on"],
        last_notified_on=row["last_notified_on"],
        measures=row["measures"],
        how=row["how"],
        put_right_evidence=row["put_right_evidence"],
        put_right_on=row["put_right_on"],
        interview=row["interview"],
        interview_until=row["interview_until"],
    )


def thresholds_of(
    connection: Connection[Any], superior: Agency, day: date, edition: Edition
) -> Thresholds:
    """Return the thresholds by which `superior` watches the agencies below it, in force on `day`.

    Its own, else those of the nearest agency above it that set one, else the edition's. Rule 58.1.
    """
    line = [agency.stream_id for agency in superior.line_upwards()]
    set_by: dict[tuple[UUID, str], list[Setting]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for agency_id, indicator, limit, effective_on in cursor.execute(_THRESHOLDS, (line,)):
            set_by.setdefault((agency_id, indicator), []).append(Setting(limit, effective_on))
    found = {}
    for indicator in Indicator:
        limits = (in_force(set_by.get((agency, indicator.value), []), day) for agency in line)
        own = next((limit for limit in limits if limit is not None), None)
        found[indicator] = indicator.default(edition) if own is None else own
    return found


class _Query:
    """Runs the queries kept beside this file."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def __call__(self, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            yield from cursor.execute(statement(name).encode(), values)


@cache
def statement(name: str) -> str:
    """Return a query kept beside this file."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
