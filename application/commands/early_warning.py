"""The command of early warning (Article 58): the thresholds that the city or a district sets."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.errors import NotFound
from ...domain.events import Event
from ...domain.organisation.agency import AgencyCode
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Power
from ...domain.supervision.warning import (
    LONGEST,
    Indicator,
    WarningThresholds,
    WarningThresholdSet,
    set_threshold,
    thresholds_stream,
)
from ..ports import Identities
from .base import Command, Context


class SetWarningThreshold(Command, name="set_warning_threshold"):
    """Set the threshold of an indicator for an agency and those below it, from a day on.

    Per cent for a share, else a number. A district's is at least as strict as the city's.
    """

    power: ClassVar[Power] = Power.SET_WARNINGS
    aggregate: ClassVar[type[Aggregate]] = WarningThresholds

    agency_code: AgencyCode
    indicator: Indicator
    limit: int = Field(ge=0, le=LONGEST)
    effective_on: date

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the agency's thresholds. Raises NotFound for an unknown agency."""
        agency = directory.find(self.agency_code, self.effective_on)
        if agency is None:
            raise NotFound(
                f"no agency bears the code {self.agency_code} on {self.effective_on}",
                field="agency_code",
            )
        return thresholds_stream(agency.stream_id)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that sets it: its own."""
        return self.agency_code

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Set it. Rule 58.1."""
        assert isinstance(aggregate, WarningThresholds)
        agency = context.directory.find(self.agency_code, self.effective_on)
        assert agency is not None
        above = None
        if agency.parent is not None:
            city = context.look(WarningThresholds, thresholds_stream(agency.parent.stream_id))
            above = city.on(self.indicator, self.effective_on)
            if above is None:
                above = self.indicator.default(context.occasion.edition)
        wanted = WarningThresholdSet(
            agency_id=agency.stream_id,
            agency_code=self.agency_code,
            indicator=self.indicator,
            limit=self.limit,
            effective_on=self.effective_on,
        )
        return set_threshold(aggregate, wanted, above, context.occasion.today)


ALL: tuple[type[Command], ...] = (SetWarningThreshold,)
