"""What is told about proof: seals, what a verification found, and who read personal data."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from .service import View


class SealView(View):
    """A seal: what the log was up to a position, signed. `day` is given where it ends that day."""

    number: int
    position: int
    events: int
    chain: str
    day: date | None
    sealed_at: datetime
    key_id: str


class Fault(StrEnum):
    """What is wrong with a part of the log, or with what is kept beside it."""

    CHANGED = "changed"
    """An event is not what its digest says."""
    MISSING = "missing"
    """An event that others speak of is not there."""
    ORDER = "order"
    """An event stands at another place than it was recorded at."""
    CHAIN = "chain"
    """The log up to a position is not what was sealed there."""
    CUT = "cut"
    """The log ends before what speaks of it."""
    SEAL = "seal"
    """A seal was changed, put in or taken out, or is by no key that is known."""
    KEY = "key"
    """A key is not the one that was kept."""
    COMMAND = "command"
    """An event and the command that it names do not fit."""
    DOCUMENT = "document"
    """What was issued is not what is kept."""
    ANCHOR = "anchor"
    """The log is not what an anchor says that was printed."""
    PROTECTION = "protection"
    """What keeps the tables from being changed was taken off."""


class Finding(View):
    """One thing found wrong: what, where, and what differs."""

    fault: Fault
    what: str
    position: int | None = None
    stream_id: UUID | None = None
    version: int | None = None
    seal: int | None = None


class Verification(View):
    """What a verification looked at and found.

    `after` is the position after which events were verified, `head` that of the last event. Events
    beyond `sealed_to` stand on their digests alone.
    """

    after: int
    head: int
    events: int
    seals: int
    sealed_to: int
    unsealed: int
    key_ids: tuple[str, ...]
    findings: tuple[Finding, ...]
    more_findings: int = 0
    """How many were found beyond those that are listed."""
    notes: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


class PackView(View):
    """An audit pack that was written; `manifest_digest` is the SHA-256 of its manifest, which names all files."""

    path: str
    events: int
    streams: int
    seals: int
    sealed_to: int
    manifest_digest: str


class AccessView(View):
    """One reading of personal data: who read whose, for which agency, when, for what and why."""

    position: int
    read_at: datetime
    staff_id: str
    agency_code: str
    person_id: UUID
    ledger_id: UUID
    ledger_agency_code: str
    purpose: str
    purpose_zh: str
    reason: str
