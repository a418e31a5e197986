"""Chance that can be checked: a secret seed known by its hash, and ranks by HMAC.

Until the seed is revealed nobody can tell who will be drawn; afterwards anyone can work it out again.
(`random.sample` would not do: it gives other results in other versions of Python.)
"""

from __future__ import annotations

import heapq
import hmac
from collections.abc import Iterable, Mapping, Sequence, Set
from hashlib import sha256
from typing import Final
from uuid import UUID

from .frame import KeptRecord

SEED_BYTES: Final = 32


def commitment(seed: bytes) -> str:
    """Return the hash by which the plan commits to a seed, in hexadecimal."""
    return sha256(seed).hexdigest()


def rank(seed: bytes, stratum_id: UUID, record_id: UUID) -> bytes:
    """Return the rank of a record: HMAC-SHA256 of "sample", stratum and record, under the seed."""
    return hmac.digest(seed, b"sample" + stratum_id.bytes + record_id.bytes, sha256)


class Lowest:
    """Keeps those `wanted` records of a stratum that rank lowest, however many are shown to it."""

    def __init__(self, seed: bytes, stratum_id: UUID, wanted: int) -> None:
        self._seed = seed
        self._stratum_id = stratum_id
        self._wanted = wanted
        # What a heap gives first is its smallest: the highest rank kept, as a negative number.
        self._kept: list[tuple[int, KeptRecord]] = []

    def show(self, record: KeptRecord) -> None:
        """Consider one more record."""
        place = -int.from_bytes(rank(self._seed, self._stratum_id, record.record_id))
        if len(self._kept) < self._wanted:
            heapq.heappush(self._kept, (place, record))
        elif self._kept and place > self._kept[0][0]:
            heapq.heapreplace(self._kept, (place, record))

    def drawn(self) -> list[KeptRecord]:
        """Return the records kept, the lowest rank first."""
        return [record for _, record in sorted(self._kept, reverse=True)]


def assign(
    seed: bytes,
    items: Sequence[tuple[UUID, UUID]],
    inspectors: Iterable[str],
    own_strata: Mapping[str, Set[UUID]],
) -> list[str]:
    """Return who inspects each of `items` (stratum, record): never a record of the own agency.

    Items are dealt in the order of their ranks to whoever of the eligible has fewest, the lowest rank
    first; so the load is even, and nobody chooses whom to inspect. "" where nobody is eligible.

    Rule 56.1.
    """
    staff = sorted(inspectors)
    load = dict.fromkeys(staff, 0)
    assigned = [""] * len(items)
    order = sorted(range(len(items)), key=lambda place: _dealt(seed, *items[place]))
    for place in order:
        stratum_id, record_id = items[place]
        eligible = [one for one in staff if stratum_id not in own_strata.get(one, ())]
        if eligible:
            chosen = min(eligible, key=lambda one: (load[one], _hand(seed, record_id, one)))
            load[chosen] += 1
            assigned[place] = chosen
    return assigned


def _dealt(seed: bytes, stratum_id: UUID, record_id: UUID) -> bytes:
    return hmac.digest(seed, b"deal" + stratum_id.bytes + record_id.bytes, sha256)


def _hand(seed: bytes, record_id: UUID, staff_id: str) -> bytes:
    return hmac.digest(seed, b"inspector" + record_id.bytes + staff_id.encode(), sha256)
