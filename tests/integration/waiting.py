"""Waiting for what other threads and processes bring about."""

import time
from collections.abc import Callable


def eventually(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so, and fail when it does not come to pass in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)
