"""Subscribers that raise: their position stays, they are tried again, and an operator may help one on."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from taizhang import InvalidInput, NotFound
from taizhang.domain.events import RecordedEvent
from taizhang.infrastructure.projecting.following import UnreadableEvent
from taizhang.infrastructure.subscribing import subscription_store
from tests.integration.waiting import eventually

from .conftest import OPERATOR, failing_at, log_of, position_of, running

if TYPE_CHECKING:
    from ..conftest import World


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
