"""Seals changed, removed, replayed, forged: each is found, and named. Rules 5.b, 9.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taizhang.application.views.proof import Fault
from taizhang.domain.proof import Seal
from taizhang.infrastructure.proof.sealed import SEAL_COLUMNS, seal_of
from taizhang.infrastructure.proof.signing import SigningKey
from tests.integration.tampering import found, history, tamper

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")


def signed(seal: Seal, key: SigningKey) -> Seal:
    return seal._replace(signature=key.sign(seal.message()))


CHANGES = {
    "position": "position + 1",
    "events": "events + 1",
    "chain": "sha256(chain)",
    "day": "coalesce(day, '2026-11-02') + 1",
    "sealed_at": "sealed_at + interval '1 microsecond'",
    "before": "sha256(before)",
    "signature": "set_byte(signature, 0, get_byte(signature, 0) # 1)",
    "commands": "sha256(commands)",
    "refusals": "refusals + 1",
    "refused": "sha256(refused)",
}


class TestSeals:
    """Seals changed, removed, replayed, forged."""

    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.parametrize("column", CHANGES)
    def test_a_changed_one_is_named(self, world: World, column: str, number: int) -> None:
        history(world)
        tamper(world, f"UPDATE seals SET {column} = {CHANGES[column]} WHERE number = {number}")
        seals = {finding.seal for finding in found(world, Fault.SEAL)}
        assert number in seals

    @pytest.mark.parametrize("number", [1, 2])
    def test_a_removed_one_is_named(self, world: World, number: int) -> None:
        history(world)
        tamper(world, "DELETE FROM seals WHERE number = %s", number)
        assert f"seal {number} is missing" in [f.what for f in found(world, Fault.SEAL)]

    def test_removed_ones_with_the_others_numbered_anew_are_found(self, world: World) -> None:
        history(world)
        tamper(world, "DELETE FROM seals WHERE number = 2")
        tamper(world, "UPDATE seals SET number = 2 WHERE number = 3")
        assert {finding.seal for finding in found(world, Fault.SEAL)} == {2}

    def test_an_old_one_in_the_place_of_a_new_one_is_found(self, world: World) -> None:
        history(world)
        tamper(world, "DELETE FROM seals WHERE number = 3")
        tamper(
            world,
            "INSERT INTO seals SELECT 3, position, events, chain, day, sealed_at, before, key_id, signature, "
            "commands, refusals, refused FROM seals WHERE number = 2",
        )
        assert {finding.seal for finding in found(world, Fault.SEAL)} == {3}

    def test_one_signed_by_a_key_of_the_owner_is_found(self, world: World) -> None:
        history(world)
        forger = SigningKey(b"f" * 32)
        row = world.sql(f"SELECT {SEAL_COLUMNS} FROM seals ORDER BY number DESC LIMIT 1")[0]
        forged = signed(seal_of(row)._replace(key_id=forger.key_id), forger)
        tamper(world, "INSERT INTO signing_keys VALUES (%s, %s)", forger.key_id, forger.public_key)
        tamper(
            world,
            "UPDATE seals SET key_id = %s, signature = %s WHERE number = 3",
            forged.key_id,
            forged.signature,
        )
        (finding,) = found(world, Fault.SEAL)
        assert finding.seal == 3
        assert "not by the one trusted" in finding.what
        with world.reopen(
            sealing_key=None
        ) as other:  # nothing is trusted there: it says what to compare
            report = other.verifier.run(processes=1)
            assert report.is_proven
            assert forger.key_id.hex() in report.notes[0]
            mine = world.taizhang.seals.signing_key
            assert mine is not None
            assert not other.verifier.run(processes=1, public_key=mine.public_key).is_proven

    def test_a_public_key_exchanged_for_another_is_found(self, world: World) -> None:
        history(world)
        tamper(world, "UPDATE signing_keys SET public_key = %s", SigningKey(b"f" * 32).public_key)
        (finding,) = found(world, Fault.KEY)
        assert "is not the id of its public key" in finding.what
        assert {finding.seal for finding in found(world, Fault.SEAL)} == {1, 2, 3}

    def test_a_public_key_that_is_gone_is_named(self, world: World) -> None:
        history(world)
        tamper(world, "DELETE FROM signing_keys")
        assert "not among signing_keys" in found(world, Fault.SEAL)[0].what
