"""The read model `agents`: who acts or acted for which employer, without who the person is (Article 51)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.employer.papers import AgentErased, AgentRevoked, AgentVerified
from ..domain.employer.vacancy import VacancySubmitted
from ..domain.events import RecordedEvent
from .read_model import ReadModel, Row, Rows, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class AgentRow(Row):
    """A person as an agent of one employer, by the person's id.

    `last_entry_on` is the last day on which something was recorded of the agent: papers, a vacancy
    submitted online, the end of the authority.
    """

    stream_id: UUID
    agent_id: UUID
    agency_code: str
    verified_on: date
    last_entry_on: date
    revoked_on: date | None = None
    erased_on: date | None = None


class Agents(ReadModel[AgentRow]):
    """One row per agent and employer.

    Rule 51.2.
    """

    row = AgentRow
    table = Table(
        "agents",
        key=("stream_id", "agent_id"),
        columns=columns_of(AgentRow),
        indexes=("(agent_id)",),
    )
    event_names = names_of([AgentVerified, AgentRevoked, AgentErased, VacancySubmitted])
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> set[UUID]:
        """Return the employers whose agents are spoken of."""
        return {recorded.stream_id for recorded in events if _agent_of(recorded) is not None}

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[AgentRow]) -> None:
        """Keep each agent's row up to date; one that is verified again acts again."""
        for recorded in events:
            agent_id = _agent_of(recorded)
            if agent_id is None:
                continue
            event, day = recorded.event, recorded.occurred_on
            held = [row for row in rows.group(recorded.stream_id) if row.agent_id == agent_id]
            if not held:
                if isinstance(event, AgentVerified):
                    row = AgentRow(recorded.stream_id, agent_id, recorded.agency_code, day, day)
                    rows.add(row, recorded.stream_id)
                continue
            (row,) = held
            if isinstance(event, AgentErased):
                row.erased_on = day
            else:
                row.last_entry_on = max(row.last_entry_on, day)
                if isinstance(event, AgentRevoked):
                    row.revoked_on = day
                elif isinstance(event, AgentVerified):
                    row.revoked_on = None
            rows.touch(row)


def _agent_of(recorded: RecordedEvent) -> UUID | None:
    event = recorded.event
    if isinstance(event, VacancySubmitted):
        return event.publisher_id
    return event.agent_id if isinstance(event, AgentVerified | AgentRevoked | AgentErased) else None
