"""The command by which queries record that somebody read personal data (Article 51)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from ...domain.access import (
    Accesses,
    PersonalDataRead,
    Purpose,
    accesses_stream,
    record_access,
)
from ...domain.aggregate import Aggregate
from ...domain.events import Event
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .base import Command, Context


class RecordAccess(Command, name="record_access"):
    """Record that the actor reads a person's data in a ledger; the query that shows them asks for it."""

    power: ClassVar[Power] = Power.LOOK
    aggregate: ClassVar[type[Aggregate]] = Accesses

    person_id: UUID
    ledger_id: UUID
    ledger_agency_code: AgencyCode
    purpose: Purpose
    reason: str

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the accesses to the person's data."""
        return accesses_stream(self.person_id)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that holds the ledger."""
        return self.ledger_agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Record it."""
        return record_access(
            PersonalDataRead(
                person_id=self.person_id,
                ledger_id=self.ledger_id,
                ledger_agency_code=self.ledger_agency_code,
                purpose=self.purpose,
                reason=self.reason,
            )
        )
