"""Jobs: what is done by itself when a day or a month is over, once for each agency and period.

A job says what it is called, in which rhythm it goes, which agencies it is for, and what it does. What
is due is computed here, from what ran before; nothing is due because a clock rang. The periods of one
agency and job are its *series*: they are done in order, oldest first, and a later one waits for an
earlier one. Days and months are those of Asia/Shanghai.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from ..domain.calendar import add_months, day_bounds
from ..domain.organisation.directory import Agency, Directory
from ..domain.organisation.powers import Actor

_ONE_DAY = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries of what failed it never takes longer than this."""


class Rhythm(StrEnum):
    """How often a job has something to do."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    MONTHLY = "monthly"

    def period_of(self, day: date) -> Period:
        """Return the period in which a day is."""
        if self is Rhythm.MONTHLY:
            first = day.replace(day=1)
            return Period(first, add_months(first, 1) - _ONE_DAY)
        return Period(day, day)


class Period(NamedTuple):
    """The day or month that a run is of; both days belong to it."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """A day as ``2026-11-02``, a month as ``2026-11``."""
        return self.first.isoformat() if self.first == self.last else f"{self.first:%Y-%m}"

    @property
    def over_at(self) -> datetime:
        """The first moment after it, in Shanghai."""
        return day_bounds(self.last)[1]


class RunState(StrEnum):
    """How a run stands.

    One that is `running` though nobody runs it was left by whoever died: it is taken up again. One
    that is `waiting` found that something it needs is not there yet, and is tried again.
    """

    RUNNING = "running"
    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        """Say whether the series goes on after it."""
        return self in (RunState.DONE, RunState.SKIPPED)

    @property
    def is_tried_again(self) -> bool:
        """Say whether it is tried again after a while."""
        return self in (RunState.FAILED, RunState.WAITING)


class Run(NamedTuple):
    """What is kept of a run: one job, one agency, one period."""

    job: str
    agency_id: UUID
    period: Period
    agency_code: str
    state: RunState
    attempts: int
    started_at: datetime
    finished_at: datetime | None
    next_try_at: datetime | None
    outcome: str
    """What was done, or what went wrong; never anything personal."""

    def may_be_tried(self, now: datetime) -> bool:
        """Say whether what failed or waits may be tried again, which also is so for a clock set back."""
        return self.next_try_at is None or self.next_try_at <= now or self.started_at > now


class Task(NamedTuple):
    """One run in hand: for which agency and period, and who acts.

    `code` is the one that the agency bore on the last day of the period; the actor is the service
    itself, at the agency as it is today, at its successor, or at the nearest superior left.
    """

    job: Job
    agency: Agency
    period: Period
    code: str
    actor: Actor
    now: datetime

    @property
    def day(self) -> date:
        """The last day of the period."""
        return self.period.last

    @property
    def next_day(self) -> date:
        """The day after the period: what a period's end brings about takes place on it."""
        return self.period.last + _ONE_DAY

    def command_id(self, *of: object) -> UUID:
        """Return an id for a command, the same whenever and by whomever this run is done."""
        run = (self.job.name, self.agency.stream_id, self.period.name, *of)
        return uuid5(NAMESPACE_URL, "taizhang:job:" + ":".join(map(str, run)))


class AnyJob:
    """What is done by itself. `name` is permanent: what ran, and whether it is on, is known by it."""

    name: ClassVar[str]
    title_zh: ClassVar[str]
    rhythm: ClassVar[Rhythm]


class ContinuousJob(AnyJob):
    """A job that goes on all the time, for the whole service: it has no periods and no agencies."""

    rhythm: ClassVar[Rhythm] = Rhythm.CONTINUOUS


class Job(AnyJob, ABC):
    """Something that is done once for each agency and period.

    A period is due `delay` after its end. What is due of the job named `after`, at the same agency, is
    done first, though it fell due later: its work makes this one's possible.
    """

    delay: ClassVar[timedelta] = timedelta(0)
    after: ClassVar[str] = ""

    @abstractmethod
    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the agencies that it is, was or will be for."""

    def serves(self, agency: Agency, period: Period) -> bool:
        """Say whether there is anything to do for one of them in a period."""
        return agency.is_known_on(period.last)

    @abstractmethod
    def carry_out(self, task: Task) -> str:
        """Do it and say what was done, without naming a person.

        It may be asked for again after it was done in part or wholly: its effects are commands with
        ids of the task. Raises NotYet where something it needs is not there yet, and whatever goes
        wrong; later periods of the agency then wait.
        """

    def due_at(self, period: Period) -> datetime:
        """Return from when on a period is due."""
        return period.over_at + self.delay


class NotYet(Exception):
    """What a run needs is not there yet, as the text says: no failure, it is looked for again."""


class FailedInPart(Exception):
    """A run did what it could, and some of it was refused; it is tried again."""


def due_periods(
    job: Job, agency: Agency, begins_on: date, last: Run | None, now: datetime
) -> Iterator[Period]:
    """Yield the periods of a series that are due and not done, oldest first.

    `last` is the latest run of the series; a series that has none begins with the period in which
    `begins_on` is, or the day on which the agency was founded and entered. A period before
    `begins_on` is never due, not even one that failed.
    """
    period = next_period(job, agency, begins_on, last)
    while job.due_at(period) <= now:
        if job.serves(agency, period):
            yield period
        period = job.rhythm.period_of(period.last + _ONE_DAY)


def next_period(job: Job, agency: Agency, begins_on: date, last: Run | None) -> Period:
    """Return the period that a series goes on with."""
    first = max(begins_on, agency.founded_on, agency.entered_on)
    if last is not None:
        first = max(first, last.period.last + _ONE_DAY if last.state.is_over else last.period.first)
    return job.rhythm.period_of(first)


def wait_after(attempts: int, first: timedelta) -> timedelta:
    """Return how long to wait after so many failures: each time twice as long, an hour at most."""
    doublings: int = 2 ** min(attempts - 1, 20)
    return min(first * doublings, LONGEST_WAIT)


# --- how jobs stand ---------------------------------------------------------------------------


class SeriesStatus(BaseModel):
    """One job at one agency where something is not as it should be, or in hand.

    `behind` is how many periods are due and not done, the first of them `period`, due since `due_at`.
    `state` is running, interrupted (whoever ran it died; it is taken up again), waiting (for what it
    needs), failed, late or due; `error` is the reason where it failed or waits.
    """

    model_config = ConfigDict(frozen=True)

    agency_code: str
    agency_name: str
    period: str
    due_at: datetime
    behind: int
    state: str
    attempts: int = 0
    next_try_at: datetime | None = None
    error: str | None = None


class JobStatus(BaseModel):
    """How a job stands at all its agencies.

    `last_period` is the latest one done anywhere, `next_due_at` when something is due next (in the
    past where something waits). `failed` and `late` count agencies; `series` names those where
    anything is due, in hand, late or failed. What waits for something it needs is not late.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title_zh: str
    rhythm: Rhythm
    enabled: bool
    begins_on: date | None
    agencies: int
    last_period: str | None
    last_finished_at: datetime | None
    next_period: str | None
    next_due_at: datetime | None
    due: int
    failed: int
    late: int
    series: tuple[SeriesStatus, ...] = ()

    @property
    def is_well(self) -> bool:
        """Say whether nothing failed and nothing is late; a job that is off is well."""
        return not self.enabled or not (self.failed or self.late)


class RunReport(BaseModel):
    """What one call of `run_due` did: runs done and failed, and series left to another scheduler.

    `waiting` counts series whose run waits for something it needs, `put_off` those whose failed run is
    not to be tried again yet.
    """

    model_config = ConfigDict(frozen=True)

    done: int = 0
    failed: int = 0
    waiting: int = 0
    put_off: int = 0
    elsewhere: int = 0
    errors: tuple[str, ...] = ()
    stopped: bool = False
