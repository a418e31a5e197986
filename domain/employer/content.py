"""What a vacancy states (Article 38, paragraph 2), and what its wording is screened for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from ..screening import SCREENING_VERSION, Finding, Severity, screen
from .pay import Pay
from .text_values import SocialInsurance


class Item(StrEnum):
    """What Article 38 wants stated, one by one."""

    EMPLOYER_BASICS = "employer_basics"
    HEADCOUNT = "headcount"
    WORK_CONTENT = "work_content"
    HIRING_CONDITIONS = "hiring_conditions"
    PAY = "pay"
    BENEFITS = "benefits"
    SOCIAL_INSURANCE = "social_insurance"

    @property
    def label_zh(self) -> str:
        """The item in the words of the regulation."""
        return {
            "employer_basics": "用人单位基本情况",
            "headcount": "招用人数",
            "work_content": "工作内容",
            "hiring_conditions": "招录条件",
            "pay": "劳动报酬",
            "benefits": "福利待遇",
            "social_insurance": "社会保险",
        }[self]


class VacancyContent(BaseModel):
    """The content of a vacancy: Article 38's items as typed fields, beside the employer's free text.

    A field is None or empty where the employer did not state it: the vacancy can be taken in, and
    what is missing is a finding under rule 38.2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(default="", max_length=20_000)
    headcount: int | None = Field(default=None, ge=1, le=100_000)
    work_content: str | None = Field(default=None, max_length=20_000)
    hiring_conditions: str | None = Field(default=None, max_length=20_000)
    education: str | None = None
    experience: str | None = None
    pay: Pay | None = None
    benefits: tuple[str, ...] = ()
    social_insurance: tuple[SocialInsurance, ...] = ()
    place: str | None = None
    valid_until: date | None = None

    def missing_items(self, *, employer_stated: bool) -> tuple[Item, ...]:
        """Return what Article 38 wants and the vacancy does not state. Rule 38.2.

        `employer_stated` says whether the employer's ledger holds its basics.
        """
        conditions = (self.hiring_conditions, self.education, self.experience)
        stated = (
            (Item.EMPLOYER_BASICS, employer_stated),
            (Item.HEADCOUNT, self.headcount is not None),
            (Item.WORK_CONTENT, _has_text(self.work_content)),
            (Item.HIRING_CONDITIONS, any(map(_has_text, conditions))),
            (Item.PAY, self.pay is not None),
            (Item.BENEFITS, any(map(_has_text, self.benefits))),
            (Item.SOCIAL_INSURANCE, bool(self.social_insurance)),
        )
        return tuple([item for item, is_stated in stated if not is_stated])

    def worded(self) -> dict[str, str]:
        """Return the fields whose wording is screened, by name.

        A field that only repeats a part of the free text is left out: its findings would be the same.
        """
        fields = {
            "title": self.title,
            "text": self.text,
            "work_content": self.work_content,
            "hiring_conditions": self.hiring_conditions,
            "education": self.education,
            "experience": self.experience,
            "benefits": "；".join(self.benefits),
        }
        whole = _squeezed(self.text)
        return {
            name: text
            for name, text in fields.items()
            if text and (name in ("title", "text") or _squeezed(text) not in whole)
        }


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _has_text(text: str | None) -> bool:
    return bool(text and text.strip())


class WordingFinding(Finding):
    """A finding of the screening, with the field of the vacancy in which it stands."""

    field: str


class Screening(BaseModel):
    """What the screening found when the content was taken in, and by which version of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    findings: tuple[WordingFinding, ...] = ()

    @property
    def violations(self) -> int:
        """The number of findings that Article 38 forbids (concerns are not counted)."""
        return sum(finding.severity is Severity.VIOLATION for finding in self.findings)


def screen_content(content: VacancyContent) -> Screening:
    """Screen every worded field for discriminatory content. Rule 38.3."""
    findings = tuple(
        WordingFinding(field=name, **dict(finding))
        for name, text in content.worded().items()
        for finding in screen(text)
    )
    return Screening(version=SCREENING_VERSION, findings=findings)
