"""Employers admitted to a job fair, with their vacancies (Article 42)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import EmployerRegistered, LicenceKind, LicenceVerified
from taizhang.domain.events import Event
from taizhang.domain.job_fair import admission
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.planning import FairCancelled

from ..conftest import Story
from .conftest import EMPLOYER, FIRST_DAY, PERSON, SECOND, VACANCY, Fair


def admit(story: Story, *vacancies: UUID) -> Callable[[JobFair, Occasion], Sequence[Event]]:
    return lambda fair, o: admission.admit(fair, o, EMPLOYER, story.ledger, vacancies or (VACANCY,))


def admitted(*vacancies: UUID, online: bool = False) -> admission.EmployerAdmitted:
    return admission.EmployerAdmitted(
        employer_id=EMPLOYER, vacancy_ids=vacancies or (VACANCY,), signed_up_online=online
    )


class TestAdmission:
    @pytest.mark.rule("43.1")
    def test_qualified_with_a_vacancy_that_was_published(self, fair: Fair, story: Story) -> None:
        story.given_published()
        fair.given_planned().when(admit(story)).then(admitted())
        fair.when(admit(story)).then()  # again changes nothing

    @pytest.mark.rule("43.1")
    def test_passed_is_enough(self, fair: Fair, story: Story) -> None:
        story.given_passed()
        fair.given_planned().when(admit(story)).then(admitted())

    @pytest.mark.rule("43.1")
    def test_not_before_the_review(self, fair: Fair, story: Story) -> None:
        story.given_draft()
        fair.given_planned().when(admit(story)).refused("43.1", "draft")
        story.given(story.submitted())
        fair.when(admit(story)).refused("43.1", "submitted")

    @pytest.mark.rule("43.1")
    def test_not_without_a_recruitment_registration(self, fair: Fair, story: Story) -> None:
        story.given_open()
        fair.given_planned().when(admit(story)).refused("43.1", "no recruitment registration")
        fair.when(lambda f, o: admission.admit(f, o, EMPLOYER, EmployerLedger(), (VACANCY,)))
        fair.invalid("no ledger")

    @pytest.mark.rule("43.1")
    @pytest.mark.parametrize(
        "papers",
        [{"licence_until": date(2026, 11, 11)}, {"authority_until": date(2026, 11, 11)},
         {"identity_until": date(2026, 11, 11)}],
    )  # fmt: skip
    def test_papers_hold_until_the_fair_is_held(
        self, fair: Fair, story: Story, papers: dict[str, Any]
    ) -> None:
        story.given_registered(**papers)
        fair.given_planned().when(admit(story)).refused("43.1", "on 2026-11-12")

    @pytest.mark.rule("43.1")
    def test_a_renewed_licence_admits(self, fair: Fair, story: Story) -> None:
        story.given_passed()
        story.given(
            LicenceVerified(
                licence=LicenceKind.BUSINESS_LICENCE, valid_from=date(2020, 1, 1),
                valid_until=date(2026, 11, 11),
            )
        )  # fmt: skip
        fair.given_planned().when(admit(story)).refused("43.1")
        story.given(
            LicenceVerified(
                licence=LicenceKind.BUSINESS_LICENCE, valid_from=date(2020, 1, 1), valid_until=None
            ),
            EmployerRegistered(),
        )
        fair.when(admit(story)).then(admitted())

    @pytest.mark.rule("43.1")
    def test_a_vacancy_is_valid_when_the_fair_is_held(self, fair: Fair, story: Story) -> None:
        story.given_published(date(2026, 11, 11))
        fair.given_planned().when(admit(story)).refused("43.1", "valid until 2026-11-11")

    def test_vacancies_are_named_once_and_exist(self, fair: Fair, story: Story) -> None:
        story.given_published()
        fair.given_planned()
        fair.when(lambda f, o: admission.admit(f, o, EMPLOYER, story.ledger, ())).invalid(
            "name the"
        )
        fair.when(admit(story, VACANCY, VACANCY)).invalid("twice")
        fair.when(admit(story, SECOND)).invalid("no vacancy")

    @pytest.mark.rule("43.1")
    def test_not_to_a_fair_that_is_cancelled_or_over(self, fair: Fair, story: Story) -> None:
        story.given_published()
        fair.given_planned().on(FIRST_DAY + timedelta(days=1)).when(admit(story)).refused("43.1")
        fair.given(FairCancelled(reason="x")).when(admit(story)).refused("43.1", "cancelled")

    @pytest.mark.rule("43.1", "39.2")
    def test_online_through_an_agent_whose_real_name_is_verified(
        self, fair: Fair, story: Story
    ) -> None:
        def sign_up(agent_id: UUID) -> Callable[[JobFair, Occasion], Sequence[Event]]:
            return lambda f, o: admission.sign_up(
                f, o, EMPLOYER, story.ledger, agent_id, (VACANCY,)
            )

        fair.given_planned()
        anonymous = Story().given_registered(real_name=False)
        story.given_published()
        fair.when(sign_up(UUID(int=7))).refused("43.1", "agent of its own")
        fair.when(
            lambda f, o: admission.sign_up(
                f, o, EMPLOYER, anonymous.ledger, story.agent_id, (VACANCY,)
            )
        ).refused("39.2", "real name")
        fair.when(sign_up(story.agent_id)).then(
            admission.EmployerSignedUp(
                employer_id=EMPLOYER, agent_id=story.agent_id, vacancy_ids=(VACANCY,)
            )
        )
        fair.when(sign_up(story.agent_id)).then()
        fair.when(admit(story)).then(admitted(online=True))
        assert not fair.state.signed_up

    @pytest.mark.rule("43.1")
    def test_a_sign_up_may_be_declined_with_its_reason(self, fair: Fair) -> None:
        fair.given_planned()
        fair.when(lambda f, _: admission.decline(f, EMPLOYER, "x")).invalid("not signed up")
        fair.given(
            admission.EmployerSignedUp(
                employer_id=EMPLOYER, agent_id=UUID(int=7), vacancy_ids=(VACANCY,)
            )
        )
        fair.when(lambda f, _: admission.decline(f, EMPLOYER, "与主题不符")).then(
            admission.SignUpDeclined(employer_id=EMPLOYER, reason="与主题不符")
        )

    @pytest.mark.rule("43.1")
    def test_a_vacancy_or_all_of_an_employer_may_be_taken_off(self, fair: Fair) -> None:
        def withdraw(*vacancies: UUID) -> Callable[[JobFair, Occasion], Sequence[Event]]:
            return lambda f, _: admission.withdraw(f, EMPLOYER, vacancies, "已招满")

        fair.given_planned().when(withdraw()).invalid("not admitted")
        fair.given_admitted().when(withdraw(PERSON)).refused("43.1", "not admitted")
        fair.when(withdraw(SECOND)).then(
            admission.EmployerWithdrawn(
                employer_id=EMPLOYER, vacancy_ids=(SECOND,), reason="已招满"
            )
        )
        assert fair.state.stands[EMPLOYER].vacancies == [VACANCY]
        fair.when(withdraw()).then(
            admission.EmployerWithdrawn(employer_id=EMPLOYER, vacancy_ids=(), reason="已招满")
        )
        assert not fair.state.stands
