"""A server that dies: nothing is lost that was acknowledged, whoever stood in line to append."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from taizhang import ChangeEmployerBasics, CommandResult
from taizhang.domain.employer.papers import EmployerBasics
from tests.integration.waiting import eventually

if TYPE_CHECKING:
    from tests.integration.conftest import World

LOCK = "hashtext(current_schema()), 1"


@pytest.fixture
def crash(world_on_a_server_of_its_own: World) -> Callable[[], None]:
    """End a process of the server by force: PostgreSQL then ends all, and recovers from what is on disk."""
    url = world_on_a_server_of_its_own.url

    def end() -> None:
        with closing(psycopg.connect(url)) as victim, closing(psycopg.connect(url)) as witness:
            os.kill(victim.info.backend_pid, signal.SIGKILL)
            eventually(lambda: not answers(witness))
        eventually(lambda: comes_back(url))

    return end


def answers(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT")
    except psycopg.OperationalError:
        return False
    return True


def comes_back(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def renamed(code: str) -> ChangeEmployerBasics:
    return ChangeEmployerBasics(credit_code=code, name="新名", basics=EmployerBasics())


def known(world: World) -> set[UUID]:
    return {command_id for (command_id,) in world.sql("SELECT command_id FROM commands")}


def stand_in_line(world: World) -> int:
    return len(world.sql("SELECT pid FROM pg_locks WHERE NOT granted"))


def in_line(world: World, codes: list[str]) -> set[UUID]:
    """Change ledgers all at once while somebody holds the lock, so that every one stands in line."""
    ids = {uuid4(): code for code in codes}

    def work(command_id: UUID) -> CommandResult:
        return world.do(renamed(ids[command_id]), command_id=command_id)

    with ThreadPoolExecutor(len(codes)) as pool, psycopg.connect(world.url) as holder:
        holder.execute("SET search_path TO taizhang")
        holder.execute(f"SELECT pg_advisory_lock({LOCK})".encode())
        waiting = [pool.submit(work, command_id) for command_id in ids]
        eventually(lambda: stand_in_line(world) == len(codes))
        holder.execute(f"SELECT pg_advisory_unlock({LOCK})".encode())
        holder.rollback()
        assert not any(one.result().repeated for one in waiting)
    return set(ids)


def test_what_was_acknowledged_is_there_after_a_crash(
    world_on_a_server_of_its_own: World, crash: Callable[[], None]
) -> None:
    world = world_on_a_server_of_its_own
    codes = [world.open_ledger(number) for number in range(1, 5)]
    for _ in range(2):
        done = in_line(world, codes)
        crash()
        assert known(world) >= done
