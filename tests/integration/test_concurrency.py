"""Many at once: threads and processes on one ledger, on one command, on an empty database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    ChangeEmployerBasics,
    CommandResult,
    DraftVacancy,
    EmployStaff,
    FoundAgency,
    OpenEmployerLedger,
    PassVacancy,
    RecordCertificate,
    RuleBroken,
    TaizhangError,
)
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import Channel, EmployerBasics
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from tests.integration.conftest import World


def basics(code: str, name: str = "新名") -> ChangeEmployerBasics:
    return ChangeEmployerBasics(credit_code=code, name=name, basics=EmployerBasics())


def versions(world: World, stream: UUID) -> list[int]:
    return [
        version
        for (version,) in world.sql(
            "SELECT originator_version FROM stored_events WHERE originator_id = %s "
            "ORDER BY notification_id",
            stream,
        )
    ]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do `work` in `count` threads that start together; return answers and errors."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except TaizhangError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_writers_on_one_ledger_both_succeed_one_after_the_other(world: World) -> None:
    code = world.register()
    for _ in range(5):
        answers = at_once(2, lambda number: world.do(basics(code, str(number))))
        assert all(isinstance(answer, CommandResult) for answer in answers), answers
    assert versions(world, world.stream(code)) == list(range(1, 15))


def test_of_two_that_exclude_each_other_one_is_refused(world: World) -> None:
    code = world.credit_code()
    open_it = OpenEmployerLedger(credit_code=code, name="某", channel=Channel.SURVEY)
    answers = at_once(4, lambda _: world.do(open_it))
    assert [isinstance(answer, CommandResult) for answer in answers].count(True) == 1
    assert world.event_names(world.stream(code)) == ["employer_ledger.opened"]
    vacancy_code = world.register(2)
    vacancy_id = world.submit(vacancy_code)
    answers = at_once(
        4,
        lambda _: world.do(
            PassVacancy(credit_code=vacancy_code, vacancy_id=vacancy_id), "reviewer"
        ),
    )
    assert [type(answer) for answer in answers].count(CommandResult) == 1
    assert [type(answer) for answer in answers].count(RuleBroken) == 3


def test_the_same_command_at_once_many_times_is_recorded_once(world: World) -> None:
    code = world.register()
    for make in (
        lambda: basics(code),
        lambda: DraftVacancy(credit_code=code, vacancy_id=uuid4(), content=world.content),
    ):
        command, command_id = make(), uuid4()
        before = len(versions(world, world.stream(code)))
        answers = at_once(8, lambda _, c=command, i=command_id: world.do(c, command_id=i))  # type: ignore[misc]
        assert {(answer.version, answer.position) for answer in answers} == {
            (before + 1, answers[0].position)
        }
        assert [answer.repeated for answer in answers].count(False) == 1
        assert len(versions(world, world.stream(code))) == before + 1


def test_many_threads_on_many_ledgers_leave_each_stream_whole(world: World) -> None:
    codes = [world.register(number) for number in range(1, 4)]

    def work(number: int) -> None:
        for turn in range(8):
            world.do(basics(codes[(number + turn) % 3], f"{number}-{turn}"))

    assert at_once(6, work) == [None] * 6
    total = 0
    for code in codes:
        found = versions(world, world.stream(code))
        assert found == list(range(1, len(found) + 1))
        total += len(found) - 4
        store = world.taizhang.events
        assert (
            store.load(EmployerLedger, world.stream(code)).aggregate
            == store.replay(EmployerLedger, world.stream(code)).aggregate
        )
    assert total == 48
    assert world.count("refusals") == 0


def test_threads_that_read_the_directory_at_once_fold_each_event_once(world: World) -> None:
    today = world.clock.today
    with world.reopen() as elsewhere:

        def do(command: Any) -> None:
            elsewhere.execute(command, by=world.actor("administrator"), command_id=uuid4())

        for number in range(10, 16):
            do(
                FoundAgency(
                    code=f"1101050{number}",
                    name="新",
                    level=AgencyLevel.SUBDISTRICT,
                    parent_code="110105",
                    effective_on=today,
                )
            )
            do(
                RecordCertificate(
                    staff_id="reviewer",
                    role=Role.INFORMATION_ANALYST,
                    title=str(number),
                    valid_from=today,
                    effective_on=today,
                )
            )
    at_once(8, lambda _: world.taizhang.service.refresh_directory())
    directory = world.taizhang.directory
    member = directory.member("reviewer")
    assert member is not None
    assert len(member.certificates) == 7
    district = directory.find("110105", today)
    assert district is not None
    assert len(directory.directly_below(district, today)) == 8


def test_agencies_founded_at_once_by_several_are_all_founded(world: World) -> None:
    def found(number: int) -> CommandResult:
        return world.do(
            FoundAgency(
                code=f"11010501{number}",
                name="新",
                level=AgencyLevel.SUBDISTRICT,
                parent_code="110105",
                effective_on=world.clock.today,
            ),
            "administrator",
        )

    answers = at_once(4, found)
    assert [type(answer) for answer in answers] == [CommandResult] * 4
    same = at_once(
        3,
        lambda _: world.do(
            EmployStaff(
                staff_id="one",
                name="某",
                agency_code="110105010",
                roles=(Role.SERVICE_STAFF,),
                effective_on=date(2026, 11, 2),
            ),
            "administrator",
        ),
    )
    assert [type(answer) for answer in same].count(CommandResult) == 1


WRITER = """
import sys, uuid
from taizhang import Actor, ChangeEmployerBasics, Taizhang
from taizhang.domain.employer.papers import EmployerBasics
url, master, identity, code, name = sys.argv[1:]
with Taizhang.open(database_url=url, master_key=master, identity_key=identity) as taizhang:
    by = Actor(staff_id="clerk", agency_code="110105001")
    sys.stdin.readline()
    for number in range(40):
        command = ChangeEmployerBasics(credit_code=code, name=f"{name}{number}", basics=EmployerBasics())
        taizhang.execute(command, by=by, command_id=uuid.uuid4())
    for number in range(20):
        command = ChangeEmployerBasics(credit_code=code, name=f"{number}", basics=EmployerBasics())
        print(taizhang.execute(command, by=by, command_id=uuid.UUID(int=number + 1)).model_dump_json(
            exclude={"repeated"}))
"""


def test_two_processes_on_one_ledger_record_everything_once(
    world: World, spawn: Callable[..., Any]
) -> None:
    code = world.open_ledger()
    keys = world.settings["master_key"], world.settings["identity_key"]
    writers = [spawn(WRITER, world.url, *keys, code, name) for name in "ab"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = []
    for writer in writers:
        out, error = writer.communicate(timeout=60)
        assert writer.returncode == 0, error
        said.append(out.splitlines())
    assert len(said[0]) == 20
    assert said[0] == said[1], "the same command gives both the same result"
    assert versions(world, world.stream(code)) == list(range(1, 1 + 1 + 2 * 40 + 20))
    assert world.count("refusals") == 0


STARTER = """
import sys
from taizhang import Taizhang
url, master, identity = sys.argv[1:]
sys.stdin.readline()
with Taizhang.open(database_url=url, master_key=master, identity_key=identity) as taizhang:
    print(taizhang.queries().position_at_end_of(__import__("datetime").date(2030, 1, 1)))
"""


def test_several_start_ups_at_once_on_an_empty_database_all_succeed(
    database_url: str, options: Callable[[str], dict[str, Any]], spawn: Callable[..., Any]
) -> None:
    import psycopg

    keys = options(database_url)["master_key"], options(database_url)["identity_key"]
    starters = [spawn(STARTER, database_url, *keys) for _ in range(3)]
    for starter in starters:
        starter.stdin.write("go\n")
        starter.stdin.flush()
    for starter in starters:
        out, error = starter.communicate(timeout=60)
        assert (starter.returncode, out) == (0, "0\n"), error
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT name FROM taizhang.migrations ORDER BY name").fetchall()
    names = [name for (name,) in rows]
    assert names == sorted(set(names))
    assert len(names) >= 4


@pytest.mark.parametrize("threads", [6])
def test_one_persons_key_is_made_once_by_many_at_once(world: World, threads: int) -> None:
    codes = [world.open_ledger(number) for number in range(1, threads + 1)]
    answers = at_once(threads, lambda number: world.do(world.agent(codes[number], 7)))
    assert [type(answer) for answer in answers] == [CommandResult] * threads
    assert world.count("personal_keys") == 1
    with world.reopen() as other:
        for code in codes:
            *_, last = other.events.history(world.stream(code))
            assert getattr(last.event, "name", None) == "欧阳娜娜"


def test_a_slow_writer_is_not_starved_by_a_fast_one(world: World) -> None:
    """Whoever lost some races gets its turn: others wait while it decides."""
    code = world.open_ledger()
    stop = threading.Event()

    def hurry() -> None:
        while not stop.is_set():
            world.do(basics(code))

    with world.reopen(cached_ledgers=0) as other, ThreadPoolExecutor(2) as pool:
        loads = other.events.load

        def slowly(*arguments: Any) -> Any:
            kept = loads(*arguments)
            time.sleep(0.02)  # while it decides, the other is first again and again
            return kept

        other.events.load = slowly  # type: ignore[method-assign,assignment]
        fast = [pool.submit(hurry) for _ in range(2)]
        try:
            for _ in range(5):
                other.execute(basics(code, "慢"), by=world.actor("clerk"), command_id=uuid4())
        finally:
            stop.set()
        for one in fast:
            one.result()
    found = versions(world, world.stream(code))
    assert found == list(range(1, len(found) + 1))


def test_the_turn_of_a_slow_writer_survives_a_broken_connection(world: World) -> None:
    code = world.open_ledger()
    store = world.taizhang.events
    with store.alone():
        world.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'taizhang' AND datname = current_database()"
        )
        assert store.head() > 0
    assert world.do(basics(code)).version == 2
    held = world.sql(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = "
        "hashtext('taizhang')::oid AND objid = 1 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert held == []
