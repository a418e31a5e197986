"""The database away, a lost acknowledgement, a process killed: nothing is lost, nothing is twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from taizhang import (
    ChangeEmployerBasics,
    Command,
    CommandResult,
    DraftVacancy,
    EmployStaff,
    LapseVacancies,
    OpenEmployerLedger,
    RegisterEmployer,
    Request,
    Taizhang,
    Unavailable,
    VerifyLicence,
)
from taizhang.domain.employer.papers import Channel, EmployerBasics, LicenceKind
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from tests.integration.conftest import Wire, World


def basics(code: str, name: str = "新名") -> ChangeEmployerBasics:
    return ChangeEmployerBasics(credit_code=code, name=name, basics=EmployerBasics())


def licence(world: World, code: str) -> VerifyLicence:
    return VerifyLicence(
        credit_code=code,
        licence=LicenceKind.BUSINESS_LICENCE,
        valid_from=world.clock.today.replace(year=2020),
    )


class TestLostAcknowledgement:
    """The server has committed, and the answer never arrives."""

    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda world, code: basics(code), id="accepted anew"),
            pytest.param(
                lambda world, code: RegisterEmployer(credit_code=code), id="nothing to do"
            ),
            pytest.param(
                lambda world, code: OpenEmployerLedger(
                    credit_code=world.credit_code(2), name="某", channel=Channel.SURVEY
                ),
                id="refused anew",
            ),
        ],
    )
    def test_the_command_ends_with_its_first_result_and_is_recorded_once(
        self, wired: World, wire: Wire, make: Callable[[World, str], Command]
    ) -> None:
        code = wired.open_ledger()
        wired.do(licence(wired, code))
        wired.do(wired.agent(code))
        command, command_id = make(wired, code), uuid4()
        before = wired.count("stored_events")
        wire.lose_reply_to(command_id.bytes)
        result = wired.do(command, command_id=command_id)
        assert wire.lost.is_set()
        assert wired.count("stored_events") == before + 1
        assert result.repeated
        assert len(result.events) == 1
        (known,) = wired.sql("SELECT last_position FROM commands WHERE command_id = %s", command_id)
        assert (result.position,) == known
        assert wired.do(command, command_id=command_id) == result
        assert wired.count("refusals") == 0

    def test_so_does_a_command_about_agencies(self, wired: World, wire: Wire) -> None:
        command_id = uuid4()
        command = EmployStaff(
            staff_id="newcomer",
            name="某",
            agency_code="110105001",
            roles=(Role.SERVICE_STAFF,),
            effective_on=wired.clock.today,
        )
        wire.lose_reply_to(command_id.bytes)
        result = wired.do(command, "administrator", command_id)
        assert wire.lost.is_set()
        assert result.events == ("staff_member.joined",)
        assert wired.count("refusals") == 0

    def test_so_does_each_command_of_a_batch(self, wired: World, wire: Wire) -> None:
        codes = [wired.open_ledger(number) for number in (1, 2)]
        requests = [Request(basics(code), uuid4()) for code in codes]
        wire.lose_reply_to(requests[1].command_id.bytes)
        answers = wired.taizhang.execute_many(requests, by=wired.actor("clerk"))
        assert wire.lost.is_set()
        assert all(isinstance(answer, CommandResult) and answer.repeated for answer in answers)
        assert [len(wired.event_names(wired.stream(code))) for code in codes] == [2, 2]

    def test_a_server_process_that_is_ended_right_after_the_commit_loses_nothing(
        self, wired: World, wire: Wire
    ) -> None:
        """Ended while the answer is on its way: what the administrator's `pg_terminate` does."""
        code, command_id = wired.open_ledger(), uuid4()
        wire.lose_reply_to(command_id.bytes)
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(wired.do, basics(code), "clerk", command_id)
            wire.lost.wait(5)
            wired.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'taizhang' AND datname = current_database()"
            )
            assert future.result(20).version == 2
        assert len(wired.event_names(wired.stream(code))) == 2


class TestDatabaseAway:
    @pytest.mark.parametrize("seconds", [1.5, 10.0])
    def test_commands_wait_for_it_and_succeed_once(
        self, wired: World, wire: Wire, seconds: float
    ) -> None:
        codes = [wired.open_ledger(number) for number in range(1, 5)]
        asked: list[tuple[str, Any]] = []
        stop = threading.Event()

        def work(code: str) -> list[Any]:
            ids = []
            while not stop.is_set():
                command_id = uuid4()
                wired.do(basics(code), command_id=command_id)
                ids.append(command_id)
                time.sleep(0.02)
            return ids

        with ThreadPoolExecutor(4) as pool:
            futures: list[Future[list[Any]]] = [pool.submit(work, code) for code in codes]
            time.sleep(0.3)
            wire.cut()
            time.sleep(seconds)
            wire.mend()
            time.sleep(1.5)
            stop.set()
            for code, future in zip(codes, futures, strict=True):
                asked += [(code, command_id) for command_id in future.result(40)]
        stored = wired.sql(
            "SELECT command_id, count(*) FROM stored_events "
            "WHERE topic = 'employer_ledger.basics_changed' GROUP BY 1"
        )
        assert {command_id for _, command_id in asked} == {command_id for command_id, _ in stored}
        assert {count for _, count in stored} == {1}
        assert wired.count("refusals") == 0
        moments = [
            len(wired.event_names(wired.stream(code))) for code in codes
        ]  # every clerk went on afterwards
        assert min(moments) > 3

    def test_a_first_command_that_needs_a_persons_key_waits_too(
        self, wired: World, wire: Wire
    ) -> None:
        code = wired.open_ledger()
        wire.cut()
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(wired.do, wired.agent(code))
            time.sleep(1)
            assert not future.done()
            wire.mend()
            assert future.result(20).events == ("employer_ledger.agent_verified",)

    def test_when_it_stays_away_the_command_can_be_repeated_later(
        self, world: World, wire: Wire
    ) -> None:
        code, command_id = world.open_ledger(), uuid4()
        with world.reopen(database_url=wire.url, retry_seconds=0.3) as service:
            wire.cut()
            started = time.monotonic()
            with pytest.raises(Unavailable, match="does not answer") as away:
                service.execute(basics(code), by=world.actor("clerk"), command_id=command_id)
            assert time.monotonic() - started < 10
            assert away.value.detail().code == "unavailable"
            assert len(world.event_names(world.stream(code))) == 1
            wire.mend()
            result = service.execute(basics(code), by=world.actor("clerk"), command_id=command_id)
        assert not result.repeated
        assert len(world.event_names(world.stream(code))) == 2

    def test_a_service_cannot_be_opened_without_it_and_says_so(
        self, wire: Wire, options: Callable[[str], dict[str, Any]]
    ) -> None:
        wire.cut()
        with pytest.raises(Unavailable, match="does not answer"):
            Taizhang.open(**options(wire.url))

    def test_a_query_says_that_it_is_away(self, wired: World, wire: Wire) -> None:
        wire.cut()
        with pytest.raises(Unavailable):
            wired.taizhang.queries()

    def test_connections_that_broke_while_nobody_looked_do_not_fail_a_command(
        self, wired: World
    ) -> None:
        codes = [wired.open_ledger(number) for number in range(1, 5)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda code: wired.do(basics(code)), codes))
        wired.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'taizhang' AND datname = current_database()"
        )
        for code in codes:
            assert wired.do(LapseVacancies(credit_code=code)).events == ()
            assert wired.do(basics(code, "又")).version == 3


KILLED = """
import sys, uuid
from taizhang import Actor, ChangeEmployerBasics, Taizhang
from taizhang.domain.employer.papers import EmployerBasics
url, master, identity, code = sys.argv[1:]
with Taizhang.open(database_url=url, master_key=master, identity_key=identity) as taizhang:
    for number in range(100_000):
        taizhang.execute(
            ChangeEmployerBasics(credit_code=code, name=str(number), basics=EmployerBasics()),
            by=Actor(staff_id="clerk", agency_code="110105001"),
            command_id=uuid.UUID(int=number + 1),
        )
        print(number, flush=True)
"""


def test_a_process_killed_at_work_leaves_whole_commands_behind(
    world: World, spawn: Callable[..., Any]
) -> None:
    code = world.open_ledger()
    process = spawn(
        KILLED, world.url, world.settings["master_key"], world.settings["identity_key"], code
    )
    said = [process.stdout.readline() for _ in range(30)]
    process.kill()
    process.wait()
    assert said[-1] == "29\n"
    events = world.sql(
        "SELECT command_id FROM stored_events WHERE originator_id = %s ORDER BY originator_version",
        world.stream(code),
    )[1:]
    commands = world.sql("SELECT command_id FROM commands WHERE name = 'change_employer_basics'")
    assert len(events) >= 30
    assert sorted(events) == sorted(commands)
    assert world.do(basics(code)).version == len(events) + 2


def test_after_it_was_closed_the_service_refuses_at_once(world: World) -> None:
    service = world.reopen(retry_seconds=30.0)
    service.close()
    started = time.monotonic()
    with pytest.raises(Unavailable):
        service.execute(basics(world.credit_code()), by=world.actor("clerk"), command_id=uuid4())
    assert time.monotonic() - started < 3


def test_a_wait_for_a_lock_that_lasts_does_not_record_twice(world: World) -> None:
    """A connection is ended while its append waits: it is tried again, with the same id."""
    code, command_id = world.open_ledger(), uuid4()
    with psycopg.connect(world.url) as blocker, ThreadPoolExecutor(1) as pool:
        blocker.execute("SELECT pg_advisory_xact_lock(hashtext('taizhang'), 1)")
        future = pool.submit(world.do, basics(code), "clerk", command_id)
        for _ in range(100):
            waiting = world.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                "application_name = 'taizhang' AND wait_event_type = 'Lock' AND "
                "datname = current_database()"
            )
            if waiting:
                break
            time.sleep(0.02)
        assert waiting
        blocker.rollback()
        assert future.result(20).version == 2
    assert len(world.event_names(world.stream(code))) == 2


def test_a_server_that_can_only_be_read_counts_as_away(world: World) -> None:
    """As after a failover, where the old address still leads to what is now the standby."""
    code = world.register()
    world.taizhang.projections.catch_up()
    draft = DraftVacancy(credit_code=code, vacancy_id=uuid4(), content=world.content)
    with world.reopen(retry_seconds=0.2, pool_size=1) as other:
        with other.events.datastore.pool.connection() as connection:
            connection.execute("SET default_transaction_read_only = on")
        with pytest.raises(Unavailable):
            other.execute(draft, by=world.actor("clerk"), command_id=uuid4())
    assert world.count("stored_events") == world.taizhang.events.head()
