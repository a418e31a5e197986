"""Assistance through `Taizhang`: one live case a person, and the worklist of today and of a past day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    Command,
    EmployStaff,
    IdentityDocument,
    OpenJobSeekerLedger,
    RecordCertificate,
    RegisterJobSeeker,
    RuleBroken,
)
from taizhang.application.commands.assistance import (
    AssessReadiness,
    ClassifyPerson,
    GiveAssistedGuidance,
    MakePlan,
    MakeVisit,
    SignAgreement,
)
from taizhang.application.commands.assistance_course import (
    ApplyForTransfer,
    ApproveTransfer,
    RequestTransfer,
    VerifyTransfer,
)
from taizhang.application.commands.assisted_work import ReferAssisted
from taizhang.application.commands.job_seekers import Basics, RecordRecognition
from taizhang.application.commands.job_seekers import RecordStatusRegistration as RecordStatus
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.employer.papers import Channel
from taizhang.domain.events import ERASED
from taizhang.domain.job_seeker.grading import Graded
from taizhang.domain.job_seeker.registration import Wishes
from taizhang.domain.organisation.staff import Role
from taizhang.domain.person_ledger import ledger_number

if TYPE_CHECKING:
    from taizhang.application.views.service import DutyView

    from .conftest import World

HERE, NEXT_DOOR, DISTRICT, CITY = "110105001", "110105002", "110105", "110000"
FOUNDED = date(2018, 8, 1)


class Assisted:
    """A person who is assisted at one subdistrict, with counsellors there, next door and above."""

    def __init__(self, world: World) -> None:
        self.world, self.number = world, 1
        self.actor = Actor(staff_id=f"c-{HERE}", agency_code=HERE)
        for code in (HERE, NEXT_DOOR, DISTRICT):
            self._employ(f"c-{code}", code)
        document = IdentityDocument(number=world.identity_number(7))
        self.person_id = world.do(
            OpenJobSeekerLedger(
                document=document, basics=Basics(name="王小明"), channel=Channel.FRONT_DESK
            )
        ).stream_id
        today, person = world.clock.today, self.person_id
        world.do(RegisterJobSeeker(job_seeker_id=person, wishes=Wishes(occupations=("电工",))))
        self._grade()
        world.do(
            RecordStatus(
                job_seeker_id=person, registration="unemployment", since=today, source="系统"
            )
        )
        world.do(
            RecordRecognition(job_seeker_id=person, category="4050", since=today, source="认定表")
        )

    def _employ(self, staff_id: str, code: str) -> None:
        system = Actor.system(CITY)
        for command in (
            EmployStaff(
                staff_id=staff_id, name="某", agency_code=code, roles=(Role.COUNSELLOR,),
                effective_on=FOUNDED,
            ),
            RecordCertificate(
                staff_id=staff_id, role=Role.COUNSELLOR, title="职业指导师", valid_from=FOUNDED,
                effective_on=FOUNDED,
            ),
        ):  # fmt: skip
            self.world.taizhang.execute(command, by=system, command_id=uuid4())

    def _grade(self) -> None:
        """Put a level into the ledger: the tool is an integrator's."""
        from taizhang.application.ports import Batch, NewEvent

        service, store = self.world.taizhang.service, self.world.taizhang.events
        graded = Graded(
            person_id=self.person_id, tool="t", tool_version="1", answers="{}", score=Decimal(80),
            level=3,
        )  # fmt: skip
        version = len(list(store.history(self.person_id))) + 1
        event = NewEvent(graded, self.person_id, version, self.world.clock.today, uuid4())
        store.append(
            Batch(
                actor=self.actor,
                recorded_at=self.world.clock(),
                directory_version=service.refresh_directory().version,
                commands=[],
                events=[event],
                states=[],
            )
        )

    def sign(self, code: str = HERE) -> SignAgreement:
        return SignAgreement(
            person_id=self.person_id, number=self.number, specialist_id=f"c-{code}",
            place="household",
        )  # fmt: skip

    def do(self, command: Command, code: str = HERE) -> None:
        by = Actor(staff_id=f"c-{code}", agency_code=code)
        self.world.taizhang.execute(command, by=by, command_id=uuid4())

    def of(self, command: type[Any], **fields: Any) -> Any:
        return command(case_id=case_stream(self.person_id, self.number), **fields)

    def worklist(self, code: str, by: str | None = None, **options: Any) -> list[DutyView]:
        taizhang = self.world.taizhang
        taizhang.projections.catch_up()
        actor = Actor(staff_id=f"c-{by or code}", agency_code=by or code)
        return taizhang.queries().worklist(code, by=actor, **options)


@pytest.fixture
def assisted(world: World) -> Assisted:
    return Assisted(world)


@pytest.mark.rule("23.1")
def test_under_concurrency_one_agreement_is_signed(assisted: Assisted) -> None:
    def attempt(code: str) -> str:
        try:
            assisted.do(assisted.sign(code), code)
            return "signed"
        except RuleBroken as error:
            return error.rule_id

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, [HERE, NEXT_DOOR, HERE, NEXT_DOOR]))
    assert sorted(outcomes) == ["23.1"] * 3 + ["signed"]


@pytest.mark.rule("24", "24.2", "27.1", "27.3")
def test_the_worklist_of_each_day_follows_the_case_from_agency_to_agency(
    assisted: Assisted,
) -> None:
    world, clock = assisted.world, assisted.world.clock
    assert [line.duty for line in assisted.worklist(HERE)] == ["agreement_signing"]
    assisted.do(assisted.sign())
    guidance_id = uuid4()
    assisted.do(
        assisted.of(
            GiveAssistedGuidance, guidance_id=guidance_id, guidance="general", about="a", advice="b"
        )
    )
    monday = clock.today
    clock.forward(days=9)
    (late,) = assisted.worklist(HERE, staff_id=f"c-{HERE}")
    assert (late.duty, late.days_late, late.standing_zh) == ("visit_after_guidance", 2, "已逾期")
    assert "就业指导" in late.why
    assert late.citation in late.why
    assert [line.item_id for line in assisted.worklist(DISTRICT)] == [guidance_id]
    assert assisted.worklist(NEXT_DOOR) == []

    assisted.do(assisted.of(RequestTransfer, to_agency_code=NEXT_DOOR, reason="residence_moved"))
    assisted.do(assisted.of(VerifyTransfer, fits=True, findings="已核实"))
    assisted.do(assisted.of(ApplyForTransfer))
    # Nobody is named for the decision: it is on the district's list, and on that of all its staff.
    for options in ({}, {"staff_id": f"c-{DISTRICT}"}):
        (owed,) = [
            line
            for line in assisted.worklist(DISTRICT, **options)
            if line.duty == "transfer_decision"
        ]
        assert (owed.agency_code, owed.staff_id) == (DISTRICT, "")
    own = assisted.worklist(HERE, staff_id=f"c-{HERE}")
    assert [line.duty for line in own] == ["visit_after_guidance"]
    assisted.do(assisted.of(ApproveTransfer), DISTRICT)
    transferred = clock.today
    clock.forward(days=1)
    assert assisted.worklist(HERE) == []
    assert [(line.duty, line.staff_id) for line in assisted.worklist(NEXT_DOOR)] == [
        ("visit_after_guidance", ""),
        ("agreement_signing_after_transfer", ""),
    ]
    unnamed = assisted.worklist(NEXT_DOOR, staff_id=f"c-{NEXT_DOOR}")
    assert unnamed == assisted.worklist(NEXT_DOOR)
    number = ledger_number(assisted.person_id)
    assert {(line.person_id, line.ledger_number, line.person_name_masked) for line in unnamed} == {
        (assisted.person_id, number, "王**")
    }
    assisted.number = 2
    assisted.do(assisted.sign(NEXT_DOOR), NEXT_DOOR)
    assisted.do(
        assisted.of(
            MakeVisit, visit_id=uuid4(), about_id=guidance_id, method="phone", learnt="l",
            job_ready=True,
        ),
        NEXT_DOOR,
    )  # fmt: skip
    assert assisted.worklist(DISTRICT) == []

    then = assisted.worklist(HERE, by=DISTRICT, day=monday)
    assert [(line.duty, line.agency_code) for line in then] == [("visit_after_guidance", HERE)]
    then = assisted.worklist(DISTRICT, day=transferred)
    assert {line.agency_code for line in then} == {NEXT_DOOR}
    world.lose_key(assisted.person_id)
    erased = assisted.worklist(DISTRICT, day=transferred)
    assert {line.person_name_masked for line in erased} == {ERASED}
    with world.taizhang.projections.rewound(world.taizhang.events.head()) as live:
        assert live.execute(
            b"SELECT count(*) FROM obligations_asof WHERE outcome = 'open' AND due_on < now()"
        ).fetchone()


def test_obligations_rewind_from_their_rows_alone(assisted: Assisted) -> None:
    world = assisted.world
    assisted.do(assisted.sign())
    assisted.do(
        assisted.of(
            GiveAssistedGuidance, guidance_id=uuid4(), guidance="general", about="a", advice="b"
        )
    )
    projections, head = world.taizhang.projections, world.taizhang.events.head()
    assisted.do(assisted.of(RequestTransfer, to_agency_code=NEXT_DOOR, reason="residence_moved"))
    assisted.do(assisted.of(VerifyTransfer, fits=True, findings="已核实"))
    assisted.do(assisted.of(ApplyForTransfer))
    assisted.do(assisted.of(ApproveTransfer), DISTRICT)
    projections.catch_up()
    query = b"SELECT * FROM obligations_asof ORDER BY duty, arose_position, since_position"
    with projections.rewound(head) as connection:
        rewound = connection.execute(query).fetchall()
    with projections.fold_to(head) as connection:
        folded = connection.execute(query).fetchall()
    assert rewound == folded
    assert len(folded) >= 3


@pytest.mark.rule("15.1", "40")
def test_a_referral_stands_in_three_streams(assisted: Assisted) -> None:
    world = assisted.world
    code = world.register()
    vacancy_id = world.publish(code)
    assisted.do(assisted.sign())
    assisted.do(assisted.of(AssessReadiness, tool="t", job_ready=True, findings="f"))
    assisted.do(assisted.of(ClassifyPerson, tool="t", category="c", obstacles="o"))
    stage = {"number": 1, "title": "t", "goal": "g", "begins_on": world.clock.today,
             "until": world.clock.today}  # fmt: skip
    assisted.do(assisted.of(MakePlan, aim="a", stages=(stage,), made_with_person=True))
    assisted.do(
        assisted.of(
            ReferAssisted, referral_id=uuid4(), credit_code=code, vacancy_id=vacancy_id,
            reasons=("r",), consented=True,
        )
    )  # fmt: skip
    streams: list[UUID] = [
        case_stream(assisted.person_id, 1), assisted.person_id, world.stream(code),
    ]  # fmt: skip
    assert [world.event_names(stream)[-1] for stream in streams] == [
        "assistance_case.referred", "job_seeker_ledger.referred", "referral.made",
    ]  # fmt: skip


@pytest.mark.rule("28")
def test_the_steps_that_are_open_can_be_asked_for(assisted: Assisted) -> None:
    queries = assisted.world.taizhang.queries()
    (first,) = [
        step
        for step in queries.available_steps(assisted.person_id, by=assisted.actor)
        if step.is_open
    ]
    assert (first.key, first.citation[:5]) == ("sign_agreement", "第二十三条")
    assisted.do(assisted.sign())
    steps = {
        step.key: step for step in queries.available_steps(assisted.person_id, by=assisted.actor)
    }
    assert not steps["apply_for_consultation"].is_open
    assert "the person is not found job-ready" in steps["apply_for_consultation"].missing
    wanting = [text for step in steps.values() for text in step.wanting_zh]
    assert wanting
    assert all(text.startswith("尚缺：") for text in wanting)
