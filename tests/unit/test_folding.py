"""Folding without a database: who is handed which events, and which rows stay in memory."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from taizhang.domain.employer.papers import EmployerRegistered
from taizhang.domain.employer.vacancy import VacancyArchived, VacancyLapsed
from taizhang.domain.events import Event, RecordedEvent
from taizhang.infrastructure.projecting.folding import Folding
from taizhang.infrastructure.projecting.projection_store import Generation
from taizhang.projections.read_model import ReadModel, Row, Rows, columns_of, names_of
from taizhang.projections.table import Table

NO_CURSOR = cast(Any, None)
STREAM = UUID(int=7)
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


class HeardRow(NamedTuple):
    """A position of the log."""

    position: int


class Heard(ReadModel[Row]):
    """A read model that remembers in which portions it was handed which positions."""

    row = HeardRow
    table = Table("heard", key=("position",), columns=columns_of(HeardRow), insert_only=True)

    def __init__(self, *events: type[Event]) -> None:
        self.event_names = names_of(events)
        self.portions: list[list[int]] = []

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        self.portions.append([recorded.position for recorded in events])
        for recorded in events:
            rows.add_final((recorded.position,))


def log(*events: Event, after: int = 0) -> list[Any]:
    return [
        RecordedEvent(
            event, STREAM, 1, position, MOMENT.date(), MOMENT, "clerk", "110105", UUID(int=1)
        )
        for position, event in enumerate(events, after + 1)
    ]


LAPSED, ARCHIVED = VacancyLapsed(vacancy_id=UUID(int=2)), VacancyArchived(vacancy_id=UUID(int=2))
REGISTERED = EmployerRegistered()


def test_a_read_model_is_handed_the_events_that_concern_it_and_no_other() -> None:
    both, one, none = Heard(VacancyLapsed, VacancyArchived), Heard(VacancyLapsed), Heard()
    generations = [Generation(model, "heard") for model in (both, one, none)]
    folding = Folding(generations)
    folding.fold(log(LAPSED, REGISTERED, ARCHIVED, LAPSED), NO_CURSOR)
    folding.fold(log(ARCHIVED, REGISTERED, after=4), NO_CURSOR)
    assert (both.portions, one.portions, none.portions) == ([[1, 3, 4], [5]], [[1, 4]], [])
    assert folding.positions() == [6, 6, 6]


def test_a_read_model_that_is_ahead_is_not_handed_what_it_has() -> None:
    behind, ahead = Heard(VacancyLapsed), Heard(VacancyLapsed)
    generations = [Generation(behind, "heard"), Generation(ahead, "heard", position=2)]
    folding = Folding(generations)
    assert folding.position == 0
    folding.fold(log(LAPSED, LAPSED, LAPSED), NO_CURSOR)
    assert (behind.portions, ahead.portions) == ([[1, 2, 3]], [[3]])
    assert folding.positions() == [3, 3]


def test_events_of_a_stream_that_waits_are_set_aside_where_they_concern() -> None:
    waits, free = Heard(VacancyLapsed), Heard(VacancyArchived)
    generations = [Generation(waits, "heard", waiting=[STREAM]), Generation(free, "heard")]
    folding = Folding(generations)
    folding.fold(log(LAPSED, ARCHIVED), NO_CURSOR)
    assert (waits.portions, free.portions) == ([], [[2]])


def test_what_is_dropped_is_folded_again() -> None:
    model = Heard(VacancyLapsed)
    folding = Folding([Generation(model, "heard", position=10)])
    folding.fold(log(LAPSED, LAPSED, after=10), NO_CURSOR)
    assert folding.position == 12
    folding.restore()
    assert folding.position == 10
    assert folding.generations[0].rows.take_final() == ([], [])


class Group(Row):
    """A row of which nothing but its being there counts."""


@given(
    st.lists(st.lists(st.integers(0, 12), max_size=8), min_size=1, max_size=6),
    st.sampled_from([0, 1, 4, 13]),
)
def test_what_is_not_written_yet_is_never_forgotten(batches: list[list[int]], keep: int) -> None:
    """A batch is written while the next is folded: until that is done, its rows cannot be read again."""
    rows: Rows[Group] = Rows()
    written: set[UUID] = set()
    before: list[UUID] = []
    for batch in batches:
        keys = [UUID(int=number) for number in batch]
        missing = rows.missing(keys)
        assert len(missing) == len(set(missing))
        assert not set(before).intersection(missing)
        if keep > 12:  # there is room for all
            assert not written.intersection(missing)
        rows.load(missing, ())
        rows.forget_some(keep)  # the batch before is written now
        written.update(before)
        assert rows.burden == len(set(batch))
        assert all(rows.group(key) == [] for key in keys)
        rows.take_touched()
        assert rows.burden == 0
        before = keys


def test_of_the_groups_written_those_used_last_are_kept() -> None:
    rows: Rows[Group] = Rows()
    keys = [UUID(int=number) for number in range(4)]
    for used in (keys[:2], keys[2:], keys[:1]):
        rows.load(rows.missing(used), ())
        rows.take_touched()
    rows.forget_some(2)
    assert rows.missing(keys) == [keys[1], keys[2]]


def test_a_finished_row_is_written_once_and_found_no_more() -> None:
    rows: Rows[Group] = Rows()
    key = UUID(int=1)
    rows.load(rows.missing([key]), ())
    done, goes_on = Group(), Group()
    rows.add(done, key)
    rows.add(goes_on, key)
    rows.finish(done, key)
    assert rows.group(key) == [goes_on]
    assert rows.take_final() == ([done], [])
    assert rows.take_touched() == [goes_on]
    assert rows.take_final() == ([], [])
