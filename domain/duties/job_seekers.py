"""The duties to job seekers (Articles 11 to 17, 20 to 22).

A duty about a person stands under the stream of the ledger. One who is out of contact is counted from
the last contact: whatever the person has a part in gives the open duty another date.
"""

from __future__ import annotations

from typing import Any, Final

from ..assistance import moving
from ..assistance.case import CONTACTS as ASSISTED_CONTACTS
from ..employer.papers import Channel
from ..events import Event
from ..job_seeker import (
    appeals,
    contact,
    erasure,
    fairs,
    grading,
    guidance,
    ledger,
    merging,
    registration,
    search,
    status,
    surveys,
)
from .duty import Duty, EntryDuty, EventOf, On, events_of

EVENTS: Final = tuple(
    event
    for event in events_of(
        registration,
        status,
        grading,
        guidance,
        search,
        surveys,
        contact,
        appeals,
        merging,
        fairs,
        erasure,
    )
    if event is not guidance.GroupSessionHeld  # it has a stream of its own
)
"""Every event of a job seeker's ledger."""


def _reached(event: surveys.Surveyed) -> bool:
    return event.answer is not surveys.SurveyAnswer.NOT_REACHED


def _willing(event: surveys.Surveyed) -> bool:
    return event.answer is surveys.SurveyAnswer.WILLING


def _follow_up_in_time(event: surveys.Surveyed) -> bool:
    return event.will_follow_up and event.put_off is None


def _follow_up_put_off(event: surveys.Surveyed) -> bool:
    return event.will_follow_up and event.put_off is not None


def _silent_and_surveyed_often(event: surveys.Surveyed) -> bool:
    return event.surveyed_often and event.last_contact_on is not None


def _merged_follow_up_in_time(event: merging.LedgerMergedFrom) -> bool:
    return event.follow_up_from is not None and not event.follow_up_put_off


def _merged_follow_up_put_off(event: merging.LedgerMergedFrom) -> bool:
    return event.follow_up_from is not None and event.follow_up_put_off


def _unwilling_often(event: surveys.Surveyed) -> bool:
    return event.unwilling_often


def _out_of_work(event: Any) -> bool:
    return bool(event.out_of_work)


def _is_served(event: Any) -> bool:
    return bool(event.is_served)


def _must_be_graded(event: Any) -> bool:
    return bool(event.must_be_graded)


def _merged_with(field: str) -> On:
    """Return the merge as an event from which a duty arises anew, counted as in the two ledgers."""
    return On(
        merging.LedgerMergedFrom,
        when=lambda event: getattr(event, field) is not None,
        counted_from=field,
    )


_CONTACT: Final[tuple[EventOf, ...]] = (
    On(surveys.Surveyed, when=_reached, counted_from="occurred_on"),
    *(
        On(event, counted_from="occurred_on")
        for event in EVENTS
        if event in ledger.CONTACTS and event not in (surveys.Surveyed, contact.ServicesResumed)
    ),
    *(On(event, counted_from="occurred_on") for event in ASSISTED_CONTACTS),
)
_OVER: Final = (contact.ServicesCeased, erasure.JobSeekerErased)
_MOVES: Final[tuple[EventOf, ...]] = (
    registration.LedgerMoved,
    On(merging.LedgerMergedInto, heir="survivor_id"),
)
"""What hands a duty over that the ledger owes: to another agency, or under the ledger that goes on."""


def _reported_on(ground: contact.Ground) -> On:
    """Return the report to the registry, as far as it is on this ground."""
    return On(contact.ReportedToRegistry, when=lambda event: event.ground is ground)


def _merged_when(flag: str) -> On:
    """Return the merge as an event that takes away what the two ledgers together no longer ask for."""
    return On(merging.LedgerMergedFrom, when=lambda event: getattr(event, flag))


_NO_FOLLOW_UP: Final[tuple[EventOf, ...]] = (
    registration.JobSeekingRegistered,
    search.Employed,
    *_OVER,
    merging.LedgerMergedFrom,
    merging.LedgerMergedInto,
)
"""What takes the follow-up survey away; a merge gives rise to it anew, counted as in the two ledgers."""
_PERSON: Final = "person_id"  # of an event without it, the stream: the two are the same

DUTIES: Final = (
    Duty(
        key="registration_advice",
        rule="13.2",
        title_zh="提供政策咨询并建议办理失业登记和认定手续",
        subject=_PERSON,
        arises_from=(status.AdviceCalledFor,),
        discharged_by=(status.AdviceGiven,),
        cancelled_by=(
            status.AdviceCalledFor,
            status.AssistanceCalledFor,
            search.Employed,
            *_OVER,
            _merged_when("advice_settled"),
        ),
        moved_by=_MOVES,
    ),
    Duty(
        key="out_of_contact_report",
        rule="13.3",
        title_zh="向就失业登记管理部门反馈超过6个月未联系情况",
        subject=_PERSON,
        arises_from=(
            On(status.StatusRegistered, when=_is_served),
            On(contact.ServicesResumed, when=_out_of_work),
            _merged_with("out_of_work_silent_since"),
        ),
        discharged_by=(_reported_on(contact.Ground.OUT_OF_CONTACT),),
        cancelled_by=(
            status.StatusRegistered,
            status.StatusRegistrationEnded,
            search.Employed,
            *_OVER,
            merging.LedgerMergedFrom,
            merging.LedgerMergedInto,
        ),
        moved_by=(registration.LedgerMoved,),
        redated_by=_CONTACT,
        after="out_of_contact",
    ),
    Duty(
        key="job_seeker_referral_outcome",
        rule="16",
        title_zh="向求职者了解匹配推荐结果",
        subject=_PERSON,
        item="referral_id",
        arises_from=(search.Referred,),
        discharged_by=(search.ReferralOutcomeKnown,),
        moved_by=(*_MOVES, moving.TransferApproved),
    ),
    Duty(
        key="job_search_archive",
        rule="16",
        title_zh="整理归档已就业人员的求职信息",
        subject=_PERSON,
        arises_from=(
            On(search.Employed, when=lambda event: event.ends_search),
            _merged_with("unfiled_since"),
        ),
        discharged_by=(search.SearchArchived,),
        cancelled_by=(
            registration.JobSeekingRegistered,
            merging.LedgerMergedFrom,
            merging.LedgerMergedInto,
            erasure.JobSeekerErased,
        ),
        moved_by=(registration.LedgerMoved,),
    ),
    Duty(
        key="follow_up_survey",
        rule="21.2a",
        title_zh="就业意愿跟踪摸查",
        subject=_PERSON,
        arises_from=(
            On(surveys.Surveyed, when=_follow_up_in_time),
            On(
                merging.LedgerMergedFrom,
                when=_merged_follow_up_in_time,
                counted_from="follow_up_from",
            ),
        ),
        discharged_by=(surveys.Surveyed,),
        cancelled_by=_NO_FOLLOW_UP,
        moved_by=(registration.LedgerMoved,),
    ),
    Duty(
        key="follow_up_survey_latest",
        rule="21.2a",
        title_zh="调整后的就业意愿跟踪摸查（间隔不超过30天）",
        subject=_PERSON,
        arises_from=(
            On(surveys.Surveyed, when=_follow_up_put_off),
            On(
                merging.LedgerMergedFrom,
                when=_merged_follow_up_put_off,
                counted_from="follow_up_from",
            ),
        ),
        discharged_by=(surveys.Surveyed,),
        cancelled_by=_NO_FOLLOW_UP,
        moved_by=(registration.LedgerMoved,),
    ),
    Duty(
        key="survey_out_of_contact_report",
        rule="21.2b",
        title_zh="反馈多次跟踪摸查仍不登记且超过6个月未联系情况",
        subject=_PERSON,
        arises_from=(
            On(
                surveys.Surveyed,
                when=_silent_and_surveyed_often,
                counted_from="last_contact_on",
            ),
        ),
        discharged_by=(_reported_on(contact.Ground.NOT_REGISTERING),),
        cancelled_by=(
            surveys.Surveyed,
            registration.JobSeekingRegistered,
            search.Employed,
            *_OVER,
            _merged_when("is_registered"),
        ),
        moved_by=_MOVES,
        redated_by=(*_CONTACT, _merged_with("last_contact_on")),
        after="survey_out_of_contact",
    ),
    Duty(
        key="unwilling_report",
        rule="21.3",
        title_zh="反馈多次跟踪摸查仍无就业意愿情况",
        subject=_PERSON,
        arises_from=(On(surveys.Surveyed, when=_unwilling_often),),
        discharged_by=(_reported_on(contact.Ground.UNWILLING),),
        cancelled_by=(
            On(surveys.Surveyed, when=_unwilling_often),
            On(surveys.Surveyed, when=_willing),
            registration.JobSeekingRegistered,
            search.Employed,
            *_OVER,
            _merged_when("is_registered"),
        ),
        moved_by=_MOVES,
    ),
    Duty(
        key="grading_after_registration",
        rule="22",
        title_zh="为求职登记的就业困难人员确定就业困难等级",
        subject=_PERSON,
        arises_from=(
            On(registration.JobSeekingRegistered, when=_must_be_graded),
            On(status.Recognised, when=_must_be_graded),
        ),
        discharged_by=(grading.Graded,),
        cancelled_by=(
            status.Recognised,
            status.RecognitionEnded,
            search.Employed,
            *_OVER,
            _merged_when("is_graded"),
        ),
        moved_by=_MOVES,
    ),
)

# What follows by itself, or is judged by a duty of its own, is no service to enter.
_NO_ENTRY: Final = frozenset(
    {
        registration.JobSeekerLedgerOpened,
        surveys.NeedsFileOpened,
        status.AdviceCalledFor,
        status.AssistanceCalledFor,
        status.AssistanceCallLifted,
        search.SearchArchived,
        contact.ServicesCeased,
        fairs.RegisteredAtFair,
        fairs.ReferredAtFair,
        merging.LedgerMergedInto,
        merging.LedgerMergedFrom,
        erasure.JobSeekerErased,
    }
)

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="ledger_opening",
        rule="11.1",
        title_zh="采集求职者信息当天建立个人服务台账",
        services=(registration.JobSeekerLedgerOpened,),
        # What was taken on paper at a job fair is entered promptly (43.3), not the same day.
        when=lambda event: event.channel is not Channel.JOB_FAIR,
    ),
    EntryDuty(
        key="service_entry",
        rule="17",
        title_zh="及时录入个人服务台账",
        services=tuple(event for event in EVENTS if event not in _NO_ENTRY),
        subjects=("referral_id",),
    ),
    EntryDuty(
        key="survey_opening",
        rule="20",
        title_zh="摸查当天建立就业需求档案",
        services=(surveys.NeedsFileOpened,),
    ),
)

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    status.AdviceCalledFor: "评估为重点帮扶对象而未办理相关手续",
    status.StatusRegistered: "失业登记（转移就业登记）",
    contact.ServicesResumed: "恢复服务",
    merging.LedgerMergedFrom: "台账合并",
    search.Referred: "匹配推荐",
    search.Employed: "实现就业",
    surveys.Surveyed: "就业意愿摸查",
    registration.JobSeekingRegistered: "求职登记",
    status.Recognised: "就业困难人员认定",
}
"""What gives rise to these duties, as an explanation says it."""
