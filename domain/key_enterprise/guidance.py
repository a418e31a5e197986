"""Guidance to a key enterprise, and the guidance and hiring plans with their revisions (Articles 46, 49, 50)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..employer.services import GuidanceKind
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .state import Item, ItemKind, KeyEnterpriseAgreement, OfAgreement


class PlanKind(StrEnum):
    """The plans made with a key enterprise (Article 50, paragraph 3, item 4)."""

    GUIDANCE = "guidance"
    HIRING = "hiring"

    @property
    def label_zh(self) -> str:
        """The plan in the words of the regulation."""
        return {"guidance": "用人指导方案", "hiring": "招聘方案"}[self]


class PlanCause(StrEnum):
    """What asks for another plan (Article 49)."""

    UNMET_DEMAND = "unmet_demand"
    NEW_SITUATION = "new_situation"
    EFFECT_ASSESSED = "effect_assessed"

    @property
    def label_zh(self) -> str:
        """The cause as an official writes it."""
        return {
            "unmet_demand": "招聘需求未满足",
            "new_situation": "出现新情况",
            "effect_assessed": "服务效果评估",
        }[self]


# --- events -----------------------------------------------------------------------------------


class GuidanceGiven(OfAgreement, Event, name="key_enterprise_agreement.guidance_given"):
    """The enterprise was given guidance, which is followed up; group guidance has a plan."""

    guidance_id: UUID
    guidance: GuidanceKind
    about: str
    advice: str
    plan: str | None


class PlanMade(OfAgreement, Event, name="key_enterprise_agreement.plan_made"):
    """A guidance plan or a hiring plan was made with the enterprise."""

    plan: PlanKind
    content: str


class PlanRevised(OfAgreement, Event, name="key_enterprise_agreement.plan_revised"):
    """The plan was changed with the enterprise, for this cause."""

    plan: PlanKind
    content: str
    cause: PlanCause
    reason: str


class PlanCarriedOut(OfAgreement, Event, name="key_enterprise_agreement.plan_carried_out"):
    """How the plan is being carried out (执行情况)."""

    plan: PlanKind
    progress: str


# --- state ------------------------------------------------------------------------------------


@changed_by(GuidanceGiven)
def _guided(
    agreement: KeyEnterpriseAgreement, event: GuidanceGiven, recorded: RecordedEvent
) -> None:
    agreement.items[event.guidance_id] = Item(kind=ItemKind.GUIDANCE, since=recorded.occurred_on)


@changed_by(PlanMade, PlanRevised)
def _planned(
    agreement: KeyEnterpriseAgreement, event: PlanMade | PlanRevised, _: RecordedEvent
) -> None:
    agreement.plans[event.plan] = agreement.plans.get(event.plan, 0) + 1


# --- decisions --------------------------------------------------------------------------------


def give(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    guidance_id: UUID,
    guidance: GuidanceKind,
    about: str,
    advice: str,
    plan: str | None,
) -> list[Event]:
    """Record guidance, which is followed up within days.

    Rules 37, 46, 49.1.
    """
    agreement.require(occasion, "46")
    agreement.require_new(guidance_id, "guidance_id")
    if guidance is GuidanceKind.GROUP and not (plan and plan.strip()):
        raise RuleBroken("37", "group guidance follows a guidance plan: state it")
    return [
        GuidanceGiven(
            **agreement.whose,
            guidance_id=guidance_id,
            guidance=guidance,
            about=about,
            advice=advice,
            plan=plan,
        )
    ]


def make_plan(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, plan: PlanKind, content: str
) -> list[Event]:
    """Make a guidance plan or a hiring plan.

    Rules 49.2, 50.
    """
    agreement.require(occasion, "50")
    if agreement.plans.get(plan):
        raise InvalidInput(f"there is a {plan} plan already: revise it, with the reason")
    return [PlanMade(**agreement.whose, plan=plan, content=content)]


def revise_plan(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    plan: PlanKind,
    content: str,
    cause: PlanCause,
    reason: str,
) -> list[Event]:
    """Change a plan with the enterprise; the reason is recorded.

    Rules 49.2, 50.
    """
    agreement.require(occasion, "50")
    _require_plan(agreement, plan)
    if not reason.strip():
        raise InvalidInput("say why the plan changes", field="reason")
    return [PlanRevised(**agreement.whose, plan=plan, content=content, cause=cause, reason=reason)]


def carry_out(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, plan: PlanKind, progress: str
) -> list[Event]:
    """Record how a plan is being carried out.

    Rule 50.
    """
    agreement.require(occasion, "50")
    _require_plan(agreement, plan)
    return [PlanCarriedOut(**agreement.whose, plan=plan, progress=progress)]


def _require_plan(agreement: KeyEnterpriseAgreement, plan: PlanKind) -> None:
    if not agreement.plans.get(plan):
        raise NotFound(f"there is no {plan} plan yet: make it first", field="plan")
