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
    SERVE_KEY_ENTERPRISES = "serve_key_enterprises"
    CLOSE_AGREEMENTS = "close_agreements"
    LOAD_CATALOGUES = "load_catalogues"
    REVIEW_VACANCIES = "review_vacancies"
    CLOSE_VACANCIES = "close_vacancies"
    ISSUE_NOTICES = "issue_notices"
    SPOT_CHECK = "spot_check"
    INSPECT_RECORDS = "inspect_records"
    ANSWER_SPOT_CHECKS = "answer_spot_checks"
    REMIND = "remind"
    LOOK = "look"
    AUDIT = "audit"
    SERVE_JOB_SEEKERS = "serve_job_seekers"
    SURVEY_WILLINGNESS = "survey_willingness"
    RECORD_STATUS = "record_status"
    TAKE_OVER_JOB_SEEKERS = "take_over_job_seekers"
    ACT_ONLINE = "act_online"
    ASSIGN_COUNSELLORS = "assign_counsellors"
    REFER = "refer"
    MERGE_LEDGERS = "merge_ledgers"
    RECEIVE_APPEALS = "receive_appeals"
    HANDLE_APPEALS = "handle_appeals"
    ASSIST = "assist"
    VISIT = "visit"
    APPROVE_ENDINGS = "approve_endings"
    CONSULT = "consult"
    DECIDE_TRANSFERS = "decide_transfers"
    ORGANISE_FAIRS = "organise_fairs"
    SEND_REPORTS = "send_reports"
    SUPERVISE = "supervise"
    RECTIFY = "rectify"
    SET_WARNINGS = "set_warnings"
    ERASE_PERSONS = "erase_persons"


class Reach(StrEnum):
    """Over whose records a power reaches."""

    OWN = "own"
    """The records of the agency itself."""
    SUBDISTRICT = "subdistrict"
    """Of a station, also the records of the subdistrict that it belongs to."""
    BELOW = "below"
    """Also those of the agencies below it."""
    ONLY_BELOW = "only_below"
    """Those of the agencies below it alone: nobody supervises itself."""
    DISTRICT = "district"
    """Also those below it, and those of all agencies in the same district: a person is served by
    whichever agency there he or she comes to."""


class Requirement(NamedTuple):
    """What a power asks for: a rule to cite, agency levels, roles, and whether the service itself may.

    `reach` says over whose records. Without roles it is for the service alone.
    """

    rule: str
    levels: frozenset[AgencyLevel]
    roles: frozenset[Role]
    system: bool
    reach: Reach = Reach.OWN


_ALL_LEVELS = frozenset(AgencyLevel)
_SERVING_LEVELS = _ALL_LEVELS - {AgencyLevel.CITY}
_SUBDISTRICT = frozenset({AgencyLevel.SUBDISTRICT})
_SUPERIOR_LEVELS = frozenset({AgencyLevel.CITY, AgencyLevel.DISTRICT})
_AGREEMENT_LEVELS = frozenset({AgencyLevel.DISTRICT, AgencyLevel.SUBDISTRICT})
_SERVING_ROLES = frozenset(
    {Role.COUNSELLOR, Role.INFORMATION_ANALYST, Role.SERVICE_STAFF, Role.COMMUNITY_COORDINATOR}
)

REQUIREMENTS: dict[Power, Requirement] = {
    Power.MANAGE_AGENCIES: Requirement(
        "4", _ALL_LEVELS, frozenset({Role.ADMINISTRATOR}), True, Reach.BELOW
    ),
    Power.MANAGE_STAFF: Requirement(
        "60", _ALL_LEVELS, frozenset({Role.ADMINISTRATOR}), True, Reach.BELOW
    ),
    # The city plans and supervises; daily services are for the levels below it.
    Power.SERVE_EMPLOYERS: Requirement("4", _SERVING_LEVELS, _SERVING_ROLES, False),
    Power.SERVE_KEY_ENTERPRISES: Requirement("44", _AGREEMENT_LEVELS, _SERVING_ROLES, False),
    # That an agreement ran to its term follows from dates alone, so that a job may record it.
    Power.CLOSE_AGREEMENTS: Requirement("45.3", _AGREEMENT_LEVELS, _SERVING_ROLES, True),
    # An area's catalogue is public: whoever sets the system up for the area loads it.
    Power.LOAD_CATALOGUES: Requirement(
        "44",
        _SUPERIOR_LEVELS,
        frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
        True,
        Reach.BELOW,
    ),
    # Information is reviewed by analysts and counsellors (Articles 62 and 65).
    Power.REVIEW_VACANCIES: Requirement(
        "65", _SERVING_LEVELS, frozenset({Role.COUNSELLOR, Role.INFORMATION_ANALYST}), False
    ),
    # Lapse and archive follow from dates alone, so that a job may record them.
    Power.CLOSE_VACANCIES: Requirement("41", _SERVING_LEVELS, _SERVING_ROLES, True),
    Power.ISSUE_NOTICES: Requirement(
        "56.1", _ALL_LEVELS - {AgencyLevel.STATION}, frozenset({Role.SUPERVISOR}), True, Reach.BELOW
    ),
    # A check is the superior's own; its steps that follow from dates alone may be a job's.
    Power.SPOT_CHECK: Requirement(
        "56.1", _ALL_LEVELS - {AgencyLevel.STATION}, frozenset({Role.SUPERVISOR}), True
    ),
    # Whoever the check names, of the superior or of another agency below it, acts for the own agency.
    Power.INSPECT_RECORDS: Requirement("56.1", _ALL_LEVELS, frozenset({Role.SUPERVISOR}), False),
    Power.ANSWER_SPOT_CHECKS: Requirement(
        "56.1", _SERVING_LEVELS, _SERVING_ROLES | {Role.SUPERVISOR}, False, Reach.BELOW
    ),
    # That a duty became overdue follows from the log alone: a job tells it, and nobody else.
    Power.REMIND: Requirement("58.1", _ALL_LEVELS, frozenset(), True, Reach.BELOW),
    Power.LOOK: Requirement("56.1", _ALL_LEVELS, frozenset(Role), True, Reach.BELOW),
    # Whole records with all that proves them, and who read personal data: for who supervises.
    Power.AUDIT: Requirement(
        "56.1", _ALL_LEVELS - {AgencyLevel.STATION}, frozenset({Role.SUPERVISOR}), True, Reach.BELOW
    ),
    Power.SERVE_JOB_SEEKERS: Requirement(
        "4", _SERVING_LEVELS, _SERVING_ROLES, False, Reach.DISTRICT
    ),
    # Surveys are the subdistricts', made by the coordinators of their stations, too (Articles 18, 60).
    Power.SURVEY_WILLINGNESS: Requirement(
        "18",
        frozenset({AgencyLevel.SUBDISTRICT, AgencyLevel.STATION}),
        _SERVING_ROLES,
        False,
        Reach.DISTRICT,
    ),
    # What the registers say may be taken over from them by a job.
    Power.RECORD_STATUS: Requirement("13.1", _SERVING_LEVELS, _SERVING_ROLES, True, Reach.DISTRICT),
    # A person from another district is taken over by the agency that he or she comes to.
    Power.TAKE_OVER_JOB_SEEKERS: Requirement("4", _SERVING_LEVELS, _SERVING_ROLES, False),
    # The person registers or books through the platform: the service itself records it.
    Power.ACT_ONLINE: Requirement("10", _ALL_LEVELS, _SERVING_ROLES, True, Reach.DISTRICT),
    Power.ASSIGN_COUNSELLORS: Requirement(
        "14.last", frozenset({AgencyLevel.DISTRICT}), _SERVING_ROLES | {Role.SUPERVISOR}, False
    ),
    # A referral is made by an agency of either side: of the person or of the employer.
    Power.REFER: Requirement("15.1", _SERVING_LEVELS, _SERVING_ROLES, False, Reach.DISTRICT),
    Power.MERGE_LEDGERS: Requirement(
        "9.1",
        frozenset({AgencyLevel.CITY, AgencyLevel.DISTRICT}),
        frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
        False,
        Reach.BELOW,
    ),
    Power.RECEIVE_APPEALS: Requirement("5.c", _ALL_LEVELS, frozenset(Role), True, Reach.DISTRICT),
    Power.HANDLE_APPEALS: Requirement(
        "59.2",
        frozenset({AgencyLevel.CITY, AgencyLevel.DISTRICT}),
        frozenset({Role.SUPERVISOR, Role.SERVICE_STAFF}),
        False,
        Reach.BELOW,
    ),
    # Agreements are the subdistricts' (Article 23), who serve the person from then on.
    Power.ASSIST: Requirement("23.1", _SUBDISTRICT, _SERVING_ROLES, False),
    # Follow-up visits are also made by the coordinators of the subdistrict's stations (Article 60).
    Power.VISIT: Requirement(
        "60",
        frozenset({AgencyLevel.SUBDISTRICT, AgencyLevel.STATION}),
        _SERVING_ROLES,
        False,
        Reach.SUBDISTRICT,
    ),
    Power.APPROVE_ENDINGS: Requirement(
        "29", _SUBDISTRICT, _SERVING_ROLES | {Role.SUPERVISOR}, False
    ),
    # Experts are counsellors of the superior agency (Article 28).
    Power.CONSULT: Requirement(
        "28", _SUPERIOR_LEVELS, frozenset({Role.COUNSELLOR, Role.SUPERVISOR}), False
    ),
    Power.DECIDE_TRANSFERS: Requirement(
        "24", _SUPERIOR_LEVELS, _SERVING_ROLES | {Role.SUPERVISOR}, False
    ),
    # Every agency holds job fairs for its area.
    Power.ORGANISE_FAIRS: Requirement("42", _ALL_LEVELS, _SERVING_ROLES, False),
    # Reports go out by a connection that a superior may hold for those below it.
    Power.SEND_REPORTS: Requirement("13.3", _ALL_LEVELS, _SERVING_ROLES, True, Reach.BELOW),
    # Problems at the agencies below are found, notified and checked, and their heads interviewed.
    Power.SUPERVISE: Requirement(
        "56.1",
        _ALL_LEVELS - {AgencyLevel.STATION},
        frozenset({Role.SUPERVISOR}),
        False,
        Reach.ONLY_BELOW,
    ),
    # The inspected agency itself answers and puts right.
    Power.RECTIFY: Requirement("58.2a", _ALL_LEVELS, _SERVING_ROLES | {Role.SUPERVISOR}, False),
    # The city sets the thresholds for all, a district its own on top of them.
    Power.SET_WARNINGS: Requirement(
        "58.1", _SUPERIOR_LEVELS, frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}), False
    ),
    # Who keeps the archive answers for what is taken out of it (Articles 9 and 51).
    Power.ERASE_PERSONS: Requirement(
        "51.2", _SUPERIOR_LEVELS, frozenset({Role.ADMINISTRATOR}), False, Reach.BELOW
    ),
}
"""The powers as data.

Rules 4, 5.c, 9.1, 13.1, 13.3, 14.last, 15.1, 18, 41, 42, 44, 45.3, 51.2, 56.1, 58.1, 58.2a, 59.2, 60 and 65 give them.
"""


def require(
    directory: Directory, actor: Actor, power: Power, owner_code: str | None, day: date
) -> None:
    """Make sure that `actor` has `power` on `day` over a record of the agency `owner_code`.

    Records are written by the agency that holds them; agencies and staff are also managed, and all
    records looked at, by its superiors; people are served by any agency of their district.
    `owner_code` None means: no record yet, the actor's own agency.

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
        if not asked.roles:
            raise NotAuthorised(f"to {power} is for the service itself", rule_id=asked.rule)
        _require_person(directory, actor, agency, asked, day)
    owner = agency if owner_code is None else directory.holder(owner_code, day)
    if owner is None:
        raise NotAuthorised(f"no agency answers for the code {owner_code} on {day}")
    if _reaches(agency, owner, asked.reach):
        return
    if owner is agency:
        raise NotAuthorised(
            "an agency does not supervise itself: its superior does", rule_id="56.1"
        )
    if owner.is_at_or_below(agency):
        raise NotAuthorised(
            "a superior agency may look at this record but not write in it; "
            f"it belongs to {owner.code_on(day)}",
            rule_id="56.1",
        )
    raise NotAuthorised(f"the record belongs to {owner.code_on(day)}, not to {actor.agency_code}")


def reaches(directory: Directory, actor: Actor, power: Power, owner_code: str, day: date) -> bool:
    """Say whether `power` reaches from the actor's agency to a record of the agency `owner_code`."""
    agency = directory.find(actor.agency_code, day)
    owner = directory.holder(owner_code, day)
    if agency is None or owner is None:
        return False
    return _reaches(agency, owner, REQUIREMENTS[power].reach)


def _reaches(agency: Agency, owner: Agency, reach: Reach) -> bool:
    if owner is agency:
        return reach is not Reach.ONLY_BELOW
    if reach is Reach.OWN:
        return False
    if reach is Reach.SUBDISTRICT:
        return agency.level is AgencyLevel.STATION and agency.parent is owner
    if owner.is_at_or_below(agency):
        return True
    district = _district(agency)
    return reach is Reach.DISTRICT and district is not None and _district(owner) is district


def _district(agency: Agency) -> Agency | None:
    upwards = agency.line_upwards()
    return next((one for one in upwards if one.level is AgencyLevel.DISTRICT), None)


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
