"""`taizhang import vacancies`: messy files, line by line reported, restartable without doubles."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")
HEAD = ("岗位编号", "职位名称", "单位名称", "招聘人数", "薪资", "职位描述")


def rows(count: int, company: str = "北京甲公司") -> list[tuple[str, ...]]:
    return [
        (f"J{number}", f"电工{number}", company, "3人", "6000-9000元/月", f"负责电路维修{number}。")
        for number in range(1, count + 1)
    ]


def write(command_line: CommandLine, table: list[tuple[str, ...]], encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *table])
    file = command_line.folder / "岗位.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def take(command_line: CommandLine, *more: str) -> str:
    return command_line.ok("import", "vacancies", "岗位.csv", *CLERK, *more)


def titles(command_line: CommandLine) -> list[str]:
    return sorted(
        title for (title,) in command_line.rows("SELECT title FROM vacancies ORDER BY title")
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_file_is_taken_whatever_its_encoding(command_line: CommandLine, encoding: str) -> None:
    write(command_line, rows(3), encoding)
    assert take(command_line) == "3 taken, 0 skipped, 0 refused\n"
    assert titles(command_line) == ["电工1", "电工2", "电工3"]
    ((status, headcount, agency),) = set(
        command_line.rows("SELECT status, headcount, agency_code FROM vacancies")
    )
    assert (status, headcount, agency) == ("submitted", 3, "110105001")


def test_a_second_run_skips_what_was_taken(command_line: CommandLine) -> None:
    write(command_line, rows(3))
    take(command_line)
    events = command_line.events()
    write(command_line, rows(5), "gb18030")
    assert take(command_line) == "2 taken, 3 skipped, 0 refused\n"
    assert command_line.events() == events + 4
    assert take(command_line) == "0 taken, 5 skipped, 0 refused\n"
    assert command_line.rows("SELECT 1 FROM refusals") == []


def test_a_row_without_an_id_is_known_again_by_its_content(command_line: CommandLine) -> None:
    table = [("", *row[1:]) for row in rows(2)]
    write(command_line, table)
    take(command_line)
    write(command_line, [("", *row[1:]) for row in rows(3)])
    assert take(command_line) == "1 taken, 2 skipped, 0 refused\n"


def test_the_same_row_twice_in_one_file_is_taken_once(command_line: CommandLine) -> None:
    write(command_line, [*rows(2), rows(1)[0]])
    take(command_line)
    assert titles(command_line) == ["电工1", "电工2"]


def test_a_dry_run_says_the_same_and_records_nothing(command_line: CommandLine) -> None:
    write(command_line, [*rows(2), *rows(1, "无此公司")])
    before = [
        command_line.rows(f"SELECT count(*) FROM {table}")
        for table in ("stored_events", "commands", "refusals", "stream_states", "vacancies")
    ]
    assert take(command_line, "--dry-run") == "would be 2 taken, 0 skipped, 1 refused\n"
    assert before == [
        command_line.rows(f"SELECT count(*) FROM {table}")
        for table in ("stored_events", "commands", "refusals", "stream_states", "vacancies")
    ]
    assert take(command_line) == "2 taken, 0 skipped, 1 refused\n"
    assert take(command_line, "--dry-run") == "would be 0 taken, 2 skipped, 1 refused\n"


def test_drafts_only(command_line: CommandLine) -> None:
    write(command_line, rows(1))
    take(command_line, "--draft-only")
    assert command_line.rows("SELECT status FROM vacancies") == [("draft",)]
    assert take(command_line) == "1 taken, 0 skipped, 0 refused\n", "now it is submitted"
    assert command_line.rows("SELECT status FROM vacancies") == [("submitted",)]


def test_each_line_that_is_not_taken_is_told_with_its_reason(command_line: CommandLine) -> None:
    good = rows(1)[0]
    table = [
        good,
        ("J2", "", "北京甲公司", "3", "", "维修"),
        ("J3", "电工", "无此公司", "3", "", "维修"),
        ("J4", "电工", "北京甲公司", "=1+1", "", "维修"),
        ("J5", "电工", "北京甲公司", "3", "", "[/red]=不是公式"),
        ("J6", "电工", "", "3", "", "维修"),
        ("J7", "x" * 201, "北京甲公司", "3", "", "维修"),
    ]
    write(command_line, table)
    with (command_line.folder / "岗位.csv").open("ab") as file:
        file.write("J8,电工,北京甲公司\r\n".encode())
        file.write(b"J9,\xff\xfe,x,3,,x\r\n")
    done = command_line.run("import", "vacancies", "岗位.csv", *CLERK, "--report", "report.json")
    assert done.returncode == 0
    assert done.stdout == "2 taken, 0 skipped, 7 refused\n"
    report = json.loads((command_line.folder / "report.json").read_text(encoding="utf-8"))
    reasons = {line["line"]: (line["field"], line["reason"]) for line in report["lines"]}
    assert [line["line"] for line in report["lines"]] == list(range(2, 11))
    assert reasons[3] == ("title", "the title is empty")
    assert "no employer called '无此公司'" in reasons[4][1]
    assert reasons[5][0] == "招聘人数"
    assert "a formula (=1+1)" in reasons[5][1]
    assert "neither a credit code nor" in reasons[7][1]
    assert "more than 200" in reasons[8][1]
    assert "3 cells where the header has 6" in reasons[9][1]
    assert "bytes that are no text" in reasons[10][1]
    for line in (3, 4, 5, 7, 8, 9, 10):
        assert f"line {line}" in done.stderr


def test_the_report_opens_in_a_spreadsheet_program(command_line: CommandLine) -> None:
    write(command_line, rows(1))
    take(command_line, "--report", "report.csv")
    text = (command_line.folder / "report.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [(one["line"], one["status"], one["key"]) for one in found] == [("2", "taken", "id:J1")]


def test_where_the_report_cannot_be_written_nothing_is_begun(command_line: CommandLine) -> None:
    write(command_line, rows(1))
    before = command_line.events()
    said = command_line.fails(
        "import", "vacancies", "岗位.csv", *CLERK, "--report", "no/such/report.csv"
    )
    assert "--report" in said
    assert "no/such/report.csv" in said
    assert command_line.events() == before


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (None, (), "岗位.csv: cannot be opened"),
        (b"", (), "the file is empty"),
        (
            "岗位编号,薪资\n1,2\n".encode(),
            (),
            "no column gives the title: name it with --map title=",
        ),
        ("职位名称,薪资\n1,2\n".encode(), (), "no column gives the text"),
        (
            "职位名称,薪资,职责描叙\n1,2,3\n".encode(),
            ("--map", "text=职责描述"),
            "there is no column '职责描述'; did you mean '职责描叙'?",
        ),
        ("职位名称,描述\n1,2\n".encode(), ("--map", "titel=x"), "did you mean title?"),
        ("职位名称,描述\n1,2\n".encode(), ("--map", "title"), "not of the form field=column"),
        ("职位名称,描述\n1,2\n".encode(), ("--encoding", "klingon"), "no encoding of text named"),
        ("职位名称,描述\n1,2\n".encode(), ("--sheet", "x"), "only a workbook has sheets"),
        ("职位名称,职位名称\n1,2\n".encode(), (), "more than once"),
        (b"%PDF-1.7 x\n", (), "not a table"),
        ("职位名称,描述\n1,2\n".encode(), ("--mapping-file", "nowhere"), "--mapping-file: nowhere"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_what_where_and_what_to_do(
    command_line: CommandLine, content: bytes | None, more: tuple[str, ...], says: str
) -> None:
    if content is not None:
        (command_line.folder / "岗位.csv").write_bytes(content)
    before = command_line.events()
    said = command_line.fails("import", "vacancies", "岗位.csv", *CLERK, *more)
    assert says in said
    assert command_line.events() == before


def test_a_file_of_which_nothing_was_taken_fails(command_line: CommandLine) -> None:
    write(command_line, rows(2, "无此公司"))
    done = command_line.run("import", "vacancies", "岗位.csv", *CLERK)
    assert done.returncode == 1
    assert done.stdout == "0 taken, 0 skipped, 2 refused\n"


def test_who_may_not_serve_takes_nothing_in(command_line: CommandLine) -> None:
    write(command_line, rows(2))
    done = command_line.run(
        "import", "vacancies", "岗位.csv", "--agency", "110105", "--staff", "supervisor"
    )
    assert done.returncode == 1
    assert "0 taken" in done.stdout
    assert titles(command_line) == []


def test_a_workbook_with_a_title_and_a_formula(command_line: CommandLine) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["2026年岗位表"])
    sheet.append(list(HEAD))
    sheet.append(["0001", "电工", "北京甲公司", 3, "面议", "维修"])
    sheet.append(["0002", "焊工", "北京甲公司", "=1+2", "面议", "焊接"])
    book.save(command_line.folder / "岗位.csv")
    done = command_line.run("import", "vacancies", "岗位.csv", *CLERK)
    assert done.stdout == "1 taken, 0 skipped, 1 refused\n"
    assert "formula" in done.stderr
    assert command_line.rows("SELECT external_id, headcount FROM vacancies") == [("0001", 3)]


def test_columns_are_mapped_by_options_and_by_a_file(command_line: CommandLine) -> None:
    (command_line.folder / "岗位.csv").write_text("a;b\n电工;维修\n", encoding="utf-8")
    mapping = {"title": "a", "company": {"constant": "北京乙公司"}}
    (command_line.folder / "map.json").write_text(json.dumps(mapping), encoding="utf-8")
    take(command_line, "--mapping-file", "map.json", "--map", "text=b")
    assert command_line.rows(
        "SELECT v.title, e.name FROM vacancies v JOIN employers e USING (stream_id)"
    ) == [("电工", "北京乙公司")]


def test_killed_in_the_middle_and_run_again_it_takes_every_row_once(
    command_line: CommandLine,
) -> None:
    write(command_line, rows(3000))
    process = command_line.start("import", "vacancies", "岗位.csv", *CLERK)
    before = command_line.events()
    deadline = time.monotonic() + 60
    while command_line.events() < before + 400 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    done = command_line.events() - before
    assert 400 <= done < 6000
    assert done % 2 == 0, "a row's draft and its submission are recorded together"
    said = take(command_line)
    assert said == f"{3000 - done // 2} taken, {done // 2} skipped, 0 refused\n"
    assert command_line.events() == before + 6000
    assert command_line.rows("SELECT count(*), count(DISTINCT title) FROM vacancies") == [
        (3000, 3000)
    ]


def test_it_runs_as_a_program_of_its_own(command_line: CommandLine) -> None:
    write(command_line, rows(2), "gb18030")
    done = command_line.apart("import", "vacancies", "岗位.csv", *CLERK)
    assert (done.returncode, done.stdout) == (0, "2 taken, 0 skipped, 0 refused\n"), done.stderr


@pytest.mark.skipif(
    "TAIZHANG_LONG_TESTS" not in os.environ, reason="a minute long: set TAIZHANG_LONG_TESTS"
)
def test_a_hundred_thousand_rows_take_less_than_a_minute(command_line: CommandLine) -> None:
    write(
        command_line,
        [row for number in range(2) for row in rows(50_000, ("北京甲公司", "北京乙公司")[number])],
    )
    started = time.monotonic()
    done = command_line.apart("import", "vacancies", "岗位.csv", *CLERK)
    seconds = time.monotonic() - started
    assert done.stdout == "100000 taken, 0 skipped, 0 refused\n", done.stderr
    assert seconds < 60, seconds
