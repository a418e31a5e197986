"""Key enterprises of the followed subdistrict: one that moves to another district, one contacted late, one begun.

The catalogue of restricted industries is a sample (`scripts/sample_restricted_industries.csv`), no official one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ...application.commands import key_enterprise_course as course
from ...application.commands import key_enterprises as services
from ...application.commands.base import Command
from ...application.commands.employers import (
    DraftVacancy,
    PassVacancy,
    PublishVacancy,
    SubmitVacancy,
)
from ...application.commands.referrals import ReferJobSeeker
from ...application.importing.catalogue_rows import CatalogueMapping
from ...application.importing.rows import LineStatus
from ...domain.calendar import SHANGHAI, add_months
from ...domain.key_enterprise.agreement import ServedAt
from ...domain.key_enterprise.needs import (
    Basics,
    Post,
    QuarterPlan,
    StaffingNeeds,
    Workforce,
    next_quarter,
)
from ...domain.key_enterprise.state import agreement_stream
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import Role
from ...infrastructure.tables.reading import open_table
from .city import CITY
from .desk import WrongPlay
from .employers import make_employer
from .neighbourhood import Neighbourhood
from .texts import jobs_of, write_content

SAMPLE: Final = Path(__file__).parents[1] / "sample_restricted_industries.csv"
RESTRICTED: Final = "5162"
"""A class that the sample lists."""


class Served:
    """A key enterprise, the agency that serves it, and the days on which something is done for it."""

    def __init__(self, place: Neighbourhood, number: int, trade: str, since: date) -> None:
        """Let an employer of the subdistrict have a ledger and be registered since a day."""
        self.place, self.office = place, place.office
        self.chance = place.month.chance.another(f"enterprise:{number}")
        self.employer = make_employer(self.chance, number, trade, self.office, since)
        self.employer.licence_until = None
        self.employer.authority_until = place.month.last + timedelta(days=200)
        self.specialist = place.specialists[number % len(place.specialists)]
        self.number = 0
        self._ids = 0
        self._last = datetime.min.replace(tzinfo=SHANGHAI)
        self.do(since, *self.employer.registration(), by=place.clerk)

    def do(self, day: date, *commands: Command, by: Actor | None = None) -> None:
        """Let commands be given on a day, by the specialist where nobody is named."""
        who = by or self.specialist
        self._enter(day, partial(self.place.desk.carry_out, who, *commands))

    def refuse(
        self, day: date, command: Command, rule: str, what_zh: str, by: Actor | None = None
    ) -> None:
        """Let something be tried that is refused by a rule."""
        who = by or self.specialist
        self._enter(day, partial(self.place.desk.refuse, who, command, rule, what_zh))

    def _enter(self, day: date, action: partial[None]) -> None:
        if self._last.date() == day:
            moment = self._last + timedelta(seconds=self.chance.whole(240, 1200))
        else:
            opening = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
            moment = opening + timedelta(seconds=self.chance.whole(0, 5 * 3600))
        self._last = moment
        self.place.month.diary.at(moment, action)

    @property
    def agreement_id(self) -> UUID:
        """The present agreement."""
        month = self.place.month
        employer = month.taizhang.identities.employer(self.employer.credit_code)
        return agreement_stream(employer, self.number)

    def of(self, command: type[Any], **fields: Any) -> Any:
        """Return a command about the present agreement."""
        return command(agreement_id=self.agreement_id, **fields)

    def new_id(self, what: str) -> UUID:
        """Return an id for something of this enterprise."""
        self._ids += 1
        return self.chance.uuid(f"{what}:{self._ids}")

    def sign(self, day: date, **changes: Any) -> course.SignEnterpriseAgreement:
        """Return the command that signs the next agreement at the present office, for a year."""
        fields: dict[str, Any] = {
            "credit_code": self.employer.credit_code,
            "number": self.number + 1,
            "specialist_id": self.specialist.staff_id,
            "place": ServedAt.OPERATING,
            "registered_area": self.place.month.district_code,
            "operating_area": self.office.code[:9],
            "industry_code": self.employer.basics.industry_code,
            "valid_until": add_months(day, 12),
        }
        return course.SignEnterpriseAgreement(**{**fields, **changes})

    def signed(self, day: date) -> None:
        """Let it be signed."""
        self.do(day, self.sign(day))
        self.number += 1

    def needs(self, day: date, planned: int) -> StaffingNeeds:
        """Return the whole content of the file, with the plan of the coming quarter."""
        job = jobs_of(self.employer.trade)[0]
        return StaffingNeeds(
            basics=Basics(
                nature=self.employer.basics.nature or "",
                industry=self.employer.profile,
                economic_type="内资企业",
                size=self.employer.basics.size or "",
            ),
            workforce=Workforce(
                employees=240, joined=self.chance.whole(8, 20), left=self.chance.whole(4, 16)
            ),
            plan=QuarterPlan(
                begins_on=next_quarter(day),
                posts=(Post(title=job.title, headcount=planned),) if planned else (),
            ),
            other="设有内部培训学院，可接待见习人员",
        )

    def contact(self, day: date, planned: int = 4) -> services.ContactKeyEnterprise:
        """Return the contact of a quarter, with the file brought up to date."""
        return self.of(  # type: ignore[no-any-return]
            services.ContactKeyEnterprise,
            method="visit",
            learnt="走访了解生产经营和用工变动",
            content=self.needs(day, planned),
        )

    def team(self) -> services.FormSupportTeam:
        """Return the support team around the specialist: analyst and clerk of the office."""
        analyst = self.office.people(Role.INFORMATION_ANALYST)[0]
        members = (
            {"staff_id": analyst.staff_id, "role": "information_analyst"},
            {"staff_id": self.office.clerks[0].staff_id, "role": "employment_service"},
        )
        return self.of(services.FormSupportTeam, members=members)  # type: ignore[no-any-return]

    def guide(self, day: date, followed_up: date) -> None:
        """Let guidance be given and followed up."""
        guidance_id = self.new_id("guidance")
        self.do(
            day,
            self.of(
                services.GuideKeyEnterprise, guidance_id=guidance_id, guidance="specialised",
                about="招聘渠道与面试流程", advice="精简面试环节，明确到岗时间",
            ),
        )  # fmt: skip
        self.follow_up(followed_up, guidance_id, solved=True)

    def follow_up(self, day: date, about_id: UUID, **learnt: Any) -> None:
        """Let a service be followed up."""
        self.do(
            day,
            self.of(
                services.FollowUpKeyEnterprise, follow_up_id=self.new_id("follow-up"),
                about_id=about_id, method="phone", learnt="电话了解办理情况", **learnt,
            ),
        )  # fmt: skip


def load_catalogue(place: Neighbourhood) -> None:
    """Load the sample catalogue, before anything else happens."""
    with open_table(SAMPLE) as table:
        report = place.month.taizhang.catalogue_import(by=Actor.system(CITY)).run(
            SAMPLE.name, table.rows(), CatalogueMapping.build(table.header)
        )
    if report.totals()[LineStatus.REFUSED]:
        raise WrongPlay(f"the sample catalogue was not taken: {report.lines}")


def enter(place: Neighbourhood) -> None:
    """Enter what happens to the key enterprises."""
    load_catalogue(place)
    moves_to_another_district(place)
    contacted_late(place)
    just_begun(place)


def moves_to_another_district(place: Neighbourhood) -> None:
    """Let an enterprise move: verified, confirmed by the receiving area, approved by the city (Article 45)."""
    since = place.before(6, 4)
    one = Served(place, 401, "软件", since)
    one.refuse(
        since, one.sign(since, industry_code=RESTRICTED), "44", "与目录内企业签订日常服务协议"
    )
    one.signed(since)
    one.do(since, one.team(), one.contact(since))
    quarter = place.before(2, 3)
    one.do(quarter, one.contact(quarter))
    one.do(
        quarter,
        one.of(
            services.SupportKeyEnterprise, support_id=one.new_id("support"),
            support="assessment_tools", member_id=one.specialist.staff_id,
            about="校园招聘笔试", result="提供测评工具并协助组卷",
        ),
        one.of(services.AssessEnterpriseEffect, effective=True, effect="笔试组织时间缩短一半"),
        one.of(services.RecordAgreementPerformance, obligations_met=True, note="双方履约正常"),
    )  # fmt: skip
    one.guide(place.day(0), place.day(2))
    there, city = place.beyond, place.month.city.city.people(Role.SUPERVISOR)[0]
    ask = one.of(
        course.RequestEnterpriseTransfer, to_agency_code=there.code, reason="operations_moved"
    )
    one.do(place.day(3), ask)
    verify = one.of(course.VerifyEnterpriseTransfer, fits=True, findings="已查看新办公场所租约")
    one.do(place.day(4), verify, one.of(course.ApplyForEnterpriseTransfer))
    one.do(place.day(5), one.of(course.PassEnterpriseTransferOn), by=place.supervisor)
    approve = one.of(course.ApproveEnterpriseTransfer)
    one.refuse(place.day(6), approve, "45.2", "转入区未核实目录即批准划转", city)
    receiving = there.people(Role.COUNSELLOR)[0]
    one.do(place.day(6), one.of(course.ConfirmEnterpriseTransfer), by=receiving)
    one.do(place.day(7), approve, by=city)
    one.office, one.specialist = there, receiving
    one.signed(place.day(9))
    one.do(place.day(10), one.team(), one.contact(place.day(10)))


def contacted_late(place: Neighbourhood) -> None:
    """Let a quarter pass without a contact; then a referral, whose demand is found unmet (Articles 48, 49)."""
    since = place.before(7, 2)
    one = Served(place, 402, "物流", since)
    one.signed(since)
    one.do(since, one.team(), one.contact(since))
    second = place.before(5, 10)
    one.do(second, one.contact(second))
    # The quarter before the month passed without a contact: the one of the month comes late for it.
    one.do(place.day(2), one.contact(place.day(2), planned=6))
    hiring_id = one.new_id("hiring")
    hired = one.of(
        services.RecordEnterpriseHiring, hiring_id=hiring_id, post="分拣员", hired=3,
        completed_on=place.day(3),
    )  # fmt: skip
    one.do(place.day(4), hired)
    one.follow_up(place.day(11), hiring_id, at_work=2, advice="完善新员工带教，稳定夜班班次")
    referral_id = _referred(one, place.day(5))
    one.do(
        place.day(6),
        one.of(services.MakeEnterprisePlan, plan="hiring", content="面向本街道招聘分拣、配送人员"),
    )
    unmet = one.of(
        services.FollowUpKeyEnterprise, follow_up_id=one.new_id("follow-up"), about_id=referral_id,
        method="phone", learnt="未达成一致", demand_met=False,
    )  # fmt: skip
    one.refuse(place.day(8), unmet, "49.2", "未分析原因即完成推荐回访")
    one.follow_up(place.day(8), referral_id, demand_met=False, cause="夜班补贴低于周边企业")
    one.do(
        place.day(10),
        one.of(
            services.ReviseEnterprisePlan, plan="hiring", content="提高夜班补贴，增设日班",
            cause="unmet_demand", reason="推荐人员不接受夜班待遇",
        ),
        one.of(services.RecordPlanProgress, plan="hiring", progress="已按新方案更新招聘信息"),
    )  # fmt: skip


def just_begun(place: Neighbourhood) -> None:
    """Let an agreement be signed in the month: file incomplete, no team yet, guidance not followed up."""
    since = place.day(4)
    one = Served(place, 403, "机电", since)
    one.signed(since)
    partly = one.needs(since, 2).model_copy(update={"plan": None, "other": ""})
    one.do(place.day(6), one.of(services.OpenStaffingNeedsFile, content=partly))
    one.do(
        place.day(7),
        one.of(
            services.GuideKeyEnterprise, guidance_id=one.new_id("guidance"), guidance="general",
            about="招聘信息填写", advice="补充社会保险和休假安排",
        ),
    )  # fmt: skip
    one.refuse(
        place.day(8), one.of(course.EndEnterpriseAgreement, consented=True, note="企业提出"),
        "45.3", "仍为重点企业即终止协议",
    )  # fmt: skip


def _referred(one: Served, day: date) -> UUID:
    """Publish a vacancy of the enterprise, and refer somebody to it on the day."""
    place, employer = one.place, one.employer
    vacancy_id, referral_id = one.new_id("vacancy"), one.new_id("referral")
    names = {"credit_code": employer.credit_code, "vacancy_id": vacancy_id}
    content = write_content(one.chance, employer, jobs_of(employer.trade)[0], None)
    content = content.model_copy(update={"headcount": 5})
    before = place.earlier(day, 1)
    one.do(before, DraftVacancy(**names, content=content), SubmitVacancy(**names), by=place.clerk)
    one.do(before, PassVacancy(**names))
    until = place.month.last + timedelta(days=30)
    one.do(before, PublishVacancy(**names, valid_until=until), by=place.clerk)
    person = place.month.people.make(one.office, "分拣员", one.chance)
    one.do(day, *person.registration(), by=place.clerk)
    place.month.people.referred[referral_id] = person
    refer = ReferJobSeeker(
        credit_code=employer.credit_code,
        referral_id=referral_id,
        vacancy_id=vacancy_id,
        job_seeker_id=person.job_seeker_id,
        reasons=("居住地距工作地点较近",),
        consented=True,
    )
    one.do(day, refer, by=place.clerk)
    return referral_id
