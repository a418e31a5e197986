"""What stands beside the log, tampered with: commands, refusals, keys, guards. Rules 5.b, 9.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taizhang import NotAuthorised
from taizhang.application.views.proof import Fault
from taizhang.domain.privacy.erasure import ErasureGround
from taizhang.domain.proof import ZEROS
from taizhang.infrastructure.proof.sealed import SEAL_COLUMNS, seal_of
from tests.integration.tampering import found, history, one, tamper, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")


class TestBesideTheLog:
    """Commands, documents, keys and guards."""

    def test_a_command_taken_out_is_missed_by_its_event(self, world: World) -> None:
        history(world)
        tamper(world, "DELETE FROM commands WHERE last_position = 40")
        (finding,) = found(world, Fault.COMMAND)
        assert finding.position == 40
        assert "not kept" in finding.what

    @pytest.mark.parametrize("column", ["staff_id", "agency_code"])
    def test_a_changed_command_is_named(self, world: World, column: str) -> None:
        history(world)
        tamper(world, f"UPDATE commands SET {column} = '110108' WHERE last_position = 40")
        (finding,) = found(world, Fault.COMMAND)
        assert finding.position == 40
        assert column in finding.what

    @pytest.mark.parametrize(
        ("column", "becomes"),
        [
            ("name", "name || 'x'"),
            ("digest", "set_byte(digest, 3, get_byte(digest, 3) # 1)"),
            ("result", "set_byte(result, 2, get_byte(result, 2) # 1)"),
            ("last_position", "last_position + 1"),
        ],
    )
    def test_what_a_command_holds_alone_is_sealed_with_its_events(
        self, world: World, column: str, becomes: str
    ) -> None:
        history(world)
        tamper(world, f"UPDATE commands SET {column} = {becomes} WHERE last_position = 40")
        (finding,) = found(world, Fault.COMMAND)
        number = one(world, "SELECT min(number) FROM seals WHERE position >= 40")
        assert finding.seal == number
        first = one(world, "SELECT position + 1 FROM seals WHERE number = %s", number - 1)
        last = one(world, "SELECT position FROM seals WHERE number = %s", number)
        assert f"positions {first} to {last} is not what was sealed" in finding.what

    def test_a_command_put_in_is_missed_by_no_event_and_named(self, world: World) -> None:
        history(world)
        tamper(
            world,
            "INSERT INTO commands SELECT gen_random_uuid(), 'close_case', digest, result, last_position, recorded_at, "
            "staff_id, agency_code FROM commands WHERE last_position = 40",
        )
        (finding,) = found(world, Fault.COMMAND)
        assert finding.position == 40
        assert "a command close_case is kept that no event names" in finding.what

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE refusals SET staff_id = 'somebody' WHERE refusal_id = 2",
            "UPDATE refusals SET rule_id = '38.1' WHERE refusal_id = 2",
            "DELETE FROM refusals WHERE refusal_id = 2",
            "INSERT INTO refusals OVERRIDING SYSTEM VALUE SELECT -1, command_id, name, error, rule_id, refused_at, "
            "staff_id, agency_code FROM refusals WHERE refusal_id = 1",
        ],
    )
    def test_refusals_are_sealed(self, world: World, statement: str) -> None:
        history(world)
        for _ in range(2):  # one of them, and nothing else, is new at each sealing
            with pytest.raises(NotAuthorised):
                world.draft(world.credit_code(1), by="sibling")
            world.taizhang.seals.catch_up()
        assert world.count("refusals") == 2
        assert verify(world).is_proven
        seals = world.count("seals")
        world.taizhang.seals.catch_up()
        assert world.count("seals") == seals == 5
        tamper(world, statement)
        (finding,) = found(world, Fault.COMMAND)
        assert "are not what was sealed" in finding.what
        assert finding.seal == (1 if "-1" in statement else 5)

    def test_seals_from_before_commands_were_covered_still_verify(self, world: World) -> None:
        history(world)
        key = world.taizhang.seals.signing_key
        assert key is not None
        before = ZEROS
        for row in world.sql(f"SELECT {SEAL_COLUMNS} FROM seals ORDER BY number"):
            old = seal_of(row)._replace(beside=None, before=before)
            before = (signed := old._replace(signature=key.sign(old.message()))).digest()
            tamper(
                world,
                "UPDATE seals SET commands = NULL, refusals = NULL, refused = NULL, before = %s, signature = %s "
                "WHERE number = %s",
                signed.before,
                signed.signature,
                signed.number,
            )
        assert verify(world).is_proven
        assert "from before commands" in " ".join(verify(world).notes)
        world.publish(world.credit_code(1))
        world.taizhang.seals.catch_up()
        assert verify(world).is_proven
        assert not verify(world, since=3).notes
        tamper(
            world,
            "UPDATE commands SET name = 'x' WHERE last_position = %s",
            world.taizhang.events.head(),
        )
        assert found(world, Fault.COMMAND)

    def test_a_key_destroyed_without_an_event_is_named(self, world: World) -> None:
        history(world)
        person = one(world, "SELECT subject_id FROM personal_keys ORDER BY 1 LIMIT 1")
        world.lose_key(person)
        (finding,) = found(world, Fault.KEY)
        assert f"the key of {person} was destroyed, and no event" in finding.what

    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            (
                "UPDATE personal_keys SET wrapped = 'x', destroyed_at = NULL WHERE subject_id = %s",
                "the key is not destroyed",
            ),
            ("DELETE FROM personal_keys WHERE subject_id = %s", "the key is not destroyed"),
            (
                "UPDATE personal_keys SET destroyed_at = destroyed_at + interval '1 day' WHERE subject_id = %s",
                "not destroyed with the event",
            ),
        ],
    )
    def test_a_key_that_is_back_after_an_erasure_is_named(
        self, world: World, statement: str, told: str
    ) -> None:
        person = world.job_seeker()
        world.clock.forward(days=366 * 12)
        world.taizhang.erasures.erase(
            person, by=world.actor("administrator"), ground=ErasureGround.ORDERED, reference="1"
        )
        world.taizhang.seals.catch_up()
        assert verify(world).is_proven
        tamper(world, statement, person)
        assert told in " ".join(finding.what for finding in found(world, Fault.KEY))

    def test_a_key_of_a_person_that_was_changed_or_exchanged_is_named(self, world: World) -> None:
        history(world)
        person = one(world, "SELECT subject_id FROM personal_keys ORDER BY 1 LIMIT 1")
        tamper(
            world,
            "UPDATE personal_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) "
            "WHERE subject_id = %s",
            person,
        )
        assert str(person) in found(world, Fault.KEY)[0].what
        tamper(
            world,
            "UPDATE personal_keys SET wrapped = (SELECT wrapped FROM personal_keys WHERE subject_id <> %s LIMIT 1) "
            "WHERE subject_id = %s",
            person,
            person,
        )
        assert str(person) in found(world, Fault.KEY)[0].what

    def test_a_key_of_a_person_that_is_gone_is_named(self, world: World) -> None:
        history(world)
        for (person,) in world.sql("SELECT subject_id FROM personal_keys"):
            tamper(world, "DELETE FROM personal_keys WHERE subject_id = %s", person)
            told = found(world, Fault.KEY)
            assert str(person) in " ".join(finding.what for finding in told)
            assert all(finding.position for finding in told)

    @pytest.mark.parametrize(
        ("table", "trigger"),
        [
            ("stored_events", "events_are_append_only"),
            ("stored_events", "events_have_digests"),
            ("seals", "seals_are_append_only"),
            ("signing_keys", "keys_are_append_only"),
            ("issued_documents", "documents_are_append_only"),
            ("commands", "commands_are_append_only"),
            ("refusals", "refusals_are_append_only"),
            ("refusals", "refusals_wait_for_sealing"),
            ("subscription_skips", "skips_are_append_only"),
        ],
    )
    def test_a_guard_that_is_off_is_named(self, world: World, table: str, trigger: str) -> None:
        world.sql(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        (finding,) = found(world, Fault.PROTECTION)
        assert finding.what == f"{table}: the trigger {trigger} is missing or off"
        world.sql(f"DROP TRIGGER {trigger} ON {table}")
        assert found(world, Fault.PROTECTION) == [finding]

    def test_a_unique_key_that_is_gone_is_named(self, world: World) -> None:
        world.sql("DROP INDEX stored_events_position")
        world.sql("ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey")
        assert len(found(world, Fault.PROTECTION)) == 2

    def test_a_guard_that_no_longer_does_anything_is_named(self, world: World) -> None:
        world.sql(
            "CREATE OR REPLACE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NULL; END $$"
        )
        (finding,) = found(world, Fault.PROTECTION)
        assert finding.what == "the function refuse_change_of_events is not the one that was made"

    def test_functions_of_the_database_are_not_asked(self, world: World) -> None:
        """Who owns it can replace them."""
        history(world)
        world.sql(
            "CREATE OR REPLACE FUNCTION event_digest(before bytea, stream uuid, version bigint, topic text, "
            "occurred_on date, recorded_at timestamptz, staff_id text, agency_code text, command_id uuid, "
            "state bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$"
        )
        assert verify(world).is_proven
        world.publish(world.credit_code(1))
        assert found(world, Fault.CHANGED)
