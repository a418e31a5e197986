"""``taizhang import``: tables of existing data, line by line reported."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ...application.importing.catalogue_rows import CatalogueMapping
from ...application.importing.column_mapping import TableMapping
from ...application.importing.job_seeker_rows import JobSeekerMapping
from ...application.importing.rows import ImportReport, LineStatus
from ...application.importing.table import TableImport
from ...application.importing.vacancy_mapping import ColumnMapping
from ...domain.employer.papers import Channel
from ...domain.errors import InvalidInput
from ...infrastructure.tables.reading import open_table
from ...infrastructure.taizhang import Taizhang
from .console import SYSTEM_STAFF_ID, Agency, Staff, actor, console, opened, progress_bar

M = TypeVar("M", bound=TableMapping[Any])

app = typer.Typer(
    help="Import tables of existing data, line by line reported.", no_args_is_help=True
)

File = Annotated[
    Path, typer.Argument(help="A CSV or XLSX file; UTF-8, GB18030 and UTF-16 are known.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help="field=COLUMN, or field:=VALUE for all rows; may be repeated."),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(help='A JSON file: {"field": "COLUMN", "other": {"constant": "VALUE"}}.'),
]
DryRun = Annotated[bool, typer.Option(help="Decide on every row, record nothing.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="Write what became of each line (.csv or .json)."),
]
Encoding = Annotated[str | None, typer.Option(help="Where guessing it goes wrong.")]
Delimiter = Annotated[str | None, typer.Option(help="Where guessing it goes wrong.")]
Sheet = Annotated[str | None, typer.Option(help="Which sheet of an XLSX file.")]


@app.command("vacancies")
def import_vacancies(
    file: File,
    agency: Agency,
    staff: Staff,
    columns: Columns = None,
    mapping_file: MappingFile = None,
    dry_run: DryRun = False,
    draft_only: Annotated[
        bool, typer.Option(help="Take in as drafts, do not submit for review.")
    ] = False,
    channel: Annotated[
        Channel, typer.Option(help="How the vacancies were collected.")
    ] = Channel.FRONT_DESK,
    report_file: ReportFile = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
) -> None:
    """Import vacancies of registered employers; a row not taken is told with its reason.

    Run it again after a break: rows taken before are skipped.
    """
    _import(
        lambda taizhang: taizhang.vacancy_import(
            by=actor(staff, agency), channel=channel, submit=not draft_only
        ),
        file,
        _mapping(ColumnMapping, columns or [], mapping_file),
        report_file,
        dry_run=dry_run,
        reading={"encoding": encoding, "delimiter": delimiter, "sheet": sheet},
    )


@app.command("job-seekers")
def import_job_seekers(
    file: File,
    agency: Agency,
    staff: Staff,
    columns: Columns = None,
    mapping_file: MappingFile = None,
    dry_run: DryRun = False,
    channel: Annotated[
        Channel, typer.Option(help="How the people were collected.")
    ] = Channel.FRONT_DESK,
    source: Annotated[
        str, typer.Option(help="From where status and recognition are known.")
    ] = "导入数据",
    report_file: ReportFile = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
) -> None:
    """Import job seekers: their ledgers, and what the columns give of registration and status.

    Run it again after a break: rows taken before are skipped. Nothing personal is in the report.
    """
    _import(
        lambda taizhang: taizhang.job_seeker_import(
            by=actor(staff, agency), channel=channel, source=source
        ),
        file,
        _mapping(JobSeekerMapping, columns or [], mapping_file),
        report_file,
        dry_run=dry_run,
        reading={"encoding": encoding, "delimiter": delimiter, "sheet": sheet},
    )


@app.command("restricted-industries")
def import_restricted_industries(
    file: File,
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    columns: Columns = None,
    mapping_file: MappingFile = None,
    dry_run: DryRun = False,
    report_file: ReportFile = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
) -> None:
    """Import catalogues of prohibited and restricted industries (Article 44), each edition whole.

    Columns: area code, edition, in force from, code of GB/T 4754-2017, name, conditions. An edition with a
    bad line is not taken; one that is loaded already is skipped.
    """
    _import(
        lambda taizhang: taizhang.catalogue_import(by=actor(staff, agency)),
        file,
        _mapping(CatalogueMapping, columns or [], mapping_file),
        report_file,
        dry_run=dry_run,
        reading={"encoding": encoding, "delimiter": delimiter, "sheet": sheet},
    )


def _import(
    start: Callable[[Taizhang], TableImport[Any, M]],
    file: Path,
    explicit: Callable[[], M],
    report_file: Path | None,
    *,
    dry_run: bool,
    reading: dict[str, Any],
) -> None:
    with opened() as taizhang:
        if report_file is not None:
            _require_writable(report_file)
        told = explicit()
        try:
            table = open_table(file, **reading)
        except (ValueError, OSError) as error:
            raise InvalidInput(str(error)) from error
        taizhang.projections.catch_up()
        with table, progress_bar("lines") as bar:
            task = bar.add_task("importing", total=None)
            report = start(taizhang).run(
                str(file),
                table.rows(),
                type(told).build(table.header, told),
                dry_run=dry_run,
                progress=lambda line: bar.update(task, completed=line),
            )
        if not dry_run:
            taizhang.projections.catch_up()
    if report_file is not None:
        _write_report(report, report_file)
    _say(report)


def _say(report: ImportReport) -> None:
    refused = [line for line in report.lines if line.status is LineStatus.REFUSED]
    for line in refused[:20]:
        where = f"line {line.line}" + (f", {line.field}" if line.field else "")
        console.print(f"{where}: {line.reason}", highlight=False, markup=False)
    if len(refused) > 20:
        console.print(f"… and {len(refused) - 20} more: --report FILE lists every line")
    totals = report.totals()
    said = ", ".join(f"{count} {status}" for status, count in totals.items())
    typer.echo(f"{'would be ' if report.dry_run else ''}{said}")
    if totals[LineStatus.REFUSED] and not totals[LineStatus.TAKEN] + totals[LineStatus.SKIPPED]:
        raise typer.Exit(1)


def _mapping(kind: type[M], options: list[str], file: Path | None) -> Callable[[], M]:
    """Return what reads the mapping told by the user: where errors are shown as such."""

    def read() -> M:
        mapping = kind.from_options(options)
        if file is None:
            return mapping
        try:
            data = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"{file} is no JSON file: {error}", field="--mapping-file"
            ) from error
        if not isinstance(data, dict):
            raise InvalidInput(f"{file} is not a JSON object", field="--mapping-file")
        return kind.from_dict(data).overridden_by(mapping)

    return read


def _require_writable(file: Path) -> None:
    """Find out before anything is imported whether the report can be written afterwards."""
    try:
        file.open("a").close()
    except OSError as error:
        raise InvalidInput(f"cannot write {file}: {error.strerror}", field="--report") from error


def _write_report(report: ImportReport, file: Path) -> None:
    if file.suffix == ".json":
        file.write_text(report.model_dump_json(indent=1), encoding="utf-8")
        return
    # With a byte order mark, so that a spreadsheet program reads the Chinese in it.
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["line", "status", "key", "field", "reason", "notes"])
        for line in report.lines:
            writer.writerow(
                [line.line, line.status, line.key, line.field, line.reason, "; ".join(line.notes)]
            )
