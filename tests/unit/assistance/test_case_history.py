"""The replayed history of a person: what each event changed, raised and met, from any moment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import TypeAdapter

from taizhang.application.commands.assistance import MakeVisit
from taizhang.application.commands.assisted_work import ReferAssisted
from taizhang.domain.assistance.case import AssistanceCase
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.history.build import MASK, Standard, build_history, differences
from taizhang.projections.history.model import History, Moment
from taizhang.projections.history.render_html import render_html
from taizhang.projections.history.render_text import difference_lines, history_lines

from .conftest import CALENDAR, CREDIT_CODE, HERE, Desk
from .test_assistance_properties import happened, histories

pytestmark = pytest.mark.rule("5.b", "9.1")


def record_of(desk: Desk, moment: Moment | None = None, *, today: date | None = None) -> History:
    mine = {desk.person_id, *(e.stream_id for e in desk.store.log if is_of_case(e.event))}
    return build_history(
        "7K2M4-PX09D",
        [event for event in desk.store.log if event.stream_id in mine],
        moment or Moment(),
        directory=desk.service.refresh_directory(),
        commands={},
        standard=Standard(CALENDAR, (EDITION_2018,)),
        today=today or desk.day,
    )


def is_of_case(event: Any) -> bool:
    return bool(event.event_name.startswith("assistance_case."))


def dumped(kind: Any, desk: Desk, stream_id: Any, position: int) -> dict[str, Any]:
    state = kind.replay(desk.store.history(stream_id, up_to=position))
    held: dict[str, Any] = TypeAdapter(kind).dump_python(state, mode="json")
    del held["version"]
    return held


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories)
def test_the_state_after_every_event_is_that_of_a_replay_up_to_it(parts: Any) -> None:
    desk = happened(parts)
    history = record_of(desk)
    kinds = {"job_seeker_ledger": JobSeekerLedger, "assistance_case": AssistanceCase}
    for event in history.events[:: max(1, len(history.events) // 8)]:
        states = history.states_at(event.position)
        for part in history.parts:
            expected = dumped(kinds[part.kind], desk, part.stream_id, event.position)
            assert states[part.stream_id] == expected


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories)
def test_a_view_of_the_past_is_what_was_seen_then(parts: Any) -> None:
    desk = happened(parts)
    position = desk.store.log[len(desk.store.log) * 2 // 3].position
    then = record_of(desk, Moment(position=position))
    log, desk.store.log = desk.store.log, desk.store.log[:position]
    seen = record_of(desk, Moment(position=position))
    desk.store.log = log
    assert then == seen


def referred() -> Desk:
    desk = Desk().assisted().planned()
    vacancy = desk.vacancy()
    return desk.done(
        desk.of(
            ReferAssisted, referral_id=uuid4(), credit_code=CREDIT_CODE, vacancy_id=vacancy,
            reasons=("会电工",), consented=True,
        )
    )  # fmt: skip


def test_an_event_tells_who_when_what_it_changed_and_which_duty_it_raised() -> None:
    desk = referred()
    event = next(e for e in record_of(desk).events if e.event == "assistance_case.referred")
    assert (event.staff_id, event.agency_code, event.occurred_on) == (
        f"specialist-{HERE}", HERE, desk.day,
    )  # fmt: skip
    assert event.title_zh == "匹配推荐" and "27.3" in event.rules
    assert [change.path[0] for change in event.changes] == ["items"]
    (duty,) = event.raised
    assert (duty.duty, duty.rule, duty.outcome) == ("visit_after_referral", "27.3", "open")


@pytest.mark.rule("51.2")
def test_personal_fields_are_masked() -> None:
    history = record_of(Desk().registered())
    opened = history.events[0]
    assert opened.what["document_number"] == MASK and "document_number" in opened.hidden
    for rendering in (history.model_dump_json(), render_html(history), *history_lines(history)):
        assert "11010519900101007X" not in rendering


@pytest.mark.rule("27.3")
def test_a_duty_is_missed_only_once_its_day_is_over_and_told_with_the_event_that_met_it() -> None:
    desk = referred()
    made = desk.day
    soon, later = made + timedelta(days=1), made + timedelta(days=30)
    assert not any(d.duty == "visit_after_referral" for d in record_of(desk, today=soon).missed)
    assert any(d.duty == "visit_after_referral" for d in record_of(desk, today=later).missed)
    referral = next(iter(k for k, item in desk.case.items.items() if item.kind == "referral"))
    desk.later(1).done(
        desk.of(
            MakeVisit, visit_id=uuid4(), about_id=referral, method="phone", learnt="l", hired=False
        )
    )
    history = record_of(desk, today=later)
    visit = next(e for e in history.events if e.event == "assistance_case.visit_made")
    assert [(d.duty, d.outcome) for d in visit.closed] == [("visit_after_referral", "met")]
    assert not any(d.duty == "visit_after_referral" for d in history.missed)


@pytest.mark.rule("32")
def test_what_was_known_then_and_what_was_true_then_are_two_views() -> None:
    desk = referred()
    day, head = desk.day, desk.store.head()
    referral = next(iter(k for k, item in desk.case.items.items() if item.kind == "referral"))
    visit = desk.of(
        MakeVisit, visit_id=uuid4(), about_id=referral, method="phone", learnt="l", hired=False
    )
    desk.later(12).done(visit.model_copy(update={"occurred_on": day + timedelta(days=1)}))

    known_then = record_of(desk, Moment(position=head))
    true_then = record_of(desk, Moment(effective_on=day + timedelta(days=1)))
    made = [e for e in true_then.events if e.event == "assistance_case.visit_made"]
    assert [e.event for e in known_then.events].count("assistance_case.visit_made") == 0
    assert len(made) == 1 and made[0].is_late and made[0].days_late == 11

    told = differences(known_then, true_then)
    assert [e.position for e in told.only_after] == [
        e.position for e in true_then.events if e.position > head
    ]
    assert not told.only_before
    assert any(
        d.duty == "visit_after_referral" and d.after and d.after.outcome == "met"
        for d in told.duties
    )
    lines = "\n".join(difference_lines(told))
    assert "跟踪回访" in lines and "仅见于乙的记录" in lines
    assert differences(true_then, true_then).is_empty
