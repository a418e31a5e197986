"""``taizhang people …``: what it prints, and what it says when it cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")


def test_counts_ledger_and_course(command_line: CommandLine) -> None:
    assert "服务对象统计" in command_line.ok("people", "counts", *CLERK)
    fields = {
        "document": {"number": "11010519491231002X"},
        "basics": {"name": "王小明"},
        "channel": "front_desk",
    }
    opened = command_line.ok("do", "open_job_seeker_ledger", json.dumps(fields), *CLERK)
    person = json.loads(opened)["stream_id"]
    counts = json.loads(command_line.ok("people", "counts", *CLERK, "--json"))
    assert counts["total"]["ledgers"] == 1
    hidden = command_line.ok("people", "ledger", person, *CLERK)
    assert "王小明" not in hidden
    assert "王小明" in command_line.ok("people", "ledger", person, *CLERK, "--reason", "上门走访")
    assert command_line.ok("people", "course", person, *CLERK) == ""
    (sign, *_) = json.loads(command_line.ok("people", "steps", person, *CLERK, "--json"))
    assert (sign["key"], sign["is_open"], sign["wanting_zh"][0]) == (
        "sign_agreement",
        False,
        "尚缺：求职登记",
    )
    assert "条件未齐" in command_line.ok("people", "steps", person, *CLERK)
    needs = json.loads(command_line.ok("people", "training-needs", *CLERK))
    assert needs["needs"] == []
    assert command_line.ok("people", "information", *CLERK) == ""
    days = ("--since", "2026-01-01", "--until", "2026-12-31")
    assert json.loads(command_line.ok("people", "surveys", *CLERK, *days))["total"]["surveys"] == 0
    assert "no person has the ledger" in command_line.fails(
        "people", "course", str(uuid4()), *CLERK
    )
