"""Papers that run out while vacancies are public, and what else goes wrong with them (Article 35)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from ...application.commands.employers import RevokeAgent
from .choosing import employer_with_public_vacancies, happen

if TYPE_CHECKING:
    from .month import Month


def enter(month: Month, days: list[date]) -> None:
    """Let papers run out while vacancies are public; most are renewed after a while, some never."""
    for number in range(10 if len(month.employers) > 40 else 5):
        day = days[1 + number * (len(days) - 8) // 10]
        renewed_after = (2, 3, 1, None, 6)[number % 5]
        run_out = _licence_runs_out if number % 2 else _authority_runs_out
        month.diary.on(day, partial(happen, month, partial(run_out, renewed_after=renewed_after)))
    month.diary.on(days[5], partial(happen, month, _agent_leaves))
    month.diary.on(days[8], partial(happen, month, _licence_renewed_too_early))


def _licence_runs_out(month: Month, renewed_after: int | None) -> None:
    """Let an employer show a licence that ends tomorrow."""
    employer = employer_with_public_vacancies(month)
    employer.licence_until = month.clock.today + timedelta(days=1)
    month.desk.do(employer.office.clerks[0], employer.licence())

    def renew() -> None:
        employer.licence_until = month.clock.today + timedelta(days=3650)
        month.desk.do(employer.office.clerks[0], employer.licence())

    if renewed_after is not None:
        month.diary.soon(1 + renewed_after, renew)


def _authority_runs_out(month: Month, renewed_after: int | None) -> None:
    """Let an agent show a letter of authority that ends tomorrow."""
    employer = employer_with_public_vacancies(month)
    employer.authority_until = month.clock.today + timedelta(days=1)
    month.desk.do(employer.office.clerks[0], employer.authority())

    def renew() -> None:
        employer.authority_until = month.clock.today + timedelta(days=180)
        month.desk.do(employer.office.clerks[0], employer.authority())

    if renewed_after is not None:
        month.diary.soon(1 + renewed_after, renew)


def _agent_leaves(month: Month) -> None:
    """Let the only agent leave the employer; a new letter of authority comes some days later."""
    employer = employer_with_public_vacancies(month)
    clerk, code = employer.office.clerks[0], employer.credit_code
    agent_id = month.taizhang.identities.person(employer.agent_number)
    employer.has_agent = False
    month.desk.do(clerk, RevokeAgent(credit_code=code, agent_id=agent_id, reason="经办人离职"))

    def come_back() -> None:
        employer.has_agent = True
        employer.authority_until = month.clock.today + timedelta(days=180)
        month.desk.do(clerk, employer.authority())

    month.diary.soon(3, come_back)


def _licence_renewed_too_early(month: Month) -> None:
    """Let a clerk try to enter next year's licence over the one in force."""
    employer = employer_with_public_vacancies(month)
    clerk, until, since = employer.office.clerks[0], employer.licence_until, employer.licence_from
    employer.licence_from = date(month.last.year + 1, 1, 1)
    employer.licence_until = date(month.last.year + 10, 12, 31)
    month.desk.refuse(clerk, employer.licence(), "35", "录入尚未生效的营业执照")
    employer.licence_from, employer.licence_until = since, until
