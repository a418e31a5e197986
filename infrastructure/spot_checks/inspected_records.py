"""Puts together the record of an item: all its streams, as they stood at the cut-off, and what came later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ...domain.assistance.state import case_stream
from ...domain.calendar import WorkingDayCalendar
from ...domain.events import RecordedEvent
from ...domain.job_seeker.merging import LedgerMergedFrom
from ...domain.key_enterprise.agreement import AgreementSigned
from ...domain.key_enterprise.state import agreement_stream
from ...domain.regulation.edition import Edition
from ...domain.supervision.spot_check.kinds import RecordKind
from ...projections.inspection.record import InspectedRecord
from ..store.event_store import PostgresEventStore


class Held(NamedTuple):
    """The events of a record, in the order of the log: until the cut-off, and after it."""

    events: tuple[RecordedEvent, ...]
    later: tuple[RecordedEvent, ...]


class InspectedRecords:
    """Reads records from the events of their streams."""

    def __init__(
        self,
        store: PostgresEventStore,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
    ) -> None:
        """Read from this store; duties are counted by this calendar and these editions."""
        self._store = store
        self._calendar = calendar
        self._editions = editions

    def held(self, kind: RecordKind, record_id: UUID, position: int) -> Held:
        """Return the events of a record up to a position and after it."""
        read = {
            RecordKind.EMPLOYER_LEDGERS: self._employer,
            RecordKind.STAFFING_NEEDS_FILES: self._enterprise,
        }.get(kind, self._person)
        history = read(record_id)
        history.sort(key=lambda recorded: recorded.position)
        until = sum(recorded.position <= position for recorded in history)
        return Held(tuple(history[:until]), tuple(history[until:]))

    def record(
        self,
        record_id: UUID,
        held: Held,
        month: date,
        cut_off: date,
        answers_for: Callable[[str], bool],
    ) -> InspectedRecord:
        """Return a record for examination."""
        return InspectedRecord(
            record_id, held.events, month, cut_off, self._calendar, self._editions, answers_for
        )

    def _of(self, stream_id: UUID) -> list[RecordedEvent]:
        return list(self._store.history(stream_id))

    def _person(self, person_id: UUID) -> list[RecordedEvent]:
        """Return the events of a person's ledger, of those it took over, and of all their cases."""
        found, waiting = [], [person_id]
        while waiting:
            ledger_id = waiting.pop()
            ledger = self._of(ledger_id)
            found += ledger
            waiting += [
                recorded.event.merged_id
                for recorded in ledger
                if isinstance(recorded.event, LedgerMergedFrom)
            ]
            number = 1
            while case := self._of(case_stream(ledger_id, number)):
                found += case
                number += 1
        return found

    def _employer(self, employer_id: UUID) -> list[RecordedEvent]:
        """Return the events of an employer's ledger and of all its agreements as a key enterprise."""
        found, number = self._of(employer_id), 1
        while agreement := self._of(agreement_stream(employer_id, number)):
            found += agreement
            number += 1
        return found

    def _enterprise(self, agreement_id: UUID) -> list[RecordedEvent]:
        """Return the same, of the enterprise whose agreement this is: its duties go from one to the next."""
        signed = self._of(agreement_id)[0].event
        assert isinstance(signed, AgreementSigned)
        return self._employer(signed.employer_id)
