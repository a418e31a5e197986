"""``make demo``: plays one month of one district and writes its notices to ``out/``."""

from __future__ import annotations

import base64
import fcntl
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import psycopg
import structlog
import typer
from psycopg import sql
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ...application.views.enterprises import EnterpriseCounts
from ...application.views.service import Recomputed
from ...domain.assistance.state import CaseStage
from ...domain.calendar import SHANGHAI
from ...domain.errors import InvalidInput, TaizhangError
from ...domain.organisation.staff import Role
from ...infrastructure.embedded import EmbeddedPostgres
from ...infrastructure.settings import Settings
from ...infrastructure.taizhang import Taizhang
from ...projections.daily_vacancy_notice.model import ONCE
from ...projections.monthly_ledger_notice import MonthlyLedgerNotice
from ..cli.console import console, fail
from ..sample_grading import SampleGradingTool
from ..sample_matching import SampleMatchingTool
from .chance import Chance
from .city import districts
from .desk import SetClock
from .month import SCALES, Month
from .pages import write_pages
from .spot_checks import Checked
from .tally import Tally

SCHEMA = "taizhang_demo"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class ScaleName(StrEnum):
    """How large the demo is."""

    FULL = "full"
    SMALL = "small"


@app.command()
def main(
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same notices, byte by byte.")
    ] = 20261101,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("out"),
    month: Annotated[str, typer.Option(help="The month to play, as 2026-10.")] = "2026-10",
    scale: Annotated[ScaleName, typer.Option(help="How large the demo is.")] = ScaleName.FULL,
    district: Annotated[str, typer.Option(help="The code of the district.")] = "110105",
    database_url: Annotated[
        str | None,
        typer.Option(
            help=f"A PostgreSQL to play on instead of a private one: its schema {SCHEMA} is dropped first."
        ),
    ] = None,
) -> None:
    """Play one month of one district through the public commands, and write its notices."""
    began = time.monotonic()
    first = _first_of(month)
    if district not in districts():
        raise typer.BadParameter(f"choose one of {', '.join(districts())}", param_hint="--district")
    # Refusals are part of the play, and counted: nothing is logged about them.
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    clock = SetClock(datetime(first.year, first.month, first.day, tzinfo=SHANGHAI))
    try:
        with (
            _alone(out),
            Taizhang.open(
                _settings(out, database_url, first),
                clock=clock,
                grading_tool=SampleGradingTool(),
                matching_tool=SampleMatchingTool(),
                random_bytes=Chance(seed).another("secrets").secret,
            ) as taizhang,
        ):
            play = Month(taizhang, clock, Chance(seed), first, district, SCALES[scale])
            first_file, people, checked = _play(play, out)
            own = play.issued_by(district)
            supervisor = play.city.district.people(Role.SUPERVISOR)[0]
            city = play.city.city.people(Role.SUPERVISOR)[0]
            enterprises = taizhang.queries().enterprises.counts(city.agency_code, by=city).total
            proof = taizhang.notices.recompute(own[len(own) // 2].notice_id, by=supervisor)
            monthly = play.supervision.notices[-1].notice_id
            proofs = (proof, taizhang.notices.recompute(monthly, by=supervisor))
    except (TaizhangError, psycopg.Error, OSError) as error:
        fail(error)
    _tell(play, people, enterprises, proofs, checked, time.monotonic() - began, first_file)


def _play(play: Month, out: Path) -> tuple[Path, Tally, list[Checked]]:
    """Play the month and write what came of it; return the file to open first, the people, the checks."""
    with _progress() as bar:
        days = bar.add_task("days played", total=None)
        events = bar.add_task("events in the read models", total=None)
        worklist = play.play(
            lambda done, total: bar.update(days, completed=done, total=total),
            lambda done, total: bar.update(events, completed=done, total=total),
        )
        written = bar.add_task("notices written", total=len(play.notices))
        checked = play.spot_checks.checked()
        page, people = write_pages(out, play, worklist, checked, lambda: bar.advance(written))
        return page, people, checked


def _first_of(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise typer.BadParameter(f"{month!r} is no month; write it as 2026-10") from error


def _settings(out: Path, database_url: str | None, first: date) -> Settings:
    """Return settings that depend on nothing in the environment, on an empty database.

    The keys are fixed and known to everybody: ids of ledgers are derived from them, so that every
    run has the same. That is for made-up data only.
    """
    home = out / ".demo"
    master, identity, sealing = (_demo_key(name) for name in ("master", "identity", "sealing"))
    if database_url is None:
        _remove(home)
        home.mkdir(parents=True)
        # Where the command line finds them: TAIZHANG_DATA_DIR=out/.demo taizhang …
        (home / "keys").write_text(f"{master}\n{identity}\n", encoding="ascii")
        (home / "sealing-key").write_text(f"{sealing}\n", encoding="ascii")
    else:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))
            )
    return Settings(
        database_url=SecretStr(database_url) if database_url else None,
        schema_name="taizhang" if database_url is None else SCHEMA,
        data_dir=home,
        master_key=SecretStr(master),
        identity_key=SecretStr(identity),
        sealing_key=SecretStr(sealing),
        calendar_file=None,
        jobs_begin_on=first,
        pool_size=4,
    )


def _demo_key(name: str) -> str:
    return base64.b64encode(sha256(f"taizhang demo {name} key".encode()).digest()).decode()


def _remove(home: Path) -> None:
    """Remove what a former run left, after stopping the server that a killed run leaves behind."""
    if (home / "postgres" / "postmaster.pid").exists():
        EmbeddedPostgres(home).close()  # as the last user, which stops it
    if home.exists():
        shutil.rmtree(home)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Make sure that no other demo writes to the folder meanwhile."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InvalidInput(f"another demo is writing to {out}", field="--out") from error
        yield


@contextmanager
def _progress() -> Iterator[Progress]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as bar:
        yield bar


def _tell(
    play: Month,
    people: Tally,
    enterprises: EnterpriseCounts,
    proofs: tuple[Recomputed, ...],
    checked: list[Checked],
    seconds: float,
    first_file: Path,
) -> None:
    desk = play.desk
    own = [issued.content for issued in play.issued_by(play.district_code)]
    last = own[-1]
    kinds = Counter(d.kind for n in own for d in n.defects if d.times == 1)
    stages = Counter(course.stage for course in play.courses)
    severities = Counter(f.severity for course in play.courses for f in course.findings)
    rules = Counter[str]()
    for (rule, _), times in desk.refused.items():
        rules[rule] += times
    rows = (
        ("agencies, staff", f"{play.city.agencies}, {play.city.employed}"),
        ("employers", str(len(play.employers))),
        (
            "vacancies",
            f"{len(play.courses)}: " + ", ".join(f"{n} {s}" for s, n in sorted(stages.items())),
        ),
        ("commands accepted", f"{desk.accepted}, recorded as {desk.events} events"),
        ("commands repeated", f"{desk.repeated}, none recorded twice"),
        (
            "commands refused",
            f"{sum(rules.values())}: " + ", ".join(f"{r} ×{n}" for r, n in sorted(rules.items())),
        ),
        ("screening found", ", ".join(f"{n} {s}s" for s, n in sorted(severities.items()))),
        (
            "notices issued",
            f"{len(own)} of the district, {len(play.notices) - len(own)} of the city",
        ),
        (
            "problems found",
            f"{sum(kinds.values())}: " + ", ".join(f"{n} {k}" for k, n in sorted(kinds.items())),
        ),
        ("problems put right", str(sum(len(n.put_right) for n in own))),
        (
            "still open",
            f"{sum(d.kind not in ONCE for d in last.defects)}, of which "
            f"{sum(d.times >= 3 for d in last.defects)} notified 3 times or more",
        ),
        ("late entries", str(sum(len(n.late) for n in own))),
        *_people_rows(play, people),
        ("job fairs", ", ".join(f"{fair.stage} {fair.first_day}" for fair in play.fairs)),
        *(_check_row(one) for one in checked),
        (
            "key enterprises",
            f"{enterprises.in_force} agreements in force, {enterprises.without_file} without and "
            f"{enterprises.incomplete_file} with an incomplete needs file, "
            f"{enterprises.without_team} without a team; {sum(enterprises.overdue.values())} duties "
            "overdue",
        ),
        _monthly_row(play.supervision.notices[-1].content),
        *(
            (
                "recomputed",
                f"{proof.notice_id}: {'proven' if proof.is_proven else 'NOT PROVEN'} from the log",
            )
            for proof in proofs
        ),
        ("time taken", f"{seconds:.0f} s"),
    )
    table = Table(
        "what",
        "how much",
        title=f"{play.city.district.place} {play.first:%Y-%m}",
        title_justify="left",
    )
    for what, how_much in rows:
        table.add_row(what, how_much)
    report = Console()
    report.print(table)
    report.print(f"Open first: {first_file}", soft_wrap=True, highlight=False)
    if not all([*(proof.is_proven for proof in proofs), *(one.proof.is_proven for one in checked)]):
        raise typer.Exit(1)


def _check_row(one: Checked) -> tuple[str, str]:
    view, items, proof = one
    inspected = [item for item in items if item.status == "inspected"]
    return (
        f"spot-check: {view.kind.replace('_', ' ')}",
        f"{len(items)} of {proof.records} drawn, {len(inspected)} inspected, "
        f"{sum(bool(item.faulty) for item in inspected)} faulty; sample "
        f"{'proven' if proof.is_proven else 'NOT PROVEN'} from the log",
    )


def _monthly_row(notice: MonthlyLedgerNotice) -> tuple[str, str]:
    problems = notice.overall.problems
    return (
        "monthly notice",
        f"{problems.total} problems notified, {problems.second} for the second time, "
        f"{len(notice.put_right)} put right, {len(notice.warnings)} early warnings",
    )


def _people_rows(play: Month, people: Tally) -> tuple[tuple[str, str], ...]:
    stages = people.stages
    levels = ", ".join(f"{count} of level {level}" for level, count in people.levels)
    return (
        (
            f"people of {play.neighbourhood.office.code}",
            f"{people.ledgers} ledgers, {people.merged} merged: {levels}",
        ),
        (
            "in assistance",
            f"{stages[CaseStage.ASSISTED]}, {stages[CaseStage.EMPLOYED]} followed up at work, "
            f"{stages[CaseStage.PLACED]} placed, {stages[CaseStage.ENDED]} ended, {people.moved} moved away",
        ),
        ("employed, ceased", f"{people.employed} employed, {people.ceased} ceased"),
        (
            "duties to them",
            f"{people.open} open, {people.overdue} of them overdue; {people.met} met in time, "
            f"{people.late} late",
        ),
    )


if __name__ == "__main__":
    app()
