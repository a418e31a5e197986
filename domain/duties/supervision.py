"""The duties of a superior that supervises (Article 56)."""

from __future__ import annotations

from typing import Final

from ..events import Event
from ..supervision.spot_check.closing import SpotCheckClosed
from ..supervision.spot_check.drawing import SampleDrawn
from .duty import Duty, EntryDuty, On

DUTIES: Final = (
    # Its results go into the month's notice. Closed before its time, as when everything is inspected and
    # answered, nothing is owed any more.
    Duty(
        key="spot_check_closing",
        rule="56.2b",
        title_zh="完成抽查核查并形成抽查结果",
        subject="check_id",
        arises_from=(On(SampleDrawn, counted_from="answer_by"),),
        discharged_by=(SpotCheckClosed,),
        cancelled_by=(SpotCheckClosed,),
    ),
)

ENTRY_DUTIES: Final[tuple[EntryDuty, ...]] = ()

TRIGGERS_ZH: Final[dict[type[Event], str]] = {SampleDrawn: "抽取样本（自被检查机构答复截止日起算）"}
"""What gives rise to these duties, as an explanation says it."""
