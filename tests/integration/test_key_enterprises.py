"""Key enterprises through `Taizhang`: one live agreement, worklists, the ledger of two streams, queries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    Command,
    EmployStaff,
    LoadRestrictedIndustries,
    NotAuthorised,
    NotFound,
    RecordCertificate,
    ReferJobSeeker,
    RuleBroken,
    SignEnterpriseAgreement,
    agreement_stream,
)
from taizhang.application.commands import key_enterprise_course as course
from taizhang.application.commands import key_enterprises as services
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from taizhang.application.views.service import DutyView
    from taizhang.infrastructure.queries.enterprises import EnterpriseQueries

    from .conftest import World

HERE, NEXT_DOOR, DISTRICT, CITY = "110105001", "110105002", "110105", "110000"
OTHER_DISTRICT = "110108"
FOUNDED = date(2018, 8, 1)
NEEDS = {
    "basics": {
        "nature": "有限责任公司",
        "industry": "软件",
        "economic_type": "私营",
        "size": "中型",
    },
    "workforce": {"employees": 320, "joined": 12, "left": 9},
    "other": "每季度一次校园招聘",
}


class Enterprise:
    """A key enterprise to be, with counsellors at two subdistricts and above, and the city's catalogue."""

    def __init__(self, world: World) -> None:
        self.world, self.number = world, 1
        for code in (HERE, NEXT_DOOR, DISTRICT, OTHER_DISTRICT):
            self._employ(f"c-{code}", code)
        self.credit_code = world.register()
        self.employer_id = world.stream(self.credit_code)
        load = LoadRestrictedIndustries(
            area_code=CITY,
            edition="2018",
            in_force_from=FOUNDED,
            entries=({"industry_code": "51"},),
        )
        world.taizhang.execute(load, by=Actor.system(CITY), command_id=uuid4())

    def _employ(self, staff_id: str, code: str) -> None:
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
            self.world.taizhang.execute(command, by=Actor.system(CITY), command_id=uuid4())

    def sign(self, code: str = HERE, **changes: Any) -> SignEnterpriseAgreement:
        fields: dict[str, Any] = {
            "credit_code": self.credit_code, "number": self.number, "specialist_id": f"c-{code}",
            "place": "operating", "registered_area": DISTRICT, "operating_area": code,
            "industry_code": "6513", "valid_until": date(2027, 12, 31),
        }  # fmt: skip
        return SignEnterpriseAgreement(**{**fields, **changes})

    @property
    def agreement_id(self) -> UUID:
        return agreement_stream(self.employer_id, self.number)

    def of(self, command: type[Any], **fields: Any) -> Any:
        return command(agreement_id=self.agreement_id, **fields)

    def do(self, command: Command, code: str = HERE) -> None:
        self.world.taizhang.execute(command, by=self.actor(code), command_id=uuid4())

    @staticmethod
    def actor(code: str) -> Actor:
        return Actor(staff_id=f"c-{code}", agency_code=code)

    def transferred(self) -> None:
        move = self.of(
            course.RequestEnterpriseTransfer,
            to_agency_code=NEXT_DOOR,
            reason="operations_moved",
        )
        self.do(move)
        self.do(self.of(course.VerifyEnterpriseTransfer, fits=True, findings="已核实"))
        self.do(self.of(course.ApplyForEnterpriseTransfer))
        self.do(self.of(course.ConfirmEnterpriseTransfer), NEXT_DOOR)
        self.do(self.of(course.ApproveEnterpriseTransfer), DISTRICT)

    @property
    def queries(self) -> EnterpriseQueries:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries().enterprises

    def worklist(self, code: str, **options: Any) -> list[DutyView]:
        taizhang = self.world.taizhang
        taizhang.projections.catch_up()
        return [
            line
            for line in taizhang.queries().worklist(code, by=self.actor(code), **options)
            if line.duty.startswith("enterprise")
        ]


@pytest.fixture
def enterprise(world: World) -> Enterprise:
    return Enterprise(world)


@pytest.mark.rule("44")
def test_under_concurrency_one_agreement_is_signed(enterprise: Enterprise) -> None:
    def attempt(code: str) -> str:
        try:
            enterprise.do(enterprise.sign(code), code)
            return "signed"
        except RuleBroken as error:
            return error.rule_id

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, [HERE, NEXT_DOOR, HERE, NEXT_DOOR]))
    assert sorted(outcomes) == ["44"] * 3 + ["signed"]


@pytest.mark.rule("45.2", "48.2", "49.1")
def test_the_worklist_of_each_day_follows_the_enterprise_from_agency_to_agency(
    enterprise: Enterprise,
) -> None:
    clock = enterprise.world.clock
    enterprise.do(enterprise.sign())
    assert enterprise.worklist(HERE) == []
    guidance_id = uuid4()
    enterprise.do(
        enterprise.of(
            services.GuideKeyEnterprise,
            guidance_id=guidance_id,
            guidance="general",
            about="a",
            advice="b",
        )
    )
    clock.forward(days=9)
    (late,) = enterprise.worklist(HERE, staff_id=f"c-{HERE}")
    assert (late.duty, late.days_late, late.item_id) == (
        "enterprise_visit_after_guidance", 2, guidance_id,
    )  # fmt: skip
    assert (late.employer_name, late.credit_code) == ("北京第1公司", enterprise.credit_code)
    assert "第四十九条" in late.why
    then = clock.today
    clock.forward(days=60)
    lines = enterprise.worklist(DISTRICT)
    assert [(line.duty, line.due_on) for line in lines] == [
        ("enterprise_visit_after_guidance", date(2026, 11, 9)),
        ("enterprise_contact", date(2027, 3, 31)),
    ]
    enterprise.transferred()
    assert enterprise.worklist(HERE) == []
    assert {line.duty for line in enterprise.worklist(NEXT_DOOR)} == {
        "enterprise_visit_after_guidance", "enterprise_contact",
        "enterprise_agreement_after_transfer",
    }  # fmt: skip
    enterprise.number = 2
    enterprise.do(enterprise.sign(NEXT_DOOR), NEXT_DOOR)
    enterprise.do(
        enterprise.of(
            services.FollowUpKeyEnterprise,
            follow_up_id=uuid4(),
            about_id=guidance_id,
            method="phone",
            learnt="l",
            solved=True,
        ),
        NEXT_DOOR,
    )
    content = {**NEEDS, "plan": {"begins_on": "2027-04-01"}}
    enterprise.do(
        enterprise.of(services.ContactKeyEnterprise, method="phone", learnt="l", content=content),
        NEXT_DOOR,
    )
    assert enterprise.worklist(DISTRICT) == []
    assert [line.agency_code for line in enterprise.worklist(DISTRICT, day=then)] == [HERE]
    first, second = enterprise.queries.course(enterprise.credit_code, by=enterprise.actor(DISTRICT))
    assert (first.agreement.transferred_to, first.agreement.ending) == (NEXT_DOOR, "transferred")
    assert second.gap_days == 0
    assert [(q.quarter, q.outcome) for q in first.quarters] == [("2027年第1季度", "met")]
    assert [(d.duty, d.outcome) for d in first.duties if d.rule == "49.1"] == [
        ("enterprise_visit_after_guidance", "late")
    ]
    assert second.specialists[0].specialist_id == f"c-{NEXT_DOOR}"


@pytest.mark.rule("46", "50")
def test_the_ledger_shows_both_streams_by_its_sections(enterprise: Enterprise) -> None:
    world = enterprise.world
    queries = world.taizhang.queries
    world.taizhang.projections.catch_up()
    ordinary = queries().employer_ledger(enterprise.credit_code, by=world.actor("clerk"))
    assert "needs_file" not in ordinary.sections
    vacancy_id = world.publish(enterprise.credit_code)
    enterprise.do(enterprise.sign(NEXT_DOOR), NEXT_DOOR)
    content = {**NEEDS, "plan": {"begins_on": "2027-01-01"}}
    enterprise.do(enterprise.of(services.OpenStaffingNeedsFile, content=content), NEXT_DOOR)
    refer = ReferJobSeeker(
        credit_code=enterprise.credit_code,
        referral_id=uuid4(),
        vacancy_id=vacancy_id,
        job_seeker_id=world.job_seeker(),
        reasons=("r",),
        consented=True,
    )
    world.do(refer)
    world.taizhang.projections.catch_up()
    for who in (world.actor("clerk"), enterprise.actor(NEXT_DOOR), enterprise.actor(DISTRICT)):
        ledger = queries().employer_ledger(enterprise.credit_code, by=who)
        names = {key: [entry.event for entry in held] for key, held in ledger.sections.items()}
        assert names["needs_file"] == ["key_enterprise_agreement.needs_file_opened"]
        assert names["agreement"] == [
            "key_enterprise_agreement.signed", "employer_ledger.key_service_begun",
        ]  # fmt: skip
        assert names["support"] == ["key_enterprise_agreement.referred"]
        assert names["guidance_and_referrals"] == ["referral.made"]
        (entry,) = ledger.sections["needs_file"]
        assert (entry.staff_id, entry.agency_code) == (f"c-{NEXT_DOOR}", NEXT_DOOR)
        assert (entry.occurred_on, entry.late) == (world.clock.today, False)
    assert ledger.employer.key_agency_code == NEXT_DOOR
    with pytest.raises(NotAuthorised):
        queries().employer_ledger(enterprise.credit_code, by=world.actor("other-supervisor"))
    (line,) = enterprise.worklist(NEXT_DOOR)
    assert (line.duty, line.staff_id) == ("enterprise_visit_after_referral", f"c-{NEXT_DOOR}")


@pytest.mark.rule("46", "47", "48.1", "56.1")
def test_what_is_missing_or_late_is_listed_and_counted_where_it_is(enterprise: Enterprise) -> None:
    by, clock = enterprise.actor(DISTRICT), enterprise.world.clock
    enterprise.do(enterprise.sign())
    signed = clock.today
    (one,) = enterprise.queries.agreements(CITY, by=Actor.system(CITY), only_lacking=True)
    assert one.missing_zh == ("未建立用人需求档案", "未组成服务支持团队")
    enterprise.do(
        enterprise.of(services.OpenStaffingNeedsFile, content={"basics": NEEDS["basics"]})
    )
    enterprise.do(
        enterprise.of(
            services.FormSupportTeam,
            members=(
                {"staff_id": "reviewer", "role": "information_analyst"},
                {"staff_id": "clerk", "role": "talent_service"},
            ),
        )
    )
    file = enterprise.queries.needs_file(enterprise.credit_code, by=by)
    assert [one.part for one in file.missing] == ["workforce", "hiring_plan", "other"]
    assert [version.revision for version in file.versions] == [0]
    clock.forward(days=160)
    (one,) = enterprise.queries.agreements(HERE, by=enterprise.actor(HERE), only_lacking=True)
    assert one.overdue == {"48.2": 1}
    view = enterprise.queries.counts(DISTRICT, by=by)
    assert (view.total.in_force, view.total.incomplete_file, view.total.overdue) == (
        1, 1, {"48.2": 1},
    )  # fmt: skip
    assert {one.agency_code: one.in_force for one in view.agencies}[HERE] == 1
    content = {**NEEDS, "plan": {"begins_on": "2027-07-01"}}
    enterprise.do(
        enterprise.of(services.ContactKeyEnterprise, method="visit", learnt="l", content=content)
    )
    assert enterprise.queries.agreements(HERE, by=enterprise.actor(HERE), only_lacking=True) == []
    past = enterprise.queries.counts(DISTRICT, by=by, day=signed)
    assert (past.total.incomplete_file, past.total.overdue) == (1, {})
    assert enterprise.queries.counts(DISTRICT, by=by).total.incomplete_file == 0
    file = enterprise.queries.needs_file(enterprise.agreement_id, by=by)
    assert [version.reason for version in file.versions] == ["", "定期联系：上门走访"]
    (quarter,) = [
        one
        for one in enterprise.queries.course(enterprise.agreement_id, by=by)[0].quarters
        if one.outcome == "late"
    ]
    assert (quarter.due_on, quarter.contacted_on) == (date(2027, 3, 31), clock.today)
    clock.forward(days=300)
    view = enterprise.queries.counts(DISTRICT, by=by)
    assert view.total.past_term == 1
    (one,) = enterprise.queries.agreements(HERE, by=enterprise.actor(HERE))
    assert one.past_term


@pytest.mark.rule("45.3", "48.2")
def test_jobs_tell_of_each_missed_quarter_and_let_the_agreement_expire(
    enterprise: Enterprise,
) -> None:
    world, by = enterprise.world, enterprise.actor(HERE)
    enterprise.do(enterprise.sign(valid_until=date(2027, 8, 15)))
    world.taizhang.jobs.begin("duty_overdue", date(2027, 7, 1))
    world.taizhang.jobs.begin("agreement_expiry", date(2027, 8, 14))
    world.clock.forward(days=242)  # 2027-07-02: two quarters have passed without a contact
    world.taizhang.jobs.run_due(job="duty_overdue")
    world.taizhang.projections.catch_up()
    told = world.taizhang.queries().overdue_duties(HERE, by=by)
    assert [(one.duty, one.due_on) for one in told if one.duty.startswith("enterprise")] == [
        ("enterprise_contact", date(2027, 3, 31)),
        ("enterprise_contact", date(2027, 6, 30)),
    ]
    world.clock.forward(days=46)
    world.taizhang.jobs.run_due(job="agreement_expiry")
    view = enterprise.queries.agreement(enterprise.credit_code, by=by)
    assert (view.stage, view.ending, view.ended_on) == ("ended", "term", date(2027, 8, 15))
    assert enterprise.worklist(HERE) == []


@pytest.mark.rule("56.1")
def test_an_agency_sees_its_own_and_those_below_it(enterprise: Enterprise) -> None:
    enterprise.do(enterprise.sign())
    enterprise.transferred()
    enterprise.number = 2
    enterprise.do(enterprise.sign(NEXT_DOOR), NEXT_DOOR)
    queries, code = enterprise.queries, enterprise.credit_code
    for who in (HERE, NEXT_DOOR, DISTRICT):
        assert queries.agreement(code, by=enterprise.actor(who)).number == 2
    stranger = enterprise.actor(OTHER_DISTRICT)
    for ask in (queries.agreement, queries.needs_file, queries.course):
        with pytest.raises(NotAuthorised):
            ask(code, by=stranger)
    with pytest.raises(NotAuthorised):
        queries.agreements(DISTRICT, by=stranger)
    with pytest.raises(NotAuthorised):
        queries.counts(DISTRICT, by=stranger)
    with pytest.raises(NotFound):
        queries.agreement(enterprise.world.credit_code(9), by=stranger)
    with pytest.raises(NotFound):
        queries.agreement(uuid4(), by=stranger)
    with pytest.raises(NotFound):
        queries.agreement("no code", by=stranger)
    look = enterprise.of(services.ContactKeyEnterprise, method="phone", learnt="l")
    with pytest.raises(NotAuthorised, match=r"56\.1|belongs"):
        enterprise.do(look, DISTRICT)


@pytest.mark.rule("44")
def test_the_catalogues_that_apply_can_be_asked_for(enterprise: Enterprise) -> None:
    (one,) = enterprise.queries.catalogues(HERE, by=enterprise.actor(HERE))
    assert (one.area_code, one.edition, one.entries, one.in_force) == (CITY, "2018", 1, True)
    (one,) = enterprise.queries.catalogues(HERE, by=enterprise.actor(HERE), day=date(2018, 7, 31))
    assert not one.in_force


def test_the_read_models_equal_a_fresh_fold(enterprise: Enterprise) -> None:
    enterprise.do(enterprise.sign())
    enterprise.transferred()
    projections, head = (
        enterprise.world.taizhang.projections,
        enterprise.world.taizhang.events.head(),
    )
    projections.catch_up()
    for table in ("key_enterprises", "obligations", "employers"):
        query = f"SELECT * FROM {table}_asof ORDER BY 1, 2, 3, 4".encode()
        with projections.rewound(head - 2) as connection:
            rewound = connection.execute(query).fetchall()
        with projections.fold_to(head - 2) as connection:
            folded = connection.execute(query).fetchall()
        assert rewound == folded
        assert folded
