"""What the ledger alone would allow is refused while an agreement with the person is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.assistance import SignAgreement
from taizhang.application.commands.assistance_course import (
    ApplyForTransfer,
    ApproveTransfer,
    CloseCase,
    RequestTransfer,
    VerifyTransfer,
)
from taizhang.application.commands.assisted_work import (
    ArchiveAssistedSearch,
    EndWork,
    StartWork,
)
from taizhang.application.commands.contact import CeaseServices, ReportToRegistry
from taizhang.application.commands.job_seekers import (
    MergeJobSeekerLedgers,
    RegisterJobSeeker,
    TakeOverJobSeeker,
)
from taizhang.application.commands.referrals import (
    RecordEmployment,
    RecordReferralOutcome,
    ReferJobSeeker,
)
from taizhang.domain.assistance.agreement import ServicePlace
from taizhang.domain.assistance.employment import WorkKind
from taizhang.domain.assistance.ending import EndingCause
from taizhang.domain.assistance.moving import TransferReason
from taizhang.domain.assistance.state import AssistanceCase
from taizhang.domain.employer.papers import Channel
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.errors import InvalidInput
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.registration import JobSeekerLedgerOpened, Wishes
from taizhang.domain.job_seeker.search import EmploymentKind, ReadinessJudged

if TYPE_CHECKING:
    from .conftest import Desk

CREDIT_CODE = "91110105MA0012345R"
HERE, NEXT_DOOR, DISTRICT, CITY = "110105001", "110105002", "110105", "110000"
OTHER = UUID(int=77)
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
    desk.given(OTHER, opened(OTHER))
    desk.assisted().by(f"head-{CITY}")
    ids = (OTHER, desk.person_id) if gives_up else (desk.person_id, OTHER)
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


def opened(person_id: UUID) -> JobSeekerLedgerOpened:
    return JobSeekerLedgerOpened(
        person_id=person_id,
        channel=Channel.FRONT_DESK,
        document_kind=DocumentKind.CITIZEN,
        country="CHN",
        document_number="110105199001010088",
    )


def merged(desk: Desk) -> Desk:
    """Merge the ledger of the person into another one, opened later."""
    desk.given(OTHER, opened(OTHER)).by(f"head-{CITY}")
    desk.done(
        MergeJobSeekerLedgers(
            job_seeker_id=OTHER, merged_id=desk.person_id, reason="证件号码录错", evidence="身份证"
        )
    )
    return desk.by(f"specialist-{HERE}")


@pytest.mark.rule("9.1", "23.1")
def test_an_agreement_that_is_owed_is_owed_under_the_ledger_that_goes_on(desk: Desk) -> None:
    desk.called_for()
    (owed,) = desk.open("agreement_signing")
    before = desk.store.head()
    merged(desk)
    (moved,) = desk.open("agreement_signing")
    assert (moved.subject_id, moved.due_on, moved.agency_code) == (OTHER, owed.due_on, HERE)
    assert [row.subject_id for row in desk.open("agreement_signing", before)] == [desk.person_id]
    desk.when(
        SignAgreement(
            person_id=desk.person_id,
            specialist_id=f"specialist-{HERE}",
            place=ServicePlace.HOUSEHOLD,
        )
    )
    assert isinstance(desk.answer, InvalidInput)
    desk.person_id = OTHER
    desk.signed()
    assert not desk.open("agreement_signing")
    assert desk.outcome("agreement_signing") == ["moved", "met"]


@pytest.mark.rule("9.1", "24.2")
def test_a_transfer_that_was_approved_is_gone_on_with_under_the_other_ledger(desk: Desk) -> None:
    desk.assisted().planned()
    referral = desk.referred()
    first = desk.case_id
    desk.done(
        desk.of(RequestTransfer, to_agency_code=NEXT_DOOR, reason=TransferReason.RESIDENCE_MOVED)
    )
    desk.done(desk.of(VerifyTransfer, fits=True, findings="已迁入"))
    desk.done(desk.of(ApplyForTransfer))
    desk.by(f"chief-{DISTRICT}").done(desk.of(ApproveTransfer))
    merged(desk)
    owed = {row.duty: row for row in desk.open()}
    assert owed.keys() == {"agreement_signing_after_transfer", "visit_after_referral"}
    assert {(row.subject_id, row.agency_code) for row in owed.values()} == {(OTHER, NEXT_DOOR)}
    desk.person_id = OTHER
    desk.by(f"specialist-{NEXT_DOOR}").signed()
    assert desk.case.number == 1
    assert referral in desk.case.items
    assert AssistanceCase.replay(desk.store.history(first)).person_id == OTHER
    desk.visited(referral, hired=False)
    assert not desk.open()


@pytest.mark.rule("23.1")
def test_who_registers_anew_under_an_agreement_is_not_to_be_signed_with(desk: Desk) -> None:
    desk.assisted().planned()
    work = uuid4()
    started = {"work": WorkKind.EMPLOYED, "employer": "e", "started_on": desk.day}
    desk.done(desk.of(StartWork, employment_id=work, **started))
    desk.done(desk.of(ArchiveAssistedSearch))
    desk.later(10).done(desk.of(EndWork, employment_id=work, ended_on=desk.day, reason="停产"))
    desk.done(RegisterJobSeeker(job_seeker_id=desk.person_id, wishes=Wishes(occupations=("电工",))))
    assert desk.recorded == ["job_seeker_ledger.registered"]
    assert not desk.open("agreement_signing")


@pytest.mark.rule("16", "24")
def test_what_came_of_a_referral_is_learnt_where_the_person_is_transferred_to(desk: Desk) -> None:
    desk.assisted().planned()
    desk.referred()
    desk.done(
        desk.of(RequestTransfer, to_agency_code=NEXT_DOOR, reason=TransferReason.RESIDENCE_MOVED)
    )
    desk.done(desk.of(VerifyTransfer, fits=True, findings="已迁入"))
    desk.done(desk.of(ApplyForTransfer))
    desk.by(f"chief-{DISTRICT}").done(desk.of(ApproveTransfer))
    duties = [row for row in desk.rows() if row.duty == "job_seeker_referral_outcome"]
    assert [(row.outcome, row.agency_code) for row in duties] == [
        ("moved", HERE), ("open", NEXT_DOOR),
    ]  # fmt: skip
