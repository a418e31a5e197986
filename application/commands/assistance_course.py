"""Commands by which a case changes hands, level or end: Articles 23, 24 and 28 to 30."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.assistance import consultation, ending, moving, placement
from ...domain.assistance.case import AssistanceCase
from ...domain.assistance.ending import EndingCause
from ...domain.assistance.moving import TransferReason
from ...domain.job_seeker import contact, search
from ...domain.job_seeker.contact import Ground
from ...domain.job_seeker.search import EmploymentKind
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.powers import Power
from ...domain.organisation.staff import StaffId
from .base import Command, Context, Decided
from .cases import CaseCommand, PersonalLedger
from .registry import queued


class ApplyForConsultation(CaseCommand, name="apply_for_consultation"):
    """Apply for an expert consultation at the next level up (Article 28)."""

    serves: ClassVar[bool] = True

    consultation_id: UUID

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Apply, as the specialist."""
        return consultation.apply(case, context.directory, context.occasion, self.consultation_id)


class ExpertCommand(CaseCommand):
    """A command of the agency to which the case went for a consultation."""

    power: ClassVar[Power] = Power.CONSULT

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that was asked; nobody where none was, which is then refused by rule."""
        held = self.own(aggregate).consultation
        return None if held is None else held.level_code


class AcceptConsultation(ExpertCommand, name="accept_consultation"):
    """Take the case, with experts of both agencies (Article 28)."""

    experts: tuple[StaffId, ...] = Field(min_length=2)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Take it."""
        return consultation.accept(case, context.directory, context.occasion, self.experts)


class DeclineConsultation(ExpertCommand, name="decline_consultation"):
    """Do not take the case (Article 28)."""

    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Say why not."""
        return consultation.decline(case, context.occasion, self.reason)


class GiveOpinion(ExpertCommand, name="give_expert_opinion"):
    """Record the experts' opinion and suggestions (Article 28)."""

    opinion: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; the plan is then to be adjusted."""
        return consultation.give_opinion(case, context.occasion, self.opinion)


class GiveFeedback(CaseCommand, name="give_feedback_to_experts"):
    """Tell the experts how it has gone since (Article 28)."""

    report: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Tell them."""
        return consultation.give_feedback(case, context.occasion, self.report)


class RecommendPlacement(CaseCommand, name="recommend_placement"):
    """Recommend the person to a public-welfare employer (Article 30)."""

    serves: ClassVar[bool] = True

    employer: str = Field(min_length=1)
    fit: bool
    fitness: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Recommend, once every condition is met."""
        return placement.recommend(case, context.occasion, self.employer, self.fit, self.fitness)


class PlacePerson(CaseCommand, name="place_person"):
    """Record the placement in a public-welfare post, which ends the agreement (Article 30)."""

    employer: str = Field(min_length=1)
    post: str = Field(min_length=1)
    placed_on: date
    until: date

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it in the case and in the ledger."""
        placed = placement.place(
            case, context.occasion, self.employer, self.post, self.placed_on, self.until
        )
        ledger = PersonalLedger(context, case.person_id)
        if ledger.state.search.employed_on is not None:
            return placed
        mine = search.employ(
            ledger.state, context.occasion, EmploymentKind.PUBLIC_WELFARE_POST, self.placed_on
        )
        return [*placed, *ledger.addressed(mine)]


class EndPlacement(CaseCommand, name="end_placement"):
    """Record that the placement is over, and whether the person is still eligible (Article 30)."""

    ended_on: date
    employed: bool
    eligible: bool
    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it; a new agreement is then to be signed."""
        return placement.end(
            case, context.occasion, self.ended_on, self.employed, self.eligible, self.reason
        )


class RequestTransfer(CaseCommand, name="request_transfer"):
    """Record that the person asks for a transfer to another subdistrict (Articles 23 and 24)."""

    to_agency_code: AgencyCode
    reason: TransferReason

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return moving.COURSE.request(
            case, context.directory, context.occasion, self.to_agency_code, reason=self.reason
        )


class VerifyTransfer(CaseCommand, name="verify_transfer"):
    """Verify, as the specialist, what the person says (Article 24)."""

    fits: bool
    findings: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Verify it."""
        return moving.COURSE.verify(case, context.occasion, self.fits, self.findings)


class ApplyForTransfer(CaseCommand, name="apply_for_transfer"):
    """Apply for the transfer to the superior (Article 24)."""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Apply."""
        return moving.COURSE.apply(case, context.directory, context.occasion)


class WithdrawTransfer(CaseCommand, name="withdraw_transfer"):
    """Record that the person no longer asks for the transfer."""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record it."""
        return moving.COURSE.withdraw(case, context.occasion)


class TransferDecision(CaseCommand):
    """A command of the agency with which the application lies."""

    power: ClassVar[Power] = Power.DECIDE_TRANSFERS

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return that agency; nobody where nothing was applied for, which is then refused by rule."""
        transfer = self.own(aggregate).transfer
        return transfer.lies_with or None if transfer else None


class PassTransferOn(TransferDecision, name="pass_transfer_on"):
    """Pass the application on to the next level up (Article 24)."""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Pass it on."""
        return moving.COURSE.pass_on(case, context.directory, context.occasion)


class ApproveTransfer(TransferDecision, name="approve_transfer"):
    """Approve the transfer: the agreement ends (Article 24)."""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Approve it, as the lowest common superior."""
        return moving.COURSE.approve(case, context.directory, context.occasion)


class RejectTransfer(TransferDecision, name="reject_transfer"):
    """Reject the transfer: the agreement stays in force (Article 24)."""

    reason: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Reject it, as the lowest common superior."""
        return moving.COURSE.reject(case, context.directory, context.occasion, self.reason)


class VerifyEnding(CaseCommand, name="verify_ending"):
    """Verify, as the specialist, that the person wants no work or refuses the service (Article 29)."""

    cause: EndingCause
    findings: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Verify what the person said at the visit."""
        return ending.verify(case, context.occasion, self.cause, self.findings)


class ApproveEnding(CaseCommand, name="approve_ending"):
    """Approve the end of the case, for the agency (Article 29)."""

    power: ClassVar[Power] = Power.APPROVE_ENDINGS

    note: str = ""

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Approve what the specialist verified."""
        return ending.approve(case, context.occasion, self.note)


class CloseCase(CaseCommand, name="close_case"):
    """Close a case whose agreed end has come (Articles 26 and 28)."""

    cause: EndingCause
    note: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Close it."""
        return ending.close(case, context.occasion, self.cause, self.note)


class ReportEnding(CaseCommand, name="report_ending"):
    """Tell the unemployment registry of the end; services to the person cease (Article 29)."""

    reference: str = Field(min_length=1)

    def decide_on(self, case: AssistanceCase, context: Context) -> Decided:
        """Record the report in the case and in the ledger, and put it into the outbox."""
        reported = ending.report(case, context.occasion, self.reference)
        ledger = PersonalLedger(context, case.person_id)
        outbox = queued(
            context,
            self.case_id,
            case.version + 1,
            ledger.person_id,
            Ground.ASSISTANCE_ENDED,
            self.reference,
        )
        if ledger.state.contact.ceased is not None:
            return [*reported, *outbox]
        ceased = contact.cease_after_assistance(ledger.state, self.reference)
        return [*reported, *ledger.addressed(ceased), *outbox]


ALL: tuple[type[Command], ...] = (
    ApplyForConsultation,
    AcceptConsultation,
    DeclineConsultation,
    GiveOpinion,
    GiveFeedback,
    RecommendPlacement,
    PlacePerson,
    EndPlacement,
    RequestTransfer,
    VerifyTransfer,
    ApplyForTransfer,
    WithdrawTransfer,
    PassTransferOn,
    ApproveTransfer,
    RejectTransfer,
    VerifyEnding,
    ApproveEnding,
    CloseCase,
    ReportEnding,
)
