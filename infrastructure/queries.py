"""Queries on the read models. Each asks who looks: an agency sees its own records and those below it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from psycopg.rows import dict_row

from ..application.ports import Clock
from ..application.service import CommandService
from ..application.views import (
    AgentContact,
    DutyView,
    EmployerView,
    IssuedNotice,
    LedgerEntry,
    LedgerView,
    RefusalView,
    VacancyView,
)
from ..domain.calendar import WorkingDayCalendar, day_bounds, shanghai_day
from ..domain.employer.content import Item
from ..domain.employer.ledger import Section
from ..domain.employer.papers import AgentRevoked, AgentVerified, Papers
from ..domain.errors import NotAuthorised, NotFound
from ..domain.identity import check_credit_code
from ..domain.obligations import Obligation, explain
from ..domain.organisation.powers import Actor, Power, require
from ..domain.regulation.edition import Edition, edition_on
from .database import Database
from .event_store import PostgresEventStore
from .keys import StreamIds

log = structlog.get_logger(__name__)

_STATED_ITEMS = tuple(item for item in Item if item is not Item.EMPLOYER_BASICS)
_VACANCY = """
    SELECT v.*, e.credit_code, e.name AS employer_name, e.basics_stated
    FROM vacancies v JOIN employers e USING (stream_id)
"""
_DUTY = """
    SELECT o.*, coalesce(e.name, '') AS employer_name, e.credit_code, v.title AS subject
    FROM obligations o
    LEFT JOIN employers e USING (stream_id)
    LEFT JOIN vacancies v ON v.vacancy_id = o.subject_id
    WHERE o.agency_code = ANY(%(codes)s) AND o.arose_on <= %(day)s
        AND o.arose_position <= %(position)s
        AND (o.outcome = 'open' OR o.closed_position > %(position)s)
        AND (%(staff)s::text IS NULL OR o.staff_id = %(staff)s)
    ORDER BY o.due_on, o.arose_position LIMIT %(limit)s
"""


class Queries:
    """What can be asked of the read models."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        identities: StreamIds,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        clock: Clock,
    ) -> None:
        """Stand on the read models, and on the events for what they do not hold."""
        self._database = database
        self._store = store
        self._service = service
        self._identities = identities
        self._calendar = calendar
        self._editions = editions
        self._clock = clock

    def employer(self, credit_code: str, *, by: Actor) -> EmployerView:
        """Return an employer. Raises NotFound, NotAuthorised."""
        rows = self._rows("SELECT * FROM employers WHERE credit_code = %s", (_code(credit_code),))
        if not rows:
            raise NotFound(f"no employer with the credit code {credit_code} has a ledger")
        self._may_look(by, rows[0]["agency_code"])
        return self._employer_view(rows[0])

    def vacancy(self, vacancy_id: UUID, *, by: Actor) -> VacancyView:
        """Return a vacancy. Raises NotFound, NotAuthorised."""
        rows = self._rows(f"{_VACANCY} WHERE v.vacancy_id = %s", (vacancy_id,))
        if not rows:
            raise NotFound(f"there is no vacancy {vacancy_id}")
        self._may_look(by, rows[0]["agency_code"])
        return _vacancy_view(rows[0])

    def vacancies(
        self, agency_code: str, *, by: Actor, status: str | None = None, limit: int = 100
    ) -> list[VacancyView]:
        """Return the vacancies of an agency and those below it, newest first."""
        rows = self._rows(
            f"{_VACANCY} WHERE v.agency_code = ANY(%s) AND (%s::text IS NULL OR v.status = %s) "
            "ORDER BY v.first_position DESC LIMIT %s",
            (self._codes(by, agency_code), status, status, limit),
        )
        return [_vacancy_view(row) for row in rows]

    def employer_ledger(self, credit_code: str, *, by: Actor) -> LedgerView:
        """Return an employer's ledger by its sections. Rule 50."""
        employer = self.employer(credit_code, by=by)
        late = {
            row["position"]: row
            for row in self._rows(
                "SELECT position, section, late FROM ledger_entries WHERE stream_id = %s",
                (employer.stream_id,),
            )
        }
        sections: dict[str, list[LedgerEntry]] = {section.value: [] for section in Section}
        for recorded in self._store.history(employer.stream_id):
            entry = late.get(recorded.position)
            if entry is None:
                continue  # recorded after the read models' position
            hidden = set(recorded.event.personal_fields)
            sections[entry["section"]].append(
                LedgerEntry(
                    position=recorded.position,
                    section=entry["section"],
                    event=recorded.event.event_name,
                    what=recorded.event.model_dump(mode="json", exclude=hidden),
                    occurred_on=recorded.occurred_on,
                    recorded_at=recorded.recorded_at,
                    staff_id=recorded.staff_id,
                    agency_code=recorded.agency_code,
                    late=entry["late"],
                )
            )
        return LedgerView(
            employer=employer, sections={name: tuple(entries) for name, entries in sections.items()}
        )

    def agent_contacts(self, credit_code: str, *, by: Actor, reason: str) -> list[AgentContact]:
        """Return the employer's agents in clear. Rule 51.2.

        Only for the staff of the agency that holds the ledger, who says why; who asked is logged (the
        reason not: a free text could name somebody).
        """
        employer = self.employer(credit_code, by=by)
        today = self._today()
        owner = self._service.directory.holder(employer.agency_code, today)
        if (
            by.is_system
            or owner is None
            or owner.code_on(today) != by.agency_code
            or not reason.strip()
        ):
            raise NotAuthorised(
                "agents in clear are for the agency's own staff, with a reason", rule_id="51.2"
            )
        contacts: dict[UUID, AgentContact] = {}
        for recorded in self._store.history(employer.stream_id):
            event = recorded.event
            if isinstance(event, AgentVerified):
                contacts[event.agent_id] = AgentContact(
                    agent_id=event.agent_id,
                    name=event.name,
                    phone=event.phone,
                    identity_number=event.identity_number,
                )
            elif isinstance(event, AgentRevoked):
                contacts.pop(event.agent_id, None)
        log.info(
            "personal_data_read", staff_id=by.staff_id, agency=by.agency_code,
            stream_id=str(employer.stream_id),
        )  # fmt: skip
        return list(contacts.values())

    def worklist(
        self,
        agency_code: str,
        *,
        by: Actor,
        day: date | None = None,
        staff_id: str | None = None,
        limit: int = 500,
    ) -> list[DutyView]:
        """Return what is due at an agency and those below it, by due date: what is late comes first.

        A day in the past gives the worklist as it stood at the end of that day.
        """
        today = self._today()
        day = day or today
        position = self._store.head() if day >= today else self.position_at_end_of(day)
        rows = self._rows(
            _DUTY,
            {
                "codes": self._codes(by, agency_code),
                "day": day,
                "position": position,
                "staff": staff_id,
                "limit": limit,
            },
        )
        return [self._duty_view(row, day) for row in rows]

    def notices(
        self, agency_code: str, *, by: Actor, since: date | None = None
    ) -> list[IssuedNotice]:
        """Return the notices that an agency issued, latest period first."""
        self._may_look(by, agency_code)
        rows = self._rows(
            "SELECT * FROM notices WHERE agency_code = %s AND (%s::date IS NULL OR period_end >= %s) "
            "ORDER BY period_end DESC, superseded, issued_at DESC",
            (agency_code, since, since),
        )
        return [IssuedNotice.model_validate(row, extra="ignore") for row in rows]

    def refusals(
        self, agency_code: str, *, by: Actor, since: date | None = None, limit: int = 500
    ) -> list[RefusalView]:
        """Return the refused attempts of an agency's staff and of those below it, latest first."""
        rows = self._rows(
            "SELECT * FROM refusals WHERE agency_code = ANY(%s) AND refused_at >= %s "
            "ORDER BY refusal_id DESC LIMIT %s",
            (self._codes(by, agency_code), day_bounds(since)[0] if since else "-infinity", limit),
        )
        return [RefusalView.model_validate(row, extra="ignore") for row in rows]

    def position_at_end_of(self, day: date) -> int:
        """Return the log position of the last event recorded on or before `day`, 0 for none."""
        rows = self._rows(
            "SELECT coalesce(max(notification_id), 0) AS position FROM stored_events WHERE recorded_at < %s",
            (day_bounds(day)[1],),
        )
        return int(rows[0]["position"])

    # --- helpers ------------------------------------------------------------------------------

    def _today(self) -> date:
        return shanghai_day(self._clock())

    def _may_look(self, by: Actor, owner_code: str) -> None:
        directory = self._service.refresh_directory()
        require(directory, by, Power.LOOK, owner_code, self._today())

    def _codes(self, by: Actor, agency_code: str) -> list[str]:
        """Return every code under which the records stand that the agency and those below it hold."""
        self._may_look(by, agency_code)
        directory = self._service.directory
        agency = directory.holder(agency_code, self._today())
        return directory.codes_held(agency, self._today()) if agency else []

    def _rows(
        self, statement: str, parameters: Sequence[Any] | dict[str, Any]
    ) -> list[dict[str, Any]]:
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()

    def _employer_view(self, row: dict[str, Any]) -> EmployerView:
        stream_id = row["stream_id"]
        problem = _papers_problem(row, self._today())
        return EmployerView.model_validate(
            {
                **row,
                "stream_id": stream_id,
                "papers_problem": problem,
                "agents": [
                    {**agent, "agent_id": agent_id} for agent_id, agent in row["agents"].items()
                ],
            },
            extra="ignore",
        )

    def _duty_view(self, row: dict[str, Any], day: date) -> DutyView:
        obligation = Obligation(**{field: row[field] for field in Obligation._fields})
        edition = edition_on(obligation.arose_on, self._editions)
        explanation = explain(obligation, edition, self._calendar)
        return DutyView.model_validate(
            {
                **row,
                "citation": explanation.citation,
                "title_zh": explanation.duty_zh,
                "days_late": (day - obligation.due_on).days,
                "why": explanation.text_zh,
                "staff_left": self._has_left(obligation.staff_id, day),
            },
            extra="ignore",
        )

    def _has_left(self, staff_id: str, day: date) -> bool:
        member = self._service.directory.member(staff_id)
        return member is not None and member.agency_codes.on(day) is None


def _code(credit_code: str) -> str:
    try:
        return check_credit_code(credit_code)
    except ValueError as error:
        raise NotFound(f"{credit_code!r} is no credit code: {error}") from error


def _papers_problem(row: dict[str, Any], day: date) -> str | None:
    papers = Papers(row["licence_valid_from"], row["licence_valid_until"])
    problem = papers.problem(day)
    if row["licence_valid_from"] is None or (problem and "agent" not in problem):
        return problem
    if row["agent_valid_until"] is None:
        return problem
    if row["agent_valid_until"] < day:
        return f"the last agent's papers expired on {row['agent_valid_until']}"
    return None


def _vacancy_view(row: dict[str, Any]) -> VacancyView:
    missing = [item.value for bit, item in enumerate(_STATED_ITEMS) if row["missing"] >> bit & 1]
    if not row["basics_stated"]:
        missing.insert(0, Item.EMPLOYER_BASICS.value)
    findings = row["findings"] or []
    return VacancyView.model_validate(
        {
            **row,
            "missing_items": missing,
            "findings": json.loads(findings) if isinstance(findings, str) else findings,
        },
        extra="ignore",
    )
