"""What every command has: a permanent name, an aggregate, a power it needs, and a decision."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ...domain.aggregate import Aggregate, Occasion
from ...domain.events import Event
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import GradingTool, Identities

A = TypeVar("A", bound=Aggregate)


class Look(Protocol):
    """Looks at other aggregates than the command's own.

    What a decision looked at and did not change is unchanged when its events are appended, or the
    decision is taken anew.
    """

    def __call__(self, kind: type[A], stream_id: UUID) -> A:
        """Return the aggregate of a stream, empty where the stream was never begun."""
        ...


class Addressed(NamedTuple):
    """An event for another stream than the command's own: one that its decision looked at.

    `occurred_on` is the day of what is recorded there, where that is not the command's.
    """

    stream_id: UUID
    event: Event
    occurred_on: date | None = None


Decided = Sequence[Event | Addressed]
"""What follows from a command: events of its own aggregate, and of others; one transaction."""


def _sees_nothing_else(kind: type[A], stream_id: UUID) -> A:
    raise LookupError(f"nothing was given to look at the {kind.kind} {stream_id} by")


class Context(NamedTuple):
    """What a decision may look at beside its aggregate: `look(JobSeekerLedger, job_seeker_id)`.

    `stream_id` is the stream of the command's own aggregate.
    """

    occasion: Occasion
    directory: Directory
    identities: Identities
    look: Look = _sees_nothing_else
    grading_tool: GradingTool | None = None
    stream_id: UUID = UUID(int=0)


class Command(BaseModel):
    """Something asked for. `occurred_on` is the day of the service, today where it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command_name: ClassVar[str] = ""
    power: ClassVar[Power]
    aggregate: ClassVar[type[Aggregate]]
    changes_directory: ClassVar[bool] = False

    occurred_on: date | None = None

    def __init_subclass__(cls, **_: Any) -> None:
        """Accept the arguments of the class statement, which are read below once fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls, *, name: str = "", **kwargs: Any) -> None:
        """Take the permanent name of the command."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.command_name = name

    @abstractmethod
    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the aggregate that the command is about."""

    @abstractmethod
    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the code of the agency whose record it is; None where it is the actor's own."""

    @abstractmethod
    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Return the events that follow, or raise RuleBroken or InvalidInput."""


class CommandOn(Command, Generic[A]):
    """A command that decides on its aggregate as the kind that it is."""

    @classmethod
    def own(cls, aggregate: Aggregate) -> A:
        """Return the aggregate as the kind that it is."""
        assert isinstance(aggregate, cls.aggregate)
        return cast("A", aggregate)

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Return the events that follow."""
        return self.decide_on(self.own(aggregate), context)

    @abstractmethod
    def decide_on(self, aggregate: A, /, context: Context) -> Decided:
        """Return the events that follow for this aggregate, and for what stands beside it."""


class CommandResult(BaseModel):
    """What came of a command. `position` is its place in the log: a query can ask to see it.

    `repeated` is true when the command was accepted before and this is its first result again.
    """

    model_config = ConfigDict(frozen=True)

    stream_id: UUID
    version: int
    events: tuple[str, ...]
    position: int = 0
    repeated: bool = False
