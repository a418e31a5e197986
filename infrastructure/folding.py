"""How a page of the log goes into generations of read models.

Whole: each generation loads the rows that the page touches, folds the page in memory, and all that
changed is written, with the position, in one transaction. Where that fails through the fault of an
event, the page is tried in halves until the event stands alone: it is set aside with its error, and
later events of its stream wait behind it. Nothing is skipped silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import Cursor

from ..domain.events import REGISTRY, RecordedEvent
from .event_log import TROUBLE, Entry, Undecodable, describe
from .generations import Aside, Superseded, advance, set_aside
from .projection_store import Changes, Generation

ATTEMPTS = 2
"""How often an event that stands alone is tried before it is set aside."""
ROWS_KEPT = 15_000
"""Rows by key that a generation keeps in memory from page to page; more than any page has keys."""


class Batch(NamedTuple):
    """What a page comes to, to be written in one transaction."""

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
    """Folds pages into generations that go forward together."""

    def __init__(self, generations: Sequence[Generation]) -> None:
        """Fold into these generations, which may stand at different positions."""
        self.generations = list(generations)

    @property
    def position(self) -> int:
        """The position after which the next page begins."""
        return min((generation.position for generation in self.generations), default=0)

    def fold(self, entries: list[Entry], loads: Cursor[Any]) -> Batch:
        """Fold a page in memory, reading rows by `loads`. Every entry is a recorded event.

        Raises what a fold raises; the generations are then to be set back by `restore`.
        """
        first, last = entries[0].position, entries[-1].position
        was = [generation.position for generation in self.generations]
        changes: list[Changes] = []
        asides: list[Aside] = []
        for generation in self.generations:
            mine = entries
            if generation.position >= first:
                mine = [entry for entry in entries if entry.position > generation.position]
            if generation.waiting:
                mine = _let_wait(generation, mine, asides)
            events = cast(list[RecordedEvent], mine)
            model, rows = generation.model, generation.rows
            if model.found_by:
                generation.load(loads, model.keys(events))
            model.fold(events, rows)
            changes.append(generation.take_changes(loads))
            rows.forget(keep=ROWS_KEPT)
            generation.position = max(generation.position, last)
        return Batch(self.generations, was, last, changes, asides)

    def restore(self, was: Sequence[int]) -> None:
        """Take back what was folded in memory and not saved: the generations stand at `was` again."""
        for generation, position in zip(self.generations, was, strict=True):
            generation.position = position
            generation.rows.forget()

    def positions(self) -> list[int]:
        """Return where the generations stand."""
        return [generation.position for generation in self.generations]

    def page(self, entries: list[Entry], cursor: Cursor[Any]) -> None:
        """Fold and save a page by `cursor`, whatever is in it: whole if possible, else in parts."""
        was = self.positions()
        try:
            if any(isinstance(entry, Undecodable) for entry in entries):
                raise _Unreadable
            with cursor.connection.transaction():
                self.fold(entries, cursor).save(cursor)
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
                generation.load(cursor, generation.model.keys([entry]))
                generation.model.fold([entry], generation.rows)
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


def _let_wait(generation: Generation, entries: list[Entry], asides: list[Aside]) -> list[Entry]:
    """Return the entries that need not wait, and set the others aside."""
    free = []
    for entry in entries:
        if entry.stream_id not in generation.waiting:
            free.append(entry)
        elif _concerns(generation, entry):
            asides.append(_aside(generation, entry, None, 0))
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
