"""Agencies that change in the middle of the month: the frame follows the successors."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    CloseAgency,
    FoundAgency,
    RecodeAgency,
    RecordContact,
    RenameAgency,
)
from taizhang.domain.calendar import SHANGHAI

from ..conftest import CITY, DISTRICT, SIBLING, SUBDISTRICT, World
from .conftest import SYSTEM, Check, fill

pytestmark = pytest.mark.rule("56.1", "56.2b")


class TestAgenciesThatChange:
    """As in the table of division codes: renamed, recoded, removed in the middle of a month."""

    MIDDLE = date(2026, 11, 16)

    def change(self, world: World, *commands: Any) -> None:
        world.clock.now = datetime.combine(self.MIDDLE, time(9), SHANGHAI)
        for command in commands:
            world.taizhang.execute(command, by=Actor.system(CITY), command_id=uuid4())

    def test_a_renamed_and_recoded_agency_stays_one_stratum(self, world: World) -> None:
        """首都机场街道 moved from 110105400 to 110105020."""
        fill(world, 3, 2)
        check = Check(world)
        self.change(
            world,
            RenameAgency(code=SIBLING, name="首都机场街道", effective_on=self.MIDDLE),
            RecodeAgency(code=SIBLING, new_code="110105020", effective_on=self.MIDDLE),
        )
        member = Actor(staff_id="sibling", agency_code="110105020")
        command = RecordContact(
            job_seeker_id=world.job_seeker(250, "clerk"), means="phone", note="问"
        )
        world.taizhang.execute(command, by=world.actor("clerk"), command_id=uuid4())
        check.drawn()
        strata = {one.agency_code: (one.name, one.population) for one in check.view.strata}
        assert strata["110105020"] == ("首都机场街道", 2)
        assert SIBLING not in strata
        assert check.verify().is_proven
        check.office.examine(check.id, by=SYSTEM)
        world.taizhang.projections.catch_up()
        seen = world.taizhang.queries().spot_checks.items(check.id, by=member)
        assert len(seen) == 2

    def test_what_a_closed_agency_kept_counts_with_its_successor(self, world: World) -> None:
        """永顺地区 was removed and 永顺镇 founded in its place."""
        fill(world, 3, 2)
        check = Check(world)
        founded = FoundAgency(
            code="110105120", name="永顺镇", level="subdistrict", parent_code=DISTRICT,
            effective_on=self.MIDDLE,
        )  # fmt: skip
        closed = CloseAgency(code=SIBLING, successor_code="110105120", effective_on=self.MIDDLE)
        self.change(world, founded, closed)
        check.drawn()
        strata = {one.agency_code: one.population for one in check.view.strata}
        assert strata == {SUBDISTRICT: 3, "110105120": 2}
        assert check.verify().is_proven

    def test_what_nobody_answers_for_any_more_is_counted_and_left_out(self, world: World) -> None:
        fill(world, 3, 2)
        check = Check(world)
        closed = CloseAgency(code=SIBLING, successor_code=None, effective_on=self.MIDDLE)
        self.change(world, closed)
        check.drawn()
        assert [one.agency_code for one in check.view.strata] == [SUBDISTRICT]
        assert check.view.left_out == 2
        assert check.verify().is_proven
