"""The facts of a notice, gathered from read models in PostgreSQL."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb

from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.employer.content import WordingFinding
from taizhang.domain.employer.vacancy import VacancyStatus
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.agency import (
    AgencyClosed,
    AgencyFounded,
    AgencyLevel,
    AgencyRenamed,
    agency_stream,
)
from taizhang.domain.organisation.directory import Directory
from taizhang.domain.regulation import EDITION_2018
from taizhang.domain.screening import SCREENING_VERSION, Severity
from taizhang.infrastructure.notices.daily_vacancy_facts import gather
from taizhang.projections.daily_vacancy_notice.build import build
from taizhang.projections.daily_vacancy_notice.check import check_vacancy, screened_again
from taizhang.projections.daily_vacancy_notice.facts import EmployerRow, NoticeFacts, VacancyRow
from taizhang.projections.daily_vacancy_notice.model import DailyVacancyNotice

DAY = date(2026, 11, 23)
FOUNDED = date(2018, 8, 1)
CALENDAR = WorkingDayCalendar()
TEXTS = {"text": "要求：限男性，能吃苦。年龄25岁以下。"}

EMPLOYERS = """
CREATE TABLE employers_asof (
    stream_id uuid, credit_code text, name text, agency_code text, basics_stated bool,
    licence_valid_from date, licence_valid_until date, agent_valid_until date, registered_on date)
"""
VACANCIES = """
CREATE TABLE vacancies_asof (
    vacancy_id uuid, stream_id uuid, agency_code text, title text, status text, channel text,
    publisher_id uuid, external_id text, submitted_on date, submitted_by text, reviewed_on date,
    reviewed_by text, review_outcome text, overruled text, published_on date, valid_until date,
    ended_on date, headcount int, missing smallint, violations smallint, concerns smallint,
    findings jsonb, screened_with text, last_position bigint)
"""
ENTRIES = """
CREATE TABLE ledger_entries_asof (
    stream_id uuid, position bigint, topic text, subject_id uuid, occurred_on date,
    recorded_at timestamptz, recorded_on date, agency_code text, staff_id text, late bool)
"""
OBLIGATIONS = """
CREATE TABLE obligations_asof (
    subject_id uuid, duty text, stream_id uuid, rule text, agency_code text, staff_id text,
    arose_on date, due_on date, provisional bool, outcome text)
"""


def founded(directory: Directory, code: str, name: str, level: str, parent: str | None) -> None:
    event = AgencyFounded(
        code=code,
        name=name,
        level=AgencyLevel(level),
        parent_code=parent,
        effective_on=FOUNDED,
    )
    change(directory, code, event)


def change(directory: Directory, code: str, event: Event) -> None:
    directory.apply(
        RecordedEvent(
            event,
            agency_stream(code, FOUNDED),
            1,
            directory.version + 1,
            FOUNDED,
            datetime(2018, 8, 1, tzinfo=UTC),
            "system",
            "110000",
            uuid4(),
        )
    )


@pytest.fixture
def directory() -> Directory:
    made = Directory()
    founded(made, "110000", "北京市公共就业服务中心", "city", None)
    founded(made, "110101", "东城区公共就业服务中心", "district", "110000")
    founded(made, "110102", "西城区公共就业服务中心", "district", "110000")
    founded(made, "110101001", "东华门街道", "subdistrict", "110101")
    founded(made, "110101002", "景山街道", "subdistrict", "110101")
    founded(made, "110102001", "西长安街街道", "subdistrict", "110102")
    return made


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as made:
        for table in (EMPLOYERS, VACANCIES, ENTRIES, OBLIGATIONS):
            made.execute(table.encode())
        yield made


def insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )


EMPLOYER = {
    "stream_id": UUID(int=9),
    "credit_code": "91110101MA0000001X",
    "name": "北京诚达商贸有限公司",
    "agency_code": "110101001",
    "basics_stated": True,
    "licence_valid_from": date(2020, 1, 1),
    "licence_valid_until": None,
    "agent_valid_until": date(2027, 1, 1),
    "registered_on": date(2024, 1, 1),
}
VACANCY = {
    "vacancy_id": UUID(int=100),
    "stream_id": UUID(int=9),
    "agency_code": "110101001",
    "title": "前台接待",
    "status": "published",
    "channel": "front_desk",
    "publisher_id": None,
    "external_id": "X1",
    "submitted_on": date(2026, 11, 19),
    "submitted_by": "s001",
    "reviewed_on": date(2026, 11, 20),
    "reviewed_by": "s002",
    "review_outcome": "passed",
    "overruled": None,
    "published_on": date(2026, 11, 20),
    "valid_until": date(2026, 12, 31),
    "ended_on": None,
    "headcount": 3,
    "missing": 0,
    "violations": 0,
    "concerns": 0,
    "findings": None,
    "screened_with": SCREENING_VERSION,
    "last_position": 5,
}


def entry(n: int, topic: str, occurred_on: date, recorded_on: date) -> dict[str, Any]:
    return {
        "stream_id": UUID(int=9),
        "position": n,
        "topic": topic,
        "subject_id": UUID(int=100),
        "occurred_on": occurred_on,
        "recorded_on": recorded_on,
        "agency_code": "110101001",
        "staff_id": "s001",
        "late": False,
    }


def facts_of(
    connection: psycopg.Connection[Any],
    directory: Directory,
    code: str = "110000",
    day: date = DAY,
    previous: DailyVacancyNotice | None = None,
) -> NoticeFacts:
    superior = directory.find(code, day)
    assert superior is not None
    return gather(
        connection,
        directory,
        superior,
        day,
        99,
        calendar=CALENDAR,
        texts=lambda ids: dict.fromkeys(ids, TEXTS),
        previous=previous,
    )


@pytest.mark.rule("56.1", "56.2a")
def test_figures_of_the_day_and_of_the_week(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    insert(connection, "vacancies_asof", VACANCY)
    insert(connection, "ledger_entries_asof", entry(1, "vacancy.submitted", DAY, DAY))
    insert(connection, "ledger_entries_asof", entry(2, "vacancy.passed", DAY, DAY))
    insert(
        connection,
        "ledger_entries_asof",
        entry(3, "vacancy.published", DAY - timedelta(days=2), DAY),
    )
    week_ago = DAY - timedelta(days=6)
    insert(connection, "ledger_entries_asof", entry(4, "vacancy.changed", week_ago, week_ago))
    older = DAY - timedelta(days=7)
    insert(connection, "ledger_entries_asof", entry(5, "vacancy.changed", older, older))
    insert(connection, "ledger_entries_asof", entry(6, "referral.made", DAY, DAY))
    notice = build(facts_of(connection, directory), None)
    east, west = notice.agencies
    assert (east.rate.checked, east.rate.passed, east.positions, east.touched) == (1, 1, 3, 1)
    assert (east.flows.submitted, east.flows.passed, east.flows.published) == (1, 1, 1)
    assert (west.rate.checked, west.flows.total) == (0, 0)
    assert [point.flows.total for point in notice.series] == [1, 0, 0, 0, 0, 0, 3]
    assert [(late.topic, late.position) for late in notice.late] == [("vacancy.published", 3)]


@pytest.mark.rule("56.1")
def test_a_district_sees_its_own_line_and_its_subdistricts_only(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    for n, code in enumerate(("110101", "110101001", "110102001")):
        insert(
            connection, "vacancies_asof", VACANCY | {"vacancy_id": UUID(int=n), "agency_code": code}
        )
    notice = build(facts_of(connection, directory, "110101"), None)
    lines = [(line.agency.code, line.own, line.rate.checked) for line in notice.agencies]
    assert lines == [("110101", True, 1), ("110101001", False, 1), ("110101002", False, 0)]
    assert [agency.code for agency in notice.addressees] == ["110101001", "110101002"]


@pytest.mark.rule("56.1")
def test_a_closed_agencys_records_come_to_its_successor_and_names_are_those_of_the_day(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    closed = AgencyClosed(successor_code="110101001", effective_on=date(2026, 11, 1))
    change(directory, "110101002", closed)
    change(directory, "110101001", AgencyRenamed(name="新街道", effective_on=DAY))
    insert(connection, "employers_asof", EMPLOYER)
    insert(connection, "vacancies_asof", VACANCY | {"agency_code": "110101002", "missing": 1})
    before = build(facts_of(connection, directory, "110101", DAY - timedelta(days=1)), None)
    assert before.agencies[0].agency.name == "东华门街道"
    notice = build(facts_of(connection, directory, "110101", DAY, before), before)
    assert [line.agency.name for line in notice.agencies] == ["新街道"]
    assert (notice.defects[0].vacancy.agency, notice.defects[0].times) == ("新街道", 2)


@pytest.mark.rule("38.3")
def test_findings_of_another_screening_are_not_trusted(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    insert(connection, "vacancies_asof", VACANCY | {"screened_with": "0"})
    notice = build(facts_of(connection, directory), None)
    assert [defect.rule for defect in notice.defects] == ["38.3"]
    assert notice.defects[0].wording is not None and notice.defects[0].wording.marked == "限男性"


@pytest.mark.rule("58.2a")
def test_what_became_of_the_problems_of_the_notice_before(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    insert(connection, "vacancies_asof", VACANCY | {"missing": 1})
    before = build(facts_of(connection, directory, day=DAY - timedelta(days=1)), None)
    connection.execute("UPDATE vacancies_asof SET status = 'archived'")
    notice = build(facts_of(connection, directory, previous=before), before)
    assert [mended.how for mended in notice.put_right] == ["archived"]


@pytest.mark.rule("41")
def test_duties_open_after_their_day(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    duty = {
        "subject_id": UUID(int=7),
        "duty": "referral_outcome",
        "stream_id": UUID(int=9),
        "rule": "41",
        "agency_code": "110101001",
        "staff_id": "s001",
        "arose_on": date(2026, 11, 12),
        "due_on": DAY - timedelta(days=1),
        "provisional": False,
        "outcome": "open",
    }
    for changes in ({}, {"due_on": DAY}, {"outcome": "met"}, {"rule": "50"}):
        insert(connection, "obligations_asof", duty | changes)
    notice = build(facts_of(connection, directory), None)
    assert [(d.duty, d.vacancy.employer) for d in notice.overdue] == [
        ("referral_outcome", EMPLOYER["name"])
    ]


def test_a_title_that_looks_like_a_formula_comes_through_as_it_is(
    connection: psycopg.Connection[Any], directory: Directory
) -> None:
    insert(connection, "employers_asof", EMPLOYER)
    insert(connection, "vacancies_asof", VACANCY | {"title": "=1+1", "missing": 1})
    notice = build(facts_of(connection, directory), None)
    assert notice.defects[0].vacancy.title == "=1+1"


def near(day: date) -> st.SearchStrategy[date]:
    return st.integers(-6, 6).map(lambda n: day + timedelta(days=n))


FINDINGS = screened_again(TEXTS)
STAFF = st.sampled_from([None, "s001", "s002"])
RANDOM_EMPLOYER = st.fixed_dictionaries(
    {
        "basics_stated": st.booleans(),
        "licence_valid_from": st.none() | near(DAY) | st.just(date(2020, 1, 1)),
        "licence_valid_until": st.none() | near(DAY),
        "agent_valid_until": st.none() | near(DAY),
        "registered_on": st.none() | st.just(date(2024, 1, 1)),
    }
)
RANDOM_VACANCY = st.fixed_dictionaries(
    {
        "status": st.sampled_from([*VacancyStatus, *[VacancyStatus.PUBLISHED] * 3]),
        "channel": st.sampled_from([None, "online", "front_desk"]),
        "publisher_id": st.sampled_from([None, UUID(int=5)]),
        "submitted_on": st.none() | near(DAY),
        "submitted_by": STAFF,
        "reviewed_on": st.none() | near(DAY),
        "reviewed_by": STAFF,
        "review_outcome": st.sampled_from([None, "passed", "passed", "returned"]),
        "published_on": st.none() | near(DAY),
        "valid_until": st.none() | near(DAY),
        "ended_on": st.none() | near(DAY),
        "missing": st.sampled_from([0, 0, 0, 1, 63]),
        "found": st.sampled_from([(), (), FINDINGS]),
        "employer": st.none() | RANDOM_EMPLOYER,
        "good_employer": st.booleans(),
    }
)


@pytest.mark.rule("35", "38.1", "38.2", "38.3", "39.1", "39.2", "41")
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(RANDOM_VACANCY, min_size=30, max_size=60))
def test_the_query_never_misses_what_the_check_finds(
    connection: psycopg.Connection[Any], directory: Directory, drawn: list[dict[str, Any]]
) -> None:
    connection.execute("TRUNCATE employers_asof, vacancies_asof")
    expected: dict[UUID, set[tuple[str, str]]] = {}
    for n, values in enumerate(drawn):
        vacancy_id, stream_id = UUID(int=1000 + n), UUID(int=5000 + n)
        employer = EMPLOYER if values["good_employer"] else values["employer"]
        found: tuple[WordingFinding, ...] = values["found"]
        violations = sum(finding.severity is Severity.VIOLATION for finding in found)
        own = {k: v for k, v in values.items() if k not in {"found", "employer", "good_employer"}}
        row = VACANCY | own | {"vacancy_id": vacancy_id, "stream_id": stream_id}
        row |= {
            "violations": violations,
            "concerns": len(found) - violations,
            "findings": Jsonb([finding.model_dump(mode="json") for finding in found]),
        }
        insert(connection, "vacancies_asof", row)
        known = None
        if employer is not None:
            full = EMPLOYER | employer | {"stream_id": stream_id}
            insert(connection, "employers_asof", full)
            known = EmployerRow(**{k: v for k, v in full.items() if k != "agency_code"})
        checked = VacancyRow(
            vacancy_id=vacancy_id,
            agency_code="110101001",
            title="",
            employer=known,
            findings=found,
            **own,
        )
        defects = check_vacancy(checked, known, DAY, EDITION_2018, CALENDAR)
        if defects:
            expected[vacancy_id] = {(defect.rule, defect.key) for defect in defects}
    notice = build(facts_of(connection, directory), None)
    reported: dict[UUID, set[tuple[str, str]]] = {}
    for defect in notice.defects:
        reported.setdefault(defect.vacancy.vacancy_id, set()).add((defect.rule, defect.key))
    assert reported == expected
