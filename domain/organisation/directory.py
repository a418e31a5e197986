"""The directory: every agency and member of staff as of any day, folded from their events.

It is small (some thousands of records), so a process keeps it whole. What is asked of it always
names the day, because agencies are renamed, recoded and closed and people move.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from ..calendar import shanghai_day
from ..events import RecordedEvent
from .agency import AgencyClosed, AgencyFounded, AgencyLevel, AgencyRecoded, AgencyRenamed
from .staff import (
    ROLES_WITH_CERTIFICATE,
    CertificateRecorded,
    Role,
    StaffJoined,
    StaffLeft,
    StaffMoved,
    StaffRolesChanged,
)

T = TypeVar("T")

DIRECTORY_TOPICS = tuple(
    event.topic
    for event in (
        AgencyFounded,
        AgencyRenamed,
        AgencyRecoded,
        AgencyClosed,
        StaffJoined,
        StaffRolesChanged,
        StaffMoved,
        CertificateRecorded,
        StaffLeft,
    )
)
"""The stored names of the events that the directory is folded from."""


class Timeline(Generic[T]):
    """A value that changes as of certain days."""

    __slots__ = ("_days", "_values")

    def __init__(self) -> None:
        self._days: list[date] = []
        self._values: list[T] = []

    def put(self, day: date, value: T) -> None:
        """Let the value be `value` from `day` on, until the next change."""
        place = bisect_right(self._days, day)
        self._values.insert(place, value)
        self._days.insert(place, day)

    def on(self, day: date) -> T | None:
        """Return the value as of `day`, None before the first."""
        place = bisect_right(self._days, day)
        return self._values[place - 1] if place else None

    def since(self, day: date) -> list[T]:
        """Return the value as of `day` and all later ones."""
        return self._values[max(bisect_right(self._days, day) - 1, 0) :]

    def values(self) -> list[T]:
        """Return every value, in order."""
        return list(self._values)

    def latest(self) -> T:
        """Return the last value."""
        return self._values[-1]


@dataclass(slots=True)
class Agency:
    """One agency through time; it stays the same one whatever its name and code.

    `below` are the agencies founded directly below it; `entered_on` is the day of its entry.
    """

    stream_id: UUID
    level: AgencyLevel
    parent: Agency | None
    founded_on: date
    closed_on: date | None = None
    successor_code: str | None = None
    codes: Timeline[str] = field(default_factory=Timeline)
    names: Timeline[str] = field(default_factory=Timeline)
    below: list[Agency] = field(default_factory=list, repr=False, compare=False)
    entered_on: date = date.min

    def exists_on(self, day: date) -> bool:
        """Say whether the agency exists on `day`."""
        return self.founded_on <= day and (self.closed_on is None or day < self.closed_on)

    def is_superior_on(self, day: date) -> bool:
        """Say whether it exists on `day` with an agency directly below it, both entered by then."""
        return self.is_known_on(day) and any(agency.is_known_on(day) for agency in self.below)

    def is_known_on(self, day: date) -> bool:
        """Say whether it exists on `day` and was entered by the end of it."""
        return self.exists_on(day) and self.entered_on <= day

    def code_on(self, day: date) -> str:
        """Return the code it bears on `day` (its first one before it was founded)."""
        return self.codes.on(day) or self.codes.on(self.founded_on) or self.codes.latest()

    def name_on(self, day: date) -> str:
        """Return the name it bears on `day`."""
        return self.names.on(day) or self.names.on(self.founded_on) or self.names.latest()

    def line_upwards(self) -> Iterator[Agency]:
        """Yield the agency itself, then each superior up to the city."""
        agency: Agency | None = self
        while agency is not None:
            yield agency
            agency = agency.parent

    def is_at_or_below(self, other: Agency) -> bool:
        """Say whether `other` is this agency or one of its superiors."""
        return any(agency is other for agency in self.line_upwards())


@dataclass(slots=True)
class StaffMember:
    """One person on staff through time."""

    staff_id: str
    stream_id: UUID
    name: str
    agency_codes: Timeline[str | None] = field(default_factory=Timeline)
    roles: Timeline[frozenset[Role]] = field(default_factory=Timeline)
    certificates: list[CertificateRecorded] = field(default_factory=list)

    def roles_on(self, day: date) -> frozenset[Role]:
        """Return the roles that count on `day`: where Article 61 asks for a certificate, with a valid one."""
        if self.agency_codes.on(day) is None:
            return frozenset()
        held = self.roles.on(day) or frozenset()
        return frozenset(
            role
            for role in held
            if role not in ROLES_WITH_CERTIFICATE or self.is_certified(role, day)
        )

    def is_certified(self, role: Role, day: date) -> bool:
        """Say whether a certificate for `role` is valid on `day` (Article 61)."""
        return any(
            certificate.role is role
            and certificate.valid_from <= day
            and (certificate.valid_until is None or day <= certificate.valid_until)
            for certificate in self.certificates
        )


class Directory:
    """All agencies and staff. `version` is the log position of the last event folded in."""

    def __init__(self) -> None:
        self.version = 0
        self._agencies: dict[UUID, Agency] = {}
        self._by_code: dict[str, list[Agency]] = {}
        self._staff: dict[str, StaffMember] = {}
        self._staff_by_stream: dict[UUID, StaffMember] = {}

    @property
    def is_empty(self) -> bool:
        """Say whether no agency was ever founded."""
        return not self._agencies

    def apply(self, recorded: RecordedEvent) -> None:
        """Fold one event in. Events of other aggregates change nothing."""
        event = recorded.event
        match event:
            case AgencyFounded():
                parent = (
                    self.find(event.parent_code, event.effective_on) if event.parent_code else None
                )
                agency = Agency(recorded.stream_id, event.level, parent, event.effective_on)
                agency.entered_on = shanghai_day(recorded.recorded_at)
                if parent is not None:
                    parent.below.append(agency)
                agency.names.put(event.effective_on, event.name)
                self._agencies[recorded.stream_id] = agency
                self._bear(agency, event.code, event.effective_on)
            case AgencyRenamed():
                self._agencies[recorded.stream_id].names.put(event.effective_on, event.name)
            case AgencyRecoded():
                self._bear(self._agencies[recorded.stream_id], event.code, event.effective_on)
            case AgencyClosed():
                agency = self._agencies[recorded.stream_id]
                agency.closed_on = event.effective_on
                agency.successor_code = event.successor_code
            case StaffJoined():
                known = self._staff.get(event.staff_id)
                member = known or StaffMember(event.staff_id, recorded.stream_id, event.name)
                member.name = event.name
                member.agency_codes.put(event.effective_on, event.agency_code)
                member.roles.put(event.effective_on, frozenset(event.roles))
                self._staff[event.staff_id] = member
                self._staff_by_stream[recorded.stream_id] = member
            case StaffRolesChanged():
                member = self._staff_by_stream[recorded.stream_id]
                member.roles.put(event.effective_on, frozenset(event.roles))
            case StaffMoved():
                member = self._staff_by_stream[recorded.stream_id]
                member.agency_codes.put(event.effective_on, event.agency_code)
            case CertificateRecorded():
                self._staff_by_stream[recorded.stream_id].certificates.append(event)
            case StaffLeft():
                self._staff_by_stream[recorded.stream_id].agency_codes.put(event.effective_on, None)
            case _:
                return
        self.version = max(self.version, recorded.position)

    def _bear(self, agency: Agency, code: str, day: date) -> None:
        agency.codes.put(day, code)
        bearers = self._by_code.setdefault(code, [])
        if agency not in bearers:
            bearers.append(agency)

    def agency(self, stream_id: UUID) -> Agency | None:
        """Return the agency of a stream, present or former, whatever it is called."""
        return self._agencies.get(stream_id)

    def find(self, code: str, day: date) -> Agency | None:
        """Return the agency that bears `code` on `day`, None where there is none."""
        for agency in self._by_code.get(code, ()):
            if agency.exists_on(day) and agency.code_on(day) == code:
                return agency
        return None

    def is_taken(self, code: str, day: date) -> bool:
        """Say whether an agency bears `code` on `day` or will bear it later."""
        return any(
            (agency.closed_on is None or day < agency.closed_on) and code in agency.codes.since(day)
            for agency in self._by_code.get(code, ())
        )

    def holder(self, code: str, day: date) -> Agency | None:
        """Return who answers on `day` for records made under `code`.

        That is the agency that bears or bore the code, or, once it is closed, its successor.
        """
        bearers = self._by_code.get(code, ())
        agency = self.find(code, day) or (bearers[-1] if bearers else None)
        return self.heir(agency, day) if agency else None

    def heir(self, agency: Agency, day: date) -> Agency | None:
        """Return the agency while it exists, then whoever came after it.

        One that is closed without a successor is its own heir; None for a successor that never was.
        """
        seen: set[UUID] = set()
        while not agency.exists_on(day) and agency.stream_id not in seen:
            seen.add(agency.stream_id)
            if agency.successor_code is None or agency.closed_on is None:
                return agency
            successor = self.find(agency.successor_code, agency.closed_on)
            if successor is None:
                return None
            agency = successor
        return agency

    def agencies(self, day: date) -> list[Agency]:
        """Return every agency that exists on `day`, by code."""
        # A list, because another thread may be reading new agencies in.
        present = (agency for agency in list(self._agencies.values()) if agency.exists_on(day))
        return sorted(present, key=lambda agency: agency.code_on(day))

    def directly_below(self, superior: Agency, day: date) -> list[Agency]:
        """Return the agencies that `superior` supervises directly on `day`, by code."""
        return [agency for agency in self.agencies(day) if agency.parent is superior]

    def codes_below(self, superior: Agency) -> dict[str, Agency]:
        """Return every code ever borne at or below `superior`, with its agency."""
        return {
            code: agency
            for code, bearers in list(self._by_code.items())
            for agency in bearers
            if agency.is_at_or_below(superior)
        }

    def codes_answered_for(self, agency: Agency, day: date) -> list[str]:
        """Return the codes for whose records `agency` itself answers on `day`."""
        return sorted(code for code in list(self._by_code) if self.holder(code, day) is agency)

    def acting_code(self, agency: Agency, day: date) -> str:
        """Return the code under which somebody acts on `day` for what `agency` left to be done.

        That is its own, or, once it is closed, that of its successor or else of the nearest superior
        that is left.
        """
        heir = self.heir(agency, day) or agency
        for one in (heir, *agency.line_upwards()):
            if one.exists_on(day):
                return one.code_on(day)
        return agency.codes.latest()

    def codes_of_staff(self, role: Role | None = None) -> set[str]:
        """Return every code under which anybody is, was, or will be on the staff, in a role if given."""
        return {
            code
            for member in list(self._staff.values())
            if role is None or any(role in held for held in member.roles.values())
            for code in member.agency_codes.values()
            if code is not None
        }

    def present_code(self, agency: Agency, day: date) -> str:
        """Return a code by which `holder` finds on `day` who answers for what `agency` did."""
        heir = self.heir(agency, day) or agency
        return heir.code_on(day)

    def every_agency(self) -> list[Agency]:
        """Return every agency that exists, existed or will exist, in the order of their entry."""
        return list(self._agencies.values())

    def codes_held(self, superior: Agency, day: date) -> list[str]:
        """Return the codes for whose records `superior`, or an agency below it, answers on `day`."""
        return sorted(
            code
            for code in list(self._by_code)
            if (holder := self.holder(code, day)) and holder.is_at_or_below(superior)
        )

    def member(self, staff_id: str) -> StaffMember | None:
        """Return a member of staff, present or former."""
        return self._staff.get(staff_id)

    def members_of(self, agency: Agency, day: date) -> list[StaffMember]:
        """Return who is on the staff of `agency` on `day`, by id."""
        present = (
            member
            for member in list(self._staff.values())
            if (code := member.agency_codes.on(day)) is not None
            and self.holder(code, day) is agency
        )
        return sorted(present, key=lambda member: member.staff_id)

    def roles_by_agency(self, day: date) -> dict[UUID, frozenset[Role]]:
        """Return the roles that somebody on the staff of each agency has on `day` (Article 60)."""
        found: dict[UUID, frozenset[Role]] = {}
        for member in list(self._staff.values()):
            code = member.agency_codes.on(day)
            agency = self.holder(code, day) if code is not None else None
            if agency is not None:
                held = found.get(agency.stream_id, frozenset())
                found[agency.stream_id] = held | member.roles_on(day)
        return found
