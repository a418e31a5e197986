"""Difficulty grading (就业困难等级): by the city's tool, recorded with its evidence (Articles 12, 22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..aggregate import Occasion, changed_by
from ..errors import RuleBroken
from ..events import Event, Personal, RecordedEvent
from .registration import require_registered

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class Grade(BaseModel):
    """What a grading tool makes of the answers: 1 and 2 general support, 3 and 4 key support."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str = Field(min_length=1, max_length=100)
    tool_version: str = Field(min_length=1, max_length=50)
    score: Decimal
    level: int


# --- events -----------------------------------------------------------------------------------


class Graded(Event, name="job_seeker_ledger.graded", subject="person_id"):
    """The level, with the tool, its version, the answers (as JSON) and the score that led to it."""

    person_id: UUID
    tool: str
    tool_version: str
    answers: Personal
    score: Decimal
    level: int


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Grading:
    """The level as last found."""

    level: int | None = None
    graded_on: date | None = None


@changed_by(Graded)
def _graded(ledger: JobSeekerLedger, event: Graded, recorded: RecordedEvent) -> None:
    ledger.grading.level = event.level
    ledger.grading.graded_on = recorded.occurred_on


# --- decisions --------------------------------------------------------------------------------


def grade(
    ledger: JobSeekerLedger, occasion: Occasion, person_id: UUID, grade: Grade, answers: str
) -> list[Event]:
    """Record the level with its evidence, and what follows from it.

    Rules 12, 13.1, 13.2, 22.
    """
    ledger.require_served(occasion)
    require_registered(ledger, "22" if ledger.status.recognised else "12")
    levels = occasion.edition.difficulty_levels.amount
    if not 1 <= grade.level <= levels:
        raise RuleBroken("12", f"the tool gave level {grade.level}: there are levels 1 to {levels}")
    graded = Graded(
        person_id=person_id,
        tool=grade.tool,
        tool_version=grade.tool_version,
        answers=answers,
        score=grade.score,
        level=grade.level,
    )
    return [graded, *ledger.status.following(ledger, occasion.edition, level=grade.level)]
