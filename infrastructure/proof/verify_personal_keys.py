"""The keys of persons: each the one that was kept, none missing, and none destroyed but with an event that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, Cursor, sql
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding
from ..store.wrapping import unwrap
from .binary_rows import copied, value_at
from .checked import MOST, Block, Checked, Task, blocks

Subjects = dict[bytes, bytes]
"""By topic with personal fields: what stands before the person's id in the JSON; empty where that is the stream."""

TABLE = "personal_keys"
_PAGES = 200
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_HELD = sql.SQL(
    "SELECT subject_id, wrapped FROM personal_keys WHERE {block} AND wrapped IS NOT NULL"
)
_KNOWN = "SELECT subject_id FROM personal_keys WHERE subject_id = ANY(%s)"
# Escaped, since what was tampered with need not be text.
_ERASURES = f"""
    WITH erased AS (
        SELECT notification_id, recorded_at, named[1]::uuid AS subject_id FROM stored_events,
            regexp_matches(substring(encode(state, 'escape') from '"subject_ids":\\[([^]]*)\\]'), '"({_UUID})"', 'g')
            AS named
        WHERE topic LIKE 'person.erased%'
    )
    SELECT subject_id, min(e.notification_id), k.subject_id IS NULL OR k.wrapped IS NOT NULL
    FROM erased e FULL JOIN personal_keys k USING (subject_id)
    WHERE e.notification_id IS NOT NULL OR k.wrapped IS NULL
    GROUP BY subject_id, k.subject_id, k.wrapped, k.destroyed_at
    HAVING min(e.notification_id) IS NULL OR k.subject_id IS NULL OR k.wrapped IS NOT NULL
        OR NOT bool_or(k.destroyed_at = e.recorded_at)
    ORDER BY 2, 1 LIMIT {MOST}
"""


def key_tasks(cursor: Cursor[Any], master_keys: tuple[bytes, ...]) -> Iterator[Task]:
    """Yield the parts in which the keys of persons are verified."""
    for block in blocks(cursor, TABLE, _PAGES):
        yield Task(check_keys, (block, master_keys))
    yield Task(check_erasures)


def check_keys(
    connection: Connection[Any], block: Block, master_keys: tuple[bytes, ...]
) -> Checked:
    """Make sure that each key of a block was wrapped for its person by a master key."""
    masters = [AESGCM(key) for key in master_keys]
    findings: list[Finding] = []
    rows = more = 0
    for row in copied(connection, _HELD.format(block=block.where)):
        subject, at = value_at(row, 2)
        wrapped, _ = value_at(row, at)
        rows += 1
        if unwrap(masters, subject, wrapped) is not None:
            continue
        if len(findings) == MOST:
            more += 1
            continue
        what = f"personal_keys: the key of {UUID(bytes=subject)} is not the one that was kept"
        findings.append(Finding(fault=Fault.KEY, what=what))
    return Checked(rows, findings, more)


def missing_keys(connection: Connection[Any], persons: dict[bytes, int]) -> list[Finding]:
    """Return those without a key among persons, who are given with an event that is encrypted by it."""
    if not persons:
        return []
    cursor = connection.cursor(row_factory=tuple_row)
    wanted = {UUID(bytes=person): position for person, position in persons.items()}
    for (person,) in cursor.execute(_KNOWN, (list(wanted),)).fetchall():
        wanted.pop(person)
    return [
        Finding(
            fault=Fault.KEY,
            what=f"personal_keys: the key of {person} is missing, by which this event is encrypted",
            position=position,
        )
        for person, position in wanted.items()
    ]


def check_erasures(connection: Connection[Any]) -> Checked:
    """Make sure that keys were destroyed exactly of the persons whom an event erased, and with it."""
    cursor = connection.cursor(row_factory=tuple_row)
    findings = []
    for person, position, is_held in cursor.execute(_ERASURES.encode()).fetchall():
        if position is None:
            what = (
                f"the key of {person} was destroyed, and no event says that the person was erased"
            )
        elif is_held:
            what = f"{person} was erased by this event, and the key is not destroyed"
        else:
            what = f"the key of {person} was not destroyed with the event that says so"
        findings.append(Finding(fault=Fault.KEY, what=f"personal_keys: {what}", position=position))
    return Checked(0, findings)
