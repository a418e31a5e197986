"""The figures of the monthly notice: by agency, by kind of record, by rule, and over all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ...domain.calendar import add_months
from ...domain.regulation.rules import RULES
from ...domain.supervision.spot_check.estimate import Counted, estimate
from ..early_warning import Warned, Watched, missing_roles
from ..notice.model import Rate, repeats
from .facts import DomainRow, MonthFacts
from .model import (
    AgencyFigures,
    Checked,
    DomainFigures,
    Duties,
    DutyLine,
    MonthlyLedgerNotice,
    Problem,
    PutRight,
)

REVIEW = "38.1"
"""The rule whose duty is the review of vacancies."""


@dataclass(slots=True)
class _Found:
    population: int = 0
    drawn: int = 0
    inspected: int = 0
    faulty: int = 0
    targeted: int = 0
    targeted_faulty: int = 0


_Key = tuple[UUID | None, str]


def duty_lines(facts: MonthFacts) -> tuple[DutyLine, ...]:
    """Return the duties that fell due: by rule over all, then by agency and rule. Rule 56.2b."""
    counts: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
    for row in facts.duties:
        under = facts.placements[row.agency_code].under
        for key in ((None, row.rule), (under, row.rule)):
            counts[key].update(met=row.met, late=row.late, missed=row.missed)
    order = {agency.agency_id: place for place, agency in enumerate(facts.direct, start=1)}
    rules = {rule_id: place for place, rule_id in enumerate(RULES)}

    def place(key: _Key) -> tuple[int, int]:
        under, rule_id = key
        return 0 if under is None else order[under], rules[rule_id]

    return tuple(
        DutyLine(under=key[0], rule=key[1], duties=Duties(**counts[key]))
        for key in sorted(counts, key=place)
    )


def watched_of(facts: MonthFacts, problems: Iterable[Problem]) -> dict[UUID, Watched]:
    """Return what is watched at each agency of the roll-up. Rules 58.1, 60."""
    found: defaultdict[UUID, Watched] = defaultdict(Watched)
    for check in facts.checks:
        if check.closed_on is not None:
            for stratum in check.strata:
                watched = found[facts.placements[stratum.agency_code].under]
                watched.inspected += stratum.inspected
                watched.passed += stratum.inspected - stratum.faulty
    for duty in facts.duties:
        watched = found[facts.placements[duty.agency_code].under]
        due = duty.met + duty.late + duty.missed
        watched.due += due
        watched.kept += duty.met
        if duty.rule == REVIEW:
            watched.reviews += due
            watched.late_reviews += due - duty.met
    for entry in facts.entries:
        watched = found[facts.placements[entry.agency_code].under]
        watched.entries += entry.entries
        watched.late_entries += entry.late
    for problem in problems:
        if problem.times >= 2:
            found[problem.under].repeated += 1
    for agency in facts.direct:
        if agency.agency_id not in facts.closed:
            present = facts.staffed.get(agency.agency_id, frozenset())
            found[agency.agency_id].missing = missing_roles(agency.level, present)
    return dict(found)


def agency_lines(
    facts: MonthFacts,
    problems: tuple[Problem, ...],
    mended: tuple[PutRight, ...],
    warnings: tuple[Warned, ...],
    previous: MonthlyLedgerNotice | None,
) -> tuple[tuple[AgencyFigures, ...], AgencyFigures]:
    """Return one line for each agency of the roll-up, and all of them together.

    Only the notice of the very month before gives rates to compare with.
    """
    checked: defaultdict[UUID, defaultdict[str, _Found]] = defaultdict(lambda: defaultdict(_Found))
    together: defaultdict[str, _Found] = defaultdict(_Found)
    for check in facts.checks:
        if check.closed_on is None:
            continue
        for stratum in check.strata:
            under = facts.placements[stratum.agency_code].under
            for found in (checked[under][check.kind], together[check.kind]):
                found.population += stratum.population
                found.drawn += stratum.drawn
                found.inspected += stratum.inspected
                found.faulty += stratum.faulty
                found.targeted += stratum.targeted
                found.targeted_faulty += stratum.targeted_faulty
    duties: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for row in facts.duties:
        duties[facts.placements[row.agency_code].under].update(
            met=row.met, late=row.late, missed=row.missed
        )
    times: defaultdict[UUID, Counter[int]] = defaultdict(Counter)
    running: Counter[UUID] = Counter()
    for problem in problems:
        if problem.anew:
            times[problem.under][problem.times] += 1
        else:
            running[problem.under] += 1
    put_right = Counter(one.problem.under for one in mended)
    warned = Counter(one.agency.agency_id for one in warnings)
    before = _before(facts, previous)
    lines = tuple(
        AgencyFigures(
            agency=agency,
            own=agency.agency_id == facts.superior.agency_id,
            closed=agency.agency_id in facts.closed,
            checks=_checks(checked[agency.agency_id], before.get(agency.agency_id)),
            rate=_rate(checked[agency.agency_id]),
            rate_before=_rate_before(before.get(agency.agency_id)),
            duties=Duties(**duties[agency.agency_id]),
            problems=repeats(times[agency.agency_id]),
            running=running[agency.agency_id],
            put_right=put_right[agency.agency_id],
            warnings=warned[agency.agency_id],
        )
        for agency in facts.direct
    )
    all_before = previous.overall if previous is not None and before else None
    overall = AgencyFigures(
        agency=facts.superior,
        own=False,
        closed=False,
        checks=_checks(together, all_before),
        rate=_rate(together),
        rate_before=_rate_before(all_before),
        duties=Duties(
            met=sum(line.duties.met for line in lines),
            late=sum(line.duties.late for line in lines),
            missed=sum(line.duties.missed for line in lines),
        ),
        problems=repeats(sum(times.values(), Counter())),
        running=running.total(),
        put_right=len(mended),
        warnings=len(warnings),
    )
    return lines, overall


def domain_lines(facts: MonthFacts) -> tuple[DomainFigures, ...]:
    """Return what the checks say of each agency below an inspected one, by code and kind. Rule 56.2b."""
    held: defaultdict[tuple[str, str], list[DomainRow]] = defaultdict(list)
    for check in facts.checks:
        if check.closed_on is not None:
            for stratum in check.strata:
                for domain in stratum.domains:
                    held[domain.agency_code, check.kind].append(domain)
    lines = []
    for (code, kind), rows in sorted(held.items()):
        placement = facts.placements[code]
        counted = Counted(
            sum(one.population for one in rows),
            sum(one.inspected for one in rows),
            sum(one.faulty for one in rows),
        )
        found = estimate(counted)
        lines.append(
            DomainFigures(
                agency=placement.agency,
                under=placement.under,
                kind=kind,
                population=counted.population,
                drawn=sum(one.drawn for one in rows),
                inspected=counted.inspected,
                faulty=counted.faulty,
                faulty_rate=found.rate if found else None,
                low=found.low if found else None,
                high=found.high if found else None,
            )
        )
    return tuple(lines)


def _before(facts: MonthFacts, previous: MonthlyLedgerNotice | None) -> dict[UUID, AgencyFigures]:
    if previous is None or add_months(previous.month, 1) != facts.month:
        return {}
    return {line.agency.agency_id: line for line in previous.agencies}


def _rate_before(line: AgencyFigures | None) -> Rate | None:
    return line.rate if line is not None else None


def _rate(found: dict[str, _Found]) -> Rate:
    inspected = sum(one.inspected for one in found.values())
    return Rate.of(inspected, inspected - sum(one.faulty for one in found.values()))


def _checks(found: dict[str, _Found], before: AgencyFigures | None) -> tuple[Checked, ...]:
    rates = {one.kind: one.rate for one in before.checks} if before is not None else {}
    return tuple(
        Checked(
            kind=kind,
            population=one.population,
            drawn=one.drawn,
            inspected=one.inspected,
            rate=Rate.of(one.inspected, one.inspected - one.faulty),
            rate_before=rates.get(kind),
            targeted=one.targeted,
            targeted_faulty=one.targeted_faulty,
        )
        for kind, one in sorted(found.items())
    )
