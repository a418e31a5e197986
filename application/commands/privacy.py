"""The command that erases a person (Article 51).

What it rests on (which records there are, what is open) is found by the office of erasures, not stated
by who asks; so it is not among the commands that come over a wire.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

from ...domain.aggregate import Aggregate
from ...domain.assistance.state import CaseStage, last_case
from ...domain.employer.ledger import EmployerLedger
from ...domain.employer.papers import AgentErased
from ...domain.errors import InvalidInput
from ...domain.job_seeker.erasure import JobSeekerErased
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power, require
from ...domain.privacy.erasure import (
    Erasure,
    ErasureGround,
    HeldBy,
    Hold,
    Kept,
    erase,
    erasure_stream,
)
from ..ports import Identities
from .base import Addressed, Command, Context, Decided, Look

_OPEN_STAGES = frozenset({CaseStage.ASSISTED, CaseStage.EMPLOYED, CaseStage.PLACED})


class ErasePerson(Command, name="erase_person"):
    """Erase a person: from the ledgers under these ids, from the cases, and as an agent of employers.

    `open_elsewhere` is what other records say is open about the person: checks, problems.
    """

    power: ClassVar[Power] = Power.ERASE_PERSONS
    aggregate: ClassVar[type[Aggregate]] = Erasure

    person_id: UUID
    merged_ids: tuple[UUID, ...] = ()
    agent_of: tuple[tuple[UUID, UUID], ...] = ()
    """The ledgers of the employers for whom the person acts or acted, each with the id used there."""
    records: tuple[Kept, ...]
    open_elsewhere: tuple[HeldBy, ...] = ()
    ground: ErasureGround
    reference: str

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the person's erasure."""
        return erasure_stream(self.person_id)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return one of the agencies that hold records of the person; `decide` asks for all."""
        return next(iter(sorted(holders_of(self, context.look))), None)

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Erase the person and mark every ledger, where the actor's power reaches all of them."""
        assert isinstance(aggregate, Erasure)
        occasion = context.occasion
        for code in holders_of(self, context.look):
            require(context.directory, occasion.actor, self.power, code, occasion.today)
        erased = erase(
            aggregate,
            occasion,
            (self.person_id, *self.merged_ids),
            self.records,
            tuple(holds_of(self, context.look)),
            self.ground,
            self.reference,
        )
        marks: list[Addressed] = [
            Addressed(stream, JobSeekerErased()) for stream, _ in _ledgers(self, context.look)
        ]
        marks += [
            Addressed(stream, AgentErased(agent_id=agent_id)) for stream, agent_id in self.agent_of
        ]
        return [*erased, *marks]


def require_not_erased(look: Look, person_id: UUID) -> None:
    """Make sure that a person whose data are about to be recorded was not erased, and is not meanwhile.

    The id was derived a moment ago from the person's number, which gives another one after an erasure.
    Raises InvalidInput where the erasure came between: the number then gives another id.

    Rule 51.2.
    """
    erasure, ledger = look(Erasure, erasure_stream(person_id)), look(JobSeekerLedger, person_id)
    if erasure.erased_on is not None or ledger.erased_on is not None:
        raise InvalidInput("the person was erased this moment: try once more", field="person_id")


def holders_of(command: ErasePerson, look: Look) -> set[str]:
    """Return the codes of the agencies that hold records of the person."""
    ledgers = {ledger.agency_code for _, ledger in _ledgers(command, look)}
    return ledgers | {look(EmployerLedger, stream).agency_code for stream, _ in command.agent_of}


def holds_of(command: ErasePerson, look: Look) -> Iterator[HeldBy]:
    """Yield what is still open about the person: cases, appeals, the authority of an agent, checks.

    Rule 51.2.
    """
    for stream, ledger in _ledgers(command, look):
        case = last_case(look, stream)
        if case.stage in _OPEN_STAGES:
            yield HeldBy(Hold.CASE, f"at agency {case.agency_code}")
        for appeal_id in ledger.appeals:
            yield HeldBy(Hold.APPEAL, str(appeal_id))
    for stream, agent_id in command.agent_of:
        employer = look(EmployerLedger, stream)
        if agent_id in (employer.papers.agents or {}):
            yield HeldBy(Hold.ACTING, f"for {employer.credit_code}")
    yield from command.open_elsewhere


def _ledgers(command: ErasePerson, look: Look) -> Iterator[tuple[UUID, JobSeekerLedger]]:
    for stream in (command.person_id, *command.merged_ids):
        ledger = look(JobSeekerLedger, stream)
        if ledger.is_open or ledger.merging.into is not None:
            yield stream, ledger
