"""Agencies (公共就业服务机构): founded, renamed, recoded and closed, each as of a day (Article 4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import StringConstraints

from ..events import Event

AgencyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]
"""A statistical division code: 6 digits for city and district, 9 for a subdistrict, 12 for a station."""


class AgencyLevel(StrEnum):
    """The four levels of Article 4, from the top."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    STATION = "station"

    @property
    def label_zh(self) -> str:
        """The level in the words of the regulation."""
        return {
            "city": "市级",
            "district": "区级",
            "subdistrict": "街道（乡镇）",
            "station": "社区（村）",
        }[self]

    @property
    def superior(self) -> AgencyLevel | None:
        """The level directly above, None for the city."""
        levels = list(AgencyLevel)
        place = levels.index(self)
        return levels[place - 1] if place else None


class AgencyFounded(Event, name="agency.founded"):
    """An agency exists from `effective_on` on, below the agency that bears `parent_code` on that day."""

    code: AgencyCode
    name: str
    level: AgencyLevel
    parent_code: AgencyCode | None
    effective_on: date


class AgencyRenamed(Event, name="agency.renamed"):
    """An agency bears another name from `effective_on` on."""

    name: str
    effective_on: date


class AgencyRecoded(Event, name="agency.recoded"):
    """An agency bears another code from `effective_on` on; it stays the same agency."""

    code: AgencyCode
    effective_on: date


class AgencyClosed(Event, name="agency.closed"):
    """An agency no longer exists from `effective_on` on; `successor_code` takes over its records."""

    successor_code: AgencyCode | None
    effective_on: date


def agency_stream(code: str, founded_on: date) -> UUID:
    """Return the stream of the agency that was founded under `code` on that day."""
    return uuid5(NAMESPACE_URL, f"taizhang:agency:{code}:{founded_on.isoformat()}")
