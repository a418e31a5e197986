"""Agencies and staff: each command decided on a directory, and the directory as of any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from taizhang.application.commands.base import Context
from taizhang.application.commands.organisation import (
    ChangeStaffRoles,
    CloseAgency,
    DirectoryStream,
    EmployStaff,
    EndStaff,
    FoundAgency,
    MoveStaff,
    OrganisationCommand,
    RecodeAgency,
    RecordCertificate,
    RenameAgency,
)
from taizhang.domain.aggregate import Occasion
from taizhang.domain.errors import InvalidInput, NotFound, RuleBroken, TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.agency import (
    AgencyClosed,
    AgencyFounded,
    AgencyLevel,
    AgencyRecoded,
    AgencyRenamed,
)
from taizhang.domain.organisation.directory import Agency, Directory
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.organisation.staff import (
    CertificateRecorded,
    Role,
    StaffJoined,
    StaffLeft,
    StaffMoved,
    StaffRolesChanged,
)
from taizhang.domain.regulation.edition import EDITION_2018

from .answers import Answered

DAY = date(2020, 1, 1)
LATER = date(2021, 1, 1)
IDENTITIES: Any = None
CITY = FoundAgency(code="110000", name="市", level=AgencyLevel.CITY, effective_on=DAY)
DISTRICT = FoundAgency(
    code="110105", name="区", level=AgencyLevel.DISTRICT, parent_code="110000", effective_on=DAY
)
SUBDISTRICT = FoundAgency(
    code="110105001",
    name="街道",
    level=AgencyLevel.SUBDISTRICT,
    parent_code="110105",
    effective_on=DAY,
)
CLERK = EmployStaff(
    staff_id="clerk",
    name="某",
    agency_code="110105001",
    roles=(Role.SERVICE_STAFF,),
    effective_on=DAY,
)


class Office(Answered):
    """A directory, commands carried out on it, and what came of the last one."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.answer: Sequence[Event] | TaizhangError = ()
        self._versions: dict[UUID, int] = {}
        self._position = 0

    def given(self, *commands: OrganisationCommand) -> Office:
        for command in commands:
            self.when(command)
            assert not isinstance(self.answer, TaizhangError), self.answer
        return self

    def when(self, command: OrganisationCommand) -> Office:
        actor = Actor.system("110000")
        context = Context(Occasion(actor, DAY, DAY, EDITION_2018), self.directory, IDENTITIES)
        try:
            stream = command.stream(IDENTITIES, self.directory)
            state = DirectoryStream(self._versions.get(stream, 0))
            command.owner(state, context)
            self.answer = command.decide(state, context)
        except TaizhangError as error:
            self.answer = error
            return self
        for event in self.answer:
            self._position += 1
            self._versions[stream] = self._versions.get(stream, 0) + 1
            self.directory.apply(
                RecordedEvent(
                    event, stream, self._versions[stream], self._position, DAY, datetime.now(UTC),
                    "system", "110000", uuid4(),
                )
            )  # fmt: skip
        return self

    def then(self, *events: Event) -> Office:
        assert not isinstance(self.answer, TaizhangError), self.answer
        assert list(self.answer) == list(events)
        return self

    def find(self, code: str, day: date = LATER) -> Agency:
        agency = self.directory.find(code, day)
        assert agency is not None
        return agency


@pytest.fixture
def office() -> Office:
    """Return an office in which a city, a district, a subdistrict and a clerk are known."""
    return Office().given(CITY, DISTRICT, SUBDISTRICT, CLERK)


class TestFounding:
    @pytest.mark.rule("4")
    def test_the_levels_stand_one_below_the_other(self) -> None:
        office = Office().given(CITY, DISTRICT).when(SUBDISTRICT)
        office.then(
            AgencyFounded(
                code="110105001",
                name="街道",
                level=AgencyLevel.SUBDISTRICT,
                parent_code="110105",
                effective_on=DAY,
            )
        )
        line = [agency.level for agency in office.find("110105001").line_upwards()]
        assert line == [AgencyLevel.SUBDISTRICT, AgencyLevel.DISTRICT, AgencyLevel.CITY]

    @pytest.mark.rule("4")
    @pytest.mark.parametrize(
        ("level", "parent"),
        [
            (AgencyLevel.DISTRICT, None),
            (AgencyLevel.DISTRICT, "110105"),
            (AgencyLevel.SUBDISTRICT, "110000"),
            (AgencyLevel.STATION, "110105"),
            (AgencyLevel.STATION, None),
            (AgencyLevel.CITY, "110000"),
        ],
    )
    def test_none_stands_anywhere_else(
        self, office: Office, level: AgencyLevel, parent: str | None
    ) -> None:
        office.when(
            FoundAgency(code="110199", name="新", level=level, parent_code=parent, effective_on=DAY)
        ).then_refused(RuleBroken, "rule 4")

    @pytest.mark.rule("4")
    def test_there_is_one_city(self, office: Office) -> None:
        other = CITY.model_copy(update={"code": "120000"})
        office.when(other).then_refused(RuleBroken, "rule 4")

    def test_a_code_is_borne_by_one_at_a_time(self, office: Office) -> None:
        office.when(SUBDISTRICT.model_copy(update={"effective_on": LATER})).then_refused(
            InvalidInput, "another agency bears the code 110105001"
        )

    def test_also_by_one_that_is_founded_only_later(self, office: Office) -> None:
        office.given(
            SUBDISTRICT.model_copy(update={"code": "110105009", "effective_on": LATER})
        ).when(SUBDISTRICT.model_copy(update={"code": "110105009"})).then_refused(
            InvalidInput, "110105009"
        )

    def test_not_below_an_agency_that_does_not_exist_that_day(self, office: Office) -> None:
        early = SUBDISTRICT.model_copy(
            update={"code": "110105009", "effective_on": DAY - timedelta(days=1)}
        )
        office.when(early).then_refused(NotFound, "110105")

    def test_the_code_of_a_closed_agency_may_be_given_again(self, office: Office) -> None:
        office.given(CloseAgency(code="110105001", effective_on=LATER))
        office.given(SUBDISTRICT.model_copy(update={"effective_on": LATER}))
        assert office.find("110105001", LATER) is not office.find("110105001", DAY)

    @pytest.mark.parametrize(
        "code", ["11010", "1101051", "１１０１０５", "110105\n", "11010a", "", "1101050010011"]
    )
    def test_a_code_is_6_9_or_12_digits(self, code: str) -> None:
        with pytest.raises(ValidationError):
            FoundAgency(code=code, name="新", level=AgencyLevel.CITY, effective_on=DAY)


class TestChanges:
    def test_an_agency_is_renamed_as_of_a_day(self, office: Office) -> None:
        office.when(RenameAgency(code="110105001", name="新名", effective_on=LATER)).then(
            AgencyRenamed(name="新名", effective_on=LATER)
        )
        agency = office.find("110105001")
        assert agency.name_on(LATER - timedelta(days=1)) == "街道"
        assert agency.name_on(LATER) == "新名"
        assert agency.name_on(DAY - timedelta(days=9)) == "街道"

    def test_an_agency_is_recoded_as_of_a_day_and_stays_the_same(self, office: Office) -> None:
        before = office.find("110105001")
        office.when(RecodeAgency(code="110105001", new_code="110105077", effective_on=LATER)).then(
            AgencyRecoded(code="110105077", effective_on=LATER)
        )
        assert office.find("110105077") is before
        assert office.directory.find("110105001", LATER) is None
        assert office.directory.find("110105001", LATER - timedelta(days=1)) is before
        assert office.directory.holder("110105001", LATER) is before

    def test_a_code_in_use_is_not_taken_over(self, office: Office) -> None:
        office.when(
            RecodeAgency(code="110105001", new_code="110105", effective_on=LATER)
        ).then_refused(InvalidInput, "another agency bears")

    def test_changes_entered_out_of_order_count_by_their_days(self, office: Office) -> None:
        office.given(
            RenameAgency(code="110105001", name="三", effective_on=date(2022, 1, 1)),
            RenameAgency(code="110105001", name="二", effective_on=LATER),
        )
        agency = office.find("110105001")
        assert [agency.name_on(date(year, 6, 1)) for year in (2020, 2021, 2022)] == [
            "街道", "二", "三",
        ]  # fmt: skip

    def test_a_closed_agencys_records_are_its_successors(self, office: Office) -> None:
        office.given(SUBDISTRICT.model_copy(update={"code": "110105002"})).when(
            CloseAgency(code="110105001", successor_code="110105002", effective_on=LATER)
        ).then(AgencyClosed(successor_code="110105002", effective_on=LATER))
        successor = office.find("110105002")
        assert office.directory.find("110105001", LATER) is None
        assert office.directory.holder("110105001", LATER) is successor
        assert office.directory.holder("110105001", LATER - timedelta(days=1)) is not successor
        held = office.directory.codes_held(successor, LATER)
        assert held == ["110105001", "110105002"]
        assert office.directory.codes_held(successor, DAY) == ["110105002"]

    def test_a_chain_of_successors_is_followed_to_its_end(self, office: Office) -> None:
        for code in ("110105002", "110105003"):
            office.given(SUBDISTRICT.model_copy(update={"code": code}))
        office.given(
            CloseAgency(code="110105001", successor_code="110105002", effective_on=LATER),
            CloseAgency(
                code="110105002", successor_code="110105003", effective_on=date(2022, 1, 1)
            ),
        )
        assert office.directory.holder("110105001", date(2023, 1, 1)) is office.find("110105003")

    def test_none_is_closed_above_others(self, office: Office) -> None:
        office.when(CloseAgency(code="110105", effective_on=LATER)).then_refused(
            InvalidInput, "1 agencies stand below 110105"
        )

    def test_none_succeeds_itself_or_is_succeeded_by_nobody(self, office: Office) -> None:
        office.when(
            CloseAgency(code="110105001", successor_code="110105001", effective_on=LATER)
        ).then_refused(InvalidInput, "does not succeed itself")
        office.when(
            CloseAgency(code="110105001", successor_code="999999", effective_on=LATER)
        ).then_refused(NotFound, "999999")

    def test_what_does_not_exist_cannot_be_changed(self, office: Office) -> None:
        commands: list[OrganisationCommand] = [
            RenameAgency(code="999999", name="x", effective_on=LATER),
            RecodeAgency(code="999999", new_code="999998", effective_on=LATER),
            CloseAgency(code="999999", effective_on=LATER),
            RenameAgency(code="110105001", name="x", effective_on=DAY - timedelta(days=1)),
        ]
        for command in commands:
            office.when(command).then_refused(NotFound, "no agency bears the code")


class TestStaff:
    @pytest.mark.rule("60")
    def test_a_person_is_employed_with_roles(self, office: Office) -> None:
        office.when(CLERK.model_copy(update={"staff_id": "new", "effective_on": LATER})).then(
            StaffJoined(
                staff_id="new",
                name="某",
                agency_code="110105001",
                roles=(Role.SERVICE_STAFF,),
                effective_on=LATER,
            )
        )
        members = office.directory.members_of(office.find("110105001"), LATER)
        assert [member.staff_id for member in members] == ["clerk", "new"]
        before = office.directory.members_of(office.find("110105001"), DAY)
        assert [member.staff_id for member in before] == ["clerk"]

    def test_on_one_staff_at_a_time(self, office: Office) -> None:
        office.when(CLERK.model_copy(update={"effective_on": LATER})).then_refused(
            InvalidInput, "on a staff already"
        )

    def test_not_by_an_agency_that_does_not_exist(self, office: Office) -> None:
        office.when(
            CLERK.model_copy(update={"staff_id": "new", "agency_code": "999999"})
        ).then_refused(NotFound, "999999")

    def test_nobody_takes_the_name_of_the_system(self, office: Office) -> None:
        office.when(CLERK.model_copy(update={"staff_id": "system"})).then_refused(
            InvalidInput, "stands for the service itself"
        )

    @pytest.mark.rule("60")
    def test_who_left_has_no_role_and_may_come_back(self, office: Office) -> None:
        office.when(EndStaff(staff_id="clerk", effective_on=LATER)).then(
            StaffLeft(effective_on=LATER)
        )
        member = office.directory.member("clerk")
        assert member is not None
        assert member.roles_on(LATER) == frozenset()
        assert member.roles_on(LATER - timedelta(days=1)) == {Role.SERVICE_STAFF}
        office.when(EndStaff(staff_id="clerk", effective_on=LATER)).then_refused(
            NotFound, "on no staff"
        )
        again = date(2022, 1, 1)
        office.given(CLERK.model_copy(update={"effective_on": again}))
        assert office.directory.member("clerk") is member
        assert member.roles_on(again) == {Role.SERVICE_STAFF}

    @pytest.mark.rule("60")
    def test_roles_change_as_of_a_day(self, office: Office) -> None:
        office.when(
            ChangeStaffRoles(staff_id="clerk", roles=(Role.SUPERVISOR,), effective_on=LATER)
        ).then(StaffRolesChanged(roles=(Role.SUPERVISOR,), effective_on=LATER))
        member = office.directory.member("clerk")
        assert member is not None
        assert member.roles_on(LATER) == {Role.SUPERVISOR}
        assert member.roles_on(DAY) == {Role.SERVICE_STAFF}

    def test_a_person_moves_as_of_a_day(self, office: Office) -> None:
        office.when(MoveStaff(staff_id="clerk", agency_code="110105", effective_on=LATER)).then(
            StaffMoved(agency_code="110105", effective_on=LATER)
        )
        assert office.directory.members_of(office.find("110105001"), LATER) == []
        office.when(
            MoveStaff(staff_id="clerk", agency_code="999999", effective_on=LATER)
        ).then_refused(NotFound, "999999")

    def test_nobody_moves_who_is_on_no_staff(self, office: Office) -> None:
        office.when(
            MoveStaff(staff_id="stranger", agency_code="110105", effective_on=LATER)
        ).then_refused(NotFound, "stranger is on no staff")

    @pytest.mark.rule("61", "62", "65")
    @pytest.mark.parametrize(
        "role", [Role.COUNSELLOR, Role.INFORMATION_ANALYST, Role.COMMUNITY_COORDINATOR]
    )
    def test_these_roles_count_only_with_a_certificate_that_is_valid(
        self, office: Office, role: Role
    ) -> None:
        office.given(ChangeStaffRoles(staff_id="clerk", roles=(role,), effective_on=DAY))
        member = office.directory.member("clerk")
        assert member is not None
        assert member.roles_on(LATER) == frozenset()
        office.when(
            RecordCertificate(
                staff_id="clerk",
                role=role,
                title="资格证书",
                valid_from=date(2020, 6, 1),
                valid_until=LATER,
                effective_on=DAY,
            )
        ).then(
            CertificateRecorded(
                role=role, title="资格证书", valid_from=date(2020, 6, 1), valid_until=LATER
            )
        )
        days = [date(2020, 5, 31), date(2020, 6, 1), LATER, LATER + timedelta(days=1)]
        assert [bool(member.roles_on(day)) for day in days] == [False, True, True, False]

    @pytest.mark.rule("61")
    def test_a_certificate_for_one_role_is_none_for_another(self, office: Office) -> None:
        office.given(
            ChangeStaffRoles(staff_id="clerk", roles=(Role.COUNSELLOR,), effective_on=DAY),
            RecordCertificate(
                staff_id="clerk",
                role=Role.INFORMATION_ANALYST,
                title="x",
                valid_from=DAY,
                effective_on=DAY,
            ),
        )
        member = office.directory.member("clerk")
        assert member is not None
        assert member.roles_on(LATER) == frozenset()

    @pytest.mark.rule("61")
    def test_no_certificate_ends_before_it_begins(self, office: Office) -> None:
        office.when(
            RecordCertificate(
                staff_id="clerk",
                role=Role.COUNSELLOR,
                title="x",
                valid_from=LATER,
                valid_until=DAY,
                effective_on=DAY,
            )
        ).then_refused(InvalidInput, "ends before it begins")


class TestWhatJobsAsk:
    def test_a_superior_is_one_that_has_agencies_below_it_by_then(self, office: Office) -> None:
        entered = office.find("110105").entered_on
        assert office.find("110105").is_superior_on(max(entered, LATER))
        assert not office.find("110105").is_superior_on(entered - timedelta(days=1))
        assert not office.find("110105001").is_superior_on(max(entered, LATER))
        office.given(CloseAgency(code="110105001", effective_on=LATER))
        assert not office.find("110105").is_superior_on(max(entered, LATER))

    def test_who_acts_for_a_closed_agency_is_its_successor_else_its_superior(
        self, office: Office
    ) -> None:
        sibling = SUBDISTRICT.model_copy(update={"code": "110105002"})
        other = SUBDISTRICT.model_copy(update={"code": "110105003"})
        office.given(sibling, other)
        succeeded, orphaned = office.find("110105001"), office.find("110105003")
        office.given(
            CloseAgency(code="110105001", successor_code="110105002", effective_on=LATER),
            CloseAgency(code="110105003", effective_on=LATER),
        )
        directory = office.directory
        assert directory.acting_code(succeeded, DAY) == "110105001"
        assert directory.acting_code(succeeded, LATER) == "110105002"
        assert directory.acting_code(orphaned, LATER) == "110105"
        assert directory.codes_answered_for(succeeded, DAY) == ["110105001"]
        assert directory.codes_answered_for(office.find("110105002"), LATER) == [
            "110105001",
            "110105002",
        ]
        assert directory.codes_answered_for(orphaned, LATER) == ["110105003"]

    def test_an_agency_answers_for_every_code_that_it_bore(self, office: Office) -> None:
        agency = office.find("110105001", DAY)
        office.given(RecodeAgency(code="110105001", new_code="110105120", effective_on=LATER))
        assert office.directory.codes_answered_for(agency, LATER) == ["110105001", "110105120"]
        assert office.directory.acting_code(agency, LATER) == "110105120"
        assert office.directory.agency(agency.stream_id) is agency

    def test_staff_is_known_by_every_code_it_was_at(self, office: Office) -> None:
        office.given(MoveStaff(staff_id="clerk", agency_code="110105", effective_on=LATER))
        assert office.directory.codes_of_staff() == {"110105001", "110105"}
