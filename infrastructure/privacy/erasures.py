"""The office of erasures: finds what there is of a person and what holds it, erases, keeps the register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from ...application.commands.base import CommandResult
from ...application.commands.privacy import ErasePerson, holders_of, holds_of
from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.privacy import ErasureCheck, ErasureView, HoldView
from ...domain.errors import NotFound
from ...domain.organisation.powers import Actor, Power, require
from ...domain.person_ledger import ledger_number
from ...domain.privacy.erasure import (
    Erasure,
    ErasureGround,
    HeldBy,
    Hold,
    Kept,
    erasure_stream,
    records_kept,
)
from ...domain.privacy.retention import RecordKind, Retention
from ..database import Database
from ..projecting.projector import Projector
from ..queries.looking import Looking
from ..queries.people import LEDGERS_OF_PERSON
from ..store.event_store import PostgresEventStore

_CASES = "SELECT stream_id FROM assistance_cases WHERE person_id = ANY(%s)"
_LAST_ENTRY = "SELECT max(recorded_on) AS day FROM ledger_entries WHERE stream_id = ANY(%s)"
_OPEN_CHECKS = (
    "SELECT DISTINCT check_id AS by FROM spot_check_items JOIN spot_checks USING (check_id) "
    "WHERE record_id = ANY(%s) AND spot_checks.status = 'drawn' ORDER BY 1"
)
_OPEN_PROBLEMS = (
    "SELECT stream_id AS by FROM rectifications WHERE record_id = ANY(%s) "
    "AND stage IN ('found', 'notified', 'put_right') ORDER BY 1"
)
_AGENT_OF = "SELECT * FROM agents WHERE agent_id = ANY(%s) AND erased_on IS NULL ORDER BY stream_id"


class _Found(NamedTuple):
    """What there is of a person."""

    ids: tuple[UUID, ...]
    agent_of: tuple[tuple[UUID, UUID], ...]
    records: tuple[Kept, ...]
    supervised: tuple[HeldBy, ...]
    """Spot-checks and problems at agencies that are about the person's records and still open."""


class Erasures(Looking):
    """Erases persons whose records need no longer be kept, and says what stands against it."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        projections: Projector,
        retentions: tuple[Retention, ...],
        clock: Clock,
    ) -> None:
        """Stand on the log and the read models, with the retention of each kind of record."""
        super().__init__(database, service, clock)
        self._store = store
        self._projections = projections
        self._retentions = retentions

    def check(self, person_id: UUID, *, by: Actor) -> ErasureCheck:
        """Say whether a person may be erased. Nothing is recorded.

        `person_id` is the id of the person's ledger, or that of an employer's agent. Raises NotFound
        for one of whom there is no record, NotAuthorised. Rule 51.2.
        """
        found = self._found(person_id)
        erasure = self._store.load(Erasure, erasure_stream(found.ids[0])).aggregate
        assert isinstance(erasure, Erasure)
        command = self._command(found, ErasureGround.RETENTION_OVER, "-")
        directory, today = self._service.refresh_directory(), self._today()
        for code in holders_of(command, self._look):
            require(directory, by, Power.ERASE_PERSONS, code, today)
        return ErasureCheck(
            person_id=found.ids[0],
            merged_ids=found.ids[1:],
            records=found.records,
            kept_until=max((kept.kept_until for kept in found.records), default=None),
            holds=tuple(
                HoldView(hold=held.hold.value, label_zh=held.hold.label_zh, by=held.by)
                for held in holds_of(command, self._look)
            ),
            erased_on=erasure.erased_on,
        )

    def erase(
        self, person_id: UUID, *, by: Actor, ground: ErasureGround, reference: str
    ) -> CommandResult:
        """Erase a person: one event, with which the person's keys are destroyed.

        Asked again with the same ground and reference, the first result is returned.

        Raises RuleBroken 51.2 for a person whose records are held or still kept, NotFound,
        NotAuthorised, InvalidInput. Rule 51.2.
        """
        command = self._command(self._found(person_id), ground, reference)
        command_id = uuid5(
            NAMESPACE_URL, f"taizhang:erase:{command.person_id}:{ground}:{reference}"
        )
        result = self._service.execute(command, by=by, command_id=command_id)
        self._clear_away()
        self._projections.catch_up()
        return result

    def register(
        self, agency_code: str, *, by: Actor, since: date | None = None
    ) -> list[ErasureView]:
        """Return the erasures by an agency and those below it, latest first. Rule 51.2."""
        rows = self._rows(
            "SELECT * FROM erasures WHERE agency_code = ANY(%s) AND erased_on >= %s "
            "ORDER BY position DESC",
            (self._codes(by, agency_code), since or date.min),
        )
        return [_view(row) for row in rows]

    # --- helpers ------------------------------------------------------------------------------

    def _found(self, person_id: UUID) -> _Found:
        self._projections.catch_up()
        ids = tuple(row["stream_id"] for row in self._rows(LEDGERS_OF_PERSON, (person_id,)))
        with_ledger = bool(ids)
        ids = ids or (person_id,)
        agents = self._rows(_AGENT_OF, (list(ids),))
        cases = [row["stream_id"] for row in self._rows(_CASES, (list(ids),))]
        last: dict[RecordKind, date] = {}
        if with_ledger:
            kind = RecordKind.ASSISTED if cases else RecordKind.JOB_SEEKER
            last[kind] = self._rows(_LAST_ENTRY, ([*ids, *cases],))[0]["day"]
        if agents:
            last[RecordKind.AGENT] = max(row["last_entry_on"] for row in agents)
        if not last:
            raise NotFound(f"there is no record of a person {person_id}", field="person_id")
        return _Found(
            ids,
            tuple((row["stream_id"], row["agent_id"]) for row in agents),
            records_kept(last, self._today(), self._retentions),
            tuple(
                HeldBy(hold, str(row["by"]))
                for hold, rows in (
                    (Hold.SPOT_CHECK, _OPEN_CHECKS),
                    (Hold.RECTIFICATION, _OPEN_PROBLEMS),
                )
                for row in self._rows(rows, ([*ids, *cases],))
            ),
        )

    def _command(self, found: _Found, ground: ErasureGround, reference: str) -> ErasePerson:
        return ErasePerson(
            person_id=found.ids[0],
            merged_ids=found.ids[1:],
            agent_of=found.agent_of,
            records=found.records,
            open_elsewhere=found.supervised,
            ground=ground,
            reference=reference,
        )

    def _look(self, kind: Any, stream_id: UUID) -> Any:
        return self._store.load(kind, stream_id).aggregate

    def _clear_away(self) -> None:
        """Let the database reuse the place where the wrapped key stood, as far as this role may."""
        with self._database.connect() as connection:
            connection.execute("VACUUM personal_keys")


def _view(row: dict[str, Any]) -> ErasureView:
    records: Iterable[Any] = row["records"]
    if isinstance(records, str):
        records = orjson.loads(records)
    return ErasureView.model_validate(
        {
            **row,
            "records": records,
            "ledger_number": ledger_number(row["person_id"]),
            "ground_zh": ErasureGround(row["ground"]).label_zh,
        }
    )
