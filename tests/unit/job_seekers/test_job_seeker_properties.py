"""Whatever lawful course a person's ledger takes: what holds of it always."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from taizhang.domain.aggregate import Occasion
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import GuidanceKind, ReferralOutcome
from taizhang.domain.errors import InvalidInput, RuleBroken
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_seeker import (
    contact,
    grading,
    guidance,
    merging,
    registration,
    search,
    status,
    surveys,
)
from taizhang.domain.job_seeker.contact import ContactMeans, Ground
from taizhang.domain.job_seeker.documents import IdentityDocument
from taizhang.domain.job_seeker.grading import Grade
from taizhang.domain.job_seeker.guidance import GuidanceGiven
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.registration import (
    BasicsRecorded,
    Household,
    JobSeekingRegistered,
    Wishes,
)
from taizhang.domain.job_seeker.search import EmploymentKind, Referred
from taizhang.domain.job_seeker.surveys import EmploymentNeeds, SurveyAnswer, SurveyMethod
from taizhang.domain.obligations import Obligation, arising, ending
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import Obligations
from taizhang.projections.read_model import fold_in_memory

Act = Callable[[JobSeekerLedger, Occasion], list[Event]]
PERSON, OTHER = UUID(int=1), UUID(int=2)
DOCUMENT = IdentityDocument(number="11010519900101007X")
CALENDAR = WorkingDayCalendar()
STATE = TypeAdapter(JobSeekerLedger)


def basics(person_id: UUID) -> BasicsRecorded:
    return BasicsRecorded(
        person_id=person_id, name="王小明", sex="", birth_date="", phone="", address="",
        household_address="", household=Household.LOCAL_URBAN, residence_area=None,
    )  # fmt: skip


def act(name: str, number: int, person_id: UUID = PERSON) -> Act:
    """Return a decision by its name; `number` varies what it is about."""
    ident = UUID(int=number + 100)
    referred = Referred(
        referral_id=ident, employer_id=UUID(int=9), vacancy_id=ident, reasons=("合适",)
    )
    registered = JobSeekingRegistered(
        person_id=person_id, education=None, wishes=Wishes(occupations=("电工",)), experience=""
    )
    given_guidance = GuidanceGiven(
        guidance_id=ident, guidance=GuidanceKind.GENERAL, about="", advice="",
        labour_market_information="", plan="", booking_id=None, session_id=None,
    )  # fmt: skip
    level = number % 4 + 1
    grade = Grade(tool="t", tool_version="1", score=Decimal(level), level=level)
    answer = list(SurveyAnswer)[number % 3]
    outcome = list(ReferralOutcome)[number % 4]
    acts: dict[str, Act] = {
        "register": lambda ledger, o: registration.register(ledger, o, registered),
        "grade": lambda ledger, o: grading.grade(ledger, o, person_id, grade, "{}"),
        "status": lambda ledger, o: status.register_status(
            ledger, o, status.StatusRegistration.UNEMPLOYMENT, o.occurred_on, "系统"
        ),
        "end status": lambda ledger, o: status.end_status(ledger, o, o.occurred_on, "", "系统"),
        "recognise": lambda ledger, o: status.recognise(ledger, o, "4050", o.occurred_on, "表"),
        "advise": lambda ledger, o: status.advise(ledger, o, "请办理"),
        "guide": lambda ledger, o: guidance.give(ledger, o, given_guidance),
        "ready": lambda ledger, o: search.judge_readiness(ledger, o, number, "培训"),
        "refer": lambda ledger, o: search.refer(ledger, o, referred, consented=True),
        "outcome": lambda ledger, o: search.learn_outcome(
            ledger,
            next(iter(ledger.search.referrals), ident),
            outcome,
            o.occurred_on if outcome is ReferralOutcome.HIRED else None,
        ),
        "employ": lambda ledger, o: search.employ(
            ledger, o, EmploymentKind.OWN_SEARCH, o.occurred_on
        ),
        "archive": lambda ledger, _: search.archive(ledger),
        "survey": lambda ledger, o: surveys.survey(
            ledger,
            o,
            person_id,
            SurveyMethod.PHONE,
            answer,
            "照顾老人",
            "",
            None,
            EmploymentNeeds(),
        ),
        "contact": lambda ledger, _: contact.note_contact(
            ledger, person_id, ContactMeans.PHONE, ""
        ),
        "report": lambda ledger, o: contact.report(ledger, o, list(Ground)[number % 3], ""),
        "cease": lambda ledger, o: contact.cease(ledger, o, list(Ground)[number % 3]),
        "resume": lambda ledger, o: contact.resume(ledger, o, person_id, ContactMeans.PHONE, ""),
    }
    return acts[name]


NAMES = (
    "register", "grade", "status", "end status", "recognise", "advise", "guide", "ready", "refer",
    "outcome", "employ", "archive", "survey", "survey", "survey", "contact", "report", "report",
    "cease", "cease", "resume",
)  # fmt: skip
NO_SERVICE = {
    "status", "end status", "recognise", "outcome", "employ", "archive", "contact", "resume"
}  # fmt: skip

Step = tuple[str, int, int]
COURSES: tuple[tuple[Step, ...], ...] = (
    (("status", 0, 0), ("report", 0, 200), ("cease", 0, 1)),
    (("register", 0, 0), ("ready", 1, 0), ("refer", 1, 1)),
    (("recognise", 0, 1), *[("survey", 1, 9)] * 4, ("report", 2, 0), ("cease", 2, 0)),
    (("employ", 0, 1), ("archive", 0, 1)),
)
"""Courses of some steps that chance alone would seldom take."""

single = st.tuples(
    st.sampled_from(NAMES),
    st.integers(min_value=0, max_value=20),
    st.sampled_from([0, 1, 10, 30, 100, 190]),
).map(lambda step: (step,))
steps = st.lists(st.one_of(single, single, single, st.sampled_from(COURSES)), max_size=20).map(
    lambda parts: [step for part in parts for step in part]
)


class Course:
    """A lawful history: each step is taken if it is allowed."""

    def __init__(self, person_id: UUID = PERSON, position: int = 0) -> None:
        self.person_id = person_id
        self.position = position
        self.day = date(2024, 1, 2)
        self.ledger = JobSeekerLedger()
        self.history: list[RecordedEvent] = []
        self.take(
            lambda ledger, _: registration.open_ledger(
                ledger, Channel.FRONT_DESK, DOCUMENT, basics(person_id)
            )
        )

    @property
    def occasion(self) -> Occasion:
        actor = Actor(staff_id="w", agency_code="110105001")
        return Occasion(actor, self.day, self.day, EDITION_2018)

    def take(self, decision: Act) -> bool:
        try:
            events = decision(self.ledger, self.occasion)
        except (RuleBroken, InvalidInput):
            return False
        self.record(events)
        return True

    def record(self, events: list[Event]) -> None:
        for event in events:
            self.position += 1
            recorded = RecordedEvent(
                event, self.person_id, len(self.history) + 1, self.position, self.day,
                datetime(2026, 12, 31, tzinfo=UTC), "w", "110105001", uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.ledger.apply(recorded)

    def go(self, course: list[Step]) -> None:
        for name, number, days in course:
            self.day += timedelta(days=days)
            ceased = self.ledger.contact.ceased is not None
            taken = self.take(act(name, number, self.person_id))
            assert not (ceased and taken and name not in NO_SERVICE), f"{name} after ceasing"


@given(steps)
@settings(max_examples=150, deadline=None)
@pytest.mark.rule("13.3")
def test_replay_equals_live_state_and_who_ceased_gets_no_services(
    course: list[Step],
) -> None:
    live = Course()
    live.go(course)
    assert JobSeekerLedger.replay(live.history) == live.ledger
    assert STATE.validate_json(STATE.dump_json(live.ledger)) == live.ledger


@given(steps)
@example(
    [
        ("register", 0, 0),
        ("employ", 0, 1),
        ("recognise", 0, 1),
        ("archive", 0, 1),
        ("register", 0, 1),
    ]
)
@settings(max_examples=100, deadline=None)
def test_no_duty_is_open_twice_or_without_what_it_is_about(
    course: list[Step],
) -> None:
    live = Course()
    live.go(course)
    held: list[Obligation] = []
    for recorded in live.history:
        for end in ending(recorded):
            for one in [one for one in held if one.subject_id == end.subject_id]:
                if end.concerns(one):
                    held.remove(one)
                    if end.goes_on:
                        held.append(end.next_spell(one, EDITION_2018, CALENDAR))
        held += [one for one in arising(recorded, EDITION_2018, CALENDAR) if one.outcome == "open"]
        assert len({(one.subject_id, one.duty, one.item_id) for one in held}) == len(held)
    ledger = live.ledger
    due = {one.duty for one in held}
    outcomes = {one.item_id for one in held if one.duty == "job_seeker_referral_outcome"}
    assert outcomes == set(ledger.search.referrals)
    assert ("follow_up_survey" in due) == (
        ledger.surveys.follow_up_from is not None and ledger.contact.ceased is None
    )
    if ledger.status.registration is None or ledger.contact.ceased is not None:
        assert "out_of_contact_report" not in due


@given(steps, steps)
@settings(max_examples=100, deadline=None)
def test_merging_loses_nothing(one: list[Step], two: list[Step]) -> None:
    here, there = Course(), Course(OTHER)
    here.go(one)
    there.go(two)
    here.day = there.day = max(here.day, there.day)
    before, other = JobSeekerLedger.replay(here.history), there.ledger
    onwards, given_up = merging.merge(
        here.ledger, PERSON, other, OTHER, here.occasion, "同一人", "户籍证明"
    )
    here.record(onwards)
    there.record(given_up)
    merged = here.ledger
    assert merged.search.referrals.keys() == (
        before.search.referrals.keys() | other.search.referrals.keys()
    )
    assert merged.status.recognised == (before.status.recognised or other.status.recognised)
    assert merged.contact.last_on == max(
        before.contact.last_on or date.min, other.contact.last_on or date.min
    )
    assert (merged.contact.ceased is None) == (
        before.contact.ceased is None or other.contact.ceased is None
    )
    with pytest.raises(InvalidInput, match=str(PERSON)):
        act("contact", 0)(there.ledger, there.occasion)
    assert JobSeekerLedger.replay(here.history) == merged


@given(steps, steps)
@settings(max_examples=100, deadline=None)
@pytest.mark.rule("9.1")
def test_duties_go_along_with_a_merge_none_lost_none_twice(
    one: list[Step], two: list[Step]
) -> None:
    here, there = Course(), Course(OTHER, position=1000)
    here.go(one)
    there.go(two)
    here.day = there.day = max(here.day, there.day)
    before = [*here.history, *there.history]
    onwards, given_up = merging.merge(
        here.ledger, PERSON, there.ledger, OTHER, here.occasion, "同一人", "户籍证明"
    )
    there.position, here.position = 2000, 3000
    there.record(given_up)
    here.record(onwards)
    merged = onwards[0]
    assert isinstance(merged, merging.LedgerMergedFrom)
    was_open = {(row.subject_id, *what(row)) for row in obligations_of(before) if is_open(row)}
    after = obligations_of([*before, *there.history[-1:], *here.history[-len(onwards) :]])
    now_open = [(row.subject_id, *what(row)) for row in after if is_open(row)]
    assert len(set(now_open)) == len(now_open), "twice"
    assert not [one for one in now_open if one[0] == OTHER], "left behind"
    called = {type(event) for event in onwards}
    is_off = {
        "registration_advice": merged.advice_settled or status.AssistanceCalledFor in called,
        "grading_after_registration": merged.is_graded,
        "survey_out_of_contact_report": merged.is_registered,
        "unwilling_report": merged.is_registered,
        "out_of_contact_report": merged.out_of_work_silent_since is None,
        "job_search_archive": merged.unfiled_since is None,
        "follow_up_survey": merged.follow_up_from is None or merged.follow_up_put_off,
        "follow_up_survey_latest": merged.follow_up_from is None or not merged.follow_up_put_off,
    }
    for _, duty, item_id in was_open:
        assert ((PERSON, duty, item_id) in now_open) != is_off.get(duty, False), duty
    then = {(row.subject_id, *what(row)) for row in after if stood_open_at(row, 2000)}
    assert then == was_open


def obligations_of(history: list[RecordedEvent]) -> list[Obligation]:
    rows = fold_in_memory(Obligations(CALENDAR, (EDITION_2018,)), [history])
    return [Obligation(*row) for row in rows]


def what(row: Obligation) -> tuple[str, UUID | None]:
    return row.duty, row.item_id


def is_open(row: Obligation) -> bool:
    return row.outcome == "open"


def stood_open_at(row: Obligation, position: int) -> bool:
    return row.since_position <= position and (
        row.closed_position is None or row.closed_position > position
    )
