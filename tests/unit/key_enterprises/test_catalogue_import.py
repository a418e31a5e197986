"""Importing catalogues of restricted industries: line by line reported, each edition whole (Article 44)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from taizhang.application.importing.catalogue_rows import CatalogueMapping, Field
from taizhang.application.importing.catalogues import CatalogueImport
from taizhang.application.importing.column_mapping import MappingError
from taizhang.application.importing.rows import ImportReport, LineStatus, RowError
from taizhang.domain.key_enterprise.catalogue import RestrictedIndustries, catalogue_stream
from taizhang.domain.key_enterprise.industry import check_industry, covers, section_of
from taizhang.domain.organisation.powers import Actor
from taizhang.infrastructure.tables.reading import open_table

from .conftest import CITY, DISTRICT, HERE

if TYPE_CHECKING:
    from .conftest import Agreed

HEADER = ("区划代码", "目录版本", "施行日期", "行业代码", "行业名称", "管理措施")
SAMPLE = Path(__file__).parents[3] / "scripts" / "sample_restricted_industries.csv"


@dataclass
class Line:
    line: int
    values: Mapping[str, str]


def lines(*rows: str) -> list[Line]:
    return [
        Line(number, dict(zip(HEADER, row.split(","), strict=False)))
        for number, row in enumerate(rows, start=2)
    ]


def taken(desk: Agreed, *rows: str, code: str = CITY, dry_run: bool = False) -> ImportReport:
    run = CatalogueImport(desk.service, by=Actor.system(code)).run
    return run("t.csv", lines(*rows), CatalogueMapping.build(HEADER), dry_run=dry_run)


def catalogue(desk: Agreed, area: str) -> RestrictedIndustries:
    return RestrictedIndustries.replay(desk.store.history(catalogue_stream(area)))


@pytest.mark.rule("44")
def test_good_editions_are_taken_and_skipped_when_they_are_there_already(desk: Agreed) -> None:
    rows = (
        f"{DISTRICT},2026,2026年2月1日,C13,农副食品加工业,",
        f"{DISTRICT},2026,2026-02-01, i6513 ,应用软件开发,禁止新建",
        f"{CITY},2026,2026/2/1,51,批发业,",
    )
    would = taken(desk, *rows, dry_run=True)
    assert would.totals()[LineStatus.TAKEN] == 3
    assert catalogue(desk, DISTRICT).editions == {}
    assert taken(desk, *rows).totals() == would.totals()
    (edition,) = catalogue(desk, DISTRICT).editions.values()
    assert [(one.industry_code, one.conditions) for one in edition.entries] == [
        ("13", ""),
        ("6513", "禁止新建"),
    ]
    assert taken(desk, *rows).totals()[LineStatus.SKIPPED] == 3


@pytest.mark.rule("44")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (f"{DISTRICT},2026,2026-02-01,9900,,", "no division 99"),
        (f"{DISTRICT},2026,2026-02-01,K13,,", "section C"),
        (f"{DISTRICT},2026,2026-02-01,1.3E+3,,", "rounded"),
        (f"{DISTRICT},2026,2026-02-01,,,", "no code"),
        (f"{DISTRICT},2026,某日,14,,", "date"),
        (f"{DISTRICT},2026,,14,,", "not given"),
        (f"{DISTRICT},2026,2026-03-01,14,,", "in force from 2026-02-01"),
        (f"{DISTRICT},2026,2026-02-01,C13,,", "line 2 lists 13"),
    ],
)
def test_one_bad_line_and_none_of_its_edition_is_taken(desk: Agreed, row: str, words: str) -> None:
    report = taken(desk, f"{DISTRICT},2026,2026-02-01,13,,", row, f"{CITY},2026,2026-02-01,51,,")
    first, bad, other = report.lines
    assert bad.status is LineStatus.REFUSED
    assert words in (bad.reason or "")
    assert first.status is LineStatus.REFUSED
    assert "mend line 3 first" in (first.reason or "")
    assert other.status is LineStatus.TAKEN
    assert catalogue(desk, DISTRICT).editions == {}


@pytest.mark.rule("44")
def test_a_line_that_cannot_be_read_may_belong_to_any_edition(desk: Agreed) -> None:
    rows: list[Line | RowError] = [*lines(f"{CITY},2026,2026-02-01,51,,")]
    rows.append(RowError(3, "行业代码", "broken"))
    run = CatalogueImport(desk.service, by=Actor.system(CITY)).run
    report = run("t.csv", rows, CatalogueMapping.build(HEADER))
    assert report.totals()[LineStatus.REFUSED] == 2


@pytest.mark.rule("44")
def test_what_the_service_refuses_is_told_at_each_line(desk: Agreed) -> None:
    row = f"{CITY},2026,2026-02-01,51,,"
    desk.service.refresh_directory()
    for code, words in ((DISTRICT, "belongs to 110000"), (HERE, "no power")):
        (line,) = taken(desk, row, code=code).lines
        assert words in (line.reason or "")
    taken(desk, row)
    (line,) = taken(desk, row.replace("51", "52")).lines
    assert "never changed" in (line.reason or "")
    (line,) = taken(desk, "11010,2026,2026-02-01,51,,").lines
    assert (line.field, line.status) == ("area", LineStatus.REFUSED)


def test_columns_that_are_missing_may_be_told_for_all_rows() -> None:
    with pytest.raises(MappingError, match="in_force_from"):
        CatalogueMapping.build(("行业代码", "区划代码", "目录版本"))
    told = CatalogueMapping.from_options(
        ["area:=110000", "edition:=x", "in_force_from:=2026-01-01"]
    )
    assert CatalogueMapping.build(("行业代码",), told).fills(Field.AREA)


def test_the_sample_is_a_good_file_and_says_that_it_is_a_sample(desk: Agreed) -> None:
    run = CatalogueImport(desk.service, by=Actor.system(CITY)).run
    with open_table(SAMPLE) as table:
        report = run("sample", table.rows(), CatalogueMapping.build(table.header))
    assert report.totals()[LineStatus.REFUSED] == 0
    (name,) = catalogue(desk, CITY).editions
    assert "非官方目录" in name


def test_codes_cover_what_is_below_them() -> None:
    assert check_industry(" i6513 ") == "6513"
    assert section_of("6513") == "I"
    assert [covers(entry, "6513") for entry in ("I", "65", "651", "6513", "6512", "C", "64")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip


REFERENCE = Path(__file__).parents[4] / "shared/data/reference/gbt4754_2017_industries.csv"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference data are not beside the checkout")
def test_every_code_of_the_standard_is_one_and_in_its_section() -> None:
    with open_table(REFERENCE) as table:
        for row in table.rows():
            assert not isinstance(row, RowError)
            code, section = row.values["code"], row.values["section"]
            assert check_industry(code) == code
            if not code.isalpha():
                assert section_of(code) == section
                assert check_industry(f"{section}{code}") == code
