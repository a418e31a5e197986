"""Who fits which vacancy: by the integrator's tool, with the reasons, and without identity."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang import (
    InvalidInput,
    JudgeReadiness,
    NotAuthorised,
    NotFound,
    ReferJobSeeker,
    RuleBroken,
    WithdrawVacancy,
)
from taizhang.domain.employer.content import VacancyContent
from taizhang.domain.matching import Match
from taizhang.infrastructure.queries.matching import MatchingQueries
from taizhang.scripts.sample_matching import SampleMatchingTool

from .people import NAME, NEXT_DOOR, PHONE, People

if TYPE_CHECKING:
    from .conftest import World


class Matching:
    """People and a published vacancy of an electrician, and the sample tool."""

    def __init__(self, world: World) -> None:
        self.world, self.people = world, People(world)
        self.tool: object | None = SampleMatchingTool()
        self.code = world.register()
        self.vacancy_id = self.publish("电工", "维修电路")

    def publish(self, title: str, work: str) -> UUID:
        content = VacancyContent(title=title, work_content=work, headcount=2)
        return self.world.publish(self.code, content)

    def seeker(
        self, number: int, *, by: str = "clerk", ready: bool = True, **wishes: object
    ) -> UUID:
        person = self.people.registered(number, by, **wishes)
        if ready:
            self.world.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=7), by)
        return person

    @property
    def queries(self) -> MatchingQueries:
        self.world.taizhang.projections.catch_up()
        queries = self.world.taizhang.queries().matching
        queries._tool = self.tool  # type: ignore[assignment]
        return queries


@pytest.fixture
def matching(world: World) -> Matching:
    return Matching(world)


@pytest.mark.rule("15.2")
def test_vacancies_are_offered_with_the_reasons_of_the_match(matching: Matching) -> None:
    person, by = matching.seeker(7), matching.world.actor("clerk")
    matching.publish("厨师", "做饭")
    (offer,) = matching.queries.vacancies_for(person, by=by)
    assert (offer.vacancy_id, offer.credit_code, offer.title) == (
        matching.vacancy_id, matching.code, "电工",
    )  # fmt: skip
    assert offer.reasons[0] == "求职意向“电工”与招聘岗位“电工”相符"
    assert 50 <= offer.score <= 100
    assert matching.queries.vacancies_for(person, by=by, within=NEXT_DOOR) == []
    matching.world.do(
        ReferJobSeeker(
            credit_code=offer.credit_code, referral_id=uuid4(), vacancy_id=offer.vacancy_id,
            job_seeker_id=person, reasons=offer.referral_reasons, consented=True,
        )
    )  # fmt: skip
    referred = [one.event for one in matching.world.taizhang.events.history(person)][-1]
    assert "样例匹配工具" in referred.reasons[-1]  # type: ignore[attr-defined]


@pytest.mark.rule("15.1")
def test_only_a_job_ready_job_seeker_is_offered_vacancies(matching: Matching) -> None:
    by, sibling = matching.world.actor("clerk"), matching.world.actor("sibling")
    unready, unregistered = matching.seeker(7, ready=False), matching.people.opened(8)
    ready = matching.seeker(9)
    with pytest.raises(RuleBroken, match="give advice"):
        matching.queries.vacancies_for(unready, by=by)
    with pytest.raises(RuleBroken, match="not registered"):
        matching.queries.vacancies_for(unregistered, by=by)
    with pytest.raises(NotAuthorised):
        matching.queries.vacancies_for(ready, by=sibling)


@pytest.mark.rule("40", "51.2")
def test_job_seekers_are_offered_to_the_employer_without_identity(matching: Matching) -> None:
    person, by = matching.seeker(7), matching.world.actor("clerk")
    matching.seeker(8, occupations=("厨师",))
    matching.seeker(9, ready=False)
    neighbour = matching.seeker(10, by="sibling")
    found = matching.queries.job_seekers_for(matching.vacancy_id, by=by)
    assert {one.person_id for one in found} == {person, neighbour}
    text = "".join(one.model_dump_json() for one in found)
    for secret in (NAME, PHONE, matching.world.identity_number(7)):
        assert secret not in text
    shown = found[0].information.model_dump_json()
    assert str(found[0].person_id) not in shown
    assert found[0].ledger_number not in shown
    assert "相符" in found[0].reasons[0]
    with pytest.raises(NotAuthorised):
        matching.queries.job_seekers_for(matching.vacancy_id, by=matching.world.actor("sibling"))


@pytest.mark.rule("40")
def test_a_vacancy_that_is_not_public_is_matched_with_nobody(matching: Matching) -> None:
    by, person = matching.world.actor("clerk"), matching.seeker(7)
    matching.world.do(
        WithdrawVacancy(credit_code=matching.code, vacancy_id=matching.vacancy_id, reason="filled")
    )
    with pytest.raises(RuleBroken, match="withdrawn"):
        matching.queries.job_seekers_for(matching.vacancy_id, by=by)
    assert matching.queries.vacancies_for(person, by=by) == []
    with pytest.raises(NotFound):
        matching.queries.job_seekers_for(uuid4(), by=by)


def test_without_a_tool_or_with_one_that_makes_things_up(matching: Matching) -> None:
    person, by = matching.seeker(7), matching.world.actor("clerk")

    class Inventor(SampleMatchingTool):
        def vacancies_for(self, *_: object) -> list[Match]:
            return [Match(key=uuid4(), score=1, reasons=("x",))]

    matching.tool = Inventor()
    with pytest.raises(InvalidInput, match="was not asked about"):
        matching.queries.vacancies_for(person, by=by)
    matching.tool = None
    with pytest.raises(InvalidInput, match="matching_tool="):
        matching.queries.vacancies_for(person, by=by)
