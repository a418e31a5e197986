"""``taizhang registry …``: the outbox of reports to the unemployment registry (Articles 13, 21, 29)."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from ...application.views.fairs import RegistryReportView
from ...domain.registry.report import ReportStage
from .console import SYSTEM_STAFF_ID, Agency, JsonLines, Staff, asking, print_found

app = typer.Typer(
    help="Reports to the unemployment registry: to be sent, sent, acknowledged.",
    no_args_is_help=True,
)


@app.command("reports")
def reports(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    stage: Annotated[ReportStage | None, typer.Option(help="Only those that stand there.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those that should have been sent by now.")
    ] = False,
    as_json: JsonLines = False,
) -> None:
    """List the reports of an agency and those below it, the oldest first."""
    with asking(staff, agency) as (queries, by):
        found = queries.registry.reports(agency, by=by, stage=stage, overdue=overdue)
    table = Table(
        "反馈", "依据", "事由", "机构", "决定日期", "状态", "应发送", "次数", "签收编号 / 退回原因",
        title="向失业登记管理部门的反馈",
    )  # fmt: skip
    print_found(found, table, _line, "无反馈", as_json=as_json)


def _line(one: RegistryReportView) -> list[str]:
    return [
        str(one.report_id),
        one.ground,
        one.ground_zh,
        one.agency_code,
        str(one.decided_on),
        one.stage_zh,
        f"{one.due_on or ''}{'（逾期）' if one.overdue else ''}",
        str(one.attempts),
        one.registry_reference or one.rejection or "",
    ]
