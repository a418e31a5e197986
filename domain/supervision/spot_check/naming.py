"""Records named for inspection before the draw, beside those that chance and risk pick (Article 56)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...aggregate import changed_by
from ...errors import InvalidInput, RuleBroken
from ...events import Event, RecordedEvent

if TYPE_CHECKING:
    from .check import SpotCheck


class NamedRecord(BaseModel):
    """A record of the frame, and why it is worth a look of its own: a complaint, say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_id: UUID
    reason: str = Field(min_length=1)


# --- events -----------------------------------------------------------------------------------


class RecordsNamed(Event, name="spot_check.records_named"):
    """These records of the sealed frame are picked, beside any that were named before."""

    records: tuple[NamedRecord, ...]


# --- state ------------------------------------------------------------------------------------


@changed_by(RecordsNamed)
def _named(check: SpotCheck, event: RecordsNamed, _: RecordedEvent) -> None:
    check.named |= {one.record_id: one.reason for one in event.records}


# --- decisions --------------------------------------------------------------------------------


def name(check: SpotCheck, named: Mapping[UUID, str]) -> list[Event]:
    """Name records of a sealed frame that is not drawn yet; named again for the same, nothing changes.

    Named before the draw and in the log, they are made again by whoever proves the sample.

    Raises RuleBroken 56.1 for one without a reason, InvalidInput before the sealing or after the draw.
    """
    check.require_planned()
    if check.log_position is None:
        raise InvalidInput("the frame is not sealed: seal it before naming records of it")
    new = {key: reason for key, reason in named.items() if check.named.get(key) != reason}
    if not new:
        return []
    if check.is_drawn:
        raise InvalidInput("the sample is drawn: records are named before that", field="named")
    for record_id, reason in new.items():
        if not reason.strip():
            raise RuleBroken("56.1", f"say why {record_id} is picked")
    records = (NamedRecord(record_id=key, reason=reason) for key, reason in sorted(new.items()))
    return [RecordsNamed(records=tuple(records))]
