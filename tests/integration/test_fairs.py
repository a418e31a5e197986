"""Job fairs on a real database: admission held still, paper entered, what both ledgers and the public see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    AdmitEmployer,
    CancelFair,
    EnterFairOutcome,
    HoldFair,
    IdentityDocument,
    InvalidInput,
    JudgeReadiness,
    NotAuthorised,
    NotFound,
    OpenJobSeekerLedger,
    PlanFair,
    PreAnnounceFair,
    RecordReferralOutcome,
    ReferAssisted,
    ReferJobSeeker,
    RegisterJobSeeker,
    RegisterJobSeekerOnline,
    RescheduleFair,
    RuleBroken,
    SignUpForFair,
    TakePaperRegistrations,
    WithdrawEmployer,
    WithdrawVacancy,
    case_stream,
)
from taizhang.application.commands.job_seekers import Basics
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.job_fair.outcomes import VacancyOutcome
from taizhang.domain.job_fair.planning import FairForm, FairScope
from taizhang.domain.job_seeker.registration import Wishes
from taizhang.infrastructure.queries.service import Queries

from .people import People

if TYPE_CHECKING:
    from .conftest import World

FAIR_DAY = date(2026, 11, 12)
WISHES = Wishes(occupations=("电工",))


class Hall:
    """A subdistrict that holds a fair."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fair = uuid4()

    def plan(self, **fields: Any) -> UUID:
        values = {
            "title": "电工专场招聘会", "form": FairForm.ON_SITE, "scope": FairScope.SPECIALISED,
            "theme": "电工", "place": "街道政务服务中心", "first_day": FAIR_DAY, **fields,
        }  # fmt: skip
        self.world.do(PlanFair(fair_id=self.fair, **values))
        return self.fair

    def admit(self, code: str, *vacancies: UUID) -> None:
        self.world.do(AdmitEmployer(fair_id=self.fair, credit_code=code, vacancy_ids=vacancies))

    def on(self, day: date) -> None:
        self.world.clock.now = self.world.clock.now.replace(day=day.day, month=day.month)

    @property
    def queries(self) -> Queries:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries()

    def open_person(self, number: int, day: date | None = None) -> UUID:
        return self.world.do(
            OpenJobSeekerLedger(
                document=IdentityDocument(number=self.world.identity_number(number)),
                basics=Basics(name="王小明"),
                channel=Channel.JOB_FAIR,
                occurred_on=day,
            )
        ).stream_id


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


@pytest.fixture
def open_hall(hall: Hall) -> tuple[Hall, str, UUID]:
    """Return a fair with one employer and one vacancy, on its day."""
    code = hall.world.register()
    vacancy = hall.world.publish(code)
    hall.plan()
    hall.world.do(PreAnnounceFair(fair_id=hall.fair))
    hall.admit(code, vacancy)
    hall.on(FAIR_DAY)
    return hall, code, vacancy


@pytest.mark.rule("43.1")
def test_who_is_admitted_is_told_in_the_employers_ledger(hall: Hall) -> None:
    code = hall.world.register()
    vacancy = hall.world.publish(code)
    hall.plan()
    hall.admit(code, vacancy)
    ledger = hall.queries.employer_ledger(code, by=hall.world.actor("clerk"))
    (joined,) = (
        entry
        for entry in ledger.sections["guidance_and_referrals"]
        if entry.event == "employer_ledger.fair_joined"
    )
    assert joined.what == {"fair_id": str(hall.fair), "vacancy_ids": [str(vacancy)]}


@pytest.mark.rule("43.1")
def test_who_withdraws_leaves_the_fair_and_its_ledger_says_so(hall: Hall) -> None:
    world = hall.world
    code = world.register()
    kept, gone = world.publish(code), world.publish(code)
    hall.plan()
    hall.admit(code, kept, gone)
    leave = WithdrawEmployer(
        fair_id=hall.fair, credit_code=code, vacancy_ids=(gone,), reason="已招满"
    )
    world.do(leave)
    (employer,) = hall.queries.fairs.fair(hall.fair, by=world.actor("clerk")).employers
    assert [one.vacancy_id for one in employer.vacancies] == [kept]
    world.do(leave.model_copy(update={"vacancy_ids": ()}))
    detail = hall.queries.fairs.fair(hall.fair, by=world.actor("clerk"))
    assert (detail.employers[0].status, detail.fair.employers) == ("withdrawn", 0)
    assert world.event_names(world.stream(code))[-2:] == ["employer_ledger.fair_left"] * 2


@pytest.mark.rule("43.1")
def test_a_vacancy_not_yet_passed_keeps_the_employer_out(hall: Hall) -> None:
    code = hall.world.register()
    vacancy = hall.world.submit(code)
    hall.plan()
    with pytest.raises(RuleBroken) as refused:
        hall.admit(code, vacancy)
    assert refused.value.rule_id == "43.1"
    assert hall.world.sql("SELECT name, rule_id FROM refusals") == [
        ("admit_employer_to_fair", "43.1")
    ]


@pytest.mark.rule("43.1", "56.1")
def test_the_fair_is_its_agencys_own(hall: Hall) -> None:
    hall.plan()
    for who in ("sibling", "district-clerk"):
        with pytest.raises(NotAuthorised):
            hall.world.do(CancelFair(fair_id=hall.fair, reason="x"), who)
    with pytest.raises(NotAuthorised, match="none of"):
        hall.world.do(CancelFair(fair_id=hall.fair, reason="x"), "subdistrict-supervisor")
    with pytest.raises(NotFound):
        hall.world.do(CancelFair(fair_id=uuid4(), reason="x"))


@pytest.mark.rule("43.1", "39.2")
def test_an_employer_signs_up_online_and_is_then_admitted(hall: Hall) -> None:
    world = hall.world
    code = world.register()
    vacancy = world.publish(code)
    hall.plan()
    agent = world.taizhang.identities.person(world.identity_number())
    platform = world.actor("clerk").system("110105001")
    world.taizhang.execute(
        SignUpForFair(fair_id=hall.fair, credit_code=code, agent_id=agent, vacancy_ids=(vacancy,)),
        by=platform,
        command_id=uuid4(),
    )
    (employer,) = hall.queries.fairs.fair(hall.fair, by=world.actor("clerk")).employers
    assert (employer.status, employer.online, employer.wanted) == ("signed_up", True, (vacancy,))
    hall.admit(code, vacancy)
    (employer,) = hall.queries.fairs.fair(hall.fair, by=world.actor("clerk")).employers
    assert (employer.status, [one.vacancy_id for one in employer.vacancies]) == (
        "admitted",
        [vacancy],
    )


@pytest.mark.rule("43.2", "53")
def test_what_is_announced_shows_only_what_may_be_offered(hall: Hall) -> None:
    world = hall.world
    code = world.register()
    kept, gone = world.publish(code), world.publish(code)
    hall.plan()
    hall.admit(code, kept, gone)
    assert hall.queries.fairs.announced() == []
    world.do(PreAnnounceFair(fair_id=hall.fair))
    world.do(WithdrawVacancy(credit_code=code, vacancy_id=gone, reason=WithdrawalReason.CANCELLED))
    (shown,) = hall.queries.fairs.announced()
    assert (shown.organiser, shown.title, shown.cancelled) == ("建外街道", "电工专场招聘会", False)
    assert [one.vacancy_id for one in shown.employers[0].vacancies] == [kept]
    text = shown.model_dump_json()
    assert "欧阳" not in text
    assert "clerk" not in text
    later = FAIR_DAY + timedelta(days=7)
    world.do(RescheduleFair(fair_id=hall.fair, first_day=later, reason="场地检修"))
    (shown,) = hall.queries.fairs.announced()
    assert (shown.first_day, shown.announced_on, shown.change) == (later, None, "场地检修")
    world.do(CancelFair(fair_id=hall.fair, reason="极端天气"))
    (shown,) = hall.queries.fairs.announced()
    assert (shown.cancelled, shown.change, shown.employers) == (True, "极端天气", ())
    assert hall.queries.fairs.announced(day=later + timedelta(days=1)) == []


@pytest.mark.rule("43.2")
def test_the_worklist_names_the_fair(hall: Hall) -> None:
    hall.plan()
    hall.on(date(2026, 11, 10))
    (due,) = hall.queries.worklist("110105001", by=hall.world.actor("clerk"))
    assert (due.duty, due.subject, due.days_late) == ("fair_announcement", "电工专场招聘会", 1)


@pytest.mark.rule("10", "43.3")
def test_paper_is_entered_in_the_persons_ledger_and_in_the_fair(
    open_hall: tuple[Hall, str, UUID],
) -> None:
    hall, _, _ = open_hall
    world, batch = hall.world, uuid4()
    world.do(TakePaperRegistrations(fair_id=hall.fair, batch_id=batch, forms=2))
    hall.on(FAIR_DAY + timedelta(days=1))
    first = hall.open_person(21, FAIR_DAY)
    entered = world.do(
        RegisterJobSeeker(
            job_seeker_id=first, wishes=WISHES, fair_id=hall.fair, batch_id=batch,
            occurred_on=FAIR_DAY,
        )
    )  # fmt: skip
    assert entered.events == (
        "job_seeker_ledger.registered",
        "job_seeker_ledger.registered_at_fair",
        "job_fair.paper_registration_entered",
    )
    days = world.sql(
        "SELECT topic, occurred_on FROM stored_events WHERE command_id = "
        "(SELECT command_id FROM stored_events ORDER BY notification_id DESC LIMIT 1)"
    )
    assert dict(days)["job_fair.paper_registration_entered"] == FAIR_DAY + timedelta(days=1)
    assert dict(days)["job_seeker_ledger.registered"] == FAIR_DAY
    actor = world.actor("clerk")
    fair = hall.queries.fairs.fair(hall.fair, by=actor).fair
    assert (fair.paper_forms, fair.paper_left) == (2, 1)
    # Entered promptly: neither the opening nor the registration is late.
    assert world.sql("SELECT rule FROM obligations WHERE outcome = 'late'") == []
    hall.on(FAIR_DAY + timedelta(days=6))
    second = hall.open_person(22, FAIR_DAY)
    with pytest.raises(RuleBroken, match="name the batch"):
        world.do(
            RegisterJobSeeker(
                job_seeker_id=second, wishes=WISHES, fair_id=hall.fair, occurred_on=FAIR_DAY
            )
        )
    world.do(
        RegisterJobSeeker(
            job_seeker_id=second, wishes=WISHES, fair_id=hall.fair, batch_id=batch,
            occurred_on=FAIR_DAY,
        )
    )  # fmt: skip
    assert hall.queries.fairs.fair(hall.fair, by=actor).fair.paper_left == 0
    late = world.sql("SELECT DISTINCT rule FROM obligations WHERE outcome = 'late' ORDER BY 1")
    assert late == [("17",), ("43.3",)]
    ledger = hall.queries.people.job_seeker_ledger(second, by=actor)
    registration = next(one for one in ledger.sections if one.section == "registration")
    assert registration.entries[-1].what == {"fair_id": str(hall.fair), "batch_id": str(batch)}


@pytest.mark.rule("43.3")
def test_who_registers_online_at_the_fair_needs_no_paper(
    open_hall: tuple[Hall, str, UUID],
) -> None:
    hall, _, _ = open_hall
    person = hall.open_person(23)
    done = hall.world.do(
        RegisterJobSeekerOnline(job_seeker_id=person, wishes=WISHES, fair_id=hall.fair)
    )
    assert done.events[1:] == ("job_seeker_ledger.registered_at_fair",)
    with pytest.raises(ValueError, match="name the fair"):
        RegisterJobSeeker(job_seeker_id=person, wishes=WISHES, batch_id=uuid4())
    with pytest.raises(ValueError, match="entered by staff"):
        RegisterJobSeekerOnline(
            job_seeker_id=person, wishes=WISHES, fair_id=hall.fair, batch_id=uuid4()
        )


@pytest.mark.rule("26", "43.1")
def test_an_assisted_person_is_referred_at_the_fair_too(open_hall: tuple[Hall, str, UUID]) -> None:
    hall, code, vacancy = open_hall
    people = People(hall.world)
    person, referral = people.assisted(24), uuid4()
    command = ReferAssisted(
        case_id=case_stream(person, 1), credit_code=code, referral_id=referral,
        vacancy_id=vacancy, reasons=("近",), consented=True, fair_id=uuid4(),
    )  # fmt: skip
    with pytest.raises(NotFound, match="no such job fair"):
        people.do(command)
    people.do(command.model_copy(update={"fair_id": hall.fair}))
    assert hall.world.event_names(person)[-1] == "job_seeker_ledger.referred_at_fair"
    assert hall.queries.fairs.fair(hall.fair, by=hall.world.actor("clerk")).fair.referrals == 1


@pytest.mark.rule("43.3", "43.4", "40")
def test_a_referral_at_the_fair_stands_in_both_ledgers_and_counts(
    open_hall: tuple[Hall, str, UUID],
) -> None:
    hall, code, vacancy = open_hall
    world, referral = hall.world, uuid4()
    person = world.job_seeker()
    command = ReferJobSeeker(
        credit_code=code, referral_id=referral, vacancy_id=vacancy, job_seeker_id=person,
        reasons=("持有电工证",), consented=True, fair_id=hall.fair,
    )  # fmt: skip
    other = world.publish(code)
    with pytest.raises(RuleBroken, match="not admitted"):
        world.do(command.model_copy(update={"vacancy_id": other, "referral_id": uuid4()}))
    world.do(command)
    assert world.event_names(person)[-1] == "job_seeker_ledger.referred_at_fair"
    assert world.event_names(world.stream(code))[-1] == "referral.made_at_fair"
    hall.on(FAIR_DAY + timedelta(days=1))
    with pytest.raises(InvalidInput, match="give the day of it"):
        world.do(
            command.model_copy(
                update={"referral_id": uuid4(), "job_seeker_id": world.job_seeker(8)}
            )
        )
    world.do(
        RecordReferralOutcome(
            credit_code=code, referral_id=referral, outcome=ReferralOutcome.HIRED,
            started_on=FAIR_DAY + timedelta(days=1),
        )
    )  # fmt: skip
    detail = hall.queries.fairs.fair(hall.fair, by=world.actor("supervisor"))
    (held,) = detail.employers[0].vacancies
    assert (held.referrals, held.hired) == (1, 1)
    assert (detail.fair.referrals, detail.fair.hired) == (1, 1)
    assert str(person) not in detail.model_dump_json()


@pytest.mark.rule("43.4", "50")
def test_what_came_of_it_is_followed_up_per_vacancy(open_hall: tuple[Hall, str, UUID]) -> None:
    hall, code, vacancy = open_hall
    world = hall.world
    world.do(HoldFair(fair_id=hall.fair, visitors=180))
    (due,) = hall.queries.worklist("110105", by=world.actor("supervisor"))
    assert (due.duty, due.due_on) == ("fair_outcome", date(2026, 11, 19))
    world.do(
        EnterFairOutcome(
            fair_id=hall.fair,
            credit_code=code,
            outcomes=(VacancyOutcome(vacancy_id=vacancy, agreements=3, started=1),),
        )
    )
    assert hall.queries.worklist("110105", by=world.actor("supervisor")) == []
    (fair,) = hall.queries.fairs.fairs("110105", by=world.actor("supervisor"), since=FAIR_DAY)
    assert (fair.stage, fair.employers, fair.vacancies) == ("held", 1, 1)
    assert (fair.agreements, fair.started, fair.visitors) == (3, 1, 180)
    assert fair.outcomes_known_on == FAIR_DAY
    ledger = hall.queries.employer_ledger(code, by=world.actor("clerk"))
    met, filled = ledger.sections["demand_met"]
    assert met.what == {"fair_id": str(hall.fair), "agreements": 3, "started": 1}
    assert filled.event == "vacancy.filled_at_fair"
    assert (filled.what["vacancy_id"], filled.what["counted"]) == (str(vacancy), 1)


@pytest.mark.rule("43.3", "43.4", "41")
def test_who_starts_through_the_fair_fills_a_position_once(
    open_hall: tuple[Hall, str, UUID],
) -> None:
    """Registered on paper, referred from the window afterwards, and in the employer's total."""
    hall, code, vacancy = open_hall
    world, batch, referral = hall.world, uuid4(), uuid4()
    world.do(TakePaperRegistrations(fair_id=hall.fair, batch_id=batch, forms=1))
    person = hall.open_person(31)
    world.do(
        RegisterJobSeeker(job_seeker_id=person, wishes=WISHES, fair_id=hall.fair, batch_id=batch)
    )
    world.do(HoldFair(fair_id=hall.fair))
    hall.on(FAIR_DAY + timedelta(days=1))
    world.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=3))
    world.do(
        ReferJobSeeker(
            credit_code=code, referral_id=referral, vacancy_id=vacancy, job_seeker_id=person,
            reasons=("持有电工证",), consented=True,
        )
    )  # fmt: skip

    def outcome(started: int) -> EnterFairOutcome:
        totals = (VacancyOutcome(vacancy_id=vacancy, agreements=9, started=started),)
        return EnterFairOutcome(fair_id=hall.fair, credit_code=code, outcomes=totals)

    def filled() -> int:
        return hall.queries.vacancy(vacancy, by=world.actor("clerk")).filled

    world.do(outcome(1))
    assert filled() == 1
    world.do(
        RecordReferralOutcome(
            credit_code=code, referral_id=referral, outcome=ReferralOutcome.HIRED,
            started_on=FAIR_DAY + timedelta(days=1),
        )
    )  # fmt: skip
    assert filled() == 1
    with pytest.raises(RuleBroken, match="positions of the vacancy") as refused:
        world.do(outcome(9))
    assert refused.value.rule_id == "43.4"
    world.do(outcome(2))
    assert filled() == 2
    assert world.taizhang.projections.verify("vacancies").is_same


@pytest.mark.rule("56.1")
def test_a_superior_looks_and_another_district_does_not(open_hall: tuple[Hall, str, UUID]) -> None:
    hall, _, _ = open_hall
    queries = hall.queries.fairs
    assert len(queries.fairs("110000", by=hall.world.actor("administrator"))) == 1
    assert queries.fairs("110105", by=hall.world.actor("supervisor"), until=date(2026, 11, 1)) == []
    for ask in (
        lambda: queries.fair(hall.fair, by=hall.world.actor("other-supervisor")),
        lambda: queries.fairs("110105001", by=hall.world.actor("sibling")),
    ):
        with pytest.raises(NotAuthorised):
            ask()
    with pytest.raises(NotFound):
        queries.fair(uuid4(), by=hall.world.actor("clerk"))


def test_what_is_read_equals_a_fresh_fold(open_hall: tuple[Hall, str, UUID]) -> None:
    hall, code, vacancy = open_hall
    world = hall.world
    person = world.job_seeker()
    world.do(
        ReferJobSeeker(
            credit_code=code, referral_id=uuid4(), vacancy_id=vacancy, job_seeker_id=person,
            reasons=("近",), consented=True, fair_id=hall.fair,
        )
    )  # fmt: skip
    world.taizhang.projections.catch_up()
    position = world.taizhang.events.head()
    for name in ("job_fairs", "fair_employers", "fair_referrals", "registry_reports"):
        assert world.taizhang.projections.verify(name).is_same, name
    world.do(HoldFair(fair_id=hall.fair))
    world.taizhang.projections.catch_up()
    with world.taizhang.projections.rewound(position) as view:
        stages = view.execute("SELECT stage FROM job_fairs_asof").fetchall()
    assert stages == [("planned",)]
