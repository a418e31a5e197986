"""Commands that look at ledgers other than their own, and what they may rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import (
    ChangeEmployerBasics,
    JudgeReadiness,
    NotFound,
    OpenJobSeekerLedger,
    Request,
    RuleBroken,
    TaizhangError,
)
from taizhang.application.commands.base import Addressed, Context, Decided
from taizhang.application.commands.employers import EmployerCommand
from taizhang.application.commands.job_seekers import Basics
from taizhang.application.ports import Batch, VersionTaken
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import Channel, EmployerBasics, EmployerBasicsChanged
from taizhang.domain.job_seeker.contact import ContactMeans, ContactTried
from taizhang.domain.job_seeker.documents import IdentityDocument
from taizhang.domain.job_seeker.ledger import JobSeekerLedger

if TYPE_CHECKING:
    from tests.integration.conftest import World


class Rename(EmployerCommand, name="rename_if_somebody_is_ready"):
    """Rename an employer, if a person is ready: the person's ledger is looked at, not changed."""

    job_seeker_id: UUID

    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        if not context.look(JobSeekerLedger, self.job_seeker_id).search.is_ready:
            raise RuleBroken("15.1", "not ready")
        return [EmployerBasicsChanged(name="新名", basics=EmployerBasics())]


class CallAndDoNothing(EmployerCommand, name="call_a_person"):
    """Add to another ledger only."""

    job_seeker_id: UUID

    def decide_for(self, ledger: EmployerLedger, context: Context) -> Decided:
        context.look(JobSeekerLedger, self.job_seeker_id)
        return [Addressed(self.job_seeker_id, ContactTried(means=ContactMeans.PHONE))]


@pytest.fixture
def person(world: World) -> UUID:
    """Return a person who is ready for a job."""
    opening = OpenJobSeekerLedger(
        document=IdentityDocument(number=world.identity_number(50)),
        basics=Basics(name="王小明"),
        channel=Channel.SURVEY,
    )
    job_seeker_id = world.do(opening).stream_id
    world.do(JudgeReadiness(job_seeker_id=job_seeker_id, could_start_within_days=3))
    return job_seeker_id


def test_what_was_looked_at_and_has_changed_is_looked_at_again(world: World, person: UUID) -> None:
    code = world.open_ledger()
    world.do(Rename(credit_code=code, job_seeker_id=person))
    with world.reopen() as other:
        other.execute(
            JudgeReadiness(job_seeker_id=person, advice="先参加培训"),
            by=world.actor("clerk"),
            command_id=uuid4(),
        )
    with pytest.raises(RuleBroken, match="not ready"):
        world.do(Rename(credit_code=code, job_seeker_id=person))
    assert world.event_names(world.stream(code)).count("employer_ledger.basics_changed") == 1


def test_what_is_remembered_is_never_trusted_to_refuse(world: World, person: UUID) -> None:
    code, ready = (
        world.open_ledger(),
        JudgeReadiness(job_seeker_id=person, could_start_within_days=3),
    )
    world.do(JudgeReadiness(job_seeker_id=person, advice="先参加培训"))
    with world.reopen() as other:
        other.execute(ready, by=world.actor("clerk"), command_id=uuid4())
    world.do(Rename(credit_code=code, job_seeker_id=person))


def test_the_append_itself_refuses_an_old_version(world: World, person: UUID) -> None:
    store, actor = world.taizhang.events, world.actor("clerk")
    batch = Batch(
        actor=actor,
        recorded_at=world.clock(),
        directory_version=world.taizhang.directory.version,
        commands=[],
        events=[],
        states=[],
        relied_on=[(person, 2), (uuid4(), 0)],
    )
    with pytest.raises(VersionTaken):
        store.append(batch)


def test_a_command_may_add_to_another_ledger_only(world: World, person: UUID) -> None:
    code, command_id = world.open_ledger(), uuid4()
    command = CallAndDoNothing(credit_code=code, job_seeker_id=person)
    first = world.do(command, command_id=command_id)
    assert (first.stream_id, first.version) == (world.stream(code), 1)
    assert first.events == ("job_seeker_ledger.contact_tried",)
    again = world.do(command, command_id=command_id)
    assert again == first.model_copy(update={"repeated": True})
    assert world.event_names(person).count("job_seeker_ledger.contact_tried") == 1


def test_a_dry_run_records_nothing_anywhere(world: World, person: UUID) -> None:
    code, before = world.open_ledger(), world.count("stored_events")
    answers = world.taizhang.execute_many(
        [Request(CallAndDoNothing(credit_code=code, job_seeker_id=person), uuid4())],
        by=world.actor("clerk"),
        dry_run=True,
    )
    assert not isinstance(answers[0], TaizhangError)
    assert world.count("stored_events") == before
    world.do(Rename(credit_code=code, job_seeker_id=person))


def test_the_id_of_something_else_is_no_person(world: World) -> None:
    code = world.open_ledger()
    employer = world.stream(code)
    ready = JudgeReadiness(job_seeker_id=employer, could_start_within_days=3)
    for _ in range(2):  # with the employer remembered, then with what was mistaken for a person
        with pytest.raises(NotFound, match="no ledger"):
            world.do(ready)
    world.do(ChangeEmployerBasics(credit_code=code, name="新名", basics=EmployerBasics()))
    rename = ChangeEmployerBasics(credit_code=code, name="又名", basics=EmployerBasics())
    answers = world.taizhang.execute_many(
        [Request(command, uuid4()) for command in (ready, rename, ready, rename)],
        by=world.actor("clerk"),
    )
    assert [isinstance(answer, NotFound) for answer in answers] == [True, False, True, False]
    kinds = world.sql("SELECT kind FROM stream_states WHERE stream_id = %s", employer)
    assert kinds == [(f"employer_ledger@{EmployerLedger.shape}",)]
