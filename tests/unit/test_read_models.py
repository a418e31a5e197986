"""Read models: what a history comes to, whatever the pages in which it is folded."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count, islice
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.calendar import SHANGHAI, WorkingDayCalendar
from taizhang.domain.employer.content import Item, Screening, VacancyContent, screen_content
from taizhang.domain.employer.papers import (
    AgentRevoked,
    AgentVerified,
    Channel,
    EmployerBasics,
    EmployerBasicsChanged,
    EmployerLedgerOpened,
    EmployerRegistered,
    LicenceKind,
    LicenceVerified,
)
from taizhang.domain.employer.services import ReferralMade, ReferralOutcome, ReferralOutcomeLearnt
from taizhang.domain.employer.vacancy import (
    ReviewDefect,
    VacancyArchived,
    VacancyChanged,
    VacancyDrafted,
    VacancyLapsed,
    VacancyPassed,
    VacancyPublished,
    VacancyReturned,
    VacancyRevised,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.events import ERASED, Event, RecordedEvent
from taizhang.domain.identity import credit_check_character
from taizhang.projections.catalogue import read_models
from taizhang.projections.employers import Employers
from taizhang.projections.ledger_entries import LedgerEntries
from taizhang.projections.read_model import ReadModel, Unfoldable, fold_in_memory
from taizhang.projections.vacancies import Vacancies, missing_items

START = date(2026, 3, 2)
PLAIN = VacancyContent(title="会计", headcount=2, work_content="记账", benefits=("餐补",))
FAULTY = VacancyContent(title="前台", text="限女性，35岁以下")


def record(events: Sequence[tuple[UUID, Event, int]]) -> list[RecordedEvent]:
    """Record events as (stream, event, days after the start), entered some days later at times."""
    found = []
    for position, (stream, event, offset) in enumerate(events, start=1):
        day = START + timedelta(days=offset)
        entered = day + timedelta(days=position % 5 // 3 * 4)
        moment = datetime(entered.year, entered.month, entered.day, 10, tzinfo=SHANGHAI)
        found.append(
            RecordedEvent(event, stream, 1, position, day, moment, "s1", "110101001", uuid4())
        )
    return found


def row_of(model: ReadModel[Any], *events: Event) -> dict[str, Any]:
    stream = uuid4()
    page = record([(stream, event, at) for at, event in enumerate(events)])
    (row,) = fold_in_memory(model, [page])
    return dict(zip(model.table.column_names, row, strict=True))


def opened(name: str = "某公司") -> Event:
    return EmployerLedgerOpened(
        credit_code="91110105MA0000000" + credit_check_character("91110105MA0000000"),
        name=name,
        basics=EmployerBasics(),
        channel=Channel.FRONT_DESK,
    )


def agent(agent_id: UUID, name: str, until: date, identity_until: date | None = None) -> Event:
    return AgentVerified(
        agent_id=agent_id,
        name=name,
        identity_number="11010519491231002X",
        phone="13800000000",
        authority_valid_until=until,
        identity_valid_until=identity_until,
        real_name_verified=True,
    )


def a_log(random: Random, length: int) -> list[RecordedEvent]:
    """Make a history that decisions could have made: employers whose vacancies go through their stages."""
    ids = (UUID(int=number) for number in count(1))
    streams = list(islice(ids, 3))
    events: list[tuple[UUID, Event, int]] = [(stream, opened(), 0) for stream in streams]
    stages: dict[UUID, tuple[UUID, str]] = {}
    referrals: dict[UUID, UUID] = {}
    for number in range(length):
        day = number // 3
        ended = [v for v, (_, stage) in stages.items() if stage == "archived"]
        if len(stages) - len(ended) < 4:
            vacancy = next(ids)
            stream = random.choice(streams)
            content = random.choice([PLAIN, FAULTY])
            stages[vacancy] = stream, "draft"
            draft = VacancyDrafted(
                vacancy_id=vacancy, content=content, screening=screen_content(content)
            )
            events.append((stream, draft, day))
            continue
        vacancy = random.choice([v for v in stages if v not in ended])
        stream, stage = stages[vacancy]
        event, after = _next(random, vacancy, stage, START + timedelta(days=day), referrals, ids)
        stages[vacancy] = stream, after
        events.append((stream, event, day))
    return record(events)


def _next(
    random: Random,
    vacancy: UUID,
    stage: str,
    day: date,
    referrals: dict[UUID, UUID],
    ids: Iterator[UUID],
) -> tuple[Event, str]:
    if random.random() < 0.1 and stage not in ("withdrawn", "lapsed"):
        return (
            VacancyWithdrawn(vacancy_id=vacancy, reason=WithdrawalReason.OTHER, note=""),
            "withdrawn",
        )
    match stage:
        case "draft":
            return (
                VacancySubmitted(
                    vacancy_id=vacancy,
                    channel=Channel.ONLINE,
                    publisher_id=vacancy,
                    review_agency_code="110101001",
                ),
                "submitted",
            )
        case "submitted" if random.random() < 0.3:
            defects = (ReviewDefect(rule="38.2", note="未写明劳动报酬"),)
            return VacancyReturned(vacancy_id=vacancy, defects=defects), "returned"
        case "submitted":
            return VacancyPassed(vacancy_id=vacancy, overruled=None), "passed"
        case "returned":
            screening = screen_content(PLAIN)
            return VacancyRevised(vacancy_id=vacancy, content=PLAIN, screening=screening), "draft"
        case "passed":
            until = day + timedelta(days=random.randrange(20))
            return VacancyPublished(vacancy_id=vacancy, valid_until=until), "published"
        case "published" if random.random() < 0.3:
            return VacancyLapsed(vacancy_id=vacancy), "lapsed"
        case "published" if random.random() < 0.3:
            screening = Screening(version="0")
            return (
                VacancyChanged(
                    vacancy_id=vacancy,
                    content=PLAIN,
                    screening=screening,
                    reason="x",
                    review_agency_code="110101001",
                ),
                "submitted",
            )
        case "published":
            if vacancy in referrals:
                outcome = random.choice(list(ReferralOutcome))
                learnt = ReferralOutcomeLearnt(
                    referral_id=referrals.pop(vacancy),
                    vacancy_id=vacancy,
                    outcome=outcome,
                    started_on=day if outcome is ReferralOutcome.HIRED else None,
                )
                return learnt, stage
            referrals[vacancy] = next(ids)
            made = ReferralMade(
                referral_id=referrals[vacancy],
                vacancy_id=vacancy,
                job_seeker_id=vacancy,
                reasons=("技能相符",),
            )
            return made, stage
        case _:
            return VacancyArchived(vacancy_id=vacancy), "archived"


@settings(max_examples=60, deadline=None)
@given(
    random=st.randoms(use_true_random=False),
    length=st.integers(0, 80),
    cuts=st.sets(st.integers(1, 80), max_size=12),
)
def test_any_pages_fold_to_the_same_rows(random: Random, length: int, cuts: set[int]) -> None:
    log = a_log(random, length)
    ends = sorted(cut for cut in cuts if cut < len(log))
    pages = [log[a:b] for a, b in zip([0, *ends], [*ends, len(log)], strict=True)]
    for model in read_models():
        assert fold_in_memory(model, pages) == fold_in_memory(model, [log])


@settings(max_examples=30, deadline=None)
@given(random=st.randoms(use_true_random=False), length=st.integers(0, 60))
def test_a_row_is_a_matter_of_its_own_stream(random: Random, length: int) -> None:
    log = a_log(random, length)
    by_stream = sorted(log, key=lambda recorded: recorded.stream_id)  # stable: in order within each
    for model in read_models():
        assert fold_in_memory(model, [by_stream]) == fold_in_memory(model, [log])


def test_a_vacancy_row_tells_where_it_stands() -> None:
    vacancy = uuid4()
    screening = screen_content(FAULTY)
    story: list[Event] = [
        VacancyDrafted(vacancy_id=vacancy, content=FAULTY, screening=screening, external_id="x1"),
        VacancySubmitted(
            vacancy_id=vacancy,
            channel=Channel.FRONT_DESK,
            publisher_id=None,
            review_agency_code="110101001",
        ),
        VacancyReturned(vacancy_id=vacancy, defects=(ReviewDefect(rule="38.3", note="限女性"),)),
        VacancyRevised(vacancy_id=vacancy, content=PLAIN, screening=screen_content(PLAIN)),
        VacancySubmitted(
            vacancy_id=vacancy,
            channel=Channel.FRONT_DESK,
            publisher_id=None,
            review_agency_code="110101001",
        ),
        VacancyPassed(vacancy_id=vacancy, overruled=None),
        VacancyPublished(vacancy_id=vacancy, valid_until=date(2026, 4, 1)),
    ]
    drafted = row_of(Vacancies(), *story[:1])
    assert (drafted["status"], drafted["violations"], drafted["concerns"]) == ("draft", 1, 1)
    assert "女性" in drafted["findings"]
    returned = row_of(Vacancies(), *story[:3])
    assert (returned["status"], returned["review_outcome"]) == ("returned", "returned")
    assert (returned["reviewed_on"], returned["returned_count"]) == (date(2026, 3, 4), 1)
    again = row_of(Vacancies(), *story[:5])
    assert (again["status"], again["reviewed_on"], again["review_outcome"]) == (
        "submitted",
        None,
        None,
    )
    assert (again["violations"], again["findings"]) == (0, None)
    public = row_of(Vacancies(), *story)
    assert (public["status"], public["valid_until"]) == ("published", date(2026, 4, 1))
    assert (public["first_position"], public["last_position"]) == (1, 7)
    assert "限女性" in public["defects"]


@pytest.mark.rule("38.2")
def test_what_is_missing_is_kept_as_bits() -> None:
    draft = VacancyDrafted(
        vacancy_id=uuid4(), content=PLAIN, screening=Screening(version="1"), external_id=None
    )
    missing = row_of(Vacancies(), draft)["missing"]
    assert missing_items(missing) == (Item.HIRING_CONDITIONS, Item.PAY, Item.SOCIAL_INSURANCE)
    assert missing == 0b101100


@pytest.mark.rule("35")
def test_an_employer_row_shows_the_papers_that_last_longest() -> None:
    first, second = uuid4(), uuid4()
    story: list[Event] = [
        opened(),
        LicenceVerified(
            licence=LicenceKind.BUSINESS_LICENCE, valid_from=date(2020, 1, 1), valid_until=None
        ),
        agent(first, "王小明", date(2027, 1, 1), date(2026, 6, 30)),
        agent(second, "李四", date(2026, 12, 31)),
        EmployerRegistered(),
        EmployerBasicsChanged(name="新名", basics=EmployerBasics(nature="国有", size="100")),
    ]
    row = row_of(Employers(), *story)
    assert (row["agent_valid_until"], row["agent_name_masked"]) == (date(2026, 12, 31), "李*")
    assert (row["name"], row["size_"], row["basics_stated"]) == ("新名", "100", True)
    assert (row["registered_on"], row["licence_valid_until"]) == (date(2026, 3, 6), None)
    revoked = row_of(Employers(), *story, AgentRevoked(agent_id=second, reason="离职"))
    assert (revoked["agent_valid_until"], revoked["agent_name_masked"]) == (
        date(2026, 6, 30),
        "王**",
    )
    none = row_of(
        Employers(), opened(), agent(first, ERASED, START), AgentRevoked(agent_id=first, reason="")
    )
    assert (none["agent_valid_until"], none["agent_name_masked"]) == (None, None)


def test_no_personal_data_but_a_masked_name() -> None:
    row = row_of(Employers(), opened(), agent(uuid4(), "王小明", START))
    text = repr(row)
    assert "王小明" not in text
    assert "王**" in text
    assert "13800000000" not in text
    erased = row_of(Employers(), opened(), agent(uuid4(), ERASED, START))
    assert erased["agent_name_masked"] == ERASED


@pytest.mark.rule("50")
def test_an_entry_knows_its_section_and_whether_it_came_late() -> None:
    stream, vacancy = uuid4(), uuid4()
    page = record(
        [
            (stream, opened(), 0),
            (stream, VacancyPassed(vacancy_id=vacancy, overruled=None), 1),
            (stream, VacancyArchived(vacancy_id=vacancy), 2),  # entered four days later
        ]
    )
    model = LedgerEntries(WorkingDayCalendar())
    names = model.table.column_names
    rows = [dict(zip(names, row, strict=True)) for row in fold_in_memory(model, [page])]
    assert [row["section"] for row in rows] == [
        "basics",
        "tracking_checks",
        "registration_and_vacancies",
    ]
    assert [row["late"] for row in rows] == [False, False, True]
    assert [row["subject_id"] for row in rows] == [None, vacancy, vacancy]
    assert rows[2]["topic"] == "vacancy.archived"


def test_an_event_of_something_unheard_of_cannot_be_folded() -> None:
    page = record([(uuid4(), VacancyPassed(vacancy_id=uuid4(), overruled=None), 0)])
    with pytest.raises(Unfoldable):
        fold_in_memory(Vacancies(), [page])


def test_a_vacancy_taken_in_again_after_its_archive_starts_anew() -> None:
    vacancy = uuid4()
    draft = VacancyDrafted(vacancy_id=vacancy, content=PLAIN, screening=Screening(version="1"))
    row = row_of(Vacancies(), draft, VacancyArchived(vacancy_id=vacancy), draft)
    assert (row["status"], row["archived_on"], row["first_position"]) == ("draft", None, 3)
