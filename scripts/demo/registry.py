"""The connection to the unemployment registry: it sends each morning, and the registry answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...application.commands.base import Command
from ...application.commands.registry import AcknowledgeReport, MarkReportSent, RejectReport
from ...application.views.fairs import RegistryReportView
from ...domain.organisation.powers import Actor
from ...domain.registry.report import ReportStage

if TYPE_CHECKING:
    from .month import Month

DOWN_SINCE = 16
"""The day of the month from which on the connection is down: what is reported later stays unsent."""


def send(month: Month) -> None:
    """Send what is to be sent, and take the answers: the first report is rejected once."""
    if month.clock.today >= month.first.replace(day=DOWN_SINCE):
        return
    sender = Actor.system(month.district_code)
    queries = month.taizhang.queries().registry
    for report in queries.reports(month.district_code, by=sender):
        if report.stage in (ReportStage.TO_SEND, ReportStage.REJECTED):
            sent = MarkReportSent(report_id=report.report_id, means="接口")
            month.desk.do(sender, sent, _answer(month, report))
            month.reported += 1


def _answer(month: Month, report: RegistryReportView) -> Command:
    if not month.reported:
        return RejectReport(report_id=report.report_id, reason="登记编号有误，请核对后重报")
    reference = f"SY{month.clock.today:%Y%m%d}{month.reported:03}"
    return AcknowledgeReport(report_id=report.report_id, reference=reference)
