"""Jobs from the command line: served, run by a cron, looked at, switched, and killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from typer.testing import CliRunner

from taizhang.domain.calendar import shanghai_day
from taizhang.infrastructure.taizhang import system_clock
from taizhang.scripts.cli.app import app

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

NOTICES = "daily_vacancy_notice"


def days_over() -> list[date]:
    """Return the days since the district began its work, five days ago, that are over."""
    today = shanghai_day(system_clock())
    return [today - timedelta(days=back) for back in (5, 4, 3, 2, 1)]


def issued(command_line: CommandLine) -> list[tuple[str, date]]:
    return command_line.rows(
        "SELECT agency_code, period_last FROM job_runs WHERE job = 'daily_vacancy_notice' "
        "AND state = 'done' ORDER BY period_last, agency_code"
    )


def status(command_line: CommandLine) -> dict[str, Any]:
    done = command_line.run("jobs", "status", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in found} | {"exit": done.returncode}


def wait_for(there: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_cron_does_what_is_due_and_then_nothing(command_line: CommandLine) -> None:
    before = status(command_line)
    assert before["exit"] == 1, "four days are late"
    assert (before[NOTICES]["late"], before[NOTICES]["last_period"]) == (2, None)
    # Two superiors for five days; the district and the subdistrict, which have staff, lapse and tell.
    done, failed = map(int, re.findall(r"\d+", command_line.ok("run-due")))
    assert done > 2 * 5 + 3 * 2 * 5
    assert failed == 0
    assert issued(command_line) == [
        (code, day) for day in days_over() for code in ("110000", "110105")
    ]
    assert command_line.ok("run-due").startswith("0 run(s) done")
    after = status(command_line)
    assert after["exit"] == 0
    assert after[NOTICES]["last_period"] == days_over()[-1].isoformat()
    assert after[NOTICES]["next_period"] == shanghai_day(system_clock()).isoformat()
    assert command_line.ok("notice", "list", "--agency", "110105").count("in force") == 5


def test_as_of_an_earlier_moment_less_is_due(command_line: CommandLine) -> None:
    days = days_over()
    command_line.ok("run-due", "--as-of", days[1].isoformat(), "--job", NOTICES)
    assert {day for _, day in issued(command_line)} == {days[0]}
    # The last moment of the next day, told in UTC.
    command_line.ok("run-due", "--as-of", f"{days[1]}T15:59:59+00:00", "--job", NOTICES)
    assert {day for _, day in issued(command_line)} == {days[0]}
    command_line.ok("run-due", "--as-of", f"{days[1]}T16:00:00+00:00", "--job", NOTICES)
    assert {day for _, day in issued(command_line)} == set(days[:2])


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_the_time_zone_of_process_and_server_does_not_matter(
    command_line: CommandLine, zone: str
) -> None:
    with psycopg.connect(command_line.url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET timezone TO '{zone}'".encode())
    done = command_line.apart("run-due", "--job", NOTICES, TZ=zone)
    assert done.returncode == 0, done.stderr
    assert {day for _, day in issued(command_line)} == set(days_over())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run-due", "--as-of", "yesterday"), "is no moment; write it as 2026-11-02T00:30"),
        (("jobs", "begin", NOTICES, "gestern"), "is no day"),
        (("jobs", "begin", NOTICES, "9999-12-31"), "too far in the future"),
    ],
)
def test_what_cannot_be_read_is_named(
    command_line: CommandLine, words: tuple[str, ...], says: str
) -> None:
    assert says in " ".join(command_line.fails(*words, status=2).replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run-due", "--as-of", "2999-01-01"), "is to come yet"),
        (("run-due", "--job", "x"), "no job is called 'x'"),
        (("jobs", "off", "x"), "no job is called 'x'"),
        (("jobs", "retry", NOTICES, "--agency", "999999"), "no agency bears or bore the code 999999"),
        (("jobs", "skip", NOTICES, "--agency", "110105", "--reason", "x"), "no run of"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    command_line: CommandLine, words: tuple[str, ...], says: str
) -> None:
    assert says in command_line.fails(*words)


def test_jobs_are_switched_and_begin_where_they_are_told_to(command_line: CommandLine) -> None:
    last = days_over()[-1]
    for job in ("vacancy_lapse", "registration_lapse", "agreement_expiry", "duty_overdue"):
        assert command_line.ok("jobs", "off", job) == f"{job} is off\n"
    command_line.ok("jobs", "begin", NOTICES, last.isoformat())
    command_line.ok("run-due")
    assert {day for _, day in issued(command_line)} == {last}
    table = command_line.ok("jobs", "status")
    assert table.count("停用") == 4
    command_line.ok("jobs", "on", "duty_overdue")
    assert "逾期" in command_line.run("jobs", "status").stdout


def test_what_failed_is_shown_and_tried_again(command_line: CommandLine) -> None:
    """The content of a notice was lost: the one after it, which looks back to it, cannot be made."""
    first = days_over()[0]
    command_line.ok("run-due", "--job", NOTICES, "--as-of", (first + timedelta(days=1)).isoformat())
    command_line.rows("ALTER TABLE issued_documents DISABLE TRIGGER USER")
    command_line.rows("CREATE TABLE lost AS SELECT * FROM issued_documents")
    command_line.rows("DELETE FROM issued_documents")
    done = command_line.run("run-due", "--job", NOTICES)
    assert (done.returncode, done.stdout.strip()) == (1, "0 run(s) done, 2 failed")
    assert "is missing from issued_documents" in done.stderr
    found = status(command_line)
    assert (found["exit"], found[NOTICES]["failed"]) == (1, 2)
    table = command_line.run("jobs", "status").stdout
    assert "失败" in table
    assert "is missing from issued_documents" in " ".join(table.replace("│", " ").split())
    assert command_line.run("jobs", "retry", NOTICES).returncode == 1
    assert "2 put off to another try" in command_line.run("run-due", "--job", NOTICES).stdout
    command_line.rows("INSERT INTO issued_documents SELECT * FROM lost")
    assert re.fullmatch(r"\d+ run\(s\) done, 0 failed\n", command_line.ok("jobs", "retry"))
    assert status(command_line)["exit"] == 0


class TestServing:
    def test_it_catches_up_follows_and_ends_cleanly_on_sigterm(
        self, command_line: CommandLine
    ) -> None:
        process = command_line.start("serve-jobs", "--poll", "0.2")
        wait_for(lambda: len(issued(command_line)) == 10, process)
        # Follows: what is recorded now is in the read models soon, without anybody asking.
        command_line.ok(
            "do", "draft_vacancy",
            json.dumps({
                "credit_code": command_line.credit_code,
                "vacancy_id": "00000000-0000-4000-8000-000000000001",
                "content": {"title": "电工", "text": "维修"},
            }),
            "--agency", "110105001", "--staff", "clerk",
        )  # fmt: skip
        wait_for(lambda: command_line.rows("SELECT 1 FROM vacancies"), process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err.decode()
        assert b"Traceback" not in err
        lines = [json.loads(line) for line in err.decode().splitlines() if line.startswith("{")]
        assert lines[-1]["event"] == "scheduler.ended"
        done = [line for line in lines if line["event"] == "jobs.done" and line["job"] == NOTICES]
        assert len(done) == 10
        assert {"job", "agency", "period", "outcome", "attempt", "seconds"} <= done[0].keys()
        assert status(command_line)["exit"] == 0
        assert not command_line.rows("SELECT 1 FROM job_runs WHERE state <> 'done'")

    def test_stopped_in_the_middle_it_finishes_the_run_in_hand_and_no_other(
        self, command_line: CommandLine
    ) -> None:
        process = command_line.start("serve-jobs", "--poll", "0.2")
        wait_for(lambda: len(issued(command_line)) >= 1, process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err.decode()
        assert not command_line.rows("SELECT 1 FROM job_runs WHERE state <> 'done'")
        command_line.ok("run-due")
        assert len(issued(command_line)) == 10

    def test_killed_and_started_again_it_goes_on_and_nothing_is_there_twice(
        self, command_line: CommandLine
    ) -> None:
        process = command_line.start("serve-jobs", "--poll", "0.2")
        wait_for(lambda: len(issued(command_line)) >= 3, process)
        process.kill()
        process.communicate()
        process = command_line.start("serve-jobs", "--poll", "0.2")
        wait_for(lambda: len(issued(command_line)) == 10, process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
        notices = command_line.rows(
            "SELECT count(*), count(DISTINCT originator_id) FROM stored_events "
            "WHERE topic = 'notice.issued'"
        )
        assert notices == [(10, 10)]


def test_the_help_of_serve_jobs_says_what_it_does_and_how_it_ends() -> None:
    text = CliRunner().invoke(app, ["serve-jobs", "--help"], env={"COLUMNS": "100"}).stdout
    for said in ("Asia/Shanghai", "SIGTERM finishes the run in hand", "oldest first", "--poll"):
        assert said in " ".join(text.split()), text
