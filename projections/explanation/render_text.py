"""An explanation as lines of text in Chinese for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..history.labels import moment_zh
from .model import ExplainedEvent, Explanation, Thing


def explanation_lines(explanation: Explanation, *, at_most: int = 200) -> list[str]:
    """Return the explanation: facts, what was counted (`at_most` of it), and the events."""
    return list(_lines(explanation, at_most))


def _lines(told: Explanation, at_most: int) -> Iterator[str]:
    yield f"{told.title_zh}{f'〔{told.citation}〕' if told.citation else ''}"
    yield f"  索引 {told.reference}"
    for fact in told.facts:
        yield f"  {fact.label_zh}：{fact.text_zh}"
    if told.counted is not None:
        same = "一致" if told.counted == told.stated else "不一致"
        yield f"  通报所载：{told.stated}；重新计数：{told.counted}（{same}）"
    if told.made_of:
        yield "  由以下各项构成："
        yield from (f"    {one}" for one in told.made_of)
    if told.things:
        yield f"所含事项：{len(told.things)}"
    for place, thing in enumerate(told.things[:at_most], start=1):
        yield f"  {place}. {_thing(thing)}"
    if len(told.things) > at_most:
        yield f"  ……其余{len(told.things) - at_most}项见 --json"
    if told.events:
        yield f"所据记录：{len(told.events)}"
    yield from (f"  {_event(event)}" for event in told.events)
    if told.events_left_out:
        yield f"  ……另有{told.events_left_out}条，可以 --events 增加"


def _thing(thing: Thing) -> str:
    number = f"（计{thing.number}）" if thing.number != 1 else ""
    rests_on = "、".join(f"#{position}" for position in thing.positions)
    further = f" → {thing.reference}" if thing.reference else ""
    return f"{thing.text_zh}{number}{f' {rests_on}' if rests_on else ''}{further}"


def _event(event: ExplainedEvent) -> str:
    return (
        f"#{event.position} {event.occurred_on} {event.title_zh}  "
        f"录入 {moment_zh(event.recorded_at)}  "
        f"{event.agency_name or ''}{event.agency_code} {event.staff_id}"
    )
