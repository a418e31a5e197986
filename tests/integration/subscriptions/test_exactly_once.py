"""Subscribers that write in the transaction of their position, one event at a time or several: all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from taizhang import InvalidInput
from taizhang.domain.events import RecordedEvent
from tests.integration.waiting import eventually

from ..conftest import IDENTITY_KEY, MASTER_KEY
from .conftest import failing_at, log_of, position_of

if TYPE_CHECKING:
    from ..conftest import World


class TestTogether:
    """The integrator's writes and the position in one transaction."""

    @staticmethod
    def count(event: RecordedEvent, connection: psycopg.Connection[Any]) -> None:
        connection.execute("INSERT INTO public.seen VALUES (%s)", (event.position,))

    def test_both_are_committed_or_neither(self, world: World) -> None:
        world.sql("CREATE TABLE public.seen (position bigint)")
        world.register()
        bad = log_of(world)[-2]

        def handle(event: RecordedEvent, connection: psycopg.Connection[Any]) -> None:
            self.count(event, connection)
            if event.position == bad:
                raise RuntimeError("after writing")

        subscription = world.taizhang.subscribe("ours")
        with pytest.raises(RuntimeError):
            subscription.run_in_transaction(handle, until_level=True)
        seen = [at for (at,) in world.sql("SELECT position FROM public.seen ORDER BY 1")]
        assert seen == log_of(world)[:-2]
        subscription.run_in_transaction(self.count, until_level=True)
        seen = [at for (at,) in world.sql("SELECT position FROM public.seen ORDER BY 1")]
        assert seen == log_of(world)

    def test_a_handler_that_hides_a_database_error_is_found_out(self, world: World) -> None:
        def handle(_: RecordedEvent, connection: psycopg.Connection[Any]) -> None:
            with suppress(psycopg.Error):
                connection.execute("SELECT * FROM public.not_there")

        with pytest.raises(InvalidInput, match="went on after an error"):
            world.taizhang.subscribe("ours").run_in_transaction(handle, until_level=True)

    def test_killed_in_the_middle_each_event_counts_once(
        self, world: World, spawn: Callable[..., Any]
    ) -> None:
        world.sql("CREATE TABLE public.seen (position bigint)")
        for number in range(1, 60):
            world.open_ledger(number)
        for _ in range(4):
            before = world.sql("SELECT count(*) FROM public.seen")[0][0]
            process = spawn(_CONSUMER, world.url, MASTER_KEY, IDENTITY_KEY)
            eventually(
                lambda before=before: (
                    world.sql("SELECT count(*) FROM public.seen")[0][0] >= before + 5
                )  # type: ignore[misc]
            )
            process.kill()
            process.wait()
        self.finish(world)
        seen = [at for (at,) in world.sql("SELECT position FROM public.seen ORDER BY 1")]
        assert seen == log_of(world)

    def finish(self, world: World) -> None:
        world.taizhang.subscribe("ours").run_in_transaction(self.count, until_level=True)


_CONSUMER = """
import sys, time
from taizhang import Taizhang

def handle(event, connection):
    connection.execute("INSERT INTO public.seen VALUES (%s)", (event.position,))
    time.sleep(0.01)

url, master_key, identity_key = sys.argv[1:]
with Taizhang.open(database_url=url, master_key=master_key, identity_key=identity_key) as it:
    it.subscribe("ours").run_in_transaction(handle)
"""


class TestSeveralAtOnce:
    """Acknowledged together: faster, and no event is lost or counted twice where one of them fails."""

    def test_at_least_once_those_before_the_failure_are_acknowledged(self, world: World) -> None:
        world.register()
        bad, seen = log_of(world)[7], list[int]()
        subscription = world.taizhang.subscribe("ours")
        with pytest.raises(RuntimeError):
            subscription.run(failing_at(bad, seen), until_level=True, at_once=5)
        assert position_of(world) == seen[-1] == log_of(world)[6]
        subscription.run(lambda e: seen.append(e.position), until_level=True, at_once=5)
        assert seen == log_of(world)

    def test_exactly_once_those_before_the_failure_count(self, world: World) -> None:
        world.sql("CREATE TABLE public.seen (position bigint)")
        world.register()
        bad = log_of(world)[7]

        def handle(event: RecordedEvent, connection: psycopg.Connection[Any]) -> None:
            TestTogether.count(event, connection)
            if event.position == bad:
                raise RuntimeError("after writing")

        subscription = world.taizhang.subscribe("ours")
        with pytest.raises(RuntimeError):
            subscription.run_in_transaction(handle, until_level=True, at_once=50)
        seen = [at for (at,) in world.sql("SELECT position FROM public.seen ORDER BY 1")]
        assert seen == log_of(world)[:7]
        (standing,) = world.taizhang.subscriptions.status()
        assert (standing.position, standing.failed_position) == (seen[-1], bad)
        subscription.run_in_transaction(TestTogether.count, until_level=True, at_once=50)
        seen = [at for (at,) in world.sql("SELECT position FROM public.seen ORDER BY 1")]
        assert seen == log_of(world)

    def test_not_more_than_are_read(self, world: World) -> None:
        with pytest.raises(InvalidInput, match="1 to 200"):
            world.taizhang.subscribe("ours").run(print, at_once=1000)
