"""The catalogue of prohibited and restricted industries (产业禁止和限制目录) of an area: Articles 44 and 45.

An integrator loads it, edition by edition, each whole and once: what was asked of it on a day can be asked
again for ever. A catalogue applies to its area and to all agencies below; an enterprise is judged by those
of the agency's district and of the city together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from ..aggregate import Aggregate, Change, changed_by
from ..errors import InvalidInput, RuleBroken
from ..events import Event, RecordedEvent
from ..organisation.agency import AgencyCode
from ..organisation.directory import Directory
from .industry import check_industry, covers


class Restriction(BaseModel):
    """An entry: an industry, and on which condition it is restricted ("" where it is so altogether)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    industry_code: str
    """A section, division, group or class of GB/T 4754, in its plain form once it is loaded."""
    name: str = ""
    conditions: str = ""


class CatalogueEdition(BaseModel):
    """An edition: its entries, from when they are in force until the next edition is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    in_force_from: date
    entries: tuple[Restriction, ...]


class Asked(BaseModel):
    """What a catalogue said of an enterprise on a day: by which edition, and the entries that cover it.

    They do not stand against it where each has conditions, and `not_applying` says why those are not met.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    area_code: AgencyCode
    edition: str
    in_force_from: date
    industry_code: str
    entries: tuple[Restriction, ...]
    not_applying: str


# --- events -----------------------------------------------------------------------------------


class EditionLoaded(Event, name="restricted_industries.edition_loaded"):
    """An edition of an area's catalogue was loaded, whole."""

    area_code: AgencyCode
    edition: CatalogueEdition


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class RestrictedIndustries(Aggregate):
    """An area's catalogue: its editions by name."""

    kind: ClassVar[str] = "restricted_industries"
    changes: ClassVar[dict[type[Event], Change]] = {}

    area_code: str = ""
    editions: dict[str, CatalogueEdition] = field(default_factory=dict)

    def weight(self) -> int:
        """Return about how many bytes the state takes."""
        return 120 * sum(len(edition.entries) for edition in self.editions.values())

    def on(self, day: date) -> CatalogueEdition | None:
        """Return the edition in force on `day`, None before the first."""
        begun = [edition for edition in self.editions.values() if edition.in_force_from <= day]
        return max(begun, key=lambda edition: edition.in_force_from, default=None)


@changed_by(EditionLoaded)
def _loaded(catalogue: RestrictedIndustries, event: EditionLoaded, _: RecordedEvent) -> None:
    catalogue.area_code = event.area_code
    catalogue.editions[event.edition.name] = event.edition


# --- decisions --------------------------------------------------------------------------------


def load(catalogue: RestrictedIndustries, area_code: str, edition: CatalogueEdition) -> list[Event]:
    """Load an edition; the same one again changes nothing.

    Rule 44. Raises InvalidInput for an edition that is known with another content, for two that would be
    in force from the same day, for a code that is none, and for an industry that is listed twice.
    """
    edition = edition.model_copy(update={"entries": tuple(map(_in_plain_form, edition.entries))})
    known = catalogue.editions.get(edition.name)
    if known == edition:
        return []
    if known is not None:
        raise InvalidInput(
            f"edition {edition.name} of {area_code} is loaded already, with another content: an "
            "edition is never changed, load the corrected one under a name of its own",
            field="edition",
        )
    rival = next(
        (
            other.name
            for other in catalogue.editions.values()
            if other.in_force_from == edition.in_force_from
        ),
        None,
    )
    if rival is not None:
        raise InvalidInput(
            f"edition {rival} of {area_code} is in force from {edition.in_force_from}, too: "
            "give the day from which this one takes its place",
            field="in_force_from",
        )
    listed = [entry.industry_code for entry in edition.entries]
    twice = sorted({code for code in listed if listed.count(code) > 1})
    if twice:
        raise InvalidInput(
            f"{', '.join(twice)} is listed twice: put its conditions into one entry",
            field="entries",
        )
    return [EditionLoaded(area_code=area_code, edition=edition)]


def _in_plain_form(entry: Restriction) -> Restriction:
    try:
        return entry.model_copy(update={"industry_code": check_industry(entry.industry_code)})
    except ValueError as error:
        raise InvalidInput(str(error), field="industry_code") from error


def areas_of(directory: Directory, agency_code: str, day: date) -> tuple[str, ...]:
    """Return the areas whose catalogues apply at an agency: its own, its district's, the city's.

    Each by its code of that day, then by the codes that it bore otherwise: a catalogue stays the area's.
    """
    agency = directory.holder(agency_code, day)
    codes = (
        code
        for one in (agency.line_upwards() if agency else ())
        for code in (one.code_on(day), *one.codes.since(one.founded_on))
    )
    return tuple(dict.fromkeys(codes))


def ask(
    catalogues: Iterable[RestrictedIndustries],
    areas: tuple[str, ...],
    day: date,
    industry_code: str,
    not_applying: str,
    rule_id: str,
) -> tuple[Asked, ...]:
    """Make sure that an industry is not restricted in an area on `day`; return what was asked.

    Rules 44, 45.2. Raises RuleBroken `rule_id` where no edition is loaded for the area, or where an
    entry covers the industry, unless each such entry has conditions and `not_applying` says why they
    are not met.
    """
    asked = [
        Asked(
            area_code=catalogue.area_code,
            edition=edition.name,
            in_force_from=edition.in_force_from,
            industry_code=industry_code,
            entries=tuple(
                entry for entry in edition.entries if covers(entry.industry_code, industry_code)
            ),
            not_applying=not_applying,
        )
        for catalogue in catalogues
        if (edition := catalogue.on(day)) is not None
    ]
    if not asked:
        raise RuleBroken(
            rule_id,
            "no edition of the catalogue of prohibited and restricted industries is loaded for "
            f"{' or '.join(areas)} that is in force on {day}: load it by "
            "`taizhang import restricted-industries`",
        )
    for one in asked:
        for entry in one.entries:
            if not entry.conditions or not not_applying.strip():
                _refuse(one, entry, rule_id)
    return tuple(asked)


def _refuse(one: Asked, entry: Restriction, rule_id: str) -> None:
    name = f" {entry.name}" if entry.name else ""
    remedy = (
        f" ({entry.conditions}): say in `not_applying` why this does not apply to it, if it does not"
        if entry.conditions
        else ""
    )
    raise RuleBroken(
        rule_id,
        f"industry {one.industry_code} is in the catalogue of {one.area_code}, edition {one.edition} in "
        f"force from {one.in_force_from}, as {entry.industry_code}{name}{remedy}",
    )


def catalogue_stream(area_code: str) -> UUID:
    """Return the stream of an area's catalogue."""
    return uuid5(NAMESPACE_URL, f"taizhang:restricted_industries:{area_code}")


RestrictedIndustries.changes.update({EditionLoaded: _loaded})
