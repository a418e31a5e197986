"""How a command is carried out: read, decide, append; a repeat answered, a refusal kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import NamedTuple, TypeVar
from uuid import UUID

import structlog

from ..domain.aggregate import Aggregate, Occasion
from ..domain.calendar import shanghai_day
from ..domain.errors import (
    Conflict,
    InvalidInput,
    NotAuthorised,
    RuleBroken,
    TaizhangError,
)
from ..domain.events import Event, RecordedEvent
from ..domain.organisation.directory import Directory
from ..domain.organisation.powers import Actor, require
from ..domain.privacy.erasure import PersonErased
from ..domain.regulation.edition import EDITIONS, Edition, NoEditionInForce, edition_on
from .cache import LedgerCache
from .commands.base import Addressed, Command, CommandResult, Context, Decided
from .ports import (
    AcceptedCommand,
    Batch,
    Clock,
    CommandKnown,
    DirectoryMoved,
    EventStore,
    GradingTool,
    Identities,
    Kept,
    NewEvent,
    Refusal,
    Unwritable,
    VersionTaken,
)

log = structlog.get_logger(__name__)

A = TypeVar("A", bound=Aggregate)

ATTEMPTS = 8
"""How often a command that lost a race is decided anew before it is given up as a Conflict."""

ALONE_AFTER = 4
"""After so many lost races it is decided while nobody else can append: it then cannot lose again."""

EVENTS_PER_STATE = 4
"""A state is kept with a ledger's first event, and anew once so many were recorded since: to read these
costs less than to keep the state with each."""
STATE_BYTES_PER_EVENT = 4096
"""A large state waits longer, until the events since weigh against its size."""


class Request(NamedTuple):
    """A command with its id, by which a repeat is recognised."""

    command: Command
    command_id: UUID


class CommandService:
    """Carries out commands against the event store."""

    def __init__(
        self,
        store: EventStore,
        identities: Identities,
        clock: Clock,
        *,
        editions: tuple[Edition, ...] = EDITIONS,
        cached_ledgers: int = 4096,
        grading_tool: GradingTool | None = None,
    ) -> None:
        """Stand on a store; the directory is read when first needed."""
        self._store = store
        self._identities = identities
        self._clock = clock
        self._editions = editions
        self._cache = LedgerCache(cached_ledgers)
        self._directory = Directory()
        self._grading_tool = grading_tool
        self._directory_lock = Lock()

    @property
    def directory(self) -> Directory:
        """The agencies and staff as last read."""
        return self._directory

    def refresh_directory(self) -> Directory:
        """Read what changed among agencies and staff since."""
        with self._directory_lock:  # or two threads would fold the same events in
            for recorded in self._store.directory_events(self._directory.version):
                self._directory.apply(recorded)
        return self._directory

    def execute(self, command: Command, *, by: Actor, command_id: UUID) -> CommandResult:
        """Carry out one command.

        A repeat of the same command id records nothing new and returns the first result.

        Raises RuleBroken, InvalidInput or NotAuthorised (kept as a refusal), Conflict when others
        were faster again and again, Unavailable when the database stays away: repeat it then with
        the same id, it cannot be recorded twice.
        """
        answer = self.execute_many([Request(command, command_id)], by=by)[0]
        if isinstance(answer, TaizhangError):
            raise answer
        return answer

    def execute_many(
        self, requests: Sequence[Request], *, by: Actor, dry_run: bool = False
    ) -> list[CommandResult | TaizhangError]:
        """Carry out several commands of one actor in one transaction, in order.

        Each is accepted or refused for itself: the answer has a result or an error for each.
        Commands about agencies and staff are decided on the directory and go one by one. With
        `dry_run` everything is decided and nothing recorded.
        """
        if dry_run:
            return _Run(self, requests, by).decide_only()
        if len(requests) > 1 and any(request.command.changes_directory for request in requests):
            return [
                answer for request in requests for answer in _Run(self, [request], by).answers()
            ]
        return _Run(self, requests, by).answers()


class _Run:
    """One go at some commands: decided in memory, appended together, decided anew after a lost race."""

    def __init__(self, service: CommandService, requests: Sequence[Request], actor: Actor) -> None:
        self._service = service
        self._store = service._store
        self._cache = service._cache
        self._requests = requests
        self._actor = actor
        self._unwritable: dict[UUID, InvalidInput] = {}

    def answers(self) -> list[CommandResult | TaizhangError]:
        fresh = False
        for number in range(ATTEMPTS):
            try:
                if number < ALONE_AFTER:
                    return self._attempt(fresh=fresh)
                with self._store.alone():
                    self._service.refresh_directory()
                    return self._attempt(fresh=True)
            except DirectoryMoved:
                self._service.refresh_directory()
            except VersionTaken:
                fresh = True
            except Unwritable as error:
                if self._store.known_command(error.command_id) is not None:
                    return self._answer_known_apart()  # what stands in its way is its own first go
                self._unwritable[error.command_id] = error.reason
            except CommandKnown:
                # Some are known: answer those from what is kept, and decide the others again.
                return self._answer_known_apart()
        lost = Conflict("others changed the same record meanwhile, again and again: try once more")
        return [lost] * len(self._requests)

    def _answer_known_apart(self) -> list[CommandResult | TaizhangError]:
        known = [_first_result(self._service, request) for request in self._requests]
        rest = [
            request for request, answer in zip(self._requests, known, strict=True) if answer is None
        ]
        if len(rest) == len(self._requests):  # one id twice among the new ones
            new = [
                answer
                for request in rest
                for answer in _Run(self._service, [request], self._actor).answers()
            ]
        else:
            new = _Run(self._service, rest, self._actor).answers()
        fresh = iter(new)
        return [answer if answer is not None else next(fresh) for answer in known]

    def decide_only(self) -> list[CommandResult | TaizhangError]:
        self._begin(fresh=True)
        # No append will find the repeats out: look for each.
        return [
            _first_result(self._service, request) or self._decide_or_refuse(request)
            for request in self._requests
        ]

    def _begin(self, *, fresh: bool) -> None:
        self._now = self._service._clock()
        self._today = shanghai_day(self._now)
        self._directory_version = self._service._directory.version
        self._open: dict[UUID, Kept] = {}
        self._fresh = fresh
        self._replayed: set[UUID] = set()
        self._events: list[NewEvent] = []
        self._commands: list[AcceptedCommand] = []
        self._touched: dict[UUID, Aggregate] = {}
        self._looked: dict[UUID, type[Aggregate]] = {}
        self._relied_on: dict[UUID, int] = {}

    def _attempt(self, *, fresh: bool) -> list[CommandResult | TaizhangError]:
        self._begin(fresh=fresh)
        answers = [self._decide_or_refuse(request) for request in self._requests]
        refused = [
            (request, answer)
            for request, answer in zip(self._requests, answers, strict=True)
            if isinstance(answer, TaizhangError)
        ]
        position = self._append()
        for stream_id, kept in self._open.items():
            self._cache.put(stream_id, kept)
        if refused:
            self._store.record_refusals([self._refusal(*pair) for pair in refused])
        return [
            answer.model_copy(update={"position": position})
            if isinstance(answer, CommandResult) and not answer.repeated and answer.events
            else answer
            for answer in answers
        ]

    def _decide_or_refuse(self, request: Request) -> CommandResult | TaizhangError:
        if unwritable := self._unwritable.get(request.command_id):
            return unwritable
        answer = self._answer(request)
        if isinstance(answer, CommandResult) and answer.events:
            return answer
        # A repeat breaks rules by itself, or finds nothing to do: look before saying so. What is
        # remembered may be old: it is trusted to accept, never to refuse.
        known = _first_result(self._service, request)
        if known is not None:
            return known
        return self._answer(request) if self._read_afresh(request) else answer

    def _answer(self, request: Request) -> CommandResult | TaizhangError:
        try:
            return self._decide(request)
        except (RuleBroken, InvalidInput, NotAuthorised) as refusal:
            return refusal

    def _read_afresh(self, request: Request) -> bool:
        """Read directory and ledgers from the events; return whether this can change a refusal."""
        service = self._service
        version = service._directory.version
        service.refresh_directory()
        moved = service._directory.version != version
        if moved and self._directory_version == version and not self._commands:
            self._directory_version = service._directory.version
        try:
            stream_id = request.command.stream(service._identities, service._directory)
        except InvalidInput:
            return False
        streams = {stream_id: request.command.aggregate, **self._looked}
        # What this attempt has built on stays as it is: were it old, the append would fail.
        fixed = self._replayed | self._touched.keys() | self._relied_on.keys()
        for stream_id in streams.keys() - fixed:
            moved = True
            self._replayed.add(stream_id)
            self._open[stream_id] = self._store.replay(streams[stream_id], stream_id)
        return moved

    def _decide(self, request: Request) -> CommandResult:
        service, command = self._service, request.command
        day = command.occurred_on or self._today
        self._looked = {}
        occasion = Occasion(self._actor, day, self._today, self._edition(day))
        if day > self._today:
            raise InvalidInput(
                f"{day} is in the future: today is {self._today}", field="occurred_on"
            )
        stream_id = command.stream(service._identities, service._directory)
        context = Context(
            occasion,
            service._directory,
            service._identities,
            self._look,
            service._grading_tool,
            stream_id,
        )
        aggregate = self._kept(command.aggregate, stream_id).aggregate
        owner = command.owner(aggregate, context)
        # Who enters a service must have the power on the day of entry, whatever day the service was.
        require(service._directory, self._actor, command.power, owner, self._today)
        decided = command.decide(aggregate, context)
        if not decided:
            return CommandResult(stream_id=stream_id, version=aggregate.version, events=())
        return self._take(request, stream_id, day, decided)

    def _look(self, kind: type[A], stream_id: UUID) -> A:
        self._looked[stream_id] = kind
        aggregate = self._kept(kind, stream_id).aggregate
        assert isinstance(aggregate, kind)
        return aggregate

    def _take(
        self, request: Request, own_stream: UUID, day: date, decided: Decided
    ) -> CommandResult:
        content = _content(request.command)
        if b"\\u0000" in content and _NUL.search(content):  # no table of a read model can hold it
            raise InvalidInput("a text holds a NUL character (0x00): leave it out")
        for stream_id in (own_stream, *self._looked):
            self._relied_on.setdefault(stream_id, self._open[stream_id].aggregate.version)
        names = []
        for one in decided:
            stream_id, event, other_day = (
                one if isinstance(one, Addressed) else (own_stream, one, None)
            )
            self._apply(request, stream_id, other_day or day, event)
            names.append(event.event_name)
        result = CommandResult(
            stream_id=own_stream,
            version=self._open[own_stream].aggregate.version,
            events=tuple(names),
        )
        self._commands.append(
            AcceptedCommand(
                request.command_id,
                request.command.command_name,
                self._service._identities.fingerprint(content),
                result.__pydantic_serializer__.to_json(result),
            )
        )
        return result

    def _apply(self, request: Request, stream_id: UUID, day: date, event: Event) -> None:
        aggregate, actor = self._open[stream_id].aggregate, self._actor
        version = aggregate.version + 1
        self._events.append(NewEvent(event, stream_id, version, day, request.command_id))
        aggregate.apply(
            RecordedEvent(
                event, stream_id, version, 0, day, self._now,
                actor.staff_id, actor.agency_code, request.command_id,
            )
        )  # fmt: skip
        self._touched[stream_id] = aggregate

    def _kept(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        kept = self._open.get(stream_id)
        if kept is None:
            kept = None if self._fresh else self._cache.take(stream_id)
            if kept is None or type(kept.aggregate) is not kind:
                kept = self._store.load(kind, stream_id)
            self._open[stream_id] = kept
        elif type(kept.aggregate) is not kind:
            # The id of something else was given, here or before: it is read as what is asked for.
            kept = self._store.load(kind, stream_id)
            if stream_id not in self._touched and stream_id not in self._relied_on:
                self._open[stream_id] = kept
        return kept

    def _edition(self, day: date) -> Edition:
        try:
            return edition_on(day, self._service._editions)
        except NoEditionInForce as error:
            raise InvalidInput(str(error), field="occurred_on") from error

    def _append(self) -> int:
        if not self._events:
            return 0
        changes_directory = any(request.command.changes_directory for request in self._requests)
        states = []
        for stream_id, aggregate in self._touched.items():
            kept_version = self._open[stream_id].kept_version
            since = aggregate.version - kept_version
            is_due = since >= max(EVENTS_PER_STATE, aggregate.weight() / STATE_BYTES_PER_EVENT)
            if kept_version == 0 or is_due:
                states.append((stream_id, aggregate))
        position = self._store.append(
            Batch(
                actor=self._actor,
                recorded_at=self._now,
                directory_version=self._directory_version,
                commands=self._commands,
                events=self._events,
                states=states,
                changes_directory=changes_directory,
                relied_on=[
                    (stream_id, version)
                    for stream_id, version in self._relied_on.items()
                    if stream_id not in self._touched
                ],
                erased=[
                    subject_id
                    for new in self._events
                    if isinstance(new.event, PersonErased)
                    for subject_id in new.event.subject_ids
                ],
            )
        )
        for stream_id, aggregate in states:
            self._open[stream_id] = Kept(aggregate, aggregate.version)
        if changes_directory:
            self._service.refresh_directory()
        return position

    def _refusal(self, request: Request, error: TaizhangError) -> Refusal:
        detail = error.detail()
        log.info(
            "command_refused",
            command=request.command.command_name,
            command_id=str(request.command_id),
            error=detail.code,
            rule=detail.rule,
            staff_id=self._actor.staff_id,
            agency=self._actor.agency_code,
        )
        return Refusal(
            request.command_id,
            request.command.command_name,
            detail.code,
            detail.rule,
            self._now,
            self._actor,
        )


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def _content(command: Command) -> bytes:
    return command.command_name.encode() + b"\0" + command.__pydantic_serializer__.to_json(command)


def _first_result(
    service: CommandService, request: Request
) -> CommandResult | TaizhangError | None:
    """Return the first result of a command that was accepted before, None for a new one.

    An error is returned where the id was used before for another command.
    """
    known = service._store.known_command(request.command_id)
    if known is None:
        return None
    if known.digest != service._identities.fingerprint(_content(request.command)):
        return InvalidInput(
            f"the id {request.command_id} was used for another command: take a new one",
            field="command_id",
        )
    result = CommandResult.model_validate_json(known.result)
    return result.model_copy(update={"position": known.position, "repeated": True})
