"""What stands beside the log and must fit it: commands, documents that were issued, keys, and the tables' guards.

Everything is read in one transaction that sees one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
from psycopg import Cursor

from ...application.views.proof import Fault, Finding
from ...domain.events import EventRegistry
from ..store.keys import KeyRing

_MOST = 200

# What an event and its command both hold. `position` is null where there is no event or no command.
_COMMANDS = f"""
    SELECT e.notification_id, e.originator_id, e.originator_version, c.last_position,
        e.staff_id <> c.staff_id, e.agency_code <> c.agency_code, e.recorded_at <> c.recorded_at,
        c.last_position < e.notification_id
    FROM stored_events e LEFT JOIN commands c USING (command_id)
    WHERE e.notification_id > %(after)s AND (c.command_id IS NULL OR e.staff_id <> c.staff_id
        OR e.agency_code <> c.agency_code OR e.recorded_at <> c.recorded_at OR c.last_position < e.notification_id)
    ORDER BY 1 LIMIT {_MOST}
"""
_GONE = f"""
    SELECT c.name, c.last_position FROM commands c LEFT JOIN stored_events e ON e.notification_id = c.last_position
    WHERE c.last_position > %(after)s AND (e.notification_id IS NULL OR (e.command_id <> c.command_id
        AND (e.staff_id <> c.staff_id OR e.agency_code <> c.agency_code OR e.recorded_at <> c.recorded_at)))
    ORDER BY 2 LIMIT {_MOST}
"""
_REACHED = """
    SELECT 'the read model ' || name, position FROM read_models WHERE live AND position > %(head)s
    UNION ALL SELECT 'the directory', position FROM directory_head WHERE position > %(head)s
"""
_GUARDS = {
    "stored_events": ("events_are_append_only", "events_have_digests"),
    "issued_documents": ("documents_are_append_only",),
    "seals": ("seals_are_append_only",),
    "signing_keys": ("keys_are_append_only",),
}
_GUARD = """
    SELECT FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = %s AND tgenabled IN ('O', 'A')
"""
_UNIQUE = """
    SELECT FROM pg_index WHERE indrelid = 'stored_events'::regclass AND indisunique AND indisvalid
        AND indkey::text = (SELECT string_agg(attnum::text, ' ' ORDER BY place) FROM unnest(%s::text[])
            WITH ORDINALITY AS wanted (attname, place) JOIN pg_attribute USING (attname)
            WHERE attrelid = 'stored_events'::regclass)
"""
# Escaped, since what was tampered with need not be text.
_WITHOUT_KEY = """
    SELECT min(position), subject FROM (
        SELECT notification_id AS position, {subject} AS subject FROM stored_events
        WHERE topic = ANY(%(topics)s) AND notification_id > %(after)s
    ) AS personal
    WHERE subject IS NOT NULL AND NOT EXISTS (SELECT FROM personal_keys k WHERE k.subject_id::text = subject)
    GROUP BY subject ORDER BY 1 LIMIT 200
"""


def check_commands(cursor: Cursor[Any], after: int, head: int) -> Iterator[Finding]:
    """Compare each event with the command that it names, and both with what says how long the log is."""
    for position, stream_id, version, last, staff, agency, moment, late in cursor.execute(
        _COMMANDS.encode(), {"after": after}
    ).fetchall():
        differs = [
            name
            for name, is_other in (
                ("staff_id", staff),
                ("agency_code", agency),
                ("recorded_at", moment),
            )
            if is_other
        ]
        if last is None:
            what = "the command that it names is not kept: the event was put in, or the command taken out"
        elif differs:
            what = f"{', '.join(differs)}: not what its command has"
        else:
            assert late
            what = f"its command was done with position {last}: the event was moved or put in"
        yield Finding(
            fault=Fault.COMMAND, what=what, position=position, stream_id=stream_id, version=version
        )
    for name, position in cursor.execute(_GONE.encode(), {"after": after}).fetchall():
        fault = Fault.CUT if position > head else Fault.MISSING
        yield Finding(
            fault=fault,
            what=f"a command {name} ended with this position, where its event does not stand",
            position=position,
        )
    for what, position in cursor.execute(_REACHED, {"head": head}).fetchall():
        yield Finding(
            fault=Fault.CUT,
            what=f"{what} has come to position {position}, and the log ends at {head}",
            position=position,
        )


def check_documents(cursor: Cursor[Any], after: int) -> Iterator[Finding]:
    """Compare what is kept of each issued notice with the digest in its event, and every document with its own."""
    cursor.execute("SELECT digest FROM issued_documents ORDER BY digest")
    for (digest,) in cursor.fetchall():
        (content,) = cursor.execute(
            "SELECT content FROM issued_documents WHERE digest = %s", (digest,)
        ).fetchone() or (b"",)
        if sha256(content).hexdigest() != digest:
            what = f"issued_documents: the content kept under {digest[:16]}… is another"
            yield Finding(fault=Fault.DOCUMENT, what=what)
    cursor.execute(
        "SELECT notification_id, originator_id, originator_version, state FROM stored_events "
        "WHERE topic LIKE 'notice.%%' AND notification_id > %s ORDER BY 1",
        (after,),
    )
    for position, stream_id, version, state in cursor.fetchall():
        try:
            fields = orjson.loads(state)
            digest, number = str(fields["digest"]), str(fields["notice_id"])
        except (ValueError, KeyError, TypeError):
            continue  # no longer JSON: its digest tells
        if not cursor.execute(
            "SELECT FROM issued_documents WHERE digest = %s", (digest,)
        ).fetchall():
            yield Finding(
                fault=Fault.DOCUMENT,
                what=f"issued_documents: what was issued as {number} is missing",
                position=position,
                stream_id=stream_id,
                version=version,
            )


def check_personal_keys(
    cursor: Cursor[Any], keys: KeyRing, registry: EventRegistry, after: int
) -> Iterator[Finding]:
    """Make sure that each person's key is still the one that was kept, and that none is missing."""
    held = cursor.connection.cursor(name="personal_keys")
    held.execute("SELECT subject_id, wrapped FROM personal_keys WHERE wrapped IS NOT NULL")
    for subject_id, wrapped in held:
        if not keys.unwraps(subject_id, bytes(wrapped)):
            what = f"personal_keys: the key of {subject_id} is not the one that was kept"
            yield Finding(fault=Fault.KEY, what=what)
    held.close()
    by_subject: dict[str, list[str]] = {}
    for name, cls in registry.names().items():
        if cls.personal_fields:
            topics = [name, *(f"{name}@{version}" for version in range(2, cls.schema_version + 1))]
            by_subject.setdefault(cls.subject_field or "", []).extend(topics)
    for field, topics in by_subject.items():
        subject = (
            f"""substring(encode(state, 'escape') from '"{field}":"([0-9a-f-]{{36}})"')"""
            if field
            else "originator_id::text"
        )
        statement = _WITHOUT_KEY.format(subject=subject)
        for position, person in cursor.execute(
            statement.encode(), {"topics": topics, "after": after}
        ).fetchall():
            what = (
                f"personal_keys: the key of {person} is missing, by which this event is encrypted"
            )
            yield Finding(fault=Fault.KEY, what=what, position=position)


def check_guards(cursor: Cursor[Any]) -> Iterator[Finding]:
    """Make sure that the triggers and unique keys that guard the tables are there and in force."""
    for table, triggers in _GUARDS.items():
        for trigger in triggers:
            if not cursor.execute(_GUARD, (table, trigger)).fetchall():
                what = f"{table}: the trigger {trigger} is missing or off"
                yield Finding(fault=Fault.PROTECTION, what=what)
    for columns in (["originator_id", "originator_version"], ["notification_id"]):
        if not cursor.execute(_UNIQUE, (columns,)).fetchall():
            what = f"stored_events: nothing makes {', '.join(columns)} unique any more"
            yield Finding(fault=Fault.PROTECTION, what=what)


def differences(cursor: Cursor[Any], position: int) -> list[str]:
    """Return in what a changed event differs from what its read model noted of it when it was recorded."""
    row = cursor.execute(
        "SELECT e.occurred_on::text, n.occurred_on::text, e.recorded_at::text, n.recorded_at::text, "
        "e.staff_id, n.staff_id, e.agency_code, n.agency_code, split_part(e.topic, '@', 1), n.topic "
        "FROM stored_events e JOIN ledger_entries n ON n.stream_id = e.originator_id "
        "AND n.position = e.notification_id WHERE e.notification_id = %s",
        (position,),
    ).fetchone()
    if row is None:
        return []
    names = ("occurred_on", "recorded_at", "staff_id", "agency_code", "topic")
    return [
        f"{name} is {now}, and was {then}"
        for name, now, then in zip(names, row[::2], row[1::2], strict=True)
        if now != then
    ]
