"""Subscriptions: every event once and in order, asked for by name, type and page."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from taizhang import InvalidInput
from taizhang.domain.events import RecordedEvent
from taizhang.domain.job_seeker.registration import BasicsRecorded
from taizhang.infrastructure.projecting import following
from taizhang.infrastructure.store.mapper import MASKED
from tests.integration.waiting import eventually

from .conftest import OPENED, log_of, position_of, running

if TYPE_CHECKING:
    from ..conftest import World


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
