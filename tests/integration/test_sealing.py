"""Seals as they are written, and a sealer that dies. Rules 5.b, 9.1."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from taizhang import InvalidInput
from taizhang.application.views.proof import Fault
from taizhang.domain import proof
from taizhang.domain.proof import ZEROS, Seal, link
from taizhang.infrastructure.proof import seals
from tests.integration.tampering import found, history, one, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")

OTHER_KEY = base64.b64encode(bytes(range(96, 128))).decode()


class TestSealing:
    """Seals as they are written."""

    def test_a_day_is_sealed_at_its_last_event(self, world: World) -> None:
        history(world)
        last = one(
            world,
            "SELECT max(notification_id) FROM stored_events WHERE recorded_at < '2026-11-03 00:00+08'",
        )
        assert world.sql("SELECT position, day FROM seals WHERE day IS NOT NULL") == [
            (last, date(2026, 11, 2))
        ]

    def test_the_chain_runs_over_the_whole_log(self, world: World) -> None:
        history(world)
        chain = ZEROS
        for position, digest in world.sql(
            "SELECT notification_id, digest FROM stored_events ORDER BY 1"
        ):
            chain = link(chain, position, digest)
        last = world.taizhang.seals.last()
        assert last is not None
        assert last.chain == chain.hex() == world.taizhang.seals.chain_at(last.position)
        assert last.events == world.count("stored_events")

    def test_nothing_new_is_sealed_once(self, world: World) -> None:
        history(world)
        before = world.count("seals")
        world.taizhang.seals.catch_up()
        assert world.count("seals") == before

    def test_without_a_key_it_says_what_to_set(self, world: World) -> None:
        with (
            world.reopen(sealing_key=None) as other,
            pytest.raises(InvalidInput, match="TAIZHANG_SEALING_KEY"),
        ):
            other.seals.catch_up()

    def test_seals_are_append_only(self, world: World) -> None:
        history(world)
        for table in ("seals", "signing_keys"):
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with pytest.raises(psycopg.Error, match="append-only"):
                    world.sql(statement)
        with pytest.raises(psycopg.Error, match="append-only"):
            world.sql("UPDATE seals SET day = NULL")

    def test_a_new_key_takes_over_and_the_old_seals_still_verify(self, world: World) -> None:
        history(world)
        with world.reopen(sealing_key=OTHER_KEY) as other:
            assert not other.verifier.run(processes=1).is_proven  # nothing is by the new key yet
            other.seals.catch_up()
            report = other.verifier.run(processes=1)
            assert report.is_proven
            assert len(report.key_ids) == 2
            other.seals.catch_up()
            assert other.verifier.run(processes=1).seals == report.seals
        (finding,) = found(world, Fault.SEAL)  # by the old key alone, the last seal is a stranger's
        assert "not by the one trusted" in finding.what

    def test_what_is_not_sealed_yet_is_said(self, world: World) -> None:
        history(world)
        world.publish(world.credit_code(1))
        report = verify(world)
        assert report.is_proven
        assert report.unsealed == 4
        assert "4 event(s)" in report.notes[0]


class TestFaults:
    """A sealer that dies, and two at once."""

    def test_one_that_is_killed_in_the_middle_has_sealed_a_stretch_or_not_begun_it(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(seals, "STRETCH", 10)
        for number in (1, 2, 3):
            world.publish(world.register(number))
        written: list[int] = []
        real = seals.SealOffice._write

        def dying(self: Any, *written_from: Any) -> Seal:
            seal = real(self, *written_from)
            written.append(seal.number)
            if len(written) == 1:
                raise KeyboardInterrupt  # in the middle of a stretch
            return seal

        monkeypatch.setattr(proof, "PAGE_EVENTS", 4)
        monkeypatch.setattr(seals.SealOffice, "_write", dying)
        with pytest.raises(KeyboardInterrupt):
            world.taizhang.seals.catch_up()
        assert world.count("seals") == world.count("signing_keys") == 0
        monkeypatch.setattr(seals.SealOffice, "_write", real)
        world.taizhang.seals.catch_up()
        report = verify(world)
        assert report.is_proven
        assert report.unsealed == 0
        assert report.seals == world.count("seals") > 5

    def test_two_at_once_seal_everything_once(self, world: World) -> None:
        history(world)
        with world.reopen() as other, ThreadPoolExecutor(4) as pool:
            for _ in range(5):
                world.publish(world.credit_code(1))
                sealers = [world.taizhang.seals, other.seals] * 2
                for done in [pool.submit(sealer.catch_up) for sealer in sealers]:
                    done.result()
        assert world.count("seals") == 3 + 5
        assert verify(world).is_proven

    def test_a_sealer_process_that_is_killed_leaves_whole_seals(
        self, world: World, spawn: Callable[..., subprocess.Popen[str]]
    ) -> None:
        for number in (1, 2):
            world.publish(world.register(number))
        script = (
            "import sys, json\n"
            "from taizhang import Taizhang\n"
            "from taizhang.domain import proof\n"
            "from taizhang.infrastructure.proof import seals\n"
            "proof.PAGE_EVENTS, seals.STRETCH = 2, 6\n"
            "def told(done, head):\n"
            "    print(done, flush=True)\n"
            "    if done > 12: sys.stdin.read()\n"
            "Taizhang.open(**json.loads(sys.argv[1])).seals.catch_up(told)\n"
        )
        process = spawn(script, json.dumps(world.settings))
        assert process.stdout is not None
        while int(process.stdout.readline()) <= 12:
            pass
        process.kill()
        process.wait()
        partly = verify(world)
        assert partly.is_proven
        assert 0 < partly.unsealed < partly.events
        world.taizhang.seals.catch_up()
        assert verify(world).unsealed == 0

    def test_while_the_log_is_followed_it_is_sealed_every_so_often(self, world: World) -> None:
        world.publish(world.register(1))
        stop = threading.Event()
        sealer = threading.Thread(target=world.taizhang.seals.follow, args=(stop, 0.05))
        sealer.start()
        try:
            for number in (2, 3):
                deadline = time.monotonic() + 10
                while verify(world).unsealed and time.monotonic() < deadline:
                    time.sleep(0.05)
                assert verify(world).unsealed == 0
                world.register(number)
        finally:
            stop.set()
            sealer.join()
