"""Opening the ledger, documents, registration, status and grading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from taizhang.domain.employer.papers import Channel
from taizhang.domain.errors import InvalidInput, NotFound
from taizhang.domain.job_seeker import grading, registration, status
from taizhang.domain.job_seeker.documents import DocumentKind, IdentityDocument
from taizhang.domain.job_seeker.grading import Grade
from taizhang.domain.job_seeker.ledger import Section, section_of
from taizhang.domain.job_seeker.registration import (
    Household,
    LedgerMoved,
    RefinedInformationRecorded,
    SkillLevel,
)
from taizhang.domain.job_seeker.status import (
    AdviceCalledFor,
    AdviceGiven,
    AssistanceCalledFor,
    AssistanceCallLifted,
    Formality,
    GroupNamed,
    NamedBy,
    StatusRegistration,
    assistance_problem,
)
from taizhang.domain.regulation.edition import EDITION_2018

if TYPE_CHECKING:
    from tests.unit.job_seekers.conftest import Person

CITIZEN = IdentityDocument(number="11010519900101007x")


class TestDocuments:
    @pytest.mark.rule("11.2")
    def test_a_citizen_number_is_checked_and_brought_to_its_normal_form(self) -> None:
        assert CITIZEN.number == "11010519900101007X"
        assert CITIZEN.birth_date == date(1990, 1, 1)
        assert CITIZEN.derivation == ("11010519900101007X", "", "")

    @pytest.mark.parametrize(
        "fields",
        [
            {"number": "110105199001010071"},
            {"number": "11010519901301001X"},
            {"number": "123"},
            {"number": "11010519900101007X", "country": "HKG"},
            {"kind": "passport", "number": "E1", "country": "FRA"},
            {"kind": "passport", "number": "护照号码一二三", "country": "FRA"},
            {"kind": "passport", "number": "E1234567", "country": "France"},
            {"kind": "residence_permit", "number": "810000199001010010"},
            {"number": 11010519900101},
            "11010519900101007X",
        ],
    )
    def test_what_is_no_document_is_refused_without_showing_the_number(self, fields: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            IdentityDocument.model_validate(fields)
        shown = str(refused.value)
        number = fields["number"] if isinstance(fields, dict) else fields
        assert isinstance(number, int) or number not in shown

    def test_people_without_a_citizen_number_are_known_by_another_document(self) -> None:
        passport = IdentityDocument(kind=DocumentKind.PASSPORT, number="e 123-4567", country="FRA")
        assert passport.derivation == ("E123-4567", "passport", "FRA")
        assert passport.birth_date is None
        assert "E123" not in repr(passport) + str(passport)

    def test_every_kind_has_a_name(self) -> None:
        assert all(kind.label_zh for kind in DocumentKind)


def opening(
    person: Person, document: IdentityDocument = CITIZEN, channel: Channel = Channel.FRONT_DESK
) -> None:
    person.when(
        lambda ledger, _: registration.open_ledger(ledger, channel, document, person.basics())
    )


class TestOpening:
    @pytest.mark.rule("10", "11.1")
    @pytest.mark.parametrize("channel", Channel)
    def test_a_ledger_is_opened_by_any_channel(self, person: Person, channel: Channel) -> None:
        opening(person, channel=channel)
        opened = person.opened().model_copy(update={"channel": channel})
        person.then(opened, person.basics())
        assert person.ledger.agency_code == "110105001"
        assert person.ledger.opened_on == person.first_day
        assert person.ledger.contact.last_on == person.first_day

    @pytest.mark.rule("11.1")
    def test_a_person_has_one_ledger(self, person: Person) -> None:
        opening(person.given_open())
        person.then_refused(InvalidInput, "has a ledger already, at agency 110105001")

    def test_the_birth_date_is_that_of_the_number(self, person: Person) -> None:
        basics = person.basics(birth_date="1991-01-01")
        person.when(
            lambda ledger, _: registration.open_ledger(ledger, Channel.SURVEY, CITIZEN, basics)
        ).then_refused(InvalidInput, "not that of the number")
        unstated = person.basics(birth_date="")
        person.when(
            lambda ledger, _: registration.open_ledger(
                ledger, Channel.FRONT_DESK, CITIZEN, unstated
            )
        ).then(person.opened(), person.basics())

    def test_nothing_is_done_without_a_ledger(self, person: Person) -> None:
        person.when(
            lambda ledger, _: registration.change_basics(ledger, person.basics())
        ).then_refused(NotFound, "open it first")

    @pytest.mark.rule("17")
    def test_basics_are_kept_up_to_date(self, person: Person) -> None:
        changed = person.basics(residence_area="110108", household=Household.LOCAL_RURAL)
        person.given_open().when(
            lambda ledger, _: registration.change_basics(ledger, changed)
        ).then(changed)
        assert person.ledger.residence_area == "110108"

    @pytest.mark.rule("51.2")
    def test_nothing_personal_is_in_the_state(self, person: Person) -> None:
        state = repr(person.given_open().ledger)
        for secret in ("王小明", "11010519900101007X", "138", "1990", "建外大街"):
            assert secret not in state


class TestRegistration:
    @pytest.mark.rule("11.2", "21.1")
    def test_a_person_registers_for_job_seeking(self, person: Person) -> None:
        person.given_open().when(
            lambda ledger, occasion: registration.register(ledger, occasion, person.registered())
        ).then(person.registered())
        assert person.ledger.registration.registered_on == person.first_day

    @pytest.mark.rule("11.2")
    def test_refined_information_is_recorded(self, person: Person) -> None:
        refined = RefinedInformationRecorded(
            person_id=person.person_id,
            out_of_work_since=date(2026, 1, 1),
            skill_level=SkillLevel.INTERMEDIATE,
            skills=("低压电工",),
            family_factors=(),
            remarks="",
        )
        person.given_registered().when(
            lambda ledger, occasion: registration.refine(ledger, occasion, refined)
        ).then(refined)
        later = refined.model_copy(update={"out_of_work_since": date(2026, 12, 1)})
        person.when(
            lambda ledger, occasion: registration.refine(ledger, occasion, later)
        ).then_refused(InvalidInput, "after the day of service")

    def test_no_service_before_the_ledger_was_opened(self, person: Person) -> None:
        person.given_open().later(-1).when(
            lambda ledger, occasion: registration.register(ledger, occasion, person.registered())
        ).then_refused(InvalidInput, "opened on")

    @pytest.mark.rule("4")
    def test_an_agency_takes_over_whom_it_serves(self, person: Person) -> None:
        person.given_open().at("110108002").when(
            lambda ledger, occasion: registration.move(ledger, occasion, "搬家")
        ).then(LedgerMoved(from_agency_code="110105001", reason="搬家"))
        assert person.ledger.agency_code == "110108002"
        person.when(lambda ledger, occasion: registration.move(ledger, occasion, "搬家")).then()


class TestStatus:
    @pytest.mark.rule("13.1")
    def test_once_all_conditions_are_met_assistance_is_called_for_once(
        self, person: Person
    ) -> None:
        person.given_registered().given(person.graded(3), person.out_of_work())
        person.when(
            lambda ledger, occasion: status.recognise(
                ledger, occasion, "4050人员", person.day, "认定表"
            )
        ).then(person.recognised(), AssistanceCalledFor())
        assert assistance_problem(person.ledger, EDITION_2018) is None
        person.when(
            lambda ledger, occasion: status.recognise(
                ledger, occasion, "4050人员", person.day, "认定表"
            )
        ).then(person.recognised())

    @pytest.mark.rule("13.1", "23.1")
    def test_graded_down_nobody_is_to_be_signed_with(self, person: Person) -> None:
        person.given_registered().given(person.graded(3), AssistanceCalledFor())
        grade = Grade(tool="sample", tool_version="1", score=Decimal(20), level=2)
        person.when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then(person.graded(2), AssistanceCallLifted())
        assert not person.ledger.status.assistance_called_for

    @pytest.mark.rule("13.1")
    def test_what_is_missing_is_told(self, person: Person) -> None:
        def problem() -> str:
            problem = assistance_problem(person.ledger, EDITION_2018)
            return problem.text if problem else ""

        person.given_open()
        assert "not registered for job seeking" in problem()
        person.given(person.registered())
        assert "not graded" in problem()
        person.given(person.graded(2))
        assert "key support begins at 3" in problem()
        person.given(person.graded(4))
        assert problem() == "still missing: unemployment_registration, recognition"

    @pytest.mark.rule("33")
    def test_a_group_named_by_city_or_district_is_assisted_likewise(self, person: Person) -> None:
        person.given_registered().given(person.graded(2)).when(
            lambda ledger, occasion: status.name_group(
                ledger, occasion, "退役军人", NamedBy.DISTRICT, person.day
            )
        ).then(GroupNamed(group="退役军人", named_by=NamedBy.DISTRICT, since=person.day))
        assert assistance_problem(person.ledger, EDITION_2018) is None

    @pytest.mark.rule("13.2")
    def test_a_formality_that_is_missing_calls_for_advice(self, person: Person) -> None:
        missing = (Formality.UNEMPLOYMENT_REGISTRATION, Formality.RECOGNITION)
        grade = Grade(tool="sample", tool_version="1", score=Decimal(30), level=3)
        person.given_registered().when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then(person.graded(3), AdviceCalledFor(missing=missing))
        person.when(lambda ledger, occasion: status.advise(ledger, occasion, "请办理")).then(
            AdviceGiven(missing=missing, advice="请办理")
        )
        person.when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then(person.graded(3))

    @pytest.mark.rule("13.2")
    def test_rural_households_register_their_transfer(self, person: Person) -> None:
        rural = StatusRegistration.RURAL_TRANSFER
        person.given_registered().when(
            lambda ledger, occasion: status.register_status(
                ledger, occasion, rural, person.day, "系统"
            )
        ).then_broken("13.2", "rural households")
        person.given(person.basics(household=Household.LOCAL_RURAL), person.graded(4))
        assert person.ledger.status.missing(Household.LOCAL_RURAL)[0].label_zh == "转移就业登记"
        person.when(
            lambda ledger, occasion: status.register_status(
                ledger, occasion, rural, person.day, "系统"
            )
        ).then_happens()
        assert person.ledger.status.advice_open == (Formality.RECOGNITION,)

    @pytest.mark.rule("13.2")
    def test_no_advice_where_nothing_is_missing(self, person: Person) -> None:
        person.given_registered().given(person.out_of_work(), person.recognised()).when(
            lambda ledger, occasion: status.advise(ledger, occasion, "请办理")
        ).then_broken("13.2", "nothing is missing")

    def test_status_and_recognition_end(self, person: Person) -> None:
        person.given_registered()
        person.when(
            lambda ledger, occasion: status.end_status(ledger, occasion, person.day, "就业", "系统")
        ).then_refused(NotFound)
        person.when(
            lambda ledger, occasion: status.end_recognition(
                ledger, occasion, person.day, "退出", "系统"
            )
        ).then_refused(NotFound)
        person.given(person.graded(3), person.out_of_work(), person.recognised())
        person.when(
            lambda ledger, occasion: status.end_status(ledger, occasion, person.day, "就业", "系统")
        ).then_happens()
        person.when(
            lambda ledger, occasion: status.end_recognition(
                ledger, occasion, person.day, "退出", "系统"
            )
        ).then_happens()
        assert (person.ledger.status.registration, person.ledger.status.recognised) == (None, False)

    def test_what_became_known_later_is_no_fact_yet(self, person: Person) -> None:
        person.given_open().when(
            lambda ledger, occasion: status.recognise(
                ledger, occasion, "4050人员", date(2027, 1, 1), "认定表"
            )
        ).then_refused(InvalidInput, "after the day")


class TestGrading:
    @pytest.mark.rule("12")
    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    def test_the_level_is_recorded_with_its_evidence(self, person: Person, level: int) -> None:
        grade = Grade(tool="sample", tool_version="1", score=Decimal(level * 10), level=level)
        person.given_registered().when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        )
        assert person.then_happens()[0] == person.graded(level)
        assert person.ledger.grading.level == level

    @pytest.mark.rule("12")
    @pytest.mark.parametrize("level", [0, 5])
    def test_there_are_four_levels(self, person: Person, level: int) -> None:
        grade = Grade(tool="sample", tool_version="1", score=Decimal(1), level=level)
        person.given_registered().when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then_broken("12", "levels 1 to 4")

    @pytest.mark.rule("12", "22")
    def test_graded_is_who_registered(self, person: Person) -> None:
        grade = Grade(tool="sample", tool_version="1", score=Decimal(1), level=1)
        person.given_open().when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then_broken("12", "register first")
        person.given(person.recognised()).when(
            lambda ledger, occasion: grading.grade(ledger, occasion, person.person_id, grade, "{}")
        ).then_broken("22", "register first")

    @pytest.mark.rule("22")
    def test_registering_a_recognised_person_says_that_grading_is_due(self, person: Person) -> None:
        person.given_open().given(person.recognised()).when(
            lambda ledger, occasion: registration.register(ledger, occasion, person.registered())
        ).then(person.registered(must_be_graded=True))
        person.when(
            lambda ledger, occasion: status.recognise(
                ledger, occasion, "4050人员", person.day, "认定表"
            )
        ).then(person.recognised(must_be_graded=True))


@pytest.mark.rule("17", "32")
def test_every_event_has_its_section(person: Person) -> None:
    assert section_of(person.opened()) is Section.BASICS
    assert section_of(person.registered()) is Section.REGISTRATION
    assert section_of(person.referred()) is Section.REFERRALS_AND_HIRES
    assert [section.label_zh for section in Section][:2] == ["求职者基本情况", "求职登记情况"]
    assert UUID(int=1) == person.person_id
