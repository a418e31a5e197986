"""The read model `overdue_duties`: one row per duty that became overdue, once for each spell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from ..domain.events import RecordedEvent
from ..domain.supervision.reminders import DutyBecameOverdue
from .read_model import ReadModel, Row, Rows, SmallInt, columns_of, names_of
from .table import Table


class OverdueDutyRow(NamedTuple):
    """A duty that became overdue on `overdue_on`; `told_at` is when that was recorded.

    `stream_id` is that of the reminder, `ledger_id` that of the ledger in which the duty arose.
    """

    subject_id: UUID
    duty: str
    arose_position: int
    since_position: int
    position: int
    stream_id: UUID
    ledger_id: UUID
    item_id: UUID | None
    rule: str
    agency_code: str
    staff_id: str
    due_on: date
    provisional: bool
    overdue_on: date
    told_at: datetime
    turn: SmallInt = 0


class OverdueDuties(ReadModel[Row]):
    """One row per duty that became overdue; rows never change."""

    version = 2
    row = OverdueDutyRow
    table = Table(
        "overdue_duties",
        key=("subject_id", "duty", "arose_position", "since_position", "turn"),
        columns=columns_of(OverdueDutyRow),
        insert_only=True,
        indexes=("(agency_code, overdue_on)",),
    )
    event_names = names_of([DutyBecameOverdue])

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add a row for each duty that became overdue."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, DutyBecameOverdue):
                rows.add_final(
                    OverdueDutyRow(
                        event.subject_id,
                        event.duty,
                        event.arose_position,
                        event.since_position,
                        recorded.position,
                        recorded.stream_id,
                        event.ledger_id,
                        event.item_id,
                        event.rule,
                        event.agency_code,
                        event.staff_id,
                        event.due_on,
                        event.provisional,
                        recorded.occurred_on,
                        recorded.recorded_at,
                        event.turn,
                    )
                )
