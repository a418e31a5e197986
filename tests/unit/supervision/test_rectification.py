"""A problem from its finding to its clearing, and the steps that open when notices have no effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.aggregate import Aggregate
from taizhang.domain.errors import InvalidInput, NotFound, TaizhangError
from taizhang.domain.events import Event
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.supervision.rectification import course, escalation
from taizhang.domain.supervision.rectification.events import Source, rectification_stream
from taizhang.domain.supervision.rectification.state import Stage
from tests.unit.supervision.conftest import Problem as Told

if TYPE_CHECKING:
    from tests.unit.supervision.conftest import Problem

BY = date(2027, 6, 30)


def test_the_same_problem_is_the_same_stream_and_another_is_not() -> None:
    agency, record = UUID(int=1), UUID(int=2)
    same = rectification_stream(agency, "27.1", record)
    assert same == rectification_stream(agency, "27.1", record)
    others = {
        rectification_stream(agency, "27.1", None),
        rectification_stream(agency, "27.3", record),
        rectification_stream(UUID(int=3), "27.1", record),
    }
    assert len(others | {same}) == 4


@pytest.mark.rule("58.2a")
class TestCourse:
    def test_found_notified_answered_put_right_checked(self, problem: Problem) -> None:
        (
            problem.when(lambda state, _: course.find(state, problem.finding()))
            .then("found")
            .when(lambda state, _: course.notify(state, "n1"))
            .then("notified")
            .when(
                lambda state, occasion: course.answer(state, occasion, "人手不足", "补做回访", None)
            )
            .then("answered")
            .when(lambda state, _: course.put_right(state, "已补回访", "台账第12条"))
            .then("put_right")
            .when(lambda state, _: course.check(state, True, None))
            .then("checked")
        )
        assert problem.state.stage is Stage.CLEARED

    def test_one_finding_is_taken_in_once_and_another_is_the_same_problem(
        self, problem: Problem
    ) -> None:
        finding = problem.finding(Source.SPOT_CHECK, "check-1")
        problem.given(*course.find(problem.state, finding))
        problem.when(lambda state, _: course.find(state, finding)).then()
        other = problem.finding(Source.SPOT_CHECK, "check-2")
        problem.when(lambda state, _: course.find(state, other)).then("found_again")
        assert problem.state.round == 1

    def test_what_is_put_right_before_a_notice_is_not_notified(self, problem: Problem) -> None:
        problem.given_found().given_put_right()
        problem.when(lambda state, _: course.notify(state, "n1")).then_broken("58.2a", "put right")

    def test_nobody_is_reminded_of_what_is_cleared(self, problem: Problem) -> None:
        problem.given_notified().given_put_right().given(*course.check(problem.state, True, None))
        problem.when(lambda state, _: course.notify(state, "n2")).then_broken("58.2a", "cleared")

    def test_one_notice_counts_once(self, problem: Problem) -> None:
        problem.given_found().given(*course.notify(problem.state, "n1"))
        problem.when(lambda state, _: course.notify(state, "n1")).then()
        assert problem.state.times == 1

    def test_not_accepted_it_stands_as_before_and_the_no_has_a_reason(
        self, problem: Problem
    ) -> None:
        problem.given_notified().given_put_right()
        problem.when(lambda state, _: course.check(state, False, " ")).then_refused(
            InvalidInput, "reason"
        )
        problem.when(lambda state, _: course.check(state, False, "仍缺回访记录")).then("checked")
        assert problem.state.stage is Stage.NOTIFIED
        problem.when(lambda state, _: course.notify(state, "n2")).then("notified")
        assert problem.state.times == 2

    def test_put_right_and_found_once_more_it_was_not_put_right(self, problem: Problem) -> None:
        problem.given_notified().given_put_right()
        again = problem.finding(Source.SPOT_CHECK, "check-9")
        problem.when(lambda state, _: course.find(state, again)).then("found_again", "checked")
        assert problem.state.stage is Stage.NOTIFIED

    def test_a_duty_still_missed_shows_that_it_was_not_put_right(self, problem: Problem) -> None:
        missed = problem.finding(Source.MISSED_DUTY, "visit@12")
        problem.given(*course.find(problem.state, missed)).given_put_right()
        problem.when(lambda state, _: course.find(state, missed)).then("found_again", "checked")
        problem.when(lambda state, _: course.find(state, missed)).then()

    def test_cleared_and_found_anew_it_begins_a_new_round(self, problem: Problem) -> None:
        problem.given_notified(2).given_put_right().given(*course.check(problem.state, True, None))
        same = problem.finding()
        problem.when(lambda state, _: course.find(state, same)).then()
        new = problem.finding(evidence="又有一次未回访")
        problem.when(lambda state, _: course.find(state, new)).then("found")
        assert (problem.state.round, problem.state.times) == (2, 0)

    def test_a_finding_that_was_none_is_withdrawn_with_its_reason(self, problem: Problem) -> None:
        problem.given_notified().when(lambda state, _: course.withdraw(state, "")).then_refused(
            InvalidInput
        )
        problem.when(lambda state, _: course.withdraw(state, "经复核不成立")).then("withdrawn")
        problem.when(lambda state, _: course.notify(state, "n2")).then_broken("58.2a")
        problem.when(lambda state, _: course.withdraw(state, "再次")).then_broken("58.2a")

    def test_nothing_out_of_turn(self, problem: Problem) -> None:
        problem.when(lambda state, _: course.notify(state, "n1")).then_refused(NotFound)
        problem.given_found()
        problem.when(
            lambda state, occasion: course.answer(state, occasion, "原因", "措施", None)
        ).then_broken("58.2a", "no notice to answer")
        problem.when(lambda state, _: course.check(state, True, None)).then_broken("58.2a")
        problem.given_put_right()
        problem.when(lambda state, _: course.put_right(state, "又", "又")).then_broken("58.2a")

    @pytest.mark.rule("51.2")
    @pytest.mark.parametrize("number", ["13912345678", "11010519900101001X"])
    def test_persons_are_named_by_their_ledger_alone(self, problem: Problem, number: str) -> None:
        finding = problem.finding(evidence=f"未回访{number}本人")
        problem.when(lambda state, _: course.find(state, finding)).then_refused(
            InvalidInput, "number of the ledger"
        )
        assert number not in course.masked(finding.evidence)


def interview(problem: Problem, day: date = BY) -> Problem:
    return problem.when(
        lambda state, occasion: escalation.hold_interview(
            state, occasion, "head", ("supervisor",), "限期整改", day
        )
    )


@pytest.mark.rule("58.2b")
class TestInterview:
    @pytest.mark.parametrize("times", [0, 1, 2])
    def test_not_before_the_third_notice(self, problem: Problem, times: int) -> None:
        problem.given_found().given_notified(times)
        interview(problem).then_broken("58.2b", "3 are needed")

    def test_it_opens_at_the_third_notice_and_is_never_taken_by_itself(
        self, problem: Problem
    ) -> None:
        problem.given_notified(3)
        step, _ = escalation.available_steps(problem.state, problem.day, EDITION_2018)
        assert step.is_open
        assert step.rule == "58.2b"
        assert "已通报3次（3次（含）以上可约谈）" in step.evidence
        assert problem.state.interview is None
        interview(problem).then("interview_held")
        step, _ = escalation.available_steps(problem.state, problem.day, EDITION_2018)
        assert not step.is_open

    def test_not_for_what_is_put_right(self, problem: Problem) -> None:
        problem.given_notified(3).given_put_right()
        interview(problem).then_broken("58.2b", "not put right")

    def test_declined_it_opens_again_with_the_next_notice(self, problem: Problem) -> None:
        problem.given_notified(3).when(
            lambda state, occasion: escalation.decline_interview(state, occasion, " ")
        ).then_refused(InvalidInput)
        problem.when(
            lambda state, occasion: escalation.decline_interview(state, occasion, "整改中")
        ).then("interview_declined")
        interview(problem).then_broken("58.2b", "decided on an interview")
        problem.given_notified()
        interview(problem).then("interview_held")

    def test_it_asks_for_a_day_to_come_and_somebody_else(self, problem: Problem) -> None:
        problem.given_notified(3)
        interview(problem, problem.day - timedelta(days=1)).then_refused(InvalidInput, "before")
        problem.when(
            lambda state, occasion: escalation.hold_interview(
                state, occasion, "head", ("head",), "x", BY
            )
        ).then_refused(InvalidInput, "by himself")


@pytest.mark.rule("58.2c")
class TestReferral:
    @staticmethod
    def refer(problem: Problem) -> Problem:
        return problem.when(
            lambda state, occasion: escalation.refer(state, occasion, "区纪委监委", "造成群体投诉")
        )

    def test_only_after_an_interview_whose_time_is_over(self, problem: Problem) -> None:
        problem.given_notified(3)
        self.refer(problem).then_broken("58.2c", "no interview was held")
        interview(problem, problem.day + timedelta(days=10)).then("interview_held")
        self.refer(problem).then_broken("58.2c", "is not over")
        self.refer(problem.later(11)).then("referred")
        self.refer(problem).then_broken("58.2c", "referred already")

    def test_not_once_it_is_put_right(self, problem: Problem) -> None:
        problem.given_notified(3)
        interview(problem, problem.day).then("interview_held")
        problem.later(1).given_put_right()
        self.refer(problem).then_broken("58.2c", "not put right")

    def test_it_names_the_grave_consequences(self, problem: Problem) -> None:
        problem.given_notified(3)
        interview(problem, problem.day).then("interview_held")
        problem.later(1).when(
            lambda state, occasion: escalation.refer(state, occasion, "区纪委监委", "")
        ).then_refused(InvalidInput, "consequences")


def take(told: Told, act: str, number: int) -> Sequence[Event]:
    """Return what follows from one act."""
    state = told.state
    match act:
        case "find":
            return course.find(state, told.finding())
        case "find_new":
            return course.find(state, told.finding(evidence=f"情形{number}"))
        case "notify":
            return course.notify(state, f"letter-{number}")
        case "put_right":
            return course.put_right(state, "已办", "记录")
        case "withdraw":
            return course.withdraw(state, "不成立")
        case _:
            return course.check(state, act == "accept", "未办")


ACTS = st.lists(
    st.sampled_from(["find", "find_new", "notify", "put_right", "accept", "reject", "withdraw"]),
    max_size=25,
)


@pytest.mark.rule("58.2a", "58.2b")
@settings(max_examples=150, deadline=None)
@given(acts=ACTS)
def test_whatever_happens_what_is_put_right_is_never_notified_and_times_count_the_notices(
    acts: list[str],
) -> None:
    told = Told()
    for number, act in enumerate(acts):
        stage, before = told.state.stage, told.state.times
        try:
            events = take(told, act, number)
        except TaizhangError:
            continue
        told.given(*events)
        if act == "notify":
            assert stage in (Stage.FOUND, Stage.NOTIFIED)
            assert told.state.times == before + 1
        assert told.state.times == len(told.state.notices)
        if escalation.is_interview_open(told.state, EDITION_2018):
            assert told.state.times >= 3
            assert told.state.stage is Stage.NOTIFIED
    replayed = type(told.state).replay(told.history)
    assert isinstance(replayed, Aggregate)
    assert repr(replayed) == repr(told.state)
