"""Subscriptions while the database goes away, transactions are slow, or two consumers run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from taizhang import InvalidInput, RecordContact, Taizhang
from taizhang.domain.events import RecordedEvent
from taizhang.infrastructure.projecting import following
from taizhang.infrastructure.store.event_log import EventLog
from tests.integration.waiting import eventually

from .conftest import log_of, position_of, running

if TYPE_CHECKING:
    from ..conftest import Wire, World


class TestFaults:
    def test_two_consumers_of_one_name_share_nothing_out_twice(self, world: World) -> None:
        for number in range(1, 30):
            world.open_ledger(number)
        seen: list[tuple[str, int]] = []

        def consume(who: str, taizhang: Taizhang) -> Callable[[threading.Event], None]:
            def handle(event: RecordedEvent) -> None:
                time.sleep(0.002)
                seen.append((who, event.position))

            return lambda stop: taizhang.subscribe("ours").run(handle, stop=stop)

        with world.reopen() as other, running(consume("b", other)):
            with running(consume("a", world.taizhang)):
                eventually(lambda: len(seen) >= 10)
                (standing,) = world.taizhang.subscriptions.status()
                assert standing.has_consumer
                with pytest.raises(InvalidInput, match="being consumed"):
                    world.taizhang.subscriptions.drop("ours")
            world.open_ledger(40)
            eventually(lambda: len(seen) == len(log_of(world)))
        assert [at for _, at in seen] == log_of(world)
        (standing,) = world.taizhang.subscriptions.status()
        assert not standing.has_consumer
        world.taizhang.subscriptions.drop("ours")
        assert world.taizhang.subscriptions.status() == []

    def test_a_slow_transaction_is_not_passed_over(self, world: World) -> None:
        """Numbered first and committed last: who waits for its commit sees it in its place."""
        seen: list[int] = []
        subscription = world.taizhang.subscribe("ours")
        with (
            running(lambda stop: subscription.run(lambda e: seen.append(e.position), stop=stop)),
            psycopg.connect(world.url) as slow,
        ):
            eventually(lambda: seen == log_of(world))
            slow.execute("SET search_path TO taizhang")
            slow.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)")
            slow.execute(
                "INSERT INTO stored_events (originator_id, originator_version, topic, state, occurred_on, "
                "recorded_at, staff_id, agency_code, command_id) VALUES (%s, 1, 'vacancy.lapsed', %s, "
                "'2026-11-02', now(), 's', '110105001', %s)",
                (uuid4(), f'{{"vacancy_id":"{uuid4()}"}}'.encode(), uuid4()),
            )
            quick = threading.Thread(target=world.open_ledger)
            quick.start()
            time.sleep(0.6)
            assert quick.is_alive()  # it is numbered after the slow one, and waits for it
            slow.commit()
            quick.join(10)
            eventually(lambda: seen == log_of(world))
        assert seen == sorted(seen)

    def test_it_lives_through_the_database_being_away(self, wired: World, wire: Wire) -> None:
        seen: list[int] = []
        subscription = wired.taizhang.subscribe("ours")
        with running(lambda stop: subscription.run(lambda e: seen.append(e.position), stop=stop)):
            eventually(lambda: seen == log_of(wired))
            wire.cut()
            time.sleep(1.5)
            wire.mend()
            wired.open_ledger()
            eventually(lambda: seen == log_of(wired))

    def test_the_database_goes_between_handling_and_acknowledging(
        self, wired: World, wire: Wire
    ) -> None:
        """At least once: that one event comes again, and no other."""
        seen: list[int] = []
        third = log_of(wired)[2]

        def handle(event: RecordedEvent) -> None:
            seen.append(event.position)
            if event.position == third and seen.count(third) == 1:
                wire.cut()
                threading.Timer(1.0, wire.mend).start()

        subscription = wired.taizhang.subscribe("ours")
        with running(lambda stop: subscription.run(handle, stop=stop)):
            eventually(lambda: seen[-1:] == log_of(wired)[-1:])
        assert sorted(seen) == sorted([*log_of(wired), third])
        assert seen[2:4] == [third, third]

    def test_closing_the_service_ends_it(self, world: World) -> None:
        other = world.reopen()
        thread = threading.Thread(target=other.subscribe("ours").run, args=(lambda _: None,))
        thread.start()
        eventually(
            lambda: (
                position_of(world) == log_of(world)[-1] if world.count("subscriptions") else False
            )
        )
        other.close()
        thread.join(5)
        assert not thread.is_alive()

    def test_memory_is_bounded_by_a_page(self, world: World) -> None:
        """The reader holds one page: of many events behind it reads PAGE at a time."""
        person = world.job_seeker()
        for _ in range(20):
            world.do(RecordContact(job_seeker_id=person, means="phone"))
        reads: list[int] = []
        subscription = world.taizhang.subscribe("ours")
        original = EventLog.page

        def page(self: Any, after: int, limit: int, until: int | None = None) -> Any:
            found = original(self, after, limit, until)
            reads.append(len(found.entries))
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(EventLog, "page", page)
            patch.setattr(following, "PAGE", 5)
            subscription.run(lambda _: None, until_level=True)
        assert max(reads) == 5
        assert sum(reads) == len(log_of(world))
