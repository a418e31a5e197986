"""Stored names are for ever, and what was once stored can always be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taizhang.domain.duties.job_seekers import EVENTS
from taizhang.domain.events import OWN_STREAM, REGISTRY
from taizhang.domain.job_seeker.guidance import GroupSessionHeld
from taizhang.domain.job_seeker.ledger import JobSeekerLedger

STORED = json.loads(Path(__file__).with_name("golden_events.json").read_text(encoding="utf-8"))
"""A payload of every event, as first stored. Add to it; never change a line."""


def test_every_event_has_a_stored_payload() -> None:
    assert {event.topic for event in (*EVENTS, GroupSessionHeld)} <= set(STORED)


@pytest.mark.parametrize("topic", STORED)
def test_what_was_stored_is_read(topic: str) -> None:
    cls, payload = REGISTRY.upcast(topic, STORED[topic])
    event = cls.model_validate_json(json.dumps(payload))
    assert event.event_name == topic.partition("@")[0]
    if cls.topic == topic:
        assert json.loads(event.model_dump_json()) == STORED[topic]


def test_every_change_of_state_is_of_an_event_of_the_ledger() -> None:
    assert set(JobSeekerLedger.changes) <= set(EVENTS)


@pytest.mark.rule("51.2")
def test_who_a_person_is_stands_in_encrypted_fields_only() -> None:
    personal = {
        "document_number", "name", "sex", "birth_date", "phone", "address", "household_address",
        "experience", "remarks", "answers", "result", "note", "text", "found", "measures", "answer",
        "other_findings", "advice",
    }  # fmt: skip
    for event in EVENTS:
        open_fields = set(event.model_fields) - set(event.personal_fields)
        shown = open_fields & personal - ({"answer"} if event.__name__ == "Surveyed" else set())
        assert not shown, event.event_name
        assert not event.personal_fields or event.subject_field in ("person_id", OWN_STREAM)
