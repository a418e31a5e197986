"""The frame (抽样框): every record of the kind that an inspected agency keeps, stratum by stratum.

A stratum is one agency directly below the superior, with all that is kept at it or below it. An agency is
known by its stream, whatever its code and name: one that is renamed or recoded in the course of the month
stays one stratum, and what a closed one kept counts with its successor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ...organisation.agency import AgencyCode
from ...organisation.directory import Agency, Directory
from .sample_size import Sizing


class KeptRecord(NamedTuple):
    """A record of the frame: its stream, and the code under which the agency that keeps it acted last."""

    record_id: UUID
    agency_code: str


class Domain(BaseModel):
    """The part of a stratum that one agency keeps: no sample of its own, but a number of records."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_code: AgencyCode
    population: int = Field(ge=1)


class SealedStratum(BaseModel):
    """A stratum of a sealed frame: how many records, their digest, and how many are drawn.

    `domains` are the agencies that keep them, by code; empty where that is one alone, and in frames sealed
    before they were counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: UUID
    agency_code: AgencyCode
    population: int = Field(ge=0)
    digest: str
    """SHA-256 of the record ids (16 bytes each) in ascending order."""
    sample_size: int = Field(ge=0)
    domains: tuple[Domain, ...] = ()


class Frame(NamedTuple):
    """The strata of a frame, and how many records nobody below the superior answers for any more."""

    strata: tuple[SealedStratum, ...]
    left_out: int

    @property
    def digest(self) -> str:
        """One digest over all strata."""
        text = "\n".join(f"{one.agency_id} {one.population} {one.digest}" for one in self.strata)
        return sha256(text.encode()).hexdigest()


class Strata:
    """The agencies directly below a superior as of a day, and which of them answers for a code."""

    def __init__(self, directory: Directory, superior: Agency, day: date) -> None:
        self.day = day
        self.agencies = directory.directly_below(superior, day)
        self._directory = directory
        self._superior = superior
        self._known: dict[str, tuple[Agency, str] | None] = {}

    def of(self, code: str) -> Agency | None:
        """Return the agency directly below the superior that answers for records of `code`."""
        found = self._find(code)
        return found[0] if found else None

    def keeper(self, code: str) -> str:
        """Return the code that the agency which keeps records of `code` bears on the day."""
        found = self._find(code)
        return found[1] if found else code

    def is_below(self, code: str) -> bool:
        """Say whether records of `code` are, or were, kept below the superior."""
        holder = self._directory.holder(code, self.day)
        return holder is not None and self._superior in list(holder.line_upwards())[1:]

    def _find(self, code: str) -> tuple[Agency, str] | None:
        if code not in self._known:
            holder = self._directory.holder(code, self.day)
            line = list(holder.line_upwards()) if holder is not None else []
            self._known[code] = next(
                (
                    (agency, line[0].code_on(self.day))
                    for agency in line
                    if agency.parent is self._superior
                    and line[0].exists_on(self.day)
                    and agency.exists_on(self.day)
                ),
                None,
            )
        return self._known[code]


def seal(records: Iterable[KeptRecord], strata: Strata, sizing: Sizing) -> Frame:
    """Return the frame of `records`, which come in ascending order of their ids.

    Only counts and running digests are kept, however many records there are. Rule 56.1.
    """
    digests = {agency.stream_id: sha256() for agency in strata.agencies}
    kept: dict[UUID, Counter[str]] = {agency_id: Counter() for agency_id in digests}
    left_out = 0
    for record_id, code in records:
        agency = strata.of(code)
        if agency is None:
            left_out += strata.is_below(code)
            continue
        digests[agency.stream_id].update(record_id.bytes)
        kept[agency.stream_id][strata.keeper(code)] += 1
    return Frame(
        tuple(
            SealedStratum(
                agency_id=agency.stream_id,
                agency_code=agency.code_on(strata.day),
                population=kept[agency.stream_id].total(),
                digest=digests[agency.stream_id].hexdigest(),
                sample_size=sizing.size(kept[agency.stream_id].total()),
                domains=_domains(kept[agency.stream_id]),
            )
            for agency in strata.agencies
        ),
        left_out,
    )


def _domains(kept: Counter[str]) -> tuple[Domain, ...]:
    if len(kept) < 2:
        return ()
    return tuple(Domain(agency_code=code, population=n) for code, n in sorted(kept.items()))


def differences(sealed: Iterable[SealedStratum], found: Iterable[SealedStratum]) -> Iterator[str]:
    """Yield what of a sealed frame is another than what is found in the log, stratum by stratum."""
    was = {one.agency_id: one for one in sealed}
    now = {one.agency_id: one for one in found}
    for agency_id in sorted(was.keys() | now.keys()):
        one, other = was.get(agency_id), now.get(agency_id)
        if one is None or other is None:
            known = one or other
            assert known is not None
            where = "the log" if one is None else "the sealed frame"
            yield f"frame: the stratum {known.agency_code} is only in {where}"
            continue
        for what in ("population", "digest", "sample_size", "agency_code"):
            sealed_value, found_value = getattr(one, what), getattr(other, what)
            if sealed_value != found_value:
                yield (
                    f"frame: {what} of the stratum {one.agency_code} was sealed as {sealed_value}, "
                    f"the log gives {found_value}"
                )
        if one.domains and one.domains != other.domains:
            yield f"frame: the domains of the stratum {one.agency_code} are not those that the log gives"
