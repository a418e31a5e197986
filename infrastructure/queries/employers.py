"""Queries about employers: their ledgers, their vacancies, and their agents in clear."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from ...application.views.service import (
    AgentContact,
    EmployerView,
    LedgerEntry,
    LedgerView,
    VacancyView,
)
from ...domain.access import Purpose
from ...domain.employer.content import Item
from ...domain.employer.ledger import Section
from ...domain.employer.papers import AgentRevoked, AgentVerified, Papers
from ...domain.errors import NotAuthorised, NotFound
from ...domain.events import RecordedEvent
from ...domain.identity import check_credit_code
from ...domain.organisation.powers import Actor, Power, reaches
from ..privacy.access import Access, AccessBook
from ..store.event_store import PostgresEventStore
from .looking import Looking

_STATED_ITEMS = tuple(item for item in Item if item is not Item.EMPLOYER_BASICS)
_VACANCY = """
    SELECT v.*, e.credit_code, e.name AS employer_name, e.basics_stated
    FROM vacancies v JOIN employers e USING (stream_id)
"""


class EmployerQueries(Looking):
    """What can be asked about employers and their vacancies.

    A part of `Queries`, which sets what it stands on.
    """

    _store: PostgresEventStore
    _accesses: AccessBook

    def employer(self, credit_code: str, *, by: Actor) -> EmployerView:
        """Return an employer. Raises NotFound, NotAuthorised."""
        row = self._employer_row(credit_code)
        self._may_look(by, row["agency_code"])
        return self._employer_view(row)

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
        """Return an employer's ledger by its sections, from all its streams: a key enterprise has more.

        Who may look at an agreement with a key enterprise may look at its ledger. Rule 50.
        """
        row = self._employer_row(credit_code)
        streams, _ = self.streams(credit_code, by=by)
        held = {
            entry["position"]: entry
            for entry in self._rows(
                "SELECT position, section, late FROM ledger_entries WHERE stream_id = ANY(%s)",
                (streams,),
            )
        }
        sections: dict[str, list[LedgerEntry]] = {
            section.value: []
            for section in Section
            if len(streams) > 1 or not section.is_for_key_enterprises
        }
        for stream in streams:
            for recorded in self._store.history(stream):
                entry = held.get(recorded.position)
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
            employer=self._employer_view(row),
            sections={
                name: tuple(sorted(entries, key=lambda entry: entry.position))
                for name, entries in sections.items()
            },
        )

    def streams(self, credit_code: str, *, by: Actor) -> tuple[list[UUID], list[str]]:
        """Return every stream that holds a part of an employer's record, and the agencies that hold it.

        The ledger is the first, then the agreements with a key enterprise. Raises NotFound, NotAuthorised.
        """
        streams, codes = self._employer_streams(self._employer_row(credit_code))
        directory, today = self._service.refresh_directory(), self._today()
        shown = [code for code in codes if reaches(directory, by, Power.LOOK, code, today)]
        self._may_look(by, (shown or codes)[0])
        return streams, codes

    def agent_contacts(self, credit_code: str, *, by: Actor, reason: str) -> list[AgentContact]:
        """Return the employer's agents in clear. Rule 51.2.

        Only for the staff of the agency that holds the ledger, who says why: that it was read is
        recorded first, for each person.
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
        shown: dict[UUID, RecordedEvent] = {}
        for recorded in self._store.history(employer.stream_id):
            event = recorded.event
            if isinstance(event, AgentVerified):
                shown[event.agent_id] = recorded
            elif isinstance(event, AgentRevoked):
                shown.pop(event.agent_id, None)
        access = Access(
            by, employer.stream_id, employer.agency_code, Purpose.AGENT_CONTACTS, reason
        )
        self._accesses.record(access, shown.values())
        return [
            AgentContact.model_validate(recorded.event, from_attributes=True)
            for recorded in shown.values()
        ]

    # --- helpers ------------------------------------------------------------------------------

    def _employer_streams(self, row: dict[str, Any]) -> tuple[list[UUID], list[str]]:
        """Return the streams of an employer's record, the ledger first, and under which codes they are held."""
        agreements = self._rows(
            "SELECT stream_id, agency_code FROM key_enterprises WHERE employer_id = %s ORDER BY number",
            (row["stream_id"],),
        )
        parts = [row, *agreements]
        return [one["stream_id"] for one in parts], [one["agency_code"] for one in parts]

    def _employer_row(self, credit_code: str) -> dict[str, Any]:
        rows = self._rows("SELECT * FROM employers WHERE credit_code = %s", (_code(credit_code),))
        if not rows:
            raise NotFound(f"no employer with the credit code {credit_code} has a ledger")
        return rows[0]

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
