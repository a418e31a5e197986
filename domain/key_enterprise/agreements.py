"""The agreement (日常服务协议) as a whole: what changes it, and in which section of the ledger it is shown.

Its parts are in the modules beside, each with its events, how they change the state, and its decisions.
"""

from __future__ import annotations

from typing import Final

from ..aggregate import changes_of
from ..employer.ledger import Section
from ..events import Event
from . import agreement, ending, follow_up, guidance, hiring, moving, needs_file, support, team
from .state import KeyEnterpriseAgreement

__all__ = ["PARTS", "KeyEnterpriseAgreement", "section_of"]

PARTS: Final = (
    agreement,
    team,
    needs_file,
    guidance,
    hiring,
    follow_up,
    support,
    moving,
    ending,
)

KeyEnterpriseAgreement.changes.update(changes_of(*PARTS) | moving.COURSE.changes())

_SECTIONS: Final[dict[type[Event], Section]] = {
    needs_file.NeedsFileOpened: Section.NEEDS_FILE,
    needs_file.NeedsFileRevised: Section.NEEDS_FILE,
    needs_file.EnterpriseContacted: Section.NEEDS_FILE,
    agreement.SpecialistChanged: Section.SPECIALIST_AND_TEAM,
    team.TeamFormed: Section.SPECIALIST_AND_TEAM,
    guidance.GuidanceGiven: Section.SUPPORT,
    guidance.PlanMade: Section.SUPPORT,
    guidance.PlanRevised: Section.SUPPORT,
    guidance.PlanCarriedOut: Section.SUPPORT,
    hiring.PersonReferred: Section.SUPPORT,
    hiring.ReferralConcluded: Section.SUPPORT,
    hiring.HiringCompleted: Section.SUPPORT,
    follow_up.FollowedUp: Section.SUPPORT,
    support.SupportGiven: Section.SUPPORT,
    support.EffectAssessed: Section.SUPPORT,
}


def section_of(event: Event) -> Section:
    """Return the section of the ledger in which an event is shown.

    Rule 50.
    """
    return _SECTIONS.get(type(event), Section.AGREEMENT)
