"""Whoever has the database in hand can change rows, and not what follows from them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from hashlib import sha256

import pytest

from taizhang import (
    InvalidInput,
)
from taizhang.domain.calendar import SHANGHAI

from ..conftest import SIBLING, SUBDISTRICT, World
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
