"""``taizhang subscriptions …``: how the integrator's subscribers stand, and helping one on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from .console import SYSTEM_STAFF_ID, Agency, Staff, actor, opened, tables

app = typer.Typer(help="Subscriptions to the log: status, retry, skip.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The subscription, as `status` names it.")]


@app.command("status")
def status() -> None:
    """Show each subscription: position, lag, error. Ends with 1 if one stands still."""
    with opened() as taizhang:
        standing = taizhang.subscriptions.status()
    table = Table(
        "subscription", "position", "lag (events)", "lag (s)", "consumer", "stands still at",
        "tries", "next try", "error", "skipped",
    )  # fmt: skip
    for one in standing:
        failed = one.failed_position is not None
        table.add_row(
            one.name,
            str(one.position),
            str(one.lag_events),
            f"{one.lag_seconds:.1f}",
            "yes" if one.has_consumer else "no",
            f"{one.failed_position} {one.failed_topic}" if failed else "",
            str(one.attempts or ""),
            f"{one.retry_at:%Y-%m-%d %H:%M:%S}" if one.retry_at else "",
            one.error or "",
            str(one.skipped or ""),
        )
    tables.print(table if standing else "no subscriptions")
    if any(one.failed_position is not None for one in standing):
        raise typer.Exit(1)


@app.command("retry")
def retry(name: Name) -> None:
    """Have the event at which a subscription stands still tried again now."""
    with opened() as taizhang:
        taizhang.subscriptions.retry(name)
    typer.echo(f"{name}: tried again as soon as its consumer runs")


@app.command("skip")
def skip(
    name: Name,
    position: Annotated[int, typer.Argument(help="The position at which it stands still.")],
    reason: Annotated[str, typer.Option(help="Why the event may be passed over: it is kept.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Let a subscription pass over the one event that it stands still at; who did so is kept."""
    with opened() as taizhang:
        taizhang.subscriptions.skip(name, position, by=actor(staff, agency), reason=reason)
    typer.echo(f"{name}: passes over the event at position {position}")


@app.command("skips")
def skips(
    name: Annotated[str | None, typer.Argument(help="One subscription; all if left out.")] = None,
) -> None:
    """Show what subscriptions were let pass over: when, by whom and why."""
    with opened() as taizhang:
        found = taizhang.subscriptions.skips(name)
    table = Table("subscription", "position", "event", "error", "when", "who", "why")
    for one in found:
        table.add_row(
            one.name,
            str(one.position),
            one.topic,
            one.error,
            f"{one.skipped_at:%Y-%m-%d %H:%M}",
            f"{one.staff_id}@{one.agency_code}",
            one.reason,
        )
    tables.print(table if found else "nothing was skipped")


@app.command("drop")
def drop(name: Name) -> None:
    """Forget a subscription and its position, once nobody consumes it."""
    with opened() as taizhang:
        taizhang.subscriptions.drop(name)
    typer.echo(f"{name}: dropped")
