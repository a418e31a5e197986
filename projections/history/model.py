"""The history of a record as a value: events, what each changed, duties, and the state after any of them."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from .changes import Change, apply_changes

State = dict[str, Any]
"""A state as JSON: what decisions about the record knew."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Moment(_Value):
    """From when, and about when, a record is looked at; both left out: as it is known now.

    `position` is the last log position that counts, where one is given: what was recorded later is
    not known. `effective_on` is the last day of service that counts: what took place later is not
    yet true, whenever it was recorded.
    """

    position: int | None = None
    effective_on: date | None = None


class DutyMark(_Value):
    """A duty of the record, in one of its spells (see `domain.duties.duty.Obligation`).

    `outcome` is a `domain.duties.duty.Outcome`, or ``missed`` for one that is open after its day;
    `reference` by what the duty is asked to be explained.
    """

    reference: str
    duty: str
    title_zh: str
    rule: str
    citation: str
    agency_code: str
    staff_id: str
    arose_on: date
    due_on: date
    provisional: bool
    arose_position: int
    since_position: int
    closed_on: date | None
    closed_position: int | None
    outcome: str


class HistoryEvent(_Value):
    """An event with all that an auditor asks of it.

    `what` are its fields; those named in `hidden` are personal and masked. `changes` are what it
    changed in the state of its stream. `is_late` says that the duty of prompt entry was broken
    (Articles 17, 32, 50), `days_late` how many calendar days lay between service and entry.
    """

    position: int
    stream_id: UUID
    version: int
    event: str
    title_zh: str
    rules: tuple[str, ...]
    section: str | None
    section_zh: str | None
    occurred_on: date
    recorded_at: datetime
    days_late: int
    is_late: bool
    staff_id: str
    agency_code: str
    agency_name: str | None
    command_id: UUID
    command: str | None
    what: dict[str, Any]
    hidden: tuple[str, ...]
    changes: tuple[Change, ...]
    raised: tuple[DutyMark, ...]
    closed: tuple[DutyMark, ...]


class Part(_Value):
    """A stream of the record: what it is, its state before its first event, and its state at the end.

    Both states are None for a stream that decisions keep no state of.
    """

    stream_id: UUID
    kind: str
    kind_zh: str
    blank: State | None
    state: State | None


class History(_Value):
    """The history of one record as seen from a moment: every event of its streams, in log order."""

    name: str
    """By what the record is asked for: a credit code, a ledger number, an id."""
    moment: Moment
    judged_on: date
    """The day on which duties are judged: open after their day by then, they are missed."""
    calendar: str
    editions: tuple[str, ...]
    parts: tuple[Part, ...]
    events: tuple[HistoryEvent, ...]
    duties: tuple[DutyMark, ...]

    @property
    def missed(self) -> tuple[DutyMark, ...]:
        """The duties that are open after their day."""
        return tuple(duty for duty in self.duties if duty.outcome == MISSED)

    def states_at(self, position: int) -> dict[UUID, State]:
        """Return the whole state of each stream after the event at `position`, by stream."""
        states = {part.stream_id: deepcopy(part.blank) for part in self.parts}
        for event in self.events:
            if event.position > position:
                break
            state = states[event.stream_id]
            if state is not None:
                apply_changes(state, event.changes)
        return {stream: state for stream, state in states.items() if state is not None}

    def states_json(self, position: int) -> str:
        """Return `states_at` as JSON, by stream."""
        return _STATES.dump_json(self.states_at(position), indent=2).decode()


_STATES = TypeAdapter(dict[UUID, State])

MISSED = "missed"
"""`outcome` of a duty that is open after its day."""


class PartDifference(_Value):
    """How a stream's state at one moment differs from that at another."""

    stream_id: UUID
    kind: str
    kind_zh: str
    changes: tuple[Change, ...]


class DutyDifference(_Value):
    """A duty that stands otherwise at the second moment: None where it is not there at all."""

    duty: str
    title_zh: str
    arose_position: int
    before: DutyMark | None
    after: DutyMark | None


class Difference(_Value):
    """What tells two views of one record apart."""

    name: str
    before: Moment
    after: Moment
    only_before: tuple[HistoryEvent, ...]
    only_after: tuple[HistoryEvent, ...]
    parts: tuple[PartDifference, ...]
    duties: tuple[DutyDifference, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether both views show the same."""
        return not (self.only_before or self.only_after or self.parts or self.duties)
