"""``taizhang enterprises …``: key enterprises, their agreements, needs files, courses and counts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Column, Table

from ...application.views.enterprises import AgreementView, EnterpriseCounts
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    AsJson,
    AsOfDay,
    Staff,
    actor,
    asking,
    opened,
    parse_day,
    print_found,
    tables,
)

app = typer.Typer(
    help="Key enterprises: agreements, what is missing or late, needs files, courses, counts.",
    no_args_is_help=True,
)
Enterprise = Annotated[
    str, typer.Argument(help="The enterprise's credit code, or the id of an agreement.")
]


@app.command("list")
def agreements(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    lacking: Annotated[
        bool, typer.Option("--lacking", help="Only those that lack something or are late.")
    ] = False,
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 500,
    as_json: AsJson = False,
) -> None:
    """List the key enterprises of an agency and those below it, with what is missing or late."""
    with asking(staff, agency) as (queries, by):
        found = queries.enterprises.agreements(
            agency,
            by=by,
            only_in_force=not ended,
            only_lacking=lacking,
            limit=limit,
        )
    table = Table(
        "企业", "信用代码", "机构", "专员", "协议期", "最近联系", Column("缺项", overflow="fold"),
        "逾期", title="重点企业",
    )  # fmt: skip
    print_found(found, table, _line, "无重点企业", as_json=as_json)


@app.command("agreement")
def agreement(enterprise: Enterprise, agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Print an agreement as it stands (the last one, for a credit code), as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.enterprises.agreement(_key(enterprise), by=by)
        typer.echo(view.model_dump_json(indent=2))


@app.command("needs-file")
def needs_file(enterprise: Enterprise, agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Print the staffing needs file, what of it is missing and every version (Article 48), as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.enterprises.needs_file(_key(enterprise), by=by)
        typer.echo(view.model_dump_json(indent=2))


@app.command("course")
def course(enterprise: Enterprise, agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Print the course: specialists, the contact of each quarter, duties met and missed, as JSON."""
    with asking(staff, agency) as (queries, by):
        for one in queries.enterprises.course(_key(enterprise), by=by):
            typer.echo(one.model_dump_json(indent=2))


@app.command("counts")
def counts(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    day: AsOfDay = None,
    as_json: AsJson = False,
) -> None:
    """Count key enterprises at an agency and those below it: files, teams, transfers, what is late."""
    with asking(staff, agency) as (queries, by):
        view = queries.enterprises.counts(agency, by=by, day=parse_day(day) if day else None)
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    table = Table(
        "机构", "履行中", "未建档案", "档案缺项", "无支持团队", "不再属重点", "划转中",
        "待重新签订", "期满未处理", "招用人数", "逾期事项", title=f"重点企业统计（{view.day}）",
    )  # fmt: skip
    for one in (view.total, *view.agencies):
        table.add_row(*_counted(one), end_section=one is view.total)
    tables.print(table)


@app.command("catalogues")
def catalogues(agency: Agency, staff: Staff = SYSTEM_STAFF_ID, day: AsOfDay = None) -> None:
    """Print which editions of the catalogues of restricted industries apply at an agency, as JSON lines."""
    with opened() as taizhang:
        found = taizhang.queries().enterprises.catalogues(
            agency, by=actor(staff, agency), day=parse_day(day) if day else None
        )
        for one in found:
            typer.echo(one.model_dump_json())


def _key(enterprise: str) -> UUID | str:
    try:
        return UUID(enterprise)
    except ValueError:
        return enterprise


def _line(one: AgreementView) -> list[str]:
    return [
        one.name,
        one.credit_code,
        one.agency_code,
        f"{one.specialist_id}{'（已离岗）' if one.specialist_left else ''}",
        f"{one.signed_on}至{one.valid_until}{'（已期满）' if one.past_term else ''}",
        str(one.last_contact_on or ""),
        "；".join(one.missing_zh),
        _by_rule(one.overdue),
    ]


def _counted(one: EnterpriseCounts) -> list[str]:
    figures = (
        one.in_force,
        one.without_file,
        one.incomplete_file,
        one.without_team,
        one.no_longer_key,
        one.in_transfer,
        one.awaiting_signature,
        one.past_term,
        one.hired,
    )
    return [f"{one.name} {one.agency_code}", *map(str, figures), _by_rule(one.overdue)]


def _by_rule(overdue: dict[str, int]) -> str:
    return " ".join(f"第{rule}条:{number}" for rule, number in sorted(overdue.items()))
