"""The daily notice of vacancy checks (招聘信息核查情况通报, Article 56, paragraph 2): model, checks, renderings."""

from .build import NOTICE_KIND, build
from .check import check_vacancy
from .facts import EmployerRow, NoticeFacts, VacancyRow
from .model import DailyVacancyNotice
from .render_html import render_html
from .render_xlsx import render_xlsx

__all__ = [
    "NOTICE_KIND",
    "DailyVacancyNotice",
    "EmployerRow",
    "NoticeFacts",
    "VacancyRow",
    "build",
    "check_vacancy",
    "render_html",
    "render_xlsx",
]
