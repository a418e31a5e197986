"""``taizhang rectification …``: problems found at agencies, from notice to clearing (Article 58)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from ...application.commands.rectification import (
    AnswerNotice,
    CheckRectification,
    DeclineInterview,
    HoldInterview,
    NotifyProblem,
    PutProblemRight,
    RecordProblem,
    ReferForAccountability,
    WithdrawProblem,
)
from ...application.views.supervision import RectificationView
from ...domain.calendar import shanghai_day
from ...domain.supervision.rectification.events import ConcernedRecord, Source
from ...domain.supervision.rectification.state import Stage
from ...infrastructure.taizhang import system_clock
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    JsonLines,
    Staff,
    asking,
    carry_out,
    parse_day,
    print_found,
)

app = typer.Typer(
    help="Problems found at agencies (整改): list, notify, answer, put right, check, escalate.",
    no_args_is_help=True,
)
Problem = Annotated[UUID, typer.Argument(help="The id of the problem, as `list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@app.command("list")
def list_problems(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    stage: Annotated[Stage | None, typer.Option(help="Only those that have come this far.")] = None,
    standing: Annotated[bool, typer.Option(help="Only those not put right.")] = False,
    interviews: Annotated[
        bool, typer.Option(help="Only those for which an interview stands open.")
    ] = False,
    as_json: JsonLines = False,
) -> None:
    """List the problems at an agency and those below it, the most often notified first."""
    with asking(staff, agency) as (queries, by):
        if interviews:
            found = queries.supervision.open_interviews(agency, by=by)
        else:
            found = queries.supervision.rectifications(
                agency, by=by, stage=stage, standing=standing
            )
    table = Table(
        "编号",
        "机构",
        "依据",
        "记录",
        "问题",
        "来源",
        "发现日期",
        "通报次数",
        "状态",
        title="问题及整改",
    )
    print_found(found, table, _line, "无问题记录", as_json=as_json)


@app.command("show")
def show(problem: Problem, agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Print a problem with its course and the steps that stand open for it, as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.supervision.rectification(problem, by=by)
        typer.echo(view.model_dump_json(indent=2))


@app.command("record")
def record(
    inspected: Annotated[str, typer.Option(help="The code of the agency at which it was found.")],
    rule: Annotated[str, typer.Option(help="The rule that is broken, by its id: 27.1.")],
    evidence: Annotated[str, typer.Option(help="What shows it, in one sentence.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    record_kind: Annotated[
        ConcernedRecord, typer.Option(help="In what kind of record; `agency`: as a whole.")
    ] = ConcernedRecord.AGENCY,
    record_id: Annotated[UUID | None, typer.Option(help="The record's id.")] = None,
    source: Annotated[Source, typer.Option(help="How it was found.")] = Source.MONITORING,
    reference: Annotated[
        str | None, typer.Option(help="The number of the paper where it was found.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="The day it was found (YYYY-MM-DD); today if left out.")
    ] = None,
) -> None:
    """Record a problem found at an agency below: by monitoring, a complaint, a daily check."""
    found_on = parse_day(day) if day else shanghai_day(system_clock())
    carry_out(
        RecordProblem,
        staff,
        agency,
        occurred_on=found_on,
        agency_code=inspected,
        rule=rule,
        record_kind=record_kind,
        record_id=record_id,
        source=source,
        reference=reference,
        evidence=evidence,
    )


@app.command("notify")
def notify(
    problem: Problem,
    letter: Annotated[str, typer.Option(help="The number of the letter.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Notify an agency of one problem by a letter, outside the monthly notice."""
    carry_out(NotifyProblem, staff, agency, rectification_id=problem, letter=letter)


@app.command("answer")
def answer(
    problem: Problem,
    cause: Annotated[str, typer.Option(help="What caused it.")],
    measures: Annotated[str, typer.Option(help="What is done about it.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    done_by: Annotated[str | None, typer.Option(help="Until when (YYYY-MM-DD).")] = None,
) -> None:
    """Answer a notice, for the inspected agency."""
    until = parse_day(done_by) if done_by else None
    carry_out(
        AnswerNotice,
        staff,
        agency,
        rectification_id=problem,
        cause=cause,
        measures=measures,
        done_by=until,
    )


@app.command("put-right")
def put_right(
    problem: Problem,
    how: Annotated[str, typer.Option(help="How it was put right.")],
    evidence: Annotated[str, typer.Option(help="What shows it.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Report, for the inspected agency, that a problem is put right."""
    carry_out(PutProblemRight, staff, agency, rectification_id=problem, how=how, evidence=evidence)


@app.command("check")
def check(
    problem: Problem,
    accepted: Annotated[bool, typer.Option("--accepted/--rejected", help="Whether it is.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    reason: Annotated[str | None, typer.Option(help="Why not, where it is rejected.")] = None,
) -> None:
    """Check, for the superior, whether a problem was put right."""
    carry_out(
        CheckRectification,
        staff,
        agency,
        rectification_id=problem,
        accepted=accepted,
        reason=reason,
    )


@app.command("withdraw")
def withdraw(
    problem: Problem, reason: Reason, agency: Agency, staff: Staff = SYSTEM_STAFF_ID
) -> None:
    """Take a finding back, for the superior: it was no problem."""
    carry_out(WithdrawProblem, staff, agency, rectification_id=problem, reason=reason)


@app.command("interview")
def interview(
    problem: Problem,
    head: Annotated[str, typer.Option(help="The agency's head: an id of its staff.")],
    held_by: Annotated[list[str], typer.Option(help="Who held it: ids of the superior's staff.")],
    minutes: Annotated[str, typer.Option(help="What was said.")],
    put_right_by: Annotated[str, typer.Option(help="Until when to put right (YYYY-MM-DD).")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Record the admonition interview (警示约谈) that stands open after the third notice."""
    carry_out(
        HoldInterview,
        staff,
        agency,
        rectification_id=problem,
        head_id=head,
        held_by=tuple(held_by),
        minutes=minutes,
        put_right_by=parse_day(put_right_by),
    )


@app.command("decline-interview")
def decline_interview(
    problem: Problem, reason: Reason, agency: Agency, staff: Staff = SYSTEM_STAFF_ID
) -> None:
    """Record that no interview is held after the last notice, and why."""
    carry_out(DeclineInterview, staff, agency, rectification_id=problem, reason=reason)


@app.command("refer")
def refer(
    problem: Problem,
    department: Annotated[str, typer.Option(help="The department it is referred to.")],
    consequences: Annotated[str, typer.Option(help="The grave consequences.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Record the referral for accountability (问责) after an interview without effect."""
    carry_out(
        ReferForAccountability,
        staff,
        agency,
        rectification_id=problem,
        department=department,
        consequences=consequences,
    )


def _line(one: RectificationView) -> list[str]:
    return [
        str(one.rectification_id),
        one.agency,
        one.citation,
        f"{one.record_kind_zh} {one.record_no or ''}".strip(),
        escape(one.evidence),
        one.source_zh,
        str(one.found_on),
        str(one.times),
        one.stage_zh,
    ]
