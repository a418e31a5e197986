"""Going through the log page by page, reading and folding a batch of pages while the one before is written."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg import Cursor

from ..store.event_log import EventLog, Page
from .folding import Batch, Folding, is_fault

SMALLEST_PAGE = 100
LARGEST_PAGE = 4_000
"""What is read at a time, in events: they are in memory together, what they change is written in batches."""
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
        self._pending: tuple[Batch, Future[None]] | None = None

    def run(self, goal: int, until: int | None = None, progress: Report | None = None) -> None:
        """Fold until `goal` is reached or the log has no more, nothing after `until`.

        Raises what the database raises, and Superseded; what was saved then stays saved.
        """
        folding, size = self._folding, SMALLEST_PAGE
        with _seldom_collecting(), ThreadPoolExecutor(1, "projection-writer") as writer:
            while folding.position < goal:
                page = self._log.page(folding.position, size, until)
                if page.entries:
                    self._fold(page)
                    size = _next_size(size, page)
                is_end = not page.entries or folding.position >= goal
                if (folding.is_full or is_end) and not self._hand_over(writer):
                    continue
                if progress is not None and page.entries:
                    progress(Progress(folding.position, goal))
                if is_end:
                    break
            self._settle()

    def _fold(self, page: Page) -> None:
        """Fold a page in memory; where that cannot be done, save it in parts."""
        try:
            if page.is_clean:
                self._folding.fold(page.entries, self._reads)
                return
            self._folding.restore()
        except Exception as error:
            self._folding.restore()
            if not is_fault(error):
                raise
        self._settle()
        self._go_through(page.last)

    def _hand_over(self, writer: ThreadPoolExecutor) -> bool:
        """Let the writer save what was folded since the last batch, once that is saved.

        False where it was dropped, because that could not be saved as a whole.
        """
        if not self._settle():
            return False
        last = self._folding.position
        try:
            batch = self._folding.take(self._reads)
        except Exception as error:
            self._folding.restore()
            if not is_fault(error):
                raise
            self._go_through(last)
        else:
            self._pending = batch, writer.submit(self._save, batch)
        return True

    def _save(self, batch: Batch) -> None:
        with self._writes.connection.transaction():
            batch.save(self._writes)

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
            self._folding.restore(batch.was)
            if not is_fault(error):
                raise
            self._go_through(batch.position)
            return False
        return True

    def _go_through(self, last: int) -> None:
        """Fold and save up to the position `last` page by page, each at once or in parts."""
        while self._folding.position < last:
            page = self._log.page(self._folding.position, LARGEST_PAGE, last)
            self._folding.page(page.entries, self._writes)


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
