"""The office of erasures: finds what there is of a person and what holds it, erases, keeps the register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import psycopg
import structlog

from ...application.commands.base import CommandResult
from ...application.commands.privacy import ErasePerson, holders_of, holds_of
from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.privacy import ErasureCheck, ErasureView, HoldView
from ...domain.errors import Conflict, NotFound
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
from ...projections.agents import Agents
from ...projections.rectifications import Rectifications
from ...projections.spot_check_items import SpotCheckItems
from ...projections.spot_checks import SpotChecks
from ..database import Database
from ..projecting.projector import Projector
from ..queries.looking import Looking
from ..queries.people import LEDGERS_OF_PERSON
from ..store.event_store import PostgresEventStore

log = structlog.get_logger(__name__)

ATTEMPTS = 8
"""How often the records are looked up anew when something was recorded about them meanwhile."""

_LOOKED_UP_IN: Final = (SpotChecks, SpotCheckItems, Rectifications, Agents)
_LOOKED_FOR: Final = frozenset[str]().union(*(model.event_names for model in _LOOKED_UP_IN))
"""What may hold a record beside its own streams."""

_WITH_NAMES: Final = ("employers", "spot_check_items")
"""Read models that hold masked names, or did in an older form: an old generation is not folded any more."""

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
    streams: tuple[UUID, ...]
    """The person's ledgers and cases."""
    agent_of: tuple[tuple[UUID, UUID], ...]
    records: tuple[Kept, ...]
    supervised: tuple[HeldBy, ...]
    """Spot-checks and problems that are about the person's records, or those of an employer, and still open."""


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
        self._projections.catch_up()
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

        What holds the records still holds them, or does not, when the event is appended: nobody else can
        append between the look and the event. Asked again with the same ground and reference, the
        first result is returned.

        Raises RuleBroken 51.2 for a person whose records are held or still kept, NotFound,
        NotAuthorised, InvalidInput, and Conflict where more and more is recorded about them meanwhile.
        Rule 51.2.
        """
        for _ in range(ATTEMPTS):
            result = self._tried(person_id, by, ground, reference)
            if result is not None:
                self._clear_away()
                self._projections.catch_up()
                return result
        raise Conflict("others recorded something about the person again and again: try once more")

    def _tried(
        self, person_id: UUID, by: Actor, ground: ErasureGround, reference: str
    ) -> CommandResult | None:
        """Look and erase; None where something was recorded between the look and the lock."""
        looked_at = self._projections.catch_up()
        ids = self._ids(person_id)
        command_id = uuid5(NAMESPACE_URL, f"taizhang:erase:{ids[0]}:{ground}:{reference}")
        if (known := self._store.known_command(command_id)) is not None:
            first = CommandResult.model_validate_json(known.result)
            return first.model_copy(update={"position": known.position, "repeated": True})
        found = self._found(person_id)
        command = self._command(found, ground, reference)
        with self._store.alone():
            if self._store.changed_since(looked_at, found.streams, _LOOKED_FOR):
                return None
            return self._service.execute(command, by=by, command_id=command_id)

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

    def _ids(self, person_id: UUID) -> tuple[UUID, ...]:
        """Return the ids of the person's ledgers, or the agent's id where there is no ledger."""
        ledgers = self._rows(LEDGERS_OF_PERSON, (person_id,))
        return tuple(row["stream_id"] for row in ledgers) or (person_id,)

    def _found(self, person_id: UUID) -> _Found:
        ids = self._ids(person_id)
        agents = self._rows(_AGENT_OF, (list(ids),))
        cases = [row["stream_id"] for row in self._rows(_CASES, (list(ids),))]
        last: dict[RecordKind, date] = {}
        last_entry = self._rows(_LAST_ENTRY, ([*ids, *cases],))[0]["day"]
        if last_entry is not None:
            last[RecordKind.ASSISTED if cases else RecordKind.JOB_SEEKER] = last_entry
        if agents:
            last[RecordKind.AGENT] = max(row["last_entry_on"] for row in agents)
        if not last:
            raise NotFound(f"there is no record of a person {person_id}", field="person_id")
        # An agent's papers are looked at where the employer's ledger is.
        looked_into = [*ids, *cases, *(row["stream_id"] for row in agents)]
        return _Found(
            ids,
            (*ids, *cases),
            tuple((row["stream_id"], row["agent_id"]) for row in agents),
            records_kept(last, self._today(), self._retentions),
            tuple(
                HeldBy(hold, str(row["by"]))
                for hold, rows in (
                    (Hold.SPOT_CHECK, _OPEN_CHECKS),
                    (Hold.RECTIFICATION, _OPEN_PROBLEMS),
                )
                for row in self._rows(rows, (looked_into,))
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
        """Let the database reuse the place where the wrapped key stood, and drop what is folded no more.

        As far as this role may: the erasure itself is done.
        """
        with self._database.connect() as connection:
            connection.execute("VACUUM personal_keys")
        for name in _WITH_NAMES:
            try:
                self._projections.drop_old(name)
            except psycopg.errors.InsufficientPrivilege as error:
                log.warning("erasures.old_generation_left", read_model=name, error=str(error))


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
