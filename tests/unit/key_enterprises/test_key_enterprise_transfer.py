"""The transfer of an agreement: the same course as a person's case, and the receiving area's word (Article 45)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from taizhang.application.commands import key_enterprise_course as course
from taizhang.application.commands.key_enterprises import ReviseEnterprisePlan
from taizhang.domain import transfer
from taizhang.domain.assistance import moving as assisted
from taizhang.domain.errors import NotAuthorised
from taizhang.domain.key_enterprise import moving
from taizhang.domain.key_enterprise.gaps import gaps_of

from .conftest import CITY, DISTRICT, FAR, FIRST_DAY, HERE, NEXT_DOOR, OTHER_DISTRICT

if TYPE_CHECKING:
    from .conftest import Agreed


def request(desk: Agreed, to: str) -> course.RequestEnterpriseTransfer:
    return desk.of(  # type: ignore[no-any-return]
        course.RequestEnterpriseTransfer, to_agency_code=to, reason="operations_moved"
    )


def applied(desk: Agreed, to: str) -> Agreed:
    desk.done(request(desk, to))
    desk.done(desk.of(course.VerifyEnterpriseTransfer, fits=True, findings="已核实新经营地"))
    return desk.done(desk.of(course.ApplyForEnterpriseTransfer))


def approved(desk: Agreed, to: str, by: str = DISTRICT) -> Agreed:
    applied(desk, to).by(f"specialist-{to}").done(desk.of(course.ConfirmEnterpriseTransfer))
    if by == CITY:
        desk.by(f"chief-{DISTRICT}").done(desk.of(course.PassEnterpriseTransferOn))
    return desk.by(f"chief-{by}").done(desk.of(course.ApproveEnterpriseTransfer))


@pytest.mark.rule("24", "45.1")
def test_both_sides_go_through_the_same_course() -> None:
    for side in (assisted.COURSE, moving.COURSE):
        assert type(side) is transfer.Course
    assert (assisted.COURSE.rule, moving.COURSE.rule) == ("24", "45.1")
    assert assisted.COURSE.changes().keys() == set(assisted.COURSE.events) - {
        assisted.TransferApproved
    }


@pytest.mark.rule("45.1")
def test_it_is_asked_for_verified_applied_for_and_decided_by_the_district(desk: Agreed) -> None:
    desk.served()
    verify = desk.of(course.VerifyEnterpriseTransfer, fits=True, findings="x")
    desk.when(verify).refused("45.1", "the enterprise asks the specialist")
    desk.done(request(desk, NEXT_DOOR))
    desk.when(request(desk, FAR)).refused("45.1", "under way")
    desk.by(f"colleague-{HERE}").when(verify).refused("45.1", f"specialist-{HERE}")
    desk.by(f"specialist-{HERE}").done(verify)
    desk.done(desk.of(course.ApplyForEnterpriseTransfer))
    (due,) = desk.open("enterprise_transfer_decision")
    assert (due.agency_code, due.due_on) == (DISTRICT, date(2026, 1, 12))
    approve = desk.of(course.ApproveEnterpriseTransfer)
    desk.by(f"chief-{OTHER_DISTRICT}").when(approve)
    assert isinstance(desk.answer, NotAuthorised)
    desk.by(f"specialist-{NEXT_DOOR}").done(desk.of(course.ConfirmEnterpriseTransfer))
    desk.by(f"chief-{DISTRICT}").when(desk.of(course.PassEnterpriseTransferOn))
    desk.refused("45.1", "not passed on")
    desk.when(approve)
    assert desk.recorded == [
        "key_enterprise_agreement.transfer_approved",
        "employer_ledger.key_service_ended",
    ]
    assert (desk.agreement.stage, desk.agreement.ending) == ("ended", "transferred")
    assert desk.outcome("enterprise_transfer_decision") == ["met"]


@pytest.mark.rule("45.1")
def test_across_districts_the_city_decides(desk: Agreed) -> None:
    applied(desk.served(), FAR)
    desk.by(f"specialist-{FAR}").done(desk.of(course.ConfirmEnterpriseTransfer))
    approve = desk.of(course.ApproveEnterpriseTransfer)
    desk.by(f"chief-{DISTRICT}").when(approve).refused("45.1", CITY)
    desk.done(desk.of(course.PassEnterpriseTransferOn))
    (due,) = desk.open("enterprise_transfer_decision")
    assert due.agency_code == CITY
    desk.by(f"chief-{CITY}").done(approve)


@pytest.mark.rule("45.1")
@pytest.mark.parametrize(
    ("giving", "receiving", "way"),
    [
        (HERE, DISTRICT, (DISTRICT,)),
        (DISTRICT, HERE, (DISTRICT,)),
        (DISTRICT, OTHER_DISTRICT, (CITY,)),
        (HERE, OTHER_DISTRICT, (DISTRICT, CITY)),
    ],
)
def test_a_district_may_hold_the_relation_too(
    desk: Agreed, giving: str, receiving: str, way: tuple[str, ...]
) -> None:
    directory = desk.service.refresh_directory()
    assert transfer.route(directory, giving, receiving, FIRST_DAY) == way


@pytest.mark.rule("45.1")
def test_a_city_cannot_take_it_over(desk: Agreed) -> None:
    desk.served().when(request(desk, CITY)).refused("45.1", "district or subdistrict", CITY)


@pytest.mark.rule("45.2")
def test_the_receiving_area_asks_its_own_catalogue_before_the_approval(desk: Agreed) -> None:
    desk.served().restricted("651", area=OTHER_DISTRICT)
    applied(desk, FAR).by(f"chief-{DISTRICT}").done(desk.of(course.PassEnterpriseTransferOn))
    confirm = desk.of(course.ConfirmEnterpriseTransfer)
    desk.by(f"specialist-{HERE}").when(confirm)
    assert isinstance(desk.answer, NotAuthorised)
    desk.by(f"specialist-{FAR}").when(confirm).refused("45.2", OTHER_DISTRICT, "as 651")
    approve = desk.of(course.ApproveEnterpriseTransfer)
    desk.by(f"chief-{CITY}").when(approve).refused("45.2", FAR, "has not confirmed")
    desk.done(desk.of(course.RejectEnterpriseTransfer, reason="列入海淀区目录"))
    assert desk.agreement.is_live_on(desk.day)
    assert desk.outcome("enterprise_transfer_decision")[-1] == "met"


@pytest.mark.rule("45.2")
def test_a_confirmation_is_for_one_application(desk: Agreed) -> None:
    applied(desk.served(), NEXT_DOOR).by(f"specialist-{NEXT_DOOR}")
    desk.done(desk.of(course.ConfirmEnterpriseTransfer))
    desk.by(f"chief-{DISTRICT}").done(desk.of(course.RejectEnterpriseTransfer, reason="材料不全"))
    applied(desk.by(f"specialist-{HERE}"), NEXT_DOOR)
    desk.by(f"chief-{DISTRICT}").when(desk.of(course.ApproveEnterpriseTransfer))
    desk.refused("45.2", "has not confirmed")


@pytest.mark.rule("45.2", "48.2")
def test_the_new_agency_signs_promptly_and_the_gap_is_seen(desk: Agreed) -> None:
    desk.served().on(date(2026, 4, 8))
    guidance_id = desk.guided()
    approved(desk, NEXT_DOOR)
    (due,) = desk.open("enterprise_agreement_after_transfer")
    assert (due.agency_code, due.staff_id, due.due_on) == (NEXT_DOOR, "", date(2026, 4, 15))
    assert {row.agency_code for row in desk.open()} == {NEXT_DOOR}
    desk.on(date(2026, 4, 20)).by(f"specialist-{FAR}")
    desk.when(desk.sign(2, registered_area=DISTRICT)).refused("45.2", "which signs")
    desk.by(f"specialist-{NEXT_DOOR}").done(desk.sign(2, valid_until=date(2027, 6, 30)))
    assert desk.outcome("enterprise_agreement_after_transfer") == ["late"]
    agreement = desk.agreement
    assert agreement.served_since == FIRST_DAY
    assert [gap.key for gap in gaps_of(agreement)] == ["team"]  # the file went along, no team yet
    assert {row.staff_id for row in desk.open()} == {f"specialist-{NEXT_DOOR}"}
    contacts = [
        (row.opens_on, row.agency_code)
        for row in desk.rows()
        if row.duty == "enterprise_contact" and row.outcome == "open"
    ]
    assert contacts == [
        (first, NEXT_DOOR)
        for first in map(
            date.fromisoformat,
            ("2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-04-01"),
        )
    ]
    desk.done(desk.follow_up(guidance_id, solved=True))
    desk.done(desk.contact(content=desk.needs()))
    assert desk.open() == []


@pytest.mark.rule("45.1")
def test_what_does_not_fit_or_is_withdrawn_leaves_the_agreement_in_force(desk: Agreed) -> None:
    desk.served().done(request(desk, NEXT_DOOR))
    desk.done(desk.of(course.VerifyEnterpriseTransfer, fits=False, findings="未变更"))
    applied(desk, NEXT_DOOR).done(desk.of(course.WithdrawEnterpriseTransfer))
    assert desk.agreement.transfer is None
    assert desk.outcome("enterprise_transfer_decision") == ["cancelled"]
    desk.when(desk.of(course.WithdrawEnterpriseTransfer)).refused("45.1", "no transfer")


@pytest.mark.rule("45.1")
def test_without_an_agreement_nothing_is_done_for_the_enterprise(desk: Agreed) -> None:
    approved(desk.served(), FAR, by=CITY)
    plan = desk.of(
        ReviseEnterprisePlan, plan="hiring", content="c", cause="new_situation", reason="r"
    )
    desk.by(f"specialist-{HERE}").when(plan).refused("50", "ended since")
