"""Schedulers as processes: killed in the middle, and two at once."""

from __future__ import annotations

import json
import subprocess
import time as seconds
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .conftest import (
    CITY,
    DAY,
    DISTRICT,
    NOTICES,
    SUBDISTRICT,
    due,
    notices,
    standing,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


OPENED = """
import base64, json, sys, time
from datetime import datetime, timedelta
from taizhang import Taizhang
from taizhang.infrastructure.jobs.office import JobOffice
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.infrastructure.jobs.office import JobOffice
from taizhang.infrastructure.notices.office import NoticeOffice

settings, now = json.loads(sys.argv[1]), datetime.fromisoformat(sys.argv[2])

def pause(*_, **__):
    print("in the middle", flush=True)
    time.sleep(600)
"""
RUN = """
with Taizhang.open(clock=lambda: now, **settings) as taizhang:
    sys.stdin.readline()
    print(taizhang.jobs.run_due().model_dump_json(), flush=True)
"""
DYING_BEFORE = OPENED + "NoticeOffice._keep = pause\n" + RUN
DYING_AFTER = (
    OPENED
    + """
issue = NoticeOffice.issue_daily_vacancies

def issue_and_pause(*args, **more):
    issue(*args, **more)
    pause()

NoticeOffice.issue_daily_vacancies = issue_and_pause
"""
    + RUN
)


class TestProcesses:
    @pytest.mark.parametrize("script", [DYING_BEFORE, DYING_AFTER], ids=["before", "after"])
    def test_killed_in_the_middle_of_issuing_the_notice_exists_once(
        self, world: World, spawn: Callable[..., subprocess.Popen[str]], script: str
    ) -> None:
        """Just before the notice was recorded, and just after, before the run was marked done."""
        world.clock.forward(days=1)
        process = spawn(script, json.dumps(world.settings), world.clock.now.isoformat())
        told(process, "in the middle")
        (series,) = standing(world, NOTICES).series[:1]
        assert (series.agency_code, series.state) == (CITY, "running")
        assert due(world, job=NOTICES).elsewhere == 1  # the dead one's series; the others are done
        process.kill()
        process.wait()
        deadline = seconds.monotonic() + 30
        while standing(world, NOTICES).series[0].state == "running":
            assert seconds.monotonic() < deadline
            seconds.sleep(0.05)
        assert standing(world, NOTICES).series[0].state == "interrupted"
        assert due(world).failed == 0
        assert sorted(notices(world)) == [
            (code, "2026-11-02") for code in (CITY, DISTRICT, SUBDISTRICT, "110108")
        ]
        assert world.sql(
            "SELECT state, attempts FROM job_runs WHERE job = %s AND agency_code = %s",
            NOTICES,
            CITY,
        ) == [("done", 2)]

    def test_two_at_once_do_nothing_twice(
        self, world: World, spawn: Callable[..., subprocess.Popen[str]]
    ) -> None:
        world.publish(world.register(), valid_until=DAY)
        world.clock.forward(days=3)
        arguments = (json.dumps(world.settings), world.clock.now.isoformat())
        both = [spawn(OPENED + RUN, *arguments) for _ in range(2)]
        for process in both:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in both:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            assert json.loads(out.splitlines()[-1])["failed"] == 0
        due(world)
        assert len(notices(world)) == len(set(notices(world))) == 12
        assert world.sql("SELECT max(attempts), count(*) FILTER (WHERE state <> 'done') FROM job_runs"
                         ) == [(1, 0)]  # fmt: skip
        assert len(world.sql("SELECT 1 FROM stored_events WHERE topic = 'vacancy.lapsed'")) == 1


def told(process: subprocess.Popen[str], line: str) -> None:
    """Start a process's work, and wait until it says so."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    said = process.stdout.readline().strip()
    assert said == line, process.communicate()
