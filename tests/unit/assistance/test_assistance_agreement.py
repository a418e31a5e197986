"""Agreements and specialists (Articles 5, 13, 23, 30, 33)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang.application.commands.assistance import (
    ChangeSpecialist,
    SignAgreement,
)
from taizhang.application.service import CommandService
from taizhang.domain.assistance.agreement import ServicePlace
from taizhang.domain.errors import InvalidInput, NotAuthorised, NotFound
from taizhang.domain.job_seeker import status
from taizhang.domain.job_seeker.registration import BasicsRecorded

from .memory import Ids

if TYPE_CHECKING:
    from taizhang.application.ports import Batch

    from .conftest import Desk

HERE, NEXT_DOOR, DISTRICT = "110105001", "110105002", "110105"


def sign(desk: Desk, **changes: object) -> SignAgreement:
    fields = {
        "person_id": desk.person_id,
        "specialist_id": f"specialist-{HERE}",
        "place": ServicePlace.HOUSEHOLD,
        **changes,
    }
    return SignAgreement.model_validate(fields)


@pytest.mark.rule("13.1", "23.1")
def test_a_recognised_person_of_key_support_level_is_signed_with(desk: Desk) -> None:
    desk.called_for().when(sign(desk))
    assert desk.recorded == ["assistance_case.agreement_signed"]
    assert desk.case.is_live
    assert desk.case.agency_code == HERE


@pytest.mark.rule("23.1")
def test_the_agreement_is_due_promptly_after_the_person_is_called_for(desk: Desk) -> None:
    desk.called_for()
    (duty,) = desk.open("agreement_signing")
    assert duty.due_on == date(2026, 1, 12)
    desk.on(date(2026, 1, 12)).signed()
    assert desk.outcome("agreement_signing") == ["met"]


@pytest.mark.rule("23.1")
def test_signed_after_its_day_the_duty_was_kept_late(desk: Desk) -> None:
    desk.called_for().on(date(2026, 1, 13)).signed()
    assert desk.outcome("agreement_signing") == ["late"]


@pytest.mark.rule("23.1")
def test_who_is_no_longer_recognised_is_not_to_be_signed_with(desk: Desk) -> None:
    desk.called_for().given(
        desk.person_id, status.RecognitionEnded(ended_on=desk.day, reason="退出", source="认定系统")
    )
    assert desk.outcome("agreement_signing") == ["cancelled"]


@pytest.mark.rule("13.1")
def test_without_recognition_it_is_refused_and_says_what_is_missing(desk: Desk) -> None:
    desk.called_for().given(
        desk.person_id, status.RecognitionEnded(ended_on=desk.day, reason="退出", source="认定系统")
    )
    desk.when(sign(desk)).refused("13.1", "recognition")


@pytest.mark.rule("13.1")
def test_general_support_is_not_for_an_agreement(desk: Desk) -> None:
    desk.registered(level=2).when(sign(desk)).refused("13.1", "level is 2")


@pytest.mark.rule("33")
def test_a_group_named_by_the_city_or_a_district_may_be_signed_with(desk: Desk) -> None:
    named = status.GroupNamed(group="退役军人", named_by=status.NamedBy.DISTRICT, since=desk.day)
    desk.registered(level=2).given(desk.person_id, named).when(sign(desk))
    assert desk.recorded == ["assistance_case.agreement_signed"]


@pytest.mark.rule("23.1")
def test_one_live_agreement_a_person_wherever_it_is_signed(desk: Desk) -> None:
    desk.assisted().by(f"specialist-{NEXT_DOOR}")
    desk.when(sign(desk, specialist_id=f"specialist-{NEXT_DOOR}")).refused("23.1", HERE)
    desk.when(sign(desk, number=2, specialist_id=f"specialist-{NEXT_DOOR}"))
    desk.refused("23.1", "in force")


@pytest.mark.rule("23.1")
def test_of_two_agencies_that_sign_at_once_one_is_refused(desk: Desk) -> None:
    """The loser's append meets a stream that was begun, and is decided anew on it."""
    desk.called_for()
    since, here = len(desk.store.log), desk.actor
    append = desk.store.append

    def rival_first(batch: Batch) -> int:
        desk.store.append = append  # type: ignore[method-assign]
        rival = CommandService(desk.store, Ids(), lambda: desk.moment)
        rival.execute(sign(desk), by=here, command_id=uuid4())
        desk.since = len(desk.store.log)
        return append(batch)

    desk.store.append = rival_first  # type: ignore[method-assign]
    desk.by(f"specialist-{NEXT_DOOR}")
    desk.when(sign(desk, specialist_id=f"specialist-{NEXT_DOOR}")).refused("23.1", HERE)
    assert [held.event.event_name for held in desk.store.log[since:]] == [
        "assistance_case.agreement_signed"
    ]


@pytest.mark.rule("23.1")
def test_only_a_subdistrict_signs(desk: Desk) -> None:
    desk.called_for().by(f"chief-{DISTRICT}").when(sign(desk))
    assert isinstance(desk.answer, NotAuthorised)


@pytest.mark.rule("5.a")
@pytest.mark.parametrize(
    ("specialist", "words"),
    [
        ("nobody", "no staff"),
        (f"specialist-{NEXT_DOOR}", "not of 110105001"),
        (f"coordinator-{HERE}", "no counsellor"),
    ],
)
def test_the_specialist_is_a_counsellor_of_the_agency_itself(
    desk: Desk, specialist: str, words: str
) -> None:
    desk.called_for().when(sign(desk, specialist_id=specialist)).refused("5.a", words)


@pytest.mark.rule("23.1")
def test_at_the_place_of_residence_the_agency_that_serves_it_signs(desk: Desk) -> None:
    lives = BasicsRecorded(
        person_id=desk.person_id, name="", sex="", birth_date="", phone="", address="",
        household_address="", household=None, residence_area=NEXT_DOOR,
    )  # fmt: skip
    desk.called_for().given(desk.person_id, lives)
    desk.when(sign(desk, place=ServicePlace.RESIDENCE)).refused("23.1", NEXT_DOOR)
    desk.when(sign(desk, place=ServicePlace.HOUSEHOLD))
    assert desk.case.is_live


@pytest.mark.rule("23.1")
def test_the_ledger_goes_over_to_the_agency_that_signs(desk: Desk) -> None:
    desk.called_for().by(f"specialist-{NEXT_DOOR}").signed()
    assert desk.ledger.agency_code == NEXT_DOOR


@pytest.mark.rule("5.a", "23.1")
def test_another_specialist_takes_the_open_duties_over(desk: Desk) -> None:
    desk.assisted().planned()
    desk.referred()
    desk.when(desk.of(ChangeSpecialist, specialist_id=f"colleague-{HERE}", reason="轮岗"))
    assert [row.staff_id for row in desk.open("visit_after_referral")] == [f"colleague-{HERE}"]
    assert "moved" in desk.outcome("visit_after_referral")


def test_agreements_are_numbered_one_after_another(desk: Desk) -> None:
    desk.called_for().when(sign(desk, number=2))
    assert isinstance(desk.answer, NotFound)


def test_a_case_that_was_not_begun_is_not_found(desk: Desk) -> None:
    desk.called_for().when(desk.visit())
    assert isinstance(desk.answer, NotFound)


def test_a_service_is_not_dated_before_the_agreement(desk: Desk) -> None:
    desk.assisted().later(3)
    desk.when(desk.visit().model_copy(update={"occurred_on": date(2026, 1, 4)}))
    assert isinstance(desk.answer, InvalidInput)
