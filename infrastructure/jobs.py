"""The office of jobs: finds what is due in the database, does it, and says how it stands.

Whoever does a run holds an advisory lock on its series (job and agency), on a connection that also
writes down what became of the run: a process that dies lets go of both, and one that has lost the lock
cannot write. The lock keeps two schedulers apart; that a run which is done again after a death changes
nothing twice is for its commands to see to, by their ids.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from psycopg.rows import dict_row

from ..application.jobs import (
    FailedInPart,
    Job,
    JobStatus,
    NotYet,
    Period,
    Rhythm,
    Run,
    RunReport,
    RunState,
    SeriesStatus,
    Task,
    due_periods,
    next_period,
    wait_after,
)
from ..application.ports import Clock
from ..application.service import CommandService
from ..domain.calendar import shanghai_day
from ..domain.errors import InvalidInput, NotFound, TaizhangError, Unavailable
from ..domain.organisation.directory import Agency
from ..domain.organisation.powers import Actor
from .database import Database
from .projector import Projector
from .settings import Settings

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""How long a run that waits for something is left alone before it looks for that again."""

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


_ALREADY = "already"
_TRIED_AGAIN = (RunState.FAILED, RunState.WAITING)


class _Due(NamedTuple):
    """A run that is due, in the order in which due runs are done."""

    due_at: datetime
    place: int
    code: str
    job: Job
    agency: Agency
    period: Period


class _Switch(NamedTuple):
    enabled: bool
    begins_on: date | None


class JobOffice:
    """Does what is due, and tells how jobs stand."""

    def __init__(
        self,
        database: Database,
        service: CommandService,
        projections: Projector,
        jobs: Sequence[Job],
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Stand on the table of runs."""
        self._database = database
        self._service = service
        self._projections = projections
        self._jobs = tuple(jobs)
        self._clock = clock
        self._begins_on = settings.jobs_begin_on
        self._first_wait = timedelta(seconds=settings.jobs_retry_seconds)
        self._late_after = timedelta(minutes=settings.jobs_late_minutes)

    # --- doing what is due --------------------------------------------------------------------

    def run_due(
        self,
        *,
        as_of: datetime | None = None,
        job: str | None = None,
        stop: threading.Event | None = None,
    ) -> RunReport:
        """Do everything that is due, oldest first, and return what was done.

        As of now, or as of an earlier moment. What fails is kept with its error and tried again by a
        later call, first after a minute, then after twice as long each time; its series waits, all
        others go on. With `stop` set the run in hand is finished and no other begun.

        Raises InvalidInput for a moment to come, NotFound for an unknown job, Unavailable while the
        database is away.
        """
        now = self._moment(as_of)
        counts: dict[str, int] = dict.fromkeys(
            ("done", "failed", "waiting", "put_off", "elsewhere"), 0
        )
        errors: list[str] = []
        switches = self._switches()
        jobs = [one for one in self._chosen(job) if switches[one.name].enabled]
        try:
            if any(one.rhythm is Rhythm.CONTINUOUS for one in jobs):
                self._keep_level(errors)
            self._service.refresh_directory()
            with self._database.connect() as connection:
                left: set[tuple[str, UUID]] = set()
                for due in sorted(self._due(connection, jobs, switches, now), key=_order):
                    series = (due.job.name, due.agency.stream_id)
                    if stop is not None and stop.is_set():
                        break
                    if series in left:
                        continue
                    came_to, error = self._one(connection, due)
                    if came_to == _ALREADY:
                        continue
                    counts[came_to] += 1
                    if came_to != RunState.DONE:
                        left.add(series)
                    if error:
                        errors.append(f"{due.job.name} {due.code} {due.period.name}: {error}")
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        stopped = stop is not None and stop.is_set()
        return RunReport(**counts, errors=tuple(errors), stopped=stopped)

    def retry(self, job: str | None = None, agency_code: str | None = None) -> RunReport:
        """Try again at once what failed: of one job, of one agency, or all. Raises NotFound."""
        names = [one.name for one in self._chosen(job)]
        with self._database.use() as connection:
            connection.execute(
                "UPDATE job_runs SET next_try_at = NULL WHERE state IN ('failed', 'waiting') "
                "AND job = ANY(%s) AND (%s::uuid[] IS NULL OR agency_id = ANY(%s))",
                (names, *[self._agency_ids(agency_code)] * 2),
            )
        return self.run_due(job=job)

    def skip(self, job: str, agency_code: str, reason: str) -> str:
        """Give up the run of an agency that fails, so that its series goes on; return its period.

        The reason is kept in the place of the error. Raises NotFound where none failed.
        """
        (chosen,) = self._chosen(job)
        if not reason.strip():
            raise InvalidInput("say why the run is given up", field="reason")
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "UPDATE job_runs SET state = 'skipped', outcome = %s, finished_at = %s, "
                "next_try_at = NULL WHERE state IN ('failed', 'waiting') AND job = %s AND agency_id = ANY(%s) "
                "RETURNING period_first, period_last",
                (reason, self._clock(), chosen.name, self._agency_ids(agency_code)),
            ).fetchone()
        if row is None:
            raise NotFound(
                f"no run of {job} failed or waits at {agency_code}: see `taizhang jobs status`"
            )
        period = Period(row["period_first"], row["period_last"])
        log.warning("jobs.skipped", job=job, agency=agency_code, period=period.name)
        return period.name

    def is_on(self, job: str) -> bool:
        """Say whether a job is switched on. Raises NotFound."""
        (chosen,) = self._chosen(job)
        return self._switches()[chosen.name].enabled

    def switch(self, job: str, *, on: bool) -> None:
        """Switch a job on or off. On again, it catches up on what it missed. Raises NotFound."""
        self._keep_switch(job, "enabled", on)

    def begin(self, job: str, day: date) -> None:
        """Let a job begin with the period in which `day` is; earlier ones are never due.

        Agencies at which it ran already go on from where they are. Raises NotFound.
        """
        self._keep_switch(job, "begins_on", day)

    # --- how it stands ------------------------------------------------------------------------

    def status(self, as_of: datetime | None = None) -> list[JobStatus]:
        """Say of each job what was done last, what is due next, what is late, and what failed."""
        now = self._moment(as_of)
        switches = self._switches()
        self._service.refresh_directory()
        with self._database.connect() as connection:
            return [
                self._level_status(job, switches[job.name], now)
                if job.rhythm is Rhythm.CONTINUOUS
                else self._job_status(connection, job, switches[job.name], now)
                for job in self._jobs
            ]

    # --- helpers ------------------------------------------------------------------------------

    def _moment(self, as_of: datetime | None) -> datetime:
        now = self._clock()
        if as_of is None:
            return now
        if as_of > now:
            raise InvalidInput(f"{as_of.isoformat()} is to come yet", field="as_of")
        return as_of

    def _chosen(self, name: str | None) -> tuple[Job, ...]:
        if name is None:
            return self._jobs
        chosen = tuple(job for job in self._jobs if job.name == name)
        if not chosen:
            raise NotFound(
                f"no job is called {name!r}; there are: {', '.join(job.name for job in self._jobs)}"
            )
        return chosen

    def _agency_ids(self, code: str | None) -> list[UUID] | None:
        if code is None:
            return None
        agencies = self._service.refresh_directory().every_agency()
        ids = [agency.stream_id for agency in agencies if code in agency.codes.values()]
        if not ids:
            raise NotFound(f"no agency bears or bore the code {code}", field="agency")
        return ids

    def _keep_level(self, errors: list[str]) -> None:
        try:
            self._projections.catch_up()
        except (Unavailable, psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as error:
            errors.append(f"projections: {_in_words(error)}")
            log.error("jobs.failed", job="projections", error=errors[-1], where=_where(error))
        for standing in self._projections.status():
            if standing.set_aside:
                errors.append(f"projections: {standing.name} has {_aside(standing.set_aside)}")

    def _due(
        self,
        connection: Connection[Any],
        jobs: Sequence[Job],
        switches: dict[str, _Switch],
        now: datetime,
    ) -> Iterator[_Due]:
        for place, job in enumerate(jobs):
            for agency, last in self._series(connection, job):
                begins_on = self._begin_of(switches[job.name])
                for period in due_periods(job, agency, begins_on, last, now):
                    code = agency.code_on(period.last)
                    yield _Due(job.due_at(period), place, code, job, agency, period)

    def _begin_of(self, switch: _Switch) -> date:
        return switch.begins_on or self._begins_on or date.min

    def _series(self, connection: Connection[Any], job: Job) -> Iterator[tuple[Agency, Run | None]]:
        agencies = list(job.agencies(self._service.directory))
        last = self._last(connection, job, [agency.stream_id for agency in agencies])
        for agency in agencies:
            yield agency, last.get(agency.stream_id)

    def _last(self, connection: Connection[Any], job: Job, agencies: list[UUID]) -> dict[UUID, Run]:
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_LAST, {"job": job.name, "agencies": agencies}).fetchall()
        return {row["agency_id"]: _run(row) for row in rows}

    def _one(self, connection: Connection[Any], due: _Due) -> tuple[str, str]:
        """Do a run, unless somebody else does or did; return what came of it, and the error."""
        of = {"job": due.job.name, "agency": str(due.agency.stream_id)}
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(f"SELECT pg_try_advisory_lock({_KEY}) AS held", of).fetchone()
            if row is None or not row["held"]:
                return "elsewhere", ""
            try:
                # Looked at again, now that nobody else changes it.
                last = self._last(connection, due.job, [due.agency.stream_id])
                run = last.get(due.agency.stream_id)
                if run is not None and run.period == due.period:
                    if run.state.is_over:
                        return _ALREADY, ""
                    if run.state in _TRIED_AGAIN and not run.may_be_tried(self._clock()):
                        return "waiting" if run.state is RunState.WAITING else "put_off", ""
                elif run is not None and run.period > due.period:
                    return _ALREADY, ""
                return self._carry_out(connection, due)
            finally:
                if not connection.closed:
                    cursor.execute(f"SELECT pg_advisory_unlock({_KEY})", of)

    def _carry_out(self, connection: Connection[Any], due: _Due) -> tuple[str, str]:
        job, agency, period = due.job, due.agency, due.period
        began = self._clock()
        directory = self._service.refresh_directory()
        of = {"job": job.name, "agency": agency.stream_id, "first": period.first}
        words = {"job": job.name, "agency": due.code, "period": period.name}
        row = connection.execute(
            _BEGIN, {**of, "last": period.last, "code": due.code, "now": began}
        ).fetchone()
        attempts = int(row[0]) if row else 1
        actor = Actor.system(directory.acting_code(agency, shanghai_day(began)))
        state, outcome, next_try = RunState.DONE, "", None
        log.debug("jobs.begun", **words, attempt=attempts)
        try:
            outcome = job.carry_out(Task(job, agency, period, due.code, actor, began))
        except (Unavailable, psycopg.OperationalError, psycopg.InterfaceError):
            raise  # no failure of this agency: the run is taken up again
        except NotYet as missing:
            state, outcome = RunState.WAITING, str(missing)
            next_try = self._clock() + max(self._first_wait, LOOK_AGAIN)
            log.info("jobs.waiting", **words, attempt=attempts, reason=outcome)
        except Exception as failure:
            state, outcome = RunState.FAILED, _in_words(failure)
            next_try = self._clock() + wait_after(attempts, self._first_wait)
            log.error(
                "jobs.failed", **words, attempt=attempts, error=outcome, where=_where(failure)
            )
        ended = self._clock()
        connection.execute(
            _END, {**of, "state": state, "now": ended, "next": next_try, "outcome": outcome}
        )
        if state is RunState.DONE:
            seconds = round((ended - began).total_seconds(), 3)
            log.info("jobs.done", **words, outcome=outcome, attempt=attempts, seconds=seconds)
        return state.value, outcome if state is RunState.FAILED else ""

    def _switches(self) -> dict[str, _Switch]:
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("SELECT * FROM job_switches").fetchall()
        kept = {row["job"]: _Switch(row["enabled"], row["begins_on"]) for row in rows}
        return {job.name: kept.get(job.name, _Switch(True, None)) for job in self._jobs}

    def _keep_switch(self, job: str, column: str, value: object) -> None:
        (chosen,) = self._chosen(job)
        with self._database.use() as connection:
            connection.execute(
                f"INSERT INTO job_switches (job, {column}) VALUES (%s, %s) "
                f"ON CONFLICT (job) DO UPDATE SET {column} = excluded.{column}".encode(),
                (chosen.name, value),
            )
        log.info("jobs.switched", job=job, **{column: str(value)})

    def _job_status(
        self, connection: Connection[Any], job: Job, switch: _Switch, now: datetime
    ) -> JobStatus:
        begins_on = self._begin_of(switch)
        series: list[SeriesStatus] = []
        upcoming: list[tuple[datetime, str]] = []
        agencies = 0
        for agency, last in self._series(connection, job):
            due = list(due_periods(job, agency, begins_on, last, now))
            today = shanghai_day(now)
            if not due and not job.serves(agency, job.rhythm.period_of(today)):
                continue
            agencies += 1
            if due:
                series.append(self._series_status(connection, job, agency, due, last, now))
            period = due[0] if due else next_period(job, agency, begins_on, last)
            upcoming.append((job.due_at(period), period.name))
        done = self._latest_done(connection, job)
        next_due, next_name = min(upcoming, default=(None, None))
        states = [one.state for one in series]
        return JobStatus(
            name=job.name,
            title_zh=job.title_zh,
            rhythm=job.rhythm,
            enabled=switch.enabled,
            begins_on=switch.begins_on or self._begins_on,
            agencies=agencies,
            last_period=done[0].name if done else None,
            last_finished_at=done[1] if done else None,
            next_period=next_name,
            next_due_at=next_due,
            due=len(series),
            failed=states.count("failed"),
            late=sum(
                one.state != RunState.WAITING and now - one.due_at > self._late_after
                for one in series
            ),
            series=tuple(series),
        )

    def _series_status(
        self,
        connection: Connection[Any],
        job: Job,
        agency: Agency,
        due: list[Period],
        last: Run | None,
        now: datetime,
    ) -> SeriesStatus:
        first = due[0]
        due_at = job.due_at(first)
        state = "late" if now - due_at > self._late_after else "due"
        run = last if last is not None and last.period == first else None
        if run is not None:
            state = run.state.value
            if run.state is RunState.RUNNING and not self._is_held(connection, job, agency):
                state = "interrupted"
        return SeriesStatus(
            agency_code=agency.code_on(first.last),
            agency_name=agency.name_on(first.last),
            period=first.name,
            due_at=due_at,
            behind=len(due),
            state=state,
            attempts=run.attempts if run else 0,
            next_try_at=run.next_try_at if run else None,
            error=run.outcome if run and run.state in _TRIED_AGAIN else None,
        )

    def _is_held(self, connection: Connection[Any], job: Job, agency: Agency) -> bool:
        row = connection.execute(
            _LOCKED, {"job": job.name, "agency": str(agency.stream_id)}
        ).fetchone()
        return bool(row and row[0])

    def _latest_done(self, connection: Connection[Any], job: Job) -> tuple[Period, datetime] | None:
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "SELECT period_first, period_last, finished_at FROM job_runs "
                "WHERE job = %s AND state = 'done' ORDER BY period_first DESC, finished_at DESC LIMIT 1",
                (job.name,),
            ).fetchone()
        return (
            (Period(row["period_first"], row["period_last"]), row["finished_at"]) if row else None
        )

    def _level_status(self, job: Job, switch: _Switch, now: datetime) -> JobStatus:
        """Say how the read models stand: what is set aside failed, what lags for long is late."""
        standing = self._projections.status()
        late_after = self._late_after.total_seconds()
        series = tuple(
            SeriesStatus(
                agency_code="",
                agency_name=one.name,
                period=f"position {one.position} of {one.head}",
                due_at=now - timedelta(seconds=one.lag_seconds),
                behind=one.lag_events,
                state="failed" if one.set_aside else "late" if one.needs_rebuild else "due",
                error=f"{_aside(one.set_aside)}: see `taizhang projections status`"
                if one.set_aside
                else "is to be built anew"
                if one.needs_rebuild
                else None,
            )
            for one in standing
            if one.set_aside or one.needs_rebuild or one.lag_seconds > late_after
        )
        return JobStatus(
            name=job.name,
            title_zh=job.title_zh,
            rhythm=job.rhythm,
            enabled=switch.enabled,
            begins_on=None,
            agencies=0,
            last_period=f"position {min((one.position for one in standing), default=0)}",
            last_finished_at=None,
            next_period=None,
            next_due_at=None,
            due=sum(one.lag_events > 0 for one in standing),
            failed=sum(one.set_aside > 0 for one in standing),
            late=sum(one.needs_rebuild or one.lag_seconds > late_after for one in standing),
            series=series,
        )


def _order(due: _Due) -> tuple[datetime, int, str]:
    return due[:3]


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


def _in_words(error: Exception) -> str:
    """Return an error as it may be kept: in our own words, or by its kind alone.

    The text of a foreign error could hold a row of the database, and so somebody's data.
    """
    if isinstance(error, TaizhangError | FailedInPart):
        return str(error)
    state = getattr(error, "sqlstate", None)
    kind = f"{type(error).__name__} {state}" if state else type(error).__name__
    return f"{kind}, which is not foreseen: the log says where it came from"


def _where(error: Exception) -> list[str]:
    """Return where a foreign error came from; what it says is left out."""
    if isinstance(error, TaizhangError | FailedInPart):
        return []
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _aside(events: int) -> str:
    return f"{events} event(s) set aside"
