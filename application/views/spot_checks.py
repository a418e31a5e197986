"""What queries about spot-checks answer with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from .service import View


class SpotCheckDomain(View):
    """An agency's part of a stratum: what of the stratum's sample happened to be kept by it.

    It is no stratum: `drawn` was left to chance, and may be 0. Given that, what was drawn is a random sample
    of the agency's `population`; the rate and its exact interval rest on it, and are wide.
    """

    agency_code: str
    name: str
    population: int
    drawn: int
    inspected: int
    faulty: int
    rate: float | None = None
    low: float | None = None
    high: float | None = None


class SpotCheckStratum(View):
    """A stratum: how many there are, were drawn and inspected, and the rate of faulty ones with its interval.

    Rate and interval rest on what was drawn by chance, alone; targeted picks are counted apart.
    """

    agency_id: UUID
    agency_code: str
    name: str
    population: int | None = None
    sample_size: int | None = None
    inspected: int = 0
    faulty: int = 0
    not_inspected: int = 0
    targeted: int = 0
    targeted_inspected: int = 0
    targeted_faulty: int = 0
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    domains: tuple[SpotCheckDomain, ...] = ()
    """By agency, where several keep the records of the stratum: a district's subdistricts, say."""


class SpotCheckView(View):
    """A check as it stands. `seed` is None until the draw reveals it."""

    check_id: UUID
    agency_code: str
    agency_name: str
    kind: str
    kind_zh: str
    month: date
    status: str
    cut_off: date
    log_position: int | None
    inspect_by: date
    answer_by: date
    planned_on: date
    drawn_on: date | None
    closed_on: date | None
    commitment: str
    seed: str | None
    frame_digest: str | None
    left_out: int | None
    items: int
    strata: tuple[SpotCheckStratum, ...]
    rate: float | None
    """Over all strata, weighted by population; None unless something was inspected in each."""
    low: float | None
    high: float | None


class SpotCheckItemView(View):
    """An item: which record, whose, by whom inspected, and what was found."""

    check_id: UUID
    number: int
    record_id: UUID
    record_number: str | None
    masked_name: str | None
    agency_code: str
    stratum_code: str
    mode: str
    reason: str | None
    inspector: str
    status: str
    examined_on: date | None
    inspected_on: date | None
    answered_on: date | None
    findings: tuple[dict[str, Any], ...]
    faulty: bool | None
    later_entries: int | None


class InspectedEntry(View):
    """An entry of the inspected record, without personal fields; `later` says that it came after the cut-off."""

    position: int
    event: str
    what: dict[str, Any]
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str
    later: bool


class InspectedItem(View):
    """An item with its record as it stood at the cut-off, what came later, and the agency's answers."""

    item: SpotCheckItemView
    entries: tuple[InspectedEntry, ...]
    answers: tuple[str, ...]


class SpotCheckProof(View):
    """What came of proving a check from the log alone: proven where `problems` is empty."""

    check_id: UUID
    log_position: int
    records: int
    """Records of the frame, over all strata."""
    items: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Say whether frame, commitment, seed, sample and assignment are what the log gives."""
        return not self.problems
