"""A job fair to try commands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Self
from uuid import UUID, uuid4

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.errors import RuleBroken, TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_fair import admission
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.planning import (
    FairForm,
    FairHeld,
    FairPlanned,
    FairPreAnnounced,
    FairScope,
)
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import ObligationRow, Obligations
from taizhang.projections.read_model import fold_in_memory

from ..conftest import Story

FAIR, BATCH, PERSON, EMPLOYER, OTHER = (UUID(int=number) for number in range(901, 906))
VACANCY, SECOND = Story.vacancy_id, UUID(int=101)
FIRST_DAY = date(2026, 11, 12)  # a Thursday: the third working day before is Monday the 9th
TODAY = date(2026, 11, 2)
CALENDAR = WorkingDayCalendar()
PLANNED = FairPlanned(
    title="电工专场招聘会", form=FairForm.ON_SITE, scope=FairScope.SPECIALISED, theme="电工",
    place="区人力资源市场", first_day=FIRST_DAY, last_day=FIRST_DAY,
)  # fmt: skip


class Fair:
    """What was recorded of one fair, a decision taken on it, and what came of that."""

    def __init__(self) -> None:
        self.day = TODAY
        self.entered_on: date | None = None
        self.state = JobFair()
        self.history: list[RecordedEvent] = []
        self.answer: Sequence[Event] | TaizhangError | None = None

    def on(self, day: date) -> Self:
        self.day, self.entered_on = day, None
        return self

    def entered(self, day: date) -> Self:
        self.entered_on = day
        return self

    def given(self, *events: Event) -> Self:
        for event in events:
            today = self.entered_on or self.day
            number = len(self.history) + 1
            recorded = RecordedEvent(
                event, FAIR, number, number, self.day,
                datetime(today.year, today.month, today.day, 4, tzinfo=UTC), "clerk", "110105",
                uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.state.apply(recorded)
        return self

    def given_planned(self, **changes: object) -> Self:
        return self.given(PLANNED.model_copy(update=changes))

    def given_admitted(self, *employers: UUID) -> Self:
        for employer_id in employers or (EMPLOYER,):
            self.given(
                admission.EmployerAdmitted(
                    employer_id=employer_id, vacancy_ids=(VACANCY, SECOND), signed_up_online=False
                )
            )
        return self

    def given_held(self, *employers: UUID) -> Self:
        self.given_planned().given(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        self.given_admitted(*employers).on(FIRST_DAY)
        return self.given(FairHeld(last_day=FIRST_DAY, visitors=300, absent=(), was_announced=True))

    @property
    def occasion(self) -> Occasion:
        who = Actor(staff_id="clerk", agency_code="110105")
        return Occasion(who, self.day, self.entered_on or self.day, EDITION_2018)

    def when(self, decision: Callable[[JobFair, Occasion], Sequence[Event]]) -> Self:
        try:
            self.answer = decision(self.state, self.occasion)
        except TaizhangError as error:
            self.answer = error
        return self

    def then(self, *events: Event) -> Self:
        assert self.answer == list(events)
        return self.given(*events)

    def refused(self, rule_id: str, reason: str = "") -> Self:
        assert isinstance(self.answer, RuleBroken), self.answer
        assert self.answer.rule_id == rule_id
        assert reason in self.answer.reason
        return self

    def invalid(self, reason: str) -> Self:
        assert isinstance(self.answer, TaizhangError), self.answer
        assert not isinstance(self.answer, RuleBroken)
        assert reason in str(self.answer)
        return self

    def duties(self) -> list[ObligationRow]:
        """Return what is or was owed, in the order in which it fell due."""
        rows = fold_in_memory(Obligations(CALENDAR), [self.history])
        return sorted((ObligationRow(*row) for row in rows), key=lambda row: row.since_position)

    def duty(self, key: str) -> ObligationRow:
        return [row for row in self.duties() if row.duty == key][-1]


@pytest.fixture
def fair() -> Fair:
    return Fair()


@pytest.fixture
def story() -> Story:
    return Story()
