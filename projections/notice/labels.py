"""Words that every notice uses: dates, months, agencies and duties as official papers name them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from ...domain.calendar import SHANGHAI, zh_date
from ...domain.obligations import TITLES_ZH
from .model import Line

_ORGAN = re.compile(
    r"(公共就业服务.*|公共就业和人才服务.*|人力资源.*|社会保障(事务)?(所|中心)|就业服务站|就业促进中心)$"
)


def short_name(name: str) -> str:
    """Return an agency's name without its kind, for charts: 朝阳区 for 朝阳区公共就业服务中心."""
    return _ORGAN.sub("", name) or name


def line_name(line: Line) -> str:
    """Return the name of a line of the roll-up, marked where it is the superior's own or closed."""
    return line.agency.name + ("（本级）" if line.own else "（已撤销）" if line.closed else "")


def duty_label(duty: str) -> str:
    """Name a duty by its key."""
    return TITLES_ZH.get(duty, duty)


def zh_moment(moment: datetime) -> str:
    """Return a moment in Shanghai; midnight is the 24th hour of the day that it ends."""
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{zh_date(local.date() - timedelta(days=1))}24时"
    return f"{zh_date(local.date())}{local.hour}时{local.minute:02d}分"


def zh_month(day: date) -> str:
    """Return a month as official papers write it: 2026年11月."""
    return f"{day.year}年{day.month}月"
