"""Training that an employer needs for those it employs or is to hire (Article 54)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from ..errors import InvalidInput
from ..events import Event

if TYPE_CHECKING:
    from .ledger import EmployerLedger


class EmployerTrainingNeed(BaseModel):
    """A training, and how many people are to take part in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    training: str = Field(min_length=1, max_length=100)
    trainees: int = Field(ge=1, le=100_000)


# --- events -----------------------------------------------------------------------------------


class EmployerTrainingNeedsStated(Event, name="employer_ledger.training_needs_stated"):
    """The employer's training needs are these now, in place of those stated before; none, it may be."""

    needs: tuple[EmployerTrainingNeed, ...]


# --- decisions --------------------------------------------------------------------------------


def state_needs(ledger: EmployerLedger, needs: tuple[EmployerTrainingNeed, ...]) -> list[Event]:
    """Record the employer's present training needs, each training once. Rule 54."""
    ledger.require_open()
    named = [need.training for need in needs]
    twice = sorted({training for training in named if named.count(training) > 1})
    if twice:
        raise InvalidInput(f"{twice[0]} is named twice: add the numbers up", field="needs")
    return [EmployerTrainingNeedsStated(needs=needs)]
