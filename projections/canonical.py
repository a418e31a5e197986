"""The canonical form of a report: the same figures give the same bytes, and so the same digest."""

from __future__ import annotations

from hashlib import sha256

import orjson
from pydantic import BaseModel

from .collector import collector_paused


def canonical_json(report: BaseModel) -> bytes:
    """Return a report as UTF-8 JSON with sorted keys and no spare space.

    Reports hold no floating-point numbers: counts are exact, and a rate is a string of digits.
    """
    with collector_paused():
        return orjson.dumps(report.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def digest(content: bytes) -> str:
    """Return the SHA-256 of what was issued, in hexadecimal digits."""
    return sha256(content).hexdigest()
