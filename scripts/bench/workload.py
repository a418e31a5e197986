"""The work that every peer does: employers with their vacancies, as facts and as commands.

It is made from a seed, so that each peer and each run get the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from ...application.commands.base import Command
from ...application.commands.employers import (
    ArchiveVacancy,
    DraftVacancy,
    PassVacancy,
    PublishVacancy,
    SubmitVacancy,
    WithdrawVacancy,
)
from ...domain.employer import papers, services, vacancy
from ...domain.employer.content import Screening, VacancyContent, screen_content
from ...domain.employer.papers import (
    Channel,
    EmployerBasics,
    EmployerLedgerOpened,
    LicenceKind,
)
from ...domain.employer.pay import Pay, PayUnit
from ...domain.employer.text_values import SocialInsurance
from ...domain.employer.vacancy import ReviewDefect, WithdrawalReason
from ...domain.events import Event
from ...domain.identity import credit_check_character
from ...domain.organisation.powers import Actor
from .staffing import AGENCY, DISTRICTS, NOW, TODAY, reviewer, submitter

SEED = 153_2018
PAPERS_UNTIL = date(2030, 12, 31)
LIFE = 6
"""Commands that take a vacancy from draft to archive."""


def clock() -> datetime:
    """Return the one moment at which everything is recorded."""
    return NOW


class Fact(NamedTuple):
    """Something that happened, on a day, through a member of staff."""

    event: Event
    day: date
    staff_id: str


class Place(NamedTuple):
    """A fact of the log: of which employer, by its number, and under which agency."""

    employer: int
    agency_code: str
    fact: Fact


# --- employers --------------------------------------------------------------------------------


def credit_code(number: int) -> str:
    """Return a valid credit code for the employer of this number."""
    text = f"91110105MB{number:07}"
    return text + credit_check_character(text)


def qualification(number: int, day: date) -> list[Fact]:
    """Return the four facts that make a registered employer."""
    who = submitter().staff_id
    person = number % 50  # an agency of agents acts for many
    events: list[Event] = [
        EmployerLedgerOpened(
            credit_code=credit_code(number),
            name=f"京城第{number}号有限公司",
            basics=EmployerBasics(nature="有限责任公司", industry_code="6510", size="100-499人"),
            channel=Channel.FRONT_DESK,
        ),
        papers.LicenceVerified(
            licence=LicenceKind.BUSINESS_LICENCE, valid_from=date(2015, 1, 1), valid_until=None
        ),
        papers.AgentVerified(
            agent_id=uuid5(NAMESPACE_URL, f"agent:{person}"),
            name="王经办",
            identity_number=f"11010519900101{person:04}",
            phone="13800000000",
            authority_valid_until=PAPERS_UNTIL,
            identity_valid_until=PAPERS_UNTIL,
            real_name_verified=True,
        ),
        papers.EmployerRegistered(),
    ]
    return [Fact(event, day, who) for event in events]


# --- vacancies --------------------------------------------------------------------------------

_TITLES = (
    "售前技术支持",
    "餐厅服务员",
    "会计",
    "数据分析师",
    "电工",
    "仓库管理员",
    "护理员",
    "销售经理",
)
_DUTIES = (
    "岗位职责：1、负责配合客户及项目需要，完成技术交流，提供解决方案；2、负责整体规划、方案设计、标书制作、投标及应答；"
    "3、负责协助销售人员对客户在项目过程中进行沟通、服务、技术支持；4、深度挖掘市场需求、发展方向。",
    "岗位职责：1、按照服务流程接待顾客，保持工作区域整洁；2、了解当日供应情况，准确记录顾客需要；3、配合主管完成交办的其他事项；"
    "4、遵守食品安全和消防安全制度，发现隐患及时报告。",
    "岗位职责：1、审核原始凭证，编制记账凭证，登记账簿；2、按期申报税款，编制财务报表；3、管理发票和银行账户；4、配合年度审计。",
    "岗位职责：1、设备日常巡检与保养，填写运行记录；2、排除故障，保障生产线连续运行；3、执行安全操作规程；4、参加班组培训与考核。",
)
_CONDITIONS = (
    "任职资格：大专及以上学历，一年以上相关工作经验，责任心强，男女不限。",
    "任职资格：本科及以上学历，较强的沟通协调能力、学习能力，能适应短期出差。",
    "任职资格：持相应的上岗证书，熟悉常用办公软件，做事细致。",
)
_LAWLESS = "任职资格：限男性，未婚未育，本地户口优先。"


@cache
def contents() -> tuple[VacancyContent, ...]:
    """Return the contents that vacancies have in turn; one in thirty discriminates."""
    made = []
    for number in range(120):
        lawless = number % 30 == 17
        duties = _DUTIES[number % 4]
        conditions = _LAWLESS if lawless else _CONDITIONS[number % 3]
        made.append(
            VacancyContent(
                title=_TITLES[number % 8],
                text=f"{duties}{conditions}",
                headcount=None if number % 25 == 3 else 1 + number % 9,
                work_content=duties,
                hiring_conditions=conditions,
                pay=Pay(unit=PayUnit.MONTH, minimum_fen=600_000, maximum_fen=1_200_000),
                benefits=() if number % 20 == 5 else ("餐饮补贴", "带薪年假"),
                social_insurance=tuple(SocialInsurance),
                place="北京市朝阳区",
            )
        )
    return tuple(made)


@cache
def screenings() -> tuple[Screening, ...]:
    """Return what the screening finds in each of the contents."""
    return tuple(screen_content(content) for content in contents())


@cache
def lawful() -> tuple[VacancyContent, ...]:
    """Return the contents in which it finds no violation, so that they pass the review."""
    return tuple(
        content
        for content, screening in zip(contents(), screenings(), strict=True)
        if not screening.violations
    )


def new_id(random: Random) -> UUID:
    """Return a random id."""
    return UUID(int=random.getrandbits(128), version=4)


def commands(
    number: int, random: Random, day: date | None = None
) -> list[tuple[Command, Actor, UUID]]:
    """Return the six commands that take a new vacancy of an employer from draft to archive."""
    code, vacancy_id = credit_code(number), new_id(random)
    content = random.choice(lawful())
    common = {"credit_code": code, "vacancy_id": vacancy_id, "occurred_on": day}
    first, second = submitter(), reviewer()
    return [
        (DraftVacancy(content=content, **common), first, new_id(random)),
        (SubmitVacancy(**common), first, new_id(random)),
        (PassVacancy(**common), second, new_id(random)),
        (PublishVacancy(**common), first, new_id(random)),
        (WithdrawVacancy(reason=WithdrawalReason.FILLED, **common), first, new_id(random)),
        (ArchiveVacancy(**common), first, new_id(random)),
    ]


def life(
    random: Random, start: date, agency_code: str = AGENCY, *, eventful: bool = False
) -> list[Fact]:
    """Return a vacancy's facts from draft to archive: six, or more where something comes between."""
    vacancy_id, place = new_id(random), random.randrange(len(contents()))
    content, screening = contents()[place], screenings()[place]
    first, second = submitter(agency_code).staff_id, reviewer(agency_code).staff_id
    defects = (ReviewDefect(rule="38.2", note="请补充社会保险"),)
    submitted = vacancy.VacancySubmitted(
        vacancy_id=vacancy_id,
        channel=Channel.FRONT_DESK,
        publisher_id=None,
        review_agency_code="110101001",
    )
    steps: list[tuple[Event, int, str]] = [
        (
            vacancy.VacancyDrafted(vacancy_id=vacancy_id, content=content, screening=screening),
            0,
            first,
        ),
        (submitted, 0, first),
    ]
    if eventful and random.random() < 0.15:
        revised = vacancy.VacancyRevised(
            vacancy_id=vacancy_id, content=content, screening=screening
        )
        returned = vacancy.VacancyReturned(vacancy_id=vacancy_id, defects=defects)
        steps += [(returned, 1, second), (revised, 2, first), (submitted, 2, first)]
    overruled = "并非歧视性内容" if screening.violations else None
    steps += [
        (vacancy.VacancyPassed(vacancy_id=vacancy_id, overruled=overruled), 3, second),
        (
            vacancy.VacancyPublished(vacancy_id=vacancy_id, valid_until=start + timedelta(days=30)),
            3,
            first,
        ),
    ]
    if eventful and random.random() < 0.3:
        steps += _referral(random, vacancy_id, first)
    ended: Event = vacancy.VacancyLapsed(vacancy_id=vacancy_id)
    if random.random() < 0.5:
        ended = vacancy.VacancyWithdrawn(
            vacancy_id=vacancy_id, reason=WithdrawalReason.FILLED, note=""
        )
    steps += [(ended, 31, first), (vacancy.VacancyArchived(vacancy_id=vacancy_id), 33, first)]
    return [Fact(event, start + timedelta(days=days), who) for event, days, who in steps]


def _referral(random: Random, vacancy_id: UUID, who: str) -> list[tuple[Event, int, str]]:
    referral_id = new_id(random)
    return [
        (
            services.ReferralMade(
                referral_id=referral_id,
                vacancy_id=vacancy_id,
                job_seeker_id=new_id(random),
                reasons=("技能相符", "薪酬相符"),
            ),
            5,
            who,
        ),
        (
            services.ReferralOutcomeLearnt(
                referral_id=referral_id,
                vacancy_id=vacancy_id,
                outcome=services.ReferralOutcome.NOT_HIRED,
                started_on=None,
            ),
            9,
            who,
        ),
    ]


def ledger(number: int, length: int) -> list[Fact]:
    """Return the history of an employer that is `length` facts long (10, 100, 1000, …).

    It holds the papers, then archived vacancies, at the end one that is public and one that waits for
    its review: what an employer's ledger looks like after a time.
    """
    random = Random(SEED + number)
    facts = qualification(number, date(2020, 1, 6))
    lives, odd = divmod(length - len(facts) - 4 - 2, LIFE)
    if lives < 0 or odd:
        raise ValueError(f"no ledger of {length}: 10 and any number of sixes are")
    for place in range(lives):
        facts += life(random, TODAY - timedelta(days=60 + 2 * (lives - place)))
    facts += life(random, TODAY - timedelta(days=10))[:4]
    return facts + life(random, TODAY)[:2]


def log(length: int) -> Iterator[Place]:
    """Yield a log of vacancy work at all districts, in the order of its days: about half a year's.

    An employer has some fifteen vacancies. The last lives are cut short where the log ends.
    """
    random = Random(SEED)
    vacancies = length // 6
    employers = max(vacancies // 15, 1)
    first = TODAY - timedelta(days=180)
    facts: list[tuple[date, int, Place]] = []
    for number in range(employers):
        agency = DISTRICTS[number % len(DISTRICTS)]
        for fact in qualification(number, first):
            facts.append((first, len(facts), Place(number, agency, fact)))
    for _ in range(vacancies):
        number = random.randrange(employers)
        agency = DISTRICTS[number % len(DISTRICTS)]
        start = first + timedelta(days=random.randrange(180))
        for fact in life(random, start, agency, eventful=True):
            facts.append((fact.day, len(facts), Place(number, agency, fact)))
    facts.sort(key=lambda entry: entry[:2])
    for _, _, place in facts[:length]:
        yield place
