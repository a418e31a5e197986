"""Facts of a month, made up: three subdistricts, one of them closed within the month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from taizhang.domain.calendar import SHANGHAI, WorkingDayCalendar
from taizhang.domain.organisation.staff import Role
from taizhang.domain.regulation import EDITION_2018
from taizhang.domain.supervision.warning import Indicator
from taizhang.projections.early_warning import ROLES_NEEDED
from taizhang.projections.monthly_ledger_notice.facts import (
    CheckRow,
    DutyCount,
    EntryCount,
    ItemRow,
    MonthFacts,
    ProblemRow,
    StratumRow,
)
from taizhang.projections.notice.model import AgencyRef, Placement

CALENDAR = WorkingDayCalendar()
MONTH, LAST, DATED = date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 23)
THRESHOLDS = {indicator: indicator.default(EDITION_2018) for indicator in Indicator}


def agency(number: int, code: str, name: str, level: str = "subdistrict") -> AgencyRef:
    return AgencyRef(agency_id=UUID(int=number), code=code, name=name, level=level)


DISTRICT = agency(1, "110105", "朝阳区人力资源公共服务中心", "district")
EAST = agency(2, "110105001", "建外街道公共就业服务中心")
WEST = agency(3, "110105002", "朝外街道公共就业服务中心")
CLOSED = agency(4, "110105003", "呼家楼街道公共就业服务中心")
DIRECT = (EAST, WEST, CLOSED)
STAFFED = {one.agency_id: frozenset(ROLES_NEEDED["subdistrict"]) for one in DIRECT}


def problem(n: int = 1, **more: Any) -> ProblemRow:
    """Return a problem of the east, found and not yet notified."""
    row = ProblemRow(
        rectification_id=UUID(int=100 + n), agency_code=EAST.code, rule="27.1",
        record_kind="personal_ledgers", number=f"7K2M4-PX{n:03d}", title="王**",
        source="spot_check", evidence="职业指导后5个工作日内无跟踪回访记录", stage="found",
        found_on=date(2026, 10, 20), times=0, last_notice=None, first_notified_on=None,
        last_notified_on=None, measures=None, how=None, put_right_evidence=None, put_right_on=None,
        interview=None, interview_until=None,
    )  # fmt: skip
    return replace(row, **more)


def notified(n: int = 1, times: int = 1, on: date = date(2026, 9, 22), **more: Any) -> ProblemRow:
    """Return a problem that was notified so often, last on that day."""
    return problem(
        n, stage="notified", times=times, last_notice="monthly_ledgers-110105-20260831",
        first_notified_on=on, last_notified_on=on, **more,
    )  # fmt: skip


def mended(n: int = 1, **more: Any) -> ProblemRow:
    """Return a problem that was put right."""
    held: dict[str, Any] = {
        "stage": "put_right",
        "how": "已补做回访",
        "put_right_evidence": "台账第12条",
        "put_right_on": date(2026, 10, 9),
    }
    return replace(notified(n), **{**held, **more})


def check(**more: Any) -> CheckRow:
    """Return a closed check of personal ledgers."""
    row = CheckRow(
        check_id=UUID(int=50), kind="personal_ledgers", month=MONTH, position=4000,
        commitment="a" * 64, seed="b" * 64, frame_digest="c" * 64, closed_on=date(2026, 10, 21),
        strata=(
            StratumRow(EAST.code, 820, 58, 58, 9, 3, 2),
            StratumRow(WEST.code, 640, 56, 55, 2, 3, 0),
        ),
    )  # fmt: skip
    return replace(row, **more)


def facts(**more: Any) -> MonthFacts:
    """Return the facts of a month without a single record, with what is given beside."""
    held: dict[str, Any] = {
        "month": MONTH,
        "last_day": LAST,
        "superior": DISTRICT,
        "direct": DIRECT,
        "placements": {one.code: Placement(one, one.agency_id) for one in (DISTRICT, *DIRECT)},
        "position": 5000,
        "month_position": 4000,
        "cutoff": datetime(2026, 10, 1, tzinfo=SHANGHAI),
        "edition": EDITION_2018,
        "calendar": CALENDAR,
        "thresholds": THRESHOLDS,
        "closed": frozenset({CLOSED.agency_id}),
        "staffed": STAFFED,
    }
    return MonthFacts(**{**held, **more})


def busy(**more: Any) -> MonthFacts:
    """Return the facts of an ordinary month."""
    items = tuple(
        ItemRow(
            UUID(int=50), number, "personal_ledgers", f"7K2M4-PX{number:03d}",
            EAST.code if number % 2 else WEST.code, "targeted" if number % 9 == 0 else "random",
            date(2026, 10, 12) if number % 7 else None, number % 5 == 0 if number % 7 else None,
        )
        for number in range(1, 41)
    )  # fmt: skip
    held: dict[str, Any] = {
        "checks": (
            check(),
            check(
                check_id=UUID(int=51), kind="employer_ledgers",
                strata=(StratumRow(EAST.code, 210, 50, 50, 1), StratumRow(WEST.code, 188, 49, 49, 6)),
            ),
            check(check_id=UUID(int=52), kind="needs_files", closed_on=None, seed=None, strata=()),
        ),
        "items": items,
        "duties": (
            DutyCount(EAST.code, "27.1", 40, 6, 2),
            DutyCount(EAST.code, "38.1", 71, 9, 0),
            DutyCount(WEST.code, "27.1", 22, 0, 1),
            DutyCount(WEST.code, "41", 30, 1, 0),
            DutyCount(CLOSED.code, "17", 0, 3, 0),
        ),
        "entries": (EntryCount(EAST.code, 410, 61), EntryCount(WEST.code, 300, 4)),
        "problems": (
            problem(1),
            problem(2, rule="17", evidence="3项服务未录入台账"),
            notified(3, times=1, measures="已安排专人补访，9月底前完成"),
            notified(4, times=2, rule="32", agency_code=WEST.code, evidence="协议履行情况未记载"),
            notified(5, times=1, on=date(2026, 10, 16), agency_code=WEST.code, rule="50",
                     record_kind="employer_ledgers", number="91110105MA0000001X",
                     title="北京某某有限公司", evidence="缺少服务跟踪记录"),
            problem(6, agency_code=WEST.code, source="missed_duty",
                    evidence="“匹配推荐后跟踪回访”应于2026年9月11日前（含当日）办结，逾期未办"),
        ),
        "mended": (mended(8), mended(9, times=0, first_notified_on=None, stage="cleared",
                                     agency_code=WEST.code)),
        "staffed": {**STAFFED, WEST.agency_id: frozenset({Role.COUNSELLOR})},
    }  # fmt: skip
    return facts(**{**held, **more})
