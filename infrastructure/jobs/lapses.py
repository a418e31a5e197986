"""What a day's end brings about in the records of an agency: vacancies, registrations, agreements run out.

Each is one query for what ran out by the day, and one command for each row of it.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import Any, ClassVar

from ...application.commands.base import Command
from ...application.commands.employers import LapseRegistration, LapseVacancies
from ...application.commands.key_enterprise_course import ExpireEnterpriseAgreement
from ...application.jobs import Rhythm, Task
from ...domain.employer.papers import RegistrationLapsed
from ...domain.employer.vacancy import VacancyLapsed
from ...domain.events import Event
from ...domain.key_enterprise.ending import AgreementExpired
from .workshop import NOBODY_LEFT, OfServing


class Lapsing(OfServing):
    """Records, with effect of the next day, what was valid until this one or an earlier."""

    rhythm: ClassVar[Rhythm] = Rhythm.DAILY
    found_by: ClassVar[str]
    """Of a `day` and the `codes` answered for: the ids, in the column `of`, of what has something run out."""
    effect: ClassVar[type[Event]]
    counted: ClassVar[str]

    @abstractmethod
    def command(self, of: Any, on: date) -> Command:
        """Return the command that records it, with effect of a day."""

    def carry_out(self, task: Task) -> str:
        """Record it of everything that the agency answers for."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        rows = self._workshop.level_rows(
            self.found_by, {"day": task.day, "codes": self._workshop.answered_for(task)}
        )
        commands = ((row["of"], self.command(row["of"], task.next_day)) for row in rows)
        results = self._workshop.do_all(task, commands)
        effects = sum(result.events.count(self.effect.event_name) for result in results)
        return f"{self.counted}: {effects}"


class LapseOfVacancies(Lapsing):
    """Records that vacancies lapsed whose last day is over. Rule 41."""

    name: ClassVar[str] = "vacancy_lapse"
    title_zh: ClassVar[str] = "招聘信息到期失效"
    found_by: ClassVar[str] = (
        "SELECT DISTINCT e.credit_code AS of FROM vacancies v JOIN employers e USING (stream_id) "
        "WHERE v.status = 'published' AND v.valid_until <= %(day)s "
        "AND e.agency_code = ANY(%(codes)s) ORDER BY 1"
    )
    effect: ClassVar[type[Event]] = VacancyLapsed
    counted: ClassVar[str] = "vacancies lapsed"

    def command(self, of: Any, on: date) -> Command:
        """Let all vacancies of an employer lapse that are over."""
        return LapseVacancies(credit_code=of, occurred_on=on)


class LapseOfRegistrations(Lapsing):
    """Records that recruitment registrations lapsed with their papers. Rule 35."""

    name: ClassVar[str] = "registration_lapse"
    title_zh: ClassVar[str] = "招聘需求登记随资料到期失效"
    found_by: ClassVar[str] = (
        "SELECT credit_code AS of FROM employers WHERE registered_on <= %(day)s "
        "AND registration_lapsed_on IS NULL AND agency_code = ANY(%(codes)s) "
        "AND (licence_valid_until <= %(day)s OR agent_valid_until <= %(day)s "
        "OR agent_valid_until IS NULL) ORDER BY 1"
    )
    effect: ClassVar[type[Event]] = RegistrationLapsed
    counted: ClassVar[str] = "registrations lapsed"

    def command(self, of: Any, on: date) -> Command:
        """Let an employer's registration lapse."""
        return LapseRegistration(credit_code=of, occurred_on=on)


class ExpiryOfAgreements(Lapsing):
    """Records that agreements with key enterprises ran to their term and were not renewed. Rule 45.3."""

    name: ClassVar[str] = "agreement_expiry"
    title_zh: ClassVar[str] = "重点企业日常服务协议到期"
    found_by: ClassVar[str] = (
        "SELECT stream_id AS of FROM key_enterprises WHERE stage = 'in_force' "
        "AND valid_until <= %(day)s AND agency_code = ANY(%(codes)s) ORDER BY 1"
    )
    effect: ClassVar[type[Event]] = AgreementExpired
    counted: ClassVar[str] = "agreements expired"

    def command(self, of: Any, on: date) -> Command:
        """Let an agreement expire."""
        return ExpireEnterpriseAgreement(agreement_id=of, occurred_on=on)
