"""Duties to employers: given an event, what arises, when it is due, and what ends it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from taizhang.domain.calendar import SHANGHAI, WorkingDayCalendar
from taizhang.domain.duties import employers
from taizhang.domain.duties.duty import On
from taizhang.domain.employer.content import Screening, VacancyContent
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import ReferralMade, ReferralOutcome, ReferralOutcomeLearnt
from taizhang.domain.employer.vacancy import (
    VacancyArchived,
    VacancyChanged,
    VacancyLapsed,
    VacancyPassed,
    VacancyPublished,
    VacancyReturned,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.obligations import (
    EVENTS_WITH_DUTIES,
    Obligation,
    Outcome,
    Standing,
    arising,
    ending,
    explain,
    late_entry,
)
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import Obligations
from taizhang.projections.read_model import fold_in_memory

CALENDAR = WorkingDayCalendar()
STREAM, VACANCY, REFERRAL = uuid4(), uuid4(), uuid4()
MONDAY = date(2026, 3, 2)


def recorded(
    event: Event, day: date, *, position: int = 1, entered: date | None = None
) -> RecordedEvent:
    on = entered or day
    moment = datetime(on.year, on.month, on.day, 16, tzinfo=SHANGHAI)
    return RecordedEvent(event, STREAM, 1, position, day, moment, "s1", "110101001", uuid4())


def submitted() -> Event:
    return VacancySubmitted(
        vacancy_id=VACANCY,
        channel=Channel.FRONT_DESK,
        publisher_id=None,
        review_agency_code="110101001",
    )


def published(until: date) -> Event:
    return VacancyPublished(vacancy_id=VACANCY, valid_until=until)


def withdrawn() -> Event:
    return VacancyWithdrawn(vacancy_id=VACANCY, reason=WithdrawalReason.FILLED, note="")


def changed() -> Event:
    return VacancyChanged(
        vacancy_id=VACANCY,
        content=VacancyContent(title="会计"),
        screening=Screening(version="1"),
        reason="薪资调整",
        review_agency_code="110101001",
    )


def referred() -> Event:
    return ReferralMade(
        referral_id=REFERRAL, vacancy_id=VACANCY, job_seeker_id=uuid4(), reasons=("技能相符",)
    )


def learnt() -> Event:
    return ReferralOutcomeLearnt(
        referral_id=REFERRAL,
        vacancy_id=VACANCY,
        outcome=ReferralOutcome.NOT_HIRED,
        started_on=None,
    )


def owed(event: Event, day: date, calendar: WorkingDayCalendar = CALENDAR) -> list[Obligation]:
    return list(arising(recorded(event, day), EDITION_2018, calendar))


def ended(event: Event, outcome: Outcome | None) -> set[tuple[UUID, str]]:
    """Return which duties of which subjects an event ends so (None: discharges)."""
    return {
        (end.subject_id, duty)
        for end in ending(recorded(event, MONDAY))
        for duty in end.closing.duties
        if end.closing.outcome is outcome
    }


def history(*events: tuple[Event, date]) -> dict[tuple[str, int], dict[str, Any]]:
    """Fold a history and return its obligations by duty and position."""
    model = Obligations(CALENDAR)
    page = [recorded(event, day, position=at) for at, (event, day) in enumerate(events, start=1)]
    names = model.table.column_names
    rows = [dict(zip(names, row, strict=True)) for row in fold_in_memory(model, [page])]
    return {(row["duty"], row["arose_position"]): row for row in rows}


@pytest.mark.rule("38.1")
@pytest.mark.parametrize("event", [submitted(), changed()])
def test_what_is_submitted_or_changed_is_to_be_reviewed_within_two_working_days(
    event: Event,
) -> None:
    (review,) = owed(event, date(2026, 3, 6))  # a Friday
    assert (review.subject_id, review.duty, review.rule) == (VACANCY, "vacancy_review", "38.1")
    assert (review.due_on, review.provisional) == (date(2026, 3, 10), False)
    assert (review.agency_code, review.staff_id) == ("110101001", "")


@pytest.mark.rule("38.1")
@pytest.mark.parametrize(
    "event",
    [
        VacancyPassed(vacancy_id=VACANCY, overruled=None),
        VacancyReturned(vacancy_id=VACANCY, defects=()),
    ],
)
def test_a_review_of_either_outcome_discharges_the_review(event: Event) -> None:
    assert (VACANCY, "vacancy_review") in ended(event, None)
    rows = history((submitted(), MONDAY), (event, date(2026, 3, 4)))
    assert rows["vacancy_review", 1]["outcome"] == Outcome.MET


@pytest.mark.rule("39.1")
def test_what_passed_is_to_be_published_on_the_next_working_day() -> None:
    (publication,) = owed(VacancyPassed(vacancy_id=VACANCY, overruled=None), MONDAY)
    assert (publication.duty, publication.rule) == ("vacancy_publication", "39.1")
    assert publication.due_on == date(2026, 3, 3)
    assert ended(published(MONDAY), None) == {(VACANCY, "vacancy_publication")}


@pytest.mark.rule("41")
def test_archiving_is_known_from_publication_on_and_counted_from_the_last_valid_day() -> None:
    (archive,) = owed(published(date(2026, 3, 31)), MONDAY)
    assert (archive.duty, archive.rule) == ("vacancy_archive", "41")
    assert (archive.arose_on, archive.due_on) == (date(2026, 3, 31), date(2026, 4, 2))
    assert owed(VacancyLapsed(vacancy_id=VACANCY), date(2026, 4, 1)) == []


@pytest.mark.rule("41")
def test_a_withdrawal_moves_the_archiving() -> None:
    rows = history((published(date(2026, 3, 31)), MONDAY), (withdrawn(), date(2026, 3, 9)))
    assert rows["vacancy_archive", 1]["outcome"] == Outcome.CANCELLED
    moved = rows["vacancy_archive", 2]
    assert (moved["outcome"], moved["due_on"]) == (Outcome.OPEN, date(2026, 3, 11))


@pytest.mark.rule("41")
def test_a_change_takes_the_archiving_back_until_it_is_published_again() -> None:
    rows = history(
        (published(date(2026, 3, 31)), MONDAY),
        (changed(), date(2026, 3, 4)),
        (published(date(2026, 4, 30)), date(2026, 3, 6)),
    )
    assert rows["vacancy_archive", 1]["outcome"] == Outcome.CANCELLED
    assert rows["vacancy_archive", 3]["arose_on"] == date(2026, 4, 30)


@pytest.mark.rule("38.1", "39.1")
@pytest.mark.parametrize("event", [submitted(), VacancyPassed(vacancy_id=VACANCY, overruled=None)])
def test_a_withdrawal_cancels_review_and_publication(event: Event) -> None:
    rows = history((event, MONDAY), (withdrawn(), date(2026, 3, 20)))
    assert [row["outcome"] for row in rows.values() if row["arose_position"] == 1] == ["cancelled"]
    assert ended(withdrawn(), Outcome.CANCELLED) == {
        (VACANCY, "vacancy_review"),
        (VACANCY, "vacancy_publication"),
        (VACANCY, "vacancy_archive"),
    }


@pytest.mark.rule("41")
@pytest.mark.parametrize(
    ("done_on", "outcome"), [(date(2026, 3, 9), "met"), (date(2026, 3, 10), "late")]
)
def test_the_day_of_service_decides_whether_an_outcome_was_learnt_in_time(
    done_on: date, outcome: str
) -> None:
    (row,) = history((referred(), MONDAY), (learnt(), done_on)).values()
    assert (row["subject_id"], row["due_on"]) == (REFERRAL, date(2026, 3, 9))
    assert (row["outcome"], row["closed_on"], row["closed_position"]) == (outcome, done_on, 2)


@pytest.mark.rule("41")
def test_archiving_discharges_the_archiving() -> None:
    rows = history((withdrawn(), MONDAY), (VacancyArchived(vacancy_id=VACANCY), date(2026, 3, 4)))
    assert [row["outcome"] for row in rows.values()] == ["met"]


@pytest.mark.rule("50")
@pytest.mark.parametrize(
    ("entered", "late"),
    [(date(2026, 3, 6), False), (date(2026, 3, 9), False), (date(2026, 3, 10), True)],
)
def test_a_service_is_to_be_entered_within_one_working_day(entered: date, late: bool) -> None:
    found = late_entry(
        recorded(referred(), date(2026, 3, 6), entered=entered), EDITION_2018, CALENDAR
    )
    assert (found is not None) == late
    if found is not None:
        assert (found.subject_id, found.rule, found.outcome) == (REFERRAL, "50", Outcome.LATE)
        assert (found.due_on, found.closed_on) == (date(2026, 3, 9), date(2026, 3, 10))


@pytest.mark.rule("50")
def test_late_entry_of_a_review_in_time_is_late_entry_alone() -> None:
    model = Obligations(CALENDAR)
    review = VacancyPassed(vacancy_id=VACANCY, overruled=None)
    page = [
        recorded(submitted(), MONDAY, position=1),
        recorded(review, date(2026, 3, 4), position=2, entered=date(2026, 3, 12)),
    ]
    rows = [
        dict(zip(model.table.column_names, row, strict=True))
        for row in fold_in_memory(model, [page])
    ]
    assert {(row["duty"], row["outcome"]) for row in rows} == {
        ("vacancy_review", "met"),
        ("vacancy_publication", "open"),
        ("employer_service_entry", "late"),
    }


@pytest.mark.rule("50")
def test_the_day_of_entry_is_the_day_in_shanghai() -> None:
    at_night = recorded(referred(), date(2026, 3, 5))._replace(
        recorded_at=datetime.fromisoformat("2026-03-06T15:59:00+00:00")
    )
    assert late_entry(at_night, EDITION_2018, CALENDAR) is None
    after = at_night._replace(recorded_at=at_night.recorded_at + timedelta(minutes=1, days=2))
    assert late_entry(after, EDITION_2018, CALENDAR) is not None


@pytest.mark.rule("38.1")
def test_a_due_date_over_new_year_2027_is_provisional_until_the_notice_is_loaded() -> None:
    (review,) = owed(submitted(), date(2026, 12, 31))
    assert (review.due_on, review.provisional) == (date(2027, 1, 4), True)
    settled = CALENDAR.with_year(2027, [date(2027, 1, 1)], [])
    (moved,) = owed(submitted(), date(2026, 12, 31), settled)
    assert (moved.due_on, moved.provisional) == (date(2027, 1, 5), False)
    assert "暂定" in explain(review, EDITION_2018, CALENDAR).text_zh
    explained = explain(moved, EDITION_2018, settled)
    assert explained.citation == "第三十八条第一款"
    assert explained.calendar_version == settled.version
    assert explained.text_zh.startswith(
        "依据第三十八条第一款，因招聘信息提交审核，应办理“审核招聘信息”：自2026年12月31日起2个工作日内，应于2027年1月5日前"
    )


@pytest.mark.rule("38.1")
def test_an_agencys_own_standard_moves_the_due_date() -> None:
    edition = EDITION_2018.with_policy({"vacancy_review": 5})
    (review,) = arising(recorded(submitted(), MONDAY), edition, CALENDAR)
    assert review.due_on == date(2026, 3, 9)


def test_before_the_first_edition_nothing_is_owed() -> None:
    assert history((submitted(), date(2018, 7, 31))) == {}
    assert len(history((submitted(), date(2018, 8, 1)))) == 1


def test_a_worklist_sees_how_an_obligation_stands() -> None:
    (archive,) = owed(published(date(2026, 3, 31)), MONDAY)
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 2), date(2026, 4, 3)]
    assert [archive.standing(day) for day in days] == [
        Standing.NOT_BEGUN,
        Standing.RUNNING,
        Standing.DUE_TODAY,
        Standing.OVERDUE,
    ]
    assert [archive.judge(day) for day in days[2:]] == [Outcome.MET, Outcome.LATE]


def test_every_trigger_is_told_in_an_explanation() -> None:
    template = owed(withdrawn(), MONDAY)[0]
    for duty in employers.DUTIES:
        for event in duty.arises_from:
            kind = event.event if isinstance(event, On) else event
            told = explain(
                template._replace(duty=duty.key, rule=duty.rule, trigger=kind.event_name),
                EDITION_2018,
                CALENDAR,
            )
            assert told.trigger_zh == employers.TRIGGERS_ZH[kind]
            assert kind in EVENTS_WITH_DUTIES


@pytest.mark.rule("38.1")
def test_the_review_is_owed_by_the_agency_that_is_asked_not_by_who_submitted() -> None:
    asked = submitted().model_copy(update={"review_agency_code": "110101"})
    (review,) = arising(recorded(asked, MONDAY), EDITION_2018, CALENDAR)
    assert (review.agency_code, review.staff_id) == ("110101", "")
