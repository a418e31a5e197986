"""What holds of every lawful history of an enterprise's agreements: whatever happens, and whatever is tried."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.application.commands import key_enterprise_course as course
from taizhang.application.commands import key_enterprises as services
from taizhang.domain.calendar import add_months
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.key_enterprise.agreements import KeyEnterpriseAgreement
from taizhang.domain.key_enterprise.needs import next_quarter, quarter_of
from taizhang.domain.key_enterprise.state import AgreementStage, agreement_stream
from taizhang.projections.obligations import ObligationRow

from ..lawful_histories import (
    History,
    assert_same_in_pages,
    assert_unbroken,
    checked,
    histories_of,
    identity,
    is_open_at,
)
from .conftest import CITY, CREDIT_CODE, DUTIES, FAR, HERE, NEXT_DOOR, Agreed, Ids, rows_of

AGENCIES = (HERE, NEXT_DOOR, FAR)
ITEMS = [UUID(int=0x2000 + n) for n in range(5)]
"""Few ids for many services, so that they meet."""

MOVES: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (services.ContactKeyEnterprise, {"method": "phone", "learnt": "l"}),
    (services.OpenStaffingNeedsFile, {}),
    (services.FormSupportTeam, {}),
    (services.GuideKeyEnterprise, {"guidance": "specialised", "about": "a", "advice": "b"}),
    (services.RecordEnterpriseHiring, {"post": "p", "hired": 2}),
    (services.FollowUpKeyEnterprise, {"method": "phone", "learnt": "l", "solved": True,
                                      "demand_met": False, "cause": "c", "at_work": 1}),
    (services.MakeEnterprisePlan, {"plan": "hiring", "content": "c"}),
    (services.ReviseEnterprisePlan, {"plan": "hiring", "content": "c", "cause": "unmet_demand",
                                     "reason": "r"}),
    (services.SupportKeyEnterprise, {"support": "talent", "about": "a"}),
    (course.ChangeEnterpriseSpecialist, {"reason": "r"}),
    (course.RenewEnterpriseAgreement, {}),
    (course.RequestEnterpriseTransfer, {"reason": "operations_moved"}),
    (course.VerifyEnterpriseTransfer, {"fits": True, "findings": "f"}),
    (course.ApplyForEnterpriseTransfer, {}),
    (course.ConfirmEnterpriseTransfer, {}),
    (course.PassEnterpriseTransferOn, {}),
    (course.ApproveEnterpriseTransfer, {}),
    (course.WithdrawEnterpriseTransfer, {}),
    (course.FindNoLongerKey, {"cause": "closed", "findings": "f"}),
    (course.EndEnterpriseAgreement, {"consented": True, "note": "n"}),
    (course.ExpireEnterpriseAgreement, {}),
    (course.SignEnterpriseAgreement, {}),
)  # fmt: skip

# Whole courses that chance alone seldom meets, as numbers of MOVES; a second number chooses.
COURSES = [
    [(11, 0), (12, 0), (13, 0), (14, 0), (16, 0), (21, 0)],
    [(11, 1), (12, 0), (13, 0), (14, 0), (15, 0), (16, 0), (21, 0)],
    [(3, 0), (5, 0), (4, 0), (5, 0)],
    [(18, 0), (19, 0), (21, 0)],
    [(20, 0), (21, 0)],
    [(10, 0), (0, 0), (0, 0)],
]

histories = histories_of(len(MOVES), len(ITEMS), COURSES, days=100, course_days=60, parts=12)


def happened(parts: History) -> Agreed:
    """Try moves one after another; the lawful ones are recorded."""
    desk = Agreed().agreed(valid_until=date(2026, 9, 15))
    for number, item, days, late in (move for part in parts for move in part):
        desk.later(days)
        if desk.day.year > 2029:
            break
        try_move(desk, *MOVES[number], ITEMS[item], late)
    return desk


def try_move(desk: Agreed, kind: type[Any], fields: dict[str, Any], item: UUID, late: int) -> None:
    day, agreement = desk.day, desk.agreement
    agency = agreement.agency_code or HERE
    transfer = agreement.transfer
    elsewhere = [code for code in AGENCIES if code != agency]
    receiving = transfer.to_agency_code if transfer else elsewhere[late % 2]
    staff, number = agreement.specialist_id or f"specialist-{agency}", desk.number
    if kind in (course.PassEnterpriseTransferOn, course.ApproveEnterpriseTransfer):
        staff = f"chief-{transfer.lies_with if transfer and transfer.lies_with else CITY}"
    elif kind is course.ConfirmEnterpriseTransfer:
        staff = f"specialist-{receiving}"
    elif kind is course.SignEnterpriseAgreement:
        signing = receiving if agreement.ending == "transferred" else agency
        staff = f"specialist-{signing}"
    desk.by(staff)
    if kind is course.SignEnterpriseAgreement:
        command: Any = desk.sign(number + 1, valid_until=add_months(day, 3 + 6 * late))
        desk.when(command)
        desk.number = number + 1 if desk.answer is None else number
        return
    if kind is services.FollowUpKeyEnterprise:
        item = next(iter(agreement.items), item)
    until = agreement.valid_until or day
    known: dict[str, Any] = {
        "guidance_id": item, "hiring_id": item, "about_id": item, "support_id": item,
        "follow_up_id": uuid5(item, str(desk.store.head())), "members": desk.team(),
        "specialist_id": f"colleague-{agency}", "valid_until": add_months(until, 3 + 3 * late),
        "completed_on": day - timedelta(days=late), "to_agency_code": receiving,
        "content": "c" if "plan" in kind.model_fields else desk.needs(), "member_id": staff,
    }  # fmt: skip
    given_fields = {key: value for key, value in known.items() if key in kind.model_fields}
    command = desk.of(kind, **{**given_fields, **fields})
    if late == 3:
        command = command.model_copy(update={"occurred_on": day - timedelta(days=5)})
    desk.when(command)


def duties_of(desk: Agreed) -> list[ObligationRow]:
    return [row for row in rows_of(desk.store.log) if row.duty in DUTIES]


@checked
@given(histories)
def test_the_state_kept_equals_the_state_replayed(parts: History) -> None:
    desk = happened(parts)
    employer = Ids().employer(CREDIT_CODE)
    kinds = {employer: EmployerLedger} | {
        agreement_stream(employer, number): KeyEnterpriseAgreement
        for number in range(1, desk.number + 1)
    }
    for stream, kind in kinds.items():
        kept = desk.service._cache.take(stream)
        replayed = kind.replay(desk.store.history(stream))
        if kept is not None and kept.aggregate.version == replayed.version:
            assert kept.aggregate == replayed


@checked
@given(histories)
def test_one_agreement_in_force_and_the_ledger_names_it(parts: History) -> None:
    desk = happened(parts)
    employer = Ids().employer(CREDIT_CODE)
    states = {
        agreement_stream(employer, number): KeyEnterpriseAgreement()
        for number in range(1, desk.number + 1)
    }
    ledger, command = EmployerLedger(), None
    for recorded in desk.store.log:
        if command is not None and recorded.command_id != command:
            live = [k for k, one in states.items() if one.stage is AgreementStage.IN_FORCE]
            assert len(live) <= 1
            assert ledger.key_agreement == (live[0] if live else None)
        command = recorded.command_id
        if recorded.stream_id in states:
            states[recorded.stream_id].apply(recorded)
        elif recorded.stream_id == employer:
            ledger.apply(recorded)


@checked
@given(histories)
def test_a_duty_is_at_exactly_one_agency_at_any_position(parts: History) -> None:
    desk = happened(parts)
    rows = duties_of(desk)
    agency = ""
    for recorded in desk.store.log:
        name, event = recorded.event.event_name, recorded.event
        if name == "key_enterprise_agreement.signed":
            agency = event.agency_code  # type: ignore[attr-defined]
        elif name == "key_enterprise_agreement.transfer_approved":
            agency = event.to_agency_code  # type: ignore[attr-defined]
        there = [row for row in rows if is_open_at(row, recorded.position)]
        assert len({identity(row) for row in there}) == len(there)
        ours = {row.agency_code for row in there if row.duty != "enterprise_transfer_decision"}
        assert ours <= {agency}


@checked
@given(histories)
def test_no_duty_is_lost_and_none_is_there_twice(parts: History) -> None:
    rows = duties_of(happened(parts))
    assert_unbroken(rows, frozenset({"moved"}))


@checked
@given(histories)
def test_each_quarter_of_service_is_owed_one_contact(parts: History) -> None:
    """One, and only one: across renewals and transfers, and for quarters that nobody kept."""
    desk = happened(parts)
    rows = [row for row in duties_of(desk) if row.duty == "enterprise_contact"]
    for position in {held.position for held in desk.store.log}:
        opened = [row.opens_on for row in rows if is_open_at(row, position)]
        assert len(opened) == len(set(opened))
    agreement = desk.agreement
    if agreement.stage is not AgreementStage.IN_FORCE:
        return
    assert agreement.signed_on is not None
    assert agreement.valid_until is not None
    owed, first = [], next_quarter(agreement.signed_on)
    while first <= agreement.valid_until:
        owed.append(first)
        first = next_quarter(first)
    last = {row.opens_on: row for row in rows if row.outcome != "moved"}
    for quarter in owed:
        assert quarter in last
        assert last[quarter].outcome in ("open", "met", "late")
        if last[quarter].closed_on is not None:
            is_late = quarter_of(last[quarter].closed_on) != quarter  # type: ignore[arg-type]
            assert last[quarter].outcome == ("late" if is_late else "met")


@checked
@given(histories, st.integers(1, 9))
def test_pages_of_any_size_give_the_same_rows(parts: History, page: int) -> None:
    log = happened(parts).store.log
    assert_same_in_pages(log, page, rows_of)


@checked
@given(histories)
def test_no_duty_stays_open_that_nobody_could_keep(parts: History) -> None:
    desk = happened(parts)
    agreement = desk.agreement
    if agreement.stage is AgreementStage.ENDED and agreement.ending != "transferred":
        assert desk.open() == []
    for row in desk.open():
        if row.duty.startswith("enterprise_visit") and agreement.ending != "transferred":
            assert row.item_id in agreement.items


def test_the_histories_reach_what_they_are_for() -> None:
    """Every course goes through from beginning to end, so that the properties speak of it."""
    names: set[str] = set()
    for steps in COURSES:
        far = 300 if steps[0][0] == 20 else 20
        desk = happened([tuple((number, 0, far, choice) for number, choice in steps)])
        names |= {held.event.event_name for held in desk.store.log}
    wanted = {
        "transfer_approved", "transfer_passed_on", "ended", "expired", "renewed", "followed_up",
        "hiring_completed", "contacted", "transfer_confirmed",
    }  # fmt: skip
    assert {f"key_enterprise_agreement.{name}" for name in wanted} <= names


pytestmark = pytest.mark.rule("45.1", "48.2", "50")
