"""Read models built anew beside the live ones, compared, switched, and verified."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.employer.vacancy import VacancyDrafted
from taizhang.domain.errors import NotFound
from taizhang.projections.catalogue import ReadModels, read_models
from taizhang.projections.read_model import ReadModel, Row, Rows, SmallInt, columns_of, names_of
from taizhang.projections.table import Table
from taizhang.projections.vacancies import Vacancies, VacancyRow

from .conftest import NAMES, World, proven


class VacanciesInCapitals(Vacancies):
    """Another version of the read model."""

    version = Vacancies.version + 1

    def fold(self, events: Any, rows: Rows[VacancyRow]) -> None:
        events = list(events)
        super().fold(events, rows)
        for recorded in events:
            if isinstance(recorded.event, VacancyDrafted):
                rows.one(recorded.event.vacancy_id).title = "X"


def with_another_version() -> ReadModels:
    return tuple(
        VacanciesInCapitals() if model.name == "vacancies" else model for model in read_models()
    )


def test_a_rebuild_is_compared_row_by_row_and_switched_and_switched_back(world: World) -> None:
    world.story()
    old = world.projector()
    head = old.catch_up()
    same = old.rebuild("vacancies")
    assert (same.is_same, same.position, same.rows) == (True, head, 10)
    assert old.switch_back("vacancies") == 1
    assert old.drop_old("vacancies") == [2]

    new = world.projector(with_another_version())
    assert {s.name: s.needs_rebuild for s in new.status()} == {
        name: name == "vacancies" for name in NAMES
    }
    found = new.rebuild("vacancies")
    assert (found.differences, found.rows) == (10, 10)
    live, fresh = found.examples[0].live, found.examples[0].fresh
    assert live is not None
    assert fresh is not None
    assert (live["title"], fresh["title"]) == ("会计", "X")
    assert world.query("SELECT DISTINCT title FROM vacancies") == [("X",)]

    assert new.switch_back("vacancies") == 1
    head = world.story()
    assert old.catch_up() == head  # the earlier generation goes on from where it stood
    proven(old)
    assert new.switch_back("vacancies") > 1
    assert new.catch_up() == head
    proven(new)
    assert new.drop_old("vacancies") == [1]
    with pytest.raises(NotFound):
        new.switch_back("vacancies")


class PositionRow(NamedTuple):
    """A position of the log."""

    position: int


class TurnRow(NamedTuple):
    """The same with a part of its key that there was not before."""

    position: int
    turn: SmallInt


class Positions(ReadModel[Row]):
    """A read model of one row for each vacancy drafted."""

    row: type[Any] = PositionRow
    table = Table("positions", ("position",), columns_of(PositionRow), insert_only=True)
    event_names = names_of([VacancyDrafted])

    def fold(self, events: Any, rows: Rows[Row]) -> None:
        for recorded in events:
            rows.add_final((recorded.position, 0)[: len(self.table.columns)])


class Turns(Positions):
    """Its next version, with another key."""

    version = 2
    row = TurnRow
    table = Table("positions", ("position", "turn"), columns_of(TurnRow), insert_only=True)


def test_a_version_with_another_key_takes_the_place_of_the_one_before(world: World) -> None:
    head = world.story()
    world.projector((Positions(),)).catch_up()
    turns = world.projector((Turns(),))
    assert turns.catch_up() == head
    assert world.query("SELECT DISTINCT turn FROM positions") == [(0,)]
    assert turns.verify("positions").is_same
    assert [(one.generation, one.needs_rebuild) for one in turns.status()] == [(2, False)]


def test_a_new_version_is_built_by_catching_up_and_an_older_one_leaves_it_alone(
    world: World,
) -> None:
    head = world.story()
    old = world.projector()
    old.catch_up()
    new = world.projector(with_another_version())
    assert new.catch_up() == head
    assert [s.generation for s in new.status() if s.name == "vacancies"] == [2]
    later = world.story()
    assert new.catch_up() == later
    old.catch_up()
    assert [s.needs_rebuild for s in old.status() if s.name == "vacancies"] == [True]
    assert world.query("SELECT DISTINCT title FROM vacancies") == [("X",)]


def test_another_calendar_asks_for_a_rebuild_of_what_counts_by_it(world: World) -> None:
    world.story()
    world.projector().catch_up()
    calendar = WorkingDayCalendar().with_year(2027, [date(2027, 1, 1)], [])
    projector = world.projector(read_models(calendar))
    asked = {s.name for s in projector.status() if s.needs_rebuild}
    assert asked == {"ledger_entries", "obligations"}
    projector.catch_up()
    assert not any(s.needs_rebuild for s in projector.status())
    proven(projector)


def test_verify_finds_a_tampered_row(world: World) -> None:
    world.story()
    projector = world.projector()
    projector.catch_up()
    ((vacancy, title),) = world.query("SELECT vacancy_id, title FROM vacancies LIMIT 1")
    world.query(f"UPDATE vacancies_g1 SET title = 'x' WHERE vacancy_id = '{vacancy}' RETURNING 1")
    found = projector.verify("vacancies")
    assert found.differences == 1
    assert found.examples[0].key == (str(vacancy),)
    assert found.examples[0].fresh is not None
    assert found.examples[0].fresh["title"] == title
    world.query("DELETE FROM ledger_entries_g1 WHERE position = 7 RETURNING 1")
    missing = projector.verify("ledger_entries")
    assert (missing.differences, missing.examples[0].live) == (1, None)
