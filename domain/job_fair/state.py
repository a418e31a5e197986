"""What decisions about a job fair need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ..aggregate import Aggregate, Change, Occasion
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event


class FairStage(StrEnum):
    """How far a job fair has come."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"

    @property
    def label_zh(self) -> str:
        """The stage as an official writes it."""
        return {"planned": "筹备中", "held": "已举办", "cancelled": "已取消"}[self]


@dataclass(slots=True)
class Stand:
    """An employer at the fair: the vacancies admitted, and whether it is known what came of them."""

    vacancies: list[UUID]
    outcome_known: bool = False


@dataclass(slots=True)
class PaperBatch:
    """Forms filled in on paper that are not all entered yet; `persons` are those entered."""

    left: int
    taken_on: date
    persons: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class JobFair(Aggregate):
    """A job fair as it stands. Batches whose forms are all entered leave it, not its history."""

    kind: ClassVar[str] = "job_fair"
    changes: ClassVar[dict[type[Event], Change]] = {}

    agency_code: str = ""
    first_day: date = date.min
    last_day: date = date.min
    stage: FairStage = FairStage.PLANNED
    announced: bool = False
    signed_up: dict[UUID, list[UUID]] = field(default_factory=dict)
    stands: dict[UUID, Stand] = field(default_factory=dict)
    batches: dict[UUID, PaperBatch] = field(default_factory=dict)
    entered_batches: list[UUID] = field(default_factory=list)

    def weight(self) -> int:
        """Return about how many bytes the state takes."""
        vacancies = sum(len(stand.vacancies) for stand in self.stands.values())
        persons = sum(len(batch.persons) for batch in self.batches.values())
        return 300 + 100 * (len(self.stands) + len(self.signed_up)) + 40 * (vacancies + persons)

    @property
    def is_planned(self) -> bool:
        """Say whether there is such a fair."""
        return bool(self.agency_code)

    def require_known(self) -> None:
        """Make sure that there is such a fair. Raises NotFound."""
        if not self.is_planned:
            raise NotFound("there is no such job fair: plan it first", field="fair_id")

    def require(self, stage: FairStage, rule_id: str) -> None:
        """Make sure that the fair stands at `stage`. Raises NotFound, RuleBroken `rule_id`."""
        self.require_known()
        if self.stage is not stage:
            raise RuleBroken(rule_id, f"the job fair is {self.stage}; this needs one {stage}")

    def require_day_of(self, occasion: Occasion) -> None:
        """Make sure that the service took place on a day of the fair. Raises InvalidInput, RuleBroken."""
        self.require_known()
        if self.stage is FairStage.CANCELLED:
            raise RuleBroken("43.3", "the job fair was cancelled")
        if not self.first_day <= occasion.occurred_on <= self.last_day:
            raise InvalidInput(
                f"the job fair lasts from {self.first_day} to {self.last_day}: give the day of it "
                "on which this took place",
                field="occurred_on",
            )

    def require_admitted(self, employer_id: UUID, vacancy_id: UUID) -> None:
        """Make sure that an employer's vacancy is at the fair. Raises RuleBroken 43.1."""
        stand = self.stands.get(employer_id)
        if stand is None:
            raise RuleBroken("43.1", "this employer is not admitted to the job fair")
        if vacancy_id not in stand.vacancies:
            raise RuleBroken("43.1", f"the vacancy {vacancy_id} is not admitted to the job fair")
