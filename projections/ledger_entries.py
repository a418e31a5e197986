"""The read model `ledger_entries`: one row per entry of a service ledger, in its section.

The ledgers are those of employers (Article 50) and of persons (Articles 17 and 32); a person's entries
stand in the stream of the job seeker ledger and in those of the assistance cases, a key enterprise's in
the stream of the employer ledger and in those of the agreements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from ..domain.assistance import case
from ..domain.calendar import WorkingDayCalendar, shanghai_day
from ..domain.duties import assistance, job_seekers, key_enterprises
from ..domain.employer import ledger as employer
from ..domain.events import Event, RecordedEvent
from ..domain.job_seeker import ledger as job_seeker
from ..domain.key_enterprise import agreements
from ..domain.obligations import EMPLOYER_EVENTS, late_entry, subject_of
from ..domain.regulation.edition import EDITIONS, Edition
from .judged import InForce
from .read_model import ReadModel, Row, Rows, columns_of, names_of
from .table import Table

_SECTION_OF: dict[type[Event], Callable[[Any], Any]] = {
    **dict.fromkeys(EMPLOYER_EVENTS, employer.section_of),
    **dict.fromkeys(job_seekers.EVENTS, job_seeker.section_of),
    **dict.fromkeys(assistance.EVENTS, case.section_of),
    **dict.fromkeys(key_enterprises.EVENTS, agreements.section_of),
}
_EVENTS = frozenset(_SECTION_OF)


class LedgerSection(Protocol):
    """A section of a ledger, of whichever kind."""

    value: str

    @property
    def label_zh(self) -> str:
        """The section in the words of the regulation."""
        ...


def section_of(event: Event) -> LedgerSection | None:
    """Return the section in which a ledger shows an event, None for an event of no ledger."""
    find = _SECTION_OF.get(type(event))
    return None if find is None else find(event)


_SECTIONS: dict[
    type[Event], str
] = {}  # filled on first sight: reading an enumeration's value is slow


class LedgerEntryRow(NamedTuple):
    """One entry: what was recorded, when it took place, when it was entered, and by whom.

    `topic` is the event's stored name without its version, `subject_id` the vacancy, referral or person it
    is about, `recorded_on` the day of entry in Shanghai. `late` says that prompt entry was missed.

    Rules 17, 32, 50.
    """

    stream_id: UUID
    position: int
    section: str
    topic: str
    subject_id: UUID | None
    occurred_on: date
    recorded_at: datetime
    recorded_on: date
    agency_code: str
    staff_id: str
    late: bool


class LedgerEntries(ReadModel[Row]):
    """One row per event of an employer's or a person's ledger; rows never change."""

    version = 3

    row = LedgerEntryRow
    table = Table(
        "ledger_entries",
        key=("stream_id", "position"),
        columns=columns_of(LedgerEntryRow),
        insert_only=True,
        indexes=("(recorded_on, agency_code)",),
    )
    event_names = names_of(_EVENTS)

    def __init__(
        self, calendar: WorkingDayCalendar, editions: tuple[Edition, ...] = EDITIONS
    ) -> None:
        self._calendar = calendar
        self._in_force = InForce(editions)
        self.basis = self._in_force.basis(calendar)

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[Row]) -> None:
        """Add an entry for each event."""
        in_force, calendar = self._in_force, self._calendar
        for recorded in events:
            event, stream_id, _, position, occurred_on, recorded_at, staff_id, agency_code, _ = (
                recorded
            )
            section = _SECTIONS.get(type(event))
            if section is None:
                if type(event) not in _EVENTS:
                    continue
                section = _SECTIONS[type(event)] = str(section_of(event))
            entered_on = shanghai_day(recorded_at)
            late = False
            if entered_on > occurred_on:  # most are entered on the day itself
                edition = in_force[occurred_on]
                late = edition is not None and late_entry(recorded, edition, calendar) is not None
            rows.add_final(
                (
                    stream_id,
                    position,
                    section,
                    event.event_name,
                    subject_of(recorded),
                    occurred_on,
                    recorded_at,
                    entered_on,
                    agency_code,
                    staff_id,
                    late,
                )
            )
