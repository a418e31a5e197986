"""given / when / then for a problem found at an agency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.errors import TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.supervision.rectification import course
from taizhang.domain.supervision.rectification.course import Finding
from taizhang.domain.supervision.rectification.events import (
    ConcernedRecord,
    Source,
    rectification_stream,
)
from taizhang.domain.supervision.rectification.state import Rectification

from ..answers import Answered

Decision = Callable[[Rectification, Occasion], Sequence[Event]]
AGENCY = UUID(int=5)
RECORD = UUID(int=6)


class Problem(Answered):
    """What was recorded of one problem, a decision taken on it, and what came of that."""

    def __init__(self) -> None:
        self.day = date(2026, 11, 2)
        self.history: list[RecordedEvent] = []
        self.state = Rectification()
        self.answer: Sequence[Event] | TaizhangError | None = None

    @staticmethod
    def finding(
        source: Source = Source.MONITORING,
        source_id: str | None = None,
        evidence: str = "回访未在5个工作日内完成",
    ) -> Finding:
        return Finding(
            agency_id=AGENCY, agency_code="110105001", superior_code="110105", rule="27.1",
            record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=RECORD, source=source,
            source_id=source_id, item_no=None, evidence=evidence,
        )  # fmt: skip

    def later(self, days: int) -> Self:
        self.day += timedelta(days=days)
        return self

    def given(self, *events: Event) -> Self:
        for event in events:
            recorded = RecordedEvent(
                event, rectification_stream(AGENCY, "27.1", RECORD), len(self.history) + 1,
                len(self.history) + 1, self.day, datetime(2026, 12, 31, tzinfo=UTC), "supervisor",
                "110105", uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.state.apply(recorded)
        return self

    def given_found(self) -> Self:
        return self.given(*course.find(self.state, self.finding()))

    def given_notified(self, times: int = 1) -> Self:
        if not self.state.agency_code:
            self.given_found()
        for _ in range(times):
            self.given(*course.notify(self.state, f"letter-{len(self.history)}")).later(30)
        return self

    def given_put_right(self) -> Self:
        return self.given(*course.put_right(self.state, "已补回访", "台账第12条记录"))

    @property
    def occasion(self) -> Occasion:
        return Occasion(
            Actor(staff_id="supervisor", agency_code="110105"), self.day, self.day, EDITION_2018
        )

    def when(self, decision: Decision) -> Self:
        before = repr(self.state)
        try:
            self.answer = decision(self.state, self.occasion)
        except TaizhangError as error:
            self.answer = error
        assert repr(self.state) == before, "a decision changes nothing"
        return self

    def then(self, *names: str) -> Self:
        """Check which events follow, and that the problem takes them in."""
        assert not isinstance(self.answer, TaizhangError), self.answer
        events = list(self.answer or ())
        assert [event.event_name.partition(".")[2] for event in events] == list(names)
        return self.given(*events)


@pytest.fixture
def problem() -> Problem:
    """Return a problem that nobody has found yet."""
    return Problem()
