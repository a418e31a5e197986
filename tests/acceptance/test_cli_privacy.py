"""``taizhang erasure …`` and ``taizhang keys rotate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .test_cli_supervision import last_month

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

pytestmark = pytest.mark.rule("51.2")

CLERK = ("--agency", "110105001", "--staff", "clerk")
SUPERVISOR = ("--agency", "110105", "--staff", "supervisor")
ARCHIVIST = ("--agency", "110105", "--staff", "archivist")


@pytest.fixture
def staffed(command_line: CommandLine) -> CommandLine:
    joined = {
        "staff_id": "archivist", "name": "某", "agency_code": "110105",
        "roles": ["administrator"], "effective_on": "2018-08-01",
    }  # fmt: skip
    command_line.ok("do", "employ_staff", json.dumps(joined), "--agency", "110000")
    return command_line


def opened(command_line: CommandLine) -> str:
    fields = {
        "document": {"number": "11010519491231002X"},
        "basics": {"name": "王小明"},
        "channel": "front_desk",
    }
    result = command_line.ok("do", "open_job_seeker_ledger", json.dumps(fields), *CLERK)
    return str(json.loads(result)["stream_id"])


def test_check_erase_and_register(staffed: CommandLine) -> None:
    command_line, person = staffed, opened(staffed)
    view = json.loads(command_line.ok("erasure", "check", person, *ARCHIVIST))
    assert view["holds"] == [] and view["erased_on"] is None
    over = ("--ground", "retention_over", "--reference", "朝档〔2040〕1号", "--yes")
    assert "rule 51.2" in command_line.fails("erasure", "erase", person, *ARCHIVIST, *over)
    ordered = ("--ground", "ordered", "--reference", "朝法〔2026〕9号[red][/x]")
    command_line.fails("erasure", "erase", person, *ARCHIVIST, *ordered, text="n\n")
    assert "没有删除记录" in command_line.ok("erasure", "list", *ARCHIVIST)
    command_line.ok("erasure", "erase", person, *ARCHIVIST, *ordered, "--yes")
    told = command_line.ok("erasure", "list", *ARCHIVIST)
    assert "朝法〔2026〕9号[red][/x]" in "".join(told.split()) and "王小明" not in told
    (entry,) = command_line.ok("erasure", "list", *ARCHIVIST, "--json").splitlines()
    assert json.loads(entry)["person_id"] == person
    assert "keys were wrapped anew" in command_line.run("keys", "rotate").stderr


def test_a_notice_that_names_an_erased_person_is_proven_with_a_word_of_it(
    staffed: CommandLine,
) -> None:
    command_line, person = staffed, opened(staffed)
    recorded = command_line.ok(
        "rectification", "record", "--inspected", "110105001", "--rule", "17", "--evidence",
        "未及时录入", "--record-kind", "personal_ledgers", "--record-id", person, *SUPERVISOR,
    )  # fmt: skip
    page = command_line.ok("notice", "monthly-ledgers", "--month", last_month(), *SUPERVISOR)
    assert "王**" in page
    problem = str(json.loads(recorded)["stream_id"])
    erase = (
        "erasure",
        "erase",
        person,
        *ARCHIVIST,
        "--ground",
        "ordered",
        "--reference",
        "9号",
        "--yes",
    )
    assert f"rectification {problem}" in command_line.fails(*erase)
    command_line.ok("rectification", "withdraw", problem, "--reason", "误报", *SUPERVISOR)
    command_line.ok(*erase)
    lines = command_line.ok("notice", "list", "--since", "2020-01-01", *SUPERVISOR).splitlines()
    (notice_id,) = [one.split("\t")[0] for one in lines if one.startswith("monthly_ledgers-")]
    told = command_line.ok("notice", "recompute", notice_id, *SUPERVISOR)
    assert "note: problem 1 (ledger " in told and "the person was erased on" in told
    assert told.endswith("proven, but for the names of persons erased since: 1\n")


def test_who_comes_back_gets_a_ledger_that_nothing_joins_to_the_erased_one(
    staffed: CommandLine,
) -> None:
    first = opened(staffed)
    ordered = ("--ground", "ordered", "--reference", "朝法〔2026〕9号", "--yes")
    staffed.ok("erasure", "erase", first, *ARCHIVIST, *ordered)
    again = opened(staffed)
    assert again != first
    assert json.loads(staffed.ok("erasure", "check", again, *ARCHIVIST))["erased_on"] is None
