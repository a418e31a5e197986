"""The duties of supervision (Article 58): a problem found is notified, put right, and checked."""

from __future__ import annotations

from typing import Any, Final

from ..events import Event
from ..supervision.rectification import events
from .duty import Duty, EntryDuty, On, events_of

EVENTS: Final = events_of(events)
"""Every event of a rectification."""


def _is_first(event: events.ProblemNotified) -> bool:
    return event.times == 1


def _is_rejected_notified(event: Any) -> bool:
    return not event.accepted and event.times > 0


def _is_rejected_before(event: Any) -> bool:
    return not event.accepted and event.times == 0


# Each stands under the rectification itself, whose stream it is.
DUTIES: Final = (
    Duty(
        key="problem_notice",
        rule="58.2a",
        title_zh="通报监督检查发现的问题",
        subject="rectification_id",
        arises_from=(
            events.ProblemFound,
            On(events.RectificationChecked, when=_is_rejected_before),
        ),
        discharged_by=(events.ProblemNotified,),
        cancelled_by=(events.ProblemPutRight, events.ProblemWithdrawn),
    ),
    # A second notice of what is not put right leaves the first one's date as it is.
    Duty(
        key="rectification",
        rule="58.2a",
        title_zh="整改被通报的问题",
        subject="rectification_id",
        arises_from=(
            On(events.ProblemNotified, when=_is_first),
            On(events.RectificationChecked, when=_is_rejected_notified),
        ),
        discharged_by=(events.ProblemPutRight,),
        cancelled_by=(events.ProblemWithdrawn,),
    ),
    Duty(
        key="rectification_check",
        rule="58.2a",
        title_zh="核实整改情况",
        subject="rectification_id",
        arises_from=(events.ProblemPutRight,),
        discharged_by=(events.RectificationChecked,),
        cancelled_by=(events.ProblemWithdrawn,),
    ),
)
"""The duties that stand open until they are discharged or cancelled."""

ENTRY_DUTIES: Final[tuple[EntryDuty, ...]] = ()

TRIGGERS_ZH: Final[dict[type[Event], str]] = {
    events.ProblemFound: "监督检查发现问题",
    events.ProblemNotified: "问题被通报",
    events.ProblemPutRight: "报告问题已整改",
    events.RectificationChecked: "整改经核实未通过",
}
"""What gives rise to these duties, as an explanation says it."""
