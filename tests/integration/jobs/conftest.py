"""The district at work, and what the jobs have done in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from taizhang import (
    FoundAgency,
    InvalidInput,
)
from taizhang.application.jobs import JobStatus, RunReport
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.infrastructure.notices.office import NoticeOffice

if TYPE_CHECKING:
    from tests.integration.conftest import World

CITY, DISTRICT, SUBDISTRICT = "110000", "110105", "110105001"
DAY = date(2026, 11, 2)
NOTICES = "daily_vacancy_notice"


def due(world: World, **more: Any) -> RunReport:
    return world.taizhang.jobs.run_due(**more)


def standing(world: World, job: str) -> JobStatus:
    return next(one for one in world.taizhang.jobs.status() if one.name == job)


def notices(world: World) -> list[tuple[str, str]]:
    """Return agency and day of every daily notice issued, in the order of the log."""
    world.taizhang.projections.catch_up()
    rows = world.sql(
        "SELECT agency_code, period_end FROM notices WHERE kind = 'daily_vacancies' "
        "ORDER BY last_position"
    )
    return [(code, day.isoformat()) for code, day in rows]


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@pytest.fixture
def world(world: World) -> World:
    """Return the district at work, whose agencies were entered on the first day."""
    world.do(
        FoundAgency(
            code="110108001",
            name="万寿路街道",
            level=AgencyLevel.SUBDISTRICT,
            parent_code="110108",
            effective_on=date(2018, 8, 1),
        ),
        "administrator",
    )
    # Planned as soon as a month begins; `TestSpotChecks` lets it.
    world.taizhang.jobs.switch("spot_check_plan", on=False)
    return world


def break_notices(
    monkeypatch: pytest.MonkeyPatch, breaks: Callable[[str], bool], error: Exception | None = None
) -> None:
    """Let the notices of some agencies fail."""
    issue = NoticeOffice.issue_daily_vacancies

    def fails(office: NoticeOffice, day: date, agency_code: str, **more: Any) -> Any:
        if breaks(agency_code):
            raise error or InvalidInput("the notice cannot be made")
        return issue(office, day, agency_code, **more)

    monkeypatch.setattr(NoticeOffice, "issue_daily_vacancies", fails)
