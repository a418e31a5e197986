"""A history as a page: one HTML document that needs nothing else, on a desk, on a phone and in print.

The timeline is readable without any script; a script of the page's own filters it, goes through it
by keyboard and shows the state after the chosen event.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from ...domain.regulation.rules import RULES
from . import labels
from .fields import FIELD_LABELS_ZH
from .model import MISSED, History
from .render_text import citations_of, moment_text

_HERE = Path(__file__).parent


def render_html(history: History) -> str:
    """Return the history as an HTML document in Chinese, with no outside resource.

    The same history gives the same text.
    """
    events = history.events
    sections = {event.section: event.section_zh for event in events if event.section is not None}
    rules = sorted({rule for event in events for rule in _rules(event)}, key=list(RULES).index)
    return _template().render(
        history=history,
        moment=moment_text(history.moment),
        sections=sections,
        staff=sorted(Counter(event.staff_id for event in events)),
        rules=rules,
        late=[event for event in events if event.is_late],
        rules_of=_rules,
        script=Markup((_HERE / "history.js").read_text(encoding="utf-8")),
        data=_for_script(_data(history)),
    )


def _rules(event: Any) -> list[str]:
    """Return the rules that an event touches: its own, and those of the duties it raised or met."""
    duties = [mark.rule for mark in (*event.raised, *event.closed)]
    return list(dict.fromkeys([*event.rules, *duties]))


def _data(history: History) -> dict[str, Any]:
    """Return what the script needs to bring the states forward and to name what is in them."""
    return {
        "parts": [
            {"id": str(part.stream_id), "title": part.kind_zh, "blank": part.blank}
            for part in history.parts
        ],
        "events": [
            {
                "stream": str(event.stream_id),
                "changes": [
                    [change.kind.value, list(change.path), change.new] for change in event.changes
                ],
            }
            for event in history.events
        ],
        "fields": FIELD_LABELS_ZH,
        "values": labels.value_labels(),
    }


def _for_script(data: dict[str, Any]) -> Markup:
    """Return JSON that may stand in a script element: no text in it can end the element."""
    text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=labels.moment_zh,
        field=labels.field_label,
        citation=lambda rule: RULES[rule].citation,
        citations=lambda rules: "、".join(citations_of(rules)),
        outcome=lambda outcome: labels.OUTCOMES_ZH[outcome],
        change=labels.change_label,
    )
    environment.globals.update(value=labels.value_label, lateness=labels.lateness_zh, MISSED=MISSED)
    return environment.get_template("history.html.j2")
