"""Jobs: each agency and period once, whatever dies, runs twice, or fails."""

from __future__ import annotations

import csv
import json
import subprocess
import time as seconds
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from taizhang import (
    CloseAgency,
    EmployStaff,
    FoundAgency,
    InvalidInput,
    LapseRegistration,
    NotAuthorised,
    NotFound,
    PassVacancy,
    RecodeAgency,
    RenameAgency,
    Settings,
    VerifyLicence,
)
from taizhang.application.commands.reminders import RecordOverdueDuty
from taizhang.application.jobs import Job, JobStatus, NotYet, Rhythm, RunReport, Task
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.employer.papers import LicenceKind
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.domain.organisation.staff import Role
from taizhang.infrastructure.jobs.office import JobOffice
from taizhang.infrastructure.notices.office import NoticeOffice

if TYPE_CHECKING:
    from tests.integration.conftest import World

CITY, DISTRICT, SUBDISTRICT = "110000", "110105", "110105001"
DAY = date(2026, 11, 2)
NOTICES = "daily_vacancy_notice"
CHANGES = Path(__file__).parents[3] / "shared/data/reference/beijing_agency_changes.csv"


def due(world: World, **more: Any) -> RunReport:
    return world.taizhang.jobs.run_due(**more)


def standing(world: World, job: str) -> JobStatus:
    return next(one for one in world.taizhang.jobs.status() if one.name == job)


def notices(world: World) -> list[tuple[str, str]]:
    """Return agency and day of every daily notice issued, in the order of the log."""
    world.taizhang.projections.catch_up()
    rows = world.sql(
        "SELECT agency_code, period_end FROM notices WHERE kind = 'daily_vacancies' "
        "ORDER BY last_position"
    )
    return [(code, day.isoformat()) for code, day in rows]


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@pytest.fixture
def world(world: World) -> World:
    """Return the district at work, whose agencies were entered on the first day."""
    world.do(
        FoundAgency(
            code="110108001",
            name="万寿路街道",
            level=AgencyLevel.SUBDISTRICT,
            parent_code="110108",
            effective_on=date(2018, 8, 1),
        ),
        "administrator",
    )
    # Planned as soon as a month begins; `TestSpotChecks` lets it.
    world.taizhang.jobs.switch("spot_check_plan", on=False)
    return world


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


def break_notices(
    monkeypatch: pytest.MonkeyPatch, breaks: Callable[[str], bool], error: Exception | None = None
) -> None:
    """Let the notices of some agencies fail."""
    issue = NoticeOffice.issue_daily_vacancies

    def fails(office: NoticeOffice, day: date, agency_code: str, **more: Any) -> Any:
        if breaks(agency_code):
            raise error or InvalidInput("the notice cannot be made")
        return issue(office, day, agency_code, **more)

    monkeypatch.setattr(NoticeOffice, "issue_daily_vacancies", fails)


class TestAFailingAgency:
    def test_it_does_not_stop_the_others_and_its_later_days_wait(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.clock.forward(days=2)
        with monkeypatch.context() as broken:
            break_notices(broken, lambda code: code == DISTRICT)
            report = due(world)
        assert (report.failed, report.put_off) == (1, 0)
        assert report.errors == (f"{NOTICES} {DISTRICT} 2026-11-02: the notice cannot be made",)
        assert [code for code, _ in notices(world) if code != DISTRICT] == [
            *(CITY, SUBDISTRICT, "110108"), *(CITY, SUBDISTRICT, "110108"),
        ]  # fmt: skip
        status = standing(world, NOTICES)
        assert (status.failed, status.late, status.is_well) == (1, 1, False)
        (series,) = status.series
        assert (series.agency_code, series.period, series.behind) == (DISTRICT, "2026-11-02", 2)
        assert (series.state, series.attempts) == ("failed", 1)
        assert series.error == "the notice cannot be made"
        # Tried again only after a minute; then both days, in order.
        assert due(world).put_off == 1
        world.clock.forward(minutes=1)
        due(world)
        assert [one for one in notices(world) if one[0] == DISTRICT] == [
            (DISTRICT, "2026-11-02"), (DISTRICT, "2026-11-03"),
        ]  # fmt: skip
        assert standing(world, NOTICES).is_well
        assert world.sql(
            "SELECT attempts, outcome FROM job_runs WHERE job = %s AND agency_code = %s "
            "ORDER BY period_first",
            *(NOTICES, DISTRICT),
        ) == [(2, "daily_vacancies-110105-20261102"), (1, "daily_vacancies-110105-20261103")]

    def test_each_wait_is_twice_as_long_and_retry_does_not_wait(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.clock.forward(days=1)
        with monkeypatch.context() as broken:
            break_notices(broken, lambda code: code == DISTRICT)
            due(world)
            for minutes in (1, 2, 4):
                world.clock.forward(minutes=minutes)
                assert due(world).failed == 1
                assert due(world).put_off == 1
            assert world.taizhang.jobs.retry(NOTICES, DISTRICT).failed == 1
        assert world.taizhang.jobs.retry().done == 1
        assert (DISTRICT, "2026-11-02") in notices(world)

    def test_an_error_of_somebody_else_is_kept_by_its_kind_alone(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.clock.forward(days=1)
        break_notices(monkeypatch, lambda code: code == DISTRICT, KeyError("王小明 13912345678"))
        due(world)
        (series,) = standing(world, NOTICES).series
        assert series.error == "KeyError, which is not foreseen: the log says where it came from"

    def test_what_a_run_needs_may_not_be_there_yet(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It waits and looks again: no failure, and not late; the others go on."""
        world.clock.forward(days=1)
        with monkeypatch.context() as waits:
            break_notices(
                waits, lambda code: code == DISTRICT, NotYet("checks are open until then")
            )
            report = due(world)
            assert (report.failed, report.waiting, report.errors) == (0, 1, ())
            world.clock.forward(minutes=90)
            assert due(world).waiting == 1
        status = standing(world, NOTICES)
        assert (status.is_well, status.due, status.late) == (True, 1, 0)
        (series,) = status.series
        assert (series.state, series.error) == ("waiting", "checks are open until then")
        assert due(world).waiting == 1
        world.clock.forward(minutes=10)
        assert due(world).done == 1

    def test_a_run_that_is_given_up_lets_the_later_ones_go_on(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.clock.forward(days=2)
        with monkeypatch.context() as broken:
            break_notices(broken, lambda code: code == DISTRICT)
            due(world)
        assert world.taizhang.jobs.skip(NOTICES, DISTRICT, "无记录可查") == "2026-11-02"
        with pytest.raises(
            NotFound, match="no run of daily_vacancy_notice failed or waits at 110105"
        ):
            world.taizhang.jobs.skip(NOTICES, DISTRICT, "again")
        due(world)
        assert [day for code, day in notices(world) if code == DISTRICT] == ["2026-11-03"]
        assert standing(world, NOTICES).is_well


class TestAgenciesThatChange:
    def test_recoded_in_the_middle_of_the_month_it_goes_on_under_the_code_of_each_day(
        self, world: World
    ) -> None:
        world.clock.now = at(date(2026, 11, 4))
        world.do(
            RecodeAgency(code=DISTRICT, new_code="110199", effective_on=date(2026, 11, 4)),
            "administrator",
        )
        world.do(
            RenameAgency(code="110199", name="新名", effective_on=date(2026, 11, 4)),
            "administrator",
        )
        world.clock.now = at(date(2026, 11, 7))
        assert due(world).failed == 0
        mine = [one for one in notices(world) if one[0] in (DISTRICT, "110199")]
        assert mine == [
            (DISTRICT, "2026-11-02"), (DISTRICT, "2026-11-03"),
            ("110199", "2026-11-04"), ("110199", "2026-11-05"), ("110199", "2026-11-06"),
        ]  # fmt: skip
        agency = world.taizhang.directory.find("110199", world.clock.today)
        assert agency is not None
        assert world.sql("SELECT count(*) FROM job_runs WHERE agency_id = %s AND job = %s",
                         agency.stream_id, NOTICES) == [(5,)]  # fmt: skip
        rows = world.sql("SELECT notice_id, previous FROM notices WHERE agency_code = '110199'")
        assert ("daily_vacancies-110199-20261104", "daily_vacancies-110105-20261103") in rows

    def test_a_code_that_another_agency_bears_since_is_no_hindrance(self, world: World) -> None:
        """As 永顺地区 and 首都机场街道: the code moved, and the day before is under the old one."""
        world.clock.now = at(date(2026, 11, 4))
        for command in (
            RecodeAgency(code=DISTRICT, new_code="110199", effective_on=date(2026, 11, 4)),
            FoundAgency(
                code=DISTRICT, name="另一区", level=AgencyLevel.DISTRICT, parent_code=CITY,
                effective_on=date(2026, 11, 4),
            ),
        ):  # fmt: skip
            world.do(command, "administrator")
        assert due(world).failed == 0
        assert (DISTRICT, "2026-11-03") in notices(world)

    def test_recoded_with_effect_of_a_day_whose_notice_was_missed(self, world: World) -> None:
        """Entered late: the notice stands on the log as it was, where the agency bore the old code."""
        world.clock.now = at(date(2026, 11, 5))
        world.do(
            RecodeAgency(code=DISTRICT, new_code="110199", effective_on=date(2026, 11, 3)),
            "administrator",
        )
        report = due(world)
        assert report.failed == 0, report.errors
        assert [day for code, day in notices(world) if code == "110199"] == [
            "2026-11-03", "2026-11-04",
        ]  # fmt: skip

    @pytest.mark.parametrize("successor", ["110108", None])
    def test_closed_its_last_days_are_still_done_and_no_later_ones(
        self, world: World, successor: str | None
    ) -> None:
        world.clock.now = at(date(2026, 11, 4))
        world.publish(world.register(), valid_until=date(2026, 11, 4))
        for code in ("110105001001", SUBDISTRICT, "110105002", DISTRICT):
            world.do(
                CloseAgency(code=code, successor_code=successor, effective_on=date(2026, 11, 5)),
                "administrator",
            )
        world.clock.now = at(date(2026, 11, 8))
        report = due(world)
        assert report.failed == 0, report.errors
        assert [day for code, day in notices(world) if code == DISTRICT] == [
            "2026-11-02", "2026-11-03", "2026-11-04",
        ]  # fmt: skip
        assert [day for code, day in notices(world) if code == "110108"][-1] == "2026-11-07"
        lapsed = world.sql("SELECT agency_code FROM stored_events WHERE topic = 'vacancy.lapsed'")
        assert lapsed == ([(successor,)] if successor else [])


@pytest.mark.skipif(not CHANGES.exists(), reason="the reference data are not there")
def test_the_changes_of_beijings_subdistricts_leave_no_day_out(world: World) -> None:
    """All of 2017 to 2023 at once, in the middle of a month: founded, renamed, and replaced."""
    before, change_on = date(2018, 8, 1), date(2026, 11, 4)
    with CHANGES.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for district in sorted({row["code"][:6] for row in rows} - {DISTRICT}):
        found(world, district, district, AgencyLevel.DISTRICT, CITY, before)
    old = [row for row in rows if row["change"] != "added"]
    for row in old:
        found(world, row["code"], row["old_name"], AgencyLevel.SUBDISTRICT, row["code"][:6], before)
        # A station, so that each is a superior that issues a notice.
        found(world, f"{row['code']}001", "某社区", AgencyLevel.STATION, row["code"], before)
    world.clock.now = at(change_on)
    for row in rows:
        if row["change"] == "added":
            found(
                world, row["code"], row["new_name"], AgencyLevel.SUBDISTRICT, row["code"][:6], change_on
            )  # fmt: skip
    # A name may move to another code, as 卢沟桥街道; an area that was removed is taken over by whoever
    # was founded beside it.
    for row in old:
        if row["change"] == "renamed":
            world.do(
                RenameAgency(code=row["code"], name=row["new_name"], effective_on=change_on),
                "administrator",
            )
            continue
        beside = [one for one in rows if one["code"][:6] == row["code"][:6]]
        heir = next(one["code"] for one in beside if one["change"] == "added")
        for code in (f"{row['code']}001", row["code"]):
            world.do(
                CloseAgency(code=code, successor_code=heir, effective_on=change_on), "administrator"
            )
    world.clock.now = at(date(2026, 11, 7))
    report = due(world)
    assert report.failed == 0, report.errors
    issued = notices(world)
    assert len(issued) == len(set(issued))
    for row in old:
        days = [day for code, day in issued if code == row["code"]]
        last = 3 if row["change"] == "removed" else 6
        assert days == [f"2026-11-{day:02}" for day in range(2, last + 1)], row
    names = world.sql("SELECT outcome FROM job_runs WHERE job = %s AND state <> 'done'", NOTICES)
    assert names == []


def found(
    world: World, code: str, name: str, level: AgencyLevel, parent: str, effective_on: date
) -> None:
    world.do(
        FoundAgency(
            code=code, name=name, level=level, parent_code=parent, effective_on=effective_on
        ),
        "administrator",
    )


class TestLapses:
    @pytest.mark.rule("41")
    def test_vacancies_lapse_with_effect_of_the_day_after_their_last(self, world: World) -> None:
        code = world.register()
        for last in (DAY + timedelta(days=1), DAY + timedelta(days=2), DAY + timedelta(days=9)):
            world.publish(code, valid_until=last)
        world.clock.forward(days=5)
        due(world)
        assert world.sql(
            "SELECT occurred_on, staff_id, agency_code FROM stored_events "
            "WHERE topic = 'vacancy.lapsed' ORDER BY notification_id"
        ) == [
            (DAY + timedelta(days=2), "system", SUBDISTRICT),
            (DAY + timedelta(days=3), "system", SUBDISTRICT),
        ]

    @pytest.mark.rule("35")
    def test_a_registration_lapses_with_its_papers_once_and_stands_again_when_they_are_renewed(
        self, world: World
    ) -> None:
        code = world.register()
        licence = LicenceKind.BUSINESS_LICENCE
        until = DAY + timedelta(days=1)
        world.do(
            VerifyLicence(
                credit_code=code, licence=licence, valid_from=date(2020, 1, 1), valid_until=until
            )
        )
        world.clock.forward(days=6)
        due(world)
        world.taizhang.projections.catch_up()
        clerk = world.actor("clerk")
        view = world.taizhang.queries().employer(code, by=clerk)
        assert view.registration_lapsed_on == until + timedelta(days=1)
        ledger = world.taizhang.queries().employer_ledger(code, by=clerk)
        (entry,) = [
            entry
            for entry in ledger.sections["registration_and_vacancies"]
            if entry.event == "employer_ledger.registration_lapsed"
        ]
        assert (entry.what["paper"], entry.late) == ("licence", False)
        world.do(VerifyLicence(credit_code=code, licence=licence, valid_from=date(2020, 1, 1)))
        world.taizhang.projections.catch_up()
        assert world.taizhang.queries().employer(code, by=clerk).registration_lapsed_on is None
        assert world.do(LapseRegistration(credit_code=code)).events == ()

    def test_what_one_ledger_refuses_does_not_keep_the_others_back(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A read model that says more than the ledger: the run fails in part and says why."""
        world.publish(world.register(1), valid_until=DAY)
        world.publish(world.register(2), valid_until=DAY)
        world.clock.forward(days=1)
        world.taizhang.projections.catch_up()
        unknown = world.credit_code(3)
        world.sql("UPDATE employers_g1 SET credit_code = %s WHERE credit_code = %s",
                  unknown, world.credit_code(1))  # fmt: skip
        report = due(world, job="vacancy_lapse")
        assert (report.failed, len(report.errors)) == (1, 1)
        assert "1 of 2 were refused, the first because: " in report.errors[0]
        assert len(world.sql("SELECT 1 FROM stored_events WHERE topic = 'vacancy.lapsed'")) == 1


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
        world.clock.forward(minutes=10)  # looks again for what it waited for
        report = due(world)
        assert report.failed == 0, report.errors
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


class TestReadModels:
    def test_what_is_set_aside_is_a_failed_job_that_stops_no_other(self, world: World) -> None:
        world.register()
        world.taizhang.projections.catch_up()
        world.sql(
            "INSERT INTO projection_set_aside (name, generation, position, stream_id, topic, error, "
            "attempts) VALUES ('employers', 1, 1, %s, 'x', 'broken', 1)",
            uuid4(),
        )
        world.clock.forward(days=1)
        report = due(world)
        assert report.failed == 0
        assert report.errors == ("projections: employers has 1 event(s) set aside",)
        assert len(notices(world)) == 4
        status = standing(world, "projections")
        assert (status.rhythm, status.failed, status.is_well) == (Rhythm.CONTINUOUS, 1, False)
        assert status.series[0].error == "1 event(s) set aside: see `taizhang projections status`"

    def test_they_are_brought_level(self, world: World) -> None:
        world.register()
        assert standing(world, "projections").due > 0
        due(world, job="projections")
        assert standing(world, "projections").due == 0


OPENED = """
import base64, json, sys, time
from datetime import datetime, timedelta
from taizhang import Taizhang
from taizhang.infrastructure.jobs.office import JobOffice
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.infrastructure.jobs.office import JobOffice
from taizhang.infrastructure.notices.office import NoticeOffice

settings, now = json.loads(sys.argv[1]), datetime.fromisoformat(sys.argv[2])

def pause(*_, **__):
    print("in the middle", flush=True)
    time.sleep(600)
"""
RUN = """
with Taizhang.open(clock=lambda: now, **settings) as taizhang:
    sys.stdin.readline()
    print(taizhang.jobs.run_due().model_dump_json(), flush=True)
"""
DYING_BEFORE = OPENED + "NoticeOffice._keep = pause\n" + RUN
DYING_AFTER = (
    OPENED
    + """
issue = NoticeOffice.issue_daily_vacancies

def issue_and_pause(*args, **more):
    issue(*args, **more)
    pause()

NoticeOffice.issue_daily_vacancies = issue_and_pause
"""
    + RUN
)


class TestProcesses:
    @pytest.mark.parametrize("script", [DYING_BEFORE, DYING_AFTER], ids=["before", "after"])
    def test_killed_in_the_middle_of_issuing_the_notice_exists_once(
        self, world: World, spawn: Callable[..., subprocess.Popen[str]], script: str
    ) -> None:
        """Just before the notice was recorded, and just after, before the run was marked done."""
        world.clock.forward(days=1)
        process = spawn(script, json.dumps(world.settings), world.clock.now.isoformat())
        told(process, "in the middle")
        (series,) = standing(world, NOTICES).series[:1]
        assert (series.agency_code, series.state) == (CITY, "running")
        assert due(world, job=NOTICES).elsewhere == 1  # the dead one's series; the others are done
        process.kill()
        process.wait()
        deadline = seconds.monotonic() + 30
        while standing(world, NOTICES).series[0].state == "running":
            assert seconds.monotonic() < deadline
            seconds.sleep(0.05)
        assert standing(world, NOTICES).series[0].state == "interrupted"
        assert due(world).failed == 0
        assert sorted(notices(world)) == [
            (code, "2026-11-02") for code in (CITY, DISTRICT, SUBDISTRICT, "110108")
        ]
        assert world.sql(
            "SELECT state, attempts FROM job_runs WHERE job = %s AND agency_code = %s",
            NOTICES,
            CITY,
        ) == [("done", 2)]

    def test_two_at_once_do_nothing_twice(
        self, world: World, spawn: Callable[..., subprocess.Popen[str]]
    ) -> None:
        world.publish(world.register(), valid_until=DAY)
        world.clock.forward(days=3)
        arguments = (json.dumps(world.settings), world.clock.now.isoformat())
        both = [spawn(OPENED + RUN, *arguments) for _ in range(2)]
        for process in both:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in both:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            assert json.loads(out.splitlines()[-1])["failed"] == 0
        due(world)
        assert len(notices(world)) == len(set(notices(world))) == 12
        assert world.sql("SELECT max(attempts), count(*) FILTER (WHERE state <> 'done') FROM job_runs"
                         ) == [(1, 0)]  # fmt: skip
        assert len(world.sql("SELECT 1 FROM stored_events WHERE topic = 'vacancy.lapsed'")) == 1


def told(process: subprocess.Popen[str], line: str) -> None:
    """Start a process's work, and wait until it says so."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    said = process.stdout.readline().strip()
    assert said == line, process.communicate()
