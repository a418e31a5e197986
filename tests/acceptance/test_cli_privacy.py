"""``taizhang erasure …`` and ``taizhang keys rotate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

pytestmark = pytest.mark.rule("51.2")

CLERK = ("--agency", "110105001", "--staff", "clerk")
ARCHIVIST = ("--agency", "110105", "--staff", "archivist")


def test_check_erase_and_register(command_line: CommandLine) -> None:
    joined = {
        "staff_id": "archivist", "name": "某", "agency_code": "110105",
        "roles": ["administrator"], "effective_on": "2018-08-01",
    }  # fmt: skip
    command_line.ok("do", "employ_staff", json.dumps(joined), "--agency", "110000")
    fields = {
        "document": {"number": "11010519491231002X"},
        "basics": {"name": "王小明"},
        "channel": "front_desk",
    }
    opened = command_line.ok("do", "open_job_seeker_ledger", json.dumps(fields), *CLERK)
    person = json.loads(opened)["stream_id"]

    view = json.loads(command_line.ok("erasure", "check", person, *ARCHIVIST))
    assert view["holds"] == [] and view["erased_on"] is None
    over = ("--ground", "retention_over", "--reference", "朝档〔2040〕1号", "--yes")
    assert "rule 51.2" in command_line.fails("erasure", "erase", person, *ARCHIVIST, *over)
    ordered = ("--ground", "ordered", "--reference", "朝法〔2026〕9号")
    command_line.fails("erasure", "erase", person, *ARCHIVIST, *ordered, text="n\n")
    assert "没有删除记录" in command_line.ok("erasure", "list", *ARCHIVIST)
    command_line.ok("erasure", "erase", person, *ARCHIVIST, *ordered, "--yes")
    told = command_line.ok("erasure", "list", *ARCHIVIST)
    assert "朝法〔2026〕9号" in told and "王小明" not in told
    (entry,) = command_line.ok("erasure", "list", *ARCHIVIST, "--json").splitlines()
    assert json.loads(entry)["person_id"] == person
    assert "keys were wrapped anew" in command_line.run("keys", "rotate").stderr
