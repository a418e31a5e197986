"""The transfer of a case (服务关系划转) to another subdistrict, by the course of `domain.transfer`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from .. import transfer as transfers
from ..aggregate import changed_by
from ..events import Event, Personal, RecordedEvent
from ..organisation.agency import AgencyLevel
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


class TransferRequested(
    transfers.Towards, OfCase, Event, name="assistance_case.transfer_requested"
):
    """The person asked the specialist for a transfer to another subdistrict."""

    reason: TransferReason


class TransferVerified(
    OfCase, Event, name="assistance_case.transfer_verified", subject="person_id"
):
    """The specialist verified what the person says; one that does not fit goes no further."""

    fits: bool
    findings: Personal


class TransferApplied(transfers.AppliedFor, OfCase, Event, name="assistance_case.transfer_applied"):
    """The agency applied for the transfer to its superior; `decided_by` has the power to approve."""


class TransferPassedOn(
    transfers.LiesWith, OfCase, Event, name="assistance_case.transfer_passed_on"
):
    """A superior passed the application on to the next level up."""


class TransferApproved(transfers.GoesTo, OfCase, Event, name="assistance_case.transfer_approved"):
    """The transfer was approved: the agreement ends, the receiving agency signs a new one."""


class TransferRejected(
    transfers.Towards, OfCase, Event, name="assistance_case.transfer_rejected", subject="person_id"
):
    """The transfer was not approved: the agreement stays in force."""

    reason: Personal


class TransferWithdrawn(OfCase, Event, name="assistance_case.transfer_withdrawn"):
    """The person no longer asks for the transfer."""


COURSE: Final = transfers.Course(
    rule="24",
    power_rule="23.3",
    asker="the person",
    levels=frozenset({AgencyLevel.SUBDISTRICT}),
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
"""The course of a case's transfer.

Rules 23.3, 24.
"""


# --- state ------------------------------------------------------------------------------------


@changed_by(TransferApproved)
def _approved(case: AssistanceCase, _: TransferApproved, recorded: RecordedEvent) -> None:
    case.stage = CaseStage.ENDED
    case.stage_since = recorded.occurred_on
    case.ending = "transferred"
    case.consultation = None
