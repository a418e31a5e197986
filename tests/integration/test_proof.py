"""Nothing is altered unnoticed: every tampering with the log is found, and named. Rules 5.b, 9.1."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from openpyxl import load_workbook

from taizhang import InvalidInput, NotFound
from taizhang.application.views.proof import Fault
from taizhang.domain import proof
from taizhang.domain.proof import ZEROS, Seal, StoredEvent, link
from taizhang.infrastructure.proof import seals, verify_seals
from taizhang.infrastructure.proof.signing import SigningKey
from taizhang.projections.canonical import canonical_json
from taizhang.projections.daily_vacancy_notice.model import DailyVacancyNotice
from taizhang.projections.daily_vacancy_notice.render_html import render_html
from taizhang.projections.daily_vacancy_notice.render_xlsx import render_xlsx
from tests.integration.tampering import as_owner, found, history, one, tamper, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")

FIELDS = "originator_id, originator_version, topic, occurred_on, recorded_at, staff_id, agency_code, command_id, state"
OTHER_KEY = base64.b64encode(bytes(range(96, 128))).decode()


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
            cursor.execute("DELETE FROM migrations WHERE name LIKE ANY('{0009%%,0013%%}')")
        with world.reopen() as again:
            assert world.sql("SELECT notification_id, digest FROM stored_events ORDER BY 1") == kept
            again.seals.catch_up()
            world.publish(world.credit_code(1))
            assert again.verifier.run(processes=1).is_proven


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
        total = world.count("stored_events")
        assert told[-1] == (total, total)
        assert len(told) > 1

    def test_an_empty_log_is_proven(self, database_url: str, world: World) -> None:
        with world.reopen(database_url=database_url) as empty:
            assert empty.seals.catch_up() is None
            report = empty.verifier.run()
        assert report.is_proven
        assert report.events == report.seals == 0


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


def signed(seal: Seal, key: SigningKey) -> Seal:
    return seal._replace(signature=key.sign(seal.message()))


SEAL_COLUMNS = {
    "position": "position + 1",
    "events": "events + 1",
    "chain": "sha256(chain)",
    "day": "coalesce(day, '2026-11-02') + 1",
    "sealed_at": "sealed_at + interval '1 microsecond'",
    "before": "sha256(before)",
    "signature": "set_byte(signature, 0, get_byte(signature, 0) # 1)",
}


class TestSeals:
    """Seals changed, removed, replayed, forged."""

    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.parametrize("column", SEAL_COLUMNS)
    def test_a_changed_one_is_named(self, world: World, column: str, number: int) -> None:
        history(world)
        tamper(world, f"UPDATE seals SET {column} = {SEAL_COLUMNS[column]} WHERE number = {number}")
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
            "INSERT INTO seals SELECT 3, position, events, chain, day, sealed_at, before, key_id, signature "
            "FROM seals WHERE number = 2",
        )
        assert {finding.seal for finding in found(world, Fault.SEAL)} == {3}

    def test_one_signed_by_a_key_of_the_owner_is_found(self, world: World) -> None:
        history(world)
        forger = SigningKey(b"f" * 32)
        row = world.sql(
            "SELECT number, position, events, chain, day, sealed_at, before, key_id, signature FROM seals "
            "ORDER BY number DESC LIMIT 1"
        )[0]
        forged = signed(Seal(*row)._replace(key_id=forger.key_id), forger)
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


def test_an_issued_notice_that_was_changed_or_is_gone_is_named(world: World) -> None:
    history(world)
    issued = world.taizhang.notices.issue_daily_vacancies(
        date(2026, 11, 2), "110105", by=world.actor("supervisor")
    )
    assert verify(world).is_proven
    tamper(world, "UPDATE issued_documents SET content = content || '\\x20'")
    (finding,) = found(world, Fault.DOCUMENT)
    assert issued.digest[:16] in finding.what
    tamper(world, "DELETE FROM issued_documents")
    (finding,) = found(world, Fault.DOCUMENT)
    assert issued.notice_id in finding.what
    assert finding.position is not None


def test_a_notice_names_the_seal_that_it_stands_on(world: World) -> None:
    """So that on paper it anchors the log, whoever owns the database and whoever has the key."""
    history(world)
    supervisor = world.actor("supervisor")
    issued = world.taizhang.notices.issue_daily_vacancies(
        date(2026, 11, 2), "110105", by=supervisor
    )
    notice = world.taizhang.notices.document(issued.notice_id, by=supervisor)
    assert notice.seal is not None
    day_seal = world.sql(
        "SELECT number, position, chain, key_id FROM seals WHERE day = '2026-11-02'"
    )
    assert day_seal == [
        (
            notice.seal.number,
            notice.basis.position,
            bytes.fromhex(notice.seal.chain),
            bytes.fromhex(notice.seal.key_id or ""),
        )
    ]
    assert isinstance(notice, DailyVacancyNotice)
    for text in (render_html(notice), canonical_json(notice).decode()):
        assert notice.seal.chain in text
    buffer = BytesIO()
    render_xlsx(notice, buffer)
    sheets = load_workbook(buffer).worksheets
    cells = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert notice.seal.text in cells
    assert world.taizhang.notices.recompute(issued.notice_id, by=supervisor).is_proven
    anchor = (notice.seal.position, notice.seal.chain)
    assert verify(world, anchors=[anchor]).is_proven
    # Somebody with the key writes the log anew and seals it again: only what was printed tells.
    tamper(world, "DELETE FROM seals")
    tamper(world, "UPDATE stored_events SET staff_id = 'reviewer' WHERE notification_id = 39")
    tamper(world, "UPDATE commands SET staff_id = 'reviewer' WHERE last_position = 39")
    tamper(
        world,
        "UPDATE stored_events e SET digest = event_digest(p.digest, e.originator_id, e.originator_version, "
        "e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state) "
        "FROM stored_events p WHERE p.originator_id = e.originator_id "
        "AND p.originator_version = e.originator_version - 1 AND e.notification_id = 39",
    )
    for position in range(44, 48):
        tamper(
            world,
            "UPDATE stored_events e SET digest = event_digest(p.digest, e.originator_id, e.originator_version, "
            "e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state) "
            "FROM stored_events p WHERE p.originator_id = e.originator_id "
            "AND p.originator_version = e.originator_version - 1 AND e.notification_id = %s",
            position,
        )
    world.taizhang.seals.catch_up()
    (kept,) = found(world, Fault.ANCHOR)  # of the notice that is kept in the database
    assert kept.position == anchor[0]
    tamper(world, "UPDATE issued_documents SET content = '{}'")
    (printed,) = found(world, Fault.ANCHOR, anchors=[anchor])
    assert printed.position == anchor[0]


def test_a_notice_made_without_the_key_still_anchors_the_log(world: World) -> None:
    world.publish(world.register(1))
    world.clock.forward(days=1)
    supervisor = world.actor("supervisor")
    with world.reopen(sealing_key=None) as other:
        issued = other.notices.issue_daily_vacancies(date(2026, 11, 2), "110105", by=supervisor)
        notice = other.notices.document(issued.notice_id, by=supervisor)
    assert notice.seal is not None
    assert (notice.seal.number, notice.seal.key_id) == (None, None)
    assert world.taizhang.seals.catch_up() is not None
    assert world.taizhang.notices.recompute(issued.notice_id, by=supervisor).is_proven
    assert verify(world).is_proven
    assert verify(world, anchors=[(notice.seal.position, notice.seal.chain)]).is_proven


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

        def dying(self: Any, cursor: Any, mark: Any, last: Any, key: Any) -> Seal:
            seal = real(self, cursor, mark, last, key)
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
            "from taizhang.infrastructure import seals\n"
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


def test_what_is_told_of_a_log_that_was_changed_throughout_is_bounded(world: World) -> None:
    """A log that was changed throughout is told in some findings and a count."""
    history(world)
    tamper(world, "UPDATE stored_events SET staff_id = 'x'")
    report = verify(world)
    assert len(report.findings) + report.more_findings >= world.count("stored_events")
