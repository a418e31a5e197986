"""A history, and what tells two apart, as lines of text in Chinese for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.regulation.rules import RULES
from .labels import OUTCOMES_ZH, change_label, field_label, lateness_zh, moment_zh, value_label
from .model import Difference, DutyMark, History, HistoryEvent, Moment


def history_lines(history: History) -> list[str]:
    """Return the whole history, one block of lines an event, and the duties missed at the end."""
    lines = [
        f"台账 {history.name}：{len(history.parts)}个部分，{len(history.events)}条记录，{moment_text(history.moment)}"
    ]
    for part in history.parts:
        lines.append(f"  {part.kind_zh} {part.stream_id}")
    for event in history.events:
        lines += ["", *event_lines(event)]
    lines += ["", f"逾期未办事项（截至{history.judged_on}）：{len(history.missed) or '无'}"]
    lines += [f"  {duty_text(mark)}" for mark in history.missed]
    return lines


def event_lines(event: HistoryEvent) -> list[str]:
    """Return an event with who, when, by what, and what came of it."""
    late = lateness_zh(event.days_late, event.is_late)
    citations = "、".join(citations_of(event.rules))
    lines = [
        f"#{event.position} {event.occurred_on} {event.title_zh}"
        f"{f'〔{citations}〕' if citations else ''}{f' ⚠{late}' if event.is_late else ''}",
        f"  录入 {moment_zh(event.recorded_at)}{f'（{late}）' if late and not event.is_late else ''}"
        f"  {event.agency_name or ''}{event.agency_code} {event.staff_id}"
        f"  指令 {event.command or '—'} {event.command_id}",
    ]
    if event.what:
        told = "；".join(f"{field_label(k)}：{value_label(k, v)}" for k, v in event.what.items())
        lines.append(f"  内容 {told}")
    lines += [f"  {change_label(change)}" for change in event.changes]
    lines += [f"  产生 {duty_text(mark)} {mark.reference}" for mark in event.raised]
    lines += [f"  办结 {mark.title_zh}：{OUTCOMES_ZH[mark.outcome]}" for mark in event.closed]
    return lines


def citations_of(rules: Iterable[str]) -> list[str]:
    """Return the places of the regulation that rules stand at, each once."""
    return list(dict.fromkeys(RULES[rule].citation for rule in rules))


def duty_text(mark: DutyMark) -> str:
    """Return a duty with its rule, its day and what became of it."""
    reserved = "（暂定）" if mark.provisional else ""
    return f"{mark.title_zh}〔{mark.citation}〕应于{mark.due_on}前办理{reserved}，{OUTCOMES_ZH[mark.outcome]}"


def moment_text(moment: Moment) -> str:
    """Return from which moment a record is seen."""
    told = []
    if moment.position is not None:
        told.append(f"截至日志第{moment.position}位的记载")
    if moment.effective_on is not None:
        told.append(f"{moment.effective_on}（含当日）以前发生的事项")
    return "，".join(told) or "现有全部记载"


def difference_lines(difference: Difference) -> list[str]:
    """Return what tells two views apart, the second one as seen from the first."""
    before, after = moment_text(difference.before), moment_text(difference.after)
    lines = [f"台账 {difference.name}：甲（{before}）与乙（{after}）"]
    if difference.is_empty:
        return [*lines, "两者相同。"]
    for title, events in (
        ("仅见于甲的记录", difference.only_before),
        ("仅见于乙的记录", difference.only_after),
    ):
        lines.append(f"{title}：{len(events) or '无'}")
        for event in events:
            lines.append(
                f"  #{event.position} {event.occurred_on} {event.title_zh}"
                f"（{moment_zh(event.recorded_at)}录入，{event.agency_code} {event.staff_id}）"
            )
    for part in difference.parts:
        lines.append(f"{part.kind_zh} {part.stream_id} 由甲到乙：")
        lines += [f"  {change_label(change)}" for change in part.changes]
    if difference.duties:
        lines.append("应办事项由甲到乙：")
        for duty in difference.duties:
            old, new = (
                "无" if mark is None else f"{OUTCOMES_ZH[mark.outcome]}（期限{mark.due_on}）"
                for mark in (duty.before, duty.after)
            )
            lines.append(f"  {duty.title_zh}：{old} → {new}")
    return lines
