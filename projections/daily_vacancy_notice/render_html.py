"""The notice as a page: one HTML document that needs nothing else, and prints on A4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from pathlib import Path
from uuid import UUID

from jinja2 import Template

from ..notice.chart import agency_chart
from ..notice.labels import zh_moment
from ..notice.page import by_agency, page_environment
from . import labels, wording
from .model import DailyVacancyNotice, Defect, VacancyRef

SHOWN = 20
"""Rows of an annexed list shown for each agency; the workbook holds all."""


def render_html(notice: DailyVacancyNotice, *, shown: int = SHOWN) -> str:
    """Return the notice as an HTML document in Chinese, with no script and no outside resource.

    Lists show the first `shown` rows of each agency, the most often notified first, and say how many
    more the workbook holds. The same notice gives the same text.
    """
    lines = notice.agencies
    return _template().render(
        notice=notice,
        prose=wording.prose(notice),
        cutoff=zh_moment(notice.basis.cutoff),
        chart=agency_chart(lines, notice.overall),
        chart_text=wording.chart_text(notice),
        annexes=tuple(enumerate(notice.annexes, start=1)),
        rows_of={key: getattr(notice, key) for key in notice.annexes},
        defects=by_agency(
            lines, _worst_first(notice.defects), lambda row: row.vacancy.under, shown
        ),
        put_right=by_agency(lines, notice.put_right, lambda row: row.defect.vacancy.under, shown),
        concerns=by_agency(lines, notice.concerns, lambda row: row.vacancy.under, shown),
        late=by_agency(lines, notice.late, lambda row: row.vacancy.under, shown),
        overdue=by_agency(lines, notice.overdue, lambda row: row.vacancy.under, shown),
    )


def _number(vacancy: VacancyRef) -> str:
    """Return the vacancy's number, cut to its first eight digits where that is the long id."""
    named = vacancy.number != str(vacancy.vacancy_id)
    return vacancy.number if named else vacancy.number[:8].upper()


def _worst_first(defects: Iterable[Defect]) -> list[Defect]:
    """Order by how often a problem was notified; in turn between the rules, so that each one shows."""
    seen: Counter[tuple[UUID, str, int]] = Counter()
    placed: list[tuple[int, int, Defect]] = []
    for defect in defects:
        turn = (defect.vacancy.under, defect.rule, defect.times)
        seen[turn] += 1
        placed.append((-defect.times, seen[turn], defect))
    placed.sort(key=itemgetter(0, 1))
    return [defect for *_, defect in placed]


@cache
def _template() -> Template:
    environment = page_environment(Path(__file__).parent)
    environment.filters.update(
        detail=wording.detail,
        detail_with_span=wording.detail_with_span,
        how=labels.how_label,
    )
    environment.globals.update(
        category_label=wording.category_label,
        delay_text=wording.delay_text,
        number=_number,
        field_labels=labels.FIELD_LABELS,
        topic_labels=labels.TOPIC_LABELS,
        annex_titles=labels.ANNEX_TITLES,
    )
    return environment.get_template("notice.html.j2")
