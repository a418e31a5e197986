"""The read model `willingness_surveys`: one row per survey (就业意愿摸查), with what was found.

The concrete reason that a person gave is personal and stays in the ledger; what it can be counted by
are the answer, the cause for which a follow-up may wait, and the hindrances of the needs file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ..domain.events import RecordedEvent
from ..domain.job_seeker.surveys import Surveyed
from .read_model import ReadModel, Row, Rows, SmallInt, columns_of, names_of
from .table import Table


class SurveyRow(NamedTuple):
    """A survey: `number` is 0 for the first and counts the follow-ups since."""

    stream_id: UUID
    position: int
    agency_code: str
    staff_id: str
    occurred_on: date
    method: str
    answer: str
    put_off: str | None
    number: SmallInt


class Surveys(ReadModel[Row]):
    """One row per survey; rows never change.

    Rules 19, 20.
    """

    row = SurveyRow
    table = Table(
        "willingness_surveys",
        key=("stream_id", "position"),
        columns=columns_of(SurveyRow),
        insert_only=True,
        indexes=("(agency_code, occurred_on)",),
    )
    event_names = names_of([Surveyed])

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add a row for each survey."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, Surveyed):
                rows.add_final(
                    SurveyRow(
                        recorded.stream_id,
                        recorded.position,
                        recorded.agency_code,
                        recorded.staff_id,
                        recorded.occurred_on,
                        event.method.value,
                        event.answer.value,
                        event.put_off.value if event.put_off else None,
                        event.number,
                    )
                )
