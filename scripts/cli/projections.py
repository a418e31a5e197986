"""``taizhang projections …``: read models kept level, looked after, rebuilt and proven."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer
from rich.table import Table

from ...domain.errors import InvalidInput
from ...infrastructure.projecting.rebuild import Comparison
from ...infrastructure.taizhang import Taizhang
from .console import console, opened, progress_bar, tables

app = typer.Typer(
    help="Read models: keep them level with the log, rebuild, verify.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="The read model, as `status` names it.")]


@app.command("catch-up")
def catch_up() -> None:
    """Bring the read models level with the log, then end (for scheduled jobs)."""
    with opened() as taizhang, progress_bar("events") as bar:
        task = bar.add_task("catching up", total=None)
        position = taizhang.projections.catch_up(
            progress=lambda at: bar.update(task, completed=at.position, total=at.goal)
        )
    typer.echo(f"level at position {position}")


@app.command("follow")
def follow() -> None:
    """Keep the read models level, and the log sealed, until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened() as taizhang:
        console.print("following; end with Ctrl-C")
        with taizhang.seals.following():
            taizhang.projections.follow(stop)


@app.command("status")
def status() -> None:
    """Show each read model: generation, position, lag, what is set aside. Ends with 1 if anything is."""
    with opened() as taizhang:
        standing = taizhang.projections.status()
        table = Table(
            "read model", "generation", "position", "lag (events)", "lag (s)", "set aside", "note"
        )
        for one in standing:
            table.add_row(
                one.name,
                str(one.generation),
                str(one.position),
                str(one.lag_events),
                f"{one.lag_seconds:.1f}",
                str(one.set_aside + one.waiting),
                "needs rebuild" if one.needs_rebuild else "",
            )
        tables.print(table)
        if any(one.set_aside for one in standing):
            raise typer.Exit(1)


@app.command("rebuild")
def rebuild(name: Name) -> None:
    """Build a read model anew beside the live one, compare, and switch to it."""
    with opened() as taizhang, progress_bar("events") as bar:
        task = bar.add_task(f"rebuilding {name}", total=None)
        comparison = taizhang.projections.rebuild(
            _known(taizhang, name),
            progress=lambda at: bar.update(task, completed=at.position, total=at.goal),
        )
    _print(comparison)


@app.command("switch-back")
def switch_back(name: Name) -> None:
    """Make the generation before the live one live again."""
    with opened() as taizhang:
        generation = taizhang.projections.switch_back(_known(taizhang, name))
    typer.echo(f"{name}: generation {generation} is live")


@app.command("drop-old")
def drop_old(name: Name) -> None:
    """Drop the generations of a read model that are not live."""
    with opened() as taizhang:
        dropped = taizhang.projections.drop_old(_known(taizhang, name))
    typer.echo(f"{name}: dropped {', '.join(map(str, dropped)) or 'nothing'}")


@app.command("verify")
def verify(
    name: Annotated[str | None, typer.Argument(help="One read model; all if left out.")] = None,
) -> None:
    """Prove read models equal to a fresh fold of the log. Ends with 1 if one differs."""
    same = True
    with opened() as taizhang:
        names = (
            [_known(taizhang, name)]
            if name
            else [one.name for one in taizhang.projections.status()]
        )
        for one in names:
            comparison = taizhang.projections.verify(one)
            _print(comparison)
            same = same and comparison.is_same
    if not same:
        raise typer.Exit(1)


@app.command("retry")
def retry() -> None:
    """Try again the events that are set aside. Ends with 1 if some remain."""
    with opened() as taizhang:
        remaining = taizhang.projections.retry_set_aside()
    typer.echo(f"{remaining} event(s) remain set aside")
    if remaining:
        raise typer.Exit(1)


def _known(taizhang: Taizhang, name: str) -> str:
    names = [one.name for one in taizhang.projections.status()]
    if name not in names:
        raise InvalidInput(f"no read model is called {name!r}; there are: {', '.join(names)}")
    return name


def _print(comparison: Comparison) -> None:
    what = f"{comparison.name}: {comparison.rows} rows at position {comparison.position}"
    if comparison.is_same:
        typer.echo(f"{what}: the same as a fresh fold of the log")
        return
    typer.echo(f"{what}: {comparison.differences} DIFFER from a fresh fold of the log; the first:")
    for difference in comparison.examples:
        typer.echo(f"  {', '.join(difference.key)}")
        typer.echo(f"    live:  {difference.live}")
        typer.echo(f"    fresh: {difference.fresh}")
