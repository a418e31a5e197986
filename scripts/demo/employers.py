"""The employers of the demo: made-up names, numbers that no register holds, and papers that run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ...application.commands.base import Command
from ...application.commands.employers import (
    OpenEmployerLedger,
    RegisterEmployer,
    StateTrainingNeeds,
    VerifyAgent,
    VerifyLicence,
)
from ...domain.employer.papers import Channel, EmployerBasics, LicenceKind
from ...domain.employer.training import EmployerTrainingNeed
from ...domain.identity import credit_check_character
from .chance import Chance
from .city import Office, made_up_name
from .jobs import TRADES

FIRST = ("青禾", "云岫", "松朗", "晴屿", "知远", "百禾", "澄江", "宁谷", "禾岸", "启棠",
         "沐川", "栖野", "望舒", "和畅", "嘉木", "鹿鸣", "星桥", "泊远", "南乔", "朗悦")  # fmt: skip
SECOND = "渡岭泽垣坊桐野汀葵榆舟砚"
ROADS = ("惠业路", "安岗街", "同岸路", "乐业巷", "启明里", "和顺胡同")
NATURES = ("有限责任公司", "有限责任公司", "有限责任公司（自然人独资）", "股份有限公司")
SIZES = ("20人以下", "20—99人", "20—99人", "100—299人", "300人以上")
_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Employer:
    """An employer with the papers that it has shown."""

    credit_code: str
    name: str
    trade: str
    office: Office
    address: str
    profile: str
    basics: EmployerBasics
    agent_name: str
    agent_number: str
    agent_phone: str
    real_name_verified: bool
    licence_from: date
    licence_until: date | None
    authority_until: date
    registered_on: date = date.max
    has_agent: bool = True
    had_trouble: bool = False
    show_refusal: bool = True
    """Whether the first refusal for lapsed papers is still to be shown."""

    def has_papers_on(self, day: date) -> bool:
        """Say whether licence and letter of authority are valid on `day` (Article 35)."""
        licence = self.licence_from <= day and (
            self.licence_until is None or day <= self.licence_until
        )
        return licence and self.has_agent and day <= self.authority_until

    def registration(self, *, basics: bool = True) -> tuple[Command, ...]:
        """Return the commands that open its ledger and register it."""
        return (
            OpenEmployerLedger(
                credit_code=self.credit_code,
                name=self.name,
                basics=self.basics if basics else EmployerBasics(),
                channel=Channel.FRONT_DESK,
            ),
            self.licence(),
            self.authority(),
            RegisterEmployer(credit_code=self.credit_code),
        )

    def training_needs(self) -> StateTrainingNeeds | None:
        """Return the command that states its training needs; two in three have none."""
        size = sum(map(ord, self.credit_code))
        if size % 3:
            return None
        needs = (
            EmployerTrainingNeed(training=f"{self.trade}岗位技能提升", trainees=3 + size % 20),
        )
        return StateTrainingNeeds(credit_code=self.credit_code, needs=needs)

    def licence(self) -> VerifyLicence:
        """Return the command by which its licence is recorded as it now is."""
        return VerifyLicence(
            credit_code=self.credit_code,
            licence=LicenceKind.BUSINESS_LICENCE,
            valid_from=self.licence_from,
            valid_until=self.licence_until,
        )

    def authority(self) -> VerifyAgent:
        """Return the command by which its agent's papers are recorded as they now are."""
        return VerifyAgent(
            credit_code=self.credit_code,
            name=self.agent_name,
            identity_number=self.agent_number,
            phone=self.agent_phone,
            authority_valid_until=self.authority_until,
            real_name_verified=self.real_name_verified,
        )


def make_employer(chance: Chance, number: int, trade: str, office: Office, day: date) -> Employer:
    """Return an employer, whose papers are good for a year from `day`."""
    kind = TRADES[trade]
    brand = FIRST[number % len(FIRST)] + SECOND[number // len(FIRST) % len(SECOND)]
    district = office.district
    return Employer(
        credit_code=made_up_credit_code(district.code[:6], number),
        name=f"北京{brand}{kind.name_ends}",
        trade=trade,
        office=office,
        address=f"{district.place}{office.place.removeprefix(district.place)}"
        f"{chance.pick(ROADS)}{chance.whole(1, 88)}号",
        profile=kind.profile,
        basics=EmployerBasics(
            nature=chance.pick(NATURES),
            industry_code=kind.industry_code,
            size=chance.pick(SIZES),
            profile=kind.profile,
        ),
        agent_name=made_up_name(chance),
        agent_number=made_up_identity_number(chance, number),
        agent_phone=f"000 0000 {number:04}",
        real_name_verified=chance.happens(0.6),
        licence_from=date(2012 + chance.whole(0, 12), chance.whole(1, 12), chance.whole(1, 28)),
        licence_until=None
        if chance.happens(0.6)
        else day + timedelta(days=chance.whole(400, 3000)),
        authority_until=day + timedelta(days=chance.whole(90, 365)),
    )


def made_up_credit_code(area: str, number: int) -> str:
    """Return a credit code with a right check character, whose organisation code is plainly the demo's."""
    first_seventeen = f"91{area}DEM{number:06}"
    return first_seventeen + credit_check_character(first_seventeen)


def made_up_identity_number(chance: Chance, number: int) -> str:
    """Return an identity number with a right check character that belongs to nobody.

    Its sequence code is 000, which is never issued; the birth dates are all different.
    """
    born = date(1970, 1, 1) + timedelta(days=37 * number + chance.whole(0, 36))
    return with_check_character(f"110105{born:%Y%m%d}000")


def with_check_character(first_seventeen: str) -> str:
    """Return an identity number with its check character."""
    total = sum(int(digit) * w for digit, w in zip(first_seventeen, _RIC_WEIGHTS, strict=True))
    return first_seventeen + "10X98765432"[total % 11]
