"""Rows of somebody's table as job seekers, and the sample grading tool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from taizhang.application.importing.column_mapping import MappingError
from taizhang.application.importing.job_seeker_rows import (
    Field,
    JobSeekerMapping,
    JobSeekerRow,
    interpret,
)
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.registration import Education, Household, Sex, SkillLevel
from taizhang.scripts.sample_grading import POINTS, SampleGradingTool

NUMBER = "11010519900101007X"


@dataclass
class Row:
    values: dict[str, str]
    line: int = 2


def read(**cells: str) -> JobSeekerRow:
    mapping = JobSeekerMapping.build(list(cells))
    return interpret(Row(cells), mapping)


@pytest.mark.rule("11.2")
def test_a_chinese_table_is_understood() -> None:
    found = read(
        姓名="王小明",
        身份证号码=NUMBER.lower(),
        性别="男",
        联系电话="13912345678",
        户口性质="农业户口",
        文化程度="大专毕业",
        求职意向="电工、保安,电工",
        技能等级="高级技师",
        失业时间="2026年1月5日",
        失业登记日期="2026-02-01",
        就业困难人员类别="4050人员",
        认定日期="2026/3/1",
    )
    assert found.problems == ()
    assert found.notes == ()
    assert found.document is not None
    assert found.document.number == NUMBER
    assert (found.sex, found.household) == (Sex.MALE, Household.LOCAL_RURAL)
    assert (found.education, found.skill_level) == (
        Education.JUNIOR_COLLEGE,
        SkillLevel.SENIOR_TECHNICIAN,
    )
    assert found.occupations == ("电工", "保安")
    assert found.out_of_work_since == date(2026, 1, 5)
    assert (found.status_since, found.recognised_since) == (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"证件号码": "11010519900101007"}, "number"),
        ({"证件号码": ""}, "number"),
        ({"证件号码": "1.10105E+17"}, "number"),
        ({"证件号码": "110105199001010000"}, "number"),
        ({"证件号码": "E123", "证件类型": "护照", "国籍": "fra"}, "number"),
        ({"证件号码": "E1234567", "证件类型": "什么"}, "number"),
        ({"证件号码": NUMBER, "姓名": ""}, "name"),
    ],
)
def test_what_is_no_person_is_refused_and_nothing_personal_is_said(
    cells: dict[str, str], field: str
) -> None:
    found = read(**{"姓名": "王小明", **cells})
    assert [problem.field for problem in found.problems] == [field]
    assert cells["证件号码"] not in found.problems[0].reason or not cells["证件号码"]


def test_an_optional_field_that_is_not_understood_is_left_empty_with_a_note() -> None:
    found = read(
        姓名="王小明", 证件号码=NUMBER, 性别="某", 联系电话="无号码", 出生日期="那年", 技能等级="无",
        常住地区划代码="建外", 就业困难人员类别="否",
    )  # fmt: skip
    assert found.problems == ()
    assert sorted(note.split()[0] for note in found.notes) == [
        "birth_date",
        "phone",
        "residence_area",
        "sex",
    ]
    assert all("某" not in note or "known are" in note for note in found.notes)
    assert (found.skill_level, found.recognition) == (SkillLevel.NONE, None)


def test_a_passport_names_its_country() -> None:
    found = read(姓名="Jean", 证件号码="12ab34567", 证件类型="护照", 国籍="FRA")
    assert found.document is not None
    assert found.document.kind is DocumentKind.PASSPORT
    assert found.document.derivation == ("12AB34567", "passport", "FRA")


def test_other_content_has_another_digest() -> None:
    one, two = read(姓名="王小明", 证件号码=NUMBER), read(姓名="王晓明", 证件号码=NUMBER)
    assert one.digest != two.digest
    assert one.digest == read(证件号码=NUMBER, 姓名="王小明").digest


@pytest.mark.parametrize("header", [["姓名"], ["证件号码"], ["a", "b"]])
def test_a_table_without_name_or_number_is_no_table_of_people(header: list[str]) -> None:
    with pytest.raises(MappingError, match="--map"):
        JobSeekerMapping.build(header)


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(MappingError, match="no field of a job seeker; did you mean phone"):
        JobSeekerMapping.from_options(["phon=电话"])
    assert JobSeekerMapping.from_options(["name=甲"]).columns == {Field.NAME: ("甲",)}


class TestSampleTool:
    @pytest.mark.rule("12")
    def test_more_points_a_higher_level(self) -> None:
        def level(place: int) -> int:
            answers = {question: list(points)[place] for question, points in POINTS.items()}
            return SampleGradingTool().grade(answers).level

        assert (level(0), level(-1)) == (1, 4)

    def test_it_says_that_it_is_a_sample(self) -> None:
        answers = {question: next(iter(points)) for question, points in POINTS.items()}
        grade = SampleGradingTool().grade(answers)
        assert "非全市统一工具" in grade.tool
        assert grade.tool_version.startswith("sample")

    @pytest.mark.parametrize("answers", [{}, {"age": "old"}])
    def test_it_asks_for_every_answer(self, answers: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="answer with one of"):
            SampleGradingTool().grade(answers)
        full = {question: next(iter(points)) for question, points in POINTS.items()}
        with pytest.raises(ValueError, match="no such question"):
            SampleGradingTool().grade({**full, "more": "1"})
