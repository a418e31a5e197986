"""The daily notice of vacancy checks as data: figures and facts, no sentences.

What is read in it as Chinese text is made from these figures by `wording`; HTML and XLSX are
renderings of the same model.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from ..notice.model import Document, Line, LogBasis, NoticeBefore, Part, Rate, Repeats


class Kind(StrEnum):
    """What is wrong with a vacancy: one kind for each thing that somebody can put right."""

    NOT_REGISTERED = "not_registered"
    LICENCE_MISSING = "licence_missing"
    LICENCE_EXPIRED = "licence_expired"
    AGENT_MISSING = "agent_missing"
    AGENT_EXPIRED = "agent_expired"
    UNREVIEWED = "unreviewed"
    SELF_REVIEWED = "self_reviewed"
    ITEM_MISSING = "item_missing"
    WORDING = "wording"
    REVIEWED_LATE = "reviewed_late"
    PUBLISHED_LATE = "published_late"
    PUBLISHED_THOUGH_RETURNED = "published_though_returned"
    PUBLISHER_UNVERIFIED = "publisher_unverified"
    NOT_ARCHIVED = "not_archived"


ONCE = frozenset({Kind.REVIEWED_LATE, Kind.PUBLISHED_LATE})
"""Kinds that are facts of their day: they are notified once, since nobody can undo a delay."""

TOPICS = (
    "vacancy.submitted",
    "vacancy.passed",
    "vacancy.returned",
    "vacancy.published",
    "vacancy.changed",
    "vacancy.withdrawn",
    "vacancy.lapsed",
    "vacancy.archived",
)
"""The stored names of the events that the notice counts, in the order of a vacancy's life."""


class Flows(Part):
    """What was recorded about vacancies on a day, counted by event (件次)."""

    submitted: int = 0
    passed: int = 0
    returned: int = 0
    published: int = 0
    changed: int = 0
    withdrawn: int = 0
    lapsed: int = 0
    archived: int = 0

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(getattr(self, name) for name in type(self).model_fields)


class AgencyFigures(Line):
    """One line of the roll-up: an agency with everything below it, or the superior itself."""

    positions: int
    concerned: int
    touched: int
    """Vacancies with any record on the day."""
    flows: Flows
    faulty: int
    """Vacancies with at least one problem, public or not."""
    late: int
    overdue: int


class DayFigures(Part):
    """One day of the series. `rate` is None for a day of which no notice is known."""

    day: date
    flows: Flows
    touched: int
    rate: Rate | None
    problems: int | None


class RuleFigures(Part):
    """The problems under one rule."""

    rule: str
    citation: str
    problems: Repeats
    vacancies: int


class Wording(Part):
    """A marked span in its sentence."""

    field: str
    category: str
    reason: str
    before: str
    marked: str
    after: str


class VacancyRef(Part):
    """A vacancy as a notice names it."""

    vacancy_id: UUID
    number: str
    """The employer's or importer's own number, else the id."""
    title: str
    employer: str
    credit_code: str
    agency_code: str
    agency: str
    under: UUID
    """The id of the line of the roll-up that it counts in."""


class Defect(Part):
    """A problem of one vacancy under one rule. `(vacancy_id, rule, key)` says that it is the same one."""

    vacancy: VacancyRef
    rule: str
    key: str
    kind: Kind
    on: date | None = None
    """The day that matters: of expiry, or by which it was due."""
    done_on: date | None = None
    """For what was done late: when."""
    item: str | None = None
    """For a missing item: which."""
    wording: Wording | None = None
    overruled: str | None = None
    """Why the reviewer set the screening's finding aside."""
    reviewer_id: str | None = None
    reviewer: str | None = None
    public: bool
    times: int = 1
    """The how-manieth notice this is of the problem."""
    first_notified_on: date
    answer_by: date
    """By when the first notice of it had to be answered."""

    @property
    def identity(self) -> tuple[UUID, str, str]:
        """Return what makes it the same problem in two notices."""
        return self.vacancy.vacancy_id, self.rule, self.key


class Concern(Part):
    """Wording worth a look in a vacancy with a record on the day; no defect."""

    vacancy: VacancyRef
    wording: Wording


How = Literal[
    "archived",
    "withdrawn",
    "lapsed",
    "under_review",
    "papers_renewed",
    "basics_stated",
    "reviewed",
    "changed",
    "reassessed",
    "moved",
]
"""How a problem came to be put right, or why it is no longer counted (reassessed, moved)."""


class PutRight(Part):
    """A problem of the notice before that is no longer there."""

    defect: Defect
    how: How


class LateEntry(Part):
    """An event recorded on the day for an earlier one (迟录)."""

    vacancy: VacancyRef
    topic: str
    occurred_on: date
    due_on: date
    """By when it should have been entered."""
    staff_id: str
    staff: str | None
    position: int


class OverdueDuty(Part):
    """A duty still open after its due date."""

    duty: str
    rule: str
    vacancy: VacancyRef
    staff_id: str | None
    staff: str | None
    arose_on: date
    due_on: date
    provisional: bool


class Basis(LogBasis):
    """From what the notice was made, so that anyone can make it again."""

    screening: str


class PreviousNotice(NoticeBefore):
    """The notice before of the same kind and agency."""

    day: date


class DailyVacancyNotice(Document):
    """The notice of one day by one superior agency (Article 56, paragraph 2)."""

    kind: Literal["daily_vacancies"]
    day: date
    """The day whose records it is about."""
    dated: date
    """The day of the cut-off, from which the time to answer runs: the one after `day`."""
    basis: Basis
    previous: PreviousNotice | None
    overall: AgencyFigures
    agencies: tuple[AgencyFigures, ...]
    rules: tuple[RuleFigures, ...]
    series: tuple[DayFigures, ...]
    defects: tuple[Defect, ...]
    concerns: tuple[Concern, ...]
    put_right: tuple[PutRight, ...]
    late: tuple[LateEntry, ...]
    overdue: tuple[OverdueDuty, ...]
