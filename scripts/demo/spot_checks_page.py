"""The page of the month's spot-checks: results by agency, problems, and the proof of each sample."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from ...application.views.spot_checks import SpotCheckItemView, SpotCheckStratum, SpotCheckView
from ...domain.organisation.staff import Role
from ...domain.regulation.rules import RULES
from ...domain.supervision.spot_check.drawing import Mode
from ...domain.supervision.spot_check.findings import Verdict
from .month import Month
from .spot_checks import Checked

SHOWN = 12
"""Faulty items shown of each check; the JSON file holds all."""
_WIDTH = 150


class _Problem(NamedTuple):
    citation: str
    title: str
    items: int
    agencies: int


def write_spot_checks(environment: Environment, month: Month, checked: list[Checked]) -> str:
    """Return the page as HTML."""
    directory = month.taizhang.directory

    def agency(code: str) -> str:
        holder = directory.holder(code, month.last)
        return holder.name_on(month.last) if holder else code

    return environment.get_template("spot_checks.html.j2").render(
        district=month.city.district,
        first=month.first,
        checks=[_check(one) for one in checked],
        supervisor=month.city.district.people(Role.SUPERVISOR)[0].staff_id,
        shown=SHOWN,
        agency=agency,
        percent=_percent,
        bar=_bar,
    )


def _check(checked: Checked) -> dict[str, Any]:
    view, items, proof = checked
    inspected = [item for item in items if item.status == "inspected"]
    return {
        "view": view,
        "proof": proof,
        "strata": [one for one in view.strata if one.population],
        "without": sum(not one.population for one in view.strata),
        "targeted": sum(one.targeted for one in view.strata),
        "left": sum(item.status == "not_inspected" for item in items),
        "answered": sum(item.answered_on is not None for item in items),
        "problems": _problems(inspected),
        "faulty": [_faulty(item) for item in inspected if item.faulty],
    }


def _problems(items: list[SpotCheckItemView]) -> list[_Problem]:
    """Return what is not kept, by rule and content, the most frequent first."""
    held: dict[tuple[str, str], set[tuple[int, str]]] = defaultdict(set)
    for item in items:
        for finding in _wrong(item):
            title = finding["title_zh"]
            citation = RULES[finding["rule"]].citation
            where = (citation, "检查人员补充" if title == citation else title)
            held[where].add((item.number, item.agency_code))
    found = [
        _Problem(citation, title, len(where), len({code for _, code in where}))
        for (citation, title), where in held.items()
    ]
    return sorted(found, key=lambda one: (-one.items, one.citation, one.title))


def _faulty(item: SpotCheckItemView) -> dict[str, Any]:
    return {
        "item": item,
        "mode": Mode(item.mode).label_zh,
        "findings": [
            {
                "citation": RULES[finding["rule"]].citation,
                "text": "；".join(one["text_zh"] for one in finding["evidence"][:3]),
            }
            for finding in _wrong(item)
        ],
    }


def _wrong(item: SpotCheckItemView) -> list[dict[str, Any]]:
    return [one for one in item.findings if one["verdict"] == Verdict.NOT_MET.value]


def _percent(rate: float) -> str:
    return f"{rate:.1%}"


def _bar(one: SpotCheckStratum | SpotCheckView) -> Markup:
    """Draw a rate as a dot on the line of its interval, from 0 to 100 %."""
    assert one.rate is not None
    assert one.low is not None
    assert one.high is not None
    low, dot, high = (round(4 + (_WIDTH - 8) * rate, 1) for rate in (one.low, one.rate, one.high))
    return Markup(
        '<svg viewBox="0 0 150 14" aria-hidden="true">'
        '<line x1="4" x2="146" y1="7" y2="7" stroke="#e6e2d9"/>'
        '<line x1="{}" x2="{}" y1="7" y2="7" stroke="#2c4a6e" stroke-width="3"/>'
        '<circle cx="{}" cy="7" r="4" fill="#a3161b"/></svg>'
    ).format(low, high, dot)
