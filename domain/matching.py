"""Matching (精准职业匹配): what a tool is told of persons and vacancies, and what it answers (Articles 15, 40).

The tool is the integrator's. It is told nothing of who a person is (Article 51), and gives with every
match its reasons, in Chinese, which a referral carries on.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .employer.content import VacancyContent
from .job_seeker.registration import Education, SkillLevel


class SeekerProfile(NamedTuple):
    """Ability and wishes of a job seeker, without identity: `key` says nothing to anybody outside."""

    key: UUID
    occupations: tuple[str, ...]
    areas: tuple[str, ...]
    residence_area: str | None
    monthly_pay_from: int | None
    full_time: bool | None
    education: Education | None
    skill_level: SkillLevel | None
    skills: tuple[str, ...]


class VacancyProfile(NamedTuple):
    """A published vacancy with places left; `area` is the division of the agency that holds it."""

    key: UUID
    employer_name: str
    area: str
    content: VacancyContent
    places_left: int | None
    valid_until: date | None


class Match(BaseModel):
    """That a person and a vacancy match: how well, from 0 to 100, and why, in Chinese."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: UUID
    """Of the vacancy that is offered to a person, or of the person who is offered to an employer."""
    score: int = Field(ge=0, le=100)
    reasons: tuple[str, ...] = Field(min_length=1)
