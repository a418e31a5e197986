"""Specialists (就业援助服务专员, 企业服务专员): counsellors of the agency itself, named in an agreement (Article 5)."""

from __future__ import annotations

from datetime import date

from ..errors import RuleBroken
from .directory import Directory
from .staff import Role


def require_specialist(directory: Directory, staff_id: str, agency_code: str, day: date) -> None:
    """Make sure that a specialist is a counsellor on the agency's own staff.

    Rule 5.a.
    """
    member = directory.member(staff_id)
    code = member.agency_codes.on(day) if member else None
    if member is None or code is None:
        raise RuleBroken("5.a", f"{staff_id} is on no staff on {day}")
    if directory.holder(code, day) is not directory.holder(agency_code, day):
        raise RuleBroken("5.a", f"{staff_id} is on the staff of {code}, not of {agency_code}")
    if Role.COUNSELLOR not in member.roles_on(day):
        raise RuleBroken("5.a", f"{staff_id} is no counsellor with a certificate valid on {day}")
