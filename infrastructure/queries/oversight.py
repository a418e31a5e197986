"""Queries about an agency's own doing: who read personal data, what was refused, which notices it issued."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ...application.views.proof import AccessView
from ...application.views.service import IssuedNotice, RefusalView
from ...domain.access import PersonalDataRead, Purpose
from ...domain.calendar import day_bounds
from ...domain.organisation.powers import Actor, Power, require
from ..store.event_store import PostgresEventStore
from .looking import Looking


class OversightQueries(Looking):
    """What can be asked about what an agency did and was refused.

    A part of `Queries`, which sets what it stands on.
    """

    _store: PostgresEventStore

    def accesses(
        self,
        agency_code: str,
        *,
        by: Actor,
        since: date | None = None,
        person_id: UUID | None = None,
        limit: int = 500,
    ) -> list[AccessView]:
        """Return who read personal data at an agency and those below it, or in their ledgers, latest first.

        For those who supervise the agency. Raises NotAuthorised. Rule 51.2.
        """
        directory = self._service.refresh_directory()
        require(directory, by, Power.AUDIT, agency_code, self._today())
        rows = self._rows(
            "SELECT * FROM accesses WHERE (agency_code = ANY(%(codes)s) OR ledger_agency_code = ANY(%(codes)s)) "
            "AND read_at >= %(since)s AND (%(person)s::uuid IS NULL OR person_id = %(person)s) "
            "ORDER BY position DESC LIMIT %(limit)s",
            {
                "codes": self._codes(by, agency_code),
                "since": day_bounds(since)[0] if since else "-infinity",
                "person": person_id,
                "limit": limit,
            },
        )
        reasons = {
            recorded.position: recorded.event.reason
            for recorded in self._store.events_at([row["position"] for row in rows])
            if isinstance(recorded.event, PersonalDataRead)
        }
        return [
            AccessView.model_validate(
                {
                    **row,
                    "reason": reasons[row["position"]],
                    "purpose_zh": Purpose(row["purpose"]).label_zh,
                }
            )
            for row in rows
        ]

    def notices(
        self, agency_code: str, *, by: Actor, since: date | None = None
    ) -> list[IssuedNotice]:
        """Return the notices that an agency issued, latest period first."""
        self._may_look(by, agency_code)
        rows = self._rows(
            "SELECT * FROM notices WHERE agency_code = %s AND (%s::date IS NULL OR period_end >= %s) "
            "ORDER BY period_end DESC, superseded, issued_at DESC",
            (agency_code, since, since),
        )
        return [IssuedNotice.model_validate(row, extra="ignore") for row in rows]

    def refusals(
        self, agency_code: str, *, by: Actor, since: date | None = None, limit: int = 500
    ) -> list[RefusalView]:
        """Return the refused attempts of an agency's staff and of those below it, latest first."""
        rows = self._rows(
            "SELECT * FROM refusals WHERE agency_code = ANY(%s) AND refused_at >= %s "
            "ORDER BY refusal_id DESC LIMIT %s",
            (self._codes(by, agency_code), day_bounds(since)[0] if since else "-infinity", limit),
        )
        return [RefusalView.model_validate(row, extra="ignore") for row in rows]

    # --- helpers ------------------------------------------------------------------------------
