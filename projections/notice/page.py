"""Notices as pages: one HTML document that needs nothing else, and prints on A4.

``frame.html.j2`` is the page of every notice, which each extends; ``parts.html.j2`` what they share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...domain.calendar import zh_date
from ...domain.regulation import rule
from . import labels, wording
from .model import Line

R = TypeVar("R")


def page_environment(folder: Path) -> Environment:
    """Return where the templates of `folder` are found, with the words that every notice uses."""
    environment = Environment(
        loader=FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        zh_date=zh_date,
        rate=wording.rate_text,
        times=wording.times_text,
        citation=lambda rule_id: rule(rule_id).citation,
    )
    environment.globals.update(
        change_figure=wording.change_figure,
        duty_label=labels.duty_label,
        line_name=labels.line_name,
        short_name=labels.short_name,
    )
    return environment


def by_agency(
    lines: Iterable[Line], rows: Iterable[R], under: Callable[[R], UUID], shown: int
) -> list[tuple[str, list[R], int]]:
    """Return, by the agencies of the roll-up, the name, the first rows, and how many are left out."""
    grouped: defaultdict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        grouped[under(row)].append(row)
    return [
        (line.agency.name, found[:shown], max(0, len(found) - shown))
        for line in lines
        if (found := grouped.get(line.agency.agency_id))
    ]
