"""Queries about one person: who sees what, and nobody's identity in any table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    MergeJobSeekerLedgers,
    NotAuthorised,
    NotFound,
    RecordContact,
    SurveyWillingness,
)
from taizhang.application.commands import assistance_course as course
from taizhang.application.commands.assistance import (
    MakeVisit,
    ReachPlanStage,
)
from taizhang.application.commands.assisted_work import StartWork
from taizhang.domain.access import accesses_stream
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.job_seeker.contact import ContactMeans
from taizhang.domain.job_seeker.surveys import (
    SurveyAnswer,
    SurveyMethod,
)

from .people import ADDRESS, HERE, NAME, NEXT_DOOR, NOTE, PHONE, People

if TYPE_CHECKING:
    from .conftest import World


@pytest.fixture
def people(world: World) -> People:
    return People(world)


@pytest.mark.rule("56.1")
class TestWhoSees:
    @pytest.mark.parametrize("staff_id", ["clerk", "district-clerk", "administrator"])
    def test_the_agency_and_those_above_it(self, people: People, staff_id: str) -> None:
        person, by = people.assisted(), people.world.actor(staff_id)
        assert people.queries.job_seeker(person, by=by).level == 3
        assert people.queries.counts(by.agency_code, by=by).total.registered == 1
        assert len(people.queries.case_course(person, by=by)) == 1

    @pytest.mark.parametrize("staff_id", ["sibling", "station", "other-supervisor"])
    def test_nobody_else(self, people: People, staff_id: str) -> None:
        person, by = people.assisted(), people.world.actor(staff_id)
        queries, today = people.queries, people.world.clock.today
        looks: tuple[Callable[[], object], ...] = (
            lambda: queries.job_seeker(person, by=by),
            lambda: queries.job_seeker_ledger(person, by=by),
            lambda: queries.case_course(person, by=by),
            lambda: queries.case_course(case_stream(person, 1), by=by),
            lambda: queries.counts(HERE, by=by),
            lambda: queries.training_needs(HERE, by=by),
            lambda: queries.job_seeker_information(HERE, by=by),
            lambda: queries.survey_results(HERE, since=today, until=today, by=by),
        )
        for look in looks:
            with pytest.raises(NotAuthorised):
                look()
        assert queries.counts(by.agency_code, by=by).total.ledgers == 0

    def test_whom_the_case_went_to_sees_the_person_too(self, people: People) -> None:
        person = people.assisted()
        people.transferred(person)
        there = people.world.actor("sibling")
        with pytest.raises(NotAuthorised):
            people.queries.job_seeker(person, by=there)
        people.sign(person, 2, NEXT_DOOR)
        assert len(people.queries.job_seeker(person, by=there).cases) == 2

    def test_what_is_not_there_is_not_found(self, people: People) -> None:
        with pytest.raises(NotFound, match="no person has the ledger"):
            people.queries.job_seeker(uuid4(), by=people.world.actor("clerk"))


class TestLedger:
    @pytest.mark.rule("17", "32", "9.1")
    def test_its_sections_come_from_both_streams(self, people: People) -> None:
        person = people.assisted()
        people.world.clock.forward(days=12)
        late = RecordContact(
            job_seeker_id=person, means=ContactMeans.PHONE, note=NOTE, occurred_on=date(2026, 11, 3)
        )
        people.world.do(late)
        view = people.queries.job_seeker_ledger(person, by=people.world.actor("clerk"))
        filled = {one.section: [entry.event for entry in one.entries] for one in view.sections}
        assert filled["basics"] == ["job_seeker_ledger.opened", "job_seeker_ledger.basics_recorded"]
        assert filled["agreement"] == ["assistance_case.agreement_signed"]
        assert "assistance_case.plan_made" in filled["plan"]
        assert view.sections[0].label_zh == "求职者基本情况"
        entries = [entry for one in view.sections for entry in one.entries]
        recorded = people.world.event_names(person) + people.world.event_names(
            case_stream(person, 1)
        )
        assert sorted(entry.event for entry in entries) == sorted(recorded)
        (entry,) = [entry for entry in entries if entry.late]
        assert (entry.event, entry.occurred_on, entry.staff_id) == (
            "job_seeker_ledger.contacted", date(2026, 11, 3), "clerk",
        )  # fmt: skip
        assert entry.recorded_at.date() == people.world.clock.today

    @pytest.mark.rule("51.2")
    def test_personal_fields_are_for_the_serving_agency_with_a_reason(self, people: People) -> None:
        person, world = people.assisted(), people.world
        plain = people.queries.job_seeker_ledger(person, by=world.actor("district-clerk"))
        hidden = plain.model_dump_json()
        assert not plain.shows_personal_data
        for secret in (NAME, PHONE, ADDRESS, NOTE, world.identity_number(7)):
            assert secret not in hidden
        shown = people.queries.job_seeker_ledger(person, by=world.actor("clerk"), reason="上门走访")
        assert shown.shows_personal_data
        assert NAME in shown.model_dump_json()
        for by, reason in (
            (world.actor("district-clerk"), "检查"),
            (Actor.system(HERE), "检查"),
            (world.actor("clerk"), " "),
        ):
            with pytest.raises(NotAuthorised, match=r"rule 51\.2"):
                people.queries.job_seeker_ledger(person, by=by, reason=reason)

    @pytest.mark.rule("51.2")
    def test_a_look_at_personal_fields_is_recorded(self, people: People) -> None:
        person, world = people.opened(), people.world
        by = world.actor("clerk")
        people.queries.job_seeker_ledger(person, by=by)
        assert world.event_names(accesses_stream(person)) == []
        people.queries.job_seeker_ledger(person, by=by, reason="上门走访")
        assert world.event_names(accesses_stream(person)) == ["personal_data.read"]

    @pytest.mark.rule("9.1")
    def test_merged_ledgers_are_read_as_one(self, people: People) -> None:
        old, present, world = people.assisted(30), people.opened(31), people.world
        case = case_stream(old, 1)
        people.do(course.CloseCase(case_id=case, cause="agreed_condition", note=NOTE))
        world.do(
            MergeJobSeekerLedgers(
                job_seeker_id=present, merged_id=old, reason="换发证件", evidence="户籍证明"
            ),
            "supervisor",
        )
        by = world.actor("clerk")
        for asked in (old, present):
            view = people.queries.job_seeker(asked, by=by)
            assert (view.person_id, view.merged_ids) == (present, (old,))
            assert [case.case_id for case in view.cases] == [case]
        ledger = people.queries.job_seeker_ledger(present, by=by)
        opened = [entry.event for entry in ledger.sections[0].entries]
        assert opened.count("job_seeker_ledger.opened") == 2
        assert people.queries.counts(HERE, by=by).total.ledgers == 1

    @pytest.mark.rule("51.2")
    def test_no_table_holds_anybodys_identity(self, people: People) -> None:
        person = people.assisted()
        people.transferred(person)
        survey = SurveyWillingness(
            job_seeker_id=people.opened(9), method=SurveyMethod.PHONE,
            answer=SurveyAnswer.UNWILLING, reason=NOTE, other_findings=NOTE,
        )  # fmt: skip
        people.recognised(survey.job_seeker_id)
        people.world.do(survey, "station")
        people.queries.job_seeker(person, by=people.world.actor("clerk"))
        tables = people.world.sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'taizhang' "
            "AND tablename ~ '_g[0-9]+$'"
        )
        assert {"job_seekers_g1", "assistance_cases_g1", "willingness_surveys_g1",
                "ledger_entries_g1"} <= {name for (name,) in tables}  # fmt: skip
        for (table,) in tables:
            rows = people.world.sql(f"SELECT t::text FROM {table} t")
            text = "\n".join(row for (row,) in rows)
            secrets = [NAME, PHONE, ADDRESS, NOTE]
            secrets += [people.world.identity_number(number) for number in (7, 9)]
            assert [secret for secret in secrets if secret in text] == [], table


class TestCourse:
    @pytest.mark.rule("25", "26", "27.4a")
    def test_plan_and_duties_against_what_happened(self, people: People) -> None:
        person, clock = people.assisted(), people.world.clock
        case, work = case_stream(person, 1), uuid4()
        clock.forward(days=4)
        people.do(ReachPlanStage(case_id=case, number=1, achieved=True, result=NOTE))
        people.do(
            StartWork(
                case_id=case, employment_id=work, work="employed", employer="e",
                started_on=clock.today,
            )
        )  # fmt: skip
        clock.forward(days=60)
        visit = {"visit_id": uuid4(), "about_id": work, "method": "phone", "learnt": NOTE}
        people.do(MakeVisit(case_id=case, **visit, stable=True))
        by = people.world.actor("clerk")
        (one,) = people.queries.case_course(case, by=by)
        assert [stage.stage for stage in one.stages] == ["assisted", "employed"]
        assert [(line.days_late, line.achieved) for line in one.plan] == [(4, True)]
        outcomes = {duty.duty: duty.outcome for duty in one.duties}
        assert outcomes["agreement_signing"] == "met"
        assert outcomes["visit_after_start"] == "late"
        assert outcomes["visit_after_one_month"] == "late"
        assert outcomes["visit_after_three_months"] == "open"
        assert outcomes["assisted_job_search_archive"] == "missed"
        assert "第三十一条" in one.of_outcome("missed")[0].citation
        assert people.queries.case_course(person, by=by) == (one,)

    @pytest.mark.rule("24.2")
    def test_the_gap_between_two_agreements_is_visible(self, people: People) -> None:
        person = people.assisted()
        people.transferred(person)
        people.world.clock.forward(days=9)
        people.sign(person, 2, NEXT_DOOR)
        first, second = people.queries.case_course(person, by=people.world.actor("district-clerk"))
        assert (first.gap_days, second.gap_days) == (None, 9)
        assert first.case.transferred_to == second.case.agency_code == NEXT_DOOR
        signing = [d for d in first.duties if d.duty == "agreement_signing_after_transfer"]
        assert [duty.outcome for duty in signing] == ["late"]
