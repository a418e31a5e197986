"""A city's month: the spot-check of its personal ledgers, and the monthly ledger notice."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from ...domain.organisation.powers import Actor
from ...domain.supervision.spot_check.kinds import RecordKind
from ...projections.canonical import canonical_json
from ...projections.monthly_ledger_notice.model import MonthlyLedgerNotice
from ...projections.monthly_ledger_notice.render_html import render_html
from ...projections.monthly_ledger_notice.render_xlsx import render_xlsx
from . import city_load, ours
from .clients import Crew, Work, kept, leave
from .measuring import Results, Setting
from .memory import peak_growth
from .server import connect, database
from .staffing import CITY, NOW

NAME = "city month"
CHECK = ("frame and draw", "examination")
NOTICE = ("closing and issuing", "facts and figures", "JSON", "HTML", "XLSX")
ISSUED = NOW + timedelta(days=22)
"""When the time to inspect, answer and close the check is over; nobody has inspected."""
BY = Actor.system(CITY)
ALL = "all"
CHECK_SECONDS = 120.0
NOTICE_SECONDS = 120.0
LIMIT_MB = 512.0


class _Desk:
    """What a client has at hand: the open package, the check's id, and the notice once it is made."""

    def __init__(self, url: str, key: str, folder: Path, now: datetime) -> None:
        self.ours = ours.Ours(url, key, now=lambda: now)
        self.folder = folder
        self.notice: MonthlyLedgerNotice | None = None

    def check_id(self) -> UUID:
        """Plan the check, or find it planned."""
        kind, month = RecordKind.PERSONAL_LEDGERS, city_load.MONTH
        return self.ours.taizhang.spot_checks.plan(
            CITY, kind, month, by=BY, command_id=uuid5(UUID(int=1), "plan")
        )

    def do(self, step: str) -> int:
        """Carry out one step."""
        taizhang, month = self.ours.taizhang, city_load.MONTH
        if step == CHECK[0]:
            taizhang.spot_checks.draw(self.check_id(), by=BY)
        elif step == CHECK[1]:
            return taizhang.spot_checks.examine(self.check_id(), by=BY)
        elif step == NOTICE[0]:
            taizhang.spot_checks.close_due(CITY, by=BY)
            taizhang.notices.issue_monthly_ledgers(month, CITY, by=BY)
        elif step == NOTICE[1]:
            self.notice = taizhang.notices.preview_monthly_ledgers(month, CITY, by=BY)
        else:
            self._write(step)
        return 1

    def _write(self, step: str) -> None:
        assert self.notice is not None
        if step == "JSON":
            (self.folder / "month.json").write_bytes(canonical_json(self.notice))
        elif step == "HTML":
            (self.folder / "month.html").write_text(render_html(self.notice), encoding="utf-8")
        else:
            render_xlsx(self.notice, self.folder / "month.xlsx")

    def close(self) -> None:
        """Close the package."""
        self.ours.close()


def _step(step: str, url: str, key: str, folder: Path) -> Work:
    now = NOW if step in CHECK else ISSUED
    desk = kept("desk", url, lambda: _Desk(url, key, folder, now))
    return partial(peak_growth, partial(desk.do, step))


def measure(setting: Setting, results: Results) -> None:
    """Measure each step once, in a process that has done none before: a check is drawn only once."""
    ledgers, sample = setting.size(1_000_000, 120), setting.size(1_000, 60)
    setting.say(f"loading a city with {ledgers:,} ledgers")
    folder = setting.folder / "bench-month"
    folder.mkdir(parents=True, exist_ok=True)
    with database(setting.url) as url:
        opened = ours.Ours(url, setting.key)
        began = time.perf_counter()
        with connect(url, "ours") as connection:
            city = city_load.load(opened, connection, ledgers, sample, setting.size(10, 1))
            setting.say(f"loaded in {time.perf_counter() - began:.0f} s")
            share = (url, setting.key, folder)
            seconds: dict[str, dict[str, list[float]]] = {}
            grown: dict[str, dict[str, list[float]]] = {}
            for what, steps in (("spot-check", CHECK), ("notice", NOTICE)):
                with Crew(1) as crew:
                    for step in steps:
                        timed = crew.run(partial(_step, step), [share])
                        seconds.setdefault(what, {})[step] = [timed.seconds]
                        grown.setdefault(what, {})[step] = [timed.done / 1024]
                        setting.say(f"{step}: {timed.seconds:.2f} s, {timed.done / 1024:.0f} MB")
                        if step == CHECK[0]:
                            opened.taizhang.projections.catch_up()
                            drawn = connection.execute("SELECT record_id FROM spot_check_items")
                            items = [record_id for (record_id,) in drawn]
                            city_load.give_names(opened, connection, city, items)
                    crew.run(leave, [(url,)])
            counted = city.counted | {
                "items of the check": len(items),
                "problems": connection.execute("SELECT count(*) FROM rectifications").fetchone()[0],  # type: ignore[index]
            }
        opened.close()
    for what, limit in (("spot-check", CHECK_SECONDS), ("notice", NOTICE_SECONDS)):
        case = f"{what}, {ledgers:,} ledgers"
        seconds[what][ALL] = [sum(value for (value,) in seconds[what].values())]
        results.take(NAME, case, "s", seconds[what])
        results.bound(NAME, case, ALL, limit)
        most = {ALL: [max(value for (value,) in grown[what].values())]}
        results.take(NAME, f"{case}: memory", "MB", most)
        results.bound(NAME, f"{case}: memory", ALL, LIMIT_MB)
    size = ", ".join(f"{count:,} {name}" for name, count in counted.items())
    results.notes.append(
        f"city month: 17 districts, {city_load.SUBDISTRICTS} subdistricts; {size}. Everything is made by SQL from "
        f"the courses of {sample:,} persons, whose events the package itself stored and folded: a copy has its own"
        " streams, agency and staff, and its rows point to its events, but dates, texts and digests are those of "
        "the original. The seal up to there is made up, the tables are not written to the server's log, and of "
        "entries there are those of the month and the basics. What is personal can be read only in the records "
        "drawn, which get it encrypted by keys of their own before they are examined; elsewhere it reads as "
        "erased. Each step is done once: `frame and draw` plans, reads the frame twice (to seal it and to draw), "
        "`examination` replays every item and records what was found, `closing and issuing` closes the check, "
        "records missed duties as problems, makes the notice and keeps it, `facts and figures` makes it once "
        "more. Memory is the growth of the process at its peak."
    )
