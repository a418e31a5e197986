"""When a person may be erased: retention by kind and date, grounds, and what holds a record."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang import Actor, InvalidInput, RuleBroken
from taizhang.domain.aggregate import Occasion
from taizhang.domain.privacy.erasure import (
    Erasure,
    ErasureGround,
    HeldBy,
    Hold,
    PersonErased,
    erase,
    records_kept,
)
from taizhang.domain.privacy.retention import (
    RETENTIONS,
    NoRetentionInForce,
    RecordKind,
    Retention,
    kept_until,
)
from taizhang.domain.regulation.edition import EDITION_2018

pytestmark = pytest.mark.rule("51.2")

PERSON = UUID(int=7)
LAST = date(2020, 3, 31)


def occasion(day: date) -> Occasion:
    return Occasion(Actor(staff_id="a", agency_code="110000"), day, day, EDITION_2018)


def tried(
    day: date,
    *,
    ground: ErasureGround = ErasureGround.RETENTION_OVER,
    holds: tuple[HeldBy, ...] = (),
    reference: str = "京档〔2026〕7号",
    kinds: tuple[RecordKind, ...] = (RecordKind.JOB_SEEKER,),
    erasure: Erasure | None = None,
) -> PersonErased:
    records = records_kept(dict.fromkeys(kinds, LAST), day, RETENTIONS)
    (event,) = erase(
        erasure or Erasure(), occasion(day), (PERSON,), records, holds, ground, reference
    )
    assert isinstance(event, PersonErased)
    return event


def test_a_record_is_kept_to_the_end_of_its_years_and_may_be_erased_the_day_after() -> None:
    last = kept_until(RecordKind.JOB_SEEKER, LAST, date(2026, 1, 1))
    assert last == date(2025, 3, 31)
    with pytest.raises(RuleBroken, match=r"51\.2.*kept until 2025-03-31"):
        tried(last)
    assert tried(last + timedelta(days=1)).records[0].kept_until == last


def test_the_longest_retention_of_all_records_counts() -> None:
    both = (RecordKind.ASSISTED, RecordKind.AGENT)
    with pytest.raises(RuleBroken, match="kept until 2030-03-31"):
        tried(date(2026, 1, 1), kinds=both)
    assert len(tried(date(2030, 4, 1), kinds=both).records) == 2


@pytest.mark.parametrize("ground", [ErasureGround.NO_LAWFUL_BASIS, ErasureGround.ORDERED])
def test_other_grounds_do_not_wait_for_the_end_of_retention(ground: ErasureGround) -> None:
    assert tried(LAST, ground=ground).ground is ground


@pytest.mark.parametrize("ground", list(ErasureGround))
@pytest.mark.parametrize("hold", list(Hold))
def test_what_is_open_holds_a_record_whatever_the_ground(ground: ErasureGround, hold: Hold) -> None:
    with pytest.raises(RuleBroken, match=rf"51\.2.*{hold} x1"):
        tried(date(2040, 1, 1), ground=ground, holds=(HeldBy(hold, "x1"),))


def test_nobody_is_erased_twice_without_a_record_or_without_a_reference() -> None:
    day = date(2040, 1, 1)
    with pytest.raises(InvalidInput, match="was erased on"):
        tried(day, erasure=Erasure(erased_on=day))
    with pytest.raises(InvalidInput, match="no record"):
        tried(day, kinds=())
    with pytest.raises(InvalidInput, match="on paper"):
        tried(day, reference="  ")


def test_a_later_table_counts_from_its_day_on() -> None:
    longer = Retention(kind=RecordKind.AGENT, years=9, effective_from=date(2027, 1, 1))
    table = (longer, *RETENTIONS)
    assert kept_until(RecordKind.AGENT, LAST, date(2026, 12, 31), table) == date(2023, 3, 31)
    assert kept_until(RecordKind.AGENT, LAST, date(2027, 1, 1), table) == date(2029, 3, 31)
    with pytest.raises(NoRetentionInForce):
        kept_until(RecordKind.AGENT, LAST, date(2018, 7, 31), table)


@given(st.sampled_from(list(RecordKind)), st.dates(date(2018, 8, 1), date(2030, 12, 31)))
def test_retention_never_ends_before_the_last_entry(kind: RecordKind, last: date) -> None:
    assert kept_until(kind, last, date(2031, 1, 1)) >= last
