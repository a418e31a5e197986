"""What the commands of the command line share: opening the service, who acts, and errors that help."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ...domain.errors import InvalidInput, TaizhangError
from ...domain.organisation.powers import SYSTEM_STAFF_ID as SYSTEM_STAFF_ID
from ...domain.organisation.powers import Actor
from ...infrastructure.taizhang import Taizhang

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


def parse_day(text: str) -> date:
    """Read a day given as YYYY-MM-DD. Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-02") from error


Day = Annotated[
    date, typer.Option("--day", parser=parse_day, metavar="YYYY-MM-DD", help="The day.")
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
