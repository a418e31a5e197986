"""What a process remembers of aggregates never decides wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    CloseAgency,
    Command,
    CommandResult,
    EmployStaff,
    LapseVacancies,
    NotAuthorised,
    PassVacancy,
    PublishVacancy,
    Request,
    RuleBroken,
    SubmitVacancy,
    WithdrawVacancy,
)
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.organisation.staff import Role

from .conftest import SIBLING, SUBDISTRICT, basics, opening

if TYPE_CHECKING:
    from ..conftest import World


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
