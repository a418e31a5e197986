"""Commands about agencies and their staff (Articles 4, 60-65)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ...domain.aggregate import Aggregate
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.events import Event
from ...domain.organisation.agency import (
    AgencyClosed,
    AgencyCode,
    AgencyFounded,
    AgencyLevel,
    AgencyRecoded,
    AgencyRenamed,
    agency_stream,
)
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.powers import SYSTEM_STAFF_ID, Power
from ...domain.organisation.staff import (
    CertificateRecorded,
    Role,
    StaffId,
    StaffJoined,
    StaffLeft,
    StaffMoved,
    StaffRolesChanged,
    staff_stream,
)
from ..ports import Identities
from .base import Command, Context


@dataclass(slots=True)
class DirectoryStream(Aggregate):
    """The stream of an agency or member of staff: its state is kept by the directory, here only its length."""

    kind: ClassVar[str] = "directory_stream"


class OrganisationCommand(Command):
    """A command decided on the directory."""

    aggregate: ClassVar[type[Aggregate]] = DirectoryStream
    changes_directory: ClassVar[bool] = True

    effective_on: date

    def decide(self, aggregate: Aggregate, context: Context) -> list[Event]:
        """Return the events that follow on the directory."""
        return self.decide_on(context.directory, aggregate.version > 0)

    @abstractmethod
    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Return the events that follow; `exists` says whether the stream was begun."""


class AgencyCommand(OrganisationCommand):
    """A command about an agency that exists, by the code it bears on the day of the change."""

    power: ClassVar[Power] = Power.MANAGE_AGENCIES

    code: AgencyCode

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the agency that bears the code. Raises NotFound."""
        return _agency(directory, self.code, self.effective_on).stream_id

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency itself: its own administrator or a superior's may act."""
        return self.code


class FoundAgency(OrganisationCommand, name="found_agency"):
    """Found an agency below another; only the city has none above it (Article 4)."""

    power: ClassVar[Power] = Power.MANAGE_AGENCIES

    code: AgencyCode
    name: str = Field(min_length=1, max_length=100)
    level: AgencyLevel
    parent_code: AgencyCode | None = None

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the stream of the new agency."""
        return agency_stream(self.code, self.effective_on)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the superior, who founds it."""
        return self.parent_code

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Found it. Rule 4: the level above it is the one that the tree asks for."""
        _require_free(directory, self.code, self.effective_on)
        if self.level is AgencyLevel.CITY and not directory.is_empty:
            raise RuleBroken("4", "there is one city agency, and it is founded first")
        parent = self.parent_code and _agency(directory, self.parent_code, self.effective_on)
        if (parent.level if parent else None) is not self.level.superior:
            wanted = self.level.superior or "no"
            raise RuleBroken("4", f"a {self.level} agency stands below {wanted} agency")
        return [
            AgencyFounded(
                code=self.code,
                name=self.name,
                level=self.level,
                parent_code=self.parent_code,
                effective_on=self.effective_on,
            )
        ]


class RenameAgency(AgencyCommand, name="rename_agency"):
    """Give an agency another name as of a day."""

    name: str = Field(min_length=1, max_length=100)

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Rename it."""
        return [AgencyRenamed(name=self.name, effective_on=self.effective_on)]


class RecodeAgency(AgencyCommand, name="recode_agency"):
    """Give an agency another code as of a day; it stays the same agency."""

    new_code: AgencyCode

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Recode it."""
        _require_free(directory, self.new_code, self.effective_on)
        return [AgencyRecoded(code=self.new_code, effective_on=self.effective_on)]


class CloseAgency(AgencyCommand, name="close_agency"):
    """Close an agency as of a day; a successor takes over its records."""

    successor_code: AgencyCode | None = None

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Close it once nothing stands below it."""
        agency = _agency(directory, self.code, self.effective_on)
        below = directory.directly_below(agency, self.effective_on)
        if below:
            raise InvalidInput(
                f"{len(below)} agencies stand below {self.code}: close or move them first"
            )
        if self.successor_code is not None:
            successor = _agency(directory, self.successor_code, self.effective_on)
            if successor is agency:
                raise InvalidInput("an agency does not succeed itself", field="successor_code")
        return [AgencyClosed(successor_code=self.successor_code, effective_on=self.effective_on)]


def _agency(directory: Directory, code: str, day: date) -> Agency:
    agency = directory.find(code, day)
    if agency is None:
        raise NotFound(f"no agency bears the code {code} on {day}", field="code")
    return agency


def _require_free(directory: Directory, code: str, day: date) -> None:
    if directory.is_taken(code, day):
        raise InvalidInput(f"another agency bears the code {code} on {day} or later", field="code")


class StaffCommand(OrganisationCommand):
    """A command about a person who is on some staff."""

    power: ClassVar[Power] = Power.MANAGE_STAFF

    staff_id: StaffId

    def stream(self, identities: Identities, directory: Directory) -> UUID:
        """Return the person's stream."""
        return staff_stream(self.staff_id)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency whose staff the person is on. Raises NotFound for nobody."""
        member = context.directory.member(self.staff_id)
        code = member.agency_codes.on(self.effective_on) if member else None
        if code is None:
            raise NotFound(
                f"{self.staff_id} is on no staff on {self.effective_on}", field="staff_id"
            )
        return code


class EmployStaff(StaffCommand, name="employ_staff"):
    """Take a person on the staff of an agency (Article 60)."""

    name: str = Field(min_length=1, max_length=100)
    agency_code: AgencyCode
    roles: tuple[Role, ...] = Field(min_length=1)

    def owner(self, aggregate: Aggregate, context: Context) -> str | None:
        """Return the agency that employs."""
        return self.agency_code

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Employ the person, who is on no other staff that day."""
        _agency(directory, self.agency_code, self.effective_on)
        if self.staff_id == SYSTEM_STAFF_ID:
            raise InvalidInput("this id stands for the service itself", field="staff_id")
        member = directory.member(self.staff_id)
        if member is not None and member.agency_codes.on(self.effective_on) is not None:
            raise InvalidInput(f"{self.staff_id} is on a staff already", field="staff_id")
        return [
            StaffJoined(
                staff_id=self.staff_id,
                name=self.name,
                agency_code=self.agency_code,
                roles=self.roles,
                effective_on=self.effective_on,
            )
        ]


class ChangeStaffRoles(StaffCommand, name="change_staff_roles"):
    """Give a person other roles as of a day (Articles 60-65)."""

    roles: tuple[Role, ...] = Field(min_length=1)

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Change the roles."""
        return [StaffRolesChanged(roles=self.roles, effective_on=self.effective_on)]


class MoveStaff(StaffCommand, name="move_staff"):
    """Move a person to the staff of another agency as of a day."""

    agency_code: AgencyCode

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Move the person."""
        _agency(directory, self.agency_code, self.effective_on)
        return [StaffMoved(agency_code=self.agency_code, effective_on=self.effective_on)]


class RecordCertificate(StaffCommand, name="record_certificate"):
    """Record a certificate or attested skill for a role, with its validity (Article 61)."""

    role: Role
    title: str = Field(min_length=1)
    valid_from: date
    valid_until: date | None = None

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Record it."""
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise InvalidInput("the certificate ends before it begins", field="valid_until")
        return [
            CertificateRecorded(
                role=self.role,
                title=self.title,
                valid_from=self.valid_from,
                valid_until=self.valid_until,
            )
        ]


class EndStaff(StaffCommand, name="end_staff"):
    """Record that a person leaves the staff as of a day."""

    def decide_on(self, directory: Directory, exists: bool) -> list[Event]:
        """Record the leaving."""
        return [StaffLeft(effective_on=self.effective_on)]


ALL: tuple[type[Command], ...] = (
    FoundAgency,
    RenameAgency,
    RecodeAgency,
    CloseAgency,
    EmployStaff,
    ChangeStaffRoles,
    MoveStaff,
    RecordCertificate,
    EndStaff,
)
