"""The peer *ours*: the package as an integrator opens it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from ...application.commands.base import Command
from ...application.commands.employers import LapseVacancies
from ...application.ports import Batch, NewEvent
from ...domain.aggregate import Aggregate
from ...domain.calendar import SHANGHAI
from ...domain.employer.ledger import EmployerLedger
from ...domain.events import Event, RecordedEvent
from ...domain.organisation.powers import Actor
from ...infrastructure.store.event_store import state_row
from ...infrastructure.store.mapper import Mapper
from ...infrastructure.taizhang import Taizhang
from .staffing import AGENCY, CITY, TODAY, founding, submitter
from .workload import Fact, Place, clock, credit_code

_COPY = (
    "COPY stored_events (originator_id, originator_version, topic, state, occurred_on, recorded_at, "
    "staff_id, agency_code, command_id) FROM STDIN (FORMAT BINARY)"
)
_TYPES = ["uuid", "int8", "text", "bytea", "date", "timestamptz", "text", "text", "uuid"]


class Ours:
    """Commands through `Taizhang.execute`, with or without ledgers kept in the process."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        cached: bool = True,
        schema: str = "ours",
        sealing_key: str | None = None,
        now: Callable[[], datetime] = clock,
    ) -> None:
        """Open the package on a database, in a schema of its own."""
        self.taizhang = Taizhang.open(
            database_url=url,
            schema_name=schema,
            master_key=key,
            identity_key=key,
            sealing_key=sealing_key,
            cached_ledgers=4096 if cached else 0,
            clock=now,
            log_level="ERROR",  # a look at personal data is logged, which is not to be read here
        )

    def execute(self, command: Command, actor: Actor, command_id: UUID) -> None:
        """Carry out one command."""
        self.taizhang.execute(command, by=actor, command_id=command_id)

    def warm_up(self, employers: Iterable[int]) -> None:
        """Have these ledgers in the process, where it keeps any; nothing is recorded."""
        for number in employers:
            command = LapseVacancies(credit_code=credit_code(number), occurred_on=TODAY)
            self.execute(command, submitter(), UUID(int=number))

    def stream(self, employer: int) -> UUID:
        """Return the stream of an employer's ledger."""
        return self.taizhang.identities.employer(credit_code(employer))

    def close(self) -> None:
        """Close the package."""
        self.taizhang.close()


def found(ours: Ours, more: Iterable[tuple[UUID, Event]] = ()) -> None:
    """Record the agencies and their staff, and `more` of them."""
    versions: dict[UUID, int] = defaultdict(int)
    events = []
    for stream_id, event in (*founding(), *more):
        versions[stream_id] += 1
        events.append(NewEvent(event, stream_id, versions[stream_id], TODAY, UUID(int=1)))
    ours.taizhang.events.append(
        Batch(Actor.system(CITY), clock(), 0, [], events, [], changes_directory=True)
    )
    ours.taizhang.service.refresh_directory()


def load_ledgers(
    ours: Ours, connection: Connection[Any], ledgers: Iterable[tuple[int, list[Fact]]]
) -> int:
    """Put whole ledgers into the log, with their kept states; return the number of events."""
    kept: list[tuple[UUID, Aggregate]] = []

    def places() -> Iterable[Place]:
        for number, facts in ledgers:
            for fact in facts:
                yield Place(number, AGENCY, fact)

    loader = _Loader(ours)
    loader.copy(connection, places(), kept)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO stream_states (stream_id, version, kind, state) VALUES (%s, %s, %s, %s)",
            [state_row(stream_id, aggregate) for stream_id, aggregate in kept],
        )
    connection.execute("CREATE TABLE bench_states AS SELECT * FROM stream_states")
    connection.execute("ANALYZE")
    return loader.events


def load_log(ours: Ours, connection: Connection[Any], places: Iterable[Place]) -> int:
    """Put a log into an empty store, in its order; return the number of events."""
    loader = _Loader(ours)
    loader.copy(connection, places, None)
    connection.execute("ANALYZE stored_events")
    return loader.events


def put_back(connection: Connection[Any], head: int) -> None:
    """Take away what was appended after the position `head`, as if it had not been."""
    with connection.transaction():
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER events_are_append_only")
        connection.execute("DELETE FROM stored_events WHERE notification_id > %s", (head,))
        connection.execute("ALTER TABLE stored_events ENABLE TRIGGER events_are_append_only")
        connection.execute("ALTER TABLE commands DISABLE TRIGGER commands_are_append_only")
        connection.execute("TRUNCATE commands")
        connection.execute("ALTER TABLE commands ENABLE TRIGGER commands_are_append_only")
        connection.execute(
            "UPDATE stream_states AS s SET version = b.version, kind = b.kind, state = b.state "
            "FROM bench_states AS b WHERE b.stream_id = s.stream_id AND b.version <> s.version"
        )
    connection.execute("VACUUM stored_events, stream_states")


def load_recorded(ours: Ours, connection: Connection[Any], records: Iterable[RecordedEvent]) -> int:
    """Put recorded events at the end of the log, in their order; return how many they are."""
    mapper, count = Mapper(ours.taizhang.keys), 0
    with connection.cursor() as cursor, cursor.copy(_COPY.encode()) as rows:
        rows.set_types(_TYPES)
        for recorded in records:
            rows.write_row(_stored_row(mapper, recorded))
            count += 1
    connection.execute("ANALYZE stored_events")
    return count


def recorded_places(ours: Ours, places: Iterable[Place]) -> Iterator[RecordedEvent]:
    """Yield the facts of a log as recorded events."""
    loader = _Loader(ours)
    return (loader.record(place) for place in places)


def _stored_row(mapper: Mapper, recorded: RecordedEvent) -> tuple[Any, ...]:
    event: Event = recorded.event
    state = mapper.write(event, recorded.stream_id, recorded.version)
    return (
        recorded.stream_id, recorded.version, event.topic, state, recorded.occurred_on,
        recorded.recorded_at, recorded.staff_id, recorded.agency_code, recorded.command_id,
    )  # fmt: skip


class _Loader:
    """Writes facts to the log by COPY, with the bytes that the store itself would write."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._mapper = Mapper(ours.taizhang.keys)
        self._streams: dict[int, UUID] = {}
        self._versions: dict[UUID, int] = defaultdict(int)
        self.events = 0

    def copy(
        self,
        connection: Connection[Any],
        places: Iterable[Place],
        kept: list[tuple[UUID, Aggregate]] | None,
    ) -> None:
        states: dict[UUID, EmployerLedger] = defaultdict(EmployerLedger)
        with connection.cursor() as cursor, cursor.copy(_COPY.encode()) as rows:
            rows.set_types(_TYPES)
            for place in places:
                recorded = self.record(place)
                rows.write_row(_stored_row(self._mapper, recorded))
                if kept is not None:
                    states[recorded.stream_id].apply(recorded)
        if kept is not None:
            kept += states.items()

    def record(self, place: Place) -> RecordedEvent:
        number, agency_code, fact = place
        if number not in self._streams:
            self._streams[number] = self._ours.stream(number)
        stream_id = self._streams[number]
        self._versions[stream_id] += 1
        version = self._versions[stream_id]
        self.events += 1
        return RecordedEvent(
            fact.event, stream_id, version, 0, fact.day, at_ten(fact.day), fact.staff_id,
            agency_code, uuid5(stream_id, str(version)),
        )  # fmt: skip


def at_ten(day: date) -> datetime:
    """Return ten o'clock of a day: everything is entered on the day itself."""
    return datetime.combine(day, time(10), tzinfo=SHANGHAI)
