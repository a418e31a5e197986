"""The service team, the assistance plan and action plan, and their revisions (Articles 26 and 28)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import ERASED, REGISTRY, Event, InClear, Payload, Personal, RecordedEvent
from ..organisation.directory import Directory
from .facts import Fact, require
from .state import AssistanceCase, OfCase, Plan


class TeamRole(StrEnum):
    """What a member of the service team brings (Article 26)."""

    INFORMATION_ANALYST = "information_analyst"
    EMPLOYMENT_SERVICE = "employment_service"
    STARTUP_SERVICE = "startup_service"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The role in the words of the regulation."""
        return {
            "information_analyst": "职业信息分析",
            "employment_service": "就业服务",
            "startup_service": "创业服务",
            "other": "其他专业人员",
        }[self]


class TeamMember(BaseModel):
    """A member of the team around the specialist; experts from outside have no staff id with us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    staff_id: str = Field(min_length=1)
    role: TeamRole


class PlanStage(BaseModel):
    """A stage of the action plan: what is done from when until when, and what it is to reach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    title: str = Field(min_length=1, max_length=200)
    goal: str = Field(min_length=1)
    begins_on: date
    until: date


class StageDates(BaseModel):
    """The dates of a stage, as an event holds them; what it is about stands beside, encrypted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    begins_on: date
    until: date


class StageWording(BaseModel):
    """What a stage is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    title: str
    goal: str


class RevisionCause(StrEnum):
    """What asks for another plan (Articles 26.3 and 28)."""

    NEW_SITUATION = "new_situation"
    EXPERT_OPINION = "expert_opinion"
    EFFECT_ASSESSED = "effect_assessed"

    @property
    def label_zh(self) -> str:
        """The cause as an official writes it."""
        return {
            "new_situation": "出现新情况、新问题",
            "expert_opinion": "专家会诊意见",
            "effect_assessed": "帮扶效果评估",
        }[self]


# --- events -----------------------------------------------------------------------------------


class TeamFormed(OfCase, Event, name="assistance_case.team_formed"):
    """These people work around the specialist from now on (专门服务团队)."""

    members: tuple[TeamMember, ...]


class Planned(BaseModel):
    """The stages of a plan: their dates, and in `wording` their titles and goals, as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    stages: tuple[StageDates, ...]
    wording: Personal

    @property
    def worded_stages(self) -> tuple[PlanStage, ...]:
        """The stages with what they are about, which nobody can tell any more of an erased person."""
        wording = (
            {}
            if self.wording == ERASED
            else {worded.number: worded for worded in _WORDINGS.validate_json(self.wording)}
        )
        erased = StageWording(number=0, title=ERASED, goal=ERASED)
        return tuple(
            PlanStage(
                **dates.model_dump(),
                **wording.get(dates.number, erased).model_dump(exclude={"number"}),
            )
            for dates in self.stages
        )


_WORDINGS: Final = TypeAdapter(tuple[StageWording, ...])


class PlanMade(
    OfCase, Planned, Event, name="assistance_case.plan_made", version=2, subject="person_id"
):
    """Assistance plan and action plan were made with the person: route, timetable, goals by stage."""

    aim: Personal


class PlanRevised(
    OfCase, Planned, Event, name="assistance_case.plan_revised", version=2, subject="person_id"
):
    """The plan was changed with the person; `consultation_id` names the experts whose opinion asked for it."""

    cause: RevisionCause
    reason: Personal
    consultation_id: UUID | None


def _stages(stages: Iterable[PlanStage]) -> dict[str, Any]:
    """Return the fields of `Planned` for these stages."""
    held = tuple(stages)
    dates = [StageDates.model_validate(stage.model_dump(include=_DATES)) for stage in held]
    wording = [StageWording.model_validate(stage.model_dump(exclude=_TIMES)) for stage in held]
    return {"stages": tuple(dates), "wording": _WORDINGS.dump_json(tuple(wording)).decode()}


_DATES: Final = {"number", "begins_on", "until"}
_TIMES: Final = {"begins_on", "until"}


@REGISTRY.upcaster("assistance_case.plan_made", 1)
@REGISTRY.upcaster("assistance_case.plan_revised", 1)
def _wording_apart(payload: Payload) -> Payload:
    """Take titles and goals, which stood in clear once, out of the stages."""
    apart = _stages(
        PlanStage.model_validate_json(orjson.dumps(stage)) for stage in payload["stages"]
    )
    dates = [stage.model_dump(mode="json") for stage in apart["stages"]]
    return payload | {"stages": dates, "wording": InClear(apart["wording"])}


class PlanStageReached(
    OfCase, Event, name="assistance_case.plan_stage_reached", subject="person_id"
):
    """A stage of the plan came to its end; `achieved` says whether its goal was reached."""

    number: int
    achieved: bool
    result: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(TeamFormed)
def _team(case: AssistanceCase, event: TeamFormed, _: RecordedEvent) -> None:
    case.team = [member.staff_id for member in event.members]


@changed_by(PlanMade, PlanRevised)
def _planned(case: AssistanceCase, event: PlanMade | PlanRevised, _: RecordedEvent) -> None:
    reached = case.plan.reached_stages
    numbers = [stage.number for stage in event.stages if stage.number not in reached]
    case.plan = Plan(case.plan.revision + 1, numbers, reached)
    if isinstance(event, PlanRevised) and event.consultation_id and case.consultation:
        case.consultation.opinion_open = False


@changed_by(PlanStageReached)
def _reached(case: AssistanceCase, event: PlanStageReached, _: RecordedEvent) -> None:
    if event.number in case.plan.open_stages:
        case.plan.open_stages.remove(event.number)
        case.plan.reached_stages.append(event.number)


# --- decisions --------------------------------------------------------------------------------


def form_team(
    case: AssistanceCase,
    directory: Directory,
    occasion: Occasion,
    members: tuple[TeamMember, ...],
) -> list[Event]:
    """Form the team around the specialist, with an information analyst and a service professional.

    Rule 26.
    """
    case.require(occasion, "26")
    held = {member.role for member in members}
    named = {member.staff_id for member in members}
    require(
        "26",
        (
            Fact(
                TeamRole.INFORMATION_ANALYST in held,
                "有职业信息分析人员",
                "the team has nobody for information analysis",
            ),
            Fact(
                bool(held & {TeamRole.EMPLOYMENT_SERVICE, TeamRole.STARTUP_SERVICE}),
                "有就业或创业服务人员",
                "the team has nobody for employment or start-up services",
            ),
        ),
    )
    unknown = sorted(staff for staff in named if directory.member(staff) is None)
    if unknown:
        raise NotFound(f"nobody on any staff has the id {', '.join(unknown)}", field="members")
    return [TeamFormed(**case.whose, members=members)]


def make_plan(
    case: AssistanceCase,
    occasion: Occasion,
    aim: str,
    stages: tuple[PlanStage, ...],
    made_with_person: bool,
) -> list[Event]:
    """Make the plan with the person, from assessment and classification, with dated stages.

    Rule 26.
    """
    case.require(occasion, "26")
    if case.plan.revision:
        raise RuleBroken("26", "there is a plan already: revise it, with the reason")
    require(
        "26",
        (
            Fact(
                case.readiness.assessed_on is not None,
                "已进行就业准备状况评估",
                "readiness is not assessed",
            ),
            Fact(
                case.readiness.classified_on is not None,
                "已进行分类测评",
                "the person is not classified",
            ),
            _together(made_with_person),
        ),
    )
    _require_stages(case, stages)
    return [PlanMade(**case.whose, aim=aim, **_stages(stages))]


def revise_plan(
    case: AssistanceCase,
    occasion: Occasion,
    cause: RevisionCause,
    reason: str,
    stages: tuple[PlanStage, ...],
    made_with_person: bool,
) -> list[Event]:
    """Change the plan with the person; the reason is recorded.

    Rules 26, 28.3.
    """
    case.require(occasion, "26")
    require(
        "26",
        (
            Fact(case.plan.revision > 0, "已制定就业援助方案", "there is no plan to revise"),
            Fact(bool(reason.strip()), "已说明调整原因", "the reason of the revision is not given"),
            _together(made_with_person),
        ),
    )
    _require_stages(case, stages)
    consultation_id = None
    if cause is RevisionCause.EXPERT_OPINION:
        if case.consultation is None or not case.consultation.opinion_open:
            raise RuleBroken("28.3", "no expert opinion is waiting to be worked into the plan")
        consultation_id = case.consultation.consultation_id
    return [
        PlanRevised(
            **case.whose,
            cause=cause,
            reason=reason,
            consultation_id=consultation_id,
            **_stages(stages),
        )
    ]


def reach_stage(
    case: AssistanceCase, occasion: Occasion, number: int, achieved: bool, result: str
) -> list[Event]:
    """Record how a stage of the plan ended.

    Rules 25, 26.
    """
    case.require(occasion, "26")
    if number not in case.plan.open_stages:
        raise NotFound(f"the plan has no open stage {number}", field="number")
    return [PlanStageReached(**case.whose, number=number, achieved=achieved, result=result)]


def _together(made_with_person: bool) -> Fact:
    return Fact(
        made_with_person,
        "已会同本人共同制定",
        "a plan is made together with the person: it was not",
    )


def _require_stages(case: AssistanceCase, stages: tuple[PlanStage, ...]) -> None:
    numbers = [stage.number for stage in stages]
    if not stages or len(set(numbers)) != len(numbers):
        raise InvalidInput("a plan has stages, each with a number of its own", field="stages")
    for stage in stages:
        if stage.until < stage.begins_on:
            raise InvalidInput(f"stage {stage.number} ends before it begins", field="stages")
    again = sorted(set(numbers) & set(case.plan.reached_stages))
    if again:
        raise InvalidInput(f"stage {again[0]} is over: take a new number", field="stages")
