"""Who may command what: superiors look, agencies write in their own records, and staff by their roles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    CloseAgency,
    EndStaff,
    LapseVacancies,
    MoveStaff,
    NotAuthorised,
    PassVacancy,
    RecodeAgency,
    RenameAgency,
    ReturnVacancy,
    SubmitVacancy,
)
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.vacancy import ReviewDefect

from .conftest import SIBLING, SUBDISTRICT, basics, opening

if TYPE_CHECKING:
    from ..conftest import World


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


def test_an_agency_can_be_renamed_by_its_superior(world: World) -> None:
    today = world.clock.today
    world.do(RenameAgency(code=SUBDISTRICT, name="新名", effective_on=today), "administrator")
    found = world.taizhang.directory.find(SUBDISTRICT, today)
    assert found is not None
    assert found.name_on(today) == "新名"
    assert found.name_on(today - timedelta(days=1)) == "建外街道"
