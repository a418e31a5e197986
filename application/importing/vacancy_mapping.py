"""Which column of a table of vacancies means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Final, Self

from .column_mapping import MappingError, TableMapping

__all__ = ["ColumnMapping", "Field", "MappingError", "build_mapping", "guess_mapping"]


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


# The heads of columns that are understood without being told, in normal form; of two
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


class ColumnMapping(TableMapping[Field]):
    """Which column or columns fill which field of a vacancy, and fields that are the same for every row."""

    fields: ClassVar[type[StrEnum]] = Field
    heads: ClassVar[Mapping[Any, str]] = _HEADS
    thing: ClassVar[str] = "a vacancy"

    @classmethod
    def guess(cls, header: Sequence[str]) -> Self:
        """Return what the heads are understood to mean; the two ends of the pay are one field."""
        mapping, known = super().guess(header), cls.known(header)
        for low, high in _PAY_ENDS:
            if Field.PAY not in mapping.columns and low in known and high in known:
                both = {**mapping.columns, Field.PAY: (known[low], known[high])}
                mapping = mapping.model_copy(update={"columns": both})
        return mapping

    def require_enough(self, found: str) -> None:
        """Make sure that there is a title, and a text or the work content. Raises `MappingError`."""
        how = "name it with --map {0}=COLUMN or in a mapping file"
        if not self.fills(Field.TITLE):
            raise MappingError(f"no column gives the title: {how.format('title')}; {found}")
        if not self.fills(Field.TEXT) and not self.fills(Field.WORK_CONTENT):
            raise MappingError(
                f"no column gives the text or the work content: {how.format('text')} "
                f"(or work_content=COLUMN); {found}"
            )


def guess_mapping(header: Sequence[str]) -> ColumnMapping:
    """Return what the heads of the columns, Chinese or English, are understood to mean."""
    return ColumnMapping.guess(header)


def build_mapping(header: Sequence[str], explicit: ColumnMapping | None = None) -> ColumnMapping:
    """Return the guessed mapping with what is explicit over it, checked. Raises `MappingError`."""
    return ColumnMapping.build(header, explicit)
