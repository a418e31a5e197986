"""The jobs there are, in the order in which those due at the same moment are done.

Adding one is a class with a name, a rhythm, its agencies and `carry_out`, and a line in `all_jobs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from ...application.commands.reminders import RecordOverdueDuty
from ...application.jobs import AnyJob, ContinuousJob, NotYet, Period, Rhythm, Task
from ...domain.calendar import day_bounds, shanghai_day
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.staff import Role
from ...domain.supervision.spot_check.kinds import POPULATIONS
from ..notices.office import NoticeOffice
from ..spot_checks.office import SpotCheckOffice
from .lapses import ExpiryOfAgreements, LapseOfRegistrations, LapseOfVacancies
from .workshop import NOBODY_LEFT, OfServing, OfSuperiors, Workshop


class KeepLevel(ContinuousJob):
    """Keeps the read models level with the log: `JobOffice` does it, and knows how it stands."""

    name: ClassVar[str] = "projections"
    title_zh: ClassVar[str] = "更新查询数据"


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
    after: ClassVar[str] = SpotCheckClosings.name

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


def all_jobs(
    workshop: Workshop, notices: NoticeOffice, checks: SpotCheckOffice
) -> tuple[AnyJob, ...]:
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
