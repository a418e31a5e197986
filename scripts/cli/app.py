"""The command line: ``taizhang --help``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson
import typer
from rich.table import Table

from ...application.commands import parse_command, schemas
from ...application.views.service import DutyView
from ...application.views.supervision import WarningView
from ...domain.errors import InvalidInput, TaizhangError
from ...domain.screening import screen as screen_text
from ...infrastructure.embedded import new_key
from ...infrastructure.tables.reading import RowError, open_table
from . import enterprises as cli_enterprises
from . import explain as cli_explain
from . import fairs as cli_fairs
from . import history as cli_history
from . import imports as cli_imports
from . import jobs as cli_jobs
from . import notices as cli_notices
from . import people as cli_people
from . import privacy as cli_privacy
from . import projections as cli_projections
from . import proof as cli_proof
from . import rectification as cli_rectification
from . import registry as cli_registry
from . import spot_checks as cli_spot_checks
from . import subscriptions as cli_subscriptions
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    AsOfDay,
    JsonLines,
    Staff,
    actor,
    asking,
    console,
    fail,
    opened,
    parse_day,
    parse_month,
    print_found,
    progress_bar,
    tables,
)

app = typer.Typer(
    name="taizhang",
    help="Service ledgers of a public employment service (台账): commands, projections, notices.\n\n"
    "Settings come from TAIZHANG_… in the environment. Without TAIZHANG_DATABASE_URL a private "
    "PostgreSQL is started in ./.taizhang.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="Keys that protect personal data.", no_args_is_help=True)
app.add_typer(cli_fairs.app, name="fairs")
app.add_typer(cli_enterprises.app, name="enterprises")
app.command("explain")(cli_explain.explain)
app.command("history")(cli_history.history)
app.add_typer(cli_privacy.app, name="erasure")
app.add_typer(cli_imports.app, name="import")
app.add_typer(cli_jobs.app, name="jobs")
app.add_typer(keys, name="keys")
app.add_typer(cli_notices.app, name="notice")
app.add_typer(cli_people.app, name="people")
app.add_typer(cli_projections.app, name="projections")
app.add_typer(cli_registry.app, name="registry")
app.add_typer(cli_subscriptions.app, name="subscriptions")
app.add_typer(cli_rectification.app, name="rectification")
app.add_typer(cli_spot_checks.app, name="spot-check")
app.command("run-due")(cli_jobs.run_due)
app.command("serve-jobs", help=cli_jobs.SERVE_HELP)(cli_jobs.serve_jobs)
app.command("seal")(cli_proof.seal)
app.command("verify")(cli_proof.verify)
app.command("export")(cli_proof.export)
app.command("accesses")(cli_proof.accesses)
keys.command("public")(cli_proof.public)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date (also done whenever the service is opened)."""
    with opened():
        console.print("the schema is up to date")


@app.command("do")
def do(
    name: Annotated[str, typer.Argument(help="The command's name, as in `taizhang schemas`.")],
    fields: Annotated[str, typer.Argument(help="Its fields as a JSON object, or - to read them.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    command_id: Annotated[
        UUID | None, typer.Option(help="An id of your own: repeated, it records nothing twice.")
    ] = None,
) -> None:
    """Carry out one command and print its result as JSON."""
    text = typer.get_binary_stream("stdin").read() if fields == "-" else fields.encode()
    with opened() as taizhang:
        try:
            values = json.loads(text.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InvalidInput("the fields are no text in UTF-8") from error
        except (json.JSONDecodeError, RecursionError) as error:
            raise InvalidInput(f"the fields are no JSON: {error}") from error
        if not isinstance(values, dict):
            raise InvalidInput("the fields are a JSON object: {…}")
        command = parse_command(name, values)
        result = taizhang.execute(
            command, by=actor(staff, agency), command_id=command_id or uuid4()
        )
        typer.echo(result.model_dump_json())


@app.command("schemas")
def print_schemas(
    name: Annotated[str | None, typer.Argument(help="One command only.")] = None,
) -> None:
    """Print the JSON schemas of the commands."""
    found: dict[str, Any] = schemas()
    if name is not None and name not in found:
        fail(InvalidInput(f"no command is called {name!r}; there are: {', '.join(found)}"))
    typer.echo(json.dumps(found[name] if name else found, ensure_ascii=False, indent=2))


@app.command()
def worklist(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    day: AsOfDay = None,
    of: Annotated[
        str | None,
        typer.Option(
            help="Only the duties of this member of staff, and those of the agency without one."
        ),
    ] = None,
    as_json: JsonLines = False,
) -> None:
    """Show what is due at an agency and those below it: for whom, by when, and why."""
    with asking(staff, agency) as (queries, by):
        duties = queries.worklist(agency, by=by, day=parse_day(day) if day else None, staff_id=of)
        if as_json:
            for duty in duties:
                typer.echo(duty.model_dump_json())
            return
        table = Table(
            "到期日", "逾期(天)", "事项", "对象", "单位", "机构", "经办人", "依据", title="工作清单"
        )
        for duty in duties:
            table.add_row(
                f"{duty.due_on}{'（暂定）' if duty.provisional else ''}",
                str(max(duty.days_late, 0) or ""),
                duty.title_zh,
                duty.subject or _person(duty) or str(duty.subject_id)[:8],
                duty.employer_name or "",
                duty.agency_code,
                duty.staff_id or "（待确定）",
                duty.citation,
            )
        table.caption = "--json 列出各事项的索引（reference），可用 taizhang explain 说明来由"
        tables.print(table if duties else "无到期事项")


def _person(duty: DutyView) -> str:
    return " ".join(filter(None, (duty.ledger_number, duty.person_name_masked)))


@app.command()
def warnings(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    month: Annotated[
        str | None, typer.Option(help="The month (YYYY-MM); the present one if left out.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show every indicator, beyond its threshold or not.")
    ] = False,
    as_json: JsonLines = False,
) -> None:
    """Show early warnings (Article 58) of an agency and those directly below it."""
    with opened() as taizhang:
        found = taizhang.queries().supervision.warnings(
            agency,
            by=actor(staff, agency),
            month=parse_month(month) if month else None,
            beyond=not every,
        )
    table = Table("机构", "指标", "数值", "预警线", "情况", title="质量监测预警")
    print_found(found, table, _warning, "各项监测指标均未超过预警线", as_json=as_json)


def _warning(one: WarningView) -> list[str]:
    return [
        f"{one.agency} {one.agency_code}",
        one.indicator_zh,
        one.value,
        str(one.limit),
        one.detail if one.beyond else "正常",
    ]


@app.command()
def ledger(
    credit_code: Annotated[str, typer.Argument(help="The employer's credit code.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
) -> None:
    """Print an employer's ledger by its sections (Article 50), as JSON."""
    with asking(staff, agency) as (queries, by):
        view = queries.employer_ledger(credit_code, by=by)
        typer.echo(view.model_dump_json(indent=2))


@app.command()
def screen(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file.")],
    out: Annotated[Path, typer.Option(help="Where to write the findings, one JSON object a line.")],
    id_column: Annotated[str, typer.Option(help="The column with the id.")] = "id",
    text_column: Annotated[str, typer.Option(help="The column with the text.")] = "text",
) -> None:
    """Screen texts for discriminatory content (Article 38, paragraph 3)."""
    unread = 0
    try:
        if out.resolve() == file.resolve():
            raise InvalidInput(f"{out} is the table itself: write to another file", field="--out")
        with open_table(file) as table, progress_bar("rows") as bar:
            for column in (id_column, text_column):
                if column not in table.header:
                    raise InvalidInput(
                        f"{file} has no column {column!r}; it has: {'、'.join(table.header)}"
                    )
            task = bar.add_task("screening", total=None)
            with out.open("wb") as lines:
                for row in table.rows():
                    if isinstance(row, RowError):
                        unread += 1
                        told = f"line {row.line}: {row.reason}"
                        console.print(told, highlight=False, markup=False)
                        continue
                    findings = [
                        finding.model_dump(mode="json", exclude={"cue"})
                        for finding in screen_text(row.values[text_column])
                    ]
                    said = {"id": row.values[id_column], "findings": findings}
                    lines.write(orjson.dumps(said) + b"\n")
                    bar.advance(task)
    except (TaizhangError, ValueError, OSError) as error:
        fail(error)
    if unread:
        fail(InvalidInput(f"{unread} line(s) could not be read; the others are in {out}"))


@keys.command("rotate")
def rotate_keys() -> None:
    """Wrap every person's key by TAIZHANG_MASTER_KEY in place of TAIZHANG_FORMER_MASTER_KEY.

    Events are not rewritten. Stopped on the way, it is run again. Afterwards take
    TAIZHANG_FORMER_MASTER_KEY away everywhere and destroy that key.
    """
    with opened() as taizhang, progress_bar("keys") as bar:
        task = bar.add_task("wrapping anew", total=None)
        changed = taizhang.keys.rotate(
            lambda done, total: bar.update(task, completed=done, total=total)
        )
    console.print(f"{changed} keys were wrapped anew", highlight=False)


@keys.command("new")
def make_key() -> None:
    """Print a new random key for TAIZHANG_MASTER_KEY, …_IDENTITY_KEY or …_SEALING_KEY. Keep it safe."""
    typer.echo(new_key())


def main() -> None:
    """Run the command line."""
    app()
