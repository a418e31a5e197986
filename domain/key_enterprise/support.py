"""Every support to a key enterprise (服务支持), and its effect (Articles 46, 47 and 50)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.staff import StaffId
from .state import KeyEnterpriseAgreement, OfAgreement


class SupportKind(StrEnum):
    """What the support is (Articles 46 and 47)."""

    ASSESSMENT_TOOLS = "assessment_tools"
    EMPLOYMENT = "employment"
    TALENT = "talent"
    POLICY = "policy"
    TRAINING = "training"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The support in the words of the regulation."""
        return {
            "assessment_tools": "笔试面试测评等工具应用",
            "employment": "劳动就业服务支持",
            "talent": "人才服务支持",
            "policy": "政策咨询",
            "training": "培训服务",
            "other": "其他服务支持",
        }[self]


# --- events -----------------------------------------------------------------------------------


class SupportGiven(OfAgreement, Event, name="key_enterprise_agreement.support_given"):
    """The enterprise was supported, by this member of the team or by the specialist."""

    support_id: UUID
    support: SupportKind
    member_id: StaffId
    about: str
    result: str


class EffectAssessed(OfAgreement, Event, name="key_enterprise_agreement.effect_assessed"):
    """The effect of the services was assessed; `further` is what follows from it."""

    effective: bool
    effect: str
    further: str


# --- state ------------------------------------------------------------------------------------


@changed_by(SupportGiven)
def _supported(agreement: KeyEnterpriseAgreement, _: SupportGiven, recorded: RecordedEvent) -> None:
    agreement.supports.given += 1
    agreement.supports.last_on = recorded.occurred_on


@changed_by(EffectAssessed)
def _assessed(
    agreement: KeyEnterpriseAgreement, _: EffectAssessed, recorded: RecordedEvent
) -> None:
    agreement.supports.effect_on = recorded.occurred_on


# --- decisions --------------------------------------------------------------------------------


def give(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    support_id: UUID,
    support: SupportKind,
    member_id: str,
    about: str,
    result: str,
) -> list[Event]:
    """Record a support, by a member of the team or by the specialist.

    Rules 46, 47.
    """
    agreement.require(occasion, "46")
    if member_id != agreement.specialist_id and member_id not in agreement.team:
        raise RuleBroken(
            "47",
            f"{member_id} is not in the support team: it is {agreement.specialist_id} with "
            f"{', '.join(sorted(agreement.team)) or 'nobody yet'}",
        )
    return [
        SupportGiven(
            **agreement.whose,
            support_id=support_id,
            support=support,
            member_id=member_id,
            about=about,
            result=result,
        )
    ]


def assess_effect(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    effective: bool,
    effect: str,
    further: str,
) -> list[Event]:
    """Assess the effect of the services; where they had none, what is done further is said.

    Rule 46.
    """
    agreement.require(occasion, "46")
    if not effective and not further.strip():
        raise RuleBroken(
            "46", "say which further support follows from an assessment without effect"
        )
    return [EffectAssessed(**agreement.whose, effective=effective, effect=effect, further=further)]
