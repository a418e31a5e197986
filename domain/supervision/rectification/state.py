"""What is remembered of a problem, and how events change it. Nothing here refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from ...aggregate import Aggregate, Change
from ...events import Event, RecordedEvent
from . import events
from .events import Source


class Stage(StrEnum):
    """How far a problem has come."""

    UNKNOWN = "unknown"
    FOUND = "found"
    NOTIFIED = "notified"
    PUT_RIGHT = "put_right"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"

    @property
    def label_zh(self) -> str:
        """The stage as a list shows it."""
        return {
            "unknown": "无记录",
            "found": "已发现，待通报",
            "notified": "已通报，未整改",
            "put_right": "已报整改，待核实",
            "cleared": "已整改",
            "withdrawn": "已撤销认定",
        }[self]


STANDING = frozenset({Stage.FOUND, Stage.NOTIFIED})
"""Stages in which the problem is there and not put right."""


@dataclass(slots=True)
class Interview:
    """What was decided on an interview: held, with the day until which to put right, or declined."""

    at_times: int
    on: date
    put_right_by: date | None = None

    @property
    def is_held(self) -> bool:
        """Say whether it was held."""
        return self.put_right_by is not None


@dataclass(slots=True)
class Rectification(Aggregate):
    """One problem at one agency. `times` counts the notices of this round."""

    kind: ClassVar[str] = "rectification"
    changes: ClassVar[dict[type[Event], Change]] = {}

    agency_id: UUID | None = None
    agency_code: str = ""
    superior_code: str = ""
    rule: str = ""
    stage: Stage = Stage.UNKNOWN
    round: int = 0
    known: list[str] = field(default_factory=list)
    """The findings heard of, in every round, so that none is taken in twice."""
    times: int = 0
    notices: list[str] = field(default_factory=list)
    """The notices of this round that told of it."""
    interview: Interview | None = None
    referred_on: date | None = None

    @property
    def is_standing(self) -> bool:
        """Say whether the problem is there and not put right."""
        return self.stage in STANDING


def finding_key(source: Source, source_id: str | None, item_no: int | None, evidence: str) -> str:
    """Return by what a finding is known: where it was found or, where that is not said, what it says."""
    return f"{source}:{evidence}" if source_id is None else f"{source}:{source_id}:{item_no or ''}"


def _found(state: Rectification, event: events.ProblemFound, _: RecordedEvent) -> None:
    state.agency_id, state.agency_code = event.agency_id, event.agency_code
    state.superior_code, state.rule = event.superior_code, event.rule
    state.stage, state.round = Stage.FOUND, event.round
    state.times, state.notices, state.interview, state.referred_on = 0, [], None, None
    state.known.append(finding_key(event.source, event.source_id, event.item_no, event.evidence))


def _again(state: Rectification, event: events.ProblemFoundAgain, _: RecordedEvent) -> None:
    key = finding_key(event.source, event.source_id, event.item_no, event.evidence)
    if key not in state.known:
        state.known.append(key)


def _notified(state: Rectification, event: events.ProblemNotified, _: RecordedEvent) -> None:
    state.stage, state.times = Stage.NOTIFIED, event.times
    state.notices.append(event.notice_id)


def _put_right(state: Rectification, _: events.ProblemPutRight, __: RecordedEvent) -> None:
    state.stage = Stage.PUT_RIGHT


def _checked(state: Rectification, event: events.RectificationChecked, _: RecordedEvent) -> None:
    if event.accepted:
        state.stage = Stage.CLEARED
    else:
        state.stage = Stage.NOTIFIED if state.times else Stage.FOUND


def _withdrawn(state: Rectification, _: events.ProblemWithdrawn, __: RecordedEvent) -> None:
    state.stage = Stage.WITHDRAWN


def _held(state: Rectification, event: events.InterviewHeld, recorded: RecordedEvent) -> None:
    state.interview = Interview(event.times, recorded.occurred_on, event.put_right_by)


def _declined(
    state: Rectification, event: events.InterviewDeclined, recorded: RecordedEvent
) -> None:
    # An interview that was held stays the one on which a referral can rest.
    held = state.interview.put_right_by if state.interview else None
    state.interview = Interview(event.times, recorded.occurred_on, held)


def _referred(
    state: Rectification, _: events.ReferredForAccountability, recorded: RecordedEvent
) -> None:
    state.referred_on = recorded.occurred_on


Rectification.changes.update(
    {
        events.ProblemFound: _found,
        events.ProblemFoundAgain: _again,
        events.ProblemNotified: _notified,
        events.ProblemPutRight: _put_right,
        events.RectificationChecked: _checked,
        events.ProblemWithdrawn: _withdrawn,
        events.InterviewHeld: _held,
        events.InterviewDeclined: _declined,
        events.ReferredForAccountability: _referred,
    }
)
