"""Queries of supervision: problems found at agencies, and what stands open for them (Article 58).

The inspected agency sees its own, and every superior those below it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.service import StepView
from ...application.views.supervision import (
    CourseEntry,
    RectificationCourse,
    RectificationView,
    WarningView,
)
from ...domain.assistance.facts import Step
from ...domain.errors import InvalidInput, NotFound
from ...domain.organisation.powers import Actor
from ...domain.regulation.edition import Edition, edition_on
from ...domain.regulation.rules import RULES
from ...domain.supervision.rectification.escalation import available_steps
from ...domain.supervision.rectification.events import ConcernedRecord, Source
from ...domain.supervision.rectification.state import STANDING, Rectification, Stage
from ...projections.early_warning import Warned, Watched, judged
from ...projections.monthly_ledger_notice.figures import watched_of
from ...projections.monthly_ledger_notice.wording import warned_text
from ..database import Database
from ..notices.making import AsOf, Making
from ..notices.monthly_ledgers import MonthlyLedgers, month_of
from ..store.event_store import PostgresEventStore
from .looking import Looking
from .record_numbers import RECORD_NUMBERS, record_number

_PROBLEMS = f"SELECT r.*, {RECORD_NUMBERS.columns} FROM rectifications r {RECORD_NUMBERS.joins}"


class SupervisionQueries(Looking):
    """What can be asked about problems at agencies."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        editions: tuple[Edition, ...],
        as_of: AsOf,
        monthly: MonthlyLedgers,
    ) -> None:
        """Stand on the read models, and on the events for what they do not hold."""
        super().__init__(database, service, clock)
        self._store = store
        self._editions = editions
        self._as_of = as_of
        self._monthly = monthly

    def rectifications(
        self,
        agency_code: str,
        *,
        by: Actor,
        stage: Stage | None = None,
        standing: bool = False,
        limit: int = 500,
    ) -> list[RectificationView]:
        """Return the problems at an agency and those below it, the most often notified first.

        Of one `stage`, or all that are `standing`: found or notified, and not put right. Rule 58.2a.
        """
        stages = [stage] if stage else list(STANDING) if standing else list(Stage)
        rows = self._rows(
            f"{_PROBLEMS} WHERE r.agency_code = ANY(%s) AND r.stage = ANY(%s) "
            "ORDER BY r.times DESC, r.found_on, r.agency_code, r.rule, r.stream_id LIMIT %s",
            (self._codes(by, agency_code), [one.value for one in stages], limit),
        )
        return [self._view(row) for row in rows]

    def rectification(self, rectification_id: UUID, *, by: Actor) -> RectificationCourse:
        """Return one problem with its course, and interview and referral as they stand for it.

        None of these is ever taken by itself. Raises NotFound, NotAuthorised. Rules 58.2b, 58.2c.
        """
        rows = self._rows(f"{_PROBLEMS} WHERE r.stream_id = %s", (rectification_id,))
        if not rows:
            raise NotFound(f"no problem has the id {rectification_id}")
        self._may_look(by, rows[0]["agency_code"])
        history = list(self._store.history(rectification_id))
        return RectificationCourse(
            problem=self._view(rows[0]),
            course=tuple(
                CourseEntry(
                    position=recorded.position,
                    event=recorded.event.event_name,
                    what=recorded.event.model_dump(mode="json"),
                    occurred_on=recorded.occurred_on,
                    recorded_at=recorded.recorded_at,
                    staff_id=recorded.staff_id,
                    agency_code=recorded.agency_code,
                )
                for recorded in history
            ),
            steps=self._steps(Rectification.replay(history), self._today()),
        )

    def open_interviews(self, agency_code: str, *, by: Actor) -> list[RectificationView]:
        """Return the problems at an agency and those below it for which an interview stands open.

        Rule 58.2b.
        """
        limit = edition_on(self._today(), self._editions).notices_before_interview.amount
        rows = self._rows(
            f"{_PROBLEMS} WHERE r.agency_code = ANY(%s) AND r.stage = %s AND r.times >= %s "
            "AND (r.interview_times IS NULL OR r.interview_times < r.times) "
            "ORDER BY r.agency_code, r.rule, r.stream_id",
            (self._codes(by, agency_code), Stage.NOTIFIED.value, limit),
        )
        return [self._view(row) for row in rows]

    def warnings(
        self,
        agency_code: str,
        *,
        by: Actor,
        month: date | None = None,
        beyond: bool = True,
    ) -> list[WarningView]:
        """Return the early warnings of a month for an agency and those directly below it.

        The agency itself stands first, with everything below it, judged by its superior's thresholds;
        those below by its own. The present month, where it is left out, shows as it stands; without
        `beyond` every indicator is shown. Rules 58.1, 60.
        """
        self._may_look(by, agency_code)
        today = self._today()
        period = month_of(month or today)
        if period.start > today:
            raise InvalidInput(f"{period.name} is in the future: today is {today}", field="month")
        directory = self._service.directory
        agency = directory.find(agency_code, min(period.end, today))
        if agency is None:
            raise NotFound(f"no agency bears the code {agency_code} then", field="agency")
        position = self._as_of.catch_up()
        found: list[Warned] = []
        with self._as_of.rewound(position) as connection:
            for superior in (agency.parent, agency):
                if superior is None:
                    continue
                making = Making(connection, directory, superior, period, position, today)
                facts = self._monthly.watched(making)
                watched = watched_of(facts, ())
                repeated = Counter(
                    facts.placements[row.agency_code].under
                    for row in facts.problems
                    if row.times >= 2
                )
                for line in facts.direct:
                    is_own = line.agency_id == agency.stream_id
                    if is_own is (superior is agency):
                        continue
                    held = watched.get(line.agency_id) or Watched()
                    held.repeated = repeated[line.agency_id]
                    found += judged(line, held, facts.thresholds)
        return [_warning(one) for one in found if one.beyond or not beyond]

    # --- helpers ------------------------------------------------------------------------------

    def _steps(self, problem: Rectification, today: date) -> tuple[StepView, ...]:
        steps = available_steps(problem, today, edition_on(today, self._editions))
        return tuple(step_view(step) for step in steps)

    def _view(self, row: dict[str, Any]) -> RectificationView:
        agency = self._service.directory.holder(row["agency_code"], self._today())
        return RectificationView.model_validate(
            {
                **row,
                "rectification_id": row["stream_id"],
                "agency": agency.name_on(self._today()) if agency else row["agency_code"],
                "citation": RULES[row["rule"]].citation,
                "record_kind_zh": ConcernedRecord(row["record_kind"]).label_zh,
                "record_no": record_number(row),
                "source_zh": Source(row["source"]).label_zh,
                "stage_zh": Stage(row["stage"]).label_zh,
            },
            extra="ignore",
        )


def _warning(one: Warned) -> WarningView:
    return WarningView(
        agency_code=one.agency.code,
        agency=one.agency.name,
        indicator=one.indicator.value,
        indicator_zh=one.indicator.label_zh,
        part=one.part,
        whole=one.whole,
        value=one.value,
        limit=one.limit,
        beyond=one.beyond,
        detail=warned_text(one),
    )


def step_view(step: Step) -> StepView:
    """Return a step as queries show it."""
    return StepView(
        key=step.key,
        title_zh=step.title_zh,
        rule=step.rule,
        citation=RULES[step.rule].citation,
        is_open=step.is_open,
        evidence=step.evidence,
        wanting_zh=tuple(fact.wanting_zh for fact in step.missing),
        missing=tuple(fact.missing for fact in step.missing),
    )
