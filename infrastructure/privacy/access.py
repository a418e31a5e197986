"""Recording who reads personal data, before they are shown (Article 51)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from ...application.commands.access import RecordAccess
from ...application.service import CommandService, Request
from ...domain.access import Purpose
from ...domain.errors import TaizhangError
from ...domain.events import ERASED, RecordedEvent
from ...domain.organisation.powers import Actor


class Access(NamedTuple):
    """Somebody wants to read personal data in the ledger of an agency, and says why."""

    by: Actor
    ledger_id: UUID
    ledger_agency_code: str
    purpose: Purpose
    reason: str


class AccessBook:
    """Records accesses as events of the log, so that they are verified with it."""

    def __init__(self, service: CommandService, new_id: Callable[[], UUID]) -> None:
        """Record by the service, each access as a command with an id of its own."""
        self._service = service
        self._new_id = new_id

    def record(self, access: Access, read: Iterable[RecordedEvent]) -> None:
        """Record an access to each person whose data these events show. Rule 51.2.

        Nothing may be shown when this raises: NotAuthorised, InvalidInput, Unavailable, Conflict.
        """
        requests = [
            Request(
                RecordAccess(
                    person_id=person_id,
                    ledger_id=access.ledger_id,
                    ledger_agency_code=access.ledger_agency_code,
                    purpose=access.purpose,
                    reason=access.reason,
                ),
                self._new_id(),
            )
            for person_id in dict.fromkeys(map(person_shown, read))
            if person_id is not None
        ]
        for answer in self._service.execute_many(requests, by=access.by) if requests else ():
            if isinstance(answer, TaizhangError):
                raise answer


def person_shown(recorded: RecordedEvent) -> UUID | None:
    """Return the person whose data an event shows in clear, None where it shows nobody's (any more)."""
    event = recorded.event
    if all(getattr(event, field) == ERASED for field in event.personal_fields):
        return None
    return person_of(recorded)


def person_of(recorded: RecordedEvent) -> UUID:
    """Return the person to whom the personal fields of an event belong."""
    event = recorded.event
    person_id: UUID = (
        getattr(event, event.subject_field) if event.subject_field else recorded.stream_id
    )
    return person_id
