"""Figures by agency: under which direct agency a record counts, and figures added up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from ...application.service import CommandService
from ...application.views.service import View
from ...domain.organisation.directory import Agency


class Places:
    """Under which direct agency a record counts: the agency's own, and those directly below it."""

    def __init__(self, service: CommandService, agency_code: str, day: date) -> None:
        """Find the agencies below `agency_code` on `day`."""
        directory = service.directory
        self._directory, self._day = directory, day
        agency = directory.holder(agency_code, day)
        self.name = agency.name_on(day) if agency else ""
        self.codes = directory.codes_held(agency, day) if agency else []
        self._top = agency
        below = directory.directly_below(agency, day) if agency else []
        shown: Iterable[Agency] = [agency, *below] if agency else []
        self.agencies = [(one.code_on(day), one.name_on(day)) for one in shown]

    def place_of(self, code: str) -> str:
        """Return the code of the direct agency that answers for `code`."""
        holder = self._directory.holder(code, self._day)
        assert holder is not None
        assert self._top is not None
        place = holder
        for one in holder.line_upwards():
            if one is self._top:
                break
            place = one
        code = place.code_on(self._day)
        # An agency closed without a successor is no longer shown: its records count as the superior's.
        shown = {known for known, _ in self.agencies}
        return code if code in shown else self._top.code_on(self._day)


V = TypeVar("V", bound=View)


def together(one: V, other: V) -> V:
    """Return the figures of both added up, under the name of the first."""
    added: dict[str, Any] = {}
    for field in type(one).model_fields:
        mine: Any = getattr(one, field)
        theirs: Any = getattr(other, field)
        if isinstance(mine, int):
            added[field] = mine + theirs
        elif isinstance(mine, dict):
            keys = sorted({*mine, *theirs})
            added[field] = {key: mine.get(key, 0) + theirs.get(key, 0) for key in keys}
    return one.model_copy(update=added)
