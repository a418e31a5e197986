"""What fails stops nobody else, is tried again, and is told; read models that set events aside, too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    NotFound,
)
from taizhang.application.jobs import NotYet, Rhythm

from .conftest import (
    CITY,
    DISTRICT,
    NOTICES,
    SUBDISTRICT,
    break_notices,
    due,
    notices,
    standing,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


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
