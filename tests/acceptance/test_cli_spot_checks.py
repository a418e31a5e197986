"""``taizhang spot-check …``: a check from its plan to its proof, and what it says when it cannot."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang.domain.calendar import shanghai_day
from taizhang.infrastructure.taizhang import system_clock

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

SUPERVISOR = ("--agency", "110105", "--staff", "supervisor")
CLERK = ("--agency", "110105001", "--staff", "clerk")
YESTERDAY = shanghai_day(system_clock()) - timedelta(days=1)
PLAN = (
    "spot-check", "plan", "employer_ledgers", "--month", f"{YESTERDAY:%Y-%m}", "--cut-off",
    YESTERDAY.isoformat(),
)  # fmt: skip

pytestmark = pytest.mark.rule("56.1", "56.2b")


def test_from_plan_to_proof(command_line: CommandLine) -> None:
    run = command_line.ok
    check = run(*PLAN, *SUPERVISOR).strip()
    assert check in run("spot-check", "list", *SUPERVISOR)
    assert "2 items drawn, 2 examined now; seed" in run("spot-check", "draw", check, *SUPERVISOR)
    assert "0 examined now" in run("spot-check", "draw", check, *SUPERVISOR)
    mine = [
        json.loads(line)
        for line in run("spot-check", "show", check, "--mine", "--json", *SUPERVISOR).splitlines()
    ]
    assert [item["inspector"] for item in mine] == ["supervisor"] * 2
    assert "北京甲公司" in run("spot-check", "show", check, "--items", *SUPERVISOR)
    assert "50/basics" in run("spot-check", "show", check, "--item", "1", *SUPERVISOR)
    inspect = ("spot-check", "inspect", check, "--item")
    run(*inspect, "1", "--judge", "50/basics=met", "--reason", "已核对登记表", *SUPERVISOR)
    run(*inspect, "2", "--add", "37", "--reason", "指导记录过于简单", *SUPERVISOR)
    for item in ("1", "2"):
        run(*inspect, item, *SUPERVISOR)
    assert "wait to be inspected or answered" in command_line.fails(
        "spot-check", "close", check, *SUPERVISOR
    )
    run("spot-check", "answer", check, "--item", "2", "已补充", *CLERK)
    assert "答复：已补充" in run("spot-check", "show", check, "--item", "2", *CLERK)
    run("spot-check", "close", check, *SUPERVISOR)
    view = json.loads(run("spot-check", "show", check, "--json", *SUPERVISOR))
    assert (view["status"], view["strata"][0]["rate"]) == ("closed", 0.5)
    assert "不合格率" in run("spot-check", "show", check, *SUPERVISOR)
    assert "proven" in run("spot-check", "verify", check, *SUPERVISOR)
    command_line.rows("ALTER TABLE stored_events DISABLE TRIGGER events_are_append_only")
    command_line.rows(
        "UPDATE stored_events SET agency_code = '110105' WHERE topic = 'employer_ledger.opened'"
    )
    touched = command_line.run("spot-check", "verify", check, *SUPERVISOR)
    assert touched.returncode == 1
    assert "problem: frame: population of the stratum 110105001 was sealed as 2" in touched.stdout
    assert "NOT PROVEN" in touched.stdout


def test_what_it_says_when_it_cannot(command_line: CommandLine) -> None:
    fails = command_line.fails
    assert "clerk is none of supervisor" in fails(*PLAN, *CLERK)
    assert "is no month" in fails(*PLAN[:4], "2026-13", *SUPERVISOR, status=2)
    check = command_line.ok(*PLAN, *SUPERVISOR).strip()
    assert "was not drawn yet" in fails("spot-check", "verify", check, *SUPERVISOR)
    pick = ("--pick", "x=投诉")
    assert "write RECORD_ID=reason" in fails("spot-check", "draw", check, *pick, *SUPERVISOR)
    assert "plan it first" in fails("spot-check", "draw", str(uuid4()), *SUPERVISOR)
    command_line.ok("spot-check", "draw", check, *SUPERVISOR)
    judge = ("spot-check", "inspect", check, "--item", "1", "--judge")
    assert "not_met or not_applicable" in fails(*judge, "35=perhaps", *SUPERVISOR, status=2)
    assert "no finding '99'" in fails(*judge, "99=met", "--reason", "x", *SUPERVISOR)
