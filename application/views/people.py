"""What queries about persons return: by ledger number, never by who somebody is (Article 51)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from .service import LedgerEntry, View


class CaseView(View):
    """An assistance case as it stands."""

    case_id: UUID
    person_id: UUID
    number: int
    agency_code: str
    specialist_id: str
    signed_on: date
    assisted_since: date
    stage: str
    stage_since: date
    job_ready: bool | None
    unready_for: str | None
    category: str | None
    plan_made_on: date | None
    plan_revisions: int
    guidance: int
    programmes: int
    referrals: int
    referrals_failed: int
    visits: int
    consultations: int
    started_work_on: date | None
    work: str | None
    stable_one_on: date | None
    stable_three_on: date | None
    stable_six_on: date | None
    placed_on: date | None
    placed_until: date | None
    transfer_to: str | None
    """The agency to which a transfer is under way."""
    transferred_to: str | None
    ended_on: date | None
    ending: str | None


class JobSeekerView(View):
    """A job seeker's ledger as it stands; `cases` are the assistance cases, the first one first."""

    person_id: UUID
    ledger_number: str
    agency_code: str
    opened_on: date
    channel: str
    residence_area: str | None
    household: str | None
    education: str | None
    skill_level: str | None
    registered_on: date | None
    level: int | None
    level_on: date | None
    status_registration: str | None
    recognised_as: str | None
    named_groups: tuple[str, ...]
    job_ready: bool | None
    occupations: tuple[str, ...]
    areas: tuple[str, ...]
    monthly_pay_from: int | None
    full_time: bool | None
    training_wanted: tuple[str, ...]
    services_wanted: tuple[str, ...]
    hindrances: tuple[str, ...]
    willing: str | None
    """The answer of the last survey."""
    surveyed_on: date | None
    surveys: int
    follow_ups: int
    needs_file_on: date | None
    guidance: int
    referrals: int
    last_contact_on: date | None
    """In the ledger or in a case, whichever was later."""
    ceased_on: date | None
    ceased_for: str | None
    """The rule by which services ceased."""
    employed_on: date | None
    employed_as: str | None
    search_archived_on: date | None
    merged_ids: tuple[UUID, ...] = ()
    """Ledgers that were found to be this person's, too, and were merged into this one."""
    cases: tuple[CaseView, ...] = ()


class SectionView(View):
    """A section of a person's ledger, oldest entry first."""

    section: str
    label_zh: str
    entries: tuple[LedgerEntry, ...]


class PersonLedgerView(View):
    """A person's ledger by the sections of Articles 17 and 32, from all streams of the person."""

    job_seeker: JobSeekerView
    sections: tuple[SectionView, ...]
    shows_personal_data: bool
    """Whether personal fields are shown; where they are not, they are left out."""


class StageSpell(View):
    """A time in which a case stood at one stage; `until` None is the present one."""

    stage: str
    label_zh: str
    since: date
    until: date | None
    agency_code: str
    specialist_id: str
    cause: str
    """The stored name of the event that brought the stage about."""


class PlannedStage(View):
    """A stage of the action plan against what happened; title and goal None where they are not shown."""

    number: int
    title: str | None = None
    goal: str | None = None
    begins_on: date
    until: date
    revision: int
    """The revision of the plan that the dates are from; 0 is the plan as first made."""
    reached_on: date | None = None
    achieved: bool | None = None
    dropped: bool = False
    """Whether a revision left the stage out before it was reached."""

    @property
    def days_late(self) -> int | None:
        """Days between the planned and the real end, negative before it; None while it is not reached."""
        return None if self.reached_on is None else (self.reached_on - self.until).days


class PlanRevision(View):
    """When and why the plan was changed."""

    revision: int
    revised_on: date
    cause: str


class ProgrammeLine(View):
    """A training or internship: its dates as last planned, and how it ended."""

    programme_id: UUID
    programme: str
    title: str
    starts_on: date
    ends_on: date
    ended_on: date | None = None
    completed: bool | None = None


class CourseDuty(View):
    """A duty of a case and what became of it: met, late, missed (open after its day) or open."""

    duty: str
    title_zh: str
    rule: str
    citation: str
    agency_code: str
    staff_id: str
    arose_on: date
    due_on: date
    closed_on: date | None
    outcome: str


class CaseCourse(View):
    """A case's course: its stages, its plan against what happened, and its duties, met and missed."""

    case: CaseView
    stages: tuple[StageSpell, ...]
    plan: tuple[PlannedStage, ...]
    revisions: tuple[PlanRevision, ...]
    programmes: tuple[ProgrammeLine, ...]
    gap_days: int | None
    """Days between the end of the agreement before a transfer and this one; None without one before."""
    duties: tuple[CourseDuty, ...]
    shows_personal_data: bool
    """Whether it is shown what the stages of the plan are about."""

    def of_outcome(self, outcome: str) -> tuple[CourseDuty, ...]:
        """Return the duties with this outcome."""
        return tuple(duty for duty in self.duties if duty.outcome == outcome)


class PersonCounts(View):
    """How many persons stand where, at one agency and whatever is below it."""

    agency_code: str
    name: str
    ledgers: int = 0
    registered: int = 0
    by_level: dict[int, int] = Field(default_factory=dict)
    """Those registered who are graded, by level."""
    in_assistance: int = 0
    placed: int = 0
    employed: int = 0
    stable_one: int = 0
    stable_three: int = 0
    stable_six: int = 0
    ceased: int = 0
    overdue: dict[str, int] = Field(default_factory=dict)
    """Duties to persons that are open after their day, by rule."""


class CountsView(View):
    """Counts of an agency: all together, then its own and those of each agency directly below it."""

    day: date
    total: PersonCounts
    agencies: tuple[PersonCounts, ...]


class TrainingNeed(View):
    """Who wants a training: how many job seekers, and how many people at how many employers.

    Each together and by the agency that holds the ledger.
    """

    training: str
    job_seekers: int = 0
    by_agency: dict[str, int] = Field(default_factory=dict)
    employers: int = 0
    trainees: int = 0
    trainees_by_agency: dict[str, int] = Field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many people are to be trained."""
        return self.job_seekers + self.trainees


class TrainingNeedsView(View):
    """Training needs of job seekers and employers summed up (Article 54), what most want first.

    Of the job seekers, `unspecified` want training and do not say which; `lacking_skills` are in
    assistance and were found not ready for want of skills.
    """

    agency_code: str
    day: date
    needs: tuple[TrainingNeed, ...]
    unspecified: int
    lacking_skills: int


class JobSeekerInformation(View):
    """A job seeker's information as it may be published: no identity, no number, no agency's ledger."""

    registered_on: date
    education: str | None
    skill_level: str | None
    job_ready: bool | None
    occupations: tuple[str, ...]
    areas: tuple[str, ...]
    monthly_pay_from: int | None
    full_time: bool | None


class OfferedVacancy(View):
    """A published vacancy that matches a person, with the reasons (Article 15)."""

    vacancy_id: UUID
    credit_code: str
    employer_name: str
    agency_code: str
    title: str
    place: str | None
    places_left: int | None
    valid_until: date | None
    score: int
    reasons: tuple[str, ...]
    tool: str
    """The tool that found the match, with its version."""

    @property
    def referral_reasons(self) -> tuple[str, ...]:
        """The reasons as a referral carries them, with the tool that gave them."""
        return (*self.reasons, f"匹配度{self.score}（{self.tool}）")


class MatchedJobSeeker(View):
    """A job seeker who matches a vacancy (Article 40), for the staff of an agency.

    The employer is shown `information` and `reasons`: nothing in them names the person or leads to a
    ledger (Article 51).
    """

    person_id: UUID
    ledger_number: str
    information: JobSeekerInformation
    score: int
    reasons: tuple[str, ...]
    tool: str

    @property
    def referral_reasons(self) -> tuple[str, ...]:
        """The reasons as a referral carries them, with the tool that gave them."""
        return (*self.reasons, f"匹配度{self.score}（{self.tool}）")


class SurveyCounts(View):
    """Results of willingness surveys at one agency and whatever is below it."""

    agency_code: str
    name: str
    surveys: int = 0
    first_surveys: int = 0
    by_answer: dict[str, int] = Field(default_factory=dict)
    by_method: dict[str, int] = Field(default_factory=dict)
    put_off: dict[str, int] = Field(default_factory=dict)
    """Willing, but the follow-up may wait: by the cause."""
    unwilling_by_hindrance: dict[str, int] = Field(default_factory=dict)
    """Unwilling: by what the needs file says stands in the way; "" for one that names nothing."""
    without_needs_file: int = 0
    """Surveys of people whose needs file was not opened (Article 20)."""


class SurveyResults(View):
    """Survey results of a time: all together, then by agency as in `CountsView`."""

    since: date
    until: date
    total: SurveyCounts
    agencies: tuple[SurveyCounts, ...]
