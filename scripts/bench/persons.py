"""Persons for the benchmarks: subdistricts with specialists, and lives of people as recorded events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from ...domain.assistance import agreement, employment, guidance, visits
from ...domain.assistance.state import case_stream
from ...domain.employer.papers import Channel
from ...domain.employer.services import ReferralOutcome
from ...domain.events import Event, RecordedEvent
from ...domain.job_seeker import contact, grading, registration, search, status
from ...domain.job_seeker.documents import DocumentKind
from ...domain.organisation.agency import AgencyFounded, AgencyLevel, agency_stream
from ...domain.organisation.staff import CertificateRecorded, Role, StaffJoined, staff_stream
from .ours import at_ten
from .staffing import DISTRICTS, TODAY
from .workload import SEED, new_id

FOUNDED = date(2019, 1, 1)
LONG = 10_000_000
"""The number of the person with a long ledger."""


class Office(NamedTuple):
    """A subdistrict with so many specialists."""

    code: str
    specialists: tuple[str, ...]


def offices(number: int, specialists: int) -> list[Office]:
    """Return `number` subdistricts, by turns of each district, each with specialists."""
    made = []
    for place in range(number):
        code = f"{DISTRICTS[place % len(DISTRICTS)]}{1 + place // len(DISTRICTS):03}"
        made.append(Office(code, tuple(f"s{code}.{who}" for who in range(specialists))))
    return made


def founding(held: list[Office]) -> Iterator[tuple[UUID, Event]]:
    """Yield the events by which the subdistricts and their staff came to be."""
    for office in held:
        yield (
            agency_stream(office.code, FOUNDED),
            AgencyFounded(
                code=office.code,
                name=f"街道{office.code}",
                level=AgencyLevel.SUBDISTRICT,
                parent_code=office.code[:6],
                effective_on=FOUNDED,
            ),
        )
        for who in office.specialists:
            joined = StaffJoined(
                staff_id=who,
                name=f"职员{who}",
                agency_code=office.code,
                roles=(Role.COUNSELLOR,),
                effective_on=FOUNDED,
            )
            certified = CertificateRecorded(
                role=Role.COUNSELLOR, title="资格证书", valid_from=FOUNDED, valid_until=None
            )
            yield staff_stream(who), joined
            yield staff_stream(who), certified


class Life:
    """One person's course, event by event, through one member of staff."""

    def __init__(self, number: int, agency_code: str, staff_id: str) -> None:
        """Begin with nobody."""
        self.person_id = uuid5(NAMESPACE_URL, f"bench:person:{number}")
        self.number = number
        self.random = Random(SEED + number)
        self.agency_code, self.staff_id = agency_code, staff_id
        self.events: list[RecordedEvent] = []
        self._versions: dict[UUID, int] = {}

    @property
    def case_id(self) -> UUID:
        """The stream of the assistance case."""
        return case_stream(self.person_id, 1)

    def record(self, day: date, *events: Event, stream_id: UUID | None = None) -> None:
        """Record events on a day, in the ledger or in another stream."""
        stream = stream_id or self.person_id
        for event in events:
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            self.events.append(
                RecordedEvent(
                    event, stream, version, 0, day, at_ten(day), self.staff_id,
                    self.agency_code, uuid5(stream, str(version)),
                )
            )  # fmt: skip

    def register(self, day: date) -> None:
        """Open the ledger, register the person and grade the difficulty."""
        person = {"person_id": self.person_id}
        self.record(
            day,
            registration.JobSeekerLedgerOpened(
                **person, channel=Channel.FRONT_DESK, document_kind=DocumentKind.CITIZEN,
                country="CHN", document_number=f"11010519900101{self.number % 10_000:04}",
            ),
            registration.BasicsRecorded(
                **person, name="王小明", sex="male", birth_date="1990-01-01", phone="13800000000",
                address="某街1号", household_address="", household=registration.Household.LOCAL_URBAN,
                residence_area=self.agency_code[:9],
            ),
            registration.JobSeekingRegistered(
                **person, education=registration.Education.JUNIOR_COLLEGE,
                wishes=registration.Wishes(occupations=("电工",), monthly_pay_from=6000),
                experience="曾从事维修工作三年",
            ),
            registration.RefinedInformationRecorded(
                **person, out_of_work_since=day - timedelta(days=200),
                skill_level=registration.SkillLevel.INTERMEDIATE, skills=("电工证",),
                family_factors=(), remarks="",
            ),
            grading.Graded(
                **person, tool="样例", tool_version="1", answers='{"age": "52"}',
                score=Decimal(60), level=3,
            ),
            status.StatusRegistered(
                registration=status.StatusRegistration.UNEMPLOYMENT, since=day, source="失业登记系统"
            ),
        )  # fmt: skip

    def seek(self, day: date) -> None:
        """Be in contact, found ready and referred, in vain: six events."""
        person, referral_id, vacancy_id = self.person_id, new_id(self.random), new_id(self.random)
        employer_id = new_id(self.random)
        self.record(
            day + timedelta(days=3),
            contact.Contacted(
                person_id=person, means=contact.ContactMeans.PHONE, note="了解近况，愿意尽快上岗"
            ),
        )
        self.record(
            day + timedelta(days=8),
            search.ReadinessJudged(is_ready=True, could_start_within_days=7, advice=""),
            search.Referred(
                referral_id=referral_id, employer_id=employer_id, vacancy_id=vacancy_id,
                reasons=("技能相符",),
            ),
        )  # fmt: skip
        self.record(
            day + timedelta(days=12),
            search.ReferralOutcomeKnown(
                referral_id=referral_id, employer_id=employer_id, vacancy_id=vacancy_id,
                outcome=ReferralOutcome.NOT_HIRED, started_on=None,
            ),
        )  # fmt: skip
        for days in (25, 45):
            self.record(
                day + timedelta(days=days),
                contact.Contacted(
                    person_id=person, means=contact.ContactMeans.FRONT_DESK, note="来访询问岗位"
                ),
            )

    def be_assisted(self, day: date) -> None:
        """Be recognised, sign, be guided and visited, start work and be visited there: ten events."""
        self.record(
            day,
            status.Recognised(category="4050", since=day, source="认定系统"),
            status.AssistanceCalledFor(),
        )
        of_case = {
            "person_id": self.person_id, "agency_code": self.agency_code,
            "specialist_id": self.staff_id,
        }  # fmt: skip
        guidance_id, work = new_id(self.random), new_id(self.random)
        steps: list[tuple[int, Event]] = [
            (
                4,
                agreement.AgreementSigned(
                    **of_case, number=1, place=agreement.ServicePlace.HOUSEHOLD, continued=None
                ),
            ),
            (
                6,
                guidance.GuidanceGiven(
                    **of_case, guidance_id=guidance_id,
                    guidance=guidance.AssistedGuidance.GENERAL, about="求职方向", advice="先看附近岗位",
                    plan="", referral_id=None,
                ),
            ),
            (9 + 3 * (self.number % 3), self._visit(of_case, guidance_id, job_ready=True)),
            (
                20,
                employment.WorkStarted(
                    **of_case, employment_id=work, work=employment.WorkKind.EMPLOYED,
                    employer="某公司", started_on=day + timedelta(days=20), referral_id=None,
                ),
            ),
            (22, employment.SearchArchived(**of_case)),
            (28, self._visit(of_case, work, stable=True)),
            (52, self._visit(of_case, work, stable=True)),
            (112, self._visit(of_case, work, stable=True)),
        ]  # fmt: skip
        for days, event in steps:
            self.record(day + timedelta(days=days), event, stream_id=self.case_id)

    def _visit(self, of_case: dict[str, object], about_id: UUID, **learnt: bool) -> Event:
        asked = {"job_ready": None, "hired": None, "stable": None, **learnt}
        return visits.VisitMade.model_validate(
            {
                **of_case, "visit_id": new_id(self.random), "about_id": about_id,
                "method": visits.VisitMethod.PHONE, "learnt": "情况良好", "advice": "保持联系",
                "willingness": visits.Willingness.WILLING, **asked,
            }
        )  # fmt: skip


def lives(number: int, held: list[Office], first: int = 0) -> Iterator[Life]:
    """Yield so many lives that began in the last half year, three of five with assistance."""
    for person in range(first, first + number):
        office = held[person % len(held)]
        life = Life(person, office.code, office.specialists[person % len(office.specialists)])
        day = TODAY - timedelta(days=life.random.randrange(1, 180))
        life.register(day)
        if person % 5 < 3:
            life.be_assisted(day)
        else:
            life.seek(day)
        yield life


def in_order(held: Iterable[Life]) -> list[RecordedEvent]:
    """Return what is recorded of lives up to today, as a log has it: by day."""
    events = [one for life in held for one in life.events if one.occurred_on <= TODAY]
    return sorted(events, key=lambda one: one.recorded_at)


def long_ledger(entries: int, office: Office) -> Life:
    """Return the life with a ledger of so many entries: mostly contacts over a year."""
    life = Life(LONG, office.code, office.specialists[0])
    day = TODAY - timedelta(days=400)
    life.register(day)
    life.be_assisted(day)
    for place in range(entries - len(life.events)):
        note = f"第{place + 1}次联系，了解求职进展和家庭情况"
        life.record(
            day + timedelta(days=60 + place),
            contact.Contacted(
                person_id=life.person_id, means=contact.ContactMeans.PHONE, note=note
            ),
        )
    return life
