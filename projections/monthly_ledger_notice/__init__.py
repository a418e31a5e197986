"""The monthly notice of ledger spot-checks, duties and problems (台账抽查情况通报, Articles 56 and 58)."""

from .build import NOTICE_KIND, build
from .facts import MonthFacts
from .model import MonthlyLedgerNotice
from .render_html import render_html
from .render_xlsx import render_xlsx

__all__ = [
    "NOTICE_KIND",
    "MonthFacts",
    "MonthlyLedgerNotice",
    "build",
    "render_html",
    "render_xlsx",
]
