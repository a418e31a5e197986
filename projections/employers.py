"""The read model `employers`: one row per employer ledger, with its papers as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from ..domain.employer.ledger import KeyServiceBegun, KeyServiceEnded
from ..domain.employer.papers import (
    AgentErased,
    AgentRevoked,
    AgentVerified,
    EmployerBasics,
    EmployerBasicsChanged,
    EmployerLedgerOpened,
    EmployerRegistered,
    LicenceVerified,
    RegistrationLapsed,
)
from ..domain.employer.training import EmployerTrainingNeedsStated
from ..domain.events import ERASED, Event, RecordedEvent
from ..domain.identity import mask_name
from .read_model import Json, ReadModel, Row, Rows, Unfoldable, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class EmployerRow(Row):
    """An employer and its papers.

    `licence_valid_until` None is a licence without term once `licence_valid_from` is known. `agents`
    holds each agent's last good day and masked name, by id; `agent_valid_until` and
    `agent_name_masked` are those of the agent whose papers last longest, None without agents.
    `registration_lapsed_on` is known once the lapse is recorded, and gone with the paper's renewal.
    `key_agreement` is the agreement by which it is served as a key enterprise, at `key_agency_code`.
    `training_needs` are those stated last, on `training_needs_on`.
    """

    stream_id: UUID
    credit_code: str
    name: str
    agency_code: str
    nature: str | None
    industry_code: str | None
    economic_type: str | None
    size_: str | None
    address: str | None
    basics_stated: bool
    opened_on: date
    last_position: int
    licence_valid_from: date | None = None
    licence_valid_until: date | None = None
    agents: Json = "{}"
    agent_valid_until: date | None = None
    agent_name_masked: str | None = None
    registered_on: date | None = None
    registration_lapsed_on: date | None = None
    key_agreement: UUID | None = None
    key_agency_code: str | None = None
    training_needs: Json = "[]"
    training_needs_on: date | None = None


def _basics(row: EmployerRow, event: EmployerBasicsChanged, _: RecordedEvent) -> None:
    row.name = event.name
    _take_basics(row, event.basics)


def _take_basics(row: EmployerRow, basics: EmployerBasics) -> None:
    row.nature = basics.nature
    row.industry_code = basics.industry_code
    row.economic_type = basics.economic_type
    row.size_ = basics.size
    row.address = basics.address
    row.basics_stated = basics.is_stated


def _licence(row: EmployerRow, event: LicenceVerified, recorded: RecordedEvent) -> None:
    row.licence_valid_from = event.valid_from
    row.licence_valid_until = event.valid_until
    _note_renewal(row, recorded.occurred_on)


def _agent(row: EmployerRow, event: AgentVerified, recorded: RecordedEvent) -> None:
    last_good = event.authority_valid_until
    if event.identity_valid_until is not None:
        last_good = min(last_good, event.identity_valid_until)
    name = event.name if event.name == ERASED else mask_name(event.name)
    agents = orjson.loads(row.agents)
    agents[str(event.agent_id)] = {
        "valid_until": last_good.isoformat(),
        "name": name,
        "real_name_verified": event.real_name_verified,
    }
    _take_agents(row, agents)
    _note_renewal(row, recorded.occurred_on)


def _note_renewal(row: EmployerRow, day: date) -> None:
    first, last, agent = row.licence_valid_from, row.licence_valid_until, row.agent_valid_until
    licensed = first is not None and first <= day <= (last or date.max)
    if licensed and agent is not None and day <= agent:
        row.registration_lapsed_on = None


def _revoked(row: EmployerRow, event: AgentRevoked, _: RecordedEvent) -> None:
    agents = orjson.loads(row.agents)
    agents.pop(str(event.agent_id), None)
    _take_agents(row, agents)


def _erased(row: EmployerRow, event: AgentErased, _: RecordedEvent) -> None:
    agents = orjson.loads(row.agents)
    if str(event.agent_id) in agents:
        agents[str(event.agent_id)]["name"] = ERASED
    _take_agents(row, agents)


def _take_agents(row: EmployerRow, agents: dict[str, dict[str, Any]]) -> None:
    row.agents = orjson.dumps(agents).decode()
    # The id settles which of two agents is shown, whatever the order in which they are kept.
    best = max(agents, key=lambda agent: (agents[agent]["valid_until"], agent), default=None)
    row.agent_valid_until = date.fromisoformat(agents[best]["valid_until"]) if best else None
    row.agent_name_masked = agents[best]["name"] if best else None


def _registered(row: EmployerRow, _: EmployerRegistered, recorded: RecordedEvent) -> None:
    row.registered_on = recorded.occurred_on


def _lapsed(row: EmployerRow, event: RegistrationLapsed, _: RecordedEvent) -> None:
    row.registration_lapsed_on = event.lapsed_on


def _key(row: EmployerRow, event: KeyServiceBegun, _: RecordedEvent) -> None:
    row.key_agreement, row.key_agency_code = event.agreement_id, event.agency_code


def _ordinary(row: EmployerRow, event: KeyServiceEnded, _: RecordedEvent) -> None:
    if row.key_agreement == event.agreement_id:
        row.key_agreement = row.key_agency_code = None


def _training(
    row: EmployerRow, event: EmployerTrainingNeedsStated, recorded: RecordedEvent
) -> None:
    row.training_needs = orjson.dumps([need.model_dump() for need in event.needs]).decode()
    row.training_needs_on = recorded.occurred_on


_CHANGES: dict[type[Event], Callable[[EmployerRow, Any, RecordedEvent], None]] = {
    EmployerBasicsChanged: _basics,
    LicenceVerified: _licence,
    AgentVerified: _agent,
    AgentRevoked: _revoked,
    AgentErased: _erased,
    EmployerRegistered: _registered,
    RegistrationLapsed: _lapsed,
    KeyServiceBegun: _key,
    KeyServiceEnded: _ordinary,
    EmployerTrainingNeedsStated: _training,
}
_EVENTS: frozenset[type[Event]] = frozenset({EmployerLedgerOpened, *_CHANGES})


class Employers(ReadModel[EmployerRow]):
    """One row per employer."""

    version = 2
    row = EmployerRow
    table = Table(
        "employers",
        key=("stream_id",),
        columns=columns_of(EmployerRow),
        indexes=("(credit_code)", "(agency_code)"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the employers' streams."""
        return [recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[EmployerRow]) -> None:
        """Open a row with the ledger and keep its basics, papers and registration up to date."""
        for recorded in events:
            event = recorded.event
            kind = type(event)
            if kind not in _EVENTS:
                continue
            if isinstance(event, EmployerLedgerOpened):
                if rows.group(recorded.stream_id):
                    raise Unfoldable(f"the ledger {recorded.stream_id} is open already")
                rows.add(_opened(event, recorded), recorded.stream_id)
            else:
                row = rows.one(recorded.stream_id)
                _CHANGES[kind](row, event, recorded)
                row.last_position = recorded.position


def _opened(event: EmployerLedgerOpened, recorded: RecordedEvent) -> EmployerRow:
    basics = event.basics
    return EmployerRow(
        stream_id=recorded.stream_id,
        credit_code=event.credit_code,
        name=event.name,
        agency_code=recorded.agency_code,
        nature=basics.nature,
        industry_code=basics.industry_code,
        economic_type=basics.economic_type,
        size_=basics.size,
        address=basics.address,
        basics_stated=basics.is_stated,
        opened_on=recorded.occurred_on,
        last_position=recorded.position,
    )
