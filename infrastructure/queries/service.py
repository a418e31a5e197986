"""Queries on the read models. Each asks who looks: an agency sees its own records and those below it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock, MatchingTool
from ...application.service import CommandService
from ...application.views.proof import AccessView
from ...application.views.service import (
    AgentContact,
    DutyView,
    EmployerView,
    IssuedNotice,
    LedgerEntry,
    LedgerView,
    OverdueDutyView,
    RefusalView,
    StepView,
    VacancyView,
)
from ...domain.access import PersonalDataRead, Purpose
from ...domain.assistance.agreement import LedgerFacts
from ...domain.assistance.case import AssistanceCase, available_steps
from ...domain.assistance.state import last_case
from ...domain.calendar import WorkingDayCalendar, day_bounds
from ...domain.duties.duty import duty_reference
from ...domain.employer.content import Item
from ...domain.employer.ledger import Section
from ...domain.employer.papers import AgentRevoked, AgentVerified, Papers
from ...domain.errors import NotAuthorised, NotFound
from ...domain.events import RecordedEvent
from ...domain.identity import check_credit_code
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.status import assistance_problem
from ...domain.obligations import TITLES_ZH
from ...domain.organisation.powers import Actor, Power, reaches, require
from ...domain.regulation.edition import Edition, edition_on
from ...domain.regulation.rules import RULES
from ...projections.history.build import Standard
from ..database import Database
from ..history.explained_duties import ExplainedDuties
from ..history.explained_figures import ExplainedFigures
from ..history.explained_findings import ExplainedFindings
from ..history.explanations import Explanations
from ..history.histories import Histories
from ..notices.making import AsOf
from ..notices.monthly_ledgers import MonthlyLedgers
from ..notices.office import NoticeOffice
from ..privacy.access import Access, AccessBook
from ..store.event_store import PostgresEventStore
from ..store.keys import KeyRing, StreamIds
from .enterprises import EnterpriseQueries
from .fairs import FairQueries
from .looking import Looking
from .matching import MatchingQueries
from .people import PeopleQueries
from .registry import RegistryQueries
from .spot_checks import SpotCheckQueries
from .supervision import SupervisionQueries, step_view
from .worklist import Worklists

_STATED_ITEMS = tuple(item for item in Item if item is not Item.EMPLOYER_BASICS)
_VACANCY = """
    SELECT v.*, e.credit_code, e.name AS employer_name, e.basics_stated
    FROM vacancies v JOIN employers e USING (stream_id)
"""


class Queries(Looking):
    """What can be asked of the read models.

    `people` of job seekers and assistance, `matching` of who fits which vacancy, `enterprises` of key ones,
    `fairs` of job fairs, `registry` of reports to the registry, `spot_checks` of spot-checks,
    `supervision` of problems and warnings; `histories` of the log; `explanations` of where a duty, a
    finding or a figure comes from.
    """

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        identities: StreamIds,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        clock: Clock,
        as_of: AsOf,
        keys: KeyRing,
        accesses: AccessBook,
        monthly: MonthlyLedgers,
        notices: NoticeOffice,
        matching_tool: MatchingTool | None = None,
    ) -> None:
        """Stand on the read models, and on the events for what they do not hold."""
        super().__init__(database, service, clock)
        self.enterprises = EnterpriseQueries(database, store, service, clock, as_of)
        self._worklists = Worklists(database, service, clock, keys, calendar, editions)
        self.fairs = FairQueries(database, service, clock)
        self.registry = RegistryQueries(database, store, service, clock, accesses)
        self.supervision = SupervisionQueries(
            database, store, service, clock, editions, as_of, monthly
        )
        self.spot_checks = SpotCheckQueries(database, store, service, clock, calendar, editions)
        self._accesses = accesses
        self.people = PeopleQueries(database, store, service, clock, as_of, accesses)
        self.matching = MatchingQueries(database, store, service, clock, self.people, matching_tool)
        self.histories = Histories(
            database, store, service, identities, Standard(calendar, editions), clock
        )
        self.explanations = Explanations(
            database, store, service, clock,
            ExplainedDuties(database, store, service, calendar, editions, clock),
            ExplainedFindings(database, store, notices, self.spot_checks),
            ExplainedFigures(notices),
        )  # fmt: skip
        self._store = store
        self._identities = identities
        self._calendar = calendar
        self._editions = editions

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

    def accesses(
        self,
        agency_code: str,
        *,
        by: Actor,
        since: date | None = None,
        person_id: UUID | None = None,
        limit: int = 500,
    ) -> list[AccessView]:
        """Return who read personal data at an agency and those below it, or in their ledgers, latest first.

        For those who supervise the agency. Raises NotAuthorised. Rule 51.2.
        """
        directory = self._service.refresh_directory()
        require(directory, by, Power.AUDIT, agency_code, self._today())
        rows = self._rows(
            "SELECT * FROM accesses WHERE (agency_code = ANY(%(codes)s) OR ledger_agency_code = ANY(%(codes)s)) "
            "AND read_at >= %(since)s AND (%(person)s::uuid IS NULL OR person_id = %(person)s) "
            "ORDER BY position DESC LIMIT %(limit)s",
            {
                "codes": self._codes(by, agency_code),
                "since": day_bounds(since)[0] if since else "-infinity",
                "person": person_id,
                "limit": limit,
            },
        )
        reasons = {
            recorded.position: recorded.event.reason
            for recorded in self._store.events_at([row["position"] for row in rows])
            if isinstance(recorded.event, PersonalDataRead)
        }
        return [
            AccessView.model_validate(
                {
                    **row,
                    "reason": reasons[row["position"]],
                    "purpose_zh": Purpose(row["purpose"]).label_zh,
                }
            )
            for row in rows
        ]

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

        A line about a person gives the ledger number and the surname, no more (Article 51). With
        `staff_id` it is that member of staff's, and what the agency where they serve has on its hands
        and nobody is named for yet (a transfer to decide, somebody transferred to sign with): whoever
        takes it up does it, so it stands on everybody's list there. A day in the past gives the
        worklist as it stood at the end of that day.
        """
        return self._worklists.worklist(agency_code, by=by, day=day, staff_id=staff_id, limit=limit)

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

    # --- helpers ------------------------------------------------------------------------------

    def _case(self, kind: type[AssistanceCase], stream_id: UUID) -> AssistanceCase:
        case = self._store.load(kind, stream_id).aggregate
        assert isinstance(case, AssistanceCase)
        return case

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
