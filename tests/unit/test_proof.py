"""What is digested, chained and signed: one form of the bytes, and the places where seals stand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.domain.proof import (
    PAGE_EVENTS,
    ZEROS,
    Beside,
    Mark,
    Seal,
    Sealing,
    StoredEvent,
    link,
)
from taizhang.infrastructure.proof.signing import SigningKey, is_signed

EVENT = StoredEvent(
    stream_id=UUID("00112233-4455-4677-8899-aabbccddeeff"),
    version=2,
    topic="vacancy.passed",
    occurred_on=date(2026, 11, 2),
    recorded_at=datetime(2026, 11, 2, 1, 0, 0, 5, UTC),
    staff_id="reviewer",
    agency_code="110105001",
    command_id=UUID("ffeeddcc-bbaa-4988-8766-554433221100"),
    state=b"{}",
)
SEAL = Seal(
    number=1,
    position=7,
    events=5,
    chain=bytes(range(32)),
    day=None,
    sealed_at=datetime(2026, 11, 2, 1, tzinfo=UTC),
    before=ZEROS,
    key_id=ZEROS,
    signature=b"",
)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)


@pytest.mark.rule("9.1")
def test_the_digested_bytes_are_those_of_the_documented_form() -> None:
    assert EVENT.digested().hex() == (
        "00000010" "00112233445546778899aabbccddeeff"
        "00000008" "0000000000000002"
        "0000000e" + b"vacancy.passed".hex()
        + "00000004" "0000264a"
        "00000008" "0003023f6f156405"
        "00000008" + b"reviewer".hex()
        + "00000009" + b"110105001".hex()
        + "00000010" "ffeeddccbbaa49888766554433221100"
        "00000002" "7b7d"
    )  # fmt: skip
    assert EVENT.digest(ZEROS) == sha256(bytes(32) + EVENT.digested()).digest()


@pytest.mark.rule("5.b")
@given(st.data())
def test_no_two_events_have_the_same_bytes(data: st.DataObject) -> None:
    """Each field has its length before it, so that nothing can be moved from one to the next."""
    texts = st.text(alphabet="ab1\0", max_size=4)
    events = st.builds(
        StoredEvent,
        stream_id=st.uuids(),
        version=st.integers(1, 3),
        topic=texts,
        occurred_on=st.dates(),
        recorded_at=st.datetimes(timezones=st.just(UTC)),
        staff_id=texts,
        agency_code=texts,
        command_id=st.uuids(),
        state=st.binary(max_size=4),
    )
    one = data.draw(events)
    changed = data.draw(st.sampled_from(StoredEvent._fields))
    other = one._replace(**{changed: getattr(data.draw(events), changed)})
    assert (one.digested() == other.digested()) == (one == other)


def test_the_chain_covers_position_and_digest() -> None:
    assert link(ZEROS, 1, b"d" * 32) == sha256(ZEROS + bytes(7) + b"\1" + b"d" * 32).digest()


@pytest.mark.parametrize("field", [name for name in Seal._fields if name != "signature"])
def test_every_field_of_a_seal_is_signed(field: str) -> None:
    key = SigningKey(bytes(32))
    other: dict[str, Any] = {
        "day": MONDAY,
        "sealed_at": datetime(2026, 11, 2, 1, 0, 0, 1, UTC),
        "chain": bytes(32),
        "before": b"x" * 32,
        "key_id": b"x" * 32,
        "beside": Beside(ZEROS, 0, ZEROS),
    }
    changed = SEAL._replace(**{field: other.get(field, getattr(SEAL, field))})
    if field in ("number", "position", "events"):
        changed = SEAL._replace(**{field: getattr(SEAL, field) + 1})
    signature = key.sign(SEAL.message())
    assert is_signed(SEAL.message(), signature, key.public_key)
    assert not is_signed(changed.message(), signature, key.public_key)


@pytest.mark.parametrize("field", Beside._fields)
def test_what_stands_beside_the_log_is_signed(field: str) -> None:
    key, beside = SigningKey(bytes(32)), Beside(ZEROS, 3, ZEROS)
    signature = key.sign(SEAL._replace(beside=beside).message())
    other: dict[str, Any] = {field: 4 if field == "refusals" else b"x" * 32}
    changed = beside._replace(**other)
    assert is_signed(SEAL._replace(beside=beside).message(), signature, key.public_key)
    assert not is_signed(SEAL._replace(beside=changed).message(), signature, key.public_key)


def test_a_signature_by_another_key_or_none_is_no_signature() -> None:
    message = SEAL.message()
    signature = SigningKey(bytes(32)).sign(message)
    assert not is_signed(message, signature, SigningKey(b"x" * 32).public_key)
    assert not is_signed(message, b"", SigningKey(bytes(32)).public_key)
    assert not is_signed(message, signature, b"no key")


class TestWhereSealsStand:
    """After a page, after a day, and at the end."""

    def test_a_page_is_sealed_when_it_is_full(self) -> None:
        sealing = Sealing(None, None)
        marks = [m for n in range(1, 2 * PAGE_EVENTS + 2) for m in sealing.add(n, ZEROS, MONDAY)]
        assert [(m.position, m.events, m.day) for m in marks] == [
            (PAGE_EVENTS, PAGE_EVENTS, None),
            (2 * PAGE_EVENTS, 2 * PAGE_EVENTS, None),
        ]
        (rest,) = sealing.rest()
        assert rest.position == 2 * PAGE_EVENTS + 1
        assert sealing.rest() == []

    def test_a_day_ends_with_its_last_event_before_the_next_one_begins(self) -> None:
        sealing = Sealing(None, None)
        assert sealing.add(1, ZEROS, MONDAY) == []
        chain = link(ZEROS, 1, ZEROS)
        assert sealing.add(3, ZEROS, WEDNESDAY) == [Mark(1, 1, chain, MONDAY)]
        assert sealing.end_day(WEDNESDAY) == []

    def test_a_day_without_a_next_event_ends_by_the_clock(self) -> None:
        sealing = Sealing(None, None)
        sealing.add(1, ZEROS, MONDAY)
        assert sealing.end_day(MONDAY) == []
        assert [m.day for m in sealing.end_day(TUESDAY)] == [MONDAY]
        assert sealing.end_day(WEDNESDAY) == []

    def test_an_event_entered_before_midnight_and_recorded_after_it_begins_no_day_anew(
        self,
    ) -> None:
        sealing = Sealing(None, None)
        sealing.add(1, ZEROS, TUESDAY)
        assert sealing.add(2, ZEROS, MONDAY) == []
        assert sealing.add(3, ZEROS, TUESDAY) == []

    def test_sealing_goes_on_where_the_last_seal_stands(self) -> None:
        last = SEAL._replace(chain=link(ZEROS, 7, ZEROS))
        (mark,) = Sealing(last, MONDAY).add(9, ZEROS, TUESDAY)
        assert mark == Mark(7, 5, last.chain, MONDAY)
        ended = last._replace(day=MONDAY)
        assert Sealing(ended, MONDAY).add(9, ZEROS, TUESDAY) == []

    @given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 40))
    def test_seals_stand_at_the_same_places_however_often_it_is_sealed(
        self, gaps: list[int], pause: int
    ) -> None:
        """Stopping only adds the seal at the stop."""
        days = [date(2026, 11, 2 + sum(gaps[:n]) // 4) for n in range(len(gaps))]
        whole, parts = Sealing(None, None), Sealing(None, None)
        expected = [m for n, day in enumerate(days, 1) for m in whole.add(n, ZEROS, day)]
        found = []
        for n, day in enumerate(days, 1):
            found += parts.add(n, ZEROS, day)
            if n == pause:
                for mark in parts.rest():
                    last = SEAL._replace(
                        **{field: getattr(mark, field) for field in mark._fields[:4]}
                    )
                    parts = Sealing(last, day)
        assert {(m.position, m.chain, m.day) for m in found} == {
            (m.position, m.chain, m.day) for m in expected
        }
