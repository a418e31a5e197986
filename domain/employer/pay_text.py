"""Reading pay as people write it: ``1.5-2万/月``, ``10-15k·13薪``, ``200元一天``, ``面议``.

Pure and total: every text gives a reading, none raises. What is ambiguous is not guessed at:
``6-8`` is no pay, ``6-8/月`` is 6000–8000 yuan a month and the reading says that this is a guess.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic import ValidationError

from .pay import FEN_PER_YUAN, Pay, PayUnit
from .text_values import plain_text

_LONGEST: Final = 200


class PayReading(NamedTuple):
    """What was made of a text: the pay, or why there is none, and what was guessed (English)."""

    pay: Pay | None
    reason: str = ""
    notes: tuple[str, ...] = ()


def parse_pay(text: str) -> Pay | None:
    """Return the pay that a text states, or ``None`` where it states none or is ambiguous."""
    return read_pay(text).pay


# Periods, by what marks each. The text has no spaces then, except between digits.
_PER = r"(?:/|每|per)个?"
_PERIODS: Final = (
    (PayUnit.HOUR, re.compile(rf"{_PER}(?:小时|钟头|时|hours?|hr|h)(?![a-z])|时薪|hourly")),
    (PayUnit.DAY, re.compile(rf"{_PER}(?:天|日|day|d)(?![a-z])|日薪|天薪|日工资|daily")),
    (
        PayUnit.MONTH,
        re.compile(
            rf"{_PER}(?:月|months?|mon|mth|m)(?![a-z])|月(?:综合)?薪|月工资|月收入|月均|月综合|monthly"
            r"|(?<=[0-9元万千k])月(?!薪)"
        ),
    ),
    (
        PayUnit.YEAR,
        re.compile(rf"{_PER}(?:年|years?|yr|annum|y|a)(?![a-z])|年薪|年收入|annual(?:ly)?|yearly"),
    ),
    (PayUnit.PIECE, re.compile(rf"{_PER}(?:件|单|台|套|箱|piece|pcs)(?![a-z])|/个(?!月)")),
)
_NO_UNIT_FOR: Final = re.compile(r"(?:/|每)(?:周|星期|次|课时|节|平|吨|公里|场|班|week|w(?![a-z]))")
_WEAK: Final = ((PayUnit.DAY, "日结"), (PayUnit.PIECE, "计件"))

_FOREIGN: Final = re.compile(
    r"美元|美金|港币|港元|澳门元|台币|欧元|英镑|日元|日圆|韩元|卢布|加元|澳元|新元"
    r"|[$€£₩]|usd|hkd|eur|gbp|jpy|sgd"
)
_NEGOTIABLE: Final = re.compile(
    r"(?:面|另|电|商|协)议|面谈|面商|议定|洽谈|详谈|协商|negotiable|tobediscussed"
)
_MONTHS: Final = re.compile(
    r"(?<![0-9.])([0-9]{2})(?:-([0-9]{2}))?(?:(?:个月)?薪|个月的?工资)(?![0-9])"
    r"|[x×*]([0-9]{2})(?:个月|月|薪)?(?![0-9.])"
)
# Words with figures, or with signs of their own, that say nothing about the amount.
_NOISE: Final = re.compile(
    r"[+,、]?(?:缴纳?|交|含)?[3-8]险(?:[12]金)?|\+(?:社保|公积金|包?食宿|包[吃住]+|双休|餐补|房补)|(?:每天|每日|/天|/日|工作)[0-9.]+个?小时(?:工作)?制?"
    r"|(?:月休|做|上|周休)[0-9]+天?(?:休[0-9]+天?)?|至今|到手|到岗|税前|税后|每月发放"
)
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_AMOUNT: Final = re.compile(
    rf"({_NUMBER})(?:([万千百wk])(?:((?<=[万千w])[0-9]{{1,4}})(?![0-9.])([千百]?))?)?"
)
_SCALES: Final = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000, "百": 100}
_BETWEEN: Final = re.compile(r"-")
_OTHER_MEASURE: Final = re.compile(r"[名岁号字级楼人]|%|‰|℃|公里|平|周|次|小时")
_FROM: Final = re.compile(r"不少于|不低于|至少|最低|最少|起码|保底|底薪|基本工资|无责|[>≥]=?")
_UP_TO: Final = re.compile(r"不超过|不高于|至多|最高|最多|封顶|[<≤]=?")
_OPEN: Final = re.compile(r"以上|起|\+|or(?:more|above)|up(?!to)")
_CLOSED: Final = re.compile(r"以下|以内|之内|封顶")


def read_pay(text: str, *, hint: str = "") -> PayReading:
    """Read the pay a text states; never raises.

    ``hint`` is what stands around it, such as the head of its column (``年薪(万元)``): it gives the
    unit and the scale where the text has none.
    """
    if len(text) > _LONGEST:
        return PayReading(None, f"more than {_LONGEST} characters: not a statement of pay")
    plain = _normal(text)
    if not plain:
        return PayReading(None, "empty")
    months, plain, notes = _take_months(plain)
    if found := _FOREIGN.search(plain):
        return PayReading(None, f"not in yuan ({found.group()})")
    if found := _NO_UNIT_FOR.search(plain):
        return PayReading(None, f"no unit of pay for {found.group()!r}")
    core = _NOISE.sub("", plain)
    if re.search("[0-9]", without := re.sub(r"\([^()]*\)", "", core)):
        core = without  # what stands in brackets explains; unless all does
    units = {unit for unit, pattern in _PERIODS if pattern.search(core)}
    if not re.search("[0-9]", core):
        return _without_amounts(core)
    if len(units) > 1:
        return PayReading(None, f"more than one unit: {', '.join(sorted(units))}")
    for _, pattern in _PERIODS:
        core = pattern.sub("", core)
    return _with_amounts(
        core, units.pop() if units else None, _normal(hint[:_LONGEST]), months, notes
    )


def _normal(text: str) -> str:
    """Return the text in one form: half-width, no thousands separators, one dash, Arabic digits."""
    plain = plain_text(text).lower()
    plain = re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", plain)
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", plain)
    plain = plain.replace("upto", "最高").replace("perhour", "/小时")
    plain = re.sub(r"(?<=[元块万千百k])1(?=(?:个)?(?:小时|天|日|月|年)(?!\d))", "/", plain)
    plain = re.sub(r"至(?![少多今])|到(?![手岗])|[~∼〜—–―‐‑−﹣➝→]", "-", plain)
    return re.sub(r"-{2,}", "-", plain)


def _take_months(plain: str) -> tuple[int | None, str, list[str]]:
    """Take ``13薪`` out of the text: the months, what is left, and notes."""
    found = _MONTHS.search(plain)
    if found:
        first, second = int(found.group(1) or found.group(3)), found.group(2)
        if 12 <= first <= 36:
            rest = plain[: found.start()].rstrip("·•.,;、/x*×(-") + " " + plain[found.end() :]
            rest = rest.replace(" )", "").strip()
            return first, rest, [f"{found.group()} read as {first} months"] if second else []
    if "双薪" in plain:
        return 13, plain.replace("年底双薪", "").replace("双薪", ""), ["双薪 read as 13 months"]
    return None, plain, []


def _without_amounts(core: str) -> PayReading:
    if _NEGOTIABLE.search(core):
        return PayReading(Pay(unit=PayUnit.NEGOTIABLE))
    if "计件" in core:
        return PayReading(Pay(unit=PayUnit.PIECE))
    return PayReading(None, "no amount, and not negotiable (面议)")


class _Amount(NamedTuple):
    value: Decimal
    raw: Decimal
    scale: int | None


def _amount(found: re.Match[str]) -> _Amount:
    raw, sign, tail, tail_sign = Decimal(found.group(1)), *found.group(2, 3, 4)
    if sign is None:
        return _Amount(raw, raw, None)
    scale = _SCALES[sign]
    value = raw * scale
    if tail:  # 1万2 is 12000, 1万2千 too, 1万500 is 10500
        colloquial = scale // 10 if len(tail) == 1 else 1
        value += int(tail) * (_SCALES[tail_sign] if tail_sign else colloquial)
    return _Amount(value, raw, scale)


def _with_amounts(
    core: str, unit: PayUnit | None, hint: str, months: int | None, notes: list[str]
) -> PayReading:
    spoken_yuan = bool(re.search(r"元|块|¥|圆|rmb|cny|人民币", core))
    core = re.sub(r"元|块钱?|¥|圆|rmb|cny|人民币", "", core)
    matches = list(_AMOUNT.finditer(core))
    if not 1 <= len(matches) <= 2:
        return PayReading(None, f"{len(matches)} amounts: which is meant is not clear")
    first, last = matches[0], matches[-1]
    before, after = core[: first.start()], core[last.end() :]
    if before.endswith("-"):
        return PayReading(None, "the range has no beginning")
    if _OTHER_MEASURE.match(after):
        return PayReading(None, f"{core[first.start() :][:20]!r} counts something else than yuan")
    if len(matches) == 2 and not _BETWEEN.fullmatch(core[first.end() : last.start()]):
        return PayReading(None, "2 amounts that make no range: which is meant is not clear")
    amounts = [_amount(found) for found in matches]
    hinted = next((unit for unit, pattern in _PERIODS if pattern.search(hint)), None)
    if unit is None and hinted is not None:
        unit = hinted
    if not spoken_yuan and all(amount.scale is None for amount in amounts):
        scale = 10_000 if "万" in hint else 1000 if re.search(r"千|\(k", hint) else None
        if scale and amounts[-1].raw < 1000:
            amounts = [_Amount(a.raw * scale, a.raw, scale) for a in amounts]
            notes.append("scale taken from the column's head")
    low, high = _common_scale(amounts)
    scaled = any(amount.scale is not None for amount in amounts)
    if unit is PayUnit.MONTH and not scaled and not spoken_yuan and 1 <= low <= high < 100:
        low, high = low * 1000, high * 1000
        notes.append("amounts under 100 a month read as thousands")
    if low > high:
        low, high = high, low
        notes.append("the amounts stood in reverse order")
    if unit is None:
        unit = _weak_unit(core, low)
        if unit is None:
            unit = _guess_unit(low, high, amounts)
        if unit is None:
            return PayReading(None, "no unit (元/月, 元/天 …), and the amount does not tell it")
        notes.append(f"no unit given: read as pay per {unit}")
    least, most = _ends(low, high, len(matches), before, after, notes)
    return _build(unit, least, most, months, notes)


def _common_scale(amounts: list[_Amount]) -> tuple[Decimal, Decimal]:
    """Return both ends, where a scale may stand at one only: 1.5-2万, 8k-12, 8000-1万."""
    first, last = amounts[0], amounts[-1]
    if first.scale is None and last.scale is not None and first.raw <= last.raw:
        return first.raw * last.scale, last.value
    if last.scale is None and first.scale is not None and last.raw < first.value:
        return first.value, last.raw * first.scale
    return first.value, last.value


def _weak_unit(core: str, low: Decimal) -> PayUnit | None:
    """Return the unit that a word makes likely: wages paid by the day (日结) or piece (计件)."""
    if low >= 1000:
        return None
    return next((unit for unit, word in _WEAK if word in core), None)


def _guess_unit(low: Decimal, high: Decimal, amounts: list[_Amount]) -> PayUnit | None:
    """Return the unit that the size makes plain; between the two plain cases there is none.

    Ads write monthly pay in yuan or k; with 万 up to 5万 it is monthly, from 10万 on yearly.
    """
    scales = {amount.scale for amount in amounts} - {None}
    if low < 1000:
        return None
    if 10_000 in scales:
        return PayUnit.MONTH if high <= 50_000 else PayUnit.YEAR if low >= 100_000 else None
    return PayUnit.MONTH if high < (300_000 if scales else 100_000) else None


def _ends(
    low: Decimal, high: Decimal, count: int, before: str, after: str, notes: list[str]
) -> tuple[Decimal | None, Decimal | None]:
    """Return the minimum and maximum: an amount alone is exact unless a word opens it."""
    rising, capped = _OPEN.search(after), _CLOSED.search(after)
    if count == 2:
        if rising or _FROM.search(before):
            notes.append("more than the range may be paid")
        return low, high
    if re.search(r"左右|上下|约|大概", before + after):
        notes.append("an approximate amount read as exact")
        return low, low
    if _UP_TO.search(before) or capped:
        return None, high
    return low, None if rising or _FROM.search(before) else high


def _build(
    unit: PayUnit,
    least: Decimal | None,
    most: Decimal | None,
    months: int | None,
    notes: list[str],
) -> PayReading:
    fen: list[int | None] = []
    for amount in (least, most):
        if amount is not None and amount * FEN_PER_YUAN % 1:
            return PayReading(None, f"{amount} yuan has a part smaller than a fen")
        fen.append(None if amount is None else int(amount * FEN_PER_YUAN))
    if months is not None and unit is not PayUnit.MONTH:
        notes.append(f"{months} months left out: the pay is not monthly")
        months = None
    try:
        pay = Pay(unit=unit, minimum_fen=fen[0], maximum_fen=fen[1], months_per_year=months)
    except ValidationError as error:
        return PayReading(None, str(error.errors()[0]["msg"]).removeprefix("Value error, "))
    if unit is PayUnit.MONTH and (pay.maximum_fen or pay.minimum_fen or 0) < 1000 * FEN_PER_YUAN:
        notes.append("less than 1000元 a month: perhaps a daily wage")
    return PayReading(pay, notes=tuple(notes))
