"""The job seeker ledger (个人服务台账): one per person, by the identity document (Articles 10-22).

Its parts are in the modules beside, each with its events, its share of the state, and its decisions.
Who the person is stays in encrypted events: nothing personal is in the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from ..aggregate import Aggregate, Change, Occasion, changes_of
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from ..person_ledger import Section as Section
from . import (
    appeals,
    contact,
    erasure,
    fairs,
    grading,
    guidance,
    merging,
    registration,
    search,
    status,
    surveys,
)
from .appeals import Appeal
from .contact import Contact
from .grading import Grading
from .guidance import Guidance
from .merging import Merging
from .registration import Household, Registration
from .search import Search
from .status import Status
from .surveys import Surveys


def section_of(event: Event) -> Section:
    """Return the section of the ledger in which an event is shown.

    Rule 17.
    """
    return _SECTIONS.get(type(event), Section.OTHER)


_SECTIONS: dict[type[Event], Section] = {
    **dict.fromkeys(
        (registration.JobSeekerLedgerOpened, registration.BasicsRecorded, registration.LedgerMoved,
         merging.LedgerMergedInto, merging.LedgerMergedFrom, erasure.JobSeekerErased),
        Section.BASICS,
    ),
    **dict.fromkeys(
        (registration.JobSeekingRegistered, registration.RefinedInformationRecorded, grading.Graded,
         status.StatusRegistered, status.StatusRegistrationEnded, status.Recognised,
         status.RecognitionEnded, status.GroupNamed, fairs.RegisteredAtFair),
        Section.REGISTRATION,
    ),
    **dict.fromkeys(
        (search.ReadinessJudged, search.Referred, search.ReferralOutcomeKnown, search.Employed,
         search.SearchArchived, fairs.ReferredAtFair),
        Section.REFERRALS_AND_HIRES,
    ),
    **dict.fromkeys(
        (guidance.GuidanceBooked, guidance.CounsellorAssigned, guidance.BookingCancelled,
         guidance.AptitudeAssessed, guidance.GuidanceGiven, guidance.LedTo, status.AdviceCalledFor,
         status.AdviceGiven),
        Section.GUIDANCE,
    ),
    **dict.fromkeys(
        (contact.Contacted, contact.ContactTried, contact.ReportedToRegistry,
         contact.ServicesCeased, contact.ServicesResumed, surveys.Surveyed),
        Section.TRACKING_CHECKS,
    ),
    **dict.fromkeys((surveys.NeedsFileOpened, surveys.NeedsFileChanged), Section.NEEDS_FILE),
}  # fmt: skip

CONTACTS: frozenset[type[Event]] = frozenset(
    {
        registration.JobSeekerLedgerOpened,
        registration.JobSeekingRegistered,
        registration.RefinedInformationRecorded,
        registration.LedgerMoved,
        grading.Graded,
        status.AdviceGiven,
        guidance.GuidanceBooked,
        guidance.BookingCancelled,
        guidance.AptitudeAssessed,
        guidance.GuidanceGiven,
        guidance.LedTo,
        search.ReadinessJudged,
        search.Referred,
        surveys.Surveyed,
        surveys.NeedsFileChanged,
        contact.Contacted,
        contact.ServicesResumed,
        appeals.AppealLodged,
    }
)
"""What the person has a part in, so that it counts as contact (Article 13, paragraph 3)."""


def is_contact(event: Event) -> bool:
    """Say whether the person was in contact: a survey that reached nobody is none.

    Rule 13.3.
    """
    if isinstance(event, surveys.Surveyed):
        return event.answer is not surveys.SurveyAnswer.NOT_REACHED
    return type(event) in CONTACTS


@dataclass(slots=True)
class JobSeekerLedger(Aggregate):
    """What decisions about a job seeker need."""

    kind: ClassVar[str] = "job_seeker_ledger"
    shape: ClassVar[int] = 3
    changes: ClassVar[dict[type[Event], Change]] = {}

    opened_on: date | None = None
    agency_code: str = ""
    residence_area: str | None = None
    household: Household | None = None
    registration: Registration = field(default_factory=Registration)
    grading: Grading = field(default_factory=Grading)
    status: Status = field(default_factory=Status)
    guidance: Guidance = field(default_factory=Guidance)
    search: Search = field(default_factory=Search)
    surveys: Surveys = field(default_factory=Surveys)
    contact: Contact = field(default_factory=Contact)
    appeals: dict[UUID, Appeal] = field(default_factory=dict)
    merging: Merging = field(default_factory=Merging)
    fairs: list[UUID] = field(default_factory=list)
    """The job fairs at which the person registered."""
    erased_on: date | None = None

    def apply(self, recorded: RecordedEvent) -> None:
        """Change the state by one recorded event, and note when the person was last in contact."""
        Aggregate.apply(self, recorded)
        if is_contact(recorded.event):
            last = self.contact.last_on
            self.contact.last_on = max(last or recorded.occurred_on, recorded.occurred_on)

    @property
    def is_open(self) -> bool:
        """Say whether the ledger was opened."""
        return self.opened_on is not None

    def weight(self) -> int:
        """Return about how many bytes the state takes."""
        return 600 + 300 * (
            len(self.search.referrals) + len(self.guidance.bookings) + len(self.appeals)
        )

    def require_not_merged(self) -> None:
        """Make sure that the ledger was not given up for another. Raises InvalidInput with which."""
        if self.merging.into is not None:
            raise InvalidInput(
                f"this ledger was merged into {self.merging.into}: use that one",
                field="job_seeker_id",
            )

    def require_open(self) -> None:
        """Make sure that this is the person's ledger.

        Raises NotFound where there is none, RuleBroken 51.2 where the person was erased.
        """
        self.require_not_merged()
        if not self.is_open:
            raise NotFound("this person has no ledger: open it first", field="job_seeker_id")
        if self.erased_on is not None:
            raise RuleBroken("51.2", f"this person was erased on {self.erased_on}")

    def require_served(self, occasion: Occasion) -> None:
        """Make sure that the person may be given services on the day.

        Rules 13.3, 21.2b, 21.3.
        """
        self.require_open()
        contact.require_serving(self)
        if self.opened_on is not None and occasion.occurred_on < self.opened_on:
            raise InvalidInput(f"the ledger was opened on {self.opened_on}", field="occurred_on")


JobSeekerLedger.changes.update(
    changes_of(
        registration,
        grading,
        status,
        guidance,
        search,
        surveys,
        contact,
        appeals,
        merging,
        erasure,
        fairs,
    )
)
