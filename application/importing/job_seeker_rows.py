"""From a row of somebody's table to the typed values of a job seeker (Article 11).

Nothing personal is in a problem or a note: they go into reports and on screens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ...domain.employer.text_values import read_date
from ...domain.job_seeker.documents import DocumentKind, IdentityDocument
from ...domain.job_seeker.registration import Education, Household, Sex, SkillLevel
from .column_mapping import MappingError, TableMapping
from .rows import ROUNDED, SourceRow, cells_of, digest_of

E = TypeVar("E", bound=StrEnum)


class Field(StrEnum):
    """What a column can mean."""

    NAME = "name"
    NUMBER = "number"
    DOCUMENT = "document"
    COUNTRY = "country"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    ADDRESS = "address"
    HOUSEHOLD_ADDRESS = "household_address"
    HOUSEHOLD = "household"
    RESIDENCE_AREA = "residence_area"
    COLLECTED_ON = "collected_on"
    EDUCATION = "education"
    OCCUPATIONS = "occupations"
    EXPERIENCE = "experience"
    SKILL_LEVEL = "skill_level"
    SKILLS = "skills"
    OUT_OF_WORK_SINCE = "out_of_work_since"
    STATUS_SINCE = "status_since"
    RECOGNITION = "recognition"
    RECOGNISED_SINCE = "recognised_since"


_HEADS: Final[Mapping[Field, str]] = {
    Field.NAME: "姓名 求职者姓名 求职人员姓名 name fullname",
    Field.NUMBER: "身份证号 身份证号码 公民身份号码 公民身份证号码 证件号码 证件号 idnumber number",
    Field.DOCUMENT: "证件类型 证件种类 documenttype document",
    Field.COUNTRY: "国籍 国家 国家或地区 签发国 country nationality",
    Field.SEX: "性别 sex gender",
    Field.BIRTH_DATE: "出生日期 出生年月日 birthdate dateofbirth",
    Field.PHONE: "联系电话 手机号码 手机号 手机 电话 phone mobile telephone",
    Field.ADDRESS: "常住地址 现住址 居住地址 家庭住址 住址 address",
    Field.HOUSEHOLD_ADDRESS: "户籍地址 户口所在地 户籍所在地 householdaddress",
    Field.HOUSEHOLD: "户口性质 户籍性质 户口类型 household",
    Field.RESIDENCE_AREA: "常住地区划代码 常住地行政区划 居住地区划代码 residencearea",
    Field.COLLECTED_ON: "采集日期 求职登记日期 登记日期 collectedon registeredon",
    Field.EDUCATION: "学历 文化程度 education",
    Field.OCCUPATIONS: "求职意向 意向职业 意向岗位 期望职业 求职工种 意向工种 occupations wishes",
    Field.EXPERIENCE: "工作经历 从业经历 experience",
    Field.SKILL_LEVEL: "技能等级 技能水平 职业资格等级 skilllevel",
    Field.SKILLS: "技能 技能特长 职业技能 skills",
    Field.OUT_OF_WORK_SINCE: "失业时间 失业日期 outofworksince",
    Field.STATUS_SINCE: "失业登记日期 转移就业登记日期 失业登记时间 statussince",
    Field.RECOGNITION: "就业困难人员类别 认定类别 困难类别 recognition",
    Field.RECOGNISED_SINCE: "认定日期 困难人员认定日期 recognisedsince",
}


class JobSeekerMapping(TableMapping[Field]):
    """Which column or columns fill which field of a job seeker."""

    fields: ClassVar[type[StrEnum]] = Field
    heads: ClassVar[Mapping[Any, str]] = _HEADS
    thing: ClassVar[str] = "a job seeker"

    def require_enough(self, found: str) -> None:
        """Make sure that name and document number are given. Raises `MappingError`."""
        for field, what in ((Field.NAME, "name"), (Field.NUMBER, "document number")):
            if not self.fills(field):
                raise MappingError(
                    f"no column gives the {what}: name it with --map {field}=COLUMN "
                    f"or in a mapping file; {found}"
                )


class JobSeekerProblem(BaseModel):
    """Why a row cannot become a job seeker, and the field at fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Field
    reason: str


class JobSeekerRow(BaseModel):
    """What a row says; an optional field that was not understood is empty, with a note."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    line: int
    key: str = ""
    digest: str = ""
    """Of the row's cells: another content makes other commands."""
    document: IdentityDocument | None = None
    name: str = ""
    sex: Sex | None = None
    birth_date: date | None = None
    phone: str = ""
    address: str = ""
    household_address: str = ""
    household: Household | None = None
    residence_area: str | None = None
    collected_on: date | None = None
    education: Education | None = None
    occupations: tuple[str, ...] = ()
    experience: str = ""
    skill_level: SkillLevel | None = None
    skills: tuple[str, ...] = ()
    out_of_work_since: date | None = None
    status_since: date | None = None
    recognition: str | None = None
    recognised_since: date | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[JobSeekerProblem, ...] = ()


_SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE}
_HOUSEHOLDS: Final = {
    "外埠": Household.ELSEWHERE,
    "外地": Household.ELSEWHERE,
    "非本市": Household.ELSEWHERE,
    "非农": Household.LOCAL_URBAN,
    "农": Household.LOCAL_RURAL,
    "城镇": Household.LOCAL_URBAN,
    "居民": Household.LOCAL_URBAN,
}
_EDUCATION: Final = {
    "博士": Education.DOCTOR,
    "硕士": Education.MASTER,
    "研究生": Education.MASTER,
    "本科": Education.BACHELOR,
    "大专": Education.JUNIOR_COLLEGE,
    "专科": Education.JUNIOR_COLLEGE,
    "中专": Education.VOCATIONAL_SECONDARY,
    "职高": Education.VOCATIONAL_SECONDARY,
    "技校": Education.VOCATIONAL_SECONDARY,
    "中技": Education.VOCATIONAL_SECONDARY,
    "高中": Education.SENIOR_SECONDARY,
    "初中": Education.JUNIOR_SECONDARY,
    "小学": Education.PRIMARY,
    "文盲": Education.PRIMARY,
}
_SKILLS: Final = {
    "高级技师": SkillLevel.SENIOR_TECHNICIAN,
    "一级": SkillLevel.SENIOR_TECHNICIAN,
    "技师": SkillLevel.TECHNICIAN,
    "二级": SkillLevel.TECHNICIAN,
    "高级": SkillLevel.ADVANCED,
    "三级": SkillLevel.ADVANCED,
    "中级": SkillLevel.INTERMEDIATE,
    "四级": SkillLevel.INTERMEDIATE,
    "初级": SkillLevel.BEGINNER,
    "五级": SkillLevel.BEGINNER,
    "没有": SkillLevel.NONE,
    "无": SkillLevel.NONE,
}
_NO: Final = frozenset({"", "否", "没有", "不是", "未认定"})
_DOCUMENTS: Final = {
    "护照": DocumentKind.PASSPORT,
    "港澳台居民居住证": DocumentKind.RESIDENCE_PERMIT,
    "港澳": DocumentKind.HONG_KONG_MACAO_PERMIT,
    "台湾": DocumentKind.TAIWAN_PERMIT,
    "台胞": DocumentKind.TAIWAN_PERMIT,
    "永久居留": DocumentKind.FOREIGN_PERMANENT_RESIDENT,
    "身份证": DocumentKind.CITIZEN,
}


def interpret(row: SourceRow, mapping: JobSeekerMapping) -> JobSeekerRow:
    """Return what a row says under a mapping; never raises, whatever the cells hold."""
    cells = cells_of(row, mapping)
    if any(
        row.values.get(one, "").strip() == "无"
        for one in mapping.columns.get(Field.SKILL_LEVEL, ())
    ):
        cells[Field.SKILL_LEVEL] = "无"  # elsewhere it stands for nothing, here it is a level
    digest = digest_of(cells)
    for field, constant in mapping.constants.items():
        cells.setdefault(field, constant)
    notes: list[str] = []

    def understood(field: Field, words: Mapping[str, E], kind: type[E]) -> E | None:
        text = cells.get(field)
        if text is None:
            return None
        if text in set(kind):
            return kind(text)
        found = next((value for word, value in words.items() if word in text), None)
        if found is None:
            notes.append(f"{field} left empty: not understood; known are {'、'.join(words)}")
        return found

    def day(field: Field) -> date | None:
        if field not in cells:
            return None
        reading = read_date(cells[field])
        if reading.day is None:
            notes.append(f"{field} left empty: it is no date with year, month and day")
        return reading.day

    document, problems = _document(cells, understood(Field.DOCUMENT, _DOCUMENTS, DocumentKind))
    recognition = cells.get(Field.RECOGNITION, "")
    name = " ".join(cells.get(Field.NAME, "").split())
    if not name or len(name) > 100:
        problems.append(JobSeekerProblem(field=Field.NAME, reason="no name, or one too long"))
    return JobSeekerRow(
        line=row.line,
        digest=digest,
        document=document,
        name=name,
        sex=understood(Field.SEX, _SEXES, Sex),
        birth_date=day(Field.BIRTH_DATE),
        phone=_matching(cells, Field.PHONE, r"\+?[0-9 -]{5,20}", notes) or "",
        address=cells.get(Field.ADDRESS, "")[:300],
        household_address=cells.get(Field.HOUSEHOLD_ADDRESS, "")[:300],
        household=understood(Field.HOUSEHOLD, _HOUSEHOLDS, Household),
        residence_area=_matching(cells, Field.RESIDENCE_AREA, r"\d{6}(\d{3})?", notes),
        collected_on=day(Field.COLLECTED_ON),
        education=understood(Field.EDUCATION, _EDUCATION, Education),
        occupations=_listed(cells.get(Field.OCCUPATIONS, ""))[:10],
        experience=cells.get(Field.EXPERIENCE, "")[:5000],
        skill_level=understood(Field.SKILL_LEVEL, _SKILLS, SkillLevel),
        skills=_listed(cells.get(Field.SKILLS, "")),
        out_of_work_since=day(Field.OUT_OF_WORK_SINCE),
        status_since=day(Field.STATUS_SINCE),
        recognition=None if recognition in _NO else recognition[:100],
        recognised_since=day(Field.RECOGNISED_SINCE),
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _document(
    cells: Mapping[Field, str], kind: DocumentKind | None
) -> tuple[IdentityDocument | None, list[JobSeekerProblem]]:
    def problem(reason: str) -> tuple[None, list[JobSeekerProblem]]:
        return None, [JobSeekerProblem(field=Field.NUMBER, reason=reason)]

    number = cells.get(Field.NUMBER)
    if number is None:
        return problem("no document number")
    if ROUNDED.fullmatch(number) or re.fullmatch(r"\d{15}000", number):
        return problem("a spreadsheet rounded the number: store the column as text")
    if kind is None and Field.DOCUMENT in cells:
        return problem("the kind of document is not understood")
    fields = {"kind": kind or DocumentKind.CITIZEN, "number": number}
    if Field.COUNTRY in cells and kind is not DocumentKind.CITIZEN:
        fields["country"] = cells[Field.COUNTRY].upper()
    try:
        return IdentityDocument.model_validate(fields), []
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return problem(first["msg"].removeprefix("Value error, "))


def _matching(
    cells: Mapping[Field, str], field: Field, pattern: str, notes: list[str]
) -> str | None:
    text = cells.get(field)
    if text is None:
        return None
    if re.fullmatch(pattern, text, re.ASCII):
        return text
    notes.append(f"{field} left empty: not of the form asked for")
    return None


def _listed(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[,，、;；|/\n\t]+", text))
    return tuple(dict.fromkeys(part for part in parts if part))
