"""What is found in an inspected record: one verdict a rule, with its evidence in the words of a reader."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Verdict(StrEnum):
    """Whether a record keeps a rule."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    TO_BE_JUDGED = "to_be_judged"

    @property
    def label_zh(self) -> str:
        """The verdict as a form prints it."""
        return {
            "met": "符合",
            "not_met": "不符合",
            "not_applicable": "不适用",
            "to_be_judged": "待检查人员判定",
        }[self]


class FoundBy(StrEnum):
    """Who found it: the automatic examination, or the inspector."""

    AUTO = "auto"
    INSPECTOR = "inspector"


class Evidence(BaseModel):
    """What a verdict rests on: a sentence in Chinese, the log positions of events, and days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_zh: str = Field(min_length=1, max_length=2000)
    positions: tuple[int, ...] = ()
    days: tuple[date, ...] = ()


class Finding(BaseModel):
    """The verdict on one rule. `key` tells apart what is found under one rule in one record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    key: str = Field(min_length=1, max_length=100)
    title_zh: str
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    by: FoundBy = FoundBy.AUTO
