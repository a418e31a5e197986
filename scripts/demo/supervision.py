"""The month's supervision: the ledger notices of two months, and what the agencies put right between them.

On the first morning the district notifies what the month before left; what still stands at this month's end
is notified for the second time, beside what the spot-checks found.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ...application.commands.base import Command
from ...application.commands.rectification import (
    AnswerNotice,
    CheckRectification,
    NotifyProblem,
    PutProblemRight,
    RecordProblem,
)
from ...application.views.supervision import RectificationView
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import Role
from ...domain.supervision.rectification.events import ConcernedRecord, Source
from ...domain.supervision.rectification.state import Stage
from ...projections.monthly_ledger_notice import MonthlyLedgerNotice

if TYPE_CHECKING:
    from .month import Month

FOUND, REMEDIED, CHECKED = 9, 19, 23
"""Days of the month: problems found otherwise, put right by the agencies, checked by the district."""
PUT_RIGHT = 0.5
"""The share of problems notified by letter that an agency puts right; to others it only answers."""
ACCEPTED = 0.8
FINDINGS = (
    ("17", Source.MONITORING, "业务系统日常监测发现部分服务次日仍未录入"),
    ("14", Source.SURVEY, "第三方满意度调查反映职业指导流于形式"),
    ("5.c", Source.COMPLAINT, "群众反映窗口对投诉未予答复"),
)
ANSWERS = (
    ("经办人轮岗，交接不清", "明确接手人员，逐件补办"),
    ("业务量集中，人手不足", "从其他岗位抽调人员，限期办结"),
)
REMEDIES = (
    ("已逐件补办并复核", "补办记录已录入台账，附复核表"),
    ("已组织学习并补齐材料", "补齐材料扫描件已归档"),
)


class Monthly(NamedTuple):
    """A monthly notice, under its id."""

    notice_id: str
    content: MonthlyLedgerNotice


class Supervision:
    """Carries supervision on, each morning."""

    def __init__(self, month: Month) -> None:
        """Prepare for the month, by a chance of its own."""
        self._month = month
        self._chance = month.chance.another("supervision")
        self._supervisor = month.city.district.people(Role.SUPERVISOR)[0]
        self.notices: list[Monthly] = []

    def morning(self, yesterday: date) -> None:
        """Do what is to be done on the morning after a day."""
        first, last = self._month.first, self._month.last
        if yesterday in (first - timedelta(days=1), last):
            self._issue(yesterday)
        elif yesterday == first + timedelta(days=FOUND):
            self._find()
        elif yesterday == first + timedelta(days=REMEDIED):
            self._remedy()
        elif yesterday == first + timedelta(days=CHECKED):
            self._check()

    def _issue(self, month: date) -> None:
        notices = self._month.taizhang.notices
        code = self._month.district_code
        issued = notices.issue_monthly_ledgers(month, code, by=Actor.system(code))
        content = notices.document(issued.notice_id, by=self._supervisor)
        assert isinstance(content, MonthlyLedgerNotice)
        self.notices.append(Monthly(issued.notice_id, content))

    def _find(self) -> None:
        offices = self._chance.some(self._month.city.subdistricts, len(FINDINGS))
        for office, (rule, source, evidence) in zip(offices, FINDINGS, strict=False):
            found = RecordProblem(
                occurred_on=self._month.clock.today, agency_code=office.code, rule=rule,
                record_kind=ConcernedRecord.AGENCY, source=source, evidence=evidence,
            )  # fmt: skip
            (result,) = self._month.desk.do(self._supervisor, found)
            letter = f"督办函〔{self._month.first.year}〕{office.code}号"
            self._month.desk.do(
                self._supervisor, NotifyProblem(rectification_id=result.stream_id, letter=letter)
            )

    def _remedy(self) -> None:
        clerks = {office.code: office.clerks[0] for office in self._month.city.subdistricts}
        for problem in self._problems(Stage.NOTIFIED):
            clerk = clerks.get(problem.agency_code)
            if clerk is None:
                continue
            cause, measures = self._chance.pick(ANSWERS)
            commands: list[Command] = [
                AnswerNotice(
                    rectification_id=problem.rectification_id, cause=cause, measures=measures
                )
            ]
            # A missed duty is made up for in the ledger, which shows it by itself.
            if problem.source != Source.MISSED_DUTY and self._chance.happens(PUT_RIGHT):
                how, evidence = self._chance.pick(REMEDIES)
                commands.append(
                    PutProblemRight(
                        rectification_id=problem.rectification_id, how=how, evidence=evidence
                    )
                )
            self._month.desk.do(clerk, *commands)

    def _check(self) -> None:
        for problem in self._problems(Stage.PUT_RIGHT):
            accepted = self._chance.happens(ACCEPTED)
            reason = None if accepted else "抽看台账，仍有事项未补办"
            self._month.desk.do(
                self._supervisor,
                CheckRectification(
                    rectification_id=problem.rectification_id, accepted=accepted, reason=reason
                ),
            )

    def _problems(self, stage: Stage) -> list[RectificationView]:
        taizhang = self._month.taizhang
        taizhang.projections.catch_up()
        return taizhang.queries().supervision.rectifications(
            self._month.district_code, by=self._supervisor, stage=stage
        )
