"""The daily notice of a city: 20,000 vacancies with a record on the day, a million public ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...domain.organisation.powers import Actor
from ...projections.canonical import canonical_json
from ...projections.daily_vacancy_notice.model import DailyVacancyNotice
from ...projections.daily_vacancy_notice.render_html import render_html
from ...projections.daily_vacancy_notice.render_xlsx import render_xlsx
from . import notice_load, ours
from .clients import Crew, Job, Work, kept
from .measuring import Results, Setting, in_turns
from .memory import peak_growth
from .server import connect, database
from .staffing import CITY

NAME = "notice"
STEPS = ("facts and figures", "JSON", "HTML", "XLSX")
ALL = "all"
LIMIT_SECONDS = 10.0


class _Desk:
    """What a client has at hand: the open package, and the notice once it is made."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.ours = ours.Ours(url, key)
        self.notice: DailyVacancyNotice | None = None
        self.folder = folder

    def make(self) -> None:
        """Read the facts, judge, count up."""
        self.notice = self.ours.taizhang.notices.preview_daily_vacancies(
            notice_load.DAY, CITY, by=Actor.system(CITY)
        )

    def do(self, step: str) -> None:
        """Carry out one step."""
        if step == STEPS[0]:
            self.make()
            return
        assert self.notice is not None
        if step == "JSON":
            (self.folder / "notice.json").write_bytes(canonical_json(self.notice))
        elif step == "HTML":
            (self.folder / "notice.html").write_text(render_html(self.notice), encoding="utf-8")
        else:
            render_xlsx(self.notice, self.folder / "notice.xlsx")

    def close(self) -> None:
        """Close the package."""
        self.ours.close()


def _step(step: str, url: str, key: str, folder: Path) -> Work:
    desk = kept("desk", url, lambda: _Desk(url, key, folder))

    def work() -> int:
        desk.do(step)
        return 1

    return work


def _whole(url: str, key: str, folder: Path) -> Work:
    """Prepare all steps in a process that has done none, for its memory."""
    desk = _Desk(url, key, folder)

    def work() -> int:
        for step in STEPS:
            desk.do(step)
        return 0

    return partial(peak_growth, work)


def _defects(url: str, key: str, folder: Path) -> Work:
    desk = kept("desk", url, lambda: _Desk(url, key, folder))
    assert desk.notice is not None
    count = len(desk.notice.defects)
    return lambda: count


def measure(setting: Setting, results: Results) -> None:
    """Measure each step, and the memory of the whole in a fresh process."""
    changed, live = setting.size(20_000, 40), setting.size(1_000_000, 120)
    setting.say(f"loading {live:,} public vacancies")
    with database(setting.url) as url:
        opened = ours.Ours(url, setting.key)
        with connect(url, "ours") as connection:
            counted = notice_load.load(opened, connection, changed, live)
        opened.close()
        folder = setting.folder / "bench-notice"
        folder.mkdir(parents=True, exist_ok=True)
        setting.say("the daily notice")
        share = (url, setting.key, folder)
        with Crew(1) as crew:

            def turn(job: Job) -> float:
                return crew.run(job, [share]).seconds

            taken = in_turns(
                setting.rounds,
                [(step, partial(turn, partial(_step, step))) for step in STEPS],
                rehearse=False,  # a notice is made once a day
            )
            counted["defects named"] = crew.run(_defects, [share]).done
        with Crew(1) as crew:
            grown = crew.run(_whole, [share]).done / 1024
    case = f"{changed:,} changed, {live:,} public"
    taken[ALL] = [sum(values) for values in zip(*taken.values(), strict=True)]
    results.take(NAME, case, "s", taken)
    results.bound(NAME, case, ALL, LIMIT_SECONDS)
    results.take(NAME, f"{case}: memory", "MB", {"ours": [grown]})
    size = ", ".join(f"{count:,} {name}" for name, count in counted.items())
    results.notes.append(
        f"notice: the city's notice of one day ({size}). The vacancies with a record on the day come from "
        "events, folded by the projector; the other public ones, with their employers, an entry and a duty each, "
        "are copies of such rows made by SQL. Copies have lawful wording, and one in ten of what the "
        "originals lack. `facts and figures` reads the read models, judges and counts up; the others write files."
    )
