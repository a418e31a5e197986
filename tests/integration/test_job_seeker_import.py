"""Importing job seekers through `Taizhang` and on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from taizhang.application.importing.job_seeker_rows import JobSeekerMapping
from taizhang.application.importing.rows import ImportReport, LineStatus
from taizhang.domain.job_seeker.documents import IdentityDocument
from taizhang.scripts.cli.app import app

if TYPE_CHECKING:
    from tests.integration.conftest import World

HEADER = (
    "姓名",
    "身份证号",
    "联系电话",
    "求职意向",
    "技能等级",
    "失业登记日期",
    "认定类别",
    "认定日期",
)


@dataclass
class Row:
    line: int
    values: dict[str, str]


def rows(world: World, count: int) -> list[Row]:
    return [
        Row(
            number + 2,
            dict(
                zip(
                    HEADER,
                    (
                        f"某人{number}",
                        world.identity_number(100 + number),
                        "13900000000",
                        "电工",
                        "中级工",
                        "2026-10-01",
                        "4050人员",
                        "2026-10-08",
                    ),
                    strict=True,
                )
            ),
        )
        for number in range(count)
    ]


def run(world: World, table: Sequence[Row], *, dry_run: bool = False) -> ImportReport:
    job = world.taizhang.job_seeker_import(by=world.actor("clerk"))
    return job.run("people.csv", table, JobSeekerMapping.build(HEADER), dry_run=dry_run)


@pytest.mark.rule("10", "11.1", "11.2")
def test_good_rows_are_taken_once_and_bad_ones_told(world: World) -> None:
    table = rows(world, 3)
    table[1].values["身份证号"] = "110105199001010011"
    before = world.count("stored_events")
    dry = run(world, table, dry_run=True)
    assert [line.status for line in dry.lines] == ["taken", "refused", "taken"]
    assert world.count("stored_events") == before
    report = run(world, table)
    assert [line.status for line in report.lines] == ["taken", "refused", "taken"]
    assert (report.lines[1].line, report.lines[1].field) == (3, "number")
    document = IdentityDocument(number=table[0].values["身份证号"])
    person = world.taizhang.job_seeker_id(document)
    assert report.lines[0].key == f"person:{person}"
    assert world.event_names(person) == [
        "job_seeker_ledger.opened",
        "job_seeker_ledger.basics_recorded",
        "job_seeker_ledger.registered",
        "job_seeker_ledger.refined_information_recorded",
        "job_seeker_ledger.status_registered",
        "job_seeker_ledger.recognised",
    ]
    stored = world.count("stored_events")
    again = run(world, table)
    assert [line.status for line in again.lines] == ["skipped", "refused", "skipped"]
    assert world.count("stored_events") == stored
    for row in table:
        assert row.values["身份证号"] not in report.model_dump_json()
        assert row.values["姓名"] not in report.model_dump_json()


def test_one_who_has_a_ledger_with_other_data_is_told(world: World) -> None:
    table = rows(world, 1)
    run(world, table)
    table[0].values["姓名"] = "另一个名字"
    (line,) = run(world, table).lines
    assert line.status is LineStatus.REFUSED
    assert line.reason == "the person has a ledger already, at agency 110105001"


def test_on_the_command_line(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in world.settings.items():
        monkeypatch.setenv(f"TAIZHANG_{name.upper()}", str(value))
    file, report = tmp_path / "people.csv", tmp_path / "report.csv"
    # As an office of mainland China keeps it.
    lines = [
        ",".join(HEADER),
        *(",".join(row.values.values()) for row in rows(world, 2)),
        "王,1,,,,,,",
    ]
    file.write_text("\n".join(lines), encoding="gb18030")
    options = ["--agency", "110105001", "--staff", "clerk", "--report", str(report)]
    result = CliRunner().invoke(app, ["import", "job-seekers", str(file), *options])
    assert result.exit_code == 0, result.output
    assert "2 taken, 0 skipped, 1 refused" in result.output
    assert "an identity number has 17 digits" in report.read_text(encoding="utf-8-sig")
    again = CliRunner().invoke(app, ["import", "job-seekers", str(file), *options, "--dry-run"])
    assert "would be 0 taken, 2 skipped, 1 refused" in again.output
