"""Appending alone: one event a call, durable, in the order in which readers see the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from ...application.ports import AcceptedCommand, Batch, NewEvent
from ...application.service import EVENTS_PER_STATE
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.vacancy import VacancyPassed
from ...domain.events import RecordedEvent
from . import ours, stock
from .clients import Work, kept, leave
from .measuring import Results, Setting, in_turns
from .server import connect, database
from .staffing import AGENCY, NOW, TODAY, reviewer
from .stock_ledger import EmployerLedger as StockLedger
from .workload import ledger

NAME = "append"
CLIENTS = (1, 4)
WHOLE, ALONE, STOCK, UNORDERED = "ours", "ours, event alone", "stock", "unordered insert"
_INSERT = "INSERT INTO unordered (id, version, topic, state) VALUES (%b, %b, %b, %b)"


def _ours(url: str, key: str, count: int, *, whole: bool) -> Work:
    """Prepare appends of an event; `whole` with its command and, each fourth, the state, as `execute` does."""
    opened = kept("ours", url, lambda: ours.Ours(url, key))
    held, stream_id = EmployerLedger(), uuid4()
    for version, fact in enumerate(ledger(1, 100), 1):
        held.apply(
            RecordedEvent(
                fact.event, stream_id, version, 0, fact.day, NOW, fact.staff_id, AGENCY, UUID(int=0)
            )
        )
    batches = []
    for version in range(1, count + 1):
        command_id = uuid4()
        event = VacancyPassed(vacancy_id=uuid4(), overruled=None)
        accepted = AcceptedCommand(
            command_id, "pass_vacancy", sha256(command_id.bytes).digest(), b"{}" * 60
        )
        batches.append(
            Batch(
                reviewer(),
                NOW,
                opened.taizhang.service.directory.version,
                [accepted] if whole else [],
                [NewEvent(event, stream_id, version, TODAY, command_id)],
                [(stream_id, held)] if whole and version % EVENTS_PER_STATE == 0 else [],
            )
        )
    append = opened.taizhang.events.append

    def work() -> int:
        for batch in batches:
            append(batch)
        return count

    return work


def _stock(url: str, count: int) -> Work:
    """Prepare puts of an event through the library's event store."""
    app = kept("stock", url, lambda: stock.Ledgers(stock.environment(url)))
    meta: dict[str, Any] = {
        "day": TODAY,
        "staff_id": reviewer().staff_id,
        "agency_code": AGENCY,
        "command_id": uuid4(),
    }
    held = StockLedger(credit_code=uuid4().hex, name="", basics={}, channel="front_desk", **meta)
    for _ in range(count):
        vacancy_id = uuid4()
        held.vacancies[vacancy_id] = {}
        held.passed(vacancy_id=vacancy_id, overruled=None, **{**meta, "command_id": uuid4()})
    events = held.collect_events()[1:]
    put = app.events.put

    def work() -> int:
        for event in events:
            put([event])
        return count

    return work


def _unordered(url: str, count: int) -> Work:
    """Prepare plain inserts that let later numbers become visible first: the limit of one insert a commit."""
    connection = kept("unordered", url, lambda: connect(url, "unordered"))
    state = VacancyPassed(vacancy_id=uuid4(), overruled=None).model_dump_json().encode()
    stream_id = uuid4()

    def work() -> int:
        with connection.cursor() as cursor:
            for version in range(count):
                cursor.execute(_INSERT, (stream_id, version, "vacancy.passed", state), prepare=True)
        return count

    return work


def measure(setting: Setting, results: Results) -> None:
    """Measure one writer and four."""
    results.notes.append(
        "append: one small event a call. `ours` keeps with it the command's id, digest and result, and the "
        f"ledger's state with every {EVENTS_PER_STATE}th, as commands do; `ours, event alone` keeps the event. "
        "The unordered insert "
        "has four columns and neither order nor notification: readers that tail it miss events."
    )
    for clients in CLIENTS:
        setting.say(f"append, {clients} client(s)")
        with database(setting.url) as url:
            opened = ours.Ours(url, setting.key)
            ours.found(opened)
            opened.close()
            stock.create(url).close()
            with connect(url, "unordered") as connection:
                connection.execute(
                    "CREATE TABLE unordered (id uuid, version bigint, topic text, state bytea, "
                    "position bigserial, PRIMARY KEY (id, version))"
                )
                connection.execute("CREATE UNIQUE INDEX ON unordered (position)")
            count = setting.size(1000, 20)

            def turn(
                job: Callable[..., Work], *share: Any, url: str = url, clients: int = clients
            ) -> float:
                return setting.crew.run(job, [(url, *share)] * clients).rate

            taken = in_turns(
                setting.rounds,
                [
                    (WHOLE, partial(turn, partial(_ours, whole=True), setting.key, count)),
                    (STOCK, partial(turn, _stock, count)),
                    (ALONE, partial(turn, partial(_ours, whole=False), setting.key, count)),
                    (UNORDERED, partial(turn, _unordered, count)),
                ],
            )
            setting.crew.run(leave, [(url,)] * clients)
        case = f"{clients} client{'s' if clients > 1 else ''}"
        results.take(NAME, case, "appends/s", taken)
        results.compare(NAME, case, WHOLE, STOCK, 2.0)
        results.compare(NAME, case, ALONE, STOCK)
        results.compare(NAME, case, WHOLE, UNORDERED)
