"""The duties to hard-to-employ people (Articles 23 to 32).

They stand under the person, so that a transfer moves them from one case to the next: to the receiving
agency on approval, to its specialist when it signs.
"""

from __future__ import annotations

from typing import Final

from ..assistance import (
    employment,
    guidance,
    merging,
    moving,
    placement,
    programmes,
    referrals,
    visits,
)
from ..assistance.agreement import AgreementSigned, SpecialistChanged
from ..assistance.case import PARTS
from ..assistance.consultation import OpinionGiven
from ..assistance.ending import REPORTED, CaseEnded, EndingReported
from ..assistance.readiness import ReadinessAssessed
from ..assistance.team_and_plan import PlanRevised
from ..events import Event
from ..job_seeker import status
from ..job_seeker.contact import ServicesCeased
from ..job_seeker.erasure import JobSeekerErased
from ..job_seeker.merging import LedgerMergedInto
from ..job_seeker.registration import LedgerMoved
from ..job_seeker.search import Employed
from .duty import Duty, EntryDuty, EventOf, On, events_of

EVENTS: Final = events_of(*PARTS)
"""Every event of an assistance case."""

_PERSON: Final = "person_id"
_MERGED: Final = On(merging.PersonMerged, subject="former_person_id", heir="person_id")
"""The duties of a case go on under the ledger into which the person's was merged."""
_HANDED_OVER: Final[tuple[EventOf, ...]] = (
    moving.TransferApproved,
    AgreementSigned,
    SpecialistChanged,
    _MERGED,
)
_OVER: Final[tuple[EventOf, ...]] = (ServicesCeased, JobSeekerErased)
_ENDS: Final[tuple[EventOf, ...]] = (
    CaseEnded,
    placement.Placed,
    placement.PlacementEnded,
    # Between two agreements, while nobody has signed yet, no case is there to end.
    *_OVER,
)
_NOT_TO_BE_SIGNED: Final[tuple[EventOf, ...]] = (
    status.StatusRegistrationEnded,
    status.RecognitionEnded,
    status.AssistanceCallLifted,
    Employed,
    *_OVER,
)
"""What takes away a condition of the agreement (Article 13) while it is still to be signed."""
_VISIT: Final[tuple[EventOf, ...]] = (On(visits.VisitMade, item="about_id"),)


def _service_visit(key: str, rule: str, title_zh: str, service: type[Event], item: str) -> Duty:
    """Return the duty to visit the person after a service."""
    return Duty(
        key=key,
        rule=rule,
        title_zh=title_zh,
        subject=_PERSON,
        item=item,
        arises_from=(service,),
        discharged_by=_VISIT,
        cancelled_by=_ENDS,
        moved_by=_HANDED_OVER,
    )


def _programme_visit(
    key: str,
    title_zh: str,
    day: str,
    redated_by: tuple[EventOf, ...] = (),
    cancelled_by: tuple[EventOf, ...] = (),
) -> Duty:
    """Return the duty to visit the person at a point of a programme, whose dates may change."""
    return Duty(
        key=key,
        rule="27.2",
        title_zh=title_zh,
        subject=_PERSON,
        item="programme_id",
        term="visit_in_training",
        arises_from=(On(programmes.ProgrammeBegun, counted_from=day),),
        discharged_by=_VISIT,
        cancelled_by=(*cancelled_by, *_ENDS),
        moved_by=_HANDED_OVER,
        redated_by=(On(programmes.ProgrammeRedated, counted_from=day), *redated_by),
    )


def _work_visit(key: str, rule: str, title_zh: str) -> Duty:
    """Return the duty to visit the person some time after the start of work."""
    return Duty(
        key=key,
        rule=rule,
        title_zh=title_zh,
        subject=_PERSON,
        item="employment_id",
        arises_from=(On(employment.WorkStarted, counted_from="started_on"),),
        discharged_by=_VISIT,
        cancelled_by=(employment.WorkEnded, *_ENDS),
        moved_by=_HANDED_OVER,
    )


DUTIES: Final = (
    Duty(
        key="agreement_signing",
        rule="23.1",
        title_zh="联系就业困难人员并签订就业援助服务协议",
        subject=_PERSON,
        arises_from=(status.AssistanceCalledFor,),
        discharged_by=(AgreementSigned,),
        cancelled_by=(status.AssistanceCalledFor, *_NOT_TO_BE_SIGNED),
        moved_by=(LedgerMoved, On(LedgerMergedInto, heir="survivor_id")),
    ),
    Duty(
        key="transfer_decision",
        rule="24",
        title_zh="办理服务关系划转手续",
        subject=_PERSON,
        arises_from=(moving.TransferApplied,),
        discharged_by=(moving.TransferApproved, moving.TransferRejected),
        cancelled_by=(moving.TransferWithdrawn, *_ENDS),
        moved_by=(moving.TransferPassedOn, _MERGED),
    ),
    Duty(
        key="agreement_signing_after_transfer",
        rule="24.2",
        title_zh="与划转来的就业困难人员签订就业援助服务协议",
        subject=_PERSON,
        arises_from=(moving.TransferApproved,),
        discharged_by=(AgreementSigned,),
        cancelled_by=_NOT_TO_BE_SIGNED,
        moved_by=(_MERGED,),
    ),
    _service_visit(
        "visit_after_guidance", "27.1", "就业指导后跟踪回访", guidance.GuidanceGiven, "guidance_id"
    ),
    _programme_visit("visit_at_programme_start", "培训、见习初期跟踪回访", "starts_on"),
    _programme_visit(
        "visit_at_programme_middle",
        "培训、见习中期跟踪回访",
        "middle_on",
        cancelled_by=(On(programmes.ProgrammeEnded, when=lambda event: not event.middle_reached),),
    ),
    _programme_visit(
        "visit_at_programme_end",
        "培训、见习终期跟踪回访",
        "ends_on",
        redated_by=(On(programmes.ProgrammeEnded, counted_from="ended_on"),),
    ),
    Duty(
        key="readiness_after_training",
        rule="27.2",
        title_zh="培训、见习后评估就业准备状况",
        subject=_PERSON,
        item="programme_id",
        arises_from=(On(programmes.ProgrammeEnded, counted_from="ended_on"),),
        discharged_by=(On(ReadinessAssessed, when=lambda event: event.programme_id is not None),),
        cancelled_by=_ENDS,
        moved_by=_HANDED_OVER,
    ),
    _service_visit(
        "visit_after_referral",
        "27.3",
        "匹配推荐后跟踪回访",
        referrals.PersonReferred,
        "referral_id",
    ),
    _work_visit("visit_after_start", "27.4a", "上岗后跟踪回访"),
    _work_visit("visit_after_one_month", "27.4b", "上岗1个月左右稳岗回访"),
    _work_visit("visit_after_three_months", "27.4b", "上岗3个月左右稳岗回访"),
    _work_visit("visit_after_six_months", "27.4b", "上岗6个月左右稳岗回访"),
    Duty(
        key="plan_adjustment",
        rule="28.3",
        title_zh="按专家小组意见会同本人调整就业援助方案和行动计划",
        subject=_PERSON,
        item="consultation_id",
        arises_from=(OpinionGiven,),
        discharged_by=(On(PlanRevised, when=lambda event: event.consultation_id is not None),),
        # Experts of the old agency's superior do not go along.
        cancelled_by=(employment.WorkStarted, moving.TransferApproved, *_ENDS),
        moved_by=(SpecialistChanged, _MERGED),
    ),
    Duty(
        key="ending_report",
        rule="29",
        title_zh="向失业登记管理部门反馈终止就业援助情况",
        subject=_PERSON,
        arises_from=(On(CaseEnded, when=lambda event: event.cause in REPORTED),),
        discharged_by=(EndingReported,),
        cancelled_by=(JobSeekerErased,),
        moved_by=(SpecialistChanged, _MERGED),
    ),
    Duty(
        key="agreement_after_placement",
        rule="30.2",
        title_zh="安置期满后重新签订就业援助服务协议",
        subject=_PERSON,
        term="agreement_signing",
        arises_from=(
            On(
                placement.PlacementEnded,
                when=lambda event: event.eligible and not event.employed,
                counted_from="ended_on",
            ),
        ),
        discharged_by=(AgreementSigned,),
        cancelled_by=_NOT_TO_BE_SIGNED,
        moved_by=(_MERGED,),
    ),
    Duty(
        key="assisted_job_search_archive",
        rule="31",
        title_zh="整理归档求职信息",
        subject=_PERSON,
        arises_from=(employment.WorkStarted,),
        discharged_by=(employment.SearchArchived,),
        cancelled_by=(employment.WorkEnded, JobSeekerErased),
        moved_by=_HANDED_OVER,
    ),
)
"""The duties that stand open until they are discharged or cancelled."""

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="assistance_entry",
        rule="32",
        title_zh="及时录入就业援助服务情况",
        services=tuple(event for event in EVENTS if event is not merging.PersonMerged),
        subjects=(_PERSON,),
    ),
)

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    status.AssistanceCalledFor: "就业困难人员求职登记、符合就业援助条件",
    moving.TransferApplied: "提出服务关系划转申请",
    moving.TransferApproved: "服务关系划转获批准",
    guidance.GuidanceGiven: "提供就业指导",
    programmes.ProgrammeBegun: "参加培训、见习",
    programmes.ProgrammeRedated: "培训、见习日期变更",
    programmes.ProgrammeEnded: "培训、见习结束",
    referrals.PersonReferred: "匹配推荐",
    employment.WorkStarted: "上岗",
    OpinionGiven: "专家小组提出意见建议",
    CaseEnded: "批准终止就业援助服务",
    placement.PlacementEnded: "公益性岗位安置期满",
}
"""What gives rise to these duties, as an explanation says it."""
