"""Early warning: the figures of an agency against the thresholds in force (Article 58). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from ..domain.organisation.staff import Role
from ..domain.supervision.warning import Indicator, Thresholds
from .notice.model import AgencyRef, Part, Rate

_NEEDED = (Role.COUNSELLOR, Role.INFORMATION_ANALYST, Role.SERVICE_STAFF)
ROLES_NEEDED: Mapping[str, tuple[Role, ...]] = {
    "district": _NEEDED,
    "subdistrict": _NEEDED,
    "station": (Role.COMMUNITY_COORDINATOR,),
}
"""The kinds of staff that an agency of each level has (Article 60)."""


@dataclass(slots=True)
class Watched:
    """What is watched at one agency, everything below it included; staff are its own alone."""

    passed: int = 0
    inspected: int = 0
    kept: int = 0
    due: int = 0
    late_entries: int = 0
    entries: int = 0
    late_reviews: int = 0
    reviews: int = 0
    repeated: int = 0
    missing: tuple[Role, ...] = ()


class Warned(Part):
    """One indicator of one agency against its threshold; `value` is how it reads, 87.5% or 3."""

    agency: AgencyRef
    indicator: Indicator
    part: int
    whole: int
    value: str
    limit: int
    beyond: bool
    roles: tuple[str, ...] = ()
    """For staff that an agency lacks: which."""


def missing_roles(level: str, present: Iterable[Role]) -> tuple[Role, ...]:
    """Return the kinds of staff that an agency of this level should have and has not. Rule 60."""
    held = frozenset(present)
    return tuple(role for role in ROLES_NEEDED.get(level, ()) if role not in held)


def judged(agency: AgencyRef, watched: Watched, thresholds: Thresholds) -> tuple[Warned, ...]:
    """Return every indicator of an agency against its threshold, beyond it or not.

    A share of nothing is left out: there is nothing to judge. Rule 58.1.
    """
    figures = {
        Indicator.PASS_RATE: (watched.passed, watched.inspected),
        Indicator.OVERDUE_SHARE: (watched.due - watched.kept, watched.due),
        Indicator.LATE_ENTRY_SHARE: (watched.late_entries, watched.entries),
        Indicator.LATE_REVIEW_SHARE: (watched.late_reviews, watched.reviews),
        Indicator.REPEATED_PROBLEMS: (watched.repeated, 0),
        Indicator.MISSING_ROLES: (len(watched.missing), 0),
    }
    found = []
    for indicator, (part, whole) in figures.items():
        if indicator.is_share and not whole:
            continue
        limit = thresholds[indicator]
        found.append(
            Warned(
                agency=agency,
                indicator=indicator,
                part=part,
                whole=whole,
                value=f"{Rate.of(whole, part).percent}%" if indicator.is_share else str(part),
                limit=limit,
                beyond=indicator.is_beyond(part, whole, limit),
                roles=tuple(role.value for role in watched.missing)
                if indicator is Indicator.MISSING_ROLES
                else (),
            )
        )
    return tuple(found)


def beyond(
    agencies: Iterable[AgencyRef], watched: Mapping[UUID, Watched], thresholds: Thresholds
) -> tuple[Warned, ...]:
    """Return what is beyond its threshold, by agency in their order. Rule 58.1."""
    return tuple(
        warned
        for agency in agencies
        for warned in judged(agency, watched.get(agency.agency_id) or Watched(), thresholds)
        if warned.beyond
    )
