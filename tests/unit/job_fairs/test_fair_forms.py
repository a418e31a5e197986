"""Paper registrations of a job fair, each entered once (Article 43)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.aggregate import Occasion
from taizhang.domain.errors import TaizhangError
from taizhang.domain.events import Event
from taizhang.domain.job_fair import registrations
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.planning import FairCancelled
from taizhang.domain.job_fair.registrations import (
    PaperBatchCorrected,
    PaperRegistrationEntered,
    PaperRegistrationsTaken,
)

from .conftest import BATCH, EMPLOYER, FIRST_DAY, OTHER, PERSON, Fair


def enter(
    person: UUID = PERSON, batch: UUID | None = BATCH
) -> Callable[[JobFair, Occasion], Sequence[Event]]:
    return lambda fair, o: registrations.enter(fair, o, person, batch)


class TestPaperRegistrations:
    @pytest.fixture
    def taken(self, fair: Fair) -> Fair:
        fair.given_planned().on(FIRST_DAY)
        return fair.given(PaperRegistrationsTaken(batch_id=BATCH, forms=2))

    @pytest.mark.rule("43.3")
    def test_they_are_taken_on_a_day_of_the_fair(self, fair: Fair) -> None:
        def take(fair: JobFair, occasion: Occasion) -> Sequence[Event]:
            return registrations.take(fair, occasion, BATCH, 2)

        fair.given_planned().when(take).invalid("give the day of it")
        fair.on(FIRST_DAY).when(take).then(PaperRegistrationsTaken(batch_id=BATCH, forms=2))
        fair.when(take).invalid("this id")
        fair.given(FairCancelled(reason="x")).when(take).refused("43.3", "cancelled")

    @pytest.mark.rule("43.3")
    @pytest.mark.parametrize(
        ("last_entry", "outcome"), [(date(2026, 11, 13), "met"), (date(2026, 11, 16), "late")]
    )
    def test_the_batch_is_entered_with_its_last_form(
        self, taken: Fair, last_entry: date, outcome: str
    ) -> None:
        taken.entered(date(2026, 11, 13)).when(enter()).then(
            PaperRegistrationEntered(batch_id=BATCH, person_id=PERSON, left=1)
        )
        duty = taken.duty("paper_registration_entry")
        assert (duty.outcome, duty.due_on, duty.item_id) == ("open", date(2026, 11, 13), BATCH)
        taken.when(enter()).invalid("is entered")
        taken.when(enter(OTHER))
        assert isinstance(taken.answer, list)
        # The entry took place on the day of entry, whatever the day of the fair.
        taken.on(last_entry).given(*taken.answer)
        assert taken.duty("paper_registration_entry").outcome == outcome
        taken.on(FIRST_DAY).entered(last_entry).when(enter(EMPLOYER)).refused("43.3", "every form")

    @pytest.mark.rule("43.3")
    def test_each_batch_is_a_duty_of_its_own(self, taken: Fair) -> None:
        taken.given(PaperRegistrationsTaken(batch_id=OTHER, forms=1))
        taken.given(PaperRegistrationEntered(batch_id=OTHER, person_id=PERSON, left=0))
        outcomes = {
            row.item_id: row.outcome
            for row in taken.duties()
            if row.duty == "paper_registration_entry"
        }
        assert outcomes == {BATCH: "open", OTHER: "met"}

    @pytest.mark.rule("43.3")
    def test_what_is_entered_later_names_its_batch(self, taken: Fair) -> None:
        taken.when(enter(batch=None)).then()  # entered there and then: no paper
        taken.entered(date(2026, 11, 13)).when(enter(batch=None)).refused("43.3", "name the batch")
        taken.when(enter(batch=OTHER)).invalid("no batch")
        taken.on(date(2026, 11, 13)).when(enter()).invalid("give the day of it")

    @pytest.mark.rule("43.3")
    def test_a_form_belongs_to_the_day_of_its_batch(self, fair: Fair) -> None:
        fair.given_planned(last_day=FIRST_DAY + timedelta(days=1)).on(FIRST_DAY)
        fair.given(PaperRegistrationsTaken(batch_id=BATCH, forms=2))
        fair.on(FIRST_DAY + timedelta(days=1)).when(enter()).invalid("filled in on 2026-11-12")

    @pytest.mark.rule("43.3")
    def test_a_miscounted_batch_is_corrected(self, taken: Fair) -> None:
        def correct(left: int) -> Callable[[JobFair, Occasion], Sequence[Event]]:
            return lambda fair, _: registrations.correct(fair, BATCH, left, "一份空白")

        taken.when(correct(2)).then()
        taken.when(correct(0)).then(PaperBatchCorrected(batch_id=BATCH, left=0, reason="一份空白"))
        assert taken.duty("paper_registration_entry").outcome == "met"
        taken.when(correct(1)).invalid("no batch")

    @pytest.mark.rule("43.3")
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.randoms(use_true_random=False))
    def test_whatever_the_order_all_forms_are_entered_once(
        self, sizes: list[int], random: Random
    ) -> None:
        fair = Fair().given_planned().on(FIRST_DAY)
        forms = []
        for number, size in enumerate(sizes):
            batch = UUID(int=5000 + number)
            fair.given(PaperRegistrationsTaken(batch_id=batch, forms=size))
            forms += [(batch, UUID(int=6000 + 10 * number + place)) for place in range(size)]
        random.shuffle(forms)
        for batch, person in forms:
            fair.when(enter(person, batch))
            assert isinstance(fair.answer, list)
            fair.given(*fair.answer)
            fair.when(enter(person, batch))
            assert isinstance(fair.answer, TaizhangError)
        assert not fair.state.batches
        assert {row.outcome for row in fair.duties() if row.rule == "43.3"} == {"met"}
