"""Records to examine, made of events alone, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self
from uuid import UUID, uuid5

import pytest

from taizhang.domain.assistance.agreement import AgreementSigned
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.calendar import SHANGHAI, WorkingDayCalendar
from taizhang.domain.employer.papers import Channel
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.job_seeker import registration, surveys
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.grading import Graded
from taizhang.domain.regulation.edition import EDITIONS
from taizhang.domain.supervision.spot_check.findings import Finding, Verdict
from taizhang.domain.supervision.spot_check.kinds import RecordKind
from taizhang.projections.inspection.kinds import EXAMINED, Shown, examine
from taizhang.projections.inspection.record import InspectedRecord

PERSON = UUID(int=1)
CASE = case_stream(PERSON, 1)
HERE, ELSEWHERE = "110105001", "110105002"
MONTH, CUT_OFF = date(2026, 11, 1), date(2026, 11, 30)
FIRST_DAY = date(2026, 11, 2)


class Kept:
    """A record as its events make it. `on` sets the day of service, and of entry unless `entered` later."""

    person = PERSON
    case = CASE

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self.day = self.entered = FIRST_DAY
        self.stream = PERSON
        self.staff, self.agency = "clerk", HERE
        self._versions: dict[UUID, int] = {}

    def on(self, day: date, entered: date | None = None) -> Self:
        self.day, self.entered = day, entered or day
        return self

    def by(self, staff: str, agency: str = HERE) -> Self:
        self.staff, self.agency = staff, agency
        return self

    def within(self, stream: UUID) -> Self:
        self.stream = stream
        return self

    def add(self, *events: Event) -> Self:
        for event in events:
            self._versions[self.stream] = version = self._versions.get(self.stream, 0) + 1
            self.events.append(
                RecordedEvent(
                    event, self.stream, version, len(self.events) + 1, self.day,
                    datetime.combine(self.entered, time(10), SHANGHAI), self.staff, self.agency,
                    uuid5(self.stream, str(version)),
                )
            )  # fmt: skip
        return self

    # --- events of a person ---

    def opened(self, **basics: Any) -> Self:
        fields: dict[str, Any] = {
            "person_id": PERSON, "name": "王小明", "sex": "male", "birth_date": "1990-01-01",
            "phone": "13800000000", "address": "", "household_address": "", "household": None,
            "residence_area": None,
        }  # fmt: skip
        return self.add(
            registration.JobSeekerLedgerOpened(
                person_id=PERSON, channel=Channel.FRONT_DESK, document_kind=DocumentKind.CITIZEN,
                country="CHN", document_number="11010519900101007X",
            ),
            registration.BasicsRecorded(**fields | basics),
        )  # fmt: skip

    def registered(self) -> Self:
        return self.add(
            registration.JobSeekingRegistered(
                person_id=PERSON, education=None, experience="",
                wishes=registration.Wishes(occupations=("电工",)),
            )
        )  # fmt: skip

    def refined(self) -> Self:
        return self.add(
            registration.RefinedInformationRecorded(
                person_id=PERSON, out_of_work_since=None, skills=(), family_factors=(), remarks="",
                skill_level=registration.SkillLevel.NONE,
            )
        )  # fmt: skip

    def graded(self, **changes: Any) -> Self:
        fields: dict[str, Any] = {
            "person_id": PERSON, "tool": "分级工具", "tool_version": "1", "answers": '{"age": "52"}',
            "score": Decimal(70), "level": 3,
        }  # fmt: skip
        return self.add(Graded(**fields | changes))

    def surveyed(
        self, answer: surveys.SurveyAnswer = surveys.SurveyAnswer.WILLING, **changes: Any
    ) -> Self:
        fields: dict[str, Any] = {
            "person_id": PERSON, "method": surveys.SurveyMethod.PHONE, "answer": answer, "reason": "",
            "other_findings": "", "number": 0, "will_follow_up": False, "put_off": None,
            "unwilling_often": False, "surveyed_often": False, "last_contact_on": None,
        }  # fmt: skip
        return self.add(surveys.Surveyed(**fields | changes))

    def needs(self, **needs: Any) -> Self:
        return self.add(surveys.NeedsFileOpened(needs=surveys.EmploymentNeeds(**needs)))

    def signed(self, agency: str = HERE) -> Self:
        self.within(CASE).add(
            AgreementSigned(
                person_id=PERSON, agency_code=agency, specialist_id="c1", number=1,
                place="household", continued=None,
            )
        )  # fmt: skip
        return self

    def of_case(self) -> dict[str, Any]:
        return {"person_id": PERSON, "agency_code": HERE, "specialist_id": "c1"}

    # --- what is found ---

    def record(self, record_id: UUID = PERSON) -> InspectedRecord:
        return InspectedRecord(
            record_id, tuple(self.events), MONTH, CUT_OFF, WorkingDayCalendar(), EDITIONS,
            lambda code: code.startswith(HERE),
        )  # fmt: skip

    def found(
        self, kind: RecordKind = RecordKind.PERSONAL_LEDGERS, record_id: UUID = PERSON
    ) -> dict[str, Finding]:
        findings = examine(kind, self.record(record_id))
        assert len({finding.key for finding in findings}) == len(findings)
        return {finding.key: finding for finding in findings}

    def verdicts(self, *keys: str, kind: RecordKind = RecordKind.PERSONAL_LEDGERS) -> list[Verdict]:
        found = self.found(kind)
        return [found[key].verdict for key in keys]

    def shown(self, kind: RecordKind = RecordKind.PERSONAL_LEDGERS) -> Shown:
        return EXAMINED[kind].shown(self.record())


@pytest.fixture
def kept() -> Kept:
    """Return a record of which nothing was entered yet."""
    return Kept()


def texts(findings: Iterable[Finding]) -> str:
    """Return all that the evidence says."""
    return "\n".join(one.text_zh for finding in findings for one in finding.evidence)
