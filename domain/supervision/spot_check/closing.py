"""Closing a spot-check: what was not inspected shows as such, and the results are fixed (Articles 56, 58)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ...aggregate import Occasion, changed_by
from ...errors import RuleBroken
from ...events import Event, RecordedEvent
from ...organisation.agency import AgencyCode
from .estimate import Counted, Estimate, estimate
from .findings import Evidence, Verdict
from .frame import SealedStratum
from .item import Item
from .kinds import RecordKind

if TYPE_CHECKING:
    from .check import SpotCheck


class StratumResult(BaseModel):
    """What came of one stratum. Rate and interval rest on what was drawn by chance and inspected, alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: UUID
    agency_code: AgencyCode
    population: int
    sample_size: int
    inspected: int
    faulty: int
    not_inspected: int
    targeted: int
    targeted_inspected: int
    targeted_faulty: int
    rate: float | None
    low: float | None
    high: float | None


class Problem(NamedTuple):
    """A rule that a record does not keep, as the inspector confirmed it: what rectification begins with."""

    rule_id: str
    agency_code: str
    kind: RecordKind
    record_id: UUID
    number: int
    key: str
    evidence: tuple[Evidence, ...]


# --- events -----------------------------------------------------------------------------------


class SpotCheckClosed(Event, name="spot_check.closed"):
    """The check is over: these items were not inspected, and these are the results by stratum."""

    not_inspected: tuple[int, ...]
    results: tuple[StratumResult, ...]


# --- state ------------------------------------------------------------------------------------


@changed_by(SpotCheckClosed)
def _closed(check: SpotCheck, _: SpotCheckClosed, recorded: RecordedEvent) -> None:
    check.closed_on = recorded.occurred_on


# --- decisions --------------------------------------------------------------------------------


def close(check: SpotCheck, occasion: Occasion) -> list[Event]:
    """Close the check once the time to inspect and to answer is over; closed again, nothing changes.

    Earlier only when every item is inspected and each faulty one was answered.

    Rules 56.1, 56.2b.
    """
    check.require_drawn()
    if check.closed_on is not None:
        return []
    assert check.answer_by is not None
    waiting = [number for number, item in check.items.items() if _waits(item)]
    if occasion.today <= check.answer_by and waiting:
        raise RuleBroken(
            "56.1",
            f"{len(waiting)} item(s) wait to be inspected or answered, which there is time for until "
            f"{check.answer_by}",
        )
    not_inspected = tuple(
        number for number, item in check.items.items() if item.inspected_on is None
    )
    return [SpotCheckClosed(not_inspected=not_inspected, results=results(check))]


def results(check: SpotCheck) -> tuple[StratumResult, ...]:
    """Return what has come of each stratum so far. Rule 56.2b."""
    return tuple(_result(check, stratum) for stratum in check.strata)


def _result(check: SpotCheck, stratum: SealedStratum) -> StratumResult:
    items = [item for item in check.items.values() if item.stratum_id == stratum.agency_id]
    random = [item for item in items if item.is_random]
    targeted = [item for item in items if not item.is_random]
    inspected, faulty = _counts(random)
    found: Estimate | None = estimate(Counted(stratum.population, inspected, faulty))
    targeted_inspected, targeted_faulty = _counts(targeted)
    return StratumResult(
        agency_id=stratum.agency_id,
        agency_code=stratum.agency_code,
        population=stratum.population,
        sample_size=stratum.sample_size,
        inspected=inspected,
        faulty=faulty,
        not_inspected=len(random) - inspected,
        targeted=len(targeted),
        targeted_inspected=targeted_inspected,
        targeted_faulty=targeted_faulty,
        rate=found.rate if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
    )


def problems(check: SpotCheck) -> list[Problem]:
    """Return the confirmed findings of a closed check, item by item; none before it is closed.

    An item that was not inspected has none: nobody confirmed what the examination found.

    Rules 56.1, 58.2a.
    """
    if check.closed_on is None or check.record_kind is None:
        return []
    return [
        Problem(
            rule_id=finding.rule,
            agency_code=item.agency_code,
            kind=check.record_kind,
            record_id=item.record_id,
            number=number,
            key=key,
            evidence=finding.evidence,
        )
        for number, item in check.items.items()
        if item.inspected_on is not None
        for key, finding in sorted(item.findings.items())
        if finding.verdict is Verdict.NOT_MET
    ]


def _waits(item: Item) -> bool:
    return item.inspected_on is None or (item.is_faulty and item.answered_on is None)


def _counts(items: Iterable[Item]) -> tuple[int, int]:
    inspected = [item for item in items if item.inspected_on is not None]
    return len(inspected), sum(item.is_faulty for item in inspected)
