"""The table of runs, and what an operator decided about jobs: their SQL.

A run is of a *series*, one job at one agency, whose lock is held on the connection that its runs are
written down on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from ...application.jobs import AnyJob, Period, Run, RunState
from ..database import Database

_KEY = "hashtextextended(current_schema() || ':job:' || %(job)s || ':' || %(agency)s, 0)"
_LAST = """
    SELECT run.* FROM unnest(%(agencies)s::uuid[]) AS series (agency_id), LATERAL (
        SELECT * FROM job_runs WHERE job = %(job)s AND job_runs.agency_id = series.agency_id
        ORDER BY period_first DESC LIMIT 1) AS run
"""
_BEGIN = """
    INSERT INTO job_runs AS run (job, agency_id, period_first, period_last, agency_code, state, attempts,
        started_at)
    VALUES (%(job)s, %(agency)s, %(first)s, %(last)s, %(code)s, 'running', 1, %(now)s)
    ON CONFLICT (job, agency_id, period_first) DO UPDATE SET state = 'running',
        attempts = run.attempts + 1, started_at = %(now)s, finished_at = NULL
    RETURNING attempts
"""
_END = """
    UPDATE job_runs SET state = %(state)s, finished_at = %(now)s, next_try_at = %(next)s,
        outcome = %(outcome)s
    WHERE job = %(job)s AND agency_id = %(agency)s AND period_first = %(first)s
"""
_LOCKED = f"""
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32) | objid::bigint = {_KEY}) AS held
"""
_LATEST_DONE = """
    SELECT period_first, period_last, finished_at FROM job_runs WHERE job = %s AND state = 'done'
    ORDER BY period_first DESC, finished_at DESC LIMIT 1
"""
_RETRY = """
    UPDATE job_runs SET next_try_at = NULL WHERE state IN ('failed', 'waiting') AND job = ANY(%s)
        AND (%s::uuid[] IS NULL OR agency_id = ANY(%s))
"""
_SKIP = """
    UPDATE job_runs SET state = 'skipped', outcome = %s, finished_at = %s, next_try_at = NULL
    WHERE state IN ('failed', 'waiting') AND job = %s AND agency_id = ANY(%s)
    RETURNING period_first, period_last
"""


class Switch(NamedTuple):
    """What an operator decided about a job: whether it is on, and its first day (None: no matter)."""

    enabled: bool = True
    begins_on: date | None = None


class RunTable:
    """Reads and writes runs, and the switches of jobs."""

    def __init__(self, database: Database) -> None:
        """Stand on the tables that `Database.migrate` made."""
        self._database = database

    def last(
        self, connection: Connection[Any], job: AnyJob, agency_ids: Sequence[UUID]
    ) -> dict[UUID, Run]:
        """Return the latest run of each series that has one."""
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_LAST, {"job": job.name, "agencies": list(agency_ids)}).fetchall()
        return {row["agency_id"]: _run(row) for row in rows}

    @contextmanager
    def held(self, connection: Connection[Any], job: AnyJob, agency_id: UUID) -> Iterator[bool]:
        """Hold the lock of a series meanwhile; give False where somebody else does."""
        series = {"job": job.name, "agency": str(agency_id)}
        row = connection.execute(f"SELECT pg_try_advisory_lock({_KEY})", series).fetchone()
        if row is None or not row[0]:
            yield False
            return
        try:
            yield True
        finally:
            if not connection.closed:
                connection.execute(f"SELECT pg_advisory_unlock({_KEY})", series)

    def is_held(self, connection: Connection[Any], job: AnyJob, agency_id: UUID) -> bool:
        """Say whether anybody holds the lock of a series."""
        row = connection.execute(_LOCKED, {"job": job.name, "agency": str(agency_id)}).fetchone()
        return bool(row and row[0])

    def begin(
        self, connection: Connection[Any], job: AnyJob, agency_id: UUID, period: Period,
        *, code: str, now: datetime,
    ) -> int:  # fmt: skip
        """Write down that a run begins, and return the how-manieth try it is."""
        row = connection.execute(
            _BEGIN,
            {
                "job": job.name, "agency": agency_id, "first": period.first, "last": period.last,
                "code": code, "now": now,
            },
        ).fetchone()  # fmt: skip
        return int(row[0]) if row else 1

    def end(
        self, connection: Connection[Any], job: AnyJob, agency_id: UUID, period: Period,
        *, state: RunState, now: datetime, next_try: datetime | None, outcome: str,
    ) -> None:  # fmt: skip
        """Write down what became of a run."""
        connection.execute(
            _END,
            {
                "job": job.name, "agency": agency_id, "first": period.first, "state": state,
                "now": now, "next": next_try, "outcome": outcome,
            },
        )  # fmt: skip

    def latest_done(
        self, connection: Connection[Any], job: AnyJob
    ) -> tuple[Period, datetime] | None:
        """Return the latest period of a job that was done anywhere, and when it was."""
        row = connection.execute(_LATEST_DONE, (job.name,)).fetchone()
        return (Period(row[0], row[1]), row[2]) if row else None

    def ask_again(self, jobs: Sequence[str], agency_ids: Sequence[UUID] | None) -> None:
        """Let what failed or waits be tried without a wait; of any agency where none is named."""
        ids = None if agency_ids is None else list(agency_ids)
        with self._database.use() as connection:
            connection.execute(_RETRY, (list(jobs), ids, ids))

    def give_up(
        self, job: AnyJob, agency_ids: Sequence[UUID], reason: str, now: datetime
    ) -> Period | None:
        """Pass over the run of an agency that failed or waits; return its period, None without one."""
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_SKIP, (reason, now, job.name, list(agency_ids))).fetchone()
        return Period(row["period_first"], row["period_last"]) if row else None

    def switches(self) -> dict[str, Switch]:
        """Return what was decided about jobs, by name; of the others nothing was."""
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("SELECT * FROM job_switches").fetchall()
        return {row["job"]: Switch(row["enabled"], row["begins_on"]) for row in rows}

    def keep_switch(self, job: AnyJob, switch: Switch) -> None:
        """Keep what was decided about a job."""
        with self._database.use() as connection:
            connection.execute(
                "INSERT INTO job_switches (job, enabled, begins_on) VALUES (%s, %s, %s) "
                "ON CONFLICT (job) DO UPDATE SET enabled = excluded.enabled, "
                "begins_on = excluded.begins_on",
                (job.name, *switch),
            )


def _run(row: dict[str, Any]) -> Run:
    return Run(
        job=row["job"],
        agency_id=row["agency_id"],
        period=Period(row["period_first"], row["period_last"]),
        agency_code=row["agency_code"],
        state=RunState(row["state"]),
        attempts=row["attempts"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        next_try_at=row["next_try_at"],
        outcome=row["outcome"],
    )
