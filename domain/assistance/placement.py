"""Public-welfare posts (公益性岗位托底安置): recommendation, placement and its end (Article 30)."""

from __future__ import annotations

from datetime import date

from ..aggregate import Occasion, changed_by
from ..calendar import add_months, zh_date
from ..errors import InvalidInput, RuleBroken
from ..events import Event, Personal, RecordedEvent
from ..regulation.edition import Edition
from .facts import Fact, being_assisted, require
from .state import AssistanceCase, CaseStage, OfCase, Placement

# --- events -----------------------------------------------------------------------------------


class PlacementRecommended(
    OfCase, Event, name="assistance_case.placement_recommended", subject="person_id"
):
    """The person was recommended to a public-welfare employer, with why a post of it is fitting."""

    employer: str
    fitness: Personal


class Placed(OfCase, Event, name="assistance_case.placed"):
    """The person holds a public-welfare post: the agreement ends with it."""

    employer: str
    post: str
    placed_on: date
    until: date


class PlacementEnded(OfCase, Event, name="assistance_case.placement_ended", subject="person_id"):
    """The placement is over; one who found no work and is still eligible is assisted again."""

    ended_on: date
    employed: bool
    eligible: bool
    reason: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(PlacementRecommended)
def _recommended(case: AssistanceCase, _: PlacementRecommended, recorded: RecordedEvent) -> None:
    case.placement.recommended_on = recorded.occurred_on


@changed_by(Placed)
def _placed(case: AssistanceCase, event: Placed, recorded: RecordedEvent) -> None:
    case.placement = Placement(case.placement.recommended_on, event.placed_on, event.until)
    case.stage = CaseStage.PLACED
    case.stage_since = recorded.occurred_on
    case.consultation = None
    case.transfer = None


@changed_by(PlacementEnded)
def _ended(case: AssistanceCase, event: PlacementEnded, recorded: RecordedEvent) -> None:
    case.placement.ended_on = event.ended_on
    case.placement.eligible_after = event.eligible and not event.employed
    case.stage = CaseStage.ENDED
    case.stage_since = recorded.occurred_on
    case.ending = "placement_over"


# --- decisions --------------------------------------------------------------------------------


def placement_facts(
    case: AssistanceCase, day: date, edition: Edition, *, fit: bool | None = None
) -> tuple[Fact, ...]:
    """Return the facts on which a recommendation depends; that a post is fitting is known at the end.

    Rule 30.1.
    """
    since = case.assisted_since
    term = edition.assistance_before_placement
    reached = None if since is None else add_months(since, term.amount)
    wanted = edition.referrals_before_placement
    blameless = case.referrals_failed - case.referrals_at_fault
    facts = [
        being_assisted(case),
        Fact(
            reached is not None and day >= reached,
            f"自{zh_date(since) if since else '签订协议之日'}起接受专门服务满{term.amount}个月",
            f"{term.amount} months of assistance are reached only on {reached}"
            if reached
            else "no agreement was signed yet",
            f"自签订协议起满{term.amount}个月"
            + (f"（{zh_date(reached)}满）" if reached else "（尚未签订）"),
        ),
        Fact(
            case.performance_met is True,
            "经评估积极履行约定义务、执行行动计划",
            "that the person keeps the agreement and the plan is not assessed"
            if case.performance_met is None
            else "the person was last assessed as not keeping the agreement",
            "经评估积极履行约定义务、执行行动计划"
            + ("（尚未评估）" if case.performance_met is None else "（最近一次评估：未履行）"),
        ),
        Fact(
            case.readiness.job_ready,
            "已具备上岗条件",
            "the person is not found job-ready",
            "就业准备状况评估认定已具备上岗条件",
        ),
        Fact(
            wanted.reached(blameless),
            f"非本人原因，匹配推荐{blameless}次仍未实现就业（要求{wanted.amount}次以上）",
            f"{blameless} referral(s) have ended without employment and without the person's own "
            f"fault: a placement needs {wanted.amount}",
            f"非本人原因{wanted.amount}次以上匹配推荐未实现就业（已有{blameless}次）",
        ),
    ]
    if fit is not None:
        facts.append(
            Fact(
                fit,
                "符合公益性岗位安置条件",
                "the conditions of a public-welfare post are not met",
            )
        )
    return tuple(facts)


def recommend(
    case: AssistanceCase, occasion: Occasion, employer: str, fit: bool, fitness: str
) -> list[Event]:
    """Recommend the person to a public-welfare employer.

    Rule 30.1.
    """
    case.require(occasion, "30.1", CaseStage.ASSISTED)
    require("30.1", placement_facts(case, occasion.occurred_on, occasion.edition, fit=fit))
    return [PlacementRecommended(**case.whose, employer=employer, fitness=fitness)]


def place(
    case: AssistanceCase,
    occasion: Occasion,
    employer: str,
    post: str,
    placed_on: date,
    until: date,
) -> list[Event]:
    """Record the placement, by which the agreement ends.

    Rule 30.2.
    """
    case.require(occasion, "30.2", CaseStage.ASSISTED)
    recommended = case.placement.recommended_on
    if recommended is None:
        raise RuleBroken("30.1", "the person was not recommended to a public-welfare post")
    if not recommended <= placed_on <= occasion.occurred_on:
        raise InvalidInput(
            f"the post begins after the recommendation on {recommended}, and not in the future",
            field="placed_on",
        )
    if until <= placed_on:
        raise InvalidInput("the placement ends before it begins", field="until")
    return [Placed(**case.whose, employer=employer, post=post, placed_on=placed_on, until=until)]


def end(
    case: AssistanceCase,
    occasion: Occasion,
    ended_on: date,
    employed: bool,
    eligible: bool,
    reason: str,
) -> list[Event]:
    """Record that the placement is over, and whether the person is to be assisted again.

    Rule 30.2.
    """
    case.require(occasion, "30.2", CaseStage.PLACED)
    placed_on = case.placement.placed_on
    if placed_on is not None and not placed_on <= ended_on <= occasion.occurred_on:
        raise InvalidInput(f"the placement began on {placed_on}", field="ended_on")
    return [
        PlacementEnded(
            **case.whose, ended_on=ended_on, employed=employed, eligible=eligible, reason=reason
        )
    ]
