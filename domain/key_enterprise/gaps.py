"""What an agreement's records lack by Articles 46 to 48: for spot-checks, lists and the specialist alike."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ..organisation.directory import Directory
from .needs import Missing, missing_of
from .state import KeyEnterpriseAgreement
from .team import lacking_roles


class Gap(NamedTuple):
    """Something that a rule asks to be on record and that is not."""

    rule: str
    key: str
    text_zh: str


def missing_parts(agreement: KeyEnterpriseAgreement) -> tuple[Missing, ...]:
    """Return which of the four parts of the staffing needs file are missing, and what of them.

    Rule 48.1.
    """
    return missing_of(agreement.needs.content)


def gaps_of(agreement: KeyEnterpriseAgreement) -> tuple[Gap, ...]:
    """Return what the records of an agreement lack.

    Rules 46, 47, 48.1.
    """
    found = []
    if agreement.needs.content is None:
        found.append(Gap("46", "needs_file", "未建立用人需求档案"))
    else:
        found += [
            Gap("48.1", f"needs_file.{one.part}", one.text_zh) for one in missing_parts(agreement)
        ]
    if not agreement.team:
        found.append(Gap("47", "team", "未组成服务支持团队"))
    elif lacking_roles(set(agreement.team.values())):
        found.append(Gap("47", "team_roles", "服务支持团队缺职业信息分析或劳动就业、人才服务人员"))
    if agreement.supports.given and agreement.supports.effect_on is None:
        found.append(Gap("46", "effect", "提供服务支持后未评估服务效果"))
    return tuple(found)


def absent_members(
    agreement: KeyEnterpriseAgreement, directory: Directory, day: date
) -> tuple[Gap, ...]:
    """Return who of specialist and team is on no staff on `day`.

    Rules 5.a, 47.
    """
    gone = [
        staff_id
        for staff_id in (agreement.specialist_id, *agreement.team)
        if (member := directory.member(staff_id)) is None or member.agency_codes.on(day) is None
    ]
    return tuple(
        Gap("5.a", "specialist", f"企业服务专员{staff_id}已离岗")
        if staff_id == agreement.specialist_id
        else Gap("47", "team_member", f"服务支持团队成员{staff_id}已离岗")
        for staff_id in dict.fromkeys(gone)
    )
