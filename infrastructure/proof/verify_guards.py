"""What keeps the tables from being changed: triggers, the functions behind them, and unique keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding
from .checked import Checked

_GUARDS = {
    "stored_events": ("events_are_append_only", "events_have_digests"),
    "commands": ("commands_are_append_only",),
    "refusals": ("refusals_are_append_only", "refusals_wait_for_sealing"),
    "issued_documents": ("documents_are_append_only",),
    "seals": ("seals_are_append_only",),
    "signing_keys": ("keys_are_append_only",),
    "subscription_skips": ("skips_are_append_only",),
}
_GUARD = """
    SELECT FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = %s AND tgenabled IN ('O', 'A')
"""
_UNIQUE_KEYS = {
    "stored_events": (["originator_id", "originator_version"], ["notification_id"]),
    "commands": (["command_id"],),
    "issued_documents": (["digest"],),
    "personal_keys": (["subject_id"],),
    "seals": (["number"],),
}
_UNIQUE = """
    SELECT FROM pg_index WHERE indrelid = to_regclass(%(table)s) AND indisunique AND indisvalid
        AND indkey::text = (SELECT string_agg(attnum::text, ' ' ORDER BY place) FROM unnest(%(columns)s::text[])
            WITH ORDINALITY AS wanted (attname, place) JOIN pg_attribute USING (attname)
            WHERE attrelid = to_regclass(%(table)s))
"""
_FUNCTIONS = """
    SELECT proname, prosrc FROM pg_proc JOIN pg_language l ON l.oid = prolang AND lanname = 'plpgsql'
    WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
"""
_MADE = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\s*\("
    r"(?:(?!CREATE (?:OR REPLACE )?FUNCTION).)*? LANGUAGE plpgsql AS \$\$(.*?)\$\$",
    re.DOTALL,
)

Migrations = tuple[str, ...]
"""The texts of the migrations, in order."""


def check_guards(connection: Connection[Any], migrations: Migrations) -> Checked:
    """Make sure that triggers and unique keys are there and in force, and functions as they were made."""
    told = [*_triggers(connection), *_unique_keys(connection), *_functions(connection, migrations)]
    return Checked(0, [Finding(fault=Fault.PROTECTION, what=what) for what in told])


def _triggers(connection: Connection[Any]) -> Iterator[str]:
    for table, triggers in _GUARDS.items():
        for trigger in triggers:
            if not connection.execute(_GUARD, (table, trigger)).fetchall():
                yield f"{table}: the trigger {trigger} is missing or off"


def _unique_keys(connection: Connection[Any]) -> Iterator[str]:
    for table, keys in _UNIQUE_KEYS.items():
        for columns in keys:
            found = connection.execute(_UNIQUE, {"table": table, "columns": columns}).fetchall()
            if not found:
                yield f"{table}: nothing makes {', '.join(columns)} unique any more"


def _functions(connection: Connection[Any], migrations: Migrations) -> Iterator[str]:
    made = {name: body for text in migrations for name, body in _MADE.findall(text)}
    cursor = connection.cursor(row_factory=tuple_row)
    kept: dict[str, str] = dict(cursor.execute(_FUNCTIONS).fetchall())
    for name, body in sorted(made.items()):
        if kept.get(name) != body:
            yield f"the function {name} is not the one that was made"
