"""Importing vacancies from a table: the same commands as everything else, in batches, row by row reported.

A row's commands get ids made of the employer and the row's key. An import that broke off is simply
run again: what is there already is skipped, and nothing is recorded twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from ..domain.employer.content import VacancyContent
from ..domain.employer.papers import Channel
from ..domain.errors import TaizhangError
from ..domain.identity import check_credit_code
from ..domain.organisation.powers import Actor
from .commands.base import CommandResult
from .commands.employers import DraftVacancy, SubmitVacancy
from .importing import ColumnMapping, ImportReport, InterpretedRow, RowError, SourceRow, interpret
from .service import CommandService, Request

BATCH_ROWS = 100
"""Rows whose commands are appended in one transaction."""


class EmployersByName(Protocol):
    """Finds employers by the names that files give."""

    def __call__(self, names: list[str], /) -> Mapping[str, tuple[str, ...]]:
        """Return the credit codes of the employers of each name that bears one."""
        ...


class _Wanted(NamedTuple):
    row: InterpretedRow
    requests: list[Request]


class VacancyImport:
    """Takes rows of vacancies in, for one actor."""

    def __init__(
        self,
        service: CommandService,
        employers_by_name: EmployersByName,
        *,
        by: Actor,
        channel: Channel = Channel.FRONT_DESK,
        submit: bool = True,
    ) -> None:
        """Take vacancies in as drafts and, unless `submit` is false, submit them for review."""
        self._service = service
        self._employers_by_name = employers_by_name
        self._by = by
        self._channel = channel
        self._submit = submit

    def run(
        self,
        source: str,
        rows: Iterable[SourceRow | RowError],
        mapping: ColumnMapping,
        *,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda lines: None,
    ) -> ImportReport:
        """Import rows and return what became of each line. Rules 35, 36, 38.2.

        A good row is taken whatever the others are like. `progress` is told how many lines are done.
        """
        report = ImportReport(source=source, dry_run=dry_run)
        batch: list[InterpretedRow] = []
        for row in rows:
            if isinstance(row, RowError):
                report.refused(row.line, row.reason, field=row.column)
                continue
            interpreted = interpret(row, mapping)
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

    def _take(self, rows: list[InterpretedRow], report: ImportReport) -> None:
        known = self._employers_by_name(
            sorted({row.company for row in rows if row.company and not row.credit_code})
        )
        wanted: list[_Wanted] = []
        for row in rows:
            try:
                wanted.append(self._commands(row, _credit_code(row, known)))
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

    def _commands(self, row: InterpretedRow, credit_code: str) -> _Wanted:
        try:
            content = VacancyContent(
                title=row.title,
                text=row.text,
                headcount=row.headcount,
                work_content=row.work_content,
                hiring_conditions=row.hiring_conditions,
                education=row.education,
                experience=row.experience,
                pay=row.pay,
                benefits=row.benefits,
                social_insurance=row.social_insurance,
                place=row.place,
                valid_until=row.valid_until,
            )
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        vacancy_id = uuid5(NAMESPACE_URL, f"taizhang:import:{credit_code}:{row.key}")
        draft = DraftVacancy(
            credit_code=credit_code,
            vacancy_id=vacancy_id,
            content=content,
            external_id=row.external_id,
        )
        requests = [Request(draft, _command_id(vacancy_id, "draft"))]
        if self._submit:
            submit = SubmitVacancy(
                credit_code=credit_code, vacancy_id=vacancy_id, channel=self._channel
            )
            requests.append(Request(submit, _command_id(vacancy_id, "submit")))
        return _Wanted(row, requests)


def _command_id(vacancy_id: UUID, step: str) -> UUID:
    return uuid5(vacancy_id, step)


def _credit_code(row: InterpretedRow, known: Mapping[str, tuple[str, ...]]) -> str:
    if row.credit_code:
        return check_credit_code(row.credit_code)
    if not row.company:
        raise ValueError("neither a credit code nor an employer's name: whose vacancy is it?")
    match known.get(row.company, ()):
        case (code,):
            return code
        case ():
            raise ValueError(
                f"no employer called {row.company!r} has a ledger: open it, or give its credit code"
            )
        case several:
            raise ValueError(
                f"{len(several)} employers are called {row.company!r}: give the credit code"
            )


def _report(
    report: ImportReport, row: InterpretedRow, answers: list[CommandResult | TaizhangError]
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
