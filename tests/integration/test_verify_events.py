"""Events changed, removed, put in, exchanged: each is found, and named. Rules 5.b, 9.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taizhang.application.views.proof import Fault
from tests.integration.tampering import as_owner, found, history, one, tamper, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")

FIELDS = "originator_id, originator_version, topic, occurred_on, recorded_at, staff_id, agency_code, command_id, state"


AN_EVENT = "notification_id = 40"
COLUMNS = {
    "topic": "topic || 'x'",
    "state": "set_byte(state, 2, get_byte(state, 2) # 1)",
    "occurred_on": "occurred_on - 1",
    "recorded_at": "recorded_at - interval '1 microsecond'",
    "staff_id": "'somebody'",
    "agency_code": "'110108'",
    "command_id": "gen_random_uuid()",
    "digest": "sha256(digest)",
}


class TestEvents:
    """Events changed, removed, put in, exchanged."""

    @pytest.mark.parametrize("column", COLUMNS)
    def test_a_changed_one_is_named(self, world: World, column: str) -> None:
        history(world)
        tamper(world, f"UPDATE stored_events SET {column} = {COLUMNS[column]} WHERE {AN_EVENT}")
        stream_id, version = world.sql(
            f"SELECT originator_id, originator_version FROM stored_events WHERE {AN_EVENT}"
        )[0]
        finding = found(world, Fault.CHANGED)[0]
        assert (finding.position, finding.stream_id, finding.version) == (40, stream_id, version)

    @pytest.mark.parametrize(
        ("column", "told"),
        [
            ("occurred_on", "occurred_on is 2026-11-02, and was 2026-11-03"),
            ("recorded_at", "recorded_at is "),
            ("staff_id", "staff_id is somebody, and was clerk"),
            ("topic", "topic is "),
        ],
    )
    def test_what_differs_is_told_where_a_read_model_noted_it(
        self, world: World, column: str, told: str
    ) -> None:
        history(world)
        tamper(world, f"UPDATE stored_events SET {column} = {COLUMNS[column]} WHERE {AN_EVENT}")
        assert told in found(world, Fault.CHANGED)[0].what

    def test_one_for_another_agency_differs_from_its_command(self, world: World) -> None:
        history(world)
        tamper(world, f"UPDATE stored_events SET agency_code = '110108' WHERE {AN_EVENT}")
        (finding,) = found(world, Fault.COMMAND)
        assert finding.what.startswith("agency_code: not what its command has")

    def test_one_moved_to_another_stream_or_version_is_named(self, world: World) -> None:
        history(world)
        tamper(
            world, f"UPDATE stored_events SET originator_id = gen_random_uuid() WHERE {AN_EVENT}"
        )
        assert found(world, Fault.CHANGED)[0].position == 40
        assert 40 in {finding.position for finding in found(world, Fault.MISSING)}

    def test_two_with_their_contents_exchanged_are_named(self, world: World) -> None:
        history(world)
        tamper(
            world,
            "UPDATE stored_events e SET state = o.state, topic = o.topic FROM stored_events o "
            "WHERE (e.notification_id, o.notification_id) IN ((41, 46), (46, 41))",
        )
        assert {finding.position for finding in found(world, Fault.CHANGED)} == {41, 46}

    def test_two_with_their_places_exchanged_are_named(self, world: World) -> None:
        """Of different streams and days, so that each stream for itself looks right."""
        history(world)
        one_of, other = world.sql(
            "SELECT max(notification_id) FILTER (WHERE recorded_at < '2026-11-03 00:00+08'), "
            "max(notification_id) FROM stored_events"
        )[0]
        with as_owner(world) as cursor:
            for old, new in ((one_of, 0), (other, one_of), (0, other)):
                cursor.execute(
                    "UPDATE stored_events SET notification_id = %s WHERE notification_id = %s",
                    (new, old),
                )
        chains = found(world, Fault.CHAIN)
        assert {finding.seal for finding in chains} == {2, 3}
        places = [*found(world, Fault.COMMAND), *found(world, Fault.MISSING)]
        assert {one_of, other} <= {finding.position for finding in places}

    def test_two_of_a_stream_that_changed_places_are_named(self, world: World) -> None:
        history(world)
        tamper(world, "UPDATE stored_events SET notification_id = -1 WHERE notification_id = 41")
        tamper(world, "UPDATE stored_events SET notification_id = 41 WHERE notification_id = 40")
        tamper(world, "UPDATE stored_events SET notification_id = 40 WHERE notification_id = -1")
        assert 40 in {finding.position for finding in found(world, Fault.ORDER)}

    def test_a_removed_one_is_missed_by_the_one_after_it(self, world: World) -> None:
        history(world)
        gone = one(
            world,
            "SELECT notification_id FROM stored_events WHERE originator_id = %s AND originator_version = 3",
            world.stream(world.credit_code(1)),
        )
        tamper(world, "DELETE FROM stored_events WHERE notification_id = %s", gone)
        missing = found(world, Fault.MISSING)
        assert any(finding.version == 4 for finding in missing)
        assert any(finding.position == gone for finding in missing)  # its command says so

    def test_the_last_one_of_a_stream_is_missed_by_the_seal(self, world: World) -> None:
        history(world)
        gone = one(
            world,
            "SELECT max(notification_id) FROM stored_events WHERE originator_id = %s AND notification_id < "
            "(SELECT max(notification_id) FROM stored_events)",
            world.stream(world.credit_code(1)),
        )
        tamper(world, "DELETE FROM stored_events WHERE notification_id = %s", gone)
        tamper(world, "DELETE FROM commands WHERE last_position = %s", gone)
        (finding,) = found(world, Fault.CHAIN)
        assert f"no event stands at {gone}" in finding.what
        assert "-1 event(s)" in finding.what

    def test_one_put_in_where_a_number_was_not_used_is_found(self, world: World) -> None:
        history(world)
        tamper(world, "DELETE FROM stored_events WHERE notification_id = 44")
        with as_owner(world) as cursor:
            cursor.execute("SET session_replication_role TO origin")
            cursor.execute(
                f"INSERT INTO stored_events (notification_id, {FIELDS}) SELECT 44, gen_random_uuid(), 1, "
                "'employer_ledger.opened', occurred_on, recorded_at, staff_id, agency_code, gen_random_uuid(), "
                "'{}' FROM stored_events WHERE notification_id = 43"
            )
        assert found(world, Fault.CHAIN)
        assert 44 in {finding.position for finding in found(world, Fault.COMMAND)}

    @pytest.mark.parametrize("position", [0, -7])
    def test_one_put_in_before_the_log_begins_is_found(self, world: World, position: int) -> None:
        history(world)
        world.sql(
            f"INSERT INTO stored_events (notification_id, {FIELDS}) SELECT %s, gen_random_uuid(), 1, "
            "topic, occurred_on, recorded_at, staff_id, agency_code, command_id, state FROM stored_events "
            "WHERE notification_id = 43",
            position,
        )
        assert [finding.position for finding in found(world, Fault.ORDER)] == [position]
        assert found(world, Fault.CHAIN)

    def test_one_with_the_rest_of_its_stream_digested_anew_is_found_by_the_seals(
        self, world: World
    ) -> None:
        """The owner knows how digests are made, and has no key to sign with."""
        history(world)
        stream = world.stream(world.credit_code(1))
        with as_owner(world) as cursor:
            cursor.execute(
                "UPDATE stored_events SET staff_id = 'reviewer' WHERE originator_id = %s AND originator_version = 2",
                (stream,),
            )
            cursor.execute(
                "SELECT max(originator_version) FROM stored_events WHERE originator_id = %s",
                (stream,),
            )
            for version in range(2, cursor.fetchone()[0] + 1):  # type: ignore[index]
                cursor.execute(
                    "UPDATE stored_events e SET digest = event_digest(p.digest, e.originator_id, "
                    "e.originator_version, e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, "
                    "e.command_id, e.state) FROM stored_events p WHERE p.originator_id = e.originator_id "
                    "AND p.originator_version = e.originator_version - 1 AND e.originator_id = %s "
                    "AND e.originator_version = %s",
                    (stream, version),
                )
        assert not found(world, Fault.CHANGED)
        chains = found(world, Fault.CHAIN)
        assert {finding.seal for finding in chains} == {1, 3}
        assert "exchanged" in chains[0].what

    def test_a_cut_tail_is_found(self, world: World) -> None:
        history(world)
        head = world.taizhang.events.head()
        tamper(world, "DELETE FROM stored_events WHERE notification_id > %s", head - 2)
        cut = found(world, Fault.CUT)
        told = " / ".join(finding.what for finding in cut)
        assert f"sealed up to {head}" in told
        assert "the read model" in told
        assert "a command publish_vacancy" in told

    def test_a_tail_cut_with_its_seals_is_found_by_a_printed_anchor(self, world: World) -> None:
        """And by nothing else, once the owner has taken away all that speaks of it."""
        history(world)
        anchor = world.taizhang.seals.last()
        assert anchor is not None
        kept = one(world, "SELECT position FROM seals WHERE number = 2")
        for statement in (
            "DELETE FROM stored_events WHERE notification_id > %s",
            "DELETE FROM seals WHERE position > %s",
            "DELETE FROM commands WHERE last_position > %s",
            "UPDATE read_models SET position = least(position, %s)",
        ):
            tamper(world, statement, kept)
        assert verify(world).is_proven
        (finding,) = found(world, Fault.CUT, anchors=[(anchor.position, anchor.chain)])
        assert f"position {anchor.position}, and the log ends at {kept}" in finding.what

    def test_a_log_written_anew_is_found_by_a_printed_anchor(self, world: World) -> None:
        history(world)
        anchor = (20, world.taizhang.seals.chain_at(20))
        assert verify(world, anchors=[anchor]).is_proven
        (finding,) = found(world, Fault.ANCHOR, anchors=[(21, anchor[1])])
        assert finding.position == 21
