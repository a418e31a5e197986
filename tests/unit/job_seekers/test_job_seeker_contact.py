"""Surveys, the needs file, silence, ceasing and resuming."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pytest

from taizhang.domain.errors import InvalidInput
from taizhang.domain.events import Event
from taizhang.domain.job_seeker import contact, status, surveys
from taizhang.domain.job_seeker.contact import (
    Contacted,
    ContactMeans,
    ContactTried,
    Ground,
    ReportedToRegistry,
    ServicesCeased,
    ServicesResumed,
)
from taizhang.domain.job_seeker.search import EmploymentKind
from taizhang.domain.job_seeker.status import AssistanceCalledFor
from taizhang.domain.job_seeker.surveys import (
    EmploymentNeeds,
    Hindrance,
    NeedsFileChanged,
    NeedsFileOpened,
    PutOff,
    SurveyAnswer,
    Surveyed,
    SurveyMethod,
)

if TYPE_CHECKING:
    from tests.unit.job_seekers.conftest import Person

NEEDS = EmploymentNeeds(occupations=("保洁",), hindrances=(Hindrance.AGE,))
SIX_MONTHS_ON = date(2027, 5, 2)


def survey(
    person: Person, answer: SurveyAnswer, reason: str = "照顾老人", put_off: PutOff | None = None
) -> None:
    person.when(
        lambda ledger, occasion: surveys.survey(
            ledger,
            occasion,
            person.person_id,
            SurveyMethod.PHONE,
            answer,
            reason if answer is SurveyAnswer.UNWILLING else "",
            "",
            put_off,
            NEEDS,
        )
    )


def surveyed(events: Sequence[Event]) -> Surveyed:
    found = events[0]
    assert isinstance(found, Surveyed)
    return found


def recognised(person: Person) -> Person:
    return person.given_open().given(person.out_of_work(), person.recognised())


class TestSurveys:
    @pytest.mark.rule("18")
    def test_surveyed_are_recognised_people(self, person: Person) -> None:
        survey(person.given_open(), SurveyAnswer.WILLING)
        person.then_broken("18")

    @pytest.mark.rule("19", "20")
    @pytest.mark.parametrize("answer", SurveyAnswer)
    def test_the_first_survey_opens_the_needs_file(
        self, person: Person, answer: SurveyAnswer
    ) -> None:
        survey(recognised(person), answer)
        expected = person.surveyed(
            answer,
            last_contact_on=person.day if answer is SurveyAnswer.NOT_REACHED else None,
        )
        person.then(expected, NeedsFileOpened(needs=NEEDS))
        survey(person, answer)
        assert len(person.then_happens()) == 1

    @pytest.mark.rule("19")
    def test_who_is_unwilling_says_why(self, person: Person) -> None:
        survey(recognised(person), SurveyAnswer.UNWILLING, reason=" ")
        person.then_broken("19", "concrete reason")

    @pytest.mark.rule("21.2a")
    def test_who_is_willing_and_does_not_register_is_surveyed_again(self, person: Person) -> None:
        survey(recognised(person), SurveyAnswer.WILLING)
        assert surveyed(person.then_happens()).will_follow_up
        survey(person.later(10), SurveyAnswer.WILLING)
        assert surveyed(person.then_happens()).number == 1
        survey(person.given(person.registered()).later(10), SurveyAnswer.WILLING)
        again = surveyed(person.then_happens())
        assert (again.number, again.will_follow_up) == (0, False)

    @pytest.mark.rule("21.2a")
    def test_who_was_willing_and_is_not_reached_is_followed_up_still(self, person: Person) -> None:
        recognised(person).given(person.surveyed(SurveyAnswer.WILLING))
        survey(person.later(7), SurveyAnswer.NOT_REACHED)
        assert surveyed(person.then_happens()).will_follow_up
        survey(person.later(7), SurveyAnswer.UNWILLING)
        assert not surveyed(person.then_happens()).will_follow_up
        survey(person.later(7), SurveyAnswer.NOT_REACHED)
        assert not surveyed(person.then_happens()).will_follow_up

    @pytest.mark.rule("21.2a")
    def test_it_is_put_off_only_for_cause_of_one_who_is_willing(self, person: Person) -> None:
        survey(recognised(person), SurveyAnswer.WILLING, put_off=PutOff.CHILDBIRTH)
        assert surveyed(person.then_happens()).put_off is PutOff.CHILDBIRTH
        survey(person, SurveyAnswer.UNWILLING, put_off=PutOff.CHILDBIRTH)
        person.then_broken("21.2a")

    def test_surveys_come_in_order(self, person: Person) -> None:
        recognised(person).later(5).given(person.surveyed(SurveyAnswer.WILLING))
        survey(person.later(-1), SurveyAnswer.WILLING)
        person.then_refused(InvalidInput, "the last survey was on")

    @pytest.mark.rule("20", "32")
    def test_the_needs_file_is_changed_with_its_reason(self, person: Person) -> None:
        recognised(person).when(
            lambda ledger, occasion: surveys.change_needs(ledger, occasion, NEEDS, "转行")
        ).then_broken("20", "survey first")
        person.given(NeedsFileOpened(needs=EmploymentNeeds())).when(
            lambda ledger, occasion: surveys.change_needs(ledger, occasion, NEEDS, "转行")
        ).then(NeedsFileChanged(needs=NEEDS, reason="转行"))


def report(person: Person, ground: Ground) -> None:
    person.when(lambda ledger, occasion: contact.report(ledger, occasion, ground, "函2026-1"))


def cease(person: Person, ground: Ground) -> None:
    person.when(lambda ledger, occasion: contact.cease(ledger, occasion, ground))


class TestSilence:
    @pytest.mark.rule("13.3")
    def test_after_more_than_six_months_the_registry_is_told_and_services_cease(
        self, person: Person
    ) -> None:
        ground = Ground.OUT_OF_CONTACT
        person.given_registered().given(person.out_of_work()).on(SIX_MONTHS_ON)
        report(person, ground)
        person.then_broken("13.3", "more than 6 months must pass")
        cease(person.later(1), ground)
        person.then_broken("13.3", "report first")
        report(person, ground)
        person.then(ReportedToRegistry(ground=ground, reference="函2026-1"))
        report(person, ground)
        person.then()
        cease(person, ground)
        person.then(ServicesCeased(ground=ground))
        cease(person, ground)
        person.then_broken("13.3", "have ceased")

    @pytest.mark.rule("13.3")
    def test_only_registered_unemployed_people(self, person: Person) -> None:
        report(person.given_registered().on(date(2027, 12, 1)), Ground.OUT_OF_CONTACT)
        person.then_broken("13.3", "not registered as unemployed")

    @pytest.mark.rule("13.3", "17")
    def test_contact_starts_the_time_anew_and_a_vain_attempt_does_not(self, person: Person) -> None:
        person.given_registered().given(person.out_of_work()).on(SIX_MONTHS_ON).when(
            lambda ledger, _: contact.note_attempt(ledger, ContactMeans.PHONE)
        ).then(ContactTried(means=ContactMeans.PHONE))
        assert person.ledger.contact.last_on == person.first_day
        person.when(
            lambda ledger, _: contact.note_contact(
                ledger, person.person_id, ContactMeans.PHONE, "在外地"
            )
        ).then(Contacted(person_id=person.person_id, means=ContactMeans.PHONE, note="在外地"))
        report(person.later(1), Ground.OUT_OF_CONTACT)
        person.then_broken("13.3", "2027-05-02")

    @pytest.mark.rule("13.3")
    def test_a_contact_after_the_report_keeps_services_going(self, person: Person) -> None:
        ground = Ground.OUT_OF_CONTACT
        person.given_registered().given(person.out_of_work()).on(SIX_MONTHS_ON).later(1)
        person.given(ReportedToRegistry(ground=ground, reference=""))
        person.given(Contacted(person_id=person.person_id, means=ContactMeans.PHONE, note=""))
        cease(person, ground)
        person.then_broken("13.3", "must pass")

    @pytest.mark.rule("13.3")
    def test_services_resume_on_contact(self, person: Person) -> None:
        def resume() -> None:
            person.when(
                lambda ledger, occasion: contact.resume(
                    ledger, occasion, person.person_id, ContactMeans.FRONT_DESK, ""
                )
            )

        resume_refused = person.given_open()
        resume()
        resume_refused.then_refused(InvalidInput, "nothing to resume")
        person.given(
            person.out_of_work(),
            ReportedToRegistry(ground=Ground.UNWILLING, reference=""),
            ServicesCeased(ground=Ground.UNWILLING),
        )
        resume()
        person.then(
            ServicesResumed(
                person_id=person.person_id,
                means=ContactMeans.FRONT_DESK,
                note="",
                out_of_work=True,
            )
        )
        assert person.ledger.contact.ceased is None


class TestSurveyedInVain:
    @pytest.mark.rule("21.2b")
    def test_three_follow_ups_and_six_months_of_silence(self, person: Person) -> None:
        recognised(person)
        for number in range(4):
            survey(person.later(9), SurveyAnswer.NOT_REACHED)
            last = surveyed(person.then_happens())
            assert last.surveyed_often is (number >= 3)
        assert last.last_contact_on == person.first_day
        report(person, Ground.NOT_REGISTERING)
        person.then_broken("21.2b", "must pass")
        report(person.on(SIX_MONTHS_ON).later(1), Ground.NOT_REGISTERING)
        person.then_happens()
        cease(person, Ground.NOT_REGISTERING)
        person.then_happens()
        survey(person, SurveyAnswer.WILLING)
        person.then_broken("21.2b", "ceased")

    @pytest.mark.rule("21.2b")
    def test_fewer_follow_ups_are_not_enough(self, person: Person) -> None:
        recognised(person).given(person.surveyed(SurveyAnswer.NOT_REACHED, 2))
        report(person.on(date(2027, 12, 1)), Ground.NOT_REGISTERING)
        person.then_broken("21.2b", "2 follow-up surveys: 3")

    @pytest.mark.rule("21.3")
    def test_three_follow_ups_still_unwilling(self, person: Person) -> None:
        recognised(person)
        for number in range(4):
            report(person, Ground.UNWILLING)
            person.then_broken("21.3")
            survey(person.later(9), SurveyAnswer.UNWILLING)
            assert surveyed(person.then_happens()).unwilling_often is (number >= 3)
        report(person, Ground.UNWILLING)
        person.then_happens()
        cease(person, Ground.UNWILLING)
        person.then_happens()
        survey(person, SurveyAnswer.WILLING)
        person.then_broken("21.3", "ceased")

    @pytest.mark.rule("21.3")
    def test_a_willing_answer_or_registration_starts_the_count_anew(self, person: Person) -> None:
        recognised(person)
        for number in range(4):
            person.given(person.surveyed(SurveyAnswer.UNWILLING, number))
        assert person.ledger.surveys.unwilling == 3
        person.given(person.surveyed(SurveyAnswer.WILLING, 4))
        assert person.ledger.surveys.unwilling == 0
        person.given(person.registered())
        assert person.ledger.surveys.follow_ups == 0
        report(person, Ground.UNWILLING)
        person.then_broken("21.3", "registered for job seeking")

    @pytest.mark.rule("29")
    def test_the_end_of_assistance_ceases_services_by_itself(self, person: Person) -> None:
        ground = Ground.ASSISTANCE_ENDED
        report(recognised(person), ground)
        person.then_broken("29", "end the case")
        person.when(lambda ledger, _: contact.cease_after_assistance(ledger, "函2")).then(
            ReportedToRegistry(ground=ground, reference="函2"), ServicesCeased(ground=ground)
        )
        assert all(label.label_zh for label in (*Ground, *ContactMeans, *EmploymentKind, *PutOff))


@pytest.mark.rule("13.1", "13.3")
def test_what_became_of_the_formalities_meanwhile_follows_when_services_resume(
    person: Person,
) -> None:
    person.given_ceased().given(person.graded(3), person.out_of_work())
    person.when(
        lambda ledger, occasion: status.recognise(
            ledger, occasion, "4050人员", person.day, "认定表"
        )
    ).then(person.recognised())
    person.when(
        lambda ledger, occasion: contact.resume(
            ledger, occasion, person.person_id, ContactMeans.PHONE, ""
        )
    )
    assert AssistanceCalledFor() in person.then_happens()
