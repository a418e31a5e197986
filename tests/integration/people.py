"""Persons of a subdistrict, on the way into work, for the tests of what is read of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from taizhang import (
    Actor,
    Command,
    EmployStaff,
    Grade,
    GradeJobSeeker,
    IdentityDocument,
    OpenJobSeekerLedger,
    RecordCertificate,
    RegisterJobSeeker,
)
from taizhang.application.commands import assistance_course as course
from taizhang.application.commands.assistance import (
    AssessReadiness,
    ClassifyPerson,
    MakePlan,
    SignAgreement,
)
from taizhang.application.commands.job_seekers import Basics, RecordRecognition
from taizhang.application.commands.job_seekers import RecordStatusRegistration as RecordStatus
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.employer.papers import Channel
from taizhang.domain.job_seeker.registration import Wishes
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from taizhang.infrastructure.queries.people import PeopleQueries

    from .conftest import World

CITY, DISTRICT, HERE, NEXT_DOOR = "110000", "110105", "110105001", "110105002"
NAME, PHONE, ADDRESS = "欧阳震华", "13987654321", "永安里9号"
NOTE = "家中老人需要照料"


class Tool:
    """Finds everybody at level 3."""

    def grade(self, answers: object) -> Grade:
        return Grade(tool="样例", tool_version="1", score=Decimal(80), level=3)


class People:
    """Persons of a subdistrict, and the queries about them."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.taizhang.service._grading_tool = Tool()
        for code in (HERE, NEXT_DOOR):
            founded = date(2018, 8, 1)
            for command in (
                EmployStaff(
                    staff_id=f"c-{code}", name="某", agency_code=code, roles=(Role.COUNSELLOR,),
                    effective_on=founded,
                ),
                RecordCertificate(
                    staff_id=f"c-{code}", role=Role.COUNSELLOR, title="职业指导师",
                    valid_from=founded, effective_on=founded,
                ),
            ):  # fmt: skip
                world.taizhang.execute(command, by=Actor.system(CITY), command_id=uuid4())

    @property
    def queries(self) -> PeopleQueries:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries().people

    def opening(self, number: int = 7) -> OpenJobSeekerLedger:
        basics = Basics(name=NAME, phone=PHONE, address=ADDRESS, residence_area=HERE, sex="male")
        document = IdentityDocument(number=self.world.identity_number(number))
        return OpenJobSeekerLedger(document=document, basics=basics, channel=Channel.FRONT_DESK)

    def opened(self, number: int = 7, by: str = "clerk") -> UUID:
        return self.world.do(self.opening(number), by).stream_id

    def registered(self, number: int = 7, by: str = "clerk", **wishes: Any) -> UUID:
        person = self.opened(number, by)
        wanted = Wishes(**{"occupations": ("电工",), **wishes})
        self.world.do(RegisterJobSeeker(job_seeker_id=person, wishes=wanted), by)
        return person

    def recognised(self, person: UUID) -> None:
        today = self.world.clock.today
        for command in (
            RecordStatus(
                job_seeker_id=person, registration="unemployment", since=today, source="系统"
            ),
            RecordRecognition(job_seeker_id=person, category="4050", since=today, source="表"),
        ):
            self.world.do(command)

    def assisted(self, number: int = 7) -> UUID:
        """Return a person with an agreement here and a plan of one stage, ready for work."""
        person, today = self.registered(number), self.world.clock.today
        self.world.do(GradeJobSeeker(job_seeker_id=person, answers={"age": "52"}))
        self.recognised(person)
        self.sign(person, 1)
        for command in (
            AssessReadiness(
                case_id=case_stream(person, 1), tool="t", job_ready=True, findings=NOTE
            ),
            ClassifyPerson(case_id=case_stream(person, 1), tool="t", category="c", obstacles=NOTE),
            MakePlan(
                case_id=case_stream(person, 1), aim=NOTE, made_with_person=True,
                stages=({"number": 1, "title": "t", "goal": "g", "begins_on": today,
                         "until": today},),
            ),
        ):  # fmt: skip
            self.do(command)
        return person

    def sign(self, person: UUID, number: int, code: str = HERE) -> None:
        self.do(
            SignAgreement(
                person_id=person, number=number, specialist_id=f"c-{code}", place="household"
            ),
            code,
        )

    def do(self, command: Command, code: str = HERE) -> None:
        by = Actor(staff_id=f"c-{code}", agency_code=code)
        self.world.taizhang.execute(command, by=by, command_id=uuid4())

    def transferred(self, person: UUID) -> None:
        case = case_stream(person, 1)
        self.do(
            course.RequestTransfer(case_id=case, to_agency_code=NEXT_DOOR, reason="residence_moved")
        )
        self.do(course.VerifyTransfer(case_id=case, fits=True, findings=NOTE))
        self.do(course.ApplyForTransfer(case_id=case))
        approve = course.ApproveTransfer(case_id=case)
        self.world.taizhang.execute(
            approve, by=self.world.actor("district-clerk"), command_id=uuid4()
        )
