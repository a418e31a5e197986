"""What the application needs from outside, as protocols; `infrastructure` fills them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from ..domain.aggregate import Aggregate
from ..domain.errors import InvalidInput
from ..domain.events import Event, RecordedEvent
from ..domain.job_seeker.grading import Grade
from ..domain.matching import Match, SeekerProfile, VacancyProfile
from ..domain.organisation.powers import Actor


class Clock(Protocol):
    """Tells the time; tests and the demo bring their own."""

    def __call__(self) -> datetime:
        """Return the present moment, with its time zone."""
        ...


class Identities(Protocol):
    """Gives ids that disclose nothing of the number they are derived from."""

    def employer(self, credit_code: str) -> UUID:
        """Return the stream of an employer's ledger."""
        ...

    def person(self, number: str, kind: str = "", country: str = "") -> UUID:
        """Return the id of a person, which is also the stream of a job seeker's ledger.

        One whose person was erased is never given again: the number then gives the next one.
        Without a kind the number is a citizen identity number; else that of such a document, as
        `country` issued it.
        """
        ...

    def fingerprint(self, content: bytes) -> bytes:
        """Return a digest that tells two contents apart and cannot be tried out without the key."""
        ...


class GradingTool(Protocol):
    """The city-wide tool for grading difficulty (就业困难程度分级工具), which the integrator supplies."""

    def grade(self, answers: Mapping[str, str]) -> Grade:
        """Return the level with its evidence.

        Raises ValueError, saying what is missing, for answers that it cannot grade.
        """
        ...


class MatchingTool(Protocol):
    """The tool that matches persons and vacancies (精准职业匹配工具), which the integrator supplies."""

    @property
    def name(self) -> str:
        """What the tool is called, with its version: it stands beside the reasons of a match."""
        ...

    def vacancies_for(
        self, seeker: SeekerProfile, vacancies: Iterable[VacancyProfile], limit: int
    ) -> Sequence[Match]:
        """Return the vacancies that match a person's ability and wishes, the best first."""
        ...

    def seekers_for(
        self, vacancy: VacancyProfile, seekers: Iterable[SeekerProfile], limit: int
    ) -> Sequence[Match]:
        """Return the persons who match a vacancy, the best first."""
        ...


class KnownCommand(NamedTuple):
    """A command that was accepted before."""

    digest: bytes
    result: bytes
    position: int


class Kept(NamedTuple):
    """An aggregate as read, and the version of the state row that it was read from (0: none)."""

    aggregate: Aggregate
    kept_version: int


@dataclass(slots=True)
class NewEvent:
    """An event decided on, at its place in its stream."""

    event: Event
    stream_id: UUID
    version: int
    occurred_on: date
    command_id: UUID


@dataclass(slots=True)
class AcceptedCommand:
    """What is kept of a command beside its events, so that a repeat finds its first result."""

    command_id: UUID
    name: str
    digest: bytes
    result: bytes


@dataclass(slots=True)
class Batch:
    """What is appended in one transaction: by one actor, at one moment.

    `relied_on` are streams, with their versions, that decisions looked at and left unchanged;
    `erased` the persons whose keys are destroyed with it.
    """

    actor: Actor
    recorded_at: datetime
    directory_version: int
    commands: list[AcceptedCommand]
    events: list[NewEvent]
    states: list[tuple[UUID, Aggregate]]
    changes_directory: bool = False
    relied_on: Sequence[tuple[UUID, int]] = ()
    erased: Sequence[UUID] = ()


@dataclass(slots=True)
class Refusal:
    """An attempt that was refused."""

    command_id: UUID
    name: str
    error: str
    rule_id: str | None
    refused_at: datetime
    actor: Actor


class VersionTaken(Exception):
    """Another writer appended first, to a stream that was written to or relied on."""


class DirectoryMoved(Exception):
    """The directory changed since the decision was taken."""


class CommandKnown(Exception):
    """A command with this id was accepted before."""


class Unwritable(Exception):
    """An event that a command decided on cannot be kept, as `reason` says; nothing was written."""

    def __init__(self, command_id: UUID, reason: InvalidInput) -> None:
        super().__init__(str(reason))
        self.command_id = command_id
        self.reason = reason


class EventStore(Protocol):
    """Where events are, with the state that decisions need."""

    def load(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        """Return an aggregate from its kept state and the events after it."""
        ...

    def replay(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        """Return an aggregate from its events alone."""
        ...

    def history(self, stream_id: UUID, *, up_to: int | None = None) -> Iterator[RecordedEvent]:
        """Yield the events of a stream, up to a log position."""
        ...

    def append(self, batch: Batch) -> int:
        """Append and return the log position of the last event.

        Raises VersionTaken, DirectoryMoved, CommandKnown or Unwritable, with nothing written.
        """
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep everybody else's appends waiting: what this thread reads stays true until it appends."""
        ...

    def known_command(self, command_id: UUID) -> KnownCommand | None:
        """Return what is kept of an accepted command."""
        ...

    def record_refusals(self, refusals: Sequence[Refusal]) -> None:
        """Keep refused attempts."""
        ...

    def directory_events(self, after: int) -> list[RecordedEvent]:
        """Return the events of agencies and staff after a log position."""
        ...

    def head(self) -> int:
        """Return the log position of the last event, 0 for an empty log."""
        ...
