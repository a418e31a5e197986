"""Whole commands a second: authorisation, rules, check against repeats, and the durable append."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from psycopg import Connection

from ...application.commands.base import Command
from ...domain.organisation.powers import Actor
from . import ours, plain, stock
from .clients import Work, kept, leave
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .workload import Fact, commands, ledger

NAME = "commands"
SIZES = (10, 100, 1000)
CLIENTS = (1, 4)
COLD, CACHED, STOCK, SNAPSHOTS, PLAIN = (
    "ours, cold",
    "ours, cached",
    "stock",
    "stock, text and snapshots",
    "plain table",
)
TARGETS: dict[tuple[int, int], list[tuple[str, str, float | None]]] = {
    (100, 1): [(COLD, STOCK, 3.5), (COLD, PLAIN, 0.6), (CACHED, PLAIN, 1.0)],
    (100, 4): [(COLD, STOCK, 4.5)],
    (1000, 1): [(COLD, STOCK, 15.0)],
}


class Share(NamedTuple):
    """How many ledgers a client has to itself, and how many vacancies it takes through each in a round."""

    ledgers: int
    lives: int


SHARES = {
    10: {COLD: Share(150, 1), STOCK: Share(60, 1), PLAIN: Share(150, 1)},
    100: {COLD: Share(150, 1), STOCK: Share(20, 1), PLAIN: Share(150, 1)},
    1000: {COLD: Share(25, 6), STOCK: Share(4, 1), PLAIN: Share(12, 12)},
}
"""So many that a turn takes about a second."""


class Peer(Protocol):
    """What carries out commands."""

    def execute(self, command: Command, actor: Actor, command_id: UUID, /) -> Any:
        """Carry out one."""


def _open(name: str, url: str, key: str) -> Any:
    if name in (COLD, CACHED):
        return ours.Ours(url, key, cached=name == CACHED)
    if name == PLAIN:
        return plain.Plain(url)
    kind = stock.Ledgers if name == STOCK else stock.SnapshottingLedgers
    return kind(stock.environment(url))


def _job(name: str, url: str, key: str, employers: range, lives: int, seed: int) -> Work:
    """Prepare a client's commands: each stage for all its ledgers, then the next, as work comes in."""
    peer: Peer = kept(name, url, lambda: _open(name, url, key))
    random = Random(seed)
    planned = []
    for _ in range(lives):
        stages = zip(*(commands(number, random) for number in employers), strict=True)
        planned += [step for stage in stages for step in stage]
    if isinstance(peer, ours.Ours):
        peer.warm_up(employers)

    def work() -> int:
        execute = peer.execute
        for command, actor, command_id in planned:
            execute(command, actor, command_id)
        return len(planned)

    return work


def measure(setting: Setting, results: Results) -> None:
    """Measure ledgers of each length with each number of clients."""
    results.notes.append(
        "commands: each ledger gets a vacancy's six commands (draft with screening, submit, pass, publish, "
        "withdraw, archive); after each turn it is put back to its length. `ours, cold` keeps nothing in "
        "the process and reads the kept state; `ours, cached` has the ledgers in the process. `stock` holds "
        "ids and days in its events by their types, as ours does; `stock, text and snapshots` holds them as text "
        "and takes a snapshot every 50 events: beyond the comparison aimed at, the best that its users can do."
    )
    for size in SIZES if not setting.quick else SIZES[1:2]:
        for clients in CLIENTS:
            setting.say(f"commands on ledgers of {size}, {clients} client(s)")
            with database(setting.url) as url:
                case = f"{size} events, {clients} client{'s' if clients > 1 else ''}"
                turns = _turns(setting, url, size, clients)
                taken = in_turns(setting.rounds, turns, rehearse=not setting.quick)
                setting.crew.run(leave, [(url,)] * clients)
            results.take(NAME, case, "commands/s", taken)
            for over, under, target in TARGETS.get((size, clients), []):
                results.compare(NAME, case, over, under, target)
            given = {(o, u) for o, u, _ in TARGETS.get((size, clients), [])}
            for over in (COLD, CACHED):
                for under in (STOCK, SNAPSHOTS, PLAIN):
                    if (over, under) not in given:
                        results.compare(NAME, case, over, under)


def _turns(
    setting: Setting, url: str, size: int, clients: int
) -> Iterable[tuple[str, Callable[[], float]]]:
    shares = {
        name: Share(setting.size(share.ledgers, 1), 1 if setting.quick else share.lives)
        for name, share in SHARES[size].items()
    }
    opened = ours.Ours(url, setting.key)
    ours_db, stock_db, plain_db = (connect(url, name) for name in ("ours", "stock", "plain"))
    app = stock.create(url)
    text_app = stock.create(url, stock.SnapshottingLedgers)
    plain.create(plain_db)
    ours.found(opened)

    def ledgers(name: str) -> Iterable[tuple[int, list[Fact]]]:
        return ((number, ledger(number, size)) for number in range(shares[name].ledgers * clients))

    ours.load_ledgers(opened, ours_db, ledgers(COLD))
    stock.load_ledgers(app, stock_db, ledgers(STOCK))
    stock.load_ledgers(text_app, stock_db, ledgers(STOCK))
    stock.take_snapshots(text_app, range(shares[STOCK].ledgers * clients))
    plain.load(plain_db, ledgers(PLAIN))
    heads = {
        "ours": _head(ours_db, "SELECT max(notification_id) FROM stored_events"),
        "stock": _head(stock_db, "SELECT max(notification_id) FROM stock.ledgers_events"),
        "text": _head(stock_db, "SELECT max(notification_id) FROM stock.text_ledgers_events"),
        "plain": _head(plain_db, "SELECT max(audit_id) FROM audit"),
    }
    opened.close()
    app.close()
    text_app.close()
    seeds = iter(range(1, 1_000_000))

    def turn(name: str, kind: str, put_back: Callable[[], None]) -> float:
        share = shares[kind]
        setting_of = [
            (name, url, setting.key,
             range(place * share.ledgers, (place + 1) * share.ledgers), share.lives, next(seeds))
            for place in range(clients)
        ]  # fmt: skip
        rate = setting.crew.run(_job, setting_of).rate
        put_back()
        return rate

    back_ours = partial(ours.put_back, ours_db, heads["ours"])
    back_stock = partial(stock.put_back, stock_db, stock.Ledgers.name, heads["stock"])
    back_text = partial(stock.put_back, stock_db, stock.TextLedgers.name, heads["text"])
    return [
        (COLD, partial(turn, COLD, COLD, back_ours)),
        (STOCK, partial(turn, STOCK, STOCK, back_stock)),
        (PLAIN, partial(turn, PLAIN, PLAIN, partial(plain.put_back, plain_db, heads["plain"]))),
        (CACHED, partial(turn, CACHED, COLD, back_ours)),
        (SNAPSHOTS, partial(turn, SNAPSHOTS, STOCK, back_text)),
    ]


def _head(connection: Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
