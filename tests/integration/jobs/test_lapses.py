"""Vacancies and registrations lapse on their day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from taizhang import (
    LapseRegistration,
    VerifyLicence,
)
from taizhang.domain.employer.papers import LicenceKind

from .conftest import (
    DAY,
    SUBDISTRICT,
    due,
)

if TYPE_CHECKING:
    from tests.integration.conftest import World


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
