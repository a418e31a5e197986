"""What of a changed event is different, as far as a read model noted how it was."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor


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
