"""The ids of persons: one number has one id at a time, and none that was erased comes back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.infrastructure.store.keys import GENERATIONS_AT_ONCE, StreamIds

pytestmark = pytest.mark.rule("51.2")

KEY = b"k" * 32
DOCUMENTS = (
    ("110101199003070011", "", ""),
    ("110101199003070011", "residence_permit", "CHN"),
    ("E12345678", "passport", "CHN"),
    ("E12345678", "passport", "FRA"),
)


class Log:
    """Who was erased."""

    def __init__(self) -> None:
        self.erased: set[UUID] = set()
        self.asked = 0
        self.ids = StreamIds(KEY, self.look)

    def look(self, ids: Sequence[UUID]) -> set[UUID]:
        self.asked += 1
        return self.erased & set(ids)


@given(st.lists(st.sampled_from(DOCUMENTS), max_size=3 * GENERATIONS_AT_ONCE))
def test_an_id_is_given_once_and_to_one_document(erased: list[tuple[str, str, str]]) -> None:
    log, given_to = Log(), dict[UUID, tuple[str, str, str]]()
    for document in (*DOCUMENTS, *erased):
        person_id = log.ids.person(*document)
        assert given_to.setdefault(person_id, document) == document
        assert person_id not in log.erased
        assert log.ids.person(*document) == person_id, "until it is erased it stays the same"
        log.erased.add(person_id)
    assert len(given_to) == len(DOCUMENTS) + len(erased)


def test_who_was_never_erased_keeps_the_id_of_old_and_is_found_by_one_look() -> None:
    log = Log()
    assert log.ids.person("110101199003070011") == StreamIds(KEY).person("110101199003070011")
    assert log.asked == 1


def test_without_the_key_the_generations_of_a_number_have_nothing_in_common() -> None:
    log, other = Log(), Log()
    other.ids = StreamIds(b"o" * 32, other.look)
    found = []
    for one in (log, other):
        for _ in range(3):
            found.append(one.ids.person("110101199003070011"))
            one.erased.add(found[-1])
    assert len(set(found)) == 6
    assert {one.version for one in found} == {4}
