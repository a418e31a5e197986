"""The monthly notice as a page: one HTML document that needs nothing else, and prints on A4."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Template

from ..notice.chart import agency_chart
from ..notice.labels import zh_moment, zh_month
from ..notice.page import by_agency, page_environment
from . import labels, wording
from .model import MonthlyLedgerNotice

SHOWN = 30
"""Rows of an annexed list shown for each agency; the workbook holds all."""


def render_html(notice: MonthlyLedgerNotice, *, shown: int = SHOWN) -> str:
    """Return the notice as an HTML document in Chinese, with no script and no outside resource.

    Lists show the first `shown` rows of each agency, the most often notified first, and say how many
    more the workbook holds. The same notice gives the same text.
    """
    problems = sorted(notice.problems, key=lambda problem: -problem.times)
    lines = notice.agencies
    return _template().render(
        notice=notice,
        prose=wording.prose(notice),
        cutoff=zh_moment(notice.basis.cutoff),
        chart=agency_chart(
            lines,
            notice.overall,
            lambda line: wording.charted(notice, line),
            compared=bool(notice.overall.rate.checked),
        ),
        chart_text=wording.chart_text(notice),
        chart_title=wording.chart_title(notice),
        chart_unit="合格／检查（份）" if notice.overall.rate.checked else "按期／到期（件）",
        annexes=tuple(enumerate(notice.annexes, start=1)),
        kinds=[one.kind for one in notice.overall.checks],
        rows_of={
            key: len(notice.checks and notice.sample)
            if key == "sample"
            else len(getattr(notice, key)) + (key == "agencies") * 9
            for key in notice.annexes
        },
        problems=by_agency(lines, problems, lambda one: one.under, shown),
        put_right=by_agency(lines, notice.put_right, lambda one: one.problem.under, shown),
        warnings=by_agency(lines, notice.warnings, lambda one: one.agency.agency_id, shown),
        duties=_duties(notice),
        sample=by_agency(lines, notice.sample, lambda one: one.under, shown),
    )


def _duties(notice: MonthlyLedgerNotice) -> list[tuple[str, list[Any]]]:
    """Return the duties by rule: over all first, then agency by agency."""
    called = {line.agency.agency_id: line.agency.name for line in notice.agencies}
    found: defaultdict[UUID | None, list[Any]] = defaultdict(list)
    for line in notice.duties:
        found[line.under].append(line)
    return [("合计" if under is None else called[under], lines) for under, lines in found.items()]


@cache
def _template() -> Template:
    environment = page_environment(Path(__file__).parent)
    environment.filters.update(
        kind=labels.kind_label,
        source=labels.source_label,
        stage=labels.stage_label,
        mode=labels.mode_label,
        warned=wording.warned_text,
        zh_month=zh_month,
    )
    environment.globals.update(annex_titles=labels.ANNEX_TITLES)
    return environment.get_template("monthly.html.j2")
