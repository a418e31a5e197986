"""A plain view of messy text, with the way back to the original offsets.

Advertisements mix full-width and half-width signs, traditional and simplified characters,
invisible characters, and words typed with a space after every character (``限 女 性``).
Rules are written once, against the plain view; findings are reported in the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Item numbers written as one sign (①, ⑴, ⒈, ㈠, ❶) part items as a list sign does.
_ITEM_SIGNS: Final = {
    code: "、"
    for first, last in ((0x2460, 0x249B), (0x2776, 0x2793), (0x3220, 0x3229), (0x3280, 0x3289))
    for code in range(first, last + 1)
}
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS: Final = str.maketrans(
    "\u3000\u00a0\t\u2002\u2003\u2009—–－−―‐‑～〜∼∕⁄╱＼﹑｡﹕﹔﹐﹒［］〔〕﹙﹚",
    "      -------~~~////、。:;,.[][]()",
)
# Only characters the rules speak of; one for one, so offsets stay.
_SIMPLIFIED: Final = str.maketrans(
    "戶優別齡歲員黨團傳殘無氣質體處為須僅懷業務證學歷齊貌滿維藏齒較應聽視礙數僱錄於間過這請"
    "謝絕拒單離異幾條確試慮慎臺灣東廣陝寧內蘇貴雲龍遼漢彝滙屬農鎮鄉縣區場臨時從適進階觀眾"
    "爾後孫瑪壯佈親媽寶會計營銷採購護師導遊騎徵擇選親兒旳",
    "户优别龄岁员党团传残无气质体处为须仅怀业务证学历齐貌满维藏齿较应听视碍数雇录于间过这请"
    "谢绝拒单离异几条确试虑慎台湾东广陕宁内苏贵云龙辽汉彝汇属农镇乡县区场临时从适进阶观众"
    "尔后孙玛壮布亲妈宝会计营销采购护师导游骑征择选亲儿的",
)
_TABLE: Final[dict[int, int | str]] = {**_SIMPLIFIED, **_FULL_WIDTH, **_SIGNS, **_ITEM_SIGNS}

# Characters that take no room on the screen; advertisements carry them to defeat copying.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+"
)
# Half a character, from broken decoding: stands for a break, so no passage runs across it.
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Slips of the keyboard that change what a passage says; one character for one, so offsets stay.
_SLIPS: Final = re.compile(
    r"(?<=[男女])姓(?![名氏])|姓(?=\s?别)|(?<=年)令(?=[\s:]*[要为在须]|[\s:]*\d|不限)"
)
_MEANT: Final = {"姓": "性", "令": "龄"}
# Three or more single Chinese characters (or colons) apart by one or two blanks each.
_SPACED_OUT: Final = re.compile(
    r"(?<![^\s,;:。、.()\[\]/\d])[\u4e00-\u9fff](?: {1,2}[\u4e00-\u9fff:]){2,}(?![\u4e00-\u9fff])"
)


@dataclass(frozen=True, slots=True)
class View:
    """Plain text for the rules, with a map back when characters were left out."""

    plain: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that the non-empty plain span stands for."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def view_of(text: str) -> View:
    """Return the plain view of any text."""
    plain = _LONE_SURROGATE.sub("。", text.translate(_TABLE))
    plain = _SLIPS.sub(lambda slip: _MEANT[slip[0]], plain)
    dropped: set[int] = set()
    for run in _INVISIBLE.finditer(plain):
        dropped.update(range(*run.span()))
    for run in _SPACED_OUT.finditer(plain):
        dropped.update(i for i in range(*run.span()) if plain[i] == " ")
    if not dropped:
        return View(plain, None)
    kept = tuple(i for i in range(len(plain)) if i not in dropped)
    return View("".join(plain[i] for i in kept), kept)
