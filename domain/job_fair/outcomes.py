"""What came of a job fair: agreements of intent (达成意向) and people who started work (43.4)."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput
from ..events import Event, RecordedEvent
from .state import FairStage, JobFair


class VacancyOutcome(BaseModel):
    """What came of one vacancy so far: how many agreed, and how many of them started work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vacancy_id: UUID
    agreements: int = Field(ge=0, le=100_000)
    started: int = Field(ge=0, le=100_000)


# --- events -----------------------------------------------------------------------------------


class FairOutcomeEntered(Event, name="job_fair.outcome_entered"):
    """An employer was asked what came of the fair; the figures are totals as of the day.

    `all_known` says that every employer that took part has been asked.
    """

    employer_id: UUID
    outcomes: tuple[VacancyOutcome, ...]
    all_known: bool


# --- state ------------------------------------------------------------------------------------


@changed_by(FairOutcomeEntered)
def _entered(fair: JobFair, event: FairOutcomeEntered, _: RecordedEvent) -> None:
    stand = fair.stands.get(event.employer_id)
    if stand is not None:
        stand.outcome_known = True


# --- decisions --------------------------------------------------------------------------------


def enter(
    fair: JobFair,
    occasion: Occasion,
    employer_id: UUID,
    outcomes: tuple[VacancyOutcome, ...],
) -> list[Event]:
    """Enter what came of an employer's part in the fair; later totals take the place of earlier ones.

    Raises RuleBroken 43.1 for an employer or vacancy that was not admitted, InvalidInput where not
    every vacancy is accounted for the first time, or more started than agreed.

    Rule 43.4.
    """
    fair.require(FairStage.HELD, "43.4")
    if occasion.occurred_on < fair.last_day:
        raise InvalidInput(f"the job fair ended on {fair.last_day}", field="occurred_on")
    for outcome in outcomes:
        fair.require_admitted(employer_id, outcome.vacancy_id)
        if outcome.started > outcome.agreements:
            raise InvalidInput("who started had agreed: more started than agreed", field="started")
    named = {outcome.vacancy_id for outcome in outcomes}
    if len(named) != len(outcomes) or not outcomes:
        raise InvalidInput("name each vacancy once, with what came of it", field="outcomes")
    stand = fair.stands[employer_id]
    missing = len(set(stand.vacancies) - named)
    if missing and not stand.outcome_known:
        raise InvalidInput(
            f"{missing} vacancies of the employer are missing: nothing came of one is 0 and 0",
            field="outcomes",
        )
    others = (one for key, one in fair.stands.items() if key != employer_id)
    return [
        FairOutcomeEntered(
            employer_id=employer_id,
            outcomes=outcomes,
            all_known=all(one.outcome_known for one in others),
        )
    ]
