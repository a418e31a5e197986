"""Guidance, readiness, referrals, employment, appeals: and that none is given to one who ceased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer.services import GuidanceKind, ReferralOutcome
from taizhang.domain.errors import InvalidInput, NotFound
from taizhang.domain.job_seeker import appeals, guidance, search
from taizhang.domain.job_seeker.appeals import (
    AppealAnswered,
    AppealHandled,
    AppealLodged,
    Grievance,
)
from taizhang.domain.job_seeker.guidance import (
    AptitudeAssessed,
    BookingCancelled,
    CounsellorAssigned,
    GroupSession,
    GroupSessionHeld,
    GuidanceBooked,
    GuidanceGiven,
    LedTo,
    Way,
)
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.search import (
    Employed,
    EmploymentKind,
    ReadinessJudged,
    ReferralOutcomeKnown,
    SearchArchived,
)

if TYPE_CHECKING:
    from tests.unit.job_seekers.conftest import Person

BOOKING, APPEAL = UUID(int=10), UUID(int=11)


def given_guidance(kind: GuidanceKind, **changes: Any) -> GuidanceGiven:
    fields: dict[str, Any] = {
        "guidance_id": UUID(int=12),
        "guidance": kind,
        "about": "择业方向",
        "advice": "先考证",
        "labour_market_information": "",
        "plan": "",
        "booking_id": None,
        "session_id": None,
    }
    return GuidanceGiven(**{**fields, **changes})


class TestGuidance:
    @pytest.mark.rule("14")
    def test_general_guidance_is_given_to_anybody(self, person: Person) -> None:
        given = given_guidance(GuidanceKind.GENERAL)
        person.given_open().when(
            lambda ledger, occasion: guidance.give(ledger, occasion, given)
        ).then(given)

    @pytest.mark.rule("14")
    def test_specialised_guidance_rests_on_an_assessment(self, person: Person) -> None:
        given = given_guidance(GuidanceKind.SPECIALISED)
        person.given_open().when(
            lambda ledger, occasion: guidance.give(ledger, occasion, given)
        ).then_broken("14", "aptitude assessment")
        assessed = AptitudeAssessed(
            person_id=person.person_id, tool="霍兰德", tool_version="2", result="R"
        )
        person.when(lambda ledger, occasion: guidance.assess(ledger, occasion, assessed)).then(
            assessed
        )
        person.when(lambda ledger, occasion: guidance.give(ledger, occasion, given)).then(given)

    @pytest.mark.rule("14")
    def test_group_guidance_follows_a_plan(self, person: Person) -> None:
        person.given_open().when(
            lambda ledger, occasion: guidance.give(
                ledger, occasion, given_guidance(GuidanceKind.GROUP, plan=" ")
            )
        ).then_broken("14", "plan")
        given = given_guidance(GuidanceKind.GROUP, plan="三次课")
        person.when(lambda ledger, occasion: guidance.give(ledger, occasion, given)).then(given)

    @pytest.mark.rule("14")
    def test_a_booking_is_kept_or_given_up(self, person: Person) -> None:
        kind = GuidanceKind.SPECIALISED

        def book(ledger: JobSeekerLedger, occasion: Occasion) -> Any:
            return guidance.book(ledger, occasion, BOOKING, kind, "转行", date(2026, 11, 9))

        booked = GuidanceBooked(
            booking_id=BOOKING,
            guidance=kind,
            about="转行",
            booked_for=date(2026, 11, 9),
            district_code=None,
        )
        person.given_open().when(book).then(booked)
        person.when(book).then_refused(InvalidInput, "exists already")
        person.when(
            lambda ledger, occasion: guidance.assign(ledger, occasion, BOOKING, "110105", "w")
        ).then_broken("14.last", "keeps it itself")
        person.when(lambda ledger, _: guidance.cancel_booking(ledger, BOOKING, "已就业")).then(
            BookingCancelled(booking_id=BOOKING, reason="已就业")
        )
        person.when(
            lambda ledger, _: guidance.cancel_booking(ledger, BOOKING, "已就业")
        ).then_refused(NotFound)
        person.on(date(2026, 11, 10)).when(book).then_refused(InvalidInput, "day to come")
        person.when(
            lambda ledger, occasion: guidance.give(
                ledger, occasion, given_guidance(GuidanceKind.GENERAL, booking_id=BOOKING)
            )
        ).then_refused(NotFound)
        person.given(booked).when(
            lambda ledger, occasion: guidance.give(
                ledger, occasion, given_guidance(GuidanceKind.GENERAL, booking_id=BOOKING)
            )
        ).then_happens()
        assert person.ledger.guidance.bookings == {}

    @pytest.mark.rule("14.last")
    def test_an_online_booking_needs_access_and_is_the_districts(self, person: Person) -> None:
        def check(ledger: JobSeekerLedger, _: Occasion) -> Any:
            guidance.require_online_access(ledger)
            return ()

        person.given_open().when(check).then_broken("14.last", "no access")
        person.when(
            lambda ledger, occasion: guidance.lead_to(ledger, occasion, Way.ONLINE_ACCESS)
        ).then(LedTo(way=Way.ONLINE_ACCESS))
        person.when(check).then()
        person.when(
            lambda ledger, occasion: guidance.book(
                ledger, occasion, BOOKING, GuidanceKind.GENERAL, "转行", person.day, "110105"
            )
        ).then_happens()
        person.when(
            lambda ledger, occasion: guidance.assign(ledger, occasion, BOOKING, "110105001", "w")
        ).then(CounsellorAssigned(booking_id=BOOKING, agency_code="110105001", staff_id="w"))
        person.given(person.basics(residence_area=None)).when(check).then_broken("14.last")

    @pytest.mark.rule("14")
    def test_a_group_session_is_recorded_once_with_its_plan(self) -> None:
        held = GroupSessionHeld(
            about="面试",
            plan="两次课",
            advice="练习",
            labour_market_information="",
            participants=(UUID(int=1), UUID(int=2)),
        )
        session = GroupSession()
        assert guidance.hold_session(session, held) == [held]
        with pytest.raises(InvalidInput, match="twice"):
            guidance.hold_session(
                session, held.model_copy(update={"participants": (UUID(int=1), UUID(int=1))})
            )
        session.version = 1
        with pytest.raises(InvalidInput, match="recorded already"):
            guidance.hold_session(session, held)


class TestReadiness:
    @pytest.mark.rule("15.1")
    @pytest.mark.parametrize(("days", "is_ready"), [(0, True), (14, True), (15, False)])
    def test_ready_is_who_could_start_within_two_weeks(
        self, person: Person, days: int, is_ready: bool
    ) -> None:
        person.given_registered().when(
            lambda ledger, occasion: search.judge_readiness(ledger, occasion, days, "参加培训")
        ).then(ReadinessJudged(is_ready=is_ready, could_start_within_days=days, advice="参加培训"))
        assert person.ledger.search.is_ready is is_ready

    @pytest.mark.rule("15.1")
    def test_who_is_not_ready_gets_advice(self, person: Person) -> None:
        person.given_registered().when(
            lambda ledger, occasion: search.judge_readiness(ledger, occasion, None, " ")
        ).then_broken("15.1", "advice")


class TestReferrals:
    @staticmethod
    def refer(
        person: Person, *, consented: bool = True, reasons: tuple[str, ...] = ("电工证",)
    ) -> None:
        referred = person.referred().model_copy(update={"reasons": reasons})
        person.when(
            lambda ledger, occasion: search.refer(ledger, occasion, referred, consented=consented)
        )

    @pytest.mark.rule("15.1", "15.2")
    def test_a_ready_person_is_referred(self, person: Person) -> None:
        self.refer(person.given_ready(), reasons=("持有电工证",))
        person.then(person.referred())
        self.refer(person)
        person.then_refused(InvalidInput, "exists already")

    @pytest.mark.rule("15.1")
    def test_nobody_is_referred_who_is_not_registered_ready_and_consenting(
        self, person: Person
    ) -> None:
        self.refer(person.given_open())
        person.then_broken("15.1", "not registered")
        self.refer(person.given(person.registered()))
        person.then_broken("15.1", "not found ready")
        self.refer(person.given(person.ready()), consented=False)
        person.then_broken("15.1", "consent")

    @pytest.mark.rule("15.2")
    def test_a_referral_gives_its_reasons(self, person: Person) -> None:
        self.refer(person.given_ready(), reasons=(" ",))
        person.then_broken("15.2", "reasons")

    def test_nobody_is_referred_twice_to_one_vacancy(self, person: Person) -> None:
        again = person.referred().model_copy(update={"referral_id": UUID(int=99)})
        person.given_referred().when(
            lambda ledger, occasion: search.refer(ledger, occasion, again, consented=True)
        ).then_refused(InvalidInput, "already referred")

    def outcome(self, person: Person, outcome: ReferralOutcome, started: date | None) -> None:
        person.when(
            lambda ledger, _: search.learn_outcome(ledger, person.referral_id, outcome, started)
        )

    @pytest.mark.rule("16")
    def test_who_was_hired_is_employed_and_the_search_is_filed(self, person: Person) -> None:
        started = date(2026, 11, 9)
        self.outcome(person.given_referred(), ReferralOutcome.HIRED, started)
        person.then(
            ReferralOutcomeKnown(
                referral_id=person.referral_id,
                employer_id=person.employer_id,
                vacancy_id=person.vacancy_id,
                outcome=ReferralOutcome.HIRED,
                started_on=started,
            ),
            Employed(
                kind=EmploymentKind.REFERRED,
                started_on=started,
                referral_id=person.referral_id,
                ends_search=True,
            ),
        )
        self.refer(person)
        person.then_broken("16", "employed")
        person.when(lambda ledger, _: search.archive(ledger)).then(SearchArchived())
        assert person.ledger.registration.registered_on is None
        person.when(lambda ledger, _: search.archive(ledger)).then()
        person.given(person.registered(), person.ready())
        self.refer(person)
        person.then_happens()

    @pytest.mark.rule("16")
    def test_who_was_not_hired_goes_on_looking(self, person: Person) -> None:
        self.outcome(person.given_referred(), ReferralOutcome.NOT_HIRED, None)
        person.then_happens()
        assert person.ledger.search.referrals == {}
        assert person.ledger.search.employed_on is None
        self.outcome(person, ReferralOutcome.NOT_HIRED, None)
        person.then_refused(NotFound)

    @pytest.mark.rule("16")
    def test_employment_may_come_about_otherwise(self, person: Person) -> None:
        def employ(kind: EmploymentKind, day: date = person.day) -> None:
            person.when(lambda ledger, occasion: search.employ(ledger, occasion, kind, day))

        person.given_registered()
        employ(EmploymentKind.REFERRED)
        person.then_refused(InvalidInput, "outcome of the referral")
        employ(EmploymentKind.OWN_SEARCH, date(2027, 1, 1))
        person.then_refused(InvalidInput, "future")
        employ(EmploymentKind.OWN_SEARCH)
        person.then_happens()
        employ(EmploymentKind.OWN_SEARCH)
        person.then_refused(InvalidInput, "employed since")

    @pytest.mark.rule("16")
    def test_only_the_search_of_an_employed_person_is_filed(self, person: Person) -> None:
        person.given_referred().when(lambda ledger, _: search.archive(ledger)).then_broken(
            "16", "not employed"
        )
        person.given(
            Employed(
                kind=EmploymentKind.FLEXIBLE,
                started_on=person.day,
                referral_id=None,
                ends_search=True,
            )
        ).when(lambda ledger, _: search.archive(ledger)).then_broken("16", "1 referral(s)")


class TestAppeals:
    @staticmethod
    def lodged(person: Person, grievance: Grievance = Grievance.APPEAL) -> AppealLodged:
        return AppealLodged(
            person_id=person.person_id,
            appeal_id=APPEAL,
            grievance=grievance,
            against_agency_code="110105001",
            text="未提供服务",
        )

    @pytest.mark.rule("5.c", "59.2")
    @pytest.mark.parametrize("grievance", Grievance)
    def test_it_is_recorded_handled_and_answered(
        self, person: Person, grievance: Grievance
    ) -> None:
        lodged = self.lodged(person, grievance)
        handled = AppealHandled(
            person_id=person.person_id, appeal_id=APPEAL, found="属实", measures="补办", upheld=True
        )
        answered = AppealAnswered(person_id=person.person_id, appeal_id=APPEAL, answer="已补办")
        person.given_ceased().when(lambda ledger, _: appeals.lodge(ledger, lodged)).then(lodged)
        person.when(lambda ledger, _: appeals.lodge(ledger, lodged)).then_refused(InvalidInput)
        person.when(lambda ledger, _: appeals.answer(ledger, answered)).then_broken(
            grievance.value, "not handled yet"
        )
        person.when(lambda ledger, occasion: appeals.handle(ledger, occasion, handled)).then_broken(
            grievance.value, "agency it is against"
        )
        person.at("110105").when(
            lambda ledger, occasion: appeals.handle(ledger, occasion, handled)
        ).then(handled)
        person.when(
            lambda ledger, occasion: appeals.handle(ledger, occasion, handled)
        ).then_refused(InvalidInput, "answer it")
        person.when(lambda ledger, _: appeals.answer(ledger, answered)).then(answered)
        person.when(lambda ledger, _: appeals.answer(ledger, answered)).then_refused(NotFound)


SERVICES: dict[str, Callable[[Person, JobSeekerLedger, Occasion], Any]] = {
    "guidance": lambda _, ledger, occasion: guidance.give(
        ledger, occasion, given_guidance(GuidanceKind.GENERAL)
    ),
    "booking": lambda _, ledger, occasion: guidance.book(
        ledger, occasion, BOOKING, GuidanceKind.GENERAL, "转行", occasion.today
    ),
    "way": lambda _, ledger, occasion: guidance.lead_to(ledger, occasion, Way.SELF_SERVICE),
    "readiness": lambda _, ledger, occasion: search.judge_readiness(ledger, occasion, 1, ""),
    "referral": lambda person, ledger, occasion: search.refer(
        ledger, occasion, person.referred(), consented=True
    ),
}


@pytest.mark.rule("13.3")
@pytest.mark.parametrize("service", SERVICES)
def test_who_ceased_gets_no_services(person: Person, service: str) -> None:
    person.given_ceased().when(
        lambda ledger, occasion: SERVICES[service](person, ledger, occasion)
    ).then_broken("13.3", "resume them on contact")
