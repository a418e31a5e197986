"""What happens once in the month: a name changes, a reviewer leaves, and things are tried that are refused."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from ...application.commands.employers import (
    BookEmployerGuidance,
    DraftVacancy,
    GiveEmployerGuidance,
    OpenEmployerLedger,
    PassVacancy,
    SubmitVacancy,
    WithdrawVacancy,
)
from ...application.commands.organisation import EndStaff, RenameAgency
from ...domain.employer.papers import Channel
from ...domain.employer.services import GuidanceKind
from ...domain.employer.vacancy import WithdrawalReason
from ...domain.organisation.staff import Role
from . import papers
from .choosing import first, happen, has_good_papers, public_course
from .course import Course
from .employers import Employer, make_employer
from .plan import Plan
from .texts import jobs_of, write_content

if TYPE_CHECKING:
    from .month import Month

GUIDANCE = (
    (
        GuidanceKind.GENERAL,
        "招聘信息如何写得完整",
        "对照第三十八条逐项补充招用人数、劳动报酬和社会保险",
        None,
    ),
    (GuidanceKind.GENERAL, "招聘用语规范", "说明性别、户籍等限制性表述不得写入招聘信息", None),
    (
        GuidanceKind.SPECIALISED,
        "岗位长期招不满",
        "分析周边同类岗位薪资，建议调整班次并提供住宿",
        None,
    ),
    (GuidanceKind.SPECIALISED, "新员工流失", "建议建立师带徒和首月回访制度", None),
    (
        GuidanceKind.GROUP,
        "餐饮行业节后用工",
        "组织餐饮企业交流错峰用工做法",
        "十月下旬集中指导一次，十一月回访",
    ),
)


def enter(month: Month) -> None:
    """Enter all incidents of the month in its diary, spread over its working days."""
    days = month.diary.working_days(month.first, month.last)
    papers.enter(month, days)
    _refused(month, days)
    _guidance(month, days)
    middle = days[len(days) // 2]
    month.diary.on(middle, partial(_rename, month))
    for day, incident in (
        (days[2], _answer_lost),
        (days[-4], _answer_lost),
        (days[5], _person_leaves),
    ):
        month.diary.on(day, partial(happen, month, incident))


# --- what is refused ------------------------------------------------------------------------------


def _refused(month: Month, days: list[date]) -> None:
    tries = (
        _unregistered, _expired_paper, _self_review, _superior_writes, _neighbour_writes,
        _without_consent, _unverified_publisher, _in_the_future, _used_id, _unpublished_referral,
    )  # fmt: skip
    for number, attempt in enumerate(tries):
        month.diary.on(days[(3 + 2 * number) % len(days)], partial(happen, month, attempt))


def _unregistered(month: Month) -> None:
    employer = _newcomer(month, 1)
    clerk = employer.office.clerks[0]
    month.desk.do(
        clerk,
        OpenEmployerLedger(
            credit_code=employer.credit_code, name=employer.name, channel=Channel.SURVEY
        ),
    )
    month.desk.refuse(
        clerk, _draft(month, employer, "unregistered"), "36", "未登记单位办理招聘信息"
    )


def _expired_paper(month: Month) -> None:
    employer = _newcomer(month, 2)
    employer.licence_until = month.clock.today - timedelta(days=20)
    clerk = employer.office.clerks[0]
    opening, licence, *_ = employer.registration()
    month.desk.do(clerk, opening)
    month.desk.refuse(clerk, licence, "35", "出示过期营业执照")
    month.desk.refuse(clerk, employer.registration()[-1], "35", "证照未核验即办理招聘需求登记")


def _self_review(month: Month) -> None:
    """Let a counsellor take in a vacancy at the window and then try to pass it; a colleague reviews it."""
    employer = first(
        e for e in month.employers if len(e.office.reviewers) > 1 and has_good_papers(month, e)
    )
    counsellor = employer.office.reviewers[0]
    course = month.course(len(month.courses) + 1, employer, counsellor)
    course.plan = Plan()
    course.take_in()
    month.desk.refuse(
        counsellor,
        PassVacancy(
            credit_code=employer.credit_code, vacancy_id=course.vacancy_id, overruled="自审"
        ),
        "38.1",
        "本人提交、本人审核",
    )


def _superior_writes(month: Month) -> None:
    course = public_course(month, below=month.city.district)
    month.desk.refuse(
        month.city.district.clerks[0],
        _withdrawal(course),
        "not_authorised",
        "上级机构代下级撤回信息",
    )


def _neighbour_writes(month: Month) -> None:
    course = public_course(month)
    other = first(o for o in month.city.subdistricts if o is not course.employer.office)
    month.desk.refuse(other.clerks[0], _withdrawal(course), "not_authorised", "其他街道撤回信息")


def _without_consent(month: Month) -> None:
    course = public_course(month)
    command = course.referral(month.chance.uuid("no consent"), course.job_seeker(), consented=False)
    month.desk.refuse(course.clerk, command, "15.1", "未经求职者同意即推荐")


def _unpublished_referral(month: Month) -> None:
    course = first(
        c
        for c in reversed(month.courses)
        if c.stage == "ended" and has_good_papers(month, c.employer)
    )
    command = course.referral(month.chance.uuid("not public"), course.job_seeker())
    month.desk.refuse(course.clerk, command, "40", "向已失效或撤回的岗位推荐")


def _unverified_publisher(month: Month) -> None:
    employer = first(
        e for e in month.employers if not e.real_name_verified and has_good_papers(month, e)
    )
    draft = _draft(month, employer, "unverified")
    clerk = employer.office.clerks[0]
    month.desk.do(clerk, draft)
    month.desk.refuse(
        clerk,
        SubmitVacancy(
            credit_code=employer.credit_code,
            vacancy_id=draft.vacancy_id,
            channel=Channel.ONLINE,
            publisher_id=month.taizhang.identities.person(employer.agent_number),
        ),
        "39.2",
        "未实名认证人员网上提交",
    )


def _in_the_future(month: Month) -> None:
    course = public_course(month)
    command = _withdrawal(course, occurred_on=month.clock.today + timedelta(days=3))
    month.desk.refuse(course.clerk, command, "invalid_input", "业务日期填为将来")


def _used_id(month: Month) -> None:
    """Let an id be used for two commands: the second is refused, whatever it asks."""
    course = public_course(month)
    month.desk.refuse_used_id(course.clerk, _withdrawal(course), "编号重复用于另一指令")


# --- others ---------------------------------------------------------------------------------------


def _rename(month: Month) -> None:
    office = month.city.subdistricts[len(month.city.subdistricts) // 2]
    office.name = f"{office.place}便民就业服务中心"
    month.desk.do(
        month.city.district.people(Role.ADMINISTRATOR)[0],
        RenameAgency(code=office.code, name=office.name, effective_on=month.clock.today),
    )


def _answer_lost(month: Month) -> None:
    """Let the answer to a command be lost, so that the screen sends it a second time."""
    course = public_course(month)
    kind, about, advice, plan = GUIDANCE[0]
    month.desk.do_twice(
        course.clerk,
        GiveEmployerGuidance(
            credit_code=course.employer.credit_code,
            guidance=kind, about=about, advice=advice, plan=plan,
        ),
    )  # fmt: skip


def _person_leaves(month: Month) -> None:
    """Let a reviewer retire; what is tried with the old log-in afterwards is refused."""
    office = first(o for o in month.city.subdistricts if len(o.reviewers) > 1)
    role, former = office.staff[-1]
    office.staff.remove((role, former))
    month.desk.do(
        month.city.district.people(Role.ADMINISTRATOR)[0],
        EndStaff(staff_id=former.staff_id, effective_on=month.clock.today),
    )
    employer = first(
        e for e in month.employers if e.office is office and e.registered_on < month.clock.today
    )
    kind, about, advice, plan = GUIDANCE[1]
    month.desk.refuse(
        former,
        GiveEmployerGuidance(
            credit_code=employer.credit_code,
            guidance=kind, about=about, advice=advice, plan=plan,
        ),
        "not_authorised",
        "离职人员继续办理业务",
    )  # fmt: skip


def _guidance(month: Month, days: list[date]) -> None:
    settled = [e for e in month.employers if e.registered_on < month.first]
    for number, employer in enumerate(_spread(settled, max(5, len(settled) // 6))):
        day = days[number * 2 % (len(days) - 4)]
        kind, about, advice, plan = GUIDANCE[number % len(GUIDANCE)]
        given_on = month.calendar.add_working_days(day, 2).day
        clerk = employer.office.clerks[0]
        month.diary.on(
            day,
            partial(
                month.desk.carry_out,
                clerk,
                BookEmployerGuidance(
                    credit_code=employer.credit_code,
                    guidance=kind,
                    about=about,
                    booked_for=given_on,
                ),
            ),
        )
        # Every sixth is entered a few days after it was given.
        entered_on = (
            month.calendar.add_working_days(given_on, 2).day if number % 6 == 5 else given_on
        )
        month.diary.on(
            entered_on,
            partial(
                month.desk.carry_out,
                clerk,
                GiveEmployerGuidance(
                    credit_code=employer.credit_code,
                    guidance=kind, about=about, advice=advice, plan=plan,
                    occurred_on=given_on,
                ),
            ),
        )  # fmt: skip


# --- helpers --------------------------------------------------------------------------------------


def _spread(employers: list[Employer], count: int) -> list[Employer]:
    """Return some employers from all over the list."""
    return [employers[place * len(employers) // count] for place in range(count)]


def _newcomer(month: Month, number: int) -> Employer:
    office = month.city.subdistricts[number]
    today = month.clock.today
    return make_employer(month.chance, 200 + number, "物业", office, today)


def _draft(month: Month, employer: Employer, name: str) -> DraftVacancy:
    job = jobs_of(employer.trade)[0]
    return DraftVacancy(
        credit_code=employer.credit_code,
        vacancy_id=month.chance.uuid(f"vacancy:{name}"),
        content=write_content(month.chance, employer, job, None),
    )


def _withdrawal(course: Course, occurred_on: date | None = None) -> WithdrawVacancy:
    return WithdrawVacancy(
        credit_code=course.employer.credit_code,
        vacancy_id=course.vacancy_id,
        reason=WithdrawalReason.OTHER,
        occurred_on=occurred_on,
    )
