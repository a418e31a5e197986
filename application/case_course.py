"""The course of an assistance case, told by its events: stages, and the plan against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..domain.assistance import agreement, employment, ending, moving, placement, programmes
from ..domain.assistance.state import CaseStage, ItemKind, OfCase
from ..domain.assistance.team_and_plan import PlanMade, PlanRevised, PlanStageReached
from ..domain.events import Event, RecordedEvent
from .views.people import PlannedStage, PlanRevision, ProgrammeLine, StageSpell

_STAGES: Final[dict[type[Event], CaseStage]] = {
    agreement.AgreementSigned: CaseStage.ASSISTED,
    employment.WorkStarted: CaseStage.EMPLOYED,
    employment.WorkEnded: CaseStage.ASSISTED,
    placement.Placed: CaseStage.PLACED,
    placement.PlacementEnded: CaseStage.ENDED,
    moving.TransferApproved: CaseStage.ENDED,
    ending.CaseEnded: CaseStage.ENDED,
}


def stages_of(history: Sequence[RecordedEvent]) -> tuple[StageSpell, ...]:
    """Return the stages through which a case went, each with the event that began it."""
    spells: list[StageSpell] = []
    for recorded in history:
        event = recorded.event
        stage = _STAGES.get(type(event))
        if stage is None or not isinstance(event, OfCase):
            continue
        if isinstance(event, agreement.AgreementSigned) and event.continued is not None:
            kinds = {item.kind for item in event.continued.items.values()}
            stage = CaseStage.EMPLOYED if ItemKind.EMPLOYMENT in kinds else stage
        if spells:
            spells[-1] = spells[-1].model_copy(update={"until": recorded.occurred_on})
        spells.append(
            StageSpell(
                stage=stage.value,
                label_zh=stage.label_zh,
                since=recorded.occurred_on,
                until=None,
                agency_code=event.agency_code,
                specialist_id=event.specialist_id,
                cause=recorded.event.event_name,
            )
        )
    return tuple(spells)


def plan_of(
    history: Sequence[RecordedEvent], *, in_clear: bool
) -> tuple[tuple[PlannedStage, ...], tuple[PlanRevision, ...]]:
    """Return the stages of the plan as last dated, against what happened, and the revisions.

    What a stage is about is personal: without `in_clear` it is left out.

    Rule 26.
    """
    stages: dict[int, PlannedStage] = {}
    revisions: list[PlanRevision] = []
    for recorded in history:
        event = recorded.event
        if isinstance(event, PlanMade | PlanRevised):
            if isinstance(event, PlanRevised):
                revisions.append(
                    PlanRevision(
                        revision=len(revisions) + 1,
                        revised_on=recorded.occurred_on,
                        cause=event.cause.value,
                    )
                )
            present = {stage.number for stage in event.stages}
            for number, held in stages.items():
                if held.reached_on is None and number not in present:
                    stages[number] = held.model_copy(update={"dropped": True})
            for planned in event.worded_stages if in_clear else event.stages:
                stages[planned.number] = PlannedStage(
                    **planned.model_dump(), revision=len(revisions)
                )
        elif isinstance(event, PlanStageReached) and event.number in stages:
            reached = {"reached_on": recorded.occurred_on, "achieved": event.achieved}
            stages[event.number] = stages[event.number].model_copy(update=reached)
    return tuple(stages[number] for number in sorted(stages)), tuple(revisions)


def programmes_of(history: Sequence[RecordedEvent]) -> tuple[ProgrammeLine, ...]:
    """Return the programmes in which the person took part, by their dates as last planned."""
    lines: dict[object, ProgrammeLine] = {}
    for recorded in history:
        event = recorded.event
        if isinstance(event, programmes.ProgrammeBegun):
            lines[event.programme_id] = ProgrammeLine(
                programme_id=event.programme_id,
                programme=event.programme.value,
                title=event.title,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
            )
            continue
        changed: dict[str, object]
        if isinstance(event, programmes.ProgrammeRedated):
            changed = {"starts_on": event.starts_on, "ends_on": event.ends_on}
        elif isinstance(event, programmes.ProgrammeEnded):
            changed = {"ended_on": event.ended_on, "completed": event.completed}
        else:
            continue
        line = lines.get(event.programme_id)
        if line is not None:  # one taken over from the agency before began in the case there
            lines[event.programme_id] = line.model_copy(update=changed)
    return tuple(lines.values())
