"""Erasing a person (Article 51): on which grounds, what holds a record, and the decision.

Erasure is one event, and the person's keys are destroyed in the transaction that appends it. The
person's events stay, can be counted and verified; what they say of the person nobody can read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from ..aggregate import Aggregate, Change, Occasion, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, RecordedEvent
from .retention import RecordKind, Retention, kept_until


class ErasureGround(StrEnum):
    """Why a person is erased."""

    RETENTION_OVER = "retention_over"
    """The time for which the records are kept is over."""
    NO_LAWFUL_BASIS = "no_lawful_basis"
    """It was found that the data should never have been recorded, or may no longer be kept."""
    ORDERED = "ordered"
    """A court or the authority in charge ordered it."""

    @property
    def label_zh(self) -> str:
        """The ground as the register states it."""
        return {
            "retention_over": "保存期限届满",
            "no_lawful_basis": "缺乏处理依据",
            "ordered": "主管部门或者司法机关决定",
        }[self]


class Hold(StrEnum):
    """What is still open about a person's records, so that they are held."""

    CASE = "case"
    APPEAL = "appeal"
    SPOT_CHECK = "spot_check"
    RECTIFICATION = "rectification"
    ACTING = "acting"
    """The person still acts as an agent of an employer."""

    @property
    def label_zh(self) -> str:
        """The hold as it is told."""
        return {
            "case": "就业援助尚未终止",
            "appeal": "申诉、投诉尚未答复",
            "spot_check": "抽查尚未结束",
            "rectification": "所涉问题尚未整改到位",
            "acting": "仍为用人单位经办人",
        }[self]


class HeldBy(NamedTuple):
    """A hold, and by what: the id of a case, an appeal, a check, a problem, an employer's ledger."""

    hold: Hold
    by: str


class Kept(BaseModel):
    """A kind of record that there is of a person: its last entry, and the last day of its retention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RecordKind
    last_entry_on: date
    kept_until: date


# --- events -----------------------------------------------------------------------------------


class PersonErased(Event, name="person.erased"):
    """A person was erased: the keys of `subject_ids` are destroyed with this event.

    They are the person's ids: more than one where ledgers were merged. `reference` finds the decision
    on paper.
    """

    subject_ids: tuple[UUID, ...]
    ground: ErasureGround
    reference: str
    records: tuple[Kept, ...]


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Erasure(Aggregate):
    """Whether a person was erased."""

    kind: ClassVar[str] = "erasure"
    changes: ClassVar[dict[type[Event], Change]] = {}

    erased_on: date | None = None


@changed_by(PersonErased)
def _erased(erasure: Erasure, _: PersonErased, recorded: RecordedEvent) -> None:
    erasure.erased_on = recorded.occurred_on


Erasure.changes[PersonErased] = _erased


def erasure_stream(person_id: UUID) -> UUID:
    """Return the stream in which a person's erasure is recorded."""
    return uuid5(NAMESPACE_URL, f"taizhang:erasure:{person_id}")


# --- decisions --------------------------------------------------------------------------------


def records_kept(
    last_entries: Mapping[RecordKind, date], day: date, retentions: tuple[Retention, ...]
) -> tuple[Kept, ...]:
    """Return until when each kind of record of a person is kept, by what is in force on `day`."""
    return tuple(
        Kept(kind=kind, last_entry_on=on, kept_until=kept_until(kind, on, day, retentions))
        for kind, on in sorted(last_entries.items())
    )


def erase(
    erasure: Erasure,
    occasion: Occasion,
    subject_ids: tuple[UUID, ...],
    records: tuple[Kept, ...],
    holds: tuple[HeldBy, ...],
    ground: ErasureGround,
    reference: str,
) -> list[Event]:
    """Erase a person of whom there are these records.

    Raises RuleBroken 51.2 for a person whose records are held, naming what by, and, where the ground
    is the end of retention, before the last of them ends. InvalidInput for one erased already, one of
    whom there is nothing, and without a reference.

    Rule 51.2.
    """
    if erasure.erased_on is not None:
        raise InvalidInput(f"the person was erased on {erasure.erased_on}", field="person_id")
    if not records:
        raise InvalidInput("there is no record of this person", field="person_id")
    if not reference.strip():
        raise InvalidInput("say where the decision is found on paper", field="reference")
    if holds:
        told = ", ".join(f"{held.hold} {held.by}" for held in holds)
        raise RuleBroken("51.2", f"the person's records are held by what is still open: {told}")
    last = max(kept.kept_until for kept in records)
    if ground is ErasureGround.RETENTION_OVER and occasion.today <= last:
        raise RuleBroken("51.2", f"the person's records are kept until {last}: erase after that")
    return [
        PersonErased(subject_ids=subject_ids, ground=ground, reference=reference, records=records)
    ]
