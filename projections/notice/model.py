"""Parts of which every notice is made: agencies as they were called, rates, repeated problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from ..anchor import Anchor


class Part(BaseModel):
    """A part of a notice: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AgencyRef(Part):
    """An agency as it was called on the notice's day; `agency_id` stays when name and code change."""

    agency_id: UUID
    code: str
    name: str
    level: str


class Rate(Part):
    """How many of the checked passed. `percent` has one decimal, None where nothing was checked."""

    checked: int
    passed: int
    percent: str | None

    @classmethod
    def of(cls, checked: int, passed: int) -> Rate:
        """Return the rate; 100.0 is said only where all passed, and 0.0 only where none did."""
        if not checked:
            return cls(checked=0, passed=0, percent=None)
        percent = (Decimal(passed * 100) / checked).quantize(Decimal("0.1"), ROUND_HALF_UP)
        if percent == 100 and passed < checked:
            percent = Decimal("99.9")
        if percent == 0 and passed:
            percent = Decimal("0.1")
        return cls(checked=checked, passed=passed, percent=str(percent))


class Repeats(Part):
    """Problems by how often they were notified: for the first, the second, the third time or more."""

    first: int = 0
    second: int = 0
    third_or_more: int = 0

    @property
    def total(self) -> int:
        """All of them together."""
        return self.first + self.second + self.third_or_more


class Line(Part):
    """One line of the roll-up: an agency with everything below it, or the superior itself."""

    agency: AgencyRef
    own: bool
    """Whether these are the superior's own records."""
    closed: bool
    rate: Rate
    rate_before: Rate | None
    """The rate in the notice of the period before; None where there is none."""
    problems: Repeats
    put_right: int


class LogBasis(Part):
    """From what a notice was made, so that anyone can make it again."""

    position: int
    cutoff: datetime
    edition: str
    edition_title: str
    policy_overrides: tuple[str, ...]
    calendar: str


class NoticeBefore(Part):
    """The notice before of the same kind and agency."""

    number: str
    position: int
    digest: str


class Requirements(Part):
    """By when the agencies must answer, and from how many notices on an interview may be held."""

    answer_working_days: int
    answer_by: date
    provisional: bool
    notices_before_interview: int


class Document(Part):
    """A notice as a whole, of whatever kind.

    `seal` is where the chain of the log stood; None in notices from before the log was sealed.
    """

    number: str
    superior: AgencyRef
    addressees: tuple[AgencyRef, ...]
    requirements: Requirements
    annexes: tuple[str, ...]
    """The keys of the annexed tables, in order."""
    seal: Anchor | None = None

    @model_serializer(mode="wrap")
    def _without_an_empty_seal(self, serialise: SerializerFunctionWrapHandler) -> Any:
        # What was issued before there were seals keeps its bytes.
        fields = serialise(self)
        if self.seal is None:
            fields.pop("seal", None)
        return fields


def repeats(times: Mapping[int, int]) -> Repeats:
    """Return problems by how often they were notified, from their numbers by `times`."""
    return Repeats(
        first=times.get(1, 0),
        second=times.get(2, 0),
        third_or_more=sum(number for n, number in times.items() if n >= 3),
    )


@dataclass(frozen=True, slots=True)
class Placement:
    """An agency code that occurs in the records: who bears it, and below whom in this notice."""

    agency: AgencyRef
    under: UUID
    """The id of the agency directly below the superior, or of the superior itself."""
