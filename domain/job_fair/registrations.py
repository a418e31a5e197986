"""Job-seeking registrations taken on paper at a fair, and their entry (43.3).

Who stands at the fair with a pen counts the forms; whoever enters one registers the person through the
job seeker's ledger and names the batch. The batch is done with its last form.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .state import JobFair, PaperBatch

# --- events -----------------------------------------------------------------------------------


class PaperRegistrationsTaken(Event, name="job_fair.paper_registrations_taken"):
    """So many job-seeking registrations were filled in on paper (手工办理) on a day of the fair."""

    batch_id: UUID
    forms: int = Field(ge=1)


class PaperRegistrationEntered(Event, name="job_fair.paper_registration_entered"):
    """A person's form was entered in the system; `left` forms of the batch are yet to be."""

    batch_id: UUID
    person_id: UUID
    left: int = Field(ge=0)


class PaperBatchCorrected(Event, name="job_fair.paper_batch_corrected"):
    """The batch was miscounted, or holds forms that cannot be entered: `left` are yet to be."""

    batch_id: UUID
    left: int = Field(ge=0)
    reason: str


# --- state ------------------------------------------------------------------------------------


@changed_by(PaperRegistrationsTaken)
def _taken(fair: JobFair, event: PaperRegistrationsTaken, recorded: RecordedEvent) -> None:
    fair.batches[event.batch_id] = PaperBatch(event.forms, recorded.occurred_on)


@changed_by(PaperRegistrationEntered)
def _entered(fair: JobFair, event: PaperRegistrationEntered, _: RecordedEvent) -> None:
    batch = fair.batches.get(event.batch_id)
    if batch is not None:
        batch.persons.append(event.person_id)
        _leave(fair, event.batch_id, event.left)


@changed_by(PaperBatchCorrected)
def _corrected(fair: JobFair, event: PaperBatchCorrected, _: RecordedEvent) -> None:
    if event.batch_id in fair.batches:
        _leave(fair, event.batch_id, event.left)


def _leave(fair: JobFair, batch_id: UUID, left: int) -> None:
    fair.batches[batch_id].left = left
    if not left:
        del fair.batches[batch_id]
        fair.entered_batches.append(batch_id)


# --- decisions --------------------------------------------------------------------------------


def take(fair: JobFair, occasion: Occasion, batch_id: UUID, forms: int) -> list[Event]:
    """Record that forms were filled in on paper on a day of the fair.

    Rule 43.3.
    """
    fair.require_day_of(occasion)
    if batch_id in fair.batches or batch_id in fair.entered_batches:
        raise InvalidInput("a batch has this id already: take a new one", field="batch_id")
    return [PaperRegistrationsTaken(batch_id=batch_id, forms=forms)]


def enter(fair: JobFair, occasion: Occasion, person_id: UUID, batch_id: UUID | None) -> list[Event]:
    """Enter a registration that was made at the fair; None is one that was entered there and then.

    `occasion` is that of the registration. What is entered after its day was taken on paper.

    Rule 43.3.
    """
    fair.require_day_of(occasion)
    if batch_id is None:
        if occasion.today > occasion.occurred_on:
            raise RuleBroken(
                "43.3", "what is entered after its day was taken on paper: name the batch"
            )
        return []
    if batch_id in fair.entered_batches:
        raise RuleBroken("43.3", "every form of this batch is entered: correct its count first")
    batch = find(fair, batch_id)
    if batch.taken_on != occasion.occurred_on:
        raise InvalidInput(
            f"the forms of this batch were filled in on {batch.taken_on}", field="occurred_on"
        )
    if person_id in batch.persons:
        raise InvalidInput("this person's form of the batch is entered", field="job_seeker_id")
    return [PaperRegistrationEntered(batch_id=batch_id, person_id=person_id, left=batch.left - 1)]


def correct(fair: JobFair, batch_id: UUID, left: int, reason: str) -> list[Event]:
    """Say how many forms of a batch are yet to be entered, where the count was wrong.

    Rule 43.3.
    """
    fair.require_known()
    batch = find(fair, batch_id)
    if batch.left == left:
        return []
    return [PaperBatchCorrected(batch_id=batch_id, left=left, reason=reason)]


def find(fair: JobFair, batch_id: UUID) -> PaperBatch:
    """Return a batch whose forms are not all entered. Raises NotFound."""
    batch = fair.batches.get(batch_id)
    if batch is None:
        raise NotFound(
            f"the job fair has no batch {batch_id} with forms to be entered", field="batch_id"
        )
    return batch
