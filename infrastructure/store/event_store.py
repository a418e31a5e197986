"""The event store: the library's PostgreSQL recorder with our append, our columns and our kept states.

Reading (streams, notifications, subscriptions) is the library's; only what it cannot do is ours: an
append in one round trip and in commit order that also keeps the command and the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import NotSupportedError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Connection
from psycopg.rows import tuple_row
from pydantic import TypeAdapter, ValidationError

from ...application.ports import (
    Batch,
    CommandKnown,
    DirectoryMoved,
    Kept,
    KnownCommand,
    NewEvent,
    Refusal,
    Unwritable,
    VersionTaken,
)
from ...domain.aggregate import Aggregate
from ...domain.employer.vacancy import VacancyDrafted
from ...domain.errors import Conflict, InvalidInput
from ...domain.events import RecordedEvent
from ...domain.job_seeker.erasure import JobSeekerErased
from ...domain.privacy.erasure import erasure_stream
from ...projections.collector import collector_paused
from ..database import Database
from .keys import KeyRing
from .mapper import Mapper, SealedMapper

_APPEND = (
    b"SELECT append_events(%b::bigint, %b, %b, %b, %b, %b, %b, %b, %b, %b::bigint[], %b, %b, %b, %b, "
    b"%b, %b::bigint[], %b, %b, %b)"
)
_APPEND_RELYING = _APPEND.replace(b"append_events(", b"append_events_relying_on(%b, %b::bigint[], ")
_APPEND_ONE = (
    b"SELECT append_event(%b::bigint, %b, %b, %b, %b, %b, %b, %b, %b, %b::bigint, %b, %b, %b, "
    b"%b::bigint, %b, %b, %b)"
)
# A tombstone where there was no key, so that none is made afterwards.
_DESTROY = (
    "INSERT INTO personal_keys AS held (subject_id, wrapped, created_at, destroyed_at) "
    "SELECT subject_id, NULL, %(at)s, %(at)s FROM unnest(%(ids)s::uuid[]) AS erased (subject_id) "
    "ON CONFLICT (subject_id) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at "
    "WHERE held.wrapped IS NOT NULL"
)
_EVENT_COLUMNS = (
    "originator_id, originator_version, topic, state, notification_id, occurred_on, recorded_at, "
    "staff_id, agency_code, command_id"
)
_LOAD = """
    SELECT stream_id, version, kind, state, NULL::bigint, NULL::date, NULL::timestamptz, NULL, NULL, NULL::uuid
    FROM stream_states WHERE stream_id = %(stream)s
    UNION ALL
    SELECT originator_id, originator_version, topic, state, notification_id, occurred_on, recorded_at,
        staff_id, agency_code, command_id
    FROM stored_events WHERE originator_id = %(stream)s AND originator_version >
        coalesce((SELECT version FROM stream_states WHERE stream_id = %(stream)s), 0)
    ORDER BY 5 NULLS FIRST
"""
_HISTORY = (
    f"SELECT {_EVENT_COLUMNS} FROM stored_events "
    "WHERE originator_id = %s AND notification_id <= coalesce(%s, notification_id) ORDER BY originator_version"
)
# One stream after the other: sorting them all together would take the server half as long again.
_HISTORIES = (
    "SELECT event.* FROM unnest(%s::uuid[]) AS wanted (stream_id) CROSS JOIN LATERAL ("
    f"SELECT {_EVENT_COLUMNS} FROM stored_events "
    "WHERE originator_id = wanted.stream_id ORDER BY originator_version) AS event"
)
_AT = (
    f"SELECT {_EVENT_COLUMNS} FROM stored_events WHERE notification_id = ANY(%s) "
    "ORDER BY notification_id"
)
# Of merged ledgers the one that went on has the event in its stream of erasure, each its mark.
_ERASED = """
    SELECT wanted.person_id
    FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (person_id, erasure_id)
    WHERE EXISTS (SELECT FROM stored_events WHERE originator_id = wanted.erasure_id)
        OR EXISTS (SELECT FROM stored_events WHERE originator_id = wanted.person_id AND topic = %s)
"""
_CHANGED = """
    SELECT EXISTS (SELECT FROM stored_events WHERE notification_id > %s
        AND (originator_id = ANY(%s) OR split_part(topic, '@', 1) = ANY(%s)))
"""
_DIRECTORY = (
    f"SELECT {_EVENT_COLUMNS} FROM stored_events "
    "WHERE (topic LIKE 'agency.%%' OR topic LIKE 'staff_member.%%') AND notification_id > %s "
    "ORDER BY notification_id"
)


class PostgresEventStore(PostgresApplicationRecorder):
    """Appends and reads events; keeps commands, refusals and states."""

    def __init__(self, database: Database, mapper: Mapper, keys: KeyRing) -> None:
        """Stand on the tables that `Database.migrate` made."""
        super().__init__(database, events_table_name="stored_events")
        self._database = database
        self._mapper = mapper
        self._sealed = SealedMapper(keys)
        self._keys = keys

    def create_table(self) -> None:
        """Refuse: the tables come from our migrations, because making them at start-up races."""
        raise NotSupportedError("the tables are made by the migrations: Database.migrate()")

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Refuse: an event is appended with its command, by `append`."""
        raise NotSupportedError(
            "events are appended with their command: PostgresEventStore.append()"
        )

    # --- reading ------------------------------------------------------------------------------

    def load(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        """Return an aggregate from its kept state and the events after it, in one round trip."""
        rows = self._rows(_LOAD, {"stream": stream_id})
        if rows and rows[0][4] is None:
            aggregate = self._read_state(kind, rows[0])
            if aggregate is None:
                return self.replay(kind, stream_id)
            kept_version = aggregate.version
            rows = rows[1:]
        else:
            aggregate, kept_version = kind(), 0
        for recorded in self._mapper.read_all(rows):
            aggregate.apply(recorded)
        return Kept(aggregate, kept_version)

    def replay(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        """Return an aggregate from its events alone."""
        return Kept(kind.replay(self.history(stream_id)), 0)

    def replay_many(
        self, kind: type[Aggregate], stream_ids: Sequence[UUID], *, at_once: int = 20
    ) -> Iterator[tuple[UUID, Aggregate]]:
        """Yield aggregates from their events alone, `at_once` to a round trip; without those that have none."""
        for start in range(0, len(stream_ids), at_once):
            found: list[tuple[UUID, Aggregate]] = []
            # What is read makes no circles, but much for the collector to look through.
            with collector_paused():
                rows = self._rows(_HISTORIES, (list(stream_ids[start : start + at_once]),))
                aggregate = kind()
                for recorded in self._mapper.read_all(rows):
                    if recorded.version == 1:
                        aggregate = kind()
                        found.append((recorded.stream_id, aggregate))
                    aggregate.apply(recorded)
            yield from found

    def history(self, stream_id: UUID, *, up_to: int | None = None) -> Iterator[RecordedEvent]:
        """Yield the events of a stream in order, up to a log position."""
        yield from self._mapper.read_all(self._rows(_HISTORY, (stream_id, up_to)))

    def histories(self, stream_ids: Sequence[UUID], *, sealed: bool = False) -> list[RecordedEvent]:
        """Return the events of several streams, one stream after the other, in one round trip.

        Left `sealed`, what is personal in them stays as it is stored: nobody is going to see it.
        """
        mapper = self._sealed if sealed else self._mapper
        return list(mapper.read_all(self._rows(_HISTORIES, (list(stream_ids),))))

    def at(self, positions: Sequence[int]) -> Iterator[RecordedEvent]:
        """Yield the events at these log positions, in log order."""
        if positions:
            yield from self._mapper.read_all(self._rows(_AT, (list(positions),)))

    def personal_at(
        self, positions: Sequence[int], field: str, *, of: Iterable[UUID] = ()
    ) -> Iterator[tuple[int, str]]:
        """Yield one personal field of each of the events at these log positions, with the position.

        The events are of one kind, in its present shape. The keys of persons named by `of` are read at once.
        """
        if positions:
            self._keys.fetch(of)
            for row in self._rows(_AT, (list(positions),)):
                yield row[4], self._mapper.read_personal(row[0], row[1], row[2], row[3], field)

    def known_command(self, command_id: UUID) -> KnownCommand | None:
        """Return what is kept of an accepted command, None for one that is not known."""
        rows = self._rows(
            "SELECT digest, result, last_position FROM commands WHERE command_id = %s",
            (command_id,),
        )
        return KnownCommand(*rows[0]) if rows else None

    def directory_events(self, after: int) -> list[RecordedEvent]:
        """Return the events of agencies and staff after a log position, in log order."""
        return list(self._mapper.read_all(self._rows(_DIRECTORY, (after,))))

    def events_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """Return the events at these log positions, in log order."""
        statement = (
            f"SELECT {_EVENT_COLUMNS} FROM stored_events WHERE notification_id = ANY(%s::bigint[]) "
            "ORDER BY notification_id"
        )
        return list(self._mapper.read_all(self._rows(statement, (list(positions),))))

    def erased(self, person_ids: Sequence[UUID]) -> set[UUID]:
        """Return which of these persons were erased, as the log says."""
        parameters = (
            list(person_ids),
            [erasure_stream(person_id) for person_id in person_ids],
            JobSeekerErased.topic,
        )
        return {person_id for (person_id,) in self._rows(_ERASED, parameters)}

    def changed_since(
        self, position: int, streams: Iterable[UUID], event_names: Iterable[str]
    ) -> bool:
        """Say whether after a log position there is an event in one of these streams, or of these names."""
        ((changed,),) = self._rows(_CHANGED, (position, list(streams), list(event_names)))
        return bool(changed)

    def position_before(self, moment: datetime) -> int:
        """Return the log position of the last event recorded before a moment, 0 for none."""
        rows = self._rows(
            "SELECT coalesce(max(notification_id), 0) FROM stored_events WHERE recorded_at < %s",
            (moment,),
        )
        return int(rows[0][0])

    def head(self) -> int:
        """Return the log position of the last event, 0 for an empty log."""
        rows = self._rows("SELECT coalesce(max(notification_id), 0) FROM stored_events", ())
        return int(rows[0][0])

    def _rows(self, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
        def read(connection: Connection[Any]) -> list[tuple[Any, ...]]:
            with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
                return cursor.execute(statement.encode(), parameters, prepare=True).fetchall()

        return self._database.patiently(read)

    def _read_state(self, kind: type[Aggregate], row: tuple[Any, ...]) -> Aggregate | None:
        if row[2] != _kind_name(kind):
            return None
        try:
            aggregate: Aggregate = _state_adapter(kind).validate_json(row[3])
        except ValidationError:
            return None  # a state is only a help: what cannot be read is replayed
        return aggregate

    # --- writing ------------------------------------------------------------------------------

    def append(self, batch: Batch) -> int:
        """Append in one transaction and return the log position of the last event.

        While the database is away it is tried again; a commit whose acknowledgement was lost shows
        itself as CommandKnown. Raises VersionTaken, DirectoryMoved, CommandKnown or Unwritable with
        nothing written, and Unavailable when the database stays away. Persons are erased within `alone`
        only: Conflict where its connection broke, or there was none.
        """
        one = len(batch.events) == len(batch.commands) == 1 and len(batch.states) <= 1
        if batch.relied_on:
            relied_on = map(list, zip(*batch.relied_on, strict=True))
            statement, parameters = _APPEND_RELYING, (*relied_on, *self._many(batch))
        elif one:
            statement, parameters = _APPEND_ONE, self._one(batch)
        else:
            statement, parameters = _APPEND, self._many(batch)

        def call(connection: Connection[Any]) -> int:
            with connection.cursor(row_factory=tuple_row) as cursor:
                row = cursor.execute(statement, parameters, prepare=True).fetchone()
            assert row is not None
            return int(row[0])

        def call_and_erase(connection: Connection[Any]) -> int:
            if not self._database.is_pinned:
                raise Conflict("somebody else may have recorded something meanwhile: try once more")
            # One transaction: a person is erased exactly if the log says so.
            with connection.transaction():
                position = call(connection)
                connection.execute(_DESTROY, {"at": batch.recorded_at, "ids": list(batch.erased)})
            return position

        try:
            position = self._database.patiently(call_and_erase if batch.erased else call)
            self._keys.forget(batch.erased)
            return position
        except psycopg.errors.UniqueViolation as error:
            match error.diag.constraint_name:
                case "commands_pkey":
                    raise CommandKnown from error
                case "stored_events_vacancy_id":
                    raise _taken(batch, error.diag.message_detail or "") from error
            raise VersionTaken from error
        except psycopg.Error as error:
            if error.sqlstate == "TZ001":
                raise DirectoryMoved from error
            if error.sqlstate == "TZ003":
                raise VersionTaken from error
            raise

    def _one(self, batch: Batch) -> tuple[Any, ...]:
        (event,), (command,) = batch.events, batch.commands
        (payload,) = self._payloads(batch.events)
        state: tuple[Any, ...] = (None, None, None)
        if batch.states:
            state = state_row(*batch.states[0])[1:]
        return (
            batch.directory_version, batch.actor.staff_id, batch.actor.agency_code, batch.recorded_at,
            command.command_id, command.name, command.digest, command.result,
            event.stream_id, event.version, event.event.topic, payload, event.occurred_on,
            *state, batch.changes_directory,
        )  # fmt: skip

    def _many(self, batch: Batch) -> tuple[Any, ...]:
        events = batch.events
        states = [state_row(stream_id, aggregate) for stream_id, aggregate in batch.states]
        return (
            batch.directory_version,
            batch.actor.staff_id,
            batch.actor.agency_code,
            batch.recorded_at,
            [command.command_id for command in batch.commands],
            [command.name for command in batch.commands],
            [command.digest for command in batch.commands],
            [command.result for command in batch.commands],
            [event.stream_id for event in events],
            [event.version for event in events],
            [event.event.topic for event in events],
            self._payloads(events),
            [event.occurred_on for event in events],
            [event.command_id for event in events],
            *(map(list, zip(*states, strict=True)) if states else (None,) * 4),
            batch.changes_directory,
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of `append_events`, which appends on this thread's connection pass through."""
        with self._database.pinned() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(current_schema()), 1)")
            try:
                yield
            finally:
                with suppress(psycopg.Error):  # with a connection that broke the lock is gone too
                    connection.execute("SELECT pg_advisory_unlock(hashtext(current_schema()), 1)")

    def _payloads(self, events: Sequence[NewEvent]) -> list[bytes]:
        write = self._mapper.write
        payloads = []
        for event in events:
            try:
                payloads.append(write(event.event, event.stream_id, event.version))
            except InvalidInput as error:
                raise Unwritable(event.command_id, error) from error
        return payloads

    def record_refusals(self, refusals: Sequence[Refusal]) -> None:
        """Keep refused attempts."""
        rows = [
            (
                refusal.command_id,
                refusal.name,
                refusal.error,
                refusal.rule_id,
                refusal.refused_at,
                refusal.actor.staff_id,
                refusal.actor.agency_code,
            )
            for refusal in refusals
        ]

        def write(connection: Connection[Any]) -> None:
            connection.cursor().executemany(
                "INSERT INTO refusals (command_id, name, error, rule_id, refused_at, staff_id, agency_code) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                rows,
            )

        self._database.patiently(write)


def _taken(batch: Batch, detail: str) -> Unwritable:
    """Say which command drafts a vacancy under an id that was used before, as `detail` shows it."""
    drafts = {
        event.event.vacancy_id: event.command_id
        for event in batch.events
        if isinstance(event.event, VacancyDrafted)
    }
    vacancy_id = next(known for known in drafts if str(known).encode().hex() in detail)
    reason = InvalidInput(f"the id {vacancy_id} was used for another vacancy", field="vacancy_id")
    return Unwritable(drafts[vacancy_id], reason)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _state_adapter(kind: type[Aggregate]) -> TypeAdapter[Any]:
    name = _kind_name(kind)
    if name not in _ADAPTERS:
        _ADAPTERS[name] = TypeAdapter(kind)
    return _ADAPTERS[name]


def _kind_name(kind: type[Aggregate]) -> str:
    return f"{kind.kind}@{kind.shape}"


def state_row(stream_id: UUID, aggregate: Aggregate) -> tuple[UUID, int, str, bytes]:
    """Return the row of `stream_states` that keeps an aggregate's present state."""
    kind = type(aggregate)
    return stream_id, aggregate.version, _kind_name(kind), _state_adapter(kind).dump_json(aggregate)
