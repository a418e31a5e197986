"""Who acts in the benchmarks, for which agency, on which day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ...domain.calendar import SHANGHAI
from ...domain.events import Event, RecordedEvent
from ...domain.organisation.agency import AgencyFounded, AgencyLevel, agency_stream
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Actor
from ...domain.organisation.staff import CertificateRecorded, Role, StaffJoined, staff_stream

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
CITY = "110000"
DISTRICTS = tuple(f"1101{place:02}" for place in range(1, 18))
AGENCY = DISTRICTS[4]


def submitter(agency_code: str = AGENCY) -> Actor:
    """Return who takes vacancies in and submits them."""
    return Actor(staff_id=f"c{agency_code}", agency_code=agency_code)


def reviewer(agency_code: str = AGENCY) -> Actor:
    """Return who reviews them."""
    return Actor(staff_id=f"r{agency_code}", agency_code=agency_code)


def founding() -> list[tuple[UUID, Event]]:
    """Return the events by which the agencies and their staff came to be."""
    day = date(2019, 1, 1)
    found: list[tuple[UUID, Event]] = [
        (
            agency_stream(CITY, day),
            AgencyFounded(
                code=CITY, name="市中心", level=AgencyLevel.CITY, parent_code=None, effective_on=day
            ),
        )
    ]
    for code in DISTRICTS:
        founded = AgencyFounded(
            code=code,
            name=f"第{int(code[4:])}区中心",
            level=AgencyLevel.DISTRICT,
            parent_code=CITY,
            effective_on=day,
        )
        found.append((agency_stream(code, day), founded))
        for actor, role in (
            (submitter(code), Role.COUNSELLOR),
            (reviewer(code), Role.INFORMATION_ANALYST),
        ):
            joined = StaffJoined(
                staff_id=actor.staff_id,
                name=f"职员{actor.staff_id}",
                agency_code=code,
                roles=(role,),
                effective_on=day,
            )
            certified = CertificateRecorded(
                role=role, title="资格证书", valid_from=day, valid_until=None
            )
            stream = staff_stream(actor.staff_id)
            found += [(stream, joined), (stream, certified)]
    return found


def directory() -> Directory:
    """Return the directory of these agencies, for peers that keep no events of them."""
    held = Directory()
    for position, (stream_id, event) in enumerate(founding(), 1):
        held.apply(
            RecordedEvent(
                event, stream_id, 1, position, TODAY, NOW, "system", CITY, UUID(int=position)
            )
        )
    return held
