"""Who comes back after an erasure gets a ledger of his or her own, and nothing stored joins the two."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    InvalidInput,
    MergeJobSeekerLedgers,
    RecordContact,
    RevokeAgent,
    RuleBroken,
)
from taizhang.domain.events import ERASED

from .people import People
from .test_forgetting import ARCHIVIST, erase, in_another_thread
from .test_forgetting import people as people

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("51.2")


class TestComingBack:
    """Who comes back after an erasure gets a ledger of his or her own, and nothing joins the two."""

    def test_the_same_number_opens_a_new_ledger(self, world: World, people: People) -> None:
        first = people.registered()
        erase(world, first)
        again = people.registered()
        assert again != first
        assert again == world.taizhang.identities.person(world.identity_number(7))
        shown = people.queries.job_seeker(again, by=world.actor("clerk"))
        assert shown.person_id == again and shown.registered_on is not None
        with pytest.raises(InvalidInput, match="has a ledger already"):
            people.opened()
        with pytest.raises(RuleBroken, match="was erased"):
            world.do(RecordContact(job_seeker_id=first, means="phone", note="来电"))

    def test_again_and_again(self, world: World, people: People) -> None:
        persons = []
        for _ in range(6):  # beyond what is looked up at once
            persons.append(people.registered())
            erase(world, persons[-1])
        assert len({*persons, people.registered()}) == 7
        assert len(world.taizhang.erasures.register("110105", by=ARCHIVIST)) == 6

    def test_nothing_stored_joins_the_new_ledger_to_the_erased_one(
        self, world: World, people: People
    ) -> None:
        first = people.registered()
        erase(world, first)
        before = world.taizhang.events.head()
        again = people.registered()
        world.taizhang.projections.catch_up()
        rows = world.sql("SELECT * FROM stored_events WHERE notification_id > %s", before)
        assert rows and not any(str(first) in repr(row) or first.hex in repr(row) for row in rows)
        told = "".join(
            repr(row) for row in world.sql("SELECT * FROM job_seekers WHERE stream_id = %s", again)
        )
        assert str(first) not in told

    def test_of_two_clerks_at_once_one_opens_it(self, world: World, people: People) -> None:
        erase(world, people.registered())
        barrier, answers = threading.Barrier(4), list[Any]()

        def open_it() -> None:
            barrier.wait()
            try:
                answers.append(people.opened())
            except InvalidInput as error:
                answers.append(error)

        threads = [threading.Thread(target=open_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(isinstance(answer, UUID) for answer in answers) == [False, False, False, True]

    def test_opened_while_it_is_erased_it_is_a_new_one(
        self, world: World, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The number was looked up before the erasure of somebody who was only an agent."""
        code = world.register()
        agent = world.taizhang.identities.person(world.identity_number(1))
        world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
        person, asked = world.taizhang.identities.person, list[UUID]()

        def look_and_be_overtaken(*document: str) -> UUID:
            asked.append(person(*document))
            if len(asked) == 1:
                in_another_thread(lambda: erase(world, agent))
            return asked[-1]

        monkeypatch.setattr(world.taizhang.identities, "person", look_and_be_overtaken)
        opened = people.opened(1)
        assert asked[0] == agent and opened == asked[-1] != agent
        assert world.event_names(agent) == []

    def test_an_agent_acts_again_under_another_id(self, world: World, people: People) -> None:
        code = world.register()
        agent = world.taizhang.identities.person(world.identity_number(1))
        world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
        erase(world, agent)
        world.do(world.agent(code))
        again = world.taizhang.identities.person(world.identity_number(1))
        assert again != agent
        world.taizhang.projections.catch_up()
        rows = world.sql("SELECT agent_id, erased_on IS NULL FROM agents ORDER BY 2")
        assert rows == [(agent, False), (again, True)]
        contacts = world.taizhang.queries().agent_contacts(
            code, by=world.actor("clerk"), reason="联系"
        )
        assert {contact.agent_id for contact in contacts if contact.phone != ERASED} == {again}

    def test_each_of_two_merged_numbers_begins_anew(self, world: World, people: People) -> None:
        kept, given_up = people.registered(7), people.registered(8)
        merge = MergeJobSeekerLedgers(
            job_seeker_id=kept, merged_id=given_up, reason="同一人", evidence="户籍核验"
        )
        world.do(merge, "supervisor")
        with pytest.raises(InvalidInput, match=f"merged into {kept}"):
            people.opened(8)
        erase(world, kept)
        one, other = people.registered(7), people.registered(8)
        assert not {one, other} & {kept, given_up}
        again = merge.model_copy(update={"job_seeker_id": one, "merged_id": other})
        world.do(again, "supervisor")
        erase(world, other)
        assert people.registered(8) not in {kept, given_up, one, other}

    def test_a_late_repeat_of_the_first_opening_opens_nothing(
        self, world: World, people: People
    ) -> None:
        opening: dict[str, Any] = {"by": world.actor("clerk"), "command_id": uuid4()}
        command = people.opening(7)
        first = world.taizhang.execute(command, **opening)
        erase(world, first.stream_id)
        again = world.taizhang.execute(command, **opening)
        assert again.repeated and again.stream_id == first.stream_id
        assert world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NULL") == [(1,)]
