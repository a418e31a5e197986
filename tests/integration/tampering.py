"""What an owner of the database can do to it, past every trigger, and what `verify` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import Cursor

from taizhang.application.views.proof import Fault, Finding, Verification

if TYPE_CHECKING:
    from tests.integration.conftest import World


@contextmanager
def as_owner(world: World) -> Iterator[Cursor[Any]]:
    """Lend a cursor for which no trigger fires and no reference is checked."""
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute("SET search_path TO taizhang")
        connection.execute("SET session_replication_role TO replica")
        yield connection.cursor()


def tamper(world: World, statement: str, *parameters: Any) -> None:
    """Carry out a statement as the owner; it must change something."""
    with as_owner(world) as cursor:
        cursor.execute(statement.encode(), parameters)
        assert cursor.rowcount


def history(world: World) -> None:
    """Record two employers with vacancies and a person, on two days, and seal them in three seals."""
    first, second = world.register(1), world.register(2)
    world.publish(first)
    world.job_seeker()
    world.taizhang.seals.catch_up()
    world.publish(second)
    world.clock.forward(days=1)
    world.publish(first)
    world.publish(second)
    world.taizhang.projections.catch_up()
    world.taizhang.seals.catch_up()
    assert world.count("seals") == 3
    assert verify(world).is_proven


def verify(world: World, **options: Any) -> Verification:
    return world.taizhang.verifier.run(processes=1, **options)


def found(world: World, fault: Fault, **options: Any) -> list[Finding]:
    """Return the findings of one kind; the log must not be proven."""
    report = verify(world, **options)
    assert not report.is_proven
    return [finding for finding in report.findings if finding.fault is fault]


def one(world: World, statement: str, *parameters: Any) -> Any:
    """Return one value."""
    ((value,),) = world.sql(statement, *parameters)
    return value
