"""What tests of subscriptions share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from taizhang import Actor
from taizhang.domain.events import RecordedEvent
from taizhang.infrastructure.projecting import following

if TYPE_CHECKING:
    from ..conftest import World

OPERATOR = Actor(staff_id="administrator", agency_code="110000")
OPENED = "employer_ledger.opened"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "WAIT", 0.2)


@contextmanager
def running(work: Callable[[threading.Event], object]) -> Iterator[threading.Thread]:
    """Run `work(stop)` beside the test; stop it, and raise what it raised, at the end."""
    stop, raised = threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            work(stop)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        if raised:
            raise raised[0]


def log_of(world: World, after: int = 0) -> list[int]:
    rows = world.sql(
        "SELECT notification_id FROM stored_events WHERE notification_id > %s ORDER BY 1", after
    )
    return [position for (position,) in rows]


def position_of(world: World, name: str = "ours") -> int:
    return int(world.sql("SELECT position FROM subscriptions WHERE name = %s", name)[0][0])


def failing_at(position: int, seen: list[int]) -> Callable[[RecordedEvent], None]:
    def handle(event: RecordedEvent) -> None:
        if event.position == position:
            raise RuntimeError("the screen is broken")
        seen.append(event.position)

    return handle
