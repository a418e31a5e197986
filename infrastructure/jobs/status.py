"""How jobs stand: what was done last, what is due, what is late, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from ...application.jobs import (
    AnyJob,
    Job,
    JobStatus,
    Period,
    Run,
    RunState,
    SeriesStatus,
    due_periods,
    next_period,
)
from ...domain.calendar import shanghai_day
from ...domain.organisation.directory import Agency
from ..projecting.projector import ReadModelStatus
from .runs import RunTable, Switch


class Looking:
    """Looks at jobs at one moment, by the runs that a connection shows."""

    def __init__(
        self,
        runs: RunTable,
        connection: Connection[Any],
        now: datetime,
        late_after: timedelta,
    ) -> None:
        """Look at `now`; what is due for longer than `late_after` is late."""
        self._runs = runs
        self._connection = connection
        self._now = now
        self._late_after = late_after

    def at_job(
        self,
        job: Job,
        enabled: bool,
        begins_on: date,
        series: Iterable[tuple[Agency, Run | None]],
    ) -> JobStatus:
        """Say how a job stands at its agencies, each with its latest run."""
        behind: list[SeriesStatus] = []
        upcoming: list[tuple[datetime, str]] = []
        current = job.rhythm.period_of(shanghai_day(self._now))
        for agency, last in series:
            due = list(due_periods(job, agency, begins_on, last, self._now))
            if due:
                behind.append(self._series(job, agency, due, last))
            elif not job.serves(agency, current):
                continue
            period = due[0] if due else next_period(job, agency, begins_on, last)
            upcoming.append((job.due_at(period), period.name))
        done = self._runs.latest_done(self._connection, job)
        next_due, next_name = min(upcoming, default=(None, None))
        return JobStatus(
            name=job.name,
            title_zh=job.title_zh,
            rhythm=job.rhythm,
            enabled=enabled,
            begins_on=None if begins_on == date.min else begins_on,
            agencies=len(upcoming),
            last_period=done[0].name if done else None,
            last_finished_at=done[1] if done else None,
            next_period=next_name,
            next_due_at=next_due,
            due=len(behind),
            failed=sum(one.state == RunState.FAILED for one in behind),
            late=sum(one.state != RunState.WAITING and self._is_late(one.due_at) for one in behind),
            series=tuple(behind),
        )

    def at_read_models(
        self, job: AnyJob, switch: Switch, standing: Sequence[ReadModelStatus]
    ) -> JobStatus:
        """Say how the read models stand: what is set aside failed, what lags for long is late."""
        late = [one for one in standing if one.needs_rebuild or self._is_late(self._since(one))]
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
            late=len(late),
            series=tuple(self._read_model(one) for one in standing if one.set_aside or one in late),
        )

    def _is_late(self, due_at: datetime) -> bool:
        return self._now - due_at > self._late_after

    def _since(self, standing: ReadModelStatus) -> datetime:
        return self._now - timedelta(seconds=standing.lag_seconds)

    def _series(
        self, job: Job, agency: Agency, due: list[Period], last: Run | None
    ) -> SeriesStatus:
        first = due[0]
        due_at = job.due_at(first)
        state = "late" if self._is_late(due_at) else "due"
        run = last if last is not None and last.period == first else None
        if run is not None:
            state = run.state.value
            if run.state is RunState.RUNNING and not self._runs.is_held(
                self._connection, job, agency.stream_id
            ):
                state = "interrupted"
        return SeriesStatus(
            agency_code=agency.code_on(first.last),
            agency_name=agency.name_on(first.last),
            period=first.name,
            due_at=due_at,
            behind=len(due),
            state=state,
            attempts=run.attempts if run else 0,
            next_try_at=run.next_try_at if run and run.state.is_tried_again else None,
            error=run.outcome if run and run.state.is_tried_again else None,
        )

    def _read_model(self, standing: ReadModelStatus) -> SeriesStatus:
        error = None
        if standing.set_aside:
            error = f"{set_aside(standing)}: see `taizhang projections status`"
        elif standing.needs_rebuild:
            error = "is to be built anew: `taizhang run-due` does it"
        return SeriesStatus(
            agency_code="",
            agency_name=standing.name,
            period=f"position {standing.position} of {standing.head}",
            due_at=self._since(standing),
            behind=standing.lag_events,
            state="failed" if standing.set_aside else "late",
            error=error,
        )


def set_aside(standing: ReadModelStatus) -> str:
    """Say how many events a read model has set aside."""
    return f"{standing.set_aside} event(s) set aside"
