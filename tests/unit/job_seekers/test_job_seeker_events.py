"""The events of a job seeker's ledger: what changes its state, and what of them is encrypted."""

from __future__ import annotations

import pytest

from taizhang.domain.duties.job_seekers import EVENTS
from taizhang.domain.events import OWN_STREAM
from taizhang.domain.job_seeker.ledger import JobSeekerLedger


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
