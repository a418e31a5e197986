"""Audit packs: a record, or what an agency recorded in a period, with all that proves it off line.

A pack holds the events as they are stored, their digests, the chain between the seals around them, the
seals and the public keys, and the program that verifies it. Rules 5.b, 9.1, 56.1.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.proof import PackView
from ...domain.access import Purpose, accesses_stream
from ...domain.calendar import day_bounds, shanghai_day
from ...domain.errors import InvalidInput, NotAuthorised
from ...domain.events import ERASED, RecordedEvent
from ...domain.organisation.powers import Actor, Power, reaches, require
from ...domain.proof import ZEROS, Seal
from ..database import Database
from ..privacy.access import Access, AccessBook, person_of
from ..queries.service import Queries
from ..store.event_store import PostgresEventStore
from .pack_writer import PackWriter, pack_writer
from .sealed import SEAL_COLUMNS, seal_of
from .seals import SealOffice

FORMAT = "taizhang audit pack 1"
MANIFEST_TAG = b"taizhang pack 1\n"

_EVENTS = """
    SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.occurred_on, e.recorded_at, e.staff_id,
        e.agency_code, e.command_id, e.state, e.digest, p.digest
    FROM stored_events e LEFT JOIN LATERAL (
        SELECT digest FROM stored_events
        WHERE originator_id = e.originator_id AND originator_version = e.originator_version - 1 OFFSET 0
    ) p ON true
    WHERE {} ORDER BY e.notification_id
"""
_OF_STREAMS = "e.originator_id = ANY(%(streams)s)"
_OF_PERIOD = (
    "e.agency_code = ANY(%(codes)s) AND e.recorded_at >= %(first)s AND e.recorded_at < %(last)s"
)
_SEAL = f"SELECT {SEAL_COLUMNS} FROM seals"
_SEALS_AFTER = """
    SELECT DISTINCT s.number FROM unnest(%s::bigint[]) AS wanted (position)
    CROSS JOIN LATERAL (SELECT number FROM seals WHERE seals.position >= wanted.position
        ORDER BY position, number LIMIT 1) AS s
    ORDER BY 1
"""
# A row for each seal: the lines of the events since the seal before.
_CHAIN = """
    SELECT s.number, (
        SELECT string_agg('{"position":' || notification_id || ',"digest":"' || encode(digest, 'hex') || E'"}\\n', ''
            ORDER BY notification_id)
        FROM stored_events WHERE notification_id > coalesce(b.position, 0) AND notification_id <= s.position)
    FROM seals s LEFT JOIN seals b ON b.number = s.number - 1
    WHERE s.number = ANY(%(numbers)s) AND (s.number = 1 OR b.number = ANY(%(numbers)s)) ORDER BY s.number
"""


class AuditOffice:
    """Exports audit packs."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        queries: Queries,
        seals: SealOffice,
        accesses: AccessBook,
        clock: Clock,
    ) -> None:
        """Stand on the log, the seals, and the queries that say what makes a record up."""
        self._database = database
        self._store = store
        self._service = service
        self._queries = queries
        self._seals = seals
        self._accesses = accesses
        self._clock = clock

    def export_record(
        self, ledger: str | UUID, out: Path, *, by: Actor, clear_reason: str | None = None
    ) -> PackView:
        """Export all streams of one record: an employer's by credit code, a person's by the ledger's id.

        For who supervises the agency that holds it. With `clear_reason` personal fields are also there
        in clear; that they are read is recorded first. Raises NotFound, NotAuthorised, InvalidInput.

        Rules 9.1, 51.2, 56.1.
        """
        streams, holders = self._record(ledger, by)
        held_by = self._require_auditor(holders, by)
        histories = [list(self._store.history(stream_id)) for stream_id in streams]
        recorded = [one for history in histories for one in history]
        if clear_reason is not None:
            if by.is_system or not clear_reason.strip():
                raise NotAuthorised(
                    "personal data in clear are for a person who supervises, with a reason",
                    rule_id="51.2",
                )
            access = Access(by, streams[0], held_by, Purpose.AUDIT_PACK, clear_reason)
            self._accesses.record(access, recorded)
        persons = dict.fromkeys(person_of(one) for one in recorded if one.event.personal_fields)
        # Who read these persons' data belongs to the record.
        everything = [*streams, *map(accesses_stream, persons)]
        return self._export(
            out,
            by,
            scope={"record": str(ledger), "agency_code": held_by},
            where=_OF_STREAMS,
            parameters={"streams": everything},
            whole_streams=True,
            clear=recorded if clear_reason is not None else None,
        )

    def export_period(
        self, agency_code: str, first: date, last: date, out: Path, *, by: Actor
    ) -> PackView:
        """Export what an agency and those below it recorded from one day to another, both included.

        Raises NotAuthorised, InvalidInput. Rules 9.1, 56.1.
        """
        if last < first:
            raise InvalidInput(f"{last} is before {first}", field="until")
        self._require_auditor([agency_code], by)
        codes = self._queries.codes(agency_code, by=by)
        return self._export(
            out,
            by,
            scope={"agency_code": agency_code, "since": str(first), "until": str(last)},
            where=_OF_PERIOD,
            parameters={
                "codes": codes,
                "first": day_bounds(first)[0],
                "last": day_bounds(last)[1],
            },
            whole_streams=False,
        )

    # --- helpers ------------------------------------------------------------------------------

    def _record(self, ledger: str | UUID, by: Actor) -> tuple[list[UUID], list[str]]:
        """Return the streams of a record, and the agencies that hold it."""
        if isinstance(ledger, UUID):
            return self._queries.people.streams(ledger, by=by)
        return self._queries.streams(ledger, by=by)

    def _require_auditor(self, holders: Iterable[str], by: Actor) -> str:
        """Return the first of the agencies that the actor may audit. Raises NotAuthorised."""
        directory, today = self._service.refresh_directory(), shanghai_day(self._clock())
        codes = list(holders)
        reached = [code for code in codes if reaches(directory, by, Power.AUDIT, code, today)]
        chosen = (reached or codes)[0]
        require(directory, by, Power.AUDIT, chosen, today)
        return chosen

    def _export(
        self,
        out: Path,
        by: Actor,
        *,
        scope: dict[str, str],
        where: str,
        parameters: Mapping[str, Any],
        whole_streams: bool,
        clear: list[RecordedEvent] | None = None,
    ) -> PackView:
        if self._seals.signing_key is not None:
            self._seals.catch_up()
        with pack_writer(out) as pack, self._snapshot() as connection:
            cursor = connection.cursor(row_factory=tuple_row)
            positions: list[int] = []
            streams: dict[str, int] = {}

            def events() -> Iterator[dict[str, Any]]:
                found = connection.cursor("pack", row_factory=tuple_row)
                for row in found.execute(_EVENTS.format(where).encode(), parameters):
                    positions.append(row[0])
                    streams[str(row[1])] = row[2]
                    yield _event(row)
                found.close()

            pack.lines("events.jsonl", events())
            seals = _seals_around(cursor, positions)
            pack.written("chain.jsonl", _chain(connection, seals))
            pack.lines("seals.jsonl", map(_seal, seals.values()))
            pack.lines("keys.jsonl", _keys(cursor, seals.values()))
            if clear is not None:
                pack.lines("clear.jsonl", _clear(clear))
            here = Path(__file__).parent
            pack.file("README.md", (here / "pack_readme.md").read_bytes())
            pack.file("verify_pack.py", (here / "verify_pack.py").read_bytes())
            manifest = {
                "format": FORMAT,
                "scope": scope,
                "exported_at": _moment(self._clock()),
                "exported_by": by.staff_id,
                "exported_for": by.agency_code,
                "events": len(positions),
                "whole_streams": whole_streams,
                "streams": streams,
                "files": dict(pack.digests),
            }
            self._sign(pack, manifest)
        last = max(seals.values(), key=lambda seal: seal.number, default=None)
        return PackView(
            path=str(out),
            events=len(positions),
            streams=len(streams),
            seals=len(seals),
            sealed_to=last.position if last else 0,
            manifest_digest=pack.digests["manifest.json"],
        )

    def _sign(self, pack: PackWriter, manifest: dict[str, Any]) -> None:
        content = orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n"
        pack.file("manifest.json", content)
        if (key := self._seals.signing_key) is not None:
            signature = key.sign(MANIFEST_TAG + sha256(content).digest())
            signed = {"key_id": key.key_id.hex(), "signature": _base64(signature)}
            pack.file("manifest.sig", orjson.dumps(signed) + b"\n")

    @contextmanager
    def _snapshot(self) -> Iterator[Connection[Any]]:
        with self._database.connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection


def _seals_around(cursor: Cursor[Any], positions: list[int]) -> dict[int, Seal]:
    """Return, by number, the seals before and after each position, and the last one."""
    ends = [number for (number,) in cursor.execute(_SEALS_AFTER, (positions,))]
    wanted = sorted({*ends, *(number - 1 for number in ends)})
    found = cursor.execute(
        f"{_SEAL} WHERE number = ANY(%s) OR number = (SELECT max(number) FROM seals) ORDER BY number".encode(),
        (wanted,),
    )
    return {row[0]: seal_of(row) for row in found.fetchall()}


def _chain(connection: Connection[Any], seals: dict[int, Seal]) -> Iterator[bytes]:
    """Yield the stretches of the chain between seals that follow one another, as lines of JSON."""
    at: int | None = None
    with connection.cursor("chain", row_factory=tuple_row) as found:
        for number, links in found.execute(_CHAIN.encode(), {"numbers": list(seals)}):
            if at != number - 1 or at is None:
                yield b'{"after_seal":%d}\n' % (number - 1)
            yield (links or "").encode()
            yield b'{"seal":%d}\n' % number
            at = number


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    position, stream_id, version, topic, day, moment, staff, agency, command_id, state = row[:10]
    digest, before = row[10:]
    return {
        "position": position,
        "stream_id": str(stream_id),
        "version": version,
        "topic": topic,
        "occurred_on": day.isoformat(),
        "recorded_at": _moment(moment),
        "staff_id": staff,
        "agency_code": agency,
        "command_id": str(command_id),
        "state": _base64(state),
        "before": (ZEROS if before is None else bytes(before)).hex(),
        "digest": bytes(digest).hex(),
    }


def _seal(seal: Seal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "position": seal.position,
        "events": seal.events,
        "chain": seal.chain.hex(),
        "day": seal.day.isoformat() if seal.day else None,
        "sealed_at": _moment(seal.sealed_at),
        "before": seal.before.hex(),
        "key_id": seal.key_id.hex(),
        "signature": _base64(seal.signature),
        "beside": None
        if seal.beside is None
        else {
            "commands": seal.beside.commands.hex(),
            "refusals": seal.beside.refusals,
            "refused": seal.beside.refused.hex(),
        },
    }


def _keys(cursor: Cursor[Any], seals: Iterable[Seal]) -> Iterator[dict[str, Any]]:
    wanted = list({seal.key_id for seal in seals})
    for key_id, public_key in cursor.execute(
        "SELECT key_id, public_key FROM signing_keys WHERE key_id = ANY(%s) ORDER BY 1", (wanted,)
    ):
        yield {"key_id": bytes(key_id).hex(), "public_key": _base64(public_key)}


def _clear(recorded: Iterable[RecordedEvent]) -> Iterator[dict[str, Any]]:
    for one in sorted(recorded, key=lambda one: one.position):
        if one.event.personal_fields:
            fields = {field: getattr(one.event, field) for field in one.event.personal_fields}
            if set(fields.values()) != {ERASED}:
                yield {"position": one.position, "fields": fields}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
