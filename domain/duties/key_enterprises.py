"""The duties to key enterprises (Articles 45 to 50).

They stand under the enterprise, so that a transfer moves them from one agreement to the next: to the
receiving agency on approval, to its specialist when it signs.
"""

from __future__ import annotations

from typing import Final

from ..events import Event
from ..key_enterprise import agreement, ending, follow_up, guidance, hiring, moving, needs_file
from ..key_enterprise.agreements import PARTS
from .duty import Duty, EntryDuty, EventOf, On, events_of

EVENTS: Final = events_of(*PARTS)
"""Every event of an agreement."""

_ENTERPRISE: Final = "employer_id"
_ENDS: Final[tuple[EventOf, ...]] = (ending.AgreementEnded, ending.AgreementExpired)
_HANDED_OVER: Final[tuple[EventOf, ...]] = (
    moving.TransferApproved,
    agreement.AgreementSigned,
    agreement.SpecialistChanged,
)


def _follow_up(key: str, rule: str, title_zh: str, service: EventOf, item: str) -> Duty:
    """Return the duty to follow a service up."""
    return Duty(
        key=key,
        rule=rule,
        title_zh=title_zh,
        subject=_ENTERPRISE,
        item=item,
        arises_from=(service,),
        discharged_by=(On(follow_up.FollowedUp, item="about_id"),),
        cancelled_by=_ENDS,
        moved_by=_HANDED_OVER,
    )


def _is_hiring_plan(event: guidance.PlanMade | guidance.PlanRevised) -> bool:
    return event.plan is guidance.PlanKind.HIRING


DUTIES: Final = (
    Duty(
        key="enterprise_transfer_decision",
        rule="45.2",
        title_zh="办理重点企业服务关系划转手续",
        subject=_ENTERPRISE,
        arises_from=(moving.TransferApplied,),
        discharged_by=(moving.TransferApproved, moving.TransferRejected),
        cancelled_by=(moving.TransferWithdrawn, ending.KeyStatusLost, *_ENDS),
        moved_by=(moving.TransferPassedOn,),
    ),
    Duty(
        key="enterprise_agreement_after_transfer",
        rule="45.2",
        title_zh="与划转来的重点企业签订日常服务协议",
        subject=_ENTERPRISE,
        arises_from=(moving.TransferApproved,),
        discharged_by=(agreement.AgreementSigned,),
    ),
    # Signing is the contact of its own quarter; each quarter that begins in the term has another.
    Duty(
        key="enterprise_contact",
        rule="48.2",
        title_zh="联系重点企业并完善用人需求档案",
        subject=_ENTERPRISE,
        arises_from=(
            On(agreement.AgreementSigned, counted_from="contacts_after", until="valid_until"),
            On(agreement.AgreementRenewed, counted_from="former_valid_until", until="valid_until"),
        ),
        discharged_by=(On(needs_file.EnterpriseContacted, when=lambda event: event.up_to_date),),
        cancelled_by=_ENDS,
        moved_by=_HANDED_OVER,
    ),
    _follow_up(
        "enterprise_visit_after_guidance",
        "49.1",
        "用人指导后跟踪回访重点企业",
        guidance.GuidanceGiven,
        "guidance_id",
    ),
    _follow_up(
        "enterprise_visit_after_referral",
        "49.2",
        "匹配推荐后了解重点企业面试洽谈情况",
        hiring.PersonReferred,
        "referral_id",
    ),
    Duty(
        key="enterprise_hiring_plan_adjustment",
        rule="49.2",
        title_zh="会同重点企业针对性调整招聘方案",
        subject=_ENTERPRISE,
        item="about_id",
        arises_from=(On(follow_up.FollowedUp, when=lambda event: event.demand_met is False),),
        # One adjustment answers all demand that was found unmet before it.
        discharged_by=(
            On(guidance.PlanMade, when=_is_hiring_plan),
            On(guidance.PlanRevised, when=_is_hiring_plan),
        ),
        cancelled_by=_ENDS,
        moved_by=_HANDED_OVER,
    ),
    _follow_up(
        "enterprise_visit_after_hiring",
        "49.3",
        "招聘完成后了解重点企业新员工上岗情况",
        On(hiring.HiringCompleted, counted_from="completed_on"),
        "hiring_id",
    ),
)
"""The duties that stand open until they are discharged or cancelled."""

# What time or another agency's command brings about is no service to enter.
_NO_ENTRY: Final = frozenset(
    {ending.AgreementExpired, hiring.PersonReferred, hiring.ReferralConcluded}
)

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="enterprise_service_entry",
        rule="50",
        title_zh="及时录入重点企业服务情况",
        services=tuple(event for event in EVENTS if event not in _NO_ENTRY),
        subjects=(_ENTERPRISE,),
    ),
)

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    moving.TransferApplied: "提出服务关系划转申请",
    moving.TransferApproved: "服务关系划转获批准",
    agreement.AgreementSigned: "签订日常服务协议",
    agreement.AgreementRenewed: "续订日常服务协议",
    guidance.GuidanceGiven: "提供用人指导",
    hiring.PersonReferred: "匹配推荐",
    follow_up.FollowedUp: "跟踪回访发现招聘需求未满足",
    hiring.HiringCompleted: "招聘完成",
}
"""What gives rise to these duties, as an explanation says it."""
