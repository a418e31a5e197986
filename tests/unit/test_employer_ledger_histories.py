"""Random lawful histories of an employer's ledger: what holds after each, whatever came before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer import ledger as ledgers
from taizhang.domain.employer import papers, reviewing, services
from taizhang.domain.employer.content import VacancyContent, screen_content
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import AgentVerified, Channel, EmployerBasics, LicenceKind
from taizhang.domain.employer.services import GuidanceKind, ReferralOutcome
from taizhang.domain.employer.vacancy import (
    ReviewDefect,
    VacancyArchived,
    VacancyDrafted,
    VacancyPublished,
    VacancyStatus,
    WithdrawalReason,
)
from taizhang.domain.errors import TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.infrastructure.store.event_store import PostgresEventStore, state_row
from taizhang.projections.employers import EmployerRow, Employers
from taizhang.projections.read_model import Rows

START = date(2026, 11, 2)
STREAM = UUID(int=1)
CONTENTS = [
    VacancyContent(title="电工", text="维修", headcount=1),
    VacancyContent(title="前台", text="要求：女，未婚"),
    VacancyContent(title="司机", text="开车", valid_until=START + timedelta(days=4)),
]


class Step(NamedTuple):
    """What somebody tries: which decision, on what, how many days after the step before."""

    decision: str
    number: int
    days: int
    by: str
    choice: int


DECISIONS = (
    "agent", "revoke", "licence", "register", "basics", "book", "guide", "draft", "draft", "revise",
    "submit", "submit", "pass", "pass", "return", "publish", "publish", "change", "withdraw",
    "lapse", "lapse all", "lapse registration", "lapse registration",
    "archive", "archive", "refer", "refer", "learn", "learn",
)  # fmt: skip
COURSE = ("submit", "pass", "publish", "refer", "learn", "archive", "revise", "draft", "agent")
"""What is tried instead where a step is refused, so that histories get somewhere."""
STEPS = st.lists(
    st.builds(
        Step,
        decision=st.sampled_from(DECISIONS),
        number=st.sampled_from([0, 0, 0, 1, 2]),
        days=st.sampled_from([0, 0, 0, 0, 0, 0, 1, 3, -1]),
        by=st.sampled_from(["a", "b", "c"]),
        choice=st.integers(0, 11),
    ),
    min_size=40,
    max_size=100,
)


def decide(step: Step, ledger: EmployerLedger, occasion: Occasion) -> Sequence[Event]:
    """Take the decision that a step stands for. Raises TaizhangError."""
    day = occasion.occurred_on
    of, person = UUID(int=100 + step.number), UUID(int=200 + step.number)
    referral = UUID(int=300 + step.choice % 6)
    content = CONTENTS[step.choice % 3]
    match step.decision:
        case "agent":
            until = day + timedelta(days=step.choice * 3)
            agent = AgentVerified(
                agent_id=person, name="王", identity_number="1", phone="1",
                authority_valid_until=until, identity_valid_until=None,
                real_name_verified=step.choice % 2 == 0,
            )  # fmt: skip
            return papers.verify_agent(occasion, agent)
        case "revoke":
            return papers.revoke_agent(ledger, person, "离职")
        case "licence":
            until = day + timedelta(days=step.choice * 4)
            return papers.verify_licence(occasion, LicenceKind.BUSINESS_LICENCE, START, until)
        case "register":
            return papers.register(ledger, occasion)
        case "basics":
            return ledgers.change_basics(ledger, "名", EmployerBasics(size="x" * step.number))
        case "book":
            return services.book_guidance(ledger, occasion, GuidanceKind.GROUP, "问", day)
        case "guide":
            kind = list(GuidanceKind)[step.number]
            return services.give_guidance(ledger, kind, "问", "答", "计划")
        case "draft":
            return reviewing.draft(ledger, occasion, of, content, screen_content(content), None)
        case "revise":
            return reviewing.revise(ledger, occasion, of, content, screen_content(content))
        case "submit":
            online = step.choice % 3 == 0
            return reviewing.submit(
                ledger, occasion, of, Channel.ONLINE if online else Channel.SURVEY,
                person if online else None, "110105001",
            )  # fmt: skip
        case "pass":
            return reviewing.pass_review(ledger, occasion, of, "剧组" if step.choice % 2 else None)
        case "return":
            defect = ReviewDefect(rule="38.2", note="x")
            return reviewing.return_to_employer(ledger, occasion, of, (defect,))
        case "publish":
            return reviewing.publish(ledger, occasion, of, day + timedelta(days=step.choice))
        case "change":
            return reviewing.change(
                ledger, occasion, of, content, screen_content(content), "x", "110105001"
            )
        case "withdraw":
            return reviewing.withdraw(ledger, occasion, of, WithdrawalReason.OTHER, "")
        case "lapse":
            return reviewing.lapse(ledger, occasion, of)
        case "lapse all":
            return ledgers.lapse_overdue(ledger, occasion)
        case "lapse registration":
            return papers.lapse_registration(ledger, occasion)
        case "archive":
            return reviewing.archive(ledger, occasion, of)
        case "refer":
            return services.refer(ledger, occasion, referral, of, person, ("x",), True)
        case _:
            hired = step.choice % 2 == 0
            outcome = ReferralOutcome.HIRED if hired else ReferralOutcome.DECLINED
            return services.learn_outcome(
                ledger, occasion, referral, outcome, day if hired else None
            )


def live(steps: Sequence[Step]) -> tuple[EmployerLedger, list[RecordedEvent]]:
    """Carry steps out on an open, registered employer; what is refused leaves no trace."""
    ledger, history, day = EmployerLedger(), list[RecordedEvent](), START

    def record(events: Sequence[Event], by: str) -> None:
        for event in events:
            recorded = RecordedEvent(
                event, STREAM, len(history) + 1, 0, day, datetime(2026, 11, 2, tzinfo=UTC), by,
                "110105001", UUID(int=9),
            )  # fmt: skip
            history.append(recorded)
            ledger.apply(recorded)

    record(
        ledgers.open_ledger(ledger, "91110101717757158X", "某", EmployerBasics(), Channel.SURVEY),
        "a",
    )
    for step in (
        Step("licence", 0, 0, "a", 11),
        Step("agent", 0, 0, "a", 10),
        Step("register", 0, 0, "a", 0),
        *steps,
    ):
        day += timedelta(days=step.days)
        actor = Actor(staff_id=step.by, agency_code="110105001")
        for decision in (step.decision, *COURSE):
            try:
                occasion = Occasion(actor, day, day, EDITION_2018)
                events = decide(step._replace(decision=decision), ledger, occasion)
            except TaizhangError:
                continue
            if events:
                record(events, step.by)
                break
    return ledger, history


@settings(max_examples=60, deadline=None, database=None)
@given(STEPS)
def test_a_replayed_history_gives_the_same_state(steps: list[Step]) -> None:
    ledger, history = live(steps)
    assert EmployerLedger.replay(history) == ledger


@settings(max_examples=60, deadline=None, database=None)
@given(STEPS, st.integers(0, 120))
def test_a_state_kept_on_the_way_and_completed_gives_the_same_state(
    steps: list[Step], cut: int
) -> None:
    ledger, history = live(steps)
    before = EmployerLedger.replay(history[:cut])
    _, version, kind, state = state_row(STREAM, before)
    kept = PostgresEventStore._read_state(
        PostgresEventStore.__new__(PostgresEventStore),
        EmployerLedger,
        (STREAM, version, kind, state),
    )
    assert isinstance(kept, EmployerLedger)
    assert kept == before
    for recorded in history[cut:]:
        kept.apply(recorded)
    assert kept == ledger


@settings(max_examples=60, deadline=None, database=None)
@given(STEPS)
def test_ledger_and_read_model_agree_on_whether_the_registration_lapsed(steps: list[Step]) -> None:
    ledger, history = live(steps)
    rows = Rows[EmployerRow]()
    rows.load([STREAM], [])
    Employers().fold(history, rows)
    assert rows.one(STREAM).registration_lapsed_on == ledger.papers.lapsed_on


@settings(max_examples=60, deadline=None, database=None)
@given(STEPS)
def test_whatever_happens_the_rules_hold(steps: list[Step]) -> None:
    """What a history may never show, looked for in the events themselves."""
    ledger, history = live(steps)
    stages: dict[UUID, str] = {}
    submitted_by: dict[UUID, str] = {}
    passed: set[UUID] = set()
    for recorded in history:
        event, name = recorded.event, recorded.event.event_name
        vacancy_id = getattr(event, "vacancy_id", None)
        if vacancy_id is None or not name.startswith("vacancy."):
            continue
        stage = name.removeprefix("vacancy.")
        if stage in ("submitted", "changed"):
            submitted_by[vacancy_id] = recorded.staff_id
            passed.discard(vacancy_id)
        elif stage in ("passed", "returned"):
            assert submitted_by[vacancy_id] != recorded.staff_id
            if stage == "passed":
                passed.add(vacancy_id)
        elif stage == "published":
            assert vacancy_id in passed, "never published without review"
            assert isinstance(event, VacancyPublished)
            assert event.valid_until >= recorded.occurred_on
        elif stage == "archived":
            assert stages[vacancy_id] in ("withdrawn", "lapsed")
        if stage == "submitted":
            assert stages[vacancy_id] != "returned", "never submitted again unrevised"
        stages[vacancy_id] = stage
    gone = {one for one, stage in stages.items() if stage == "archived"}
    assert gone.isdisjoint(ledger.vacancies), "an archived vacancy leaves the state"
    assert set(ledger.vacancies) == set(stages) - gone
    assert all(one.status is not VacancyStatus.ARCHIVED for one in ledger.vacancies.values())
    for one in ledger.vacancies.values():
        assert one.headcount is None or one.filled <= one.headcount
    assert {one.vacancy_id for one in ledger.referrals.values()}.isdisjoint(gone)


def test_the_histories_reach_every_stage() -> None:
    """A property over histories that never get anywhere would prove nothing."""
    steps = [
        Step("draft", 0, 0, "a", 0),
        Step("submit", 0, 0, "a", 1),
        Step("pass", 0, 0, "b", 0),
        Step("publish", 0, 0, "a", 5),
        Step("refer", 0, 0, "a", 0),
        Step("learn", 0, 1, "a", 0),
        Step("archive", 0, 7, "a", 0),
    ]
    ledger, history = live(steps)
    kinds = [type(recorded.event) for recorded in history]
    assert kinds[4] is VacancyDrafted
    assert kinds[-1] is VacancyArchived
    assert len(kinds) == 4 + 8
    assert ledger.vacancies == {}
    assert ledger.referrals == {}


def test_a_ledger_stays_small_however_many_vacancies_it_has_seen() -> None:
    once = [
        Step("draft", 0, 0, "a", 0),
        Step("withdraw", 0, 0, "a", 0),
        Step("archive", 0, 0, "a", 0),
    ]
    one, _ = live(once)
    many, history = live(once * 100)
    assert len(history) == 304
    assert len(state_row(STREAM, many)[3]) <= len(state_row(STREAM, one)[3]) + 4
