"""The kept positions of subscriptions: how they move, stand still, and are helped on by an operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from ...application.ports import Clock
from ...domain.errors import InvalidInput, NotFound
from ...domain.organisation.powers import Actor
from ..database import Database
from ..projecting.following import CHANNEL

LONGEST_WAIT = 300.0
"""Seconds after which a failing event is tried again at the latest."""

# Two numbers make the key of the lock: one for all subscriptions of a schema, one for the name.
_LOCK_KEY = "hashtext(current_schema() || '.subscriptions'), hashtext(%s)"
_STATUS = """
    SELECT s.*, h.head, greatest(h.head - s.position, 0) AS lag_events,
        coalesce(extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM stored_events
            WHERE notification_id > s.position ORDER BY notification_id LIMIT 1)), 0)::float AS lag_seconds,
        EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid = (hashtext(current_schema() || '.subscriptions')::bigint & 4294967295)::oid
            AND objid = (hashtext(s.name)::bigint & 4294967295)::oid) AS has_consumer,
        (SELECT count(*) FROM subscription_skips k WHERE k.name = s.name) AS skipped
    FROM subscriptions s,
        (SELECT coalesce(max(notification_id), 0) AS head FROM stored_events) h
    ORDER BY s.name
"""


class Overtaken(Exception):
    """The position is no longer where this consumer left it: an operator skipped the event."""


class Standing(NamedTuple):
    """Where a subscription stands. `wait` are the seconds until a failed event is tried again."""

    position: int
    wait: float


class SubscriptionStatus(NamedTuple):
    """How a subscription stands, for operators.

    `lag_events` counts positions of the log after its own, also those of no matter to it; `lag_seconds`
    is the age of the first of them. `failed_position` is the event that its subscriber could not handle
    `attempts` times, for the last time with `error`; it is tried again at `retry_at`.
    """

    name: str
    types: tuple[str, ...] | None
    position: int
    head: int
    lag_events: int
    lag_seconds: float
    has_consumer: bool
    in_clear: str | None
    failed_position: int | None
    failed_topic: str | None
    error: str | None
    attempts: int
    failed_at: datetime | None
    retry_at: datetime | None
    skipped: int


class Skip(NamedTuple):
    """An event that an operator let a subscription pass over, and why."""

    name: str
    position: int
    topic: str
    error: str
    attempts: int
    reason: str
    skipped_at: datetime
    staff_id: str
    agency_code: str


class SubscriptionRow:
    """The row of one subscription, as seen by its consumer's connection."""

    def __init__(self, connection: Connection[Any], name: str) -> None:
        """Work on the row called `name`; `begin` makes it."""
        self._connection = connection
        self._name = name

    def begin(self, from_position: int, types: Sequence[str] | None) -> None:
        """Make the row where there is none. Raises InvalidInput where it was made for other types."""
        wanted = sorted(types) if types is not None else None
        self._connection.execute(
            "INSERT INTO subscriptions (name, types, position) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (self._name, wanted, from_position),
        )
        (kept,) = self._one("SELECT types FROM subscriptions WHERE name = %s")
        if kept != wanted:
            raise InvalidInput(
                f"the subscription {self._name!r} was begun for "
                f"{', '.join(kept) if kept is not None else 'all events'}: with other types it would "
                "miss what is past: take another name, or drop it first",
                field="types",
            )

    def reads(self, in_clear: str | None) -> None:
        """Keep whether, and why, personal fields are read in clear."""
        self._connection.execute(
            "UPDATE subscriptions SET in_clear = %(why)s "
            "WHERE name = %(name)s AND in_clear IS DISTINCT FROM %(why)s",
            {"why": in_clear, "name": self._name},
        )

    def try_lock(self) -> bool:
        """Become the one consumer, where nobody is; the lock goes with the connection."""
        (mine,) = self._one(f"SELECT pg_try_advisory_lock({_LOCK_KEY})")
        return bool(mine)

    def standing(self) -> Standing:
        """Return where the subscription stands. Raises NotFound once it was dropped."""
        return Standing(
            *self._one(
                "SELECT position, coalesce(extract(epoch FROM retry_at - clock_timestamp()), 0)::float "
                "FROM subscriptions WHERE name = %s"
            )
        )

    def move(self, was: int, position: int) -> None:
        """Acknowledge what lies between two positions. Raises Overtaken."""
        moved = self._connection.execute(
            "UPDATE subscriptions SET position = %s, moved_at = clock_timestamp(), failed_position = NULL, "
            "failed_topic = NULL, error = NULL, attempts = 0, failed_at = NULL, retry_at = NULL "
            "WHERE name = %s AND position = %s",
            (position, self._name, was),
        )
        if not moved.rowcount:
            raise Overtaken

    def fail(self, was: int, position: int, topic: str, error: str, first_wait: float) -> None:
        """Keep an event's error; the next try waits twice as long as the one before."""
        self._connection.execute(
            "UPDATE subscriptions SET failed_position = %(at)s, failed_topic = %(topic)s, "
            "error = %(error)s, failed_at = clock_timestamp(), "
            "attempts = CASE WHEN failed_position = %(at)s THEN attempts + 1 ELSE 1 END, "
            "retry_at = clock_timestamp() + make_interval(secs => least(%(longest)s, %(first)s * "
            "2 ^ CASE WHEN failed_position = %(at)s THEN least(attempts, 30) ELSE 0 END)) "
            "WHERE name = %(name)s AND position = %(was)s AND position < %(at)s",
            {
                "at": position,
                "topic": topic,
                "error": error.replace("\0", "\ufffd"),
                "first": first_wait,
                "longest": LONGEST_WAIT,
                "name": self._name,
                "was": was,
            },
        )

    def _one(self, statement: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._connection.execute(
            statement.encode(), (self._name,)
        ).fetchone()
        if row is None:
            raise NotFound(f"the subscription {self._name!r} was dropped")
        return row


class Subscriptions:
    """The subscriptions of the service, as an operator looks after them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Stand on the database."""
        self._database = database
        self._clock = clock

    def status(self) -> list[SubscriptionStatus]:
        """Say how each subscription stands."""
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_STATUS).fetchall()
        return [
            SubscriptionStatus(
                **{field: row[field] for field in SubscriptionStatus._fields if field != "types"},
                types=None if row["types"] is None else tuple(row["types"]),
            )
            for row in rows
        ]

    def retry(self, name: str) -> None:
        """Have a failed event tried again now. Raises NotFound, InvalidInput where nothing failed."""
        with self._database.use() as connection:
            self._require_failed(connection, name)
            connection.execute(
                "UPDATE subscriptions SET retry_at = clock_timestamp() "
                "WHERE name = %s AND failed_position IS NOT NULL",
                (name,),
            )
            connection.execute("SELECT pg_notify(%s, current_schema())", (CHANNEL,))

    def skip(self, name: str, position: int, *, by: Actor, reason: str) -> None:
        """Let a subscription pass over the event that it failed at; who did it, and why, is kept.

        Raises NotFound, and InvalidInput for any event but the one it stands still at.
        """
        if not reason.strip():
            raise InvalidInput("say why the event may be passed over", field="reason")
        with self._database.use() as connection, connection.transaction():
            failed = self._require_failed(connection, name, lock=True)
            if failed["failed_position"] != position:
                raise InvalidInput(
                    f"it stands still at position {failed['failed_position']}, not at {position}",
                    field="position",
                )
            connection.execute(
                "INSERT INTO subscription_skips (name, position, topic, error, attempts, reason, "
                "skipped_at, staff_id, agency_code) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    name, position, failed["failed_topic"], failed["error"], failed["attempts"],
                    reason, self._clock(), by.staff_id, by.agency_code,
                ),
            )  # fmt: skip
            SubscriptionRow(connection, name).move(failed["position"], position)
            connection.execute("SELECT pg_notify(%s, current_schema())", (CHANNEL,))

    def skips(self, name: str | None = None) -> list[Skip]:
        """Return what operators let subscriptions pass over, the latest first."""
        with (
            self._database.use() as connection,
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            rows = cursor.execute(
                "SELECT name, position, topic, error, attempts, reason, skipped_at, staff_id, agency_code "
                "FROM subscription_skips WHERE name = coalesce(%s, name) ORDER BY skip_id DESC",
                (name,),
            ).fetchall()
        return [Skip(*row) for row in rows]

    def drop(self, name: str) -> None:
        """Forget a subscription and its position. Raises NotFound, InvalidInput while it is consumed."""
        with self._database.use() as connection, connection.transaction():
            free = connection.execute(
                f"SELECT pg_try_advisory_xact_lock({_LOCK_KEY}) AS free", (name,)
            ).fetchone()
            if free is None or not free["free"]:
                raise InvalidInput(f"{name!r} is being consumed: stop its consumer first")
            done = connection.execute("DELETE FROM subscriptions WHERE name = %s", (name,))
            if not done.rowcount:
                raise _unknown(name)

    def _require_failed(
        self, connection: Connection[Any], name: str, *, lock: bool = False
    ) -> dict[str, Any]:
        row: dict[str, Any] | None
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "SELECT * FROM subscriptions WHERE name = %s" + (" FOR UPDATE" if lock else ""),
                (name,),
            ).fetchone()
        if row is None:
            raise _unknown(name)
        if row["failed_position"] is None:
            raise InvalidInput(f"{name!r} does not stand still: nothing failed", field="name")
        return row


def _unknown(name: str) -> NotFound:
    return NotFound(f"no subscription is called {name!r}", field="name")
