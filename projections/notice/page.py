"""Notices as pages: one HTML document that needs nothing else, and prints on A4.

``frame.html.j2`` is the page of every notice, which each extends; ``parts.html.j2`` what they share.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...domain.calendar import zh_date
from ...domain.regulation import rule
from . import labels, wording


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
        short_name=labels.short_name,
    )
    return environment
