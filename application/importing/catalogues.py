"""Importing catalogues of restricted industries: each edition of an area whole, or not at all (Articles 44, 45)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import uuid5

from ...domain.errors import TaizhangError
from ...domain.key_enterprise.catalogue import catalogue_stream
from ..commands.catalogues import LoadRestrictedIndustries
from ..service import Request
from .catalogue_rows import CatalogueMapping, CatalogueRow, interpret
from .rows import ImportReport, RowError, SourceRow
from .table import TableImport


class CatalogueImport(TableImport[CatalogueRow, CatalogueMapping]):
    """Takes the rows of editions in, for one actor.

    An edition that lacks an entry would let a restricted enterprise pass: with one bad line none of its
    lines is taken. A line that cannot even be read may belong to any edition, so that none is taken then.

    Rule 44.
    """

    def interpret(self, row: SourceRow, mapping: CatalogueMapping) -> CatalogueRow:
        """Return what a row says. Rule 44."""
        return interpret(row, mapping)

    def requests(self, row: CatalogueRow) -> list[Request]:
        """Return nothing: a row alone is no edition."""
        return []

    def run(
        self,
        source: str,
        rows: Iterable[SourceRow | RowError],
        mapping: CatalogueMapping,
        *,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda lines: None,
    ) -> ImportReport:
        """Import the editions that a table holds and return what became of each line."""
        report = ImportReport(source=source, dry_run=dry_run)
        editions: dict[tuple[str, str], list[CatalogueRow]] = {}
        unreadable = 0
        for row in rows:
            progress(row.line)
            if isinstance(row, RowError):
                report.refused(row.line, row.reason, field=row.column)
                unreadable = unreadable or row.line
                continue
            held = self.interpret(row, mapping)
            editions.setdefault((held.area, held.edition), []).append(held)
        for edition in editions.values():
            bad = _refuse_bad(edition, report) or unreadable
            if not bad:
                self._load(edition, report)
                continue
            told = {line.line for line in report.lines}
            for one in edition:
                if one.line not in told:
                    reason = f"the edition is taken whole or not at all: mend line {bad} first"
                    report.refused(one.line, reason, key=one.key)
        report.lines.sort(key=lambda line: line.line)
        return report

    def _load(self, rows: list[CatalogueRow], report: ImportReport) -> None:
        first = rows[0]
        assert first.in_force_from is not None
        command = LoadRestrictedIndustries(
            area_code=first.area,
            edition=first.edition,
            in_force_from=first.in_force_from,
            entries=tuple(row.entry for row in rows),
        )
        command_id = uuid5(catalogue_stream(first.area), f"import:{command.model_dump_json()}")
        (answer,) = self._service.execute_many(
            [Request(command, command_id)], by=self._by, dry_run=report.dry_run
        )
        for row in rows:
            if isinstance(answer, TaizhangError):
                detail = answer.detail()
                rule = f"rule {detail.rule}: " if detail.rule else ""
                report.refused(row.line, rule + detail.message, field=detail.field, key=row.key)
            elif answer.repeated or not answer.events:
                report.skipped(row)
            else:
                report.taken(row)


def _refuse_bad(rows: list[CatalogueRow], report: ImportReport) -> int:
    """Refuse the bad lines of an edition and return the first of them, 0 for none."""
    first, listed, bad = rows[0], dict[str, int](), 0
    for row in rows:
        field, reason, code = None, "", row.entry.industry_code
        if row.problems:
            field, reason = row.problems[0].field, row.problems[0].reason
        elif row.in_force_from != first.in_force_from:
            reason = f"line {first.line} has the edition in force from {first.in_force_from}"
        elif code in listed:
            reason = f"line {listed[code]} lists {code} already: put its conditions into one line"
        listed.setdefault(code, row.line)
        if reason:
            report.refused(row.line, reason, field=field, key=row.key)
            bad = bad or row.line
    return bad
