"""Histories read from a real log: which streams make a record up, from when, and for whom."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import Actor, InvalidInput, MergeJobSeekerLedgers, NotAuthorised, NotFound
from taizhang.domain.assistance.state import case_stream

from .people import ADDRESS, NAME, PHONE, People

if TYPE_CHECKING:
    from taizhang.infrastructure.history.histories import Histories

    from .conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")

CLERK = Actor(staff_id="clerk", agency_code="110105001")
SUPERVISOR = Actor(staff_id="supervisor", agency_code="110105")


@pytest.fixture
def histories(world: World) -> Histories:
    return world.taizhang.queries().histories


def test_a_person_is_one_record_by_ledger_or_by_case(world: World, histories: Histories) -> None:
    person = People(world).assisted()
    by_ledger = histories.history(person, by=CLERK)
    by_case = histories.history(str(case_stream(person, 1)), by=SUPERVISOR)
    assert by_ledger == by_case
    assert [part.kind for part in by_ledger.parts] == ["job_seeker_ledger", "assistance_case"]
    positions = [event.position for event in by_ledger.events]
    assert positions == sorted(positions)
    assert {event.command for event in by_ledger.events} >= {
        "open_job_seeker_ledger",
        "assess_readiness",
    }
    assert {event.agency_name for event in by_ledger.events} == {"建外街道"}


def test_an_employer_is_asked_for_by_credit_code(world: World, histories: Histories) -> None:
    employer = world.register()
    history = histories.history(employer, by=SUPERVISOR)
    assert history.name == employer
    assert history.events[0].event == "employer_ledger.opened"
    states = history.states_at(history.events[-1].position)
    (state,) = states.values()
    assert state["credit_code"] == employer


@pytest.mark.rule("51.2")
def test_nothing_personal_is_in_a_history(world: World, histories: Histories) -> None:
    told = histories.history(People(world).assisted(), by=SUPERVISOR).model_dump_json()
    assert not any(text in told for text in (NAME, PHONE, ADDRESS))


def test_merged_ledgers_are_read_with_the_one_that_goes_on(
    world: World, histories: Histories
) -> None:
    people = People(world)
    kept, given_up = people.registered(7), people.registered(8)
    world.do(
        MergeJobSeekerLedgers(
            job_seeker_id=kept, merged_id=given_up, reason="同一人", evidence="户籍核验"
        ),
        "supervisor",
    )
    from_kept = histories.history(kept, by=CLERK)
    assert from_kept == histories.history(given_up, by=CLERK)
    assert {part.stream_id for part in from_kept.parts} == {kept, given_up}


def test_the_view_of_a_day_is_what_was_recorded_by_its_end(
    world: World, histories: Histories
) -> None:
    people = People(world)
    person, day = people.registered(), world.clock.today
    before = histories.history(person, by=CLERK)
    world.clock.forward(days=3)
    people.recognised(person)
    now = histories.history(person, by=CLERK)
    then = histories.history(person, by=CLERK, as_of=day)
    assert [event.position for event in then.events] == [e.position for e in before.events]
    assert len(now.events) > len(then.events)
    told = histories.difference(person, by=CLERK, as_of=day)
    assert [e.position for e in told.only_after] == [
        e.position for e in now.events[len(then.events) :]
    ]
    changed = {change.path for part in told.parts for change in part.changes}
    assert ("status", "recognised") in changed
    assert histories.difference(person, by=CLERK, as_of=day, against_as_of=day).is_empty


def test_only_who_holds_the_record_and_superiors_look(world: World, histories: Histories) -> None:
    person = People(world).registered()
    for staff, code in (("sibling", "110105002"), ("other-supervisor", "110108")):
        with pytest.raises(NotAuthorised):
            histories.history(person, by=Actor(staff_id=staff, agency_code=code))


def test_what_is_no_record_is_refused_with_a_reason(world: World, histories: Histories) -> None:
    with pytest.raises(NotFound, match="no record is called"):
        histories.history(uuid4(), by=CLERK)
    with pytest.raises(NotFound, match="neither an id nor a credit code"):
        histories.history("91110105", by=CLERK)
    with pytest.raises(InvalidInput, match="0 or more"):
        histories.history(People(world).registered(), by=CLERK, as_of=-1)


def test_a_history_is_json_and_back(world: World, histories: Histories) -> None:
    history = histories.history(People(world).assisted(), by=CLERK)
    again = type(history).model_validate_json(history.model_dump_json())
    assert again == history
    position = history.events[-1].position
    assert set(map(UUID, json.loads(history.states_json(position)))) == set(
        history.states_at(position)
    )
