"""Entry point: ``python -m taizhang.scripts.bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...infrastructure.embedded import new_key
from ..cli.console import console
from . import (
    appends,
    catch_up,
    city_month,
    commands,
    histories,
    memory,
    mixed,
    notice,
    people,
    proof,
    replay,
)
from .clients import Crew
from .measuring import Results, Setting
from .report import print_tables, write_json, write_markdown
from .server import machine, server

MEASUREMENTS = {
    module.NAME: module.measure
    for module in (
        commands,
        appends,
        catch_up,
        mixed,
        replay,
        memory,
        notice,
        people,
        proof,
        histories,
        city_month,
    )
}


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which the peers take turns.")] = 7,
    quick: Annotated[
        bool, typer.Option("--quick", help="Tiny sizes and one round: does it run?")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(help=f"Any of: {', '.join(MEASUREMENTS)}.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the figures go, as JSON.")] = Path(
        "out/bench.json"
    ),
    docs: Annotated[
        Path | None, typer.Option(help="A page whose table of figures is written anew.")
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(envvar="TAIZHANG_DATABASE_URL", help="A server; else an embedded one."),
    ] = None,
) -> None:
    """Measure this package beside the library it stands on and beside a plain table."""
    wanted = only or list(MEASUREMENTS)
    if unknown := set(wanted) - set(MEASUREMENTS):
        raise typer.BadParameter(f"no measurement is called {', '.join(sorted(unknown))}")
    results = Results()
    with server(database_url, out.parent) as url, Crew(4) as crew:
        held = machine(url)
        console.print(f"{held}", highlight=False)
        setting = Setting(
            url=url,
            rounds=1 if quick else rounds,
            quick=quick,
            crew=crew,
            key=new_key(),
            folder=out.parent,
            say=lambda text: console.print(f"  {text}", highlight=False),
        )
        for name in wanted:
            MEASUREMENTS[name](setting, results)
            # After each, so that an interruption costs no more than the one under way.
            data = {"machine": held, "rounds": setting.rounds, "quick": quick, **results.as_json()}
            write_json(out, data)
    print_tables(results)
    if docs is not None:
        write_markdown(docs, data)
    console.print(f"figures: {out}", highlight=False)


if __name__ == "__main__":
    typer.run(main)
