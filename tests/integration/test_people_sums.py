"""Sums over persons: what is counted where, training needs, published information, surveys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    InvalidInput,
    JudgeReadiness,
    StateTrainingNeeds,
    SurveyWillingness,
)
from taizhang.application.commands.assistance import (
    MakeVisit,
)
from taizhang.application.commands.assisted_work import StartWork
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.job_seeker.surveys import (
    EmploymentNeeds,
    Hindrance,
    ServiceWanted,
    SurveyAnswer,
    SurveyMethod,
)

from .people import CITY, DISTRICT, HERE, NAME, NEXT_DOOR, NOTE, PHONE, People

if TYPE_CHECKING:
    from .conftest import World


@pytest.fixture
def people(world: World) -> People:
    return People(world)


class TestSums:
    @pytest.mark.rule("17", "32")
    def test_counts_roll_up_by_the_agencies_directly_below(self, people: People) -> None:
        person, clock = people.assisted(), people.world.clock
        people.registered(8, "sibling")
        before = clock.today
        clock.forward(days=1)
        work = uuid4()
        people.do(
            StartWork(
                case_id=case_stream(person, 1), employment_id=work, work="employed", employer="e",
                started_on=clock.today,
            )
        )  # fmt: skip
        clock.forward(days=31)
        visit = {"visit_id": uuid4(), "about_id": work, "method": "phone", "learnt": NOTE}
        people.do(MakeVisit(case_id=case_stream(person, 1), **visit, stable=True))
        by = people.world.actor("administrator")
        view = people.queries.counts(DISTRICT, by=by)
        total = view.total
        assert (total.ledgers, total.registered, total.employed) == (2, 2, 1)
        assert (total.in_assistance, total.stable_one, total.stable_three) == (1, 1, 0)
        assert total.by_level == {3: 1}
        assert total.overdue["31"] == 1
        assert [one.agency_code for one in view.agencies] == [DISTRICT, HERE, NEXT_DOOR]
        assert [one.registered for one in view.agencies] == [0, 1, 1]
        city = people.queries.counts(CITY, by=by)
        assert [(one.agency_code, one.ledgers) for one in city.agencies] == [
            (CITY, 0), (DISTRICT, 2), ("110108", 0),
        ]  # fmt: skip
        then = people.queries.counts(DISTRICT, by=by, day=before)
        assert (then.total.ledgers, then.total.employed, then.total.in_assistance) == (2, 0, 1)
        assert then.total.stable_one == 0
        assert "31" not in then.total.overdue
        with pytest.raises(InvalidInput, match="still to come"):
            people.queries.counts(DISTRICT, by=by, day=date(2030, 1, 1))

    @pytest.mark.rule("27.4b")
    def test_stability_counts_on_across_a_transfer(self, people: People) -> None:
        person, work, clock = people.assisted(), uuid4(), people.world.clock
        people.do(
            StartWork(
                case_id=case_stream(person, 1), employment_id=work, work="employed", employer="e",
                started_on=clock.today,
            )
        )  # fmt: skip
        clock.forward(days=31)
        visit = {"visit_id": uuid4(), "about_id": work, "method": "phone", "learnt": NOTE}
        people.do(MakeVisit(case_id=case_stream(person, 1), **visit, stable=True))
        people.transferred(person)
        people.sign(person, 2, NEXT_DOOR)
        by = people.world.actor("administrator")
        below = {one.agency_code: one for one in people.queries.counts(DISTRICT, by=by).agencies}
        assert (below[HERE].stable_one, below[NEXT_DOOR].stable_one) == (0, 1)
        assert (below[HERE].in_assistance, below[NEXT_DOOR].in_assistance) == (0, 1)

    @pytest.mark.rule("54")
    def test_training_needs_are_summed_up(self, people: People) -> None:
        people.registered(7, training_wanted=("电工", "焊工"))
        people.registered(8, "sibling", training_wanted=("电工",))
        unsure = people.opened(9)
        people.recognised(unsure)
        needs = EmploymentNeeds(services_wanted=(ServiceWanted.TRAINING,))
        people.world.do(
            SurveyWillingness(
                job_seeker_id=unsure, method=SurveyMethod.PHONE, answer=SurveyAnswer.WILLING,
                needs=needs,
            )
        )  # fmt: skip
        code = people.world.register()
        for trainees in (9, 4):
            needed = [
                {"training": " 焊工", "trainees": trainees},
                {"training": "叉车", "trainees": 1},
            ]
            people.world.do(StateTrainingNeeds(credit_code=code, needs=needed))
        view = people.queries.training_needs(DISTRICT, by=people.world.actor("district-clerk"))
        assert [(need.training, need.job_seekers, need.trainees) for need in view.needs] == [
            ("焊工", 1, 4),
            ("电工", 2, 0),
            ("叉车", 0, 1),
        ]
        assert view.needs[1].by_agency == {HERE: 1, NEXT_DOOR: 1}
        assert view.needs[0].trainees_by_agency == {HERE: 4}
        assert view.needs[0].employers == 1
        twice = [{"training": "叉车", "trainees": 2}] * 2
        with pytest.raises(InvalidInput, match="named twice"):
            people.world.do(StateTrainingNeeds(credit_code=code, needs=twice))
        people.world.do(StateTrainingNeeds(credit_code=code, needs=()))
        view = people.queries.training_needs(DISTRICT, by=people.world.actor("district-clerk"))
        assert {need.trainees for need in view.needs} == {0}
        assert (view.unspecified, view.lacking_skills) == (1, 0)

    @pytest.mark.rule("53", "51.2")
    def test_information_is_without_identity(self, people: People) -> None:
        person = people.registered(7, areas=(HERE,), monthly_pay_from=6000)
        people.world.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=7))
        people.opened(8)
        (one,) = people.queries.job_seeker_information(
            HERE, by=people.world.actor("clerk"), limit=10
        )
        assert (one.occupations, one.areas, one.monthly_pay_from) == (("电工",), (HERE,), 6000)
        text = one.model_dump_json()
        for secret in (NAME, PHONE, people.world.identity_number(7), str(person)):
            assert secret not in text
        assert set(type(one).model_fields).isdisjoint({"person_id", "ledger_number", "agency_code"})

    @pytest.mark.rule("19", "20")
    def test_survey_results_by_agency(self, people: People) -> None:
        today, answers = people.world.clock.today, list(SurveyAnswer)
        for number, answer in enumerate(answers, start=7):
            person = people.opened(number)
            people.recognised(person)
            people.world.do(
                SurveyWillingness(
                    job_seeker_id=person, method=SurveyMethod.VISIT, answer=answer, reason=NOTE,
                    needs=EmploymentNeeds(hindrances=(Hindrance.FAMILY,)),
                ),
                "station" if answer is SurveyAnswer.UNWILLING else "clerk",
            )  # fmt: skip
        by = people.world.actor("district-clerk")
        found = people.queries.survey_results(HERE, since=today, until=today, by=by)
        assert found.total.by_answer == {"not_reached": 1, "unwilling": 1, "willing": 1}
        assert found.total.unwilling_by_hindrance == {"family": 1}
        assert (found.total.first_surveys, found.total.without_needs_file) == (3, 0)
        assert [one.surveys for one in found.agencies] == [2, 1]
        assert NOTE not in found.model_dump_json()
        earlier = date(2026, 1, 1)
        none = people.queries.survey_results(HERE, since=earlier, until=earlier, by=by)
        assert none.total.surveys == 0
        with pytest.raises(InvalidInput, match="is before"):
            people.queries.survey_results(HERE, since=today, until=earlier, by=by)
