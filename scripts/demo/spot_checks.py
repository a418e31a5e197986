"""The spot-checks of the month: planned on its first day, drawn after the cut-off, inspected, answered.

A job closes them once the time to answer is over.

The district checks every kind of record of those below it. Its supervisor does not
get through all of them: what was not inspected by its date shows as such.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from ...application.commands.base import Command
from ...application.commands.spot_checks import (
    AddFinding,
    AnswerSpotCheck,
    InspectItem,
    JudgeFinding,
)
from ...application.views.spot_checks import SpotCheckItemView, SpotCheckProof, SpotCheckView
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import Role
from ...domain.supervision.spot_check.findings import Evidence, Verdict
from ...domain.supervision.spot_check.kinds import RecordKind

if TYPE_CHECKING:
    from .month import Month

KINDS = tuple(RecordKind)
CUT_OFF, INSPECT_BY, ANSWER_BY = 14, 21, 25
"""Days after the first of the month."""
LEFT = 0.06
"""The share of items that the supervisor does not get to."""
OVERRULED = 0.08
ADDED = 0.05
ANSWERED = 0.7
JUDGED_MET = 0.75
WHY_MET = ("电话核实，服务已提供", "查阅纸质档案，材料齐全", "本人表示近期不需要服务")
WHY_NOT_MET = ("经核实确未开展服务", "纸质档案中也未见相关记录")
WHY_OVERRULED = ("系统故障当日无法录入，有值班记录为证", "纸质登记表日期与采集日期一致")
ADDED_RULES = {
    RecordKind.PERSONAL_LEDGERS: "17",
    RecordKind.NEEDS_FILES: "20",
    RecordKind.EMPLOYER_LEDGERS: "50",
    RecordKind.STAFFING_NEEDS_FILES: "48.1",
}
ADDED_ZH = ("服务记录内容过于简单，看不出服务效果", "指导记录与推荐岗位不一致")
ANSWERS = (
    "已联系服务对象补充完善",
    "已组织经办人学习并补录",
    "情况属实，立即整改",
    "已核对原始材料，将于本周内补录",
)


class Checked(NamedTuple):
    """A check at the end of the month: its results, its items, and the proof that the log gives."""

    view: SpotCheckView
    items: list[SpotCheckItemView]
    proof: SpotCheckProof


class SpotChecks:
    """Carries the checks on, each morning."""

    def __init__(self, month: Month) -> None:
        """Prepare for the month, by a chance of its own."""
        self._month = month
        self._chance = month.chance.another("spot-checks")
        self._office = month.taizhang.spot_checks
        self._district = month.district_code
        self._supervisor = month.city.district.people(Role.SUPERVISOR)[0]
        self._clerks = {
            office.code: office.clerks[0]
            for office in (*month.city.subdistricts, *month.city.stations)
        }
        self._checks: list[UUID] = []
        first = month.first
        self.cut_off, self.inspect_by, self.answer_by = (
            first + timedelta(days=days) for days in (CUT_OFF, INSPECT_BY, ANSWER_BY)
        )

    def morning(self, yesterday: date) -> None:
        """Do what is to be done on the morning after a day."""
        if yesterday == self._month.first - timedelta(days=1):
            self._checks = [self._plan(kind) for kind in KINDS]
        elif yesterday == self.cut_off:
            system = Actor.system(self._district)
            for check_id in self._checks:
                self._office.draw(check_id, by=system)
                self._office.examine(check_id, by=system)
        elif yesterday == self.inspect_by - timedelta(days=2):
            for check_id in self._checks:
                self._inspect(check_id)
        elif yesterday == self.answer_by - timedelta(days=1):
            for check_id in self._checks:
                self._answer(check_id)

    def checked(self) -> list[Checked]:
        """Return the checks with their proofs, once the month is over."""
        self._month.taizhang.projections.catch_up()
        queries, by = self._month.taizhang.queries().spot_checks, self._supervisor
        return [
            Checked(
                queries.check(check_id, by=by),
                queries.items(check_id, by=by),
                self._office.verify(check_id, by=by),
            )
            for check_id in self._checks
        ]

    def _plan(self, kind: RecordKind) -> UUID:
        return self._office.plan(
            self._district,
            kind,
            self._month.first,
            by=self._supervisor,
            cut_off=self.cut_off,
            inspect_by=self.inspect_by,
            answer_by=self.answer_by,
        )

    def _items(self, check_id: UUID) -> list[SpotCheckItemView]:
        self._month.taizhang.projections.catch_up()
        queries = self._month.taizhang.queries().spot_checks
        return queries.items(check_id, by=self._supervisor)

    def _inspect(self, check_id: UUID) -> None:
        kind = KINDS[self._checks.index(check_id)]
        for item in self._items(check_id):
            if not self._chance.happens(LEFT):
                self._month.desk.do(self._supervisor, *self._judgements(item, ADDED_RULES[kind]))

    def _judgements(self, item: SpotCheckItemView, added: str) -> list[Command]:
        chance, commands = self._chance, list[Command]()
        for finding in item.findings:
            verdict, reason = None, ""
            if finding["verdict"] == Verdict.TO_BE_JUDGED.value:
                is_met = chance.happens(JUDGED_MET)
                verdict = Verdict.MET if is_met else Verdict.NOT_MET
                reason = chance.pick(WHY_MET if is_met else WHY_NOT_MET)
            elif finding["verdict"] == Verdict.NOT_MET.value and chance.happens(OVERRULED):
                verdict, reason = Verdict.MET, chance.pick(WHY_OVERRULED)
            if verdict is not None:
                commands.append(
                    JudgeFinding(
                        check_id=item.check_id, number=item.number, key=finding["key"],
                        verdict=verdict, reason=reason,
                    )
                )  # fmt: skip
        if chance.happens(ADDED):
            evidence = (Evidence(text_zh=chance.pick(ADDED_ZH)),)
            commands.append(
                AddFinding(
                    check_id=item.check_id, number=item.number, rule=added, evidence=evidence
                )
            )
        return [*commands, InspectItem(check_id=item.check_id, number=item.number)]

    def _answer(self, check_id: UUID) -> None:
        for item in self._items(check_id):
            clerk = self._clerks.get(item.agency_code)
            is_faulty = item.status == "inspected" and item.faulty
            if is_faulty and clerk is not None and self._chance.happens(ANSWERED):
                answer = AnswerSpotCheck(
                    check_id=check_id, number=item.number, answer=self._chance.pick(ANSWERS)
                )
                self._month.desk.do(clerk, answer)
