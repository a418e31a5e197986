"""What tells two states apart, as changes that lead from one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class ChangeKind(StrEnum):
    """How a value changed."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Change(BaseModel):
    """A value at a path of a state: what it was and what it is; None also where there is no value."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    path: tuple[str, ...]
    old: Any = None
    new: Any = None


def changes_between(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """Yield what leads from `old` to `new`, both JSON: objects by their keys, all else as a whole."""
    if old == new:
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield Change(kind=ChangeKind.CHANGED, path=path, old=old, new=new)
        return
    for key in old:
        if key not in new:
            yield Change(kind=ChangeKind.REMOVED, path=(*path, key), old=old[key])
        else:
            yield from changes_between(old[key], new[key], (*path, key))
    for key in new:
        if key not in old:
            yield Change(kind=ChangeKind.ADDED, path=(*path, key), new=new[key])


def apply_changes(state: dict[str, Any], changes: Iterable[Change]) -> None:
    """Bring a state forward, in place, by changes that `changes_between` found."""
    for change in changes:
        *way, last = change.path
        place = state
        for key in way:
            place = place[key]
        if change.kind is ChangeKind.REMOVED:
            del place[last]
        else:
            place[last] = change.new
