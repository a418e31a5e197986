"""Catching all read models up on a long log of both sides: vacancy work, and people on their way into work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from heapq import merge
from typing import Any
from uuid import UUID

from ...domain.events import RecordedEvent
from . import catch_up, ours, persons, stock, stock_people, stock_projection
from .clients import leave
from .measuring import Results, Setting, in_turns
from .persons import Office
from .server import connect, database
from .stock_ledger import EmployerLedger
from .workload import Place, log

NAME = "mixed catch-up"
OURS, STOCK = "ours", "stock"
EVENTS_A_LIFE = 13
"""About how many events a person's life has until today."""


def _people(events: int, held: list[Office]) -> list[RecordedEvent]:
    """Return so many events of persons, in order."""
    number = events // EVENTS_A_LIFE + 1
    while True:
        records = persons.in_order(persons.lives(number, held))
        if len(records) >= events:
            return records[:events]
        number += number // 10 + 1


def _load_ours(setting: Setting, url: str, events: int, held: list[Office]) -> None:
    opened = ours.Ours(url, setting.key)
    ours.found(opened, persons.founding(held))
    with connect(url, "ours") as connection:
        both = merge(
            ours.recorded_places(opened, log(events // 2)),
            _people(events - events // 2, held),
            key=lambda recorded: recorded.recorded_at,
        )
        ours.load_recorded(opened, connection, both)
    opened.close()


def _load_stock(url: str, events: int, held: list[Office]) -> None:
    app = stock.create(url)
    employers: dict[int, EmployerLedger] = {}
    people: dict[UUID, stock_people.PersonRecord] = {}

    def in_order() -> Iterator[Place | RecordedEvent]:
        return merge(
            log(events // 2),
            _people(events - events // 2, held),
            key=lambda one: one.fact.day if isinstance(one, Place) else one.occurred_on,
        )

    with connect(url, "stock") as connection:
        stock.load_records(
            app,
            connection,
            (
                stock.record(app, employers, one)
                if isinstance(one, Place)
                else stock_people.record(app, people, one)
                for one in in_order()
            ),
        )
    app.close()
    stock_projection.create_tables(url)


def measure(setting: Setting, results: Results) -> None:
    """Measure ours on the whole log, the library's runner on a sample of the like."""
    events, sample = setting.size(1_000_000, 500), setting.size(1_500, 100)
    held = persons.offices(17, 4)
    setting.say(f"loading a log of {events:,} events of both sides")
    with database(setting.url) as url:
        _load_ours(setting, url, events, held)
        _load_stock(url, sample, held)
        setting.say("catching up")

        def runner() -> float:
            stock_projection.reset(url)
            return stock_projection.run(url, sample, timeout=120)

        def turn(*share: Any) -> float:
            time.sleep(0.1)
            return setting.crew.run(catch_up.job, [(url, *share)]).rate

        taken = in_turns(
            # A turn of ours is long enough to be its own rehearsal, and to need fewer of them.
            min(setting.rounds, 3),
            [(OURS, partial(turn, setting.key, events)), (STOCK, runner)],
            rehearse=False,
        )
        setting.crew.run(leave, [(url,)])
    case = f"{events:,} events"
    results.take(NAME, case, "events/s", taken)
    results.compare(NAME, case, OURS, STOCK, 20.0)
    results.notes.append(
        f"mixed catch-up: {events:,} events, half of vacancy work and half of people (ledgers with encrypted "
        "fields, three of five with an assistance case), through all read models from empty tables. The library's "
        f"runner folds a log of {sample:,} events of the same kinds into the same tables; its events are not encrypted."
    )
