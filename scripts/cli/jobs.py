"""``taizhang serve-jobs``, ``run-due`` and ``jobs …``: what is done by itself, day by day."""

from __future__ import annotations

import signal
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from ...application.jobs import JobStatus, RunReport
from ...domain.calendar import SHANGHAI
from ...infrastructure.jobs.scheduler import Scheduler
from ...infrastructure.settings import Settings
from .console import console, opened, parse_day, tables

app = typer.Typer(
    help="Jobs: how they stand, what failed, and which of them are on.", no_args_is_help=True
)

JobName = Annotated[str, typer.Argument(metavar="JOB", help="Its name, as `jobs status` has it.")]
MaybeJob = Annotated[
    str | None, typer.Argument(metavar="[JOB]", help="One job only, as `jobs status` names it.")
]
AgencyCode = Annotated[
    str, typer.Option("--agency", help="The code of an agency, of today or of a day in the past.")
]


def parse_moment(text: str) -> datetime:
    """Read a moment; one without a time zone is in Shanghai. Raises typer.BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no moment; write it as 2026-11-02T00:30 or 2026-11-02"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


SERVE_HELP = "\n\n".join(
    (
        "Do what is due as soon as it is due, until SIGTERM or Ctrl-C.",
        "It keeps the read models level and does, for every agency and each day or month that is over in "
        "Asia/Shanghai: lapse of vacancies and registrations, reminders of duties that became overdue, "
        "the notices, and the steps of spot-checks.",
        "What is due is computed from the database: after days of standstill each of them is caught up "
        "on, oldest first. Two of these at once, or one beside `taizhang run-due`, do nothing twice.",
        "SIGTERM finishes the run in hand and ends. Killed outright, nothing is lost: the next one goes "
        "on where this one was.",
        "`taizhang jobs status` tells how jobs stand, `taizhang jobs --help` how to switch them.",
    )
)

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=parse_moment,
        metavar="YYYY-MM-DD[THH:MM]",
        help="Only what was due by this moment, in Shanghai unless it says otherwise.",
    ),
]


def serve_jobs(
    poll: Annotated[
        float | None,
        typer.Option(
            "--poll", min=0.1, max=3600, help="Look for what is due every so many seconds; "
            "TAIZHANG_JOBS_POLL_SECONDS (30) if left out.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Do what is due as soon as it is due, until SIGTERM; SERVE_HELP is what an operator reads."""
    settings = Settings.read() if poll is None else Settings.read(jobs_poll_seconds=poll)
    with opened(settings=settings) as taizhang:
        scheduler = Scheduler(taizhang.jobs, taizhang.projections, settings.jobs_poll_seconds)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.stop())
        console.print("serving jobs; end with Ctrl-C")
        with taizhang.seals.following():
            scheduler.serve()


def run_due(
    as_of: AsOf = None,
    job: Annotated[str | None, typer.Option("--job", help="One job only.")] = None,
) -> None:
    """Do everything that is due now, then end: for a cron of your own, as often as you like.

    It does what `serve-jobs` does, and may run beside it. Ends with 1 if a run failed, or failed earlier
    and is put off: the others were done, and a later call tries again.
    """
    with opened() as taizhang:
        _tell(taizhang.jobs.run_due(as_of=as_of, job=job))


@app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a job, a line each.")] = False,
) -> None:  # fmt: skip
    """Show each job: last, next, late and failed, with the error. Ends with 1 if one is late or failed."""
    with opened() as taizhang:
        standing = taizhang.jobs.status()
    if as_json:
        for one in standing:
            typer.echo(one.model_dump_json())
    else:
        _print(standing)
    if not all(one.is_well for one in standing):
        raise typer.Exit(1)


@app.command("retry")
def retry(
    job: MaybeJob = None,
    agency: Annotated[
        str | None, typer.Option("--agency", help="Only what failed at the agency with this code.")
    ] = None,
) -> None:
    """Try again at once what failed, without waiting. Ends with 1 if it fails again."""
    with opened() as taizhang:
        _tell(taizhang.jobs.retry(job, agency))


@app.command("skip")
def skip(
    job: JobName,
    agency: AgencyCode,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the run.")],
) -> None:
    """Give up the run of an agency that fails, so that its later periods go on."""
    with opened() as taizhang:
        period = taizhang.jobs.skip(job, agency, reason)
    typer.echo(f"{job} {agency} {period}: skipped")


@app.command("on")
def switch_on(job: JobName) -> None:
    """Switch a job on; it catches up on what it missed since it last ran."""
    with opened() as taizhang:
        taizhang.jobs.switch(job, on=True)
    typer.echo(f"{job} is on")


@app.command("off")
def switch_off(job: JobName) -> None:
    """Switch a job off: whoever runs jobs leaves it out from the next time they look."""
    with opened() as taizhang:
        taizhang.jobs.switch(job, on=False)
    typer.echo(f"{job} is off")


@app.command("begin")
def begin(
    job: JobName,
    day: Annotated[str, typer.Argument(metavar="YYYY-MM-DD", help="The first day.")],
) -> None:
    """Choose from which day a job begins: nothing before it is due any more."""
    first = parse_day(day)
    with opened() as taizhang:
        taizhang.jobs.begin(job, first)
    typer.echo(f"{job} begins with {first}")


def _tell(report: RunReport) -> None:
    waiting = f", {report.waiting} waiting for what they need" if report.waiting else ""
    put_off = f", {report.put_off} put off to another try" if report.put_off else ""
    elsewhere = f", {report.elsewhere} in hand elsewhere" if report.elsewhere else ""
    typer.echo(f"{report.done} run(s) done, {report.failed} failed{put_off}{waiting}{elsewhere}")
    for error in report.errors:
        console.print("[red]failed:[/red]", escape(error), highlight=False, soft_wrap=True)
    if report.errors or report.put_off:
        raise typer.Exit(1)


def _print(standing: list[JobStatus]) -> None:
    jobs = Table(
        "任务", "名称", "状态", "起始日", "最近完成", "完成时间", "下次应办", "逾期", "失败"
    )
    for one in standing:
        jobs.add_row(
            one.name,
            one.title_zh,
            "启用" if one.enabled else "停用",
            str(one.begins_on or ""),
            one.last_period or "—",
            _moment(one.last_finished_at),
            f"{one.next_period}（{_moment(one.next_due_at)}）" if one.next_period else "",
            str(one.late or ""),
            str(one.failed or ""),
        )
    tables.print(jobs)
    waiting = [(one, series) for one in standing if one.enabled for series in one.series]
    if not waiting:
        return
    waiting.sort(key=lambda pair: URGENCY.index(pair[1].state))
    table = Table("任务", "机构", "期间", "应办时间", "积压", "状态", "次数", "下次重试", "原因")
    for one, series in waiting[:SHOWN]:
        table.add_row(
            one.name,
            f"{series.agency_code} {series.agency_name}".strip(),
            series.period,
            _moment(series.due_at),
            str(series.behind),
            STATES_ZH[series.state],
            str(series.attempts or ""),
            _moment(series.next_try_at),
            escape(series.error or ""),
        )
    tables.print(table)
    if len(waiting) > SHOWN:
        tables.print(f"另有 {len(waiting) - SHOWN} 项，用 --json 查看全部")


SHOWN = 40
"""So many agencies that are behind are shown, what failed first."""
STATES_ZH = {
    "due": "待办",
    "running": "办理中",
    "interrupted": "中断待续",
    "waiting": "等待条件",
    "failed": "失败",
    "late": "逾期",
}


URGENCY = ("failed", "interrupted", "late", "waiting", "running", "due")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""
