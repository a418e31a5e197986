"""How values of a history are shown to an auditor: names of fields, paths and values in Chinese."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from pydantic import BaseModel

from ...domain.aggregate import Aggregate
from ...domain.calendar import SHANGHAI
from ...domain.duties.duty import Outcome
from ...domain.events import REGISTRY
from .changes import Change, ChangeKind
from .fields import FIELD_LABELS_ZH
from .model import MISSED

OUTCOMES_ZH: Final = {outcome.value: outcome.label_zh for outcome in Outcome} | {MISSED: "逾期未办"}
_KINDS_ZH: Final = {
    ChangeKind.ADDED: "新增",
    ChangeKind.CHANGED: "变更",
    ChangeKind.REMOVED: "移出",
}
_WORDS_ZH: Final = {None: "无", True: "是", False: "否"}


def field_label(name: str) -> str:
    """Return what a field is called; a key that is no field (an id, a number) stays as it is."""
    return FIELD_LABELS_ZH.get(name, name)


def path_label(path: tuple[str, ...]) -> str:
    """Return what a path into a state is called, such as 匹配推荐 › 3f2a9c1e › 结果."""
    return " › ".join(short(field_label(part)) for part in path)


def short(text: str) -> str:
    """Return an id by its first eight signs, anything else as it is."""
    is_id = len(text) == 36 and text.count("-") == 4
    return text[:8] if is_id else text


def value_label(field: str, value: Any) -> str:
    """Return how a value of the field is shown."""
    if value is None or isinstance(value, bool):
        return _WORDS_ZH[value]
    if isinstance(value, str):
        return value_labels().get(field, {}).get(value) or short(value) or "（空）"
    if isinstance(value, list):
        return "、".join(value_label(field, one) for one in value) or "（空）"
    if isinstance(value, dict):
        parts = [
            f"{short(field_label(key))}：{value_label(key, one)}" for key, one in value.items()
        ]
        return "；".join(parts) or "（空）"
    return str(value)


def change_label(change: Change) -> str:
    """Return a change as one line: where, what it was, what it is."""
    field = next((part for part in reversed(change.path) if part in FIELD_LABELS_ZH), "")
    old, new = (value_label(field, value) for value in (change.old, change.new))
    told = {
        ChangeKind.ADDED: new,
        ChangeKind.REMOVED: old,
        ChangeKind.CHANGED: f"{old} → {new}",
    }[change.kind]
    return f"{_KINDS_ZH[change.kind]} {path_label(change.path)}：{told}"


def moment_zh(moment: datetime) -> str:
    """Return a moment in Shanghai to the second."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def lateness_zh(days_late: int, is_late: bool) -> str:
    """Say how many days after the service it was entered; nothing where it was the same day."""
    if days_late <= 0:
        return ""
    return f"迟录{days_late}日" if is_late else f"{days_late}日后录入"


def day_zh(day: date) -> str:
    """Return a day as 2026-11-02."""
    return day.isoformat()


@cache
def value_labels() -> dict[str, dict[str, str]]:
    """Return, for each field that holds an enumeration, the Chinese of its values."""
    found: dict[str, dict[str, str]] = {}
    seen: set[type] = set()
    waiting: list[type] = [*REGISTRY.names().values(), *_aggregates(Aggregate)]
    while waiting:
        owner = waiting.pop()
        if owner in seen:
            continue
        seen.add(owner)
        for name, hint in _fields(owner):
            for kind in _types_in(hint):
                if issubclass(kind, Enum):
                    labels = {one.value: getattr(one, "label_zh", one.value) for one in kind}
                    found.setdefault(name, {}).update(labels)
                elif issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind):
                    waiting.append(kind)
    return found


def _aggregates(kind: type[Aggregate]) -> list[type[Aggregate]]:
    return [found for below in kind.__subclasses__() for found in (below, *_aggregates(below))]


def _fields(owner: type) -> list[tuple[str, Any]]:
    if issubclass(owner, BaseModel):
        return [(name, info.annotation) for name, info in owner.model_fields.items()]
    return list(get_type_hints(owner).items())


def _types_in(hint: Any) -> list[type]:
    if isinstance(hint, type) and not get_args(hint):
        return [hint]
    return [kind for part in get_args(hint) for kind in _types_in(part)]
