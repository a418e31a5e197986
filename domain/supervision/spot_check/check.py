"""The spot-check as a whole: its state, and what changes it. One per superior, kind of record and month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from ...aggregate import Aggregate, Change, changes_of
from ...errors import InvalidInput, NotFound
from ...events import Event
from . import closing, drawing, inspecting, naming, planning
from .closing import Problem
from .frame import SealedStratum
from .item import Item
from .kinds import RecordKind
from .sample_size import Sizing

NO_ID = UUID(int=0)


@dataclass(slots=True)
class SpotCheck(Aggregate):
    """What decisions about a check need. The secret seed is not in it: states are kept in clear."""

    kind: ClassVar[str] = "spot_check"
    changes: ClassVar[dict[type[Event], Change]] = {}

    check_id: UUID = NO_ID
    agency_id: UUID = NO_ID
    agency_code: str = ""
    record_kind: RecordKind | None = None
    month: date | None = None
    cut_off: date | None = None
    sizing: Sizing | None = None
    inspectors: list[str] = field(default_factory=list)
    inspect_by: date | None = None
    answer_by: date | None = None
    commitment: str = ""
    log_position: int | None = None
    strata: list[SealedStratum] = field(default_factory=list)
    named: dict[UUID, str] = field(default_factory=dict)
    is_drawn: bool = False
    items: dict[int, Item] = field(default_factory=dict)
    closed_on: date | None = None

    @property
    def is_planned(self) -> bool:
        """Say whether the check was planned."""
        return self.record_kind is not None

    def weight(self) -> int:
        """Return about how many bytes the state takes: its items make it large."""
        return 1000 + 1500 * len(self.items)

    def require_planned(self) -> None:
        """Make sure that the check was planned. Raises NotFound."""
        if not self.is_planned:
            raise NotFound("there is no such spot-check: plan it first", field="check_id")

    def require_drawn(self) -> None:
        """Make sure that the sample was drawn. Raises InvalidInput."""
        self.require_planned()
        if not self.is_drawn:
            raise InvalidInput("the sample was not drawn yet: draw it first", field="check_id")

    def require_not_closed(self) -> None:
        """Make sure that the check goes on. Raises InvalidInput."""
        if self.closed_on is not None:
            raise InvalidInput(f"the check was closed on {self.closed_on}", field="check_id")

    def item(self, number: int) -> Item:
        """Return an item. Raises NotFound."""
        item = self.items.get(number)
        if item is None:
            raise NotFound(
                f"the check has no item {number}: 1 to {len(self.items)}", field="number"
            )
        return item

    def problems(self) -> list[Problem]:
        """Return the confirmed findings of a closed check; see `closing.problems`."""
        return closing.problems(self)


SpotCheck.changes.update(changes_of(planning, drawing, naming, inspecting, closing))
