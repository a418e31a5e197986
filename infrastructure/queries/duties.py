"""Queries about duties: which became overdue, and which steps stand open for a person."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ...application.views.service import OverdueDutyView, StepView
from ...domain.assistance.agreement import LedgerFacts
from ...domain.assistance.case import AssistanceCase, available_steps
from ...domain.assistance.state import last_case
from ...domain.duties.duty import duty_reference
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.status import assistance_problem
from ...domain.obligations import TITLES_ZH
from ...domain.organisation.powers import Actor
from ...domain.regulation.edition import Edition, edition_on
from ...domain.regulation.rules import RULES
from ..store.event_store import PostgresEventStore
from .looking import Looking
from .supervision import step_view


class DutyQueries(Looking):
    """What can be asked about what is to be done.

    A part of `Queries`, which sets what it stands on.
    """

    _store: PostgresEventStore
    _editions: tuple[Edition, ...]

    def overdue_duties(
        self,
        agency_code: str,
        *,
        by: Actor,
        since: date | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> list[OverdueDutyView]:
        """Return the duties of an agency and those below it that became overdue, in log order.

        Those that became so on or after `since` and were told after log position `after`: each once,
        by the job `duty_overdue`, also where they have been done meanwhile. Rule 58.1.
        """
        rows = self._rows(
            "SELECT told.*, coalesce(o.outcome = 'open', false) AS is_open FROM overdue_duties AS told "
            "LEFT JOIN obligations AS o USING (subject_id, duty, arose_position, since_position, turn) "
            "WHERE told.agency_code = ANY(%s) AND told.overdue_on >= coalesce(%s, told.overdue_on) "
            "AND told.position > %s ORDER BY told.position LIMIT %s",
            (self._codes(by, agency_code), since, after, limit),
        )
        return [
            OverdueDutyView.model_validate(
                {
                    **row,
                    "reference": duty_reference(
                        row["duty"], row["subject_id"], row["arose_position"], row["turn"]
                    ),
                    "title_zh": TITLES_ZH.get(row["duty"], row["duty"]),
                    "citation": RULES[row["rule"]].citation,
                }
            )
            for row in rows
        ]

    def available_steps(self, person_id: UUID, *, by: Actor) -> list[StepView]:
        """Return the steps of Chapter 3 that stand open for a person, and what the others want.

        None of them is ever taken by itself. Raises NotFound for a person without a ledger.

        Rules 13.1, 24, 26, 28, 29, 30.1, 30.2.
        """
        today = self._today()
        ledger = self._store.load(JobSeekerLedger, person_id).aggregate
        assert isinstance(ledger, JobSeekerLedger)
        ledger.require_open()
        case = last_case(self._case, person_id, ledger.merging.cases)
        self._may_look(by, case.agency_code if case.is_live else ledger.agency_code)
        edition = edition_on(today, self._editions)
        facts = LedgerFacts(assistance_problem(ledger, edition), ledger.residence_area)
        return [step_view(step) for step in available_steps(case, facts, today, edition)]

    def _case(self, kind: type[AssistanceCase], stream_id: UUID) -> AssistanceCase:
        case = self._store.load(kind, stream_id).aggregate
        assert isinstance(case, AssistanceCase)
        return case
