"""``taizhang history``: replays a record from the log."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from ...domain.errors import InvalidInput
from ...projections.history.render_html import render_html
from ...projections.history.render_text import difference_lines, history_lines
from .console import SYSTEM_STAFF_ID, Agency, Staff, actor, opened, parse_day


class Format(StrEnum):
    """How a history is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


Ledger = Annotated[
    str,
    typer.Argument(
        metavar="LEDGER",
        help="A credit code, or the id of a person's ledger, of a case, or of any stream.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DAY|POSITION",
        help="Only what was recorded by the end of this day (YYYY-MM-DD), or up to this log position.",
    ),
]
Effective = Annotated[
    str | None,
    typer.Option(
        "--effective",
        metavar="DAY",
        help="Only what took place on or before this day, as now known.",
    ),
]


def history(
    ledger: Ledger,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    as_of: AsOf = None,
    effective: Effective = None,
    against_as_of: Annotated[
        str | None,
        typer.Option(metavar="DAY|POSITION", help="Print what differs from this moment instead."),
    ] = None,
    against_effective: Annotated[
        str | None, typer.Option(metavar="DAY", help="The same, by the day of service.")
    ] = None,
    state: Annotated[
        int | None,
        typer.Option(metavar="POSITION", help="Print the whole state after this event, as JSON."),
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; standard output if left out.")
    ] = None,
) -> None:
    """Replay a record: every event with who, when and what it changed, raised and met.

    With --against-as-of or --against-effective, what tells the record seen from the first moment
    from the same record seen from the second.
    """
    compares = against_as_of is not None or against_effective is not None
    if compares and format is Format.HTML:
        raise typer.BadParameter("a comparison is written as text or json", param_hint="--format")
    first = (_moment(as_of), _day(effective))
    with opened() as taizhang:
        histories, who = taizhang.queries().histories, actor(staff, agency)
        if compares:
            found = histories.difference(
                ledger,
                by=who,
                as_of=first[0],
                effective=first[1],
                against_as_of=_moment(against_as_of),
                against_effective=_day(against_effective),
            )
            _write(_text(found, format, difference_lines(found)), out)
            return
        record = histories.history(ledger, by=who, as_of=first[0], effective=first[1])
        if state is not None:
            _write(record.states_json(state), out)
        elif format is Format.HTML:
            _write(render_html(record), out)
        else:
            _write(_text(record, format, history_lines(record)), out)


def _text(value: BaseModel, format: Format, lines: list[str]) -> str:
    return value.model_dump_json(indent=2) if format is Format.JSON else "\n".join(lines)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error}", field=str(out)) from error


def _moment(text: str | None) -> date | int | None:
    return int(text) if text is not None and text.isdecimal() else _day(text)


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text)
