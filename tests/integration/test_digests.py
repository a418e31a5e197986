"""Digests of events as they are made. Rules 5.b, 9.1."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest

from taizhang.domain.proof import ZEROS, StoredEvent
from tests.integration.tampering import as_owner, history, one, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")

FIELDS = "originator_id, originator_version, topic, occurred_on, recorded_at, staff_id, agency_code, command_id, state"


class TestDigests:
    """Digests as they are made."""

    def test_database_and_python_give_the_same(self, world: World) -> None:
        history(world)
        before: dict[UUID, bytes] = {}
        rows = world.sql(
            f"SELECT {FIELDS}, digest FROM stored_events ORDER BY originator_id, originator_version"
        )
        assert len(rows) > 40
        for *values, digest in rows:
            event = StoredEvent(*values)
            last = before.get(event.stream_id, ZEROS)
            assert event.digest(last) == digest
            before[event.stream_id] = digest
        again = world.sql(
            "SELECT count(*) FROM stored_events e LEFT JOIN stored_events p ON p.originator_id = e.originator_id "
            "AND p.originator_version = e.originator_version - 1 WHERE e.digest = event_digest("
            "coalesce(p.digest, decode(repeat('00', 32), 'hex')), e.originator_id, e.originator_version, e.topic, "
            "e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state)"
        )
        assert again == [(len(rows),)]

    def test_several_events_of_a_stream_in_one_statement_are_chained(self, world: World) -> None:
        history(world)
        world.sql("CREATE TABLE kept AS TABLE stored_events")
        with as_owner(world) as cursor:
            cursor.execute("TRUNCATE stored_events")
            cursor.execute("SET session_replication_role TO origin")
            cursor.execute(
                f"INSERT INTO stored_events (notification_id, {FIELDS}) "
                f"SELECT notification_id, {FIELDS} FROM kept ORDER BY notification_id"
            )
        assert verify(world).is_proven

    def test_whoever_inserts_cannot_give_a_digest_of_their_own(self, world: World) -> None:
        digest = one(
            world,
            f"INSERT INTO stored_events ({FIELDS}, digest) SELECT gen_random_uuid(), 1, topic, occurred_on, "
            "recorded_at, staff_id, agency_code, command_id, state, '\\x00' FROM stored_events LIMIT 1 "
            "RETURNING digest",
        )
        assert len(digest) == 32

    def test_an_event_without_the_one_before_it_is_refused(self, world: World) -> None:
        with pytest.raises(psycopg.errors.NotNullViolation):
            world.sql(
                f"INSERT INTO stored_events ({FIELDS}) SELECT gen_random_uuid(), 2, topic, occurred_on, "
                "recorded_at, staff_id, agency_code, command_id, state FROM stored_events LIMIT 1"
            )

    def test_a_log_from_before_digests_gets_them_from_the_migration(self, world: World) -> None:
        history(world)
        kept = world.sql("SELECT notification_id, digest FROM stored_events ORDER BY 1")
        with as_owner(world) as cursor:
            cursor.execute("DROP TRIGGER events_have_digests ON stored_events")
            cursor.execute("ALTER TABLE stored_events DROP COLUMN digest")
            cursor.execute("DROP FUNCTION event_digest, digest_event")
            cursor.execute("DROP TABLE seals, signing_keys")
            cursor.execute("DROP INDEX commands_ended, stored_events_erasures")
            for table in ("commands", "refusals"):
                cursor.execute(f"DROP TRIGGER {table}_are_append_only ON {table}".encode())
            cursor.execute("DROP FUNCTION wait_for_sealing CASCADE")
            cursor.execute("DELETE FROM migrations WHERE name LIKE ANY('{0009%%,0012%%}')")
        with world.reopen() as again:
            assert world.sql("SELECT notification_id, digest FROM stored_events ORDER BY 1") == kept
            again.seals.catch_up()
            world.publish(world.credit_code(1))
            assert again.verifier.run(processes=1).is_proven
