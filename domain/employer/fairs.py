"""An employer's part in job fairs, as its ledger tells it (Articles 43 and 50)."""

from __future__ import annotations

from uuid import UUID

from ..events import Event


class FairJoined(Event, name="employer_ledger.fair_joined"):
    """The employer was admitted to a job fair with these vacancies."""

    fair_id: UUID
    vacancy_ids: tuple[UUID, ...]


class FairLeft(Event, name="employer_ledger.fair_left"):
    """The employer takes part in a job fair no more, or only without these vacancies (none: not at all)."""

    fair_id: UUID
    vacancy_ids: tuple[UUID, ...]
    reason: str


class ReferralMadeAtFair(Event, name="referral.made_at_fair"):
    """A referral was made at a job fair."""

    fair_id: UUID
    referral_id: UUID
    vacancy_id: UUID


class FairResultKnown(Event, name="employer_ledger.fair_result_known"):
    """What came of a job fair for the employer, as of the day: agreements, and people who started."""

    fair_id: UUID
    agreements: int
    started: int
