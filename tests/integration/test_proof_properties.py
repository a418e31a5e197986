"""Of a random history, any single change of any row is found: events, seals, commands, refusals. Rules 5.b, 9.1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from psycopg import Cursor

from taizhang.domain.proof import StoredEvent
from tests.integration.tampering import as_owner, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

TEXTS = st.text(alphabet="abc.员工_1", min_size=1, max_size=8)
FIRST = datetime(2026, 11, 2, 1, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[StoredEvent]:
    """Return the events of a few streams, in the order of their log, over some days."""
    streams = draw(st.lists(st.uuids(version=4), min_size=1, max_size=3, unique=True))
    versions = dict.fromkeys(streams, 0)
    moment, events = FIRST, []
    for _ in range(draw(st.integers(1, 8))):
        stream_id = draw(st.sampled_from(streams))
        versions[stream_id] += 1
        moment += timedelta(hours=draw(st.integers(0, 30)))
        events.append(
            StoredEvent(
                stream_id,
                versions[stream_id],
                draw(TEXTS),
                moment.date() - timedelta(days=draw(st.integers(0, 3))),
                moment,
                draw(TEXTS),
                draw(TEXTS),
                uuid4(),
                draw(st.binary(min_size=1, max_size=40)),
            )
        )
    return events


def other(value: Any, data: st.DataObject) -> Any:
    """Return a value that differs from `value` in one byte, one character or one step."""
    match value:
        case bytes():
            place = data.draw(st.integers(0, len(value) - 1), label="byte")
            changed = bytearray(value)
            changed[place] ^= data.draw(st.integers(1, 255), label="by")
            return bytes(changed)
        case UUID():
            return UUID(bytes=other(value.bytes, data))
        case str():
            place = data.draw(st.integers(0, len(value) - 1), label="character")
            sign = data.draw(st.sampled_from("xyz甲"), label="becomes")
            return value[:place] + sign + value[place + 1 :]
        case datetime():
            return value + data.draw(st.sampled_from([-1, 1, 10**9])) * timedelta(microseconds=1)
        case date():
            return value + data.draw(st.sampled_from([-365, -1, 1])) * timedelta(days=1)
        case int():
            return value + data.draw(st.sampled_from([-1, 1, 2, 1000]))
    assert value is None
    return date(2026, 11, 2)


@pytest.fixture
def emptied(world: World) -> Iterator[World]:
    """Return the service with nothing in its log and a clock at the end of the history."""
    world.clock.forward(days=30)
    yield world


def begin_anew(cursor: Cursor[Any], events: list[StoredEvent]) -> None:
    cursor.execute("SET session_replication_role TO replica")
    cursor.execute(
        "TRUNCATE stored_events, commands, refusals, seals, signing_keys RESTART IDENTITY;"
        "UPDATE read_models SET position = 0; UPDATE directory_head SET position = 0"
    )
    cursor.execute("SET session_replication_role TO origin")
    for event in events:
        cursor.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, occurred_on, recorded_at, "
            "staff_id, agency_code, command_id, state) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            event,
        )
    cursor.execute(
        "INSERT INTO commands SELECT command_id, 'a', 'd', 'r', notification_id, recorded_at, staff_id, agency_code "
        "FROM stored_events"
    )
    cursor.execute(
        "INSERT INTO refusals (command_id, name, error, rule_id, refused_at, staff_id, agency_code) "
        "SELECT command_id, 'a', 'rule_broken', '38.1', recorded_at, staff_id, agency_code FROM stored_events "
        "ORDER BY notification_id LIMIT 3"
    )
    cursor.execute("SET session_replication_role TO replica")


@pytest.mark.rule("5.b", "9.1")
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=histories(), data=st.data())
def test_any_single_change_of_any_row_is_found(
    emptied: World, events: list[StoredEvent], data: st.DataObject
) -> None:
    with as_owner(emptied) as cursor:
        begin_anew(cursor, events)
        emptied.taizhang.seals.catch_up()
        assert verify(emptied).is_proven
        table = data.draw(st.sampled_from(["stored_events", "seals", "commands", "refusals"]))
        rows = cursor.execute(f"SELECT ctid::text, t.* FROM {table} t".encode()).fetchall()
        row = data.draw(st.sampled_from(sorted(rows, key=lambda one: str(one[0]))))
        assert cursor.description is not None
        place = data.draw(st.integers(1, len(row) - 1))
        column = cursor.description[place].name
        try:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE ctid = %s::tid".encode(),
                (other(row[place], data), row[0]),
            )
        except (psycopg.errors.UniqueViolation, psycopg.errors.GeneratedAlways):
            assume(False)
        report = verify(emptied)
    assert not report.is_proven, f"{table}.{column}"


@pytest.mark.rule("9.1")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=histories(), data=st.data())
def test_any_single_row_taken_out_is_found(
    emptied: World, events: list[StoredEvent], data: st.DataObject
) -> None:
    """Of the seals all but the last: without it what it covered is said to be unsealed."""
    with as_owner(emptied) as cursor:
        begin_anew(cursor, events)
        emptied.taizhang.seals.catch_up()
        tables = ["stored_events", "commands", "refusals"]
        ((seals,),) = cursor.execute("SELECT count(*) FROM seals").fetchall()
        if seals > 1:
            tables.append("seals")
        table = data.draw(st.sampled_from(tables))
        key, count = {
            "stored_events": ("notification_id", len(events)),
            "commands": ("last_position", len(events)),
            "refusals": ("refusal_id", min(len(events), 3)),
            "seals": ("number", seals - 1),
        }[table]
        number = data.draw(st.integers(1, count))
        cursor.execute(f"DELETE FROM {table} WHERE {key} = %s".encode(), (number,))
        assert cursor.rowcount == 1
        report = verify(emptied)
    assert not report.is_proven
