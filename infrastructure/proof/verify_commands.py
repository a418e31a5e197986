"""The commands against the log: events are held against their commands where the log is walked, commands here."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding
from .checked import MOST, Checked

_WINDOW = 2_000
"""So many events of one append are looked for first; a command of a longer one is looked for in the whole log."""

# Most commands end with an event of their own. The others are of an append of several, or something is wrong.
_NOT_FOUND = sql.SQL("""
    WITH others AS MATERIALIZED (
        SELECT c.command_id, c.name, c.last_position, e.notification_id IS NULL OR e.staff_id <> c.staff_id
            OR e.agency_code <> c.agency_code OR e.recorded_at <> c.recorded_at AS gone
        FROM commands c LEFT JOIN stored_events e ON e.notification_id = c.last_position
        WHERE c.last_position > {after} AND c.last_position <= {until}
            AND e.command_id IS DISTINCT FROM c.command_id
    )
    SELECT * FROM others WHERE gone
    UNION ALL
    SELECT * FROM others o WHERE NOT gone AND NOT EXISTS (
        SELECT FROM stored_events e WHERE e.command_id = o.command_id
            AND e.notification_id > (SELECT min(last_position) FROM others) - {window}
            AND e.notification_id <= (SELECT max(last_position) FROM others))
    ORDER BY 3 LIMIT 10000
""")
_COUNT = "SELECT count(*) FROM commands WHERE last_position > %s AND last_position <= %s"
_NAMED = "SELECT DISTINCT command_id FROM stored_events WHERE command_id = ANY(%s)"
_REACHED = """
    SELECT 'the read model ' || name, position FROM read_models WHERE live AND position > %(head)s
    UNION ALL SELECT 'the directory', position FROM directory_head WHERE position > %(head)s
"""


def ended_commands(
    connection: Connection[Any], after: int, until: int, known: int = 0
) -> list[Finding]:
    """Make sure that the events are there by which commands ended in a stretch, and that each has any.

    Of so many it is `known` already: where there are no others, nothing is left to look for.
    """
    cursor = connection.cursor(row_factory=tuple_row)
    if cursor.execute(_COUNT, (after, until)).fetchone() == (known,):
        return []
    query = _NOT_FOUND.format(
        after=sql.Literal(after), until=sql.Literal(until), window=sql.Literal(_WINDOW)
    )
    suspects = cursor.execute(query).fetchall()
    unnamed = [command_id for command_id, _, _, gone in suspects if not gone]
    named = set()
    if unnamed:
        named = {command_id for (command_id,) in cursor.execute(_NAMED, (unnamed,)).fetchall()}
    findings = []
    for command_id, name, position, gone in suspects:
        if gone:
            what = f"a command {name} ended with this position, where its event does not stand"
            findings.append(Finding(fault=Fault.MISSING, what=what, position=position))
        elif command_id not in named:
            what = f"a command {name} is kept that no event names: it was put in, or its events taken out"
            findings.append(Finding(fault=Fault.COMMAND, what=what, position=position))
    return findings


def check_reached(connection: Connection[Any], head: int) -> Checked:
    """Compare how far commands, read models and directory have come with where the log ends."""
    cursor = connection.cursor(row_factory=tuple_row)
    beyond = [
        one.model_copy(update={"fault": Fault.CUT})
        for one in ended_commands(connection, head, 2**63 - 1)
    ]
    reached = [
        Finding(
            fault=Fault.CUT,
            what=f"{what} has come to position {position}, and the log ends at {head}",
            position=position,
        )
        for what, position in cursor.execute(_REACHED, {"head": head}).fetchall()
    ]
    findings = [*reached, *beyond]
    return Checked(0, findings[:MOST], len(findings[MOST:]))
