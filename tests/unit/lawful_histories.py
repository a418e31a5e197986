"""What tests of every lawful history share: histories drawn by chance, and what holds of their duties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby, pairwise
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from taizhang.domain.events import RecordedEvent
from taizhang.projections.obligations import ObligationRow

Move = tuple[int, int, int, int]
"""A move by its number, an item by its number, the days until it, and a number that chooses."""

History = list[tuple[Move, ...]]

checked = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def histories_of(
    moves: int, items: int, courses: Sequence[Sequence[tuple[int, int]]], *,
    days: int, course_days: int, parts: int,
) -> SearchStrategy[History]:  # fmt: skip
    """Draw up to so many parts: single moves, and whole courses that chance alone seldom meets."""
    single = st.tuples(
        st.integers(0, moves - 1),
        st.integers(0, items - 1),
        st.integers(0, days),
        st.integers(0, 3),
    )
    course = st.sampled_from(courses).flatmap(
        lambda steps: st.tuples(
            *(
                st.tuples(st.just(number), st.just(0), st.integers(0, course_days), st.just(choice))
                for number, choice in steps
            )
        )
    )
    return st.lists(st.one_of(single.map(lambda move: (move,)), course), max_size=parts)


def is_open_at(row: ObligationRow, position: int) -> bool:
    """Say whether a duty was open at a log position."""
    return row.since_position <= position and (
        row.closed_position is None or row.closed_position > position
    )


def identity(row: ObligationRow) -> tuple[UUID, str, int, int]:
    """Return what makes two rows spells of one duty."""
    return row.subject_id, row.duty, row.arose_position, row.turn


def assert_unbroken(rows: Iterable[ObligationRow], going_on: frozenset[str]) -> None:
    """Make sure that a duty's spells follow upon each other: nothing between, none beside."""
    for (_, key, arose, _), spells in groupby(sorted(rows, key=identity), key=identity):
        chain = sorted(spells, key=lambda row: row.since_position)
        assert chain[0].since_position == arose
        for before, after in pairwise(chain):
            assert before.closed_position == after.since_position
            assert before.outcome in going_on
        assert chain[-1].outcome not in going_on, key


def assert_same_in_pages(
    log: Sequence[RecordedEvent],
    page: int,
    rows_of: Callable[[Sequence[RecordedEvent], int], list[ObligationRow]],
) -> None:
    """Make sure that a log folded in pages of this size gives the rows that it gives at once."""
    assert list(map(asdict, rows_of(log, page))) == list(map(asdict, rows_of(log, len(log) + 1)))
