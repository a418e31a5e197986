"""From the cells of a row to the values of a vacancy."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.application.importing.vacancy_rows import (
    ColumnMapping,
    Field,
    ImportReport,
    InterpretedRow,
    LineStatus,
    MappingError,
    build_mapping,
    guess_mapping,
    interpret,
    row_key,
)
from taizhang.domain.employer.text_values import SocialInsurance
from taizhang.infrastructure.tables.reading import Row, open_table

pytestmark = pytest.mark.rule("38.2")

ADS = Path(__file__).resolve().parents[2] / "../shared/data/vacancies/ads.csv"


def row(line: int = 2, /, **values: str) -> Row:
    return Row(line, values)


def interpreted(**values: str) -> InterpretedRow:
    return interpret(row(**values), build_mapping(list(values)))


CHINESE = {
    "编号": "B-7",
    "岗位名称": "收银员",
    "单位名称": "甲商店",
    "统一社会信用代码": "91110000000000000X",
    "招聘人数": "招3名",
    "岗位职责": "收款",
    "任职要求": "细心",
    "学历要求": "高中",
    "工作经验": "1年",
    "薪资（元/月）": "5000-6000",
    "福利待遇": "双休、餐补，双休",
    "社会保险": "五险",
    "发布日期": "2023年4月5日",
    "有效期至": "2023/6/30",
    "工作地点": "东城区",
}


def test_a_row_with_chinese_heads() -> None:
    assert interpreted(**CHINESE).model_dump(exclude={"key", "line"}) == {
        "external_id": "B-7",
        "title": "收银员",
        "company": "甲商店",
        "credit_code": "91110000000000000X",
        "headcount": 3,
        "work_content": "收款",
        "hiring_conditions": "细心",
        "education": "高中",
        "experience": "1年",
        "pay": {
            "unit": "month",
            "minimum_fen": 500_000,
            "maximum_fen": 600_000,
            "months_per_year": None,
        },
        "benefits": ("双休", "餐补"),
        "social_insurance": tuple(SocialInsurance)[:5],
        "posted": date(2023, 4, 5),
        "valid_until": date(2023, 6, 30),
        "text": "收款\n细心",
        "place": "东城区",
        "notes": (),
        "problems": (),
    }


def test_english_heads_are_guessed() -> None:
    header = "id title company credit_code headcount education experience salary benefits insurance"
    mapping = guess_mapping([*header.split(), "posted", "Valid Until", "text", "city", "other"])
    assert {field.value: columns[0] for field, columns in mapping.columns.items()} == {
        "external_id": "id",
        "title": "title",
        "company": "company",
        "credit_code": "credit_code",
        "headcount": "headcount",
        "education": "education",
        "experience": "experience",
        "pay": "salary",
        "benefits": "benefits",
        "social_insurance": "insurance",
        "posted": "posted",
        "valid_until": "Valid Until",
        "text": "text",
        "place": "city",
    }


def test_a_running_number_is_no_identity() -> None:
    assert Field.EXTERNAL_ID not in guess_mapping(["序号", "岗位", "描述"]).columns


def test_two_columns_of_pay() -> None:
    pay = interpreted(岗位="甲", 描述="乙", 最低薪资="5000", 最高薪资="6000元").pay
    assert pay is not None and pay.text_zh == "5000–6000元/月"
    assert interpreted(岗位="甲", 描述="乙", 最低薪资="5000", 最高薪资="").pay is not None


def test_what_is_told_overrides_what_is_guessed() -> None:
    explicit = ColumnMapping.from_dict(
        {"title": "工种", "text": ["描述", "备注"], "place": {"constant": "北京"}, "company": None}
    )
    values = {"岗位名称": "收银", "工种": "收银员", "描述": "收款", "备注": "早班", "单位": "甲"}
    mapping = build_mapping(list(values), explicit)
    found = interpret(row(**values), mapping)
    assert (found.title, found.text, found.place, found.company) == (
        "收银员",
        "收款\n早班",
        "北京",
        None,
    )


def test_a_column_told_is_not_guessed_to_be_something_else() -> None:
    explicit = ColumnMapping.from_options(["title=岗位", "text=岗位要求"])
    mapping = build_mapping(["岗位", "岗位要求"], explicit)
    assert Field.HIRING_CONDITIONS not in mapping.columns


def test_a_constant_fills_only_what_is_empty_of_columns() -> None:
    explicit = ColumnMapping.from_options(["company:=甲商店", "text=a", "text=b", "title=t"])
    assert explicit.constants == {Field.COMPANY: "甲商店"}
    assert explicit.columns[Field.TEXT] == ("a", "b")
    mapping = build_mapping(["t", "a", "b", "公司"], explicit)
    assert interpret(row(t="x", a="1", b="2", 公司="乙"), mapping).company == "甲商店"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["titel=岗位"], "did you mean title"),
        (["title"], "not of the form"),
        (["title="], "not of the form"),
        (["place:=北京", "place=城市"], "both a constant and a column"),
    ],
)
def test_options_that_make_no_sense(options: list[str], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        ColumnMapping.from_options(options)


@pytest.mark.parametrize("target", [5, [], [1], {"const": "x"}, {"constant": []}])
def test_mapping_files_that_make_no_sense(target: Any) -> None:
    with pytest.raises(MappingError, match="give a column"):
        ColumnMapping.from_dict({"title": target})


def test_missing_columns_are_named() -> None:
    with pytest.raises(MappingError, match=r"--map title=COLUMN.*the columns are: 甲、描述"):
        build_mapping(["甲", "描述"])
    with pytest.raises(MappingError, match=r"text or the work content.*--map text=COLUMN"):
        build_mapping(["岗位", "薪资"])
    with pytest.raises(MappingError, match="did you mean '岗位名'"):
        build_mapping(["岗位名", "描述"], ColumnMapping.from_options(["title=岗位名称"]))


def test_one_text_is_split_by_its_headings() -> None:
    found = interpreted(岗位="甲", 描述="岗位职责：收款任职要求：细心")
    assert (found.work_content, found.hiring_conditions) == ("收款", "细心")
    assert found.text == "岗位职责：收款任职要求：细心"
    assert "split by the headings" in found.notes[0]
    found = interpreted(岗位="甲", 工作内容="收款。要求：细心")
    assert (found.work_content, found.hiring_conditions) == ("收款。", "细心")


def test_a_text_without_headings_is_work_content() -> None:
    found = interpreted(岗位="甲", 描述="收款")
    assert (found.work_content, found.hiring_conditions) == ("收款", None)
    assert "whole text" in found.notes[0]


def test_conditions_beside_a_text() -> None:
    found = interpreted(岗位="甲", 描述="岗位职责：收款任职要求：细心", 招录条件="高中")
    assert (found.work_content, found.hiring_conditions) == ("收款", "高中")
    assert "细心" in found.text


def test_guesses_and_what_is_left_empty_are_told() -> None:
    found = interpreted(
        岗位="甲", 工作内容="乙", 岗位要求="丙", 薪资="6-8", 人数="若干", 发布日期="今天", 社保="-"
    )
    assert (found.pay, found.headcount, found.posted, found.social_insurance) == (
        None,
        None,
        None,
        (),
    )
    assert [note.split(":")[0] for note in found.notes] == [
        "pay left empty",
        "headcount left empty",
        "posted left empty",
    ]
    assert "若干" in found.notes[1]
    assert found.problems == ()


def test_social_insurance_is_found_among_the_benefits_and_in_the_text() -> None:
    found = interpreted(岗位="甲", 描述="乙", 福利="五险一金,双休")
    assert len(found.social_insurance) == 6
    assert "social_insurance: taken from the benefits" in found.notes
    assert interpreted(岗位="甲", 描述="缴纳社保").social_insurance
    assert not interpreted(岗位="甲", 描述="医疗行业").social_insurance
    assert not interpreted(岗位="甲", 描述="缴纳社保", 社会保险="面谈").social_insurance


def test_education_and_experience_in_one_cell() -> None:
    found = interpreted(岗位="甲", 描述="乙", 学历="3-5年-本科")
    assert (found.experience, found.education) == ("3-5年", "本科")


def test_a_code_that_a_spreadsheet_rounded_is_left_out() -> None:
    found = interpreted(编号="9.1E+17", 岗位="甲", 描述="乙", 信用代码="9.13101E+17")
    assert (found.external_id, found.credit_code) == (None, None)
    assert found.key.startswith("sha256:")
    assert sum("rounded by a spreadsheet" in note for note in found.notes) == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"岗位": "", "描述": "乙"}, "title"),
        ({"岗位": "无", "描述": "乙"}, "title"),
        ({"岗位": "甲" * 201, "描述": "乙"}, "title"),
        ({"岗位": "甲", "描述": " "}, "text"),
        ({"岗位": "甲", "描述": "乙" * 20_001}, "text"),
    ],
)
def test_a_row_that_is_no_vacancy(values: dict[str, str], field: str) -> None:
    assert [problem.field for problem in interpreted(**values).problems] == [field]


@given(st.dictionaries(st.sampled_from(list(CHINESE)), st.text()))
def test_no_row_raises(values: dict[str, str]) -> None:
    found = interpret(row(**values), guess_mapping(list(CHINESE)))
    assert InterpretedRow.model_validate_json(found.model_dump_json()) == found


def test_half_a_surrogate_pair_does_not_raise() -> None:
    found = interpreted(岗位="甲\ud800", 描述="乙\udfff")
    assert found.title == "甲?"
    assert found.model_dump_json()


def test_by_what_a_row_is_known_again() -> None:
    mapping = build_mapping(["编号", "岗位", "描述"])
    first = row_key(row(2, 编号="7", 岗位="甲", 描述="乙"), mapping)
    assert first == row_key(row(9, 编号="7", 岗位="改", 描述="改"), mapping) == "id:7"
    without = row_key(row(2, 编号="", 岗位="甲", 描述="乙  丙"), mapping)
    assert without.startswith("sha256:")
    # Another place in the file, other spaces, other heads, one more column: the same row.
    assert without == row_key(row(8, 岗位="甲", 描述="乙\n丙 ", 编号="-"), mapping)
    other = build_mapping(["Title", "Text", "remark"])
    assert without == row_key(row(2, Title="甲", Text="乙 丙", remark="x"), other)
    assert without != row_key(row(2, 岗位="甲", 描述="丁"), mapping)
    # What stands in one cell is not taken for two.
    assert row_key(row(岗位="甲乙", 描述=""), mapping) != row_key(
        row(岗位="甲", 描述="乙"), mapping
    )
    assert interpret(row(岗位="甲", 描述="乙"), mapping).key == row_key(
        row(岗位="甲", 描述="乙"), mapping
    )


def test_the_report_of_every_line() -> None:
    report = ImportReport(source="a.csv", dry_run=True)
    report.taken(interpreted(编号="1", 岗位="甲", 描述="乙", 薪资="6-8"))
    report.skipped(interpreted(编号="2", 岗位="甲", 描述="乙"))
    report.refused(4, "a formula", field="薪资")
    assert report.totals() == {
        LineStatus.TAKEN: 1,
        LineStatus.SKIPPED: 1,
        LineStatus.REFUSED: 1,
    }
    assert [(one.key, one.field, one.reason) for one in report.lines] == [
        ("id:1", None, None),
        ("id:2", None, "already imported"),
        (None, "薪资", "a formula"),
    ]
    assert any("6-8" in note for note in report.lines[0].notes)
    assert ImportReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.skipif(not ADS.exists(), reason="the real advertisements are not here")
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_real_advertisements(tmp_path: Path, encoding: str) -> None:
    with ADS.open(encoding="utf-8", newline="") as file:
        ads = {ad["id"]: ad for ad in csv.DictReader(file)}
    path = tmp_path / "ads.csv"
    path.write_text(ADS.read_text("utf-8"), encoding, newline="")
    found: dict[str, InterpretedRow] = {}
    with open_table(path) as table:
        assert table.format == encoding
        mapping = build_mapping(table.header)
        for one in table.rows():
            assert isinstance(one, Row)
            result = interpret(one, mapping)
            found[result.key] = result
    assert len(found) == len(ads)
    for result in found.values():
        assert result.external_id is not None and not result.problems
        ad = ads[result.external_id]
        assert result.title == " ".join(ad["title"].split())
        assert "".join(result.text.split()) == "".join(ad["text"].split())
        assert not ad["headcount"].strip("0") or result.headcount == int(ad["headcount"])
    paid = sum(result.pay is not None for result in found.values())
    assert paid / len(found) >= 0.95
