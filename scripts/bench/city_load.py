"""A city's log of a year and its read models: the courses of a few persons, copied by SQL to a million ledgers.

The position of every copied event is known beforehand, so that the rows of the read models point to the
events they come from: to the event of a template at position p belong `copies` positions, one a copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from ...domain.assistance.state import case_stream
from ...domain.events import Event, RecordedEvent
from ...domain.job_seeker import contact
from ...domain.organisation.staff import Role, StaffJoined, staff_stream
from ...infrastructure.store.mapper import Mapper
from . import ours, persons
from .bulk import columns_of, without_indexes
from .persons import FOUNDED, Life, Office
from .staffing import CITY, DISTRICTS, TODAY, submitter
from .workload import SEED

MONTH = date(2026, 2, 1)
EVENTS_A_LEDGER = 20
SUBDISTRICTS = 348
INSPECTORS = tuple(f"i{place}" for place in range(4))


class City(NamedTuple):
    """What was loaded: how much of each, and the templates' events that hold what is personal, with their versions."""

    counted: dict[str, int]
    personal: dict[UUID, list[tuple[Event, int]]]


class _Room(NamedTuple):
    """Where in the log the templates stand, and where their copies begin."""

    first: int
    head: int
    copies: int

    def position(self, column: str) -> str:
        return f"{self.head} + ({column} - {self.first}) * {self.copies} + m.n"


def load(
    opened: ours.Ours, connection: Connection[Any], ledgers: int, sample: int, specialists: int
) -> City:
    """Fill log and read models: `sample` persons from events, so many copies of each, and then not them."""
    held = persons.offices(SUBDISTRICTS, specialists)
    ours.found(opened, (*persons.founding(held), *_inspectors()))
    lives = [_long_enough(life) for life in persons.lives(sample, held)]
    records = _numbered(persons.in_order(lives))
    ours.load_recorded(opened, connection, records)
    opened.taizhang.projections.catch_up()
    ends = _one(connection, "SELECT max(notification_id) FROM stored_events")
    room = _Room(ends - len(records) + 1, ends, ledgers // sample)
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET work_mem = '64MB'")
    _persons(connection, lives, held, room.copies)
    # Both tables of a loop are gone through as they stand: the copies come in the order of the log.
    for way in ("enable_hashjoin", "enable_mergejoin", "enable_material", "enable_memoize"):
        connection.execute(f"SET {way} = off".encode())
    _events(connection, room)
    _rows(connection, room)
    for way in ("enable_hashjoin", "enable_mergejoin", "enable_material", "enable_memoize"):
        connection.execute(f"RESET {way}".encode())
    _miss(connection)
    _stand(connection)
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
    counted = {
        name: _one(connection, f"SELECT count(*) FROM {what}")
        for name, what in (
            ("ledgers", "job_seekers"),
            ("events", "stored_events"),
            ("obligations", "obligations"),
            ("entries of the month", "ledger_entries"),
            ("assistance cases", "assistance_cases"),
        )
    }
    personal: dict[UUID, list[tuple[Event, int]]] = defaultdict(list)
    for recorded in records:
        if recorded.event.personal_fields:
            personal[recorded.stream_id].append((recorded.event, recorded.version))
    return City(counted, personal)


def give_names(
    opened: ours.Ours, connection: Connection[Any], city: City, drawn: Iterable[UUID]
) -> None:
    """Encrypt what is personal in some ledgers by keys of their own, as it would have been recorded."""
    mapper = Mapper(opened.taizhang.keys)
    with _open_to_change(connection):
        for person_id in drawn:
            found = connection.execute(
                "SELECT was, was_case, case_id, agency, staff FROM bench_made WHERE person_id = %s",
                (person_id,),
            ).fetchone()
            assert found is not None
            was, was_case, case_id, agency, staff = found
            own = {"person_id": person_id, "agency_code": agency, "specialist_id": staff}
            for old, stream_id in ((was, person_id), (was_case, case_id)):
                for event, version in city.personal.get(old, ()):
                    fields = {name: own[name] for name in own.keys() & type(event).model_fields}
                    event = event.model_copy(update=fields)
                    connection.execute(
                        "UPDATE stored_events SET state = %s "
                        "WHERE originator_id = %s AND originator_version = %s",
                        (mapper.write(event, stream_id, version), stream_id, version),
                    )


def _inspectors() -> Iterator[tuple[UUID, Event]]:
    for who in INSPECTORS:
        yield (
            staff_stream(who),
            StaffJoined(
                staff_id=who, name=f"职员{who}", agency_code=CITY, roles=(Role.SUPERVISOR,),
                effective_on=FOUNDED,
            ),
        )  # fmt: skip


def _long_enough(life: Life) -> Life:
    """Let a person be in contact so often until today that the record has its number of events."""
    begun = life.events[0].occurred_on
    missing = EVENTS_A_LEDGER - sum(one.occurred_on <= TODAY for one in life.events)
    for place in range(missing):
        life.record(
            begun + (TODAY - begun) * (place + 1) // (missing + 1),
            contact.Contacted(
                person_id=life.person_id, means=contact.ContactMeans.PHONE, note="了解求职进展"
            ),
        )
    return life


def _numbered(records: list[RecordedEvent]) -> list[RecordedEvent]:
    """Return recorded events with the versions that they have in this order."""
    versions: dict[UUID, int] = defaultdict(int)
    numbered = []
    for recorded in records:
        versions[recorded.stream_id] += 1
        numbered.append(recorded._replace(version=versions[recorded.stream_id]))
    return numbered


def _persons(
    connection: Connection[Any], lives: list[Life], held: list[Office], copies: int
) -> None:
    """Write down of whom each person is a copy, which case is the person's, and who serves it.

    A few are served by the districts themselves: what these miss is for the city to notify.
    """
    desks = [(office.code, who) for office in held for who in office.specialists]
    desks += [(code, submitter(code).staff_id) for code in DISTRICTS]
    Random(SEED).shuffle(desks)
    ids = Random(SEED)
    connection.execute(
        "CREATE UNLOGGED TABLE bench_made (was uuid, was_case uuid, was_agency text, n integer, "
        "person_id uuid, case_id uuid, agency text, staff text)"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(b"COPY bench_made FROM STDIN (FORMAT BINARY)") as rows,
    ):
        rows.set_types(["uuid", "uuid", "text", "int4", "uuid", "uuid", "text", "text"])
        for place, life in enumerate(lives):
            for number in range(1, copies + 1):
                person_id = UUID(int=ids.getrandbits(128), version=4)
                desk = desks[(place * copies + number) % len(desks)]
                rows.write_row(
                    (
                        life.person_id, life.case_id, life.agency_code, number,
                        person_id, case_stream(person_id, 1), *desk,
                    )
                )  # fmt: skip
    connection.execute("CREATE INDEX ON bench_made (was, n)")
    connection.execute("CREATE INDEX ON bench_made (person_id)")
    connection.execute(
        "CREATE UNLOGGED TABLE bench_streams AS SELECT DISTINCT was AS stream_id, was FROM bench_made "
        "UNION ALL SELECT DISTINCT was_case, was FROM bench_made"
    )
    connection.execute("ANALYZE bench_made, bench_streams")


def _events(connection: Connection[Any], room: _Room) -> None:
    """Copy the events of the templates, each under its copy's stream, agency and staff, then drop them."""
    connection.execute("ALTER TABLE stored_events SET UNLOGGED")
    text = "convert_from(o.state, 'UTF8')"
    for was, now in (
        ("o.was::text", "m.person_id::text"),
        ("'s' || m.was_agency || '.' || split_part(o.staff_id, '.', 2)", "m.staff"),
        ("m.was_agency", "m.agency"),
    ):
        text = f"replace({text}, {was}, {now})"
    changed = {
        "originator_id": "CASE o.originator_id WHEN o.was THEN m.person_id ELSE m.case_id END",
        "state": f"convert_to({text}, 'UTF8')",
        "notification_id": room.position("o.notification_id"),
        "agency_code": "m.agency",
        "staff_id": "m.staff",
    }
    values = ", ".join(
        changed.get(one, f"o.{one}") for one in columns_of(connection, "stored_events")
    )
    with _open_to_change(connection):
        connection.execute(
            "CREATE TEMP TABLE templates AS SELECT e.*, s.was FROM stored_events e "
            "JOIN bench_streams s ON s.stream_id = e.originator_id ORDER BY notification_id"
        )
        connection.execute(
            "DELETE FROM stored_events WHERE originator_id IN (SELECT stream_id FROM bench_streams)"
        )
        with without_indexes(connection, "stored_events"):
            connection.execute(
                f"INSERT INTO stored_events SELECT {values} FROM templates o "
                "JOIN bench_made m ON m.was = o.was".encode()
            )


def _rows(connection: Connection[Any], room: _Room) -> None:
    """Copy the rows that the templates' events were folded into; of entries, those of the month."""
    stream = "CASE o.stream_id WHEN s.was THEN m.person_id ELSE m.case_id END"
    subject = "CASE o.subject_id WHEN s.was THEN m.person_id WHEN m.was_case THEN m.case_id ELSE o.subject_id END"
    every = {"agency_code": "m.agency", "staff_id": "m.staff", "stream_id": stream}
    for name, order, positions, more, only in (
        ("job_seekers", "last_position", ("last_position", "basics_position"), {}, ""),
        ("assistance_cases", "last_position", ("last_position",), {"person_id": "m.person_id"}, ""),
        (
            "obligations",
            "since_position",
            ("arose_position", "since_position", "closed_position"),
            {"subject_id": subject},
            "",
        ),
        (
            "ledger_entries",
            "position",
            ("position",),
            {"subject_id": subject},
            # The last basics say who a person is, whenever they were recorded.
            f"AND (o.recorded_on >= '{MONTH}' OR o.topic = 'job_seeker_ledger.basics_recorded')",
        ),
    ):
        table = f"{name}_g1"
        columns = columns_of(connection, table)
        changed = {**every, **more, **{one: room.position(f"o.{one}") for one in positions}}
        if "specialist_id" in columns:
            changed["specialist_id"] = "m.staff"
        values = ", ".join(changed.get(one, f"o.{one}") for one in columns)
        connection.execute(f"ALTER TABLE {table} SET UNLOGGED".encode())
        connection.execute(
            f"CREATE TEMP TABLE t_{name} AS SELECT * FROM {table} ORDER BY {order}".encode()
        )
        connection.execute(f"TRUNCATE {table}".encode())
        with without_indexes(connection, table):
            connection.execute(
                f"INSERT INTO {table} SELECT {values} FROM t_{name} o "
                f"JOIN bench_streams s USING (stream_id) JOIN bench_made m ON m.was = s.was {only}".encode()
            )


def _miss(connection: Connection[Any]) -> None:
    """Let what the districts themselves owed in the month stand open: the city has to notify it."""
    connection.execute(
        "UPDATE obligations_g1 SET outcome = 'open', closed_on = NULL, closed_position = NULL "
        "WHERE agency_code = ANY(%s) AND outcome IN ('met', 'late') AND due_on >= %s AND due_on < %s",
        (list(DISTRICTS), MONTH, MONTH + timedelta(days=28)),
    )


def _stand(connection: Connection[Any]) -> None:
    """Let the read models stand at the head of the log, and the log be sealed up to there.

    The seal is made up: its chain is not that of the digests, which are copies, too.
    """
    head = _one(connection, "SELECT max(notification_id) FROM stored_events")
    connection.execute("SELECT setval('event_position', %s)", (head,))
    connection.execute("UPDATE read_models SET position = %s", (head,))
    zeros = bytes(32)
    connection.execute("INSERT INTO signing_keys VALUES (%s, %s)", (zeros, zeros))
    connection.execute(
        "INSERT INTO seals VALUES (1, %s, (SELECT count(*) FROM stored_events), %s, NULL, now(), %s, %s, %s)",
        (head, zeros, zeros, zeros, bytes(64)),
    )


@contextmanager
def _open_to_change(connection: Connection[Any]) -> Iterator[None]:
    connection.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
    yield
    connection.execute("ALTER TABLE stored_events ENABLE TRIGGER USER")


def _one(connection: Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
