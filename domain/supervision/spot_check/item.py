"""A record under inspection, as far as decisions need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from .findings import Finding, Verdict


@dataclass(slots=True)
class Item:
    """A record under inspection. `findings` are those that are wrong or left to judgement, by their keys."""

    record_id: UUID
    stratum_id: UUID
    stratum_code: str
    agency_code: str
    is_random: bool
    inspector: str
    is_examined: bool = False
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    inspected_on: date | None = None
    answered_on: date | None = None

    @property
    def is_faulty(self) -> bool:
        """Say whether any rule is not kept."""
        return Verdict.NOT_MET in self.verdicts.values()
