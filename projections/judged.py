"""By what a day is judged: the edition of the regulation that was in force on it."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from ..domain.calendar import WorkingDayCalendar
from ..domain.regulation.edition import Edition, NoEditionInForce, edition_on


class InForce(dict[date, Edition | None]):
    """The edition in force on a day, None before the first: found once for each day."""

    def __init__(self, editions: tuple[Edition, ...]) -> None:
        super().__init__()
        self._editions = editions

    def __missing__(self, day: date) -> Edition | None:
        try:
            edition = edition_on(day, self._editions)
        except NoEditionInForce:
            edition = None
        self[day] = edition
        return edition

    def basis(self, calendar: WorkingDayCalendar | None = None) -> str:
        """Return a short digest of the editions' numbers and, where one is counted by, the calendar's data."""
        version = [] if calendar is None else [calendar.version]
        held = "\n".join([*version, *(e.model_dump_json() for e in self._editions)])
        return sha256(held.encode()).hexdigest()[:16]
