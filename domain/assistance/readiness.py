"""Readiness, classification, and how the agreement is kept: what the help is built on (Articles 25-26)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput
from ..events import Event, Personal, RecordedEvent
from .programmes import require_over
from .state import AssistanceCase, OfCase


class UnreadyCause(StrEnum):
    """Why somebody is not ready yet, which decides what is offered (Article 26, item 2)."""

    ATTITUDE = "attitude"
    SKILLS = "skills"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The cause in the words of the regulation."""
        return {"attitude": "就业择业观念", "skills": "知识、技能", "other": "其他原因"}[self]


# --- events -----------------------------------------------------------------------------------


class ReadinessAssessed(
    OfCase, Event, name="assistance_case.readiness_assessed", subject="person_id"
):
    """Readiness was assessed (就业准备状况评估); after a programme it names that programme."""

    tool: str
    job_ready: bool
    startup_ready: bool
    cause: UnreadyCause | None
    findings: Personal
    programme_id: UUID | None


class PersonClassified(OfCase, Event, name="assistance_case.classified", subject="person_id"):
    """The person was classified (就业困难人员分类测评), with the main obstacles."""

    tool: str
    category: str
    obstacles: Personal


class PerformanceAssessed(
    OfCase, Event, name="assistance_case.performance_assessed", subject="person_id"
):
    """It was assessed whether the person keeps the agreement, and what the help has effected."""

    obligations_met: bool
    effect: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(ReadinessAssessed)
def _assessed(case: AssistanceCase, event: ReadinessAssessed, recorded: RecordedEvent) -> None:
    case.readiness.assessed_on = recorded.occurred_on
    case.readiness.job_ready = event.job_ready
    case.readiness.cause = event.cause


@changed_by(PersonClassified)
def _classified(case: AssistanceCase, _: PersonClassified, recorded: RecordedEvent) -> None:
    case.readiness.classified_on = recorded.occurred_on


@changed_by(PerformanceAssessed)
def _performance(case: AssistanceCase, event: PerformanceAssessed, _: RecordedEvent) -> None:
    case.performance_met = event.obligations_met


# --- decisions --------------------------------------------------------------------------------


def assess_readiness(
    case: AssistanceCase,
    occasion: Occasion,
    tool: str,
    job_ready: bool,
    startup_ready: bool,
    cause: UnreadyCause | None,
    findings: str,
    programme_id: UUID | None,
) -> list[Event]:
    """Record the readiness assessment, with the cause where the person is not ready.

    Rules 25, 26, 27.2.
    """
    case.require(occasion, "26")
    ready = job_ready or startup_ready
    if ready == (cause is not None):
        raise InvalidInput("say why the person is not ready, and only then", field="cause")
    if programme_id is not None:
        require_over(case, occasion, programme_id)
    return [
        ReadinessAssessed(
            **case.whose,
            tool=tool,
            job_ready=job_ready,
            startup_ready=startup_ready,
            cause=cause,
            findings=findings,
            programme_id=programme_id,
        )
    ]


def classify(
    case: AssistanceCase, occasion: Occasion, tool: str, category: str, obstacles: str
) -> list[Event]:
    """Record the classification and the main obstacles.

    Rule 26.
    """
    case.require(occasion, "26")
    return [PersonClassified(**case.whose, tool=tool, category=category, obstacles=obstacles)]


def assess_performance(
    case: AssistanceCase, occasion: Occasion, obligations_met: bool, effect: str
) -> list[Event]:
    """Record whether the person keeps the agreement and the plan, and what the help has effected.

    Rule 25.
    """
    case.require(occasion, "25")
    return [PerformanceAssessed(**case.whose, obligations_met=obligations_met, effect=effect)]
