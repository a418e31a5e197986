"""Which duties the events of a ledger give rise to, when they fall due, and what ends them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from taizhang.domain.calendar import WorkingDayCalendar, add_months
from taizhang.domain.duties import job_seekers
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.job_seeker.contact import (
    Contacted,
    ContactMeans,
    ContactTried,
    Ground,
    ReportedToRegistry,
    ServicesCeased,
    ServicesResumed,
)
from taizhang.domain.job_seeker.merging import LedgerMergedFrom
from taizhang.domain.job_seeker.registration import LedgerMoved
from taizhang.domain.job_seeker.search import (
    Employed,
    EmploymentKind,
    ReferralOutcomeKnown,
    SearchArchived,
)
from taizhang.domain.job_seeker.status import (
    AdviceCalledFor,
    AdviceGiven,
    AssistanceCalledFor,
    Formality,
)
from taizhang.domain.job_seeker.surveys import PutOff, SurveyAnswer
from taizhang.domain.obligations import Obligation, arising, ending, explain, late_entry
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import Obligations
from taizhang.projections.read_model import fold_in_memory

if TYPE_CHECKING:
    from tests.unit.job_seekers.conftest import Person

CALENDAR = WorkingDayCalendar()
MISSING = (Formality.RECOGNITION,)


def opened(person: Person) -> dict[str, Obligation]:
    """Return the duties to job seekers that are open after a history, by key; none is open twice."""
    ours = {duty.key for duty in job_seekers.DUTIES}
    held: list[Obligation] = []
    for recorded in person.history:
        for end in ending(recorded):
            for one in [one for one in held if one.subject_id == end.subject_id]:
                if end.concerns(one):
                    held.remove(one)
                    if end.goes_on:
                        held.append(end.next_spell(one, EDITION_2018, CALENDAR))
        held += [one for one in arising(recorded, EDITION_2018, CALENDAR) if one.outcome == "open"]
    keys = [one.duty for one in held]
    assert len(set(keys)) == len(keys), keys
    return {one.duty: one for one in held if one.duty in ours}


def employed(person: Person) -> Employed:
    return Employed(
        kind=EmploymentKind.OWN_SEARCH, started_on=person.day, referral_id=None, ends_search=True
    )


@pytest.mark.rule("13.2")
def test_advice_is_due_until_given_or_no_longer_needed(person: Person) -> None:
    person.given_registered().given(AdviceCalledFor(missing=MISSING))
    assert opened(person)["registration_advice"].due_on == date(2026, 11, 9)
    person.given(AdviceGiven(missing=MISSING, advice=""))
    assert opened(person) == {}
    person.given(AdviceCalledFor(missing=MISSING), AssistanceCalledFor())
    assert opened(person) == {}


@pytest.mark.rule("13.3")
def test_silence_of_a_registered_unemployed_person_is_reported(person: Person) -> None:
    person.given_registered().given(person.out_of_work())
    duty = opened(person)["out_of_contact_report"]
    assert (duty.opens_on, duty.due_on) == (date(2027, 5, 2), date(2027, 5, 7))
    person.later(30).given(ContactTried(means=ContactMeans.PHONE))
    person.given(person.surveyed(SurveyAnswer.NOT_REACHED))
    assert opened(person)["out_of_contact_report"].opens_on == date(2027, 5, 2)
    person.given(Contacted(person_id=person.person_id, means=ContactMeans.PHONE, note=""))
    assert opened(person)["out_of_contact_report"].opens_on == date(2027, 6, 2)
    person.later(1).given(person.surveyed(SurveyAnswer.UNWILLING))
    assert opened(person)["out_of_contact_report"].opens_on == date(2027, 6, 3)
    person.on(date(2027, 6, 4)).given(
        ReportedToRegistry(ground=Ground.OUT_OF_CONTACT, reference=""),
        ServicesCeased(ground=Ground.OUT_OF_CONTACT),
    )
    assert opened(person) == {}
    person.given(
        ServicesResumed(
            person_id=person.person_id, means=ContactMeans.PHONE, note="", out_of_work=True
        )
    )
    assert opened(person)["out_of_contact_report"].opens_on == date(2027, 12, 4)
    person.given(employed(person))
    assert "out_of_contact_report" not in opened(person)


@pytest.mark.rule("16")
def test_outcome_and_archive(person: Person) -> None:
    person.given_referred()
    assert opened(person)["job_seeker_referral_outcome"].due_on == date(2026, 11, 9)
    person.given(
        ReferralOutcomeKnown(
            referral_id=person.referral_id,
            employer_id=person.employer_id,
            vacancy_id=person.vacancy_id,
            outcome=ReferralOutcome.HIRED,
            started_on=person.day,
        ),
        employed(person),
    )
    assert list(opened(person)) == ["job_search_archive"]
    assert opened(person)["job_search_archive"].due_on == date(2026, 11, 4)
    person.given(SearchArchived())
    assert opened(person) == {}


@pytest.mark.rule("21.2a")
def test_a_follow_up_survey_is_due_in_ten_working_days_or_thirty_days(person: Person) -> None:
    person.given_open().given(person.recognised(), person.surveyed(SurveyAnswer.WILLING))
    assert opened(person)["follow_up_survey"].due_on == date(2026, 11, 16)
    person.later(10).given(
        person.surveyed(SurveyAnswer.WILLING, 1, put_off=PutOff.CARING_FOR_FAMILY)
    )
    assert list(opened(person)) == ["follow_up_survey_latest"]
    assert opened(person)["follow_up_survey_latest"].due_on == date(2026, 12, 12)
    person.given(person.registered())
    assert opened(person) == {}


@pytest.mark.rule("21.2b")
def test_surveyed_in_vain_and_silent(person: Person) -> None:
    person.given_open().given(person.recognised())
    vain = person.surveyed(SurveyAnswer.NOT_REACHED, 3, last_contact_on=person.first_day)
    person.later(30).given(vain)
    duty = opened(person)["survey_out_of_contact_report"]
    assert (duty.opens_on, duty.due_on) == (date(2027, 5, 2), date(2027, 5, 7))
    person.later(1).given(Contacted(person_id=person.person_id, means=ContactMeans.PHONE, note=""))
    assert opened(person)["survey_out_of_contact_report"].opens_on == date(2027, 6, 3)
    person.given(person.registered())
    assert opened(person) == {}


@pytest.mark.rule("21.3")
def test_still_unwilling(person: Person) -> None:
    person.given_open().given(
        person.recognised(), person.surveyed(SurveyAnswer.UNWILLING, 3, unwilling_often=True)
    )
    assert opened(person)["unwilling_report"].due_on == date(2026, 11, 9)
    person.given(person.surveyed(SurveyAnswer.UNWILLING, 4, unwilling_often=True))
    assert list(opened(person)) == ["unwilling_report"]
    person.given(person.surveyed(SurveyAnswer.WILLING, 5))
    assert list(opened(person)) == ["follow_up_survey"]


@pytest.mark.rule("21.2a", "21.2b", "21.3")
@pytest.mark.parametrize(
    "answer", [SurveyAnswer.WILLING, SurveyAnswer.UNWILLING, SurveyAnswer.NOT_REACHED]
)
def test_who_found_work_without_registering_is_not_followed_up(
    person: Person, answer: SurveyAnswer
) -> None:
    surveyed = person.surveyed(
        answer,
        3,
        unwilling_often=answer is SurveyAnswer.UNWILLING,
        last_contact_on=person.first_day if answer is SurveyAnswer.NOT_REACHED else None,
    )
    person.given_open().given(person.recognised()).later(30).given(surveyed)
    assert opened(person)
    person.given(employed(person))
    assert opened(person).keys() <= {"job_search_archive"}


@pytest.mark.rule("22")
def test_a_recognised_person_is_graded_on_registration(person: Person) -> None:
    person.given_open().given(person.recognised(), person.registered(must_be_graded=True))
    assert opened(person)["grading_after_registration"].due_on == date(2026, 11, 3)
    person.given(person.graded(2))
    assert opened(person) == {}


@pytest.mark.rule("4")
def test_an_open_duty_goes_with_the_person(person: Person) -> None:
    person.given_registered().given(AdviceCalledFor(missing=MISSING))
    person.at("110108002").given(LedgerMoved(from_agency_code="110105001", reason="搬家"))
    assert opened(person)["registration_advice"].agency_code == "110108002"


@pytest.mark.rule("4", "13.3", "21.2b")
def test_reports_of_silence_go_with_the_person_with_another_date(person: Person) -> None:
    person.given_open().given(person.out_of_work(), person.recognised())
    vain = person.surveyed(SurveyAnswer.NOT_REACHED, 3, last_contact_on=person.first_day)
    person.later(200).given(vain)
    reports = {"out_of_contact_report", "survey_out_of_contact_report"}
    assert opened(person).keys() >= reports
    person.at("110108002").given(LedgerMoved(from_agency_code="110105001", reason="搬家"))
    rows = fold_in_memory(Obligations(CALENDAR, (EDITION_2018,)), [person.history])
    held = [row for row in (Obligation(*values) for values in rows) if row.duty in reports]
    assert sorted((row.outcome, row.agency_code) for row in held) == [
        ("moved", "110105001"), ("moved", "110105001"), ("open", "110108002"), ("open", "110108002"),
    ]  # fmt: skip
    assert {row.arose_on for row in held if row.outcome == "open"} == {add_months(person.day, 6)}


@pytest.mark.rule("13.3", "21.3")
def test_a_report_is_made_on_its_own_ground(person: Person) -> None:
    person.given_open().given(
        person.recognised(), person.surveyed(SurveyAnswer.UNWILLING, 3, unwilling_often=True)
    )
    person.given(ReportedToRegistry(ground=Ground.OUT_OF_CONTACT, reference=""))
    assert "unwilling_report" in opened(person)
    person.given(ReportedToRegistry(ground=Ground.UNWILLING, reference=""))
    assert "unwilling_report" not in opened(person)


def test_a_merge_takes_the_duties_of_both_on(person: Person) -> None:
    from taizhang.domain.job_seeker.ledger import JobSeekerLedger
    from taizhang.domain.job_seeker.merging import _carried

    person.given_open().given(person.out_of_work()).later(10).given(
        LedgerMergedFrom(
            merged_id=person.vacancy_id,
            reason="",
            evidence="",
            carried=_carried(JobSeekerLedger()),
            out_of_work_silent_since=person.first_day,
            follow_up_from=person.first_day,
            unfiled_since=None,
        )
    )
    assert opened(person)["follow_up_survey"].due_on == date(2026, 11, 16)
    assert opened(person)["out_of_contact_report"].opens_on == date(2027, 5, 2)
    assert "job_search_archive" not in opened(person)


@pytest.mark.rule("11.1", "17", "20")
def test_what_is_entered_too_late_is_a_broken_duty(person: Person) -> None:
    person.given_registered()
    entered = datetime(2026, 11, 2, 15, tzinfo=UTC)

    def late(place: int, days: int) -> str | None:
        recorded = person.history[place]._replace(recorded_at=entered.replace(day=2 + days))
        found = late_entry(recorded, EDITION_2018, CALENDAR)
        return found.rule if found else None

    assert (late(0, 0), late(0, 1)) == (None, "11.1")
    assert (late(2, 1), late(2, 2)) == (None, "17")


def test_every_trigger_has_its_words(person: Person) -> None:
    person.given_registered().given(person.out_of_work(), AdviceCalledFor(missing=MISSING))
    for duty in opened(person).values():
        text = explain(duty, EDITION_2018, CALENDAR).text_zh
        assert duty.trigger not in text
    triggers = {
        one if isinstance(one, type) else one.event
        for duty in job_seekers.DUTIES
        for one in duty.arises_from
    }
    assert triggers <= set(job_seekers.TRIGGERS_ZH)
