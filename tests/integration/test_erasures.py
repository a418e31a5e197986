"""Erasing a person on a real database: one act, for ever, and everything still counts and verifies."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest

from taizhang import (
    Actor,
    CloseCase,
    CloseSpotCheck,
    Conflict,
    EmployStaff,
    InvalidInput,
    LodgeAppeal,
    MergeJobSeekerLedgers,
    NotAuthorised,
    NotFound,
    RecordContact,
    RevokeAgent,
    RuleBroken,
    WithdrawProblem,
)
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.employer.papers import AgentVerified
from taizhang.domain.events import ERASED
from taizhang.domain.organisation.staff import Role
from taizhang.domain.privacy.erasure import ErasureGround
from taizhang.domain.supervision.rectification.events import ConcernedRecord

from .people import ADDRESS, NAME, NOTE, PHONE, People
from .spot_checks.conftest import SYSTEM, Check
from .test_rectification import found

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("51.2")

ARCHIVIST = Actor(staff_id="archivist", agency_code="110105")
CITY_ARCHIVIST = Actor(staff_id="administrator", agency_code="110000")
OVER: dict[str, Any] = {"ground": ErasureGround.RETENTION_OVER, "reference": "朝档〔2040〕1号"}
ORDERED: dict[str, Any] = {"ground": ErasureGround.ORDERED, "reference": "朝法〔2026〕9号"}


@pytest.fixture
def people(world: World) -> People:
    world.taizhang.execute(
        EmployStaff(
            staff_id="archivist", name="某", agency_code="110105", roles=(Role.ADMINISTRATOR,),
            effective_on=date(2018, 8, 1),
        ),
        by=Actor.system("110000"),
        command_id=uuid4(),
    )  # fmt: skip
    return People(world)


def erase(world: World, person: UUID, by: Actor = ARCHIVIST, **how: Any) -> Any:
    return world.taizhang.erasures.erase(person, by=by, **(how or ORDERED))


def rows_of(world: World, table: str) -> list[tuple[Any, ...]]:
    world.taizhang.projections.catch_up()
    return world.sql(f"SELECT * FROM {table} ORDER BY 1, 2")


def test_one_act_destroys_the_key_marks_the_ledger_and_enters_the_register(
    world: World, people: People
) -> None:
    person = people.registered()
    result = erase(world, person)
    assert result.events == ("person.erased", "job_seeker_ledger.erased")
    assert world.event_names(person)[-1] == "job_seeker_ledger.erased"
    assert world.sql(
        "SELECT wrapped IS NULL, destroyed_at IS NOT NULL FROM personal_keys WHERE subject_id = %s",
        person,
    ) == [(True, True)]
    told = [one.event for one in world.taizhang.events.history(person)]
    text = "".join(event.model_dump_json() for event in told)
    assert ERASED in text and not any(secret in text for secret in (NAME, PHONE, ADDRESS))
    (entry,) = world.taizhang.erasures.register("110105", by=ARCHIVIST)
    assert (entry.person_id, entry.reference) == (person, ORDERED["reference"])
    assert world.taizhang.erasures.register("110108", by=Actor.system("110108")) == []


def test_asked_again_it_gives_the_first_result_and_another_decision_is_refused(
    world: World, people: People
) -> None:
    person = people.registered()
    first = erase(world, person)
    again = erase(world, person)
    assert again.repeated and again.position == first.position
    with pytest.raises(InvalidInput, match="was erased on"):
        erase(world, person, ground=ErasureGround.ORDERED, reference="朝法〔2026〕10号")


def test_nothing_more_is_recorded_of_an_erased_person(world: World, people: People) -> None:
    person = people.registered()
    erase(world, person)
    with pytest.raises(RuleBroken, match=r"51\.2.*was erased"):
        world.do(RecordContact(job_seeker_id=person, means="phone", note=NOTE))
    with world.reopen() as other, pytest.raises(RuleBroken, match="was erased"):
        other.execute(
            RecordContact(job_seeker_id=person, means="phone", note=NOTE),
            by=world.actor("clerk"),
            command_id=uuid4(),
        )


def test_counts_stay_and_every_read_model_still_equals_a_fresh_fold(
    world: World, people: People
) -> None:
    person, other = people.assisted(7), people.registered(8)
    before = people.queries.counts("110105", by=ARCHIVIST)
    end_case(world, person)
    counted = people.queries.counts("110105", by=ARCHIVIST)
    erase(world, person)
    erase(world, other)
    after = people.queries.counts("110105", by=ARCHIVIST)
    assert before.total.ledgers == 2
    assert after.model_copy(update={"day": counted.day}).total.ledgers == counted.total.ledgers
    assert after.total.by_level == counted.total.by_level
    for model in world.taizhang.projections.status():
        assert world.taizhang.projections.verify(model.name).is_same, model.name


def end_case(world: World, person: UUID) -> None:
    close = CloseCase(case_id=case_stream(person, 1), cause="agreed_condition", note="协议期满")
    specialist = Actor(staff_id="c-110105001", agency_code="110105001")
    world.taizhang.execute(close, by=specialist, command_id=uuid4())


def test_an_agent_goes_from_every_employer_and_from_the_read_models(
    world: World, people: People
) -> None:
    code = world.register()
    agent = world.taizhang.identities.person(world.identity_number(1))
    with pytest.raises(RuleBroken, match=rf"acting for {code}"):
        erase(world, agent)
    world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
    result = erase(world, agent)
    assert result.events == ("person.erased", "employer_ledger.agent_erased")
    events = [one.event for one in world.taizhang.events.history(world.stream(code))]
    (verified,) = [event for event in events if isinstance(event, AgentVerified)]
    assert verified.name == ERASED
    for name in ("employers", "agents", "erasures"):
        assert world.taizhang.projections.verify(name).is_same


def test_a_job_seeker_who_is_an_agent_too_is_erased_as_both(world: World, people: People) -> None:
    code = world.register()
    person = people.registered(1)
    assert person == world.taizhang.identities.person(world.identity_number(1))
    with pytest.raises(RuleBroken, match="acting"):
        erase(world, person)
    world.do(RevokeAgent(credit_code=code, agent_id=person, reason="离职"))
    view = world.taizhang.erasures.check(person, by=ARCHIVIST)
    assert [kept.kind for kept in view.records] == ["agent", "job_seeker"]
    assert set(erase(world, person).events) == {
        "person.erased", "job_seeker_ledger.erased", "employer_ledger.agent_erased",
    }  # fmt: skip


def test_open_cases_and_appeals_hold_a_record_and_are_named(world: World, people: People) -> None:
    person = people.assisted()
    appeal = uuid4()
    world.do(
        LodgeAppeal(
            job_seeker_id=person, appeal_id=appeal, grievance="59.2",
            against_agency_code="110105001", text="未按标准服务",
        )
    )  # fmt: skip
    view = world.taizhang.erasures.check(person, by=ARCHIVIST)
    assert {held.hold for held in view.holds} == {"case", "appeal"}
    with pytest.raises(RuleBroken, match=rf"51\.2.*case at agency 110105001.*appeal {appeal}"):
        erase(world, person)
    assert world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NULL") == [(0,)]


def test_an_open_spot_check_holds_a_record_and_a_closed_one_does_not(
    world: World, people: People
) -> None:
    person = people.registered()
    check = Check(world).drawn()
    check.office.examine(check.id, by=SYSTEM)
    with pytest.raises(RuleBroken, match=rf"51\.2.*spot_check {check.id}"):
        erase(world, person)
    check.confirmed()
    check.after_cut_off(60)
    world.do(CloseSpotCheck(check_id=check.id), "supervisor")
    holds = world.taizhang.erasures.check(person, by=ARCHIVIST).holds
    assert "spot_check" not in {held.hold for held in holds}


def test_a_problem_holds_a_record_until_it_is_put_right_and_checked(
    world: World, people: People
) -> None:
    person = people.registered()
    problem = found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person)
    with pytest.raises(RuleBroken, match=rf"51\.2.*rectification {problem}"):
        erase(world, person)
    world.do(WithdrawProblem(rectification_id=problem, reason="核实后不成立"), "supervisor")
    erase(world, person)


def test_what_is_open_about_an_employers_ledger_holds_its_former_agents(
    world: World, people: People
) -> None:
    code = world.register()
    agent = world.taizhang.identities.person(world.identity_number(1))
    world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
    ledger = world.stream(code)
    problem = found(
        world, rule="35", record_kind=ConcernedRecord.EMPLOYER_LEDGERS, record_id=ledger
    )
    with pytest.raises(RuleBroken, match=rf"51\.2.*rectification {problem}"):
        erase(world, agent)
    world.do(WithdrawProblem(rectification_id=problem, reason="核实后不成立"), "supervisor")
    erase(world, agent)


def test_retention_is_judged_by_the_last_entry_in_all_streams(world: World, people: People) -> None:
    person = people.registered()
    with pytest.raises(RuleBroken, match="kept until 2031-11-02"):
        erase(world, person, **OVER)
    view = world.taizhang.erasures.check(person, by=ARCHIVIST)
    assert view.kept_until == date(2031, 11, 2) and not view.is_open(date(2031, 11, 2))
    assert view.is_open(date(2031, 11, 3))


def test_merged_ledgers_are_erased_with_the_one_that_goes_on(world: World, people: People) -> None:
    kept, given_up = people.registered(7), people.registered(8)
    merge = MergeJobSeekerLedgers(
        job_seeker_id=kept, merged_id=given_up, reason="同一人", evidence="户籍核验"
    )
    world.do(merge, "supervisor")
    erase(world, given_up)
    assert world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NULL") == [(2,)]
    for stream in (kept, given_up):
        assert world.event_names(stream)[-1] == "job_seeker_ledger.erased"


def test_only_those_who_keep_the_archive_erase(world: World, people: People) -> None:
    person = people.registered()
    for by in (world.actor("clerk"), world.actor("supervisor"), Actor.system("110105")):
        with pytest.raises(NotAuthorised):
            erase(world, person, by=by)
    with pytest.raises(NotFound):
        erase(world, uuid4())
    assert erase(world, person, by=CITY_ARCHIVIST).events


def test_where_the_key_cannot_be_destroyed_nothing_is_recorded(
    world: World, people: People
) -> None:
    """A crash between the two would be the same: they are one transaction."""
    person = people.registered()
    world.sql(
        "CREATE FUNCTION stand_in_the_way() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no'; END $$"
    )
    world.sql(
        "CREATE TRIGGER stand_in_the_way BEFORE UPDATE ON personal_keys "
        "FOR EACH ROW EXECUTE FUNCTION stand_in_the_way()"
    )
    before = world.count("stored_events")
    with pytest.raises((psycopg.Error, Conflict)):
        erase(world, person)
    assert world.count("stored_events") == before
    world.sql("DROP TRIGGER stand_in_the_way ON personal_keys")
    assert erase(world, person).events


def test_a_process_that_is_killed_in_the_middle_has_erased_nobody(
    world: World, people: People, spawn: Callable[..., subprocess.Popen[str]]
) -> None:
    person = people.registered()
    world.sql(
        "CREATE FUNCTION stop_halfway() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$"
    )
    world.sql(
        "CREATE TRIGGER stop_halfway BEFORE UPDATE ON personal_keys "
        "FOR EACH ROW EXECUTE FUNCTION stop_halfway()"
    )
    script = (
        "import sys, json, uuid\n"
        "from taizhang import Actor, Taizhang\n"
        "by = Actor(staff_id='archivist', agency_code='110105')\n"
        "Taizhang.open(**json.loads(sys.argv[1])).erasures.erase(\n"
        "    uuid.UUID(sys.argv[2]), by=by, ground='ordered', reference='9')\n"
    )
    halfway = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted"
    )
    with psycopg.connect(world.url) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(4711)")
        process = spawn(script, json.dumps(world.settings), str(person))
        deadline = time.monotonic() + 60
        while world.sql(halfway) == [(0,)] and time.monotonic() < deadline:
            time.sleep(0.05)
        assert world.sql(halfway) == [(1,)], "the event is written, the key about to go"
        process.kill()
        process.wait()
    with world.taizhang.events.alone():  # once the server found out, the lock is free
        pass
    assert world.sql("SELECT 1 FROM stored_events WHERE topic = 'person.erased'") == []
    assert NAME in told(world.taizhang, person)
    world.sql("DROP TRIGGER stop_halfway ON personal_keys")
    assert erase(world, person).events


def test_a_lost_acknowledgement_is_one_erasure(
    world: World, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.registered()
    append = world.taizhang.events.append
    lost: list[int] = []

    def append_and_lose(batch: Any) -> int:
        position = append(batch)
        if batch.erased and not lost:
            lost.append(position)
            return append(batch)  # as a retry would
        return position

    monkeypatch.setattr(world.taizhang.events, "append", append_and_lose)
    assert erase(world, person).position == lost[0]
    assert world.event_names(person).count("job_seeker_ledger.erased") == 1


class TestRotation:
    def test_every_key_is_wrapped_anew_and_no_event_is_touched(
        self, world: World, people: People
    ) -> None:
        person, gone = people.registered(7), people.registered(8)
        erase(world, gone)
        events = world.sql("SELECT state FROM stored_events ORDER BY notification_id")
        new = {"master_key": NEW_KEY, "former_master_key": world.settings["master_key"]}
        with world.reopen(**new) as taizhang:
            assert NAME in told(taizhang, person)  # read before it is wrapped anew
            assert (
                taizhang.keys.rotate()
                == world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NOT NULL")[0][0]
            )
            assert taizhang.keys.rotate() == 0
        assert events == world.sql("SELECT state FROM stored_events ORDER BY notification_id")
        with world.reopen(master_key=NEW_KEY) as taizhang:
            assert NAME in told(taizhang, person)
            assert NAME not in told(taizhang, gone)
        with pytest.raises(InvalidInput, match="not the key"):
            world.reopen()

    def test_stopped_on_the_way_it_goes_on(
        self, world: World, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("taizhang.infrastructure.store.keys.ROTATED_AT_ONCE", 1)
        persons = [people.registered(number) for number in (7, 8, 9)]
        new = {"master_key": NEW_KEY, "former_master_key": world.settings["master_key"]}

        def stop(done: int, total: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        with world.reopen(**new) as taizhang, pytest.raises(KeyboardInterrupt):
            taizhang.keys.rotate(stop)
        with world.reopen(**new) as taizhang:
            assert all(NAME in told(taizhang, person) for person in persons)
            assert taizhang.keys.rotate() == 1
        with world.reopen(master_key=NEW_KEY) as taizhang:
            assert all(NAME in told(taizhang, person) for person in persons)

    def test_a_key_that_opens_nothing_is_refused(self, world: World, people: People) -> None:
        people.registered()
        with pytest.raises(InvalidInput, match="TAIZHANG_MASTER_KEY is not the key"):
            world.reopen(master_key=NEW_KEY, former_master_key=NEW_KEY)


NEW_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def told(taizhang: Any, person: UUID) -> str:
    return "".join(one.event.model_dump_json() for one in taizhang.events.history(person))
