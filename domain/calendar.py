"""Working days, months and the Shanghai day.

The State Council announces the next year's public holidays and make-up working weekends
(调休) around November. ``chinesecalendar`` holds these notices; a year without one is counted
with plain weekends and every date that rests on it is marked *provisional* until a year is
loaded. A past December can still move: a notice for the coming year may turn a weekend of this
one into a working day, so a notice that does so is loaded with this year as well.

Nothing here reads a file or a clock: a parser takes lines, and moments are passed in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar
from dateutil.relativedelta import relativedelta

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
"""The zone in which every date of the regulation is read (当天: the same Shanghai date)."""

_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_NOTICE_HOLIDAYS: Final[Mapping[date, str]] = chinese_calendar.holidays
_NOTICE_WORKDAYS: Final[Mapping[date, str]] = chinese_calendar.workdays
_NOTICE_YEARS: Final = range(min(_NOTICE_HOLIDAYS).year, max(_NOTICE_HOLIDAYS).year + 1)
_NOTICE_VERSION: Final[str] = chinese_calendar.__version__
# Holidays on these dates are fixed by statute since 2000 (全国年节及纪念日放假办法).
_STATUTORY: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
_PROBLEMS_SHOWN: Final = 20


def shanghai_day(moment: datetime) -> date:
    """Return the date in Shanghai at an aware ``moment``; ``ValueError`` if it is naive."""
    if moment.tzinfo is None:
        raise ValueError(f"the moment {moment.isoformat()} has no time zone")
    return moment.astimezone(SHANGHAI).date()


def zh_date(day: date) -> str:
    """Return a date as official papers write it: 2026年11月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of ``day`` in Shanghai and that of the next day (exclusive)."""
    following = day + _ONE_DAY
    return (
        datetime(day.year, day.month, day.day, tzinfo=SHANGHAI),
        datetime(following.year, following.month, following.day, tzinfo=SHANGHAI),
    )


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` calendar months on, or that month's last day if shorter."""
    moved: date = day + relativedelta(months=months)
    return moved


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day that was counted to, and whether the count may still change.

    ``provisional`` is true when a day that was counted lies in a year without a notice.
    """

    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkdayYear:
    """How one year differs from plain weekends, as its State Council notice says.

    Raises ``ValueError`` for a date outside the year, a weekend among the weekdays off, or a
    weekday among the working weekends.
    """

    year: int
    non_working_weekdays: frozenset[date]
    working_weekends: frozenset[date]

    def __post_init__(self) -> None:
        """Refuse dates that cannot be what they are said to be."""
        wrong = [
            *(
                f"{day} is no weekday of {self.year}"
                for day in sorted(self.non_working_weekdays)
                if day.year != self.year or day.weekday() >= _SATURDAY
            ),
            *(
                f"{day} is no weekend day of {self.year}"
                for day in sorted(self.working_weekends)
                if day.year != self.year or day.weekday() < _SATURDAY
            ),
        ]
        if wrong:
            raise ValueError("; ".join(wrong))

    def is_working_day(self, day: date) -> bool:
        """Tell whether ``day``, a day of this year, is worked."""
        if day.weekday() >= _SATURDAY:
            return day in self.working_weekends
        return day not in self.non_working_weekdays

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that stand for the year's content."""
        days = sorted(self.non_working_weekdays | self.working_weekends)
        return sha256(",".join(day.isoformat() for day in days).encode()).hexdigest()[:8]


class CalendarFileError(ValueError):
    """A calendar file that cannot be used; ``problems`` names each line and what is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        shown = self.problems[:_PROBLEMS_SHOWN]
        hidden = len(self.problems) - len(shown)
        more = f"; and {hidden} more" if hidden else ""
        super().__init__(f"calendar file refused: {'; '.join(shown)}{more}")


@dataclass(frozen=True, slots=True)
class _Table:
    """One year prepared for counting."""

    first: int  # ordinal of 1 January
    settled: bool
    dues: tuple[DueDate, ...]  # the year's working days, in order
    rank: tuple[int, ...]  # by day of the year: working days up to and including it


@dataclass(frozen=True, slots=True, eq=False)
class WorkingDayCalendar:
    """The working days of mainland China; an immutable value, equal by ``version``.

    ``WorkingDayCalendar()`` knows the years of ``chinesecalendar``; ``with_year`` and
    ``with_years`` return a calendar that knows more, or knows a year better. Every ``day`` is a
    plain date in Shanghai: a ``datetime`` is refused with ``TypeError``, because its date
    depends on a zone (use ``shanghai_day``).
    """

    loaded: tuple[WorkdayYear, ...] = ()
    version: str = field(init=False)
    _tables: dict[int, _Table] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Order what was loaded and name the data that the calendar counts with."""
        years = [entry.year for entry in self.loaded]
        if len(set(years)) != len(years):
            raise ValueError(f"a year is loaded twice: {sorted(years)}")
        loaded = tuple(sorted(self.loaded, key=lambda entry: entry.year))
        notices = f"{_NOTICE_YEARS.start}–{_NOTICE_YEARS.stop - 1}"  # en dash
        name = f"chinesecalendar {_NOTICE_VERSION} ({notices})"
        name += "".join(f"+{entry.year} loaded {entry.digest}" for entry in loaded)
        object.__setattr__(self, "loaded", loaded)
        object.__setattr__(self, "version", name)

    def __eq__(self, other: object) -> bool:
        """Compare by version: the same data count the same."""
        if not isinstance(other, WorkingDayCalendar):
            return NotImplemented
        return self.version == other.version

    def __hash__(self) -> int:
        """Hash by version."""
        return hash(self.version)

    @property
    def known_years(self) -> frozenset[int]:
        """The years that rest on a notice or on a loaded file."""
        return frozenset(_NOTICE_YEARS).union(entry.year for entry in self.loaded)

    def with_year(
        self, year: int, non_working_weekdays: Iterable[date], working_weekends: Iterable[date]
    ) -> WorkingDayCalendar:
        """Return this calendar with ``year`` known from its two lists of exceptions.

        The lists are complete: a day in neither is worked from Monday to Friday. A year that is
        known already is replaced, as when a notice is amended. ``ValueError`` as `WorkdayYear`.
        """
        loaded = WorkdayYear(year, frozenset(non_working_weekdays), frozenset(working_weekends))
        return self.with_years((loaded,))

    def with_years(self, years: Iterable[WorkdayYear]) -> WorkingDayCalendar:
        """Return this calendar with ``years`` added, in place of what it knew of them."""
        added = tuple(years)
        replaced = {entry.year for entry in added}
        kept = tuple(entry for entry in self.loaded if entry.year not in replaced)
        return WorkingDayCalendar(kept + added)

    def is_working_day(self, day: date) -> bool:
        """Tell whether ``day`` is worked; by plain weekends in an unknown year."""
        table = self._table_of(day)
        index = day.toordinal() - table.first
        return table.rank[index] > (table.rank[index - 1] if index else 0)

    def is_provisional(self, day: date) -> bool:
        """Tell whether ``day`` lies in a year without a notice."""
        return not self._table_of(day).settled

    def add_working_days(self, day: date, n: int) -> DueDate:
        """Return the ``n``-th working day after ``day`` (n个工作日内: due on it).

        ``day`` itself is not counted, so that from a non-working day the first working day after
        it is day 1; ``n=0`` gives ``day`` itself. ``ValueError`` if ``n`` is negative.
        """
        table = self._tables.get(day.year)
        if table is None or isinstance(day, datetime):
            table = self._table_of(day)
        if n <= 0:
            return _no_days(day, n)
        index = table.rank[day.toordinal() - table.first] + n - 1
        if index < len(table.dues):
            return table.dues[index]
        provisional = not table.settled and (day.month, day.day) != (12, 31)
        year = day.year
        while index >= len(table.dues):
            index -= len(table.dues)
            year += 1
            table = self._table(year)
            provisional = provisional or not table.settled
        return DueDate(table.dues[index].day, provisional)

    def previous_working_day(self, day: date, n: int) -> DueDate:
        """Return the ``n``-th working day before ``day`` (前n个工作日, Art. 43 (2)).

        ``day`` itself is not counted; ``n=0`` gives it. ``ValueError`` if ``n`` is negative.
        """
        table = self._table_of(day)
        if n <= 0:
            return _no_days(day, n)
        offset = day.toordinal() - table.first
        index = (table.rank[offset - 1] if offset else 0) - n
        if index >= 0:
            return table.dues[index]
        provisional = not table.settled and offset > 0
        year = day.year
        while index < 0:
            year -= 1
            table = self._table(year)
            index += len(table.dues)
            provisional = provisional or not table.settled
        return DueDate(table.dues[index].day, provisional)

    def working_days_between(self, a: date, b: date) -> int:
        """Count the working days after ``a`` up to and including ``b``; negative if b < a.

        ``working_days_between(day, add_working_days(day, n).day) == n`` for every n ≥ 0.
        """
        first, last = self._table_of(a), self._table_of(b)
        between = last.rank[b.toordinal() - last.first] - first.rank[a.toordinal() - first.first]
        low, high = sorted((a.year, b.year))
        whole = sum(len(self._table(year).dues) for year in range(low, high))
        return between + whole if a.year <= b.year else between - whole

    def _table_of(self, day: date) -> _Table:
        if isinstance(day, datetime):
            raise TypeError(f"a date is needed, not the moment {day!r}; use shanghai_day()")
        return self._table(day.year)

    def _table(self, year: int) -> _Table:
        # Filled on first use: a cache of what the value already determines, so that two threads
        # may at worst build the same table twice.
        table = self._tables.get(year)
        if table is None:
            table = self._tables[year] = self._build(year)
        return table

    def _build(self, year: int) -> _Table:
        entry = next((entry for entry in self.loaded if entry.year == year), None)
        if entry is None:
            entry = _announced(year)
        settled = entry is not None
        entry = entry or WorkdayYear(year, frozenset(), frozenset())
        dues: list[DueDate] = []
        rank: list[int] = []
        for day in _days_of(year):
            if entry.is_working_day(day):
                dues.append(DueDate(day, not settled))
            rank.append(len(dues))
        return _Table(date(year, 1, 1).toordinal(), settled, tuple(dues), tuple(rank))


def parse_workdays(lines: Iterable[str]) -> tuple[WorkdayYear, ...]:
    """Read the years of a calendar file: CSV lines ``date,is_workday[,name]`` after a header.

    ``date`` is YYYY-MM-DD, ``is_workday`` 0 or 1, ``name`` anything. Every year that occurs must
    be complete, each day once. Raises `CalendarFileError`, which lists every bad line.
    """
    reader = csv.reader(lines)
    problems: list[str] = []
    found: dict[date, bool] = {}
    header = [cell.strip().lstrip("\ufeff") for cell in next(reader, [])]
    if header not in (["date", "is_workday"], ["date", "is_workday", "name"]):
        problems.append(f"line 1: the header must be date,is_workday[,name], not {header}")
        raise CalendarFileError(problems)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            try:
                day, worked = _read_row(row, len(header))
                if day in found:
                    raise ValueError(f"{day} occurs a second time")
                found[day] = worked
            except ValueError as error:
                problems.append(f"line {reader.line_num}: {error}")
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: not readable as CSV ({error})")
    if not found and not problems:
        problems.append("no days in the file")
    years = sorted({day.year for day in found})
    for year in years:
        problems.extend(_gaps(year, found))
    if problems:
        raise CalendarFileError(problems)
    return tuple(_exceptions(year, found) for year in years)


def _no_days(day: date, n: int) -> DueDate:
    if n < 0:
        raise ValueError(f"the number of working days must not be negative: {n}")
    return DueDate(day)


def _announced(year: int) -> WorkdayYear | None:
    if year not in _NOTICE_YEARS:
        return None
    # The sets themselves, not chinese_calendar.is_workday(), which searches its whole range for
    # the first and last year at every call.
    return WorkdayYear(
        year,
        frozenset(d for d in _NOTICE_HOLIDAYS if d.year == year and d.weekday() < _SATURDAY),
        frozenset(d for d in _NOTICE_WORKDAYS if d.year == year and d.weekday() >= _SATURDAY),
    )


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1).toordinal()
    return map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))


def _read_row(row: list[str], columns: int) -> tuple[date, bool]:
    if not 2 <= len(row) <= columns:
        raise ValueError(f"{len(row)} columns, expected {columns}")
    text, flag = row[0].strip(), row[1].strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(f"{text!r} is not a date (YYYY-MM-DD)")
    if flag not in ("0", "1"):
        raise ValueError(f"is_workday must be 0 or 1, not {flag!r}")
    worked = flag == "1"
    if worked and (day.month, day.day) in _STATUTORY:
        raise ValueError(f"{day} is a public holiday by statute and cannot be a working day")
    return day, worked


def _gaps(year: int, found: Mapping[date, bool]) -> Iterator[str]:
    missing = [day for day in _days_of(year) if day not in found]
    if missing:
        few = ", ".join(day.isoformat() for day in missing[:3])
        more = ", …" if len(missing) > 3 else ""
        yield f"{year} is incomplete: {len(missing)} days missing ({few}{more})"


def _exceptions(year: int, found: Mapping[date, bool]) -> WorkdayYear:
    days = tuple(_days_of(year))
    return WorkdayYear(
        year,
        frozenset(d for d in days if d.weekday() < _SATURDAY and not found[d]),
        frozenset(d for d in days if d.weekday() >= _SATURDAY and found[d]),
    )
