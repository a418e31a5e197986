"""What came out, for people and for programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from .measuring import Figure, Ratio, Results


def print_tables(results: Results) -> None:
    """Print the figures and the ratios."""
    # Where no terminal says how wide it is, the lines are not to be broken.
    console = Console(width=None if sys.stdout.isatty() else 150)
    figures = Table("measurement", "case", "peer", "median", "low", "high", "unit", title="Figures")
    for figure in results.figures:
        figures.add_row(*figure_cells(figure))
    ratios = Table(
        "measurement", "case", "what", "median", "low", "high", "target", "", title="Ratios"
    )
    for ratio in results.ratios:
        ratios.add_row(*ratio_cells(ratio))
    console.print(figures, ratios)
    for note in results.notes:
        console.print(note, highlight=False)


def figure_cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure as the cells of a line."""
    spread = (figure.median, min(figure.values), max(figure.values))
    return (figure.measurement, figure.case, figure.peer, *map(number, spread), figure.unit)


def ratio_cells(ratio: Ratio) -> tuple[str, ...]:
    """Return a ratio, with its target and whether it is met, as the cells of a line."""
    spread = (ratio.median, min(ratio.values), max(ratio.values))
    if ratio.at_most is not None:
        what, target = f"{ratio.over} ({ratio.under})", f"≤ {ratio.at_most:g}"
    else:
        what = f"{ratio.over} : {ratio.under}"
        target = "" if ratio.at_least is None else f"≥ {ratio.at_least:g}"
    met = {None: "", True: "met", False: "missed"}[ratio.is_met]
    return (ratio.measurement, ratio.case, what, *map(number, spread), target, met)


def number(value: float) -> str:
    """Return a number with three figures or so."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write the figures where a program finds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")


_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write_markdown(path: Path, data: dict[str, Any]) -> None:
    """Put the figures of a run, as written by `write_json`, between the marks in a page."""
    machine = ", ".join(f"{name} {held}" for name, held in data["machine"].items())
    lines = [
        _BEGIN,
        f"Made by `python -m taizhang.scripts.bench --docs {path.as_posix()}`: {data['rounds']} rounds; {machine}.",
        "",
        "| measurement | case | ratio | median | low | high | target | |",
        "| --- | --- | --- | ---: | ---: | ---: | --- | --- |",
    ]
    for ratio in data["ratios"]:
        held = Ratio(
            ratio["measurement"],
            ratio["case"],
            ratio["over"],
            ratio["under"],
            (ratio["low"], ratio["median"], ratio["high"]),
            ratio["at_least"],
            ratio["at_most"],
        )
        lines.append(f"| {' | '.join(ratio_cells(held))} |")
    lines += [
        "",
        "| measurement | case | peer | median | low | high | unit |",
        "| --- | --- | --- | ---: | ---: | ---: | --- |",
    ]
    for figure in data["figures"]:
        kept = Figure(
            figure["measurement"],
            figure["case"],
            figure["peer"],
            figure["unit"],
            tuple(figure["values"]),
        )
        lines.append(f"| {' | '.join(figure_cells(kept))} |")
    lines += ["", *(f"- {note}" for note in data["notes"]), _END]
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    path.write_text(before + "\n".join(lines) + after, encoding="utf-8")
