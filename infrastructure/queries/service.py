"""Queries on the read models. Each asks who looks: an agency sees its own records and those below it."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...application.ports import Clock, MatchingTool
from ...application.service import CommandService
from ...application.views.service import DutyView
from ...domain.calendar import WorkingDayCalendar
from ...domain.obligations import Obligation, explain
from ...domain.organisation.powers import Actor
from ...domain.person_ledger import ledger_number
from ...domain.regulation.edition import Edition, edition_on
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
from ..privacy.access import AccessBook
from ..store.event_store import PostgresEventStore
from ..store.keys import KeyRing, StreamIds
from .duties import DutyQueries
from .employers import EmployerQueries
from .enterprises import EnterpriseQueries
from .fairs import FairQueries
from .masked import MaskedPerson, MaskedPersons
from .matching import MatchingQueries
from .oversight import OversightQueries
from .people import PeopleQueries
from .registry import RegistryQueries
from .spot_checks import SpotCheckQueries
from .supervision import SupervisionQueries

# What was open at a log position: what is open since before it, and what was closed only after it. The
# second part is left out for the present, in which nothing is.
_OPEN_AT = "SELECT * FROM obligations WHERE {whose} AND since_position <= %(position)s AND {state}"
_DUTIES = """
    SELECT o.*, coalesce(e.name, k.name, '') AS employer_name,
        coalesce(e.credit_code, k.credit_code) AS credit_code,
        coalesce(v.title, f.title, p.evidence) AS subject, r.person_id AS reported_person
    FROM (SELECT * FROM ({open}) AS held WHERE opens_on <= %(day)s
        ORDER BY due_on, arose_position, duty LIMIT %(limit)s) AS o
    LEFT JOIN employers e USING (stream_id)
    LEFT JOIN employers k ON k.stream_id = o.subject_id
    LEFT JOIN vacancies v ON v.vacancy_id = o.subject_id
    LEFT JOIN job_fairs f ON f.stream_id = o.subject_id
    LEFT JOIN registry_reports r ON r.stream_id = o.subject_id
    LEFT JOIN rectifications p ON p.stream_id = o.stream_id
    ORDER BY o.due_on, o.arose_position, o.duty
"""


class Queries(EmployerQueries, DutyQueries, OversightQueries):
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
        self._persons = MaskedPersons(database, store, keys)
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
        self._calendar = calendar
        self._editions = editions

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
        today = self._today()
        day = day or today
        position = self._store.head() if day >= today else self.position_at_end_of(day)
        codes = self._codes(by, agency_code)
        whose = ["agency_code = ANY(%(codes)s)"]
        if staff_id:
            whose = [
                f"{whose[0]} AND staff_id = %(staff)s",
                "agency_code = ANY(%(own)s) AND staff_id = ''",
            ]
        states = ["outcome = 'open'"]
        if day < today:
            states.append("closed_position > %(position)s")
        held = " UNION ALL ".join(
            _OPEN_AT.format(whose=one, state=state) for one in whose for state in states
        )
        rows = self._rows(
            _DUTIES.format(open=held),
            {
                "codes": codes,
                "own": self._codes_of(staff_id, codes, day) if staff_id else [],
                "day": day,
                "position": position,
                "staff": staff_id,
                "limit": limit,
            },
        )
        persons = self._persons.of(
            row[name] for row in rows for name in ("subject_id", "stream_id")
        )
        return [
            self._duty_view(
                row, day, persons.get(row["subject_id"]) or persons.get(row["stream_id"])
            )
            for row in rows
        ]

    def _duty_view(self, row: dict[str, Any], day: date, person: MaskedPerson | None) -> DutyView:
        obligation = Obligation(**{field: row[field] for field in Obligation._fields})
        edition = edition_on(obligation.arose_on, self._editions)
        explanation = explain(obligation, edition, self._calendar)
        if row["reported_person"] is not None:
            row["subject"] = f"台账{ledger_number(row['reported_person'])}"
        return DutyView.model_validate(
            {
                **row,
                "reference": obligation.reference,
                "citation": explanation.citation,
                "title_zh": explanation.duty_zh,
                "days_late": (day - obligation.due_on).days,
                "standing": obligation.standing(day).value,
                "standing_zh": obligation.standing(day).label_zh,
                "why": explanation.text_zh,
                "person_id": person.person_id if person else None,
                "ledger_number": person.ledger_number if person else None,
                "person_name_masked": person.name if person else None,
                "staff_left": self._has_left(obligation.staff_id, day),
            },
            extra="ignore",
        )

    def _codes_of(self, staff_id: str, among: list[str], day: date) -> list[str]:
        """Return the codes of the agency where somebody served on the day, as far as they are `among` these."""
        directory = self._service.directory
        member = directory.member(staff_id)
        code = member.agency_codes.on(day) if member else None
        agency = directory.holder(code, day) if code else None
        return [one for one in among if agency and directory.holder(one, day) is agency]

    def _has_left(self, staff_id: str, day: date) -> bool:
        member = self._service.directory.member(staff_id)
        return member is not None and member.agency_codes.on(day) is None
