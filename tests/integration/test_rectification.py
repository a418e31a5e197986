"""Problems at agencies on the real log: who does what, what falls due, what stands open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from taizhang import (
    AnswerNotice,
    CheckRectification,
    CommandResult,
    DeclineInterview,
    EmployStaff,
    HoldInterview,
    InvalidInput,
    NotAuthorised,
    NotFound,
    NotifyProblem,
    PutProblemRight,
    RecordProblem,
    ReferForAccountability,
    RuleBroken,
    SetWarningThreshold,
    WithdrawProblem,
)
from taizhang.domain.organisation.staff import Role
from taizhang.domain.supervision.rectification.events import ConcernedRecord, Source
from taizhang.domain.supervision.rectification.state import Stage
from taizhang.domain.supervision.warning import Indicator

if TYPE_CHECKING:
    from tests.integration.conftest import World

CITY, DISTRICT, SUBDISTRICT = "110000", "110105", "110105001"


def record(world: World, by: str = "supervisor", **more: Any) -> CommandResult:
    fields: dict[str, Any] = {
        "occurred_on": world.clock.today,
        "agency_code": SUBDISTRICT,
        "rule": "17",
        "record_kind": ConcernedRecord.AGENCY,
        "source": Source.MONITORING,
        "evidence": "本月多项服务未及时录入",
    }
    return world.do(RecordProblem(**{**fields, **more}), by)


def found(world: World, **more: Any) -> UUID:
    return record(world, **more).stream_id


def notify(world: World, problem: UUID, times: int = 1) -> None:
    for n in range(times):
        letter = f"督〔2026〕{world.clock.today:%m%d}-{n}号"
        world.do(NotifyProblem(rectification_id=problem, letter=letter), "supervisor")


def worklist(world: World, agency: str, by: str) -> list[tuple[str, str, date]]:
    world.taizhang.projections.catch_up()
    duties = world.taizhang.queries().worklist(agency, by=world.actor(by))
    return [(one.duty, one.agency_code, one.due_on) for one in duties if one.rule == "58.2a"]


@pytest.mark.rule("58.2a")
class TestCourse:
    def test_what_is_found_is_due_to_be_notified_put_right_and_checked(self, world: World) -> None:
        problem = found(world)
        assert worklist(world, DISTRICT, "supervisor") == [
            ("problem_notice", DISTRICT, date(2026, 11, 3))
        ]
        notify(world, problem)
        due = ("rectification", SUBDISTRICT, date(2026, 11, 16))
        assert worklist(world, SUBDISTRICT, "clerk") == [due]
        assert worklist(world, DISTRICT, "supervisor") == [due], "the superior sees it, too"
        world.do(
            AnswerNotice(
                rectification_id=problem, cause="人手不足", measures="增派人员",
                done_by=date(2026, 11, 10),
            )
        )  # fmt: skip
        world.clock.forward(days=3)
        world.do(PutProblemRight(rectification_id=problem, how="已补录", evidence="台账12条"))
        assert worklist(world, SUBDISTRICT, "clerk") == []
        assert worklist(world, DISTRICT, "supervisor") == [
            ("rectification_check", DISTRICT, date(2026, 11, 12))
        ]
        world.do(
            CheckRectification(rectification_id=problem, accepted=False, reason="仍缺2条"),
            "supervisor",
        )
        assert worklist(world, SUBDISTRICT, "clerk") == [
            ("rectification", SUBDISTRICT, date(2026, 11, 19))
        ]
        world.do(PutProblemRight(rectification_id=problem, how="已补齐", evidence="台账14条"))
        world.do(CheckRectification(rectification_id=problem, accepted=True), "supervisor")
        assert worklist(world, DISTRICT, "supervisor") == []
        (row,) = world.sql("SELECT stage, times, accepted FROM rectifications")
        assert row == ("cleared", 1, True)

    def test_put_right_before_the_notice_nothing_is_due_to_be_notified(self, world: World) -> None:
        problem = found(world)
        world.do(PutProblemRight(rectification_id=problem, how="已补录", evidence="台账12条"))
        assert [duty for duty, *_ in worklist(world, DISTRICT, "supervisor")] == [
            "rectification_check"
        ]
        with pytest.raises(RuleBroken, match=r"58\.2a"):
            notify(world, problem)

    def test_the_same_finding_twice_is_recorded_once(self, world: World) -> None:
        assert record(world).events == ("rectification.found",)
        assert record(world).events == ()
        again = record(world, evidence="另有3项服务未录入")
        assert again.events == ("rectification.found_again",)
        assert again.stream_id == found(world)

    def test_who_may_do_what(self, world: World) -> None:
        problem = found(world)
        for by in ("subdistrict-supervisor", "other-supervisor", "clerk", "district-clerk"):
            with pytest.raises(NotAuthorised):
                record(world, by, evidence="x")
            with pytest.raises(NotAuthorised):
                world.do(NotifyProblem(rectification_id=problem, letter="1"), by)
        notify(world, problem)
        put_right = PutProblemRight(rectification_id=problem, how="x", evidence="x")
        for by in ("supervisor", "sibling", "station"):
            with pytest.raises(NotAuthorised):
                world.do(put_right, by)
        world.do(put_right, "subdistrict-supervisor")
        check = CheckRectification(rectification_id=problem, accepted=True)
        with pytest.raises(NotAuthorised, match=r"56\.1.*does not supervise itself"):
            world.do(check, "subdistrict-supervisor")
        world.do(check, "supervisor")

    def test_bad_data_say_what_is_wrong(self, world: World) -> None:
        with pytest.raises(InvalidInput, match="no rule has the id '99'"):
            record(world, rule="99")
        with pytest.raises(InvalidInput, match="record_id"):
            record(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS)
        with pytest.raises(InvalidInput, match="taken over by itself"):
            record(world, source=Source.SPOT_CHECK)
        with pytest.raises(InvalidInput, match="say on which day it was found"):
            record(world, occurred_on=None)
        with pytest.raises(NotFound, match="no agency"):
            record(world, agency_code="110199")
        with pytest.raises(NotFound, match="no such problem"):
            notify(world, UUID(int=9))

    def test_a_withdrawn_finding_leaves_nothing_due(self, world: World) -> None:
        problem = found(world)
        notify(world, problem)
        world.do(WithdrawProblem(rectification_id=problem, reason="经复核不成立"), "supervisor")
        assert worklist(world, DISTRICT, "supervisor") == []


@pytest.mark.rule("58.2b", "58.2c")
class TestEscalation:
    @pytest.fixture
    def often(self, world: World) -> UUID:
        """Return a problem that was notified three times, of an agency that has a head."""
        world.do(
            EmployStaff(
                staff_id="head", name="某", agency_code=SUBDISTRICT, roles=(Role.SERVICE_STAFF,),
                effective_on=world.clock.today,
            ),
            "administrator",
        )  # fmt: skip
        problem = found(world)
        notify(world, problem, 3)
        return problem

    @staticmethod
    def interview(problem: UUID, **more: Any) -> HoldInterview:
        fields: dict[str, Any] = {
            "rectification_id": problem, "head_id": "head", "held_by": ("supervisor",),
            "minutes": "限期整改", "put_right_by": date(2026, 11, 20),
        }  # fmt: skip
        return HoldInterview(**{**fields, **more})

    def test_it_opens_is_shown_and_is_held_once(self, world: World, often: UUID) -> None:
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries().supervision, world.actor("supervisor")
        (shown,) = queries.open_interviews(DISTRICT, by=by)
        assert (shown.rectification_id, shown.times) == (often, 3)
        step, referral = queries.rectification(often, by=by).steps
        assert (step.rule, step.is_open) == ("58.2b", True)
        assert step.evidence[0] == "已通报3次（3次（含）以上可约谈）"
        assert (referral.rule, referral.is_open) == ("58.2c", False)
        world.do(self.interview(often), "supervisor")
        world.taizhang.projections.catch_up()
        assert queries.open_interviews(DISTRICT, by=by) == []
        with pytest.raises(RuleBroken, match=r"58\.2b"):
            world.do(DeclineInterview(rectification_id=often, reason="x"), "supervisor")

    def test_with_the_agencys_head_by_staff_of_a_superior(self, world: World, often: UUID) -> None:
        for more, field in (
            ({"head_id": "sibling"}, "head_id"),
            ({"head_id": "nobody"}, "head_id"),
            ({"held_by": ("clerk",)}, "held_by"),
            ({"held_by": ("other-supervisor",)}, "held_by"),
        ):
            with pytest.raises(InvalidInput, match=field):
                world.do(self.interview(often, **more), "supervisor")

    def test_referral_after_an_interview_without_effect(self, world: World, often: UUID) -> None:
        refer = ReferForAccountability(
            rectification_id=often, department="区纪委监委", consequences="造成群体投诉"
        )
        with pytest.raises(RuleBroken, match=r"58\.2c.*no interview"):
            world.do(refer, "supervisor")
        world.do(self.interview(often), "supervisor")
        with pytest.raises(RuleBroken, match=r"58\.2c.*not over"):
            world.do(refer, "supervisor")
        world.clock.forward(days=30)
        world.do(refer, "supervisor")
        world.taizhang.projections.catch_up()
        course = world.taizhang.queries().supervision.rectification(
            often, by=world.actor("supervisor")
        )
        assert course.problem.department == "区纪委监委"
        assert [one.event.partition(".")[2] for one in course.course] == [
            "found", "notified", "notified", "notified", "interview_held", "referred",
        ]  # fmt: skip


@pytest.mark.rule("56.1")
class TestLooking:
    def test_the_agency_and_those_above_see_it_and_nobody_else(self, world: World) -> None:
        problem = found(world)
        world.taizhang.projections.catch_up()
        queries = world.taizhang.queries().supervision
        for agency, by in (
            (SUBDISTRICT, "clerk"),
            (DISTRICT, "supervisor"),
            (CITY, "administrator"),
        ):
            (one,) = queries.rectifications(agency, by=world.actor(by), standing=True)
            assert one.rectification_id == problem
            assert one.stage_zh == "已发现，待通报"
        assert (
            queries.rectifications(SUBDISTRICT, by=world.actor("clerk"), stage=Stage.CLEARED) == []
        )
        for by in ("sibling", "other-supervisor"):
            with pytest.raises(NotAuthorised):
                queries.rectification(problem, by=world.actor(by))
        with pytest.raises(NotFound):
            queries.rectification(UUID(int=3), by=world.actor("clerk"))

    def test_a_person_is_known_by_the_number_of_the_ledger(self, world: World) -> None:
        person = world.job_seeker()
        found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person, rule="12")
        world.taizhang.projections.catch_up()
        (one,) = world.taizhang.queries().supervision.rectifications(
            DISTRICT, by=world.actor("supervisor")
        )
        assert one.record_no is not None
        assert len(one.record_no) == 11
        assert "王小明" not in one.model_dump_json()


@pytest.mark.rule("58.1")
class TestWarnings:
    def test_every_agency_below_is_watched_and_what_is_beyond_shows(self, world: World) -> None:
        code = world.register()
        world.submit(code)  # never reviewed
        world.clock.forward(days=9)
        queries, by = world.taizhang.queries(), world.actor("supervisor")
        found = queries.supervision.warnings(DISTRICT, by=by)
        shown = {(one.agency_code, one.indicator): one for one in found}
        review = shown[SUBDISTRICT, "late_review_share"]
        assert (review.part, review.whole, review.limit) == (1, 1, 10)
        assert review.detail == "招聘信息审核逾期率100.0%（预警线10%）"
        missing = shown["110105002", "missing_roles"]
        assert "未配备职业指导人员、职业信息分析人员" in missing.detail
        everything = queries.supervision.warnings(DISTRICT, by=by, beyond=False)
        assert len(everything) > len(found)
        own = queries.supervision.warnings(SUBDISTRICT, by=world.actor("clerk"))
        assert (SUBDISTRICT, "late_review_share") in {(w.agency_code, w.indicator) for w in own}
        with pytest.raises(NotAuthorised):
            queries.supervision.warnings(DISTRICT, by=world.actor("other-supervisor"))

    def test_a_district_sets_its_own_on_top_of_the_citys(self, world: World) -> None:
        today = world.clock.today
        setting = SetWarningThreshold(
            agency_code=DISTRICT, indicator=Indicator.MISSING_ROLES, limit=3, effective_on=today
        )
        with pytest.raises(RuleBroken, match=r"58\.1: 3 is laxer than the city's 0"):
            world.do(setting, "supervisor")
        world.do(
            SetWarningThreshold(
                agency_code=CITY, indicator=Indicator.MISSING_ROLES, limit=3, effective_on=today
            ),
            "administrator",
        )
        world.do(setting, "supervisor")
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor("supervisor")
        kinds = {w.indicator for w in queries.supervision.warnings(DISTRICT, by=by)}
        assert "missing_roles" not in kinds
        with pytest.raises(InvalidInput, match="in the past"):
            world.do(
                setting.model_copy(update={"effective_on": today - timedelta(days=1)}), "supervisor"
            )
        with pytest.raises(NotAuthorised):
            world.do(setting.model_copy(update={"agency_code": "110108"}), "supervisor")

    def test_a_past_month_is_judged_by_what_was_in_force_at_its_end(self, world: World) -> None:
        world.clock.forward(days=40)
        world.do(
            SetWarningThreshold(
                agency_code=CITY, indicator=Indicator.MISSING_ROLES, limit=3,
                effective_on=world.clock.today,
            ),
            "administrator",
        )  # fmt: skip
        queries, by = world.taizhang.queries(), world.actor("supervisor")
        november = queries.supervision.warnings(DISTRICT, by=by, month=date(2026, 11, 1))
        december = queries.supervision.warnings(DISTRICT, by=by)
        assert "missing_roles" in {one.indicator for one in november}
        assert "missing_roles" not in {one.indicator for one in december}
        with pytest.raises(InvalidInput, match="in the future"):
            queries.supervision.warnings(DISTRICT, by=by, month=date(2027, 5, 1))
