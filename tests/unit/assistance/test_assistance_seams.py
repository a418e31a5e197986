"""What the ledger alone would allow is refused while an agreement with the person is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.assistance_course import CloseCase
from taizhang.application.commands.contact import CeaseServices, ReportToRegistry
from taizhang.application.commands.job_seekers import MergeJobSeekerLedgers, TakeOverJobSeeker
from taizhang.application.commands.referrals import (
    RecordEmployment,
    RecordReferralOutcome,
    ReferJobSeeker,
)
from taizhang.domain.assistance.ending import EndingCause
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.registration import JobSeekerLedgerOpened
from taizhang.domain.job_seeker.search import EmploymentKind, ReadinessJudged

if TYPE_CHECKING:
    from .conftest import Desk

CREDIT_CODE = "91110105MA0012345R"
NEXT_DOOR, CITY = "110105002", "110000"
IN_FORCE = "an assistance agreement with this person is in force, at agency 110105001"


def referral(desk: Desk) -> ReferJobSeeker:
    return ReferJobSeeker(
        credit_code=CREDIT_CODE,
        vacancy_id=desk.vacancy(),
        referral_id=uuid4(),
        job_seeker_id=desk.person_id,
        reasons=("技能相符",),
        consented=True,
    )


def outcome(referral_id: UUID) -> RecordReferralOutcome:
    return RecordReferralOutcome(
        credit_code=CREDIT_CODE, referral_id=referral_id, outcome=ReferralOutcome.NOT_HIRED
    )


@pytest.mark.rule("13.3")
def test_services_do_not_cease_while_an_agreement_is_in_force(desk: Desk) -> None:
    desk.assisted().later(200)
    ground = Ground.OUT_OF_CONTACT
    desk.done(ReportToRegistry(job_seeker_id=desk.person_id, ground=ground))
    desk.when(CeaseServices(job_seeker_id=desk.person_id, ground=ground))
    desk.refused("13.3", IN_FORCE, "end the case first")
    assert desk.ledger.contact.ceased is None


@pytest.mark.rule("28", "30.1")
def test_an_assisted_person_is_referred_within_the_case(desk: Desk) -> None:
    desk.assisted().planned()
    desk.when(referral(desk)).refused("28", IN_FORCE, "refer_assisted_person")


@pytest.mark.rule("28", "30.1")
def test_what_came_of_a_referral_of_the_case_is_told_to_the_case(desk: Desk) -> None:
    desk.assisted().planned()
    referral_id = desk.referred()
    desk.when(outcome(referral_id)).refused("28", "conclude_assisted_referral")
    desk.concluded(referral_id, ReferralOutcome.NOT_HIRED)


@pytest.mark.rule("28")
def test_what_came_of_a_referral_before_the_agreement_is_none_of_the_case(desk: Desk) -> None:
    desk.called_for()
    desk.given(desk.person_id, ReadinessJudged(is_ready=True, could_start_within_days=7, advice=""))
    plain = referral(desk)
    desk.done(plain).signed()
    desk.done(outcome(plain.referral_id))
    assert desk.recorded == ["referral.outcome_learnt", "job_seeker_ledger.referral_outcome_known"]


@pytest.mark.rule("28", "16")
def test_an_assisted_person_starts_work_within_the_case(desk: Desk) -> None:
    desk.assisted()
    employed = RecordEmployment(
        job_seeker_id=desk.person_id, kind=EmploymentKind.OWN_SEARCH, started_on=desk.day
    )
    desk.when(employed).refused("28", IN_FORCE, "start_work")


@pytest.mark.rule("4", "24")
def test_an_assisted_person_is_transferred_not_taken_over(desk: Desk) -> None:
    desk.assisted().by(f"specialist-{NEXT_DOOR}")
    take_over = TakeOverJobSeeker(job_seeker_id=desk.person_id, reason="搬家")
    desk.when(take_over).refused("24", IN_FORCE, "transfer or end it first")


@pytest.mark.rule("9.1", "24")
@pytest.mark.parametrize("gives_up", [True, False])
def test_a_ledger_beside_a_live_case_is_not_merged(desk: Desk, gives_up: bool) -> None:
    other = UUID(int=77)
    desk.given(
        other,
        JobSeekerLedgerOpened(
            person_id=other,
            channel=Channel.FRONT_DESK,
            document_kind=DocumentKind.CITIZEN,
            country="CHN",
            document_number="110105199001010088",
        ),
    )
    desk.assisted().by(f"head-{CITY}")
    ids = (other, desk.person_id) if gives_up else (desk.person_id, other)
    merge = MergeJobSeekerLedgers(
        job_seeker_id=ids[0], merged_id=ids[1], reason="换发证件", evidence="户籍证明"
    )
    desk.when(merge).refused("24", IN_FORCE, "transfer or end it first")


@pytest.mark.rule("24", "29")
def test_once_the_case_has_ended_the_ledger_is_served_as_any_other(desk: Desk) -> None:
    desk.assisted()
    desk.done(desk.of(CloseCase, cause=EndingCause.AGREED_CONDITION, note="达到退休年龄"))
    desk.by(f"specialist-{NEXT_DOOR}")
    desk.done(TakeOverJobSeeker(job_seeker_id=desk.person_id, reason="搬家"))
    assert desk.recorded == ["job_seeker_ledger.moved"]
