"""Planning, pre-announcing, rescheduling, cancelling and holding a job fair: Articles 42 and 43."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, RecordedEvent
from .state import FairStage, JobFair


class FairForm(StrEnum):
    """How a fair is held (Article 42)."""

    ON_SITE = "on_site"
    ONLINE = "online"

    @property
    def label_zh(self) -> str:
        """The form in the words of the regulation."""
        return {"on_site": "现场招聘会", "online": "网络招聘会"}[self]


class FairScope(StrEnum):
    """For whom a fair is held: the regulation wants more of the specialised and targeted ones."""

    GENERAL = "general"
    SPECIALISED = "specialised"
    TARGETED = "targeted"

    @property
    def label_zh(self) -> str:
        """The scope in the words of the regulation."""
        return {"general": "综合", "specialised": "专场", "targeted": "定向"}[self]


# --- events -----------------------------------------------------------------------------------


class FairPlanned(Event, name="job_fair.planned"):
    """A job fair is planned by the agency that acts; `place` is the venue, or where it is held online."""

    title: str
    form: FairForm
    scope: FairScope
    theme: str
    place: str
    first_day: date
    last_day: date


class FairChanged(Event, name="job_fair.changed"):
    """Title, theme or place are now these; the days stay."""

    title: str
    scope: FairScope
    theme: str
    place: str
    reason: str


class FairPreAnnounced(Event, name="job_fair.pre_announced"):
    """The fair was pre-announced in the system (信息预发布): this entry is the announcement."""

    first_day: date
    last_day: date


class FairRescheduled(Event, name="job_fair.rescheduled"):
    """The fair is held on other days; one that `was_announced` is to be announced anew."""

    first_day: date
    last_day: date
    reason: str
    was_announced: bool


class FairCancelled(Event, name="job_fair.cancelled"):
    """The fair is not held."""

    reason: str


class FairHeld(Event, name="job_fair.held"):
    """The fair took place. `absent` are employers that were admitted and did not come."""

    last_day: date
    visitors: int | None = Field(ge=0)
    absent: tuple[UUID, ...]
    was_announced: bool


# --- state ------------------------------------------------------------------------------------


@changed_by(FairPlanned)
def _planned(fair: JobFair, event: FairPlanned, recorded: RecordedEvent) -> None:
    fair.agency_code = recorded.agency_code
    fair.first_day, fair.last_day = event.first_day, event.last_day


@changed_by(FairPreAnnounced)
def _announced(fair: JobFair, _: FairPreAnnounced, __: RecordedEvent) -> None:
    fair.announced = True


@changed_by(FairRescheduled)
def _rescheduled(fair: JobFair, event: FairRescheduled, _: RecordedEvent) -> None:
    fair.first_day, fair.last_day = event.first_day, event.last_day
    fair.announced = False


@changed_by(FairCancelled)
def _cancelled(fair: JobFair, _: FairCancelled, __: RecordedEvent) -> None:
    fair.stage = FairStage.CANCELLED
    fair.batches.clear()


@changed_by(FairHeld)
def _held(fair: JobFair, event: FairHeld, _: RecordedEvent) -> None:
    fair.stage = FairStage.HELD
    fair.signed_up.clear()
    for employer_id in event.absent:
        fair.stands.pop(employer_id, None)


# --- decisions --------------------------------------------------------------------------------


def plan(fair: JobFair, occasion: Occasion, planned: FairPlanned) -> list[Event]:
    """Plan a fair. Raises InvalidInput for one that exists, or days that make no sense.

    Rule 42.
    """
    if fair.is_planned:
        raise InvalidInput("a job fair has this id already: take a new one", field="fair_id")
    _require_days(occasion, planned.first_day, planned.last_day)
    _require_theme(planned.scope, planned.theme)
    return [planned]


def change(fair: JobFair, changed: FairChanged) -> list[Event]:
    """Change what a fair is about or where it is held; for other days it is rescheduled.

    Rule 42.
    """
    fair.require(FairStage.PLANNED, "42")
    _require_theme(changed.scope, changed.theme)
    return [changed]


def pre_announce(fair: JobFair, occasion: Occasion) -> list[Event]:
    """Pre-announce a fair in the system; again changes nothing.

    The entry is the announcement, so that its day is the day of entry.

    Rule 43.2.
    """
    fair.require(FairStage.PLANNED, "43.2")
    if fair.announced:
        return []
    if occasion.occurred_on != occasion.today:
        raise InvalidInput(
            "a job fair is announced by this entry: leave the day out", field="occurred_on"
        )
    if occasion.occurred_on > fair.last_day:
        raise RuleBroken("43.2", f"the job fair ended on {fair.last_day}: nothing is announced")
    return [FairPreAnnounced(first_day=fair.first_day, last_day=fair.last_day)]


def reschedule(
    fair: JobFair, occasion: Occasion, first_day: date, last_day: date, reason: str
) -> list[Event]:
    """Give a fair other days. The pre-announcement is due by the new ones.

    Rule 43.2.
    """
    fair.require(FairStage.PLANNED, "43.2")
    if (first_day, last_day) == (fair.first_day, fair.last_day):
        raise InvalidInput("these are the days of the job fair already", field="first_day")
    _require_days(occasion, first_day, last_day)
    return [
        FairRescheduled(
            first_day=first_day, last_day=last_day, reason=reason, was_announced=fair.announced
        )
    ]


def cancel(fair: JobFair, reason: str) -> list[Event]:
    """Cancel a fair that was not held.

    Rule 43.2.
    """
    fair.require(FairStage.PLANNED, "43.2")
    return [FairCancelled(reason=reason)]


def hold(
    fair: JobFair, occasion: Occasion, visitors: int | None, absent: tuple[UUID, ...]
) -> list[Event]:
    """Record that a fair took place, once its last day has come. Its outcomes are then due.

    Rules 43.1, 43.4.
    """
    fair.require(FairStage.PLANNED, "43.4")
    if occasion.occurred_on < fair.last_day:
        raise InvalidInput(f"the job fair lasts until {fair.last_day}", field="occurred_on")
    for employer_id in absent:
        if employer_id not in fair.stands:
            raise InvalidInput("absent is who was admitted and did not come", field="absent")
    if len(set(absent)) >= len(fair.stands):
        raise RuleBroken(
            "43.1", "no employer that was admitted took part: cancel the job fair, or admit first"
        )
    return [
        FairHeld(
            last_day=fair.last_day,
            visitors=visitors,
            absent=absent,
            was_announced=fair.announced,
        )
    ]


def _require_days(occasion: Occasion, first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise InvalidInput("the job fair ends before it begins", field="last_day")
    if (last_day - first_day).days > 366:
        raise InvalidInput("a job fair lasts a year at the longest", field="last_day")
    if first_day < occasion.occurred_on:
        raise InvalidInput(f"{first_day} is over: give a day to come", field="first_day")


def _require_theme(scope: FairScope, theme: str) -> None:
    if scope is not FairScope.GENERAL and not theme.strip():
        raise RuleBroken("42", f"a {scope} job fair has a theme: say for whom or what it is held")
