"""given / when / then for the ledger of a job seeker, without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID, uuid4

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer.papers import Channel
from taizhang.domain.errors import TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_seeker import search, status
from taizhang.domain.job_seeker.contact import Ground, ReportedToRegistry, ServicesCeased
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.grading import Graded
from taizhang.domain.job_seeker.ledger import JobSeekerLedger
from taizhang.domain.job_seeker.registration import (
    BasicsRecorded,
    Household,
    JobSeekerLedgerOpened,
    JobSeekingRegistered,
    Wishes,
)
from taizhang.domain.job_seeker.surveys import SurveyAnswer, Surveyed, SurveyMethod
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018

from ..answers import Answered

Decision = Callable[[JobSeekerLedger, Occasion], Sequence[Event]]

AGENCY = "110105001"


class Person(Answered):
    """What was recorded of one job seeker, a decision taken on it, and what came of that."""

    first_day = date(2026, 11, 2)
    person_id = UUID(int=1)
    referral_id = UUID(int=2)
    employer_id = UUID(int=3)
    vacancy_id = UUID(int=4)
    wishes = Wishes(occupations=("电工",))

    def __init__(self) -> None:
        self.day = self.first_day
        self.agency = AGENCY
        self.history: list[RecordedEvent] = []
        self.ledger = JobSeekerLedger()
        self.answer: Sequence[Event] | TaizhangError = ()

    # --- given ---

    def on(self, day: date) -> Self:
        self.day = day
        return self

    def later(self, days: int) -> Self:
        return self.on(self.day + timedelta(days=days))

    def at(self, agency: str) -> Self:
        self.agency = agency
        return self

    def given(self, *events: Event) -> Self:
        for event in events:
            recorded = RecordedEvent(
                event, self.person_id, len(self.history) + 1, len(self.history) + 1, self.day,
                datetime(2026, 12, 31, tzinfo=UTC), "clerk", self.agency, uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.ledger.apply(recorded)
        return self

    def opened(self) -> JobSeekerLedgerOpened:
        return JobSeekerLedgerOpened(
            person_id=self.person_id,
            channel=Channel.FRONT_DESK,
            document_kind=DocumentKind.CITIZEN,
            country="CHN",
            document_number="11010519900101007X",
        )

    def basics(self, **changes: Any) -> BasicsRecorded:
        fields: dict[str, Any] = {
            "person_id": self.person_id,
            "name": "王小明",
            "sex": "male",
            "birth_date": "1990-01-01",
            "phone": "13800000000",
            "address": "建外大街1号",
            "household_address": "",
            "household": Household.LOCAL_URBAN,
            "residence_area": "110105001",
        }
        return BasicsRecorded(**{**fields, **changes})

    def registered(self, *, must_be_graded: bool = False) -> JobSeekingRegistered:
        return JobSeekingRegistered(
            person_id=self.person_id,
            education=None,
            wishes=self.wishes,
            experience="",
            must_be_graded=must_be_graded,
        )

    def graded(self, level: int) -> Graded:
        return Graded(
            person_id=self.person_id,
            tool="sample",
            tool_version="1",
            answers="{}",
            score=Decimal(level * 10),
            level=level,
        )

    def out_of_work(self) -> status.StatusRegistered:
        return status.StatusRegistered(
            registration=status.StatusRegistration.UNEMPLOYMENT,
            since=self.day,
            source="失业登记系统",
        )

    def recognised(self, *, must_be_graded: bool = False) -> status.Recognised:
        return status.Recognised(
            category="4050人员", since=self.day, source="认定表", must_be_graded=must_be_graded
        )

    def ready(self) -> search.ReadinessJudged:
        return search.ReadinessJudged(is_ready=True, could_start_within_days=7, advice="")

    def referred(self) -> search.Referred:
        return search.Referred(
            referral_id=self.referral_id,
            employer_id=self.employer_id,
            vacancy_id=self.vacancy_id,
            reasons=("持有电工证",),
        )

    def surveyed(self, answer: SurveyAnswer, number: int = 0, **changes: Any) -> Surveyed:
        fields: dict[str, Any] = {
            "person_id": self.person_id,
            "method": SurveyMethod.PHONE,
            "answer": answer,
            "reason": "照顾老人" if answer is SurveyAnswer.UNWILLING else "",
            "other_findings": "",
            "number": number,
            "will_follow_up": answer is SurveyAnswer.WILLING,
            "put_off": None,
            "unwilling_often": False,
            "surveyed_often": number >= 3,
            "last_contact_on": None,
        }
        return Surveyed(**{**fields, **changes})

    def given_open(self) -> Self:
        return self.given(self.opened(), self.basics())

    def given_registered(self) -> Self:
        return self.given_open().given(self.registered())

    def given_ready(self) -> Self:
        return self.given_registered().given(self.ready())

    def given_referred(self) -> Self:
        return self.given_ready().given(self.referred())

    def given_ceased(self, ground: Ground = Ground.OUT_OF_CONTACT) -> Self:
        return self.given_registered().given(
            ReportedToRegistry(ground=ground, reference=""), ServicesCeased(ground=ground)
        )

    # --- when ---

    def when(self, decision: Decision) -> Self:
        actor = Actor(staff_id="clerk", agency_code=self.agency)
        occasion = Occasion(actor, self.day, self.day, EDITION_2018)
        before = repr(self.ledger)
        try:
            self.answer = decision(self.ledger, occasion)
        except TaizhangError as error:
            self.answer = error
        assert repr(self.ledger) == before, "a decision changes nothing"
        return self

    # --- then ---

    def then(self, *events: Event) -> Self:
        """Expect these events; the ledger takes them in."""
        assert not isinstance(self.answer, TaizhangError), self.answer
        assert list(self.answer) == list(events)
        return self.given(*events)

    def then_happens(self) -> list[Event]:
        """Expect that something follows; the ledger takes it in."""
        assert not isinstance(self.answer, TaizhangError), self.answer
        self.given(*self.answer)
        return list(self.answer)


@pytest.fixture
def person() -> Person:
    """Return a job seeker of whom nothing is recorded yet."""
    return Person()
