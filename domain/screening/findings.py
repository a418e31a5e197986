"""What a screening reports: categories, severities and findings.

第三十八条: a vacancy may not set discriminatory conditions such as sex or ethnicity.
The categories named by that article and by employment law are violations; age, looks
and political status are shown to the official as concerns and decide nothing alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Severity(StrEnum):
    """How heavily a finding weighs."""

    VIOLATION = "violation"
    """Breaks 第三十八条(三): the vacancy must not be published as it stands."""
    CONCERN = "concern"
    """Worth a look and a word with the employer, no ground of refusal by itself."""


class Category(StrEnum):
    """The personal trait on which a condition of hiring turns."""

    GENDER = "gender"
    ETHNICITY = "ethnicity"
    MARITAL_PARENTAL = "marital_parental"
    HUKOU_ORIGIN = "hukou_origin"
    RELIGION = "religion"
    DISABILITY_HEALTH = "disability_health"
    AGE = "age"
    APPEARANCE_HEIGHT = "appearance_height"
    POLITICAL = "political"

    @property
    def label_zh(self) -> str:
        """The category's name as officials read it."""
        return _LABELS[self]

    @property
    def severity(self) -> Severity:
        """The severity every finding of this category carries."""
        return Severity.CONCERN if self in _CONCERNS else Severity.VIOLATION


_LABELS: Final[dict[Category, str]] = {
    Category.GENDER: "性别",
    Category.ETHNICITY: "民族",
    Category.MARITAL_PARENTAL: "婚育",
    Category.HUKOU_ORIGIN: "户籍地域",
    Category.RELIGION: "宗教",
    Category.DISABILITY_HEALTH: "残疾健康",
    Category.AGE: "年龄",
    Category.APPEARANCE_HEIGHT: "相貌身高",
    Category.POLITICAL: "政治面貌",
}

_CONCERNS: Final = frozenset({Category.AGE, Category.APPEARANCE_HEIGHT, Category.POLITICAL})


class Finding(BaseModel):
    """One passage of a vacancy that sets, or seems to set, a discriminatory condition.

    ``start`` and ``end`` count characters (code points) of the text as it was handed in,
    ``end`` exclusive; ``text`` is that passage unchanged. ``cue`` names the rule that
    spoke, for audit and for tuning. ``reason`` is one Chinese sentence for an official.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Category
    severity: Severity
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    text: str = Field(min_length=1)
    cue: str
    reason: str

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError("offsets and passage differ in length")
        if self.severity is not self.category.severity:
            raise ValueError("severity does not belong to the category")
        return self
