"""The service support team (服务支持团队) around the specialist (Article 47)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.directory import Directory
from ..organisation.staff import StaffId
from .state import KeyEnterpriseAgreement, OfAgreement


class SupportRole(StrEnum):
    """What a member of the support team brings (Article 47)."""

    INFORMATION_ANALYST = "information_analyst"
    EMPLOYMENT_SERVICE = "employment_service"
    TALENT_SERVICE = "talent_service"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The role in the words of the regulation."""
        return {
            "information_analyst": "职业信息分析",
            "employment_service": "劳动就业服务",
            "talent_service": "人才服务",
            "other": "其他专业人员",
        }[self]


class TeamMember(BaseModel):
    """A member of the team: somebody on an agency's staff."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    staff_id: StaffId
    role: SupportRole


# --- events -----------------------------------------------------------------------------------


class TeamFormed(OfAgreement, Event, name="key_enterprise_agreement.team_formed"):
    """These people work around the specialist from now on."""

    members: tuple[TeamMember, ...]


# --- state ------------------------------------------------------------------------------------


@changed_by(TeamFormed)
def _team(agreement: KeyEnterpriseAgreement, event: TeamFormed, _: RecordedEvent) -> None:
    agreement.team = {member.staff_id: member.role for member in event.members}


# --- decisions --------------------------------------------------------------------------------


def form_team(
    agreement: KeyEnterpriseAgreement,
    directory: Directory,
    occasion: Occasion,
    members: tuple[TeamMember, ...],
) -> list[Event]:
    """Form the team, or another one: an information analyst and a service professional are in it.

    Rule 47.
    """
    agreement.require(occasion, "47")
    named = [member.staff_id for member in members]
    if len(set(named)) != len(named):
        raise InvalidInput("each member is named once, with one role", field="members")
    day = occasion.occurred_on
    for staff_id in named:
        member = directory.member(staff_id)
        if member is None or member.agency_codes.on(day) is None:
            raise NotFound(f"{staff_id} is on no staff on {day}", field="members")
    lacking = lacking_roles({member.role for member in members})
    if lacking:
        raise RuleBroken("47", f"the team has nobody for {' and '.join(lacking)}")
    return [TeamFormed(**agreement.whose, members=members)]


def lacking_roles(held: set[str] | set[SupportRole]) -> tuple[str, ...]:
    """Return what a team lacks whose members have these roles.

    Rule 47.
    """
    lacking = []
    if SupportRole.INFORMATION_ANALYST not in held:
        lacking.append("information analysis")
    if not held & {SupportRole.EMPLOYMENT_SERVICE, SupportRole.TALENT_SERVICE}:
        lacking.append("employment or talent services")
    return tuple(lacking)
