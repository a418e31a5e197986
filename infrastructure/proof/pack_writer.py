"""Writing the files of an audit pack into a folder or a zip file, whole or not at all."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from ...domain.errors import InvalidInput

_LINES_AT_ONCE = 100


class PackWriter:
    """Takes files one after the other and keeps their digests."""

    def __init__(self, folder: Path) -> None:
        """Write into an empty folder."""
        self._folder = folder
        self.digests: dict[str, str] = {}

    def lines(self, name: str, objects: Iterable[Any]) -> None:
        """Write a file of JSON lines."""
        dumps = orjson.dumps
        self.written(name, (dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in objects))

    def written(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a file of lines that are JSON already."""
        total = sha256()
        with (self._folder / name).open("wb") as file:
            for some in _batched(lines, _LINES_AT_ONCE):
                total.update(some)
                file.write(some)
        self.digests[name] = total.hexdigest()

    def file(self, name: str, content: bytes) -> None:
        """Write a file."""
        (self._folder / name).write_bytes(content)
        self.digests[name] = sha256(content).hexdigest()


@contextmanager
def pack_writer(out: Path) -> Iterator[PackWriter]:
    """Write a pack to `out`: a zip file where it ends with .zip, else a folder. Raises InvalidInput.

    What is there already is not written over. An error leaves nothing behind.
    """
    if out.exists():
        raise InvalidInput(f"{out} exists already: name another, or take it away", field="out")
    work = out.with_name(f".{out.name}.{uuid4().hex}")
    try:
        folder = work / "pack"
        folder.mkdir(parents=True)
        yield PackWriter(folder)
        if out.suffix == ".zip":
            packed = work / "zip"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(folder.iterdir()):
                    archive.write(file, file.name)
            packed.rename(out)
        else:
            folder.rename(out)
    except OSError as error:
        raise InvalidInput(f"cannot write {out}: {error}", field="out") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _batched(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield so many lines at once."""
    coming = iter(lines)
    while some := list(islice(coming, size)):
        yield b"".join(some)
