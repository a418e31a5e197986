"""``taizhang notice …``: notices issued, shown, listed and proven."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from ...application.views.service import IssuedNotice
from ...domain.calendar import shanghai_day
from ...domain.errors import InvalidInput
from ...domain.organisation.powers import Actor
from ...infrastructure.notices.office import AnyNotice, NoticeOffice
from ...infrastructure.taizhang import system_clock
from ...projections import daily_vacancy_notice, monthly_ledger_notice
from ...projections.canonical import canonical_json
from ...projections.daily_vacancy_notice.model import DailyVacancyNotice
from .console import SYSTEM_STAFF_ID, Agency, Day, Month, Staff, actor, asking, opened, parse_day

app = typer.Typer(help="Notices (通报): issue, show, list and prove them.", no_args_is_help=True)


class Format(StrEnum):
    """How a notice is written."""

    HTML = "html"
    XLSX = "xlsx"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to write it.")]
Preview = Annotated[bool, typer.Option(help="Show it as it stands; record nothing.")]
Correction = Annotated[
    str | None, typer.Option(help="Why a correction supersedes the notice in force.")
]
Out = Annotated[Path | None, typer.Option(help="The file to write; standard output if left out.")]
Reader = Annotated[
    str | None,
    typer.Option(
        "--agency",
        envvar="TAIZHANG_AGENCY",
        help="The agency of who looks; the one that issued it if left out.",
    ),
]


@app.command("daily-vacancies")
def daily_vacancies(
    day: Day,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    format: FormatOption = Format.HTML,
    out: Out = None,
    preview: Preview = False,
    correction: Correction = None,
) -> None:
    """Issue the daily notice of vacancy checks, or give again the one that was issued."""
    with opened() as taizhang:
        office, by = taizhang.notices, actor(staff, agency)
        if preview:
            write(office.preview_daily_vacancies(day, agency, by=by), format, out)
        else:
            issued = office.issue_daily_vacancies(day, agency, by=by, correction_reason=correction)
            _write_issued(office, issued, by, format, out)


@app.command("monthly-ledgers")
def monthly_ledgers(
    month: Month,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    format: FormatOption = Format.HTML,
    out: Out = None,
    preview: Preview = False,
    correction: Correction = None,
) -> None:
    """Issue the monthly notice of spot-checks, duties and problems, or give again the one issued."""
    with opened() as taizhang:
        office, by = taizhang.notices, actor(staff, agency)
        if preview:
            write(office.preview_monthly_ledgers(month, agency, by=by), format, out)
        else:
            issued = office.issue_monthly_ledgers(
                month, agency, by=by, correction_reason=correction
            )
            _write_issued(office, issued, by, format, out)


@app.command("show")
def show(
    notice_id: Annotated[str, typer.Argument(help="The notice's id.")],
    agency: Reader = None,
    staff: Staff = SYSTEM_STAFF_ID,
    format: FormatOption = Format.HTML,
    out: Out = None,
) -> None:
    """Write a notice as it was issued."""
    with opened() as taizhang:
        write(
            taizhang.notices.document(notice_id, by=actor(staff, agency or _issuer(notice_id))),
            format,
            out,
        )


@app.command("list")
def list_notices(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    since: Annotated[str | None, typer.Option(help="The first day, YYYY-MM-DD.")] = None,
) -> None:
    """List the notices that an agency issued in the last month, or since a day."""
    with asking(staff, agency) as (queries, by):
        first = parse_day(since) if since else shanghai_day(system_clock()) - timedelta(days=31)
        for issued in queries.notices(agency, by=by, since=first):
            state = "superseded" if issued.superseded else "in force"
            typer.echo(f"{issued.notice_id}\t{issued.period_end}\t{state}\tsha256:{issued.digest}")


@app.command("recompute")
def recompute(
    notice_id: Annotated[str, typer.Argument(help="The notice's id.")],
    agency: Reader = None,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Prove an issued notice: make it again from the log alone and compare. Ends with 1 if it differs."""
    with opened() as taizhang:
        proof = taizhang.notices.recompute(notice_id, by=actor(staff, agency or _issuer(notice_id)))
        typer.echo(f"log position {proof.log_position}")
        typer.echo(f"issued     sha256:{proof.issued_digest}")
        typer.echo(f"stored     sha256:{proof.stored_digest}")
        typer.echo(f"recomputed sha256:{proof.recomputed_digest}")
        for note in proof.notes:
            typer.echo(f"note: {note}")
        names = proof.names_as_issued
        but_for = f", but for the names of persons erased since: {names}" if names else ""
        typer.echo(f"proven{but_for}" if proof.is_proven else "NOT PROVEN: the contents differ")
        if not proof.is_proven:
            raise typer.Exit(1)


def _write_issued(
    office: NoticeOffice, issued: IssuedNotice, by: Actor, format: Format, out: Path | None
) -> None:
    notice = office.document(issued.notice_id, by=by)
    typer.echo(f"{issued.notice_id} sha256:{issued.digest}", err=True)
    write(notice, format, out)


def _issuer(notice_id: str) -> str:
    """Return the code of the agency that issued a notice: its id holds it."""
    _, _, rest = notice_id.partition("-")
    code = rest.partition("-")[0]
    if re.fullmatch("[0-9]{6}|[0-9]{9}|[0-9]{12}", code) is None:
        raise InvalidInput(
            f"{notice_id!r} is no notice's id; one is daily_vacancies-110105-20181101",
            field="notice_id",
        )
    return code


def write(notice: AnyNotice, format: Format, out: Path | None) -> None:
    """Write a notice in one of its forms. Raises InvalidInput where that cannot be."""
    content = rendered(notice, format)
    try:
        if out is not None:
            out.write_bytes(content)
            typer.echo(f"written: {out}", err=True)
        elif format is Format.XLSX and sys.stdout.isatty():
            raise InvalidInput("an XLSX file goes to a file: name it", field="--out")
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
    except OSError as error:
        raise InvalidInput(f"cannot write {out}: {error}", field="--out") from error


def rendered(notice: AnyNotice, format: Format) -> bytes:
    """Return a notice as the bytes of a file."""
    match format:
        case Format.HTML:
            if isinstance(notice, DailyVacancyNotice):
                return daily_vacancy_notice.render_html(notice).encode()
            return monthly_ledger_notice.render_html(notice).encode()
        case Format.XLSX:
            buffer = BytesIO()
            if isinstance(notice, DailyVacancyNotice):
                daily_vacancy_notice.render_xlsx(notice, buffer)
            else:
                monthly_ledger_notice.render_xlsx(notice, buffer)
            return buffer.getvalue()
        case Format.JSON:
            return canonical_json(notice)
