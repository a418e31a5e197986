"""Importing vacancies of registered employers: drafted and, as a rule, submitted for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from ...domain.employer.content import VacancyContent
from ...domain.employer.papers import Channel
from ...domain.identity import check_credit_code
from ...domain.organisation.powers import Actor
from ..commands.employers import DraftVacancy, SubmitVacancy
from ..service import CommandService, Request
from .table import TableImport
from .vacancy_rows import ColumnMapping, InterpretedRow, SourceRow, interpret


class EmployersByName(Protocol):
    """Finds employers by the names that files give."""

    def __call__(self, names: list[str], /) -> Mapping[str, tuple[str, ...]]:
        """Return the credit codes of the employers of each name that bears one."""
        ...


class VacancyImport(TableImport[InterpretedRow, ColumnMapping]):
    """Takes rows of vacancies in, for one actor.

    Rules 35, 36, 38.2.
    """

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
        super().__init__(service, by=by)
        self._employers_by_name = employers_by_name
        self._channel = channel
        self._submit = submit
        self._known: Mapping[str, tuple[str, ...]] = {}

    def interpret(self, row: SourceRow, mapping: ColumnMapping) -> InterpretedRow:
        """Return what a row says. Rules 35, 36, 38.2."""
        return interpret(row, mapping)

    def look_up(self, rows: list[InterpretedRow]) -> None:
        """Look the employers up that the rows name without a credit code."""
        self._known = self._employers_by_name(
            sorted({row.company for row in rows if row.company and not row.credit_code})
        )

    def requests(self, row: InterpretedRow) -> list[Request]:
        """Return the commands that draft and submit the vacancy."""
        credit_code = _credit_code(row, self._known)
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
        return requests


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
