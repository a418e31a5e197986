"""The check (核查) of one vacancy against Articles 35, 38, 39 and 41: pure, one function a rule.

A function yields what is wrong under its rule and nothing else; who is told, and for the
how-manieth time, is `build`'s. The query that finds the vacancies worth checking among a million
mirrors these conditions: whoever adds one here adds it there, and a test compares the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ...domain.calendar import WorkingDayCalendar
from ...domain.employer.content import Item, WordingFinding
from ...domain.employer.papers import Channel
from ...domain.employer.vacancy import VacancyStatus
from ...domain.regulation import Edition
from ...domain.screening import Severity, screen
from .facts import EmployerRow, VacancyRow
from .model import Kind

RULE_ORDER = ("35", "38.1", "38.2", "38.3", "39.1", "39.2", "41")
"""The rules of the check, in the order of the articles."""

STATED_BY_VACANCY = tuple(item for item in Item if item is not Item.EMPLOYER_BASICS)
"""The items of Article 38 by the bits of `VacancyRow.missing`."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong with one vacancy under one rule. `key` tells two such problems apart."""

    rule: str
    key: str
    kind: Kind
    on: date | None = None
    done_on: date | None = None
    item: str | None = None
    finding: WordingFinding | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """On which day, and by which edition and calendar, a vacancy is judged."""

    day: date
    edition: Edition
    calendar: WorkingDayCalendar

    def archive_due(self, ended_on: date) -> date:
        """Return the last day in time for the archive of a vacancy that ended on `ended_on`."""
        return self.edition.vacancy_archive.due(ended_on, self.calendar).day

    def archive_overdue_since(self) -> date:
        """Return the last ending day whose archive is overdue. A later due date never comes first."""
        ended_on = self.day
        while self.archive_due(ended_on) >= self.day:
            ended_on -= _ONE_DAY
        return ended_on


Check = Callable[[VacancyRow, EmployerRow | None, Judged], Iterator[Found]]


def check_vacancy(
    vacancy: VacancyRow,
    employer: EmployerRow | None,
    day: date,
    edition: Edition,
    calendar: WorkingDayCalendar,
) -> list[Found]:
    """Check one vacancy as it stands at the end of `day`; an empty list means that it passes.

    `vacancy.findings` must come from today's screening (see `screened_again`). `employer` None means
    that the employer's ledger is not known, so that none of its papers can be.
    """
    judged = Judged(day, edition, calendar)
    return [found for check in CHECKS for found in check(vacancy, employer, judged)]


def is_public(vacancy: VacancyRow) -> bool:
    """Say whether anybody can read it now."""
    return vacancy.status == VacancyStatus.PUBLISHED


def papers(vacancy: VacancyRow, employer: EmployerRow | None, judged: Judged) -> Iterator[Found]:
    """Find a public vacancy whose employer is not registered, or whose licence or agent is not valid.

    Rule 35.
    """
    if not is_public(vacancy):
        return
    if employer is None or employer.registered_on is None:
        yield Found("35", "registration", Kind.NOT_REGISTERED)
    if employer is None or employer.licence_valid_from is None:
        yield Found("35", "licence", Kind.LICENCE_MISSING)
    elif employer.licence_valid_until is not None and employer.licence_valid_until < judged.day:
        yield Found("35", "licence", Kind.LICENCE_EXPIRED, on=employer.licence_valid_until)
    if employer is None or employer.agent_valid_until is None:
        yield Found("35", "agent", Kind.AGENT_MISSING)
    elif employer.agent_valid_until < judged.day:
        yield Found("35", "agent", Kind.AGENT_EXPIRED, on=employer.agent_valid_until)


def review(vacancy: VacancyRow, _: EmployerRow | None, __: Judged) -> Iterator[Found]:
    """Find a public vacancy that was not reviewed, or was by the one who submitted it.

    Rule 38.1.
    """
    if not is_public(vacancy):
        return
    if vacancy.reviewed_on is None or vacancy.review_outcome is None:
        yield Found("38.1", "review", Kind.UNREVIEWED)
    elif vacancy.reviewed_by is not None and vacancy.reviewed_by == vacancy.submitted_by:
        yield Found("38.1", "reviewer", Kind.SELF_REVIEWED)


def items(vacancy: VacancyRow, employer: EmployerRow | None, _: Judged) -> Iterator[Found]:
    """Find what a public vacancy does not state; each missing item is a problem of its own.

    Rule 38.2.
    """
    if not is_public(vacancy):
        return
    if employer is None or not employer.basics_stated:
        yield Found("38.2", Item.EMPLOYER_BASICS, Kind.ITEM_MISSING, item=Item.EMPLOYER_BASICS)
    for bit, item in enumerate(STATED_BY_VACANCY):
        if vacancy.missing >> bit & 1:
            yield Found("38.2", item, Kind.ITEM_MISSING, item=item)


def wording(vacancy: VacancyRow, _: EmployerRow | None, __: Judged) -> Iterator[Found]:
    """Find discriminatory wording that is public, also where the reviewer thought it harmless.

    Rule 38.3.
    """
    if not is_public(vacancy):
        return
    seen: Counter[str] = Counter()
    for finding in vacancy.findings:
        if finding.severity is Severity.VIOLATION:
            # Not the offsets: the same words moved by an edit elsewhere are the same problem.
            key = f"{finding.field}/{finding.category}/{finding.text}"
            seen[key] += 1
            key = key if seen[key] == 1 else f"{key}/{seen[key]}"
            yield Found("38.3", key, Kind.WORDING, finding=finding)


def promptness(vacancy: VacancyRow, _: EmployerRow | None, judged: Judged) -> Iterator[Found]:
    """Find a review or publication that came late, and what is public though it was returned.

    What was late is told in the notice of the day on which it was recorded, and only there.

    Rule 39.1.
    """
    if is_public(vacancy) and vacancy.review_outcome == VacancyStatus.RETURNED:
        yield Found("39.1", "returned", Kind.PUBLISHED_THOUGH_RETURNED, on=vacancy.reviewed_on)
    submitted, reviewed, published = vacancy.submitted_on, vacancy.reviewed_on, vacancy.published_on
    if submitted and reviewed and vacancy.topics & {"vacancy.passed", "vacancy.returned"}:
        due = judged.edition.vacancy_review.due(submitted, judged.calendar).day
        if reviewed > due:
            yield Found("39.1", "review", Kind.REVIEWED_LATE, on=due, done_on=reviewed)
    if reviewed and published and "vacancy.published" in vacancy.topics:
        due = judged.edition.vacancy_publication.due(reviewed, judged.calendar).day
        if published > due and vacancy.review_outcome == VacancyStatus.PASSED:
            yield Found("39.1", "publication", Kind.PUBLISHED_LATE, on=due, done_on=published)


def publisher(vacancy: VacancyRow, _: EmployerRow | None, __: Judged) -> Iterator[Found]:
    """Find an online vacancy without a publisher whose real name is verified.

    Rule 39.2.
    """
    if is_public(vacancy) and vacancy.channel == Channel.ONLINE and vacancy.publisher_id is None:
        yield Found("39.2", "publisher", Kind.PUBLISHER_UNVERIFIED)


def archive(vacancy: VacancyRow, _: EmployerRow | None, judged: Judged) -> Iterator[Found]:
    """Find what has lapsed or was withdrawn, and was not archived in time.

    Rule 41.
    """
    ended_on = None
    if vacancy.status in (VacancyStatus.PUBLISHED, VacancyStatus.LAPSED):
        # Time runs from the last valid day, whenever somebody noticed that it was over.
        ended_on = vacancy.valid_until or vacancy.ended_on
    elif vacancy.status == VacancyStatus.WITHDRAWN:
        ended_on = vacancy.ended_on
    if ended_on is not None and ended_on < judged.day:
        due = judged.archive_due(ended_on)
        if due < judged.day:
            yield Found("41", "archive", Kind.NOT_ARCHIVED, on=due)


CHECKS: tuple[Check, ...] = (papers, review, items, wording, promptness, publisher, archive)
"""Every check, in the order of the articles."""


def screened_again(texts: Mapping[str, str]) -> tuple[WordingFinding, ...]:
    """Screen the worded fields of a vacancy by today's rules.

    Needed only where the kept findings come from another version of the screening: it is pure, so
    that the same version gives the same findings for the same text.

    Rule 38.3.
    """
    return tuple(
        WordingFinding(field=field, **dict(finding))
        for field, text in texts.items()
        for finding in screen(text)
    )
