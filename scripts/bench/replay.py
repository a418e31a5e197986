"""Reading many ledgers back from their events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...domain.employer.ledger import EmployerLedger
from . import ours, stock
from .clients import Work, kept, leave
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .stock_ledger import EmployerLedger as StockLedger
from .workload import credit_code, ledger

NAME = "replay"
LENGTH = 100
ONE, TWO, STOCK, STOCK_TWO, TEXT, RAW = (
    "ours, 1 process",
    "ours, 2 processes",
    "stock, 1 process",
    "stock, 2 processes",
    "stock with text only, 1 process",
    "raw rows, 1 process",
)
_RAW = (
    "SELECT originator_id, originator_version, topic, state, notification_id, occurred_on, recorded_at, "
    "staff_id, agency_code, command_id FROM stored_events WHERE originator_id = ANY(%s) "
    "ORDER BY originator_id, originator_version"
)


def _ours(url: str, key: str, employers: range) -> Work:
    opened = kept("ours", url, lambda: ours.Ours(url, key))
    streams = [opened.stream(number) for number in employers]

    def work() -> int:
        replayed = opened.taizhang.events.replay_many(EmployerLedger, streams)
        return sum(aggregate.version for _, aggregate in replayed)

    return work


def _stock(url: str, kind: type[stock.Ledgers], employers: range) -> Work:
    app = kept(kind.name, url, lambda: kind(stock.environment(url)))
    ids = [StockLedger.create_id(credit_code(number)) for number in employers]
    get = app.repository.get

    def work() -> int:
        for aggregate_id in ids:
            get(aggregate_id)
        return len(ids) * LENGTH

    return work


def raw_rows(url: str, key: str, employers: range) -> Work:
    """Prepare reading the same rows with nothing made of them: the limit."""
    opened = ours.Ours(url, key)
    streams = [opened.stream(number) for number in employers]
    opened.close()
    connection = kept("raw", url, lambda: connect(url, "ours"))

    def work() -> int:
        count = 0
        with connection.cursor(binary=True) as cursor:
            for start in range(0, len(streams), 20):
                some = streams[start : start + 20]
                count += len(cursor.execute(_RAW, (some,), prepare=True).fetchall())
        return count

    return work


def measure(setting: Setting, results: Results) -> None:
    """Measure ours and the library's repository, each with one process and with two."""
    results.notes.append(
        f"replay: ledgers of {LENGTH} events from their events alone, ours twenty to a round trip (`replay_many`), "
        "the library's one by one, which is what it has; events a second. "
        "Both targets are against the library's `repository.get` in one process, with ids and days in its events "
        "by their types, as ours holds them; `text only` is the least that it can have to do."
    )
    count, fewer = setting.size(300, 4), setting.size(60, 2)
    setting.say(f"replay of {count} ledgers")
    with database(setting.url) as url:
        opened = ours.Ours(url, setting.key)
        ours.found(opened)
        with connect(url, "ours") as connection:
            ours.load_ledgers(opened, connection, ((n, ledger(n, LENGTH)) for n in range(count)))
            connection.execute("TRUNCATE stream_states")
        opened.close()
        for kind in (stock.Ledgers, stock.TextLedgers):
            app = stock.create(url, kind)
            with connect(url, "stock") as connection:
                stock.load_ledgers(app, connection, ((n, ledger(n, LENGTH)) for n in range(fewer)))
            app.close()

        def turn(job: Callable[..., Work], processes: int, total: int, *share: Any) -> float:
            part = total // processes
            ranges = [range(place * part, (place + 1) * part) for place in range(processes)]
            return setting.crew.run(job, [(url, *share, part) for part in ranges]).rate

        taken = in_turns(
            setting.rounds,
            [
                (ONE, partial(turn, _ours, 1, count, setting.key)),
                (STOCK, partial(turn, _stock, 1, fewer, stock.Ledgers)),
                (TWO, partial(turn, _ours, 2, count, setting.key)),
                (STOCK_TWO, partial(turn, _stock, 2, fewer, stock.Ledgers)),
                (TEXT, partial(turn, _stock, 1, fewer, stock.TextLedgers)),
                (RAW, partial(turn, raw_rows, 1, count, setting.key)),
            ],
        )
        setting.crew.run(leave, [(url,)] * 2)
    case = f"ledgers of {LENGTH} events"
    results.take(NAME, case, "events/s", taken)
    results.compare(NAME, case, ONE, STOCK, 5.0)
    results.compare(NAME, case, TWO, STOCK, 12.0)
    results.compare(NAME, case, TWO, STOCK_TWO)
    results.compare(NAME, case, ONE, TEXT)
    results.compare(NAME, case, ONE, RAW)
