"""Replaying one long record for an auditor: the history with all it tells, and the page made of it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from ...domain.organisation.powers import Actor
from ...projections.history.model import History
from ...projections.history.render_html import render_html
from . import ours
from .clients import Crew, Job, Work, kept
from .measuring import Results, Setting, in_turns
from .replay import raw_rows
from .server import connect, database
from .staffing import CITY
from .workload import ledger

NAME = "history"
HISTORY, PAGE, RAW = "history", "page", "raw rows"


class _Desk:
    """The open package, and the history once it is made."""

    def __init__(self, url: str, key: str) -> None:
        self.ours = ours.Ours(url, key)
        self.made: History | None = None

    def make(self, stream: UUID) -> History:
        """Read the events and replay them."""
        histories = self.ours.taizhang.queries().histories
        self.made = histories.history(stream, by=Actor.system(CITY))
        return self.made

    def close(self) -> None:
        """Close the package."""
        self.ours.close()


def _history(url: str, key: str) -> Work:
    desk = kept("desk", url, lambda: _Desk(url, key))
    stream = desk.ours.stream(0)
    return lambda: len(desk.make(stream).events)


def _page(url: str, key: str) -> Work:
    desk = kept("desk", url, lambda: _Desk(url, key))
    made = desk.made or desk.make(desk.ours.stream(0))
    return lambda: len(render_html(made))


def _raw(url: str, key: str) -> Work:
    return raw_rows(url, key, range(1))


def measure(setting: Setting, results: Results) -> None:
    """Measure both steps for one employer's ledger, and reading its rows alone as the limit."""
    length = setting.size(5_002, 64)
    setting.say(f"history of {length:,} events")
    with database(setting.url) as url, Crew(1) as crew:
        opened = ours.Ours(url, setting.key)
        ours.found(opened)
        with connect(url, "ours") as connection:
            ours.load_ledgers(opened, connection, [(0, ledger(0, length))])
        opened.close()

        def turn(job: Job) -> float:
            return crew.run(job, [(url, setting.key)]).seconds

        steps: dict[str, Job] = {HISTORY: _history, PAGE: _page, RAW: _raw}
        taken = in_turns(
            setting.rounds, [(name, partial(turn, job)) for name, job in steps.items()]
        )
    case = f"a record of {length:,} events"
    results.take(NAME, case, "s", taken)
    results.notes.append(
        f"history: one employer's ledger of {length:,} events. `history` replays it with what each event changed, "
        "the duties it raised and met, and who entered it; `page` writes the HTML document; `raw rows` reads the "
        "same rows and makes nothing of them."
    )
