"""Official Chinese that every notice uses: whom it is sent to, rates and how they changed, lists."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ...domain.organisation.agency import AgencyLevel
from .model import Rate

REGULATION_SHORT = "《实施细则》"
NAMED = 5
"""Agencies named in a sentence before the rest are only counted."""


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
