"""Each duty that becomes overdue is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from taizhang import (
    NotAuthorised,
    PassVacancy,
)
from taizhang.application.commands.reminders import RecordOverdueDuty

from .conftest import (
    DAY,
    DISTRICT,
    SUBDISTRICT,
    at,
    due,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


@pytest.mark.rule("58.1")
class TestDutiesThatBecomeOverdue:
    @pytest.fixture
    def owing(self, world: World) -> World:
        """Return an agency that was to review two vacancies, and reviewed neither."""
        code = world.register()
        world.submit(code)
        world.submit(code)
        return world

    def overdue(self, world: World) -> list[Any]:
        return world.sql(
            "SELECT occurred_on, agency_code, staff_id FROM stored_events "
            "WHERE topic = 'duty.became_overdue' ORDER BY notification_id"
        )

    def test_each_is_told_once_on_the_day_after_its_last(self, owing: World) -> None:
        world = owing
        (due_on,) = {row[0] for row in world_duties(world, "duty = 'vacancy_review'", "due_on")}
        world.clock.now = at(due_on + timedelta(days=1), 0)
        due(world)
        assert self.overdue(world) == [(due_on + timedelta(days=1), SUBDISTRICT, "system")] * 2
        world.clock.forward(days=3)
        due(world)
        assert len(self.overdue(world)) == 2
        told = world.taizhang.queries().overdue_duties(DISTRICT, by=world.actor("supervisor"))
        assert [(one.duty, one.due_on, one.staff_id, one.is_open) for one in told] == [
            ("vacancy_review", due_on, "", True)
        ] * 2
        assert told[0].title_zh == "审核招聘信息"
        assert told[0].citation

    def test_on_a_day_that_was_missed_it_is_told_what_was_open_then(self, owing: World) -> None:
        """Reviewed late, before the job came to it: it became overdue all the same."""
        world = owing
        ((vacancy, due_on), _) = world_duties(
            world, "duty = 'vacancy_review'", "subject_id, due_on"
        )
        world.clock.now = at(due_on + timedelta(days=1))
        world.do(PassVacancy(credit_code=world.credit_code(), vacancy_id=vacancy), "reviewer")
        world.clock.forward(days=1)
        due(world)
        told = world.taizhang.queries().overdue_duties(DISTRICT, by=world.actor("supervisor"))
        assert sorted((one.overdue_on, one.is_open) for one in told if one.duty == "vacancy_review") == [
            (due_on + timedelta(days=1), False), (due_on + timedelta(days=1), True),
        ]  # fmt: skip

    def test_what_is_done_in_time_is_not_told(self, owing: World) -> None:
        world = owing
        for vacancy, _ in world_duties(world, "duty = 'vacancy_review'", "subject_id, due_on"):
            world.do(PassVacancy(credit_code=world.credit_code(), vacancy_id=vacancy), "reviewer")
        world.clock.forward(days=1)
        due(world)
        assert self.overdue(world) == []

    def test_nobody_but_the_service_tells_it(self, owing: World) -> None:
        command = RecordOverdueDuty(
            subject_id=uuid4(), duty="vacancy_review", arose_position=1, since_position=1,
            ledger_id=uuid4(), item_id=None, rule="38.1", agency_code=SUBDISTRICT,
            staff_id="clerk", due_on=DAY, provisional=False,
        )  # fmt: skip
        with pytest.raises(NotAuthorised, match="for the service itself"):
            owing.do(command, "subdistrict-supervisor")

    def test_an_agency_beside_does_not_see_them(self, owing: World) -> None:
        with pytest.raises(NotAuthorised):
            owing.taizhang.queries().overdue_duties(DISTRICT, by=owing.actor("other-supervisor"))


def world_duties(world: World, condition: str, what: str) -> list[Any]:
    world.taizhang.projections.catch_up()
    return world.sql(f"SELECT {what} FROM obligations WHERE {condition} ORDER BY arose_position")
