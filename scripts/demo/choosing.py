"""To whom an incident happens: whoever fits on the day, so that it never meets an empty stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .city import Office
from .course import Course
from .employers import Employer

if TYPE_CHECKING:
    from .month import Month

T = TypeVar("T")


class NothingFits(LookupError):
    """Nobody to whom it could happen today: it happens some days later."""


def happen(month: Month, incident: Callable[[Month], None]) -> None:
    """Let an incident happen, or put it off to the next working day."""
    try:
        incident(month)
    except NothingFits:
        month.diary.soon(1, partial(happen, month, incident))


def has_good_papers(month: Month, employer: Employer) -> bool:
    """Say whether an employer is registered and its papers hold today."""
    return employer.registered_on < month.clock.today and employer.has_papers_on(month.clock.today)


def first(found: Iterator[T]) -> T:
    """Return the first one found. Raises NothingFits."""
    for one in found:
        return one
    raise NothingFits


def public_course(month: Month, below: Office | None = None) -> Course:
    """Return a public vacancy whose employer's papers are good, perhaps one of an agency below another."""
    return first(
        course
        for course in reversed(month.courses)
        if course.stage == "public"
        and not course.is_over
        and has_good_papers(month, course.employer)
        and (below is None or course.employer.office is not below)
    )


def employer_with_public_vacancies(month: Month) -> Employer:
    """Return the employer with good papers and the most vacancies that stay public for a week.

    Each is returned once: troubles with papers do not meet.
    """
    week = month.clock.today + timedelta(days=7)
    count = Counter(
        course.employer.credit_code
        for course in month.courses
        if course.stage == "public" and course.valid_until is not None and course.valid_until > week
    )
    chosen = [
        employer
        for employer in month.employers
        if count[employer.credit_code]
        and not employer.had_trouble
        and has_good_papers(month, employer)
    ]
    if not chosen:
        raise NothingFits
    employer = max(chosen, key=lambda employer: count[employer.credit_code])
    employer.had_trouble = True
    return employer
