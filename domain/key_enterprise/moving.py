"""The transfer of an agreement (服务关系划转) to another agency, by the course of `domain.transfer` (Article 45).

Before it is approved, the receiving agency confirms that the enterprise is not in its area's catalogue.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from .. import transfer as transfers
from ..aggregate import Occasion, changed_by
from ..errors import RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.agency import AgencyLevel
from ..organisation.directory import Directory
from ..transfer import TransferStep
from .catalogue import Asked
from .ending import Ending, end
from .state import KeyEnterpriseAgreement, OfAgreement


class TransferReason(StrEnum):
    """What has changed, so that another agency is nearer (Article 44, paragraph 3)."""

    REGISTRATION_MOVED = "registration_moved"
    OPERATIONS_MOVED = "operations_moved"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The reason in the words of the regulation."""
        return {
            "registration_moved": "注册地变更",
            "operations_moved": "经营地变更",
            "other": "其他原因需要调整日常服务地",
        }[self]


# --- events -----------------------------------------------------------------------------------


class TransferRequested(
    transfers.Towards, OfAgreement, Event, name="key_enterprise_agreement.transfer_requested"
):
    """The enterprise asked its specialist for a transfer to another agency."""

    reason: TransferReason


class TransferVerified(OfAgreement, Event, name="key_enterprise_agreement.transfer_verified"):
    """The specialist verified what the enterprise says; one that does not fit goes no further."""

    fits: bool
    findings: str


class TransferApplied(
    transfers.AppliedFor, OfAgreement, Event, name="key_enterprise_agreement.transfer_applied"
):
    """The agency applied for the transfer to its superior; `decided_by` has the power to approve."""


class TransferPassedOn(
    transfers.LiesWith, OfAgreement, Event, name="key_enterprise_agreement.transfer_passed_on"
):
    """A superior passed the application on to the next level up."""


class TransferConfirmed(
    transfers.Towards, OfAgreement, Event, name="key_enterprise_agreement.transfer_confirmed"
):
    """The receiving agency confirmed that the enterprise is not in its area's catalogue, as `asked`."""

    asked: tuple[Asked, ...]


class TransferApproved(
    transfers.GoesTo, OfAgreement, Event, name="key_enterprise_agreement.transfer_approved"
):
    """The transfer was approved: the agreement ends, the receiving agency signs a new one."""


class TransferRejected(
    transfers.Towards, OfAgreement, Event, name="key_enterprise_agreement.transfer_rejected"
):
    """The transfer was not approved: the agreement stays in force."""

    reason: str


class TransferWithdrawn(OfAgreement, Event, name="key_enterprise_agreement.transfer_withdrawn"):
    """The enterprise no longer asks for the transfer."""


COURSE: Final = transfers.Course(
    rule="45.1",
    power_rule="45.1",
    asker="the enterprise",
    levels=frozenset({AgencyLevel.SUBDISTRICT, AgencyLevel.DISTRICT}),
    events=transfers.CourseEvents(
        TransferRequested,
        TransferVerified,
        TransferApplied,
        TransferPassedOn,
        TransferApproved,
        TransferRejected,
        TransferWithdrawn,
    ),
)
"""The course of an agreement's transfer."""

# --- state ------------------------------------------------------------------------------------


@changed_by(TransferConfirmed)
def _confirmed(agreement: KeyEnterpriseAgreement, _: TransferConfirmed, __: RecordedEvent) -> None:
    if agreement.transfer is not None:
        agreement.transfer.confirmed = True


@changed_by(TransferApproved)
def _approved(
    agreement: KeyEnterpriseAgreement, _: TransferApproved, recorded: RecordedEvent
) -> None:
    end(agreement, Ending.TRANSFERRED, recorded.occurred_on)


# --- decisions --------------------------------------------------------------------------------


def request(
    agreement: KeyEnterpriseAgreement,
    directory: Directory,
    occasion: Occasion,
    to_agency_code: str,
    reason: TransferReason,
) -> list[Event]:
    """Record that the enterprise asks for a transfer; one that is no longer key is not transferred.

    Rules 45.1, 45.3.
    """
    agreement.require(occasion, "45.1")
    if agreement.no_longer_key is not None:
        raise RuleBroken(
            "45.3",
            f"the enterprise is no longer key ({agreement.no_longer_key}): its agreement is ended by "
            "consent or runs to its term",
        )
    return COURSE.request(agreement, directory, occasion, to_agency_code, reason=reason)


def confirm(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, asked: tuple[Asked, ...]
) -> list[Event]:
    """Confirm, as the receiving agency, that the enterprise is not in its area's catalogue.

    Rule 45.2.
    """
    transfer = COURSE.at(agreement, occasion, TransferStep.APPLIED)
    return [
        TransferConfirmed(**agreement.whose, to_agency_code=transfer.to_agency_code, asked=asked)
    ]


def approve(
    agreement: KeyEnterpriseAgreement, directory: Directory, occasion: Occasion
) -> list[Event]:
    """Approve the transfer, as the one with power, once the receiving area has confirmed.

    Rules 45.1, 45.2.
    """
    approved = COURSE.approve(agreement, directory, occasion)
    assert agreement.transfer is not None
    if not agreement.transfer.confirmed:
        raise RuleBroken(
            "45.2",
            f"{agreement.transfer.to_agency_code} has not confirmed yet that the enterprise is not in "
            "its area's catalogue of prohibited and restricted industries",
        )
    return approved
