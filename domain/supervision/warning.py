"""Early warning (质量监测预警, Article 58): indicators, and the thresholds beyond which is warned.

The edition holds the default of each threshold. The city sets its own for all, and a district, on top of
the city's, stricter ones for itself; each is in force from a day on, so that a past month is judged by
what was in force at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from ..aggregate import Aggregate, Change
from ..errors import InvalidInput, RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.agency import AgencyCode
from ..regulation.edition import Edition

LONGEST = 1_000_000


class Indicator(StrEnum):
    """What is watched at every agency."""

    PASS_RATE = "pass_rate"
    OVERDUE_SHARE = "overdue_share"
    LATE_ENTRY_SHARE = "late_entry_share"
    LATE_REVIEW_SHARE = "late_review_share"
    REPEATED_PROBLEMS = "repeated_problems"
    MISSING_ROLES = "missing_roles"

    @property
    def label_zh(self) -> str:
        """The indicator as a notice names it."""
        return {
            "pass_rate": "台账抽查合格率",
            "overdue_share": "应办事项逾期率",
            "late_entry_share": "服务迟录率",
            "late_review_share": "招聘信息审核逾期率",
            "repeated_problems": "重复通报未整改问题",
            "missing_roles": "未配备的工作人员类别",
        }[self]

    @property
    def is_share(self) -> bool:
        """Say whether it is a share, judged in per cent; else it is a number of things."""
        return self not in (Indicator.REPEATED_PROBLEMS, Indicator.MISSING_ROLES)

    @property
    def wants_more(self) -> bool:
        """Say whether the threshold is the least that is well; else it is the most."""
        return self is Indicator.PASS_RATE

    def is_beyond(self, part: int, whole: int, limit: int) -> bool:
        """Say whether `part` of `whole` is beyond the threshold; a share of nothing never is.

        Rule 58.1.
        """
        if not self.is_share:
            return part > limit
        if not whole:
            return False
        return part * 100 < limit * whole if self.wants_more else part * 100 > limit * whole

    def is_stricter(self, limit: int, than: int) -> bool:
        """Say whether a threshold is as strict as another, or more."""
        return limit >= than if self.wants_more else limit <= than

    def default(self, edition: Edition) -> int:
        """Return the edition's threshold."""
        amount: int = getattr(edition, f"warning_{self.value}").amount
        return amount


class WarningThresholdSet(Event, name="warning_thresholds.set"):
    """From `effective_on` on an agency, and those below it, are warned beyond this threshold.

    Per cent for a share, else a number; "at least" for a pass rate, else "at most".
    """

    agency_id: UUID
    agency_code: AgencyCode
    indicator: Indicator
    limit: int
    effective_on: date


class Setting(NamedTuple):
    """A threshold as it was set."""

    limit: int
    effective_on: date


@dataclass(slots=True)
class WarningThresholds(Aggregate):
    """The thresholds that one agency set, each as of any day."""

    kind: ClassVar[str] = "warning_thresholds"
    changes: ClassVar[dict[type[Event], Change]] = {}

    settings: dict[str, list[Setting]] = field(default_factory=dict)

    def on(self, indicator: Indicator, day: date) -> int | None:
        """Return the agency's threshold in force on `day`, None where it set none."""
        return in_force(self.settings.get(indicator.value, ()), day)


def in_force(settings: list[Setting] | tuple[Setting, ...], day: date) -> int | None:
    """Return the threshold in force on `day`: of those begun the latest, of one day the last set."""
    begun = [setting for setting in settings if setting.effective_on <= day]
    if not begun:
        return None
    latest = max(setting.effective_on for setting in begun)
    return [setting for setting in begun if setting.effective_on == latest][-1].limit


def _set(state: WarningThresholds, event: WarningThresholdSet, _: RecordedEvent) -> None:
    state.settings.setdefault(event.indicator.value, []).append(
        Setting(event.limit, event.effective_on)
    )


WarningThresholds.changes[WarningThresholdSet] = _set


def thresholds_stream(agency_id: UUID) -> UUID:
    """Return the stream of an agency's thresholds."""
    return uuid5(NAMESPACE_URL, f"taizhang:warning-thresholds:{agency_id}")


def set_threshold(
    state: WarningThresholds, wanted: WarningThresholdSet, superior_limit: int | None, today: date
) -> list[Event]:
    """Set a threshold from today or a later day on; the one in force already gives no event.

    Raises InvalidInput for a number that makes no sense or a day in the past (a month that is over was
    judged), RuleBroken 58.1 for one laxer than the city's, on top of which a district sets its own.
    """
    highest = 100 if wanted.indicator.is_share else LONGEST
    if not 0 <= wanted.limit <= highest:
        raise InvalidInput(f"is a whole number from 0 to {highest}", field="limit")
    if wanted.effective_on < today:
        raise InvalidInput(f"{wanted.effective_on} is in the past", field="effective_on")
    if superior_limit is not None and not wanted.indicator.is_stricter(
        wanted.limit, superior_limit
    ):
        raise RuleBroken(
            "58.1",
            f"{wanted.limit} is laxer than the city's {superior_limit}: a district adds to it",
        )
    held = state.settings.get(wanted.indicator.value, ())
    if Setting(wanted.limit, wanted.effective_on) in held[-1:]:
        return []
    return [wanted]


Thresholds = Mapping[Indicator, int]
"""The threshold of each indicator, as in force for an agency on a day."""
