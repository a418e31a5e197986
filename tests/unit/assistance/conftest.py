"""given / when / then for assistance: commands carried out on a log in memory, duties folded from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.assistance import (
    AssessReadiness,
    ClassifyPerson,
    MakePlan,
    MakeVisit,
    SignAgreement,
)
from taizhang.application.commands.assisted_work import ConcludeReferral, ReferAssisted
from taizhang.application.commands.base import Command
from taizhang.application.commands.cases import CaseCommand
from taizhang.application.service import CommandService
from taizhang.domain.assistance.agreement import LedgerFacts, ServicePlace
from taizhang.domain.assistance.case import AssistanceCase, available_steps
from taizhang.domain.assistance.facts import Step
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.assistance.team_and_plan import PlanStage
from taizhang.domain.assistance.visits import VisitMethod
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.duties import assistance
from taizhang.domain.employer import papers, vacancy
from taizhang.domain.employer.content import Screening, VacancyContent
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.errors import RuleBroken, TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_seeker import status
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.grading import Graded
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.registration import (
    JobSeekerLedgerOpened,
    JobSeekingRegistered,
    Wishes,
)
from taizhang.domain.organisation.agency import AgencyFounded, AgencyLevel, agency_stream
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.organisation.staff import (
    CertificateRecorded,
    Role,
    StaffJoined,
    staff_stream,
)
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import ObligationRow, Obligations
from taizhang.projections.read_model import fold_in_memory

from .memory import Ids, MemoryStore

CITY, DISTRICT, OTHER_DISTRICT = "110000", "110105", "110106"
HERE, NEXT_DOOR, FAR = "110105001", "110105002", "110106001"
STATION, STATION_NEXT_DOOR = "110105001001", "110105002001"
AGENCIES = {
    CITY: (AgencyLevel.CITY, None),
    DISTRICT: (AgencyLevel.DISTRICT, CITY),
    OTHER_DISTRICT: (AgencyLevel.DISTRICT, CITY),
    HERE: (AgencyLevel.SUBDISTRICT, DISTRICT),
    NEXT_DOOR: (AgencyLevel.SUBDISTRICT, DISTRICT),
    FAR: (AgencyLevel.SUBDISTRICT, OTHER_DISTRICT),
    STATION: (AgencyLevel.STATION, HERE),
    STATION_NEXT_DOOR: (AgencyLevel.STATION, NEXT_DOOR),
}
FIRST_DAY = date(2026, 1, 5)  # a Monday
CREDIT_CODE = "91110105MA0012345R"
CALENDAR = WorkingDayCalendar()
ASSISTANCE = {duty.key for duty in assistance.DUTIES}
C = TypeVar("C", bound=CaseCommand)


class Desk:
    """Subdistricts with their people, one job seeker, and what is asked and answered there.

    In every subdistrict ``specialist-<code>`` and ``colleague-<code>`` are counsellors; districts and
    the city have ``chief-<code>``.
    """

    person_id = UUID(int=1)

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.day = FIRST_DAY
        self.actor = Actor(staff_id=f"specialist-{HERE}", agency_code=HERE)
        self.number = 1
        self.answer: TaizhangError | None = None
        self.since = 0
        self._set_up()
        self.service = CommandService(self.store, Ids(), lambda: self.moment)
        self.since = len(self.store.log)

    # --- given ---

    def _set_up(self) -> None:
        founded = date(2019, 1, 1)
        system = Actor.system(CITY)
        for code, (level, parent) in AGENCIES.items():
            event = AgencyFounded(
                code=code, name=code, level=level, parent_code=parent, effective_on=founded
            )
            self.store.put(event, agency_stream(code, founded), founded, self.moment, system)
        for code, (level, _) in AGENCIES.items():
            names = ("specialist", "colleague") if level is AgencyLevel.SUBDISTRICT else ("chief",)
            for name in names:
                self._employ(f"{name}-{code}", code, Role.COUNSELLOR, founded)
        self._employ(f"analyst-{HERE}", HERE, Role.INFORMATION_ANALYST, founded)
        self._employ(f"head-{CITY}", CITY, Role.SUPERVISOR, founded)
        self._employ(f"coordinator-{HERE}", HERE, Role.SERVICE_STAFF, founded)

    def _employ(self, staff_id: str, code: str, role: Role, day: date) -> None:
        system, stream = Actor.system(CITY), staff_stream(staff_id)
        joined = StaffJoined(
            staff_id=staff_id, name=staff_id, agency_code=code, roles=(role,), effective_on=day
        )
        held = CertificateRecorded(role=role, title="证书", valid_from=day, valid_until=None)
        self.store.put(joined, stream, day, self.moment, system)
        self.store.put(held, stream, day, self.moment, system)

    @property
    def moment(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)

    def on(self, day: date) -> Self:
        self.day = day
        return self

    def later(self, days: int) -> Self:
        return self.on(self.day + timedelta(days=days))

    def working_days_later(self, n: int) -> Self:
        return self.on(CALENDAR.add_working_days(self.day, n).day)

    def by(self, staff: str, agency: str | None = None) -> Self:
        code = agency or staff.partition("-")[2]
        self.actor = Actor(staff_id=staff, agency_code=code)
        return self

    def given(self, stream_id: UUID, *events: Event) -> Self:
        """Put events into a stream as they stand."""
        for event in events:
            self.store.put(event, stream_id, self.day, self.moment, self.actor)
        return self

    def registered(self, level: int = 3) -> Self:
        """Give the person a ledger, registered, graded, out of work and recognised."""
        return self.given(
            self.person_id,
            JobSeekerLedgerOpened(
                person_id=self.person_id,
                channel=papers.Channel.FRONT_DESK,
                document_kind=DocumentKind.CITIZEN,
                country="CHN",
                document_number="11010519900101007X",
            ),
            JobSeekingRegistered(
                person_id=self.person_id,
                education=None,
                wishes=Wishes(occupations=("电工",)),
                experience="",
            ),
            status.StatusRegistered(
                registration=status.StatusRegistration.UNEMPLOYMENT,
                since=self.day,
                source="失业系统",
            ),
            Graded(
                person_id=self.person_id,
                tool="t",
                tool_version="1",
                answers="{}",
                score=Decimal(80),
                level=level,
            ),
            status.Recognised(category="4050", since=self.day, source="认定系统"),
        )

    def called_for(self) -> Self:
        return self.registered().given(self.person_id, status.AssistanceCalledFor())

    def signed(self, number: int = 1, **changes: Any) -> Self:
        self.number = number
        fields: dict[str, Any] = {
            "person_id": self.person_id,
            "number": number,
            "specialist_id": f"specialist-{self.actor.agency_code}",
            "place": ServicePlace.HOUSEHOLD,
        }
        return self.done(SignAgreement(**{**fields, **changes}))

    def assisted(self) -> Self:
        return self.called_for().signed()

    def planned(self, *, job_ready: bool = True) -> Self:
        self.assessed(job_ready=job_ready)
        self.done(self.of(ClassifyPerson, tool="t", category="技能型", obstacles="技能不足"))
        return self.done(
            self.of(MakePlan, aim="就业", stages=(self.stage(1),), made_with_person=True)
        )

    def assessed(self, *, job_ready: bool, cause: str | None = None) -> Self:
        why = None if job_ready else cause or "skills"
        return self.done(
            self.of(AssessReadiness, tool="t", job_ready=job_ready, cause=why, findings="详见报告")
        )

    def stage(self, number: int) -> PlanStage:
        return PlanStage(
            number=number,
            title="第一阶段",
            goal="具备上岗条件",
            begins_on=self.day,
            until=self.day + timedelta(days=30),
        )

    def vacancy(self, headcount: int = 100) -> UUID:
        """Return a public vacancy of an employer."""
        stream, vacancy_id = Ids().employer(CREDIT_CODE), uuid4()
        if not self.store.version(stream):
            self.given(
                stream,
                papers.EmployerLedgerOpened(
                    credit_code=CREDIT_CODE,
                    name="某公司",
                    basics=papers.EmployerBasics(),
                    channel=papers.Channel.FRONT_DESK,
                ),
                papers.LicenceVerified(
                    licence=papers.LicenceKind.BUSINESS_LICENCE,
                    valid_from=date(2020, 1, 1),
                    valid_until=None,
                ),
                papers.AgentVerified(
                    agent_id=uuid4(),
                    name="王小明",
                    identity_number="11010519900101007X",
                    phone="13800000000",
                    authority_valid_until=date(2030, 1, 1),
                    identity_valid_until=None,
                    real_name_verified=True,
                ),
                papers.EmployerRegistered(),
            )
        content = VacancyContent(title="电工", headcount=headcount)
        self.given(
            stream,
            vacancy.VacancyDrafted(
                vacancy_id=vacancy_id, content=content, screening=Screening(version="1")
            ),
            vacancy.VacancySubmitted(
                vacancy_id=vacancy_id,
                channel=papers.Channel.FRONT_DESK,
                publisher_id=None,
                review_agency_code="110101001",
            ),
            vacancy.VacancyPassed(vacancy_id=vacancy_id, overruled=None),
            vacancy.VacancyPublished(
                vacancy_id=vacancy_id, valid_until=self.day + timedelta(days=365)
            ),
        )
        return vacancy_id

    def referred(self) -> UUID:
        referral_id = uuid4()
        self.done(
            self.of(
                ReferAssisted,
                referral_id=referral_id,
                credit_code=CREDIT_CODE,
                vacancy_id=self.vacancy(),
                reasons=("技能相符",),
                consented=True,
            )
        )
        return referral_id

    def concluded(self, referral_id: UUID, outcome: ReferralOutcome, **fields: Any) -> Self:
        return self.done(
            self.of(
                ConcludeReferral,
                referral_id=referral_id,
                credit_code=CREDIT_CODE,
                outcome=outcome,
                **fields,
            )
        )

    def failed_referrals(self, n: int, *, own_fault: bool = False) -> Self:
        for _ in range(n):
            self.concluded(
                self.referred(), ReferralOutcome.NOT_HIRED, own_fault=own_fault, reason="未通过面试"
            )
        return self

    def visited(self, about_id: UUID | None = None, **fields: Any) -> Self:
        return self.done(self.visit(about_id, **fields))

    # --- when ---

    def visit(self, about_id: UUID | None = None, **fields: Any) -> MakeVisit:
        told: dict[str, Any] = {"method": VisitMethod.PHONE, "learnt": "情况良好", **fields}
        return self.of(MakeVisit, visit_id=uuid4(), about_id=about_id, **told)

    @property
    def case_id(self) -> UUID:
        return case_stream(self.person_id, self.number)

    def of(self, command: type[C], **fields: Any) -> C:
        """Return a command about the present case."""
        return command(case_id=self.case_id, **fields)

    def when(self, command: Command) -> Self:
        """Carry a command out; what it is refused for is kept."""
        self.since = len(self.store.log)
        self.answer = None
        try:
            self.service.execute(command, by=self.actor, command_id=uuid4())
        except TaizhangError as error:
            self.answer = error
        return self

    def done(self, command: Command) -> Self:
        """Carry out a command that is lawful."""
        self.when(command)
        assert self.answer is None, f"{command.command_name}: {self.answer}"
        return self

    # --- then ---

    @property
    def recorded(self) -> list[str]:
        """The names of the events that the last command recorded."""
        assert self.answer is None, self.answer
        return [held.event.event_name for held in self.store.log[self.since :]]

    def refused(self, rule: str, *words: str) -> None:
        assert isinstance(self.answer, RuleBroken), self.answer
        assert self.answer.rule_id == rule, self.answer
        for word in words:
            assert word in self.answer.reason
        assert len(self.store.log) == self.since

    @property
    def case(self) -> AssistanceCase:
        return AssistanceCase.replay(self.store.history(self.case_id))

    @property
    def ledger(self) -> JobSeekerLedger:
        return JobSeekerLedger.replay(self.store.history(self.person_id))

    @property
    def employer(self) -> EmployerLedger:
        return EmployerLedger.replay(self.store.history(Ids().employer(CREDIT_CODE)))

    def steps(self) -> dict[str, Step]:
        ledger = self.ledger
        facts = LedgerFacts(status.assistance_problem(ledger, EDITION_2018), ledger.residence_area)
        return {
            step.key: step for step in available_steps(self.case, facts, self.day, EDITION_2018)
        }

    def rows(self, position: int | None = None) -> list[ObligationRow]:
        """Return the obligations of the person as the log stood at a position."""
        return rows_of(self.store.log[:position])

    def open(self, duty: str = "", position: int | None = None) -> list[ObligationRow]:
        """Return the open duties of Chapter 3."""
        return [
            row
            for row in self.rows(position)
            if row.outcome == "open" and row.duty in ASSISTANCE and duty in ("", row.duty)
        ]

    def outcome(self, duty: str) -> list[str]:
        return [row.outcome for row in self.rows() if row.duty == duty]


def rows_of(log: Sequence[RecordedEvent], page: int = 1000) -> list[ObligationRow]:
    """Fold a log into obligations, in the order in which they arose."""
    pages = [log[at : at + page] for at in range(0, len(log), page)]
    found = [ObligationRow(*row) for row in fold_in_memory(Obligations(CALENDAR), pages)]
    return sorted(found, key=lambda row: (row.since_position, row.duty))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def new_desk() -> type[Desk]:
    """For tests that need one desk after another."""
    return Desk
