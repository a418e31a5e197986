"""``taizhang erasure …``: whether a person may be erased, erasing, and the register."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from ...application.views.privacy import ErasureView
from ...domain.privacy.erasure import ErasureGround
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    JsonLines,
    Staff,
    actor,
    console,
    opened,
    parse_day,
    print_found,
)

app = typer.Typer(
    help="Erasing persons whose records need no longer be kept (Article 51).", no_args_is_help=True
)
Person = Annotated[
    UUID, typer.Argument(help="The id of the person's ledger, or of an employer's agent.")
]


@app.command("check")
def check(person: Person, agency: Agency, staff: Staff) -> None:
    """Say until when a person's records are kept and what holds them, as JSON; nothing is recorded."""
    with opened() as taizhang:
        view = taizhang.erasures.check(person, by=actor(staff, agency))
        typer.echo(view.model_dump_json(indent=2))


@app.command("erase")
def erase(
    person: Person,
    agency: Agency,
    staff: Staff,
    reference: Annotated[str, typer.Option(help="Where the decision is found on paper.")],
    ground: Annotated[ErasureGround, typer.Option(help="Why the person is erased.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: it cannot be undone.")] = False,
) -> None:
    """Erase a person for ever: the keys are destroyed, the events stay and can be verified."""
    with opened() as taizhang:
        if not yes:
            typer.confirm(f"erase the person {person} for ever?", abort=True)
        result = taizhang.erasures.erase(
            person, by=actor(staff, agency), ground=ground, reference=reference
        )
        console.print(f"erased: {person}, at log position {result.position}", highlight=False)


@app.command("list")
def list_erasures(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    since: Annotated[str | None, typer.Option(help="The first day, YYYY-MM-DD.")] = None,
    as_json: JsonLines = False,
) -> None:
    """Print the register of erasures by an agency and those below it, latest first."""
    with opened() as taizhang:
        taizhang.projections.catch_up()
        entries = taizhang.erasures.register(
            agency, by=actor(staff, agency), since=parse_day(since) if since else None
        )
    table = Table(
        "日期", "台账编号", "依据", "文号", "档案种类", "机构", "经办人", title="个人信息删除登记"
    )
    print_found(entries, table, _line, "没有删除记录", as_json=as_json)


def _line(entry: ErasureView) -> list[str]:
    return [
        str(entry.erased_on),
        entry.ledger_number,
        entry.ground_zh,
        escape(entry.reference),
        "、".join(kept.kind.label_zh for kept in entry.records),
        entry.agency_code,
        entry.staff_id,
    ]
