"""Subscriptions: every event once and in order, whatever the subscriber, an operator or the database does."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from taizhang import Actor, InvalidInput, NotFound, RecordContact, Taizhang
from taizhang.domain.events import RecordedEvent
from taizhang.domain.job_seeker.registration import BasicsRecorded
from taizhang.infrastructure.projecting import following
from taizhang.infrastructure.projecting.following import UnreadableEvent
from taizhang.infrastructure.store.event_log import EventLog
from taizhang.infrastructure.store.mapper import MASKED
from taizhang.infrastructure.subscribing import subscription_store

from .conftest import IDENTITY_KEY, MASTER_KEY

if TYPE_CHECKING:
    from .conftest import Wire, World

OPERATOR = Actor(staff_id="administrator", agency_code="110000")
OPENED = "employer_ledger.opened"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "WAIT", 0.2)


@contextmanager
def running(work: Callable[[threading.Event], object]) -> Iterator[threading.Thread]:
    """Run `work(stop)` beside the test; stop it, and raise what it raised, at the end."""
    stop, raised = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            work(stop)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        if raised:
            raise raised[0]


def eventually(so: Callable[[], bool], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def log_of(world: World, after: int = 0) -> list[int]:
    rows = world.sql(
        "SELECT notification_id FROM stored_events WHERE notification_id > %s ORDER BY 1", after
    )
    return [position for (position,) in rows]


def position_of(world: World, name: str = "ours") -> int:
    return int(world.sql("SELECT position FROM subscriptions WHERE name = %s", name)[0][0])


def failing_at(position: int, seen: list[int]) -> Callable[[RecordedEvent], None]:
    def handle(event: RecordedEvent) -> None:
        if event.position == position:
            raise RuntimeError("the screen is broken")
        seen.append(event.position)

    return handle


class TestOnceAndInOrder:
    def test_every_event_comes_in_the_order_of_the_log(self, world: World) -> None:
        world.publish(world.register())
        seen: list[RecordedEvent] = []
        world.taizhang.subscribe("ours").run(seen.append, until_level=True)
        assert [event.position for event in seen] == log_of(world)
        assert seen[-1].event.event_name == "vacancy.published"

    def test_the_position_is_kept_across_restarts(self, world: World) -> None:
        first: list[int] = []
        world.taizhang.subscribe("ours").run(lambda e: first.append(e.position), until_level=True)
        world.open_ledger()
        second: list[int] = []
        with world.reopen() as again:
            again.subscribe("ours").run(lambda e: second.append(e.position), until_level=True)
            again.subscribe("ours").run(lambda e: second.append(e.position), until_level=True)
        assert first + second == log_of(world)
        assert second

    def test_where_it_begins_counts_for_the_first_consumer_alone(self, world: World) -> None:
        head = world.taizhang.events.head()
        world.open_ledger(1)
        seen: list[int] = []
        for start in (head, 0):
            world.taizhang.subscribe("ours", from_position=start).run(
                lambda e: seen.append(e.position), until_level=True
            )
        assert seen == log_of(world, head)

    def test_only_the_types_asked_for_come_and_the_rest_is_passed_by(self, world: World) -> None:
        code = world.register()
        world.open_ledger(2)
        seen: list[str] = []
        world.taizhang.subscribe("ours", types=[OPENED]).run(
            lambda e: seen.append(e.event.event_name), until_level=True
        )
        assert seen == [OPENED, OPENED]
        world.publish(code)
        world.taizhang.subscribe("ours", types=[OPENED]).run(
            lambda e: seen.append(e.event.event_name), until_level=True
        )
        assert len(seen) == 2
        assert position_of(world) == world.taizhang.events.head()

    def test_pages_and_windows_leave_nothing_out(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(following, "PAGE", 3)
        monkeypatch.setattr(following, "WINDOW", 4)
        for number in range(1, 8):
            world.open_ledger(number)
        for types in (None, [OPENED]):
            seen: list[RecordedEvent] = []
            world.taizhang.subscribe(f"of {types}", types=types).run(seen.append, until_level=True)
            wanted = log_of(world) if types is None else [
                at for (at,) in world.sql(
                    "SELECT notification_id FROM stored_events WHERE topic = %s ORDER BY 1", OPENED
                )
            ]  # fmt: skip
            assert [event.position for event in seen] == wanted

    def test_it_wakes_when_something_is_recorded(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(following, "WAIT", 30.0)
        seen: list[int] = []
        subscription = world.taizhang.subscribe("ours")
        with running(lambda stop: subscription.run(lambda e: seen.append(e.position), stop=stop)):
            eventually(lambda: seen == log_of(world))
            world.open_ledger()
            eventually(lambda: seen == log_of(world), 10)
            monkeypatch.setattr(following, "WAIT", 0.2)
            world.open_ledger(2)  # wakes it, so that it sees that it is to stop

    def test_without_a_name_nothing_is_kept(self, world: World) -> None:
        world.open_ledger()
        head = world.taizhang.events.head()
        tail = world.taizhang.subscribe(from_position=head - 1)
        assert [event.position for event in tail.events(until_level=True)] == [head]
        assert [event.position for event in tail.events(until_level=True)] == [head]
        assert world.count("subscriptions") == 0

    def test_a_tail_follows_until_it_is_stopped(self, world: World) -> None:
        head, seen = world.taizhang.events.head(), list[int]()

        def follow(stop: threading.Event) -> None:
            tail = world.taizhang.subscribe(from_position=head, types=[OPENED])
            for event in tail.events(stop=stop):
                seen.append(event.position)

        with running(follow):
            for number in (1, 2):
                world.open_ledger(number)
                eventually(lambda number=number: len(seen) == number)  # type: ignore[misc]
        assert seen == log_of(world, head)


class TestAsked:
    def test_an_unknown_type_is_refused_with_the_nearest(self, world: World) -> None:
        with pytest.raises(InvalidInput, match=r"did you mean 'vacancy\.published'"):
            world.taizhang.subscribe("ours", types=["vacancy.publishd"])

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"from_position": -1}, "from_position"),
            ({"types": []}, "types"),
            ({"in_clear": " "}, "in_clear"),
            ({"name": " "}, "name"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, world: World, asked: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.taizhang.subscribe(**{"name": "ours", **asked})
        assert refused.value.field == field

    def test_other_types_under_one_name_would_miss_what_is_past(self, world: World) -> None:
        world.taizhang.subscribe("ours", types=[OPENED]).run(print, until_level=True)
        for types in (None, [OPENED, "vacancy.passed"]):
            with pytest.raises(InvalidInput, match="would miss what is past"):
                world.taizhang.subscribe("ours", types=types).run(print, until_level=True)

    @pytest.mark.rule("51.2")
    def test_persons_are_masked_unless_a_reason_is_given_and_kept(self, world: World) -> None:
        world.job_seeker()
        names: list[str] = []

        def handle(recorded: RecordedEvent) -> None:
            assert isinstance(recorded.event, BasicsRecorded)
            names.append(recorded.event.name)

        for name, reason in (("masked", None), ("clear", "转报失业登记管理部门")):
            world.taizhang.subscribe(
                name, types=["job_seeker_ledger.basics_recorded"], in_clear=reason
            ).run(handle, until_level=True)
        assert names == [MASKED, "王小明"]
        kept = {one.name: one.in_clear for one in world.taizhang.subscriptions.status()}
        assert kept == {"masked": None, "clear": "转报失业登记管理部门"}


class TestASubscriberThatRaises:
    def test_its_position_stays_and_the_error_is_kept(self, world: World) -> None:
        code, seen = world.register(), list[int]()
        bad = log_of(world)[-2]
        with pytest.raises(RuntimeError, match="the screen is broken"):
            world.taizhang.subscribe("ours").run(failing_at(bad, seen), until_level=True)
        (standing,) = world.taizhang.subscriptions.status()
        assert (standing.position, standing.failed_position) == (log_of(world)[-3], bad)
        assert standing.error == "RuntimeError: the screen is broken"
        assert (standing.attempts, standing.lag_events) == (1, 2)
        assert seen == log_of(world)[:-2]
        world.taizhang.subscribe("ours").run(lambda e: seen.append(e.position), until_level=True)
        (standing,) = world.taizhang.subscriptions.status()
        assert seen == log_of(world)
        assert (standing.error, standing.failed_position, standing.attempts) == (None, None, 0)
        assert code

    def test_it_is_tried_again_later_and_later_and_nothing_passes_it(self, world: World) -> None:
        world.register()
        seen: list[int] = []
        bad = log_of(world)[-2]
        tries: list[float] = []

        def handle(event: RecordedEvent) -> None:
            if event.position == bad:
                tries.append(time.monotonic())
                if len(tries) < 4:
                    raise RuntimeError("not yet")
            seen.append(event.position)

        subscription = world.taizhang.subscribe("ours", retry_seconds=0.1)
        with running(lambda stop: subscription.run(handle, stop=stop)):
            eventually(lambda: len(seen) == len(log_of(world)))
        assert seen == log_of(world)
        waits = [after - before for before, after in itertools.pairwise(tries)]
        assert [wait >= least for wait, least in zip(waits, (0.1, 0.2, 0.4), strict=True)] == [
            True
        ] * 3

    def test_the_wait_grows_to_its_bound_and_an_operator_can_cut_it_short(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subscription_store, "LONGEST_WAIT", 500.0)
        world.open_ledger()
        bad, seen = log_of(world)[-1], list[int]()
        subscription = world.taizhang.subscribe("ours", retry_seconds=400.0)
        for waits in (400, 500, 500):
            with pytest.raises(RuntimeError):
                subscription.run(failing_at(bad, seen), until_level=True)
            (standing,) = world.taizhang.subscriptions.status()
            assert standing.retry_at is not None
            assert standing.failed_at is not None
            assert round((standing.retry_at - standing.failed_at).total_seconds()) == waits
        with running(lambda stop: subscription.run(lambda e: seen.append(e.position), stop=stop)):
            time.sleep(0.5)
            assert bad not in seen
            world.taizhang.subscriptions.retry("ours")
            eventually(lambda: seen == log_of(world))

    def test_an_operator_may_let_it_pass_over_one_event_and_that_is_recorded(
        self, world: World
    ) -> None:
        world.register()
        bad, seen = log_of(world)[-2], list[int]()
        subscription = world.taizhang.subscribe("ours", retry_seconds=60.0)
        with running(lambda stop: subscription.run(failing_at(bad, seen), stop=stop)):
            eventually(
                lambda: world.sql("SELECT error IS NOT NULL FROM subscriptions") == [(True,)]
            )
            looking_after = world.taizhang.subscriptions
            for position, reason, field in ((bad + 1, "x", "position"), (bad, " ", "reason")):
                with pytest.raises(InvalidInput) as refused:
                    looking_after.skip("ours", position, by=OPERATOR, reason=reason)
                assert refused.value.field == field
            looking_after.skip("ours", bad, by=OPERATOR, reason="屏幕上没有这类事件")
            eventually(lambda: position_of(world) == log_of(world)[-1])
        assert seen == [at for at in log_of(world) if at != bad]
        (skip,) = world.taizhang.subscriptions.skips("ours")
        assert (skip.position, skip.staff_id, skip.reason) == (
            bad,
            "administrator",
            "屏幕上没有这类事件",
        )
        assert skip.error == "RuntimeError: the screen is broken"
        (standing,) = world.taizhang.subscriptions.status()
        assert (standing.skipped, standing.error) == (1, None)
        with pytest.raises(psycopg.Error, match="append-only"):
            world.sql("DELETE FROM subscription_skips")

    def test_nothing_else_is_skipped_or_retried(self, world: World) -> None:
        with pytest.raises(NotFound, match="no subscription is called"):
            world.taizhang.subscriptions.retry("nobody")
        world.taizhang.subscribe("ours").run(print, until_level=True)
        with pytest.raises(InvalidInput, match="nothing failed"):
            world.taizhang.subscriptions.skip("ours", 3, by=OPERATOR, reason="x")

    @pytest.mark.rule("51.2")
    def test_what_one_that_reads_in_clear_says_of_its_trouble_is_not_kept(
        self, world: World
    ) -> None:
        world.job_seeker()

        def handle(event: RecordedEvent) -> None:
            raise ValueError(f"cannot send {event.event}")

        with pytest.raises(ValueError, match="cannot send"):
            world.taizhang.subscribe("ours", in_clear="转报").run(handle, until_level=True)
        assert world.sql("SELECT error FROM subscriptions") == [("ValueError",)]

    def test_an_event_that_cannot_be_read_stops_it_too(self, world: World) -> None:
        world.sql(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state, occurred_on, "
            "recorded_at, staff_id, agency_code, command_id) VALUES "
            "(%s, 1, 'vacancy.teleported', '{}', '2026-11-02', now(), 's', '110105001', %s)",
            uuid4(), uuid4(),
        )  # fmt: skip
        seen: list[int] = []
        with pytest.raises(UnreadableEvent, match=r"vacancy\.teleported"):
            world.taizhang.subscribe("ours").run(
                lambda e: seen.append(e.position), until_level=True
            )
        assert seen == log_of(world)[:-1]
        (standing,) = world.taizhang.subscriptions.status()
        assert standing.failed_topic == "vacancy.teleported"


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


class TestDeliveries:
    def test_each_is_acknowledged_before_the_next(self, world: World) -> None:
        seen: list[int] = []
        subscription = world.taizhang.subscribe("ours")
        with subscription.deliveries(until_level=True) as deliveries:
            for delivery in deliveries:
                seen.append(delivery.event.position)
                delivery.acknowledge()
                delivery.acknowledge()
        assert seen == log_of(world)
        world.open_ledger()
        with (
            pytest.raises(InvalidInput, match="is not acknowledged"),
            subscription.deliveries(until_level=True) as deliveries,
        ):
            for delivery in deliveries:
                assert delivery.position == log_of(world)[-1] or delivery.position

    def test_what_is_not_acknowledged_comes_again(self, world: World) -> None:
        subscription = world.taizhang.subscribe("ours")
        firsts = []
        for _ in range(2):
            with subscription.deliveries() as deliveries:
                firsts.append(next(deliveries).position)
        assert firsts == [log_of(world)[0]] * 2

    def test_an_error_of_the_block_is_kept(self, world: World) -> None:
        subscription = world.taizhang.subscribe("ours")
        with pytest.raises(RuntimeError), subscription.deliveries() as deliveries:
            next(deliveries)
            raise RuntimeError("the block is broken")
        (standing,) = world.taizhang.subscriptions.status()
        assert standing.error == "RuntimeError: the block is broken"
        assert standing.failed_position == log_of(world)[0]


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
