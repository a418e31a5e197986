"""Events that cannot be read or folded are set aside, and only their stream waits."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.employer.vacancy import VacancyArchived, VacancyPassed, VacancyReturned
from taizhang.projections.catalogue import read_models
from taizhang.projections.ledger_entries import LedgerEntries
from taizhang.projections.read_model import Rows

from .conftest import NAMES, Poisoned, World, drafted, life_of, opened, proven


@pytest.mark.usefixtures("small_pages")
def test_an_event_that_cannot_be_read_is_set_aside_and_only_its_stream_waits(world: World) -> None:
    sick, well = uuid4(), uuid4()
    world.append((sick, opened()), (well, opened()))
    first, second = uuid4(), uuid4()
    bad = world.append((sick, drafted(first)))
    for event in life_of(second, date(2026, 4, 1)):
        world.append((well, event))
    for event in life_of(first, date(2026, 4, 1))[1:3]:
        world.append((sick, event))
    reader = Poisoned({bad})
    projector = world.projector(reader=reader)
    head = projector.catch_up()
    status = {known.name: known for known in projector.status()}
    assert (status["vacancies"].set_aside, status["vacancies"].waiting) == (1, 2)
    assert (status["employers"].set_aside, status["employers"].waiting) == (0, 0)
    assert world.query("SELECT vacancy_id, status FROM vacancies") == [(second, "archived")]
    assert world.query(
        "SELECT DISTINCT topic, error FROM projection_set_aside WHERE attempts > 0"
    ) == [("vacancy.drafted", "ValueError: cannot be read")]

    assert projector.retry_set_aside() > 0  # still sick
    (attempts,) = world.query("SELECT max(attempts) FROM projection_set_aside")
    assert attempts == (4,)
    # A later process knows who waits.
    world.append((sick, life_of(first, date(2026, 4, 1))[3]))
    world.projector(reader=reader).catch_up()
    assert {s.name: s.waiting for s in projector.status()}["vacancies"] == 3

    reader.positions.clear()
    assert projector.retry_set_aside() == 0
    assert set(world.query("SELECT status FROM vacancies")) == {("archived",), ("published",)}
    world.append((sick, VacancyArchived(vacancy_id=first)))
    assert projector.catch_up() == head + 2
    proven(projector)


@pytest.mark.usefixtures("small_pages")
def test_an_event_that_one_read_model_cannot_fold_goes_into_the_others(world: World) -> None:
    stream = uuid4()
    world.append((stream, opened()), (stream, VacancyPassed(vacancy_id=uuid4(), overruled=None)))
    vacancy = uuid4()
    world.append(*((stream, event) for event in life_of(vacancy, date(2026, 4, 1))))
    world.story()
    projector = world.projector()
    projector.catch_up()
    aside = {known.name: (known.set_aside, known.waiting) for known in projector.status()}
    assert aside["vacancies"] == (1, 6)
    assert all(found == (0, 0) for name, found in aside.items() if name != "vacancies")
    assert (
        world.query("SELECT count(*) FROM ledger_entries WHERE topic = 'vacancy.passed'")[0][0] > 1
    )
    assert projector.verify("vacancies").is_same  # a fresh fold stops that stream as well


@pytest.mark.usefixtures("small_pages")
def test_rows_that_cannot_be_written_are_their_events_fault(world: World) -> None:
    world.story()
    stream, vacancy = uuid4(), uuid4()
    world.append((stream, opened()), (stream, drafted(vacancy, title="a\0b")))
    head = world.story()
    projector = world.projector()
    assert projector.catch_up() == head
    aside = {known.name: known.set_aside for known in projector.status()}
    assert aside == {**dict.fromkeys(NAMES, 0), "vacancies": 1}
    proven(projector)


class EntriesTwice(LedgerEntries):
    """A read model that adds the row of one kind of event twice, which its key forbids."""

    def fold(self, events: Any, rows: Rows[Any]) -> None:
        events = list(events)
        super().fold(events, rows)
        super().fold([one for one in events if isinstance(one.event, VacancyReturned)], rows)


@pytest.mark.usefixtures("small_pages")
def test_rows_that_the_table_refuses_are_their_events_fault_too(world: World) -> None:
    """The fault shows when the batch is saved, while the next one is folded on top of it."""
    world.story()
    sick, vacancy = uuid4(), uuid4()
    returned = VacancyReturned(vacancy_id=vacancy, defects=())
    world.append((sick, opened()), (sick, drafted(vacancy)), (sick, returned))
    head = world.story()
    models = tuple(
        EntriesTwice(WorkingDayCalendar()) if model.name == "ledger_entries" else model
        for model in read_models()
    )
    projector = world.projector(models)
    assert projector.catch_up() == head
    aside = {known.name: known.set_aside for known in projector.status()}
    assert aside == {**dict.fromkeys(NAMES, 0), "ledger_entries": 1}
    assert world.query("SELECT topic FROM projection_set_aside") == [("vacancy.returned",)]
    assert len(world.query("SELECT FROM ledger_entries")) == head - 1
    proven(projector)
