"""Commands about reports to the unemployment registry on their way (Articles 13, 21 and 29)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.events import Event
from ...domain.job_seeker.contact import Ground
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.registry import report as reports
from ...domain.registry.report import RegistryReport, report_stream
from ..ports import Identities
from .base import Addressed, Command, CommandOn, Context


def queued(
    context: Context,
    source_id: UUID,
    source_version: int,
    person_id: UUID,
    ground: Ground,
    reference: str,
) -> list[Addressed]:
    """Return what puts a report into the outbox: the one decided on by the event at this version.

    Rules 13.3, 21.2b, 21.3, 29.
    """
    report_id = report_stream(source_id, source_version)
    report = context.look(RegistryReport, report_id)
    return [
        Addressed(report_id, event)
        for event in reports.queue(report, person_id, ground, reference, source_id)
    ]


class ReportCommand(CommandOn[RegistryReport]):
    """A command about a report that is in the outbox."""

    power: ClassVar[Power] = Power.SEND_REPORTS
    aggregate: ClassVar[type[Aggregate]] = RegistryReport

    report_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the report."""
        return self.report_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that decided to report. Raises NotFound for no such report."""
        report = self.own(aggregate)
        report.require_queued()
        return report.agency_code


class MarkReportSent(ReportCommand, name="mark_report_sent"):
    """Record that a report was sent to the registry."""

    means: str = Field(min_length=1, max_length=100)

    def decide_on(self, report: RegistryReport, context: Context) -> list[Event]:
        """Record it."""
        return reports.send(report, context.occasion, self.means)


class AcknowledgeReport(ReportCommand, name="acknowledge_report"):
    """Record that the registry acknowledged a report; `reference` finds it there."""

    reference: str = Field(min_length=1, max_length=200)

    def decide_on(self, report: RegistryReport, context: Context) -> list[Event]:
        """Record it."""
        return reports.acknowledge(report, context.occasion, self.reference)


class RejectReport(ReportCommand, name="reject_report"):
    """Record that the registry did not take a report: it is to be sent again. Name no person."""

    reason: str = Field(min_length=1, max_length=1000)

    def decide_on(self, report: RegistryReport, context: Context) -> list[Event]:
        """Record it with the reason."""
        return reports.reject(report, context.occasion, self.reason)


ALL: tuple[type[Command], ...] = (MarkReportSent, AcknowledgeReport, RejectReport)
