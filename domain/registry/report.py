"""A report to the unemployment registry (反馈) on its way there: Articles 13, 21 and 29.

To tell the registry is decided in the person's ledger or case; here it is seen to that the report
arrives: to be sent → sent → acknowledged, or rejected with a reason and to be sent again. One stream a
report, whose id is made of the event by which it was decided on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from ..aggregate import Aggregate, Change, Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from ..job_seeker.contact import Ground


class ReportStage(StrEnum):
    """How far a report has come."""

    TO_SEND = "to_send"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    """To be sent again."""

    @property
    def label_zh(self) -> str:
        """The stage as an official writes it."""
        return {
            "to_send": "待发送",
            "sent": "已发送",
            "acknowledged": "已签收",
            "rejected": "被退回待重发",
        }[self]


# --- events -----------------------------------------------------------------------------------


class ReportQueued(Event, name="registry_report.queued"):
    """The registry is to be told about a person on this ground.

    `source_id` is the stream of the ledger or case that decided on it, `reference` what was noted there.
    """

    person_id: UUID
    ground: Ground
    reference: str
    source_id: UUID


class ReportSent(Event, name="registry_report.sent"):
    """The report was sent, by this means; `attempt` counts from 1."""

    attempt: int = Field(ge=1)
    means: str


class ReportAcknowledged(Event, name="registry_report.acknowledged"):
    """The registry has it; `reference` finds it there."""

    reference: str


class ReportRejected(Event, name="registry_report.rejected"):
    """The registry did not take it: it is put right and sent again. The reason names no person."""

    ground: Ground
    reason: str


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class RegistryReport(Aggregate):
    """A report as it stands."""

    kind: ClassVar[str] = "registry_report"
    changes: ClassVar[dict[type[Event], Change]] = {}

    agency_code: str = ""
    person_id: UUID | None = None
    ground: Ground | None = None
    stage: ReportStage = ReportStage.TO_SEND
    since: date = date.min
    attempts: int = 0

    def require_queued(self) -> Ground:
        """Return on which ground the registry is told. Raises NotFound for no such report."""
        if self.ground is None:
            raise NotFound("there is no such report to the registry", field="report_id")
        return self.ground


@changed_by(ReportQueued)
def _queued(report: RegistryReport, event: ReportQueued, recorded: RecordedEvent) -> None:
    report.agency_code = recorded.agency_code
    report.person_id = event.person_id
    report.ground = event.ground
    report.since = recorded.occurred_on


@changed_by(ReportSent)
def _sent(report: RegistryReport, event: ReportSent, recorded: RecordedEvent) -> None:
    report.attempts = event.attempt
    report.stage, report.since = ReportStage.SENT, recorded.occurred_on


@changed_by(ReportAcknowledged)
def _acknowledged(report: RegistryReport, _: ReportAcknowledged, recorded: RecordedEvent) -> None:
    report.stage, report.since = ReportStage.ACKNOWLEDGED, recorded.occurred_on


@changed_by(ReportRejected)
def _rejected(report: RegistryReport, _: ReportRejected, recorded: RecordedEvent) -> None:
    report.stage, report.since = ReportStage.REJECTED, recorded.occurred_on


RegistryReport.changes.update(
    {
        ReportQueued: _queued,
        ReportSent: _sent,
        ReportAcknowledged: _acknowledged,
        ReportRejected: _rejected,
    }
)


def report_stream(source_id: UUID, version: int) -> UUID:
    """Return the stream of the report that the event at `version` of a ledger or case decided on."""
    return uuid5(NAMESPACE_URL, f"taizhang:registry-report:{source_id}:{version}")


# --- decisions --------------------------------------------------------------------------------


def queue(
    report: RegistryReport, person_id: UUID, ground: Ground, reference: str, source_id: UUID
) -> list[Event]:
    """Put a report that was decided on into the outbox, once.

    Rules 13.3, 21.2b, 21.3, 29.
    """
    if report.ground is not None:
        return []
    return [
        ReportQueued(person_id=person_id, ground=ground, reference=reference, source_id=source_id)
    ]


def send(report: RegistryReport, occasion: Occasion, means: str) -> list[Event]:
    """Record that the report was sent; it may be sent again while no answer has come.

    Rules 13.3, 21.2b, 21.3, 29.
    """
    ground = report.require_queued()
    if report.stage is ReportStage.ACKNOWLEDGED:
        raise RuleBroken(ground.value, "the registry has acknowledged this report: it is done")
    _require_after(report, occasion)
    return [ReportSent(attempt=report.attempts + 1, means=means)]


def acknowledge(report: RegistryReport, occasion: Occasion, reference: str) -> list[Event]:
    """Record that the registry has the report. Again changes nothing.

    Rules 13.3, 21.2b, 21.3, 29.
    """
    report.require_queued()
    if report.stage is ReportStage.ACKNOWLEDGED:
        return []
    _require_sent(report, occasion)
    return [ReportAcknowledged(reference=reference)]


def reject(report: RegistryReport, occasion: Occasion, reason: str) -> list[Event]:
    """Record that the registry did not take the report, which is then to be sent again.

    Rules 13.3, 21.2b, 21.3, 29.
    """
    ground = _require_sent(report, occasion)
    return [ReportRejected(ground=ground, reason=reason)]


def _require_sent(report: RegistryReport, occasion: Occasion) -> Ground:
    ground = report.require_queued()
    if report.stage is not ReportStage.SENT:
        raise RuleBroken(ground.value, f"the report is {report.stage}: send it first")
    _require_after(report, occasion)
    return ground


def _require_after(report: RegistryReport, occasion: Occasion) -> None:
    if occasion.occurred_on < report.since:
        raise InvalidInput(
            f"the report is {report.stage} since {report.since}", field="occurred_on"
        )
