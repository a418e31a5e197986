"""The transfer of a case (服务关系划转) to another subdistrict, by the course of `domain.transfer`."""

from __future__ import annotations

from enum import StrEnum

from .. import transfer as transfers
from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from ..organisation.agency import AgencyCode
from ..organisation.directory import Directory
from ..transfer import Transfer, TransferStep
from .state import AssistanceCase, CaseStage, OfCase


class TransferReason(StrEnum):
    """What has changed, so that another agency is nearer (Article 23, paragraph 3)."""

    HOUSEHOLD_MOVED = "household_moved"
    RESIDENCE_MOVED = "residence_moved"

    @property
    def label_zh(self) -> str:
        """The reason in the words of the regulation."""
        return {"household_moved": "户籍所在地变更", "residence_moved": "常住地变更"}[self]


# --- events -----------------------------------------------------------------------------------


class TransferRequested(OfCase, Event, name="assistance_case.transfer_requested"):
    """The person asked the specialist for a transfer to another subdistrict."""

    to_agency_code: AgencyCode
    reason: TransferReason


class TransferVerified(
    OfCase, Event, name="assistance_case.transfer_verified", subject="person_id"
):
    """The specialist verified what the person says; one that does not fit goes no further."""

    fits: bool
    findings: Personal


class TransferApplied(OfCase, Event, name="assistance_case.transfer_applied"):
    """The agency applied for the transfer to its superior; `decided_by` has the power to approve."""

    to_agency_code: AgencyCode
    lies_with: AgencyCode
    decided_by: AgencyCode

    @property
    def responsible(self) -> tuple[str, str]:
        """Now the superior, with nobody named yet."""
        return self.lies_with, ""


class TransferPassedOn(OfCase, Event, name="assistance_case.transfer_passed_on"):
    """A superior passed the application on to the next level up."""

    lies_with: AgencyCode

    @property
    def responsible(self) -> tuple[str, str]:
        """Now the agency above, with nobody named yet."""
        return self.lies_with, ""


class TransferApproved(OfCase, Event, name="assistance_case.transfer_approved"):
    """The transfer was approved: the agreement ends, the receiving agency signs a new one."""

    to_agency_code: AgencyCode

    @property
    def responsible(self) -> tuple[str, str]:
        """The receiving agency, which has no specialist for the person before it signs."""
        return self.to_agency_code, ""


class TransferRejected(
    OfCase, Event, name="assistance_case.transfer_rejected", subject="person_id"
):
    """The transfer was not approved: the agreement stays in force."""

    to_agency_code: AgencyCode
    reason: Personal


class TransferWithdrawn(OfCase, Event, name="assistance_case.transfer_withdrawn"):
    """The person no longer asks for the transfer."""


# --- state ------------------------------------------------------------------------------------


@changed_by(TransferRequested)
def _requested(case: AssistanceCase, event: TransferRequested, recorded: RecordedEvent) -> None:
    case.transfer = Transfer(event.to_agency_code, recorded.occurred_on)


@changed_by(TransferVerified)
def _verified(case: AssistanceCase, event: TransferVerified, _: RecordedEvent) -> None:
    if not event.fits:
        case.transfer = None
    elif case.transfer is not None:
        case.transfer.step = TransferStep.VERIFIED


@changed_by(TransferApplied)
def _applied(case: AssistanceCase, event: TransferApplied, _: RecordedEvent) -> None:
    if case.transfer is not None:
        case.transfer.step = TransferStep.APPLIED
        case.transfer.lies_with = event.lies_with
        case.transfer.decided_by = event.decided_by


@changed_by(TransferPassedOn)
def _passed_on(case: AssistanceCase, event: TransferPassedOn, _: RecordedEvent) -> None:
    if case.transfer is not None:
        case.transfer.lies_with = event.lies_with


@changed_by(TransferApproved)
def _approved(case: AssistanceCase, _: TransferApproved, recorded: RecordedEvent) -> None:
    case.stage = CaseStage.ENDED
    case.stage_since = recorded.occurred_on
    case.ending = "transferred"
    case.consultation = None


@changed_by(TransferRejected, TransferWithdrawn)
def _stays(
    case: AssistanceCase, _: TransferRejected | TransferWithdrawn, __: RecordedEvent
) -> None:
    case.transfer = None


# --- decisions --------------------------------------------------------------------------------


def request(
    case: AssistanceCase,
    directory: Directory,
    occasion: Occasion,
    to_agency_code: str,
    reason: TransferReason,
) -> list[Event]:
    """Record that the person asks for a transfer.

    Rules 23.3, 24.
    """
    case.require(occasion, "24")
    transfers.request(
        case.transfer, directory, case.agency_code, to_agency_code, occasion.occurred_on
    )
    return [TransferRequested(**case.whose, to_agency_code=to_agency_code, reason=reason)]


def verify(case: AssistanceCase, occasion: Occasion, fits: bool, findings: str) -> list[Event]:
    """Verify, as the specialist, what the person says.

    Rule 24.
    """
    _require_step(case, occasion, TransferStep.REQUESTED)
    if occasion.actor.staff_id != case.specialist_id:
        raise RuleBroken("24", f"the specialist verifies: that is {case.specialist_id}")
    return [TransferVerified(**case.whose, fits=fits, findings=findings)]


def apply(case: AssistanceCase, directory: Directory, occasion: Occasion) -> list[Event]:
    """Apply for the transfer to the superior, from which it goes up to the one with power.

    Rules 23.3, 24.
    """
    transfer = _require_step(case, occasion, TransferStep.VERIFIED)
    way = transfers.route(
        directory, case.agency_code, transfer.to_agency_code, occasion.occurred_on
    )
    return [
        TransferApplied(
            **case.whose,
            to_agency_code=transfer.to_agency_code,
            lies_with=way[0],
            decided_by=way[-1],
        )
    ]


def pass_on(case: AssistanceCase, directory: Directory, occasion: Occasion) -> list[Event]:
    """Pass the application on to the next level up, as an agency without the power to decide.

    Rule 24.
    """
    transfer = _require_step(case, occasion, TransferStep.APPLIED)
    above = transfers.above(directory, transfer, case.agency_code, occasion.occurred_on)
    return [TransferPassedOn(**case.whose, lies_with=above)]


def approve(case: AssistanceCase, directory: Directory, occasion: Occasion) -> list[Event]:
    """Approve the transfer, as the one with power; the agreement ends with it.

    Rules 23.3, 24.
    """
    transfer = _require_step(case, occasion, TransferStep.APPLIED)
    transfers.require_decider(directory, transfer, case.agency_code, occasion.occurred_on)
    return [TransferApproved(**case.whose, to_agency_code=transfer.to_agency_code)]


def reject(
    case: AssistanceCase, directory: Directory, occasion: Occasion, reason: str
) -> list[Event]:
    """Reject the transfer, as the one with power, with the reason.

    Rules 23.3, 24.
    """
    transfer = _require_step(case, occasion, TransferStep.APPLIED)
    transfers.require_decider(directory, transfer, case.agency_code, occasion.occurred_on)
    if not reason.strip():
        raise InvalidInput("say why the transfer is rejected", field="reason")
    return [TransferRejected(**case.whose, to_agency_code=transfer.to_agency_code, reason=reason)]


def withdraw(case: AssistanceCase, occasion: Occasion) -> list[Event]:
    """Record that the person no longer asks for it.

    Rule 24.
    """
    case.require(occasion, "24")
    if case.transfer is None:
        raise RuleBroken("24", "no transfer is under way")
    return [TransferWithdrawn(**case.whose)]


def _require_step(case: AssistanceCase, occasion: Occasion, step: TransferStep) -> Transfer:
    case.require(occasion, "24", CaseStage.ASSISTED, CaseStage.EMPLOYED)
    return transfers.require_step(case.transfer, step, occasion.occurred_on)
