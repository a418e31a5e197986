"""How a record's transfer to another agency shows in its row: asked for, verified, given up."""

from __future__ import annotations

from typing import Any, Protocol

from ..domain.events import RecordedEvent


class Transferable(Protocol):
    """A row of a record that one specialist serves and that may go over to another agency."""

    specialist_id: str
    transfer_to: str | None


def named(row: Transferable, event: Any, _: RecordedEvent) -> None:
    """Let another specialist serve it."""
    row.specialist_id = event.specialist_id


def asked(row: Transferable, event: Any, _: RecordedEvent) -> None:
    """Show the agency that it is to go to."""
    row.transfer_to = event.to_agency_code


def verified(row: Transferable, event: Any, _: RecordedEvent) -> None:
    """Let it stay where it is, if what was said did not fit."""
    if not event.fits:
        row.transfer_to = None


def stays(row: Transferable, _: Any, __: RecordedEvent) -> None:
    """Let it stay where it is."""
    row.transfer_to = None
