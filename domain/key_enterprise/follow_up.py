"""Follow-ups (跟踪回访) to a key enterprise: what each of them has to learn (Article 49)."""

from __future__ import annotations

from uuid import UUID

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .needs_file import ContactMethod
from .state import ItemKind, KeyEnterpriseAgreement, OfAgreement

# --- events -----------------------------------------------------------------------------------


class FollowedUp(OfAgreement, Event, name="key_enterprise_agreement.followed_up"):
    """A service was followed up with the enterprise.

    `solved` is said after guidance, `demand_met` after a referral, `at_work` (how many of those hired
    are) after hiring. `advice` is what the enterprise was advised; `cause` why its demand is unmet.
    """

    follow_up_id: UUID
    about_id: UUID
    about: ItemKind
    method: ContactMethod
    learnt: str
    advice: str
    solved: bool | None
    demand_met: bool | None
    cause: str
    at_work: int | None


# --- state ------------------------------------------------------------------------------------


@changed_by(FollowedUp)
def _followed_up(
    agreement: KeyEnterpriseAgreement, event: FollowedUp, recorded: RecordedEvent
) -> None:
    agreement.items.pop(event.about_id, None)
    agreement.last_contact_on = max(
        agreement.last_contact_on or recorded.occurred_on, recorded.occurred_on
    )


# --- decisions --------------------------------------------------------------------------------


def follow_up(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    follow_up_id: UUID,
    about_id: UUID,
    method: ContactMethod,
    learnt: str,
    advice: str,
    solved: bool | None,
    demand_met: bool | None,
    cause: str,
    at_work: int | None,
) -> list[Event]:
    """Record a follow-up with what it learnt.

    Demand found unmet is analysed with the enterprise, and its hiring plan is then adjusted.

    Rules 49.1, 49.2, 49.3.
    """
    agreement.require(occasion, "49.1")
    item = agreement.items.get(about_id)
    if item is None:
        raise NotFound(f"the agreement has no service {about_id} to follow up", field="about_id")
    if occasion.occurred_on < item.since:
        raise InvalidInput(f"what is followed up was on {item.since}", field="occurred_on")
    if not learnt.strip():
        raise InvalidInput("say what the follow-up learnt", field="learnt")
    if item.kind is ItemKind.GUIDANCE:
        if solved is None:
            raise RuleBroken(
                "49.1", "a follow-up after guidance says whether the problem is solved"
            )
        if not solved and not advice.strip():
            raise RuleBroken("49.1", "the problem is not solved: say what was advised now")
    if item.kind is ItemKind.REFERRAL:
        if demand_met is None:
            raise RuleBroken("49.2", "a follow-up after a referral says whether demand is met")
        if not demand_met and not cause.strip():
            raise RuleBroken("49.2", "demand is not met: say why, as analysed with the enterprise")
    if item.kind is ItemKind.HIRING and at_work is None:
        raise RuleBroken("49.3", "a follow-up after hiring says how many of the hired are at work")
    return [
        FollowedUp(
            **agreement.whose,
            follow_up_id=follow_up_id,
            about_id=about_id,
            about=item.kind,
            method=method,
            learnt=learnt,
            advice=advice,
            solved=solved if item.kind is ItemKind.GUIDANCE else None,
            demand_met=demand_met if item.kind is ItemKind.REFERRAL else None,
            cause=cause,
            at_work=at_work if item.kind is ItemKind.HIRING else None,
        )
    ]
