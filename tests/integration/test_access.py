"""Reading personal data is itself recorded: who, whose, for whom, when, for what and why. Rule 51.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from taizhang import InvalidInput, NotAuthorised
from taizhang.domain.access import Accesses, PersonalDataRead, accesses_stream, record_access
from taizhang.domain.events import ERASED
from tests.integration.tampering import tamper

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("51.2")
WHY = "核实委托书：王小明来电"


def test_without_a_reason_nothing_is_read() -> None:
    from uuid import UUID

    read = PersonalDataRead(
        person_id=UUID(int=1),
        ledger_id=UUID(int=2),
        ledger_agency_code="110105001",
        purpose="ledger",
        reason=" ",
    )
    with pytest.raises(InvalidInput, match="says why"):
        record_access(read)


def test_a_superior_reads_who_read_whose_data_and_why(world: World) -> None:
    code, person = world.register(), world.job_seeker()
    taizhang = world.taizhang
    taizhang.projections.catch_up()
    queries = taizhang.queries()
    queries.agent_contacts(code, by=world.actor("clerk"), reason=WHY)
    world.clock.forward(days=1)
    queries.people.job_seeker_ledger(person, by=world.actor("clerk"), reason="上门走访")
    taizhang.projections.catch_up()
    seen = queries.accesses("110105", by=world.actor("supervisor"))
    agent = taizhang.identities.person(world.identity_number(1))
    assert [
        (one.staff_id, one.person_id, one.ledger_id, one.purpose, one.reason) for one in seen
    ] == [
        ("clerk", person, person, "ledger", "上门走访"),
        ("clerk", agent, world.stream(code), "agent_contacts", WHY),
    ]
    assert {one.agency_code for one in seen} == {"110105001"}
    assert seen[0].read_at == world.clock.now
    assert seen[0].purpose_zh == "查看个人服务台账"
    today = world.clock.today
    assert len(queries.accesses("110105", by=world.actor("supervisor"), since=today)) == 1
    (alone,) = queries.accesses("110105", by=world.actor("supervisor"), person_id=agent)
    assert alone.reason == WHY


@pytest.mark.parametrize("staff_id", ["clerk", "other-supervisor", "administrator", "station"])
def test_nobody_else_reads_it(world: World, staff_id: str) -> None:
    with pytest.raises(NotAuthorised):
        world.taizhang.queries().accesses("110105", by=world.actor(staff_id))


def test_it_is_recorded_before_anything_is_shown(world: World) -> None:
    code = world.register()
    world.taizhang.projections.catch_up()
    world.sql("ALTER TABLE stored_events ADD CHECK (topic <> 'personal_data.read') NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        world.taizhang.queries().agent_contacts(code, by=world.actor("clerk"), reason=WHY)


def test_the_reason_lies_encrypted_and_goes_with_the_person(world: World) -> None:
    code = world.register()
    world.taizhang.projections.catch_up()
    queries, clerk = world.taizhang.queries(), world.actor("clerk")
    (contact,) = queries.agent_contacts(code, by=clerk, reason=WHY)
    stream = accesses_stream(contact.agent_id)
    ((state,),) = world.sql("SELECT state FROM stored_events WHERE originator_id = %s", stream)
    assert WHY.encode() not in state
    world.lose_key(contact.agent_id)
    world.taizhang.projections.catch_up()
    (seen,) = queries.accesses("110105001", by=world.actor("supervisor"))
    assert seen.reason == ERASED
    # Nothing of an erased person can be shown: nothing is read, and nothing recorded.
    (again,) = queries.agent_contacts(code, by=clerk, reason=WHY)
    assert again.name == ERASED
    assert world.taizhang.events.load(Accesses, stream).aggregate.version == 1


def test_an_access_that_is_taken_out_is_found(world: World) -> None:
    code = world.register()
    world.taizhang.projections.catch_up()
    world.taizhang.queries().agent_contacts(code, by=world.actor("clerk"), reason=WHY)
    world.taizhang.seals.catch_up()
    assert world.taizhang.verifier.run(processes=1).is_proven
    tamper(world, "DELETE FROM stored_events WHERE topic = 'personal_data.read'")
    assert not world.taizhang.verifier.run(processes=1).is_proven
