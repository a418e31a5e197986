"""The mark in a job seeker's ledger that its person was erased (Article 51)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aggregate import changed_by
from ..events import Event, RecordedEvent

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class JobSeekerErased(Event, name="job_seeker_ledger.erased"):
    """The person was erased: nothing more is recorded here."""


@changed_by(JobSeekerErased)
def _erased(ledger: JobSeekerLedger, _: JobSeekerErased, recorded: RecordedEvent) -> None:
    ledger.erased_on = recorded.occurred_on
