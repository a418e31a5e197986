"""How rules are written down and applied.

A rule set covers one category: a cheap gate, rules that speak, exemptions that silence.
Each pattern is matched against the plain view (see ``view``). A rule's group ``cue`` (the
whole match if there is none) is the word that carries the trait: a finding falls away when
an exemption covers that word, or when one of the rule's guards is met in its clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from .findings import Category

# Word edges. A digit to the left is no part of a word: "1男，" is item one of a list.
LEFT_EDGE: Final = r"(?<![^\W\d_])"
RIGHT_EDGE: Final = r"(?![^\W\d_])"

# Gap inside one clause.
BLANK: Final = r"[ \t]*"

PREFER: Final = r"(?:优\s?先|尤\s?佳|为\s?佳|更\s?佳|最\s?佳|优先者|为宜|从优|先考虑|先录|可?优待|加分|有优势|首选(?!的)|为先|更合适(?![的\w])|优(?!\w)|(?:更|为|最)好(?![的地]))"
"""Words of preference; a preference by a protected trait is a condition of hiring."""

EXCLUDE_AFTER: Final = (
    r"(?:就|都)?(?:(?:一律|请|均)?(?:勿|莫|免(?!费|押|税|租|体检))(?:扰|投|试|来|进|入|面|应聘|报|打扰|联系|招|聘)?|慎[投入重来报选]|别(?:来|投|报|进|应聘|打扰|联系)|拒[收绝招聘录]|不合适(?!\w)|暂时?不?(?:停|缓|招|要|考虑|收|录|接)|暂不安排(?![夜晚早加倒值住宿出])|"
    r"除外|止步|谢绝|一律不|(?:一概)?不(?:要|招|收|予|考虑|接受|录用|聘|适合|得报|能报|建议|行(?!政))|不宜(?!化)|(?:请)?绕[道行])"
)
EXCLUDE_BEFORE: Final = r"(?:不(?:能|得|可以?)(?:是|为)|(?:不|暂不|暂停|停止|谢绝|拒绝|拒|禁止|绝不|勿)(?:再)?(?:招收|招聘|招|要|收|录用|聘用|聘|考虑|接收|接受|欢迎|用)?)"
FULL: Final = r"(?:(?:已|目前|暂时?)?(?:招满|已?满员|停招)|(?:名额)?已满)"
"""No more of these are taken: of one sex, of one people."""
LIMIT_BEFORE: Final = (
    r"(?:(?<![不无未局])限(?:定|制|招|收|于|为|制为)?|(?:仅|只|均|全)(?:限于?|招收?|聘用?|要|收|考虑|录用?|接[受收]|看)|"
    r"优先(?:录用|考虑|招[聘收]?|接收|选择|聘用|安排|录取)?|倾向于?|偏向于?|偏(?=[男女])|偏好|(?:必|务)?须(?:是|为|要)?|"
    r"(?:应|需)(?:是|为|要)|(?:应聘|求职|报名)(?:者|人员?)(?:是|为)|(?:最好|希望)(?:是|为)?|(?:要|需)?求(?:是|为)?)"
)
RECRUIT: Final = r"(?:招聘|诚聘|急聘|高薪聘请?|聘请|聘用|招募|招收|招|聘|急需|寻找|诚寻|寻(?!求)|找|诚征|征聘|诚邀|(?<![要需追谋])求)"
# "来个小伙子", "还差一名": what a chatty advertisement says for 招聘.
WANTED: Final = r"(?:(?<![未将出本近原往])[来缺差少](?:\d{1,2}|[一二两三几])?[个名位]|想[找要招])"
POST: Final = r"(?:[\u4e00-\u9fff]{1,3}[员工师手]|翻译|司机|服务生|学徒)"
"""A post, known by the last sign of its name."""
COUNT: Final = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3}|数|多|几|若干)\s?(?:名|个(?![月人性小房宿寝])|位(?![置于数])|枚|人(?!以[上下]))|若干"

_BREAKS: Final = "。;!?\n"
_BREAK: Final = re.compile(r"[。;!?\n]")
_BREAK_OR_COMMA: Final = re.compile(r"[。;!?\n, ]")


@dataclass(frozen=True, slots=True)
class Guard:
    """Silences a rule when ``pattern`` occurs close by, in the clause of the cue.

    ``before`` and ``after`` say how many characters on either side are looked at. With
    ``across_commas`` false, the look ends at the next comma or blank: "提供食宿，限本地户口" is not
    silenced by 提供.
    """

    pattern: re.Pattern[str]
    before: int
    after: int
    why: str
    across_commas: bool = False

    def met(self, plain: str, start: int, end: int) -> bool:
        """Tell whether the guard silences a cue at ``start:end``."""
        signs = _BREAKS if self.across_commas else _BREAKS + ", "
        low = max(0, start - self.before)
        low = max(plain.rfind(sign, low, start) + 1 for sign in signs) or low
        if self.pattern.search(plain, low, start):
            return True
        broken = (_BREAK if self.across_commas else _BREAK_OR_COMMA).search(
            plain, end, end + self.after
        )
        high = broken.start() if broken else min(len(plain), end + self.after)
        return self.pattern.search(plain, end, high) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of wording a condition."""

    name: str
    pattern: re.Pattern[str]
    reason: str
    """Chinese sentence with ``{text}`` for the passage found."""
    guards: tuple[Guard, ...] = ()
    absolute: bool = False
    """True when exemptions do not apply, as the pattern itself is specific enough."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A harmless wording that contains a cue."""

    pattern: re.Pattern[str]
    why: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's match in the plain view."""

    start: int
    end: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules and exemptions of one category."""

    category: Category
    gate: re.Pattern[str]
    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...] = field(default=())

    def hits(self, plain: str) -> list[Hit]:
        """Return the hits in text order, none overlapping another; the wider one wins."""
        if self.gate.search(plain) is None:
            return []
        exempt = _Spans(m.span() for e in self.exemptions for m in e.pattern.finditer(plain))
        found = sorted(self._matches(plain, exempt), key=lambda h: (h.start - h.end, h.start))
        kept: list[Hit] = []
        for hit in found:
            at = bisect_left(kept, hit.start, key=lambda h: h.start)
            clear_before = at == 0 or kept[at - 1].end <= hit.start
            if clear_before and (at == len(kept) or hit.end <= kept[at].start):
                kept.insert(at, hit)
        return kept

    def _matches(self, plain: str, exempt: _Spans) -> Iterator[Hit]:
        for rule in self.rules:
            has_cue = "cue" in rule.pattern.groupindex
            for match in rule.pattern.finditer(plain):
                low, high = match.span("cue") if has_cue and match["cue"] else match.span()
                if not rule.absolute and exempt.cover(low, high):
                    continue
                if any(guard.met(plain, low, high) for guard in rule.guards):
                    continue
                start, end = _trimmed(plain, *match.span())
                yield Hit(start, end, rule)


class _Spans:
    """Spans of text, asked again and again whether one of them covers a place."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def cover(self, low: int, high: int) -> bool:
        """Tell whether one span holds all of ``low:high``."""
        at = bisect_right(self._starts, low)
        return at > 0 and self._reach[at - 1] >= high


def _trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    """Cut blanks and list signs off both ends of a span."""
    signs = " \t\r\n,;:、。.([{"
    while start < end - 1 and plain[start] in signs:
        start += 1
    while start < end - 1 and plain[end - 1] in signs:
        end -= 1
    return start, end


def compiled(*parts: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Compile the parts, written one after another, as one pattern."""
    return re.compile("".join(parts), flags)


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile a pattern that matches any of the alternatives."""
    return re.compile("|".join(f"(?:{a})" for a in alternatives), re.IGNORECASE)
