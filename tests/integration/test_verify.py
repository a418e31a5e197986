"""How far a verification looks, by how many processes, and how much it tells. Rules 5.b, 9.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taizhang import NotFound
from taizhang.infrastructure.proof import verify_seals
from tests.integration.tampering import history, one, tamper, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")


class TestVerify:
    """How far it looks."""

    def test_since_a_seal_it_looks_at_what_came_after(self, world: World) -> None:
        history(world)
        first = one(world, "SELECT position FROM seals WHERE number = 1")
        report = verify(world, since=1)
        assert report.is_proven
        assert report.after == first
        assert report.events == world.count("stored_events") - first
        assert report.seals == 2
        with pytest.raises(NotFound, match="no seal 9"):
            verify(world, since=9)

    def test_several_processes_find_the_same(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verify_seals, "STRETCH_EVENTS", 1)
        history(world)
        tamper(world, "UPDATE stored_events SET staff_id = 'x' WHERE notification_id IN (30, 45)")
        alone = verify(world)
        told: list[tuple[int, int]] = []
        together = world.taizhang.verifier.run(
            processes=2, progress=lambda *done: told.append(done)
        )
        assert together == alone
        assert {finding.position for finding in alone.findings} == {30, 45}
        total = world.count("stored_events") + world.count("personal_keys")
        assert told[-1] == (total, total)
        assert len(told) > 1

    def test_an_empty_log_is_proven(self, database_url: str, world: World) -> None:
        with world.reopen(database_url=database_url) as empty:
            assert empty.seals.catch_up() is None
            report = empty.verifier.run()
        assert report.is_proven
        assert report.events == report.seals == 0


def test_what_is_told_of_a_log_that_was_changed_throughout_is_bounded(world: World) -> None:
    """A log that was changed throughout is told in some findings and a count."""
    history(world)
    tamper(world, "UPDATE stored_events SET staff_id = 'x'")
    report = verify(world)
    assert len(report.findings) + report.more_findings >= world.count("stored_events")
