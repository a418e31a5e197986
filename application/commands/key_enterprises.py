"""Commands about key enterprises and the services to them (Articles 46 to 50)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from ...domain.employer.services import GuidanceKind
from ...domain.key_enterprise import agreement as agreements
from ...domain.key_enterprise import follow_up, guidance, hiring, needs_file, support, team
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.guidance import PlanCause, PlanKind
from ...domain.key_enterprise.needs import StaffingNeeds
from ...domain.key_enterprise.needs_file import ContactMethod
from ...domain.key_enterprise.support import SupportKind
from ...domain.key_enterprise.team import TeamMember
from ...domain.organisation.staff import StaffId
from .agreements import AgreementCommand
from .base import Command, Context, Decided


class FormSupportTeam(AgreementCommand, name="form_support_team"):
    """Form the service support team around the specialist (Article 47)."""

    members: tuple[TeamMember, ...] = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Form it."""
        return team.form_team(agreement, context.directory, context.occasion, self.members)


class OpenStaffingNeedsFile(AgreementCommand, name="open_staffing_needs_file"):
    """Open the staffing needs file; what is not known yet may be added (Articles 46 and 48)."""

    content: StaffingNeeds

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Open it."""
        return needs_file.open_file(agreement, context.occasion, self.content)


class ReviseStaffingNeedsFile(AgreementCommand, name="revise_staffing_needs_file"):
    """Let the file say this from now on, with the reason (Article 48)."""

    content: StaffingNeeds
    reason: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Revise it."""
        return needs_file.revise_file(agreement, context.occasion, self.content, self.reason)


class ContactKeyEnterprise(AgreementCommand, name="contact_key_enterprise"):
    """Record a contact, with the needs file as it is brought up to date (Article 48)."""

    method: ContactMethod
    learnt: str = Field(min_length=1)
    content: StaffingNeeds | None = None

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it; a file that is not there yet is opened."""
        return needs_file.contact(
            agreement, context.occasion, self.method, self.learnt, self.content
        )


class GuideKeyEnterprise(AgreementCommand, name="guide_key_enterprise"):
    """Record guidance, which is followed up within days (Articles 46 and 49)."""

    guidance_id: UUID
    guidance: GuidanceKind
    about: str = Field(min_length=1)
    advice: str = Field(min_length=1)
    plan: str | None = None

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return guidance.give(
            agreement,
            context.occasion,
            self.guidance_id,
            self.guidance,
            self.about,
            self.advice,
            self.plan,
        )


class PlanCommand(AgreementCommand):
    """A command about the guidance plan or the hiring plan."""

    plan: PlanKind


class MakeEnterprisePlan(PlanCommand, name="make_enterprise_plan"):
    """Make a guidance plan or a hiring plan with the enterprise (Articles 49 and 50)."""

    content: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Make it."""
        return guidance.make_plan(agreement, context.occasion, self.plan, self.content)


class ReviseEnterprisePlan(PlanCommand, name="revise_enterprise_plan"):
    """Change a plan with the enterprise, with the reason (Articles 49 and 50)."""

    content: str = Field(min_length=1)
    cause: PlanCause
    reason: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Change it."""
        return guidance.revise_plan(
            agreement, context.occasion, self.plan, self.content, self.cause, self.reason
        )


class RecordPlanProgress(PlanCommand, name="record_plan_progress"):
    """Record how a plan is being carried out (Article 50)."""

    progress: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return guidance.carry_out(agreement, context.occasion, self.plan, self.progress)


class SupportKeyEnterprise(AgreementCommand, name="support_key_enterprise"):
    """Record a support, by a member of the team or by the specialist (Articles 46 and 47)."""

    support_id: UUID
    support: SupportKind
    member_id: StaffId
    about: str = Field(min_length=1)
    result: str = ""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return support.give(
            agreement,
            context.occasion,
            self.support_id,
            self.support,
            self.member_id,
            self.about,
            self.result,
        )


class AssessEnterpriseEffect(AgreementCommand, name="assess_enterprise_effect"):
    """Assess the effect of the services, and what follows from it (Article 46)."""

    effective: bool
    effect: str = Field(min_length=1)
    further: str = ""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return support.assess_effect(
            agreement, context.occasion, self.effective, self.effect, self.further
        )


class RecordEnterpriseHiring(AgreementCommand, name="record_enterprise_hiring"):
    """Record that the enterprise hired without a referral of ours (Articles 46 and 49)."""

    hiring_id: UUID
    post: str = Field(min_length=1, max_length=200)
    hired: int = Field(ge=1, le=1_000_000)
    completed_on: date

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it; it is followed up."""
        return hiring.complete(
            agreement, context.occasion, self.hiring_id, self.post, self.hired, self.completed_on
        )


class FollowUpKeyEnterprise(AgreementCommand, name="follow_up_key_enterprise"):
    """Record a follow-up; `about_id` names the guidance, referral or hiring (Article 49).

    After guidance it says whether the problem is `solved`, after a referral whether demand is met, after
    hiring how many are at work.
    """

    follow_up_id: UUID
    about_id: UUID
    method: ContactMethod
    learnt: str = Field(min_length=1)
    advice: str = ""
    solved: bool | None = None
    demand_met: bool | None = None
    cause: str = ""
    at_work: int | None = Field(default=None, ge=0)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it; demand found unmet asks for another hiring plan."""
        return follow_up.follow_up(
            agreement,
            context.occasion,
            self.follow_up_id,
            self.about_id,
            self.method,
            self.learnt,
            self.advice,
            self.solved,
            self.demand_met,
            self.cause,
            self.at_work,
        )


class RecordAgreementPerformance(AgreementCommand, name="record_agreement_performance"):
    """Record how the agreement is kept (Article 50)."""

    obligations_met: bool
    note: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return agreements.record_performance(
            agreement, context.occasion, self.obligations_met, self.note
        )


ALL: tuple[type[Command], ...] = (
    FormSupportTeam,
    OpenStaffingNeedsFile,
    ReviseStaffingNeedsFile,
    ContactKeyEnterprise,
    GuideKeyEnterprise,
    MakeEnterprisePlan,
    ReviseEnterprisePlan,
    RecordPlanProgress,
    SupportKeyEnterprise,
    AssessEnterpriseEffect,
    RecordEnterpriseHiring,
    FollowUpKeyEnterprise,
    RecordAgreementPerformance,
)
