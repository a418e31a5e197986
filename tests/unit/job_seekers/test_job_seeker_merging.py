"""Two ledgers found to be one person's: nothing is lost, and the one given up points to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer.services import GuidanceKind, ReferralOutcome
from taizhang.domain.errors import InvalidInput, NotFound
from taizhang.domain.events import Event
from taizhang.domain.job_seeker import merging, registration, search
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.job_seeker.guidance import GuidanceBooked
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.merging import LedgerMergedFrom, LedgerMergedInto
from taizhang.domain.job_seeker.search import Employed, EmploymentKind
from taizhang.domain.job_seeker.status import (
    AdviceCalledFor,
    AssistanceCalledFor,
    GroupNamed,
    NamedBy,
)
from taizhang.domain.job_seeker.surveys import SurveyAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.job_seekers.conftest import Person

OTHER = UUID(int=77)


@pytest.fixture
def other(person: Person) -> Person:
    """Return the same person under another document."""
    twin = type(person)()
    twin.person_id = OTHER
    return twin


def merge(person: Person, other: Person) -> tuple[list[Event], list[Event]]:
    found: list[tuple[list[Event], list[Event]]] = []

    def decide(ledger: JobSeekerLedger, occasion: Occasion) -> list[Event]:
        found.append(
            merging.merge(
                ledger, person.person_id, other.ledger, OTHER, occasion, "换发证件", "户籍证明"
            )
        )
        return found[0][0]

    person.when(decide)
    person.then_happens()
    other.given(*found[0][1])
    return found[0]


@pytest.mark.rule("9.1")
def test_the_one_given_up_points_to_the_one_that_goes_on(person: Person, other: Person) -> None:
    here, there = merge(person.given_open(), other.given_open())
    assert [type(event) for event in here] == [LedgerMergedFrom]
    pointer = LedgerMergedInto(
        survivor_id=person.person_id, reason="换发证件", evidence="户籍证明",
        agency_code=person.ledger.agency_code,
    )  # fmt: skip
    assert there == [pointer]
    other.when(
        lambda ledger, occasion: registration.register(ledger, occasion, other.registered())
    ).then_refused(InvalidInput, f"merged into {person.person_id}")


@pytest.mark.rule("9.1")
def test_nothing_that_is_open_is_lost(person: Person, other: Person) -> None:
    other.given_referred().given(
        other.graded(4),
        other.out_of_work(),
        other.recognised(),
        GroupNamed(group="退役军人", named_by=NamedBy.CITY, since=other.day),
        GuidanceBooked(
            booking_id=UUID(int=5),
            guidance=GuidanceKind.GENERAL,
            about="",
            booked_for=other.day,
            district_code=None,
        ),
        other.surveyed(SurveyAnswer.WILLING, 2),
    )
    merge(person.later(3).given_open(), other)
    ledger, old = person.ledger, other.ledger
    assert ledger.opened_on == old.opened_on
    assert ledger.registration == old.registration
    assert ledger.grading == old.grading
    assert ledger.search == old.search
    assert ledger.guidance == old.guidance
    assert ledger.surveys.follow_ups == 2
    assert (ledger.status.registration, ledger.status.recognised) == ("unemployment", True)
    assert ledger.status.groups == ["退役军人"]
    person.when(
        lambda ledger, _: search.learn_outcome(
            ledger, other.referral_id, ReferralOutcome.NOT_HIRED, None
        )
    ).then_happens()


@pytest.mark.rule("13.1", "13.2")
def test_what_the_two_show_together_has_its_consequence(person: Person, other: Person) -> None:
    person.given_registered().given(person.graded(3))
    here, _ = merge(person, other.given_open().given(other.out_of_work(), other.recognised()))
    assert [type(event) for event in here[1:]] == [AssistanceCalledFor]


@pytest.mark.rule("13.2")
def test_advice_is_called_for_where_something_is_missing_still(
    person: Person, other: Person
) -> None:
    other.given_registered().given(other.graded(3), other.out_of_work())
    here, _ = merge(person.given_open(), other)
    assert [type(event) for event in here[1:]] == [AdviceCalledFor]


@pytest.mark.rule("13.3")
def test_who_was_served_under_either_number_is_served(person: Person, other: Person) -> None:
    merge(person.given_ceased(), other.given_open())
    assert person.ledger.contact.ceased is None


def test_who_ceased_under_both_stays_so(person: Person, other: Person) -> None:
    merge(person.given_ceased(), other.given_ceased(Ground.UNWILLING))
    assert person.ledger.contact.ceased is Ground.OUT_OF_CONTACT


def test_what_is_due_goes_on(person: Person, other: Person) -> None:
    other.given_open().given(other.recognised(), other.surveyed(SurveyAnswer.WILLING))
    here, _ = merge(person.given_open().given(person.out_of_work()), other)
    merged = here[0]
    assert isinstance(merged, LedgerMergedFrom)
    assert merged.follow_up_from == other.day
    assert merged.out_of_work_silent_since == other.day
    assert merged.unfiled_since is None
    assert person.ledger.surveys.follow_up_from == other.day


def test_an_unfiled_search_is_to_be_filed(person: Person, other: Person) -> None:
    other.given_registered().given(
        Employed(
            kind=EmploymentKind.FLEXIBLE, started_on=other.day, referral_id=None, ends_search=True
        )
    )
    here, _ = merge(person.given_open(), other)
    assert isinstance(here[0], LedgerMergedFrom)
    assert here[0].unfiled_since == other.day


@pytest.mark.parametrize("case", ["itself", "unopened", "merged"])
def test_only_two_ledgers_that_stand_are_merged(person: Person, other: Person, case: str) -> None:
    person.given_open()
    prepare: dict[str, Callable[[], object]] = {
        "itself": lambda: None,
        "unopened": lambda: None,
        "merged": lambda: other.given_open().given(
            LedgerMergedInto(survivor_id=UUID(int=9), reason="", evidence="")
        ),
    }
    prepare[case]()
    merged_id = person.person_id if case == "itself" else OTHER
    person.when(
        lambda ledger, occasion: merging.merge(
            ledger, person.person_id, other.ledger, merged_id, occasion, "换发证件", "证明"
        )[0]
    ).then_refused(NotFound if case == "unopened" else InvalidInput)
