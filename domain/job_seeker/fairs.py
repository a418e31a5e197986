"""What a person did at job fairs, as the ledger tells it (Articles 17 and 43)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ..aggregate import changed_by
from ..events import Event, RecordedEvent

if TYPE_CHECKING:
    from .ledger import JobSeekerLedger


class RegisteredAtFair(Event, name="job_seeker_ledger.registered_at_fair"):
    """The person registered for job seeking at a job fair; on paper, where a batch is named."""

    fair_id: UUID
    batch_id: UUID | None


class ReferredAtFair(Event, name="job_seeker_ledger.referred_at_fair"):
    """A referral of the person was made at a job fair."""

    fair_id: UUID
    referral_id: UUID
    vacancy_id: UUID
    employer_id: UUID


@changed_by(RegisteredAtFair)
def _registered(ledger: JobSeekerLedger, event: RegisteredAtFair, _: RecordedEvent) -> None:
    if event.fair_id not in ledger.fairs:
        ledger.fairs.append(event.fair_id)
