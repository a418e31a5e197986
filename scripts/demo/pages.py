"""What the demo leaves behind: the notices in three forms, the worklist, and a page to begin with."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...application.views.enterprises import AgreementCourse
from ...application.views.service import DutyView
from ...domain.identity import mask_name
from ...domain.organisation.staff import Role
from ...domain.person_ledger import ledger_number
from ...domain.regulation.rules import RULES
from ...projections import monthly_ledger_notice
from ...projections.canonical import canonical_json
from ...projections.daily_vacancy_notice import DailyVacancyNotice, render_html, render_xlsx
from ...projections.daily_vacancy_notice.labels import RULE_TITLES
from ...projections.monthly_ledger_notice import MonthlyLedgerNotice
from .month import Issued, Month
from .spot_checks import Checked
from .spot_checks_page import write_spot_checks
from .tally import Tally, tally
from .worklist_page import whose, write_worklist

WEEKDAYS = "一二三四五六日"
CODES = {"not_authorised": "无此权限", "invalid_input": "内容有误"}
COLOURS = ("#8f1116", "#c2605b", "#d8a6a0")
CONTACTS = {"met": "已联系", "late": "逾期联系", "missed": "未联系", "open": "季度未满"}
"""What became of the contact of a quarter."""
SHOWN = 20
"""Duties shown under each heading of the worklist; the JSON file holds all."""


def write_pages(
    out: Path,
    month: Month,
    worklist: list[DutyView],
    checked: list[Checked],
    written: Callable[[], None],
) -> tuple[Path, Tally]:
    """Write all files of the demo below `out`; return the one to open first, and the people counted."""
    folder = out / "notices"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for issued in month.notices:
        _write_notice(folder / issued.notice_id, issued.content)
        written()
    for monthly in month.supervision.notices:
        _write_monthly(folder / monthly.notice_id, monthly.content)
    lines = ",\n".join(duty.model_dump_json() for duty in worklist)
    (out / "worklist.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    counted = tally(month)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    duties = write_worklist(environment, month, worklist, counted, _staff(month))
    (out / "worklist.html").write_text(duties, encoding="utf-8")
    (out / "spot-checks.html").write_text(
        write_spot_checks(environment, month, checked), encoding="utf-8"
    )
    _write_checks(out / "spot-checks.json", checked)
    page = out / "index.html"
    page.write_text(_index(environment, month, worklist, counted), encoding="utf-8")
    return page, counted


def _write_notice(path: Path, notice: DailyVacancyNotice) -> None:
    path.with_suffix(".json").write_bytes(canonical_json(notice))
    path.with_suffix(".html").write_text(render_html(notice), encoding="utf-8")
    render_xlsx(notice, path.with_suffix(".xlsx"))


def _write_monthly(path: Path, notice: MonthlyLedgerNotice) -> None:
    path.with_suffix(".json").write_bytes(canonical_json(notice))
    path.with_suffix(".html").write_text(monthly_ledger_notice.render_html(notice), "utf-8")
    monthly_ledger_notice.render_xlsx(notice, path.with_suffix(".xlsx"))


def _write_checks(path: Path, checked: list[Checked]) -> None:
    """Write each check with its items and its proof."""
    whole = [
        {
            "check": one.view.model_dump(mode="json"),
            "items": [item.model_dump(mode="json") for item in one.items],
            "proof": one.proof.model_dump(mode="json"),
        }
        for one in checked
    ]
    path.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2))


def _staff(month: Month) -> Callable[[str], str]:
    directory = month.taizhang.directory

    def name(staff_id: str) -> str:
        member = directory.member(staff_id)
        return member.name if member else staff_id

    return name


def _index(environment: Environment, month: Month, worklist: list[DutyView], counted: Tally) -> str:
    own = month.issued_by(month.district_code)
    directory = month.taizhang.directory

    def agency(code: str) -> str:
        holder = directory.holder(code, month.last)
        return holder.name_on(month.last) if holder else code

    def job_seeker(duty: DutyView) -> str:
        person = whose(month, duty)
        if person is None:
            return ""
        return f"{mask_name(person.name)}　台账{ledger_number(person.job_seeker_id)}"

    return environment.get_template("index.html.j2").render(
        district=month.city.district,
        monthly=month.supervision.notices,
        first=month.first,
        last=month.last,
        figures=_figures(month),
        days=(days := [_day(month, issued) for issued in own]),
        chart=_chart(days),
        best=max(own, key=lambda issued: len(issued.content.defects)).notice_id,
        city=[_day(month, issued) for issued in month.issued_by(month.city.city.code)],
        city_name=month.city.city.name,
        problems=_problems([issued.content for issued in own]),
        rules=RULE_TITLES,
        citation=_citation,
        refused=sorted(month.desk.refused.items()),
        fairs=month.fairs,
        worklist=_by_urgency(worklist),
        total=len(worklist),
        shown=SHOWN,
        agency=agency,
        person=_staff(month),
        job_seeker=job_seeker,
        tally=counted,
        office=month.neighbourhood.office,
        enterprises=_enterprises(month),
        contacts=CONTACTS,
    )


def _enterprises(month: Month) -> list[tuple[AgreementCourse, ...]]:
    """Return the courses of each key enterprise, its agreements one after another."""
    city = month.city.city
    by, queries = city.people(Role.SUPERVISOR)[0], month.taizhang.queries().enterprises
    return [queries.course(one.credit_code, by=by) for one in queries.agreements(city.code, by=by)]


def _figures(month: Month) -> dict[str, Any]:
    own = [issued.content for issued in month.issued_by(month.district_code)]
    return {
        "agencies": len(month.city.subdistricts) + len(month.city.stations),
        "employers": len(month.employers),
        "vacancies": len(month.courses),
        "published": sum(notice.overall.flows.published for notice in own),
        "problems": sum(d.times == 1 for notice in own for d in notice.defects),
        "put_right": sum(len(notice.put_right) for notice in own),
        "accepted": month.desk.accepted,
        "repeated": month.desk.repeated,
        "refused": sum(month.desk.refused.values()),
    }


def _day(month: Month, issued: Issued) -> dict[str, Any]:
    notice = issued.content
    return {
        "id": issued.notice_id,
        "day": notice.day,
        "weekday": WEEKDAYS[notice.day.weekday()],
        "working": month.calendar.is_working_day(notice.day),
        "flows": notice.overall.flows.total,
        "rate": notice.overall.rate,
        "problems": notice.overall.problems,
        "put_right": notice.overall.put_right,
        "late": notice.overall.late,
        "overdue": notice.overall.overdue,
    }


def _chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the coordinates of the chart: pass rates above, problems below, one column a day."""
    width, height, left, top, middle, bottom = 960, 300, 46, 22, 160, 276
    step = (width - left) / len(days)
    floor = (
        min((int(float(d["rate"].percent)) for d in days if d["rate"].percent), default=0) // 5 * 5
    )
    most = max(5, *(d["problems"].total for d in days))
    tick = 5 if most <= 25 else 10 if most <= 50 else 20
    rate_height, bar_height = middle - 40 - top, bottom - middle

    def at_rate(percent: float) -> float:
        return round(top + rate_height * (100 - percent) / max(100 - floor, 1), 1)

    columns = []
    for place, day in enumerate(days):
        problems, y, bars = day["problems"], float(bottom), []
        stacked = (problems.third_or_more, problems.second, problems.first)
        for count, colour in zip(stacked, COLOURS, strict=True):
            part = bar_height * count / most
            y -= part
            bars.append((round(y, 1), round(part, 1), colour))
        columns.append(
            {
                "day": day["day"].day,
                "working": day["working"],
                "left": round(left + step * place, 1),
                "centre": round(left + step * (place + 0.5), 1),
                "dot": at_rate(float(day["rate"].percent)) if day["rate"].percent else None,
                "bars": bars,
            }
        )
    return {
        "width": width, "height": height, "left": left, "top": top, "middle": middle,
        "bottom": bottom, "step": round(step, 1), "columns": columns,
        "line": " ".join(f"{c['centre']},{c['dot']}" for c in columns if c["dot"] is not None),
        "rate_ticks": [(at_rate(p), f"{p}%") for p in range(floor, 101, 5 if floor >= 75 else 20)],
        "problem_ticks": [
            (round(bottom - bar_height * n / most, 1), str(n)) for n in range(0, most + 1, tick)
        ],
    }  # fmt: skip


def _citation(rule: str) -> str:
    """Return the article that a refusal cites, or what kind of refusal it was where it cites none."""
    return RULES[rule].citation if rule in RULES else CODES[rule]


def _problems(notices: list[DailyVacancyNotice]) -> list[tuple[str, int, int]]:
    """Return, by rule, how many problems were found in the month and how many were put right."""
    found = Counter(d.rule for notice in notices for d in notice.defects if d.times == 1)
    mended = Counter(m.defect.rule for notice in notices for m in notice.put_right)
    return [(rule, found[rule], mended[rule]) for rule in RULE_TITLES if found[rule]]


def _by_urgency(worklist: list[DutyView]) -> list[tuple[str, str, list[DutyView]]]:
    groups = (
        ("late", "已逾期", [duty for duty in worklist if duty.days_late > 0]),
        ("today", "今日到期", [duty for duty in worklist if duty.days_late == 0]),
        ("running", "办理期内", [duty for duty in worklist if duty.days_late < 0]),
    )
    return [group for group in groups if group[2]]
