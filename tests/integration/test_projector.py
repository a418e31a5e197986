"""The projector on a real PostgreSQL: exactly once, in order, and nothing skipped, whatever happens."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from taizhang.domain.calendar import SHANGHAI, WorkingDayCalendar
from taizhang.domain.employer.content import Screening, VacancyContent
from taizhang.domain.employer.papers import (
    Channel,
    EmployerBasics,
    EmployerBasicsChanged,
    EmployerLedgerOpened,
)
from taizhang.domain.employer.vacancy import (
    VacancyArchived,
    VacancyDrafted,
    VacancyPassed,
    VacancyPublished,
    VacancyReturned,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.errors import NotFound, TooEarly, Unavailable
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.identity import credit_check_character
from taizhang.infrastructure.database import Database
from taizhang.infrastructure.projecting import folding, pipeline, projection_store
from taizhang.infrastructure.projecting.pipeline import Progress
from taizhang.infrastructure.projecting.projector import Projector
from taizhang.infrastructure.store.mapper import Mapper
from taizhang.projections.catalogue import ReadModels, read_models
from taizhang.projections.ledger_entries import LedgerEntries
from taizhang.projections.read_model import ReadModel, Row, Rows, SmallInt, columns_of, names_of
from taizhang.projections.table import Table
from taizhang.projections.vacancies import Vacancies, VacancyRow

NAMES = [model.name for model in read_models()]
SCREENING = Screening(version="1")


class World:
    """A log to write to, and the projector over it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)
        self.database.migrate()
        self.versions: dict[UUID, int] = {}
        self.random = Random(2018)
        self.day = date(2026, 3, 2)

    def projector(self, models: ReadModels | None = None, reader: Any = None) -> Projector:
        # No event here has personal fields: the mapper needs no keys.
        return Projector(self.database, reader or Mapper(cast(Any, None)), models or read_models())

    def append(self, *events: tuple[UUID, Event], on: psycopg.Connection[Any] | None = None) -> int:
        """Append events in one transaction, as the event store does: numbered under the log's lock."""
        position = 0
        with self.connect(on) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)")
            for stream, event in events:
                self.versions[stream] = self.versions.get(stream, 0) + 1
                (position,) = connection.execute(
                    "INSERT INTO stored_events (originator_id, originator_version, topic, state, "
                    "occurred_on, recorded_at, staff_id, agency_code, command_id) "
                    "VALUES (%s, %s, %s, %s, %s, %s, 's1', '110101001', %s) RETURNING notification_id",
                    (
                        stream,
                        self.versions[stream],
                        type(event).event_name,
                        event.model_dump_json().encode(),
                        self.day,
                        datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=SHANGHAI),
                        uuid4(),
                    ),
                ).fetchone() or (0,)
            connection.execute("SELECT pg_notify('taizhang_events', '')")
        return int(position)

    @contextmanager
    def connect(
        self, connection: psycopg.Connection[Any] | None = None
    ) -> Iterator[psycopg.Connection[Any]]:
        if connection is not None:
            yield connection
        else:
            with self.database.connect() as own:
                yield own

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return connection.execute(text.encode()).fetchall()

    def story(self, employers: int = 4, vacancies: int = 10) -> int:
        """Append the histories of some vacancies, mixed as they happen."""
        streams = [uuid4() for _ in range(employers)]
        self.append(*((stream, opened()) for stream in streams))
        histories = [self.history(self.random.choice(streams)) for _ in range(vacancies)]
        mixed: list[tuple[UUID, Event]] = []
        while histories:
            history = self.random.choice(histories)
            mixed.append(history.pop(0))
            if not history:
                histories.remove(history)
        last = 0
        for start in range(0, len(mixed), 7):
            self.day += timedelta(days=1)
            last = self.append(*mixed[start : start + 7])
        return last

    def history(self, stream: UUID) -> list[tuple[UUID, Event]]:
        vacancy = uuid4()
        events = life_of(vacancy, self.day + timedelta(days=20))
        return [(stream, event) for event in events[: self.random.randint(2, len(events))]]


def opened() -> Event:
    return EmployerLedgerOpened(
        credit_code="91110105MA0000000" + credit_check_character("91110105MA0000000"),
        name="某公司",
        basics=EmployerBasics(),
        channel=Channel.FRONT_DESK,
    )


def drafted(vacancy: UUID, title: str = "会计") -> Event:
    return VacancyDrafted(
        vacancy_id=vacancy, content=VacancyContent(title=title), screening=SCREENING
    )


def life_of(vacancy: UUID, until: date) -> list[Event]:
    return [
        drafted(vacancy),
        VacancySubmitted(
            vacancy_id=vacancy,
            channel=Channel.FRONT_DESK,
            publisher_id=None,
            review_agency_code="110101001",
        ),
        VacancyPassed(vacancy_id=vacancy, overruled=None),
        VacancyPublished(vacancy_id=vacancy, valid_until=until),
        VacancyWithdrawn(vacancy_id=vacancy, reason=WithdrawalReason.OTHER, note=""),
        VacancyArchived(vacancy_id=vacancy),
    ]


def eventually(is_so: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def reached(projector: Projector, position: int) -> bool:
    """Say whether all is folded up to a position; not yet, while the database does not answer."""
    with suppress(Unavailable):
        return projector.position() == position
    return False


def proven(projector: Projector) -> None:
    """Every read model is what a fresh fold of the log gives."""
    for name in NAMES:
        assert projector.verify(name).is_same


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.database.close()


@pytest.fixture(params=[1, 25, folding.BATCH], ids=["each page", "some pages", "all pages"])
def small_pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a few events, written one by one, some at a time, or all at the end."""
    monkeypatch.setattr(pipeline, "SMALLEST_PAGE", 3)
    monkeypatch.setattr(pipeline, "LARGEST_PAGE", 11)
    monkeypatch.setattr(folding, "BATCH", request.param)
    # Next to no rows are kept, so that they are read from the table again and again.
    monkeypatch.setattr(projection_store, "ROWS_KEPT", 2)


def test_views_can_be_queried_before_there_is_anything(world: World) -> None:
    world.projector().prepare()
    assert world.query("SELECT * FROM vacancies") == []
    assert world.projector().position() == 0
    assert world.projector().catch_up() == 0


@pytest.mark.usefixtures("small_pages")
def test_catches_up_to_the_head_or_to_a_position_and_says_how_far_it_is(world: World) -> None:
    head = world.story()
    projector = world.projector()
    seen: list[Progress] = []
    assert projector.catch_up(until=20, progress=seen.append) == 20
    assert projector.position() == 20
    assert seen[-1] == Progress(20, 20)
    status = {known.name: known for known in projector.status()}["vacancies"]
    assert (status.position, status.head, status.lag_events) == (20, head, head - 20)
    assert status.lag_seconds > 0
    assert projector.catch_up() == head
    assert projector.catch_up() == head
    assert [known.lag_seconds for known in projector.status()] == [0.0] * len(NAMES)
    assert len(world.query("SELECT FROM ledger_entries")) == head
    proven(projector)


KILLED_IN_THE_MIDDLE = """
import sys, time
from typing import Any, cast
from taizhang.infrastructure.projecting import folding, pipeline
from taizhang.infrastructure.database import Database
from taizhang.infrastructure.store.mapper import Mapper
from taizhang.infrastructure.projecting.projector import Projector
from taizhang.projections.catalogue import read_models

pipeline.SMALLEST_PAGE = pipeline.LARGEST_PAGE = folding.BATCH = 10
advance = folding.advance

def advance_and_hang(cursor, generations, was, now):
    if now > 25:  # the rows of this batch are written, its position is not
        print("middle", flush=True)
        time.sleep(60)
    advance(cursor, generations, was, now)

folding.advance = advance_and_hang
Projector(Database(sys.argv[1]), Mapper(cast(Any, None)), read_models()).catch_up()
"""


def test_killed_in_the_middle_of_a_page_it_folds_each_event_once(world: World) -> None:
    head = world.story()
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, world.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "middle\n"
        process.kill()
    projector = world.projector()
    assert projector.position() == 20
    assert projector.catch_up() == head
    assert len(world.query("SELECT FROM ledger_entries")) == head
    proven(projector)


@pytest.mark.usefixtures("small_pages")
def test_two_projectors_take_turns(world: World) -> None:
    head = world.story(vacancies=20)
    reached: list[int] = []
    threads = [
        threading.Thread(target=lambda: reached.append(world.projector().catch_up()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert reached == [head] * 3
    proven(world.projector())


@dataclass
class Poisoned:
    """A mapper that cannot read the events at some positions."""

    positions: set[int]

    def read(self, *stored: Any) -> RecordedEvent:
        if stored[4] in self.positions:
            raise ValueError("cannot be read")
        return Mapper(cast(Any, None)).read(*stored)


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


def test_a_slow_transaction_is_not_passed_over(world: World) -> None:
    head = world.story()
    projector = world.projector()
    projector.catch_up()
    stream = uuid4()
    with world.database.connect() as slow:
        with slow.transaction():
            world.append((stream, opened()), on=slow)  # numbered, and not to be seen yet
            behind = threading.Thread(target=world.append, args=((uuid4(), opened()),))
            behind.start()
            for _ in range(5):
                assert projector.catch_up() == head
                time.sleep(0.02)
        behind.join(10)
    assert projector.catch_up() == head + 2
    assert world.query(f"SELECT count(*) FROM employers WHERE stream_id = '{stream}'") == [(1,)]
    proven(projector)


@contextmanager
def following(projector: Projector) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=projector.follow, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_follow_keeps_level_and_lives_through_the_database_being_away(world: World) -> None:
    projector = world.projector()
    with following(projector), following(world.projector()):
        head = world.story()
        eventually(lambda: projector.position() == head)
        with psycopg.connect(world.url, autocommit=True) as connection:
            for _ in range(3):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                time.sleep(0.1)
        head = world.story()
        eventually(lambda: reached(projector, head))
        # Switching is noticed though nothing is appended; another process asks, the leader answers.
        world.projector().rebuild("vacancies")
        assert world.projector().retry_set_aside(timeout=10) == 0
        world.projector().switch_back("vacancies")
        head = world.append((uuid4(), opened()))
        eventually(lambda: projector.position() == head)
        assert world.projector().catch_up() == head  # waits for the one that leads
    proven(projector)


def test_the_leader_tries_again_what_another_process_asks_for(world: World) -> None:
    stream = uuid4()
    bad = world.append((stream, opened()))
    reader = Poisoned({bad})
    with following(world.projector(reader=reader)):
        eventually(lambda: world.projector().position() == bad)
        assert world.projector().retry_set_aside(timeout=10) > 0
        reader.positions.clear()
        assert world.projector().retry_set_aside(timeout=10) == 0
    assert len(world.query("SELECT FROM employers")) == 1


def test_closing_ends_following(world: World) -> None:
    projector = world.projector()
    thread = threading.Thread(target=projector.follow, args=(threading.Event(),))
    thread.start()
    projector.close()
    thread.join(10)
    assert not thread.is_alive()


def test_rewound_shows_what_a_fold_to_the_position_gives(world: World) -> None:
    world.story(employers=5, vacancies=12)
    world.append((uuid4(), opened()))
    head = world.story(employers=2, vacancies=4)
    stream = world.query("SELECT originator_id FROM stored_events LIMIT 1")[0][0]
    head = world.append((stream, EmployerBasicsChanged(name="新名", basics=EmployerBasics())))
    projector = world.projector()
    projector.catch_up()
    # The last event concerns no vacancy: those of its stream are shown as they are.
    for position in [0, 1, *world.random.sample(range(2, head), 5), head - 1, head]:
        with projector.rewound(position) as cheap, projector.fold_to(position) as sure:
            for name in NAMES:
                text = f"SELECT * FROM {name}_asof AS held ORDER BY held::text"
                rows = sure.execute(text.encode()).fetchall()
                assert cheap.execute(text.encode()).fetchall() == rows
                if name == "ledger_entries":
                    assert len(rows) == position
    with pytest.raises(TooEarly), projector.rewound(head + 1):
        pass
