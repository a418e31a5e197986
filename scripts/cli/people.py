"""``taizhang people …``: counts, ledgers, courses, and what is summed up of job seekers."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from ...application.views.people import PersonCounts
from .console import SYSTEM_STAFF_ID, Agency, AsJson, AsOfDay, Staff, asking, parse_day, tables

app = typer.Typer(
    help="Job seekers and people in assistance: counts, ledgers, courses.", no_args_is_help=True
)
Person = Annotated[UUID, typer.Argument(help="The id of the person's ledger.")]
Reason = Annotated[
    str | None,
    typer.Option(help="Why personal data are needed: shows them, and is logged (Article 51)."),
]


@app.command("counts")
def counts(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    day: AsOfDay = None,
    as_json: AsJson = False,
) -> None:
    """Count persons at an agency and those below it: registered, assisted, employed, stable, overdue."""
    with asking(staff, agency) as (queries, by):
        view = queries.people.counts(agency, by=by, day=parse_day(day) if day else None)
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    table = Table(
        "机构", "台账", "求职登记", "各等级", "就业援助中", "托底安置", "已就业",
        "稳定1/3/6个月", "停止服务", "逾期事项", title=f"服务对象统计（{view.day}）",
    )  # fmt: skip
    for one in (view.total, *view.agencies):
        table.add_row(*_line(one), end_section=one is view.total)
    tables.print(table)


@app.command("ledger")
def ledger(
    person: Person,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    reason: Reason = None,
) -> None:
    """Print a person's ledger by its sections (Articles 17 and 32), as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.people.job_seeker_ledger(person, by=by, reason=reason)
        typer.echo(view.model_dump_json(indent=2))


@app.command("course")
def course(
    person: Annotated[UUID, typer.Argument(help="The id of a case or of the person's ledger.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    reason: Reason = None,
) -> None:
    """Print the course of assistance: stages, plan against what happened, duties met and missed."""
    with asking(staff, agency) as (queries, by):
        for one in queries.people.case_course(person, by=by, reason=reason):
            typer.echo(one.model_dump_json(indent=2))


@app.command("steps")
def steps(
    person: Person,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    as_json: AsJson = False,
) -> None:
    """Show which steps of Chapter 3 stand open for a person: by which rule, on which facts, what else wants."""
    with asking(staff, agency) as (queries, by):
        found = queries.available_steps(person, by=by)
    if as_json:
        typer.echo(json.dumps([step.model_dump() for step in found], ensure_ascii=False, indent=2))
        return
    table = Table("步骤", "依据", "可否办理", "已具备的条件", "未具备的条件", title="可选步骤")
    for step in found:
        table.add_row(
            step.title_zh,
            step.citation,
            "可以办理" if step.is_open else "条件未齐",
            "；".join(step.evidence),
            "；".join(step.wanting_zh),
        )
    tables.print(table)


@app.command("training-needs")
def training_needs(agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Print the training needs of job seekers and employers, summed up (Article 54), as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.people.training_needs(agency, by=by)
        typer.echo(view.model_dump_json(indent=2))


@app.command("information")
def information(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 500,
) -> None:
    """Print job seekers' information without identity (Article 53), one JSON object a line."""
    with asking(staff, agency) as (queries, by):
        people = queries.people
        for one in people.job_seeker_information(agency, by=by, limit=limit):
            typer.echo(one.model_dump_json())


@app.command("surveys")
def surveys(
    agency: Agency,
    since: Annotated[str, typer.Option(help="The first day (YYYY-MM-DD).")],
    until: Annotated[str, typer.Option(help="The last day (YYYY-MM-DD).")],
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Print the results of willingness surveys (Articles 19 and 20), as JSON."""
    first, last = parse_day(since), parse_day(until)
    with asking(staff, agency) as (queries, by):
        view = queries.people.survey_results(agency, since=first, until=last, by=by)
        typer.echo(view.model_dump_json(indent=2))


def _line(one: PersonCounts) -> list[str]:
    return [
        f"{one.name} {one.agency_code}",
        str(one.ledgers),
        str(one.registered),
        " ".join(f"{level}级{number}" for level, number in sorted(one.by_level.items())),
        str(one.in_assistance),
        str(one.placed),
        str(one.employed),
        f"{one.stable_one}/{one.stable_three}/{one.stable_six}",
        str(one.ceased),
        " ".join(f"第{rule}条:{number}" for rule, number in sorted(one.overdue.items())),
    ]
