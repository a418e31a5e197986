"""How long records about persons are kept, as policy data by kind and date (Articles 9 and 51).

The regulation names no number; an installation states its own by another table. A record is judged by
the entry for its kind that is in force on the day on which erasure is asked for.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from ..calendar import add_months


class RecordKind(StrEnum):
    """What of a person is kept."""

    JOB_SEEKER = "job_seeker"
    """A job seeker's ledger."""
    ASSISTED = "assisted"
    """A job seeker's ledger with assistance cases."""
    AGENT = "agent"
    """An employer's agent."""

    @property
    def label_zh(self) -> str:
        """The record as an official names it."""
        return {
            "job_seeker": "个人服务台账",
            "assisted": "个人服务台账（含就业援助）",
            "agent": "用人单位经办人信息",
        }[self]


class Retention(BaseModel):
    """How many years after its last entry a kind of record is kept, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RecordKind
    years: int = Field(ge=0, le=100)
    effective_from: date


RETENTIONS: Final = (
    Retention(kind=RecordKind.JOB_SEEKER, years=5, effective_from=date(2018, 8, 1)),
    Retention(kind=RecordKind.ASSISTED, years=10, effective_from=date(2018, 8, 1)),
    Retention(kind=RecordKind.AGENT, years=3, effective_from=date(2018, 8, 1)),
)
"""The default table: a policy value for each kind."""


class NoRetentionInForce(ValueError):
    """No retention is stated for a kind of record on a day."""


def kept_until(
    kind: RecordKind, last_entry_on: date, day: date, retentions: tuple[Retention, ...] = RETENTIONS
) -> date:
    """Return the last day on which a record is kept, by what is in force on `day`.

    Raises NoRetentionInForce where the table says nothing of the kind on that day.
    """
    in_force = [entry for entry in retentions if entry.kind is kind and entry.effective_from <= day]
    if not in_force:
        raise NoRetentionInForce(f"no retention is stated for {kind} on {day}")
    years = max(in_force, key=lambda entry: entry.effective_from).years
    return add_months(last_entry_on, 12 * years)
