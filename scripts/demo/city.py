"""The city of the demo: real agencies by code, and made-up people on their staff."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ...application.commands.organisation import EmployStaff, FoundAgency, RecordCertificate
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import ROLES_WITH_CERTIFICATE, Role
from .chance import Chance
from .desk import Desk

CITY = "110000"
AS_OF = date(2023, 6, 30)
"""The day of the table of division codes that data/agencies.csv was taken from."""

NAMES = {
    AgencyLevel.CITY: "{}公共就业服务中心",
    AgencyLevel.DISTRICT: "{}公共就业服务中心",
    AgencyLevel.SUBDISTRICT: "{}就业服务所",
    AgencyLevel.STATION: "{}就业服务站",
}
STATION_NAMES = ("第一", "第二", "第三", "第四")

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = (
    "春晓", "建明", "丽娟", "志强", "雅琴", "海峰", "文静", "国栋", "秀兰", "晨曦", "永利", "思源",
    "慧敏", "立新", "玉梅", "浩然", "晓东", "佳怡", "振华", "桂芳", "子涵", "凤霞", "俊杰", "雪莲",
    "长青", "婉婷", "学军", "红梅", "宏伟", "静怡", "德胜", "巧云", "景行", "若水", "怀瑾", "知夏",
)  # fmt: skip

CERTIFICATES = {
    Role.COUNSELLOR: "职业指导员（三级）",
    Role.INFORMATION_ANALYST: "职业信息分析师（三级）",
    Role.COMMUNITY_COORDINATOR: "劳动保障协理员（四级）",
}

STAFFING = {
    AgencyLevel.CITY: (Role.ADMINISTRATOR, Role.SUPERVISOR),
    AgencyLevel.DISTRICT: (
        Role.ADMINISTRATOR, Role.SUPERVISOR, Role.SERVICE_STAFF, Role.INFORMATION_ANALYST,
        Role.INFORMATION_ANALYST, Role.COUNSELLOR,
    ),
    AgencyLevel.SUBDISTRICT: (
        Role.SERVICE_STAFF, Role.SERVICE_STAFF, Role.COUNSELLOR, Role.INFORMATION_ANALYST,
    ),
    AgencyLevel.STATION: (Role.COMMUNITY_COORDINATOR,),
}  # fmt: skip
"""Who is on the staff of an agency of each level."""

_CLERKS = (Role.SERVICE_STAFF, Role.COMMUNITY_COORDINATOR)
_REVIEWERS = (Role.COUNSELLOR, Role.INFORMATION_ANALYST)


@dataclass
class Office:
    """An agency with the people who act for it."""

    code: str
    name: str
    place: str
    level: AgencyLevel
    above: Office | None
    staff: list[tuple[Role, Actor]] = field(default_factory=list)

    def people(self, *roles: Role) -> list[Actor]:
        """Return the staff with any of these roles."""
        return [actor for role, actor in self.staff if role in roles]

    @property
    def clerks(self) -> list[Actor]:
        """Who serves employers at the window."""
        return self.people(*_CLERKS)

    @property
    def reviewers(self) -> list[Actor]:
        """Who reviews its vacancies; a station's are reviewed by the subdistrict."""
        return self.people(*_REVIEWERS) or (self.above.reviewers if self.above else [])

    @property
    def district(self) -> Office:
        """The district above it, or itself."""
        return self.above.district if self.above and self.level != AgencyLevel.DISTRICT else self


class City:
    """Founds the agencies and employs the people; then knows who is where."""

    def __init__(self, desk: Desk, chance: Chance, district_code: str, serving: int) -> None:
        """Found the city, its districts, the district's subdistricts and some stations.

        `serving` limits how many of the subdistricts have staff and serve employers.
        """
        self._desk = desk
        self._chance = chance
        self._more = 0
        self.others: dict[str, Office] = {}
        """The other districts."""
        self.agencies = 0
        self.employed = 0
        rows = _rows()
        self.city = self._found(rows[CITY], None)
        self._employ(self.city)
        self.district = self.city
        for row in rows.values():
            if row["parent_code"] == CITY:
                office = self._found(row, self.city)
                if office.code == district_code:
                    self.district = office
                else:
                    self.others[office.code] = office
        self._employ(self.district)
        below = [
            self._found(row, self.district)
            for row in rows.values()
            if row["parent_code"] == district_code
        ]
        self.subdistricts = below[:serving]
        for office in self.subdistricts:
            self._employ(office)
        # Stations have numbers of the demo's own: the table of codes ends at the subdistricts.
        self.stations = [
            self._found(
                {
                    "code": f"{office.code}9{number:02}",
                    "level": "station",
                    "place": f"{office.place}{STATION_NAMES[number - 1]}社区",
                },
                office,
            )
            for office in self.subdistricts[:: max(1, len(self.subdistricts) // 2)][:2]
            for number in (1, 2)
        ]
        for office in self.stations:
            self._employ(office)

    def employ_counsellor(self, office: Office, chance: Chance) -> Actor:
        """Let an office have one more counsellor, who serves people and reviews no vacancies."""
        self._more += 1
        staff_id = f"{office.code}-{10 + self._more}"
        name = made_up_name(chance)
        self._desk.do(self._system, *_employment(office.code, staff_id, name, Role.COUNSELLOR, 2))
        self.employed += 1
        return Actor(staff_id=staff_id, agency_code=office.code)

    def found_beyond(self, chance: Chance) -> Office:
        """Found and staff a subdistrict of another district, to which somebody moves."""
        row = next(
            row
            for row in _rows().values()
            if row["level"] == AgencyLevel.SUBDISTRICT and row["parent_code"] in self.others
        )
        office = self._found(row, self.others[row["parent_code"]])
        self._employ(office, chance)
        return office

    @property
    def _system(self) -> Actor:
        return Actor.system(CITY)

    def _found(self, row: dict[str, str], above: Office | None) -> Office:
        level = AgencyLevel(row["level"])
        name = NAMES[level].format(row["place"])
        self._desk.do(
            self._system,
            FoundAgency(
                code=row["code"],
                name=name,
                level=level,
                parent_code=above.code if above else None,
                effective_on=AS_OF,
            ),
        )
        self.agencies += 1
        return Office(row["code"], name, row["place"], level, above)

    def _employ(self, office: Office, chance: Chance | None = None) -> None:
        commands: list[EmployStaff | RecordCertificate] = []
        for number, role in enumerate(STAFFING[office.level], start=1):
            staff_id = f"{office.code}-{number:02}"
            name = made_up_name(chance or self._chance)
            commands += _employment(office.code, staff_id, name, role, number)
            office.staff.append((role, Actor(staff_id=staff_id, agency_code=office.code)))
            self.employed += 1
        self._desk.do(self._system, *commands)


def _employment(
    code: str, staff_id: str, name: str, role: Role, number: int
) -> list[EmployStaff | RecordCertificate]:
    """Return the commands that put somebody on the staff, with the certificate that the role asks for."""
    commands: list[EmployStaff | RecordCertificate] = [
        EmployStaff(
            staff_id=staff_id, name=name, agency_code=code, roles=(role,), effective_on=AS_OF
        )
    ]
    if role in ROLES_WITH_CERTIFICATE:
        commands.append(
            RecordCertificate(
                staff_id=staff_id,
                role=role,
                title=CERTIFICATES[role],
                valid_from=date(2021 + number % 3, 3, 1),
                effective_on=AS_OF,
            )
        )
    return commands


def districts() -> list[str]:
    """Return the codes of the districts that have subdistricts in the table."""
    rows = _rows()
    above = {row["parent_code"] for row in rows.values()}
    return [code for code, row in rows.items() if row["parent_code"] == CITY and code in above]


def made_up_name(chance: Chance) -> str:
    """Return a person's name put together by chance."""
    return chance.pick(SURNAMES) + chance.pick(GIVEN)


def _rows() -> dict[str, dict[str, str]]:
    table = Path(__file__).with_name("data") / "agencies.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return {row["code"]: row for row in csv.DictReader(lines)}
