"""The office of jobs: finds what is due in the database, does it, and says how it stands.

Whoever does a run holds an advisory lock on its series (job and agency), on a connection that also
writes down what became of the run: a process that dies lets go of both, and one that has lost the lock
cannot write. The lock keeps two schedulers apart; that a run which is done again after a death changes
nothing twice is for its commands to see to, by their ids.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection

from ...application.jobs import (
    AnyJob,
    ContinuousJob,
    FailedInPart,
    Job,
    JobStatus,
    NotYet,
    Period,
    Run,
    RunReport,
    RunState,
    Task,
    due_periods,
    wait_after,
)
from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.calendar import shanghai_day
from ...domain.errors import InvalidInput, NotFound, TaizhangError, Unavailable
from ...domain.organisation.directory import Agency
from ...domain.organisation.powers import Actor
from ..database import Database
from ..projecting.projector import Projector
from ..proof.seals import SealOffice
from ..settings import Settings
from .runs import RunTable, Switch
from .status import Looking, set_aside

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""How long a run that waits for something is left alone before it looks for that again."""

_ALREADY = "already"


class _Due(NamedTuple):
    """A run that is due, in the order in which due runs are done."""

    due_at: datetime
    place: int
    code: str
    job: Job
    agency: Agency
    period: Period


class JobOffice:
    """Does what is due, and tells how jobs stand."""

    def __init__(
        self,
        database: Database,
        service: CommandService,
        projections: Projector,
        jobs: Sequence[AnyJob],
        clock: Clock,
        settings: Settings,
        seals: SealOffice | None = None,
    ) -> None:
        """Stand on the table of runs."""
        self._seals = seals
        self._database = database
        self._service = service
        self._projections = projections
        self._jobs = tuple(jobs)
        self._clock = clock
        self._runs = RunTable(database)
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
            if any(isinstance(one, ContinuousJob) for one in jobs):
                self._keep_level(errors)
            self._service.refresh_directory()
            with self._database.connect() as connection:
                left: set[tuple[str, UUID]] = set()
                for due in _in_order(self._due(connection, jobs, switches, now)):
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
        self._runs.ask_again(names, None if agency_code is None else self._agency_ids(agency_code))
        return self.run_due(job=job)

    def skip(self, job: str, agency_code: str, reason: str) -> str:
        """Give up the run of an agency that fails, so that its series goes on; return its period.

        The reason is kept in the place of the error. Raises NotFound where none failed.
        """
        (chosen,) = self._chosen(job)
        if not reason.strip():
            raise InvalidInput("say why the run is given up", field="reason")
        period = self._runs.give_up(chosen, self._agency_ids(agency_code), reason, self._clock())
        if period is None:
            raise NotFound(
                f"no run of {job} failed or waits at {agency_code}: see `taizhang jobs status`"
            )
        log.warning("jobs.skipped", job=job, agency=agency_code, period=period.name)
        return period.name

    def is_on(self, job: str) -> bool:
        """Say whether a job is switched on. Raises NotFound."""
        (chosen,) = self._chosen(job)
        return self._switches()[chosen.name].enabled

    def switch(self, job: str, *, on: bool) -> None:
        """Switch a job on or off. On again, it catches up on what it missed. Raises NotFound."""
        (chosen,) = self._chosen(job)
        kept = self._switches()[chosen.name]
        self._runs.keep_switch(chosen, kept._replace(enabled=on))
        log.info("jobs.switched", job=job, on=on)

    def begin(self, job: str, day: date) -> None:
        """Let a job begin with the period in which `day` is; earlier ones are never due.

        Agencies at which it ran already go on from where they are. Raises NotFound.
        """
        (chosen,) = self._chosen(job)
        kept = self._switches()[chosen.name]
        self._runs.keep_switch(chosen, kept._replace(begins_on=day))
        log.info("jobs.begin_chosen", job=job, day=day.isoformat())

    # --- how it stands ------------------------------------------------------------------------

    def status(self, as_of: datetime | None = None) -> list[JobStatus]:
        """Say of each job what was done last, what is due next, what is late, and what failed."""
        now = self._moment(as_of)
        switches = self._switches()
        self._service.refresh_directory()
        found = []
        with self._database.connect() as connection:
            looking = Looking(self._runs, connection, now, self._late_after)
            for job in self._jobs:
                switch = switches[job.name]
                begins_on = self._begin_of(switch)
                if isinstance(job, Job):
                    series = self._series(connection, job)
                    found.append(looking.at_job(job, switch.enabled, begins_on, series))
                else:
                    found.append(looking.at_read_models(job, switch, self._projections.status()))
        return found

    # --- helpers ------------------------------------------------------------------------------

    def _moment(self, as_of: datetime | None) -> datetime:
        now = self._clock()
        if as_of is None:
            return now
        if as_of > now:
            raise InvalidInput(f"{as_of.isoformat()} is to come yet", field="as_of")
        return as_of

    def _chosen(self, name: str | None) -> tuple[AnyJob, ...]:
        if name is None:
            return self._jobs
        chosen = tuple(job for job in self._jobs if job.name == name)
        if not chosen:
            raise NotFound(
                f"no job is called {name!r}; there are: {', '.join(job.name for job in self._jobs)}"
            )
        return chosen

    def _agency_ids(self, code: str) -> list[UUID]:
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
        if self._seals is not None and self._seals.signing_key is not None:
            self._seals.catch_up()
        for standing in self._projections.status():
            if standing.set_aside:
                errors.append(f"projections: {standing.name} has {set_aside(standing)}")

    def _due(
        self,
        connection: Connection[Any],
        jobs: Sequence[AnyJob],
        switches: dict[str, Switch],
        now: datetime,
    ) -> Iterator[_Due]:
        for place, job in enumerate(jobs):
            if not isinstance(job, Job):
                continue
            for agency, last in self._series(connection, job):
                begins_on = self._begin_of(switches[job.name])
                for period in due_periods(job, agency, begins_on, last, now):
                    code = agency.code_on(period.last)
                    yield _Due(job.due_at(period), place, code, job, agency, period)

    def _begin_of(self, switch: Switch) -> date:
        return switch.begins_on or self._begins_on or date.min

    def _series(self, connection: Connection[Any], job: Job) -> Iterator[tuple[Agency, Run | None]]:
        agencies = list(job.agencies(self._service.directory))
        last = self._runs.last(connection, job, [agency.stream_id for agency in agencies])
        for agency in agencies:
            yield agency, last.get(agency.stream_id)

    def _one(self, connection: Connection[Any], due: _Due) -> tuple[str, str]:
        """Do a run, unless somebody else does or did; return what came of it, and the error."""
        agency_id = due.agency.stream_id
        with self._runs.held(connection, due.job, agency_id) as is_mine:
            if not is_mine:
                return "elsewhere", ""
            # Looked at again, now that nobody else changes it.
            run = self._runs.last(connection, due.job, [agency_id]).get(agency_id)
            if run is not None and run.period > due.period:
                return _ALREADY, ""
            if run is not None and run.period == due.period:
                if run.state.is_over:
                    return _ALREADY, ""
                if run.state.is_tried_again and not run.may_be_tried(self._clock()):
                    return "waiting" if run.state is RunState.WAITING else "put_off", ""
            return self._carry_out(connection, due)

    def _carry_out(self, connection: Connection[Any], due: _Due) -> tuple[str, str]:
        job, agency, period = due.job, due.agency, due.period
        began = self._clock()
        directory = self._service.refresh_directory()
        words = {"job": job.name, "agency": due.code, "period": period.name}
        attempts = self._runs.begin(
            connection, job, agency.stream_id, period, code=due.code, now=began
        )
        actor = Actor.system(directory.acting_code(agency, shanghai_day(began)))
        state, outcome, next_try = RunState.DONE, "", None
        log.debug("jobs.begun", **words, attempt=attempts)
        try:
            outcome = job.carry_out(Task(job, agency, period, due.code, actor, began))
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
        # With the database away this fails as well, and leaves a run that was interrupted.
        self._runs.end(
            connection, job, agency.stream_id, period,
            state=state, now=ended, next_try=next_try, outcome=outcome,
        )  # fmt: skip
        if state is RunState.DONE:
            seconds = round((ended - began).total_seconds(), 3)
            log.info("jobs.done", **words, outcome=outcome, attempt=attempts, seconds=seconds)
        return state.value, outcome if state is RunState.FAILED else ""

    def _switches(self) -> dict[str, Switch]:
        kept = self._runs.switches()
        return {job.name: kept.get(job.name, Switch()) for job in self._jobs}


def _in_order(found: Iterable[_Due]) -> list[_Due]:
    """Return due runs, oldest first; one that is to come `after` others of its agency, behind them."""
    due = list(found)
    latest: dict[tuple[str, UUID], datetime] = {}
    for one in due:
        series = (one.job.name, one.agency.stream_id)
        latest[series] = max(one.due_at, latest.get(series, one.due_at))

    def order(one: _Due) -> tuple[datetime, int, str, date]:
        others = latest.get((one.job.after, one.agency.stream_id), one.due_at)
        return max(one.due_at, others), one.place, one.code, one.period.first

    return sorted(due, key=order)


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
