"""The read model `warning_thresholds`: every threshold of early warning that was ever set (Article 58)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ..domain.events import RecordedEvent
from ..domain.supervision.warning import WarningThresholdSet
from .read_model import Int, ReadModel, Row, Rows, columns_of, names_of
from .table import Table


class WarningThresholdRow(NamedTuple):
    """A threshold as it was set by an agency, from a day on."""

    stream_id: UUID
    position: int
    agency_id: UUID
    agency_code: str
    indicator: str
    limit_: Int
    effective_on: date


class WarningThresholds(ReadModel[Row]):
    """One row per setting; rows never change."""

    row = WarningThresholdRow
    table = Table(
        "warning_thresholds",
        key=("stream_id", "position"),
        columns=columns_of(WarningThresholdRow),
        insert_only=True,
        indexes=("(agency_id)",),
    )
    event_names = names_of([WarningThresholdSet])

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add a row for each setting."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, WarningThresholdSet):
                rows.add_final(
                    (
                        recorded.stream_id,
                        recorded.position,
                        event.agency_id,
                        event.agency_code,
                        event.indicator.value,
                        event.limit,
                        event.effective_on,
                    )
                )
