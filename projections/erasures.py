"""The read model `erasures`: the register of persons erased (Article 51)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from ..domain.events import RecordedEvent
from ..domain.privacy.erasure import PersonErased
from .read_model import Json, ReadModel, Row, Rows, columns_of, names_of
from .table import Table


class ErasureRow(NamedTuple):
    """One erasure. `person_id` is the id that went on; `records` the kinds erased, with their retention."""

    person_id: UUID
    position: int
    agency_code: str
    staff_id: str
    erased_on: date
    recorded_at: datetime
    ground: str
    reference: str
    records: Json


class Erasures(ReadModel[Row]):
    """One row per erasure; rows never change.

    Rule 51.2.
    """

    row = ErasureRow
    table = Table("erasures", key=("person_id",), columns=columns_of(ErasureRow), insert_only=True)
    event_names = names_of([PersonErased])

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add a row for each erasure."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, PersonErased):
                rows.add_final(
                    ErasureRow(
                        event.subject_ids[0],
                        recorded.position,
                        recorded.agency_code,
                        recorded.staff_id,
                        recorded.occurred_on,
                        recorded.recorded_at,
                        event.ground.value,
                        event.reference,
                        orjson.dumps(
                            [kept.model_dump(mode="json") for kept in event.records]
                        ).decode(),
                    )
                )
