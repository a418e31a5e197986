"""A case whose person's ledger was merged into another one: it goes on under that ledger (Article 9)."""

from __future__ import annotations

from uuid import UUID

from ..aggregate import changed_by
from ..events import Event, RecordedEvent
from .state import AssistanceCase, OfCase

# --- events -----------------------------------------------------------------------------------


class PersonMerged(OfCase, Event, name="assistance_case.person_merged"):
    """The person of the case is known by another ledger from now on: `person_id` instead of the former."""

    former_person_id: UUID

    @property
    def responsible(self) -> tuple[str, str]:
        """Nobody else than before."""
        return "", ""


# --- state ------------------------------------------------------------------------------------


@changed_by(PersonMerged)
def _merged(case: AssistanceCase, event: PersonMerged, _: RecordedEvent) -> None:
    case.person_id = event.person_id


# --- decisions --------------------------------------------------------------------------------


def go_on_under(case: AssistanceCase, person_id: UUID) -> list[Event]:
    """Let the case go on under the ledger that its person's was merged into; duties go along.

    Rule 9.1.
    """
    assert case.person_id is not None
    whose = {**case.whose, "person_id": person_id}
    return [PersonMerged(**whose, former_person_id=case.person_id)]
