"""What the commands about an assistance case have in common: the case, and the person's ledger beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from ...domain.aggregate import Aggregate, Occasion
from ...domain.assistance.case import AssistanceCase
from ...domain.assistance.state import last_case
from ...domain.errors import NotFound, RuleBroken
from ...domain.events import Event
from ...domain.job_seeker import search
from ...domain.job_seeker.contact import require_serving
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .base import Addressed, CommandOn, Context, Decided


class CaseCommand(CommandOn[AssistanceCase]):
    """A command about the case with this id: `assistance.case_stream` gives it for person and number."""

    power: ClassVar[Power] = Power.ASSIST
    aggregate: ClassVar[type[Aggregate]] = AssistanceCase

    serves: ClassVar[bool] = False
    """Whether it gives the person a service, which nobody is given once services have ceased."""

    case_id: UUID

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the case."""
        return self.case_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that serves the person. Raises NotFound for a case not begun."""
        case = self.own(aggregate)
        if case.signed_on is None:
            raise NotFound("there is no such assistance case: sign the agreement", field="case_id")
        return case.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Return the events that follow for the case, and for the ledgers beside it.

        Rules 13.3, 29.
        """
        case = self.own(aggregate)
        if self.serves and case.person_id is not None:
            require_serving(PersonalLedger(context, case.person_id).state)
        return self.decide_on(case, context)


def live_case(context: Context, person_id: UUID) -> AssistanceCase | None:
    """Return the person's case whose agreement is in force, None without one."""
    ledger = context.look(JobSeekerLedger, person_id)
    case = last_case(context.look, person_id, ledger.merging.cases)
    return case if case.is_live else None


def require_not_assisted(context: Context, person_id: UUID, rule_id: str, instead: str) -> None:
    """Make sure that no agreement with the person is in force. Raises RuleBroken `rule_id`."""
    case = live_case(context, person_id)
    if case is not None:
        raise RuleBroken(
            rule_id,
            f"an assistance agreement with this person is in force, at agency {case.agency_code}: "
            f"{instead}",
        )


class PersonalLedger:
    """The ledger of a case's person: where it was merged, the one that goes on."""

    def __init__(self, context: Context, person_id: UUID | None) -> None:
        """Look at it."""
        assert person_id is not None
        ledger = context.look(JobSeekerLedger, person_id)
        while ledger.merging.into is not None:
            person_id = ledger.merging.into
            ledger = context.look(JobSeekerLedger, person_id)
        self.person_id = person_id
        self.state = ledger

    def addressed(self, events: Iterable[Event]) -> list[Addressed]:
        """Return events as events of this ledger."""
        return [Addressed(self.person_id, event) for event in events]

    def found_ready(self, occasion: Occasion, job_ready: bool, advice: str) -> list[Addressed]:
        """Let the ledger say, too, whether the person could start within two weeks.

        Rule 15.1.
        """
        if self.state.search.is_ready is job_ready:
            return []
        days = occasion.edition.job_ready_start.amount if job_ready else None
        return self.addressed(search.judge_readiness(self.state, occasion, days, advice))
