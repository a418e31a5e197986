"""The monthly ledger notice as data: figures and facts, no sentences.

What is read in it as Chinese text is made from these figures by `wording`; HTML and XLSX are
renderings of the same model.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from ..early_warning import Warned
from ..notice.model import AgencyRef, Document, Line, LogBasis, NoticeBefore, Part, Rate, Repeats


class Checked(Part):
    """What the spot-checks of one kind of record found: drawn by chance, and targeted picks apart.

    `rate` judges what was drawn by chance and inspected; `rate_before` is that of the notice before.
    """

    kind: str
    population: int
    drawn: int
    inspected: int
    rate: Rate
    rate_before: Rate | None
    targeted: int
    targeted_faulty: int

    @property
    def share(self) -> Rate:
        """How many of the population were drawn."""
        return Rate.of(self.population, self.drawn)


class DomainFigures(Part):
    """What the checks of one kind say of one agency that keeps a part of an inspected one's records.

    It is a domain, not a stratum: how many were drawn was left to chance. Given that, they are a random
    sample of its `population`; the faulty among those inspected give the rate, with its exact 95% interval
    (None where none was inspected).
    """

    agency: AgencyRef
    under: UUID
    kind: str
    population: int
    drawn: int
    inspected: int
    faulty: int
    faulty_rate: float | None
    low: float | None
    high: float | None


class Duties(Part):
    """Duties that fell due in the month: kept in time, kept late, or open at the month's end."""

    met: int = 0
    late: int = 0
    missed: int = 0

    @property
    def due(self) -> int:
        """All of them together."""
        return self.met + self.late + self.missed

    @property
    def rate(self) -> Rate:
        """How many were kept in time."""
        return Rate.of(self.due, self.met)


class DutyLine(Part):
    """The duties of one rule at one agency of the roll-up; over all, `under` is None."""

    under: UUID | None
    rule: str
    duties: Duties


class AgencyFigures(Line):
    """One line of the roll-up: an agency with everything below it, or the superior itself."""

    checks: tuple[Checked, ...]
    """By kind of record, the kinds without a check left out."""
    duties: Duties
    running: int
    """Problems notified before whose time to be put right is not over: not notified anew."""
    warnings: int


class RuleFigures(Part):
    """The problems under one rule, and the agencies that have them, those with the most first."""

    rule: str
    citation: str
    problems: Repeats
    running: int
    agencies: tuple[tuple[UUID, int], ...]


class Problem(Part):
    """A problem that stands. A person is known by ledger number and masked name alone."""

    rectification_id: UUID
    under: UUID
    """The id of the line of the roll-up that it counts in."""
    agency_code: str
    agency: str
    rule: str
    record_kind: str
    number: str | None
    """The record's number; None for a problem of the agency as a whole."""
    title: str
    """An employer's name or a vacancy's title; for a person the masked name."""
    source: str
    evidence: str
    found_on: date
    times: int
    """The how-manieth notice this is of it, or was the last where it is not notified anew."""
    anew: bool
    """Whether this notice notifies it."""
    first_notified_on: date
    answer_by: date
    """By when the first notice of it asks for it to be put right."""
    measures: str | None
    """What the agency answered that it will do."""
    interview: str | None
    interview_until: date | None


class PutRight(Part):
    """A problem put right since the notice before; `stage` says whether that is checked already."""

    problem: Problem
    how: str
    evidence: str
    put_right_on: date
    stage: str
    notified: bool
    """Whether it was ever notified: what is put right before is not."""


class CheckRef(Part):
    """A spot-check with what proves its sample: anyone can draw it again.

    `closed_on` is None for one that is not over: its results come with a later notice.
    """

    check_id: UUID
    kind: str
    month: date
    position: int | None
    commitment: str | None
    seed: str | None
    frame_digest: str | None
    closed_on: date | None


class SampleItem(Part):
    """A record of a sample: who holds it, how it was picked, and what came of it."""

    check_id: UUID
    item_no: int
    kind: str
    number: str
    under: UUID
    agency: str
    mode: str
    inspected_on: date | None
    faulty: bool | None


class Basis(LogBasis):
    """From what the notice was made, so that anyone can make it again.

    Duties stand on `month_position`, where the month ended; problems, and what was put right, on
    `position`, where the notice was issued.
    """

    month_position: int


class PreviousNotice(NoticeBefore):
    """The notice before of the same kind and agency."""

    month: date


class MonthlyLedgerNotice(Document):
    """The notice of one month by one superior agency (Article 56, paragraph 2; Article 58)."""

    kind: Literal["monthly_ledgers"]
    month: date
    """The first day of the month it is about."""
    last_day: date
    dated: date
    """The day of issue, from which the time to put right runs."""
    basis: Basis
    previous: PreviousNotice | None
    overall: AgencyFigures
    agencies: tuple[AgencyFigures, ...]
    domains: tuple[DomainFigures, ...] = ()
    """By agency and kind, below the inspected agencies whose records several agencies keep."""
    duties: tuple[DutyLine, ...]
    """By rule over all, then by rule and agency."""
    rules: tuple[RuleFigures, ...]
    problems: tuple[Problem, ...]
    put_right: tuple[PutRight, ...]
    notified: tuple[tuple[UUID, int], ...]
    """The problems that this notice notifies, and for the how-manieth time."""
    warnings: tuple[Warned, ...]
    checks: tuple[CheckRef, ...]
    pending: tuple[CheckRef, ...]
    sample: tuple[SampleItem, ...]
