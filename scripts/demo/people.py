"""The job seekers of the demo: made-up names, and identity numbers that are valid but belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ...application.commands.base import Command
from ...application.commands.job_seekers import (
    Basics,
    OpenJobSeekerLedger,
    RecordRefinedInformation,
    RegisterJobSeeker,
)
from ...application.commands.referrals import JudgeReadiness
from ...domain.employer.papers import Channel
from ...domain.job_seeker.documents import IdentityDocument
from ...domain.job_seeker.registration import (
    Education,
    FamilyFactor,
    Household,
    SkillLevel,
    Wishes,
)
from ...infrastructure.taizhang import Taizhang
from .chance import Chance
from .city import Office, made_up_name
from .employers import ROADS, with_check_character

EDUCATION = (
    (Education.JUNIOR_SECONDARY, 3),
    (Education.SENIOR_SECONDARY, 3),
    (Education.VOCATIONAL_SECONDARY, 3),
    (Education.JUNIOR_COLLEGE, 2),
    (Education.BACHELOR, 1),
)
HOUSEHOLDS = ((Household.LOCAL_URBAN, 6), (Household.LOCAL_RURAL, 2), (Household.ELSEWHERE, 2))
FAMILY = ((), (), (), (FamilyFactor.CARES_FOR_CHILDREN,), (FamilyFactor.CARES_FOR_THE_OLD,))
BIRTH_DAYS = 1009
"""A prime: so many people have birth dates of their own, in no order."""


@dataclass
class Person:
    """A made-up job seeker."""

    name: str
    document: IdentityDocument
    job_seeker_id: UUID
    office: Office
    basics: Basics
    wish: str
    education: Education
    skill: SkillLevel = SkillLevel.BEGINNER
    family: tuple[FamilyFactor, ...] = ()
    out_of_work_since: date | None = None
    channel: Channel = Channel.FRONT_DESK
    cases: int = 0
    """How many assistance agreements are entered in the diary."""

    def opening(self, occurred_on: date | None = None) -> OpenJobSeekerLedger:
        """Return the command that opens the ledger."""
        return OpenJobSeekerLedger(
            document=self.document,
            basics=self.basics,
            channel=self.channel,
            occurred_on=occurred_on,
        )

    def application(self) -> RegisterJobSeeker:
        """Return the command that registers the person for job seeking."""
        return RegisterJobSeeker(
            job_seeker_id=self.job_seeker_id,
            education=self.education,
            wishes=Wishes(occupations=(self.wish,), areas=(self.office.code[:9],)),
        )

    def refined(self) -> RecordRefinedInformation:
        """Return the command that records the refined information."""
        return RecordRefinedInformation(
            job_seeker_id=self.job_seeker_id,
            out_of_work_since=self.out_of_work_since,
            skill_level=self.skill,
            family_factors=self.family,
        )

    def registration(self) -> tuple[Command, ...]:
        """Return the commands that register somebody who is ready for a job, all on one day."""
        ready = JudgeReadiness(job_seeker_id=self.job_seeker_id, could_start_within_days=7)
        return (self.opening(), self.application(), self.refined(), ready)


class People:
    """Makes people up, each with a number, so that no two are the same."""

    def __init__(self, taizhang: Taizhang, chance: Chance) -> None:
        """Begin with nobody."""
        self._taizhang = taizhang
        self._chance = chance
        self._number = 0
        self.by_id: dict[UUID, Person] = {}
        self.referred: dict[UUID, Person] = {}
        """Whom each referral is about."""

    def make(self, office: Office, wish: str, chance: Chance | None = None) -> Person:
        """Return somebody new who lives near an office and wants a kind of job."""
        self._number += 1
        chance = chance or self._chance
        name = made_up_name(chance)
        document = IdentityDocument(number=self._identity_number(chance))
        district = office.district
        place = f"{district.place}{office.place.removeprefix(district.place)}"
        area = office.code[:9]
        basics = Basics(
            name=name,
            phone=f"000 0001 {self._number:04}",
            address=f"{place}{chance.pick(ROADS)}{chance.whole(1, 88)}号",
            household=chance.weighted(HOUSEHOLDS),
            residence_area=area if len(area) in (6, 9) else None,
        )
        person = Person(
            name=name,
            document=document,
            job_seeker_id=self._taizhang.job_seeker_id(document),
            office=office,
            basics=basics,
            wish=wish,
            education=chance.weighted(EDUCATION),
            family=chance.pick(FAMILY),
        )
        self.by_id[person.job_seeker_id] = person
        return person

    def _identity_number(self, chance: Chance) -> str:
        """Return a number with a right check character, whose sequence code 000 is never issued.

        It is of no district: those of the employers' agents are of one.
        """
        place = self._number * 571 % BIRTH_DAYS
        born = date(1963, 1, 1) + timedelta(days=14 * place + chance.whole(0, 13))
        return with_check_character(f"110000{born:%Y%m%d}000")
