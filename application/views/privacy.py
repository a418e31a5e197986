"""What is said of erasures: whether a person may be erased, and the register of those who were."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ...domain.privacy.erasure import Kept
from .service import View


class HoldView(View):
    """What is still open about a person's records."""

    hold: str
    label_zh: str
    by: str


class ErasureCheck(View):
    """Whether a person may be erased: which records there are until when, and what holds them."""

    person_id: UUID
    merged_ids: tuple[UUID, ...]
    records: tuple[Kept, ...]
    kept_until: date | None
    """The last day of the longest retention; None where there is no record."""
    holds: tuple[HoldView, ...]
    erased_on: date | None

    def is_open(self, day: date) -> bool:
        """Say whether the person may be erased on `day` because retention is over."""
        return (
            self.erased_on is None
            and not self.holds
            and self.kept_until is not None
            and day > self.kept_until
        )


class ErasureView(View):
    """An entry of the register of erasures."""

    person_id: UUID
    ledger_number: str
    position: int
    agency_code: str
    staff_id: str
    erased_on: date
    recorded_at: datetime
    ground: str
    ground_zh: str
    reference: str
    records: tuple[Kept, ...]
