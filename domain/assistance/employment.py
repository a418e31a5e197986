"""Starting work, staying in it or losing it, and filing the search (Articles 27.4, 28 and 31)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from .state import AssistanceCase, CaseStage, Item, ItemKind, OfCase


class WorkKind(StrEnum):
    """How the person is at work."""

    EMPLOYED = "employed"
    STARTUP = "startup"
    FLEXIBLE = "flexible"

    @property
    def label_zh(self) -> str:
        """The kind as an official writes it."""
        return {"employed": "单位就业", "startup": "自主创业", "flexible": "灵活就业"}[self]


# --- events -----------------------------------------------------------------------------------


class WorkStarted(OfCase, Event, name="assistance_case.work_started"):
    """The person is at work from `started_on` on; `referral_id` names the referral that led there."""

    employment_id: UUID
    work: WorkKind
    employer: str
    started_on: date
    referral_id: UUID | None


class WorkEnded(OfCase, Event, name="assistance_case.work_ended", subject="person_id"):
    """The person is no longer at work: assistance goes on under the same agreement."""

    employment_id: UUID
    ended_on: date
    reason: Personal


class SearchArchived(OfCase, Event, name="assistance_case.search_archived"):
    """The information of the job search was sorted and filed."""


# --- state ------------------------------------------------------------------------------------


@changed_by(WorkStarted)
def _started(case: AssistanceCase, event: WorkStarted, recorded: RecordedEvent) -> None:
    case.items[event.employment_id] = Item(kind=ItemKind.EMPLOYMENT, since=event.started_on)
    case.stage = CaseStage.EMPLOYED
    case.stage_since = recorded.occurred_on
    case.referrals_failed = case.referrals_at_fault = 0
    case.consultation = None
    case.search_archived = False


@changed_by(WorkEnded)
def _ended(case: AssistanceCase, event: WorkEnded, recorded: RecordedEvent) -> None:
    case.items.pop(event.employment_id, None)
    case.stage = CaseStage.ASSISTED
    case.stage_since = recorded.occurred_on


@changed_by(SearchArchived)
def _archived(case: AssistanceCase, _: SearchArchived, __: RecordedEvent) -> None:
    case.search_archived = True


# --- decisions --------------------------------------------------------------------------------


def start(
    case: AssistanceCase,
    occasion: Occasion,
    employment_id: UUID,
    work: WorkKind,
    employer: str,
    started_on: date,
    referral_id: UUID | None = None,
) -> list[Event]:
    """Record that the person has started work, found with the agency's help or alone.

    Rules 27.4a, 27.4b.
    """
    case.require(occasion, "27.4a", CaseStage.ASSISTED)
    case.require_new(employment_id, "employment_id")
    if started_on > occasion.occurred_on:
        raise InvalidInput(f"work begins only on {started_on}", field="started_on")
    if case.signed_on is not None and started_on < case.signed_on:
        raise InvalidInput(f"the agreement was signed only on {case.signed_on}", field="started_on")
    return [
        WorkStarted(
            **case.whose,
            employment_id=employment_id,
            work=work,
            employer=employer,
            started_on=started_on,
            referral_id=referral_id,
        )
    ]


def end(
    case: AssistanceCase, occasion: Occasion, employment_id: UUID, ended_on: date, reason: str
) -> list[Event]:
    """Record that the person is out of work again: visits on stability fall away, assistance goes on.

    Rules 27.4b, 28.
    """
    case.require(occasion, "28", CaseStage.EMPLOYED)
    item = case.item(employment_id, ItemKind.EMPLOYMENT, "employment_id")
    if not item.since <= ended_on <= occasion.occurred_on:
        raise InvalidInput(
            f"work ended between its start on {item.since} and the day of service", field="ended_on"
        )
    return [WorkEnded(**case.whose, employment_id=employment_id, ended_on=ended_on, reason=reason)]


def archive_search(case: AssistanceCase, occasion: Occasion) -> list[Event]:
    """File what belongs to the job search, once the person is at work or the case is over.

    Rule 31.
    """
    case.require(occasion, "31", CaseStage.EMPLOYED, CaseStage.PLACED, CaseStage.ENDED)
    if case.search_archived:
        raise InvalidInput("the search is filed already")
    if any(item.kind is ItemKind.REFERRAL and not item.is_settled for item in case.items.values()):
        raise RuleBroken("31", "the outcome of a referral is not known yet: learn it first")
    return [SearchArchived(**case.whose)]


def id_after(referral_id: UUID) -> UUID:
    """Return the id of the employment to which a referral led."""
    return uuid5(NAMESPACE_URL, f"taizhang:employment:{referral_id}")
