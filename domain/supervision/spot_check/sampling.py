"""From a sealed frame to the items: those whose rank is lowest, then the targeted picks, then who inspects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple
from uuid import UUID

from .drawing import DrawnItem, Mode
from .frame import KeptRecord, SealedStratum, Strata
from .ranking import Lowest, assign, rank


class Risk(NamedTuple):
    """Why a record is worth a look of its own: the heavier the sooner. One that was `named` is always taken."""

    weight: int
    reason: str
    named: bool = False


class Sampling:
    """Draws a sample while the records of the frame go by; only what is drawn is kept."""

    def __init__(
        self,
        strata: Strata,
        sealed: Sequence[SealedStratum],
        seed: bytes,
        risks: Mapping[UUID, Risk],
        targeted: int,
    ) -> None:
        """Prepare to draw what the `sealed` frame asks for, and up to `targeted` risks of each stratum."""
        self._strata = strata
        self._sealed = sealed
        self._seed = seed
        self._risks = risks
        self._targeted = targeted
        self._lowest = {
            one.agency_id: Lowest(seed, one.agency_id, one.sample_size) for one in sealed
        }
        self._risky: dict[UUID, list[KeptRecord]] = {one.agency_id: [] for one in sealed}

    def watch(self, records: Iterable[KeptRecord]) -> Iterator[KeptRecord]:
        """Yield the records on, having considered each."""
        for record in records:
            agency = self._strata.of(record.agency_code)
            if agency is not None and agency.stream_id in self._lowest:
                self._lowest[agency.stream_id].show(record)
                if record.record_id in self._risks:
                    self._risky[agency.stream_id].append(record)
            yield record

    def items(self, inspectors: Iterable[str], own: Mapping[str, Set[UUID]]) -> list[DrawnItem]:
        """Return the items, numbered, once every record has gone by. Rule 56.1."""
        chosen = [
            (stratum, record, risk)
            for stratum in self._sealed
            for record, risk in self._of_stratum(stratum)
        ]
        who = assign(
            self._seed,
            [(stratum.agency_id, record.record_id) for stratum, record, _ in chosen],
            inspectors,
            own,
        )
        return [
            DrawnItem(
                number=number,
                record_id=record.record_id,
                stratum_id=stratum.agency_id,
                stratum_code=stratum.agency_code,
                agency_code=self._strata.keeper(record.agency_code),
                mode=Mode.TARGETED if risk else Mode.RANDOM,
                reason=risk.reason if risk else None,
                inspector=inspector,
            )
            for number, ((stratum, record, risk), inspector) in enumerate(
                zip(chosen, who, strict=True), 1
            )
        ]

    def _of_stratum(self, stratum: SealedStratum) -> Iterator[tuple[KeptRecord, Risk | None]]:
        drawn = self._lowest[stratum.agency_id].drawn()
        for record in drawn:
            yield record, None
        by_chance = {record.record_id for record in drawn}
        at_risk = sorted(
            (
                (record, self._risks[record.record_id])
                for record in self._risky[stratum.agency_id]
                if record.record_id not in by_chance
            ),
            key=lambda one: (
                not one[1].named,
                -one[1].weight,
                rank(self._seed, stratum.agency_id, one[0].record_id),
            ),
        )
        for place, (record, risk) in enumerate(at_risk):
            if risk.named or place < self._targeted:
                yield record, risk
