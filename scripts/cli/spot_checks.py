"""``taizhang spot-check …``: plan, draw, inspect, answer, close and prove spot-checks (Article 56)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.table import Table

from ...application.commands.base import Command
from ...application.commands.spot_checks import (
    AddFinding,
    AnswerSpotCheck,
    ChangeInspector,
    CloseSpotCheck,
    InspectItem,
    JudgeFinding,
)
from ...application.views.spot_checks import InspectedItem, SpotCheckItemView, SpotCheckView
from ...domain.errors import InvalidInput
from ...domain.regulation.rules import RULES
from ...domain.supervision.spot_check.drawing import Mode
from ...domain.supervision.spot_check.findings import Evidence, Verdict
from ...domain.supervision.spot_check.kinds import RecordKind
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    AsJson,
    Month,
    Staff,
    actor,
    asking,
    carry_out,
    opened,
    parse_day,
    parse_month,
    tables,
)

app = typer.Typer(
    help="Spot-checks (抽查) of ledgers and files: plan, draw, inspect, answer, close, prove.",
    no_args_is_help=True,
)


Check = Annotated[UUID, typer.Argument(help="The check's id, as `list` shows it.")]
Item = Annotated[int, typer.Option("--item", help="The item's number.")]


@app.command("plan")
def plan(
    kind: Annotated[RecordKind, typer.Argument(help="What is checked.")],
    month: Month,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    inspector: Annotated[
        list[str] | None,
        typer.Option(help="Who inspects (repeat it); the superior's supervisors if left out."),
    ] = None,
    cut_off: Annotated[
        str | None, typer.Option(help="The cut-off day; the last of the month if left out.")
    ] = None,
    inspect_by: Annotated[str | None, typer.Option(help="The last day to inspect.")] = None,
) -> None:
    """Plan a check of the agencies below, commit to a secret seed, and print the check's id."""
    with opened() as taizhang:
        check_id = taizhang.spot_checks.plan(
            agency,
            kind,
            month,
            by=actor(staff, agency),
            inspectors=tuple(inspector or ()),
            cut_off=parse_day(cut_off) if cut_off else None,
            inspect_by=parse_day(inspect_by) if inspect_by else None,
        )
        typer.echo(str(check_id))


@app.command("draw")
def draw(
    check: Check,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    pick: Annotated[
        list[str] | None,
        typer.Option(
            help="A record to inspect beside the sample, as RECORD_ID=reason (repeat it)."
        ),
    ] = None,
) -> None:
    """Seal the frame as of the cut-off, draw the sample, reveal the seed, and examine what was drawn."""
    with opened() as taizhang:
        by = actor(staff, agency)
        named = dict(_picked(text) for text in pick or ())
        taizhang.spot_checks.draw(check, by=by, named=named)
        examined = taizhang.spot_checks.examine(check, by=by)
        taizhang.projections.catch_up()
        view = taizhang.queries().spot_checks.check(check, by=by)
        typer.echo(f"{view.items} items drawn, {examined} examined now; seed {view.seed}")


@app.command("inspect")
def inspect(
    check: Check,
    item: Item,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    judge: Annotated[
        str | None,
        typer.Option(help="Judge or overrule a finding: KEY=met|not_met|not_applicable."),
    ] = None,
    add: Annotated[str | None, typer.Option(help="Add a rule that is not kept, as 14.")] = None,
    to: Annotated[str | None, typer.Option(help="Let this member of staff inspect it.")] = None,
    reason: Annotated[str, typer.Option(help="Why; of an added rule, the evidence.")] = "",
) -> None:
    """Judge a finding of an item, add one, give it to somebody else; or, with none of these, confirm it."""
    commands: list[Command] = []
    if judge is not None:
        commands.append(_judged(check, item, judge, reason))
    if add is not None:
        evidence = (Evidence(text_zh=reason),) if reason.strip() else ()
        commands.append(AddFinding(check_id=check, number=item, rule=add, evidence=evidence))
    if to is not None:
        commands.append(ChangeInspector(check_id=check, number=item, inspector=to, reason=reason))
    if len(commands) > 1:
        raise typer.BadParameter("one thing at a time: --judge, --add or --to")
    with opened() as taizhang:
        by = actor(staff, agency)
        command = commands[0] if commands else InspectItem(check_id=check, number=item)
        result = taizhang.execute(command, by=by, command_id=uuid4())
        typer.echo(result.model_dump_json())


@app.command("answer")
def answer(
    check: Check,
    item: Item,
    text: Annotated[str, typer.Argument(help="What the inspected agency says.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Answer to the findings of an item, for the agency that was inspected."""
    carry_out(AnswerSpotCheck, staff, agency, check_id=check, number=item, answer=text)


@app.command("close")
def close(
    agency: Agency,
    check: Annotated[
        UUID | None, typer.Argument(help="The check's id; all that are due if left out.")
    ] = None,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Close a check, or all of an agency whose time to answer is over."""
    with opened() as taizhang:
        by = actor(staff, agency)
        if check is not None:
            taizhang.execute(CloseSpotCheck(check_id=check), by=by, command_id=uuid4())
            closed = [check]
        else:
            closed = taizhang.spot_checks.close_due(agency, by=by)
        for check_id in closed:
            typer.echo(f"closed: {check_id}")


@app.command("verify")
def verify(check: Check, agency: Agency, staff: Staff = SYSTEM_STAFF_ID) -> None:
    """Prove frame, commitment, seed, sample and assignment from the log alone. Ends with 1 if one was touched."""
    with opened() as taizhang:
        proof = taizhang.spot_checks.verify(check, by=actor(staff, agency))
        typer.echo(f"log position {proof.log_position}")
        typer.echo(f"frame        {proof.records} records")
        typer.echo(f"sample       {proof.items} items")
        for note in proof.notes:
            typer.echo(f"note: {note}")
        for problem in proof.problems:
            typer.echo(f"problem: {problem}")
        typer.echo("proven" if proof.is_proven else "NOT PROVEN")
        if not proof.is_proven:
            raise typer.Exit(1)


@app.command("list")
def list_checks(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    month: Annotated[str | None, typer.Option(help="One month only, YYYY-MM.")] = None,
) -> None:
    """List the checks that an agency makes of those below it."""
    with asking(staff, agency) as (queries, by):
        checks = queries.spot_checks.checks(
            agency, by=by, month=parse_month(month) if month else None
        )
        for one in checks:
            typer.echo(
                f"{one.check_id}\t{one.month:%Y-%m}\t{one.kind_zh}\t{one.status}\t{one.items} items"
            )


@app.command("show")
def show(
    check: Check,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    item: Annotated[int | None, typer.Option(help="One item, with its record.")] = None,
    items: Annotated[bool, typer.Option("--items", help="List the items.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you inspect.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the results of a check by stratum, its items, or one item with its record at the cut-off."""
    with asking(staff, agency) as (queries, by):
        if item is not None:
            one = queries.spot_checks.item(check, item, by=by)
            typer.echo(one.model_dump_json(indent=2)) if as_json else _print_item(one)
        elif items or mine:
            found = queries.spot_checks.items(check, by=by, inspector=staff if mine else None)
            if as_json:
                for row in found:
                    typer.echo(row.model_dump_json())
            else:
                tables.print(_items_table(found) if found else "没有抽查对象")
        else:
            view = queries.spot_checks.check(check, by=by)
            typer.echo(view.model_dump_json(indent=2)) if as_json else tables.print(_table(view))


def _picked(text: str) -> tuple[UUID, str]:
    record_id, _, reason = text.partition("=")
    try:
        return UUID(record_id), reason
    except ValueError as error:
        raise InvalidInput(f"{text!r}: write RECORD_ID=reason", field="--pick") from error


def _judged(check: UUID, item: int, text: str, reason: str) -> JudgeFinding:
    key, _, verdict = text.rpartition("=")
    try:
        return JudgeFinding(
            check_id=check, number=item, key=key, verdict=Verdict(verdict), reason=reason
        )
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: write KEY=met, not_met or not_applicable") from error


def _table(view: SpotCheckView) -> Table:
    title = (
        f"{view.agency_name} {view.month:%Y年%m月}{view.kind_zh}抽查（截止{view.cut_off}，"
        f"日志位置{view.log_position or '未封存'}，{view.status}）"
    )
    table = Table(
        "被检查机构", "总数", "抽取", "已查", "不合格", "未查", "不合格率", "95%置信区间",
        "重点抽查(不合格)", title=title,
    )  # fmt: skip
    for one in view.strata:
        table.add_row(
            f"{one.name} {one.agency_code}",
            _number(one.population),
            _number(one.sample_size),
            str(one.inspected),
            str(one.faulty),
            str(one.not_inspected),
            _percent(one.rate),
            f"{_percent(one.low)}～{_percent(one.high)}" if one.rate is not None else "",
            f"{one.targeted_inspected}/{one.targeted}({one.targeted_faulty})",
        )
        for part in one.domains:
            table.add_row(
                f"  其中：{part.name} {part.agency_code}",
                str(part.population),
                str(part.drawn),
                str(part.inspected),
                str(part.faulty),
                "",
                _percent(part.rate),
                f"{_percent(part.low)}～{_percent(part.high)}" if part.rate is not None else "",
                "",
            )
    if view.rate is not None:
        interval = f"{_percent(view.low)}～{_percent(view.high)}"
        table.add_row("合计（按总数加权）", "", "", "", "", "", _percent(view.rate), interval, "")
    return table


def _items_table(items: list[SpotCheckItemView]) -> Table:
    table = Table(
        "序号", "编号", "姓名/名称", "机构", "方式", "检查人员", "状态", "不符合", "待判定"
    )
    for one in items:
        table.add_row(
            str(one.number),
            one.record_number or str(one.record_id)[:8],
            one.masked_name or "",
            one.agency_code,
            Mode(one.mode).label_zh,
            one.inspector,
            one.status,
            _keys(one, Verdict.NOT_MET),
            _keys(one, Verdict.TO_BE_JUDGED),
        )
    return table


def _print_item(one: InspectedItem) -> None:
    item = one.item
    typer.echo(
        f"{item.number} {item.record_number} {item.masked_name} {item.agency_code} {item.status}"
    )
    if item.reason:
        typer.echo(f"重点抽查：{item.reason}")
    for finding in item.findings:
        rule = RULES[finding["rule"]].citation if finding["rule"] in RULES else finding["rule"]
        verdict = Verdict(finding["verdict"]).label_zh
        typer.echo(f"[{finding['key']}] {rule} {finding['title_zh']}：{verdict}")
        for evidence in finding["evidence"]:
            typer.echo(f"    {evidence['text_zh']}")
        for what in ("overruled", "judged"):
            if what in finding:
                typer.echo(f"    检查人员：{finding[what]}")
    for entry in one.entries:
        later = "  截止日后记录" if entry.later else ""
        typer.echo(f"{entry.position}\t{entry.occurred_on}\t{entry.event}\t{entry.staff_id}{later}")
    for text in one.answers:
        typer.echo(f"答复：{text}")


def _keys(one: SpotCheckItemView, verdict: Verdict) -> str:
    return " ".join(
        finding["key"] for finding in one.findings if finding["verdict"] == verdict.value
    )


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"
