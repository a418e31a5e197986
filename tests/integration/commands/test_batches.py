"""Batches of commands: each answered for itself, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from taizhang import (
    CommandResult,
    DraftVacancy,
    EmployStaff,
    FoundAgency,
    InvalidInput,
    Request,
    RuleBroken,
    SubmitVacancy,
)
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.staff import Role

from .conftest import DISTRICT, basics

if TYPE_CHECKING:
    from ..conftest import World


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
