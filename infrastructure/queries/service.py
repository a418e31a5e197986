"""Queries on the read models. Each asks who looks: an agency sees its own records and those below it."""

from __future__ import annotations

from datetime import date

from ...application.ports import Clock, MatchingTool
from ...application.service import CommandService
from ...application.views.service import DutyView
from ...domain.calendar import WorkingDayCalendar
from ...domain.organisation.powers import Actor
from ...domain.regulation.edition import Edition
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
from .matching import MatchingQueries
from .oversight import OversightQueries
from .people import PeopleQueries
from .registry import RegistryQueries
from .spot_checks import SpotCheckQueries
from .supervision import SupervisionQueries
from .worklist import Worklists


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
        return self._worklists.worklist(agency_code, by=by, day=day, staff_id=staff_id, limit=limit)
