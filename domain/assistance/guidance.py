"""Guidance within a case: the kinds of Article 14, and what Article 26 adds for its people."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import RuleBroken
from ..events import REGISTRY, Event, Personal, RecordedEvent
from .facts import Fact, require
from .readiness import UnreadyCause
from .state import AssistanceCase, CaseStage, Item, ItemKind, OfCase


class AssistedGuidance(StrEnum):
    """Kinds of guidance to a person who is assisted (Articles 14, 26 and 27)."""

    GENERAL = "general"
    SPECIALISED = "specialised"
    GROUP = "group"
    PSYCHOLOGICAL = "psychological"
    INTERVIEW = "interview"
    POLICY = "policy"
    SETTLING_IN = "settling_in"

    @property
    def label_zh(self) -> str:
        """The kind in the words of the regulation."""
        return {
            "general": "一般性指导",
            "specialised": "专门指导",
            "group": "分类指导",
            "psychological": "心理调适",
            "interview": "面试指导",
            "policy": "协助办理促进就业优惠政策",
            "settling_in": "岗位适应性指导",
        }[self]


# --- events -----------------------------------------------------------------------------------


class GuidanceGiven(
    OfCase, Event, name="assistance_case.guidance_given", version=2, subject="person_id"
):
    """Guidance was given; group guidance follows a plan (else empty), interview guidance may name its referral."""

    guidance_id: UUID
    guidance: AssistedGuidance
    about: Personal
    advice: Personal
    plan: Personal
    referral_id: UUID | None


REGISTRY.was_in_clear(GuidanceGiven.event_name, 1, "plan")


# --- state ------------------------------------------------------------------------------------


@changed_by(GuidanceGiven)
def _given(case: AssistanceCase, event: GuidanceGiven, recorded: RecordedEvent) -> None:
    case.items[event.guidance_id] = Item(kind=ItemKind.GUIDANCE, since=recorded.occurred_on)


# --- decisions --------------------------------------------------------------------------------


def give(
    case: AssistanceCase,
    occasion: Occasion,
    guidance_id: UUID,
    guidance: AssistedGuidance,
    about: str,
    advice: str,
    plan: str | None,
    referral_id: UUID | None,
) -> list[Event]:
    """Record guidance; it goes on while the person is placed in a public-welfare post.

    Rules 14, 26, 27.1, 30.2.
    """
    case.require(occasion, "26", CaseStage.ASSISTED, CaseStage.EMPLOYED, CaseStage.PLACED)
    case.require_new(guidance_id, "guidance_id")
    if guidance is AssistedGuidance.GROUP and not (plan and plan.strip()):
        raise RuleBroken("14", "group guidance follows a guidance plan: state it")
    if guidance is AssistedGuidance.PSYCHOLOGICAL:
        require("26", psychological_facts(case))
    if referral_id is not None:
        case.item(referral_id, ItemKind.REFERRAL, "referral_id")
    return [
        GuidanceGiven(
            **case.whose,
            guidance_id=guidance_id,
            guidance=guidance,
            about=about,
            advice=advice,
            plan=plan or "",
            referral_id=referral_id,
        )
    ]


def psychological_facts(case: AssistanceCase) -> tuple[Fact, ...]:
    """Return the facts on which psychological adjustment depends.

    Rule 26.
    """
    return (
        Fact(
            not case.readiness.job_ready and case.readiness.cause == UnreadyCause.ATTITUDE,
            "就业准备不足，原因为就业择业观念",
            "the last assessment found no unreadiness by attitude: assess readiness first",
            "就业准备状况评估认定因就业择业观念准备不足",
        ),
    )
