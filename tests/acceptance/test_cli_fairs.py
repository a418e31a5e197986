"""``taizhang fairs``, ``registry`` and ``subscriptions``: what they print, and what they say when they cannot."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import Taizhang
from taizhang.domain.calendar import SHANGHAI

from .conftest import KEYS

if TYPE_CHECKING:
    from .conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")
ADMINISTRATOR = ("--agency", "110000", "--staff", "system")


def do(command_line: CommandLine, name: str, **fields: object) -> None:
    command_line.ok("do", name, json.dumps(fields, ensure_ascii=False), *CLERK)


@pytest.mark.rule("42", "43.1", "43.2", "53")
def test_a_fair_from_plan_to_announcement(command_line: CommandLine) -> None:
    fair, vacancy, code = str(uuid4()), str(uuid4()), command_line.credit_code
    first_day = datetime.now(SHANGHAI).date() + timedelta(days=20)
    do(
        command_line, "plan_fair", fair_id=fair, title="电工专场招聘会", form="on_site",
        scope="specialised", theme="电工", place="政务中心", first_day=str(first_day),
    )  # fmt: skip
    content = {"title": "电工", "text": "负责电路维修。", "headcount": 2}
    do(command_line, "draft_vacancy", credit_code=code, vacancy_id=vacancy, content=content)
    admitted = json.dumps({"fair_id": fair, "credit_code": code, "vacancy_ids": [vacancy]})
    refusal = command_line.fails("do", "admit_employer_to_fair", admitted, *CLERK)
    assert "rule 43.1" in refusal
    do(command_line, "submit_vacancy", credit_code=code, vacancy_id=vacancy)
    command_line.ok(
        "do", "pass_vacancy", json.dumps({"credit_code": code, "vacancy_id": vacancy}),
        "--agency", "110105001", "--staff", "reviewer",
    )  # fmt: skip
    command_line.ok("do", "admit_employer_to_fair", admitted, *CLERK)
    listed = command_line.ok("fairs", "list", *CLERK)
    assert "电工专场招聘会" in listed
    assert "未预发布" in listed
    assert command_line.ok("fairs", "announced") == ""
    do(command_line, "pre_announce_fair", fair_id=fair)
    shown = json.loads(command_line.ok("fairs", "announced"))
    assert shown["employers"] == [
        {
            "name": "北京甲公司",
            "vacancies": [{"vacancy_id": vacancy, "title": "电工", "headcount": 2}],
        }
    ]
    detail = json.loads(command_line.ok("fairs", "show", fair, *CLERK))
    assert detail["employers"][0]["vacancies"][0]["status"] == "passed"
    (line,) = command_line.ok("fairs", "list", *CLERK, "--json").splitlines()
    assert json.loads(line)["vacancies"] == 1
    assert "无招聘会" in command_line.ok("fairs", "list", *CLERK, "--until", "2020-01-01")
    assert "no job fair" in command_line.fails("fairs", "show", str(uuid4()), *CLERK)


def test_the_outbox_is_listed(command_line: CommandLine) -> None:
    assert "无反馈" in command_line.ok("registry", "reports", *CLERK)
    assert command_line.ok("registry", "reports", *CLERK, "--overdue", "--json") == ""
    wrong = command_line.fails("registry", "reports", *CLERK, "--stage", "lost", status=2)
    assert "acknowledged" in wrong


def test_a_subscription_that_stands_still_is_shown_and_helped_on(command_line: CommandLine) -> None:
    assert "no subscriptions" in command_line.ok("subscriptions", "status")
    with Taizhang.open(
        database_url=command_line.url,
        master_key=KEYS["TAIZHANG_MASTER_KEY"],
        identity_key=KEYS["TAIZHANG_IDENTITY_KEY"],
        log_level="CRITICAL",
    ) as taizhang:
        subscription = taizhang.subscribe("search-index", types=["employer_ledger.opened"])
        seen: list[int] = []

        def handle(event: object) -> None:
            if not seen:
                raise RuntimeError("the index is away")
            seen.append(1)

        with pytest.raises(RuntimeError):
            subscription.run(handle, until_level=True)
        done = command_line.run("subscriptions", "status")
        assert done.returncode == 1
        assert "the index is away" in done.stdout
        command_line.ok("subscriptions", "retry", "search-index")
        at = int(command_line.rows("SELECT failed_position FROM subscriptions")[0][0])
        reason = ("--reason", "重复数据", *ADMINISTRATOR)
        assert f"not at {at + 1}" in command_line.fails(
            "subscriptions", "skip", "search-index", str(at + 1), *reason
        )
        command_line.ok("subscriptions", "skip", "search-index", str(at), *reason)
        seen.append(0)
        subscription.run(handle, until_level=True)
    assert len(seen) == 2
    assert "search-index" in command_line.ok("subscriptions", "status")
    skipped = command_line.ok("subscriptions", "skips")
    assert "重复数据" in skipped
    assert "system@110000" in skipped
    assert "nothing failed" in command_line.fails("subscriptions", "retry", "search-index")
    command_line.ok("subscriptions", "drop", "search-index")
    assert "no subscription is called" in command_line.fails(
        "subscriptions", "drop", "search-index"
    )
