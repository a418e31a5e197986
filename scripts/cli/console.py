"""What the commands of the command line share: opening the service, who acts, and errors that help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, NoReturn, TypeVar
from uuid import uuid4

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ...application.commands import parse_command
from ...application.commands.base import Command
from ...domain.errors import InvalidInput, TaizhangError
from ...domain.organisation.powers import SYSTEM_STAFF_ID as SYSTEM_STAFF_ID
from ...domain.organisation.powers import Actor
from ...infrastructure.queries.service import Queries
from ...infrastructure.taizhang import Taizhang

V = TypeVar("V", bound=BaseModel)

console = Console(stderr=True)
tables = Console(width=None if sys.stdout.isatty() else 200)
"""For what is asked for and may be piped on: wide enough there not to cut a column."""

Staff = Annotated[
    str,
    typer.Option("--staff", envvar="TAIZHANG_STAFF", help="Who acts: the id of a member of staff."),
]
Agency = Annotated[
    str,
    typer.Option("--agency", envvar="TAIZHANG_AGENCY", help="The code of an agency, as 110105."),
]


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
JsonLines = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def parse_day(text: str) -> date:
    """Read a day given as YYYY-MM-DD. Raises typer.BadParameter."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-02") from error
    if day == date.max:  # it has no end: there is no day after it
        raise typer.BadParameter(f"{text!r} is too far in the future")
    return day


Day = Annotated[
    date, typer.Option("--day", parser=parse_day, metavar="YYYY-MM-DD", help="The day.")
]

AsOfDay = Annotated[
    str | None, typer.Option(help="As of the end of this day (YYYY-MM-DD); today if left out.")
]


def parse_month(text: str) -> date:
    """Read a month given as YYYY-MM, as its first day. Raises typer.BadParameter."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no month; write it as 2026-11") from error


Month = Annotated[
    date, typer.Option("--month", parser=parse_month, metavar="YYYY-MM", help="The month.")
]


@contextmanager
def opened(**options: Any) -> Iterator[Taizhang]:
    """Open the service by the settings of the environment; turn errors into one clear line."""
    try:
        with Taizhang.open(**options) as taizhang:
            yield taizhang
    except TaizhangError as error:
        fail(error)


@contextmanager
def asking(staff: str, agency: str) -> Iterator[tuple[Queries, Actor]]:
    """Open the service with its read models level with the log, for what somebody asks."""
    with opened() as taizhang:
        taizhang.projections.catch_up()
        yield taizhang.queries(), actor(staff, agency)


def carry_out(kind: type[Command], staff: str, agency: str, **fields: Any) -> None:
    """Carry out one command, made of its fields, and print its result as JSON."""
    with opened() as taizhang:
        command = parse_command(kind.command_name, fields)
        result = taizhang.execute(command, by=actor(staff, agency), command_id=uuid4())
        typer.echo(result.model_dump_json())


def print_found(
    found: Iterable[V],
    table: Table,
    row: Callable[[V], Sequence[str]],
    empty: str,
    *,
    as_json: bool,
) -> None:
    """Print what was found as a table, one row each, or as JSON, one object a line."""
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    for one in found:
        table.add_row(*row(one))
    tables.print(table if table.row_count else empty)


def actor(staff: str, agency: str) -> Actor:
    """Return who acts. Raises InvalidInput for what is no agency code or no staff id."""
    try:
        return Actor(staff_id=staff, agency_code=agency)
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("staff_id",):
            raise InvalidInput("is letters, digits and . _ -", field="--staff") from error
        raise InvalidInput("is 6, 9 or 12 digits, as 110105", field="--agency") from error


def fail(error: Exception, *, status: int = 1) -> NoReturn:
    """End with a message that says what, where and what to do."""
    text = escape(str(error))
    console.print("[red]error:[/red]", text, highlight=False, soft_wrap=True, emoji=False)
    raise typer.Exit(status)


def progress_bar(unit: str) -> Progress:
    """Return a progress bar on standard error, none where that is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=console,
        transient=not sys.stderr.isatty(),
        disable=not sys.stderr.isatty(),
    )
