"""The command that loads a catalogue of prohibited and restricted industries (Articles 44 and 45)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.key_enterprise import catalogue
from ...domain.key_enterprise.catalogue import (
    CatalogueEdition,
    RestrictedIndustries,
    Restriction,
    catalogue_stream,
)
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ..ports import Identities
from .base import Command, Context, Decided


class LoadRestrictedIndustries(Command, name="load_restricted_industries"):
    """Load an edition of an area's catalogue, whole; it applies to the area and all agencies below."""

    power: ClassVar[Power] = Power.LOAD_CATALOGUES
    aggregate: ClassVar[type[Aggregate]] = RestrictedIndustries

    area_code: AgencyCode
    edition: str = Field(min_length=1, max_length=100)
    in_force_from: date
    entries: tuple[Restriction, ...]

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the area's catalogue."""
        return catalogue_stream(self.area_code)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the area."""
        return self.area_code

    def decide(self, aggregate: Aggregate, context: Context) -> Decided:
        """Load it; the same edition again changes nothing."""
        assert isinstance(aggregate, RestrictedIndustries)
        edition = CatalogueEdition(
            name=self.edition, in_force_from=self.in_force_from, entries=self.entries
        )
        return catalogue.load(aggregate, self.area_code, edition)


ALL: tuple[type[Command], ...] = (LoadRestrictedIndustries,)
