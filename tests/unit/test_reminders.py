"""A duty that became overdue is told once for each of its spells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from taizhang.domain.events import RecordedEvent
from taizhang.domain.supervision.reminders import (
    DutyBecameOverdue,
    DutyReminder,
    remind,
    reminder_stream,
)

OVERDUE = DutyBecameOverdue(
    subject_id=UUID(int=1),
    duty="vacancy_review",
    arose_position=4,
    since_position=4,
    ledger_id=UUID(int=2),
    item_id=None,
    rule="38.1",
    agency_code="110105001",
    staff_id="",
    due_on=date(2026, 11, 4),
    provisional=False,
)


def stream(told: DutyBecameOverdue) -> UUID:
    return reminder_stream(told.subject_id, told.duty, told.arose_position, told.since_position)


@pytest.mark.rule("58.1")
def test_it_is_told_once() -> None:
    reminder = DutyReminder()
    assert remind(reminder, OVERDUE) == [OVERDUE]
    reminder.apply(
        RecordedEvent(
            OVERDUE, stream(OVERDUE), 1, 9, date(2026, 11, 5), datetime(2026, 11, 5, tzinfo=UTC),
            "system", "110105001", uuid4(),
        )
    )  # fmt: skip
    assert remind(reminder, OVERDUE) == []
    assert remind(reminder, OVERDUE.model_copy(update={"provisional": True})) == []


def test_each_spell_has_a_stream_of_its_own() -> None:
    others: list[dict[str, Any]] = [
        {"subject_id": UUID(int=3)},
        {"duty": "x"},
        {"arose_position": 5},
        {"since_position": 5},
    ]
    streams = {stream(OVERDUE), *(stream(OVERDUE.model_copy(update=other)) for other in others)}
    assert len(streams) == 5


def test_it_names_nobody() -> None:
    assert DutyBecameOverdue.personal_fields == ()
