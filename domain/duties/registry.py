"""The duty to send what the unemployment registry is to be told: Articles 13, 21 and 29.

That it is decided on in time is a duty to the person (`job_seekers`, `assistance`); this one is about its
way there. There is a line for each ground, which is the rule.
"""

from __future__ import annotations

from typing import Final

from ..events import Event
from ..job_seeker.contact import Ground
from ..registry import report
from .duty import Duty, EntryDuty, On, events_of

EVENTS: Final = events_of(report)
"""Every event of a report to the registry."""


def _line(ground: Ground, key: str) -> Duty:
    return Duty(
        key=f"registry_report_{key}",
        rule=ground.value,
        title_zh="发送给失业登记管理部门的反馈",
        subject="report_id",  # no event of a report has it: they stand in its stream
        term="registry_report_sending",
        arises_from=(
            On(report.ReportQueued, when=lambda event: event.ground is ground),
            On(report.ReportRejected, when=lambda event: event.ground is ground),
        ),
        discharged_by=(report.ReportSent,),
    )


DUTIES: Final = (
    _line(Ground.OUT_OF_CONTACT, "out_of_contact"),
    _line(Ground.NOT_REGISTERING, "not_registering"),
    _line(Ground.UNWILLING, "unwilling"),
    _line(Ground.ASSISTANCE_ENDED, "assistance_ended"),
)
"""The duties that stand open until they are discharged."""

ENTRY_DUTIES: Final[tuple[EntryDuty, ...]] = ()

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    report.ReportQueued: "决定向失业登记管理部门反馈",
    report.ReportRejected: "反馈被失业登记管理部门退回",
}
"""What gives rise to these duties, as an explanation says it."""
