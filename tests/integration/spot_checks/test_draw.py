"""Planned, sealed and drawn on a real log: frame, sample, picks, and who may."""

from __future__ import annotations

import threading
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    CloseSpotCheck,
    EmployStaff,
    GradeJobSeeker,
    InspectItem,
    InvalidInput,
    JudgeFinding,
    MergeJobSeekerLedgers,
    NotAuthorised,
    RuleBroken,
    SurveyWillingness,
    TakeOverJobSeeker,
)
from taizhang.domain.organisation.staff import Role
from taizhang.domain.supervision.spot_check.kinds import RecordKind
from taizhang.infrastructure.spot_checks import office as office_module

from ..conftest import CITY, DISTRICT, SIBLING, SUBDISTRICT, World
from ..people import People
from ..test_key_enterprises import Enterprise
from .conftest import MONTH, SYSTEM, Check, fill

pytestmark = pytest.mark.rule("56.1", "56.2b")


class TestDraw:
    def test_the_sample_has_what_the_rule_asks_of_each_stratum(self, world: World) -> None:
        fill(world)
        check = Check(world).drawn()
        here, next_door = check.view.strata
        assert (here.agency_code, here.population, here.sample_size) == (SUBDISTRICT, 25, 19)
        assert (next_door.agency_code, next_door.population, next_door.sample_size) == (
            SIBLING,
            4,
            4,
        )
        items = [item for item in check.state.items.values() if item.is_random]
        assert len({item.record_id for item in items}) == 23
        proof = check.verify()
        assert proof.is_proven, proof.problems
        assert (proof.records, proof.notes) == (29, ())

    def test_the_seed_is_committed_to_before_and_revealed_only_by_the_draw(
        self, world: World
    ) -> None:
        fill(world, 3, 1)
        check = Check(world)
        planned = check.view
        assert planned.seed is None
        before = world.sql("SELECT state FROM stored_events WHERE originator_id = %s", check.id)
        states = world.sql("SELECT state FROM stream_states WHERE stream_id = %s", check.id)
        check.drawn()
        seed = check.view.seed
        assert sha256(bytes.fromhex(seed)).hexdigest() == planned.commitment
        for (stored,) in (*before, *states):
            assert seed.encode() not in bytes(stored)

    def test_the_seed_survives_a_crash_between_plan_and_draw(self, world: World) -> None:
        fill(world, 3, 1)
        check = Check(world).after_cut_off()
        with world.reopen() as other:
            other.spot_checks.draw(check.id, by=SYSTEM)
        assert check.verify().is_proven

    def test_a_draw_killed_in_the_middle_and_repeated_gives_the_same_sample(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(world)
        check = Check(world).after_cut_off()
        drawn: list[Any] = []

        class Killed(Exception):
            pass

        def die(self: Any, check: Any, by: Any) -> None:
            raise Killed

        with monkeypatch.context() as broken:
            broken.setattr(office_module.SpotCheckOffice, "_draw", die)
            with pytest.raises(Killed):
                check.office.draw(check.id, by=SYSTEM)
        assert check.view.status == "sealed"
        world.job_seeker(300)  # comes too late for the frame
        with world.reopen() as other:
            other.spot_checks.draw(check.id, by=SYSTEM)
            drawn.append(check.state.items)
        check.office.draw(check.id, by=check.supervisor)
        assert check.state.items == drawn[0]
        assert check.verify().is_proven

    def test_the_frame_is_as_of_the_cut_off_whatever_arrives_meanwhile(self, world: World) -> None:
        opened = fill(world, 5, 2)
        check = Check(world).after_cut_off()
        late = world.job_seeker(301)
        world.do(TakeOverJobSeeker(job_seeker_id=opened[0], reason="迁居"), "sibling")
        check.drawn()
        here, next_door = check.view.strata
        assert (here.population, next_door.population) == (5, 2)
        assert late not in {item.record_id for item in check.state.items.values()}
        assert check.verify().is_proven

    def test_a_draw_while_others_write(self, world: World) -> None:
        """Some open ledgers and take them over all the while: neither frame nor proof is touched."""
        opened = fill(world, 12, 6)
        check = Check(world).after_cut_off()
        stop, numbers = threading.Event(), iter(range(400, 999))

        def write() -> None:
            while not stop.is_set():
                world.job_seeker(next(numbers))
                moved = opened[next(numbers) % 12]
                world.do(TakeOverJobSeeker(job_seeker_id=moved, reason="迁居"), "sibling")
                world.do(TakeOverJobSeeker(job_seeker_id=moved, reason="迁居"), "clerk")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            check.office.draw(check.id, by=SYSTEM)
            proof = check.verify()
        finally:
            stop.set()
            writer.join()
        assert [one.population for one in check.view.strata] == [12, 6]
        assert proof.is_proven, proof.problems
        assert check.verify().is_proven

    def test_a_ledger_counts_where_it_was_moved_and_not_once_it_was_merged(
        self, world: World, people: People
    ) -> None:
        opened = fill(world, 4, 1)
        world.do(TakeOverJobSeeker(job_seeker_id=opened[0], reason="迁居"), "sibling")
        people.recognised(opened[1])
        world.do(
            SurveyWillingness(job_seeker_id=opened[1], method="phone", answer="willing"), "clerk"
        )
        merge = MergeJobSeekerLedgers(
            job_seeker_id=opened[2], merged_id=opened[1], reason="同一人", evidence="户籍"
        )
        world.do(merge, "supervisor")
        ledgers = Check(world).drawn()
        assert [one.population for one in ledgers.view.strata] == [2, 2]
        files = Check(world, RecordKind.NEEDS_FILES).drawn()
        assert [item.record_id for item in files.state.items.values()] == [opened[2]]

    def test_employers_are_checked_where_their_ledgers_are_kept(self, world: World) -> None:
        codes = [world.register(1), world.open_ledger(2), world.open_ledger(3, "sibling")]
        check = Check(world, RecordKind.EMPLOYER_LEDGERS).examined()
        assert [one.population for one in check.view.strata] == [2, 1]
        rows = check.queries.items(check.id, by=check.supervisor)
        assert {row.record_number for row in rows} == set(codes)
        assert check.verify().is_proven

    def test_a_transferred_enterprise_is_checked_where_it_went(self, world: World) -> None:
        enterprise = Enterprise(world)
        enterprise.do(enterprise.sign())
        enterprise.transferred()
        enterprise.number = 2
        enterprise.do(enterprise.sign(SIBLING), SIBLING)
        check = Check(world, RecordKind.STAFFING_NEEDS_FILES).examined()
        assert [one.population for one in check.view.strata] == [0, 1]
        (row,) = check.queries.items(check.id, by=check.supervisor)
        assert row.record_id == enterprise.agreement_id
        assert (row.record_number, row.agency_code) == (enterprise.credit_code, SIBLING)
        wrong = {one["key"] for one in row.findings if one["verdict"] == "not_met"}
        assert {"46/needs_file", "47/team"} <= wrong
        assert check.verify().is_proven

    def test_nothing_to_inspect_is_a_check_with_an_empty_frame(self, world: World) -> None:
        check = Check(world, RecordKind.EMPLOYER_LEDGERS).drawn()
        assert check.office.examine(check.id, by=SYSTEM) == 0
        assert [one.population for one in check.view.strata] == [0, 0]
        world.do(CloseSpotCheck(check_id=check.id), "supervisor")
        assert check.verify().is_proven
        assert check.state.problems() == []
        assert {one.rate for one in check.view.strata} == {None}

    def test_records_at_risk_are_picked_beside_the_sample_with_the_reason(
        self, world: World, people: People
    ) -> None:
        for number in range(100, 130):
            person = people.registered(number)
            # Found at level 3 and not registered as out of work: advice is due, and never given.
            world.do(GradeJobSeeker(job_seeker_id=person, answers={"age": "52"}))
        check = Check(world).drawn()
        by_chance = [item.record_id for item in check.state.items.values() if item.is_random]
        rows = check.queries.items(check.id, by=check.supervisor)
        targeted = [row for row in rows if row.mode == "targeted"]
        assert (len(by_chance), len(targeted)) == (23, 3)
        assert {row.record_id for row in targeted}.isdisjoint(by_chance)
        assert {row.reason for row in targeted} == {
            "截止日有1项应办事项逾期未办，最早应于2026年11月9日办理"
        }
        assert check.view.strata[0].targeted == 3
        assert check.verify().is_proven

    def test_a_complaint_names_a_record_that_chance_left_out(self, world: World) -> None:
        opened = fill(world, 60, 2)
        check = Check(world).drawn(named={one: "群众投诉" for one in opened[:60]})
        stratum = check.view.strata[0]
        assert stratum.targeted == 60 - stratum.sample_size
        proof = check.verify()
        assert proof.is_proven, proof.problems
        rows = check.queries.items(check.id, by=check.supervisor)
        assert {row.reason for row in rows if row.mode == "targeted"} == {"群众投诉"}

    def test_a_named_record_is_of_the_frame(self, world: World) -> None:
        opened = fill(world, 3, 1)
        check = Check(world).after_cut_off()
        with pytest.raises(InvalidInput, match="is not in the frame"):
            check.office.draw(check.id, by=SYSTEM, named={uuid4(): "群众投诉"})
        with pytest.raises(RuleBroken, match="say why"):
            check.office.draw(check.id, by=SYSTEM, named={opened[0]: " "})

    def test_it_waits_for_the_end_of_the_cut_off_day(self, world: World) -> None:
        check = Check(world).after_cut_off(0)
        with pytest.raises(InvalidInput, match="2026-11-30 is not over"):
            check.office.draw(check.id, by=SYSTEM)

    def test_a_second_plan_changes_nothing(self, world: World) -> None:
        check = Check(world)
        head = world.taizhang.events.head()
        again = check.office.plan(
            DISTRICT, RecordKind.PERSONAL_LEDGERS, MONTH, by=check.supervisor, cut_off=MONTH
        )
        assert again == check.id
        assert world.taizhang.events.head() == head

    @pytest.mark.parametrize("staff", ["district-clerk", "other-supervisor", "clerk"])
    def test_only_the_supervisors_of_the_superior_plan(self, world: World, staff: str) -> None:
        with pytest.raises(NotAuthorised):
            world.taizhang.spot_checks.plan(
                DISTRICT, RecordKind.PERSONAL_LEDGERS, MONTH, by=world.actor(staff)
            )

    def test_the_city_checks_its_districts_with_all_below_them(self, world: World) -> None:
        fill(world, 3, 2)
        world.taizhang.execute(
            EmployStaff(
                staff_id="city-supervisor", name="某", agency_code=CITY, roles=(Role.SUPERVISOR,),
                effective_on=date(2018, 8, 1),
            ),
            by=Actor.system(CITY),
            command_id=uuid4(),
        )  # fmt: skip
        office = world.taizhang.spot_checks
        check_id = office.plan(CITY, RecordKind.PERSONAL_LEDGERS, MONTH, by=Actor.system(CITY))
        Check(world).after_cut_off()
        office.draw(check_id, by=Actor.system(CITY))
        world.taizhang.projections.catch_up()
        by = Actor(staff_id="city-supervisor", agency_code=CITY)
        strata = world.taizhang.queries().spot_checks.check(check_id, by=by).strata
        assert [(one.agency_code, one.population) for one in strata] == [
            (DISTRICT, 5),
            ("110108", 0),
        ]
        items = world.taizhang.queries().spot_checks.items(check_id, by=by)
        assert {item.agency_code for item in items} == {SUBDISTRICT, SIBLING}
        # By subdistrict too: domains of the district's stratum, each with its own N and n.
        domains = strata[0].domains
        assert [(one.agency_code, one.population, one.drawn) for one in domains] == [
            (SUBDISTRICT, 3, 3), (SIBLING, 2, 2),
        ]  # fmt: skip
        assert {one.rate for one in domains} == {None}, "nothing is inspected yet"
        assert strata[1].domains == ()
        assert office.verify(check_id, by=by).is_proven
        office.examine(check_id, by=Actor.system(CITY))
        world.taizhang.projections.catch_up()
        for item in world.taizhang.queries().spot_checks.items(check_id, by=by):
            if item.agency_code != SIBLING:
                continue
            for finding in item.findings:
                if finding["verdict"] == "to_be_judged":
                    judge = JudgeFinding(
                        check_id=check_id, number=item.number, key=finding["key"], verdict="met",
                        reason="核对纸质档案",
                    )  # fmt: skip
                    world.taizhang.execute(judge, by=by, command_id=uuid4())
            inspect = InspectItem(check_id=check_id, number=item.number)
            world.taizhang.execute(inspect, by=by, command_id=uuid4())
        world.taizhang.projections.catch_up()
        view = world.taizhang.queries().spot_checks.check(check_id, by=by)
        here, next_door = view.strata[0].domains
        assert (here.inspected, here.rate) == (0, None)
        assert (next_door.inspected, next_door.faulty) == (2, 2)
        assert (next_door.rate, next_door.low, next_door.high) == (1, 1, 1)
