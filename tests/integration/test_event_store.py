"""Events, commands, refusals and states in PostgreSQL."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import NotSupportedError

from taizhang import ChangeEmployerBasics, RuleBroken
from taizhang.application.ports import Batch, NewEvent, VersionTaken
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import EmployerBasics, EmployerRegistered

if TYPE_CHECKING:
    from tests.integration.conftest import World


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET agency_code = '110108'",
        "UPDATE stored_events SET agency_code = '110108' WHERE false",
        "DELETE FROM stored_events",
        "TRUNCATE stored_events",
        "TRUNCATE stored_events CASCADE",
        "INSERT INTO stored_events SELECT * FROM stored_events ON CONFLICT "
        "(originator_id, originator_version) DO UPDATE SET agency_code = excluded.agency_code",
        "MERGE INTO stored_events AS e USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_an_event_is_never_changed_even_by_the_owner_of_the_tables(
    world: World, statement: str
) -> None:
    before = world.sql("SELECT * FROM stored_events ORDER BY notification_id")
    with pytest.raises(psycopg.Error, match="append-only") as refused:
        world.sql(statement)
    assert refused.value.sqlstate == "TZ002"
    assert world.sql("SELECT * FROM stored_events ORDER BY notification_id") == before


@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
def test_an_issued_document_is_never_removed(world: World, verb: str) -> None:
    with pytest.raises(psycopg.Error, match="append-only"):
        world.sql(f"{verb} issued_documents")


def test_the_librarys_own_way_to_write_is_closed(world: World) -> None:
    with pytest.raises(NotSupportedError):
        world.taizhang.events.create_table()
    with pytest.raises(NotSupportedError):
        world.taizhang.events.insert_events([])


@pytest.mark.rule("5.b")
def test_an_event_names_who_when_where_and_by_which_command(world: World) -> None:
    command_id = uuid4()
    code = world.register()
    world.clock.forward(days=3)
    result = world.do(
        ChangeEmployerBasics(
            credit_code=code,
            name="新名",
            basics=EmployerBasics(),
            occurred_on=world.clock.today.replace(day=3),
        ),
        command_id=command_id,
    )
    (recorded,) = world.taizhang.events.events_at([result.position])
    assert (recorded.staff_id, recorded.agency_code) == ("clerk", "110105001")
    assert recorded.command_id == command_id
    assert recorded.occurred_on.isoformat() == "2026-11-03"
    assert recorded.recorded_at == world.clock.now
    assert (recorded.stream_id, recorded.version) == (world.stream(code), 5)


def test_a_state_that_is_kept_equals_the_one_replayed(world: World) -> None:
    code = world.register()
    world.publish(code)
    world.submit(code, world.discriminatory)
    stream, store = world.stream(code), world.taizhang.events
    kept, replayed = store.load(EmployerLedger, stream), store.replay(EmployerLedger, stream)
    # Kept with the first event and with every fourth since; the events after it complete it.
    assert (kept.kept_version, kept.aggregate.version) == (9, 10)
    assert kept.aggregate == replayed.aggregate


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM stream_states",
        "UPDATE stream_states SET state = 'no json'",
        "UPDATE stream_states SET state = '{}', kind = 'employer_ledger@0'",
    ],
)
def test_a_kept_state_can_be_lost_or_damaged_at_any_time(world: World, damage: str) -> None:
    code = world.register()
    world.publish(code)
    world.sql(damage)
    with world.reopen() as other:
        stream = world.stream(code)
        kept = other.events.load(EmployerLedger, stream).aggregate
        assert kept == other.events.replay(EmployerLedger, stream).aggregate


def test_a_kept_state_that_is_behind_is_completed_by_the_events_after_it(world: World) -> None:
    code = world.open_ledger()
    (old,) = world.sql("SELECT state FROM stream_states WHERE stream_id = %s", world.stream(code))
    world.do(ChangeEmployerBasics(credit_code=code, name="新", basics=EmployerBasics(size="大")))
    world.do(ChangeEmployerBasics(credit_code=code, name="新", basics=EmployerBasics()))
    world.sql(
        "UPDATE stream_states SET state = %s, version = 1 WHERE stream_id = %s",
        old[0],
        world.stream(code),
    )
    kept = world.taizhang.events.load(EmployerLedger, world.stream(code))
    assert isinstance(kept.aggregate, EmployerLedger)
    assert (kept.kept_version, kept.aggregate.version) == (1, 3)
    assert not kept.aggregate.basics_stated


def test_a_reader_never_passes_over_a_position_while_a_slow_transaction_holds_one(
    world: World,
) -> None:
    """A transaction takes a position and stays open; another appends after it; nobody reads on."""
    first, second = world.open_ledger(1), world.open_ledger(2)
    head = world.taizhang.events.head()
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        at = head
        while not stop.is_set():
            for note in world.taizhang.events.select_notifications(at + 1, 100):
                at = int(note.id)
                seen.append(at)
            time.sleep(0.002)

    def append(code: str) -> None:
        world.do(ChangeEmployerBasics(credit_code=code, name="新", basics=EmployerBasics()))

    reader = threading.Thread(target=read)
    with psycopg.connect(world.url) as slow:
        slow.execute("SET search_path TO taizhang")
        slow.execute(
            "SELECT append_events((SELECT position FROM directory_head), 'clerk', '110105001', now(), "
            "ARRAY[gen_random_uuid()], ARRAY['x'], ARRAY[''::bytea], ARRAY[''::bytea], "
            "ARRAY[%s]::uuid[], ARRAY[2]::bigint[], ARRAY['employer_ledger.registered'], "
            "ARRAY['{}'::bytea], ARRAY['2026-11-02'::date], ARRAY[gen_random_uuid()], "
            "NULL, NULL, NULL, NULL, false)",
            (world.stream(first),),
        )
        reader.start()
        writer = threading.Thread(target=append, args=(second,))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive(), "the second append waits for the first to commit"
        assert seen == []
        slow.commit()
    writer.join()
    time.sleep(0.05)
    stop.set()
    reader.join()
    assert len(seen) == 2
    assert seen == sorted(seen)
    assert seen[-1] == world.taizhang.events.head()


def test_many_writers_and_one_reader_agree_on_the_order(world: World) -> None:
    codes = [world.open_ledger(number) for number in range(1, 5)]
    head = world.taizhang.events.head()
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        at = head
        while True:
            last = done.is_set()
            for note in world.taizhang.events.select_notifications(at + 1, 1000):
                at = int(note.id)
                seen.append(at)
            if last:
                return

    def write(code: str) -> None:
        for number in range(25):
            world.do(
                ChangeEmployerBasics(credit_code=code, name=str(number), basics=EmployerBasics())
            )

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=(code,)) for code in codes]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    stored = world.sql(
        "SELECT notification_id FROM stored_events WHERE notification_id > %s ORDER BY 1", head
    )
    assert len(stored) == 100
    assert seen == [position for (position,) in stored]


def test_nothing_of_an_append_stays_when_one_of_its_events_cannot(world: World) -> None:
    code = world.open_ledger()
    events, commands = world.count("stored_events"), world.count("commands")
    free, taken = uuid4(), world.stream(code)

    def new(stream: UUID) -> NewEvent:
        return NewEvent(EmployerRegistered(), stream, 1, world.clock.today, uuid4())

    state = EmployerLedger(version=1)
    with pytest.raises(VersionTaken):
        world.taizhang.events.append(
            Batch(
                actor=world.actor("clerk"),
                recorded_at=world.clock.now,
                directory_version=world.taizhang.directory.version,
                commands=[],
                events=[new(free), new(taken)],
                states=[(free, state)],
            )
        )
    assert (world.count("stored_events"), world.count("commands")) == (events, commands)
    assert world.sql("SELECT 1 FROM stream_states WHERE stream_id = %s", free) == []


def test_a_refusal_is_kept_with_its_rule_and_without_what_was_asked(world: World) -> None:
    code = world.open_ledger()
    command_id = uuid4()
    with pytest.raises(RuleBroken):
        world.draft(code)
    with pytest.raises(RuleBroken):
        world.do(
            world.agent(code).model_copy(
                update={"authority_valid_until": world.clock.today.replace(day=1)}
            ),
            command_id=command_id,
        )
    rows = world.sql("SELECT * FROM refusals ORDER BY refusal_id")
    assert [row[2:5] for row in rows] == [
        ("draft_vacancy", "rule_broken", "36"),
        ("verify_agent", "rule_broken", "35"),
    ]
    assert rows[1][1] == command_id
    assert rows[1][6:] == ("clerk", "110105001")
    text = repr(rows)
    assert not any(
        secret in text for secret in ("欧阳", "13912345678", world.identity_number(1), code)
    )


def test_a_refused_command_leaves_nothing_but_its_refusal(world: World) -> None:
    code = world.open_ledger()
    before = [world.count(name) for name in ("stored_events", "commands", "stream_states")]
    with pytest.raises(RuleBroken):
        world.draft(code)
    assert [world.count(name) for name in ("stored_events", "commands", "stream_states")] == before
    assert world.count("refusals") == 1
