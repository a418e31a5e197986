"""Job seekers through `Taizhang.execute`: one ledger a person, several ledgers in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    AnswerAppeal,
    AssignCounsellor,
    BookGuidanceOnline,
    CeaseServices,
    Command,
    DocumentKind,
    EmployStaff,
    Grade,
    GradeJobSeeker,
    HandleAppeal,
    HoldGroupSession,
    IdentityDocument,
    InvalidInput,
    JudgeReadiness,
    LeadTo,
    LodgeAppeal,
    MergeJobSeekerLedgers,
    NotAuthorised,
    NotFound,
    OpenJobSeekerLedger,
    OpenJobSeekerLedgerOnline,
    RecordCertificate,
    RecordContact,
    RecordRecognition,
    RecordReferralOutcome,
    RecordStatusRegistration,
    ReferJobSeeker,
    RegisterJobSeekerOnline,
    ReportToRegistry,
    Request,
    RuleBroken,
    SurveyWillingness,
    TakeOverJobSeeker,
    WithdrawVacancy,
)
from taizhang.application.commands.job_seekers import Basics
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import GuidanceKind, ReferralOutcome
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.job_seeker.appeals import Grievance
from taizhang.domain.job_seeker.contact import ContactMeans, Ground
from taizhang.domain.job_seeker.guidance import GuidanceGiven, Way
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.registration import BasicsRecorded, Wishes
from taizhang.domain.job_seeker.status import StatusRegistration
from taizhang.domain.job_seeker.surveys import SurveyAnswer, SurveyMethod
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from tests.integration.conftest import World

DISTRICT, OTHER_DISTRICT, SUBDISTRICT = "110105", "110108", "110105001"


def opening(document: IdentityDocument, name: str = "王小明") -> OpenJobSeekerLedger:
    return OpenJobSeekerLedger(
        document=document,
        basics=Basics(name=name, phone="13912345678", residence_area="110105001"),
        channel=Channel.FRONT_DESK,
    )


def citizen(world: World, number: int = 7) -> IdentityDocument:
    return IdentityDocument(number=world.identity_number(number))


def open_person(world: World, number: int = 7, by: str = "clerk") -> UUID:
    return world.do(opening(citizen(world, number)), by).stream_id


def referral(
    code: str, vacancy_id: UUID, person: UUID, referral_id: UUID | None = None
) -> ReferJobSeeker:
    return ReferJobSeeker(
        credit_code=code,
        vacancy_id=vacancy_id,
        referral_id=referral_id or uuid4(),
        job_seeker_id=person,
        reasons=("持有电工证",),
        consented=True,
    )


class TestOneLedgerAPerson:
    @pytest.mark.rule("11.1")
    def test_under_concurrency_one_is_opened(self, world: World) -> None:
        document = citizen(world)

        def attempt(by: str) -> str:
            try:
                return world.do(opening(document), by).events[0]
            except InvalidInput as error:
                return error.code

        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(attempt, ["clerk", "sibling", "clerk", "sibling"]))
        assert sorted(outcomes) == ["invalid_input"] * 3 + ["job_seeker_ledger.opened"]
        person = world.taizhang.job_seeker_id(document)
        assert world.event_names(person) == [
            "job_seeker_ledger.opened",
            "job_seeker_ledger.basics_recorded",
        ]

    @pytest.mark.rule("51.2")
    def test_nothing_personal_is_stored_in_clear_or_said(self, world: World) -> None:
        document = citizen(world)
        person = open_person(world)
        with pytest.raises(InvalidInput) as refused:
            world.do(opening(document))
        stored = b"".join(
            bytes(state)
            for table in ("stored_events", "stream_states")
            for (state,) in world.sql(f"SELECT state FROM {table}")
        )
        stored += b"".join(bytes(result) for (result,) in world.sql("SELECT result FROM commands"))
        for secret in (document.number, "王小明", "13912345678", "1990-01-01"):
            assert secret.encode() not in stored
            assert secret not in str(refused.value)
        basics = [recorded.event for recorded in world.taizhang.events.history(person)][1]
        assert isinstance(basics, BasicsRecorded)
        assert basics.name == "王小明"
        world.lose_key(person)
        erased = [recorded.event for recorded in world.taizhang.events.history(person)][1]
        assert isinstance(erased, BasicsRecorded)
        assert erased.name == "（已依法删除）"

    def test_other_documents_are_other_people(self, world: World) -> None:
        passport = IdentityDocument(kind=DocumentKind.PASSPORT, number="E1234567", country="FRA")
        same = IdentityDocument(kind=DocumentKind.PASSPORT, number="e1234567", country="FRA")
        other = IdentityDocument(kind=DocumentKind.PASSPORT, number="E1234567", country="DEU")
        first = world.do(opening(passport)).stream_id
        assert first == world.taizhang.job_seeker_id(same)
        assert first != world.do(opening(other)).stream_id

    @pytest.mark.rule("4")
    def test_the_district_serves_and_another_one_takes_over(self, world: World) -> None:
        person = open_person(world)
        contact = RecordContact(job_seeker_id=person, means=ContactMeans.PHONE)
        for by in ("sibling", "station", "district-clerk"):
            world.do(contact, by)
        with pytest.raises(NotAuthorised, match="city agency has no power"):
            world.do(contact, "administrator")
        system = Actor.system("110000")
        world.taizhang.execute(
            EmployStaff(
                staff_id="far",
                name="远",
                agency_code=OTHER_DISTRICT,
                roles=(Role.SERVICE_STAFF,),
                effective_on=date(2018, 8, 1),
            ),
            by=system,
            command_id=uuid4(),
        )
        far = Actor(staff_id="far", agency_code=OTHER_DISTRICT)
        with pytest.raises(NotAuthorised, match="belongs to 110105001"):
            world.taizhang.execute(contact, by=far, command_id=uuid4())
        world.taizhang.execute(
            TakeOverJobSeeker(job_seeker_id=person, reason="搬家"), by=far, command_id=uuid4()
        )
        world.taizhang.execute(contact, by=far, command_id=uuid4())
        with pytest.raises(NotAuthorised, match="belongs to 110108"):
            world.do(contact)


class TestReferrals:
    @pytest.mark.rule("15.1", "16", "40", "41")
    def test_both_ledgers_show_the_same_referral_and_outcome(self, world: World) -> None:
        code, person = world.register(), world.job_seeker(by="sibling")
        vacancy_id, referral_id = world.publish(code), uuid4()
        result = world.do(referral(code, vacancy_id, person, referral_id), "sibling")
        assert result.events == ("referral.made", "job_seeker_ledger.referred")
        outcome = RecordReferralOutcome(
            credit_code=code,
            referral_id=referral_id,
            outcome=ReferralOutcome.HIRED,
            started_on=world.clock.today,
        )
        command_id = uuid4()
        first = world.do(outcome, "station", command_id)
        assert first.events == (
            "referral.outcome_learnt",
            "job_seeker_ledger.referral_outcome_known",
            "job_seeker_ledger.employed",
        )
        again = world.do(outcome, "station", command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert world.event_names(world.stream(code))[-2:] == [
            "referral.made",
            "referral.outcome_learnt",
        ]
        with world.reopen() as elsewhere:
            kept = elsewhere.events.load(JobSeekerLedger, person).aggregate
            replayed = elsewhere.events.replay(JobSeekerLedger, person).aggregate
        assert kept == replayed

    @pytest.mark.rule("15.1", "40")
    def test_what_is_wrong_on_either_side_refuses_the_whole(self, world: World) -> None:
        code, person = world.register(), open_person(world)
        vacancy_id = world.publish(code)
        before = world.count("stored_events")
        with pytest.raises(NotFound, match="no ledger"):
            world.do(referral(code, vacancy_id, uuid4()))
        with pytest.raises(RuleBroken, match=r"15\.1.*not registered"):
            world.do(referral(code, vacancy_id, person))
        assert world.count("stored_events") == before
        ready = world.job_seeker(8)
        world.do(
            WithdrawVacancy(credit_code=code, vacancy_id=vacancy_id, reason=WithdrawalReason.FILLED)
        )
        with pytest.raises(RuleBroken, match="40: the vacancy is withdrawn"):
            world.do(referral(code, vacancy_id, ready))
        assert "job_seeker_ledger.referred" not in world.event_names(ready)

    def test_a_state_remembered_too_long_is_found_out(self, world: World) -> None:
        """Another process changes the person's ledger: what this one remembers must not be relied on."""
        code, person = world.register(), world.job_seeker()
        vacancy_id = world.publish(code)
        with world.reopen() as other:
            other.execute(
                JudgeReadiness(job_seeker_id=person, advice="先参加培训"),
                by=world.actor("clerk"),
                command_id=uuid4(),
            )
        with pytest.raises(RuleBroken, match="not found ready"):
            world.do(referral(code, vacancy_id, person))

    def test_many_referrals_at_once_lose_nothing(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.publish(code)
        people = [world.job_seeker(number) for number in range(10, 18)]
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda one: world.do(referral(code, vacancy_id, one)), people))
        assert world.event_names(world.stream(code)).count("referral.made") == 8
        assert all("job_seeker_ledger.referred" in world.event_names(one) for one in people)

    def test_a_batch_sees_what_it_decided_before(self, world: World) -> None:
        code, person = world.register(), world.job_seeker()
        vacancy_id = world.publish(code)
        commands: list[Command] = [
            referral(code, vacancy_id, person),
            referral(code, vacancy_id, person),
            referral(code, vacancy_id, world.job_seeker(8)),
        ]
        answers = world.taizhang.execute_many(
            [Request(command, uuid4()) for command in commands], by=world.actor("clerk")
        )
        assert isinstance(answers[1], InvalidInput)
        assert world.event_names(world.stream(code)).count("referral.made") == 2


class TestGroupSessions:
    @pytest.mark.rule("14")
    def test_one_record_reaches_every_participant(self, world: World) -> None:
        people = tuple(open_person(world, number) for number in (20, 21, 22))
        session = HoldGroupSession(
            session_id=uuid4(), about="面试技巧", plan="两次课", advice="练习", participants=people
        )
        result = world.do(session, "district-clerk")
        assert result.events == ("group_session.held",) + ("job_seeker_ledger.guidance_given",) * 3
        for person in people:
            assert world.event_names(person)[-1] == "job_seeker_ledger.guidance_given"
            world.lose_key(person)
            given = [recorded.event for recorded in world.taizhang.events.history(person)][-1]
            assert isinstance(given, GuidanceGiven)
            assert (given.plan, given.advice) == ("（已依法删除）", "（已依法删除）")

    @pytest.mark.rule("14", "13.3")
    def test_it_reaches_all_or_nobody(self, world: World) -> None:
        people = (open_person(world, 20), uuid4())
        before = world.count("stored_events")
        with pytest.raises(NotFound, match="no ledger"):
            world.do(
                HoldGroupSession(
                    session_id=uuid4(), about="a", plan="p", advice="x", participants=people
                )
            )
        assert world.count("stored_events") == before


class TestOnline:
    @pytest.mark.rule("10")
    def test_a_person_may_register_online(self, world: World) -> None:
        platform = Actor.system(DISTRICT)
        opened = OpenJobSeekerLedgerOnline(document=citizen(world), basics=Basics(name="王小明"))
        with pytest.raises(NotAuthorised, match="not the system"):
            world.taizhang.execute(opening(citizen(world)), by=platform, command_id=uuid4())
        person = world.taizhang.execute(opened, by=platform, command_id=uuid4()).stream_id
        register = RegisterJobSeekerOnline(
            job_seeker_id=person, wishes=Wishes(occupations=("保洁",))
        )
        world.taizhang.execute(register, by=platform, command_id=uuid4())
        world.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=1))

    @pytest.mark.rule("14.last")
    def test_the_district_of_residence_names_a_counsellor(self, world: World) -> None:
        person, booking_id = open_person(world), uuid4()
        book = BookGuidanceOnline(
            job_seeker_id=person,
            booking_id=booking_id,
            guidance=GuidanceKind.GENERAL,
            about="转行",
            booked_for=world.clock.today,
        )
        platform = Actor.system("110000")
        with pytest.raises(RuleBroken, match="no access"):
            world.taizhang.execute(book, by=platform, command_id=uuid4())
        world.do(LeadTo(job_seeker_id=person, way=Way.ONLINE_ACCESS))
        world.taizhang.execute(book, by=platform, command_id=uuid4())
        assign = AssignCounsellor(
            job_seeker_id=person,
            booking_id=booking_id,
            agency_code=SUBDISTRICT,
            staff_id="counsellor",
        )
        with pytest.raises(NotFound):
            world.do(assign, "district-clerk")
        founded = date(2018, 8, 1)
        for command in (
            EmployStaff(
                staff_id="counsellor", name="指导员", agency_code=SUBDISTRICT,
                roles=(Role.COUNSELLOR,), effective_on=founded,
            ),
            RecordCertificate(
                staff_id="counsellor", role=Role.COUNSELLOR, title="职业指导师",
                valid_from=founded, effective_on=founded,
            ),
        ):  # fmt: skip
            world.taizhang.execute(command, by=platform, command_id=uuid4())
        with pytest.raises(NotAuthorised, match="subdistrict agency has no power"):
            world.do(assign)
        world.do(assign, "district-clerk")
        assert world.event_names(person)[-1] == "job_seeker_ledger.counsellor_assigned"


class SampleTool:
    """Grades by the number of answers."""

    def grade(self, answers: Mapping[str, str]) -> Grade:
        if "unknown" in answers:
            raise ValueError("unknown: no such question")
        return Grade(tool="样例", tool_version="1", score=Decimal(len(answers)), level=3)


class TestGrading:
    @pytest.mark.rule("12", "13.1", "18", "20")
    def test_by_the_tool_that_the_integrator_supplies(self, world: World) -> None:
        person = world.job_seeker()
        grade = GradeJobSeeker(job_seeker_id=person, answers={"age": "52"})
        with pytest.raises(InvalidInput, match="no grading tool"):
            world.do(grade)
        clerk = world.actor("clerk")
        with world.reopen(grading_tool=SampleTool()) as graded:
            assert graded.execute(grade, by=clerk, command_id=uuid4()).events == (
                "job_seeker_ledger.graded",
                "job_seeker_ledger.advice_called_for",
            )
            with pytest.raises(InvalidInput, match="no such question"):
                graded.execute(
                    GradeJobSeeker(job_seeker_id=person, answers={"unknown": "1"}),
                    by=clerk,
                    command_id=uuid4(),
                )
        today = world.clock.today
        world.taizhang.execute(
            RecordStatusRegistration(
                job_seeker_id=person,
                registration=StatusRegistration.UNEMPLOYMENT,
                since=today,
                source="失业登记系统",
            ),
            by=Actor.system(SUBDISTRICT),
            command_id=uuid4(),
        )
        recognised = RecordRecognition(
            job_seeker_id=person, category="4050人员", since=today, source="认定表"
        )
        assert world.do(recognised).events[-1] == "job_seeker_ledger.assistance_called_for"
        survey = SurveyWillingness(
            job_seeker_id=person, method=SurveyMethod.VISIT, answer=SurveyAnswer.WILLING
        )
        assert world.do(survey, "station").events == (
            "job_seeker_ledger.surveyed",
            "job_seeker_ledger.needs_file_opened",
        )
        with pytest.raises(NotAuthorised, match="rule 18"):
            world.do(survey, "district-clerk")


class TestMerging:
    @pytest.mark.rule("9.1")
    def test_two_ledgers_become_one_and_nothing_is_lost(self, world: World) -> None:
        code, old, present = world.register(), world.job_seeker(30), open_person(world, 31)
        vacancy_id, referral_id = world.publish(code), uuid4()
        world.do(referral(code, vacancy_id, old, referral_id))
        merge = MergeJobSeekerLedgers(
            job_seeker_id=present, merged_id=old, reason="换发证件", evidence="户籍证明"
        )
        with pytest.raises(NotAuthorised):
            world.do(merge)
        assert world.do(merge, "supervisor").events == (
            "job_seeker_ledger.merged_into",
            "job_seeker_ledger.merged_from",
        )
        with pytest.raises(InvalidInput, match=str(present)):
            world.do(RecordContact(job_seeker_id=old, means=ContactMeans.PHONE))
        with pytest.raises(InvalidInput, match=str(present)):
            world.do(opening(citizen(world, 30)))
        # The employer's ledger knows the referral by the id given up: the outcome reaches the other.
        world.do(
            RecordReferralOutcome(
                credit_code=code, referral_id=referral_id, outcome=ReferralOutcome.NOT_HIRED
            )
        )
        assert world.event_names(present)[-1] == "job_seeker_ledger.referral_outcome_known"
        assert world.event_names(old)[-1] == "job_seeker_ledger.merged_into"


class TestSilenceAndAppeals:
    @pytest.mark.rule("13.3", "5.c", "59.2")
    def test_ceased_persons_are_refused_services_but_may_appeal(self, world: World) -> None:
        person = world.job_seeker()
        world.do(
            RecordStatusRegistration(
                job_seeker_id=person,
                registration=StatusRegistration.UNEMPLOYMENT,
                since=world.clock.today,
                source="系统",
            )
        )
        world.clock.forward(days=190)
        ground = Ground.OUT_OF_CONTACT
        world.do(ReportToRegistry(job_seeker_id=person, ground=ground))
        world.do(CeaseServices(job_seeker_id=person, ground=ground))
        with pytest.raises(RuleBroken, match=r"13\.3.*ceased"):
            world.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=1))
        appeal_id = uuid4()
        world.taizhang.execute(
            LodgeAppeal(
                job_seeker_id=person,
                appeal_id=appeal_id,
                grievance=Grievance.APPEAL,
                against_agency_code=SUBDISTRICT,
                text="未联系我就停止服务",
            ),
            by=Actor.system(DISTRICT),
            command_id=uuid4(),
        )
        handle = HandleAppeal(
            job_seeker_id=person, appeal_id=appeal_id, found="属实", measures="恢复", upheld=True
        )
        with pytest.raises(NotAuthorised):
            world.do(handle)
        world.do(handle, "district-clerk")
        world.do(
            AnswerAppeal(job_seeker_id=person, appeal_id=appeal_id, answer="已恢复"),
            "district-clerk",
        )
        assert world.event_names(person)[-3:] == [
            "job_seeker_ledger.appeal_lodged",
            "job_seeker_ledger.appeal_handled",
            "job_seeker_ledger.appeal_answered",
        ]
