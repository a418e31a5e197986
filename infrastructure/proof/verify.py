"""Verifying that nothing was altered: the log, the seals over it, and what stands beside it.

What verifies computes everything by itself: no function of the database is asked, since who owns the
database can replace those. Rules 5.b, 9.1.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

import orjson
from psycopg import Connection, Cursor
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding, Verification
from ...domain.errors import NotFound
from ...domain.events import REGISTRY
from ...domain.proof import Seal
from ..database import Database
from ..store.keys import KeyRing
from .seals import chain_at, seal_numbered
from .signing import key_id_of
from .verify_seals import BEFORE_ALL, SealWalk, public_keys
from .verify_tables import (
    check_commands,
    check_documents,
    check_guards,
    check_personal_keys,
    differences,
)
from .verify_walk import Source, Stretch, Walked, walk, walk_apart

Progress = Callable[[int, int], None]
"""Hears how many events are verified, and of how many."""
Anchor = tuple[int, str]
"""A position and the chain there, as a printed notice names them."""

MOST_FINDINGS = 1_000
WORTH_STARTING = 400_000
"""Fewer events are verified before other processes have started."""
_EXPLAINED = 50


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
        processes: int | None = None,
        anchors: Sequence[Anchor] = (),
        public_key: bytes | None = None,
        progress: Progress | None = None,
    ) -> Verification:
        """Verify everything, or what came after the seal with the number `since`.

        By as many `processes` as there are cores where the log is long, unless told; within this one
        where that is 1.
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
            source = Source(
                self._database.conninfo, self._database.schema, tuple(sorted(known.items()))
            )
            events = 0
            for walked in _walked(
                connection, source, seals.stretches(), processes or _processes(total)
            ):
                events += walked.events
                found.add(walked.findings, walked.more_findings)
                if progress:
                    progress(events, total)
            found.add(seals.findings, seals.more_findings)
            found.add(check_commands(cursor, after, head))
            found.add(check_documents(cursor, after))
            found.add(check_personal_keys(cursor, self._keys, REGISTRY, after))
            found.add(check_guards(cursor))
            found.add(_check_anchors(cursor, anchors, after, head))
            found.add(_check_printed(cursor, after, head))
            found.add(_check_trust(seals.last, trusted))
            sealed_to = min(seals.last.position, head) if seals.last else 0
            unsealed = _extent(cursor, sealed_to if seals.last else after)[1]
            return Verification(
                after=max(after, 0),
                head=head,
                events=events,
                seals=seals.count,
                sealed_to=sealed_to,
                unsealed=unsealed,
                key_ids=tuple(key_id.hex() for key_id in seals.key_ids),
                findings=_explained(cursor, found.listed()),
                more_findings=found.more,
                notes=tuple(_notes(seals.last, trusted, unsealed, sealed_to)),
            )

    @contextmanager
    def _snapshot(self) -> Iterator[Connection[Any]]:
        """Lend a connection that sees the database as it was at one moment, whatever is appended meanwhile."""
        with self._database.connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection


class _Findings:
    """What was found, up to a number that a person can read."""

    def __init__(self, found: Iterable[Finding]) -> None:
        self._found = list(found)
        self.more = 0

    def add(self, found: Iterable[Finding], more: int = 0) -> None:
        self.more += more
        for finding in found:
            if len(self._found) < MOST_FINDINGS:
                self._found.append(finding)
            else:
                self.more += 1

    def listed(self) -> list[Finding]:
        """Return them in the order of the log; what has no place in it comes last."""
        return sorted(
            self._found, key=lambda one: (one.position is None, one.position or 0, one.seal or 0)
        )


def _walked(
    connection: Connection[Any], source: Source, stretches: Iterator[Stretch], processes: int
) -> Iterator[Walked]:
    first = list(islice(stretches, 2))
    if processes == 1 or len(first) == 1:  # a short log is verified before a process has started
        for stretch in (*first, *stretches):
            yield walk(connection, dict(source.public_keys), stretch)
        return
    # Spawned: what is open here is not for children.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        under_way: deque[Future[Walked]] = deque()
        for stretch in (*first, *stretches):
            under_way.append(pool.submit(walk_apart, source, stretch))
            if len(under_way) > 2 * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


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


def _check_anchors(
    cursor: Cursor[Any], anchors: Iterable[Anchor], after: int, head: int
) -> Iterator[Finding]:
    for position, chain in anchors:
        if position > head:
            what = f"the anchor is at position {position}, and the log ends at {head}: its end was cut off"
            yield Finding(fault=Fault.CUT, what=what, position=position)
        elif chain_at(cursor, position).hex() != chain.lower():
            what = f"the log up to position {position} is not what the anchor {chain[:16]}… says"
            yield Finding(fault=Fault.ANCHOR, what=what, position=position)


def _check_printed(cursor: Cursor[Any], after: int, head: int) -> Iterator[Finding]:
    """Hold the log against the anchors in the notices that were issued."""
    cursor.execute("SELECT digest FROM issued_documents ORDER BY digest")
    for (digest,) in cursor.fetchall():
        (content,) = cursor.execute(
            "SELECT content FROM issued_documents WHERE digest = %s", (digest,)
        ).fetchone() or (b"",)
        try:
            notice = orjson.loads(content)
            anchor = int(notice["seal"]["position"]), str(notice["seal"]["chain"])
        except (ValueError, KeyError, TypeError):
            continue  # made without an anchor, or no longer what was issued, which its digest tells
        if anchor[0] > after:
            yield from _check_anchors(cursor, [anchor], after, head)


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


def _notes(
    last: Seal | None, trusted: bytes | None, unsealed: int, sealed_to: int
) -> Iterator[str]:
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
