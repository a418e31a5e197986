"""Python's garbage collector, paused while very many small objects are made that are all kept.

It would look through them again and again and find nothing: half the time of a large report.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic collector of this process; it goes on as before afterwards, also on an error."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
