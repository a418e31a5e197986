"""The daily vacancy notice as a page and as a workbook."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from taizhang.domain.calendar import WorkingDayCalendar, day_bounds
from taizhang.domain.regulation import EDITION_2018
from taizhang.domain.screening import SCREENING_VERSION
from taizhang.projections.daily_vacancy_notice.build import build
from taizhang.projections.daily_vacancy_notice.check import screened_again
from taizhang.projections.daily_vacancy_notice.facts import (
    EmployerRow,
    LateRow,
    NoticeFacts,
    Stock,
    VacancyRow,
)
from taizhang.projections.daily_vacancy_notice.model import DailyVacancyNotice
from taizhang.projections.daily_vacancy_notice.render_html import render_html
from taizhang.projections.daily_vacancy_notice.render_xlsx import render_xlsx
from taizhang.projections.notice.chart import agency_chart
from taizhang.projections.notice.model import AgencyRef, Placement

DAY = date(2026, 11, 23)
CITY = AgencyRef(agency_id=UUID(int=1), code="110000", name="北京市公共就业服务中心", level="city")
DISTRICTS = tuple(
    AgencyRef(
        agency_id=UUID(int=10 + n),
        code=f"11010{n}",
        name=f"第{n}区公共就业服务中心",
        level="district",
    )
    for n in (1, 2, 3)
)
EMPLOYER = EmployerRow(
    UUID(int=9),
    "91110101MA0000001X",
    "北京<b>诚达</b>商贸有限公司",
    True,
    date(2020, 1, 1),
    None,
    date(2027, 1, 1),
    date(2024, 1, 1),
)
WORDING = {"text": "要求：限男性，<script>alert(1)</script>能吃苦。"}


def vacancy(n: int, title: str = "前台接待", missing: int = 0) -> VacancyRow:
    return VacancyRow(
        vacancy_id=UUID(int=1000 + n),
        agency_code=DISTRICTS[n % 3].code,
        title=title,
        status="published",
        employer=EMPLOYER,
        external_id=f"0{n}",
        submitted_by="s001",
        reviewed_on=DAY - timedelta(days=3),
        reviewed_by="s002",
        review_outcome="passed",
        published_on=DAY - timedelta(days=3),
        valid_until=date(2026, 12, 31),
        missing=missing,
        findings=screened_again(WORDING) if n == 1 else (),
        screened_with=SCREENING_VERSION,
    )


def facts(*rows: VacancyRow, day: date = DAY) -> NoticeFacts:
    late = tuple(
        LateRow(
            row.vacancy_id,
            row.external_id,
            row.title,
            row.agency_code,
            EMPLOYER.name,
            EMPLOYER.credit_code,
            "vacancy.published",
            day - timedelta(days=2),
            "s001",
            42,
        )
        for row in rows[:1]
    )
    return NoticeFacts(
        day=day,
        superior=CITY,
        direct=DISTRICTS,
        placements={a.code: Placement(a, a.agency_id) for a in DISTRICTS},
        staff={"s002": "李伟"},
        position=7,
        cutoff=day_bounds(day)[1],
        edition=EDITION_2018,
        calendar=WorkingDayCalendar(),
        stock=tuple(Stock(a.code, 100, 300, 2) for a in DISTRICTS) if rows else (),
        candidates=rows,
        texts={row.vacancy_id: WORDING for row in rows},
        late=late,
    )


ROWS = (
    vacancy(1),
    vacancy(2, "=1+1", missing=1),
    vacancy(3, "http://x.cn/a", missing=2),
    vacancy(4, "+86 010", missing=4),
)


@pytest.fixture(scope="module")
def notice() -> DailyVacancyNotice:
    previous: DailyVacancyNotice | None = None
    for n in (6, 1, 0):
        previous = build(facts(*ROWS, day=DAY - timedelta(days=n)), previous)
    assert previous is not None
    return previous


def workbook_bytes(notice: DailyVacancyNotice) -> bytes:
    buffer = BytesIO()
    render_xlsx(notice, buffer)
    return buffer.getvalue()


class Outline(HTMLParser):
    """Collects the tags of a page, and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.rule("56.2a")
def test_the_page_has_the_parts_of_an_official_notice(notice: DailyVacancyNotice) -> None:
    page = render_html(notice)
    parts = [
        "北京市公共就业服务中心",
        "招信核〔2026〕110000-327号",
        "关于2026年11月23日招聘信息核查情况的通报",
        "各区公共就业服务机构：",
        "依据《北京市精细化公共就业服务实施细则》（京人社职介发〔2018〕153号）",
        "第五十六条第二款",
        "一、总体情况",
        "二、主要问题",
        "第三十八条第二款",
        "第3次",
        "可按规定对该机构的主要负责人予以警示约谈",
        "三、整改要求",
        "请于2026年11月27日前（3个工作日内）",
        "附件：",
        "2026年11月24日",
        "附件1",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places
    assert page.index("一、总体情况") < page.index("二、主要问题") < page.index("三、整改要求")


def test_the_page_is_well_formed_and_needs_nothing_else(notice: DailyVacancyNotice) -> None:
    page = render_html(notice)
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    tags = {tag for tag, _ in outline.tags}
    assert tags.isdisjoint({"script", "link", "img", "iframe"})
    assert not [a for _, attrs in outline.tags for a in ("src", "href") if a in attrs]
    assert "url(" not in page and "@import" not in page


def test_what_comes_from_outside_is_escaped_and_the_span_is_marked(
    notice: DailyVacancyNotice,
) -> None:
    page = render_html(notice)
    assert "<script>" not in page and "<b>诚达" not in page
    assert re.search(r"要求：<mark>限男性</mark>，&lt;script&gt;", page)


def test_the_chart_is_told_in_words(notice: DailyVacancyNotice) -> None:
    page = render_html(notice)
    label = re.search(r'role="img" aria-label="([^"]+)"', page)
    assert label is not None
    assert label[1] == (
        "各机构招聘信息核查合格率，由低到高：第2区98.0%，第1区99.0%，第3区99.0%；总体98.7%。"
    )
    assert "<svg" in page


def test_the_chart_shows_today_and_the_day_before(notice: DailyVacancyNotice) -> None:
    drawn = agency_chart(notice.agencies, notice.overall)
    assert drawn is not None
    assert drawn.floor == 95
    lowest = drawn.bars[0]
    assert (lowest.name, lowest.at, lowest.before) == ("第2区", "60.00", "60.00")
    assert drawn.ticks[0] == ("0.00", "95%") and drawn.ticks[-1] == ("100.00", "100%")


def test_long_lists_are_cut_and_point_to_the_workbook() -> None:
    rows = [replace(vacancy(n * 3, missing=1)) for n in range(1, 31)]
    page = render_html(build(facts(*rows), None), shown=10)
    assert page.count("另有20条，见所附工作簿（XLSX）。") == 1


def test_a_day_without_any_record_reads_well() -> None:
    page = render_html(build(facts(), None))
    for sentence in (
        "当日无招聘信息办理记录。",
        "截至当日24时，无在发布的招聘信息。",
        "当日无应核查的招聘信息，未发现问题。",
        "当日无迟录。",
        "首期通报，无上期问题。",
    ):
        assert sentence in page
    assert "<figure" not in page


def test_the_workbook_has_one_sheet_a_table_and_typed_cells(notice: DailyVacancyNotice) -> None:
    book = load_workbook(BytesIO(workbook_bytes(notice)))
    assert book.sheetnames == [
        "汇总",
        "分机构",
        "问题清单",
        "用语标注",
        "迟录",
        "整改情况",
        "逾期事项",
        "近七日",
    ]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    defects = list(book["问题清单"].iter_rows(min_row=2, values_only=True))
    assert len(defects) == len(notice.defects) == 4
    figures = book["分机构"]
    assert [cell.value for cell in figures[2]][:5] == [
        "110101",
        "第1区公共就业服务中心",
        100,
        99,
        0.99,
    ]
    assert figures["E2"].number_format == "0.0%"
    late = book["迟录"]
    header = [cell.value for cell in late[1]]
    occurred = late.cell(2, header.index("办理日期") + 1)
    assert occurred.is_date
    assert str(occurred.value) == "2026-11-21 00:00:00"
    assert str(book.properties.created) == "2026-11-24 00:00:00"


def test_codes_and_texts_that_look_like_something_else_stay_text(
    notice: DailyVacancyNotice,
) -> None:
    book = load_workbook(BytesIO(workbook_bytes(notice)))
    rows = list(book["问题清单"].iter_rows(min_row=2))
    titles = {row[1].value for row in rows}
    assert titles == {"前台接待", "=1+1", "http://x.cn/a", "+86 010"}
    assert {cell.data_type for row in rows for cell in row[:6]} == {"s"}
    assert {row[0].value for row in rows} == {"01", "02", "03", "04"}
    assert {row[3].value for row in rows} == {"91110101MA0000001X"}
    assert not any(cell.hyperlink for row in rows for cell in row)


def test_the_same_notice_gives_the_same_bytes(notice: DailyVacancyNotice, tmp_path: Path) -> None:
    read = DailyVacancyNotice.model_validate_json(notice.model_dump_json())
    assert render_html(read) == render_html(notice)
    file = tmp_path / "notice.xlsx"
    render_xlsx(read, file)
    assert file.read_bytes() == workbook_bytes(notice)
    with ZipFile(file) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
