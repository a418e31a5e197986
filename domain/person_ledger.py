"""What the two streams of a person have in common: the sections of the ledger, and its number.

A person's ledger (个人服务台账) is read from the job seeker ledger and from the assistance cases
together; its sections are those of Article 17 and those that Article 32 adds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID


class Section(StrEnum):
    """The sections of the ledger: those of Article 17, then those that Article 32 adds."""

    BASICS = "basics"
    REGISTRATION = "registration"
    REFERRALS_AND_HIRES = "referrals_and_hires"
    GUIDANCE = "guidance"
    TRACKING_CHECKS = "tracking_checks"
    OTHER = "other"
    NEEDS_FILE = "needs_file"
    AGREEMENT = "agreement"
    SPECIALIST_AND_TEAM = "specialist_and_team"
    ASSISTANCE_GUIDANCE = "assistance_guidance"
    PLAN = "plan"
    ASSISTANCE_REFERRALS = "assistance_referrals"
    EMPLOYMENT = "employment"
    VISITS = "visits"
    CONSULTATION = "consultation"

    @property
    def label_zh(self) -> str:
        """The section in the words of the regulation."""
        return {
            "basics": "求职者基本情况",
            "registration": "求职登记情况",
            "referrals_and_hires": "匹配推荐和求职成功情况",
            "guidance": "就业指导情况",
            "tracking_checks": "服务跟踪检查情况",
            "other": "其他服务留痕内容",
            "needs_file": "就业需求档案及其变动情况",
            "agreement": "就业援助服务协议及其履行情况",
            "specialist_and_team": "就业援助服务专员及专门服务团队情况",
            "assistance_guidance": "就业援助：就业指导服务情况",
            "plan": "就业援助方案及其行动计划的制修订及执行情况",
            "assistance_referrals": "就业援助：匹配推荐情况",
            "employment": "是否实现就业及稳定就业情况",
            "visits": "跟踪回访情况",
            "consultation": "专家小组会诊指导情况",
        }[self]


_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread


def ledger_number(person_id: UUID) -> str:
    """Return the short number by which people speak of a ledger, as 7K2M4-PX09D.

    It is made of the ledger's id alone: it says nothing of who the person is (Article 51).
    """
    left = person_id.int
    signs = []
    for _ in range(10):
        left, sign = divmod(left, 32)
        signs.append(_ALPHABET[sign])
    text = "".join(reversed(signs))
    return f"{text[:5]}-{text[5:]}"
