"""What will happen when: a diary of actions, worked off in the order of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from heapq import heappop, heappush

from ...domain.calendar import SHANGHAI, WorkingDayCalendar
from .chance import Chance
from .desk import SetClock

Action = Callable[[], None]


class Diary:
    """Holds actions until their moment comes, and sets the clock to it."""

    def __init__(self, clock: SetClock, calendar: WorkingDayCalendar, chance: Chance) -> None:
        self.clock = clock
        self.calendar = calendar
        self._chance = chance
        self._entries: list[tuple[datetime, int, Action]] = []
        self._written = 0

    def at(self, moment: datetime, action: Action) -> None:
        """Enter an action; of two at one moment, the one entered first comes first."""
        self._written += 1
        heappush(self._entries, (moment, self._written, action))

    def on(self, day: date, action: Action) -> None:
        """Enter an action for some time in the office hours of a day."""
        self.at(self.office_hour(day), action)

    def soon(self, working_days: int, action: Action) -> None:
        """Enter an action so many working days from now; 0 is later today, if the office is still open."""
        self.at(self._moment(working_days), action)

    def work_off(self, until: datetime) -> None:
        """Carry out what is entered up to a moment, each at its own time; drop the rest."""
        while self._entries and self._entries[0][0] <= until:
            moment, _, action = heappop(self._entries)
            self.clock.now = max(moment, self.clock.now)
            action()

    def office_hour(self, day: date) -> datetime:
        """Return some moment between nine and half past five of a day."""
        opening = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
        return opening + timedelta(seconds=self._chance.whole(0, 8 * 3600 + 1800))

    def _moment(self, working_days: int) -> datetime:
        now = self.clock.now
        if working_days == 0 and self.calendar.is_working_day(now.date()) and 9 <= now.hour < 16:
            return now + timedelta(seconds=self._chance.whole(900, 5400))
        day = self.calendar.add_working_days(now.date(), max(working_days, 1)).day
        return self.office_hour(day)

    def working_days(self, first: date, last: date) -> list[date]:
        """Return the working days from `first` to `last`, both included."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [day for day in days if self.calendar.is_working_day(day)]
