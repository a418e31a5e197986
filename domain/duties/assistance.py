"""The duties to hard-to-employ people (Articles 23 to 32)."""

from __future__ import annotations

from typing import Final

from ..events import Event
from .duty import Duty, EntryDuty

EVENTS: Final[tuple[type[Event], ...]] = ()
DUTIES: Final[tuple[Duty, ...]] = ()
ENTRY_DUTIES: Final[tuple[EntryDuty, ...]] = ()
TRIGGERS_ZH: Final[dict[type[Event], str]] = {}
