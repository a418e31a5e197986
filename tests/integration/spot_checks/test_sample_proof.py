"""Whoever has the database in hand can change rows, and not what follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

import pytest

from taizhang import GradeJobSeeker, InvalidInput
from taizhang.domain.calendar import SHANGHAI

from ..conftest import SIBLING, SUBDISTRICT, World
from ..people import People
from .conftest import CUT_OFF, Check, fill

pytestmark = pytest.mark.rule("56.1", "56.2b")


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


class TestPicks:
    """What is picked beside the sample follows from the log as well: duties overdue, and who was named."""

    @pytest.fixture
    def check(self, world: World, people: People) -> Check:
        for number in range(100, 130):
            person = people.registered(number)
            # Found at level 3 and not registered as out of work: advice is due, and never given.
            world.do(GradeJobSeeker(job_seeker_id=person, answers={"age": "52"}))
        check = Check(world).drawn()
        assert check.verify().is_proven
        world.sql("ALTER TABLE stored_events DISABLE TRIGGER events_are_append_only")
        return check

    def rewrite(self, check: Check, topic: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the check's event of a topic behind everybody's back."""
        where = "WHERE originator_id = %s AND topic = %s"
        ((state,),) = check.world.sql(
            f"SELECT state FROM stored_events {where}", check.id, topic
        )  # fmt: skip
        content = json.loads(bytes(state))
        change(content)
        check.world.sql(
            f"UPDATE stored_events SET state = %s {where}",
            *(json.dumps(content, ensure_ascii=False).encode(), check.id, topic),
        )

    def picked(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        return [item for item in content["items"] if item["mode"] == "targeted"]

    def spared(self, check: Check) -> str:
        drawn = {item.record_id for item in check.state.items.values()}
        rows = check.world.sql("SELECT stream_id FROM job_seekers ORDER BY stream_id")
        return next(str(one) for (one,) in rows if one not in drawn)

    def test_one_swapped_for_another_at_risk_is_named_with_the_other(self, check: Check) -> None:
        spared, swapped = self.spared(check), []

        def change(content: dict[str, Any]) -> None:
            item = self.picked(content)[-1]
            swapped.append(item["record_id"])
            item["record_id"] = spared

        self.rewrite(check, "spot_check.drawn", change)
        problems = check.verify().problems
        (number,) = [
            number for number, item in check.state.items.items() if str(item.record_id) == spared
        ]
        assert f"picks: item {number}, {spared}, was picked; the log gives no reason to" in problems
        assert any(
            one.startswith(f"picks: {swapped[0]} was left out, which is to be picked: 截止日有1项")
            for one in problems
        )

    def test_one_dropped(self, check: Check) -> None:
        dropped = []

        def change(content: dict[str, Any]) -> None:
            dropped.append(content["items"].pop()["record_id"])

        self.rewrite(check, "spot_check.drawn", change)
        problems = check.verify().problems
        assert any(one.startswith(f"picks: {dropped[0]} was left out") for one in problems)

    def test_one_added_with_a_reason_that_nobody_gave(self, check: Check) -> None:
        spared = self.spared(check)

        def change(content: dict[str, Any]) -> None:
            last = content["items"][-1]
            content["items"].append(
                last | {"number": last["number"] + 1, "record_id": spared, "reason": "群众投诉"}
            )

        self.rewrite(check, "spot_check.drawn", change)
        problems = check.verify().problems
        assert any(
            one.endswith(f"{spared}, was picked; the log gives no reason to") for one in problems
        )

    def test_another_reason(self, check: Check) -> None:
        def change(content: dict[str, Any]) -> None:
            self.picked(content)[-1]["reason"] = "领导交办"

        self.rewrite(check, "spot_check.drawn", change)
        (problem,) = check.verify().problems
        assert "was picked because “领导交办”, the log gives “截止日有1项" in problem

    def test_who_was_named_is_in_the_log(self, world: World) -> None:
        opened = fill(world, 60, 2)
        check = Check(world).drawn(named={one: "群众投诉" for one in opened[:60]})
        assert check.verify().is_proven
        world.sql("ALTER TABLE stored_events DISABLE TRIGGER events_are_append_only")

        def change(content: dict[str, Any]) -> None:
            content["records"] = []

        self.rewrite(check, "spot_check.records_named", change)
        problems = check.verify().problems
        assert len(problems) == 60 - check.view.strata[0].sample_size
        assert all(one.endswith("was picked; the log gives no reason to") for one in problems)

    def test_another_order(self, check: Check) -> None:
        def change(content: dict[str, Any]) -> None:
            first, second = self.picked(content)[:2]
            first["number"], second["number"] = second["number"], first["number"]

        self.rewrite(check, "spot_check.drawn", change)
        assert any(one.startswith("sample: its items are not") for one in check.verify().problems)

    def test_the_read_model_of_duties_is_not_trusted(self, check: Check) -> None:
        check.world.sql(
            "UPDATE obligations_g1 SET outcome = 'met', closed_position = 1 WHERE outcome = 'open'"
        )
        assert check.verify().is_proven
