"""Courses of the month itself: surveys, guidance, an ending, an appeal, a merge, and what is refused."""

from __future__ import annotations

from ...application.commands.assistance import (
    BeginProgramme,
    MakeVisit,
    RedateProgramme,
    RevisePlan,
)
from ...application.commands.assistance_course import ApproveEnding, ReportEnding, VerifyEnding
from ...application.commands.assisted_work import ReferAssisted
from ...application.commands.contact import (
    AnswerAppeal,
    CeaseServices,
    ChangeNeeds,
    HandleAppeal,
    LodgeAppeal,
    ReportToRegistry,
    SurveyWillingness,
)
from ...application.commands.guidance import (
    AssignCounsellor,
    BookGuidance,
    BookGuidanceOnline,
    GiveGuidance,
    HoldGroupSession,
    LeadTo,
)
from ...application.commands.job_seekers import MergeJobSeekerLedgers, RegisterJobSeekerOnline
from ...domain.assistance.ending import EndingCause
from ...domain.assistance.programmes import ProgrammeKind
from ...domain.assistance.readiness import UnreadyCause
from ...domain.assistance.team_and_plan import RevisionCause
from ...domain.assistance.visits import VisitMethod, Willingness
from ...domain.employer.papers import Channel
from ...domain.employer.services import GuidanceKind
from ...domain.job_seeker.appeals import Grievance
from ...domain.job_seeker.contact import Ground
from ...domain.job_seeker.documents import DocumentKind, IdentityDocument
from ...domain.job_seeker.guidance import Way
from ...domain.job_seeker.surveys import (
    EmploymentNeeds,
    Hindrance,
    PutOff,
    ServiceWanted,
    SurveyAnswer,
    SurveyMethod,
)
from ...domain.organisation.powers import Actor
from .lives import Life, stages
from .neighbourhood import Neighbourhood

NEEDS = EmploymentNeeds(
    occupations=("社区服务",),
    monthly_pay_from=3500,
    services_wanted=(ServiceWanted.TRAINING, ServiceWanted.REFERRAL),
    hindrances=(Hindrance.SKILLS, Hindrance.FAMILY),
)
REASON = "家中老人需全天照料，暂不考虑就业"


def enter(place: Neighbourhood) -> None:
    """Enter them all."""
    willing_and_registered(place)
    put_off(place)
    follow_up_missed(place)
    unwilling_to_the_end(place)
    group_session(place)
    booked_online(place)
    ended_for_unwillingness(place)
    training_moved(place)
    refused_in_assistance(place)
    appeal(place)
    merged(place)


# --- surveys ----------------------------------------------------------------------------------


def _survey(life: Life, answer: SurveyAnswer, **more: object) -> SurveyWillingness:
    fields = {"method": SurveyMethod.VISIT, "needs": NEEDS, **more}
    survey: SurveyWillingness = life.mine(SurveyWillingness, answer=answer, **fields)
    return survey


def _recognised(place: Neighbourhood, day: int) -> Life:
    """Return somebody recognised who has not registered for job seeking."""
    life = Life(place)
    life.collect(place.day(day), Channel.SURVEY)
    life.out_of_work(place.day(day))
    return life


def willing_and_registered(place: Neighbourhood) -> None:
    """Let a willing person be surveyed again, register, and be served (Articles 19 to 21)."""
    life, by = _recognised(place, 0), place.coordinator
    willing = _survey(life, SurveyAnswer.WILLING)
    life.refuse(place.day(0), willing, "18", "未经认定即开展就业意愿摸查", by)
    life.recognised(place.day(0))
    life.do(place.day(0), willing, by=by)
    life.do(place.day(5), _survey(life, SurveyAnswer.WILLING, method=SurveyMethod.PHONE), by=by)
    changed = NEEDS.model_copy(update={"monthly_pay_from": 3000})
    life.do(place.day(6), life.mine(ChangeNeeds, needs=changed, reason="本人调整期望薪资"))
    life.register(place.day(7), 3)


def put_off(place: Neighbourhood) -> None:
    """Let a follow-up be put off, because the person cares for somebody ill."""
    life = _recognised(place, 1)
    life.recognised(place.day(1))
    later = _survey(life, SurveyAnswer.WILLING, put_off=PutOff.CARING_FOR_FAMILY)
    life.do(place.day(1), later, by=place.coordinator)


def follow_up_missed(place: Neighbourhood) -> None:
    """Let the follow-up of a willing person be forgotten; the survey itself was entered late."""
    life = _recognised(place, 0)
    life.recognised(place.day(0))
    entered_late = _survey(life, SurveyAnswer.WILLING, occurred_on=place.day(0))
    life.do(place.day(3), entered_late, by=place.coordinator)


def unwilling_to_the_end(place: Neighbourhood) -> None:
    """Let three follow-ups find a person unwilling: reported, and services cease (Article 21)."""
    life, by = Life(place), place.coordinator
    day = place.before(2, 3)
    life.collect(day, Channel.SURVEY)
    life.out_of_work(day)
    life.recognised(day)
    unwilling = SurveyAnswer.UNWILLING
    life.refuse(day, _survey(life, unwilling), "19", "无就业意愿而未记明具体原因", by)
    days = (day, place.later(day, 9), place.later(day, 18), place.day(1))
    for surveyed_on in days:
        life.do(surveyed_on, _survey(life, unwilling, reason=REASON), by=by)
    report = life.mine(ReportToRegistry, ground=Ground.UNWILLING, reference="意愿反馈第1号")
    life.do(place.day(4), report)
    life.do(place.day(4), life.mine(CeaseServices, ground=Ground.UNWILLING))


# --- guidance ---------------------------------------------------------------------------------


def group_session(place: Neighbourhood) -> None:
    """Hold one session for several people; specialised guidance without assessment is refused."""
    lives = [Life(place) for _ in range(5)]
    for life in lives:
        life.collect(place.day(1), Channel.JOB_FAIR)
        life.register(place.day(1), 2)
    first = lives[0]
    specialised = first.mine(
        GiveGuidance, guidance_id=first.new_id("guidance"), guidance=GuidanceKind.SPECIALISED,
        about="转岗", advice="先做测评",
    )  # fmt: skip
    first.refuse(place.day(2), specialised, "14", "未经职业素质测评即作专门指导")
    session = HoldGroupSession(
        session_id=place.chance.uuid("group session"),
        about="45岁以上求职者面试技巧",
        plan="分两次：常见问题讲解、模拟面试",
        advice="准备一分钟自我介绍，带齐证件按时到场",
        labour_market_information="本街道物业、商超岗位需求较多",
        participants=tuple(life.person.job_seeker_id for life in lives),
    )
    unplanned = session.model_copy(update={"plan": ""})
    first.refuse(place.day(6), unplanned, "14", "无指导计划即开展分类指导", place.specialists[0])
    first.do(place.day(6), session, by=place.specialists[0])


def booked_online(place: Neighbourhood) -> None:
    """Let a person book online: the district names a counsellor near by (Article 14)."""
    life, platform = Life(place), Actor.system(place.month.city.district.code)
    life.collect(place.day(2), Channel.ONLINE)
    application = life.person.application().model_dump()
    life.do(place.day(2), RegisterJobSeekerOnline(**application), by=platform)
    kind = GuidanceKind.GENERAL
    booking_id = life.new_id("booking")
    booking = {"guidance": kind, "about": "转行做客服", "booked_for": place.day(6)}
    book = life.mine(BookGuidanceOnline, booking_id=booking_id, **booking)
    life.refuse(place.day(3), book, "14.last", "未开通平台权限即网上预约", platform)
    life.do(place.day(3), life.mine(LeadTo, way=Way.ONLINE_ACCESS))
    life.do(place.day(3), book, by=platform)
    counsellor = place.specialists[1].staff_id
    assigned = life.mine(
        AssignCounsellor, booking_id=booking_id, agency_code=place.office.code, staff_id=counsellor
    )
    life.do(place.day(4), assigned, by=place.supervisor)
    given = life.mine(
        GiveGuidance, guidance_id=life.new_id("guidance"), guidance=kind, about="转行做客服",
        advice="先参加普通话和办公软件练习", booking_id=booking_id,
    )  # fmt: skip
    life.do(place.day(6), given, by=place.specialists[1])
    again = life.mine(BookGuidance, booking_id=life.new_id("booking"), **booking)
    life.do(place.day(6), again)


# --- assistance -------------------------------------------------------------------------------


def _assisted(place: Neighbourhood, specialist: int, cause: UnreadyCause | None = None) -> Life:
    life = Life(place, specialist)
    life.to_assistance(place.before(1, 2), 4)
    life.sign(place.before(1, 5))
    life.plan(place.before(1, 6), cause)
    return life


def ended_for_unwillingness(place: Neighbourhood) -> None:
    """Let a case end because the person wants no work: verified, approved, reported (Article 29)."""
    for specialist, is_reported in ((0, True), (1, False)):
        life = _assisted(place, specialist)
        verify = life.case(
            VerifyEnding, cause=EndingCause.UNWILLING, findings="上门核实，本人书面确认"
        )
        life.refuse(place.day(0), verify, "29", "回访未表示无意愿即终止援助", life.specialist)
        life.guide(place.day(0))
        life.visit_last_guidance(
            place.day(3), ready=False, willingness=Willingness.UNWILLING, learnt="明确表示不再求职"
        )
        life.do(place.day(4), verify, by=life.specialist)
        approve = life.case(ApproveEnding, note="同意终止")
        life.refuse(place.day(5), approve, "29", "专员核实后自行批准终止", life.specialist)
        life.do(place.day(5), approve, by=place.specialists[2])
        if is_reported:
            life.serve(place.day(7), ReportEnding, reference="终止反馈第1号")


def training_moved(place: Neighbourhood) -> None:
    """Let a training get other dates: its visits move with it. The first one is missed."""
    life = _assisted(place, 1, UnreadyCause.SKILLS)
    programme_id = life.new_id("programme")
    life.serve(
        place.day(0), BeginProgramme, programme_id=programme_id, programme=ProgrammeKind.TRAINING,
        title="养老护理员（五级）", provider="区职业技能培训中心", starts_on=place.day(1),
        middle_on=place.day(4), ends_on=place.day(8),
    )  # fmt: skip
    life.serve(
        place.day(3), RedateProgramme, programme_id=programme_id, starts_on=place.day(1),
        middle_on=place.day(6), ends_on=place.day(13), reason="培训机构调整实训场地",
    )  # fmt: skip
    life.visit(place.day(8), programme_id, learnt="已完成理论部分，出勤率良好")
    life.serve(
        place.day(9), RevisePlan, cause=RevisionCause.NEW_SITUATION,
        reason="培训延期，推荐阶段顺延", stages=stages(place.day(9)), made_with_person=True,
    )  # fmt: skip


def refused_in_assistance(place: Neighbourhood) -> None:
    """Let what the regulation rules out be tried."""
    life = Life(place, 2)
    life.collect(place.day(0))
    life.register(place.day(0), 4)
    specialist = life.specialist
    life.refuse(
        place.day(0), life.agreement(1, specialist), "13.1", "未办理认定即签订援助协议", specialist
    )
    life.out_of_work(place.day(1))
    life.recognised(place.day(1))
    life.sign(place.day(2))
    life.refuse(
        place.day(3), life.agreement(2, specialist), "23.1", "协议履行中再次签订", specialist
    )
    life.plan(place.day(3), UnreadyCause.ATTITUDE)
    employer, vacancy_id = place.vacancies[0]
    refer = life.case(
        ReferAssisted, referral_id=life.new_id("referral"), credit_code=employer.credit_code,
        vacancy_id=vacancy_id, reasons=("居住较近",), consented=True,
    )  # fmt: skip
    life.refuse(place.day(4), refer, "15.1", "不具备上岗条件即推荐", specialist)
    life.guide(place.day(4))
    unsaid = life.case(
        MakeVisit, visit_id=life.new_id("visit"), about_id=life.last_guidance,
        method=VisitMethod.PHONE, learnt="本人在家",
    )  # fmt: skip
    life.refuse(place.day(6), unsaid, "27.1", "回访未记明是否具备上岗条件", specialist)
    life.visit_last_guidance(place.day(6), ready=False)


# --- appeal, merge ----------------------------------------------------------------------------


def appeal(place: Neighbourhood) -> None:
    """Let a person appeal to the district, which looks into it and answers (Article 59)."""
    life = _assisted(place, 0)
    appeal_id = life.new_id("appeal")
    lodged = life.mine(
        LodgeAppeal, appeal_id=appeal_id, grievance=Grievance.APPEAL,
        against_agency_code=place.office.code, text="反映推荐岗位与登记的求职意愿不符",
    )  # fmt: skip
    life.do(place.day(2), lodged, by=place.supervisor)
    answer = life.mine(AnswerAppeal, appeal_id=appeal_id, answer="已责成服务所重新匹配并回访")
    life.refuse(place.day(3), answer, "59.2", "未经调查即答复申诉", place.supervisor)
    handled = life.mine(
        HandleAppeal, appeal_id=appeal_id, found="推荐理由记录不全，情况部分属实",
        measures="补充匹配理由，更换推荐岗位", upheld=True,
    )  # fmt: skip
    life.do(place.day(6), handled, by=place.supervisor)
    life.do(place.day(7), answer, by=place.supervisor)


def merged(place: Neighbourhood) -> None:
    """Let one person be found to have two ledgers, by two documents (Article 9)."""
    first, second = Life(place), Life(place)
    second.person.name = first.person.name
    second.person.document = IdentityDocument(
        kind=DocumentKind.HONG_KONG_MACAO_PERMIT, number="H00000000", country="HKG"
    )
    second.person.basics = first.person.basics
    taizhang = place.month.taizhang
    second.person.job_seeker_id = taizhang.job_seeker_id(second.person.document)
    place.month.people.by_id[second.person.job_seeker_id] = second.person
    first.collect(place.day(0))
    first.register(place.day(0), 2)
    second.collect(place.day(4), Channel.JOB_FAIR)
    merge = first.mine(
        MergeJobSeekerLedgers, merged_id=second.person.job_seeker_id, reason="同一人两证登记",
        evidence="出入境证件与身份证信息核对表",
    )  # fmt: skip
    first.refuse(place.day(7), merge, "not_authorised", "街道自行合并台账")
    first.do(place.day(7), merge, by=place.supervisor)
    second.refuse(
        place.day(8), second.person.application(), "invalid_input", "在已合并的台账上登记"
    )
