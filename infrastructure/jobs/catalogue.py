"""The jobs there are, in the order in which those due at the same moment are done.

Adding one is a class with a name, a rhythm, its agencies and `carry_out`, and a line in `all_jobs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from psycopg.rows import dict_row

from ...application.commands.base import Command, CommandResult
from ...application.commands.employers import LapseRegistration, LapseVacancies
from ...application.commands.key_enterprise_course import ExpireEnterpriseAgreement
from ...application.commands.reminders import RecordOverdueDuty
from ...application.jobs import FailedInPart, Job, NotYet, Period, Rhythm, Task
from ...application.service import CommandService, Request
from ...domain.calendar import day_bounds, shanghai_day
from ...domain.errors import TaizhangError
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.staff import Role
from ...domain.supervision.spot_check.kinds import POPULATIONS
from ..database import Database
from ..notices.office import NoticeOffice
from ..spot_checks.office import SpotCheckOffice

AT_ONCE = 200
"""So many commands go into one transaction: others can append in between."""


NOBODY_LEFT = "closed without a successor: nobody may write in its records"


class Following(Protocol):
    """Keeps the read models level."""

    def position(self) -> int:
        """Return how far they have come."""
        ...

    def catch_up(self) -> object:
        """Bring them to the head of the log."""
        ...


class Workshop:
    """What jobs work with: the commands, and rows of read models that are level."""

    def __init__(self, database: Database, service: CommandService, projections: Following) -> None:
        """Stand on the service and the read models."""
        self.service = service
        self._database = database
        self._projections = projections

    def level_rows(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return rows of the read models, after bringing them level with the log."""
        (log,) = self.rows("SELECT coalesce(max(notification_id), 0) AS head FROM stored_events")
        if self._projections.position() < log["head"]:
            self._projections.catch_up()
        return self.rows(statement, parameters)

    def rows(
        self, statement: str, parameters: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return rows of the database."""
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()

    def answered_for(self, task: Task) -> list[str]:
        """Return the codes for whose records the agency of a task answered at the end of its period.

        Without those that another one has borne since: what stands under them is the other's now.
        """
        directory, today = self.service.directory, shanghai_day(task.now)
        heir = directory.heir(task.agency, today)
        return [
            code
            for code in directory.codes_answered_for(task.agency, task.day)
            if directory.holder(code, today) is heir
        ]

    def is_left_to(self, task: Task) -> bool:
        """Say whether the agency, or one that took over from it, is there today to write in its records."""
        today = shanghai_day(task.now)
        heir = self.service.directory.heir(task.agency, today)
        return heir is not None and heir.exists_on(today)

    def do_all(self, task: Task, commands: Iterable[tuple[object, Command]]) -> list[CommandResult]:
        """Carry out commands, each under an id made of the task and of what it is about.

        All are tried. Raises FailedInPart where some were refused, naming the first reason: the
        others are recorded, and are not again when the task is repeated.
        """
        requests = [Request(command, task.command_id(of)) for of, command in commands]
        results: list[CommandResult] = []
        refused: list[TaizhangError] = []
        for start in range(0, len(requests), AT_ONCE):
            some = requests[start : start + AT_ONCE]
            for answer in self.service.execute_many(some, by=task.actor):
                if isinstance(answer, CommandResult):
                    results.append(answer)
                else:
                    refused.append(answer)
        if refused:
            raise FailedInPart(
                f"{len(refused)} of {len(requests)} were refused, the first because: {refused[0]}"
            )
        return results


class KeepLevel(Job):
    """Keeps the read models level with the log. It has no periods: `JobOffice` knows how it stands."""

    name: ClassVar[str] = "projections"
    title_zh: ClassVar[str] = "更新查询数据"
    rhythm: ClassVar[Rhythm] = Rhythm.CONTINUOUS

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return none: it is for the whole service."""
        return ()

    def carry_out(self, task: Task) -> str:
        """Never asked for: see `JobOffice.run_due`."""
        raise NotImplementedError


class OfSuperiors(Job):
    """A job for each agency that supervises others: what a superior does about those below it."""

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the agencies above others; a station has no power over any."""
        return (
            agency
            for agency in directory.every_agency()
            if agency.below and agency.level is not AgencyLevel.STATION
        )

    def serves(self, agency: Agency, period: Period) -> bool:
        """Say whether it had an agency below it at the end of the period."""
        return agency.is_superior_on(period.last)


class OfServing(Job):
    """A job for each agency that keeps ledgers: those that have, or had, anybody on their staff."""

    levels: ClassVar[frozenset[AgencyLevel]] = frozenset(AgencyLevel) - {AgencyLevel.CITY}

    def __init__(self, workshop: Workshop) -> None:
        """Work through commands."""
        self._workshop = workshop

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the agencies of these levels with staff."""
        staffed = directory.codes_of_staff()
        return (
            agency
            for agency in directory.every_agency()
            if agency.level in self.levels and not staffed.isdisjoint(agency.codes.values())
        )


class LapseOfVacancies(OfServing):
    """Records that vacancies lapsed whose last day is over. Rule 41."""

    name: ClassVar[str] = "vacancy_lapse"
    title_zh: ClassVar[str] = "招聘信息到期失效"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY

    def carry_out(self, task: Task) -> str:
        """Lapse, with effect of the next day, what was published until this one or an earlier."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        rows = self._workshop.level_rows(
            "SELECT DISTINCT e.credit_code FROM vacancies v JOIN employers e USING (stream_id) "
            "WHERE v.status = 'published' AND v.valid_until <= %(day)s "
            "AND e.agency_code = ANY(%(codes)s) ORDER BY 1",
            {"day": task.day, "codes": self._workshop.answered_for(task)},
        )
        results = self._workshop.do_all(
            task,
            (
                (code, LapseVacancies(credit_code=code, occurred_on=task.next_day))
                for code in (row["credit_code"] for row in rows)
            ),
        )
        return f"vacancies lapsed: {sum(len(result.events) for result in results)}"


class LapseOfRegistrations(OfServing):
    """Records that recruitment registrations lapsed with their papers. Rule 35."""

    name: ClassVar[str] = "registration_lapse"
    title_zh: ClassVar[str] = "招聘需求登记随资料到期失效"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY

    def carry_out(self, task: Task) -> str:
        """Record, with effect of the next day, what stood on papers valid until this one."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        rows = self._workshop.level_rows(
            "SELECT credit_code FROM employers WHERE registered_on <= %(day)s "
            "AND registration_lapsed_on IS NULL AND agency_code = ANY(%(codes)s) "
            "AND (licence_valid_until <= %(day)s OR agent_valid_until <= %(day)s "
            "OR agent_valid_until IS NULL) ORDER BY 1",
            {"day": task.day, "codes": self._workshop.answered_for(task)},
        )
        results = self._workshop.do_all(
            task,
            (
                (code, LapseRegistration(credit_code=code, occurred_on=task.next_day))
                for code in (row["credit_code"] for row in rows)
            ),
        )
        return f"registrations lapsed: {sum(len(result.events) for result in results)}"


class ExpiryOfAgreements(OfServing):
    """Records that agreements with key enterprises ran to their term and were not renewed. Rule 45.3."""

    name: ClassVar[str] = "agreement_expiry"
    title_zh: ClassVar[str] = "重点企业日常服务协议到期"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY

    def carry_out(self, task: Task) -> str:
        """Record, with effect of the next day, what was in force until this one or an earlier."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        rows = self._workshop.level_rows(
            "SELECT stream_id FROM key_enterprises WHERE stage = 'in_force' "
            "AND valid_until <= %(day)s AND agency_code = ANY(%(codes)s) ORDER BY 1",
            {"day": task.day, "codes": self._workshop.answered_for(task)},
        )
        results = self._workshop.do_all(
            task,
            (
                (of, ExpireEnterpriseAgreement(agreement_id=of, occurred_on=task.next_day))
                for of in (row["stream_id"] for row in rows)
            ),
        )
        return f"agreements expired: {sum(bool(result.events) for result in results)}"


class OverdueDuties(OfServing):
    """Tells of each duty that was still open when its last day ended, once for each spell. Rule 58.1."""

    name: ClassVar[str] = "duty_overdue"
    title_zh: ClassVar[str] = "事项逾期提醒"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY
    levels: ClassVar[frozenset[AgencyLevel]] = frozenset(AgencyLevel)

    _SPELL: ClassVar[Sequence[str]] = (
        "subject_id", "duty", "arose_position", "since_position", "turn", "stream_id AS ledger_id",
        "item_id", "rule", "agency_code", "staff_id", "due_on", "provisional",
    )  # fmt: skip
    # In two halves, each with an index of its own: what is open still, and what was closed only since.
    _OPEN: ClassVar[str] = (
        f"SELECT {', '.join(_SPELL)} FROM obligations WHERE agency_code = ANY(%(codes)s) "
        "AND due_on <= %(day)s AND since_position <= %(position)s AND "
    )

    def carry_out(self, task: Task) -> str:
        """Tell of what was open and due at the end of the day, as the log stood then."""
        rows = self._workshop.level_rows(
            f"SELECT * FROM ({self._OPEN} outcome = 'open' "
            f"UNION ALL {self._OPEN} closed_position > %(position)s) AS held "
            "WHERE NOT EXISTS (SELECT FROM overdue_duties AS told WHERE (told.subject_id, told.duty, "
            "told.arose_position, told.since_position, told.turn) = (held.subject_id, held.duty, "
            "held.arose_position, held.since_position, held.turn)) "
            "ORDER BY due_on, arose_position, duty, subject_id, turn",
            {
                "codes": self._workshop.answered_for(task),
                "day": task.day,
                "position": self._position(task),
            },
        )
        results = self._workshop.do_all(
            task,
            (
                (
                    ":".join(str(row[name]) for name in self._SPELL[:5]),
                    RecordOverdueDuty(**row, occurred_on=task.next_day),
                )
                for row in rows
            ),
        )
        return f"duties overdue: {sum(len(result.events) for result in results)}"

    def _position(self, task: Task) -> int:
        (log,) = self._workshop.rows(
            "SELECT coalesce(max(notification_id), 0) AS position FROM stored_events "
            "WHERE recorded_at < %(end)s",
            {"end": day_bounds(task.day)[1]},
        )
        return int(log["position"])


class DailyVacancyNotices(OfSuperiors):
    """Issues the notice of vacancy checks of each day that is over. Rule 56.2a."""

    name: ClassVar[str] = "daily_vacancy_notice"
    title_zh: ClassVar[str] = "每日招聘信息核查通报"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY

    def __init__(self, notices: NoticeOffice) -> None:
        """Issue through the office of notices."""
        self._notices = notices

    def carry_out(self, task: Task) -> str:
        """Issue it, or find it issued."""
        issued = self._notices.issue_daily_vacancies(task.day, task.code, by=task.actor)
        return issued.notice_id


class OfInspecting(OfSuperiors):
    """A job of spot-checks: for each superior that has, or had, a supervisor to inspect."""

    def __init__(self, workshop: Workshop, checks: SpotCheckOffice) -> None:
        """Take the steps through the office of spot-checks."""
        self._workshop = workshop
        self._checks = checks

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the superiors with a supervisor on their staff, at any time."""
        supervised = directory.codes_of_staff(Role.SUPERVISOR)
        return (
            agency
            for agency in super().agencies(directory)
            if not supervised.isdisjoint(agency.codes.values())
        )

    def open_checks(self, task: Task) -> list[dict[str, Any]]:
        """Return the agency's checks of a month that are not closed."""
        return self._workshop.level_rows(
            "SELECT check_id, status, answer_by FROM spot_checks WHERE agency_id = %(agency)s "
            "AND month = %(month)s AND status <> 'closed' ORDER BY kind",
            {"agency": task.agency.stream_id, "month": task.period.first},
        )


class SpotCheckPlans(OfInspecting):
    """Plans the month's spot-checks as it begins, so that nobody can know the frame. Rule 56.1."""

    name: ClassVar[str] = "spot_check_plan"
    title_zh: ClassVar[str] = "制定月度抽查计划"
    rhythm: ClassVar[Rhythm] = Rhythm.MONTHLY

    def serves(self, agency: Agency, period: Period) -> bool:
        """Say whether the superior has a supervisor in the month."""
        staff = self._workshop.service.directory.members_of(agency, period.last)
        return super().serves(agency, period) and any(
            Role.SUPERVISOR in member.roles_on(period.last) for member in staff
        )

    def due_at(self, period: Period) -> datetime:
        """Return the beginning of the month: a plan commits to its seed before there is a frame."""
        return day_bounds(period.first)[0]

    def carry_out(self, task: Task) -> str:
        """Plan a check of each kind of record; those that were planned stand."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        for kind in POPULATIONS:
            self._checks.plan(task.code, kind, task.period.first, by=task.actor)
        return f"checks planned: {len(POPULATIONS)}"


class SpotCheckDraws(OfInspecting):
    """Draws and examines the samples of the checks of a month that is over. Rule 56.1."""

    name: ClassVar[str] = "spot_check_draw"
    title_zh: ClassVar[str] = "抽取并核查月度抽查样本"
    rhythm: ClassVar[Rhythm] = Rhythm.MONTHLY

    def carry_out(self, task: Task) -> str:
        """Draw what was planned, and examine what was drawn as it stood at the cut-off."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        checks = self.open_checks(task)
        examined = 0
        for check in checks:
            self._checks.draw(check["check_id"], by=task.actor)
            examined += self._checks.examine(check["check_id"], by=task.actor)
        return f"checks drawn: {len(checks)}, records examined: {examined}"


class SpotCheckClosings(OfInspecting):
    """Closes the checks whose time to answer is over. Rule 56.2b."""

    name: ClassVar[str] = "spot_check_close"
    title_zh: ClassVar[str] = "结束到期的抽查"
    rhythm: ClassVar[Rhythm] = Rhythm.DAILY

    def carry_out(self, task: Task) -> str:
        """Close what is over today."""
        if not self._workshop.is_left_to(task):
            return NOBODY_LEFT
        closed = self._checks.close_due(task.actor.agency_code, by=task.actor)
        return f"checks closed: {len(closed)}"


class MonthlyLedgerNotices(OfSuperiors):
    """Issues the notice of spot-checks and duties of a month, once its checks are closed. Rule 56.2b."""

    name: ClassVar[str] = "monthly_ledger_notice"
    title_zh: ClassVar[str] = "每月台账抽查通报"
    rhythm: ClassVar[Rhythm] = Rhythm.MONTHLY

    def __init__(self, notices: NoticeOffice) -> None:
        """Issue through the office of notices."""
        self._notices = notices

    def carry_out(self, task: Task) -> str:
        """Issue it, or find it issued. Raises NotYet while a check of the month is open in its time."""
        ready_on = self._notices.monthly_ledgers_ready_on(task.day, task.code)
        if shanghai_day(task.now) < ready_on:
            raise NotYet(f"spot-checks of {task.period.name} are open: ready on {ready_on}")
        issued = self._notices.issue_monthly_ledgers(task.day, task.code, by=task.actor)
        return issued.notice_id


def all_jobs(workshop: Workshop, notices: NoticeOffice, checks: SpotCheckOffice) -> tuple[Job, ...]:
    """Return every job; of those due at the same moment the first is done first."""
    return (
        KeepLevel(),
        LapseOfVacancies(workshop),
        LapseOfRegistrations(workshop),
        ExpiryOfAgreements(workshop),
        OverdueDuties(workshop),
        DailyVacancyNotices(notices),
        SpotCheckPlans(workshop, checks),
        SpotCheckDraws(workshop, checks),
        SpotCheckClosings(workshop, checks),
        MonthlyLedgerNotices(notices),
    )
