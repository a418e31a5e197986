"""The tables of duties and what they come to: that each line holds together, and how a duty goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from taizhang.domain.assistance.agreement import SpecialistChanged
from taizhang.domain.assistance.programmes import (
    ProgrammeBegun,
    ProgrammeKind,
    ProgrammeRedated,
)
from taizhang.domain.assistance.visits import VisitMade
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.duties.duty import Duty, On, Outcome, Standing
from taizhang.domain.duties.effects import effects_of
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.obligations import (
    DUTIES,
    ENTRY_DUTIES,
    TITLES_ZH,
    TRIGGERS_ZH,
    Obligation,
    arising,
    explain,
)
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.regulation.rules import RULES
from taizhang.domain.regulation.terms import Rhythm, Term
from taizhang.projections.obligations import ObligationRow, Obligations
from taizhang.projections.read_model import fold_in_memory

CALENDAR = WorkingDayCalendar()
PERSON, CASE, PROGRAMME = UUID(int=1), UUID(int=2), UUID(int=3)
OF_CASE: dict[str, Any] = {
    "person_id": PERSON, "agency_code": "110105001", "specialist_id": "s1",
}  # fmt: skip


def recorded(event: Event, day: date, position: int) -> RecordedEvent:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return RecordedEvent(
        event, CASE, position, position, day, moment, "somebody", "110105001", uuid4()
    )


def begun(starts_on: date, middle_on: date, ends_on: date) -> ProgrammeBegun:
    return ProgrammeBegun(
        **OF_CASE, programme_id=PROGRAMME, programme=ProgrammeKind.TRAINING, title="t",
        provider="p", starts_on=starts_on, middle_on=middle_on, ends_on=ends_on,
    )  # fmt: skip


def redated(starts_on: date, middle_on: date, ends_on: date) -> ProgrammeRedated:
    return ProgrammeRedated(
        **OF_CASE, programme_id=PROGRAMME, starts_on=starts_on, middle_on=middle_on,
        ends_on=ends_on, reason="r",
    )  # fmt: skip


def spells(*log: RecordedEvent, duty: str = "visit_at_programme_middle") -> list[ObligationRow]:
    found = fold_in_memory(Obligations(CALENDAR), [log])
    return [row for row in (ObligationRow(*values) for values in found) if row.duty == duty]


# --- the tables -------------------------------------------------------------------------------


def test_every_duty_has_a_key_a_title_a_rule_and_a_term_of_its_own() -> None:
    keys = [duty.key for duty in DUTIES] + [duty.key for duty in ENTRY_DUTIES]
    assert len(set(keys)) == len(keys) == len(TITLES_ZH)
    for duty in DUTIES:
        for key in filter(None, (duty.term_key, duty.after)):
            term = EDITION_2018.number(key)
            assert isinstance(term, Rhythm if is_rhythmic(duty) else Term)
        assert duty.rule in RULES
    for entry in ENTRY_DUTIES:
        assert EDITION_2018.number(entry.key).rule == entry.rule


def is_rhythmic(duty: Duty) -> bool:
    """Say whether a duty comes again each period: all that gives rise to it says until when."""
    return all(isinstance(on, On) and bool(on.until) for on in duty.arises_from)


def arising_events() -> Iterator[type[Event]]:
    for duty in DUTIES:
        for event in duty.arises_from:
            yield event.event if isinstance(event, On) else event


def test_what_gives_rise_to_a_duty_is_named_in_chinese() -> None:
    assert {event.event_name for event in arising_events()} <= TRIGGERS_ZH.keys()


def test_every_duty_can_end() -> None:
    assert [duty.key for duty in DUTIES if not duty.discharged_by] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"arises_from": (On(VisitMade, counted_from="nothing"),)}, "no field 'nothing'"),
        ({"item": "programme_id", "arises_from": (VisitMade,)}, "has no programme_id"),
        ({"redated_by": (ProgrammeRedated,)}, "counted from what"),
    ],
)
def test_a_line_that_does_not_fit_its_events_is_refused(line: dict[str, Any], words: str) -> None:
    fields: dict[str, Any] = {
        "key": "visit_after_guidance", "rule": "27.1", "title_zh": "t", "subject": "person_id",
        "arises_from": (ProgrammeBegun,), "discharged_by": (VisitMade,),
    }  # fmt: skip
    with pytest.raises(TypeError, match=words):
        effects_of([Duty(**{**fields, **line})])


# --- how a duty goes on -----------------------------------------------------------------------


@pytest.mark.rule("27.2")
def test_put_off_before_its_time_a_duty_keeps_its_row() -> None:
    first = begun(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    later = redated(date(2026, 3, 2), date(2026, 4, 10), date(2026, 5, 20))
    (row,) = spells(recorded(first, date(2026, 3, 2), 1), recorded(later, date(2026, 3, 20), 2))
    assert (row.since_position, row.arose_on, row.due_on, row.outcome) == (
        1, date(2026, 4, 10), date(2026, 4, 15), "open",
    )  # fmt: skip


@pytest.mark.rule("27.2")
def test_moved_forward_or_once_it_runs_a_duty_goes_on_in_a_new_spell() -> None:
    first = begun(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    sooner = redated(date(2026, 3, 2), date(2026, 3, 25), date(2026, 4, 30))
    old, new = sorted(
        spells(recorded(first, date(2026, 3, 2), 1), recorded(sooner, date(2026, 3, 20), 2)),
        key=lambda row: row.since_position,
    )
    assert (old.outcome, old.closed_position) == ("redated", 2)
    assert (new.arose_position, new.since_position, new.due_on) == (1, 2, date(2026, 3, 30))
    assert new.trigger == "assistance_case.programme_redated"


@pytest.mark.rule("27.2")
def test_the_same_dates_and_the_same_person_leave_a_duty_as_it_is() -> None:
    days = (date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    same = SpecialistChanged(**OF_CASE, former_specialist_id="s0", reason="r")
    (row,) = spells(
        recorded(begun(*days), date(2026, 3, 2), 1),
        recorded(redated(*days), date(2026, 3, 3), 2),
        recorded(same, date(2026, 3, 4), 3),
    )
    assert (row.outcome, row.trigger) == ("open", "assistance_case.programme_begun")


@pytest.mark.rule("5.b", "27.2")
def test_the_specialist_is_responsible_whoever_acted() -> None:
    first = begun(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    found = arising(recorded(first, date(2026, 3, 2), 1), EDITION_2018, CALENDAR)
    assert {(duty.agency_code, duty.staff_id) for duty in found} == {("110105001", "s1")}


def test_a_due_date_in_a_year_without_a_notice_is_provisional_and_says_so() -> None:
    year = max(CALENDAR.known_years) + 1
    first = begun(date(year, 3, 2), date(year, 4, 1), date(year, 4, 30))
    duty = next(iter(arising(recorded(first, date(year, 3, 2), 1), EDITION_2018, CALENDAR)))
    assert duty.provisional
    assert "暂定" in explain(duty, EDITION_2018, CALENDAR).text_zh


@pytest.mark.rule("27.2")
def test_an_explanation_names_rule_event_term_and_calendar() -> None:
    first = begun(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    duties = {
        duty.duty: duty
        for duty in arising(recorded(first, date(2026, 3, 2), 1), EDITION_2018, CALENDAR)
    }
    text = explain(duties["visit_at_programme_middle"], EDITION_2018, CALENDAR).text_zh
    for part in ("第二十七条", "参加培训、见习", "培训、见习中期跟踪回访", "2026年4月1日",
                 "3个工作日内", CALENDAR.version):  # fmt: skip
        assert part in text


def test_an_obligation_stands_by_its_days() -> None:
    first = begun(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 30))
    middle: Obligation = arising(recorded(first, date(2026, 3, 2), 1), EDITION_2018, CALENDAR)[1]
    assert middle.due_on == date(2026, 4, 7)  # Qingming lies between
    assert middle.standing(date(2026, 3, 31)) is Standing.NOT_BEGUN
    assert middle.standing(date(2026, 4, 1)) is Standing.RUNNING
    assert middle.standing(date(2026, 4, 7)) is Standing.DUE_TODAY
    assert middle.standing(date(2026, 4, 8)) is Standing.OVERDUE
    assert middle.judge(date(2026, 4, 8)) is Outcome.LATE


def test_before_the_regulation_nothing_was_owed() -> None:
    first = begun(date(2018, 3, 2), date(2018, 4, 1), date(2018, 4, 30))
    page = [recorded(first, date(2018, 3, 2), 1)]
    assert fold_in_memory(Obligations(CALENDAR), [page]) == []
