"""The many people of the subdistrict: what becomes of each is drawn by shares that one can read."""

from __future__ import annotations

from datetime import date

from ...application.commands.assistance import BeginProgramme, EndProgramme
from ...application.commands.assisted_work import ArchiveAssistedSearch
from ...application.commands.guidance import GiveGuidance, LeadTo, RecordAptitudeAssessment
from ...application.commands.job_seekers import AdviseOnFormalities
from ...application.commands.referrals import ArchiveJobSearch, JudgeReadiness, RecordEmployment
from ...domain.assistance.guidance import AssistedGuidance
from ...domain.assistance.programmes import ProgrammeKind
from ...domain.assistance.readiness import UnreadyCause
from ...domain.employer.papers import Channel
from ...domain.employer.services import GuidanceKind, ReferralOutcome
from ...domain.job_seeker.guidance import Way
from ...domain.job_seeker.search import EmploymentKind
from .lives import Life
from .neighbourhood import Neighbourhood

CHANNELS = (
    (Channel.FRONT_DESK, 5),
    (Channel.SURVEY, 3),
    (Channel.JOB_FAIR, 2),
)
LEVELS = ((1, 2), (2, 4), (3, 5), (4, 3))
ENTERED_AFTER = ((0, 12), (1, 2), (3, 2))
"""Working days from collection to the ledger: it is to be opened on the same day."""
SIGNED_AFTER = ((1, 4), (2, 4), (4, 4), (8, 2), (None, 3))
"""Working days until the agreement; five are allowed. None: not in this month."""
VISITED_AFTER = ((2, 4), (3, 5), (4, 4), (8, 2), (None, 4))
"""Working days until the visit; five are allowed."""
GUIDANCE_ENTERED_AFTER = ((0, 9), (3, 1))
OUTCOMES = (
    (ReferralOutcome.HIRED, 4),
    (ReferralOutcome.NOT_HIRED, 4),
    (ReferralOutcome.DECLINED, 2),
    (None, 2),
)
ADVISED = 0.6


def enter(place: Neighbourhood, count: int) -> None:
    """Let many people come, some in the two months before, most in the month itself."""
    before = place.month.diary.working_days(place.before(2), place.earlier(place.month.first, 1))
    for number in range(count):
        early = place.chance.happens(0.4)
        life = Life(place, number)
        _live(life, place.chance.pick(before if early else place.days[:-2]))


def _live(life: Life, day: date) -> None:
    place, chance = life.place, life.place.chance
    entered_after = chance.weighted(ENTERED_AFTER)
    entered_on = place.later(day, entered_after) if entered_after else None
    life.collect(day, chance.weighted(CHANNELS), entered_on=entered_on)
    day = entered_on or day
    level = chance.weighted(LEVELS)
    life.register(day, level, refined=chance.happens(0.9))
    if level < 3:
        _served_by_chapter_two(life, day)
        return
    life.out_of_work(place.later(day, 1))
    if chance.happens(0.2):
        if chance.happens(ADVISED):
            told = "建议携带身份证、户口簿到街道窗口办理就业困难人员认定"
            life.do(place.later(day, 2), life.mine(AdviseOnFormalities, advice=told))
        return
    life.recognised(place.later(day, 2))
    signed_after = chance.weighted(SIGNED_AFTER)
    if signed_after is not None:
        _assisted(life, place.later(day, 2 + signed_after))


def _served_by_chapter_two(life: Life, day: date) -> None:
    place, chance = life.place, life.place.chance
    kind = chance.pick((GuidanceKind.GENERAL, GuidanceKind.SPECIALISED))
    if kind is GuidanceKind.SPECIALISED:
        life.do(
            day,
            life.mine(
                RecordAptitudeAssessment, tool="职业素质测评", tool_version="1.0",
                result="动手能力较强，适合操作类岗位",
            ),
        )  # fmt: skip
    life.do(
        place.later(day, 1),
        life.mine(
            GiveGuidance, guidance_id=life.new_id("guidance"), guidance=kind, about="求职方向",
            advice="结合经历选择就近岗位", labour_market_information="周边商超、物业岗位较多",
        ),
    )  # fmt: skip
    if chance.happens(0.3):
        life.do(place.later(day, 2), life.mine(LeadTo, way=Way.SELF_SERVICE))
        return
    ready = chance.happens(0.8)
    life.do(
        place.later(day, 2),
        life.mine(
            JudgeReadiness,
            could_start_within_days=7 if ready else 60,
            advice="" if ready else "先安排好家中照料，再办理推荐",
        ),
    )
    if ready and chance.happens(0.4):
        started_on = place.later(day, 6)
        kind_of_work = chance.pick((EmploymentKind.OWN_SEARCH, EmploymentKind.FLEXIBLE))
        life.do(started_on, life.mine(RecordEmployment, kind=kind_of_work, started_on=started_on))
        if chance.happens(0.7):
            life.do(place.later(started_on, 1), life.mine(ArchiveJobSearch))


def _assisted(life: Life, day: date) -> None:
    """Sign on a day, and serve the person from then on."""
    place, chance = life.place, life.place.chance
    life.sign(day)
    cause = chance.weighted(((None, 6), (UnreadyCause.SKILLS, 3), (UnreadyCause.ATTITUDE, 2)))
    life.plan(place.later(day, 1), cause)
    guided = place.later(day, chance.whole(2, 4))
    late = chance.weighted(GUIDANCE_ENTERED_AFTER)
    visited_after = chance.weighted(VISITED_AFTER)
    life.guide(
        guided,
        AssistedGuidance.PSYCHOLOGICAL
        if cause is UnreadyCause.ATTITUDE
        else chance.pick((AssistedGuidance.GENERAL, AssistedGuidance.SPECIALISED)),
        entered_on=place.later(guided, late) if late else None,
    )
    if visited_after is not None:
        life.visit_last_guidance(place.later(guided, max(visited_after, late)), ready=cause is None)
    if cause is UnreadyCause.SKILLS:
        _trained(life, place.later(day, 5))
    elif cause is None:
        outcome = chance.weighted(OUTCOMES)
        referred = place.later(guided, 9)
        life.refer(referred, outcome, vacancy=chance.whole(0, 2), visited=chance.happens(0.8))
        if outcome is ReferralOutcome.HIRED and chance.happens(0.8):
            filed = place.later(referred, 4)
            life.serve(filed, ArchiveAssistedSearch)


def _trained(life: Life, starts_on: date) -> None:
    place, chance = life.place, life.place.chance
    programme_id = life.new_id("programme")
    ends_on = place.later(starts_on, 9)
    middle_on = place.later(starts_on, 4)
    life.serve(
        starts_on, BeginProgramme, programme_id=programme_id, programme=ProgrammeKind.TRAINING,
        title=chance.pick(("家政服务员（五级）", "保安员（五级）", "养老护理员（五级）")),
        provider="区职业技能培训中心", starts_on=starts_on, ends_on=ends_on, middle_on=middle_on,
    )  # fmt: skip
    for point in (starts_on, middle_on, ends_on):
        if chance.happens(0.75):
            life.visit(place.later(point, 1), programme_id, learnt="按时上课，学习情况良好")
    over = place.later(ends_on, 2)
    life.serve(
        over, EndProgramme, programme_id=programme_id, ended_on=ends_on, completed=True,
        result="考核合格",
    )  # fmt: skip
    if chance.happens(0.7):
        life.assess(place.later(over, 2), programme_id=programme_id)
