"""Commands about agreements and the services under them (Articles 23, 25 to 27)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.assistance import agreement, guidance, programmes, readiness, team_and_plan, visits
from ...domain.assistance.agreement import LedgerFacts, ServicePlace
from ...domain.assistance.case import AssistanceCase
from ...domain.assistance.guidance import AssistedGuidance
from ...domain.assistance.programmes import ProgrammeKind
from ...domain.assistance.readiness import UnreadyCause
from ...domain.assistance.state import case_stream
from ...domain.assistance.team_and_plan import PlanStage, RevisionCause, TeamMember
from ...domain.assistance.visits import VisitMethod, Willingness
from ...domain.errors import InvalidInput
from ...domain.job_seeker import registration, status
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.organisation.staff import StaffId
from ..ports import Identities
from .base import Command, CommandOn, Context, Decided
from .cases import CaseCommand, PersonalLedger


class SignAgreement(CommandOn[AssistanceCase], name="sign_assistance_agreement"):
    """Sign the person's `number`-th assistance agreement at the actor's agency (Articles 23, 24, 30).

    The stream of the result is the case's id. The ledger of the person goes over to this agency.
    """

    power: ClassVar[Power] = Power.ASSIST
    aggregate: ClassVar[type[Aggregate]] = AssistanceCase

    person_id: UUID
    number: int = Field(default=1, ge=1)
    specialist_id: StaffId
    place: ServicePlace

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the person's case with this number."""
        return case_stream(self.person_id, self.number)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return nobody: the agency of the actor signs."""
        return None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Sign it, where the ledger and the agreement before allow it."""
        occasion = context.occasion
        ledger = PersonalLedger(context, self.person_id)
        if ledger.person_id != self.person_id:
            raise InvalidInput(
                f"this ledger was merged into {ledger.person_id}: sign with that one",
                field="person_id",
            )
        ledger.state.require_served(occasion)
        previous = None
        if self.number > 1:
            previous = context.look(AssistanceCase, case_stream(self.person_id, self.number - 1))
        facts = LedgerFacts(
            status.assistance_problem(ledger.state, occasion.edition), ledger.state.residence_area
        )
        signed = agreement.sign(
            case,
            previous,
            facts,
            context.directory,
            occasion,
            self.person_id,
            self.number,
            self.specialist_id,
            self.place,
            [context.look(AssistanceCase, case_id) for case_id in ledger.state.merging.cases],
        )
        moved = registration.move(ledger.state, occasion, "签订就业援助服务协议")
        return [*signed, *ledger.addressed(moved)]


class ChangeSpecialist(CaseCommand, name="change_assistance_specialist"):
    """Name another specialist of the agency (Article 23)."""

    specialist_id: StaffId
    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Change the specialist; open duties go over."""
        return agreement.change_specialist(
            case, context.directory, context.occasion, self.specialist_id, self.reason
        )


class FormTeam(CaseCommand, name="form_service_team"):
    """Form the service team around the specialist (Article 26)."""

    serves: ClassVar[bool] = True

    members: tuple[TeamMember, ...] = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Form it."""
        return team_and_plan.form_team(case, context.directory, context.occasion, self.members)


class AssessReadiness(CaseCommand, name="assess_readiness"):
    """Record a readiness assessment, after a programme with its id (Articles 26 and 27)."""

    tool: str = Field(min_length=1)
    job_ready: bool
    startup_ready: bool = False
    cause: UnreadyCause | None = None
    findings: str = Field(min_length=1)
    programme_id: UUID | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it in the case and, as readiness for a job, in the ledger."""
        assessed = readiness.assess_readiness(
            case,
            context.occasion,
            self.tool,
            self.job_ready,
            self.startup_ready,
            self.cause,
            self.findings,
            self.programme_id,
        )
        ledger = PersonalLedger(context, case.person_id)
        return [*assessed, *ledger.found_ready(context.occasion, self.job_ready, _SEE_CASE)]


class ClassifyPerson(CaseCommand, name="classify_person"):
    """Record the classification and the main obstacles (Article 26)."""

    tool: str = Field(min_length=1)
    category: str = Field(min_length=1)
    obstacles: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return readiness.classify(case, context.occasion, self.tool, self.category, self.obstacles)


class AssessPerformance(CaseCommand, name="assess_performance"):
    """Record whether the person keeps the agreement, and the effect of the help (Article 25)."""

    obligations_met: bool
    effect: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return readiness.assess_performance(
            case, context.occasion, self.obligations_met, self.effect
        )


class MakePlan(CaseCommand, name="make_assistance_plan"):
    """Make assistance plan and action plan with the person (Article 26)."""

    serves: ClassVar[bool] = True

    aim: str = Field(min_length=1)
    stages: tuple[PlanStage, ...] = Field(min_length=1)
    made_with_person: bool

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Make it."""
        return team_and_plan.make_plan(
            case, context.occasion, self.aim, self.stages, self.made_with_person
        )


class RevisePlan(CaseCommand, name="revise_assistance_plan"):
    """Change the plan with the person, with the reason (Articles 26 and 28)."""

    serves: ClassVar[bool] = True

    cause: RevisionCause
    reason: str = Field(min_length=1)
    stages: tuple[PlanStage, ...] = Field(min_length=1)
    made_with_person: bool

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Change it."""
        return team_and_plan.revise_plan(
            case, context.occasion, self.cause, self.reason, self.stages, self.made_with_person
        )


class ReachPlanStage(CaseCommand, name="reach_plan_stage"):
    """Record how a stage of the plan ended (Article 25)."""

    number: int
    achieved: bool
    result: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return team_and_plan.reach_stage(
            case, context.occasion, self.number, self.achieved, self.result
        )


class GiveAssistedGuidance(CaseCommand, name="give_assisted_guidance"):
    """Record guidance within the case, in the placement, too (Articles 26 and 30)."""

    serves: ClassVar[bool] = True

    guidance_id: UUID
    guidance: AssistedGuidance
    about: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    plan: str | None = None
    referral_id: UUID | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return guidance.give(
            case,
            context.occasion,
            self.guidance_id,
            self.guidance,
            self.about,
            self.advice,
            self.plan,
            self.referral_id,
        )


class ProgrammeCommand(CaseCommand):
    """A command about one training, start-up training or internship."""

    programme_id: UUID


class BeginProgramme(ProgrammeCommand, name="begin_programme"):
    """Record that the person takes part in a programme (Articles 26 and 27)."""

    serves: ClassVar[bool] = True

    programme: ProgrammeKind
    title: str = Field(min_length=1)
    provider: str = Field(min_length=1)
    starts_on: date
    ends_on: date
    middle_on: date | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; visits at start, middle and end follow."""
        return programmes.begin(
            case,
            context.occasion,
            self.programme_id,
            self.programme,
            self.title,
            self.provider,
            self.starts_on,
            self.ends_on,
            self.middle_on,
        )


class RedateProgramme(ProgrammeCommand, name="redate_programme"):
    """Give a programme other dates (Article 27)."""

    starts_on: date
    ends_on: date
    middle_on: date | None = None
    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Change the dates; visits still to be made move with them."""
        return programmes.redate(
            case,
            context.occasion,
            self.programme_id,
            self.starts_on,
            self.ends_on,
            self.middle_on,
            self.reason,
        )


class EndProgramme(ProgrammeCommand, name="end_programme"):
    """Record that a programme is over or was broken off (Article 27)."""

    ended_on: date
    completed: bool
    result: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; readiness is then to be assessed."""
        return programmes.end(
            case, context.occasion, self.programme_id, self.ended_on, self.completed, self.result
        )


class MakeVisit(CaseCommand, name="make_follow_up_visit"):
    """Record a follow-up visit; `about_id` names the service that is followed up (Articles 27 and 60)."""

    power: ClassVar[Power] = Power.VISIT

    visit_id: UUID
    about_id: UUID | None = None
    method: VisitMethod
    learnt: str = Field(min_length=1)
    advice: str = ""
    willingness: Willingness = Willingness.WILLING
    job_ready: bool | None = None
    hired: bool | None = None
    stable: bool | None = None

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; what it says of readiness also in the ledger."""
        visited = visits.visit(
            case,
            context.occasion,
            self.visit_id,
            self.about_id,
            self.method,
            self.learnt,
            self.advice,
            self.willingness,
            self.job_ready,
            self.hired,
            self.stable,
        )
        if self.job_ready is None:
            return visited
        ledger = PersonalLedger(context, case.person_id)
        return [*visited, *ledger.found_ready(context.occasion, self.job_ready, _SEE_CASE)]


_SEE_CASE = "详见就业援助记录"

ALL: tuple[type[Command], ...] = (
    SignAgreement,
    ChangeSpecialist,
    FormTeam,
    AssessReadiness,
    ClassifyPerson,
    AssessPerformance,
    MakePlan,
    RevisePlan,
    ReachPlanStage,
    GiveAssistedGuidance,
    BeginProgramme,
    RedateProgramme,
    EndProgramme,
    MakeVisit,
)
