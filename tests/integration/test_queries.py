"""Queries: who sees what, and how new it is."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    ArchiveVacancy,
    ChangeEmployerBasics,
    CloseAgency,
    NotAuthorised,
    NotFound,
    RecodeAgency,
    TooEarly,
)
from taizhang.domain.employer.papers import EmployerBasics

if TYPE_CHECKING:
    from tests.integration.conftest import World

SUBDISTRICT, SIBLING, STATION = "110105001", "110105002", "110105001001"


class TestFreshness:
    def test_a_query_that_asks_for_more_than_there_is_gives_up_in_time(self, world: World) -> None:
        result = world.do(
            ChangeEmployerBasics(
                credit_code=world.open_ledger(), name="新", basics=EmployerBasics()
            )
        )
        started = time.monotonic()
        with pytest.raises(TooEarly, match=f"{result.position} was asked for"):
            world.taizhang.queries(at_least=result.position, timeout=0.3)
        assert 0.3 <= time.monotonic() - started < 2

    def test_it_waits_until_the_read_models_have_come_that_far(self, world: World) -> None:
        code = world.open_ledger()
        result = world.do(
            ChangeEmployerBasics(credit_code=code, name="新名字", basics=EmployerBasics())
        )
        later = threading.Timer(0.2, world.taizhang.projections.catch_up)
        later.start()
        queries = world.taizhang.queries(at_least=result.position, timeout=10)
        later.join()
        assert queries.employer(code, by=world.actor("clerk")).name == "新名字"

    def test_a_result_that_was_repeated_carries_a_position_to_ask_for(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        command = ChangeEmployerBasics(credit_code=code, name="新", basics=EmployerBasics())
        world.do(command, command_id=command_id)
        again = world.do(command, command_id=command_id)
        world.taizhang.projections.catch_up()
        world.taizhang.queries(at_least=again.position, timeout=0)


@pytest.mark.rule("56.1")
class TestWhoSees:
    @pytest.mark.parametrize(
        "staff_id", ["clerk", "reviewer", "supervisor", "administrator", "district-clerk"]
    )
    def test_an_agency_and_those_above_it_see_its_records(
        self, world: World, staff_id: str
    ) -> None:
        code = world.register()
        vacancy_id = world.publish(code)
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor(staff_id)
        assert queries.employer(code, by=by).credit_code == code
        assert queries.vacancy(vacancy_id, by=by).status == "published"
        assert queries.employer_ledger(code, by=by).employer.credit_code == code
        seen = queries.vacancies(by.agency_code, by=by)
        assert [view.vacancy_id for view in seen] == [vacancy_id]
        queries.worklist(SUBDISTRICT, by=by)

    @pytest.mark.parametrize("staff_id", ["sibling", "station", "other-supervisor"])
    def test_nobody_else_sees_anything(self, world: World, staff_id: str) -> None:
        code = world.register()
        vacancy_id = world.publish(code)
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor(staff_id)
        for look in (
            lambda: queries.employer(code, by=by),
            lambda: queries.vacancy(vacancy_id, by=by),
            lambda: queries.employer_ledger(code, by=by),
            lambda: queries.vacancies(SUBDISTRICT, by=by),
            lambda: queries.worklist(SUBDISTRICT, by=by),
            lambda: queries.notices(SUBDISTRICT, by=by),
        ):
            with pytest.raises(NotAuthorised):
                look()
        assert queries.vacancies(by.agency_code, by=by) == []
        assert queries.worklist(by.agency_code, by=by) == []

    def test_who_is_on_no_staff_sees_nothing(self, world: World) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        queries = world.taizhang.queries()
        for stranger in (
            Actor(staff_id="stranger", agency_code=SUBDISTRICT),
            Actor(staff_id="clerk", agency_code="110105"),
            Actor(staff_id="clerk", agency_code="999999"),
        ):
            with pytest.raises(NotAuthorised):
                queries.employer(code, by=stranger)

    def test_a_successor_sees_what_the_closed_agency_recorded(self, world: World) -> None:
        code = world.register(1, "sibling")
        vacancy_id = world.draft(code, by="sibling")
        world.clock.forward(days=3)
        today = world.clock.today
        world.do(
            CloseAgency(code=SIBLING, successor_code=SUBDISTRICT, effective_on=today),
            "administrator",
        )
        world.taizhang.projections.catch_up()
        queries, clerk = world.taizhang.queries(), world.actor("clerk")
        assert queries.vacancy(vacancy_id, by=clerk).title == "电工"
        assert [one.vacancy_id for one in queries.vacancies(SUBDISTRICT, by=clerk)] == [vacancy_id]

    def test_a_recoded_agency_sees_what_it_recorded_under_its_old_code(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.draft(code)
        world.clock.forward(days=3)
        world.do(
            RecodeAgency(code=SUBDISTRICT, new_code="110105044", effective_on=world.clock.today),
            "administrator",
        )
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), Actor(staff_id="clerk", agency_code="110105044")
        for asked in ("110105044", SUBDISTRICT):
            assert [one.vacancy_id for one in queries.vacancies(asked, by=by)] == [vacancy_id]


class TestViews:
    def test_what_does_not_exist_is_not_found(self, world: World) -> None:
        queries, by = world.taizhang.queries(), world.actor("clerk")
        with pytest.raises(NotFound, match="no employer"):
            queries.employer(world.credit_code(77), by=by)
        with pytest.raises(NotFound, match="is no credit code"):
            queries.employer("123", by=by)
        with pytest.raises(NotFound):
            queries.vacancy(uuid4(), by=by)

    @pytest.mark.rule("38.2")
    def test_a_vacancy_names_what_article_38_misses(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.draft(code, world.discriminatory)
        world.do(ChangeEmployerBasics(credit_code=code, name="某", basics=EmployerBasics()))
        world.taizhang.projections.catch_up()
        view = world.taizhang.queries().vacancy(vacancy_id, by=world.actor("clerk"))
        assert view.missing_items[0] == "employer_basics"
        assert "pay" in view.missing_items
        assert view.violations == len([f for f in view.findings if f["severity"] == "violation"])

    @pytest.mark.rule("35")
    def test_an_employer_says_what_is_wrong_with_its_papers_today(self, world: World) -> None:
        code = world.open_ledger()
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor("clerk")
        assert "no business licence" in str(queries.employer(code, by=by).papers_problem)
        other = world.register(2)
        world.taizhang.projections.catch_up()
        assert queries.employer(other, by=by).papers_problem is None
        world.clock.forward(days=800)
        assert "expired" in str(queries.employer(other, by=by).papers_problem)

    @pytest.mark.rule("50")
    def test_a_ledger_shows_every_entry_in_its_section_and_what_was_entered_late(
        self, world: World
    ) -> None:
        code = world.register()
        vacancy_id = world.publish(code)
        world.clock.forward(days=9)
        world.do(
            ChangeEmployerBasics(
                credit_code=code,
                name="新",
                basics=EmployerBasics(),
                occurred_on=date(2026, 11, 3),
            )
        )
        world.taizhang.projections.catch_up()
        view = world.taizhang.queries().employer_ledger(code, by=world.actor("clerk"))
        entries = [entry for section in view.sections.values() for entry in section]
        assert len(entries) == len(world.event_names(world.stream(code)))
        assert [entry.event for entry in view.sections["tracking_checks"]] == ["vacancy.passed"]
        late = [entry for entry in entries if entry.late]
        assert [(entry.event, entry.occurred_on) for entry in late] == [
            ("employer_ledger.basics_changed", date(2026, 11, 3))
        ]
        assert vacancy_id is not None

    @pytest.mark.rule("41")
    def test_an_archived_vacancy_stays_visible(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.publish(code, valid_until=world.clock.today)
        world.clock.forward(days=1)
        world.do(ArchiveVacancy(credit_code=code, vacancy_id=vacancy_id))
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor("clerk")
        assert queries.vacancy(vacancy_id, by=by).status == "archived"
        assert queries.vacancies(SUBDISTRICT, by=by, status="archived")[0].vacancy_id == vacancy_id
        assert queries.vacancies(SUBDISTRICT, by=by, status="published") == []

    @pytest.mark.rule("38.1")
    def test_a_worklist_of_a_past_day_stands_as_it_stood_then(self, world: World) -> None:
        code = world.register()
        vacancy_id = world.submit(code)
        world.clock.forward(days=7)
        world.taizhang.projections.catch_up()
        queries, by = world.taizhang.queries(), world.actor("clerk")
        (duty,) = [
            one for one in queries.worklist(SUBDISTRICT, by=by) if one.subject_id == vacancy_id
        ]
        assert (duty.rule, duty.due_on) == ("38.1", date(2026, 11, 4))
        assert duty.days_late == 5
        from taizhang import PassVacancy

        world.do(PassVacancy(credit_code=code, vacancy_id=vacancy_id), "reviewer")
        world.taizhang.projections.catch_up()
        now = queries.worklist(SUBDISTRICT, by=by)
        then = queries.worklist(SUBDISTRICT, by=by, day=date(2026, 11, 5))
        assert [one.rule for one in now] == ["39.1"]
        assert [(one.rule, one.days_late) for one in then] == [("38.1", 1)]
