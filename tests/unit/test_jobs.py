"""Which periods of a job are due: computed from what ran, whatever the clock did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.application.jobs import (
    Job,
    Period,
    Rhythm,
    Run,
    RunState,
    Task,
    due_periods,
    next_period,
    wait_after,
)
from taizhang.domain.calendar import SHANGHAI, day_bounds
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.domain.organisation.powers import Actor

FOUNDED = date(2018, 8, 1)
ENTERED = date(2026, 10, 1)
DAYS = st.dates(date(2026, 9, 1), date(2027, 3, 1))
MOMENTS = st.builds(
    lambda day, minutes, zone: datetime.combine(day, time(), zone) + timedelta(minutes=minutes),
    st.dates(date(2026, 9, 1), date(2027, 4, 1)),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([UTC, SHANGHAI]),
)


class Daily(Job):
    name = "daily"
    title_zh = "每日"
    rhythm = Rhythm.DAILY

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        return directory.every_agency()

    def carry_out(self, task: Task) -> str:
        return ""


class Monthly(Daily):
    name = "monthly"
    rhythm = Rhythm.MONTHLY
    delay = timedelta(days=2)


def agency(closed_on: date | None = None) -> Agency:
    found = Agency(UUID(int=1), AgencyLevel.DISTRICT, None, FOUNDED, closed_on)
    found.entered_on = ENTERED
    found.codes.put(FOUNDED, "110105")
    return found


def run(job: Job, day: date, state: RunState = RunState.DONE) -> Run:
    began = datetime(2026, 11, 1, tzinfo=SHANGHAI)
    period = job.rhythm.period_of(day)
    return Run(job.name, UUID(int=1), period, "110105", state, 1, began, None, None, "")


def due(
    job: Job,
    now: datetime,
    last: Run | None = None,
    *,
    begins_on: date = date.min,
    of: Agency | None = None,
) -> list[str]:
    return [period.name for period in due_periods(job, of or agency(), begins_on, last, now)]


def midnight(day: date) -> datetime:
    return day_bounds(day)[0]


def test_a_period_is_called_by_its_day_or_month() -> None:
    assert Rhythm.DAILY.period_of(date(2026, 2, 28)).name == "2026-02-28"
    february = Rhythm.MONTHLY.period_of(date(2028, 2, 3))
    assert february == Period(date(2028, 2, 1), date(2028, 2, 29))
    assert february.name == "2028-02"


def test_a_day_is_due_from_midnight_in_shanghai_on() -> None:
    last = run(Daily(), date(2026, 11, 1))
    end = datetime(2026, 11, 2, 16, tzinfo=UTC)
    assert due(Daily(), end - timedelta(microseconds=1), last) == []
    assert due(Daily(), end, last) == ["2026-11-02"]


def test_a_month_is_due_once_it_is_over_and_its_delay_has_passed() -> None:
    last = run(Monthly(), date(2026, 10, 5))
    assert due(Monthly(), midnight(date(2026, 12, 2)), last) == []
    assert due(Monthly(), midnight(date(2026, 12, 3)), last) == ["2026-11"]
    assert due(Monthly(), midnight(date(2027, 1, 3)), last) == ["2026-11", "2026-12"]


def test_nothing_is_due_of_the_time_before_the_agency_was_entered() -> None:
    assert due(Daily(), midnight(ENTERED + timedelta(days=2))) == ["2026-10-01", "2026-10-02"]
    assert due(Monthly(), midnight(date(2026, 11, 3))) == ["2026-10"]


def test_nothing_is_due_of_the_time_before_it_begins_not_even_what_failed() -> None:
    now = midnight(date(2026, 11, 10))
    failed = run(Daily(), date(2026, 11, 3), RunState.FAILED)
    assert due(Daily(), now, failed)[0] == "2026-11-03"
    assert due(Daily(), now, failed, begins_on=date(2026, 11, 8)) == ["2026-11-08", "2026-11-09"]


def test_a_series_goes_on_after_what_was_done_or_given_up_and_with_what_was_not() -> None:
    now = midnight(date(2026, 11, 4))
    for state, first in (
        (RunState.DONE, "2026-11-03"),
        (RunState.SKIPPED, "2026-11-03"),
        (RunState.FAILED, "2026-11-02"),
        (RunState.RUNNING, "2026-11-02"),
    ):
        assert due(Daily(), now, run(Daily(), date(2026, 11, 2), state))[0] == first, state


def test_an_agency_that_closes_has_its_last_day() -> None:
    last, closed = run(Daily(), date(2026, 11, 1)), agency(date(2026, 11, 4))
    assert due(Daily(), midnight(date(2026, 11, 9)), last, of=closed) == [
        "2026-11-02",
        "2026-11-03",
    ]


@given(
    job=st.sampled_from([Daily(), Monthly()]),
    begins_on=DAYS,
    now=MOMENTS,
    done=st.none() | DAYS,
)
def test_due_periods_are_over_follow_each_other_and_none_is_left_out(
    job: Job, begins_on: date, now: datetime, done: date | None
) -> None:
    last = run(job, done) if done else None
    periods = list(due_periods(job, agency(), begins_on, last, now))
    assert all(job.due_at(period) <= now for period in periods)
    first = next_period(job, agency(), begins_on, last)
    assert periods[:1] in ([], [first])
    for one, following in pairwise(periods):
        assert following.first == one.last + timedelta(days=1)
    end = periods[-1].last + timedelta(days=1) if periods else first.first
    assert job.due_at(job.rhythm.period_of(end)) > now
    if last is not None:
        assert all(period.first > last.period.last for period in periods)


@given(first=DAYS, back=st.integers(0, 40))
def test_a_clock_set_back_makes_nothing_due_again(first: date, back: int) -> None:
    done = run(Daily(), first)
    assert due(Daily(), midnight(first + timedelta(days=1 - back)), done) == []


def test_each_wait_is_twice_as_long_up_to_an_hour() -> None:
    minute = timedelta(minutes=1)
    assert [wait_after(n, minute) // minute for n in (1, 2, 3, 6, 7, 1000)] == [1, 2, 4, 32, 60, 60]


def test_ids_of_commands_are_those_of_the_run() -> None:
    def task(day: date, of: Agency) -> Task:
        now = datetime(2026, 11, 5, tzinfo=SHANGHAI)
        period = Rhythm.DAILY.period_of(day)
        return Task(Daily(), of, period, "110105", Actor.system("110105"), now)

    day = date(2026, 11, 2)
    other = Agency(UUID(int=2), AgencyLevel.DISTRICT, None, FOUNDED)
    ids = {
        task(day, agency()).command_id("x"),
        task(day, agency()).command_id("y"),
        task(day + timedelta(days=1), agency()).command_id("x"),
        task(day, other).command_id("x"),
    }
    assert len(ids) == 4
    assert task(day, agency()).command_id("x") == task(day, agency())._replace(
        code="110199", actor=Actor.system("110199"), now=datetime(2026, 12, 1, tzinfo=SHANGHAI)
    ).command_id("x")


def test_what_failed_waits_unless_the_clock_was_set_back() -> None:
    began = datetime(2026, 11, 3, tzinfo=SHANGHAI)
    failed = run(Daily(), date(2026, 11, 2), RunState.FAILED)._replace(
        started_at=began, next_try_at=began + timedelta(minutes=1)
    )
    assert not failed.may_be_tried(began)
    assert failed.may_be_tried(began + timedelta(minutes=1))
    assert failed.may_be_tried(began - timedelta(days=1))
    assert failed._replace(next_try_at=None).may_be_tried(began)


@pytest.mark.parametrize("rhythm", [Rhythm.DAILY, Rhythm.MONTHLY])
@given(day=DAYS)
def test_a_day_is_in_its_period(rhythm: Rhythm, day: date) -> None:
    period = rhythm.period_of(day)
    assert period.first <= day <= period.last
    assert rhythm.period_of(period.last) == period
