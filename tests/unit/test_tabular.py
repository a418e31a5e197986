"""Reading CSV and XLSX files as they come, with every fault that such files have."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from taizhang.domain.errors import InvalidInput
from taizhang.infrastructure.tables.reading import (
    Row,
    RowError,
    UnreadableFile,
    is_formula,
    open_table,
)

TEXT = "编号,岗位名称,说明\n1,收银员,收款\n2,理货员,上架\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **options: Any) -> list[Row | RowError]:
    with open_table(path, **options) as table:
        return list(table.rows())


def titles(path: Path, **options: Any) -> list[str | None]:
    return [r.values.get("岗位名称") if isinstance(r, Row) else None for r in read(path, **options)]


def errors(path: Path) -> list[RowError]:
    return [one for one in read(path) if isinstance(one, RowError)]


def workbook(path: Path, rows: list[list[Any]], **options: Any) -> Path:
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, found: str) -> None:
    path = write(tmp_path / "a.csv", TEXT.encode(encoding))
    with open_table(path) as table:
        assert table.header == ("编号", "岗位名称", "说明")  # in particular no BOM before it
        assert table.format == found
        rows = list(table.rows())
        assert table.fraction_read() == 1
    assert rows[1] == Row(3, {"编号": "2", "岗位名称": "理货员", "说明": "上架"})


def test_utf_16_of_the_other_byte_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert titles(path) == ["收银员", "理货员"]


def test_an_encoding_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TEXT.encode("big5", "replace"))
    assert len(read(path, encoding="big5")) == 2
    path = write(tmp_path / "b.csv", TEXT.encode("gbk"))
    assert titles(path, encoding="GB2312") == ["收银员", "理货员"]
    for name in ("no-such", "hex"):
        with pytest.raises(UnreadableFile, match="no encoding of text"):
            open_table(path, encoding=name)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    assert titles(write(tmp_path / "a", TEXT.replace(",", delimiter))) == ["收银员", "理货员"]


def test_semicolons_within_a_text_are_no_columns(tmp_path: Path) -> None:
    text = "岗位名称,描述\n收银员,会收银; 会理货; 会打扫\n理货员,有力气; 能早起; 会开车\n"
    assert titles(write(tmp_path / "a", text)) == ["收银员", "理货员"]


def test_commas_in_a_title_above_are_no_columns(tmp_path: Path) -> None:
    text = "某区,某街道\n岗位名称\t描述\n收银员\t会收银\n理货员\t有力气\n"
    assert titles(write(tmp_path / "a", text)) == ["收银员", "理货员"]


def test_another_delimiter_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TEXT.replace(",", "|"))
    assert titles(path, delimiter="|") == ["收银员", "理货员"]
    for wrong in ("||", "\n", '"', ""):
        with pytest.raises(UnreadableFile, match="one character"):
            open_table(path, delimiter=wrong)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_empty_lines(tmp_path: Path, end: str) -> None:
    path = write(tmp_path / "a.csv", TEXT.replace("\n2", "\n\n,,\n2").replace("\n", end))
    assert [(row.line, type(row)) for row in read(path)] == [(2, Row), (5, Row)]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "招聘信息汇总,,\n\n" + TEXT)
    assert titles(path) == ["收银员", "理货员"]
    path = write(tmp_path / "b.csv", "填表人：甲,日期,\n" + TEXT)
    assert titles(path, header_line=2) == ["收银员", "理货员"]


def test_quotes_and_several_lines_in_a_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '编号,岗位名称,说明\n1, "甲,""乙""","一\n二"\n2,5" 管,b\n')
    first, second = read(path)
    assert isinstance(first, Row) and isinstance(second, Row)
    assert first.values == {"编号": "1", "岗位名称": '甲,"乙"', "说明": "一\n二"}
    assert (second.line, second.values["岗位名称"]) == (4, '5" 管')


def test_a_wrong_number_of_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TEXT + "3,少\n4,多,了,些\n5,尾,空,,\n6,好,的\n")
    found = errors(path)
    assert [(one.line, one.column) for one in found] == [(4, None), (5, None)]
    assert "2 cells where the header has 3" in found[0].reason
    assert titles(path)[-2:] == ["尾", "好"]


@pytest.mark.parametrize("rest", ["", "3,丙,丁\n", '3,丙,丁\n4,"戊",己\n', '3,"丙\n4",x"\n'])
def test_an_unclosed_quote_costs_its_own_line_only(tmp_path: Path, rest: str) -> None:
    path = write(tmp_path / "a.csv", '编号,岗位名称,说明\n1,"甲,乙\n2,理货员,上架\n' + rest)
    rows = read(path)
    assert isinstance(rows[0], RowError)
    assert (rows[0].line, "quote" in rows[0].reason) == (2, True)
    assert isinstance(rows[1], Row) and rows[1].line == 3


def test_a_cell_without_end_in_a_long_file(tmp_path: Path) -> None:
    good = "".join(f"{n},理货员,上架\n" for n in range(20_000))
    path = write(tmp_path / "a.csv", '编号,岗位名称,说明\n1,"甲,乙\n' + good)
    rows = read(path)
    assert isinstance(rows[0], RowError) and "longer than" in rows[0].reason
    assert sum(isinstance(row, Row) for row in rows) == 20_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_bytes_that_are_no_text_cost_their_line_only(tmp_path: Path, encoding: str) -> None:
    good = TEXT.encode(encoding)
    bad = "3,坏".encode(encoding)[-5:] + b"\xff\x80,x\n"
    path = write(tmp_path / "a.csv", good + bad + "4,好,行\n".encode(encoding.removesuffix("-sig")))
    rows = read(path)
    assert [type(row) for row in rows] == [Row, Row, RowError, Row]
    assert "line 4 has bytes" in getattr(rows[2], "reason", "")


def test_a_line_of_gb18030_in_a_file_of_utf_8(tmp_path: Path) -> None:
    content = TEXT.encode() + "3,保洁,打扫\n".encode("gb18030") + "4,好,行\n".encode()
    assert [one.line for one in errors(write(tmp_path / "a.csv", content))] == [4]


def test_a_nul_character(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TEXT + "3,a\0b,c\n4,好,行\n")
    assert [(one.line, "NUL" in one.reason) for one in errors(path)] == [(4, True)]
    assert titles(path)[-1] == "好"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty", b"", "empty"),
        ("spaces", b" \n\r\n ", "empty"),
        ("only a BOM", b"\xef\xbb\xbf", "empty"),
        ("one column", "岗位名称\n收银员\n".encode(), "no header"),
        ("prose", "本周没有新的岗位。\n".encode(), "no header"),
        ("duplicates", "编号,岗位,岗位\n1,2,3\n".encode(), "岗位 more than once"),
        ("broken header", '编号,"岗位\n1,2\n'.encode(), "line 1: .*quote"),
        ("pdf", b"%PDF-1.7 ...", "not a table"),
        ("png", b"\x89PNG\r\n\x1a\n", "not a table"),
        ("web page", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("json", b'[{"title": "x"}]', "JSON"),
        ("old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        ("utf-16 without BOM", TEXT.encode("utf-16-le") * 3, "UTF-16 without"),
        ("utf-32", TEXT.encode("utf-32"), "UTF-32"),
        ("noise", b"\xfd\xff\xff,\xff\xfe\n\xff,\xff\n", "neither UTF-8 nor GB18030"),
        ("zip", b"PK\x03\x04" + b"\1" * 40, "no workbook"),
        ("one line", b"x," * 3_000_000, "longer than"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = write(tmp_path / "a.csv", content)
    with pytest.raises(UnreadableFile, match=message) as caught:
        open_table(path)
    assert "a.csv" in str(caught.value)
    assert isinstance(caught.value, InvalidInput)
    assert isinstance(caught.value, ValueError)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        open_table(tmp_path)


@pytest.mark.parametrize(
    "value", ["=1+1", "=A1", "=SUM(A1:A3)", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "@SUM(A1)"]
)
def test_a_formula_in_a_csv_cell(tmp_path: Path, value: str) -> None:
    path = write(tmp_path / "a.csv", TEXT + f'3,"{value}",x\n4,好,行\n')
    found = errors(path)
    assert [(one.line, one.column) for one in found] == [(4, "岗位名称")]
    assert "formula" in found[0].reason
    assert titles(path)[-1] == "好"


@pytest.mark.parametrize(
    "value", ["+86 10 12345678", "-", "- 收款", "-Java(熟悉)", "=", "==", "a=b", "@北京", "1-2万"]
)
def test_what_is_no_formula(value: str) -> None:
    assert not is_formula(value)


def test_a_number_kept_as_text_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '编号,岗位名称,说明\n"=""00123""",收银员,x\n')
    row = read(path)[0]
    assert isinstance(row, Row) and row.values["编号"] == "00123"


def test_100_000_rows_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write("编号,岗位名称,薪资,说明\n")
        for number in range(100_000):
            file.write(f'{number},收银员{number},5000-6000元/月,"负责收款\n和对账{number}"\n')
    tracemalloc.start()
    try:
        with open_table(path) as table:
            rows = 0
            last = 0.0
            for row in table.rows():
                assert isinstance(row, Row)
                rows += 1
                if rows % 10_000 == 0:
                    assert last < table.fraction_read() <= 1
                    last = table.fraction_read()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 100_000
    assert peak < 4_000_000, f"{peak} bytes for a file of {path.stat().st_size}"


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["招聘信息汇总"])
    sheet.append(["编号", "岗位名称", "发布日期", None, "备注"])
    sheet.append([1, "收银员", date(2023, 4, 5), None, 2.5])
    sheet.append([])
    sheet.append([2.0, " 理货员 ", datetime(2023, 4, 5, 8, 30), None, True])  # noqa: DTZ001
    sheet.append([3, "短"])
    book.create_sheet("第二").append(["甲", "乙"])
    book.save(path)
    with open_table(path) as table:
        assert (table.format, table.header[3]) == ("xlsx", "column 4")
        rows = [row for row in table.rows() if isinstance(row, Row)]
        assert table.fraction_read() == 1
    assert [row.line for row in rows] == [3, 5, 6]
    assert list(rows[0].values.values()) == ["1", "收银员", "2023-04-05", "", "2.5"]
    assert list(rows[1].values.values()) == ["2", "理货员", "2023-04-05 08:30:00", "", "True"]
    assert rows[2].values["备注"] == ""
    with open_table(path, sheet="第二") as table:
        assert table.header == ("甲", "乙")
    with pytest.raises(UnreadableFile, match="no sheet '第三'; there are: Sheet、第二"):
        open_table(path, sheet="第三")
    with pytest.raises(UnreadableFile, match="only a workbook"):
        open_table(write(tmp_path / "a.csv", TEXT), sheet="第三")


def test_a_formula_an_error_and_a_rounded_number_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "岗位名称", "薪资"])
        sheet.write_row(1, 0, [1, "收银员"])
        sheet.write_formula(1, 2, "=4000+1000", None, 5000)
        sheet.write_row(2, 0, [2, "理货员", "=A1"])
        sheet.write_row(3, 0, [3, "+86 10 12345678", "-"])
        sheet.write_row(4, 0, [913101150878130000, "保洁", "5000"])
        sheet.write_array_formula(5, 2, 5, 2, "{=SUM(A2:A4)}", None, 6)
    found = errors(path)
    assert [(one.line, one.column) for one in found] == [
        (2, "薪资"),
        (3, "薪资"),
        (5, "编号"),
        (6, "薪资"),
    ]
    assert "cell C2 holds a formula (=4000+1000)" in found[0].reason
    assert "more than 15 digits" in found[2].reason
    assert [row.line for row in read(path) if isinstance(row, Row)] == [4]


def test_an_error_value_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "岗位名称"])
    sheet.append(["#REF!", "收银员"])
    book.save(path)
    assert [one.reason for one in errors(path)] == ["cell A2 holds the error #REF!"]


def test_a_large_workbook_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    header: list[list[Any]] = [["编号", "岗位名称"]]
    rows = [*header, *([number, f"收银员{number}"] for number in range(20_000))]
    workbook(path, rows, constant_memory=True)
    tracemalloc.start()
    try:
        with open_table(path) as table:
            found = sum(isinstance(row, Row) for row in table.rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 20_000
    assert peak < 8_000_000, f"{peak} bytes"


def test_a_damaged_sheet_keeps_what_was_read(tmp_path: Path) -> None:
    cells: list[list[Any]] = [["编号", "岗位名称"], *([n, "甲"] for n in range(9000))]
    whole = workbook(tmp_path / "a.xlsx", cells)
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    rows = read(path)
    assert isinstance(rows[-1], RowError) and "damaged" in rows[-1].reason
    assert len(rows) > 1000


def test_a_header_with_a_fault_in_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "岗位名称", "岗位名称"], [1, 2, 3]])
    with pytest.raises(UnreadableFile, match="岗位名称 more than once"):
        open_table(path)
    path = workbook(tmp_path / "b.xlsx", [])
    with pytest.raises(UnreadableFile, match="no header"):
        open_table(path)
