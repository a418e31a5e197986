"""The command line of supervision: problems at agencies, the monthly notice, early warnings."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from taizhang.domain.calendar import shanghai_day
from taizhang.infrastructure.taizhang import system_clock

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")
SUPERVISOR = ("--agency", "110105", "--staff", "supervisor")


def last_month() -> str:
    first = shanghai_day(system_clock()).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def recorded(command_line: CommandLine) -> str:
    """Record a problem and return its id."""
    result = json.loads(
        command_line.ok(
            "rectification", "record", "--inspected", "110105001", "--rule", "17", "--evidence",
            "多项服务未及时录入", *SUPERVISOR,
        )
    )  # fmt: skip
    assert result["events"] == ["rectification.found"]
    return str(result["stream_id"])


def listed(command_line: CommandLine, *options: str) -> list[dict[str, Any]]:
    lines = command_line.ok("rectification", "list", "--json", *options, *SUPERVISOR).splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.rule("58.2a", "58.2b")
def test_a_problem_from_finding_to_clearing(command_line: CommandLine) -> None:
    assert "无问题记录" in command_line.ok("rectification", "list", *SUPERVISOR)
    problem = recorded(command_line)
    assert "多项服务未及时录入" in command_line.ok("rectification", "list", *SUPERVISOR)
    said = command_line.fails("rectification", "notify", problem, "--letter", "1", *CLERK)
    assert "56.1" in said
    for number in ("1", "2", "3"):
        command_line.ok("rectification", "notify", problem, "--letter", number, *SUPERVISOR)
    (one,) = listed(command_line, "--interviews")
    assert (one["rectification_id"], one["times"]) == (problem, 3)
    assert "整改被通报的问题" in command_line.ok("worklist", *CLERK)
    command_line.ok(
        "rectification", "answer", problem, "--cause", "人手不足", "--measures", "增派人员",
        "--done-by", "2099-12-31", *CLERK,
    )  # fmt: skip
    interview = (
        "rectification", "interview", problem, "--head", "clerk", "--held-by", "supervisor",
        "--minutes", "限期整改", "--put-right-by", "2099-12-31",
    )  # fmt: skip
    command_line.ok(*interview, *SUPERVISOR)
    assert "58.2b" in command_line.fails(*interview, *SUPERVISOR)
    assert "58.2b" in command_line.fails(
        "rectification", "decline-interview", problem, "--reason", "整改中", *SUPERVISOR
    )
    assert "58.2c" in command_line.fails(
        "rectification", "refer", problem, "--department", "区纪委监委", "--consequences", "群体投诉",
        *SUPERVISOR,
    )  # fmt: skip
    command_line.ok(
        "rectification", "put-right", problem, "--how", "已补录", "--evidence", "台账12条", *CLERK
    )
    said = command_line.fails("rectification", "check", problem, "--rejected", *SUPERVISOR)
    assert "reason" in said
    command_line.ok("rectification", "check", problem, "--accepted", *SUPERVISOR)
    shown = json.loads(command_line.ok("rectification", "show", problem, *CLERK))
    assert shown["problem"]["stage"] == "cleared"
    assert [one["key"] for one in shown["steps"]] == ["admonition_interview", "accountability"]
    assert listed(command_line, "--standing") == []
    assert "58.2a" in command_line.fails(
        "rectification", "withdraw", problem, "--reason", "误报", *SUPERVISOR
    )


def test_a_mistake_is_told_with_what_and_where(command_line: CommandLine) -> None:
    record = ("rectification", "record", "--evidence", "x", "--rule")
    before = command_line.events()
    assert "no rule" in command_line.fails(*record, "99", "--inspected", "110105001", *SUPERVISOR)
    assert "agency_code" in command_line.fails(*record, "17", "--inspected", "x", *SUPERVISOR)
    for words, says in (
        (("rectification", "show", "nonsense"), "UUID"),
        (("notice", "monthly-ledgers", "--month", "2026-13"), "is no month"),
        (("warnings", "--month", "yesterday"), "is no month"),
    ):
        assert says in command_line.fails(*words, *SUPERVISOR, status=2)
    assert command_line.events() == before


@pytest.mark.rule("56.2b")
class TestMonthlyNotice:
    def test_it_is_issued_once_listed_shown_in_three_forms_and_proven(
        self, command_line: CommandLine
    ) -> None:
        problem = recorded(command_line)
        issue = ("notice", "monthly-ledgers", "--month", last_month(), *SUPERVISOR)
        page = command_line.ok(*issue)
        assert "台账抽查情况的通报" in page
        assert "多项服务未及时录入" in page
        assert command_line.ok(*issue) == page
        (line,) = [
            line
            for line in command_line.ok(
                "notice", "list", "--since", "2020-01-01", *SUPERVISOR
            ).splitlines()
            if line.startswith("monthly_ledgers-")
        ]
        notice_id = line.split("\t")[0]
        shown = json.loads(
            command_line.ok("notice", "show", notice_id, "--format", "json", *SUPERVISOR)
        )
        assert shown["notified"] == [[problem, 1]]
        command_line.ok(
            "notice", "show", notice_id, "--format", "xlsx", "--out", "n.xlsx", *SUPERVISOR
        )
        book = openpyxl.load_workbook(BytesIO((command_line.folder / "n.xlsx").read_bytes()))
        assert book["问题清单"].max_row == 2
        assert "proven" in command_line.ok("notice", "recompute", notice_id, *SUPERVISOR)
        assert [one["times"] for one in listed(command_line)] == [1]
        command_line.ok("rectification", "withdraw", problem, "--reason", "误报", *SUPERVISOR)
        corrected = command_line.ok(*issue, "--correction", "一项认定有误", "--format", "json")
        assert json.loads(corrected)["problems"] == []

    def test_not_while_the_month_lasts_but_a_preview(self, command_line: CommandLine) -> None:
        this = f"{shanghai_day(system_clock()):%Y-%m}"
        issue = ("notice", "monthly-ledgers", "--month", this, *SUPERVISOR)
        assert f"{this} is not over" in command_line.fails(*issue)
        assert "台账抽查情况的通报" in command_line.ok(*issue, "--preview")
        assert "in the future" in command_line.fails(
            "notice",
            "monthly-ledgers",
            "--month",
            f"{shanghai_day(system_clock()).year + 1}-12",
            *SUPERVISOR,
        )


@pytest.mark.rule("58.1", "60")
def test_early_warnings_are_shown_as_a_table_or_line_by_line(command_line: CommandLine) -> None:
    table = command_line.ok("warnings", *SUPERVISOR)
    assert "质量监测预警" in table
    assert "未配备" in table
    lines = command_line.ok("warnings", "--json", "--all", *SUPERVISOR).splitlines()
    found = [json.loads(line) for line in lines]
    assert {"repeated_problems", "missing_roles"} <= {one["indicator"] for one in found}
    fields = {
        "agency_code": "110105", "indicator": "missing_roles", "limit": 9,
        "effective_on": str(shanghai_day(system_clock())),
    }  # fmt: skip
    assert "58.1" in command_line.fails(
        "do", "set_warning_threshold", json.dumps(fields), *SUPERVISOR
    )
