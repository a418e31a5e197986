"""Importing a table: commands in batches, each row taken, skipped or refused for itself, and reported.

The commands of a row get ids made of what the row is about. An import that broke off is simply run
again: what is there already is skipped, and nothing is recorded twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from ...domain.errors import TaizhangError
from ...domain.organisation.powers import Actor
from ..commands.base import CommandResult
from ..service import CommandService, Request
from .column_mapping import TableMapping
from .rows import ImportReport, Interpreted, RowError, SourceRow

BATCH_ROWS = 100
"""Rows whose commands are appended in one transaction."""


class RowProblem(Protocol):
    """Why a row cannot be taken."""

    @property
    def field(self) -> StrEnum:
        """The field at fault."""
        ...

    @property
    def reason(self) -> str:
        """What is wrong."""
        ...


class ImportRow(Interpreted, Protocol):
    """What a row was understood to say; one with problems is refused."""

    @property
    def problems(self) -> Sequence[RowProblem]:
        """What is wrong with it."""
        ...


R = TypeVar("R", bound=ImportRow)
M = TypeVar("M", bound=TableMapping[Any])


class _Wanted(NamedTuple):
    row: Interpreted
    requests: list[Request]


class TableImport(ABC, Generic[R, M]):
    """Takes the rows of a table in, for one actor."""

    def __init__(self, service: CommandService, *, by: Actor) -> None:
        """Carry the commands out by `service`."""
        self._service = service
        self._by = by

    @abstractmethod
    def interpret(self, row: SourceRow, mapping: M) -> R:
        """Return what a row says; never raises, whatever the cells hold."""

    def look_up(self, rows: list[R]) -> None:
        """Look up what the commands of a batch of rows need, all at once."""

    @abstractmethod
    def requests(self, row: R) -> list[Request]:
        """Return the commands of a row. Raises ValueError for one that is to be refused."""

    def run(
        self,
        source: str,
        rows: Iterable[SourceRow | RowError],
        mapping: M,
        *,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda lines: None,
    ) -> ImportReport:
        """Import rows and return what became of each line.

        A good row is taken whatever the others are like. `progress` is told how many lines are done.
        """
        report = ImportReport(source=source, dry_run=dry_run)
        batch: list[R] = []
        for row in rows:
            if isinstance(row, RowError):
                report.refused(row.line, row.reason, field=row.column)
                continue
            interpreted = self.interpret(row, mapping)
            if interpreted.problems:
                first = interpreted.problems[0]
                report.refused(row.line, first.reason, field=first.field, key=interpreted.key)
                continue
            batch.append(interpreted)
            if len(batch) == BATCH_ROWS:
                self._take(batch, report)
                progress(row.line)
                batch = []
        self._take(batch, report)
        report.lines.sort(key=lambda line: line.line)
        return report

    def _take(self, rows: list[R], report: ImportReport) -> None:
        self.look_up(rows)
        wanted: list[_Wanted] = []
        for row in rows:
            try:
                wanted.append(_Wanted(row, self.requests(row)))
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                field = ".".join(map(str, first["loc"]))
                report.refused(row.line, f"{field}: {first['msg']}", key=row.key)
            except ValueError as error:
                report.refused(row.line, str(error), key=row.key)
        if not wanted:
            return
        answers = iter(
            self._service.execute_many(
                [request for want in wanted for request in want.requests],
                by=self._by,
                dry_run=report.dry_run,
            )
        )
        for want in wanted:
            _report(report, want.row, [next(answers) for _ in want.requests])


def _report(
    report: ImportReport, row: Interpreted, answers: list[CommandResult | TaizhangError]
) -> None:
    error = next((answer for answer in answers if isinstance(answer, TaizhangError)), None)
    if error is not None:
        detail = error.detail()
        rule = f"rule {detail.rule}: " if detail.rule else ""
        report.refused(row.line, rule + detail.message, field=detail.field, key=row.key)
    elif all(isinstance(answer, CommandResult) and answer.repeated for answer in answers):
        report.skipped(row)
    else:
        report.taken(row)
