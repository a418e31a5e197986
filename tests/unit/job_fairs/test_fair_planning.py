"""Job fairs planned and announced before they are held (Articles 42 and 43)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.events import Event
from taizhang.domain.job_fair import planning
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.planning import (
    FairCancelled,
    FairChanged,
    FairForm,
    FairHeld,
    FairPreAnnounced,
    FairRescheduled,
    FairScope,
)
from taizhang.domain.job_fair.state import FairStage
from taizhang.domain.obligations import explain
from taizhang.domain.regulation.edition import EDITION_2018

from .conftest import CALENDAR, EMPLOYER, FIRST_DAY, OTHER, PERSON, PLANNED, TODAY, Fair


class TestPlanning:
    @pytest.mark.rule("42")
    def test_it_is_on_site_or_online_and_may_be_for_a_trade_or_a_group(self, fair: Fair) -> None:
        general = PLANNED.model_copy(update={"scope": FairScope.GENERAL, "theme": ""})
        Fair().when(lambda state, o: planning.plan(state, o, general)).then(general)
        targeted = PLANNED.model_copy(
            update={"form": FairForm.ONLINE, "scope": FairScope.TARGETED, "theme": "退役军人"}
        )
        Fair().when(lambda state, o: planning.plan(state, o, targeted)).then(targeted)
        assert FairForm.ONLINE.label_zh == "网络招聘会"
        assert FairScope.TARGETED.label_zh == "定向"
        assert fair.state.stage.label_zh == "筹备中"

    @pytest.mark.rule("42")
    @pytest.mark.parametrize("scope", [FairScope.SPECIALISED, FairScope.TARGETED])
    def test_专场_and_定向_name_their_theme(self, fair: Fair, scope: FairScope) -> None:
        plan = PLANNED.model_copy(update={"scope": scope, "theme": " "})
        fair.when(lambda state, o: planning.plan(state, o, plan)).refused("42", "theme")

    @pytest.mark.parametrize(
        ("first_day", "last_day", "reason"),
        [
            (FIRST_DAY, FIRST_DAY - timedelta(days=1), "ends before it begins"),
            (TODAY - timedelta(days=1), FIRST_DAY, "is over"),
            (FIRST_DAY, FIRST_DAY + timedelta(days=400), "a year at the longest"),
        ],
    )
    def test_days_that_make_no_sense(
        self, fair: Fair, first_day: date, last_day: date, reason: str
    ) -> None:
        plan = PLANNED.model_copy(update={"first_day": first_day, "last_day": last_day})
        fair.when(lambda state, o: planning.plan(state, o, plan)).invalid(reason)

    def test_one_id_is_one_fair(self, fair: Fair) -> None:
        fair.given_planned().when(lambda s, o: planning.plan(s, o, PLANNED)).invalid("this id")
        Fair().when(lambda s, o: planning.pre_announce(s, o)).invalid("no such job fair")

    @pytest.mark.rule("42")
    def test_what_it_is_about_may_change_while_it_is_planned(self, fair: Fair) -> None:
        changed = FairChanged(
            title="技工专场招聘会",
            scope=FairScope.SPECIALISED,
            theme="技工",
            place="二层",
            reason="扩大",
        )
        fair.given_planned().when(lambda s, _: planning.change(s, changed)).then(changed)
        fair.given(FairCancelled(reason="天气")).when(lambda s, _: planning.change(s, changed))
        fair.refused("42", "cancelled")

    @pytest.mark.rule("43.1", "43.4")
    def test_it_is_held_on_its_last_day_with_somebody_there(self, fair: Fair) -> None:
        def hold(*absent: UUID) -> Callable[[JobFair, Occasion], Sequence[Event]]:
            return lambda state, o: planning.hold(state, o, 120, absent)

        fair.given_planned().when(hold()).invalid("lasts until 2026-11-12")
        fair.on(FIRST_DAY).when(hold()).refused("43.1", "no employer")
        fair.given_admitted(EMPLOYER, OTHER)
        fair.when(hold(PERSON)).invalid("was admitted")
        fair.when(hold(EMPLOYER, OTHER)).refused("43.1", "no employer")
        fair.when(hold(OTHER)).then(
            FairHeld(last_day=FIRST_DAY, visitors=120, absent=(OTHER,), was_announced=False)
        )
        assert list(fair.state.stands) == [EMPLOYER]
        fair.when(hold()).refused("43.4", "held")
        fair.when(lambda s, _: planning.cancel(s, "天气")).refused("43.2", "held")


class TestPreAnnouncement:
    @pytest.mark.rule("43.2")
    def test_it_is_due_on_the_third_working_day_before(self, fair: Fair) -> None:
        duty = fair.given_planned().duty("fair_announcement")
        assert (duty.due_on, duty.rule, duty.agency_code) == (date(2026, 11, 9), "43.2", "110105")

    @pytest.mark.rule("43.2")
    def test_working_days_are_counted_back_over_a_holiday(self, fair: Fair) -> None:
        # 2025-10-01 to 08 is a holiday, 09-28 a Sunday at work: before Friday the 10th come 9th, 30th, 29th.
        fair.on(date(2025, 9, 1)).given_planned(
            first_day=date(2025, 10, 10), last_day=date(2025, 10, 10)
        )
        assert fair.duty("fair_announcement").due_on == date(2025, 9, 29)

    @pytest.mark.rule("43.2")
    @pytest.mark.parametrize(
        ("day", "outcome"),
        [(date(2026, 11, 3), "met"), (date(2026, 11, 9), "met"), (date(2026, 11, 10), "late"),
         (FIRST_DAY, "late")],
    )  # fmt: skip
    def test_earlier_meets_it_and_later_does_not(self, fair: Fair, day: date, outcome: str) -> None:
        fair.given_planned().on(day).when(planning.pre_announce)
        fair.then(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        assert fair.duty("fair_announcement").outcome == outcome
        fair.when(planning.pre_announce).then()

    @pytest.mark.rule("43.2")
    def test_the_entry_is_the_announcement_and_cannot_be_dated_back(self, fair: Fair) -> None:
        fair.given_planned().on(date(2026, 11, 6)).entered(date(2026, 11, 11))
        fair.when(planning.pre_announce).invalid("leave the day out")
        fair.on(FIRST_DAY + timedelta(days=1)).when(planning.pre_announce).refused("43.2", "ended")

    @pytest.mark.rule("43.2")
    def test_rescheduling_moves_the_date(self, fair: Fair) -> None:
        later = FIRST_DAY + timedelta(days=7)
        fair.given_planned().on(date(2026, 11, 5))
        fair.when(lambda s, o: planning.reschedule(s, o, FIRST_DAY, FIRST_DAY, "x")).invalid(
            "already"
        )
        fair.when(lambda s, o: planning.reschedule(s, o, later, later, "场地检修")).then(
            FairRescheduled(first_day=later, last_day=later, reason="场地检修", was_announced=False)
        )
        first, second = (row for row in fair.duties() if row.duty == "fair_announcement")
        assert (first.outcome, second.outcome) == ("redated", "open")
        assert second.due_on == date(2026, 11, 16)

    @pytest.mark.rule("43.2")
    def test_one_that_was_announced_is_announced_anew_by_its_new_days(self, fair: Fair) -> None:
        later = FIRST_DAY + timedelta(days=7)
        fair.given_planned().given(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        fair.on(date(2026, 11, 10))
        fair.when(lambda s, o: planning.reschedule(s, o, later, later, "场地检修")).then(
            FairRescheduled(first_day=later, last_day=later, reason="场地检修", was_announced=True)
        )
        assert not fair.state.announced
        first, second = (row for row in fair.duties() if row.duty == "fair_announcement")
        assert (first.outcome, second.outcome) == ("met", "open")
        assert (second.due_on, second.trigger) == (date(2026, 11, 16), "job_fair.rescheduled")

    @pytest.mark.rule("43.2")
    def test_cancelled_it_is_owed_no_more(self, fair: Fair) -> None:
        fair.given_planned().when(lambda s, _: planning.cancel(s, "极端天气"))
        fair.then(FairCancelled(reason="极端天气"))
        assert fair.state.stage is FairStage.CANCELLED
        assert fair.duty("fair_announcement").outcome == "cancelled"

    @pytest.mark.rule("43.2")
    def test_one_that_never_came_ends_too_late_when_the_fair_is_held(self, fair: Fair) -> None:
        fair.given_planned().given_admitted().on(FIRST_DAY)
        fair.given(FairHeld(last_day=FIRST_DAY, visitors=1, absent=(), was_announced=False))
        assert fair.duty("fair_announcement").outcome == "late"

    @pytest.mark.rule("43.2")
    def test_the_duty_explains_itself(self, fair: Fair) -> None:
        duty = fair.given_planned().duty("fair_announcement")
        text = explain(duty, EDITION_2018, CALENDAR).text_zh  # type: ignore[arg-type]
        assert "第四十三条（二）" in text
        assert "前3个工作日" in text
        assert "应于2026年11月9日前" in text
