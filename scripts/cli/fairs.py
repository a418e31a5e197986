"""``taizhang fairs …``: job fairs, what came of them, and what the public may see (Articles 42, 43, 53)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from ...application.views.fairs import FairView
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    JsonLines,
    Staff,
    asking,
    opened,
    parse_day,
    print_found,
)

app = typer.Typer(help="Job fairs: plans, employers, outcomes.", no_args_is_help=True)


@app.command("list")
def list_fairs(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    since: Annotated[str | None, typer.Option(help="Not over before this day.")] = None,
    until: Annotated[str | None, typer.Option(help="Begun by this day.")] = None,
    as_json: JsonLines = False,
) -> None:
    """List the job fairs of an agency and those below it, latest first."""
    first, last = (parse_day(day) if day else None for day in (since, until))
    with asking(staff, agency) as (queries, by):
        fairs = queries.fairs.fairs(agency, by=by, since=first, until=last)
    table = Table(
        "招聘会", "类型", "日期", "机构", "状态", "预发布", "单位", "岗位", "达成意向", "上岗",
        "手工登记未录入", title="招聘会", 
    )  # fmt: skip
    print_found(fairs, table, _line, "无招聘会", as_json=as_json)


@app.command("show")
def show(
    fair_id: Annotated[UUID, typer.Argument(help="The id of the fair.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Print a job fair with its employers, their vacancies and what came of them, as JSON."""
    with asking(staff, agency) as (queries, by):
        detail = queries.fairs.fair(fair_id, by=by)
        typer.echo(detail.model_dump_json(indent=2))


@app.command("announced")
def announced(
    day: Annotated[
        str | None, typer.Option(help="Those not over on this day (YYYY-MM-DD); today if left out.")
    ] = None,
) -> None:
    """Print what the public may see of job fairs to come, one JSON object a line (Article 53)."""
    with opened() as taizhang:
        taizhang.projections.catch_up()
        for fair in taizhang.queries().fairs.announced(day=parse_day(day) if day else None):
            typer.echo(fair.model_dump_json())


def _line(fair: FairView) -> list[str]:
    days = f"{fair.first_day}"
    if fair.last_day != fair.first_day:
        days += f"—{fair.last_day}"
    return [
        f"{fair.title}\n{fair.fair_id}",
        f"{fair.form_zh}·{fair.scope_zh}",
        days,
        fair.agency_code,
        fair.stage_zh,
        str(fair.announced_on or "未预发布"),
        str(fair.employers),
        str(fair.vacancies),
        str(fair.agreements),
        str(fair.started),
        f"{fair.paper_left}/{fair.paper_forms}",
    ]
