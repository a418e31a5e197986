"""Going through the log page by page, reading and folding pages while those before are written.

A batch of pages is one transaction. What no later event changes is written page by page, the other rows
at the end of the batch; the next batch is folded meanwhile.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from psycopg import Cursor

from ..store.event_log import EventLog, Page
from .folding import Batch, Folding, is_fault
from .projection_store import Changes

SMALLEST_PAGE = 100
LARGEST_PAGE = 4_000
"""What is read at a time, in events: they are in memory together, what they change is written in batches."""
PARTS = 3
"""So many parts may wait for being written: it bounds the memory."""
PAGE_BYTES = 12_000_000
"""Above this size of its events as stored, the next page is made smaller: it bounds the memory."""


class Progress(NamedTuple):
    """How far a run has come: what is folded, and where it goes to."""

    position: int
    goal: int


Report = Callable[[Progress], None]


class Pipeline:
    """Brings generations forward. `reads` and `writes` are cursors of two connections."""

    def __init__(
        self, folding: Folding, log: EventLog, reads: Cursor[Any], writes: Cursor[Any]
    ) -> None:
        self._folding = folding
        self._log = log
        self._reads = reads
        self._writes = writes
        self._saving: _Saving | None = None
        self._pending: tuple[Batch, _Saving] | None = None

    def run(self, goal: int, until: int | None = None, progress: Report | None = None) -> None:
        """Fold until `goal` is reached or the log has no more, nothing after `until`.

        Raises what the database raises, and Superseded; what was saved then stays saved.
        """
        folding, size = self._folding, SMALLEST_PAGE
        with _seldom_collecting(), ThreadPoolExecutor(1, "projection-writer") as writer:
            try:
                while folding.position < goal:
                    page = self._log.page(folding.position, size, until)
                    if page.entries:
                        self._fold(page)
                        size = _next_size(size, page)
                    is_end = not page.entries or folding.position >= goal
                    if not self._save(writer, whole=folding.is_full or is_end):
                        continue
                    if progress is not None and page.entries:
                        progress(Progress(folding.position, goal))
                    if is_end:
                        break
                self._settle()
            finally:
                self._abandon()

    def _fold(self, page: Page) -> None:
        """Fold a page in memory; where that cannot be done, save it in parts."""
        try:
            if page.is_clean:
                self._folding.fold(page.entries, self._reads)
                return
        except Exception as error:
            self._drop(error)
        else:
            self._drop()
        self._settle()
        self._go_through(page.last)

    def _save(self, writer: ThreadPoolExecutor, *, whole: bool) -> bool:
        """Let the writer save what was folded: the `whole` batch, or what of it no later event changes.

        False where it was dropped, because the batch before could not be saved as a whole.
        """
        is_due = whole or (self._pending is not None and self._pending[1].is_done)
        if is_due and not self._settle():
            return False
        folding, was, last = self._folding, self._folding.was, self._folding.position
        try:
            if whole:
                batch = folding.take(self._reads)
                saving = self._part(writer, batch.save)
                saving.commit()
                self._pending, self._saving = (batch, saving), None
            elif changes := folding.take_final(self._reads):
                self._part(writer, partial(_write, changes))
        except Exception as error:
            if not self._settle():
                return False
            self._drop(error, was)
            self._go_through(last)
        return True

    def _part(self, writer: ThreadPoolExecutor, part: Part) -> _Saving:
        """Save a part of the batch at hand. Raises what an earlier one raised."""
        if self._saving is None:
            self._saving = _Saving(writer, self._writes)
        self._saving.write(part)
        return self._saving

    def _settle(self) -> bool:
        """Wait until the last batch is saved; False where it could not be as a whole.

        It is then saved in parts, and what was folded since is dropped: it stood on rows that were not saved.
        """
        if self._pending is None:
            return True
        (batch, saving), self._pending = self._pending, None
        try:
            saving.result()
        except Exception as error:
            self._drop(error, batch.was)
            self._go_through(batch.position)
            return False
        self._folding.saved()
        return True

    def _drop(self, error: Exception | None = None, was: list[int] | None = None) -> None:
        """Drop the batch at hand, or all since `was`. Raises an error that is no event's fault."""
        self._abandon()
        self._folding.restore(was)
        if error is not None and not is_fault(error):
            raise error

    def _abandon(self) -> None:
        if self._saving is not None:
            self._saving.abandon()
            self._saving = None

    def _go_through(self, last: int) -> None:
        """Fold and save up to the position `last` page by page, each at once or in parts."""
        while self._folding.position < last:
            page = self._log.page(self._folding.position, LARGEST_PAGE, last)
            self._folding.page(page.entries, self._writes)


Part = Callable[[Cursor[Any]], None]
"""Writes some rows by a cursor."""


def _write(changes: list[Changes], cursor: Cursor[Any]) -> None:
    for one in changes:
        one.write(cursor)


class _Saving:
    """A batch on its way to the tables: its parts, written by another thread in one transaction."""

    def __init__(self, writer: ThreadPoolExecutor, cursor: Cursor[Any]) -> None:
        self._writer = writer
        self._steps = _transaction(cursor)
        self._waited_for = deque([writer.submit(next, self._steps)])

    @property
    def is_done(self) -> bool:
        """Whether all is written that was handed over, or cannot be."""
        return self._waited_for[-1].done()

    def write(self, part: Part) -> None:
        """Write a part, soon. Raises what an earlier one raised."""
        self.result(but=PARTS)
        self._waited_for.append(self._writer.submit(self._steps.send, part))

    def commit(self) -> None:
        """Commit, once all is written."""
        self._waited_for.append(self._writer.submit(next, self._steps, None))

    def result(self, but: int = 0) -> None:
        """Wait for all `but` the last steps. Raises what the first raised that could not be done."""
        while len(self._waited_for) > but:
            self._waited_for[0].result()
            self._waited_for.popleft()

    def abandon(self) -> None:
        """Undo all, and wait for it."""
        self._writer.submit(self._steps.close).result()


def _transaction(cursor: Cursor[Any]) -> Generator[None, Part | None]:
    """Write what is sent, in a transaction that ends with nothing being sent, or is undone by closing."""
    with cursor.connection.transaction():
        while (part := (yield)) is not None:
            part(cursor)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Let Python look for cyclic garbage less often: pages are many objects, and in no cycle.

    Otherwise it takes two fifths of the time. Memory stays bounded by the pages, which go as soon as they
    are written.
    """
    global _hurried
    with _collecting:
        _hurried += 1
        if _hurried == 1:
            gc.set_threshold(200_000, *_USUAL[1:])
    try:
        yield
    finally:
        with _collecting:
            _hurried -= 1
            if not _hurried:
                gc.set_threshold(*_USUAL)


_USUAL = gc.get_threshold()
_collecting = threading.Lock()
_hurried = 0


def _next_size(size: int, page: Page) -> int:
    """Grow while there is more to come, shrink when level or when the events are large."""
    if page.size > PAGE_BYTES:
        return max(size * PAGE_BYTES // page.size, 1)
    if len(page.entries) < size:
        return SMALLEST_PAGE
    return min(size * 4, LARGEST_PAGE)
