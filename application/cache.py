"""Aggregates that this process remembers, so that the next command on them need not read."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from .ports import Kept


class LedgerCache:
    """The most recently used aggregates, at most `size` of them.

    An aggregate is taken out while a command changes it and put back once the change is in the
    log: a failed append leaves nothing half-changed, and two threads never hold the same one.
    """

    def __init__(self, size: int) -> None:
        """Remember at most `size` aggregates; 0 remembers none."""
        self._size = size
        self._kept: OrderedDict[UUID, Kept] = OrderedDict()
        self._lock = Lock()

    def take(self, stream_id: UUID) -> Kept | None:
        """Take an aggregate out, None where it is not remembered."""
        with self._lock:
            return self._kept.pop(stream_id, None)

    def put(self, stream_id: UUID, kept: Kept) -> None:
        """Put an aggregate in, as of its last event in the log."""
        if self._size == 0:
            return
        with self._lock:
            self._kept[stream_id] = kept
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
