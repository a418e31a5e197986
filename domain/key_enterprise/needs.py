"""What a staffing needs file (用人需求档案) says: the four parts of Article 48, and what of them is missing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Part(StrEnum):
    """The four parts of the file (Article 48)."""

    BASICS = "basics"
    WORKFORCE = "workforce"
    HIRING_PLAN = "hiring_plan"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The part in the words of the regulation."""
        return {
            "basics": "用人单位基本信息（单位性质、所属行业、经济类型、企业规模）",
            "workforce": "单位用人规模及员工流动情况",
            "hiring_plan": "未来一个季度的用人计划",
            "other": "有助于提供针对性日常服务的其他相关信息",
        }[self]

    @property
    def short_zh(self) -> str:
        """The part in few words."""
        return {
            "basics": "基本信息",
            "workforce": "用人规模及流动情况",
            "hiring_plan": "未来一个季度用人计划",
            "other": "其他相关信息",
        }[self]


class Missing(NamedTuple):
    """What is missing of a file: the part, and which of its fields."""

    part: Part
    fields: tuple[str, ...]

    @property
    def text_zh(self) -> str:
        """What is missing, as a finding says it."""
        if self.part not in (Part.BASICS, Part.WORKFORCE) or self.fields == ("file",):
            return f"{self.part.short_zh}未填写"
        return f"{self.part.short_zh}缺{'、'.join(_FIELDS_ZH[field] for field in self.fields)}"


_FIELDS_ZH = {
    "nature": "单位性质",
    "industry": "所属行业",
    "economic_type": "经济类型",
    "size": "企业规模",
    "employees": "用人规模",
    "turnover": "员工流动情况",
}


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basics(_Stated):
    """Nature, industry, economic type and size (Article 48, item 1); None or "" where not known yet."""

    nature: str = Field(default="", max_length=200)
    industry: str = Field(default="", max_length=200)
    economic_type: str = Field(default="", max_length=200)
    size: str = Field(default="", max_length=200)


class Workforce(_Stated):
    """How many work there, and who came and went in the last quarter (Article 48, item 2)."""

    employees: int | None = Field(default=None, ge=0, le=10_000_000)
    joined: int | None = Field(default=None, ge=0, le=10_000_000)
    left: int | None = Field(default=None, ge=0, le=10_000_000)
    turnover: str = Field(default="", max_length=2000)
    """In words, where there are no figures, or beside them."""


class Post(_Stated):
    """A post that is planned to be filled."""

    title: str = Field(min_length=1, max_length=200)
    headcount: int = Field(ge=1, le=1_000_000)
    conditions: str = Field(default="", max_length=2000)


class QuarterPlan(_Stated):
    """The hiring plan of a quarter (Article 48, item 3); no posts: the enterprise plans to hire nobody."""

    begins_on: date
    """The first day of the quarter."""
    posts: tuple[Post, ...] = ()

    @property
    def headcount(self) -> int:
        """How many are to be hired."""
        return sum(post.headcount for post in self.posts)


class StaffingNeeds(_Stated):
    """The content of the file."""

    basics: Basics = Basics()
    workforce: Workforce = Workforce()
    plan: QuarterPlan | None = None
    other: str = Field(default="", max_length=5000)


def missing_of(content: StaffingNeeds | None) -> tuple[Missing, ...]:
    """Return which parts of a file are missing, and what of them; all, where there is no file.

    Rule 48.1.
    """
    if content is None:
        return tuple(Missing(part, ("file",)) for part in Part)
    workforce = content.workforce
    lacking = {
        Part.BASICS: [
            name
            for name in ("nature", "industry", "economic_type", "size")
            if not getattr(content.basics, name).strip()
        ],
        Part.WORKFORCE: [
            name
            for name, is_stated in (
                ("employees", workforce.employees is not None),
                (
                    "turnover",
                    bool(workforce.turnover.strip())
                    or None not in (workforce.joined, workforce.left),
                ),
            )
            if not is_stated
        ],
        Part.HIRING_PLAN: [] if content.plan is not None else ["quarter"],
        Part.OTHER: [] if content.other.strip() else ["other"],
    }
    return tuple(Missing(part, tuple(names)) for part, names in lacking.items() if names)


def quarter_of(day: date) -> date:
    """Return the first day of the quarter that holds `day`."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(day: date) -> date:
    """Return the first day of the quarter after the one that holds `day`."""
    first = quarter_of(day)
    return date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)


def quarter_zh(first: date) -> str:
    """Return a quarter as an official writes it: 2026年第4季度."""
    return f"{first.year}年第{(first.month + 2) // 3}季度"
