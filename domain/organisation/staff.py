"""People on the staff of an agency: roles, and the certificates that the roles need (Articles 60-65)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import StringConstraints

from ..events import Event
from .agency import AgencyCode

StaffId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Role(StrEnum):
    """What a person on staff does. The first four are those of Articles 60 to 65."""

    COUNSELLOR = "counsellor"
    INFORMATION_ANALYST = "information_analyst"
    SERVICE_STAFF = "service_staff"
    COMMUNITY_COORDINATOR = "community_coordinator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"

    @property
    def label_zh(self) -> str:
        """The role in the words of the regulation."""
        return {
            "counsellor": "职业指导人员",
            "information_analyst": "职业信息分析人员",
            "service_staff": "其他人力资源服务人员",
            "community_coordinator": "劳动保障协理员",
            "supervisor": "业务督导人员",
            "administrator": "系统管理人员",
        }[self]


ROLES_WITH_CERTIFICATE = frozenset(
    {Role.COUNSELLOR, Role.INFORMATION_ANALYST, Role.COMMUNITY_COORDINATOR}
)
"""Roles that Article 61 gives only to the holder of the matching certificate or attested skill."""


class StaffJoined(Event, name="staff_member.joined"):
    """A person is on the staff of an agency from `effective_on` on."""

    staff_id: StaffId
    name: str
    agency_code: AgencyCode
    roles: tuple[Role, ...]
    effective_on: date


class StaffRolesChanged(Event, name="staff_member.roles_changed"):
    """A person's roles are these from `effective_on` on."""

    roles: tuple[Role, ...]
    effective_on: date


class StaffMoved(Event, name="staff_member.moved"):
    """A person works for another agency from `effective_on` on."""

    agency_code: AgencyCode
    effective_on: date


class CertificateRecorded(Event, name="staff_member.certificate_recorded"):
    """A certificate (or attested skill, Article 61) for a role, with its validity."""

    role: Role
    title: str
    valid_from: date
    valid_until: date | None


class StaffLeft(Event, name="staff_member.left"):
    """A person is no longer on any staff from `effective_on` on."""

    effective_on: date


def staff_stream(staff_id: str) -> UUID:
    """Return the stream of a member of staff."""
    return uuid5(NAMESPACE_URL, f"taizhang:staff:{staff_id}")
