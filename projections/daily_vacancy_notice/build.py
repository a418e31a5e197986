"""The notice of one day, counted up from facts and from the notice before it: a pure function."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, Literal
from uuid import UUID

from ...domain.calendar import shanghai_day
from ...domain.regulation import rule
from ...domain.screening import SCREENING_VERSION, Severity
from ..canonical import canonical_json, digest
from ..collector import collector_paused
from ..notice.building import addressees, require_after, requirements
from ..notice.model import repeats
from .check import RULE_ORDER, Found, check_vacancy, is_public
from .facts import NoticeFacts, VacancyRow
from .figures import Count, count_up, day_series
from .mending import put_right
from .model import (
    ONCE,
    Basis,
    Concern,
    DailyVacancyNotice,
    Defect,
    Kind,
    LateEntry,
    OverdueDuty,
    PreviousNotice,
    RuleFigures,
    VacancyRef,
)
from .spans import in_sentence

NOTICE_KIND: Final[Literal["daily_vacancies"]] = "daily_vacancies"
"""The kind under which the notice is issued."""

ANSWER_WORKING_DAYS = 3
"""By default, the working days within which an agency answers a notice (the text says 及时)."""

ANNEXES = ("agencies", "defects", "concerns", "put_right", "late", "overdue", "series")


def notice_number(agency_code: str, day: date) -> str:
    """Return the reference of the notice: 〔year〕, the issuing agency's code, the day of the year."""
    return f"招信核〔{day.year}〕{agency_code}-{day.timetuple().tm_yday:03d}号"


@collector_paused()
def build(
    facts: NoticeFacts,
    previous: DailyVacancyNotice | None,
    *,
    dated: date | None = None,
    answer_working_days: int = ANSWER_WORKING_DAYS,
) -> DailyVacancyNotice:
    """Judge, count up and compare; the same arguments give the same notice.

    `previous` is the last issued notice of the same agency and kind, None for the first. A problem
    that it named and that still stands is notified once more (Article 58); one that it named and
    that is gone was put right. `dated` is the day of issue, from which the time to answer counts: the
    day after the notice's own where it is left out.

    Raises ValueError for a notice of another agency or of no earlier day.

    Rules 56.2a, 58.2a, 58.2b.
    """
    if previous is not None:
        require_after(previous, facts.superior, period=facts.day, period_before=previous.day)
    references = _References(facts)
    dated = dated or shanghai_day(facts.cutoff)
    due = facts.calendar.add_working_days(dated, answer_working_days)
    defects = _defects(facts, references, previous, due.day)
    concerns = _concerns(facts, references)
    mended = put_right(facts, previous, {defect.identity for defect in defects})
    late = _late(facts, references)
    overdue = _overdue(facts, references)
    count = Count(facts, defects, mended, late, overdue)
    agencies, overall = count_up(count, previous)
    return DailyVacancyNotice(
        kind=NOTICE_KIND,
        number=notice_number(facts.superior.code, facts.day),
        day=facts.day,
        dated=dated,
        superior=facts.superior,
        addressees=addressees(facts.superior, facts.direct),
        basis=Basis(
            position=facts.position,
            cutoff=facts.cutoff,
            edition=facts.edition.name,
            edition_title=facts.edition.title,
            policy_overrides=facts.edition.policy_overrides,
            calendar=facts.calendar.version,
            screening=SCREENING_VERSION,
        ),
        previous=None
        if previous is None
        else PreviousNotice(
            number=previous.number,
            day=previous.day,
            position=previous.basis.position,
            digest=digest(canonical_json(previous)),
        ),
        overall=overall,
        agencies=agencies,
        rules=_by_rule(defects),
        series=day_series(facts, overall, previous),
        defects=defects,
        concerns=concerns,
        put_right=mended,
        late=late,
        overdue=overdue,
        requirements=requirements(facts.edition, answer_working_days, due),
        annexes=ANNEXES,
    )


class _References:
    """Names vacancies, agencies and people as the notice shows them."""

    def __init__(self, facts: NoticeFacts) -> None:
        self.facts = facts

    def vacancy(
        self,
        vacancy_id: UUID,
        external_id: str | None,
        title: str | None,
        agency_code: str,
        employer: str,
        credit_code: str,
    ) -> VacancyRef:
        placement = self.facts.placements[agency_code]
        return VacancyRef(
            vacancy_id=vacancy_id,
            number=external_id or str(vacancy_id),
            title=title or "",
            employer=employer,
            credit_code=credit_code,
            agency_code=placement.agency.code,
            agency=placement.agency.name,
            under=placement.under,
        )

    def of(self, row: VacancyRow) -> VacancyRef:
        employer = row.employer
        return self.vacancy(
            row.vacancy_id,
            row.external_id,
            row.title,
            row.agency_code,
            employer.name if employer else "",
            employer.credit_code if employer else "",
        )

    def staff(self, staff_id: str | None) -> str | None:
        return self.facts.staff.get(staff_id) if staff_id else None


def _defects(
    facts: NoticeFacts,
    references: _References,
    previous: DailyVacancyNotice | None,
    answer_by: date,
) -> tuple[Defect, ...]:
    known = {d.identity: d for d in previous.defects if d.kind not in ONCE} if previous else {}
    defects: list[Defect] = []
    for row in facts.candidates:
        found = check_vacancy(row, row.employer, facts.day, facts.edition, facts.calendar)
        if not found:
            continue
        vacancy = references.of(row)
        for problem in found:
            before = known.get((row.vacancy_id, problem.rule, problem.key))
            defects.append(_defect(facts, references, row, vacancy, problem, before, answer_by))
    return tuple(sorted(defects, key=_place(facts)))


def _defect(
    facts: NoticeFacts,
    references: _References,
    row: VacancyRow,
    vacancy: VacancyRef,
    problem: Found,
    before: Defect | None,
    answer_by: date,
) -> Defect:
    finding = problem.finding
    return Defect(
        vacancy=vacancy,
        rule=problem.rule,
        key=problem.key,
        kind=problem.kind,
        on=problem.on,
        done_on=problem.done_on,
        item=problem.item,
        wording=in_sentence(finding, facts.texts.get(row.vacancy_id)) if finding else None,
        overruled=row.overruled if problem.kind is Kind.WORDING else None,
        reviewer_id=row.reviewed_by,
        reviewer=references.staff(row.reviewed_by),
        public=is_public(row),
        times=before.times + 1 if before else 1,
        first_notified_on=before.first_notified_on if before else facts.day,
        answer_by=before.answer_by if before else answer_by,
    )


def _concerns(facts: NoticeFacts, references: _References) -> tuple[Concern, ...]:
    # Of the day's vacancies only: these can still be talked over, and the standing ones were told.
    return tuple(
        Concern(
            vacancy=references.of(row),
            wording=in_sentence(finding, facts.texts.get(row.vacancy_id)),
        )
        for row in sorted(facts.candidates, key=lambda row: (row.agency_code, row.vacancy_id))
        if row.topics and is_public(row)
        for finding in row.findings
        if finding.severity is Severity.CONCERN
    )


def _late(facts: NoticeFacts, references: _References) -> tuple[LateEntry, ...]:
    term = facts.edition.employer_service_entry
    return tuple(
        LateEntry(
            vacancy=references.vacancy(
                row.vacancy_id,
                row.external_id,
                row.title,
                row.agency_code,
                row.employer_name,
                row.credit_code,
            ),
            topic=row.topic,
            occurred_on=row.occurred_on,
            due_on=term.due(row.occurred_on, facts.calendar).day,
            staff_id=row.staff_id,
            staff=references.staff(row.staff_id),
            position=row.position,
        )
        for row in sorted(facts.late, key=lambda row: (row.agency_code, row.position))
    )


def _overdue(facts: NoticeFacts, references: _References) -> tuple[OverdueDuty, ...]:
    return tuple(
        OverdueDuty(
            duty=row.duty,
            rule=row.rule,
            vacancy=references.vacancy(
                row.subject_id,
                row.external_id,
                row.title,
                row.agency_code,
                row.employer_name,
                row.credit_code,
            ),
            staff_id=row.staff_id,
            staff=references.staff(row.staff_id),
            arose_on=row.arose_on,
            due_on=row.due_on,
            provisional=row.provisional,
        )
        for row in sorted(
            facts.duties,
            key=lambda row: (row.agency_code, row.duty, row.due_on, row.subject_id),
        )
    )


def _place(facts: NoticeFacts) -> Callable[[Defect], tuple[int, int, str, UUID, str]]:
    order = {agency.agency_id: place for place, agency in enumerate(facts.direct)}
    rules = {rule_id: place for place, rule_id in enumerate(RULE_ORDER)}
    return lambda defect: (
        order[defect.vacancy.under],
        rules[defect.rule],
        defect.vacancy.agency_code,
        defect.vacancy.vacancy_id,
        defect.key,
    )


def _by_rule(defects: Iterable[Defect]) -> tuple[RuleFigures, ...]:
    times: defaultdict[str, Counter[int]] = defaultdict(Counter)
    vacancies: defaultdict[str, set[UUID]] = defaultdict(set)
    for defect in defects:
        times[defect.rule][defect.times] += 1
        vacancies[defect.rule].add(defect.vacancy.vacancy_id)
    return tuple(
        RuleFigures(
            rule=rule_id,
            citation=rule(rule_id).citation,
            problems=repeats(times[rule_id]),
            vacancies=len(vacancies[rule_id]),
        )
        for rule_id in RULE_ORDER
        if rule_id in times
    )
