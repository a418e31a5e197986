"""A check by the district, step by step."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from taizhang import (
    Actor,
    InspectItem,
    JudgeFinding,
)
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.supervision.spot_check.check import SpotCheck
from taizhang.domain.supervision.spot_check.kinds import RecordKind

from ..conftest import DISTRICT, World
from ..people import People

MONTH = date(2026, 11, 1)
CUT_OFF = date(2026, 11, 30)
SYSTEM = Actor.system(DISTRICT)


class Check:
    """A check by the district, planned on the first working day of the month."""

    def __init__(self, world: World, kind: RecordKind = RecordKind.PERSONAL_LEDGERS) -> None:
        self.world = world
        self.office = world.taizhang.spot_checks
        self.kind = kind
        self.supervisor = world.actor("supervisor")
        self.id = self.office.plan(DISTRICT, kind, MONTH, by=self.supervisor)

    def after_cut_off(self, days: int = 1) -> Check:
        self.world.clock.now = datetime.combine(CUT_OFF + timedelta(days=days), time(9), SHANGHAI)
        return self

    def drawn(self, **options: Any) -> Check:
        self.after_cut_off()
        self.office.draw(self.id, by=SYSTEM, **options)
        return self

    def examined(self) -> Check:
        self.drawn()
        self.office.examine(self.id, by=SYSTEM)
        return self

    def confirmed(self, *, but: int = 0) -> Check:
        """Let the supervisor judge what is open as met, and confirm every item but the last `but`."""
        items = list(self.state.items.items())
        for number, item in items[: len(items) - but]:
            for key, finding in list(item.findings.items()):
                if finding.verdict == "to_be_judged":
                    self.judge(number, key, "met")
            self.world.do(InspectItem(check_id=self.id, number=number), "supervisor")
        return self

    def judge(self, number: int, key: str, verdict: Any, by: str = "supervisor") -> None:
        command = JudgeFinding(
            check_id=self.id, number=number, key=key, verdict=verdict, reason="核对纸质档案"
        )
        self.world.do(command, by)

    @property
    def state(self) -> SpotCheck:
        found = self.world.taizhang.events.replay(SpotCheck, self.id).aggregate
        assert isinstance(found, SpotCheck)
        return found

    @property
    def queries(self) -> Any:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries().spot_checks

    @property
    def view(self) -> Any:
        return self.queries.check(self.id, by=self.supervisor)

    def verify(self) -> Any:
        return self.office.verify(self.id, by=self.supervisor)


@pytest.fixture
def people(world: World) -> People:
    """Return persons with ledgers at two subdistricts."""
    return People(world)


def fill(world: World, here: int = 25, next_door: int = 4) -> list[UUID]:
    opened = [world.job_seeker(number) for number in range(100, 100 + here)]
    return opened + [world.job_seeker(number, "sibling") for number in range(200, 200 + next_door)]
