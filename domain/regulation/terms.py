"""The kinds of number that a regulation holds: terms, counts and rhythms.

A number names the rule it comes from and says whether the text itself fixes it or whether it is
*policy*, an agency's own standard where the text says 及时 (promptly) or 左右 (about).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..calendar import DueDate, WorkingDayCalendar, add_months
from .rules import RULES

LONGEST: Final = 366
"""The longest term, in any unit: beyond a year a number is a slip of the pen."""


class Unit(StrEnum):
    """How a term is counted."""

    WORKING_DAYS = "working_days"
    """Due on the n-th working day after the day."""
    WORKING_DAYS_BEFORE = "working_days_before"
    """Due on the n-th working day before the day; earlier also meets it."""
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    SAME_DAY = "same_day"
    """当天: due on the same date in Shanghai."""
    ABOUT_MONTHS = "about_months"
    """N个月左右: a window around the nominal date, due at its end."""


_WORKING_DAYS: Final = (
    Unit.WORKING_DAYS
)  # most terms; looked up once: a member costs a call in Python 3.11


class Every(StrEnum):
    """How often something is due."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Window:
    """The days around a nominal date within which something is done in time (inclusive)."""

    opens: date
    nominal: date
    closes: date


class Number(BaseModel):
    """What every number of the regulation says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str
    """The name under which the edition holds the number."""
    rule: str
    """The id of the rule that it comes from."""
    meaning: str
    """From which event to which, or what is counted."""
    policy: bool = False
    """Whether it is an agency's own standard, which may be overridden."""

    @model_validator(mode="after")
    def _rule_exists(self) -> Self:
        if self.rule not in RULES:
            raise ValueError(f"{self.key}: no rule has the id {self.rule!r}")
        return self


class Term(Number):
    """A length of time from a day to a due date."""

    amount: int = Field(ge=0, le=LONGEST)
    unit: Unit
    window_days: int = Field(default=0, ge=0, le=LONGEST)
    """For ABOUT_MONTHS: calendar days before and after the nominal date; a policy value."""

    @model_validator(mode="after")
    def _fits_unit(self) -> Self:
        if self.unit is Unit.SAME_DAY and self.amount:
            raise ValueError(f"{self.key}: the same day has no amount")
        if self.unit is not Unit.ABOUT_MONTHS and self.window_days:
            raise ValueError(f"{self.key}: only a term of about N months has a window")
        return self

    def due(self, after: date, calendar: WorkingDayCalendar) -> DueDate:
        """Return the last day on which the duty is done in time, counted from ``after``.

        ``after`` is the Shanghai date of the event (of the coming fair, for
        WORKING_DAYS_BEFORE). Only counts of working days can be provisional. Where a term is a
        threshold, "more than" (超过) is met by a day after the due date and "reached" (达到) by
        the due date itself.
        """
        if self.unit is _WORKING_DAYS:
            return calendar.add_working_days(after, self.amount)
        if self.unit is Unit.WORKING_DAYS_BEFORE:
            return calendar.previous_working_day(after, self.amount)
        if self.unit is Unit.ABOUT_MONTHS:
            return DueDate(self.window(after).closes)
        if self.unit is Unit.MONTHS:
            return DueDate(add_months(after, self.amount))
        return DueDate(after + timedelta(days=self.amount))

    def window(self, after: date) -> Window:
        """Return the window of a term of about N months; ``ValueError`` for any other."""
        if self.unit is not Unit.ABOUT_MONTHS:
            raise ValueError(f"{self.key}: a term in {self.unit} has no window")
        nominal = add_months(after, self.amount)
        margin = timedelta(days=self.window_days)
        return Window(nominal - margin, nominal, nominal + margin)

    def describe(self) -> str:
        """Say the term in Chinese, as a notice shows it: 5个工作日内."""
        match self.unit:
            case Unit.WORKING_DAYS:
                return f"{self.amount}个工作日内"
            case Unit.WORKING_DAYS_BEFORE:
                return f"前{self.amount}个工作日"
            case Unit.CALENDAR_DAYS:
                return f"{self.amount}日内"
            case Unit.MONTHS:
                return f"{self.amount}个月"
            case Unit.ABOUT_MONTHS:
                return f"{self.amount}个月左右（前后{self.window_days}日）"
            case Unit.SAME_DAY:
                return "当天"


class Count(Number):
    """A number of times, things or years that must be reached."""

    amount: int = Field(ge=0)
    of: str
    """What is counted, in Chinese."""

    def reached(self, n: float) -> bool:
        """Tell whether ``n`` is enough (含以上: the number itself counts)."""
        return n >= self.amount


class Rhythm(Number):
    """A calendar period in each of which something is due."""

    every: Every

    def period(self, day: date) -> tuple[date, date]:
        """Return the first and the last day of the period that holds ``day``."""
        if self.every is Every.DAY:
            return day, day
        months = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[self.every]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return first, add_months(first, months) - timedelta(days=1)

    def periods(self, after: date, until: date) -> Iterator[tuple[date, date]]:
        """Yield the first and the last day of each period that begins after one day and by another."""
        first, last = self.period(after)
        while (first := last + timedelta(days=1)) <= until:
            _, last = self.period(first)
            yield first, last

    def describe(self) -> str:
        """Say the rhythm in Chinese, as a notice shows it: 每个季度至少一次."""
        return {
            Every.DAY: "每日一次",
            Every.MONTH: "每月至少一次",
            Every.QUARTER: "每个季度至少一次",
            Every.YEAR: "每年至少一次",
        }[self.every]
