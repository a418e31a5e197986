"""Training, start-up training and internships, with dates that may change (Articles 26.2 and 27.2)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from .state import AssistanceCase, Item, ItemKind, OfCase


class ProgrammeKind(StrEnum):
    """What somebody who lacks knowledge or skills is recommended to (Article 26, item 2)."""

    TRAINING = "training"
    STARTUP_TRAINING = "startup_training"
    INTERNSHIP = "internship"

    @property
    def label_zh(self) -> str:
        """The programme in the words of the regulation."""
        return {
            "training": "职业技能培训",
            "startup_training": "创业培训",
            "internship": "就业见习",
        }[self]


# --- events -----------------------------------------------------------------------------------


class ProgrammeBegun(OfCase, Event, name="assistance_case.programme_begun"):
    """The person takes part in a programme with these dates."""

    programme_id: UUID
    programme: ProgrammeKind
    title: str
    provider: str
    starts_on: date
    middle_on: date
    ends_on: date


class ProgrammeRedated(
    OfCase, Event, name="assistance_case.programme_redated", subject="person_id"
):
    """A programme has other dates now."""

    programme_id: UUID
    starts_on: date
    middle_on: date
    ends_on: date
    reason: Personal


class ProgrammeEnded(OfCase, Event, name="assistance_case.programme_ended", subject="person_id"):
    """A programme is over; `completed` is false for one that was broken off."""

    programme_id: UUID
    ended_on: date
    completed: bool
    middle_reached: bool
    result: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(ProgrammeBegun)
def _begun(case: AssistanceCase, event: ProgrammeBegun, _: RecordedEvent) -> None:
    case.items[event.programme_id] = Item(
        kind=ItemKind.PROGRAMME,
        since=event.starts_on,
        middle_on=event.middle_on,
        end_on=event.ends_on,
    )


@changed_by(ProgrammeRedated)
def _redated(case: AssistanceCase, event: ProgrammeRedated, _: RecordedEvent) -> None:
    item = case.items.get(event.programme_id)
    if item is not None:
        item.since, item.middle_on, item.end_on = event.starts_on, event.middle_on, event.ends_on


@changed_by(ProgrammeEnded)
def _ended(case: AssistanceCase, event: ProgrammeEnded, _: RecordedEvent) -> None:
    item = case.items.get(event.programme_id)
    if item is not None:
        item.end_on = event.ended_on
        item.is_settled = True


# --- decisions --------------------------------------------------------------------------------


def begin(
    case: AssistanceCase,
    occasion: Occasion,
    programme_id: UUID,
    programme: ProgrammeKind,
    title: str,
    provider: str,
    starts_on: date,
    ends_on: date,
    middle_on: date | None,
) -> list[Event]:
    """Record that the person takes part in a programme; its middle is half-way unless it is given.

    Rules 26, 27.2.
    """
    case.require(occasion, "26")
    case.require_new(programme_id, "programme_id")
    if case.readiness.assessed_on is None:
        raise RuleBroken("26", "a programme follows from the readiness assessment: assess first")
    return [
        ProgrammeBegun(
            **case.whose,
            programme_id=programme_id,
            programme=programme,
            title=title,
            provider=provider,
            starts_on=starts_on,
            middle_on=_middle(starts_on, middle_on, ends_on),
            ends_on=ends_on,
        )
    ]


def redate(
    case: AssistanceCase,
    occasion: Occasion,
    programme_id: UUID,
    starts_on: date,
    ends_on: date,
    middle_on: date | None,
    reason: str,
) -> list[Event]:
    """Give a programme other dates: visits that are still to be made move with them.

    Rule 27.2.
    """
    case.require(occasion, "27.2")
    _running(case, programme_id)
    return [
        ProgrammeRedated(
            **case.whose,
            programme_id=programme_id,
            starts_on=starts_on,
            middle_on=_middle(starts_on, middle_on, ends_on),
            ends_on=ends_on,
            reason=reason,
        )
    ]


def end(
    case: AssistanceCase,
    occasion: Occasion,
    programme_id: UUID,
    ended_on: date,
    completed: bool,
    result: str,
) -> list[Event]:
    """Record that a programme is over or was broken off; readiness is then to be assessed.

    Rule 27.2.
    """
    case.require(occasion, "27.2")
    item = _running(case, programme_id)
    if not item.since <= ended_on <= occasion.occurred_on:
        raise InvalidInput(
            f"it ends between its start on {item.since} and the day of service", field="ended_on"
        )
    return [
        ProgrammeEnded(
            **case.whose,
            programme_id=programme_id,
            ended_on=ended_on,
            completed=completed,
            middle_reached=item.middle_on is None or ended_on >= item.middle_on,
            result=result,
        )
    ]


def require_over(case: AssistanceCase, occasion: Occasion, programme_id: UUID) -> None:
    """Make sure that a programme is over, so that what it has changed can be assessed.

    Rule 27.2.
    """
    item = case.item(programme_id, ItemKind.PROGRAMME, "programme_id")
    if item.end_on is not None and occasion.occurred_on < item.end_on:
        raise RuleBroken(
            "27.2", f"the programme runs until {item.end_on}: its effect is assessed after it"
        )


def _running(case: AssistanceCase, programme_id: UUID) -> Item:
    item = case.item(programme_id, ItemKind.PROGRAMME, "programme_id")
    if item.is_settled:
        raise InvalidInput(f"the programme ended on {item.end_on}", field="programme_id")
    return item


def _middle(starts_on: date, middle_on: date | None, ends_on: date) -> date:
    middle = middle_on or starts_on + timedelta(days=(ends_on - starts_on).days // 2)
    if not starts_on <= middle <= ends_on:
        raise InvalidInput(
            "a programme starts, has its middle and ends, in that order", field="middle_on"
        )
    return middle
