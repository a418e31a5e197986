"""The read models of job seekers: what a ledger comes to, whatever the pages, and nothing of who it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.duties import assistance, job_seekers
from taizhang.domain.events import RecordedEvent
from taizhang.domain.job_seeker import merging, search, surveys
from taizhang.domain.job_seeker import status as formalities
from taizhang.domain.job_seeker.contact import Ground, ReportedToRegistry, ServicesCeased
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.surveys import EmploymentNeeds, Hindrance, ServiceWanted
from taizhang.domain.person_ledger import Section, ledger_number
from taizhang.projections.catalogue import read_models
from taizhang.projections.job_seekers import JobSeekers
from taizhang.projections.ledger_entries import LedgerEntries
from taizhang.projections.read_model import ReadModel, Unfoldable, fold_in_memory
from taizhang.projections.surveys import Surveys

from .conftest import Person
from .test_job_seeker_properties import OTHER, PERSON, Course, Step, steps


def rows_of(model: ReadModel[Any], log: Sequence[RecordedEvent]) -> list[dict[str, Any]]:
    names = model.table.column_names
    return [dict(zip(names, row, strict=True)) for row in fold_in_memory(model, [log])]


def row_of(person: Person) -> dict[str, Any]:
    (row,) = rows_of(JobSeekers(), person.history)
    return row


def assert_same(row: dict[str, Any], ledger: JobSeekerLedger) -> None:
    """Make sure that a row says what decisions go by."""
    told = {
        "agency_code": ledger.agency_code,
        "opened_on": ledger.opened_on,
        "registered_on": ledger.registration.registered_on,
        "refined_on": ledger.registration.refined_on,
        "level": ledger.grading.level,
        "level_on": ledger.grading.graded_on,
        "job_ready": ledger.search.is_ready,
        "employed_on": ledger.search.employed_on,
        "surveyed_on": ledger.surveys.surveyed_on,
        "follow_ups": ledger.surveys.follow_ups,
        "needs_file_on": ledger.surveys.needs_file_on,
        "last_contact_on": ledger.contact.last_on,
        "ceased_for": ledger.contact.ceased.value if ledger.contact.ceased else None,
        "merged_into": ledger.merging.into,
    }
    assert {name: row[name] for name in told} == told
    assert (row["recognised_as"] is not None) == ledger.status.recognised
    assert (row["status_registration"] is not None) == (ledger.status.registration is not None)


@given(steps, st.sets(st.integers(1, 60), max_size=8))
@settings(max_examples=80, deadline=None)
def test_a_row_says_what_the_ledger_says_whatever_the_pages(
    course: list[Step], cuts: set[int]
) -> None:
    live = Course()
    live.go(course)
    log = live.history
    (row,) = rows_of(JobSeekers(), log)
    assert_same(row, live.ledger)
    assert row["last_position"] == log[-1].position
    ends = sorted(cut for cut in cuts if cut < len(log))
    pages = [log[a:b] for a, b in zip([0, *ends], [*ends, len(log)], strict=True)]
    for model in read_models():
        assert fold_in_memory(model, pages) == fold_in_memory(model, [log])


@given(steps, steps)
@settings(max_examples=60, deadline=None)
@pytest.mark.rule("9.1")
def test_a_merged_ledger_goes_on_in_the_row_of_the_other(one: list[Step], two: list[Step]) -> None:
    here, there = Course(), Course(OTHER, position=1000)
    here.go(one)
    there.go(two)
    here.day = there.day = max(here.day, there.day)
    onwards, given_up = merging.merge(
        here.ledger, PERSON, there.ledger, OTHER, here.occasion, "换发证件", "户籍证明"
    )
    here.position = there.position = 2000
    here.record(onwards)
    there.record(given_up)
    survivor, merged = rows_of(JobSeekers(), [*here.history, *there.history])
    assert_same(survivor, here.ledger)
    assert_same(merged, there.ledger)
    assert merged["merged_into"] == PERSON


@pytest.mark.rule("51.2")
def test_a_row_says_nothing_of_who_the_person_is(person: Person) -> None:
    person.given(person.opened(), person.basics(), person.registered())
    for model in read_models():
        text = repr(fold_in_memory(model, [person.history]))
        for secret in ("王小明", "11010519900101007X", "13800000000", "建外大街", "1990"):
            assert secret not in text
    row = row_of(person)
    assert (row["residence_area"], row["household"]) == ("110105001", "local_urban")
    assert row["occupations"] == '["电工"]'


@pytest.mark.rule("20")
def test_needs_file_and_surveys(person: Person) -> None:
    needs = EmploymentNeeds(
        training_wanted=("电工", "电工", "焊工"),
        services_wanted=(ServiceWanted.TRAINING,),
        hindrances=(Hindrance.SKILLS,),
    )
    person.given(
        person.opened(), person.surveyed(surveys.SurveyAnswer.WILLING),
        surveys.NeedsFileOpened(needs=needs),
    ).later(5).given(person.surveyed(surveys.SurveyAnswer.UNWILLING, number=1))  # fmt: skip
    row = row_of(person)
    assert (row["willing"], row["surveys"], row["follow_ups"]) == ("unwilling", 2, 1)
    assert row["needs_file_on"] == Person.first_day
    assert row["training_wanted"] == '["电工","焊工"]'
    assert (row["services_wanted"], row["hindrances"]) == ('["training"]', '["skills"]')
    found = rows_of(Surveys(), person.history)
    assert [(one["answer"], one["number"]) for one in found] == [("willing", 0), ("unwilling", 1)]
    assert "reason" not in Surveys().table.column_names


def test_from_search_to_work_and_to_silence(person: Person) -> None:
    person.given(
        person.opened(), person.registered(), person.graded(3), person.out_of_work(),
        formalities.Recognised(category="4050", since=date(2026, 1, 1), source="表"),
        search.ReadinessJudged(is_ready=True, could_start_within_days=7, advice=""),
        person.referred(),
    )  # fmt: skip
    row = row_of(person)
    assert (row["level"], row["job_ready"], row["referrals"]) == (3, True, 1)
    assert (row["recognised_as"], row["status_registration"]) == ("4050", "unemployment")
    worked = search.Employed(
        kind=search.EmploymentKind.REFERRED,
        started_on=person.day,
        referral_id=person.referral_id,
        ends_search=True,
    )
    person.given(worked).later(3).given(search.SearchArchived())
    row = row_of(person)
    assert (row["employed_on"], row["employed_as"]) == (Person.first_day, "referred")
    assert (row["registered_on"], row["search_archived_on"]) == (None, person.day)
    ground = Ground.OUT_OF_CONTACT
    person.later(200).given(
        ReportedToRegistry(ground=ground, reference="r"), ServicesCeased(ground=ground)
    )
    row = row_of(person)
    assert (row["ceased_on"], row["ceased_for"]) == (person.day, "13.3")
    assert row["last_contact_on"] == person.day - timedelta(days=203)


def test_a_ledger_is_opened_once_and_first(person: Person) -> None:
    with pytest.raises(Unfoldable, match="open already"):
        fold_in_memory(JobSeekers(), [person.given(person.opened(), person.opened()).history])
    with pytest.raises(Unfoldable, match="not heard of"):
        fold_in_memory(JobSeekers(), [Person().given(person.registered()).history])


@pytest.mark.rule("17", "32")
def test_every_event_of_a_person_is_an_entry_in_a_section(person: Person) -> None:
    model = LedgerEntries(WorkingDayCalendar())
    person.given(person.opened(), person.registered(), person.referred())
    found = rows_of(model, person.history)
    assert [row["section"] for row in found] == [
        "basics",
        "registration",
        "referrals_and_hires",
    ]
    assert all(row["late"] for row in found)  # entered at the end of the year
    entered = {event.event_name for event in (*job_seekers.EVENTS, *assistance.EVENTS)}
    assert entered <= model.event_names
    assert all(section.label_zh for section in Section)
    assert len({section.label_zh for section in Section}) == len(Section)


@pytest.mark.rule("51.2")
def test_a_ledger_is_spoken_of_by_a_short_number() -> None:
    assert ledger_number(UUID(int=1)) == "00000-00001"
    assert ledger_number(UUID(int=2**50 - 1)) == "ZZZZZ-ZZZZZ"
    assert len({ledger_number(UUID(int=number)) for number in range(2000)}) == 2000
