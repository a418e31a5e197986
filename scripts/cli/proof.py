"""``taizhang seal``, ``verify``, ``export`` and ``accesses``: proof for auditors, and who read whose data."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from ...application.views.proof import AccessView, Finding, Verification
from ...domain.calendar import SHANGHAI
from ...domain.errors import InvalidInput
from ...domain.person_ledger import ledger_number
from ...infrastructure.proof.signing import key_id_of
from ...infrastructure.proof.verify_documents import Anchor
from .console import (
    SYSTEM_STAFF_ID,
    Agency,
    JsonLines,
    Staff,
    actor,
    asking,
    opened,
    parse_day,
    print_found,
    progress_bar,
)


def seal() -> None:
    """Seal the log up to its end: sign what it is. For cron; `projections follow` does it each minute."""
    with opened() as taizhang, progress_bar("positions") as bar:
        task = bar.add_task("sealing", total=None)
        last = taizhang.seals.catch_up(
            progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    if last is None:
        typer.echo("the log is empty: there is nothing to seal")
        return
    typer.echo(f"seal {last.number} at position {last.position}, {last.events} events")
    typer.echo(f"anchor {last.position}:{last.chain}")


def verify(
    since: Annotated[
        int | None, typer.Option(help="Only what came after the seal of this number.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many; if left out as many as there are cores, one for a short log."
        ),
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="POSITION:CHAIN as printed on a notice; may be given several times."),
    ] = None,
    public_key: Annotated[
        str | None,
        typer.Option(
            help="The key that is trusted, in base64, as `taizhang keys public` shows it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Prove that nothing was altered: events, their order, seals, commands, documents, keys.

    Ends with 1 if anything was found.
    """
    with opened() as taizhang, progress_bar("rows") as bar:
        task = bar.add_task("verifying", total=None)
        report = taizhang.verifier.run(
            since=since,
            processes=processes,
            anchors=[_anchor(text) for text in anchor or ()],
            public_key=_public_key(public_key) if public_key else None,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        _print(report)
    if not report.is_proven:
        raise typer.Exit(1)


def public() -> None:
    """Print the public key of TAIZHANG_SEALING_KEY and its id, for those who verify."""
    with opened() as taizhang:
        key = taizhang.seals.signing_key
        if key is None:
            raise InvalidInput(
                "none is set: `taizhang keys new` makes one", field="TAIZHANG_SEALING_KEY"
            )
        typer.echo(f"public key {base64.b64encode(key.public_key).decode()}")
        typer.echo(f"key id     {key_id_of(key.public_key).hex()}")


def accesses(
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    since: Annotated[str | None, typer.Option(help="The first day, YYYY-MM-DD.")] = None,
    person: Annotated[UUID | None, typer.Option(help="Only those to this person's data.")] = None,
    as_json: JsonLines = False,
) -> None:
    """Show who read personal data at an agency and those below it, and why (Article 51)."""
    with asking(staff, agency) as (queries, by):
        found = queries.accesses(
            agency,
            by=by,
            since=parse_day(since) if since else None,
            person_id=person,
        )
    table = Table("时间", "机构", "经办人", "查阅对象", "用途", "理由", title="个人信息查阅记录")
    print_found(found, table, _access, "无查阅记录", as_json=as_json)


def _access(one: AccessView) -> list[str]:
    return [
        f"{one.read_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        one.agency_code,
        one.staff_id,
        ledger_number(one.person_id),
        one.purpose_zh,
        escape(one.reason),
    ]


def export(
    out: Annotated[Path, typer.Argument(help="The pack: a .zip file, else a folder.")],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    record: Annotated[
        str | None, typer.Option(help="One record: a credit code, or the id of a person's ledger.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="Whose period: an agency's code; your own if left out.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="The first day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, YYYY-MM-DD.")] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Personal fields in clear, too; this is recorded.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why personal data are needed in clear (Article 51).")
    ] = None,
) -> None:
    """Export an audit pack: one record, or an agency's period, with the program that verifies it off line."""
    with opened() as taizhang:
        taizhang.projections.catch_up()
        by = actor(staff, agency)
        if record is not None and not (since or until or of):
            pack = taizhang.audit.export_record(
                _ledger(record), out, by=by, clear_reason=(reason or "") if clear else None
            )
        elif record is None and since and until and not clear:
            pack = taizhang.audit.export_period(
                of or agency, parse_day(since), parse_day(until), out, by=by
            )
        else:
            raise InvalidInput(
                "name --record, or --since and --until (whose personal data are never in clear)"
            )
    typer.echo(f"{pack.path}: {pack.events} event(s) of {pack.streams} stream(s)")
    typer.echo(f"manifest sha256:{pack.manifest_digest}")
    typer.echo("verify it off line: python verify_pack.py (in the pack)")


def _ledger(text: str) -> str | UUID:
    try:
        return UUID(text)
    except ValueError:
        return text


def _print(report: Verification) -> None:
    beginning = f" after position {report.after}" if report.after else ""
    typer.echo(f"{report.events} event(s){beginning} up to position {report.head}")
    typer.echo(f"{report.seals} seal(s), the last at position {report.sealed_to}")
    for key_id in report.key_ids:
        typer.echo(f"sealed by key {key_id}")
    for note in report.notes:
        typer.echo(f"note: {note}")
    for finding in report.findings:
        typer.echo(f"{finding.fault.value.upper():<10} {_where(finding)}: {finding.what}")
    if report.more_findings:
        typer.echo(f"… and {report.more_findings} more")
    typer.echo("proven" if report.is_proven else "NOT PROVEN: see above")


def _where(finding: Finding) -> str:
    places = [
        f"{name} {value}"
        for name, value in (
            ("position", finding.position),
            ("stream", finding.stream_id),
            ("version", finding.version),
            ("seal", finding.seal),
        )
        if value is not None
    ]
    return ", ".join(places) or "tables"


def _anchor(text: str) -> Anchor:
    position, _, chain = text.partition(":")
    if re.fullmatch("[0-9]+:[0-9a-f]{64}", text) is None:
        raise InvalidInput(
            f"{text!r} is no anchor; write it as on the notice, POSITION:CHAIN", field="--anchor"
        )
    return int(position), chain


def _public_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise InvalidInput("is 32 bytes in base64", field="--public-key")
    return key
