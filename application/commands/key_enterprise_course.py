"""Commands by which an agreement with a key enterprise begins, changes hands or ends (Articles 44 and 45)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.employer import ledger as ledgers
from ...domain.employer.ledger import EmployerLedger
from ...domain.identity import CreditCode
from ...domain.key_enterprise import agreement as agreements
from ...domain.key_enterprise import ending, moving
from ...domain.key_enterprise.agreement import ServedAt
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.ending import LostBy
from ...domain.key_enterprise.industry import ClassCode
from ...domain.key_enterprise.moving import TransferReason
from ...domain.key_enterprise.state import AgreementStage, agreement_stream
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.organisation.staff import StaffId
from ...domain.transfer import TransferStep
from ..ports import Identities
from .agreements import AgreementCommand, addressed, ask_catalogues, no_longer_served
from .base import Addressed, Command, CommandOn, Context, Decided


class SignEnterpriseAgreement(CommandOn[KeyEnterpriseAgreement], name="sign_enterprise_agreement"):
    """Sign the enterprise's `number`-th daily service agreement at the actor's agency (Articles 44 and 45).

    The stream of the result is the agreement's id. `not_applying` says why the conditions of an entry of
    the catalogue that names its industry are not met by this enterprise.
    """

    power: ClassVar[Power] = Power.SERVE_KEY_ENTERPRISES
    aggregate: ClassVar[type[Aggregate]] = KeyEnterpriseAgreement

    credit_code: CreditCode
    number: int = Field(default=1, ge=1)
    specialist_id: StaffId
    place: ServedAt
    registered_area: AgencyCode
    operating_area: AgencyCode
    industry_code: ClassCode
    valid_until: date
    not_applying: str = ""

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the enterprise's agreement with this number."""
        return agreement_stream(identities.employer(self.credit_code), self.number)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return nobody: the agency of the actor signs."""
        return None

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Sign it, where the one before and the catalogues allow it; the ledger then knows of it.

        Rules 44, 45.3, 46.
        """
        occasion = context.occasion
        employer_id = context.identities.employer(self.credit_code)
        ledger = context.look(EmployerLedger, employer_id)
        ledger.require_open()
        previous, expired = None, list[Addressed]()
        if self.number > 1:
            before = agreement_stream(employer_id, self.number - 1)
            previous = context.look(KeyEnterpriseAgreement, before)
            if _ran_out(previous, occasion.occurred_on):  # and nobody has recorded it yet
                expired = addressed(before, ending.expire(previous, occasion))
        agency_code = occasion.actor.agency_code
        signed = agreements.sign(
            agreement,
            previous,
            context.directory,
            occasion,
            employer_id,
            self.number,
            self.specialist_id,
            self.place,
            self.registered_area,
            self.operating_area,
            self.industry_code,
            self.valid_until,
            ask_catalogues(context, agency_code, self.industry_code, self.not_applying, "44"),
        )
        agreement_id = agreement_stream(employer_id, self.number)
        known = ledgers.begin_key_service(ledger, agreement_id, agency_code)
        return [*expired, *signed, *addressed(employer_id, known)]


def _ran_out(agreement: KeyEnterpriseAgreement, day: date) -> bool:
    return (
        agreement.stage is AgreementStage.IN_FORCE
        and agreement.valid_until is not None
        and agreement.valid_until < day
    )


class RenewEnterpriseAgreement(AgreementCommand, name="renew_enterprise_agreement"):
    """Renew the agreement before its term is over; the catalogues are asked again (Article 45)."""

    valid_until: date
    not_applying: str = ""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Renew it."""
        agreements.require_renewable(agreement, context.occasion)
        asked = ask_catalogues(
            context, agreement.agency_code, agreement.industry_code, self.not_applying, "45.3"
        )
        return agreements.renew(agreement, context.occasion, self.valid_until, asked)


class ChangeEnterpriseSpecialist(AgreementCommand, name="change_enterprise_specialist"):
    """Name another specialist of the agency (Article 44)."""

    specialist_id: StaffId
    reason: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Change the specialist; open duties go over."""
        return agreements.change_specialist(
            agreement, context.directory, context.occasion, self.specialist_id, self.reason
        )


class RequestEnterpriseTransfer(AgreementCommand, name="request_enterprise_transfer"):
    """Record that the enterprise asks for a transfer to another agency (Articles 44 and 45)."""

    to_agency_code: AgencyCode
    reason: TransferReason

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return moving.request(
            agreement, context.directory, context.occasion, self.to_agency_code, self.reason
        )


class VerifyEnterpriseTransfer(AgreementCommand, name="verify_enterprise_transfer"):
    """Verify, as the specialist, what the enterprise says (Article 45)."""

    fits: bool
    findings: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Verify it."""
        return moving.COURSE.verify(agreement, context.occasion, self.fits, self.findings)


class ApplyForEnterpriseTransfer(AgreementCommand, name="apply_for_enterprise_transfer"):
    """Apply for the transfer to the superior (Article 45)."""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Apply."""
        return moving.COURSE.apply(agreement, context.directory, context.occasion)


class WithdrawEnterpriseTransfer(AgreementCommand, name="withdraw_enterprise_transfer"):
    """Record that the enterprise no longer asks for the transfer."""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it."""
        return moving.COURSE.withdraw(agreement, context.occasion)


class ConfirmEnterpriseTransfer(AgreementCommand, name="confirm_enterprise_transfer"):
    """Confirm, as the receiving agency, that the enterprise is not in its area's catalogue (Article 45)."""

    not_applying: str = ""

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the receiving agency; nobody where nothing is asked for, which is then refused by rule."""
        transfer = self.own(aggregate).transfer
        return transfer.to_agency_code if transfer else None

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Ask the catalogues of the receiving area, and confirm."""
        transfer = moving.COURSE.at(agreement, context.occasion, TransferStep.APPLIED)
        asked = ask_catalogues(
            context, transfer.to_agency_code, agreement.industry_code, self.not_applying, "45.2"
        )
        return moving.confirm(agreement, context.occasion, asked)


class EnterpriseTransferDecision(AgreementCommand):
    """A command of the agency with which the application lies."""

    power: ClassVar[Power] = Power.DECIDE_TRANSFERS

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return that agency; nobody where nothing was applied for, which is then refused by rule."""
        transfer = self.own(aggregate).transfer
        return transfer.lies_with or None if transfer else None


class PassEnterpriseTransferOn(EnterpriseTransferDecision, name="pass_enterprise_transfer_on"):
    """Pass the application on to the next level up (Article 45)."""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Pass it on."""
        return moving.COURSE.pass_on(agreement, context.directory, context.occasion)


class ApproveEnterpriseTransfer(EnterpriseTransferDecision, name="approve_enterprise_transfer"):
    """Approve the transfer once the receiving area has confirmed: the agreement ends (Article 45)."""

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Approve it, as the one with power; the ledger knows that nobody serves it until it is signed."""
        approved = moving.approve(agreement, context.directory, context.occasion)
        return [*approved, *no_longer_served(context, agreement, self.agreement_id)]


class RejectEnterpriseTransfer(EnterpriseTransferDecision, name="reject_enterprise_transfer"):
    """Reject the transfer: the agreement stays in force (Article 45)."""

    reason: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Reject it, as the one with power."""
        return moving.COURSE.reject(agreement, context.directory, context.occasion, self.reason)


class FindNoLongerKey(AgreementCommand, name="find_enterprise_no_longer_key"):
    """Record that the enterprise is no longer key (Article 45, paragraph 3)."""

    cause: LostBy
    findings: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it; the agreement goes on until it is ended by consent or over."""
        return ending.find_no_longer_key(agreement, context.occasion, self.cause, self.findings)


class EndEnterpriseAgreement(AgreementCommand, name="end_enterprise_agreement"):
    """End the agreement with an enterprise that is no longer key, by consent (Article 45, paragraph 3)."""

    consented: bool
    note: str = Field(min_length=1)

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """End it; the enterprise goes on as an ordinary employer."""
        ended = ending.end_by_consent(agreement, context.occasion, self.consented, self.note)
        return [*ended, *no_longer_served(context, agreement, self.agreement_id)]


class ExpireEnterpriseAgreement(AgreementCommand, name="expire_enterprise_agreement"):
    """Record that the agreement ran to its term and was not renewed (Article 45, paragraph 3)."""

    power: ClassVar[Power] = Power.CLOSE_AGREEMENTS

    def decide_on(self, agreement: KeyEnterpriseAgreement, context: Context) -> Decided:
        """Record it once; the enterprise goes on as an ordinary employer."""
        expired = ending.expire(agreement, context.occasion)
        if not expired:
            return []
        return [*expired, *no_longer_served(context, agreement, self.agreement_id)]


ALL: tuple[type[Command], ...] = (
    SignEnterpriseAgreement,
    RenewEnterpriseAgreement,
    ChangeEnterpriseSpecialist,
    RequestEnterpriseTransfer,
    VerifyEnterpriseTransfer,
    ApplyForEnterpriseTransfer,
    WithdrawEnterpriseTransfer,
    ConfirmEnterpriseTransfer,
    PassEnterpriseTransferOn,
    ApproveEnterpriseTransfer,
    RejectEnterpriseTransfer,
    FindNoLongerKey,
    EndEnterpriseAgreement,
    ExpireEnterpriseAgreement,
)
