"""The PostgreSQL that all peers share: one server, a database for each measurement, durable commits."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import cpu_count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ...infrastructure.embedded import EmbeddedPostgres

_SHOWN = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


class NotDurable(Exception):
    """The server may lose a commit that it has acknowledged: figures would mean nothing."""


@contextmanager
def server(url: str | None, folder: Path) -> Iterator[str]:
    """Give the address of a server: the one named, or an embedded one with its data in `folder`."""
    if url is not None:
        yield url
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Not below the temporary folder of the system: it may be in memory, where durability costs nothing.
    data = Path(tempfile.mkdtemp(prefix="bench-", dir=folder))
    data.chmod(0o755)
    try:
        with EmbeddedPostgres(data) as embedded:
            yield embedded.url
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Give the address of an empty database of our own, dropped afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute("CHECKPOINT")


def connect(url: str, schema: str) -> Connection[Any]:
    """Open a connection in autocommit that gives tuples and sees one schema, made if need be."""
    connection: Connection[Any] = psycopg.connect(url, autocommit=True, row_factory=tuple_row)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    connection.execute("SET timezone TO 'Asia/Shanghai'")
    return connection


def machine(url: str) -> dict[str, str]:
    """Return on what is measured. Raises NotDurable unless acknowledged commits are safe on disk."""
    with psycopg.connect(url) as connection:
        settings = {
            name: str(connection.execute(f"SHOW {name}".encode()).fetchone()[0])  # type: ignore[index]
            for name in _SHOWN
        }
    if settings["fsync"] != "on" or settings["synchronous_commit"] not in ("on", "remote_apply"):
        raise NotDurable(f"fsync and synchronous_commit must be on: {settings}")
    return {
        "cores": str(cpu_count()),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        **{
            f"postgresql {name}".replace(" server_version", ""): held
            for name, held in settings.items()
        },
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
