"""given / when / then for aggregates, without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.employer.content import VacancyContent, screen_content
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.employer.papers import (
    AgentVerified,
    Channel,
    EmployerBasics,
    EmployerLedgerOpened,
    EmployerRegistered,
    LicenceKind,
    LicenceVerified,
)
from taizhang.domain.employer.vacancy import (
    VacancyDrafted,
    VacancyPassed,
    VacancyPublished,
    VacancySubmitted,
)
from taizhang.domain.errors import TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.regulation.edition import EDITION_2018

from .answers import Answered

Decision = Callable[[EmployerLedger, Occasion], Sequence[Event]]

STREAM = UUID(int=1)


class Story(Answered):
    """What was recorded of one employer, a decision taken on it, and what came of that.

    Every event takes place on `day` and is recorded by `staff`; both can be changed on the way.
    """

    first_day = date(2026, 11, 2)
    vacancy_id = UUID(int=100)
    agent_id = UUID(int=200)
    content = VacancyContent(title="电工", text="负责电路维修。", headcount=2)
    discriminatory = VacancyContent(title="前台", text="要求：女，未婚，形象好。")

    def __init__(self) -> None:
        self.day = self.first_day
        self.staff = "clerk"
        self.history: list[RecordedEvent] = []
        self.ledger = EmployerLedger()
        self.answer: Sequence[Event] | TaizhangError | None = None

    # --- given ---

    def on(self, day: date) -> Self:
        self.day = day
        return self

    def later(self, days: int) -> Self:
        return self.on(self.day + timedelta(days=days))

    def by(self, staff: str) -> Self:
        self.staff = staff
        return self

    def given(self, *events: Event) -> Self:
        for event in events:
            recorded = RecordedEvent(
                event, STREAM, len(self.history) + 1, 0, self.day, datetime(2026, 12, 31, tzinfo=UTC),
                self.staff, "110105001", uuid4(),
            )  # fmt: skip
            self.history.append(recorded)
            self.ledger.apply(recorded)
        return self

    def given_open(self) -> Self:
        return self.given(
            EmployerLedgerOpened(
                credit_code="91110101717757158X",
                name="北京某某有限公司",
                basics=EmployerBasics(nature="有限责任公司"),
                channel=Channel.FRONT_DESK,
            )
        )

    def given_registered(
        self,
        *,
        licence_until: date | None = None,
        authority_until: date = date(2027, 12, 31),
        identity_until: date | None = None,
        real_name: bool = True,
    ) -> Self:
        return self.given_open().given(
            LicenceVerified(
                licence=LicenceKind.BUSINESS_LICENCE,
                valid_from=date(2020, 1, 1),
                valid_until=licence_until,
            ),
            self.agent(authority_until, identity_until, real_name=real_name),
            EmployerRegistered(),
        )

    def given_draft(self, content: VacancyContent | None = None) -> Self:
        content = content or self.content
        return self.given_registered().given(
            VacancyDrafted(
                vacancy_id=self.vacancy_id, content=content, screening=screen_content(content)
            )
        )

    def given_submitted(self, content: VacancyContent | None = None) -> Self:
        return self.given_draft(content).given(self.submitted())

    def given_passed(self, content: VacancyContent | None = None) -> Self:
        return (
            self.given_submitted(content)
            .by("reviewer")
            .given(VacancyPassed(vacancy_id=self.vacancy_id, overruled=None))
            .by("clerk")
        )

    def given_published(self, valid_until: date = date(2026, 12, 1)) -> Self:
        return self.given_passed().given(
            VacancyPublished(vacancy_id=self.vacancy_id, valid_until=valid_until)
        )

    def agent(
        self,
        authority_until: date = date(2027, 12, 31),
        identity_until: date | None = None,
        *,
        real_name: bool = True,
    ) -> AgentVerified:
        return AgentVerified(
            agent_id=self.agent_id,
            name="王小明",
            identity_number="11010519900101001X",
            phone="13800000000",
            authority_valid_until=authority_until,
            identity_valid_until=identity_until,
            real_name_verified=real_name,
        )

    def submitted(self, publisher_id: UUID | None = None) -> VacancySubmitted:
        channel = Channel.ONLINE if publisher_id else Channel.FRONT_DESK
        return VacancySubmitted(
            vacancy_id=self.vacancy_id,
            channel=channel,
            publisher_id=publisher_id,
            review_agency_code="110101001",
        )

    # --- when ---

    def when(self, decision: Decision) -> Self:
        occasion = Occasion(
            Actor(staff_id=self.staff, agency_code="110105001"),
            self.day,
            self.day,
            EDITION_2018,
        )
        before = repr(self.ledger)
        try:
            self.answer = decision(self.ledger, occasion)
        except TaizhangError as error:
            self.answer = error
        assert repr(self.ledger) == before, "a decision changes nothing"
        return self

    # --- then ---

    def then(self, *events: Event) -> Self:
        """Check that these events follow, and that the ledger takes them in."""
        assert not isinstance(self.answer, TaizhangError), self.answer
        assert list(self.answer or ()) == list(events)
        return self.given(*events)


@pytest.fixture
def story() -> Story:
    """Return a story in which nothing has happened yet."""
    return Story()
