"""The notice of one month, grouped and counted up from facts and the notice before: a pure function."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, Literal
from uuid import UUID

from ...domain.regulation import rule
from ...domain.regulation.rules import RULES
from ...domain.supervision.rectification.state import Stage
from ..canonical import canonical_json, digest
from ..collector import collector_paused
from ..early_warning import beyond
from ..notice.building import addressees, require_after, requirements
from ..notice.model import Repeats, repeats
from .facts import CheckRow, MonthFacts, ProblemRow
from .figures import agency_lines, domain_lines, duty_lines, watched_of
from .model import (
    Basis,
    CheckRef,
    MonthlyLedgerNotice,
    PreviousNotice,
    Problem,
    PutRight,
    RuleFigures,
    SampleItem,
)

NOTICE_KIND: Final[Literal["monthly_ledgers"]] = "monthly_ledgers"
"""The kind under which the notice is issued."""

ANNEXES = ("agencies", "duties", "problems", "put_right", "warnings", "sample")

_PLACES = {rule_id: place for place, rule_id in enumerate(RULES)}


def notice_number(agency_code: str, month: date) -> str:
    """Return the reference of the notice: 〔year〕, the issuing agency's code, the month."""
    return f"台账抽〔{month.year}〕{agency_code}-{month.month:02d}号"


@collector_paused()
def build(
    facts: MonthFacts, previous: MonthlyLedgerNotice | None, *, dated: date
) -> MonthlyLedgerNotice:
    """Group, count up and compare; the same arguments give the same notice.

    `previous` is the last issued notice of the same agency and kind, None for the first; `dated` the day
    of issue. A problem that stands is notified once more, unless the time to put it right still runs;
    what is put right is not.

    Raises ValueError for a notice before of another agency or of no earlier month.

    Rules 56.2b, 58.1, 58.2a, 58.2b.
    """
    if previous is not None:
        require_after(previous, facts.superior, period=facts.month, period_before=previous.month)
    due = facts.edition.rectification.due(dated, facts.calendar)
    problems = tuple(
        sorted((_problem(facts, row, dated, due.day) for row in facts.problems), key=_place(facts))
    )
    mended = _mended(facts, dated, due.day)
    below = addressees(facts.superior, facts.direct)
    warnings = beyond(below, watched_of(facts, problems), facts.thresholds)
    agencies, overall = agency_lines(facts, problems, mended, warnings, previous)
    return MonthlyLedgerNotice(
        kind=NOTICE_KIND,
        number=notice_number(facts.superior.code, facts.month),
        month=facts.month,
        last_day=facts.last_day,
        dated=dated,
        superior=facts.superior,
        addressees=below,
        basis=Basis(
            position=facts.position,
            month_position=facts.month_position,
            cutoff=facts.cutoff,
            edition=facts.edition.name,
            edition_title=facts.edition.title,
            policy_overrides=facts.edition.policy_overrides,
            calendar=facts.calendar.version,
        ),
        previous=None
        if previous is None
        else PreviousNotice(
            number=previous.number,
            month=previous.month,
            position=previous.basis.position,
            digest=digest(canonical_json(previous)),
        ),
        overall=overall,
        agencies=agencies,
        domains=domain_lines(facts),
        duties=duty_lines(facts),
        rules=_by_rule(problems),
        problems=problems,
        put_right=mended,
        notified=tuple((p.rectification_id, p.times) for p in problems if _counts_anew(facts, p)),
        warnings=warnings,
        checks=tuple(_reference(row) for row in facts.checks if row.closed_on is not None),
        pending=tuple(_reference(row) for row in facts.checks if row.closed_on is None),
        sample=_sample(facts),
        requirements=requirements(facts.edition, facts.edition.rectification.amount, due),
        annexes=ANNEXES,
    )


def _problem(facts: MonthFacts, row: ProblemRow, dated: date, due: date) -> Problem:
    placement = facts.placements[row.agency_code]
    same = row.last_notice in facts.same_period and row.times > 0
    term = facts.edition.rectification
    runs = (
        row.last_notified_on is not None
        and not same
        and dated <= term.due(row.last_notified_on, facts.calendar).day
    )
    first = row.first_notified_on or dated
    return Problem(
        rectification_id=row.rectification_id,
        under=placement.under,
        agency_code=placement.agency.code,
        agency=placement.agency.name,
        rule=row.rule,
        record_kind=row.record_kind,
        number=row.number,
        title=row.title,
        source=row.source,
        evidence=row.evidence,
        found_on=row.found_on,
        times=row.times if same or runs else row.times + 1,
        anew=not runs and row.stage in (Stage.FOUND, Stage.NOTIFIED),
        first_notified_on=first,
        answer_by=term.due(first, facts.calendar).day if row.first_notified_on else due,
        measures=row.measures,
        interview=row.interview,
        interview_until=row.interview_until,
    )


def _counts_anew(facts: MonthFacts, problem: Problem) -> bool:
    """Say whether issuing counts a notice of it: one that a notice of this month told of has been."""
    return problem.anew and problem.rectification_id not in {
        row.rectification_id
        for row in facts.problems
        if row.times and row.last_notice in facts.same_period
    }


def _mended(facts: MonthFacts, dated: date, due: date) -> tuple[PutRight, ...]:
    found = []
    for row in facts.mended:
        assert row.put_right_on is not None
        problem = _problem(facts, row, dated, due).model_copy(
            update={"times": row.times, "anew": False}
        )
        found.append(
            PutRight(
                problem=problem,
                how=row.how or "",
                evidence=row.put_right_evidence or "",
                put_right_on=row.put_right_on,
                stage=row.stage,
                notified=row.times > 0,
            )
        )
    place = _place(facts)
    return tuple(sorted(found, key=lambda one: place(one.problem)))


def _by_rule(problems: Iterable[Problem]) -> tuple[RuleFigures, ...]:
    times: defaultdict[str, Counter[int]] = defaultdict(Counter)
    running: Counter[str] = Counter()
    agencies: defaultdict[str, Counter[UUID]] = defaultdict(Counter)
    for problem in problems:
        agencies[problem.rule][problem.under] += 1
        if problem.anew:
            times[problem.rule][problem.times] += 1
        else:
            running[problem.rule] += 1
    return tuple(
        RuleFigures(
            rule=rule_id,
            citation=rule(rule_id).citation,
            problems=repeats(times[rule_id]) if rule_id in times else Repeats(),
            running=running[rule_id],
            agencies=tuple(agencies[rule_id].most_common()),
        )
        for rule_id in sorted(agencies, key=_PLACES.__getitem__)
    )


def _place(facts: MonthFacts) -> Callable[[Problem], tuple[int, int, int, str, UUID]]:
    order = {agency.agency_id: place for place, agency in enumerate(facts.direct)}
    return lambda problem: (
        order[problem.under],
        _PLACES[problem.rule],
        -problem.times,
        problem.agency_code,
        problem.rectification_id,
    )


def _reference(row: CheckRow) -> CheckRef:
    return CheckRef(
        check_id=row.check_id,
        kind=row.kind,
        month=row.month,
        position=row.position,
        commitment=row.commitment,
        seed=row.seed,
        frame_digest=row.frame_digest,
        closed_on=row.closed_on,
    )


def _sample(facts: MonthFacts) -> tuple[SampleItem, ...]:
    return tuple(
        SampleItem(
            check_id=row.check_id,
            item_no=row.item_no,
            kind=row.kind,
            number=row.number,
            under=facts.placements[row.agency_code].under,
            agency=facts.placements[row.agency_code].agency.name,
            mode=row.mode,
            inspected_on=row.inspected_on,
            faulty=row.faulty,
        )
        for row in sorted(facts.items, key=lambda row: (row.kind, row.check_id, row.item_no))
    )
