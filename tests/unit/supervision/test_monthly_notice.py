"""The monthly notice: what it counts, groups, notifies once more, and leaves alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.organisation.staff import Role
from taizhang.domain.supervision.spot_check.estimate import Counted, estimate
from taizhang.domain.supervision.warning import Indicator
from taizhang.projections.canonical import canonical_json
from taizhang.projections.monthly_ledger_notice import (
    MonthFacts,
    MonthlyLedgerNotice,
    build,
    render_html,
    render_xlsx,
)
from taizhang.projections.monthly_ledger_notice.facts import DomainRow, DutyCount, StratumRow
from taizhang.projections.monthly_ledger_notice.wording import chart_text, prose
from taizhang.projections.notice.model import AgencyRef, Placement
from tests.unit.supervision.month import (
    CALENDAR,
    CLOSED,
    DATED,
    DISTRICT,
    EAST,
    MONTH,
    WEST,
    busy,
    check,
    facts,
    mended,
    notified,
    problem,
)


def made(
    given: MonthFacts | None = None,
    previous: MonthlyLedgerNotice | None = None,
    dated: date = DATED,
) -> MonthlyLedgerNotice:
    return build(busy() if given is None else given, previous, dated=dated)


# --- what it counts ---


@pytest.mark.rule("56.2b")
def test_the_figures_of_the_agencies_add_up() -> None:
    notice = made()
    overall = notice.overall
    assert [line.agency.code for line in notice.agencies] == [EAST.code, WEST.code, CLOSED.code]
    for name in ("met", "late", "missed"):
        total = sum(getattr(line.duties, name) for line in notice.agencies)
        assert getattr(overall.duties, name) == total
    by_rule = [line for line in notice.duties if line.under is None]
    assert sum(line.duties.due for line in by_rule) == overall.duties.due == 185
    by_agency = [line for line in notice.duties if line.under is not None]
    assert sum(line.duties.due for line in by_agency) == 185
    assert overall.rate.checked == sum(line.rate.checked for line in notice.agencies) == 212
    assert overall.rate.passed == sum(line.rate.passed for line in notice.agencies) == 194
    assert overall.put_right == len(notice.put_right) == 2


@pytest.mark.rule("56.2b")
def test_targeted_picks_are_told_apart_and_never_in_a_rate() -> None:
    (ledgers,) = [one for one in made().overall.checks if one.kind == "personal_ledgers"]
    assert (ledgers.drawn, ledgers.inspected, ledgers.targeted) == (114, 113, 6)
    assert (ledgers.rate.checked, ledgers.rate.passed) == (113, 102)
    assert "另定向检查6份，发现有问题的2份，不计入合格率" in "".join(prose(made()).situation)


@pytest.mark.rule("56.2b")
def test_a_check_that_goes_on_is_named_and_judged_later() -> None:
    notice = made()
    assert [one.kind for one in notice.pending] == ["needs_files"]
    assert "就业需求档案的抽查尚未结束" in "".join(prose(notice).situation)
    assert all(one.kind != "needs_files" for one in notice.overall.checks)


@pytest.mark.rule("56.2b")
def test_the_month_before_is_compared_only_with_its_own_notice() -> None:
    def of(month: date) -> MonthlyLedgerNotice:
        return made(busy(month=month, last_day=month.replace(day=28)))

    notice = made(previous=of(date(2026, 8, 1)))
    east = notice.agencies[0]
    assert east.rate_before == of(date(2026, 8, 1)).agencies[0].rate
    assert east.checks[0].rate_before is not None
    assert made(previous=of(date(2026, 7, 1))).agencies[0].rate_before is None


def test_a_notice_before_of_another_agency_or_month_is_none() -> None:
    with pytest.raises(ValueError, match="another agency"):
        made(previous=made(busy(superior=EAST, month=date(2026, 8, 1))))
    with pytest.raises(ValueError, match="not before"):
        made(previous=made())


# --- problems ---


@pytest.mark.rule("58.2a")
def test_each_problem_stands_in_one_group_and_is_counted_once() -> None:
    notice = made()
    assert len(notice.problems) == 6
    grouped = sum(figures.problems.total + figures.running for figures in notice.rules)
    assert grouped == 6
    assert [figures.rule for figures in notice.rules] == ["17", "27.1", "32", "50"]
    assert sum(number for figures in notice.rules for _, number in figures.agencies) == 6


@pytest.mark.rule("58.2a")
def test_what_stands_is_notified_once_more_and_what_is_put_right_is_not() -> None:
    notice = made()
    times = {one.rectification_id.int - 100: one for one in notice.problems}
    assert [(n, times[n].times, times[n].anew) for n in sorted(times)] == [
        (1, 1, True), (2, 1, True), (3, 2, True), (4, 3, True), (5, 1, False), (6, 1, True),
    ]  # fmt: skip
    told = {identity.int - 100 for identity, _ in notice.notified}
    assert told == {1, 2, 3, 4, 6}
    assert {one.problem.rectification_id.int - 100 for one in notice.put_right} == {8, 9}
    assert [one.notified for one in notice.put_right] == [True, False]
    assert "其中1个在通报前已主动整改，不再通报" in "".join(prose(notice).put_right)


@pytest.mark.rule("58.2a")
def test_while_the_time_to_put_right_runs_a_problem_is_not_notified_anew() -> None:
    last = date(2026, 10, 9)  # ten working days after it: 2026-10-22
    for dated, times, anew in ((date(2026, 10, 22), 1, False), (date(2026, 10, 23), 2, True)):
        (one,) = made(facts(problems=(notified(1, on=last),)), dated=dated).problems
        assert (one.times, one.anew) == (times, anew)


@pytest.mark.rule("58.2a")
def test_a_correction_counts_no_second_time() -> None:
    first = "monthly_ledgers-110105-20260930"
    told = replace(notified(1, times=2, on=date(2026, 10, 23)), last_notice=first)
    notice = made(facts(problems=(told, problem(2)), same_period=frozenset({first})))
    by_number = {one.rectification_id.int - 100: one for one in notice.problems}
    assert (by_number[1].times, by_number[1].anew) == (2, True)
    assert [(identity.int - 100, times) for identity, times in notice.notified] == [(2, 1)]


@pytest.mark.rule("58.2b")
@pytest.mark.parametrize(("times", "said"), [(1, False), (2, True)])
def test_from_the_third_notice_on_it_says_that_an_interview_may_be_held(
    times: int, said: bool
) -> None:
    text = prose(made(facts(problems=(notified(1, times=times),)))).warning
    assert bool(text) is said
    if said:
        assert "可按规定对该机构的主要负责人予以警示约谈" in text
        assert "建外街道1个" in text


STAGES = st.sampled_from(["found", "notified", "running", "mended"])


@pytest.mark.rule("58.2a")
@settings(max_examples=60, deadline=None)
@given(
    kinds=st.lists(
        st.tuples(STAGES, st.sampled_from(["17", "27.1", "32", "50", "60"]), st.booleans(),
                  st.integers(1, 5)),
        max_size=25,
    )
)  # fmt: skip
def test_whatever_the_problems_they_add_up_and_none_put_right_is_notified(
    kinds: list[tuple[str, str, bool, int]],
) -> None:
    standing, gone = [], []
    for n, (stage, rule, west, times) in enumerate(kinds, start=1):
        code = WEST.code if west else EAST.code
        more: dict[str, Any] = {"rule": rule, "agency_code": code}
        if stage == "found":
            standing.append(problem(n, **more))
        elif stage == "mended":
            gone.append(mended(n, **more))
        else:
            on = date(2026, 10, 20) if stage == "running" else date(2026, 9, 1)
            standing.append(notified(n, times=times, on=on, **more))
    notice = made(facts(problems=tuple(standing), mended=tuple(gone)))
    assert len(notice.problems) == len(standing)
    counted = sum(line.problems.total + line.running for line in notice.agencies)
    assert counted == len(standing) == notice.overall.problems.total + notice.overall.running
    groups = Counter(one.rule for one in notice.problems)
    assert {f.rule: f.problems.total + f.running for f in notice.rules} == groups
    told = {identity for identity, _ in notice.notified}
    assert told.isdisjoint(one.rectification_id for one in gone)
    assert told == {one.rectification_id for one in notice.problems if one.anew}
    assert MonthlyLedgerNotice.model_validate_json(canonical_json(notice)) == notice


# --- early warning ---


@pytest.mark.rule("58.1")
def test_an_agency_beyond_a_threshold_shows_and_one_within_does_not() -> None:
    found = {(one.agency.code, one.indicator) for one in made().warnings}
    assert (EAST.code, Indicator.OVERDUE_SHARE) in found  # 17 of 128
    assert (EAST.code, Indicator.LATE_ENTRY_SHARE) in found  # 61 of 410
    assert (EAST.code, Indicator.LATE_REVIEW_SHARE) in found  # 9 of 80
    assert (WEST.code, Indicator.LATE_ENTRY_SHARE) not in found
    assert (EAST.code, Indicator.PASS_RATE) not in found  # 98 of 108 is over 90%
    assert (EAST.code, Indicator.REPEATED_PROBLEMS) in found


@pytest.mark.rule("58.1")
def test_a_stricter_threshold_warns_of_more() -> None:
    strict = {**busy().thresholds, Indicator.PASS_RATE: 95}
    notice = made(busy(thresholds=strict))
    warned = [one for one in notice.warnings if one.indicator is Indicator.PASS_RATE]
    assert [(one.agency.code, one.value, one.limit) for one in warned] == [
        (EAST.code, "90.7%", 95),
        (WEST.code, "92.3%", 95),
    ]
    assert "台账抽查合格率" in prose(notice).early_warning


@pytest.mark.rule("60")
def test_an_agency_without_its_kinds_of_staff_shows() -> None:
    (one,) = [w for w in made().warnings if w.indicator is Indicator.MISSING_ROLES]
    assert one.agency == WEST
    assert one.roles == (Role.INFORMATION_ANALYST.value, Role.SERVICE_STAFF.value)
    assert "未配备职业信息分析人员、其他人力资源服务人员" in render_html(made())


def test_a_share_of_nothing_warns_of_nothing() -> None:
    assert made(facts()).warnings == ()


# --- as it is read ---


@pytest.mark.rule("56.2b")
def test_a_month_without_a_single_record_reads_well() -> None:
    notice = made(facts())
    text = prose(notice)
    assert text.situation == ("本月未实施台账抽查。", "本月无到期应办事项。", "无待整改问题。")
    assert text.no_problems == "本期未发现需要通报的问题。"
    assert text.put_right == ("首期通报，无上期问题。",)
    page = render_html(notice)
    assert "<figure" not in page
    assert "本期无已结束的抽查" in page
    render_xlsx(notice, BytesIO())
    assert "本月无可比较的数据" in chart_text(notice)


@pytest.mark.rule("56.2b")
def test_the_page_has_the_parts_of_an_official_notice() -> None:
    page = render_html(made())
    parts = (
        DISTRICT.name, "台账抽〔2026〕110105-09号", "关于2026年9月台账抽查情况的通报",
        "各街道（乡镇）公共就业服务机构：", "一、总体情况", "二、主要问题", "三、整改情况",
        "四、质量监测预警", "五、工作要求", "请于2026年11月6日前（10个工作日内）完成整改", "附件：",
        "2026年10月23日", "附件1", "附件6", "taizhang spot-check verify", "b" * 64,
    )  # fmt: skip
    place = -1
    for part in parts:
        assert page.find(part, place + 1) > place, part
        place = page.find(part, place + 1)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page


@pytest.mark.rule("51.2")
def test_a_person_is_a_ledger_number_and_a_masked_name() -> None:
    page = render_html(made())
    assert "7K2M4-PX001" in page
    assert "王**" in page


def test_a_list_that_is_long_says_how_many_more_the_workbook_holds() -> None:
    many = tuple(problem(n, rule="17") for n in range(1, 60))
    notice = made(facts(problems=many))
    assert "另有29条" in render_html(notice)
    buffer = BytesIO()
    render_xlsx(notice, buffer)
    sheet = openpyxl.load_workbook(buffer)["问题清单"]
    assert sheet.max_row == 60


def test_the_same_facts_give_the_same_bytes_in_any_order() -> None:
    given = busy()
    turned = replace(
        given, problems=given.problems[::-1], items=given.items[::-1], mended=given.mended[::-1],
    )  # fmt: skip
    first, second = made(given), made(turned)
    assert canonical_json(first) == canonical_json(second)
    pages = []
    for notice in (first, second):
        buffer = BytesIO()
        render_xlsx(notice, buffer)
        pages.append((render_html(notice), buffer.getvalue()))
    assert pages[0] == pages[1]


@pytest.mark.rule("56.2b")
def test_a_due_date_that_is_not_settled_is_said_to_be_provisional() -> None:
    notice = made(facts(problems=(problem(),)), dated=date(2026, 12, 28))
    assert notice.requirements.provisional
    assert "暂定" in "".join(prose(notice).requirements)
    assert CALENDAR.is_provisional(notice.requirements.answer_by)


def test_an_ordinary_month_needs_no_spot_check_for_its_chart() -> None:
    notice = made(
        facts(duties=(DutyCount(EAST.code, "17", 9, 1, 0), DutyCount(WEST.code, "17", 5, 0, 0)))
    )
    page = render_html(notice)
    assert "各机构应办事项按期办结率" in page
    assert "90.0%" in page
    assert check().month == MONTH


def sheets(notice: MonthlyLedgerNotice) -> Any:
    buffer = BytesIO()
    render_xlsx(notice, buffer)
    return openpyxl.load_workbook(buffer)


@pytest.mark.rule("56.2b")
def test_an_agency_below_an_inspected_one_is_told_of_as_a_domain() -> None:
    """With its own N and n, and the exact interval of what chance gave; one not drawn has no rate."""
    station, other = (
        AgencyRef(
            agency_id=UUID(int=n), code=f"{EAST.code}00{n}", name=f"第{n}社区", level="station"
        )
        for n in (8, 9)
    )
    stratum = StratumRow(
        EAST.code, 820, 58, 58, 9,
        domains=(DomainRow(station.code, 40, 3, 3, 1), DomainRow(other.code, 780, 0, 0, 0)),
    )  # fmt: skip
    held = facts(checks=(check(strata=(stratum,)),))
    below = {one.code: Placement(one, EAST.agency_id) for one in (station, other)}
    notice = made(replace(held, placements={**held.placements, **below}))
    first, second = notice.domains
    assert (first.agency, first.under, first.kind) == (station, EAST.agency_id, "personal_ledgers")
    assert (first.population, first.drawn, first.inspected, first.faulty) == (40, 3, 3, 1)
    expected = estimate(Counted(40, 3, 1))
    assert expected is not None
    assert (first.faulty_rate, first.low, first.high) == expected
    assert (second.population, second.drawn, second.faulty_rate, second.low) == (780, 0, None, None)
    sheet = sheets(notice)["下级机构分项"]
    assert [cell.value for cell in sheet[2]][:8] == [
        EAST.name, station.code, station.name, "个人服务台账", 40, 3, 3, 1,
    ]  # fmt: skip
    assert "下级机构分项" not in sheets(made(facts(checks=(check(),)))).sheetnames
