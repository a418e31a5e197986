"""Spot-checks planned, drawn and closed by themselves, and the monthly notice that waits for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from taizhang import (
    EmployStaff,
)
from taizhang.application.jobs import RunReport
from taizhang.domain.organisation.staff import Role

from .conftest import (
    CITY,
    DISTRICT,
    NOTICES,
    SUBDISTRICT,
    at,
    due,
    standing,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


@pytest.mark.rule("56.2b")
class TestSpotChecks:
    def standing(self, world: World) -> list[Any]:
        world.taizhang.projections.catch_up()
        return world.sql(
            "SELECT agency_code, kind, month, status FROM spot_checks ORDER BY agency_code, kind"
        )

    def test_they_are_planned_as_the_month_begins_drawn_when_it_is_over_and_closed_in_time(
        self, world: World
    ) -> None:
        world.register()
        world.taizhang.jobs.switch("spot_check_plan", on=True)
        for other in ("vacancy_lapse", "registration_lapse", "duty_overdue", NOTICES):
            world.taizhang.jobs.switch(other, on=False)
        report = due(world)
        assert report.failed == 0, report.errors
        planned = self.standing(world)
        # Both districts, and the subdistrict that has a supervisor; the city has none.
        assert {code for code, *_ in planned} == {DISTRICT, SUBDISTRICT, "110108"}
        assert {tuple(row[2:]) for row in planned} == {(date(2026, 11, 1), "planned")}
        assert due(world) == RunReport()
        world.clock.now = at(date(2026, 12, 1), 1)
        report = due(world)
        assert report.failed == 0, report.errors
        statuses = {(month, status) for _, _, month, status in self.standing(world)}
        assert statuses == {(date(2026, 11, 1), "drawn"), (date(2026, 12, 1), "planned")}
        (until,) = {
            row[0] for row in world.sql("SELECT answer_by FROM spot_checks WHERE status = 'drawn'")
        }
        world.clock.now = at(until)
        due(world)
        assert {status for *_, status in self.standing(world)} == {"drawn", "planned"}
        # The city has no checks to wait for: its notice is issued, the others wait for theirs.
        assert self.monthly(world) == [CITY]
        waiting = standing(world, "monthly_ledger_notice")
        assert {one.state for one in waiting.series} == {"waiting"}
        assert waiting.is_well
        world.clock.forward(days=1)
        report = due(world)
        assert report.failed == 0, report.errors
        statuses = {(month, status) for _, _, month, status in self.standing(world)}
        assert statuses == {(date(2026, 11, 1), "closed"), (date(2026, 12, 1), "planned")}
        # In the same pass, once they were closed.
        world.taizhang.projections.catch_up()
        assert self.monthly(world) == [CITY, DISTRICT, SUBDISTRICT, "110108"]

    def monthly(self, world: World) -> list[str]:
        rows = world.sql(
            "SELECT agency_code FROM notices WHERE kind = 'monthly_ledgers' ORDER BY agency_code"
        )
        return [code for (code,) in rows]

    def test_nothing_is_planned_for_a_time_without_a_supervisor(self, world: World) -> None:
        world.taizhang.jobs.switch("spot_check_plan", on=True)
        world.do(
            EmployStaff(
                staff_id="city-supervisor", name="某", agency_code=CITY, roles=(Role.SUPERVISOR,),
                effective_on=date(2026, 12, 3),
            ),
            "administrator",
        )  # fmt: skip
        world.clock.now = at(date(2026, 12, 4))
        due(world, job="spot_check_plan")
        months = world.sql(
            "SELECT DISTINCT agency_code, period_first FROM job_runs WHERE job = 'spot_check_plan' "
            "AND agency_code IN (%s, %s) ORDER BY 1, 2", CITY, DISTRICT,
        )  # fmt: skip
        assert months == [
            (CITY, date(2026, 12, 1)), (DISTRICT, date(2026, 11, 1)), (DISTRICT, date(2026, 12, 1)),
        ]  # fmt: skip
