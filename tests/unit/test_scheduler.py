"""The scheduler pokes and pokes again, whatever goes wrong, and keeps a follower going."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from taizhang.application.jobs import RunReport
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.errors import Unavailable
from taizhang.infrastructure.jobs.scheduler import Scheduler

POLL = 0.1


class Office:
    """Counts pokes; `fails` is raised instead of an answer."""

    def __init__(self) -> None:
        self.pokes = 0
        self.on = True
        self.fails: Exception | None = None

    def run_due(self, *, stop: threading.Event) -> RunReport:
        self.pokes += 1
        if self.fails is not None:
            raise self.fails
        return RunReport()

    def is_on(self, _: str) -> bool:
        if isinstance(self.fails, Unavailable):
            raise self.fails
        return self.on


class Projections:
    """Counts who follows; `dies` lets a follower die."""

    def __init__(self) -> None:
        self.began = 0
        self.following = 0
        self.dies = False

    def follow(self, rest: threading.Event) -> None:
        self.began += 1
        if self.dies:
            raise RuntimeError
        self.following += 1
        rest.wait()
        self.following -= 1


def until(there: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def projections() -> Projections:
    return Projections()


@contextmanager
def serving(office: Office, projections: Projections) -> Iterator[Scheduler]:
    scheduler = Scheduler(cast(Any, office), cast(Any, projections), POLL)
    thread = threading.Thread(target=scheduler.serve)
    thread.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert projections.following == 0


def test_it_pokes_at_once_and_again_and_again(office: Office, projections: Projections) -> None:
    with serving(office, projections):
        until(lambda: office.pokes >= 3)
        assert projections.following == 1


@pytest.mark.parametrize("error", [Unavailable("the database does not answer"), KeyError("x")])
def test_a_poke_that_fails_is_followed_by_another(
    office: Office, projections: Projections, error: Exception
) -> None:
    office.fails = error
    with serving(office, projections):
        until(lambda: office.pokes >= 2)
        office.fails = None
        until(lambda: projections.following == 1)


def test_with_the_systems_clock_set_back_by_a_day_it_goes_on_poking(
    office: Office, projections: Projections
) -> None:
    with serving(office, projections) as scheduler:
        until(lambda: office.pokes)
        # As the next poke looks to a clock that was set back: a day ahead.
        scheduler._clockwork.modify_job(
            "poke", next_run_time=datetime.now(SHANGHAI) + timedelta(days=1)
        )
        before = office.pokes
        until(lambda: office.pokes >= before + 3)


def test_the_follower_rests_while_its_job_is_off_and_is_replaced_when_it_died(
    office: Office, projections: Projections
) -> None:
    with serving(office, projections):
        until(lambda: projections.following == 1)
        office.on = False
        until(lambda: projections.following == 0)
        projections.dies = True
        office.on = True
        until(lambda: projections.began >= 3)
        projections.dies = False
        until(lambda: projections.following == 1)
