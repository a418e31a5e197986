"""Every event and field can be read in Chinese; changes lead from one state to another."""

from __future__ import annotations

import dataclasses
from copy import deepcopy
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import taizhang  # noqa: F401 - makes every event known
from taizhang.domain.aggregate import Aggregate
from taizhang.domain.events import REGISTRY
from taizhang.domain.regulation.rules import RULES
from taizhang.projections.history.changes import apply_changes, changes_between
from taizhang.projections.history.events import EVENT_WORDS
from taizhang.projections.history.fields import FIELD_LABELS_ZH
from taizhang.projections.history.labels import value_label


def test_every_event_has_a_title_and_known_rules() -> None:
    ours = {name for name, cls in REGISTRY.names().items() if cls.__module__.startswith("taizhang")}
    assert ours == set(EVENT_WORDS)
    assert {rule for words in EVENT_WORDS.values() for rule in words.rules} <= set(RULES)


def test_every_field_of_an_event_or_a_state_has_a_label() -> None:
    ours = [cls for cls in REGISTRY.names().values() if cls.__module__.startswith("taizhang")]
    wanted = names_in([*ours, *kinds(Aggregate)]) - {"version"}
    assert wanted - set(FIELD_LABELS_ZH) == set()


def kinds(kind: type[Aggregate]) -> list[type]:
    found: list[type] = []
    for below in kind.__subclasses__():
        if below.__module__.startswith("taizhang"):
            found += [below, *kinds(below)]
    return found


def names_in(owners: list[type]) -> set[str]:
    names: set[str] = set()
    waiting, seen = list(owners), set[type]()
    while waiting:
        owner = waiting.pop()
        if owner in seen:
            continue
        seen.add(owner)
        if issubclass(owner, BaseModel):
            hints = {name: info.annotation for name, info in owner.model_fields.items()}
        elif dataclasses.is_dataclass(owner):
            hints = get_type_hints(owner)
            hints = {f.name: hints[f.name] for f in dataclasses.fields(owner)}
        else:
            continue
        names |= set(hints)
        for hint in hints.values():
            waiting += types_in(hint)
    return names


def types_in(hint: Any) -> list[type]:
    if isinstance(hint, type) and not get_args(hint):
        return [hint]
    return [kind for part in get_args(hint) for kind in types_in(part)]


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.recursive(
    scalars | st.lists(scalars, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
states = st.dictionaries(st.sampled_from("abcdef"), values, max_size=5)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(states, states)
def test_changes_lead_from_one_state_to_the_other(old: Any, new: Any) -> None:
    state = deepcopy(old)
    changes = tuple(changes_between(old, new))
    apply_changes(state, changes)
    assert state == new
    assert (changes == ()) == (old == new)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("stage", "assisted", "就业援助中"),
        ("stage", None, "无"),
        ("is_ready", False, "否"),
        ("employer", "", "（空）"),
        ("referral_id", "3f2a9c1e-0000-4000-8000-000000000000", "3f2a9c1e"),
        ("open_stages", [1, 2], "1、2"),
    ],
)
def test_values_are_shown_as_an_auditor_reads_them(field: str, value: Any, shown: str) -> None:
    assert value_label(field, value) == shown
