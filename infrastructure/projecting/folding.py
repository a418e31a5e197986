"""How pages of the log go into generations of read models.

Each generation is handed the events of a page that concern its read model, loads the rows that they
touch, and folds them in memory. What some pages changed is a batch: it is written, with the position, in
one transaction. Where that fails through the fault of an event, the pages are gone through again, each
in halves until the event stands alone: it is set aside with its error, and later events of its stream
wait behind it. Nothing is skipped silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

import psycopg
from psycopg import Cursor

from ...domain.events import REGISTRY, Event, RecordedEvent
from ..store.event_log import TROUBLE, Entry, Undecodable, describe
from .generations import Aside, Superseded, advance, set_aside
from .projection_store import Changes, Generation

ATTEMPTS = 2
"""How often an event that stands alone is tried before it is set aside."""
BATCH = 100_000
"""So many events make a batch: what of it is lost when the process dies is folded again."""
KEYS = 20_000
"""So many keys looked up in one generation make a batch, too: it bounds the memory."""
PORTION = 100
"""So many events go through all generations one after the other: they are then still in the processor's cache."""


class Batch(NamedTuple):
    """What some pages come to, to be written in one transaction."""

    generations: list[Generation]
    was: list[int]
    position: int
    changes: list[Changes]
    asides: list[Aside]

    def save(self, cursor: Cursor[Any]) -> None:
        """Write the rows, what is set aside, and the position. Raises Superseded."""
        for changes in self.changes:
            changes.write(cursor)
        set_aside(cursor, self.asides)
        kept = [
            (generation, was)
            for generation, was in zip(self.generations, self.was, strict=True)
            if generation.number and was < self.position
        ]
        if kept:
            advance(cursor, [g for g, _ in kept], [was for _, was in kept], self.position)


def is_fault(error: Exception) -> bool:
    """Say whether an error is an event's own fault, and not the database's or the machine's."""
    if isinstance(error, psycopg.Error):
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return not isinstance(error, (*TROUBLE, Superseded))


class Folding:
    """Folds pages into generations that go forward together.

    Pages folded one after the other make a batch, which is written in one transaction: a row that several
    of them change is written once, at its end. What no later event changes can be written before.
    """

    def __init__(self, generations: Sequence[Generation]) -> None:
        """Fold into these generations, which may stand at different positions."""
        self.generations = list(generations)
        self._hands = _Hands(self.generations)
        self._begin()

    @property
    def position(self) -> int:
        """The position after which the next page begins."""
        return min((generation.position for generation in self.generations), default=0)

    @property
    def is_full(self) -> bool:
        """Whether what was folded since the last batch is enough for one."""
        return self._count >= BATCH or any(
            generation.rows.burden >= KEYS for generation in self.generations
        )

    def fold(self, entries: list[Entry], loads: Cursor[Any]) -> None:
        """Fold a page in memory, reading rows by `loads`. Every entry is a recorded event.

        Raises what a fold raises; all that was folded since the last batch is then to be dropped by
        `restore`.
        """
        self._count += len(entries)
        keys: list[list[UUID]] = [[] for _ in self.generations]
        portions = []
        for at in range(0, len(entries), PORTION):
            portion = self._deal(cast(list[RecordedEvent], entries[at : at + PORTION]))
            for generation, events, known in zip(self.generations, portion, keys, strict=True):
                known.extend(generation.model.keys(events))
            portions.append(portion)
        for generation, known in zip(self.generations, keys, strict=True):
            generation.load(known, loads)
        for portion in portions:
            for generation, events in zip(self.generations, portion, strict=True):
                if events:
                    generation.fold(events)
        for generation in self.generations:
            generation.position = max(generation.position, entries[-1].position)

    def _deal(self, events: list[RecordedEvent]) -> list[list[RecordedEvent]]:
        """Deal events out: to each generation those that concern it, that it has not yet, and may have now."""
        hands = self._hands.deal(events)
        for place, generation in enumerate(self.generations):
            if generation.position >= events[0].position:
                hands[place] = [one for one in hands[place] if one.position > generation.position]
            if generation.waiting:
                hands[place] = _let_wait(generation, hands[place], self._asides)
        return hands

    def take(self, cursor: Cursor[Any]) -> Batch:
        """Return what was folded since the last batch, which must be saved by now."""
        changes = [generation.take_changes(cursor) for generation in self.generations]
        batch = Batch(self.generations, self.was, self.position, changes, self._asides)
        self._begin()
        return batch

    def take_final(self, cursor: Cursor[Any]) -> list[Changes]:
        """Return before the batch's end what no later event changes. It belongs to that batch."""
        taken = [generation.take_final(cursor) for generation in self.generations]
        return [changes for changes in taken if changes.rows]

    def saved(self) -> None:
        """Let go of rows after the last batch was saved."""
        for generation in self.generations:
            generation.forget_some()

    def restore(self, was: Sequence[int] | None = None) -> None:
        """Drop what was folded since the last batch, or that batch too, which began at `was`."""
        for generation, position in zip(self.generations, was or self.was, strict=True):
            generation.position = position
            generation.rows.forget()
        self._begin()

    def _begin(self) -> None:
        # Where the generations stood when the batch at hand began.
        self.was = self.positions()
        self._asides: list[Aside] = []
        self._count = 0

    def positions(self) -> list[int]:
        """Return where the generations stand."""
        return [generation.position for generation in self.generations]

    def page(self, entries: list[Entry], cursor: Cursor[Any]) -> None:
        """Fold and save a page by `cursor`, whatever is in it: whole if possible, else in parts.

        Nothing may be folded and not saved before.
        """
        was = self.positions()
        try:
            if any(isinstance(entry, Undecodable) for entry in entries):
                raise _Unreadable
            with cursor.connection.transaction():
                self.fold(entries, cursor)
                self.take(cursor).save(cursor)
            self.saved()
            return
        except Exception as error:
            self.restore(was)
            if not is_fault(error):
                raise
        if len(entries) == 1:
            self._one(entries[0], cursor)
        else:
            middle = len(entries) // 2
            self.page(entries[:middle], cursor)
            self.page(entries[middle:], cursor)

    def _one(self, entry: Entry, cursor: Cursor[Any]) -> None:
        """Fold an entry into each generation that can take it; the others set it aside."""
        asides: list[Aside] = []
        behind = [g for g in self.generations if g.position < entry.position]
        with cursor.connection.transaction():
            for generation in behind:
                if not _concerns(generation, entry):
                    continue
                if entry.stream_id in generation.waiting:
                    asides.append(_aside(generation, entry, None, 0))
                elif error := attempt(generation, entry, cursor):
                    asides.append(_aside(generation, entry, error, ATTEMPTS))
            Batch(behind, [g.position for g in behind], entry.position, [], asides).save(cursor)
        for generation in behind:
            generation.position = entry.position
        self._begin()
        for aside in asides:
            aside.generation.waiting.add(aside.stream_id)


def attempt(generation: Generation, entry: Entry, cursor: Cursor[Any]) -> str | None:
    """Fold one entry into one generation and write its rows; return the error where it cannot be done."""
    error = entry.error if isinstance(entry, Undecodable) else None
    if isinstance(entry, Undecodable):
        return error
    for _ in range(ATTEMPTS):
        try:
            with cursor.connection.transaction():
                generation.load(generation.model.keys([entry]), cursor)
                generation.fold([entry])
                generation.take_changes(cursor).write(cursor)
            return None
        except Exception as problem:
            generation.rows.forget()
            if not is_fault(problem):
                raise
            error = describe(problem)
    return error


class _Unreadable(Exception):
    """A page holds an event that could not be decoded."""


class _Hands:
    """Deals the events of a page out: to each generation those that concern its read model.

    Found out once for each type of event, so that what is no matter of a read model costs it nothing.
    """

    def __init__(self, generations: Sequence[Generation]) -> None:
        self._generations = generations
        self._takers: dict[type[Event], list[int]] = {}

    def deal(self, events: Sequence[RecordedEvent]) -> list[list[RecordedEvent]]:
        hands: list[list[RecordedEvent]] = [[] for _ in self._generations]
        takers = self._takers
        for recorded in events:
            kind = type(recorded.event)
            if kind not in takers:
                takers[kind] = self._concerned(kind)
            for place in takers[kind]:
                hands[place].append(recorded)
        return hands

    def _concerned(self, kind: type[Event]) -> list[int]:
        return [
            place
            for place, generation in enumerate(self._generations)
            if kind.event_name in generation.model.event_names
        ]


def _let_wait(
    generation: Generation, events: list[RecordedEvent], asides: list[Aside]
) -> list[RecordedEvent]:
    """Return the events that need not wait, and set the others aside."""
    free = []
    for recorded in events:
        if recorded.stream_id in generation.waiting:
            asides.append(_aside(generation, recorded, None, 0))
        else:
            free.append(recorded)
    return free


def _aside(generation: Generation, entry: Entry, error: str | None, attempts: int) -> Aside:
    return Aside(generation, entry.position, entry.stream_id, _name(entry), error, attempts)


def _name(entry: Entry) -> str:
    return (
        entry.topic.partition("@")[0] if isinstance(entry, Undecodable) else entry.event.event_name
    )


def _concerns(generation: Generation, entry: Entry) -> bool:
    """Say whether an entry is a read model's matter. One whose name nobody knows may be anybody's."""
    name = _name(entry)
    return name in generation.model.event_names or name not in REGISTRY.names()
