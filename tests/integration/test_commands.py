"""Commands through `Taizhang.execute`: repeats, refusals, batches, powers, and what is remembered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    ArchiveVacancy,
    ChangeEmployerBasics,
    ChangeVacancy,
    CloseAgency,
    Command,
    CommandResult,
    DraftVacancy,
    EmployStaff,
    EndStaff,
    FoundAgency,
    InvalidInput,
    LapseVacancies,
    MoveStaff,
    NotAuthorised,
    NotFound,
    OpenEmployerLedger,
    PassVacancy,
    PublishVacancy,
    RecodeAgency,
    RecordReferralOutcome,
    ReferJobSeeker,
    RegisterEmployer,
    RenameAgency,
    Request,
    ReturnVacancy,
    RuleBroken,
    SubmitVacancy,
    VerifyLicence,
    WithdrawVacancy,
)
from taizhang.domain.employer.content import VacancyContent
from taizhang.domain.employer.papers import Channel, EmployerBasics, LicenceKind
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.employer.vacancy import ReviewDefect, WithdrawalReason
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.staff import Role

if TYPE_CHECKING:
    from tests.integration.conftest import World

CITY, DISTRICT, SUBDISTRICT, SIBLING = "110000", "110105", "110105001", "110105002"


def opening(code: str, name: str = "某公司") -> OpenEmployerLedger:
    return OpenEmployerLedger(credit_code=code, name=name, channel=Channel.SURVEY)


def basics(code: str, name: str = "新名") -> ChangeEmployerBasics:
    return ChangeEmployerBasics(credit_code=code, name=name, basics=EmployerBasics())


class TestRepeats:
    def test_a_repeat_records_nothing_and_gives_the_first_result(self, world: World) -> None:
        command, command_id = opening(world.credit_code()), uuid4()
        first = world.do(command, command_id=command_id)
        events = world.count("stored_events")
        again = world.do(command, command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert not first.repeated
        assert first.position > 0
        assert world.count("stored_events") == events
        assert world.count("refusals") == 0

    def test_it_does_so_later_and_in_another_process_whatever_has_happened_since(
        self, world: World
    ) -> None:
        code = world.register()
        content, vacancy_id, command_id = world.content, uuid4(), uuid4()
        draft = DraftVacancy(credit_code=code, vacancy_id=vacancy_id, content=content)
        first = world.do(draft, command_id=command_id)
        world.do(
            WithdrawVacancy(
                credit_code=code, vacancy_id=vacancy_id, reason=WithdrawalReason.CANCELLED
            )
        )
        world.do(ArchiveVacancy(credit_code=code, vacancy_id=vacancy_id))
        world.clock.forward(days=40)
        with world.reopen() as other:
            again = other.execute(draft, by=world.actor("clerk"), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert world.event_names(world.stream(code)).count("vacancy.drafted") == 1

    def test_a_repeat_that_would_be_accepted_anew_is_not_recorded_anew(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        first = world.do(basics(code), command_id=command_id)
        again = world.do(basics(code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert world.event_names(world.stream(code)) == [
            "employer_ledger.opened",
            "employer_ledger.basics_changed",
        ]

    def test_a_repeat_that_would_find_nothing_to_do_gives_the_first_result(
        self, world: World
    ) -> None:
        code = world.register()
        vacancy_id = world.publish(code, valid_until=world.clock.today)
        world.clock.forward(days=1)
        command_id = uuid4()
        first = world.do(LapseVacancies(credit_code=code), command_id=command_id)
        assert first.events == ("vacancy.lapsed",)
        again = world.do(LapseVacancies(credit_code=code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert vacancy_id is not None

    def test_a_registration_repeated_gives_the_first_result(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        world.do(
            VerifyLicence(
                credit_code=code,
                licence=LicenceKind.BUSINESS_LICENCE,
                valid_from=date(2020, 1, 1),
            )
        )
        world.do(world.agent(code))
        first = world.do(RegisterEmployer(credit_code=code), command_id=command_id)
        again = world.do(RegisterEmployer(credit_code=code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert again.events == ("employer_ledger.registered",)

    def test_a_command_with_nothing_to_do_records_nothing(self, world: World) -> None:
        code = world.register()
        before = world.count("stored_events"), world.count("commands")
        result = world.do(RegisterEmployer(credit_code=code))
        assert (result.events, result.position, result.version) == ((), 0, 4)
        assert (world.count("stored_events"), world.count("commands")) == before

    def test_an_id_used_for_another_command_is_refused(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        world.do(basics(code), command_id=command_id)
        for other in (basics(code, "别名"), RegisterEmployer(credit_code=code)):
            with pytest.raises(InvalidInput, match="was used for another command"):
                world.do(other, command_id=command_id)
        assert world.count("stored_events") == len(world.sql("SELECT 1 FROM stored_events"))
        assert len(world.event_names(world.stream(code))) == 2

    def test_a_refused_command_may_be_tried_again_with_its_id(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        draft = DraftVacancy(credit_code=code, vacancy_id=uuid4(), content=world.content)
        with pytest.raises(RuleBroken):
            world.do(draft, command_id=command_id)
        world.do(world.agent(code))
        with pytest.raises(RuleBroken):
            world.do(draft, command_id=command_id)
        assert world.count("refusals") == 2

    def test_a_repeat_about_agencies_gives_the_first_result(self, world: World) -> None:
        found = FoundAgency(
            code="110105003",
            name="呼家楼街道",
            level=AgencyLevel.SUBDISTRICT,
            parent_code=DISTRICT,
            effective_on=world.clock.today,
        )
        command_id = uuid4()
        first = world.do(found, "administrator", command_id)
        again = world.do(found, "administrator", command_id)
        assert again == first.model_copy(update={"repeated": True})


class TestBadInput:
    def test_an_unknown_agency_may_do_nothing(self, world: World) -> None:
        stranger = Actor(staff_id="clerk", agency_code="999999")
        with pytest.raises(NotAuthorised, match="no agency has the code 999999"):
            world.taizhang.execute(opening(world.credit_code()), by=stranger, command_id=uuid4())
        assert world.sql("SELECT agency_code FROM refusals") == [("999999",)]

    @pytest.mark.rule("36")
    def test_a_vacancy_of_an_employer_without_registration_is_refused(self, world: World) -> None:
        code = world.open_ledger()
        with pytest.raises(RuleBroken, match="rule 36: the employer has no recruitment") as broken:
            world.draft(code)
        assert broken.value.detail().rule == "36"

    @pytest.mark.rule("36")
    def test_a_vacancy_of_an_employer_without_a_ledger_is_refused(self, world: World) -> None:
        with pytest.raises(RuleBroken, match="rule 36"):
            world.draft(world.credit_code(99))
        with pytest.raises(NotFound, match="open it first"):
            world.do(basics(world.credit_code(99)))

    def test_a_day_in_the_future_is_refused(self, world: World) -> None:
        tomorrow = world.clock.today + timedelta(days=1)
        with pytest.raises(InvalidInput, match="2026-11-03 is in the future: today is 2026-11-02"):
            world.do(opening(world.credit_code()).model_copy(update={"occurred_on": tomorrow}))

    def test_the_day_is_that_of_beijing_whatever_the_clocks_zone(self, world: World) -> None:
        from datetime import UTC, datetime

        world.clock.now = datetime(2026, 11, 2, 17, tzinfo=UTC)  # 01:00 on the 3rd in Beijing
        command = opening(world.credit_code()).model_copy(update={"occurred_on": date(2026, 11, 3)})
        world.do(command)
        with pytest.raises(InvalidInput, match="in the future"):
            world.do(
                opening(world.credit_code(2)).model_copy(update={"occurred_on": date(2026, 11, 4)})
            )

    def test_a_day_before_the_first_edition_is_refused(self, world: World) -> None:
        early = opening(world.credit_code()).model_copy(update={"occurred_on": date(2018, 7, 31)})
        with pytest.raises(InvalidInput, match=r"occurred_on: no edition .* 2018-08-01"):
            world.do(early)

    @pytest.mark.rule("41")
    def test_nobody_started_work_in_the_future(self, world: World) -> None:
        code = world.register()
        vacancy_id, referral_id = world.publish(code), uuid4()
        world.do(
            ReferJobSeeker(
                credit_code=code,
                vacancy_id=vacancy_id,
                referral_id=referral_id,
                job_seeker_id=world.job_seeker(),
                reasons=("持证",),
                consented=True,
            )
        )
        with pytest.raises(InvalidInput, match="started_on: 2026-11-03 is in the future"):
            world.do(
                RecordReferralOutcome(
                    credit_code=code,
                    referral_id=referral_id,
                    outcome=ReferralOutcome.HIRED,
                    started_on=date(2026, 11, 3),
                )
            )

    @pytest.mark.parametrize("name", ["a\0b", "\0"])
    def test_a_character_that_no_database_keeps_is_refused(self, world: World, name: str) -> None:
        """It would be recorded, and then stop the read models."""
        with pytest.raises(InvalidInput, match="NUL"):
            world.do(opening(world.credit_code(), name))
        code = world.register(2)
        with pytest.raises(InvalidInput, match="NUL"):
            world.draft(code, VacancyContent(title="电工", text=name))
        literal = VacancyContent(title=r"C:\u0000 \\u0000", text="维修")
        world.draft(code, literal)
        world.taizhang.projections.catch_up()
        assert world.count("projection_set_aside") == 0

    def test_an_actor_with_such_a_character_is_refused(self, world: World) -> None:
        with pytest.raises((InvalidInput, NotAuthorised, ValueError)):
            world.taizhang.execute(
                opening(world.credit_code()),
                by=Actor(staff_id="clerk\0", agency_code=SUBDISTRICT),
                command_id=uuid4(),
            )


class TestBatches:
    def test_good_and_bad_are_answered_each_for_itself_in_order(self, world: World) -> None:
        good = world.register(1)
        bare = world.open_ledger(2)
        ids = [uuid4() for _ in range(4)]

        def draft(code: str, number: int) -> Request:
            command = DraftVacancy(credit_code=code, vacancy_id=ids[number], content=world.content)
            return Request(command, ids[number])

        answers = world.taizhang.execute_many(
            [draft(good, 0), draft(bare, 1), draft(good, 0), draft(good, 2)],
            by=world.actor("clerk"),
        )
        kinds = [type(answer) for answer in answers]
        assert kinds[0] is kinds[3] is CommandResult
        assert isinstance(answers[1], RuleBroken)
        assert world.event_names(world.stream(good)).count("vacancy.drafted") == 2
        assert [row[0] for row in world.sql("SELECT rule_id FROM refusals")].count("36") == 1

    def test_an_id_twice_in_one_batch_is_recorded_once(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        same = Request(basics(code), command_id)
        first, second = world.taizhang.execute_many([same, same], by=world.actor("clerk"))
        assert isinstance(first, CommandResult)
        assert isinstance(second, CommandResult)
        assert second == first.model_copy(update={"repeated": True})
        assert len(world.event_names(world.stream(code))) == 2

    def test_known_and_new_commands_in_one_batch(self, world: World) -> None:
        code, known = world.open_ledger(), uuid4()
        first = world.do(basics(code), command_id=known)
        answers = world.taizhang.execute_many(
            [Request(basics(code), known), Request(basics(code, "三"), uuid4())],
            by=world.actor("clerk"),
        )
        assert answers[0] == first.model_copy(update={"repeated": True})
        assert isinstance(answers[1], CommandResult)
        assert answers[1].version == 3
        assert not answers[1].repeated

    def test_later_commands_build_on_earlier_ones_of_the_batch(self, world: World) -> None:
        code, vacancy_id = world.register(), uuid4()
        answers = world.taizhang.execute_many(
            [
                Request(
                    DraftVacancy(credit_code=code, vacancy_id=vacancy_id, content=world.content),
                    uuid4(),
                ),
                Request(SubmitVacancy(credit_code=code, vacancy_id=vacancy_id), uuid4()),
            ],
            by=world.actor("clerk"),
        )
        assert [isinstance(answer, CommandResult) for answer in answers] == [True, True]
        assert (
            len({answer.position for answer in answers if isinstance(answer, CommandResult)}) == 1
        )

    def test_a_dry_run_decides_and_records_nothing(self, world: World) -> None:
        code = world.register()
        before = [
            world.count(name)
            for name in ("stored_events", "commands", "stream_states", "refusals", "personal_keys")
        ]
        draft = DraftVacancy(credit_code=code, vacancy_id=uuid4(), content=world.content)
        answers = world.taizhang.execute_many(
            [
                Request(draft, uuid4()),
                Request(draft, uuid4()),
                Request(world.agent(code, 7), uuid4()),
            ],
            by=world.actor("clerk"),
            dry_run=True,
        )
        assert isinstance(answers[0], CommandResult)
        assert isinstance(answers[1], InvalidInput)
        assert answers[0].position == 0
        assert before == [
            world.count(name)
            for name in ("stored_events", "commands", "stream_states", "refusals", "personal_keys")
        ]
        world.do(draft)

    def test_an_empty_batch_has_no_answers(self, world: World) -> None:
        assert world.taizhang.execute_many([], by=world.actor("clerk")) == []

    def test_commands_about_agencies_are_carried_out_one_by_one(self, world: World) -> None:
        day = world.clock.today
        answers = world.taizhang.execute_many(
            [
                Request(
                    FoundAgency(
                        code="110105003", name="新", level=AgencyLevel.SUBDISTRICT,
                        parent_code=DISTRICT, effective_on=day,
                    ),
                    uuid4(),
                ),
                Request(
                    FoundAgency(
                        code="110105003", name="又", level=AgencyLevel.SUBDISTRICT,
                        parent_code=DISTRICT, effective_on=day,
                    ),
                    uuid4(),
                ),
                Request(
                    EmployStaff(
                        staff_id="new", name="某", agency_code="110105003",
                        roles=(Role.SERVICE_STAFF,), effective_on=day,
                    ),
                    uuid4(),
                ),
            ],
            by=world.actor("administrator"),
        )  # fmt: skip
        assert [type(answer) for answer in answers] == [CommandResult, InvalidInput, CommandResult]


class TestPowers:
    @pytest.mark.rule("56.1")
    def test_a_superior_may_look_but_not_write(self, world: World) -> None:
        code = world.open_ledger()
        world.taizhang.projections.catch_up()
        assert world.taizhang.queries().employer(code, by=world.actor("supervisor")).name
        with pytest.raises(NotAuthorised, match=r"rule 56\.1: a superior agency may look"):
            world.do(basics(code), "district-clerk")

    @pytest.mark.rule("4")
    def test_the_city_gives_no_daily_services(self, world: World) -> None:
        with pytest.raises(NotAuthorised, match="rule 4: a city agency has no power"):
            world.do(opening(world.credit_code()), "administrator")

    @pytest.mark.rule("5.b")
    def test_a_service_needs_a_person_who_answers_for_it(self, world: World) -> None:
        with pytest.raises(NotAuthorised, match=r"rule 5\.b: .* needs a person"):
            world.taizhang.execute(
                opening(world.credit_code()), by=Actor.system(SUBDISTRICT), command_id=uuid4()
            )

    @pytest.mark.rule("41")
    def test_but_a_job_may_record_what_follows_from_dates(self, world: World) -> None:
        code = world.register()
        world.publish(code, valid_until=world.clock.today)
        world.clock.forward(days=1)
        result = world.taizhang.execute(
            LapseVacancies(credit_code=code), by=Actor.system(SUBDISTRICT), command_id=uuid4()
        )
        assert result.events == ("vacancy.lapsed",)

    @pytest.mark.parametrize("staff_id", ["sibling", "station"])
    def test_no_other_agency_writes_in_a_ledger(self, world: World, staff_id: str) -> None:
        code = world.open_ledger()
        with pytest.raises(NotAuthorised, match="belongs to 110105001, not to"):
            world.do(basics(code), staff_id)

    @pytest.mark.rule("65")
    def test_only_analysts_and_counsellors_review(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.submit(code)
        with pytest.raises(NotAuthorised, match="rule 65"):
            world.do(PassVacancy(credit_code=code, vacancy_id=vacancy_id), "clerk")

    @pytest.mark.rule("39.2")
    def test_an_online_submission_is_reviewed_by_the_district_of_registration(
        self, world: World
    ) -> None:
        code = world.register()
        vacancy_id = world.draft(code)
        agent = world.taizhang.identities.person(world.identity_number(1))
        world.do(
            SubmitVacancy(
                credit_code=code,
                vacancy_id=vacancy_id,
                channel=Channel.ONLINE,
                publisher_id=agent,
            )
        )
        review = PassVacancy(credit_code=code, vacancy_id=vacancy_id)
        with pytest.raises(NotAuthorised, match="belongs to 110105, not to 110105001"):
            world.do(review, "reviewer")
        world.do(review, "district-reviewer")

    @pytest.mark.rule("39.2")
    def test_a_stations_vacancy_is_reviewed_by_its_subdistrict(self, world: World) -> None:
        code = world.register(1, "station")
        vacancy_id = world.draft(code, by="station")
        world.do(SubmitVacancy(credit_code=code, vacancy_id=vacancy_id), "station")
        defect = ReviewDefect(rule="38.2", note="写明工资")
        world.do(
            ReturnVacancy(credit_code=code, vacancy_id=vacancy_id, defects=(defect,)), "reviewer"
        )

    @pytest.mark.rule("60")
    def test_who_has_left_records_nothing_more_not_even_for_earlier_days(
        self, world: World
    ) -> None:
        code = world.open_ledger()
        world.clock.forward(days=2)
        world.do(EndStaff(staff_id="clerk", effective_on=world.clock.today), "administrator")
        late = basics(code).model_copy(update={"occurred_on": date(2026, 11, 2)})
        for command in (basics(code), late):
            with pytest.raises(NotAuthorised, match="clerk is not on the staff"):
                world.do(command)

    @pytest.mark.rule("60")
    def test_who_has_moved_acts_for_the_new_agency_only(self, world: World) -> None:
        code = world.open_ledger()
        world.clock.forward(days=2)
        world.do(
            MoveStaff(staff_id="clerk", agency_code=SIBLING, effective_on=world.clock.today),
            "administrator",
        )
        with pytest.raises(NotAuthorised, match="not on the staff of 110105001"):
            world.do(basics(code))
        moved = Actor(staff_id="clerk", agency_code=SIBLING)
        world.taizhang.execute(opening(world.credit_code(5)), by=moved, command_id=uuid4())

    def test_a_successor_takes_the_records_of_a_closed_agency_over(self, world: World) -> None:
        code = world.open_ledger(1, "sibling")
        world.clock.forward(days=2)
        world.do(
            CloseAgency(code=SIBLING, successor_code=SUBDISTRICT, effective_on=world.clock.today),
            "administrator",
        )
        assert world.do(basics(code), "clerk").version == 2
        with pytest.raises(NotAuthorised, match="no agency has the code 110105002"):
            world.do(basics(code), "sibling")

    def test_an_agency_that_is_recoded_keeps_its_records_and_its_staff(self, world: World) -> None:
        code = world.open_ledger()
        world.clock.forward(days=2)
        today = world.clock.today
        world.do(
            RecodeAgency(code=SUBDISTRICT, new_code="110105044", effective_on=today),
            "administrator",
        )
        renewed = Actor(staff_id="clerk", agency_code="110105044")
        result = world.taizhang.execute(basics(code), by=renewed, command_id=uuid4())
        assert result.version == 2
        with pytest.raises(NotAuthorised, match="no agency has the code"):
            world.do(basics(code))


class TestWhatIsRemembered:
    """A remembered state may be trusted to accept, never to refuse; the log has the last word."""

    def test_it_never_refuses_wrongly(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.draft(code)
        with world.reopen() as other:

            def there(command: Command, by: str) -> CommandResult:
                return other.execute(command, by=world.actor(by), command_id=uuid4())

            there(SubmitVacancy(credit_code=code, vacancy_id=vacancy_id), "clerk")
            # Here the vacancy is remembered as a draft: a pass would be refused.
            world.do(PassVacancy(credit_code=code, vacancy_id=vacancy_id), "reviewer")
            there(PublishVacancy(credit_code=code, vacancy_id=vacancy_id), "clerk")
        assert world.count("refusals") == 0

    def test_it_never_says_wrongly_that_there_is_nothing_to_do(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.submit(code)
        world.do(PassVacancy(credit_code=code, vacancy_id=vacancy_id), "reviewer")
        with world.reopen() as other:
            other.execute(
                PublishVacancy(
                    credit_code=code, vacancy_id=vacancy_id, valid_until=world.clock.today
                ),
                by=world.actor("clerk"),
                command_id=uuid4(),
            )
        world.clock.forward(days=1)
        assert world.do(LapseVacancies(credit_code=code)).events == ("vacancy.lapsed",)

    def test_it_never_accepts_wrongly(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.draft(code)
        with world.reopen() as other:
            other.execute(
                WithdrawVacancy(
                    credit_code=code, vacancy_id=vacancy_id, reason=WithdrawalReason.CANCELLED
                ),
                by=world.actor("clerk"),
                command_id=uuid4(),
            )
        # Here the vacancy is remembered as a draft, so that its submission looks lawful.
        with pytest.raises(RuleBroken, match="the vacancy is withdrawn"):
            world.do(SubmitVacancy(credit_code=code, vacancy_id=vacancy_id))
        assert world.event_names(world.stream(code))[-1] == "vacancy.withdrawn"

    def test_a_batch_that_builds_on_something_old_is_decided_anew_as_a_whole(
        self, world: World
    ) -> None:
        code = world.register()
        vacancy_id = world.draft(code)
        with world.reopen() as other:
            other.execute(
                SubmitVacancy(credit_code=code, vacancy_id=vacancy_id),
                by=world.actor("clerk"),
                command_id=uuid4(),
            )
        answers = world.taizhang.execute_many(
            [
                Request(basics(code), uuid4()),
                Request(PassVacancy(credit_code=code, vacancy_id=vacancy_id), uuid4()),
            ],
            by=world.actor("reviewer"),
        )
        assert [type(answer) for answer in answers] == [CommandResult, CommandResult]
        assert world.count("refusals") == 0

    @pytest.mark.parametrize("cached", [0, 1])
    def test_a_small_memory_changes_nothing(self, world: World, cached: int) -> None:
        codes = [world.register(number) for number in (1, 2)]
        with world.reopen(cached_ledgers=cached) as small:
            for number in range(3):
                for code in codes:
                    small.execute(
                        basics(code, str(number)), by=world.actor("clerk"), command_id=uuid4()
                    )
        assert [len(world.event_names(world.stream(code))) for code in codes] == [7, 7]

    def test_an_agency_closed_in_another_process_is_closed_here_at_once(self, world: World) -> None:
        code = world.open_ledger(1, "sibling")
        with world.reopen() as other:
            other.execute(
                CloseAgency(code=SIBLING, effective_on=world.clock.today),
                by=world.actor("administrator"),
                command_id=uuid4(),
            )
        with pytest.raises(NotAuthorised, match="no agency has the code 110105002"):
            world.do(basics(code), "sibling")
        assert len(world.event_names(world.stream(code))) == 1

    def test_someone_employed_in_another_process_may_act_here_at_once(self, world: World) -> None:
        with world.reopen() as other:
            other.execute(
                EmployStaff(
                    staff_id="newcomer",
                    name="某",
                    agency_code=SUBDISTRICT,
                    roles=(Role.SERVICE_STAFF,),
                    effective_on=world.clock.today,
                ),
                by=world.actor("administrator"),
                command_id=uuid4(),
            )
        newcomer = Actor(staff_id="newcomer", agency_code=SUBDISTRICT)
        world.taizhang.execute(opening(world.credit_code()), by=newcomer, command_id=uuid4())
        assert world.count("refusals") == 0


def test_a_vacancy_belongs_to_one_employer(world: World) -> None:
    """Two employers' vacancies of one id do not stop or overwrite each other."""
    first, second = world.register(1), world.register(2)
    vacancy_id = world.draft(first)
    with pytest.raises(InvalidInput, match="vacancy_id"):
        world.do(DraftVacancy(credit_code=second, vacancy_id=vacancy_id, content=world.content))
    world.taizhang.projections.catch_up()
    assert world.count("projection_set_aside") == 0


def test_of_a_batch_only_the_draft_under_a_used_id_is_refused(world: World) -> None:
    code = world.register()
    used, fresh = world.draft(code), uuid4()
    world.do(WithdrawVacancy(credit_code=code, vacancy_id=used, reason=WithdrawalReason.OTHER))
    world.do(ArchiveVacancy(credit_code=code, vacancy_id=used))
    drafts = [
        Request(DraftVacancy(credit_code=code, vacancy_id=one, content=world.content), uuid4())
        for one in (used, fresh)
    ]
    refused, taken = world.taizhang.execute_many(drafts, by=world.actor("clerk"))
    assert isinstance(refused, InvalidInput) and refused.field == "vacancy_id"
    assert isinstance(taken, CommandResult) and taken.events == ("vacancy.drafted",)


def test_a_changed_vacancy_is_off_the_list_until_it_is_reviewed_anew(world: World) -> None:
    code = world.register()
    vacancy_id: UUID = world.publish(code)
    world.do(
        ChangeVacancy(
            credit_code=code, vacancy_id=vacancy_id, content=world.discriminatory, reason="改"
        )
    )
    world.taizhang.projections.catch_up()
    view = world.taizhang.queries().vacancy(vacancy_id, by=world.actor("clerk"))
    assert view.status == "submitted"
    assert view.violations >= 2
    with pytest.raises(RuleBroken, match=r"rule 38\.3"):
        world.do(PassVacancy(credit_code=code, vacancy_id=vacancy_id), "reviewer")


def test_an_agency_can_be_renamed_by_its_superior(world: World) -> None:
    today = world.clock.today
    world.do(RenameAgency(code=SUBDISTRICT, name="新名", effective_on=today), "administrator")
    found = world.taizhang.directory.find(SUBDISTRICT, today)
    assert found is not None
    assert found.name_on(today) == "新名"
    assert found.name_on(today - timedelta(days=1)) == "建外街道"
