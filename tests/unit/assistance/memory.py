"""An event store in memory, and ids by numbers: what commands stand on where there is no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from taizhang.application.ports import (
    Batch,
    CommandKnown,
    Kept,
    KnownCommand,
    Refusal,
    VersionTaken,
)
from taizhang.domain.aggregate import Aggregate
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.directory import DIRECTORY_TOPICS
from taizhang.domain.organisation.powers import Actor


class MemoryStore:
    """An event store in memory, with what the real one promises."""

    def __init__(self) -> None:
        self.log: list[RecordedEvent] = []
        self.refusals: list[Refusal] = []
        self._commands: dict[UUID, KnownCommand] = {}
        self._versions: Counter[UUID] = Counter()

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()

    def load(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        return self.replay(kind, stream_id)

    def replay(self, kind: type[Aggregate], stream_id: UUID) -> Kept:
        return Kept(kind.replay(self.history(stream_id)), 0)

    def history(self, stream_id: UUID, *, up_to: int | None = None) -> Iterator[RecordedEvent]:
        number = stream_id.int  # two ids are compared in Python, two numbers are not
        return (
            held
            for held in self.log
            if held.stream_id.int == number and (up_to is None or held.position <= up_to)
        )

    def version(self, stream_id: UUID) -> int:
        return self._versions[stream_id]

    def append(self, batch: Batch) -> int:
        if any(self.version(stream) != version for stream, version in batch.relied_on):
            raise VersionTaken
        for command in batch.commands:
            if command.command_id in self._commands:
                raise CommandKnown
        for new in batch.events:
            if self.version(new.stream_id) + 1 != new.version:
                raise VersionTaken
            self.put(
                new.event, new.stream_id, new.occurred_on, batch.recorded_at, batch.actor,
                new.command_id,
            )  # fmt: skip
        for command in batch.commands:
            self._commands[command.command_id] = KnownCommand(
                command.digest, command.result, len(self.log)
            )
        return len(self.log)

    def put(
        self,
        event: Event,
        stream_id: UUID,
        day: date,
        moment: datetime,
        actor: Actor,
        command_id: UUID | None = None,
    ) -> None:
        self._versions[stream_id] += 1
        self.log.append(
            RecordedEvent(
                event,
                stream_id,
                self._versions[stream_id],
                len(self.log) + 1,
                day,
                moment,
                actor.staff_id,
                actor.agency_code,
                command_id or uuid4(),
            )
        )

    def known_command(self, command_id: UUID) -> KnownCommand | None:
        return self._commands.get(command_id)

    def record_refusals(self, refusals: Sequence[Refusal]) -> None:
        self.refusals.extend(refusals)

    def directory_events(self, after: int) -> list[RecordedEvent]:
        return [
            held
            for held in self.log
            if held.position > after and held.event.topic in DIRECTORY_TOPICS
        ]

    def head(self) -> int:
        return len(self.log)


class Ids:
    """Ids of employers and persons by their numbers."""

    def employer(self, credit_code: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"employer:{credit_code}")

    def person(self, number: str, kind: str = "", country: str = "") -> UUID:
        return uuid5(NAMESPACE_URL, f"person:{number}:{kind}:{country}")

    def fingerprint(self, content: bytes) -> bytes:
        return sha256(content).digest()
