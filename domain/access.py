"""Access to personal data (个人信息查阅): who read whose, for which agency, when, for what and why (Article 51).

Each person has a stream of accesses of its own. The reason is a free text that could name somebody: it
goes with the person's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from .aggregate import Aggregate, Change
from .errors import InvalidInput
from .events import Event, Personal
from .organisation.agency import AgencyCode


class Purpose(StrEnum):
    """What personal data were read for."""

    AGENT_CONTACTS = "agent_contacts"
    LEDGER = "ledger"
    REGISTRY_REPORT = "registry_report"
    AUDIT_PACK = "audit_pack"

    @property
    def label_zh(self) -> str:
        """The purpose, as a supervisor reads it."""
        return {
            "agent_contacts": "查看单位经办人联系方式",
            "ledger": "查看个人服务台账",
            "registry_report": "向失业登记管理部门报告",
            "audit_pack": "导出审计材料",
        }[self]


# --- events -----------------------------------------------------------------------------------


class PersonalDataRead(Event, name="personal_data.read", subject="person_id"):
    """Somebody read personal fields of a person in clear, in a ledger that an agency holds."""

    person_id: UUID
    ledger_id: UUID
    ledger_agency_code: AgencyCode
    purpose: Purpose
    reason: Personal


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Accesses(Aggregate):
    """The accesses to one person's data; they are only added to."""

    kind: ClassVar[str] = "accesses"
    changes: ClassVar[dict[type[Event], Change]] = {}


def accesses_stream(person_id: UUID) -> UUID:
    """Return the stream of the accesses to a person's data."""
    return uuid5(NAMESPACE_URL, f"taizhang:accesses:{person_id}")


# --- decisions --------------------------------------------------------------------------------


def record_access(read: PersonalDataRead) -> list[Event]:
    """Record that data were read. Rule 51.2. Raises InvalidInput without a reason."""
    if not read.reason.strip():
        raise InvalidInput("whoever reads personal data says why", field="reason")
    return [read]
