"""Examined, inspected, answered and closed: what each step shows, and to whom."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from taizhang import (
    AddFinding,
    AnswerSpotCheck,
    ChangeInspector,
    CloseSpotCheck,
    NotAuthorised,
    RecordContact,
    RuleBroken,
)
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.supervision.spot_check.kinds import RecordKind

from ..conftest import DISTRICT, SIBLING, SUBDISTRICT, World
from .conftest import MONTH, SYSTEM, Check, fill

pytestmark = pytest.mark.rule("56.1", "56.2b")


class TestInspection:
    def test_it_takes_its_course_to_the_results(self, world: World) -> None:
        fill(world, 3, 2)
        check = Check(world).examined().confirmed(but=1)
        first = check.state.items[1]
        assert {"11.2", "12"} <= {finding.rule for finding in first.findings.values()}
        world.do(AnswerSpotCheck(check_id=check.id, number=1, answer="已联系本人补录"), "clerk")
        check.judge(1, "12", "not_applicable")
        world.do(
            AddFinding(
                check_id=check.id, number=1, rule="14", evidence=({"text_zh": "指导记录过于简单"},)
            ),
            "supervisor",
        )
        with pytest.raises(RuleBroken, match="wait to be inspected or answered"):
            world.do(CloseSpotCheck(check_id=check.id), "supervisor")
        world.clock.now = datetime.combine(
            check.view.answer_by + timedelta(days=1), time(9), SHANGHAI
        )
        assert check.office.close_due(DISTRICT, by=SYSTEM) == [check.id]
        assert check.office.close_due(DISTRICT, by=SYSTEM) == []
        rows = check.queries.items(check.id, by=check.supervisor)
        assert [row.status for row in rows] == ["inspected"] * 4 + ["not_inspected"]
        overruled = next(one for one in rows[0].findings if one["key"] == "12")
        assert (overruled["verdict"], overruled["by"]) == ("not_applicable", "inspector")
        assert overruled["overruled"] == "核对纸质档案"
        here, next_door = check.view.strata
        assert (here.inspected, here.faulty, here.rate, here.low, here.high) == (3, 3, 1, 1, 1)
        assert (next_door.inspected, next_door.not_inspected) == (1, 1)
        assert (next_door.rate, next_door.low, next_door.high) == (1, 0.5, 1)
        problems = check.state.problems()
        assert {one.agency_code for one in problems} == {SUBDISTRICT, SIBLING}
        assert {one.rule_id for one in problems if one.number == 1} >= {"11.2", "14"}
        assert "12" not in {one.rule_id for one in problems if one.number == 1}
        assert {one.number for one in problems} == {1, 2, 3, 4}
        assert check.queries.item(check.id, 1, by=world.actor("clerk")).answers == (
            "已联系本人补录",
        )

    def test_it_judges_the_record_as_it_stood_at_the_cut_off(self, world: World) -> None:
        person = world.job_seeker(1)
        check = Check(world).after_cut_off()
        world.do(RecordContact(job_seeker_id=person, means="phone", note="补问"))
        check.office.draw(check.id, by=SYSTEM)
        check.office.examine(check.id, by=SYSTEM)
        item = check.queries.item(check.id, 1, by=check.supervisor)
        assert item.item.later_entries == 1
        assert [entry.later for entry in item.entries] == [False] * 4 + [True]
        tracking = next(one for one in item.item.findings if one["key"] == "17/tracking_checks")
        assert tracking["verdict"] == "not_applicable"
        assert (item.item.record_number or "").count("-") == 1
        assert item.item.masked_name == "王**"
        assert all("name" not in entry.what for entry in item.entries)

    def test_an_inspected_agency_sees_its_own_items_and_no_others(self, world: World) -> None:
        fill(world, 3, 2)
        check = Check(world).examined()
        mine = check.queries.items(check.id, by=world.actor("sibling"))
        assert {item.agency_code for item in mine} == {SIBLING}
        other = next(n for n, item in check.state.items.items() if item.agency_code == SUBDISTRICT)
        with pytest.raises(NotAuthorised, match="another agency's"):
            check.queries.item(check.id, other, by=world.actor("sibling"))
        for query in (check.queries.items, check.queries.check):
            with pytest.raises(NotAuthorised):
                query(check.id, by=world.actor("other-supervisor"))
        with pytest.raises(NotAuthorised):
            check.queries.check(check.id, by=world.actor("sibling"))

    def test_who_was_erased_is_examined_without_a_name(self, world: World) -> None:
        person = world.job_seeker(1)
        check = Check(world).drawn()
        world.lose_key(person)
        check.office.examine(check.id, by=SYSTEM)
        (item,) = check.queries.items(check.id, by=check.supervisor)
        assert item.masked_name == ""

    def test_a_cross_inspection_never_meets_its_own_agency(self, world: World) -> None:
        fill(world, 6, 5)
        office = world.taizhang.spot_checks
        check_id = office.plan(
            DISTRICT, RecordKind.PERSONAL_LEDGERS, MONTH, by=world.actor("supervisor"),
            inspectors=("supervisor", "subdistrict-supervisor"),
        )  # fmt: skip
        check = Check(world)
        assert check.id == check_id
        check.examined()
        by_inspector = {(item.inspector, item.agency_code) for item in check.state.items.values()}
        assert ("subdistrict-supervisor", SUBDISTRICT) not in by_inspector
        assert ("subdistrict-supervisor", SIBLING) in by_inspector
        assert check.verify().is_proven
        mine = next(n for n, i in check.state.items.items() if i.agency_code == SUBDISTRICT)
        with pytest.raises(RuleBroken, match="own agency"):
            world.do(
                ChangeInspector(
                    check_id=check.id,
                    number=mine,
                    inspector="subdistrict-supervisor",
                    reason="病假",
                ),
                "supervisor",
            )
        theirs = next(
            n for n, i in check.state.items.items() if i.inspector == "subdistrict-supervisor"
        )
        check.judge(theirs, "12", "met", by="subdistrict-supervisor")
        with pytest.raises(NotAuthorised, match="is assigned to subdistrict-supervisor"):
            check.judge(theirs, "11.2", "met")
        world.do(
            ChangeInspector(
                check_id=check.id, number=theirs, inspector="supervisor", reason="病假"
            ),
            "supervisor",
        )
        check.judge(theirs, "11.2", "met")
        assert check.verify().is_proven

    @pytest.mark.parametrize("staff", ["supervisor", "other-supervisor"])
    def test_only_the_inspected_agency_answers(self, world: World, staff: str) -> None:
        fill(world, 2, 0)
        check = Check(world).examined().confirmed()
        with pytest.raises(NotAuthorised):
            world.do(AnswerSpotCheck(check_id=check.id, number=1, answer="已补"), staff)

    def test_the_superior_owes_its_closing(self, world: World) -> None:
        fill(world, 1, 1)
        check = Check(world).examined()
        due = check.view.answer_by

        def owed() -> list[tuple[str, date]]:
            world.taizhang.projections.catch_up()
            duties = world.taizhang.queries().worklist(DISTRICT, by=check.supervisor)
            return [(one.duty, one.due_on) for one in duties if one.duty == "spot_check_closing"]

        assert owed() == [], "its time has not begun"
        world.clock.now = datetime.combine(due + timedelta(days=1), time(9), SHANGHAI)
        assert owed() == [("spot_check_closing", date(2026, 12, 21))]
        check.office.close_due(DISTRICT, by=SYSTEM)
        assert owed() == []

    def test_who_may_not_check_may_not_examine(self, world: World) -> None:
        fill(world, 1, 1)
        check = Check(world).drawn()
        for by in (world.actor("clerk"), world.actor("other-supervisor")):
            with pytest.raises(NotAuthorised):
                check.office.examine(check.id, by=by)
            with pytest.raises(NotAuthorised):
                check.office.draw(check.id, by=by)

    def test_read_models_equal_a_fresh_fold(self, world: World) -> None:
        fill(world, 3, 2)
        Check(world).examined().confirmed()
        world.taizhang.projections.catch_up()
        for name in ("spot_checks", "spot_check_items"):
            assert world.taizhang.projections.verify(name).is_same
