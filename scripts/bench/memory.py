"""How much memory a catch-up and a replay take at their peak, on a shorter and on a longer log."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path

from ...domain.employer.ledger import EmployerLedger
from . import catch_up, ours
from .clients import Crew, Work
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .workload import ledger

NAME = "memory"
LIMIT = 128.0
LEDGER = 100


def peak_growth(work: Work) -> int:
    """Do some work and return by how many KiB the resident memory of this process grew at its peak."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    before = _status("VmRSS")
    work()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _catch_up(url: str, key: str, events: int) -> Work:
    return partial(peak_growth, catch_up.job(url, key, events))


def _replay(url: str, key: str, ledgers: int) -> Work:
    opened = ours.Ours(url, key)
    streams = [opened.stream(number) for number in range(ledgers)]

    def work() -> int:
        for _ in opened.taizhang.events.replay_many(EmployerLedger, streams):
            pass
        return 0

    return partial(peak_growth, work)


def measure(setting: Setting, results: Results) -> None:
    """Measure each in a fresh process, the length of the log and four times that."""
    results.notes.append(
        "memory: growth of the resident memory of a fresh process at its peak, over what it has once the "
        "package is open; on a log, and on one four times as long."
    )
    rounds = min(setting.rounds, 3)
    for events in (setting.size(50_000, 200), setting.size(200_000, 800)):
        setting.say(f"memory of a catch-up of {events:,} events")
        with database(setting.url) as url:
            catch_up.load(setting, url, events)
            turn = partial(_fresh, _catch_up, url, setting.key, events)
            taken = in_turns(rounds, [("ours", turn)], rehearse=False)
        case = f"catch-up of {events:,} events"
        results.take(NAME, case, "MB", taken)
        results.bound(NAME, case, "ours", LIMIT)
    for ledgers in (setting.size(250, 2), setting.size(1_000, 8)):
        setting.say(f"memory of a replay of {ledgers:,} ledgers")
        with database(setting.url) as url:
            opened = ours.Ours(url, setting.key)
            with connect(url, "ours") as connection:
                ours.load_ledgers(
                    opened, connection, ((n, ledger(n, LEDGER)) for n in range(ledgers))
                )
            opened.close()
            turn = partial(_fresh, _replay, url, setting.key, ledgers)
            taken = in_turns(rounds, [("ours", turn)], rehearse=False)
        case = f"replay of {ledgers:,} ledgers of {LEDGER}"
        results.take(NAME, case, "MB", taken)
        results.bound(NAME, case, "ours", LIMIT)


def _fresh(job: object, url: str, key: str, amount: int) -> float:
    with Crew(1) as crew:
        return crew.run(job, [(url, key, amount)]).done / 1024  # type: ignore[arg-type]
