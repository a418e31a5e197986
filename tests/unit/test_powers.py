"""Who may do what to whose records: every power by level, role and place in the tree."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from taizhang.domain.errors import NotAuthorised
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.agency import (
    AgencyClosed,
    AgencyFounded,
    AgencyLevel,
    agency_stream,
)
from taizhang.domain.organisation.directory import Directory
from taizhang.domain.organisation.powers import REQUIREMENTS, Actor, Power, require
from taizhang.domain.organisation.staff import (
    CertificateRecorded,
    Role,
    StaffJoined,
    staff_stream,
)

DAY = date(2026, 11, 2)
FOUNDED = date(2018, 8, 1)
CITY, DISTRICT, OTHER = "110000", "110105", "110108"
SUBDISTRICT, SIBLING, STATION = "110105001", "110105002", "110105001001"
LEVELS = {
    CITY: (AgencyLevel.CITY, None),
    DISTRICT: (AgencyLevel.DISTRICT, CITY),
    OTHER: (AgencyLevel.DISTRICT, CITY),
    SUBDISTRICT: (AgencyLevel.SUBDISTRICT, DISTRICT),
    SIBLING: (AgencyLevel.SUBDISTRICT, DISTRICT),
    STATION: (AgencyLevel.STATION, SUBDISTRICT),
}


@pytest.fixture(scope="module")
def directory() -> Directory:
    """Return a tree in which every agency has one person of every role, with certificates."""
    made = Directory()

    def record(event: Event, stream: object) -> None:
        made.apply(
            RecordedEvent(
                event, stream, 1, made.version + 1, FOUNDED, datetime.now(UTC), "system", CITY,  # type: ignore[arg-type]
                uuid4(),
            )
        )  # fmt: skip

    for code, (level, parent) in LEVELS.items():
        record(
            AgencyFounded(
                code=code, name=code, level=level, parent_code=parent, effective_on=FOUNDED
            ),
            agency_stream(code, FOUNDED),
        )
        for role in Role:
            staff_id = f"{role.value}-{code}"
            record(
                StaffJoined(
                    staff_id=staff_id, name="某", agency_code=code, roles=(role,),
                    effective_on=FOUNDED,
                ),
                staff_stream(staff_id),
            )  # fmt: skip
            record(
                CertificateRecorded(role=role, title="x", valid_from=FOUNDED, valid_until=None),
                staff_stream(staff_id),
            )
    return made


def may(directory: Directory, who: Actor, power: Power, owner: str | None) -> bool:
    try:
        require(directory, who, power, owner, DAY)
    except NotAuthorised as refused:
        assert str(refused)
        return False
    return True


def person(role: Role, code: str) -> Actor:
    return Actor(staff_id=f"{role.value}-{code}", agency_code=code)


SERVING = {
    Role.COUNSELLOR,
    Role.INFORMATION_ANALYST,
    Role.SERVICE_STAFF,
    Role.COMMUNITY_COORDINATOR,
}
REVIEWING = {Role.COUNSELLOR, Role.INFORMATION_ANALYST}
BELOW_CITY = set(LEVELS) - {CITY}


SUPERIOR = {CITY, DISTRICT, OTHER}
STREETS = {SUBDISTRICT, SIBLING}
CHIEFS = SERVING | {Role.SUPERVISOR}
ANYBODY, ANYWHERE = set(Role), set(LEVELS)
WHO_MAY: dict[Power, tuple[set[str], set[Role]]] = {
    Power.LOOK: (ANYWHERE, ANYBODY),
    Power.REMIND: (ANYWHERE, set()),
    Power.MANAGE_AGENCIES: (ANYWHERE, {Role.ADMINISTRATOR}),
    Power.MANAGE_STAFF: (ANYWHERE, {Role.ADMINISTRATOR}),
    Power.ISSUE_NOTICES: (ANYWHERE - {STATION}, {Role.SUPERVISOR}),
    Power.SPOT_CHECK: (ANYWHERE - {STATION}, {Role.SUPERVISOR}),
    Power.INSPECT_RECORDS: (ANYWHERE, {Role.SUPERVISOR}),
    Power.ANSWER_SPOT_CHECKS: (BELOW_CITY, CHIEFS),
    Power.AUDIT: (ANYWHERE - {STATION}, {Role.SUPERVISOR}),
    Power.SERVE_EMPLOYERS: (BELOW_CITY, SERVING),
    Power.SERVE_KEY_ENTERPRISES: (STREETS | {DISTRICT, OTHER}, SERVING),
    Power.CLOSE_AGREEMENTS: (STREETS | {DISTRICT, OTHER}, SERVING),
    Power.LOAD_CATALOGUES: (SUPERIOR, {Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Power.CLOSE_VACANCIES: (BELOW_CITY, SERVING),
    Power.REVIEW_VACANCIES: (BELOW_CITY, REVIEWING),
    Power.SERVE_JOB_SEEKERS: (BELOW_CITY, SERVING),
    Power.SURVEY_WILLINGNESS: (STREETS | {STATION}, SERVING),
    Power.RECORD_STATUS: (BELOW_CITY, SERVING),
    Power.TAKE_OVER_JOB_SEEKERS: (BELOW_CITY, SERVING),
    Power.ACT_ONLINE: (ANYWHERE, SERVING),
    Power.ASSIGN_COUNSELLORS: ({DISTRICT, OTHER}, CHIEFS),
    Power.REFER: (BELOW_CITY, SERVING),
    Power.MERGE_LEDGERS: (SUPERIOR, {Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Power.RECEIVE_APPEALS: (ANYWHERE, ANYBODY),
    Power.HANDLE_APPEALS: (SUPERIOR, {Role.SUPERVISOR, Role.SERVICE_STAFF}),
    Power.ASSIST: (STREETS, SERVING),
    Power.VISIT: (STREETS | {STATION}, SERVING),
    Power.APPROVE_ENDINGS: (STREETS, CHIEFS),
    Power.CONSULT: (SUPERIOR, {Role.COUNSELLOR, Role.SUPERVISOR}),
    Power.DECIDE_TRANSFERS: (SUPERIOR, CHIEFS),
    Power.ORGANISE_FAIRS: (ANYWHERE, SERVING),
    Power.SEND_REPORTS: (ANYWHERE, SERVING),
    Power.SUPERVISE: (set(), {Role.SUPERVISOR}),  # never over itself
    Power.RECTIFY: (ANYWHERE, CHIEFS),
    Power.SET_WARNINGS: (SUPERIOR, {Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Power.ERASE_PERSONS: (SUPERIOR, {Role.ADMINISTRATOR}),
}
NEED_NO_PERSON = {
    Power.MANAGE_AGENCIES,
    Power.MANAGE_STAFF,
    Power.CLOSE_AGREEMENTS,
    Power.CLOSE_VACANCIES,
    Power.ISSUE_NOTICES,
    Power.SPOT_CHECK,
    Power.LOAD_CATALOGUES,
    Power.AUDIT,
    Power.LOOK,
    Power.REMIND,
    Power.RECORD_STATUS,
    Power.ACT_ONLINE,
    Power.RECEIVE_APPEALS,
    Power.SEND_REPORTS,
}


@pytest.mark.rule(
    "4", "13.3", "14.last", "18", "23.1", "28", "41", "42", "44", "45.3", "56.1", "59.2", "60", "65"
)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("code", LEVELS)
def test_in_its_own_agency_each_role_may_do_its_own_work(
    directory: Directory, role: Role, code: str
) -> None:
    allowed = {power for power in Power if may(directory, person(role, code), power, code)}
    assert allowed == {
        power for power, (codes, roles) in WHO_MAY.items() if code in codes and role in roles
    }


@pytest.mark.rule("4")
@pytest.mark.parametrize("owner", [DISTRICT, SUBDISTRICT, SIBLING, STATION, OTHER])
def test_a_person_is_served_by_any_agency_of_the_district(directory: Directory, owner: str) -> None:
    clerk = person(Role.SERVICE_STAFF, SIBLING)
    assert may(directory, clerk, Power.SERVE_JOB_SEEKERS, owner) is (owner != OTHER)
    assert may(directory, clerk, Power.ASSIST, owner) is (owner == SIBLING)


@pytest.mark.rule("60")
@pytest.mark.parametrize("owner", LEVELS)
def test_a_station_visits_the_people_of_its_subdistrict(directory: Directory, owner: str) -> None:
    coordinator = person(Role.COMMUNITY_COORDINATOR, STATION)
    assert may(directory, coordinator, Power.VISIT, owner) is (owner in (STATION, SUBDISTRICT))
    assert not may(directory, coordinator, Power.ASSIST, owner)
    clerk = person(Role.COUNSELLOR, SUBDISTRICT)
    assert may(directory, clerk, Power.VISIT, owner) is (owner == SUBDISTRICT)


@pytest.mark.rule("56.1")
@pytest.mark.parametrize("owner", LEVELS)
@pytest.mark.parametrize("code", LEVELS)
def test_all_look_at_what_is_theirs_or_below_and_at_nothing_else(
    directory: Directory, code: str, owner: str
) -> None:
    line = [owner]
    while (parent := LEVELS[line[-1]][1]) is not None:
        line.append(parent)
    assert may(directory, person(Role.SUPERVISOR, code), Power.LOOK, owner) is (code in line)


@pytest.mark.rule("56.1")
@pytest.mark.parametrize(
    "power", [Power.SERVE_EMPLOYERS, Power.REVIEW_VACANCIES, Power.CLOSE_VACANCIES]
)
@pytest.mark.parametrize("owner", sorted(BELOW_CITY))
@pytest.mark.parametrize("code", sorted(BELOW_CITY))
def test_only_the_agency_that_holds_a_record_writes_in_it(
    directory: Directory, power: Power, code: str, owner: str
) -> None:
    assert may(directory, person(Role.COUNSELLOR, code), power, owner) is (code == owner)


@pytest.mark.rule("56.1", "58.2a")
@pytest.mark.parametrize("owner", LEVELS)
@pytest.mark.parametrize("code", LEVELS)
def test_a_superior_supervises_those_below_it_and_nobody_itself(
    directory: Directory, code: str, owner: str
) -> None:
    above = LEVELS[owner][1]
    line = []
    while above is not None:
        line.append(above)
        above = LEVELS[above][1]
    assert may(directory, person(Role.SUPERVISOR, code), Power.SUPERVISE, owner) is (code in line)
    assert not may(directory, person(Role.COUNSELLOR, code), Power.SUPERVISE, owner)


@pytest.mark.rule("56.1")
def test_who_would_supervise_itself_is_told_so(directory: Directory) -> None:
    with pytest.raises(NotAuthorised, match=r"rule 56\.1: an agency does not supervise itself"):
        require(directory, person(Role.SUPERVISOR, DISTRICT), Power.SUPERVISE, DISTRICT, DAY)


@pytest.mark.rule("56.1")
def test_a_superior_is_told_that_it_may_look(directory: Directory) -> None:
    with pytest.raises(NotAuthorised, match=r"rule 56\.1: .* may look .* belongs to 110105001"):
        require(
            directory, person(Role.COUNSELLOR, DISTRICT), Power.SERVE_EMPLOYERS, SUBDISTRICT, DAY
        )


@pytest.mark.rule("61")
def test_a_role_without_its_certificate_is_told_so(directory: Directory) -> None:
    fresh = Directory()
    for event, stream in (
        (
            AgencyFounded(
                code=CITY, name="x", level=AgencyLevel.CITY, parent_code=None, effective_on=FOUNDED
            ),
            agency_stream(CITY, FOUNDED),
        ),
        (
            AgencyFounded(
                code=DISTRICT, name="x", level=AgencyLevel.DISTRICT, parent_code=CITY,
                effective_on=FOUNDED,
            ),
            agency_stream(DISTRICT, FOUNDED),
        ),
        (
            StaffJoined(
                staff_id="a", name="x", agency_code=DISTRICT, roles=(Role.INFORMATION_ANALYST,),
                effective_on=FOUNDED,
            ),
            staff_stream("a"),
        ),
    ):  # fmt: skip
        fresh.apply(
            RecordedEvent(event, stream, 1, 1, DAY, datetime.now(UTC), "system", CITY, uuid4())
        )
    with pytest.raises(NotAuthorised, match="rule 61: a has no certificate valid on 2026-11-02"):
        require(fresh, Actor(staff_id="a", agency_code=DISTRICT), Power.REVIEW_VACANCIES, None, DAY)


@pytest.mark.rule("5.b")
@pytest.mark.parametrize("power", Power)
def test_the_system_does_only_what_needs_no_person(directory: Directory, power: Power) -> None:
    allowed = may(directory, Actor.system(DISTRICT), power, DISTRICT)
    assert allowed is REQUIREMENTS[power].system
    assert allowed is (power in NEED_NO_PERSON)
    if allowed:
        assert not may(directory, Actor.system(OTHER), power, SUBDISTRICT)


def test_before_the_first_agency_only_the_system_acts() -> None:
    empty = Directory()
    assert may(empty, Actor.system(CITY), Power.MANAGE_AGENCIES, None)
    assert not may(empty, Actor.system(CITY), Power.SERVE_EMPLOYERS, None)
    assert not may(empty, person(Role.ADMINISTRATOR, CITY), Power.MANAGE_AGENCIES, None)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (Actor(staff_id="nobody", agency_code=DISTRICT), "nobody on any staff has the id nobody"),
        (Actor(staff_id=f"supervisor-{OTHER}", agency_code=DISTRICT), "is not on the staff of"),
        (Actor(staff_id=f"supervisor-{OTHER}", agency_code="999999"), "no agency has the code"),
    ],
)
def test_who_is_not_who_they_say_is_refused(directory: Directory, who: Actor, reason: str) -> None:
    with pytest.raises(NotAuthorised, match=reason):
        require(directory, who, Power.LOOK, DISTRICT, DAY)


def test_a_record_for_which_nobody_answers_is_nobodys(directory: Directory) -> None:
    with pytest.raises(NotAuthorised, match="no agency answers for the code 999999"):
        require(directory, person(Role.SUPERVISOR, CITY), Power.LOOK, "999999", DAY)


def test_an_agency_that_is_closed_without_successor_is_still_looked_at_from_above() -> None:
    made = Directory()
    for position, (code, (level, parent)) in enumerate(LEVELS.items(), 1):
        made.apply(
            RecordedEvent(
                AgencyFounded(
                    code=code, name=code, level=level, parent_code=parent, effective_on=FOUNDED
                ),
                agency_stream(code, FOUNDED), 1, position, FOUNDED, datetime.now(UTC), "system",
                CITY, uuid4(),
            )
        )  # fmt: skip
    made.apply(
        RecordedEvent(
            AgencyClosed(successor_code=None, effective_on=DAY), agency_stream(SIBLING, FOUNDED), 2,
            99, DAY, datetime.now(UTC), "system", CITY, uuid4(),
        )
    )  # fmt: skip
    assert may(made, Actor.system(DISTRICT), Power.LOOK, SIBLING)
    assert not may(made, Actor.system(SUBDISTRICT), Power.LOOK, SIBLING)
    assert not may(made, Actor.system(SIBLING), Power.LOOK, SIBLING)


@pytest.mark.parametrize("staff_id", ["", "a b", "王小明", "x\0", "-x", "x" * 65])
def test_an_actor_has_an_id_that_can_be_kept_and_searched(staff_id: str) -> None:
    with pytest.raises(ValidationError):
        Actor(staff_id=staff_id, agency_code=CITY)
