"""Verifying that nothing was altered: the log, the seals over it, and what stands beside it.

What verifies computes everything by itself: no function of the database is asked, since who owns the
database can replace those. Rules 5.b, 9.1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding, Verification
from ...domain.errors import NotFound
from ...domain.events import REGISTRY
from ...domain.proof import Seal
from ..database import Database, migrations
from ..store.keys import KeyRing
from .checked import BEFORE_ALL, Task
from .sealed import seal_numbered
from .signing import key_id_of
from .verify_commands import check_reached
from .verify_crew import SETTINGS, Source, carried_out
from .verify_differences import differences
from .verify_documents import Anchor, check_anchors, document_tasks
from .verify_guards import check_guards
from .verify_personal_keys import Subjects, key_tasks
from .verify_seals import SealWalk, public_keys
from .verify_walk import check_stretch

Progress = Callable[[int, int], None]
"""Hears how many rows are verified, and of how many: events, documents and keys."""

MOST_FINDINGS = 1_000
WORTH_STARTING = 500_000
"""Fewer events are verified before other processes have started."""
_EXPLAINED = 50
_ROWS_BESIDE = (
    "SELECT (SELECT count(*) FROM issued_documents) + (SELECT count(wrapped) FROM personal_keys)"
)


class Verifier:
    """Verifies the log of one installation."""

    def __init__(self, database: Database, keys: KeyRing, public_key: bytes | None) -> None:
        """Trust the seals of `public_key`; where it is None, the keys that are named must be compared."""
        self._database = database
        self._keys = keys
        self._public_key = public_key

    def run(
        self,
        *,
        since: int | None = None,
        processes: int | None = 1,
        anchors: Sequence[Anchor] = (),
        public_key: bytes | None = None,
        progress: Progress | None = None,
    ) -> Verification:
        """Verify everything, or what came after the seal with the number `since`.

        Within this process, or by so many `processes` of a pool; None takes as many as there are cores where
        the log is long enough. A program that asks for several guards its main module
        (``if __name__ == "__main__"``), which they import.
        `public_key` is trusted in the place of the one in the settings. Raises NotFound for an unknown
        seal, Unavailable when the database is away.
        """
        trusted = public_key or self._public_key
        with self._snapshot() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=False)
            begins = None
            if since is not None:
                begins = seal_numbered(cursor, since)
                if begins is None:
                    raise NotFound(f"there is no seal {since}", field="since")
            known, findings = public_keys(cursor)
            after = begins.position if begins else BEFORE_ALL
            head, total = _extent(cursor, after)
            seals = SealWalk(connection.cursor(row_factory=tuple_row), known, begins, head)
            found = _Findings(findings)
            rows = total + _rows_beside(cursor)
            several = (processes or _processes(total)) if total else 1
            source = self._source(cursor) if several > 1 else None
            done = 0
            tasks = self._tasks(cursor, seals, known, after, head)
            for checked in carried_out(connection, source, tasks, several):
                done += checked.rows
                found.add(checked.findings, checked.more_findings)
                if progress:
                    progress(min(done, rows), rows)
            found.add(seals.findings, seals.more_findings)
            found.add(check_anchors(cursor, anchors, head))
            found.add(_check_trust(seals.last, trusted))
            sealed_to = min(seals.last.position, head) if seals.last else 0
            unsealed = _extent(cursor, sealed_to if seals.last else after)[1]
            return Verification(
                after=max(after, 0),
                head=head,
                events=total,
                seals=seals.count,
                sealed_to=sealed_to,
                unsealed=unsealed,
                key_ids=tuple(key_id.hex() for key_id in seals.key_ids),
                findings=_explained(cursor, found.listed()),
                more_findings=found.more,
                notes=tuple(_notes(seals, trusted, unsealed, sealed_to)),
            )

    def _tasks(
        self,
        cursor: Cursor[Any],
        seals: SealWalk,
        known: dict[bytes, bytes],
        after: int,
        head: int,
    ) -> Iterator[Task]:
        """Yield all parts of the verification, the log first."""
        subjects = subjects_by_topic()
        for stretch in seals.stretches():
            yield Task(check_stretch, (known, subjects, stretch))
        yield from document_tasks(cursor, after, head)
        yield from key_tasks(cursor, self._keys.master_keys)
        yield Task(check_reached, (head,))
        yield Task(check_guards, (tuple(text for _, text in migrations()),))

    def _source(self, cursor: Cursor[Any]) -> Source:
        """Let other processes see the database as it is seen here."""
        (snapshot,) = cursor.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        return Source(self._database.conninfo, self._database.schema, snapshot)

    @contextmanager
    def _snapshot(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees the database as it was at one moment, whatever is appended meanwhile."""
        with self._database.connect() as connection:
            for setting in SETTINGS:
                connection.execute(setting)
            connection.execute("SET idle_in_transaction_session_timeout TO 0")  # others may work
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection


class _Findings:
    """What was found, up to a number that a person can read."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self._found = list(found)
        self._keys_told: set[str] = set()
        self.more = 0

    def add(self, found: Iterable[Finding], more: int = 0) -> None:
        self.more += more
        for finding in found:
            if finding.fault is Fault.KEY:  # one that is missing is missed in each stretch
                if finding.what in self._keys_told:
                    continue
                self._keys_told.add(finding.what)
            if len(self._found) < MOST_FINDINGS:
                self._found.append(finding)
            else:
                self.more += 1

    def listed(self) -> list[Finding]:
        """Return them in the order of the log; what has no place in it comes last."""
        return sorted(
            self._found, key=lambda one: (one.position is None, one.position or 0, one.seal or 0)
        )


def subjects_by_topic() -> Subjects:
    """Return for each topic with personal fields by what its person is found."""
    return {
        topic.encode(): f'"{cls.subject_field}":"'.encode() if cls.subject_field else b""
        for name, cls in REGISTRY.names().items()
        if cls.personal_fields
        for topic in (name, *(f"{name}@{later}" for later in range(2, cls.schema_version + 1)))
    }


def _rows_beside(cursor: Cursor[Any]) -> int:
    (rows,) = cursor.execute(_ROWS_BESIDE).fetchone() or (0,)
    return int(rows)


def _processes(events: int) -> int:
    if events < WORTH_STARTING:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


def _extent(cursor: Cursor[Any], after: int) -> tuple[int, int]:
    """Return the position of the last event and the number of events after a position."""
    head, total = cursor.execute(
        "SELECT (SELECT coalesce(max(notification_id), 0) FROM stored_events), count(*) "
        "FROM stored_events WHERE notification_id > %s",
        (after,),
    ).fetchone() or (0, 0)
    return int(head), int(total)


def _check_trust(last: Seal | None, trusted: bytes | None) -> Iterator[Finding]:
    """Make sure that the last seal, which stands for all before it, is by the key that is trusted."""
    if last is not None and trusted is not None and last.key_id != key_id_of(trusted):
        yield Finding(
            fault=Fault.SEAL,
            what=f"it is the last seal and by the key {last.key_id.hex()[:16]}…, not by the one trusted, "
            f"{key_id_of(trusted).hex()[:16]}…",
            position=last.position,
            seal=last.number,
        )


def _explained(cursor: Cursor[Any], findings: list[Finding]) -> tuple[Finding, ...]:
    """Say of changed events what differs, as far as a read model noted it."""
    explained = []
    left = _EXPLAINED
    for finding in findings:
        if finding.fault is Fault.CHANGED and finding.position is not None and left:
            left -= 1
            if told := differences(cursor, finding.position):
                finding = finding.model_copy(update={"what": f"{finding.what}: {'; '.join(told)}"})
        explained.append(finding)
    return tuple(explained)


def _notes(seals: SealWalk, trusted: bytes | None, unsealed: int, sealed_to: int) -> Iterator[str]:
    last = seals.last
    if last is None:
        if unsealed:
            yield "nothing is sealed: an owner of the database could have written the whole log anew"
    elif unsealed:
        yield (
            f"{unsealed} event(s) after position {sealed_to} are not sealed yet: "
            "they stand on their digests alone"
        )
    if last is not None and trusted is None:
        yield (
            f"no key is trusted here: compare the key of the last seal, {last.key_id.hex()}, "
            "with the one printed on notices"
        )
    if seals.without_commands:
        yield (
            f"{seals.without_commands} seal(s) are from before commands and refusals were covered: those of "
            "that time are only held against the events"
        )
