"""The command of reminders: a duty became overdue (Article 58). Only a job gives it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from ...domain.aggregate import Aggregate
from ...domain.events import Event
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.supervision.reminders import (
    DutyBecameOverdue,
    DutyReminder,
    remind,
    reminder_stream,
)
from ..ports import Identities
from .base import Command, Context


class RecordOverdueDuty(Command, name="record_overdue_duty"):
    """Record that a duty became overdue: the fields are those of the obligation.

    Not on a wire: what is overdue is derived from the log, and not for anybody to state.
    """

    power: ClassVar[Power] = Power.REMIND
    aggregate: ClassVar[type[Aggregate]] = DutyReminder

    subject_id: UUID
    duty: str
    arose_position: int
    since_position: int
    ledger_id: UUID
    item_id: UUID | None
    rule: str
    agency_code: AgencyCode
    staff_id: str
    due_on: date
    provisional: bool
    turn: int = 0

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the reminder's stream, one for each spell of a duty."""
        return reminder_stream(
            self.subject_id, self.duty, self.arose_position, self.since_position, self.turn
        )

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that is responsible for the duty."""
        return self.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Tell it once."""
        assert isinstance(aggregate, DutyReminder)
        return remind(aggregate, DutyBecameOverdue(**self.model_dump(exclude={"occurred_on"})))
