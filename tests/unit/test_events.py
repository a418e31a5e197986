"""Events as they are stored: names for ever, payloads that still load, personal fields unreadable."""

from __future__ import annotations

import base64
import enum
import json
import types
import typing
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field
from pydantic.fields import FieldInfo

import taizhang  # noqa: F401  (brings every event along)
from taizhang.domain.employer.content import Screening, VacancyContent, screen_content
from taizhang.domain.employer.pay import Pay, PayUnit
from taizhang.domain.events import (
    ERASED,
    REGISTRY,
    Event,
    EventRegistry,
    Personal,
    UnknownEvent,
)
from taizhang.domain.identity import check_credit_code
from taizhang.infrastructure.store.keys import KeyRing
from taizhang.infrastructure.store.mapper import Mapper

GOLDEN = Path(__file__).with_name("golden_events.json")
EVENTS = {
    name: cls for name, cls in REGISTRY.names().items() if cls.__module__.startswith("taizhang.")
}
STREAM = UUID(int=1)


class Keys(KeyRing):
    """The keys of persons, in memory."""

    def __init__(
        self, master_key: bytes = bytes(32), wrapped: dict[UUID, bytes] | None = None
    ) -> None:
        super().__init__(cast(Any, None), master_key, lambda: datetime.now(UTC))
        self.wrapped = wrapped if wrapped is not None else {}

    def _find(self, subject_id: UUID) -> bytes | None:
        return self.wrapped.get(subject_id)

    def _make(self, subject_id: UUID) -> bytes | None:
        key = bytes([len(self.wrapped) + 1]) * 32
        nonce = bytes(12)
        self.wrapped[subject_id] = nonce + self._masters[0].encrypt(nonce, key, subject_id.bytes)
        return self.wrapped[subject_id]


# --- any event ---

TEXT = st.characters(codec="utf-8")
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "credit_code": st.sampled_from(["91110101717757158X", "91110108MA01GRLTXK"]),
}
PAYS = st.one_of(
    st.just(Pay(unit=PayUnit.NEGOTIABLE)),
    st.builds(
        Pay,
        unit=st.just(PayUnit.MONTH),
        minimum_fen=st.integers(200_000, 900_000),
        maximum_fen=st.integers(900_000, 3_000_000),
        months_per_year=st.none() | st.integers(12, 16),
    ),
)
SCREENINGS = st.sampled_from(
    ["要求：女，未婚，形象好。", "维修电路。", "限北京户口，35岁以下"]
).map(lambda text: screen_content(VacancyContent(title="x", text=text)))
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    Pay: PAYS,
    Screening: SCREENINGS,
    bool: st.booleans(),
    date: st.dates(),
    UUID: st.uuids(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
}
LIMITS = ("pattern", "min_length", "max_length", "ge", "le")


def limits_of(marks: Iterable[Any]) -> dict[str, Any]:
    """Return what the metadata of a field ask of its values."""
    found: dict[str, Any] = {}
    for mark in marks:
        if isinstance(mark, FieldInfo):
            found |= limits_of(mark.metadata)
        for limit in LIMITS:
            if getattr(mark, limit, None) is not None:
                found[limit] = getattr(mark, limit)
    return found


def anything(annotation: Any, name: str, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a field that keep to its limits."""
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return anything(arguments[0], name, limits | limits_of(arguments[1:]))
    if origin in (typing.Union, types.UnionType):
        return st.one_of(
            *(st.none() if one is type(None) else anything(one, name, limits) for one in arguments)
        )
    if origin is tuple:
        fewest = limits.get("min_length", 0)
        return st.lists(anything(arguments[0], name, {}), min_size=fewest, max_size=3).map(tuple)
    if origin is dict:
        key, value = (anything(one, name, {}) for one in arguments)
        return st.dictionaries(key, value, max_size=2)
    if name in BY_NAME:
        return BY_NAME[name]
    if annotation in BY_TYPE:
        return BY_TYPE[annotation]
    if annotation is str and "pattern" in limits:
        return st.from_regex(limits["pattern"], fullmatch=True)
    if annotation is str:
        most = min(30, limits.get("max_length", 30))
        text = st.text(TEXT, min_size=limits.get("min_length", 0), max_size=most)
        # Blanks around are no text where the model takes them off.
        return text.filter(str.strip) if limits.get("is_stripped") else text
    if annotation is int:
        return st.integers(limits.get("ge", 1), limits.get("le", 100_000))
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return st.sampled_from(annotation)
    return instances(annotation)


def instances(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for a model, or for a named tuple or data class within one."""
    hints = typing.get_type_hints(cls, include_extras=True)
    marks: dict[str, list[Any]] = {name: [] for name in hints}
    if issubclass(cls, BaseModel):
        marks = {name: field.metadata for name, field in cls.model_fields.items()}
    config = getattr(cls, "model_config", {})
    general = {"is_stripped": True} if config.get("str_strip_whitespace") else {}
    return st.builds(
        cls,
        **{name: anything(hints[name], name, general | limits_of(marks[name])) for name in marks},
    )


def read(mapper: Mapper, topic: str, state: bytes, version: int = 1) -> Event:
    return mapper.read(
        STREAM, version, topic, state, 9, date(2026, 11, 2), datetime.now(UTC), "clerk", "110105",
        UUID(int=5),
    ).event  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=15, deadline=None, database=None)
@given(data=st.data())
def test_every_event_comes_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    event = data.draw(instances(EVENTS[name]))
    keys = Keys()
    mapper = Mapper(keys)
    state = mapper.write(event, STREAM, 1)
    assert read(mapper, event.topic, state) == event
    for field in event.personal_fields:
        value = getattr(event, field)
        stored = json.loads(state)[field]
        assert stored != value
        assert len(value) < 4 or value not in stored
    if event.personal_fields:
        erased = read(Mapper(Keys(wrapped={})), event.topic, state)
        assert {getattr(erased, field) for field in event.personal_fields} == {ERASED}


def test_personal_fields_lie_encrypted_and_each_time_differently() -> None:
    cls = EVENTS["employer_ledger.agent_verified"]
    event = cast(Any, cls)(
        agent_id=UUID(int=7),
        name="王小明",
        identity_number="11010519900101001X",
        phone="13912345678",
        authority_valid_until=date(2027, 1, 1),
        identity_valid_until=None,
        real_name_verified=True,
    )
    mapper = Mapper(Keys())
    states = [mapper.write(event, STREAM, version) for version in (1, 1, 2)]
    assert len(set(states)) == 3
    for state in states:
        for secret in ("王小明", "11010519900101001X", "13912345678"):
            assert secret.encode() not in state
            assert base64.b64encode(secret.encode()).rstrip(b"=") not in state


# --- golden payloads ---


def golden() -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(GOLDEN.read_text(encoding="utf-8")))


def test_every_stored_name_and_version_has_a_golden_payload() -> None:
    lacking = {cls.topic for cls in EVENTS.values()} - golden()["events"].keys()
    assert not lacking, (
        "a stored name is for ever: add a payload as it is stored, and what it means, to "
        f"{GOLDEN.name} for {sorted(lacking)}"
    )


@pytest.mark.parametrize("topic", golden()["events"])
def test_an_old_payload_still_loads_and_means_the_same(topic: str) -> None:
    """Never change a golden payload: add an upcaster for it."""
    kept = golden()
    keys = Keys(
        base64.b64decode(kept["master_key"]),
        {UUID(subject): base64.b64decode(key) for subject, key in kept["keys"].items()},
    )
    one = kept["events"][topic]
    event = read(Mapper(keys), topic, json.dumps(one["payload"]).encode())
    assert event.event_name == topic.partition("@")[0]
    now = event.model_dump(mode="json")
    assert says(now, one["means"])


def says(now: Any, meant: Any) -> bool:
    """Tell whether a value holds what was meant, and maybe fields that came later."""
    if isinstance(meant, dict):
        return all(name in now and says(now[name], value) for name, value in meant.items())
    return bool(now == meant)


def test_golden_payloads_fill_every_field() -> None:
    """A field that no payload fills could be dropped unnoticed."""
    for topic, one in golden()["events"].items():
        cls = REGISTRY.names()[topic.partition("@")[0]]
        if cls.topic == topic:
            assert set(one["payload"]) == set(cls.model_fields), topic


# --- the registry ---


def test_a_name_is_given_once() -> None:
    registry = EventRegistry()
    first, second = (type(name, (), {"event_name": "x.y"}) for name in ("First", "Second"))
    registry.add(cast(Any, first))
    registry.add(cast(Any, first))
    with pytest.raises(TypeError, match=r"x\.y is the stored name of both"):
        registry.add(cast(Any, second))


def test_an_event_needs_a_name_and_personal_fields_an_owner() -> None:
    with pytest.raises(TypeError, match="has no stored name"):
        type("Nameless", (Event,), {"__module__": __name__})
    with pytest.raises(TypeError, match="say whose"):

        class Ownerless(Event, name="test.ownerless"):
            phone: Personal


def test_names_are_words_of_the_glossary_and_no_python_paths() -> None:
    for name, cls in EVENTS.items():
        assert name.isascii()
        assert name.count(".") == 1, name
        assert "taizhang" not in name
        assert cls.topic == (name if cls.schema_version == 1 else f"{name}@{cls.schema_version}")


def test_an_older_shape_is_brought_up_step_by_step() -> None:
    registry = EventRegistry()
    current = cast(Any, types.SimpleNamespace(event_name="x.y", schema_version=3, topic="x.y@3"))
    current.__qualname__ = "X"
    registry.add(current)

    @registry.upcaster("x.y", 1)
    def one(payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"two": 2}

    with pytest.raises(UnknownEvent, match=r"no upcaster of 'x.y' from version 2"):
        registry.upcast("x.y", {})

    @registry.upcaster("x.y", 2)
    def two(payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"three": payload["two"] + 1}

    assert registry.upcast("x.y", {}) == (current, {"two": 2, "three": 3})
    assert registry.upcast("x.y@2", {"two": 5})[1] == {"two": 5, "three": 6}
    assert registry.upcast("x.y@3", {"as": "is"})[1] == {"as": "is"}
    assert registry.current("x.y@3") is current
    assert registry.current("x.y") is None


def test_an_unknown_name_says_what_may_be_wrong() -> None:
    with pytest.raises(UnknownEvent, match="written by a newer version"):
        read(Mapper(Keys()), "job_seeker_ledger.teleported", b"{}")


@pytest.mark.parametrize("state", [b"{}", b'{"vacancy_id": "x"}', b'{"vacancy_id": 1, "more": 2}'])
def test_a_payload_that_is_not_what_its_name_promises_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read(Mapper(Keys()), "vacancy.lapsed", state)


class Limited(Event, name="test.limited"):
    """An event as it is after its limits were tightened."""

    pattern: Annotated[str, Field(max_length=3, pattern="^[a-z]+$")]
    amounts: Annotated[tuple[Annotated[int, Field(ge=10, multiple_of=5)], ...], Field(max_length=1)]
    price: Annotated[Decimal, Field(max_digits=3, decimal_places=1)]
    pay: Pay | None
    code: Annotated[str, AfterValidator(check_credit_code)]


def test_what_was_stored_under_wider_limits_is_read_as_it_is() -> None:
    stored = {
        "pattern": "TOO LONG",
        "amounts": [1, 2, 3],
        "price": "12345.678",
        "pay": {"unit": "month", "minimum_fen": 3, "maximum_fen": 1, "months_per_year": 99},
        "code": "no code",
    }
    with pytest.raises(ValueError, match="validation errors"):
        Limited.model_validate_json(json.dumps(stored))
    event = read(Mapper(Keys()), "test.limited", json.dumps(stored).encode())
    assert type(event) is Limited
    assert type(event.pay) is Pay
    assert event.model_dump(mode="json") == stored
    assert event.amounts == (1, 2, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": 1},
        {"amounts": ["x"]},
        {"price": "much"},
        {"pay": {"unit": "fortnight"}},
        {"pay": {}},
        {"more": 1},
    ],
)
def test_other_types_and_fields_are_refused_all_the_same(change: dict[str, Any]) -> None:
    stored = {"pattern": "x", "amounts": [], "price": "1", "pay": None, "code": ""} | change
    with pytest.raises(ValueError, match="1 validation error"):
        read(Mapper(Keys()), "test.limited", json.dumps(stored).encode())


def test_an_event_cannot_be_changed() -> None:
    event = cast(Any, EVENTS["vacancy.lapsed"])(vacancy_id=UUID(int=1))
    with pytest.raises(ValueError, match="frozen"):
        event.vacancy_id = UUID(int=2)
