"""Which column of somebody's table means what: guessed from its head, or told by the user."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from ..domain.errors import InvalidInput


class Field(StrEnum):
    """What a column can mean."""

    EXTERNAL_ID = "external_id"
    TITLE = "title"
    COMPANY = "company"
    CREDIT_CODE = "credit_code"
    HEADCOUNT = "headcount"
    WORK_CONTENT = "work_content"
    HIRING_CONDITIONS = "hiring_conditions"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    PAY = "pay"
    BENEFITS = "benefits"
    SOCIAL_INSURANCE = "social_insurance"
    POSTED = "posted"
    VALID_UNTIL = "valid_until"
    TEXT = "text"
    PLACE = "place"


# The heads of columns that are understood without being told, in normal form (`_bare`); of two
# columns for one field the one named earlier here is taken.
_HEADS: Final[Mapping[Field, str]] = {
    Field.EXTERNAL_ID: "岗位编号 职位编号 招聘编号 信息编号 编号 id jobid externalid 岗位id 职位id",
    Field.TITLE: "职位名称 岗位名称 招聘岗位 招聘职位 工种名称 岗位 职位 工种 title jobtitle position "
    "positionname jobname",
    Field.COMPANY: "单位名称 用人单位名称 用人单位 公司名称 企业名称 招聘单位 公司 企业 单位 company "
    "companyname employer",
    Field.CREDIT_CODE: "统一社会信用代码 社会信用代码 信用代码 统一信用代码 creditcode uscc",
    Field.HEADCOUNT: "招聘人数 招用人数 需求人数 招收人数 招录人数 拟招人数 岗位人数 人数 headcount "
    "vacancies openings",
    Field.WORK_CONTENT: "工作内容 岗位职责 工作职责 职责描述 主要职责 职位职责 岗位内容 workcontent "
    "duties responsibilities",
    Field.HIRING_CONDITIONS: "招录条件 任职要求 任职资格 任职条件 岗位要求 招聘条件 招聘要求 职位要求 "
    "录用条件 应聘条件 hiringconditions requirements qualifications",
    Field.EDUCATION: "学历 学历要求 文化程度 最低学历 education degree",
    Field.EXPERIENCE: "经验 工作经验 经验要求 工作年限 工作经验要求 experience",
    Field.PAY: "劳动报酬 薪资 薪酬 工资 月薪 年薪 日薪 时薪 薪资待遇 工资待遇 薪资范围 薪酬待遇 "
    "月工资 薪水 salary pay wage",
    Field.BENEFITS: "福利待遇 福利 其他福利 公司福利 benefits welfare",
    Field.SOCIAL_INSURANCE: "社会保险 社保 保险 社保情况 五险一金 insurance socialinsurance",
    Field.POSTED: "发布日期 发布时间 登记日期 posted postedat publishdate date",
    Field.VALID_UNTIL: "有效期至 截止日期 有效期 招聘截止日期 截止时间 失效日期 validuntil expires "
    "deadline",
    Field.TEXT: "职位描述 岗位描述 职位详情 岗位说明 招聘内容 详细描述 描述 text description "
    "jobdescription content",
    Field.PLACE: "工作地点 工作地址 工作地区 工作区域 地点 所在地 城市 city location place workplace",
}
_PAY_ENDS: Final = (
    ("最低薪资", "最高薪资"),
    ("最低工资", "最高工资"),
    ("最低月薪", "最高月薪"),
    ("薪资下限", "薪资上限"),
    ("薪酬下限", "薪酬上限"),
    ("salarymin", "salarymax"),
    ("minsalary", "maxsalary"),
)


def _bare(head: str) -> str:
    """Return a column's head in normal form: half-width, lower case, without brackets and signs."""
    plain = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", head).lower())
    return re.sub(r"[\s_\-/·:*.。]+", "", plain)


class MappingError(InvalidInput):
    """The columns of the file do not give a vacancy, or the mapping names what is not there."""

    code = "invalid_mapping"


class ColumnMapping(BaseModel):
    """Which column or columns fill which field, and fields that are the same for every row.

    The cells of several columns for one field are joined in the order given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[Field, tuple[str, ...]] = {}
    constants: dict[Field, str] = {}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ColumnMapping:
        """Read a mapping file: field → column, list of columns, or ``{"constant": value}``.

        A field with ``null`` stays empty even where a column looks like it. Raises `MappingError`.
        """
        columns: dict[Field, tuple[str, ...]] = {}
        constants: dict[Field, str] = {}
        for name, target in data.items():
            try:
                field = Field(name)
            except ValueError:
                close = difflib.get_close_matches(name, list(Field), 1)
                hint = f"did you mean {close[0]}? " if close else ""
                raise MappingError(
                    f"{name!r} is no field of a vacancy; {hint}the fields are: {', '.join(Field)}"
                ) from None
            match target:
                case None:
                    columns[field] = ()
                case str():
                    columns[field] = (target,)
                case {"constant": str() | int() as value} if len(target) == 1:
                    constants[field] = str(value)
                case [*names] if names and all(isinstance(one, str) for one in names):
                    columns[field] = tuple(names)
                case _:
                    raise MappingError(
                        f"{name}: give a column, a list of columns or {{'constant': 'value'}}"
                    )
        return cls(columns=columns, constants=constants)

    @classmethod
    def from_options(cls, options: Iterable[str]) -> ColumnMapping:
        """Read options: ``title=职位名称``, repeated for more columns; ``place:=北京`` is a constant."""
        data: dict[str, Any] = {}
        for option in options:
            name, sign, value = option.partition("=")
            if not sign or not value:
                raise MappingError(f"{option!r} is not of the form field=column or field:=value")
            if name.endswith(":"):
                data[name[:-1].strip()] = {"constant": value}
            elif isinstance(earlier := data.setdefault(name.strip(), []), list):
                earlier.append(value.strip())
            else:
                raise MappingError(f"{name}: both a constant and a column")
        return cls.from_dict(data)

    def overridden_by(self, explicit: ColumnMapping) -> ColumnMapping:
        """Return this mapping with each field that ``explicit`` names taken from there.

        A column that ``explicit`` uses is no longer guessed to be something else.
        """
        named = explicit.columns.keys() | explicit.constants.keys()
        used = {column for columns in explicit.columns.values() for column in columns}
        kept = {
            field: columns
            for field, columns in self.columns.items()
            if field not in named and not used.intersection(columns)
        }
        constants = {field: v for field, v in self.constants.items() if field not in named}
        return ColumnMapping(
            columns=kept | explicit.columns, constants=constants | explicit.constants
        )

    def fills(self, field: Field) -> bool:
        """Tell whether anything is mapped to the field."""
        return bool(self.columns.get(field) or self.constants.get(field))


def guess_mapping(header: Sequence[str]) -> ColumnMapping:
    """Return what the heads of the columns, Chinese or English, are understood to mean."""
    bare: dict[str, str] = {}
    for column in header:
        bare.setdefault(_bare(column), column)
    columns: dict[Field, tuple[str, ...]] = {}
    for field, heads in _HEADS.items():
        found = next((bare[head] for head in heads.split() if head in bare), None)
        if found is not None:
            columns[field] = (found,)
    for low, high in _PAY_ENDS:
        if Field.PAY not in columns and low in bare and high in bare:
            columns[Field.PAY] = (bare[low], bare[high])
    return ColumnMapping(columns=columns)


def build_mapping(header: Sequence[str], explicit: ColumnMapping | None = None) -> ColumnMapping:
    """Return the guessed mapping with what is explicit over it, checked. Raises `MappingError`.

    A vacancy needs a title, and a text or the work content.
    """
    mapping = guess_mapping(header)
    if explicit is not None:
        mapping = mapping.overridden_by(explicit)
    found = f"the columns are: {'、'.join(header)}"
    for field, columns in mapping.columns.items():
        for column in columns:
            if column not in header:
                close = difflib.get_close_matches(column, list(header), 1)
                hint = f"did you mean {close[0]!r}? " if close else ""
                raise MappingError(f"{field}: there is no column {column!r}; {hint}{found}")
    how = "name it with --map {0}=COLUMN or in a mapping file"
    if not mapping.fills(Field.TITLE):
        raise MappingError(f"no column gives the title: {how.format('title')}; {found}")
    if not mapping.fills(Field.TEXT) and not mapping.fills(Field.WORK_CONTENT):
        raise MappingError(
            f"no column gives the text or the work content: {how.format('text')} "
            f"(or work_content=COLUMN); {found}"
        )
    return mapping
