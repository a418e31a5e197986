"""What is due, and when: each agency and period once and in order, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from taizhang import (
    InvalidInput,
    NotFound,
    Settings,
)
from taizhang.application.jobs import Job, Rhythm, RunReport, Task
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.infrastructure.jobs.office import JobOffice

from .conftest import (
    CITY,
    DAY,
    DISTRICT,
    NOTICES,
    SUBDISTRICT,
    at,
    break_notices,
    due,
    notices,
    standing,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


class TestWhatIsDue:
    def test_nothing_while_the_first_day_lasts(self, world: World) -> None:
        assert due(world) == RunReport()
        assert standing(world, NOTICES).next_period == "2026-11-02"
        assert standing(world, NOTICES).next_due_at == at(date(2026, 11, 3), 0)

    @pytest.mark.rule("56.2a")
    def test_every_superior_issues_the_notice_of_each_day_that_is_over_once(
        self, world: World
    ) -> None:
        world.clock.forward(days=1)
        assert due(world).failed == 0
        # The city, both districts, and the subdistrict with a station below it.
        assert notices(world) == [
            (code, "2026-11-02") for code in (CITY, DISTRICT, SUBDISTRICT, "110108")
        ]
        events = world.count("stored_events")
        assert due(world) == RunReport()
        assert world.count("stored_events") == events

    def test_not_for_years_in_which_there_was_no_service(self, world: World) -> None:
        """The agencies are founded in 2018, but entered only on the first day."""
        world.clock.forward(days=1)
        due(world)
        assert {period for _, period in notices(world)} == {"2026-11-02"}

    def test_days_missed_over_a_months_end_are_caught_up_on_in_order(self, world: World) -> None:
        world.taizhang.jobs.begin(NOTICES, date(2026, 11, 28))
        world.clock.now = at(date(2026, 11, 29))
        due(world)
        world.clock.now = at(date(2026, 12, 3))
        due(world)
        assert [day for code, day in notices(world) if code == DISTRICT] == [
            "2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02",
        ]  # fmt: skip

    def test_the_month_comes_after_its_last_day_and_before_the_next(self, world: World) -> None:
        done: list[str] = []

        class Daily(Job):
            name = "daily"
            title_zh = "每日"
            rhythm = Rhythm.DAILY

            def agencies(self, directory: Directory) -> list[Agency]:
                return [agency for agency in directory.every_agency() if agency.parent is None]

            def carry_out(self, task: Task) -> str:
                done.append(task.period.name)
                return "done"

        class Monthly(Daily):
            name = "monthly"
            rhythm = Rhythm.MONTHLY

        taizhang = world.taizhang
        office = JobOffice(
            taizhang._database, taizhang.service, taizhang.projections, (Daily(), Monthly()),
            world.clock, Settings(jobs_begin_on=date(2026, 11, 28)),
        )  # fmt: skip
        world.clock.now = at(date(2026, 11, 29))
        office.run_due()
        world.clock.now = at(date(2026, 12, 3))
        assert office.run_due().done == 5
        assert done == [
            "2026-11-28", "2026-11-29", "2026-11-30", "2026-11", "2026-12-01", "2026-12-02",
        ]  # fmt: skip

    def test_an_earlier_moment_has_less_that_is_due_and_a_later_one_is_refused(
        self, world: World
    ) -> None:
        world.clock.forward(days=3)
        due(world, as_of=at(DAY + timedelta(days=2), 0))
        assert {day for _, day in notices(world)} == {"2026-11-02", "2026-11-03"}
        with pytest.raises(InvalidInput, match="is to come yet"):
            due(world, as_of=world.clock.now + timedelta(minutes=1))

    def test_the_day_is_over_at_midnight_in_shanghai(self, world: World) -> None:
        """Here the clock speaks UTC, as a server may: 16:00 there is midnight in Shanghai."""
        world.clock.now = datetime(2026, 11, 2, 15, 59, tzinfo=UTC)
        assert due(world) == RunReport()
        world.clock.now = datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
        due(world)
        assert {day for _, day in notices(world)} == {"2026-11-02"}

    def test_a_job_begins_on_the_day_that_is_chosen(self, world: World) -> None:
        world.taizhang.jobs.begin(NOTICES, date(2026, 11, 5))
        world.clock.forward(days=5)
        due(world)
        assert {day for _, day in notices(world)} == {"2026-11-05", "2026-11-06"}
        assert standing(world, NOTICES).begins_on == date(2026, 11, 5)

    def test_a_setting_chooses_it_for_all_jobs(self, world: World) -> None:
        world.clock.forward(days=5)
        with world.reopen(jobs_begin_on=date(2026, 11, 6)) as second:
            second.jobs.run_due()
        assert {day for _, day in notices(world)} == {"2026-11-06"}
        rows = world.sql("SELECT DISTINCT period_first FROM job_runs")
        assert rows == [(date(2026, 11, 6),)]

    def test_a_job_that_is_off_is_left_out_and_catches_up_once_it_is_on(self, world: World) -> None:
        world.taizhang.jobs.switch(NOTICES, on=False)
        world.clock.forward(days=2)
        due(world)
        assert notices(world) == []
        status = standing(world, NOTICES)
        assert (status.enabled, status.is_well, status.late) == (False, True, 4)
        world.taizhang.jobs.switch(NOTICES, on=True)
        due(world)
        assert {day for _, day in notices(world)} == {"2026-11-02", "2026-11-03"}

    def test_of_a_job_that_there_is_not_it_says_so(self, world: World) -> None:
        for ask in (world.taizhang.jobs.is_on, lambda name: due(world, job=name)):
            with pytest.raises(NotFound, match="no job is called 'x'; there are: projections, "):
                ask("x")


class TestAClockSetBack:
    def test_what_was_done_stays_done_and_nothing_is_done_again(self, world: World) -> None:
        world.clock.forward(days=2)
        due(world)
        before = notices(world)
        world.clock.forward(days=-2)
        assert due(world) == RunReport()
        world.clock.forward(days=2)
        assert due(world) == RunReport()
        assert notices(world) == before

    def test_a_failure_need_not_wait_until_the_clock_comes_round_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.clock.forward(days=3)
        with monkeypatch.context() as broken:
            break_notices(broken, lambda code: code == DISTRICT)
            assert due(world).failed == 1
        world.clock.forward(days=-1)
        assert due(world).put_off == 0
        assert (DISTRICT, "2026-11-02") in notices(world)
