"""The duties about job fairs (Article 43).

They stand under the stream of the fair. The pre-announcement is counted back from the first day; one that
never came ends, too late, when the fair is held.
"""

from __future__ import annotations

from typing import Final

from ..events import Event
from ..job_fair import admission, outcomes, planning, registrations
from .duty import Duty, EntryDuty, On, events_of

EVENTS: Final = events_of(planning, admission, registrations, outcomes)
"""Every event of a job fair."""

_FAIR: Final = "fair_id"  # no event of a fair has it: they stand in its stream

DUTIES: Final = (
    Duty(
        key="fair_announcement",
        rule="43.2",
        title_zh="预发布招聘会信息",
        subject=_FAIR,
        arises_from=(
            On(planning.FairPlanned, counted_from="first_day"),
            On(
                planning.FairRescheduled,
                when=lambda event: event.was_announced,
                counted_from="first_day",
            ),
        ),
        discharged_by=(
            planning.FairPreAnnounced,
            On(planning.FairHeld, when=lambda event: not event.was_announced),
        ),
        cancelled_by=(planning.FairCancelled,),
        redated_by=(
            On(
                planning.FairRescheduled,
                when=lambda event: not event.was_announced,
                counted_from="first_day",
            ),
        ),
    ),
    Duty(
        key="paper_registration_entry",
        rule="43.3",
        title_zh="录入招聘会手工办理的求职登记",
        subject=_FAIR,
        item="batch_id",
        arises_from=(registrations.PaperRegistrationsTaken,),
        discharged_by=(
            On(registrations.PaperRegistrationEntered, when=lambda event: not event.left),
            On(registrations.PaperBatchCorrected, when=lambda event: not event.left),
        ),
        cancelled_by=(planning.FairCancelled,),
    ),
    Duty(
        key="fair_outcome",
        rule="43.4",
        title_zh="了解并录入招聘会达成意向和上岗情况",
        subject=_FAIR,
        arises_from=(On(planning.FairHeld, counted_from="last_day"),),
        discharged_by=(On(outcomes.FairOutcomeEntered, when=lambda event: event.all_known),),
    ),
)
"""The duties that stand open until they are discharged or cancelled."""

ENTRY_DUTIES: Final = (
    EntryDuty(
        key="fair_outcome_entry",
        rule="43.4",
        title_zh="及时录入招聘会达成意向和上岗情况",
        services=(outcomes.FairOutcomeEntered,),
    ),
)

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    planning.FairPlanned: "组织招聘会（自招聘会首日向前计算）",
    planning.FairRescheduled: "招聘会改期（自招聘会首日向前计算）",
    planning.FairHeld: "举办招聘会",
    registrations.PaperRegistrationsTaken: "招聘会现场手工办理求职登记",
}
"""What gives rise to these duties, as an explanation says it."""
