"""Client processes: started once, they wait for work, so that starting and preparing are not measured."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

Work = Callable[[], int]
"""Does something that is timed, and returns how often."""
Job = Callable[..., Work]
"""Prepares in the client, untimed, and returns the work."""


class Timed(NamedTuple):
    """What several clients did together: how much, and from the first one's start to the last one's end."""

    done: int
    seconds: float

    @property
    def rate(self) -> float:
        """How much a second."""
        return self.done / self.seconds


class Crew:
    """Some client processes."""

    def __init__(self, size: int) -> None:
        """Start the processes; each opens connections of its own when it first needs them."""
        context = multiprocessing.get_context("spawn")  # what is open here is not for children
        self._barriers = {count: context.Barrier(count) for count in range(1, size + 1)}
        self._lines: list[Connection[Any, Any]] = []
        self._processes = []
        for _ in range(size):
            near, far = context.Pipe()
            process = context.Process(target=_serve, args=(far, self._barriers), daemon=True)
            process.start()
            far.close()
            self._lines.append(near)
            self._processes.append(process)

    def run(self, job: Job, shares: Sequence[tuple[Any, ...]]) -> Timed:
        """Let one client a share prepare `job(*share)`, then all work at once."""
        for line, share in zip(self._lines, shares, strict=False):
            line.send((len(shares), job, share))
        answers = [line.recv() for line in self._lines[: len(shares)]]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        started = min(answer[1] for answer in answers)
        ended = max(answer[2] for answer in answers)
        return Timed(sum(answer[0] for answer in answers), ended - started)

    def __enter__(self) -> Self:
        """Return the crew at work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send the clients home."""
        for line in self._lines:
            line.send(None)
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.terminate()


def _serve(line: Connection[Any, Any], barriers: dict[int, Barrier]) -> None:
    while (task := line.recv()) is not None:
        count, job, share = task
        try:
            work = job(*share)
        except Exception as error:
            barriers[count].abort()
            line.send(RuntimeError(f"{type(error).__name__}: {error}"))
            continue
        try:
            barriers[count].wait(60)
            started = time.perf_counter()
            done = work()
            line.send((done, started, time.perf_counter()))
        except Exception as error:
            line.send(RuntimeError(f"{type(error).__name__}: {error}"))


_OPEN: dict[tuple[str, str], Any] = {}
T = TypeVar("T")


def kept(name: str, url: str, make: Callable[[], T]) -> T:
    """Return what this client has open under a name on a database, made when first asked for."""
    if (name, url) not in _OPEN:
        _OPEN[(name, url)] = make()
    held: T = _OPEN[(name, url)]
    return held


def leave(url: str) -> Work:
    """Close all that this client has open on a database."""
    for name, where in list(_OPEN):
        if where == url:
            _OPEN.pop((name, where)).close()
    return lambda: 0
