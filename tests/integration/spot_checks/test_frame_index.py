"""A frame is read from an index of its own, not from the log."""

from __future__ import annotations

import psycopg

from taizhang.domain.events import Event
from taizhang.domain.job_seeker.merging import LedgerMergedFrom
from taizhang.domain.supervision.spot_check.kinds import POPULATIONS


def test_the_index_of_frames_names_every_shape_of_their_events(founded_url: str) -> None:
    events: set[type[Event]] = {LedgerMergedFrom}
    for population in POPULATIONS.values():
        events |= {*population.opened_by, *population.kept_by, *population.left_by}
    topics = {
        event.event_name if version == 1 else f"{event.event_name}@{version}"
        for event in events
        for version in range(1, event.schema_version + 1)
    }
    with psycopg.connect(founded_url) as connection:
        found = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'stored_events_frames'"
        ).fetchone()
    assert found is not None
    assert {topic for topic in topics if f"'{topic}'" not in found[0]} == set()
