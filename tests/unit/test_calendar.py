"""Working days, months and the Shanghai day."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.domain.calendar import (
    SHANGHAI,
    CalendarFileError,
    DueDate,
    WorkdayYear,
    WorkingDayCalendar,
    add_months,
    day_bounds,
    parse_workdays,
    shanghai_day,
)

REFERENCE = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "reference" / "workdays_2018_2026.csv"
)
CALENDAR = WorkingDayCalendar()
LAST_KNOWN = max(CALENDAR.known_years)
UNKNOWN = LAST_KNOWN + 1

days = st.dates(date(2003, 1, 1), date(LAST_KNOWN + 3, 12, 31))
counts = st.integers(0, 600)


def lines_of(year: int, off: tuple[date, ...] = (), on: tuple[date, ...] = ()) -> list[str]:
    """Write a calendar file of one year, with the statutory holidays off."""
    statutory = {date(year, 1, 1), date(year, 5, 1), *(date(year, 10, d) for d in (1, 2, 3))}
    lines = ["date,is_workday,name"]
    day = date(year, 1, 1)
    while day.year == year:
        worked = day in on or (day.weekday() < 5 and day not in statutory and day not in off)
        lines.append(f"{day},{int(worked)},{'' if worked else '休'}")
        day += timedelta(days=1)
    return lines


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2025, 3, 3), 5, date(2025, 3, 10)),  # Monday to Monday, a plain week
        (date(2025, 3, 7), 1, date(2025, 3, 10)),  # over a weekend
        (date(2025, 3, 8), 1, date(2025, 3, 10)),  # from a Saturday: Monday is day 1
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # over National Day, 1 to 8 October
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # Saturday 11 October is made up
        (date(2025, 10, 4), 1, date(2025, 10, 9)),  # from inside the holiday
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # year end: Sunday 4 January is made up
        (date(2024, 2, 8), 2, date(2024, 2, 18)),  # Friday the 9th was worked, Sunday the 18th too
        (date(2025, 3, 8), 0, date(2025, 3, 8)),  # none: the day itself, worked or not
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, n: int, due: date) -> None:
    assert CALENDAR.add_working_days(start, n) == DueDate(due, provisional=False)


@pytest.mark.parametrize(
    ("day", "n", "before"),
    [
        (date(2025, 10, 9), 3, date(2025, 9, 28)),  # Sunday 28 September is made up
        (date(2025, 10, 5), 1, date(2025, 9, 30)),  # from a holiday
        (date(2026, 1, 4), 1, date(2025, 12, 31)),  # into the year before
        (date(2026, 1, 1), 1, date(2025, 12, 31)),  # from the first day of a year
        (date(2025, 3, 8), 0, date(2025, 3, 8)),
    ],
)
def test_working_days_are_counted_back_from_the_day_before(day: date, n: int, before: date) -> None:
    assert CALENDAR.previous_working_day(day, n) == DueDate(before, provisional=False)


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2025, 3, 3), -1)
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.previous_working_day(date(2025, 3, 3), -1)


def test_a_moment_is_no_day() -> None:
    moment = datetime(2025, 3, 3, 20, tzinfo=UTC)
    for ask in (CALENDAR.is_working_day, CALENDAR.is_provisional):
        with pytest.raises(TypeError, match="shanghai_day"):
            ask(moment)
    for warm in (False, True):
        calendar = WorkingDayCalendar()
        if warm:
            calendar.is_working_day(moment.date())
        for count in (calendar.add_working_days, calendar.previous_working_day):
            with pytest.raises(TypeError, match="shanghai_day"):
                count(moment, 1)


@given(days, counts)
def test_the_nth_day_is_a_working_day_and_the_nth(day: date, n: int) -> None:
    due = CALENDAR.add_working_days(day, n).day
    between = [day + timedelta(days=i) for i in range(1, (due - day).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == n
    assert n == 0 or CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(day, due) == n
    assert CALENDAR.working_days_between(due, day) == -n


@given(days, counts)
def test_counting_back_counts_the_days_before(day: date, n: int) -> None:
    before = CALENDAR.previous_working_day(day, n).day
    between = [before + timedelta(days=i) for i in range((day - before).days)]
    assert sum(map(CALENDAR.is_working_day, between)) == n
    assert n == 0 or CALENDAR.is_working_day(before)


@given(days, counts)
def test_a_count_is_provisional_if_a_counted_day_is(day: date, n: int) -> None:
    due = CALENDAR.add_working_days(day, n)
    counted = [day + timedelta(days=i) for i in range(1, (due.day - day).days + 1)]
    assert due.provisional == any(map(CALENDAR.is_provisional, counted))
    before = CALENDAR.previous_working_day(day, n)
    counted = [before.day + timedelta(days=i) for i in range((day - before.day).days)]
    assert before.provisional == any(map(CALENDAR.is_provisional, counted))


@given(days, days, days)
def test_counts_between_days_add_up(a: date, b: date, c: date) -> None:
    between = CALENDAR.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


def test_a_year_without_a_notice_has_plain_weekends_and_is_provisional() -> None:
    new_year = date(UNKNOWN, 1, 1)
    assert CALENDAR.is_provisional(new_year)
    assert CALENDAR.is_working_day(new_year) == (new_year.weekday() < 5)
    over = CALENDAR.add_working_days(date(LAST_KNOWN, 12, 28), 10)
    assert over.day.year == UNKNOWN
    assert over.provisional
    assert not CALENDAR.add_working_days(date(LAST_KNOWN, 12, 28), 1).provisional


def test_a_loaded_year_settles_what_was_provisional() -> None:
    spring = tuple(date(2027, 2, d) for d in (5, 8, 9, 10, 11, 12))
    settled = CALENDAR.with_years(
        parse_workdays(lines_of(2027, off=spring, on=(date(2027, 1, 31), date(2027, 2, 14))))
    )
    before = CALENDAR.add_working_days(date(2027, 2, 4), 1)
    after = settled.add_working_days(date(2027, 2, 4), 1)
    assert before == DueDate(date(2027, 2, 5), provisional=True)
    assert after == DueDate(date(2027, 2, 14), provisional=False)
    assert settled.add_working_days(date(2026, 12, 31), 1) == DueDate(date(2027, 1, 4))
    assert CALENDAR.is_provisional(date(2027, 2, 4))  # the first calendar is as it was


def test_a_known_year_can_be_replaced_when_its_notice_is_amended() -> None:
    day = date(2026, 12, 31)
    amended = CALENDAR.with_year(2026, [day], [])
    assert CALENDAR.is_working_day(day)
    assert not amended.is_working_day(day)
    assert amended.with_year(2026, [], []).is_working_day(day)


def test_a_calendar_is_named_by_its_data() -> None:
    one = CALENDAR.with_year(2027, [date(2027, 1, 1)], [])
    other = CALENDAR.with_year(2027, [date(2027, 2, 8)], [])
    assert CALENDAR.version.startswith("chinesecalendar ")
    assert f"2004–{LAST_KNOWN}" in CALENDAR.version
    assert "+2027 loaded" in one.version
    assert len({CALENDAR, WorkingDayCalendar(), one, other}) == 3
    assert one == CALENDAR.with_year(2027, [date(2027, 1, 1)], [])
    twice = one.with_year(2028, [], [])
    assert twice == CALENDAR.with_year(2028, [], []).with_year(2027, [date(2027, 1, 1)], [])
    assert twice.known_years - CALENDAR.known_years == {2027, 2028}
    assert CALENDAR != "chinesecalendar"


@pytest.mark.parametrize(
    ("off", "on"),
    [
        ([date(2026, 1, 1)], []),  # another year
        ([date(2027, 1, 2)], []),  # a Saturday is off anyway
        ([], [date(2027, 1, 1)]),  # a Friday is worked anyway
    ],
)
def test_impossible_exceptions_are_refused(off: list[date], on: list[date]) -> None:
    with pytest.raises(ValueError, match="is no week"):
        CALENDAR.with_year(2027, off, on)


def test_a_year_cannot_be_loaded_twice_at_once() -> None:
    entry = WorkdayYear(2027, frozenset(), frozenset())
    with pytest.raises(ValueError, match="twice"):
        WorkingDayCalendar((entry, entry))


def test_a_calendar_file_is_refused_with_every_bad_line_named() -> None:
    lines = lines_of(2027)
    lines[5] = "2027-13-01,1,"
    lines[6] = "2027-01-06,yes,"
    lines[7] = "2027-01-07"
    lines[9] = lines[8]
    lines[121] = "2027-05-01,1,"
    with pytest.raises(CalendarFileError) as refused:
        parse_workdays(lines)
    problems = refused.value.problems
    assert [problem.partition(":")[0] for problem in problems[:-1]] == [
        f"line {n}" for n in (6, 7, 8, 10, 122)
    ]
    assert "'2027-13-01' is not a date" in problems[0]
    assert "0 or 1, not 'yes'" in problems[1]
    assert "1 columns" in problems[2]
    assert "second time" in problems[3]
    assert "by statute" in problems[4]
    assert "2027 is incomplete: 5 days missing (2027-01-05, 2027-01-06, 2027-01-07, …)" in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "header"),
        (["day,work"], "header"),
        (["date,is_workday"], "no days"),
        (["date,is_workday", "2027-01-01,0,元旦"], "3 columns"),
        (["date,is_workday", "20270101,0"], "not a date"),
        (["date,is_workday,name", "2027-01-01,0," + "x" * 200_000], "not readable"),
    ],
)
def test_what_is_no_calendar_file_is_refused(lines: list[str], why: str) -> None:
    with pytest.raises(CalendarFileError, match=why):
        parse_workdays(lines)


def test_a_long_list_of_problems_is_cut_in_the_message_only() -> None:
    lines = ["date,is_workday", *("nonsense,0" for _ in range(30))]
    with pytest.raises(CalendarFileError, match="and 10 more") as refused:
        parse_workdays(lines)
    assert len(refused.value.problems) == 30


def test_a_file_of_several_years_may_have_a_byte_order_mark_and_blank_lines() -> None:
    lines = [*lines_of(2028), "", *lines_of(2027)[1:]]
    lines[0] = "\ufeff" + lines[0]
    assert [entry.year for entry in parse_workdays(lines)] == [2027, 2028]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data are not beside the project")
def test_every_day_agrees_with_the_reference() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        reference = {
            date.fromisoformat(row["date"]): row["is_workday"] == "1"
            for row in csv.DictReader(lines)
        }
    assert len(reference) == 3287
    assert [
        day for day, worked in reference.items() if CALENDAR.is_working_day(day) != worked
    ] == []


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data are not beside the project")
def test_the_reference_loads_as_a_calendar_file() -> None:
    years = parse_workdays(REFERENCE.read_text(encoding="utf-8").splitlines())
    loaded = CALENDAR.with_years(years)
    assert [entry.year for entry in years] == list(range(2018, 2027))
    day = date(2018, 1, 1)
    while day.year < 2027:
        assert loaded.is_working_day(day) == CALENDAR.is_working_day(day), day
        day += timedelta(days=1)


def test_every_known_day_agrees_with_another_source() -> None:
    # Saturday 31 December 2005 was worked for New Year 2006, which chinesecalendar lacks: a notice
    # may reach back into December. The regulation began in 2018: no due date rests on that day.
    other = holidays.country_holidays("CN", years=sorted(CALENDAR.known_years))
    known_years = range(min(CALENDAR.known_years), LAST_KNOWN + 1)
    differing = [
        day
        for year in known_years
        for day in (date(year, 1, 1) + timedelta(days=i) for i in range(365))
        if CALENDAR.is_working_day(day) != other.is_working_day(day)
    ]
    assert differing == [date(2005, 12, 31)]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 15), 1, date(2025, 2, 15)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_the_day_of_a_moment_is_the_day_in_shanghai() -> None:
    assert shanghai_day(datetime(2025, 3, 3, 15, 59, 59, tzinfo=UTC)) == date(2025, 3, 3)
    assert shanghai_day(datetime(2025, 3, 3, 16, tzinfo=UTC)) == date(2025, 3, 4)
    with pytest.raises(ValueError, match="no time zone"):
        shanghai_day(datetime(2025, 3, 3, tzinfo=UTC).replace(tzinfo=None))


@given(days)
def test_a_day_holds_its_moments_and_no_other(day: date) -> None:
    start, end = day_bounds(day)
    assert (end - start) == timedelta(days=1)
    assert start.tzinfo is SHANGHAI
    assert shanghai_day(start) == day
    assert shanghai_day(end.astimezone(UTC) - timedelta(microseconds=1)) == day
    assert shanghai_day(end) == day + timedelta(days=1)
