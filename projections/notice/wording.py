"""Official Chinese that every notice uses: whom it is sent to, rates and how they changed, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from ...domain.calendar import zh_date
from ...domain.organisation.agency import AgencyLevel
from ...domain.regulation import rule
from ...domain.regulation.rules import chinese_number
from .labels import short_name
from .model import Line, Rate, Requirements

REGULATION_SHORT = "《实施细则》"
NAMED = 5
"""Agencies named in a sentence before the rest are only counted."""
EXAMPLES = 2
"""Problems told in full in a section."""

L = TypeVar("L", bound=Line)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Section(Generic[P]):
    """One numbered section of main problems."""

    heading: str
    text: str
    repeated: str
    """What was notified before and still stands; empty where nothing was."""
    examples: tuple[P, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose(Generic[P]):
    """The running text of a notice, part by part."""

    title: str
    addressee: str
    opening: str
    situation: tuple[str, ...]
    no_problems: str
    sections: tuple[Section[P], ...]
    requirements: tuple[str, ...]
    warning: str
    """That an admonition interview may be held; empty where nothing was notified often enough."""
    signed: str
    dated: str


def addressee(level: str) -> str:
    """Return whom a notice of an agency of this level is sent to: the agencies directly below."""
    return {
        AgencyLevel.CITY: "各区公共就业服务机构",
        AgencyLevel.DISTRICT: "各街道（乡镇）公共就业服务机构",
        AgencyLevel.SUBDISTRICT: "各社区（村）就业服务站",
    }.get(AgencyLevel(level), "各有关公共就业服务机构")


def rate_text(rate: Rate | None) -> str:
    """Return 98.5%, or a dash where nothing was checked or no notice tells."""
    return f"{rate.percent}%" if rate is not None and rate.percent is not None else "—"


def rate_change(rate: Rate, before: Rate | None) -> str:
    """Return the change in percentage points: 上升0.3个百分点, 持平; empty without a comparison."""
    if before is None or rate.percent is None or before.percent is None:
        return ""
    change = Decimal(rate.percent) - Decimal(before.percent)
    if not change:
        return "持平"
    return f"{'上升' if change > 0 else '下降'}{abs(change)}个百分点"


def change_figure(rate: Rate, before: Rate | None) -> str:
    """Return the change as a table shows it: +0.3, −1.2, 0.0, or a dash."""
    if before is None or rate.percent is None or before.percent is None:
        return "—"
    change = Decimal(rate.percent) - Decimal(before.percent)
    return f"{change:+}".replace("-", "−") if change else "0.0"


def times_text(times: int) -> str:
    """Return the how-manieth notice of a problem it is."""
    return f"第{times}次"


def quoted(title: str) -> str:
    """Return an edition's title in title marks, its document number after them."""
    name, bracket, number = title.partition("（")
    return f"《{name}》{bracket}{number}"


def counted(counts: Iterable[tuple[str, int]], unit: str) -> str:
    """Return names with their numbers: 建外街道3个、朝外街道1个."""
    return "、".join(f"{name}{number}{unit}" for name, number in counts)


def numbered(place: int) -> str:
    """Return the number of a section or a demand: （一）."""
    return f"（{chinese_number(place) if place < 100 else place}）"


def grounds(edition_title: str, *rule_ids: str) -> str:
    """Return on what a notice stands, as its first words."""
    citations = "、".join(rule(rule_id).citation for rule_id in rule_ids)
    return f"依据{quoted(edition_title)}（以下简称{REGULATION_SHORT}）{citations}规定，"


def by_rate(lines: Iterable[L], rate: Callable[[L], Rate] = lambda line: line.rate) -> list[L]:
    """Return lines with the lowest rate first; exact, not by the rounded per cent."""

    def place(line: L) -> tuple[Decimal, str]:
        stated = rate(line)
        share = Decimal(stated.passed) / stated.checked if stated.checked else Decimal(2)
        return share, line.agency.code

    return sorted(lines, key=place)


def lowest(lines: Iterable[Line]) -> str:
    """Name the agency with the lowest pass rate; empty where there is none to tell from others."""
    rated = by_rate(line for line in lines if line.rate.percent is not None)
    if len(rated) < 2 or rated[0].rate.passed == rated[0].rate.checked:
        return ""
    return f"合格率最低的为{rated[0].agency.name}（{rate_text(rated[0].rate)}）"


def names(lines: Iterable[Line]) -> dict[UUID, str]:
    """Return the short names of the roll-up's lines, as sentences use them: 朝阳区本级."""
    return {
        line.agency.agency_id: short_name(line.agency.name) + ("本级" if line.own else "")
        for line in lines
    }


def concerned(lines: Iterable[Line], unders: Iterable[UUID]) -> str:
    """Name the agencies under which problems stand, with their numbers, those with the most first."""
    called = names(lines)
    counts = Counter(called[under] for under in unders)
    text = counted(counts.most_common(NAMED), "个")
    return text + (f"等{len(counts)}家" if len(counts) > NAMED else "")


def worst(
    problems: Iterable[P], times: Callable[[P], int], under: Callable[[P], UUID]
) -> tuple[P, ...]:
    """Return the few told in full: the most often notified first, each from another agency."""
    chosen: dict[UUID, P] = {}
    for problem in sorted(problems, key=times, reverse=True):
        chosen.setdefault(under(problem), problem)
    return tuple(chosen.values())[:EXAMPLES]


def answer_by(asked: Requirements) -> str:
    """Return the day by which to answer, and that it may still move where the calendar is not known."""
    return zh_date(asked.answer_by) + (
        "（暂定，以国务院办公厅放假安排为准）" if asked.provisional else ""
    )


def interview_may_be_held(limit: int) -> str:
    """Say what Article 58 allows from so many notices on: an interview may be held. Rule 58.2b."""
    return (
        f"依据{REGULATION_SHORT}{rule('58.2b').citation}，"
        f"经{limit}次（含）以上通报，问题仍未得到有效整改的，"
        "可按规定对该机构的主要负责人予以警示约谈。"
    )
