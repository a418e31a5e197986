"""Explanations on a real log: each figure lists as many things as it states, each thing its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from taizhang import (
    Actor,
    EndCase,
    InvalidInput,
    NotAuthorised,
    NotFound,
    PassVacancy,
    SubmitVacancy,
    WithdrawVacancy,
)
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.projections.canonical import canonical_json
from taizhang.projections.explanation.model import Explanation

from .people import ADDRESS, NAME, PHONE, People
from .test_spot_checks import Check, fill

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("9.1")

DISTRICT, SUBDISTRICT = "110105", "110105001"
DAY = date(2026, 11, 2)


def explain(world: World, reference: str, by: str = "supervisor") -> Explanation:
    world.taizhang.projections.catch_up()
    return world.taizhang.queries().explanations.explain(reference, by=world.actor(by))


def counts(value: Any, path: str) -> Iterator[tuple[str, int]]:
    """Yield the path and the value of every number of a part of a notice."""
    if type(value) is int:
        yield path, value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from counts(held, f"{path}.{name}")


def names(line: dict[str, Any]) -> str:
    if "agency" in line:
        return str(line["agency"]["code"])
    return str(line.get("day") or line["rule"])


@pytest.fixture
def second(world: World) -> str:
    """Return the notice of the second of two busy days: faults old, new and put right, delays, duties."""
    code = world.register()
    world.publish(code)
    world.publish(code, world.discriminatory, overruled="剧组女演员")
    gone = world.publish(code, world.discriminatory, overruled="剧组女演员")
    world.submit(code)
    world.clock.forward(days=1)
    world.taizhang.notices.issue_daily_vacancies(DAY, DISTRICT, by=world.actor("supervisor"))
    world.clock.forward(days=6)
    world.do(
        WithdrawVacancy(credit_code=code, vacancy_id=gone, reason=WithdrawalReason.EMPLOYER)
    )
    late = world.draft(code)
    world.do(
        SubmitVacancy(
            credit_code=code, vacancy_id=late, occurred_on=world.clock.today - timedelta(days=4)
        )
    )
    world.do(PassVacancy(credit_code=code, vacancy_id=late), "reviewer")
    world.clock.forward(days=1)
    return world.taizhang.notices.issue_daily_vacancies(
        world.clock.today - timedelta(days=1), DISTRICT, by=world.actor("supervisor")
    ).notice_id
