"""The transfer of a case: its course, its gap, and the duties that go along (Articles 23 and 24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.application.commands.assistance_course import (
    ApplyForTransfer,
    ApproveTransfer,
    PassTransferOn,
    RejectTransfer,
    RequestTransfer,
    VerifyTransfer,
    WithdrawTransfer,
)
from taizhang.application.commands.contact import CeaseServices, ReportToRegistry
from taizhang.domain import transfer
from taizhang.domain.assistance.moving import TransferReason
from taizhang.domain.assistance.state import CaseStage
from taizhang.domain.employer.services import ReferralOutcome
from taizhang.domain.errors import InvalidInput, NotAuthorised
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.job_seeker.search import Employed, EmploymentKind
from taizhang.domain.job_seeker.status import RecognitionEnded, StatusRegistrationEnded

from .conftest import CITY, DISTRICT, FAR, FIRST_DAY, HERE, NEXT_DOOR, OTHER_DISTRICT

if TYPE_CHECKING:
    from .conftest import Desk


def request(desk: Desk, to: str) -> RequestTransfer:
    return desk.of(RequestTransfer, to_agency_code=to, reason=TransferReason.RESIDENCE_MOVED)


def applied(desk: Desk, to: str) -> Desk:
    desk.done(request(desk, to))
    desk.done(desk.of(VerifyTransfer, fits=True, findings="已核实新住址"))
    return desk.done(desk.of(ApplyForTransfer))


def with_open_visit(desk: Desk) -> UUID:
    desk.assisted().planned()
    return desk.referred()


@pytest.mark.rule("23.3", "24", "45.1")
@pytest.mark.parametrize(("to", "way"), [(NEXT_DOOR, (DISTRICT,)), (FAR, (DISTRICT, CITY))])
def test_the_lowest_common_superior_decides(desk: Desk, to: str, way: tuple[str, ...]) -> None:
    directory = desk.service.refresh_directory()
    assert transfer.route(directory, HERE, to, FIRST_DAY) == way
    assert transfer.approver(directory, HERE, to, FIRST_DAY).code_on(FIRST_DAY) == way[-1]


@pytest.mark.rule("23.3", "24")
def test_a_transfer_is_asked_for_verified_applied_for_and_approved(desk: Desk) -> None:
    desk.assisted()
    desk.when(desk.of(VerifyTransfer, fits=True, findings="x")).refused("24", "asks the specialist")
    desk.when(desk.of(ApplyForTransfer)).refused("24", "asks the specialist")
    desk.done(request(desk, NEXT_DOOR))
    desk.when(request(desk, FAR)).refused("24", "under way")
    desk.when(desk.of(ApplyForTransfer)).refused("24", "verifies")
    desk.by(f"colleague-{HERE}").when(desk.of(VerifyTransfer, fits=True, findings="x"))
    desk.refused("24", f"specialist-{HERE}")
    desk.by(f"specialist-{HERE}").done(desk.of(VerifyTransfer, fits=True, findings="x"))
    desk.by(f"chief-{DISTRICT}").when(desk.of(ApproveTransfer))
    assert desk.answer is not None
    desk.by(f"specialist-{HERE}").done(desk.of(ApplyForTransfer))
    assert (desk.case.transfer.lies_with, desk.case.transfer.decided_by) == (DISTRICT, DISTRICT)  # type: ignore[union-attr]
    desk.by(f"chief-{OTHER_DISTRICT}").when(desk.of(ApproveTransfer))
    assert isinstance(desk.answer, NotAuthorised)
    desk.by(f"chief-{DISTRICT}").when(desk.of(PassTransferOn)).refused("24", "not passed on")
    desk.when(desk.of(ApproveTransfer))
    assert desk.recorded == ["assistance_case.transfer_approved"]
    assert (desk.case.stage, desk.case.ending) == (CaseStage.ENDED, "transferred")


@pytest.mark.rule("24")
def test_across_districts_it_is_passed_on_to_the_city_which_decides(desk: Desk) -> None:
    applied(desk.assisted(), FAR)
    (duty,) = desk.open("transfer_decision")
    assert (duty.agency_code, duty.due_on) == (DISTRICT, date(2026, 1, 12))
    desk.by(f"chief-{DISTRICT}").when(desk.of(ApproveTransfer)).refused("24", CITY)
    desk.done(desk.of(PassTransferOn))
    (duty,) = desk.open("transfer_decision")
    assert (duty.agency_code, duty.due_on) == (CITY, date(2026, 1, 12))
    desk.by(f"chief-{CITY}").done(desk.of(ApproveTransfer))
    assert sorted(desk.outcome("transfer_decision")) == ["met", "moved"]


@pytest.mark.rule("24.2")
def test_the_receiving_agency_signs_promptly_and_the_gap_is_seen(desk: Desk) -> None:
    applied(desk.assisted(), NEXT_DOOR).by(f"chief-{DISTRICT}").done(desk.of(ApproveTransfer))
    (duty,) = desk.open("agreement_signing_after_transfer")
    assert (duty.agency_code, duty.staff_id) == (NEXT_DOOR, "")
    assert duty.due_on == date(2026, 1, 12)
    desk.on(date(2026, 1, 14)).by(f"specialist-{FAR}")
    with pytest.raises(AssertionError, match="which signs"):
        desk.signed(2)
    desk.by(f"specialist-{NEXT_DOOR}").signed(2)
    assert desk.outcome("agreement_signing_after_transfer") == ["late"]
    assert desk.case.assisted_since == FIRST_DAY
    assert desk.ledger.agency_code == NEXT_DOOR


@pytest.mark.rule("24", "27.3")
def test_open_duties_go_to_the_new_agency_then_to_its_specialist_and_are_kept_there(
    desk: Desk,
) -> None:
    referral_id = with_open_visit(desk)
    applied(desk, NEXT_DOOR).by(f"chief-{DISTRICT}").done(desk.of(ApproveTransfer))
    approved = desk.store.head()
    desk.by(f"specialist-{NEXT_DOOR}").signed(2)
    spells = [row for row in desk.rows() if row.duty == "visit_after_referral"]
    assert [(row.agency_code, row.staff_id, row.outcome) for row in spells] == [
        (HERE, f"specialist-{HERE}", "moved"),
        (NEXT_DOOR, "", "moved"),
        (NEXT_DOOR, f"specialist-{NEXT_DOOR}", "open"),
    ]
    assert len({(row.arose_position, row.arose_on, row.due_on) for row in spells}) == 1
    (then,) = desk.open("visit_after_referral", approved)
    assert (then.agency_code, then.staff_id) == (NEXT_DOOR, "")
    desk.visited(referral_id, hired=False)
    desk.concluded(referral_id, ReferralOutcome.NOT_HIRED)
    assert desk.case.referrals_failed == 1
    assert desk.open() == []


@pytest.mark.rule("24")
def test_what_does_not_fit_is_rejected_or_withdrawn_leaves_the_agreement_in_force(
    desk: Desk,
) -> None:
    desk.assisted().done(request(desk, NEXT_DOOR))
    desk.done(desk.of(VerifyTransfer, fits=False, findings="未变更"))
    assert desk.case.transfer is None
    desk.done(request(desk, NEXT_DOOR)).done(desk.of(WithdrawTransfer))
    assert desk.case.transfer is None
    applied(desk, NEXT_DOOR).by(f"chief-{DISTRICT}")
    desk.done(desk.of(RejectTransfer, reason="材料不全"))
    assert desk.case.is_live
    assert desk.case.transfer is None
    assert desk.outcome("transfer_decision") == ["met"]


def waiting(desk: Desk) -> Desk:
    """Transfer somebody with a visit still owed; the receiving agency has not signed yet."""
    with_open_visit(desk)
    applied(desk, NEXT_DOOR).by(f"chief-{DISTRICT}").done(desk.of(ApproveTransfer))
    assert {row.duty for row in desk.open()} == {
        "agreement_signing_after_transfer",
        "visit_after_referral",
    }
    return desk


@pytest.mark.rule("13.3", "24.2")
def test_who_is_lost_sight_of_before_the_receiving_agency_signs_is_owed_nothing_more(
    desk: Desk,
) -> None:
    waiting(desk).later(200).by(f"specialist-{HERE}")
    for ceasing in (ReportToRegistry, CeaseServices):
        desk.done(ceasing(job_seeker_id=desk.person_id, ground=Ground.OUT_OF_CONTACT))
    with pytest.raises(AssertionError, match="services to this person have ceased"):
        desk.by(f"specialist-{NEXT_DOOR}").signed(2)
    assert desk.open() == []


@pytest.mark.rule("24.2", "13.1")
@pytest.mark.parametrize("ends", ["recognition", "registration", "work"])
def test_no_agreement_is_owed_after_a_transfer_once_a_condition_of_it_is_gone(
    desk: Desk, ends: str
) -> None:
    waiting(desk).later(1)
    known = {"ended_on": desk.day, "reason": "退出", "source": "认定系统"}
    work = Employed(
        kind=EmploymentKind.OWN_SEARCH, started_on=desk.day, referral_id=None, ends_search=True
    )
    desk.given(
        desk.person_id,
        {
            "recognition": RecognitionEnded(**known),
            "registration": StatusRegistrationEnded(**known),
            "work": work,
        }[ends],
    )
    assert not desk.open("agreement_signing_after_transfer")


@pytest.mark.rule("23.3")
def test_it_goes_to_another_subdistrict(desk: Desk) -> None:
    desk.assisted().when(request(desk, OTHER_DISTRICT)).refused("23.3", OTHER_DISTRICT)
    desk.when(request(desk, HERE))
    assert isinstance(desk.answer, InvalidInput)
