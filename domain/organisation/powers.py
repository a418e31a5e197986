"""Powers (权限): what each kind of act asks of the agency and of the person (Articles 4, 39, 56, 60-65).

`require` answers by returning, or by raising NotAuthorised with what is missing.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from ..errors import NotAuthorised
from .agency import AgencyCode, AgencyLevel
from .directory import Agency, Directory
from .staff import Role, StaffId

SYSTEM_STAFF_ID = "system"


class Actor(BaseModel):
    """Who acts, and for which agency: what makes every event traceable (首问负责, Article 5)."""

    model_config = ConfigDict(frozen=True)

    staff_id: StaffId
    agency_code: AgencyCode

    @property
    def is_system(self) -> bool:
        """Say whether this is the service itself: a scheduled job, or the set-up."""
        return self.staff_id == SYSTEM_STAFF_ID

    @staticmethod
    def system(agency_code: str) -> Actor:
        """Return the actor by which jobs and the set-up act for an agency."""
        return Actor(staff_id=SYSTEM_STAFF_ID, agency_code=agency_code)


class Power(StrEnum):
    """A kind of act that somebody must have the power for."""

    MANAGE_AGENCIES = "manage_agencies"
    MANAGE_STAFF = "manage_staff"
    SERVE_EMPLOYERS = "serve_employers"
    REVIEW_VACANCIES = "review_vacancies"
    CLOSE_VACANCIES = "close_vacancies"
    ISSUE_NOTICES = "issue_notices"
    LOOK = "look"


class Requirement(NamedTuple):
    """What a power asks for: a rule to cite, agency levels, roles, and whether the service itself may."""

    rule: str
    levels: frozenset[AgencyLevel]
    roles: frozenset[Role]
    system: bool


_ALL_LEVELS = frozenset(AgencyLevel)
_SERVING_LEVELS = _ALL_LEVELS - {AgencyLevel.CITY}
_SERVING_ROLES = frozenset(
    {Role.COUNSELLOR, Role.INFORMATION_ANALYST, Role.SERVICE_STAFF, Role.COMMUNITY_COORDINATOR}
)

REQUIREMENTS: dict[Power, Requirement] = {
    Power.MANAGE_AGENCIES: Requirement("4", _ALL_LEVELS, frozenset({Role.ADMINISTRATOR}), True),
    Power.MANAGE_STAFF: Requirement("60", _ALL_LEVELS, frozenset({Role.ADMINISTRATOR}), True),
    # The city plans and supervises; daily services are for the levels below it.
    Power.SERVE_EMPLOYERS: Requirement("4", _SERVING_LEVELS, _SERVING_ROLES, False),
    # Information is reviewed by analysts and counsellors (Articles 62 and 65).
    Power.REVIEW_VACANCIES: Requirement(
        "65", _SERVING_LEVELS, frozenset({Role.COUNSELLOR, Role.INFORMATION_ANALYST}), False
    ),
    # Lapse and archive follow from dates alone, so that a job may record them.
    Power.CLOSE_VACANCIES: Requirement("41", _SERVING_LEVELS, _SERVING_ROLES, True),
    Power.ISSUE_NOTICES: Requirement(
        "56.1", _ALL_LEVELS - {AgencyLevel.STATION}, frozenset({Role.SUPERVISOR}), True
    ),
    Power.LOOK: Requirement("56.1", _ALL_LEVELS, frozenset(Role), True),
}
"""The powers as data; rules 4, 60, 65, 41 and 56.1 are where each comes from."""


def require(
    directory: Directory, actor: Actor, power: Power, owner_code: str | None, day: date
) -> None:
    """Make sure that `actor` has `power` on `day` over a record of the agency `owner_code`.

    Records are written by the agency that holds them; agencies and staff are also managed, and all
    records looked at, by its superiors. `owner_code` None means: no record yet, the actor's own agency.

    Raises NotAuthorised, naming the rule and what is missing.
    """
    asked = REQUIREMENTS[power]
    if actor.is_system:
        if not asked.system:
            raise NotAuthorised(
                f"{power} needs a person who answers for it, not the system", rule_id="5.b"
            )
        if directory.is_empty:
            return
    agency = directory.find(actor.agency_code, day)
    if agency is None:
        raise NotAuthorised(f"no agency has the code {actor.agency_code} on {day}")
    if agency.level not in asked.levels:
        raise NotAuthorised(f"a {agency.level} agency has no power to {power}", rule_id=asked.rule)
    if not actor.is_system:
        _require_person(directory, actor, agency, asked, day)
    owner = agency if owner_code is None else directory.holder(owner_code, day)
    if owner is None:
        raise NotAuthorised(f"no agency answers for the code {owner_code} on {day}")
    reaches_down = power in (
        Power.MANAGE_AGENCIES,
        Power.MANAGE_STAFF,
        Power.LOOK,
        Power.ISSUE_NOTICES,
    )
    if owner is agency or (reaches_down and owner.is_at_or_below(agency)):
        return
    if owner.is_at_or_below(agency):
        raise NotAuthorised(
            "a superior agency may look at this record but not write in it; "
            f"it belongs to {owner.code_on(day)}",
            rule_id="56.1",
        )
    raise NotAuthorised(f"the record belongs to {owner.code_on(day)}, not to {actor.agency_code}")


def _require_person(
    directory: Directory, actor: Actor, agency: Agency, asked: Requirement, day: date
) -> None:
    member = directory.member(actor.staff_id)
    if member is None:
        raise NotAuthorised(f"nobody on any staff has the id {actor.staff_id}")
    code = member.agency_codes.on(day)
    if code is None or directory.holder(code, day) is not agency:
        raise NotAuthorised(f"{actor.staff_id} is not on the staff of {actor.agency_code} on {day}")
    if asked.roles & member.roles_on(day):
        return
    lacking = asked.roles & (member.roles.on(day) or frozenset())
    if lacking:
        names = ", ".join(sorted(lacking))
        raise NotAuthorised(
            f"{actor.staff_id} has no certificate valid on {day} as {names}", rule_id="61"
        )
    names = ", ".join(sorted(asked.roles))
    raise NotAuthorised(f"{actor.staff_id} is none of {names}", rule_id=asked.rule)
