"""Sealing the frame as of the cut-off, and drawing the sample with the seed revealed (Article 56)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...aggregate import Occasion, changed_by
from ...errors import InvalidInput, RuleBroken
from ...events import Event, RecordedEvent
from ...organisation.agency import AgencyCode
from .frame import Frame, SealedStratum
from .item import Item
from .ranking import commitment

if TYPE_CHECKING:
    from .check import SpotCheck


class Mode(StrEnum):
    """Why a record is inspected: drawn by chance, or picked for a risk and never extrapolated from."""

    RANDOM = "random"
    TARGETED = "targeted"

    @property
    def label_zh(self) -> str:
        """The mode as a table prints it."""
        return {"random": "随机抽查", "targeted": "重点抽查"}[self]


class DrawnItem(BaseModel):
    """A record that is to be inspected: in which stratum, kept by which agency, by whom.

    `inspector` is "" where nobody of the plan is eligible any more: somebody else is named then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    record_id: UUID
    stratum_id: UUID
    stratum_code: AgencyCode
    agency_code: AgencyCode
    mode: Mode
    reason: str | None
    inspector: str


# --- events -----------------------------------------------------------------------------------


class FrameSealed(Event, name="spot_check.frame_sealed"):
    """The frame is what the log held up to `log_position`, the end of the cut-off day.

    `left_out` counts records that no agency below the superior answers for any more.
    """

    log_position: int = Field(ge=0)
    strata: tuple[SealedStratum, ...]
    left_out: int = Field(ge=0)
    digest: str


class SampleDrawn(Event, name="spot_check.drawn"):
    """The sample was drawn from the sealed frame, and the seed revealed.

    `answer_by` is the plan's: from then on the check can be closed.
    """

    seed: str
    items: tuple[DrawnItem, ...]
    answer_by: date


# --- state ------------------------------------------------------------------------------------


@changed_by(FrameSealed)
def _sealed(check: SpotCheck, event: FrameSealed, _: RecordedEvent) -> None:
    check.log_position = event.log_position
    check.strata = list(event.strata)


@changed_by(SampleDrawn)
def _drawn(check: SpotCheck, event: SampleDrawn, _: RecordedEvent) -> None:
    check.is_drawn = True
    check.items = {
        item.number: Item(
            record_id=item.record_id,
            stratum_id=item.stratum_id,
            stratum_code=item.stratum_code,
            agency_code=item.agency_code,
            is_random=item.mode is Mode.RANDOM,
            inspector=item.inspector,
        )
        for item in event.items
    }


# --- decisions --------------------------------------------------------------------------------


def seal_frame(
    check: SpotCheck, occasion: Occasion, log_position: int, frame: Frame
) -> list[Event]:
    """Seal the frame once the cut-off day is over; sealed again, nothing changes.

    Rule 56.1.
    """
    check.require_planned()
    if check.log_position is not None:
        if check.log_position == log_position and check.strata == list(frame.strata):
            return []
        raise InvalidInput("the frame is sealed already, as another one")
    assert check.cut_off is not None
    if occasion.today <= check.cut_off:
        raise InvalidInput(f"{check.cut_off} is not over: its frame is sealed from the next day on")
    return [
        FrameSealed(
            log_position=log_position,
            strata=frame.strata,
            left_out=frame.left_out,
            digest=frame.digest,
        )
    ]


def draw(
    check: SpotCheck, occasion: Occasion, seed: bytes, items: Sequence[DrawnItem]
) -> list[Event]:
    """Record the sample that the seed gives, and reveal the seed; drawn again, nothing changes.

    Raises RuleBroken 56.1 for a seed that is not the one committed to, and for a sample that has not
    as many records of each stratum as the plan's rule asks for, or one record twice.
    """
    check.require_planned()
    if check.log_position is None:
        raise InvalidInput("the frame is not sealed: seal it before drawing")
    if check.is_drawn:
        return []
    if commitment(seed) != check.commitment:
        raise RuleBroken("56.1", "this seed is not the one that the plan committed to")
    drawn = Counter(item.stratum_id for item in items if item.mode is Mode.RANDOM)
    for stratum in check.strata:
        if drawn.pop(stratum.agency_id, 0) != stratum.sample_size:
            raise RuleBroken(
                "56.1", f"{stratum.sample_size} records of {stratum.agency_code} are to be drawn"
            )
    if drawn or len({item.record_id for item in items}) != len(items):
        raise RuleBroken("56.1", "a record is drawn once, from a stratum of the sealed frame")
    if any((item.mode is Mode.TARGETED) != bool(item.reason) for item in items):
        raise RuleBroken("56.1", "a targeted pick gives its reason, and only that")
    assert check.answer_by is not None
    return [SampleDrawn(seed=seed.hex(), items=tuple(items), answer_by=check.answer_by)]
