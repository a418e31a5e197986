"""The read model `accesses`: one row per reading of personal data (Article 51)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ..domain.access import PersonalDataRead
from ..domain.events import RecordedEvent
from .read_model import ReadModel, Row, Rows, columns_of, names_of
from .table import Table


class AccessRow(NamedTuple):
    """Who read whose data, for which agency, in whose ledger; why stays in the encrypted event."""

    position: int
    person_id: UUID
    ledger_id: UUID
    ledger_agency_code: str
    purpose: str
    staff_id: str
    agency_code: str
    read_at: datetime


class Accesses(ReadModel[Row]):
    """Every reading of personal data; rows never change."""

    row = AccessRow
    table = Table(
        "accesses",
        key=("position",),
        columns=columns_of(AccessRow),
        insert_only=True,
        indexes=("(agency_code, read_at)", "(ledger_agency_code, read_at)", "(person_id)"),
    )
    event_names = names_of([PersonalDataRead])

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add a row for each."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, PersonalDataRead):
                rows.add_final(
                    AccessRow(
                        recorded.position,
                        event.person_id,
                        event.ledger_id,
                        event.ledger_agency_code,
                        event.purpose.value,
                        recorded.staff_id,
                        recorded.agency_code,
                        recorded.recorded_at,
                    )
                )
