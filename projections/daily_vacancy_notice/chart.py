"""The notice's chart: the pass rate of each agency as a dot, with the day before as a ring."""

from __future__ import annotations

from ..notice.chart import Chart, Rated, dot_chart
from ..notice.labels import short_name
from .model import DailyVacancyNotice
from .wording import by_rate


def chart(notice: DailyVacancyNotice) -> Chart | None:
    """Return the chart, None where fewer than two agencies have anything to compare."""
    return dot_chart(
        [
            Rated(
                short_name(line.agency.name) + ("（本级）" if line.own else ""),
                line.rate,
                line.rate_before,
            )
            for line in by_rate(notice.agencies)
        ],
        notice.overall.rate,
    )
