"""An employer's part in job fairs, as its ledger tells it (Articles 43 and 50), and whom it hired through them.

Who started work through a fair becomes known in two ways: by name, as the outcome of a referral, and as a
total that the employer is asked for. A total includes those known by name; so of one fair and vacancy the
larger of the two numbers counts, and nobody fills two positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from ..aggregate import changed_by
from ..errors import RuleBroken
from ..events import Event, RecordedEvent

if TYPE_CHECKING:
    from .ledger import EmployerLedger


# --- events -----------------------------------------------------------------------------------


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


class VacancyFilledAtFair(Event, name="vacancy.filled_at_fair"):
    """So many started work on a vacancy through a fair, by the total that the employer told.

    `counted` is by how many that changes the positions filled: fewer than `started` where some are known
    by their referrals, less than 0 where an earlier total is corrected.
    """

    fair_id: UUID
    vacancy_id: UUID
    started: int = Field(ge=0)
    counted: int


# --- state ------------------------------------------------------------------------------------


@dataclass(slots=True)
class FairHires:
    """Who started on a vacancy through a fair: known by their referrals, and told as a total."""

    referred: int = 0
    told: int = 0

    @property
    def count(self) -> int:
        """Return how many positions they fill."""
        return max(self.referred, self.told)


def hires_of(ledger: EmployerLedger, vacancy_id: UUID, fair_id: UUID) -> FairHires:
    """Return what is known of a vacancy and a fair, to be changed."""
    return ledger.fair_hires.setdefault(vacancy_id, {}).setdefault(fair_id, FairHires())


@changed_by(ReferralMadeAtFair)
def _made_at_fair(ledger: EmployerLedger, event: ReferralMadeAtFair, _: RecordedEvent) -> None:
    referral = ledger.referrals.get(event.referral_id)
    if referral is not None:
        referral.fair_id = event.fair_id


@changed_by(VacancyFilledAtFair)
def _filled(ledger: EmployerLedger, event: VacancyFilledAtFair, _: RecordedEvent) -> None:
    hires_of(ledger, event.vacancy_id, event.fair_id).told = event.started
    vacancy = ledger.vacancies.get(event.vacancy_id)
    if vacancy is not None:
        vacancy.filled += event.counted


# --- decisions --------------------------------------------------------------------------------


def is_told(ledger: EmployerLedger, vacancy_id: UUID, fair_id: UUID | None) -> bool:
    """Say whether one more who is known by name is among those whom the fair's total told."""
    known = ledger.fair_hires.get(vacancy_id, {}).get(fair_id) if fair_id is not None else None
    return known is not None and known.referred < known.told


def fill(ledger: EmployerLedger, fair_id: UUID, started: Mapping[UUID, int]) -> list[Event]:
    """Count in each vacancy who started through a fair, by the totals told; told again, nothing changes.

    Raises RuleBroken 43.4 where that would fill more positions than a vacancy has. An archived one is
    counted, too: the fair is asked about after its vacancies are over.
    """
    filled: list[Event] = []
    for vacancy_id, total in started.items():
        known = ledger.fair_hires.get(vacancy_id, {}).get(fair_id, FairHires())
        if known.told == total:
            continue
        counted = FairHires(known.referred, total).count - known.count
        vacancy = ledger.vacancies.get(vacancy_id)
        if counted > 0 and vacancy is not None and vacancy.headcount is not None:
            left = max(vacancy.headcount - vacancy.filled, 0)
            if counted > left:
                raise RuleBroken(
                    "43.4",
                    f"{left} of the {vacancy.headcount} positions of the vacancy {vacancy_id} are left, and "
                    f"{counted} more would have started: correct the figure, or the headcount first",
                )
        filled.append(
            VacancyFilledAtFair(
                fair_id=fair_id, vacancy_id=vacancy_id, started=total, counted=counted
            )
        )
    return filled
