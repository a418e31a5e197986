"""What the making of every notice begins with: the notice before, whom it goes to, and what it asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ...domain.calendar import DueDate
from ...domain.regulation.edition import Edition
from .model import AgencyRef, Document, Requirements


def require_after(
    previous: Document, superior: AgencyRef, *, period: date, period_before: date
) -> None:
    """Raise ValueError unless the notice before is of the same agency and of an earlier period."""
    if previous.superior.agency_id != superior.agency_id:
        raise ValueError(f"the notice before is of {previous.superior.code}, another agency")
    if period_before >= period:
        raise ValueError(f"the notice before is of {period_before}, not before {period}")


def addressees(superior: AgencyRef, direct: Iterable[AgencyRef]) -> tuple[AgencyRef, ...]:
    """Return whom a notice goes to: the agencies of the roll-up but the superior itself."""
    return tuple(agency for agency in direct if agency.agency_id != superior.agency_id)


def requirements(edition: Edition, working_days: int, due: DueDate) -> Requirements:
    """Return what a notice asks, where it is to be answered by the end of `working_days`."""
    return Requirements(
        answer_working_days=working_days,
        answer_by=due.day,
        provisional=due.provisional,
        notices_before_interview=edition.notices_before_interview.amount,
    )
