"""Job fairs (Articles 42 and 43): given what was recorded, when something is decided, then events or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.domain.aggregate import Occasion
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import EmployerRegistered, LicenceKind, LicenceVerified
from taizhang.domain.errors import RuleBroken, TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_fair import admission, outcomes, planning, registrations
from taizhang.domain.job_fair.fair import JobFair
from taizhang.domain.job_fair.outcomes import FairOutcomeEntered, VacancyOutcome
from taizhang.domain.job_fair.planning import (
    FairCancelled,
    FairChanged,
    FairForm,
    FairHeld,
    FairPlanned,
    FairPreAnnounced,
    FairRescheduled,
    FairScope,
)
from taizhang.domain.job_fair.registrations import (
    PaperBatchCorrected,
    PaperRegistrationEntered,
    PaperRegistrationsTaken,
)
from taizhang.domain.job_fair.state import FairStage
from taizhang.domain.obligations import explain
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.obligations import ObligationRow, Obligations
from taizhang.projections.read_model import fold_in_memory

from .conftest import Story

FAIR, BATCH, PERSON, EMPLOYER, OTHER = (UUID(int=number) for number in range(901, 906))
VACANCY, SECOND = Story.vacancy_id, UUID(int=101)
FIRST_DAY = date(2026, 11, 12)  # a Thursday: the third working day before is Monday the 9th
TODAY = date(2026, 11, 2)
CALENDAR = WorkingDayCalendar()

PLANNED = FairPlanned(
    title="电工专场招聘会", form=FairForm.ON_SITE, scope=FairScope.SPECIALISED, theme="电工",
    place="区人力资源市场", first_day=FIRST_DAY, last_day=FIRST_DAY,
)  # fmt: skip


class Fair:
    """What was recorded of one fair, a decision taken on it, and what came of that."""

    def __init__(self) -> None:
        self.day = TODAY
        self.entered_on: date | None = None
        self.state = JobFair()
        self.history: list[RecordedEvent] = []
        self.answer: Sequence[Event] | TaizhangError | None = None

    def on(self, day: date) -> Self:
        self.day, self.entered_on = day, None
        return self

    def entered(self, day: date) -> Self:
        self.entered_on = day
        return self

    def given(self, *events: Event) -> Self:
        for event in events:
            today = self.entered_on or self.day
            number = len(self.history) + 1
            recorded = RecordedEvent(
                event, FAIR, number, number, self.day,
                datetime(today.year, today.month, today.day, 4, tzinfo=UTC), "clerk", "110105",
                uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.state.apply(recorded)
        return self

    def given_planned(self, **changes: object) -> Self:
        return self.given(PLANNED.model_copy(update=changes))

    def given_admitted(self, *employers: UUID) -> Self:
        for employer_id in employers or (EMPLOYER,):
            self.given(
                admission.EmployerAdmitted(
                    employer_id=employer_id, vacancy_ids=(VACANCY, SECOND), signed_up_online=False
                )
            )
        return self

    def given_held(self, *employers: UUID) -> Self:
        self.given_planned().given(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        self.given_admitted(*employers).on(FIRST_DAY)
        return self.given(FairHeld(last_day=FIRST_DAY, visitors=300, absent=(), was_announced=True))

    @property
    def occasion(self) -> Occasion:
        who = Actor(staff_id="clerk", agency_code="110105")
        return Occasion(who, self.day, self.entered_on or self.day, EDITION_2018)

    def when(self, decision: Callable[[JobFair, Occasion], Sequence[Event]]) -> Self:
        try:
            self.answer = decision(self.state, self.occasion)
        except TaizhangError as error:
            self.answer = error
        return self

    def then(self, *events: Event) -> Self:
        assert self.answer == list(events)
        return self.given(*events)

    def refused(self, rule_id: str, reason: str = "") -> Self:
        assert isinstance(self.answer, RuleBroken), self.answer
        assert self.answer.rule_id == rule_id
        assert reason in self.answer.reason
        return self

    def invalid(self, reason: str) -> Self:
        assert isinstance(self.answer, TaizhangError), self.answer
        assert not isinstance(self.answer, RuleBroken)
        assert reason in str(self.answer)
        return self

    def duties(self) -> list[ObligationRow]:
        """Return what is or was owed, in the order in which it fell due."""
        rows = fold_in_memory(Obligations(CALENDAR), [self.history])
        return sorted((ObligationRow(*row) for row in rows), key=lambda row: row.since_position)

    def duty(self, key: str) -> ObligationRow:
        return [row for row in self.duties() if row.duty == key][-1]


@pytest.fixture
def fair() -> Fair:
    return Fair()


@pytest.fixture
def story() -> Story:
    return Story()


class TestPlanning:
    @pytest.mark.rule("42")
    def test_it_is_on_site_or_online_and_may_be_for_a_trade_or_a_group(self, fair: Fair) -> None:
        general = PLANNED.model_copy(update={"scope": FairScope.GENERAL, "theme": ""})
        Fair().when(lambda state, o: planning.plan(state, o, general)).then(general)
        targeted = PLANNED.model_copy(
            update={"form": FairForm.ONLINE, "scope": FairScope.TARGETED, "theme": "退役军人"}
        )
        Fair().when(lambda state, o: planning.plan(state, o, targeted)).then(targeted)
        assert FairForm.ONLINE.label_zh == "网络招聘会"
        assert FairScope.TARGETED.label_zh == "定向"
        assert fair.state.stage.label_zh == "筹备中"

    @pytest.mark.rule("42")
    @pytest.mark.parametrize("scope", [FairScope.SPECIALISED, FairScope.TARGETED])
    def test_专场_and_定向_name_their_theme(self, fair: Fair, scope: FairScope) -> None:
        plan = PLANNED.model_copy(update={"scope": scope, "theme": " "})
        fair.when(lambda state, o: planning.plan(state, o, plan)).refused("42", "theme")

    @pytest.mark.parametrize(
        ("first_day", "last_day", "reason"),
        [
            (FIRST_DAY, FIRST_DAY - timedelta(days=1), "ends before it begins"),
            (TODAY - timedelta(days=1), FIRST_DAY, "is over"),
            (FIRST_DAY, FIRST_DAY + timedelta(days=400), "a year at the longest"),
        ],
    )
    def test_days_that_make_no_sense(
        self, fair: Fair, first_day: date, last_day: date, reason: str
    ) -> None:
        plan = PLANNED.model_copy(update={"first_day": first_day, "last_day": last_day})
        fair.when(lambda state, o: planning.plan(state, o, plan)).invalid(reason)

    def test_one_id_is_one_fair(self, fair: Fair) -> None:
        fair.given_planned().when(lambda s, o: planning.plan(s, o, PLANNED)).invalid("this id")
        Fair().when(lambda s, o: planning.pre_announce(s, o)).invalid("no such job fair")

    @pytest.mark.rule("42")
    def test_what_it_is_about_may_change_while_it_is_planned(self, fair: Fair) -> None:
        changed = FairChanged(
            title="技工专场招聘会",
            scope=FairScope.SPECIALISED,
            theme="技工",
            place="二层",
            reason="扩大",
        )
        fair.given_planned().when(lambda s, _: planning.change(s, changed)).then(changed)
        fair.given(FairCancelled(reason="天气")).when(lambda s, _: planning.change(s, changed))
        fair.refused("42", "cancelled")

    @pytest.mark.rule("43.1", "43.4")
    def test_it_is_held_on_its_last_day_with_somebody_there(self, fair: Fair) -> None:
        def hold(*absent: UUID) -> Callable[[JobFair, Occasion], Sequence[Event]]:
            return lambda state, o: planning.hold(state, o, 120, absent)

        fair.given_planned().when(hold()).invalid("lasts until 2026-11-12")
        fair.on(FIRST_DAY).when(hold()).refused("43.1", "no employer")
        fair.given_admitted(EMPLOYER, OTHER)
        fair.when(hold(PERSON)).invalid("was admitted")
        fair.when(hold(EMPLOYER, OTHER)).refused("43.1", "no employer")
        fair.when(hold(OTHER)).then(
            FairHeld(last_day=FIRST_DAY, visitors=120, absent=(OTHER,), was_announced=False)
        )
        assert list(fair.state.stands) == [EMPLOYER]
        fair.when(hold()).refused("43.4", "held")
        fair.when(lambda s, _: planning.cancel(s, "天气")).refused("43.2", "held")


class TestPreAnnouncement:
    @pytest.mark.rule("43.2")
    def test_it_is_due_on_the_third_working_day_before(self, fair: Fair) -> None:
        duty = fair.given_planned().duty("fair_announcement")
        assert (duty.due_on, duty.rule, duty.agency_code) == (date(2026, 11, 9), "43.2", "110105")

    @pytest.mark.rule("43.2")
    def test_working_days_are_counted_back_over_a_holiday(self, fair: Fair) -> None:
        # 2025-10-01 to 08 is a holiday, 09-28 a Sunday at work: before Friday the 10th come 9th, 30th, 29th.
        fair.on(date(2025, 9, 1)).given_planned(
            first_day=date(2025, 10, 10), last_day=date(2025, 10, 10)
        )
        assert fair.duty("fair_announcement").due_on == date(2025, 9, 29)

    @pytest.mark.rule("43.2")
    @pytest.mark.parametrize(
        ("day", "outcome"),
        [(date(2026, 11, 3), "met"), (date(2026, 11, 9), "met"), (date(2026, 11, 10), "late"),
         (FIRST_DAY, "late")],
    )  # fmt: skip
    def test_earlier_meets_it_and_later_does_not(self, fair: Fair, day: date, outcome: str) -> None:
        fair.given_planned().on(day).when(planning.pre_announce)
        fair.then(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        assert fair.duty("fair_announcement").outcome == outcome
        fair.when(planning.pre_announce).then()

    @pytest.mark.rule("43.2")
    def test_the_entry_is_the_announcement_and_cannot_be_dated_back(self, fair: Fair) -> None:
        fair.given_planned().on(date(2026, 11, 6)).entered(date(2026, 11, 11))
        fair.when(planning.pre_announce).invalid("leave the day out")
        fair.on(FIRST_DAY + timedelta(days=1)).when(planning.pre_announce).refused("43.2", "ended")

    @pytest.mark.rule("43.2")
    def test_rescheduling_moves_the_date(self, fair: Fair) -> None:
        later = FIRST_DAY + timedelta(days=7)
        fair.given_planned().on(date(2026, 11, 5))
        fair.when(lambda s, o: planning.reschedule(s, o, FIRST_DAY, FIRST_DAY, "x")).invalid(
            "already"
        )
        fair.when(lambda s, o: planning.reschedule(s, o, later, later, "场地检修")).then(
            FairRescheduled(first_day=later, last_day=later, reason="场地检修", was_announced=False)
        )
        first, second = (row for row in fair.duties() if row.duty == "fair_announcement")
        assert (first.outcome, second.outcome) == ("redated", "open")
        assert second.due_on == date(2026, 11, 16)

    @pytest.mark.rule("43.2")
    def test_one_that_was_announced_is_announced_anew_by_its_new_days(self, fair: Fair) -> None:
        later = FIRST_DAY + timedelta(days=7)
        fair.given_planned().given(FairPreAnnounced(first_day=FIRST_DAY, last_day=FIRST_DAY))
        fair.on(date(2026, 11, 10))
        fair.when(lambda s, o: planning.reschedule(s, o, later, later, "场地检修")).then(
            FairRescheduled(first_day=later, last_day=later, reason="场地检修", was_announced=True)
        )
        assert not fair.state.announced
        first, second = (row for row in fair.duties() if row.duty == "fair_announcement")
        assert (first.outcome, second.outcome) == ("met", "open")
        assert (second.due_on, second.trigger) == (date(2026, 11, 16), "job_fair.rescheduled")

    @pytest.mark.rule("43.2")
    def test_cancelled_it_is_owed_no_more(self, fair: Fair) -> None:
        fair.given_planned().when(lambda s, _: planning.cancel(s, "极端天气"))
        fair.then(FairCancelled(reason="极端天气"))
        assert fair.state.stage is FairStage.CANCELLED
        assert fair.duty("fair_announcement").outcome == "cancelled"

    @pytest.mark.rule("43.2")
    def test_one_that_never_came_ends_too_late_when_the_fair_is_held(self, fair: Fair) -> None:
        fair.given_planned().given_admitted().on(FIRST_DAY)
        fair.given(FairHeld(last_day=FIRST_DAY, visitors=1, absent=(), was_announced=False))
        assert fair.duty("fair_announcement").outcome == "late"

    @pytest.mark.rule("43.2")
    def test_the_duty_explains_itself(self, fair: Fair) -> None:
        duty = fair.given_planned().duty("fair_announcement")
        text = explain(duty, EDITION_2018, CALENDAR).text_zh  # type: ignore[arg-type]
        assert "第四十三条（二）" in text
        assert "前3个工作日" in text
        assert "应于2026年11月9日前" in text


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


def result(
    *results: tuple[UUID, int, int], employer: UUID = EMPLOYER
) -> Callable[[JobFair, Occasion], Sequence[Event]]:
    found = tuple(
        VacancyOutcome(vacancy_id=one, agreements=agreements, started=started)
        for one, agreements, started in results
    )
    return lambda fair, o: outcomes.enter(fair, o, employer, found)


class TestOutcomes:
    @pytest.mark.rule("43.4")
    def test_they_are_due_after_the_fair_and_known_with_the_last_employer(self, fair: Fair) -> None:
        fair.given_held(EMPLOYER, OTHER)
        assert fair.duty("fair_outcome").due_on == date(2026, 11, 19)
        fair.on(date(2026, 11, 17)).when(result((VACANCY, 4, 1), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        (entered,) = fair.answer
        assert isinstance(entered, FairOutcomeEntered)
        assert not entered.all_known
        fair.given(entered)
        assert fair.duty("fair_outcome").outcome == "open"
        fair.on(date(2026, 11, 20)).when(result((VACANCY, 0, 0), (SECOND, 2, 2), employer=OTHER))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer)
        assert fair.duty("fair_outcome").outcome == "late"

    @pytest.mark.rule("43.4")
    def test_later_totals_take_the_place_of_earlier_ones(self, fair: Fair) -> None:
        fair.given_held().when(result((VACANCY, 4, 0)))
        fair.invalid("1 vacancies of the employer are missing")
        fair.when(result((VACANCY, 4, 0), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer).on(date(2026, 12, 1)).when(result((VACANCY, 4, 3)))
        assert isinstance(fair.answer, list)

    @pytest.mark.rule("43.4")
    def test_figures_that_cannot_be(self, fair: Fair) -> None:
        fair.given_held()
        fair.when(result((VACANCY, 1, 2), (SECOND, 0, 0))).invalid("more started than agreed")
        fair.when(result()).invalid("each vacancy once")
        fair.when(result((VACANCY, 1, 0), (VACANCY, 1, 0))).invalid("each vacancy once")
        fair.when(result((PERSON, 1, 0))).refused("43.1", "not admitted")
        fair.when(result((VACANCY, 1, 0), employer=OTHER)).refused("43.1", "not admitted")
        fair.on(TODAY).when(result((VACANCY, 1, 0), (SECOND, 0, 0))).invalid("ended on")

    @pytest.mark.rule("43.4")
    def test_not_before_it_is_held(self, fair: Fair) -> None:
        fair.given_planned().given_admitted().when(result((VACANCY, 1, 0))).refused(
            "43.4", "planned"
        )

    @pytest.mark.rule("43.4")
    def test_late_entry_is_found(self, fair: Fair) -> None:
        fair.given_held().on(date(2026, 11, 13)).entered(date(2026, 11, 18))
        fair.when(result((VACANCY, 4, 0), (SECOND, 0, 0)))
        assert isinstance(fair.answer, list)
        fair.given(*fair.answer)
        late = fair.duty("fair_outcome_entry")
        assert (late.outcome, late.due_on, late.closed_on) == (
            "late", date(2026, 11, 16), date(2026, 11, 18),
        )  # fmt: skip
        assert fair.duty("fair_outcome").outcome == "met"
