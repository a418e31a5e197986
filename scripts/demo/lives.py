"""One person's way through the service: what is done on which day, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from ...application.commands.assistance import (
    AssessReadiness,
    ClassifyPerson,
    FormTeam,
    GiveAssistedGuidance,
    MakePlan,
    MakeVisit,
    SignAgreement,
)
from ...application.commands.assisted_work import ConcludeReferral, ReferAssisted
from ...application.commands.base import Command
from ...application.commands.job_seekers import (
    GradeJobSeeker,
    RecordRecognition,
    RecordStatusRegistration,
)
from ...domain.assistance.agreement import ServicePlace
from ...domain.assistance.employment import id_after
from ...domain.assistance.guidance import AssistedGuidance
from ...domain.assistance.readiness import UnreadyCause
from ...domain.assistance.state import case_stream
from ...domain.assistance.team_and_plan import PlanStage, TeamMember, TeamRole
from ...domain.assistance.visits import VisitMethod
from ...domain.calendar import SHANGHAI
from ...domain.employer.papers import Channel
from ...domain.employer.services import ReferralOutcome
from ...domain.job_seeker.registration import Household
from ...domain.job_seeker.status import StatusRegistration
from ...domain.organisation.powers import Actor
from .neighbourhood import Neighbourhood

GRADES: Final[Mapping[int, Mapping[str, str]]] = MappingProxyType(
    {
        level: dict(zip(("age", "out_of_work", "skill", "health", "family"), answers, strict=True))
        for level, answers in {
            1: ("under_40", "under_6_months", "certificate", "good", "free"),
            2: ("40_to_49", "6_to_12_months", "certificate", "good", "free"),
            3: ("50_and_over", "6_to_12_months", "some", "good", "free"),
            4: ("50_and_over", "over_12_months", "none", "good", "cares_for_somebody"),
        }.items()
    }
)
"""Answers to the sample tool that give each level."""

CATEGORIES = ("大龄失业人员", "长期失业人员", "零就业家庭成员", "享受最低生活保障人员")
ADVICE = (
    ("求职方向", "先了解社区周边岗位，再确定求职方向"),
    ("简历与自荐", "补充工作经历，突出技能和出勤情况"),
    ("面试准备", "模拟面试两次，准备到岗时间和交通安排"),
    ("择业观念", "结合家庭情况，可先从就近短工时岗位做起"),
)
REASONS = ("居住地距工作地点较近", "可接受该岗位班次")
LEARNT = ("已按建议投递两个岗位", "本人表示愿意近期面试", "家中事务已安排妥当", "仍需熟悉岗位要求")


class Life:
    """A person, the specialist, and the days on which something is done for the person.

    What happens on one day happens in the order in which it is entered.
    """

    def __init__(self, place: Neighbourhood, specialist: int = 0) -> None:
        """Let somebody new live in the subdistrict."""
        self.place = place
        self.person = place.person()
        self.specialist = place.specialists[specialist % len(place.specialists)]
        self.signed_at = place.office.code
        self._last = datetime.min.replace(tzinfo=SHANGHAI)
        self._ids = 0
        self.last_guidance: UUID | None = None

    # --- how things are entered ---------------------------------------------------------------

    def do(self, day: date, *commands: Command, by: Actor | None = None) -> None:
        """Let commands be given on a day, by the clerk where nobody is named."""
        who = by or self.place.clerk
        self._enter(day, partial(self.place.desk.carry_out, who, *commands))

    def refuse(
        self, day: date, command: Command, rule: str, what_zh: str, by: Actor | None = None
    ) -> None:
        """Let something be tried that is refused by a rule."""
        who = by or self.place.clerk
        self._enter(day, partial(self.place.desk.refuse, who, command, rule, what_zh))

    def _enter(self, day: date, action: partial[None]) -> None:
        chance = self.place.chance
        if self._last.date() == day:
            moment = self._last + timedelta(seconds=chance.whole(240, 1200))
        else:
            opening = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
            moment = opening + timedelta(seconds=chance.whole(0, 5 * 3600))
        self._last = moment
        self.place.month.diary.at(moment, action)

    def mine(self, command: type[Any], **fields: Any) -> Any:
        """Return a command about the person's ledger."""
        return command(job_seeker_id=self.person.job_seeker_id, **fields)

    def case(self, command: type[Any], **fields: Any) -> Any:
        """Return a command about the person's present case."""
        return command(case_id=self.case_id, **fields)

    def serve(self, day: date, command: type[Any], **fields: Any) -> None:
        """Let the specialist do something in the case."""
        self.do(day, self.case(command, **fields), by=self.specialist)

    @property
    def case_id(self) -> UUID:
        """The person's present case."""
        return case_stream(self.person.job_seeker_id, max(self.person.cases, 1))

    def new_id(self, what: str) -> UUID:
        """Return an id for something of this person."""
        self._ids += 1
        return self.place.chance.uuid(f"{self.person.job_seeker_id}:{what}:{self._ids}")

    # --- the ledger ---------------------------------------------------------------------------

    def collect(
        self, day: date, channel: Channel = Channel.FRONT_DESK, *, entered_on: date | None = None
    ) -> None:
        """Open the ledger, perhaps some days after the information was collected."""
        self.person.channel = channel
        by = self.place.coordinator if channel is Channel.SURVEY else None
        self.do(entered_on or day, self.person.opening(day if entered_on else None), by=by)

    def register(self, day: date, level: int | None = None, *, refined: bool = True) -> None:
        """Register the person for job seeking, and grade the person at once where a level is given."""
        commands: list[Command] = [self.person.application()]
        if refined:
            self.person.out_of_work_since = day - timedelta(days=self.place.chance.whole(40, 700))
            commands.append(self.person.refined())
        if level is not None:
            commands.append(self.mine(GradeJobSeeker, answers=dict(GRADES[level])))
        self.do(day, *commands)

    def out_of_work(self, day: date) -> None:
        """Record the unemployment registration, or that of a rural transfer."""
        rural = self.person.basics.household is Household.LOCAL_RURAL
        kind = StatusRegistration.RURAL_TRANSFER if rural else StatusRegistration.UNEMPLOYMENT
        source = "市公共就业服务信息系统"
        self.do(
            day, self.mine(RecordStatusRegistration, registration=kind, since=day, source=source)
        )

    def recognised(self, day: date) -> None:
        """Record the recognition as hard-to-employ."""
        category = self.place.chance.pick(CATEGORIES)
        self.do(
            day,
            self.mine(RecordRecognition, category=category, since=day, source="就业困难人员认定表"),
        )

    def to_assistance(self, day: date, level: int = 3) -> None:
        """Let everything be done on one day that leads to an agreement."""
        self.collect(day)
        self.register(day, level)
        self.out_of_work(day)
        self.recognised(day)

    # --- the case -----------------------------------------------------------------------------

    def agreement(self, number: int, specialist: Actor) -> SignAgreement:
        """Return the command that signs an agreement."""
        return SignAgreement(
            person_id=self.person.job_seeker_id,
            number=number,
            specialist_id=specialist.staff_id,
            place=ServicePlace.RESIDENCE,
        )

    def sign(self, day: date) -> None:
        """Sign the next agreement with the specialist."""
        self.person.cases += 1
        self.signed_at = self.specialist.agency_code
        self.do(day, self.agreement(self.person.cases, self.specialist), by=self.specialist)

    def assess(self, day: date, cause: UnreadyCause | None = None, **more: Any) -> None:
        """Assess readiness, with the cause where the person is not ready."""
        findings = "可在两周内到岗" if cause is None else f"暂不具备上岗条件：{cause.label_zh}"
        self.serve(
            day, AssessReadiness, tool="就业准备状况评估表", job_ready=cause is None, cause=cause,
            findings=findings, **more,
        )  # fmt: skip

    def plan(self, day: date, cause: UnreadyCause | None = None) -> None:
        """Assess, classify, form the team and make the plan with the person."""
        place = self.place
        self.assess(day, cause)
        self.serve(
            day, ClassifyPerson, tool="就业困难人员分类测评表", category="技能提升类",
            obstacles="技能单一，求职渠道少",
        )  # fmt: skip
        members = (
            TeamMember(staff_id=place.analyst.staff_id, role=TeamRole.INFORMATION_ANALYST),
            TeamMember(staff_id=place.clerk.staff_id, role=TeamRole.EMPLOYMENT_SERVICE),
        )
        self.serve(day, FormTeam, members=members)
        self.serve(day, MakePlan, aim="三个月内实现就业", stages=stages(day), made_with_person=True)

    def guide(
        self,
        day: date,
        kind: AssistedGuidance = AssistedGuidance.GENERAL,
        *,
        entered_on: date | None = None,
    ) -> None:
        """Give guidance, perhaps entered later."""
        about, advice = self.place.chance.pick(ADVICE)
        self.last_guidance = guidance_id = self.new_id("guidance")
        self.serve(
            entered_on or day, GiveAssistedGuidance, guidance_id=guidance_id, guidance=kind,
            about=about, advice=advice, occurred_on=day if entered_on else None,
            plan="面向大龄求职者，分两次进行" if kind is AssistedGuidance.GROUP else None,
        )  # fmt: skip

    def visit_last_guidance(self, day: date, *, ready: bool, **learnt: Any) -> None:
        """Visit the person after the last guidance, and learn whether the person is ready for a job."""
        self.visit(day, self.last_guidance, job_ready=ready, **learnt)

    def visit(self, day: date, about: UUID | None, **learnt: Any) -> None:
        """Visit the person after a service."""
        method = self.place.chance.pick((VisitMethod.PHONE, VisitMethod.AT_HOME))
        fields = {"learnt": self.place.chance.pick(LEARNT), **learnt}
        self.serve(
            day, MakeVisit, visit_id=self.new_id("visit"), about_id=about, method=method, **fields
        )

    def refer(
        self,
        day: date,
        outcome: ReferralOutcome | None = ReferralOutcome.NOT_HIRED,
        *,
        vacancy: int = 0,
        visited: bool = True,
        known_after: int = 3,
    ) -> UUID:
        """Refer the person to a job of the neighbourhood; return the employment to which it led."""
        place, referral_id = self.place, self.new_id("referral")
        place.month.people.referred[referral_id] = self.person
        employer, vacancy_id = place.vacancies[vacancy % len(place.vacancies)]
        names = {"referral_id": referral_id, "credit_code": employer.credit_code}
        self.serve(
            day, ReferAssisted, **names, vacancy_id=vacancy_id, reasons=REASONS, consented=True
        )
        hired = outcome is ReferralOutcome.HIRED
        known_on = place.later(day, known_after)
        if visited:
            self.visit(place.later(day, known_after - 1), referral_id, hired=hired)
        if outcome is not None:
            self.serve(
                known_on, ConcludeReferral, **names, outcome=outcome,
                started_on=known_on if hired else None,
                reason="" if hired else "单位选择了其他应聘者",
            )  # fmt: skip
        return id_after(referral_id)


def stages(day: date) -> tuple[PlanStage, ...]:
    """Return an action plan of three stages from a day on."""
    titles = (
        ("了解岗位和提升技能", "明确求职方向，补齐岗位所需技能"),
        ("匹配推荐和面试", "每两周推荐一次，面试后及时总结"),
        ("上岗和稳岗", "签订劳动合同，稳定就业"),
    )
    return tuple(
        PlanStage(
            number=number,
            title=title,
            goal=goal,
            begins_on=day + timedelta(days=30 * (number - 1)),
            until=day + timedelta(days=30 * number - 1),
        )
        for number, (title, goal) in enumerate(titles, start=1)
    )
