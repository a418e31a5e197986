"""Reading pay, headcount, social insurance, dates and sections; no text may raise."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from taizhang.domain.employer.pay import Pay, PayUnit
from taizhang.domain.employer.pay_text import parse_pay, read_pay
from taizhang.domain.employer.text_values import (
    SocialInsurance,
    parse_headcount,
    parse_social_insurance,
    read_date,
    read_headcount,
    split_sections,
)

pytestmark = pytest.mark.rule("38.2")

ADS = Path(__file__).resolve().parents[2] / "../shared/data/vacancies/ads.csv"

UNDERSTOOD = {
    "12000-20000元/月": "12000–20000元/月",
    "1.5-2万/月": "15000–20000元/月",
    "1.5万-2万元/月": "15000–20000元/月",
    "8千-1万": "8000–10000元/月",
    "8-10千/月": "8000–10000元/月",
    "0.8-1万/月": "8000–10000元/月",
    "10-15k·13薪": "10000–15000元/月·13薪",
    "20-30K": "20000–30000元/月",
    "8k-1.2w": "8000–12000元/月",
    "8k-12": "8000–12000元/月",
    "8000-1万": "8000–10000元/月",
    "1万-15000": "10000–15000元/月",
    "10001-15000": "10001–15000元/月",
    "8,000～12,000元": "8000–12000元/月",
    "８０００－１００００元／月": "8000–10000元/月",
    "8000元至12000元/月": "8000–12000元/月",
    "8000 — 12000 元 / 月": "8000–12000元/月",
    "8000元/月-12000元/月": "8000–12000元/月",
    "￥8000": "8000元/月",
    "月薪5000元以上": "5000元/月以上",
    "月薪6-8": "6000–8000元/月",
    "6-8/月": "6000–8000元/月",
    "6000元/月起": "6000元/月以上",
    "10k以上": "10000元/月以上",
    "不低于6000元/月": "6000元/月以上",
    "至少6000元/月": "6000元/月以上",
    "底薪3000+提成": "3000元/月以上",
    "最高8000元/月": "8000元/月以下",
    "8000元/月以下": "8000元/月以下",
    "8000左右": "8000元/月",
    "八千到一万": "8000–10000元/月",
    "一万五": "15000元/月",
    "1万2-1万5/月": "12000–15000元/月",
    "1万2千/月": "12000元/月",
    "三千五百元/月": "3500元/月",
    "两万/月": "20000元/月",
    "8000-12000(13薪)": "8000–12000元/月·13薪",
    "(8000-12000元/月)": "8000–12000元/月",
    "9k*14": "9000元/月·14薪",
    "4500元/月 年底双薪": "4500元/月·13薪",
    "6000-8000元/月，五险一金": "6000–8000元/月",
    "5000元/月+五险一金": "5000元/月",
    "包吃住 4500-6000元": "4500–6000元/月",
    "12000-8000": "8000–12000元/月",
    "RMB 8000-12000 per month": "8000–12000元/月",
    "200元/天": "200元/天",
    "200元一天": "200元/天",
    "日薪200-300": "200–300元/天",
    "日结200": "200元/天",
    "每天8小时200元/天": "200元/天",
    "20元/小时": "20元/小时",
    "时薪25.5元": "25.5元/小时",
    "20元每小时": "20元/小时",
    "15万/年": "150000元/年",
    "年薪15-20万": "150000–200000元/年",
    "15-20万": "150000–200000元/年",
    "10-20万/年·14薪": "100000–200000元/年",
    "0.5元/件": "0.5元/件",
    "计件": "计件",
    "计件 6000-8000": "6000–8000元/月",
    "面议": "面议",
    "薪资面议": "面议",
    "待遇另议": "面议",
}
NOT_UNDERSTOOD = [
    "",
    " ",
    "6-8",
    "200",
    "5-12万",
    "6-8元/月",
    "100000以上",
    "待遇从优",
    "USD 3000",
    "3000美元/月",
    "300元/周",
    "-5000",
    "15%",
    "20人",
    "试用期3000转正5000",
    "200元/天或6000元/月",
    "1000万/月",
    "0元/月",
    "0.001元/件",
    "9" * 150,
    "9" * 5000,
    "一" * 200,
]


@pytest.mark.parametrize(("text", "shown"), UNDERSTOOD.items())
def test_pay_is_understood(text: str, shown: str) -> None:
    pay = parse_pay(text)
    assert pay is not None, read_pay(text).reason
    assert pay.text_zh == shown


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_pay_that_is_ambiguous_or_none_is_not_guessed(text: str) -> None:
    reading = read_pay(text)
    assert reading.pay is None
    assert reading.reason


def test_guesses_are_told() -> None:
    assert read_pay("8000元/月").notes == ()
    assert read_pay("8000-9000").notes == ("no unit given: read as pay per month",)
    assert "thousands" in read_pay("6-8/月").notes[0]
    assert "daily wage" in read_pay("150-200元/月").notes[0]
    assert "reverse" in read_pay("9000-8000元/月").notes[0]


def test_the_head_of_the_column_gives_unit_and_scale() -> None:
    def shown(text: str, hint: str) -> str:
        pay = read_pay(text, hint=hint).pay
        return pay.text_zh if pay else ""

    assert shown("15-20", "年薪(万元)") == "150000–200000元/年"
    assert shown("6-8", "月薪(千元)") == "6000–8000元/月"
    assert shown("200", "日薪") == "200元/天"
    assert shown("200元/天", "月薪") == "200元/天"


@st.composite
def pays(draw: st.DrawFn) -> Pay:
    unit = draw(st.sampled_from(list(PayUnit)))
    if unit is PayUnit.NEGOTIABLE:
        return Pay(unit=unit)
    least, most = {
        PayUnit.HOUR: (100, 500_000),
        PayUnit.DAY: (100, 4_000_000),
        PayUnit.MONTH: (10_000, 27_000_000),
        PayUnit.YEAR: (100_000, 1_000_000_000),
        PayUnit.PIECE: (1, 10_000_000),
    }[unit]
    ends = sorted(draw(st.lists(st.integers(least, most), min_size=2, max_size=2)))
    shape = draw(st.integers(0, 2))
    months = st.none() | st.integers(12, 36)
    return Pay(
        unit=unit,
        minimum_fen=None if shape == 1 else ends[0],
        maximum_fen=None if shape == 2 else ends[1],
        months_per_year=draw(months) if unit is PayUnit.MONTH else None,
    )


@given(pays())
def test_what_is_shown_is_understood_again(pay: Pay) -> None:
    assert parse_pay(pay.text_zh) == pay
    assert Pay.model_validate_json(pay.model_dump_json()) == pay


_SIGNS = st.sampled_from(
    "0123456789.-~至万千百k元/月天年小时薪日13·件起以上下面议一二两十零约+(),￥双每险金人名男女若干"
)


@given(st.text() | st.text(_SIGNS, max_size=20), st.text(max_size=10))
def test_no_text_raises(text: str, hint: str) -> None:
    reading = read_pay(text, hint=hint)
    assert (reading.pay is None) == bool(reading.reason)
    headcount = read_headcount(text)
    assert (headcount.headcount is None) == bool(headcount.reason)
    assert headcount.headcount is None or headcount.headcount > 0
    parse_social_insurance(text)
    assert (read_date(text).day is None) == bool(read_date(text).reason)
    split_sections(text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"unit": "month"}, "minimum"),
        ({"unit": "month", "minimum_fen": 0}, "greater than 0"),
        ({"unit": "month", "minimum_fen": 900_000, "maximum_fen": 800_000}, "above the maximum"),
        ({"unit": "month", "minimum_fen": 8000}, "counted in fen"),
        ({"unit": "year", "maximum_fen": 1_000_000_001}, "too much"),
        ({"unit": "month", "maximum_fen": 83_333_334}, "too much"),
        ({"unit": "hour", "maximum_fen": 600_000}, "too much"),
        ({"unit": "piece", "maximum_fen": 10_000_001}, "too much"),
        ({"unit": "negotiable", "minimum_fen": 800_000}, "no amounts"),
        ({"unit": "day", "minimum_fen": 20_000, "months_per_year": 13}, "monthly pay only"),
        ({"unit": "month", "minimum_fen": 800_000, "months_per_year": 40}, "less than or equal"),
    ],
)
def test_pay_that_makes_no_sense_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Pay.model_validate(values)


def test_the_bound_of_1000_wan_a_year_is_inclusive() -> None:
    assert Pay(unit=PayUnit.YEAR, maximum_fen=1_000_000_000).text_zh == "10000000元/年以下"


@pytest.mark.parametrize(
    ("text", "headcount"),
    [
        ("6", 6),
        ("6.0", 6),
        ("5人", 5),
        ("５名", 5),
        ("招3名", 3),
        ("三名", 3),
        ("两名", 2),
        ("十五人", 15),
        ("一百二十名", 120),
        ("一百零五人", 105),
        ("1,000人", 1000),
        ("3-5人", 5),
        ("3至5名", 5),
        ("3人-5人", 5),
        ("男2女3", 5),
        ("男2名，女3名", 5),
        ("5人(男2女3)", 5),
        ("共5人，男2女3", 5),
        ("销售2人，客服3人", 5),
        ("2023年招5人", 5),
        ("10人以上", 10),
        ("约10人", 10),
        ("若干", None),
        ("数名", None),
        ("不限", None),
        ("0", None),
        ("-3", None),
        ("1.5", None),
        ("18岁", None),
        ("8000元", None),
        ("", None),
        ("1000000人", None),
        ("9" * 90, None),
    ],
)
def test_headcount(text: str, headcount: int | None) -> None:
    assert parse_headcount(text) == headcount


def test_headcount_tells_why_not_and_what_was_guessed() -> None:
    assert read_headcount("若干").reason == "若干 gives no number"
    assert read_headcount("0").reason == "0 asks for nobody"
    assert read_headcount("3-5人").notes == ("range 3-5 read as its upper end",)
    assert read_headcount("男2女3").notes == ("2 numbers read as 5 in all",)


_ALL = tuple(SocialInsurance)


@pytest.mark.parametrize(
    ("text", "insurances"),
    [
        ("五险一金", _ALL),
        ("5险1金", _ALL),
        ("六险一金", _ALL),
        ("五险", _ALL[:5]),
        ("缴纳社保", _ALL[:5]),
        ("社会保险、公积金", _ALL),
        ("三险", _ALL[:3]),
        ("养老、医疗", _ALL[:2]),
        ("工伤保险 住房公积金", (SocialInsurance.WORK_INJURY, SocialInsurance.HOUSING_FUND)),
        ("生育险、失业险", (SocialInsurance.UNEMPLOYMENT, SocialInsurance.MATERNITY)),
        ("无社保", ()),
        ("不缴纳公积金", ()),
        ("无需缴纳五险一金", ()),
        ("没有五险一金", ()),
        ("补充公积金", ()),
        ("商业医疗保险", ()),
        ("养老服务", ()),
        ("双休", ()),
        ("", ()),
    ],
)
def test_social_insurance(text: str, insurances: tuple[SocialInsurance, ...]) -> None:
    assert parse_social_insurance(text) == insurances


def test_a_trade_in_prose_is_no_insurance() -> None:
    assert parse_social_insurance("熟悉医疗、养老", in_prose=True) == ()
    assert parse_social_insurance("为员工缴纳养老保险", in_prose=True) == (SocialInsurance.PENSION,)
    assert [one.label_zh for one in _ALL] == [
        "养老保险",
        "医疗保险",
        "失业保险",
        "工伤保险",
        "生育保险",
        "住房公积金",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2017-04-25",
        "2017/4/25",
        "2017.4.25",
        "20170425",
        "2017年4月25日",
        "2017-04-25 08:30:00",
        "2017-04-25T08:30:00+08:00",
        "二〇一七年四月二十五日",
        "２０１７－０４－２５",
        "25/04/2017",
        "4/25/2017",
        "42850",
    ],
)
def test_dates(text: str) -> None:
    assert read_date(text).day == date(2017, 4, 25)


@pytest.mark.parametrize(
    "text", ["", "长期", "2017-02-30", "04/05/2017", "17-4-25", "2017", "今天"]
)
def test_what_is_no_certain_date(text: str) -> None:
    assert read_date(text).day is None
    assert read_date(text).reason


@pytest.mark.parametrize(
    ("text", "work", "conditions"),
    [
        ("岗位职责：1、整理档案任职要求：1、大专", "1、整理档案", "1、大专"),
        ("【工作内容】打扫【任职资格】能吃苦", "打扫", "能吃苦"),
        ("任职要求\n会开车\n岗位职责\n送货", "送货", "会开车"),
        ("清洁工一名。要求：能吃苦", "清洁工一名。", "能吃苦"),
        ("工作内容：理货。学历要求：大专", "理货。", "学历要求：大专"),
        ("一、岗位职责：理货\n二、任职条件：会算账", "理货", "会算账"),
        ("负责理货，符合公司要求的人", "负责理货，符合公司要求的人", ""),
        ("", "", ""),
    ],
)
def test_sections(text: str, work: str, conditions: str) -> None:
    assert split_sections(text) == (work, conditions)


@pytest.mark.parametrize(
    "part", [" ", "\n", "　", "(", "【", "岗位", "岗位要求 ", "1、", "一", "9", "三险"]
)
def test_long_monotonous_texts_are_read_to_their_end(part: str) -> None:
    text = (part * 20_000)[:20_000]
    assert read_pay(text, hint=text).pay is None
    assert read_pay((part * 200)[:200]).pay is None
    assert read_headcount(text).headcount is None
    assert read_date(text).day is None
    assert len(parse_social_insurance(text)) in (0, 3)  # 三险 names three
    assert "".join(split_sections(text)).strip() in text


@pytest.mark.skipif(not ADS.exists(), reason="the real advertisements are not here")
def test_real_advertisements_are_understood() -> None:
    with ADS.open(encoding="utf-8", newline="") as file:
        ads = list(csv.DictReader(file))
    salaries = [ad["salary"] for ad in ads if any(sign.isdigit() for sign in ad["salary"])]
    understood = sum(parse_pay(salary) is not None for salary in salaries)
    split = sum(bool(split_sections(ad["text"]).hiring_conditions) for ad in ads)
    print(f"salaries understood: {understood}/{len(salaries)}; split: {split}/{len(ads)}")
    assert understood / len(salaries) >= 0.95
    assert split / len(ads) >= 0.85
