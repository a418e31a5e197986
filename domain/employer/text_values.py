"""Reading what vacancies state in words: headcount, social insurance, dates, sections of a text.

Article 38, paragraph 2 (rule 38.2) lists what a vacancy states. Pure and total: nothing raises.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
# A run that starts with a unit is no number (百货, 千元, 万达), but 十 is.
_NUMERAL: Final = re.compile("[〇零一二两三四五六七八九十][〇零一二两三四五六七八九十百千万]{0,11}")


def plain_text(text: str) -> str:
    """Return the text in half-width characters (NFKC), with Chinese numerals in Arabic digits."""
    return _NUMERAL.sub(
        lambda found: str(_value(found.group())), unicodedata.normalize("NFKC", text)
    )


def _value(run: str) -> int:
    """Return the value of a run of Chinese numerals; 一万五 is 15000, 二零二三 is 2023."""
    total = section = 0
    pending: int | None = None
    unit = 1
    for sign in run:
        if sign in _DIGITS:
            if _DIGITS[sign] == 0 and pending is None:
                unit = 1  # after a zero the last digit counts ones: 一百零五 is 105
                pending = 0
            else:
                pending = (pending or 0) * 10 + _DIGITS[sign]
        elif sign == "万":
            total += (section + (pending or 0)) * 10_000
            section, pending, unit = 0, None, 10_000
        else:
            section += (pending or 1) * _UNITS[sign]
            pending, unit = None, _UNITS[sign]
    if pending is not None:
        section += pending * (unit // 10 if unit > 10 and pending < 10 else 1)
    return total + section


class HeadcountReading(NamedTuple):
    """What was made of a text: the number of people, or why there is none, and what was guessed."""

    headcount: int | None
    reason: str = ""
    notes: tuple[str, ...] = ()


MAX_HEADCOUNT: Final = 100_000
_RANGE: Final = re.compile(r"([0-9]+)(?:人|名|个|位)?[-~至到—–−]([0-9]+)")
_COUNT: Final = re.compile(r"[0-9]+")
_YEAR: Final = re.compile(
    r"(?:19|20)[0-9]{2}年?(?:[-./年][0-9]{1,2}[-./月]?[0-9]{0,2}日?|年|届|级)"
)
_NO_COUNT: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:周?岁|年|天|月|小时|元|万|千|k|%|cm|班|/)")


def parse_headcount(text: str) -> int | None:
    """Return how many people a text asks for, or ``None`` where it gives no number (若干)."""
    return read_headcount(text).headcount


def read_headcount(text: str) -> HeadcountReading:
    """Read how many people a text asks for; never raises.

    A range counts as its upper end (3-5人 is 5), parts are added up (男2女3 is 5).
    """
    if len(text) > 100:
        return HeadcountReading(None, "more than 100 characters: not a headcount")
    plain = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", plain_text(text))
    plain = re.sub(r"\s+", "", plain.lower()) if not re.search(r"[0-9]\s+[0-9]", plain) else plain
    if not plain:
        return HeadcountReading(None, "empty")
    if re.fullmatch(r"[0-9]+\.0+", plain):
        plain = plain.split(".")[0]
    plain = _YEAR.sub("", plain)
    if re.search("[0-9]", without := re.sub(r"\([^()]*\)", "", plain)):
        plain = without  # 5人(男2女3) is 5, not 10
    if _NO_COUNT.search(plain) or re.search(r"-[0-9]+$|[0-9]\.[0-9]", _RANGE.sub("", plain)):
        return HeadcountReading(None, f"{text.strip()[:30]!r} counts something else than people")
    ends = _RANGE.search(plain)
    if ends:
        low, high = int(ends.group(1)), int(ends.group(2))
        rest = _RANGE.sub("", plain, count=1)
        if _COUNT.search(rest):
            return HeadcountReading(None, "a range beside other numbers is not clear")
        return _believed(max(low, high), (f"range {low}-{high} read as its upper end",))
    counts = [int(found) for found in _COUNT.findall(plain)]
    if not counts:
        what = next((w for w in ("若干", "不限", "数名", "多名", "批量") if w in plain), "")
        return HeadcountReading(None, f"{what} gives no number" if what else "no number in it")
    notes: list[str] = []
    total = sum(counts)
    if len(counts) > 1:
        stated = re.search(r"(?:共计?|合计|总计)([0-9]+)", plain)
        total = int(stated.group(1)) if stated else total
        notes.append(f"{len(counts)} numbers read as {total} in all")
    if re.search(r"以上|至少|不少于|\+", plain):
        notes.append("a least number read as exact")
    elif re.search(r"约|左右|大概|以内|不超过", plain):
        notes.append("an approximate number read as exact")
    return _believed(total, tuple(notes))


def _believed(number: int, notes: tuple[str, ...]) -> HeadcountReading:
    if number == 0:
        return HeadcountReading(None, "0 asks for nobody")
    if number > MAX_HEADCOUNT:
        return HeadcountReading(None, f"more than {MAX_HEADCOUNT} people are not believed")
    return HeadcountReading(number, notes=notes)


class SocialInsurance(StrEnum):
    """The statutory insurances and the housing fund that a vacancy states (社会保险)."""

    PENSION = "pension"
    MEDICAL = "medical"
    UNEMPLOYMENT = "unemployment"
    WORK_INJURY = "work_injury"
    MATERNITY = "maternity"
    HOUSING_FUND = "housing_fund"

    @property
    def label_zh(self) -> str:
        """The insurance as it is shown."""
        return _INSURANCE_LABELS[self]


_S = SocialInsurance
_INSURANCE_LABELS: Final = {
    _S.PENSION: "养老保险",
    _S.MEDICAL: "医疗保险",
    _S.UNEMPLOYMENT: "失业保险",
    _S.WORK_INJURY: "工伤保险",
    _S.MATERNITY: "生育保险",
    _S.HOUSING_FUND: "住房公积金",
}
_FIVE: Final = (_S.PENSION, _S.MEDICAL, _S.UNEMPLOYMENT, _S.WORK_INJURY, _S.MATERNITY)
_NAMED: Final = {"养老": _S.PENSION, "医疗": _S.MEDICAL, "失业": _S.UNEMPLOYMENT} | {
    "工伤": _S.WORK_INJURY,
    "生育": _S.MATERNITY,
}
_INSURANCE: Final = re.compile(
    "(?P<no>(?:不|无|没有?|未|非|免)[需须用予]?(?:含|缴纳?|交|上|提供|买|参加?)?)?"
    "(?:(?P<all>[3-8])险(?P<fund>[12]金)?|(?P<social>社保|社会保险)"
    "|(?P<housing>(?<!补充)公积金)"
    "|(?<!补充)(?<!商业)(?P<name>养老|医疗|失业|工伤|生育)(?P<insured>保?险)?"
    "(?!院|服务|护理|机构|产业|行业|器械|设备|美容|费|补|报|体检|保健|团队|人员|津贴|假|信息|公司|卫生))"
)


def parse_social_insurance(text: str, *, in_prose: bool = False) -> tuple[SocialInsurance, ...]:
    """Return the insurances a text promises, in the statutory order; never raises.

    五险 and 社保 stand for all five, a sixth 险 is a commercial one and counts for none. With
    ``in_prose`` a bare 养老 or 医疗 is no promise (养老行业): the words must name an insurance.
    """
    plain = re.sub(r"\s+", "", plain_text(text[:20_000]))
    found: set[SocialInsurance] = set()
    for match in _INSURANCE.finditer(plain):
        if match["no"] or (in_prose and match["name"] and not match["insured"]):
            continue
        if match["all"]:
            # 三险 are pension, medical and unemployment; the fourth is work injury.
            found.update(_FIVE[: int(match["all"])])
        if match["social"]:
            found.update(_FIVE)
        if match["housing"] or match["fund"]:
            found.add(_S.HOUSING_FUND)
        if match["name"]:
            found.add(_NAMED[match["name"]])
    return tuple(insurance for insurance in SocialInsurance if insurance in found)


_DATE: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?![0-9])"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])"
)
_DAY_LAST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?![0-9])")
_SERIAL: Final = re.compile(r"[345][0-9]{4}(?:\.[0-9]+)?")
_SERIAL_ZERO: Final = date(1899, 12, 30)


class DateReading(NamedTuple):
    """What was made of a text: the day, or why there is none, and what was guessed."""

    day: date | None
    reason: str = ""
    notes: tuple[str, ...] = ()


def read_date(text: str) -> DateReading:
    """Read a date with year, month and day, in Chinese or spreadsheet form; never raises.

    A time of day is left out. ``25/04/2017`` and ``4/25/2017`` are read, ``04/05/2017`` is not: it
    may be the 4th of May or the 5th of April.
    """
    plain = plain_text(text[:100]).strip()
    notes: tuple[str, ...] = ()
    if not plain:
        return DateReading(None, "empty")
    if found := _DATE.match(plain):
        year, month, day = (int(part) for part in found.groups() if part)
    elif found := _DAY_LAST.match(plain):
        first, second, year = (int(part) for part in found.groups())
        if first <= 12 and second <= 12 and first != second:
            return DateReading(None, f"{plain[:30]!r}: which is the month is not clear")
        day, month = (first, second) if first > 12 or first == second else (second, first)
    elif _SERIAL.fullmatch(plain):
        read = _SERIAL_ZERO + timedelta(days=int(plain.split(".")[0]))
        return DateReading(read, notes=(f"{plain} read as a spreadsheet's day number",))
    else:
        return DateReading(None, f"{plain[:30]!r} is no date with year, month and day")
    try:
        return DateReading(date(year, month, day), notes=notes)
    except ValueError:
        return DateReading(None, f"{plain[:30]!r} is no day of the calendar")


_WORK: Final = (
    "(?:岗位|工作|职位|主要|职能)(?:职责|内容|描述|说明|任务)|职责(?:描述|说明|范围)|工作范围"
)
_CONDITIONS: Final = (
    "(?:任职|岗位|职位|招聘|招录|招用|应聘|录用|基本|聘用|工作)(?:要求|资格|条件)(?:要求|描述)?"
    "|(?:资格|能力|技能|职业|人员|招工)(?:要求|条件)|我们希望你|职责要求|(?<![一-龥])(?:要求|条件)"
)
# Headings that say what the line is about: they stay with it.
_TELLING: Final = "(?:学历|专业|年龄|经验|经历|性别|身体|身高|户籍)(?:及(?:专业|学历|经验))?要求"
# A heading stands on a line of its own, in brackets, or before a colon, a break or a number.
# Runs of spaces are bounded: unbounded ones cost the square of their length.
_SPACE: Final = r"\s{0,3}"
_HEADING: Final = re.compile(
    rf"(?:[一二三四五六12345][、.．]{_SPACE})?[【\[〔(（]?{_SPACE}"
    rf"(?:(?P<work>{_WORK})|(?P<conditions>{_CONDITIONS})|(?P<told>{_TELLING}))"
    rf"(?:及(?:其它|其他)|说明|如下)?{_SPACE}"
    rf"(?:[】\]〕)）]{_SPACE}[:：]?|[:：]|(?={_SPACE}[\r\n])|(?={_SPACE}[(（]?[1一][、.．,，)）\s]))"
)


class Sections(NamedTuple):
    """A free text in its two parts; together they hold all of it but the headings."""

    work_content: str
    hiring_conditions: str


def split_sections(text: str) -> Sections:
    """Split an advertisement into work content (工作内容) and hiring conditions (招录条件).

    By headings such as 岗位职责 and 任职要求; what stands before the first, or under another heading,
    stays with the part before it. Without a heading for conditions all of it is work content.
    """
    work: list[str] = []
    conditions: list[str] = []
    into, start = work, 0
    for found in _HEADING.finditer(text):
        into.append(text[start : found.start()].strip())
        into = work if found["work"] else conditions
        start = found.start() if found["told"] else found.end()
    into.append(text[start:].strip())
    return Sections("\n".join(filter(None, work)), "\n".join(filter(None, conditions)))
