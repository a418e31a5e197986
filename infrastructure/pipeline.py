"""Going through the log page by page, reading and folding one page while the one before is written."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

from psycopg import Cursor

from .event_log import EventLog, Page
from .folding import Batch, Folding, is_fault

SMALLEST_PAGE = 100
LARGEST_PAGE = 4_000
PAGE_BYTES = 12_000_000
"""Above this size of its events as stored, the next page is made smaller: it bounds the memory."""


class Progress(NamedTuple):
    """How far a run has come: what is saved, and where it goes to."""

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
                if not page.entries:
                    break
                if self._take(page, writer) and progress is not None:
                    progress(Progress(folding.position, goal))
                size = _next_size(size, page)
            self._settle()

    def _take(self, page: Page, writer: ThreadPoolExecutor) -> bool:
        """Fold a page and hand it to the writer; False where the page before has to be gone through again."""
        folding, was = self._folding, self._folding.positions()
        batch = None
        if page.is_clean:
            try:
                batch = folding.fold(page.entries, self._reads)
            except Exception as error:
                folding.restore(was)
                if not is_fault(error):
                    raise
        if not self._settle():
            return False  # this page was folded on rows that were not saved
        if batch is None:
            folding.page(page.entries, self._writes)
        else:
            self._pending = batch, writer.submit(self._save, batch)
        return True

    def _save(self, batch: Batch) -> None:
        with self._writes.connection.transaction():
            batch.save(self._writes)

    def _settle(self) -> bool:
        """Wait until the page before is saved; save it in parts and return False where it cannot be as a whole."""
        if self._pending is None:
            return True
        (batch, saving), self._pending = self._pending, None
        try:
            saving.result()
        except Exception as error:
            self._folding.restore(batch.was)
            if not is_fault(error):
                raise
            again = self._log.page(self._folding.position, LARGEST_PAGE, batch.position)
            self._folding.page(again.entries, self._writes)
            return False
        return True


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
