"""What the vacancies of the demo say: natural contents, missing items, and wording of all kinds.

The wording tables are the demo's own test of the screening: each phrase with what it should give.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from ...domain.employer.content import Item, VacancyContent
from ...domain.employer.pay import FEN_PER_YUAN, Pay, PayUnit
from ...domain.employer.text_values import SocialInsurance
from .chance import Chance
from .employers import Employer
from .jobs import JOBS, Job


class Phrase(NamedTuple):
    """A piece of wording, the field it stands in, and the category it should be found under."""

    text: str
    field: str
    category: str | None


FAULTY = (
    Phrase("限女性", "hiring_conditions", "gender"),
    Phrase("男士优先", "hiring_conditions", "gender"),
    Phrase("只招男性，女性勿扰。", "text", "gender"),
    Phrase("女性，35岁以下", "hiring_conditions", "gender"),
    Phrase("汉族优先", "hiring_conditions", "ethnicity"),
    Phrase("少数民族勿扰。", "text", "ethnicity"),
    Phrase("已婚已育者优先", "hiring_conditions", "marital_parental"),
    Phrase("未婚者优先考虑。", "text", "marital_parental"),
    Phrase("限北京户籍", "hiring_conditions", "hukou_origin"),
    Phrase("外地户口勿投。", "text", "hukou_origin"),
    Phrase("无宗教信仰", "hiring_conditions", "religion"),
    Phrase("无乙肝等传染病", "hiring_conditions", "disability_health"),
    Phrase("残疾人勿扰。", "text", "disability_health"),
)
"""Wording that Article 38 forbids: violations."""

ARGUABLE = (
    (Phrase("限女性", "hiring_conditions", "gender"),
     "岗位服务于女更衣室，单位说明只能由女性从事，同意发布"),
    (Phrase("男士优先", "hiring_conditions", "gender"),
     "岗位需搬运重物，单位表示女性同样可以应聘，仅作提示"),
    (Phrase("限北京户籍", "hiring_conditions", "hukou_origin"),
     "该岗位属区里补贴的本市户籍就业困难人员专岗，已核对文件"),
    (Phrase("无乙肝等传染病", "hiring_conditions", "disability_health"),
     "直接入口食品岗位，单位称按健康证要求填写"),
    (Phrase("已婚已育者优先", "hiring_conditions", "marital_parental"),
     "电话核实，单位仅为照顾排班，不作录用条件"),
)  # fmt: skip
"""Wording that a reviewer let pass, and the reason that was given; the daily check sees it again."""

WORTH_A_LOOK = (
    Phrase("年龄18至45岁", "hiring_conditions", "age"),
    Phrase("年龄50周岁以下", "hiring_conditions", "age"),
    Phrase("身高165cm以上", "hiring_conditions", "appearance_height"),
    Phrase("五官端正，形象气质佳", "hiring_conditions", "appearance_height"),
    Phrase("中共党员优先", "hiring_conditions", "political"),
)
"""Wording that is shown as a concern, and refused by nobody."""

HARMLESS = (
    Phrase("男女不限", "hiring_conditions", None),
    Phrase("性别不限", "hiring_conditions", None),
    Phrase("年满18周岁", "hiring_conditions", None),
    Phrase("身体健康", "hiring_conditions", None),
    Phrase("介绍女性用品和婴童用品", "work_content", None),
    Phrase("负责男装、女装陈列", "work_content", None),
    Phrase("协助妇科、产科患者办理预约", "work_content", None),
    Phrase("每月一次赴少数民族地区出差，费用由单位承担。", "text", None),
    Phrase("妇女节、儿童节另有节日福利。", "text", None),
    Phrase("男女同工同酬。", "text", None),
    Phrase("残疾人同等条件下优先录用。", "text", None),
    Phrase("解答户籍和社保政策咨询", "work_content", None),
)
"""Wording that only looks like discrimination."""

BENEFITS = (
    "免费工作餐", "提供住宿", "住房补贴", "带薪年休假", "节日慰问品", "岗前带薪培训", "工龄工资",
    "定期体检", "高温补贴", "通信补贴", "全勤奖", "生日礼品", "交通补贴", "意外伤害保险",
)  # fmt: skip
FIVE = (
    SocialInsurance.PENSION,
    SocialInsurance.MEDICAL,
    SocialInsurance.UNEMPLOYMENT,
    SocialInsurance.WORK_INJURY,
    SocialInsurance.MATERNITY,
)
MISSABLE = (
    Item.HEADCOUNT, Item.PAY, Item.BENEFITS, Item.SOCIAL_INSURANCE, Item.SOCIAL_INSURANCE,
    Item.BENEFITS, Item.HIRING_CONDITIONS, Item.WORK_CONTENT,
)  # fmt: skip
"""What employers leave out, the commoner ones twice."""

OPENINGS = (
    "{employer}因业务发展，现招聘{title}，工作地点在{place}。",
    "我单位{profile}，现面向社会公开招聘{title}。",
    "诚聘{title}，{place}，就近上班，待遇从优。",
    "因新项目启动，急需{title}若干，欢迎附近居民应聘。",
    "岗位：{title}。单位地址：{place}，公交可达。",
)
CLOSINGS = (
    "应聘请联系街道就业服务窗口登记。",
    "面试通过后一周内到岗，签订劳动合同。",
    "试用期按国家规定执行。",
    "有意者可现场报名，也可网上登记后等候通知。",
)


def write_content(
    chance: Chance, employer: Employer, job: Job, valid_until: date | None
) -> VacancyContent:
    """Return a complete and faultless vacancy for a kind of job."""
    unit, low, high = job.pay
    low += chance.whole(0, 4) * _step(unit)
    high = max(high - chance.whole(0, 2) * _step(unit), low + _step(unit))
    opening = chance.pick(OPENINGS).format(
        employer=employer.name, title=job.title, place=employer.address, profile=employer.profile
    )
    return VacancyContent(
        title=job.title,
        text=f"{opening}工作时间：{job.hours}。{chance.pick(CLOSINGS)}",
        headcount=chance.whole(1, job.most),
        work_content="；".join(chance.some(job.duties, min(len(job.duties), chance.whole(2, 4)))),
        hiring_conditions="；".join(chance.some(job.demands, chance.whole(1, len(job.demands)))),
        education=job.education,
        experience=job.experience,
        pay=Pay(
            unit=unit,
            minimum_fen=low * FEN_PER_YUAN,
            maximum_fen=high * FEN_PER_YUAN,
            months_per_year=13 if unit is PayUnit.MONTH and chance.happens(0.12) else None,
        ),
        benefits=chance.some(BENEFITS, chance.whole(2, 4)),
        social_insurance=_insurance(chance, unit),
        place=employer.address,
        valid_until=valid_until,
    )


def leave_out(content: VacancyContent, item: Item) -> VacancyContent:
    """Return the content without one item of Article 38."""
    nothing: dict[Item, dict[str, object]] = {
        Item.HEADCOUNT: {"headcount": None},
        Item.WORK_CONTENT: {"work_content": None},
        Item.HIRING_CONDITIONS: {"hiring_conditions": None, "education": None, "experience": None},
        Item.PAY: {"pay": None},
        Item.BENEFITS: {"benefits": ()},
        Item.SOCIAL_INSURANCE: {"social_insurance": ()},
    }
    return content.model_copy(update=nothing[item])


def add_phrase(content: VacancyContent, phrase: Phrase) -> VacancyContent:
    """Return the content with a phrase put into its field."""
    before = getattr(content, phrase.field) or ""
    joint = "" if phrase.field == "text" or not before else "；"
    return content.model_copy(update={phrase.field: f"{before}{joint}{phrase.text}"})


def jobs_of(trade: str) -> tuple[Job, ...]:
    """Return the kinds of jobs that a trade offers."""
    return tuple(job for job in JOBS if job.trade == trade)


def _step(unit: PayUnit) -> int:
    return {PayUnit.HOUR: 1, PayUnit.DAY: 10}.get(unit, 200)


def _insurance(chance: Chance, unit: PayUnit) -> tuple[SocialInsurance, ...]:
    # Who is paid by the hour is insured against injury at work at least.
    if unit is PayUnit.HOUR:
        return (SocialInsurance.WORK_INJURY,)
    if chance.happens(0.15):
        return (*FIVE, SocialInsurance.HOUSING_FUND)
    return FIVE
