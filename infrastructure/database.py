"""One way to the database: a pool of connections, migrations, and errors in our own words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from ..domain.errors import InvalidInput, TaizhangError, Unavailable

T = TypeVar("T")

MIGRATION_LOCK = 7_153_201_8

# After a failover an old address may still answer, as a server that can only be read.
_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    PoolTimeout,
)


class MigrationChanged(TaizhangError):
    """A migration that was applied has other contents now: the database and the code do not match."""

    code = "migration_changed"


class Database(PostgresDatastore):
    """The library's datastore with our pool: any libpq address, one schema, autocommit.

    Not fork-safe: open it after forking.
    """

    def __init__(
        self,
        url: str,
        schema: str = "taizhang",
        *,
        pool_size: int = 8,
        retry_seconds: float = 30.0,
    ) -> None:
        """Prepare the pool; the first use opens it."""
        try:
            parts = conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # its text could hold the password
            raise InvalidInput(
                "is no address of a PostgreSQL database, as postgresql://user@host:5432/name",
                field="TAIZHANG_DATABASE_URL",
            ) from None
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "")),
            user=str(parts.get("user", "")),
            password=str(parts.get("password", "")),
            schema=schema,
        )
        self._retry_seconds = retry_seconds
        self._thread = threading.local()
        self._closed = False
        self.conninfo = make_conninfo(url, application_name="taizhang")
        # The library's pool knows only host, user and password: ours takes the whole address.
        self.pool = ConnectionPool(
            self.conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=self._configure,
            timeout=5.0,
        )

    def _configure(self, connection: Connection[Any]) -> None:
        connection.execute(
            sql.SQL("SET search_path TO {}; SET timezone TO 'Asia/Shanghai'").format(
                sql.Identifier(self.schema)
            ),
            prepare=False,
        )

    def connect(self) -> Connection[Any]:
        """Open a connection of the caller's own (for LISTEN, locks and long reads), in autocommit."""
        try:
            connection = psycopg.connect(self.conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database does not answer: {error}") from error
        self._configure(connection)
        # Long work goes on while tables grow: a plan made while one was empty must not be kept, it would
        # go through the whole of it each time.
        connection.execute("SET plan_cache_mode TO force_custom_plan")
        # A transaction of the projector is open while it folds the next page.
        connection.execute("SET idle_in_transaction_session_timeout TO 0")
        return connection

    @contextmanager
    def use(self) -> Iterator[Connection[Any]]:
        """Lend a connection of the pool. Raises Unavailable when the database does not answer."""
        pinned: Connection[Any] | None = getattr(self._thread, "pinned", None)
        try:
            if pinned is not None:
                yield pinned
                return
            self.pool.open()
            with self.pool.connection() as connection:
                yield connection
        except _AWAY as error:
            self._thread.pinned = None  # it broke: another is taken from the pool
            if self._closed:
                raise Unavailable("the service was closed") from error
            raise Unavailable(f"the database does not answer: {error}") from error

    @property
    def is_pinned(self) -> bool:
        """Say whether this thread has a pinned connection, which has not broken since."""
        return getattr(self._thread, "pinned", None) is not None

    @contextmanager
    def pinned(self) -> Iterator[Connection[Any]]:
        """Lend a connection that `use` also gives this thread meanwhile, until it breaks."""
        before: Connection[Any] | None = getattr(self._thread, "pinned", None)
        with self.use() as connection:
            self._thread.pinned = connection
            try:
                yield connection
            finally:
                if self._thread.pinned is not None:
                    self._thread.pinned = before

    def close(self) -> None:
        """Give all connections back for good."""
        self._closed = True
        super().close()

    def patiently(self, work: Callable[[Connection[Any]], T]) -> T:
        """Do `work` on a connection of the pool, again and again while the database is away.

        Raises Unavailable when it stays away for as long as the settings allow.
        """
        give_up_at = time.monotonic() + self._retry_seconds
        wait = 0.05
        while True:
            try:
                with self.use() as connection:
                    return work(connection)
            except Unavailable:
                if self._closed or time.monotonic() + wait > give_up_at:
                    raise
                time.sleep(wait)
                wait = min(wait * 2, 1.0)

    def migrate(self) -> list[str]:
        """Bring the schema up to date and return the names of the migrations applied now.

        Two start-ups at once wait for each other; what was applied once is never applied again.
        """
        applied = []
        with self.connect() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            connection.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self.schema))
            )
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, digest text NOT NULL, "
                "applied_at timestamptz NOT NULL DEFAULT now())"
            )
            known = dict(connection.execute("SELECT name, digest FROM migrations").fetchall())
            ours = migrations()
            if foreign := sorted(known.keys() - {name for name, _ in ours}):
                raise MigrationChanged(
                    f"{', '.join(foreign)}: applied by a newer version of taizhang: use that one"
                )
            for name, text in ours:
                digest = sha256(text.encode()).hexdigest()
                if name in known:
                    if known[name] != digest:
                        raise MigrationChanged(f"{name} is not what was applied to this database")
                    continue
                connection.execute(text.encode())
                connection.execute(
                    "INSERT INTO migrations (name, digest) VALUES (%s, %s)", (name, digest)
                )
                applied.append(name)
        return applied


def migrations() -> list[tuple[str, str]]:
    """Return the migrations as (name, SQL text), in order."""
    files = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]
