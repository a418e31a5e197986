"""Commands that make no sense, or are about what belongs to others, are refused with what to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    ArchiveVacancy,
    ChangeVacancy,
    CommandResult,
    DraftVacancy,
    InvalidInput,
    NotAuthorised,
    NotFound,
    PassVacancy,
    RecordReferralOutcome,
    ReferJobSeeker,
    Request,
    RuleBroken,
    WithdrawVacancy,
)
from taizhang.domain.employer.content import VacancyContent
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.employer.vacancy import WithdrawalReason

from .conftest import SUBDISTRICT, basics, opening

if TYPE_CHECKING:
    from ..conftest import World


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
