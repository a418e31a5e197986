"""The daily vacancy notice: what is a defect, how often it was notified, what was put right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from taizhang.domain.calendar import WorkingDayCalendar, day_bounds
from taizhang.domain.employer.content import Item, WordingFinding
from taizhang.domain.regulation import EDITION_2018, RULES
from taizhang.domain.screening import SCREENING_VERSION, Severity
from taizhang.projections.canonical import canonical_json, digest
from taizhang.projections.daily_vacancy_notice.build import build
from taizhang.projections.daily_vacancy_notice.check import (
    RULE_ORDER,
    STATED_BY_VACANCY,
    Found,
    check_vacancy,
    screened_again,
)
from taizhang.projections.daily_vacancy_notice.facts import (
    DutyRow,
    EmployerRow,
    Flow,
    LateRow,
    NoticeFacts,
    Stock,
    Touched,
    VacancyRow,
)
from taizhang.projections.daily_vacancy_notice.model import (
    DailyVacancyNotice,
    Kind,
)
from taizhang.projections.daily_vacancy_notice.wording import detail, prose
from taizhang.projections.notice.model import AgencyRef, Placement, Rate

MONDAY = date(2026, 11, 23)
CALENDAR = WorkingDayCalendar()
CITY = AgencyRef(agency_id=UUID(int=1), code="110000", name="北京市公共就业服务中心", level="city")
EAST = AgencyRef(
    agency_id=UUID(int=2), code="110101", name="东城区公共就业服务中心", level="district"
)
WEST = AgencyRef(
    agency_id=UUID(int=3), code="110102", name="西城区公共就业服务中心", level="district"
)
STREET = AgencyRef(agency_id=UUID(int=4), code="110101001", name="东华门街道", level="subdistrict")
PLACEMENTS = {
    EAST.code: Placement(EAST, EAST.agency_id),
    STREET.code: Placement(STREET, EAST.agency_id),
    WEST.code: Placement(WEST, WEST.agency_id),
}
EMPLOYER = EmployerRow(
    stream_id=UUID(int=9),
    credit_code="91110101MA0000001X",
    name="北京诚达商贸有限公司",
    basics_stated=True,
    licence_valid_from=date(2020, 1, 1),
    licence_valid_until=None,
    agent_valid_until=date(2027, 1, 1),
    registered_on=date(2024, 1, 1),
)
GOOD = VacancyRow(
    vacancy_id=UUID(int=100),
    agency_code=STREET.code,
    title="前台接待",
    status="published",
    employer=EMPLOYER,
    external_id="DC000100",
    channel="front_desk",
    submitted_on=MONDAY - timedelta(days=4),
    submitted_by="s001",
    reviewed_on=MONDAY - timedelta(days=3),
    reviewed_by="s002",
    review_outcome="passed",
    published_on=MONDAY - timedelta(days=3),
    valid_until=date(2026, 12, 31),
    screened_with=SCREENING_VERSION,
    last_position=10,
)
SEXIST: Mapping[str, str] = {"text": "岗位职责：接待来访。要求：限男性，能吃苦。电话13812345678"}


def check(row: VacancyRow, day: date = MONDAY) -> list[Found]:
    return check_vacancy(row, row.employer, day, EDITION_2018, CALENDAR)


def kinds(row: VacancyRow, day: date = MONDAY) -> list[tuple[str, Kind]]:
    return [(found.rule, found.kind) for found in check(row, day)]


def facts(*candidates: VacancyRow, day: date = MONDAY, **changes: Any) -> NoticeFacts:
    made = NoticeFacts(
        day=day,
        superior=CITY,
        direct=(EAST, WEST),
        placements=PLACEMENTS,
        staff={"s001": "王芳", "s002": "李伟"},
        position=1000 + day.toordinal(),
        cutoff=day_bounds(day)[1],
        edition=EDITION_2018,
        calendar=CALENDAR,
        stock=(Stock(STREET.code, 100, 300, 2), Stock(WEST.code, 50, 90, 0)),
        candidates=candidates,
        texts={row.vacancy_id: SEXIST for row in candidates if row.findings},
    )
    return replace(made, **changes)


def test_a_vacancy_in_order_has_no_defect() -> None:
    assert check(GOOD) == []


@pytest.mark.rule("35")
@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"registered_on": None}, Kind.NOT_REGISTERED),
        ({"licence_valid_from": None}, Kind.LICENCE_MISSING),
        ({"licence_valid_until": MONDAY - timedelta(days=1)}, Kind.LICENCE_EXPIRED),
        ({"agent_valid_until": None}, Kind.AGENT_MISSING),
        ({"agent_valid_until": MONDAY - timedelta(days=1)}, Kind.AGENT_EXPIRED),
    ],
)
def test_papers_missing_or_expired_while_public(changes: dict[str, Any], kind: Kind) -> None:
    row = replace(GOOD, employer=replace(EMPLOYER, **changes))
    assert kinds(row) == [("35", kind)]
    assert kinds(replace(row, status="withdrawn", ended_on=MONDAY)) == []


@pytest.mark.rule("35")
def test_papers_are_good_on_their_last_day() -> None:
    employer = replace(EMPLOYER, licence_valid_until=MONDAY, agent_valid_until=MONDAY)
    assert check(replace(GOOD, employer=employer)) == []


@pytest.mark.rule("35", "38.2")
def test_an_employer_that_is_not_known_has_no_papers_and_states_nothing() -> None:
    assert kinds(replace(GOOD, employer=None)) == [
        ("35", Kind.NOT_REGISTERED),
        ("35", Kind.LICENCE_MISSING),
        ("35", Kind.AGENT_MISSING),
        ("38.2", Kind.ITEM_MISSING),
    ]


@pytest.mark.rule("38.1")
def test_published_without_review_or_reviewed_by_who_submitted() -> None:
    unreviewed = replace(GOOD, reviewed_on=None, reviewed_by=None, review_outcome=None)
    assert kinds(unreviewed) == [("38.1", Kind.UNREVIEWED)]
    assert kinds(replace(GOOD, reviewed_by="s001")) == [("38.1", Kind.SELF_REVIEWED)]


@pytest.mark.rule("38.2")
@pytest.mark.parametrize("bit", range(len(STATED_BY_VACANCY)))
def test_each_missing_item_is_a_defect_of_its_own(bit: int) -> None:
    (found,) = check(replace(GOOD, missing=1 << bit))
    assert (found.rule, found.item) == ("38.2", list(Item)[bit + 1])


@pytest.mark.rule("38.2")
def test_employer_basics_are_the_employers() -> None:
    row = replace(GOOD, employer=replace(EMPLOYER, basics_stated=False), missing=63)
    assert [found.item for found in check(row)] == list(Item)


@pytest.mark.rule("38.3")
def test_wording_is_marked_in_its_sentence_without_telephone_numbers() -> None:
    row = replace(GOOD, findings=screened_again(SEXIST))
    notice = build(facts(row), None)
    (defect,) = notice.defects
    assert defect.wording is not None
    assert (defect.rule, defect.wording.marked) == ("38.3", "限男性")
    assert (defect.wording.before, defect.wording.after) == ("要求：", "，能吃苦。")
    assert "13812345678" not in canonical_json(notice).decode()


@pytest.mark.rule("38.3")
def test_an_overruled_finding_is_still_a_defect_and_says_why_it_was_overruled() -> None:
    row = replace(GOOD, findings=screened_again(SEXIST), overruled="男浴室更衣室管理员")
    (defect,) = build(facts(row), None).defects
    assert "审核人认定不构成歧视，理由：男浴室更衣室管理员" in detail(defect)


@pytest.mark.rule("38.3")
def test_the_same_words_twice_are_two_problems() -> None:
    row = replace(GOOD, findings=screened_again({"text": "限男性。岗位二：限男性。"}))
    assert len({(found.rule, found.key) for found in check(row)}) == 2


@pytest.mark.rule("38.3")
def test_a_concern_is_told_apart_and_fails_nothing() -> None:
    row = replace(
        GOOD,
        findings=screened_again({"text": "年龄25岁以下"}),
        topics=frozenset({"vacancy.published"}),
    )
    assert row.findings and {f.severity for f in row.findings} == {Severity.CONCERN}
    notice = build(facts(row, texts={row.vacancy_id: {"text": "年龄25岁以下"}}), None)
    assert notice.defects == ()
    assert [concern.wording.category for concern in notice.concerns] == ["age"]
    assert notice.overall.rate.percent == "100.0"


@pytest.mark.rule("39.1")
def test_late_review_and_publication_are_told_on_the_day_of_their_record_only() -> None:
    late = replace(
        GOOD,
        submitted_on=date(2026, 11, 16),
        reviewed_on=date(2026, 11, 20),
        published_on=MONDAY + timedelta(days=1),
    )
    today = replace(late, topics=frozenset({"vacancy.passed", "vacancy.published"}))
    assert kinds(late) == []
    assert kinds(today) == [("39.1", Kind.REVIEWED_LATE), ("39.1", Kind.PUBLISHED_LATE)]
    # A weekend between review and publication is no delay.
    prompt = replace(today, submitted_on=date(2026, 11, 19), published_on=MONDAY)
    assert kinds(prompt) == []
    first = build(facts(today), None)
    assert first.overall.rate.passed == 150
    following = build(facts(late, day=MONDAY + timedelta(days=1)), first)
    assert (following.defects, following.put_right) == ((), ())


@pytest.mark.rule("39.1")
def test_published_though_returned() -> None:
    assert kinds(replace(GOOD, review_outcome="returned")) == [
        ("39.1", Kind.PUBLISHED_THOUGH_RETURNED)
    ]


@pytest.mark.rule("39.2")
def test_online_without_verified_publisher() -> None:
    assert kinds(replace(GOOD, channel="online")) == [("39.2", Kind.PUBLISHER_UNVERIFIED)]
    assert kinds(replace(GOOD, channel="online", publisher_id=UUID(int=5))) == []


@pytest.mark.rule("41")
@pytest.mark.parametrize(
    ("changes", "overdue"),
    [
        ({"status": "lapsed", "valid_until": date(2026, 11, 19)}, False),
        ({"status": "lapsed", "valid_until": date(2026, 11, 18)}, True),
        ({"status": "withdrawn", "ended_on": date(2026, 11, 19)}, False),
        ({"status": "withdrawn", "ended_on": date(2026, 11, 18)}, True),
        ({"status": "archived", "ended_on": date(2026, 11, 1)}, False),
        ({"valid_until": date(2026, 11, 18)}, True),
    ],
)
def test_not_archived_in_time(changes: dict[str, Any], overdue: bool) -> None:
    # Two working days: from Wednesday until Friday, from Thursday until Monday.
    assert kinds(replace(GOOD, **changes)) == ([("41", Kind.NOT_ARCHIVED)] if overdue else [])


def days(row: VacancyRow, number: int) -> list[DailyVacancyNotice]:
    notices: list[DailyVacancyNotice] = []
    for n in range(number):
        previous = notices[-1] if notices else None
        notices.append(build(facts(row, day=MONDAY + timedelta(days=n)), previous))
    return notices


@pytest.mark.rule("56.2a", "58.2a", "58.2b")
def test_a_problem_that_stands_is_notified_again() -> None:
    notices = days(replace(GOOD, missing=1), 4)
    assert [notice.defects[0].times for notice in notices] == [1, 2, 3, 4]
    assert {notice.defects[0].first_notified_on for notice in notices} == {MONDAY}
    assert notices[3].overall.problems.third_or_more == 1
    assert notices[1].previous is not None
    assert notices[1].previous.digest == digest(canonical_json(notices[0]))


@pytest.mark.rule("58.2b")
def test_from_the_third_time_an_interview_may_follow_once_the_time_to_answer_is_over() -> None:
    # The notice of Monday is issued on Tuesday, to be answered by Friday: nobody was idle before.
    notices = days(replace(GOOD, missing=1), 5)
    assert [bool(prose(notice).warning) for notice in notices] == [False] * 4 + [True]
    assert {notice.defects[0].answer_by for notice in notices} == {MONDAY + timedelta(days=4)}
    warning = prose(notices[4]).warning
    assert "第五十八条第二款" in warning and "可按规定对该机构的主要负责人予以警示约谈" in warning


@pytest.mark.rule("56.2a")
def test_a_problem_put_right_and_found_again_is_new() -> None:
    bad = replace(GOOD, missing=1)
    first = build(facts(bad), None)
    second = build(facts(former=(GOOD,), day=MONDAY + timedelta(days=1)), first)
    third = build(facts(bad, day=MONDAY + timedelta(days=2)), second)
    assert third.defects[0].times == 1


@pytest.mark.rule("58.2a")
@pytest.mark.parametrize(
    ("bad", "now", "how"),
    [
        (replace(GOOD, missing=1), replace(GOOD, status="archived"), "archived"),
        (replace(GOOD, missing=1), replace(GOOD, status="withdrawn", ended_on=MONDAY), "withdrawn"),
        (replace(GOOD, missing=1), replace(GOOD, status="submitted"), "under_review"),
        (replace(GOOD, missing=1), replace(GOOD, last_position=10**9), "changed"),
        (replace(GOOD, employer=replace(EMPLOYER, registered_on=None)), GOOD, "papers_renewed"),
        (replace(GOOD, employer=replace(EMPLOYER, basics_stated=False)), GOOD, "basics_stated"),
        (replace(GOOD, reviewed_by="s001"), GOOD, "reviewed"),
        (replace(GOOD, missing=1), None, "moved"),
    ],
)
def test_what_was_put_right_says_how(bad: VacancyRow, now: VacancyRow | None, how: str) -> None:
    first = build(facts(bad), None)
    former = (now,) if now else ()
    second = build(facts(former=former, day=MONDAY + timedelta(days=1)), first)
    assert [(mended.how, mended.defect.times) for mended in second.put_right] == [(how, 1)]
    assert second.agencies[0].put_right == 1 and second.defects == ()


@pytest.mark.rule("38.3")
def test_wording_that_a_newer_screening_finds_harmless_was_not_put_right_by_anybody() -> None:
    row = replace(GOOD, findings=screened_again(SEXIST))
    first = build(facts(row), None)
    older = first.model_copy(update={"basis": first.basis.model_copy(update={"screening": "0"})})
    second = build(facts(former=(GOOD,), day=MONDAY + timedelta(days=1)), older)
    assert [mended.how for mended in second.put_right] == ["reassessed"]


@pytest.mark.rule("56.2a")
def test_figures_roll_up_by_the_agencies_directly_below() -> None:
    bad = replace(GOOD, missing=3)
    other = replace(GOOD, vacancy_id=UUID(int=101), agency_code=EAST.code, missing=1)
    flows = (
        Flow(STREET.code, MONDAY, "vacancy.published", 4),
        Flow(WEST.code, MONDAY, "vacancy.archived", 2),
        Flow(WEST.code, MONDAY - timedelta(days=1), "vacancy.archived", 9),
    )
    touched = (Touched(STREET.code, MONDAY, 3), Touched(WEST.code, MONDAY, 2))
    notice = build(facts(bad, other, flows=flows, touched=touched), None)
    east, west = notice.agencies
    assert (east.agency, east.rate) == (EAST, Rate.of(100, 98))
    assert (east.problems.first, east.faulty, east.flows.published, east.touched) == (3, 2, 4, 3)
    assert (west.rate.percent, west.flows.archived) == ("100.0", 2)
    assert (notice.overall.rate, notice.overall.flows.total) == (Rate.of(150, 148), 6)
    assert [point.flows.archived for point in notice.series[-2:]] == [9, 2]


@pytest.mark.rule("56.2a")
def test_the_day_before_is_compared_only_with_its_own_notice() -> None:
    first = build(facts(replace(GOOD, missing=1)), None)
    following = build(facts(day=MONDAY + timedelta(days=1)), first)
    assert following.agencies[0].rate_before == Rate.of(100, 99)
    assert [point.rate is not None for point in following.series] == [False] * 5 + [True] * 2
    later = build(facts(day=MONDAY + timedelta(days=2)), first)
    assert later.agencies[0].rate_before is None
    assert [point.rate is not None for point in later.series[-3:]] == [True, False, True]


@pytest.mark.rule("56.2a")
def test_an_agency_renamed_between_two_notices_stays_the_same_one() -> None:
    bad = replace(GOOD, missing=1)
    first = build(facts(bad), None)
    renamed = EAST.model_copy(update={"name": "东城区就业促进中心", "code": "110199"})
    placements = PLACEMENTS | {STREET.code: Placement(STREET, renamed.agency_id)}
    second = build(
        facts(
            bad,
            day=MONDAY + timedelta(days=1),
            direct=(renamed, WEST),
            placements=placements,
        ),
        first,
    )
    assert second.agencies[0].agency.name == "东城区就业促进中心"
    assert second.agencies[0].rate_before == Rate.of(100, 99)
    assert second.defects[0].times == 2


@pytest.mark.rule("56.2a")
def test_a_late_entry_shows_as_late_and_changes_no_earlier_day() -> None:
    entry = LateRow(
        vacancy_id=GOOD.vacancy_id,
        external_id=None,
        title=GOOD.title,
        agency_code=STREET.code,
        employer_name=EMPLOYER.name,
        credit_code=EMPLOYER.credit_code,
        topic="vacancy.published",
        occurred_on=MONDAY - timedelta(days=1),
        staff_id="s001",
        position=77,
    )
    first = build(facts(day=MONDAY - timedelta(days=1)), None)
    flows = (Flow(STREET.code, MONDAY, "vacancy.published", 1),)
    notice = build(facts(late=(entry,), flows=flows), first)
    assert [(late.occurred_on, late.due_on, late.staff) for late in notice.late] == [
        (MONDAY - timedelta(days=1), MONDAY, "王芳")
    ]
    assert notice.agencies[0].late == 1
    assert notice.series[-2].flows == first.overall.flows
    assert notice.series[-1].flows.published == 1


def test_overdue_duties_are_counted_by_agency() -> None:
    duty = DutyRow(
        duty="vacancy_review",
        rule="38.1",
        subject_id=GOOD.vacancy_id,
        external_id=None,
        title=None,
        agency_code=WEST.code,
        staff_id="s001",
        employer_name=EMPLOYER.name,
        credit_code=EMPLOYER.credit_code,
        arose_on=MONDAY - timedelta(days=9),
        due_on=MONDAY - timedelta(days=3),
        provisional=False,
    )
    notice = build(facts(duties=(duty,)), None)
    assert [line.overdue for line in notice.agencies] == [0, 1]


def test_the_answer_is_due_three_working_days_after_the_day_of_the_cut_off() -> None:
    notice = build(facts(), None)
    assert notice.dated == MONDAY + timedelta(days=1)
    assert notice.requirements.answer_by == date(2026, 11, 27)
    assert notice.number == "招信核〔2026〕110000-327号"


@pytest.mark.rule("56.2a")
def test_a_day_without_any_record_reads_well() -> None:
    notice = build(facts(stock=()), None)
    read = prose(notice)
    assert read.situation == ("当日无招聘信息办理记录。", "截至当日24时，无在发布的招聘信息。")
    assert read.no_problems == "当日无应核查的招聘信息，未发现问题。"
    assert notice.overall.rate.percent is None


def test_a_rate_is_exact_at_its_ends() -> None:
    assert Rate.of(10_000, 9_999).percent == "99.9"
    assert Rate.of(10_000, 1).percent == "0.1"
    assert Rate.of(3, 2).percent == "66.7"
    assert Rate.of(0, 0).percent is None


@pytest.mark.rule("56.2a")
def test_the_same_facts_give_the_same_bytes_in_any_order_and_survive_a_reading() -> None:
    rows = [
        replace(GOOD, vacancy_id=UUID(int=n), missing=n % 5, findings=screened_again(SEXIST))
        for n in range(1, 20)
    ]
    one, two = build(facts(*rows), None), build(facts(*reversed(rows)), None)
    assert canonical_json(one) == canonical_json(two)
    read = DailyVacancyNotice.model_validate_json(canonical_json(one))
    assert read == one and canonical_json(read) == canonical_json(one)


def test_a_notice_follows_only_an_earlier_one_of_the_same_agency() -> None:
    first = build(facts(), None)
    with pytest.raises(ValueError, match="not before"):
        build(facts(), first)
    with pytest.raises(ValueError, match="another agency"):
        build(facts(superior=EAST, day=MONDAY + timedelta(days=1)), first)


def test_every_rule_of_the_check_can_be_cited() -> None:
    assert [RULES[rule].citation for rule in RULE_ORDER] == [
        "第三十五条",
        "第三十八条第一款",
        "第三十八条第二款",
        "第三十八条第三款",
        "第三十九条第一款",
        "第三十九条第二款",
        "第四十一条",
    ]


def test_a_span_whose_text_changed_meanwhile_stands_alone() -> None:
    (finding,) = screened_again(SEXIST)
    assert isinstance(finding, WordingFinding)
    row = replace(GOOD, findings=(finding,))
    (defect,) = build(facts(row, texts={row.vacancy_id: {"text": "别的内容"}}), None).defects
    assert defect.wording is not None
    assert (defect.wording.before, defect.wording.marked, defect.wording.after) == (
        "",
        "限男性",
        "",
    )
