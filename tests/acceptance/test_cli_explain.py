"""``taizhang explain``: a duty from the worklist, a figure and a finding of a notice, a finding of a check."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from taizhang.domain.calendar import shanghai_day
from taizhang.infrastructure.taizhang import system_clock

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")
SUPERVISOR = ("--agency", "110105", "--staff", "supervisor")
YESTERDAY = shanghai_day(system_clock()) - timedelta(days=1)

pytestmark = pytest.mark.rule("9.1")


def told(command_line: CommandLine, reference: str, *by: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(command_line.ok("explain", reference, "--json", *by))
    return held


def test_a_duty_of_the_worklist(command_line: CommandLine) -> None:
    vacancy = {
        "credit_code": command_line.credit_code,
        "vacancy_id": str(uuid4()),
        "content": {"title": "电工", "text": "负责电路维修。"},
    }
    command_line.ok("do", "draft_vacancy", json.dumps(vacancy), *CLERK)
    del vacancy["content"]
    command_line.ok("do", "submit_vacancy", json.dumps(vacancy), *CLERK)
    (line,) = command_line.ok("worklist", "--json", *CLERK).splitlines()
    reference = json.loads(line)["reference"]
    assert "taizhang explain" in command_line.ok("worklist", *CLERK)
    text = command_line.ok("explain", reference, *CLERK)
    for words in (
        "审核招聘信息〔第三十八条第一款〕",
        "应办结日",
        "招聘信息提交审核",
        "clerk",
        reference,
    ):
        assert words in text, text
    assert command_line.ok("explain", reference, *SUPERVISOR) == text
    explained = told(command_line, reference, *CLERK)
    assert [event["event"] for event in explained["events"]] == ["vacancy.submitted"]


def test_a_figure_and_a_finding_of_a_notice(command_line: CommandLine) -> None:
    command_line.ok("notice", "daily-vacancies", "--day", YESTERDAY.isoformat(), *SUPERVISOR)
    notice = f"daily_vacancies-110105-{YESTERDAY:%Y%m%d}"
    text = command_line.ok("explain", f"figure:{notice}:overall.flows.published", *SUPERVISOR)
    assert "合计 › 办理情况 › 发布" in text
    assert "通报所载：0；重新计数：0（一致）" in text
    percent = command_line.ok("explain", f"figure:{notice}:overall.rate.percent", *SUPERVISOR)
    assert "该项不是计数" in percent
    assert f"figure:{notice}:overall.rate.checked" in percent
    assert "has 0 problems" in command_line.fails("explain", f"finding:{notice}:1", *SUPERVISOR)
    assert "there is: submitted" in command_line.fails(
        "explain", f"figure:{notice}:overall.flows.x", *SUPERVISOR
    )


def test_a_finding_of_a_spot_check(command_line: CommandLine) -> None:
    check = command_line.ok(
        "spot-check", "plan", "employer_ledgers", "--month", f"{YESTERDAY:%Y-%m}", "--cut-off",
        YESTERDAY.isoformat(), *SUPERVISOR,
    ).strip()  # fmt: skip
    command_line.ok("spot-check", "draw", check, *SUPERVISOR)
    text = command_line.ok("explain", f"finding:{check}:1:50/basics", *SUPERVISOR)
    assert "用人单位服务台账" in text
    assert f"finding:{check}:1:50/basics" in text
    assert "抽查过程" in text


def test_what_it_cannot_read_it_says_how_to_write(command_line: CommandLine) -> None:
    said = command_line.fails("explain", "nonsense", *SUPERVISOR)
    assert "duty:DUTY_KEY:SUBJECT_ID:AROSE_POSITION[:TURN]" in said
    assert "figure:NOTICE_ID:PATH" in said
    assert "duty:DUTY_KEY:SUBJECT_ID" in command_line.ok("explain", "--help")
    reference = f"duty:vacancy_review:{uuid4()}:1"
    assert "a worklist gives the reference" in command_line.fails("explain", reference, *CLERK)
