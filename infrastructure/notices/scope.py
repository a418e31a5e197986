"""Who a notice is about: the superior, the agencies below it, and who answers for every code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from ...domain.organisation.directory import Agency, Directory
from ...projections.notice.model import AgencyRef, Placement


class Scope:
    """Who answers on the day for every code, as far as that is the superior or below it."""

    def __init__(self, directory: Directory, superior: Agency, day: date) -> None:
        self.day = day
        self.superior = reference(superior, day)
        self.closed: set[UUID] = set()
        self.placements: dict[str, Placement] = {}
        self._direct = {
            agency.stream_id: reference(agency, day)
            for agency in directory.directly_below(superior, day)
        }
        # Every code there ever was: one of a closed agency elsewhere may have come to one of ours.
        *_, root = superior.line_upwards()
        for code in directory.codes_below(root):
            holder = directory.holder(code, day)
            if holder is None or not holder.is_at_or_below(superior):
                continue
            line = holder
            while line is not superior and line.parent is not superior and line.parent is not None:
                line = line.parent
            if line is not superior and not line.exists_on(day):
                line = self._successor(directory, superior, line)
            self.placements[code] = Placement(reference(holder, day), line.stream_id)
            if line is not superior and line.stream_id not in self._direct:
                self.closed.add(line.stream_id)
                self._direct[line.stream_id] = reference(line, day)

    def _successor(self, directory: Directory, superior: Agency, closed: Agency) -> Agency:
        successor = directory.holder(closed.code_on(self.day), self.day)
        return successor if successor is not None and successor.parent is superior else closed

    @property
    def codes(self) -> list[str]:
        """Every code under which records of this notice stand."""
        return sorted(self.placements)

    def lines(self, occurring: Mapping[str, Placement]) -> tuple[AgencyRef, ...]:
        """Return the lines of the roll-up: closed agencies, and the superior, only with records."""
        used = {placement.under for placement in occurring.values()}
        below = [
            reference
            for agency_id, reference in self._direct.items()
            if agency_id in used or agency_id not in self.closed
        ]
        below.sort(key=lambda reference: (reference.code, reference.agency_id))
        own = [self.superior] if self.superior.agency_id in used else []
        return (*own, *below)


def reference(agency: Agency, day: date) -> AgencyRef:
    """Return an agency as it was called on `day`."""
    return AgencyRef(
        agency_id=agency.stream_id,
        code=agency.code_on(day),
        name=agency.name_on(day),
        level=agency.level,
    )


def names_of(directory: Directory, staff_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of those members of staff that are known."""
    members = (directory.member(staff_id) for staff_id in staff_ids if staff_id)
    return {member.staff_id: member.name for member in members if member is not None}
