"""An employer's ledger: opening, papers, registration, guidance, referrals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.domain.employer import ledger as ledgers
from taizhang.domain.employer import papers, services
from taizhang.domain.employer.ledger import EmployerLedger, Section, section_of
from taizhang.domain.employer.papers import (
    AgentRevoked,
    Channel,
    EmployerBasics,
    EmployerBasicsChanged,
    EmployerLedgerOpened,
    EmployerRegistered,
    LicenceKind,
    LicenceVerified,
    Paper,
    RegistrationLapsed,
)
from taizhang.domain.employer.services import (
    EmployerGuidanceBooked,
    EmployerGuidanceGiven,
    GuidanceKind,
    ReferralMade,
    ReferralOutcome,
    ReferralOutcomeLearnt,
)
from taizhang.domain.employer.vacancy import VacancyWithdrawn, WithdrawalReason
from taizhang.domain.errors import InvalidInput, NotFound
from taizhang.domain.events import REGISTRY

if TYPE_CHECKING:
    from tests.unit.conftest import Decision, Story

CODE = "91110101717757158X"
DAY = date(2026, 11, 2)
PERSON = UUID(int=300)
REFERRAL = UUID(int=400)


def licence(
    valid_from: date = date(2020, 1, 1), valid_until: date | None = None
) -> LicenceVerified:
    return LicenceVerified(
        licence=LicenceKind.BUSINESS_LICENCE, valid_from=valid_from, valid_until=valid_until
    )


register: Decision = papers.register


class TestOpening:
    @pytest.mark.rule("34", "36")
    @pytest.mark.parametrize("channel", Channel)
    def test_a_ledger_is_opened_by_any_channel(self, story: Story, channel: Channel) -> None:
        story.when(
            lambda ledger, _: ledgers.open_ledger(ledger, CODE, "某公司", EmployerBasics(), channel)
        ).then(
            EmployerLedgerOpened(
                credit_code=CODE, name="某公司", basics=EmployerBasics(), channel=channel
            )
        )
        assert story.ledger.agency_code == "110105001"

    def test_it_is_opened_once(self, story: Story) -> None:
        story.given_open().when(
            lambda ledger, _: ledgers.open_ledger(
                ledger, CODE, "某公司", EmployerBasics(), Channel.SURVEY
            )
        ).then_refused(InvalidInput, "has a ledger already, at agency 110105001")

    @pytest.mark.rule("50")
    def test_name_and_basics_are_kept_up_to_date(self, story: Story) -> None:
        basics = EmployerBasics(size="50-99")
        story.given_open().when(
            lambda ledger, _: ledgers.change_basics(ledger, "新名", basics)
        ).then(EmployerBasicsChanged(name="新名", basics=basics))

    def test_nothing_is_recorded_of_an_employer_without_a_ledger(self, story: Story) -> None:
        story.when(
            lambda ledger, _: ledgers.change_basics(ledger, "某公司", EmployerBasics())
        ).then_refused(NotFound, "open it first")

    @pytest.mark.rule("38.2", "50")
    @pytest.mark.parametrize(
        ("basics", "stated"),
        [
            (EmployerBasics(), False),
            (EmployerBasics(address="朝阳区"), False),
            (EmployerBasics(industry_code="I65"), True),
        ],
    )
    def test_basics_count_as_stated_once_more_than_the_address_is_known(
        self, story: Story, basics: EmployerBasics, stated: bool
    ) -> None:
        story.given_open().given(EmployerBasicsChanged(name="某公司", basics=basics))
        assert story.ledger.basics_stated is stated

    @pytest.mark.rule("50")
    def test_every_event_of_an_employer_stands_in_a_section_of_its_own_choice(self) -> None:
        names = [
            name
            for name in REGISTRY.names()
            if name.split(".")[0] in ("employer_ledger", "employer_guidance", "vacancy", "referral")
        ]
        sections = {name: section_of(REGISTRY.names()[name].model_construct()) for name in names}
        assert len(names) >= 20
        assert [name for name in names if sections[name] is Section.OTHER] == []
        assert sections["referral.outcome_learnt"] is Section.DEMAND_MET
        assert sections["vacancy.passed"] is Section.TRACKING_CHECKS


@pytest.mark.rule("35")
class TestQualification:
    def test_a_licence_is_recorded_with_its_validity(self, story: Story) -> None:
        until = DAY
        story.given_open().when(
            lambda _, occasion: papers.verify_licence(
                occasion, LicenceKind.CREDIT_CODE_CERTIFICATE, date(2020, 1, 1), until
            )
        ).then(
            LicenceVerified(
                licence=LicenceKind.CREDIT_CODE_CERTIFICATE,
                valid_from=date(2020, 1, 1),
                valid_until=until,
            )
        )

    def test_an_expired_licence_is_refused(self, story: Story) -> None:
        story.given_open().when(
            lambda _, occasion: papers.verify_licence(
                occasion, LicenceKind.BUSINESS_LICENCE, date(2020, 1, 1), DAY - timedelta(days=1)
            )
        ).then_broken("35", "expired on 2026-11-01")

    def test_a_licence_that_ends_before_it_begins_is_no_licence(self, story: Story) -> None:
        story.given_open().when(
            lambda _, occasion: papers.verify_licence(
                occasion, LicenceKind.BUSINESS_LICENCE, date(2027, 1, 1), date(2026, 12, 31)
            )
        ).then_refused(InvalidInput, "before it begins")

    def test_an_agents_papers_are_recorded(self, story: Story) -> None:
        agent = story.agent(DAY, DAY)
        story.given_open().when(lambda _, occasion: papers.verify_agent(occasion, agent)).then(
            agent
        )

    @pytest.mark.parametrize(
        ("authority", "identity", "reason"),
        [
            (DAY - timedelta(days=1), None, "letter of authority expired"),
            (date(2027, 1, 1), DAY - timedelta(days=1), "identity document expired"),
        ],
    )
    def test_an_agents_expired_papers_are_refused(
        self, story: Story, authority: date, identity: date | None, reason: str
    ) -> None:
        agent = story.agent(authority, identity)
        story.given_open().when(
            lambda _, occasion: papers.verify_agent(occasion, agent)
        ).then_broken("35", reason)

    def test_all_papers_verified_give_the_registration(self, story: Story) -> None:
        story.given_open().given(licence(), story.agent()).when(register).then(EmployerRegistered())
        assert story.ledger.papers.registered_on == DAY

    def test_no_registration_without_a_licence(self, story: Story) -> None:
        story.given_open().given(story.agent()).when(register).then_broken("35", "no business")

    def test_no_registration_without_an_agent(self, story: Story) -> None:
        story.given_open().given(licence()).when(register).then_broken("35", "no agent")

    def test_no_registration_of_an_employer_without_a_ledger(self, story: Story) -> None:
        story.when(register).then_broken("35")

    def test_no_registration_before_the_licence_is_valid(self, story: Story) -> None:
        story.given_open().given(licence(DAY + timedelta(days=1)), story.agent())
        story.when(register).then_broken("35", "valid only from")

    def test_papers_count_to_the_end_of_their_last_day(self, story: Story) -> None:
        story.given_open().given(licence(valid_until=DAY), story.agent(DAY, DAY))
        story.when(register).then(EmployerRegistered())

    @pytest.mark.parametrize("what", ["licence", "authority", "identity"])
    def test_a_registration_lapses_with_any_of_its_papers(self, story: Story, what: str) -> None:
        end = DAY + timedelta(days=10)
        story.given_registered(
            licence_until=end if what == "licence" else None,
            authority_until=end if what == "authority" else date(2028, 1, 1),
            identity_until=end if what == "identity" else None,
        )

        def needs_registration(ledger: EmployerLedger, occasion: object) -> list[object]:
            papers.require_registered(ledger, story.day, "36")
            return []

        decision: Decision = needs_registration  # type: ignore[assignment]
        story.on(end).when(decision).then()
        story.later(1).when(decision).then_broken("35", "lapsed with its papers")

    def test_a_second_agent_keeps_the_registration_when_the_first_ones_papers_end(
        self, story: Story
    ) -> None:
        story.given_registered(authority_until=DAY)
        second = story.agent(date(2028, 1, 1)).model_copy(update={"agent_id": UUID(int=201)})
        story.given(second).later(1).when(register).then()

    def test_registering_again_changes_nothing(self, story: Story) -> None:
        story.given_registered().when(register).then()

    def test_an_agent_is_revoked_and_with_the_last_one_the_registration_lapses(
        self, story: Story
    ) -> None:
        story.given_registered().when(
            lambda ledger, _: papers.revoke_agent(ledger, story.agent_id, "离职")
        ).then(AgentRevoked(agent_id=story.agent_id, reason="离职"))
        story.when(register).then_broken("35", "no agent")

    def test_its_lapse_is_recorded_once_with_the_paper_that_ended_first(self, story: Story) -> None:
        story.given_registered(
            licence_until=DAY + timedelta(days=1), authority_until=DAY + timedelta(days=2)
        )
        story.later(1).when(papers.lapse_registration).then()
        lapsed = RegistrationLapsed(paper=Paper.LICENCE, lapsed_on=DAY + timedelta(days=2))
        story.later(5).when(papers.lapse_registration).then(lapsed)
        story.later(1).when(papers.lapse_registration).then()

    def test_of_several_agents_the_last_papers_count(self, story: Story) -> None:
        story.given_registered(authority_until=DAY)
        until = DAY + timedelta(days=3)
        story.given(story.agent(until).model_copy(update={"agent_id": UUID(int=201)}))
        story.later(3).when(papers.lapse_registration).then()
        story.later(1).when(papers.lapse_registration).then(
            RegistrationLapsed(paper=Paper.AGENT, lapsed_on=until + timedelta(days=1))
        )

    def test_without_any_agent_it_lapses_on_the_day_on_which_that_is_seen(
        self, story: Story
    ) -> None:
        story.given_registered().given(AgentRevoked(agent_id=story.agent_id, reason="离职"))
        story.later(2).when(papers.lapse_registration).then(
            RegistrationLapsed(paper=Paper.AGENT, lapsed_on=DAY + timedelta(days=2))
        )

    def test_renewed_it_stands_again_and_can_lapse_anew(self, story: Story) -> None:
        first, second = DAY + timedelta(days=1), DAY + timedelta(days=9)
        story.given_registered(licence_until=first).later(3)
        story.when(papers.lapse_registration).then(
            RegistrationLapsed(paper=Paper.LICENCE, lapsed_on=first + timedelta(days=1))
        )
        story.given(
            LicenceVerified(
                licence=LicenceKind.BUSINESS_LICENCE, valid_from=first, valid_until=second
            )
        )
        assert story.ledger.papers.lapsed_on is None
        story.later(7).when(papers.lapse_registration).then(
            RegistrationLapsed(paper=Paper.LICENCE, lapsed_on=second + timedelta(days=1))
        )

    def test_who_is_not_registered_has_nothing_to_lapse(self, story: Story) -> None:
        story.given_open().when(papers.lapse_registration).then()

    def test_who_is_no_agent_cannot_be_revoked(self, story: Story) -> None:
        story.given_open().when(
            lambda ledger, _: papers.revoke_agent(ledger, story.agent_id, "离职")
        ).then_refused(NotFound)

    @pytest.mark.rule("36")
    def test_a_registration_does_not_reach_back_before_its_day(self, story: Story) -> None:
        def needs_registration(ledger: EmployerLedger, occasion: object) -> list[object]:
            papers.require_registered(ledger, story.day, "36")
            return []

        decision: Decision = needs_registration  # type: ignore[assignment]
        story.given_registered().on(DAY - timedelta(days=1)).when(decision).then_broken("36")


class TestGuidance:
    @pytest.mark.rule("37")
    def test_guidance_is_booked_for_a_day_to_come(self, story: Story) -> None:
        story.given_open().when(
            lambda ledger, occasion: services.book_guidance(
                ledger, occasion, GuidanceKind.GENERAL, "用工", DAY
            )
        ).then(EmployerGuidanceBooked(guidance=GuidanceKind.GENERAL, about="用工", booked_for=DAY))

    def test_no_booking_for_a_day_past(self, story: Story) -> None:
        story.given_open().when(
            lambda ledger, occasion: services.book_guidance(
                ledger, occasion, GuidanceKind.GENERAL, "用工", DAY - timedelta(days=1)
            )
        ).then_refused(InvalidInput, "a day to come")

    @pytest.mark.parametrize("kind", GuidanceKind)
    def test_no_guidance_for_an_employer_without_a_ledger(
        self, story: Story, kind: GuidanceKind
    ) -> None:
        story.when(
            lambda ledger, _: services.give_guidance(ledger, kind, "用工", "建议", "计划")
        ).then_refused(NotFound)
        story.when(
            lambda ledger, occasion: services.book_guidance(ledger, occasion, kind, "用工", DAY)
        ).then_refused(NotFound)

    @pytest.mark.rule("37")
    def test_general_guidance_is_for_every_employer(self, story: Story) -> None:
        story.given_open().when(
            lambda ledger, _: services.give_guidance(
                ledger, GuidanceKind.GENERAL, "用工", "建议", None
            )
        ).then(
            EmployerGuidanceGiven(
                guidance=GuidanceKind.GENERAL, about="用工", advice="建议", plan=None
            )
        )

    @pytest.mark.rule("36")
    @pytest.mark.parametrize("kind", [GuidanceKind.SPECIALISED, GuidanceKind.GROUP])
    def test_other_guidance_is_for_registered_employers(
        self, story: Story, kind: GuidanceKind
    ) -> None:
        story.given_open().when(
            lambda ledger, _: services.give_guidance(ledger, kind, "用工", "建议", "计划")
        ).then_broken("36")

    @pytest.mark.rule("37")
    @pytest.mark.parametrize("plan", [None, "", "  "])
    def test_group_guidance_follows_a_plan(self, story: Story, plan: str | None) -> None:
        story.given_registered().when(
            lambda ledger, _: services.give_guidance(
                ledger, GuidanceKind.GROUP, "用工", "建议", plan
            )
        ).then_broken("37", "plan")
        story.when(
            lambda ledger, _: services.give_guidance(
                ledger, GuidanceKind.GROUP, "用工", "建议", "三次会谈"
            )
        ).then(
            EmployerGuidanceGiven(
                guidance=GuidanceKind.GROUP, about="用工", advice="建议", plan="三次会谈"
            )
        )


def referring(
    story: Story,
    *,
    referral_id: UUID = REFERRAL,
    person: UUID = PERSON,
    reasons: tuple[str, ...] = ("持电工证",),
    consented: bool = True,
) -> Decision:
    return lambda ledger, occasion: services.refer(
        ledger, occasion, referral_id, story.vacancy_id, person, reasons, consented
    )


def referred(story: Story, referral_id: UUID = REFERRAL, person: UUID = PERSON) -> ReferralMade:
    return ReferralMade(
        referral_id=referral_id,
        vacancy_id=story.vacancy_id,
        job_seeker_id=person,
        reasons=("持电工证",),
    )


def outcome(
    result: ReferralOutcome, started_on: date | None = None, referral_id: UUID = REFERRAL
) -> Decision:
    return lambda ledger, occasion: services.learn_outcome(
        ledger, occasion, referral_id, result, started_on
    )


def hired(story: Story, referral_id: UUID = REFERRAL) -> ReferralOutcomeLearnt:
    return ReferralOutcomeLearnt(
        referral_id=referral_id,
        vacancy_id=story.vacancy_id,
        outcome=ReferralOutcome.HIRED,
        started_on=story.day,
    )


class TestReferral:
    @pytest.mark.rule("40")
    def test_a_person_is_referred_with_the_reasons_of_the_match(self, story: Story) -> None:
        story.given_published().when(referring(story)).then(referred(story))

    @pytest.mark.rule("15.1")
    def test_no_referral_without_consent(self, story: Story) -> None:
        story.given_published().when(referring(story, consented=False)).then_broken(
            "15.1", "consent"
        )

    @pytest.mark.rule("40")
    @pytest.mark.parametrize("reasons", [(), ("",), (" ", "")])
    def test_no_referral_without_a_reason(self, story: Story, reasons: tuple[str, ...]) -> None:
        story.given_published().when(referring(story, reasons=reasons)).then_broken("40", "reason")

    @pytest.mark.rule("40")
    def test_no_referral_to_a_vacancy_that_is_not_public(self, story: Story) -> None:
        story.given_passed().when(referring(story)).then_broken("40", "passed")

    @pytest.mark.rule("40")
    def test_a_vacancy_is_public_to_the_end_of_its_last_day(self, story: Story) -> None:
        story.given_published(DAY + timedelta(days=3))
        story.later(4).when(referring(story)).then_broken("40", "valid until 2026-11-05")
        story.on(DAY + timedelta(days=3)).when(referring(story)).then(referred(story))

    @pytest.mark.rule("40")
    def test_no_referral_once_all_positions_are_filled(self, story: Story) -> None:
        story.given_published()
        for number in (1, 2):
            identity = UUID(int=number)
            story.given(referred(story, identity, identity), hired(story, identity))
        story.when(referring(story)).then_broken("40", "all 2 positions are filled")

    @pytest.mark.rule("35", "36")
    def test_no_referral_once_the_registration_has_lapsed(self, story: Story) -> None:
        story.given_published().given(AgentRevoked(agent_id=story.agent_id, reason="离职"))
        story.when(referring(story)).then_broken("35")

    def test_a_person_is_referred_to_a_vacancy_once_at_a_time(self, story: Story) -> None:
        story.given_published().given(referred(story))
        story.when(referring(story)).then_refused(InvalidInput, "exists already")
        story.when(referring(story, referral_id=UUID(int=9))).then_refused(
            InvalidInput, "already referred"
        )
        story.when(referring(story, referral_id=UUID(int=9), person=UUID(int=8))).then(
            referred(story, UUID(int=9), UUID(int=8))
        )

    def test_no_referral_to_an_unknown_vacancy(self, story: Story) -> None:
        story.given_registered().when(referring(story)).then_refused(NotFound)


@pytest.mark.rule("41")
class TestOutcome:
    @pytest.mark.parametrize(
        "result", [one for one in ReferralOutcome if one is not ReferralOutcome.HIRED]
    )
    def test_an_outcome_is_recorded_once(self, story: Story, result: ReferralOutcome) -> None:
        story.given_published().given(referred(story)).when(outcome(result)).then(
            ReferralOutcomeLearnt(
                referral_id=REFERRAL, vacancy_id=story.vacancy_id, outcome=result, started_on=None
            )
        )
        story.when(outcome(result)).then_refused(NotFound, "outcome is known")

    def test_who_was_hired_fills_a_position(self, story: Story) -> None:
        story.given_published().given(referred(story))
        story.when(outcome(ReferralOutcome.HIRED, DAY)).then(hired(story))
        assert story.ledger.vacancies[story.vacancy_id].filled == 1

    def test_the_first_day_of_work_goes_with_one_hired_and_only_with_one(
        self, story: Story
    ) -> None:
        story.given_published().given(referred(story))
        story.when(outcome(ReferralOutcome.HIRED)).then_refused(InvalidInput, "first day")
        story.when(outcome(ReferralOutcome.DECLINED, DAY)).then_refused(InvalidInput, "first day")

    def test_nobody_starts_before_being_referred(self, story: Story) -> None:
        story.given_published().later(3).given(referred(story))
        story.when(outcome(ReferralOutcome.HIRED, DAY)).then_refused(
            InvalidInput, "started_on: the referral was made on 2026-11-05"
        )

    def test_no_outcome_before_the_referral(self, story: Story) -> None:
        story.given_published().later(3).given(referred(story)).later(-1)
        story.when(outcome(ReferralOutcome.DECLINED)).then_refused(InvalidInput, "2026-11-05")

    def test_no_more_are_hired_than_there_are_positions(self, story: Story) -> None:
        story.given_published()
        for number in (1, 2, 3):
            identity = UUID(int=number)
            story.given(referred(story, identity, identity))
        story.given(hired(story, UUID(int=1)), hired(story, UUID(int=2)))
        story.when(outcome(ReferralOutcome.HIRED, DAY, UUID(int=3))).then_broken(
            "41", "2 positions"
        )

    def test_an_outcome_is_learnt_though_the_vacancy_was_withdrawn(self, story: Story) -> None:
        story.given_published().given(
            referred(story),
            VacancyWithdrawn(vacancy_id=story.vacancy_id, reason=WithdrawalReason.FILLED, note=""),
        )
        story.when(outcome(ReferralOutcome.HIRED, DAY)).then(hired(story))
