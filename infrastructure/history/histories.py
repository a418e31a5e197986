"""Histories of records: which streams make one up, who may look, and what they come to at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.assistance.state import OfCase, case_stream
from ...domain.errors import InvalidInput, NotFound
from ...domain.events import RecordedEvent
from ...domain.identity import check_credit_code
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.job_seeker.merging import LedgerMergedFrom, LedgerMergedInto
from ...domain.organisation.powers import Actor, Power, reaches
from ...domain.person_ledger import ledger_number
from ...domain.privacy.erasure import erasure_stream
from ...projections.history.build import Standard, build_history, differences, final_state
from ...projections.history.model import Difference, History, Moment
from ..database import Database
from ..queries.looking import Looking
from ..store.event_store import PostgresEventStore
from ..store.keys import StreamIds


class Record(NamedTuple):
    """A record: by what it is called, the events of every stream that makes it up, and who holds it."""

    name: str
    events: tuple[RecordedEvent, ...]
    holders: frozenset[str]
    """The codes of the agencies that hold the record now."""


class Histories(Looking):
    """Replays records from the log alone; no read model is asked."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        identities: StreamIds,
        standard: Standard,
        clock: Clock,
    ) -> None:
        """Stand on the log, and on what duties are judged by."""
        super().__init__(database, service, clock)
        self._store = store
        self._identities = identities
        self._standard = standard

    def history(
        self,
        ledger: str | UUID,
        *,
        by: Actor,
        as_of: date | int | None = None,
        effective: date | None = None,
    ) -> History:
        """Return the history of a record: every event of its streams, with what it changed and raised.

        `ledger` is a credit code, the id of a person's ledger, of a case, or of any stream. `as_of`
        leaves out what was recorded after the end of that day, or after that log position;
        `effective` what took place after that day. Personal fields are masked.

        Raises NotFound for what is no record, NotAuthorised, InvalidInput for a
        position below 0. Rules 5.b, 9.1.
        """
        record = self._record(ledger, by)
        return self._seen_from(record, self._moment(as_of, effective))

    def difference(
        self,
        ledger: str | UUID,
        *,
        by: Actor,
        as_of: date | int | None = None,
        effective: date | None = None,
        against_as_of: date | int | None = None,
        against_effective: date | None = None,
    ) -> Difference:
        """Return what tells the record seen from one moment from the same seen from another.

        The first moment is `as_of` and `effective`, the second one ``against_…``; left out, it is now.
        Raises what `history` raises.
        """
        record = self._record(ledger, by)
        return differences(
            self._seen_from(record, self._moment(as_of, effective)),
            self._seen_from(record, self._moment(against_as_of, against_effective)),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _moment(self, as_of: date | int | None, effective: date | None) -> Moment:
        position = self.position_at_end_of(as_of) if isinstance(as_of, date) else as_of
        if position is not None and position < 0:
            raise InvalidInput("a log position is 0 or more", field="as_of")
        return Moment(position=position, effective_on=effective)

    def _seen_from(self, record: Record, moment: Moment) -> History:
        return build_history(
            record.name,
            record.events,
            moment,
            directory=self._service.directory,
            commands=self._commands({recorded.command_id for recorded in record.events}),
            standard=self._standard,
            today=self._today(),
        )

    def _commands(self, command_ids: Iterable[UUID]) -> dict[UUID, str]:
        rows = self._rows(
            "SELECT command_id, name FROM commands WHERE command_id = ANY(%s)",
            (list(command_ids),),
        )
        return {row["command_id"]: row["name"] for row in rows}

    def _record(self, ledger: str | UUID, by: Actor) -> Record:
        stream_id, name = self._stream(ledger)
        first = next(self._store.history(stream_id), None)
        if first is None:
            raise NotFound(f"no record is called {ledger}", field="ledger")
        if isinstance(first.event, OfCase):
            stream_id = first.event.person_id
        persons = list(self._ledgers_of(stream_id))
        cases = list(self._cases_of(persons))
        if persons:
            name = ledger_number(persons[0])
        erasures = [erasure_stream(person_id) for person_id in persons]
        streams = {
            stream: events
            for stream in [*(persons or [stream_id]), *cases, *erasures]
            if (events := tuple(self._store.history(stream)))
        }
        holding = [persons[0] if persons else stream_id, *cases[-1:]]
        record = Record(
            name,
            tuple(recorded for events in streams.values() for recorded in events),
            frozenset(_holder(streams[stream]) for stream in holding),
        )
        self._require_looking(record, by)
        return record

    def _stream(self, ledger: str | UUID) -> tuple[UUID, str]:
        if isinstance(ledger, UUID):
            return ledger, str(ledger)
        try:
            return UUID(ledger), ledger
        except ValueError:
            pass
        try:
            code = check_credit_code(ledger)
        except ValueError as error:
            raise NotFound(
                f"{ledger!r} is neither an id nor a credit code: {error}", field="ledger"
            ) from error
        return self._identities.employer(code), code

    def _ledgers_of(self, stream_id: UUID) -> Iterator[UUID]:
        """Yield a person's ledgers: the one that goes on, then those that were merged into it."""
        survivor = stream_id
        while True:
            history = list(self._store.history(survivor))
            into = [e.event.survivor_id for e in history if isinstance(e.event, LedgerMergedInto)]
            if not into:
                break
            survivor = into[-1]
        waiting, found = [survivor], set[UUID]()
        while waiting:
            ledger = waiting.pop(0)
            history = list(self._store.history(ledger))
            if ledger in found or not history:
                continue
            if type(history[0].event) not in JobSeekerLedger.changes:
                return
            found.add(ledger)
            yield ledger
            waiting += [e.event.merged_id for e in history if isinstance(e.event, LedgerMergedFrom)]

    def _cases_of(self, persons: Iterable[UUID]) -> Iterator[UUID]:
        for person_id in persons:
            number = 1
            while next(self._store.history(case_stream(person_id, number)), None) is not None:
                yield case_stream(person_id, number)
                number += 1

    def _require_looking(self, record: Record, by: Actor) -> None:
        directory, today = self._service.refresh_directory(), self._today()
        codes = sorted(record.holders)
        shown = [code for code in codes if reaches(directory, by, Power.LOOK, code, today)]
        self._may_look(by, (shown or codes)[0])


def _holder(events: Sequence[RecordedEvent]) -> str:
    """Return the code of the agency that holds a stream: what its state says, else who began it."""
    code: str = getattr(final_state(events), "agency_code", "")
    return code or events[0].agency_code
