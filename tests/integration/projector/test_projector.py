"""The projector on a real PostgreSQL: exactly once and in order, whatever happens."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from taizhang.domain.employer.papers import EmployerBasics, EmployerBasicsChanged
from taizhang.domain.errors import TooEarly
from taizhang.infrastructure.projecting import folding, pipeline
from taizhang.infrastructure.projecting.pipeline import Progress
from taizhang.infrastructure.projecting.projector import Projector
from tests.integration.waiting import eventually

from .conftest import NAMES, Poisoned, World, opened, proven, reached


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


def test_no_plan_made_for_an_empty_table_is_kept(world: World) -> None:
    """Rows are looked up while their table grows: a plan kept from its beginning reads all of it each time."""
    with world.database.connect() as connection:
        for _ in range(12):
            connection.execute(
                "SELECT FROM stored_events WHERE originator_id = ANY(%s)",
                ([uuid4()],),
                prepare=True,
            )
        found = connection.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
        assert found.fetchall() == [(0, 12)]


def test_a_server_that_ends_idle_transactions_lets_a_slow_fold_be(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pages the transaction of a batch is idle."""
    head = world.story(vacancies=20)
    with world.database.connect() as connection:
        (name,) = connection.execute("SELECT current_database()").fetchone() or ("",)
        connection.execute(
            f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '20ms'".encode()
        )
    monkeypatch.setattr(pipeline, "SMALLEST_PAGE", 20)
    fold = folding.Folding.fold

    def slowly(self: Any, *page: Any) -> None:
        time.sleep(0.1)
        fold(self, *page)

    monkeypatch.setattr(folding.Folding, "fold", slowly)
    assert world.projector().catch_up() == head


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
