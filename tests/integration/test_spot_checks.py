"""Spot-checks on a real log: drawn, proven, examined, inspected, answered, closed; and what goes wrong."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    AddFinding,
    AnswerSpotCheck,
    ChangeInspector,
    CloseAgency,
    CloseSpotCheck,
    EmployStaff,
    FoundAgency,
    GradeJobSeeker,
    InspectItem,
    InvalidInput,
    JudgeFinding,
    MergeJobSeekerLedgers,
    NotAuthorised,
    RecodeAgency,
    RecordContact,
    RenameAgency,
    RuleBroken,
    SurveyWillingness,
    TakeOverJobSeeker,
)
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.organisation.staff import Role
from taizhang.domain.supervision.spot_check.check import SpotCheck
from taizhang.domain.supervision.spot_check.kinds import RecordKind
from taizhang.infrastructure.spot_checks import office as office_module

from .conftest import CITY, DISTRICT, SIBLING, SUBDISTRICT
from .people import People
from .test_key_enterprises import Enterprise

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("56.1", "56.2b")

MONTH = date(2026, 11, 1)
CUT_OFF = date(2026, 11, 30)
SYSTEM = Actor.system(DISTRICT)


class Check:
    """A check by the district, planned on the first working day of the month."""

    def __init__(self, world: World, kind: RecordKind = RecordKind.PERSONAL_LEDGERS) -> None:
        self.world = world
        self.office = world.taizhang.spot_checks
        self.kind = kind
        self.supervisor = world.actor("supervisor")
        self.id = self.office.plan(DISTRICT, kind, MONTH, by=self.supervisor)

    def after_cut_off(self, days: int = 1) -> Check:
        self.world.clock.now = datetime.combine(CUT_OFF + timedelta(days=days), time(9), SHANGHAI)
        return self

    def drawn(self, **options: Any) -> Check:
        self.after_cut_off()
        self.office.draw(self.id, by=SYSTEM, **options)
        return self

    def examined(self) -> Check:
        self.drawn()
        self.office.examine(self.id, by=SYSTEM)
        return self

    def confirmed(self, *, but: int = 0) -> Check:
        """Let the supervisor judge what is open as met, and confirm every item but the last `but`."""
        items = list(self.state.items.items())
        for number, item in items[: len(items) - but]:
            for key, finding in list(item.findings.items()):
                if finding.verdict == "to_be_judged":
                    self.judge(number, key, "met")
            self.world.do(InspectItem(check_id=self.id, number=number), "supervisor")
        return self

    def judge(self, number: int, key: str, verdict: Any, by: str = "supervisor") -> None:
        command = JudgeFinding(
            check_id=self.id, number=number, key=key, verdict=verdict, reason="核对纸质档案"
        )
        self.world.do(command, by)

    @property
    def state(self) -> SpotCheck:
        found = self.world.taizhang.events.replay(SpotCheck, self.id).aggregate
        assert isinstance(found, SpotCheck)
        return found

    @property
    def queries(self) -> Any:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries().spot_checks

    @property
    def view(self) -> Any:
        return self.queries.check(self.id, by=self.supervisor)

    def verify(self) -> Any:
        return self.office.verify(self.id, by=self.supervisor)


@pytest.fixture
def people(world: World) -> People:
    """Return persons with ledgers at two subdistricts."""
    return People(world)


def fill(world: World, here: int = 25, next_door: int = 4) -> list[UUID]:
    opened = [world.job_seeker(number) for number in range(100, 100 + here)]
    return opened + [world.job_seeker(number, "sibling") for number in range(200, 200 + next_door)]


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

        def die(self: Any, check: Any, named: Any, by: Any) -> None:
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
        fill(world, 3, 1)
        check = Check(world).after_cut_off()
        with pytest.raises(InvalidInput, match="is not in the frame"):
            check.office.draw(check.id, by=SYSTEM, named={uuid4(): "群众投诉"})
        with pytest.raises(RuleBroken, match="say why"):
            check.office.draw(check.id, by=SYSTEM, named={uuid4(): " "})

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


class TestAgenciesThatChange:
    """As in the table of division codes: renamed, recoded, removed in the middle of a month."""

    MIDDLE = date(2026, 11, 16)

    def change(self, world: World, *commands: Any) -> None:
        world.clock.now = datetime.combine(self.MIDDLE, time(9), SHANGHAI)
        for command in commands:
            world.taizhang.execute(command, by=Actor.system(CITY), command_id=uuid4())

    def test_a_renamed_and_recoded_agency_stays_one_stratum(self, world: World) -> None:
        """首都机场街道 moved from 110105400 to 110105020."""
        fill(world, 3, 2)
        check = Check(world)
        self.change(
            world,
            RenameAgency(code=SIBLING, name="首都机场街道", effective_on=self.MIDDLE),
            RecodeAgency(code=SIBLING, new_code="110105020", effective_on=self.MIDDLE),
        )
        member = Actor(staff_id="sibling", agency_code="110105020")
        command = RecordContact(
            job_seeker_id=world.job_seeker(250, "clerk"), means="phone", note="问"
        )
        world.taizhang.execute(command, by=world.actor("clerk"), command_id=uuid4())
        check.drawn()
        strata = {one.agency_code: (one.name, one.population) for one in check.view.strata}
        assert strata["110105020"] == ("首都机场街道", 2)
        assert SIBLING not in strata
        assert check.verify().is_proven
        check.office.examine(check.id, by=SYSTEM)
        world.taizhang.projections.catch_up()
        seen = world.taizhang.queries().spot_checks.items(check.id, by=member)
        assert len(seen) == 2

    def test_what_a_closed_agency_kept_counts_with_its_successor(self, world: World) -> None:
        """永顺地区 was removed and 永顺镇 founded in its place."""
        fill(world, 3, 2)
        check = Check(world)
        founded = FoundAgency(
            code="110105120", name="永顺镇", level="subdistrict", parent_code=DISTRICT,
            effective_on=self.MIDDLE,
        )  # fmt: skip
        closed = CloseAgency(code=SIBLING, successor_code="110105120", effective_on=self.MIDDLE)
        self.change(world, founded, closed)
        check.drawn()
        strata = {one.agency_code: one.population for one in check.view.strata}
        assert strata == {SUBDISTRICT: 3, "110105120": 2}
        assert check.verify().is_proven

    def test_what_nobody_answers_for_any_more_is_counted_and_left_out(self, world: World) -> None:
        fill(world, 3, 2)
        check = Check(world)
        closed = CloseAgency(code=SIBLING, successor_code=None, effective_on=self.MIDDLE)
        self.change(world, closed)
        check.drawn()
        assert [one.agency_code for one in check.view.strata] == [SUBDISTRICT]
        assert check.view.left_out == 2
        assert check.verify().is_proven


class TestProof:
    """Whoever has the database in hand can change rows, and not what follows from them."""

    @pytest.fixture
    def check(self, world: World) -> Check:
        fill(world)
        check = Check(world).drawn()
        assert check.verify().is_proven
        world.sql("ALTER TABLE stored_events DISABLE TRIGGER events_are_append_only")
        return check

    def touch(self, check: Check, topic: str, old: str, new: str) -> None:
        check.world.sql(
            "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), "
            "'UTF8') WHERE originator_id = %s AND topic = %s",
            old, new, check.id, topic,
        )  # fmt: skip

    def then(self, check: Check, problem: str) -> None:
        problems = check.verify().problems
        assert any(one.startswith(problem) for one in problems), problems

    def test_another_seed(self, check: Check) -> None:
        seed = check.view.seed
        self.touch(check, "spot_check.drawn", seed, "00" * 32)
        self.then(check, "commitment: the seed that was revealed is not the one")

    def test_another_commitment(self, check: Check) -> None:
        seed, other = check.view.seed, "00" * 32
        self.touch(
            check, "spot_check.planned", check.view.commitment, sha256(bytes(32)).hexdigest()
        )
        self.touch(check, "spot_check.drawn", seed, other)
        self.then(check, "seed: the plan holds another one")

    def test_another_record_in_the_sample(self, check: Check) -> None:
        drawn = {item.record_id for item in check.state.items.values()}
        frame = [
            stream
            for (stream,) in check.world.sql(
                "SELECT stream_id FROM job_seekers WHERE agency_code = %s", SUBDISTRICT
            )
        ]
        spared = next(one for one in frame if one not in drawn)
        self.touch(check, "spot_check.drawn", str(check.state.items[3].record_id), str(spared))
        self.then(check, "sample: item 3 is")

    def test_another_inspector(self, check: Check) -> None:
        self.touch(check, "spot_check.drawn", '"inspector":"supervisor"', '"inspector":"clerk"')
        self.then(check, "assignment: item 1 went to clerk")

    def test_a_record_taken_out_of_the_frame(self, check: Check) -> None:
        victim = check.state.items[1].record_id
        check.world.sql(
            "DELETE FROM stored_events WHERE originator_id = %s AND topic = 'job_seeker_ledger.opened'",
            victim,
        )
        self.then(check, "frame: population of the stratum 110105001 was sealed as 25")

    def test_a_record_given_to_another_agency(self, check: Check) -> None:
        check.world.sql(
            "UPDATE stored_events SET agency_code = %s WHERE originator_id = %s",
            SIBLING, check.state.items[1].record_id,
        )  # fmt: skip
        self.then(check, "frame: digest of the stratum 110105002")

    def test_a_frame_sealed_elsewhere_in_the_log(self, check: Check) -> None:
        position = check.view.log_position
        self.touch(
            check, "spot_check.frame_sealed", f'"log_position":{position}', '"log_position":40'
        )
        self.then(check, "frame: it was sealed at log position 40")

    def test_a_sample_shown_that_was_not_drawn(self, check: Check) -> None:
        (relation,) = check.world.sql(
            "SELECT name || '_g' || generation FROM read_models WHERE name = 'spot_check_items' AND live"
        )[0]
        check.world.sql(f"UPDATE {relation} SET record_id = gen_random_uuid() WHERE number = 2")
        self.then(check, "read model: spot_check_items does not show")

    def test_a_plan_made_after_the_cut_off_is_noted(self, world: World) -> None:
        fill(world, 2, 1)
        world.clock.now = datetime.combine(CUT_OFF + timedelta(days=1), time(9), SHANGHAI)
        check = Check(world).drawn()
        proof = check.verify()
        assert proof.is_proven
        assert "planned only after the cut-off" in proof.notes[0]

    def test_there_is_nothing_to_prove_before_the_draw(self, world: World) -> None:
        with pytest.raises(InvalidInput, match="was not drawn"):
            Check(world).verify()


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
