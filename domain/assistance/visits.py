"""Follow-up visits (跟踪回访): what each of them has to learn (Articles 27 and 29)."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, Personal, RecordedEvent
from .state import AssistanceCase, CaseStage, ItemKind, OfCase


class VisitMethod(StrEnum):
    """How a visit is made."""

    PHONE = "phone"
    FRONT_DESK = "front_desk"
    AT_HOME = "at_home"
    AT_WORK = "at_work"
    ONLINE = "online"

    @property
    def label_zh(self) -> str:
        """The method as an official writes it."""
        return {
            "phone": "电话回访",
            "front_desk": "前台接待",
            "at_home": "上门走访",
            "at_work": "到岗走访",
            "online": "网络回访",
        }[self]


class Willingness(StrEnum):
    """What the person said of further help (Article 29)."""

    WILLING = "willing"
    UNWILLING = "unwilling"
    REFUSES = "refuses"

    @property
    def label_zh(self) -> str:
        """The answer in the words of the regulation."""
        return {
            "willing": "有就业意愿",
            "unwilling": "明确表示无就业意愿",
            "refuses": "拒绝接受公共就业服务",
        }[self]


# --- events -----------------------------------------------------------------------------------


class VisitMade(OfCase, Event, name="assistance_case.visit_made", subject="person_id"):
    """The person was visited; `about_id` names the service that is followed up, None for none.

    `job_ready`, `hired` and `stable` are what the visit learnt, where its service asks for it.
    """

    visit_id: UUID
    about_id: UUID | None
    method: VisitMethod
    learnt: Personal
    advice: Personal
    willingness: Willingness
    job_ready: bool | None
    hired: bool | None
    stable: bool | None


# --- state ------------------------------------------------------------------------------------


@changed_by(VisitMade)
def _visited(case: AssistanceCase, event: VisitMade, recorded: RecordedEvent) -> None:
    visits = case.visits
    visits.last_on = recorded.occurred_on
    is_willing = event.willingness is Willingness.WILLING
    visits.unwilling_on = None if is_willing else recorded.occurred_on
    if is_willing:
        case.ending_verified = None
    item = None if event.about_id is None else case.items.get(event.about_id)
    if event.about_id is not None and item is not None:
        item.is_visited = True
        case.forget_if_done(event.about_id)
    if event.job_ready is not None:
        case.readiness.job_ready = event.job_ready
        if event.job_ready:
            case.readiness.cause = None


# --- decisions --------------------------------------------------------------------------------


def visit(
    case: AssistanceCase,
    occasion: Occasion,
    visit_id: UUID,
    about_id: UUID | None,
    method: VisitMethod,
    learnt: str,
    advice: str,
    willingness: Willingness,
    job_ready: bool | None,
    hired: bool | None,
    stable: bool | None,
) -> list[Event]:
    """Record a visit with what it learnt.

    After guidance it says whether the person is job-ready, after a referral whether the person was
    hired, after the start of work whether it is stable.

    Rules 27.1, 27.2, 27.3, 27.4a, 27.4b.
    """
    case.require(occasion, "27.1", CaseStage.ASSISTED, CaseStage.EMPLOYED, CaseStage.PLACED)
    if about_id is not None:
        item = case.items.get(about_id)
        if item is None:
            raise NotFound(f"the case has no service {about_id} to follow up", field="about_id")
        if occasion.occurred_on < item.since:
            raise InvalidInput(f"what is visited began on {item.since}", field="occurred_on")
        if item.kind is ItemKind.GUIDANCE and job_ready is None:
            raise RuleBroken("27.1", "a visit after guidance says whether the person is job-ready")
        if item.kind is ItemKind.REFERRAL and hired is None:
            raise RuleBroken("27.3", "a visit after a referral says whether the person was hired")
        if item.kind is ItemKind.EMPLOYMENT and stable is None:
            raise RuleBroken("27.4b", "a visit after the start of work says whether it is stable")
    if not learnt.strip():
        raise InvalidInput("say what the visit learnt", field="learnt")
    return [
        VisitMade(
            **case.whose,
            visit_id=visit_id,
            about_id=about_id,
            method=method,
            learnt=learnt,
            advice=advice,
            willingness=willingness,
            job_ready=job_ready,
            hired=hired,
            stable=stable,
        )
    ]
