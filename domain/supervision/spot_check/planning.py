"""The plan of a spot-check: what is fixed before anybody can know the frame (Article 56).

The seed is committed to by its hash. It is kept in the plan's event itself, encrypted with a key of the
check's own, so that it survives until the draw and no reader of the log can predict the sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from ...aggregate import Occasion, changed_by
from ...calendar import add_months
from ...errors import InvalidInput, RuleBroken
from ...events import OWN_STREAM, Event, Personal, RecordedEvent
from ...organisation.agency import AgencyCode
from ...organisation.directory import Agency, Directory
from ...organisation.staff import Role
from .frame import Strata
from .kinds import RecordKind
from .ranking import SEED_BYTES, commitment
from .sample_size import Sizing, sizing_of

if TYPE_CHECKING:
    from .check import SpotCheck


class PlannedStratum(BaseModel):
    """An agency that is inspected, as it was known when the check was planned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: UUID
    agency_code: AgencyCode


# --- events -----------------------------------------------------------------------------------


class SpotCheckPlanned(Event, name="spot_check.planned", subject=OWN_STREAM):
    """A spot-check was planned: what is checked, how many, who inspects, until when.

    `seed` (hexadecimal) is secret until the draw; `commitment` is its SHA-256. What is inspected is
    what was recorded until the end of the day `cut_off`.
    """

    agency_id: UUID
    agency_code: AgencyCode
    kind: RecordKind
    month: date
    cut_off: date
    strata: tuple[PlannedStratum, ...]
    sizing: Sizing
    inspectors: tuple[str, ...] = Field(min_length=1)
    inspect_by: date
    answer_by: date
    commitment: str
    seed: Personal


# --- state ------------------------------------------------------------------------------------


@changed_by(SpotCheckPlanned)
def _planned(check: SpotCheck, event: SpotCheckPlanned, recorded: RecordedEvent) -> None:
    check.check_id = recorded.stream_id
    check.agency_id = event.agency_id
    check.agency_code = event.agency_code
    check.record_kind = event.kind
    check.month = event.month
    check.cut_off = event.cut_off
    check.sizing = event.sizing
    check.inspectors = list(event.inspectors)
    check.inspect_by = event.inspect_by
    check.answer_by = event.answer_by
    check.commitment = event.commitment  # never the seed: states are kept in clear


def check_stream(agency_id: UUID, kind: RecordKind, month: date) -> UUID:
    """Return the stream of the check of a superior, a kind and a month: there is one."""
    return uuid5(NAMESPACE_URL, f"taizhang:spot_check:{agency_id}:{kind}:{month:%Y-%m}")


def last_day(month: date) -> date:
    """Return the last day of the month that begins on `month`."""
    return add_months(month, 1) - timedelta(days=1)


# --- decisions --------------------------------------------------------------------------------


def plan(
    check: SpotCheck,
    occasion: Occasion,
    directory: Directory,
    *,
    agency_code: str,
    kind: RecordKind,
    month: date,
    cut_off: date,
    inspectors: Sequence[str],
    inspect_by: date,
    answer_by: date,
    seed: bytes,
) -> list[Event]:
    """Plan the check of one kind of record and one month, by a superior of the agencies inspected.

    Every agency directly below is inspected. Raises InvalidInput for days that do not follow one another
    or a second plan, RuleBroken 56.1 where there is nobody to inspect an agency's records.

    Rules 56.1, 56.2b.
    """
    if check.is_planned:
        raise InvalidInput(f"the check of {kind} for {month:%Y-%m} is planned already")
    if len(seed) != SEED_BYTES:
        raise InvalidInput(f"a seed has {SEED_BYTES} bytes", field="seed")
    if month.day != 1:
        raise InvalidInput("a month is named by its first day", field="month")
    if not month <= cut_off <= last_day(month):
        raise InvalidInput(f"the cut-off is a day of the month, not {cut_off}", field="cut_off")
    if inspect_by <= max(cut_off, occasion.today):
        raise InvalidInput("inspecting takes time after the cut-off", field="inspect_by")
    if answer_by < inspect_by:
        raise InvalidInput("the inspected agency answers after the inspection", field="answer_by")
    superior = directory.holder(agency_code, last_day(month))
    if superior is None:
        raise InvalidInput(f"no agency bears the code {agency_code}", field="agency_code")
    strata = Strata(directory, superior, occasion.today)
    if not strata.agencies:
        raise RuleBroken("56.1", f"{agency_code} has no agency below it to inspect")
    require_inspectors(inspectors, directory, superior, strata, month)
    return [
        SpotCheckPlanned(
            agency_id=superior.stream_id,
            agency_code=agency_code,
            kind=kind,
            month=month,
            cut_off=cut_off,
            strata=tuple(
                PlannedStratum(agency_id=one.stream_id, agency_code=one.code_on(occasion.today))
                for one in strata.agencies
            ),
            sizing=sizing_of(occasion.edition),
            inspectors=tuple(sorted(set(inspectors))),
            inspect_by=inspect_by,
            answer_by=answer_by,
            commitment=commitment(seed),
            seed=seed.hex(),
        )
    ]


def require_inspectors(
    inspectors: Sequence[str], directory: Directory, superior: Agency, strata: Strata, month: date
) -> None:
    """Make sure that supervisors inspect, and that each agency has one who is not its own.

    They are the superior's, or come from agencies below it (交叉检查).

    Rule 56.1.
    """
    if not inspectors:
        raise InvalidInput("name who inspects", field="inspectors")
    for staff_id in inspectors:
        require_supervisor(staff_id, directory, superior, strata.day)
    own = own_strata(inspectors, directory, strata, month)
    for agency in strata.agencies:
        if all(agency.stream_id in own[staff_id] for staff_id in inspectors):
            raise RuleBroken(
                "56.1",
                f"nobody named may inspect {agency.code_on(strata.day)}: nobody inspects the records of "
                "the own agency",
            )


def require_supervisor(staff_id: str, directory: Directory, superior: Agency, day: date) -> None:
    """Make sure that somebody is a supervisor of the superior, or of an agency below it.

    Rule 56.1.
    """
    member = directory.member(staff_id)
    code = member.agency_codes.on(day) if member else None
    holder = directory.holder(code, day) if code else None
    if member is None or holder is None or not holder.is_at_or_below(superior):
        raise RuleBroken("56.1", f"{staff_id} is not on the staff of the superior or below it")
    if Role.SUPERVISOR not in member.roles_on(day):
        raise RuleBroken("56.1", f"{staff_id} is no supervisor: inspecting is supervision")


def own_strata(
    inspectors: Iterable[str], directory: Directory, strata: Strata, month: date
) -> Mapping[str, Set[UUID]]:
    """Return which strata are each inspector's own: where he or she works, or worked since the month began.

    Rule 56.1.
    """
    found: dict[str, set[UUID]] = {}
    for staff_id in inspectors:
        member = directory.member(staff_id)
        codes = member.agency_codes.since(month) if member else []
        agencies = [strata.of(code) for code in codes if code is not None]
        found[staff_id] = {agency.stream_id for agency in agencies if agency is not None}
    return found
