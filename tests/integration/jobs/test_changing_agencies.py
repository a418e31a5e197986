"""Agencies renamed, recoded, founded and closed in the middle of a month: no day is left out."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taizhang import (
    CloseAgency,
    FoundAgency,
    RecodeAgency,
    RenameAgency,
)
from taizhang.domain.organisation.agency import AgencyLevel

from .conftest import (
    CITY,
    DISTRICT,
    NOTICES,
    SUBDISTRICT,
    at,
    due,
    notices,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World

CHANGES = Path(__file__).parents[4] / "shared/data/reference/beijing_agency_changes.csv"


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
