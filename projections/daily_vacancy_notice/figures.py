"""The figures of the notice: by agency, over all, and day by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from ..notice.model import Rate, Repeats, repeats
from .facts import NoticeFacts
from .model import (
    ONCE,
    TOPICS,
    AgencyFigures,
    DailyVacancyNotice,
    DayFigures,
    Defect,
    Flows,
    LateEntry,
    OverdueDuty,
    PutRight,
)

SERIES_DAYS = 7


class Count:
    """Everything that is counted, by the line of the roll-up (the agency's id) under which it falls."""

    def __init__(
        self,
        facts: NoticeFacts,
        defects: tuple[Defect, ...],
        mended: tuple[PutRight, ...],
        late: tuple[LateEntry, ...],
        overdue: tuple[OverdueDuty, ...],
    ) -> None:
        self.facts = facts
        self.published: Counter[UUID] = Counter()
        self.positions: Counter[UUID] = Counter()
        self.concerned: Counter[UUID] = Counter()
        self.touched: Counter[UUID] = Counter()
        self.flows: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
        self.times: defaultdict[UUID, Counter[int]] = defaultdict(Counter)
        self.faulty: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self.failed: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for stock in facts.stock:
            under = facts.placements[stock.agency_code].under
            self.published[under] += stock.published
            self.positions[under] += stock.positions
            self.concerned[under] += stock.concerned
        for flow in facts.flows:
            if flow.day == facts.day:
                self.flows[facts.placements[flow.agency_code].under][flow.topic] += flow.events
        for touched in facts.touched:
            if touched.day == facts.day:
                self.touched[facts.placements[touched.agency_code].under] += touched.vacancies
        for defect in defects:
            under = defect.vacancy.under
            self.times[under][defect.times] += 1
            self.faulty[under].add(defect.vacancy.vacancy_id)
            # The rate judges vacancies as they stand: a delay that is over fails none of them.
            if defect.public and defect.kind not in ONCE:
                self.failed[under].add(defect.vacancy.vacancy_id)
        self.put_right = Counter(mend.defect.vacancy.under for mend in mended)
        self.late = Counter(entry.vacancy.under for entry in late)
        self.overdue = Counter(duty.vacancy.under for duty in overdue)


def count_up(
    count: Count, previous: DailyVacancyNotice | None
) -> tuple[tuple[AgencyFigures, ...], AgencyFigures]:
    """Return one line for each agency of the roll-up, and all of them together.

    Only the notice of the very day before gives a rate to compare with.
    """
    facts = count.facts
    day_before = facts.day - timedelta(days=1)
    before: dict[UUID, Rate] = {}
    overall_before = None
    if previous is not None and previous.day == day_before:
        before = {line.agency.agency_id: line.rate for line in previous.agencies}
        overall_before = previous.overall.rate
    lines = []
    for agency in facts.direct:
        line = agency.agency_id
        published = count.published[line]
        lines.append(
            AgencyFigures(
                agency=agency,
                own=line == facts.superior.agency_id,
                closed=line in facts.closed,
                rate=Rate.of(published, published - len(count.failed[line])),
                rate_before=before.get(line),
                positions=count.positions[line],
                concerned=count.concerned[line],
                touched=count.touched[line],
                flows=_flows(count.flows[line]),
                problems=repeats(count.times[line]),
                faulty=len(count.faulty[line]),
                put_right=count.put_right[line],
                late=count.late[line],
                overdue=count.overdue[line],
            )
        )
    return tuple(lines), _together(facts, lines, overall_before)


def _together(facts: NoticeFacts, lines: list[AgencyFigures], before: Rate | None) -> AgencyFigures:
    def total(name: str) -> int:
        return sum(getattr(line, name) for line in lines)

    flows = Counter[str]()
    problems = Counter[str]()
    for line in lines:
        flows.update(line.flows.model_dump())
        problems.update(line.problems.model_dump())
    checked = sum(line.rate.checked for line in lines)
    return AgencyFigures(
        agency=facts.superior,
        own=False,
        closed=False,
        rate=Rate.of(checked, sum(line.rate.passed for line in lines)),
        rate_before=before,
        positions=total("positions"),
        concerned=total("concerned"),
        touched=total("touched"),
        flows=Flows(**flows),
        problems=Repeats(**problems),
        faulty=total("faulty"),
        put_right=total("put_right"),
        late=total("late"),
        overdue=total("overdue"),
    )


def day_series(
    facts: NoticeFacts, overall: AgencyFigures, previous: DailyVacancyNotice | None
) -> tuple[DayFigures, ...]:
    """Return the last seven days, the notice's own last.

    What was recorded on a day is counted anew and cannot have changed; the rate of an earlier day is
    the one that its notice stated, since a late entry never changes an issued notice.
    """
    flows: defaultdict[date, Counter[str]] = defaultdict(Counter)
    touched: Counter[date] = Counter()
    for flow in facts.flows:
        flows[flow.day][flow.topic] += flow.events
    for touch in facts.touched:
        touched[touch.day] += touch.vacancies
    stated = {point.day: point for point in previous.series} if previous else {}
    points = []
    for back in range(SERIES_DAYS - 1, -1, -1):
        day = facts.day - timedelta(days=back)
        earlier = stated.get(day)
        rate: Rate | None = earlier.rate if earlier else None
        problems = earlier.problems if earlier else None
        if day == facts.day:
            rate, problems = overall.rate, overall.problems.total
        points.append(
            DayFigures(
                day=day,
                flows=_flows(flows[day]),
                touched=touched[day],
                rate=rate,
                problems=problems,
            )
        )
    return tuple(points)


def _flows(events: Mapping[str, int]) -> Flows:
    return Flows(**{topic.partition(".")[2]: events.get(topic, 0) for topic in TOPICS})
