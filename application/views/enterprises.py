"""What queries about key enterprises return (Articles 44 to 50)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from ...domain.key_enterprise.needs import StaffingNeeds
from .people import CourseDuty
from .service import View


class AgreementView(View):
    """An agreement as it stands, with what its records lack and what is late."""

    agreement_id: UUID
    credit_code: str
    name: str
    number: int
    agency_code: str
    specialist_id: str
    specialist_left: bool
    """Whether the specialist is no longer on any staff: the agency names another."""
    place: str
    industry_code: str
    signed_on: date
    valid_until: date
    served_since: date
    renewals: int
    stage: str
    past_term: bool
    """Whether the term is over and the expiry is not recorded yet."""
    team_on: date | None
    team_size: int
    needs_file_on: date | None
    needs_revised_on: date | None
    needs_revisions: int
    needs_quarter: date | None
    """The first day of the quarter of the hiring plan."""
    needs_planned: int
    """How many the enterprise plans to hire in it."""
    contacts: int
    last_contact_on: date | None
    """The last contact that left the needs file up to date."""
    guidance: int
    supports: int
    referrals: int
    hired: int
    follow_ups: int
    unmet: int
    guidance_plans: int
    hiring_plans: int
    effect_on: date | None
    effective: bool | None
    agreement_kept: bool | None
    no_longer_key: str | None
    transfer_to: str | None
    transferred_to: str | None
    ended_on: date | None
    ending: str | None
    missing_zh: tuple[str, ...]
    """What the records lack by Articles 46 to 48, in Chinese."""
    overdue: dict[str, int]
    """Duties to the enterprise that are open after their day, by rule."""


class NeedsFileVersion(View):
    """The staffing needs file as opened or revised on a day."""

    revision: int
    """0 as opened, then counted on."""
    stated_on: date
    agency_code: str
    staff_id: str
    reason: str
    content: StaffingNeeds


class MissingPart(View):
    """A part of the file that lacks something (Article 48)."""

    part: str
    label_zh: str
    fields: tuple[str, ...]
    text_zh: str


class NeedsFileView(View):
    """The staffing needs file: its present content, what is missing, and every version, the first one first."""

    agreement_id: UUID
    credit_code: str
    content: StaffingNeeds | None
    opened_on: date | None
    revised_on: date | None
    missing: tuple[MissingPart, ...]
    versions: tuple[NeedsFileVersion, ...]
    """Those of this agreement; one that a transfer brought along has its earlier ones in the agreement before."""


class QuarterContact(View):
    """A quarter in which the enterprise is contacted: kept, late, missed, still open, or no longer owed."""

    quarter: str
    begins_on: date
    due_on: date
    contacted_on: date | None
    outcome: str


class SpecialistSpell(View):
    """A time in which a specialist answered for the enterprise."""

    since: date
    agency_code: str
    specialist_id: str


class AgreementCourse(View):
    """An agreement's course: who answered for it, its quarters, and its duties, met and missed."""

    agreement: AgreementView
    specialists: tuple[SpecialistSpell, ...]
    quarters: tuple[QuarterContact, ...]
    duties: tuple[CourseDuty, ...]
    """All but the quarters' contacts."""
    gap_days: int | None
    """Days between the end of the agreement before a transfer and this one; None without one before."""


class EnterpriseCounts(View):
    """How many agreements stand where, at one agency and whatever is below it."""

    agency_code: str
    name: str
    in_force: int = 0
    without_file: int = 0
    incomplete_file: int = 0
    without_team: int = 0
    no_longer_key: int = 0
    in_transfer: int = 0
    awaiting_signature: int = 0
    """Transferred here, and not signed with yet."""
    past_term: int = 0
    hired: int = 0
    overdue: dict[str, int] = Field(default_factory=dict)
    """Duties to key enterprises that are open after their day, by rule."""


class EnterpriseCountsView(View):
    """Counts of an agency: all together, then its own and those of each agency directly below it."""

    day: date
    total: EnterpriseCounts
    agencies: tuple[EnterpriseCounts, ...]


class CatalogueView(View):
    """An edition of a catalogue of prohibited and restricted industries, as loaded for an area."""

    area_code: str
    edition: str
    in_force_from: date
    entries: int
    in_force: bool
    """Whether it is the one in force on the day asked about."""
