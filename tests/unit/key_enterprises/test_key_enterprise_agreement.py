"""The daily service agreement: signed, renewed, ended, and what the catalogues say (Articles 44 to 47)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from taizhang.application.commands import key_enterprise_course as course
from taizhang.application.commands.catalogues import LoadRestrictedIndustries
from taizhang.application.commands.employers import GiveEmployerGuidance
from taizhang.application.commands.key_enterprises import (
    AssessEnterpriseEffect,
    FormSupportTeam,
    RecordAgreementPerformance,
    SupportKeyEnterprise,
)
from taizhang.domain.errors import InvalidInput, NotAuthorised, NotFound
from taizhang.domain.key_enterprise.gaps import absent_members, gaps_of, missing_parts
from taizhang.domain.key_enterprise.state import AgreementStage, last_agreement

from .conftest import CITY, CREDIT_CODE, DISTRICT, FAR, FIRST_DAY, HERE, NEXT_DOOR, Ids

if TYPE_CHECKING:
    from .conftest import Agreed


@pytest.mark.rule("44", "46")
def test_an_agreement_is_signed_and_the_ledger_knows_of_it(desk: Agreed) -> None:
    desk.listed().when(desk.sign())
    assert desk.recorded == ["key_enterprise_agreement.signed", "employer_ledger.key_service_begun"]
    agreement = desk.agreement
    assert (agreement.agency_code, agreement.specialist_id) == (HERE, f"specialist-{HERE}")
    assert (agreement.industry_code, agreement.stage) == ("6513", AgreementStage.IN_FORCE)
    assert desk.employer.key_agreement == desk.agreement_id
    (signed,) = [
        held.event.model_dump()
        for held in desk.store.log
        if held.event.event_name == "key_enterprise_agreement.signed"
    ]
    assert [(one["area_code"], one["edition"]) for one in signed["asked"]] == [(CITY, "2018")]


@pytest.mark.rule("44")
@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"industry_code": "5164"}, "44", ["catalogue of 110000", "as 51"]),
        ({"specialist_id": f"service_staff-{HERE}"}, "5.a", ["no counsellor"]),
        ({"specialist_id": f"specialist-{NEXT_DOOR}"}, "5.a", ["not of"]),
        ({"operating_area": FAR}, "44", ["which 110105001 does not serve"]),
        ({"place": "registered", "registered_area": "110106"}, "44", ["registered or where"]),
    ],
)
def test_what_stands_against_an_agreement(
    desk: Agreed, changes: dict[str, Any], rule: str, words: list[str]
) -> None:
    desk.listed().when(desk.sign(**changes)).refused(rule, *words)


@pytest.mark.rule("44")
def test_it_is_served_where_registered_or_where_it_operates_at_its_choice(desk: Agreed) -> None:
    desk.listed().done(desk.sign(place="registered", registered_area=DISTRICT, operating_area=FAR))


@pytest.mark.rule("44")
def test_without_a_catalogue_nobody_can_say_that_it_is_key(desk: Agreed) -> None:
    desk.vacancy()
    desk.when(desk.sign()).refused("44", "no edition", "110105", "import restricted-industries")


@pytest.mark.rule("44")
def test_the_edition_of_the_day_is_asked(desk: Agreed) -> None:
    desk.listed()
    later = date(2026, 2, 1)
    desk.actor = desk.actor.system(DISTRICT)
    desk.done(
        edition_of(
            DISTRICT, "2026", later, [{"industry_code": "I", "conditions": "禁止新建数据中心"}]
        )
    )
    desk.by(f"specialist-{HERE}").on(later)
    desk.when(desk.sign()).refused("44", "110105", "edition 2026", "as I", "not_applying")
    desk.done(desk.sign(not_applying="不涉及数据中心业务", occurred_on=later))
    asked = desk.store.log[desk.since].event.model_dump()["asked"]
    assert {one["area_code"]: one["not_applying"] for one in asked} == {
        DISTRICT: "不涉及数据中心业务",
        CITY: "不涉及数据中心业务",
    }


@pytest.mark.rule("44")
def test_the_day_before_it_was_in_force_the_edition_does_not_count(desk: Agreed) -> None:
    desk.listed()
    desk.actor = desk.actor.system(DISTRICT)
    desk.done(edition_of(DISTRICT, "2026", date(2026, 2, 1), [{"industry_code": "65"}]))
    desk.by(f"specialist-{HERE}").on(date(2026, 1, 31)).done(desk.sign())


@pytest.mark.rule("44")
def test_an_edition_is_loaded_once_and_never_changed(desk: Agreed) -> None:
    desk.actor = desk.actor.system(DISTRICT)
    load = edition_of(DISTRICT, "2026", FIRST_DAY, [{"industry_code": "C1310"}])
    desk.done(load)
    desk.done(load)
    assert desk.recorded == []
    for other, word in (
        (edition_of(DISTRICT, "2026", FIRST_DAY, [{"industry_code": "13"}]), "never changed"),
        (edition_of(DISTRICT, "2027", FIRST_DAY, [{"industry_code": "13"}]), "in force from"),
        (
            edition_of(
                DISTRICT,
                "2028",
                date(2028, 1, 1),
                [{"industry_code": "13"}, {"industry_code": "C13"}],
            ),
            "listed twice",
        ),
        (edition_of(DISTRICT, "2029", date(2029, 1, 1), [{"industry_code": "00"}]), "division 00"),
        (edition_of(DISTRICT, "2029", date(2029, 1, 1), [{"industry_code": "A13"}]), "section C"),
        (edition_of(DISTRICT, "2029", date(2029, 1, 1), [{"industry_code": "1"}]), "no code"),
    ):
        desk.when(other)
        assert isinstance(desk.answer, InvalidInput)
        assert word in desk.answer.reason
    desk.by(f"specialist-{HERE}").when(edition_of(DISTRICT, "x", date(2029, 1, 1), []))
    assert isinstance(desk.answer, NotAuthorised)


def edition_of(
    area: str, edition: str, day: date, entries: list[dict[str, str]]
) -> LoadRestrictedIndustries:
    return LoadRestrictedIndustries(
        area_code=area, edition=edition, in_force_from=day, entries=tuple(entries)
    )


@pytest.mark.rule("44")
def test_one_live_agreement_an_enterprise(desk: Agreed) -> None:
    desk.agreed()
    desk.by(f"specialist-{NEXT_DOOR}").when(desk.sign(1)).refused("44", "the number 2", HERE)
    desk.when(desk.sign(2)).refused("44", "in force until 2026-12-31", HERE, "transfer")
    desk.when(desk.sign(4))
    assert isinstance(desk.answer, NotFound)
    held = last_agreement(
        lambda kind, stream: kind.replay(desk.store.history(stream)), Ids().employer(CREDIT_CODE)
    )
    assert held.number == 1


@pytest.mark.rule("44")
def test_a_ledger_comes_first_and_a_district_may_sign_but_no_city(desk: Agreed) -> None:
    desk.restricted("51").when(desk.sign())
    assert isinstance(desk.answer, NotFound)
    desk.vacancy()
    desk.by(f"chief-{DISTRICT}").done(desk.sign(specialist_id=f"chief-{DISTRICT}"))
    desk.by(f"chief-{CITY}").when(desk.sign(2))
    assert isinstance(desk.answer, NotAuthorised)


@pytest.mark.rule("45.3")
def test_no_longer_key_it_is_ended_by_consent_and_goes_on_as_an_ordinary_employer(
    desk: Agreed,
) -> None:
    desk.served()
    end = desk.of(course.EndEnterpriseAgreement, consented=True, note="协商一致")
    desk.when(end).refused("45.3", "still key")
    desk.done(desk.of(course.FindNoLongerKey, cause="policy_changed", findings="列入2026年版目录"))
    renew = desk.of(course.RenewEnterpriseAgreement, valid_until=date(2027, 12, 31))
    desk.when(renew).refused("45.3", "policy_changed", "not renewed")
    move = desk.of(
        course.RequestEnterpriseTransfer, to_agency_code=NEXT_DOOR, reason="operations_moved"
    )
    desk.when(move).refused("45.3", "no longer key")
    desk.when(end.model_copy(update={"consented": False})).refused("45.3", "runs to its term")
    guidance_id = desk.guided()
    desk.when(end)
    assert desk.recorded == ["key_enterprise_agreement.ended", "employer_ledger.key_service_ended"]
    assert desk.employer.key_agreement is None
    assert desk.open() == []
    desk.when(desk.follow_up(guidance_id, solved=True)).refused("49.1", "ended since")
    ordinary = GiveEmployerGuidance(
        credit_code=CREDIT_CODE, guidance="general", about="a", advice="b"
    )
    desk.when(ordinary)
    assert desk.recorded == ["employer_guidance.given"]


@pytest.mark.rule("45.3")
def test_at_term_it_expires_and_a_new_one_may_be_signed(desk: Agreed) -> None:
    desk.agreed(valid_until=date(2026, 6, 30))
    expire = desk.of(course.ExpireEnterpriseAgreement)
    desk.on(date(2026, 6, 30)).when(expire).refused("45.3", "runs until 2026-06-30")
    desk.done(desk.contact()).on(date(2026, 7, 1))
    desk.when(desk.contact()).refused("45.3", "ran to its term on 2026-06-30")
    desk.actor = desk.actor.system(HERE)
    desk.done(expire)
    assert desk.recorded[0] == "key_enterprise_agreement.expired"
    assert (desk.agreement.ending, desk.agreement.stage_since) == ("term", date(2026, 6, 30))
    assert desk.employer.key_agreement is None
    desk.done(expire)
    assert desk.recorded == []
    desk.by(f"specialist-{NEXT_DOOR}").done(desk.sign(2))
    assert desk.agreement.number == 2


@pytest.mark.rule("45.3")
def test_whoever_signs_records_an_expiry_that_nobody_has_recorded(desk: Agreed) -> None:
    desk.agreed(valid_until=date(2026, 6, 30)).on(date(2026, 9, 1))
    desk.by(f"specialist-{NEXT_DOOR}").when(desk.sign(2))
    assert desk.recorded == [
        "key_enterprise_agreement.expired",
        "key_enterprise_agreement.signed",
        "employer_ledger.key_service_begun",
    ]
    assert desk.employer.key_agreement == desk.agreement_id
    assert {row.agency_code for row in desk.open()} <= {NEXT_DOOR}


@pytest.mark.rule("44", "45.3")
def test_it_is_renewed_while_the_enterprise_is_key(desk: Agreed) -> None:
    desk.agreed(valid_until=date(2026, 6, 30))
    renew = desk.of(course.RenewEnterpriseAgreement, valid_until=date(2027, 6, 30))
    desk.when(renew.model_copy(update={"valid_until": date(2026, 6, 30)}))
    assert isinstance(desk.answer, InvalidInput)
    desk.when(renew.model_copy(update={"valid_until": date(2046, 6, 30)}))
    assert isinstance(desk.answer, InvalidInput)
    desk.done(renew)
    assert desk.agreement.valid_until == date(2027, 6, 30)
    desk.restricted("65", area=DISTRICT)
    desk.when(renew.model_copy(update={"valid_until": date(2027, 12, 31)}))
    desk.refused("45.3", "6513", "as 65")


@pytest.mark.rule("44")
def test_another_specialist_takes_the_open_duties_over(desk: Agreed) -> None:
    desk.agreed()
    desk.guided()
    change = desk.of(
        course.ChangeEnterpriseSpecialist, specialist_id=f"colleague-{HERE}", reason="轮岗"
    )
    desk.done(change)
    assert {row.staff_id for row in desk.open()} == {f"colleague-{HERE}"}
    desk.when(change)
    assert isinstance(desk.answer, InvalidInput)
    elsewhere = change.model_copy(update={"specialist_id": f"specialist-{FAR}"})
    desk.when(elsewhere).refused("5.a", FAR)


@pytest.mark.rule("47")
def test_the_team_has_an_analyst_and_a_service_professional(desk: Agreed) -> None:
    desk.agreed()
    analyst, service = desk.team()
    desk.when(desk.of(FormSupportTeam, members=(analyst,))).refused("47", "employment or talent")
    desk.when(desk.of(FormSupportTeam, members=(service,))).refused("47", "information analysis")
    nobody = {"staff_id": "nobody", "role": "other"}
    desk.when(desk.of(FormSupportTeam, members=(analyst, service, nobody)))
    assert isinstance(desk.answer, NotFound)
    desk.done(desk.of(FormSupportTeam, members=(analyst, service)))
    assert sorted(desk.agreement.team) == sorted(one["staff_id"] for one in desk.team())


@pytest.mark.rule("46", "47", "50")
def test_every_support_is_the_teams_and_its_effect_is_assessed(desk: Agreed) -> None:
    desk.served()
    support = {
        "support_id": Ids().person("1"),
        "support": "assessment_tools",
        "about": "笔试题库",
        "result": "已用于12名应聘者",
    }
    desk.when(desk.of(SupportKeyEnterprise, member_id=f"colleague-{HERE}", **support))
    desk.refused("47", "not in the support team")
    desk.done(desk.of(SupportKeyEnterprise, member_id=f"information_analyst-{HERE}", **support))
    assert [gap.key for gap in gaps_of(desk.agreement)] == ["effect"]
    without = desk.of(AssessEnterpriseEffect, effective=False, effect="到岗率低")
    desk.when(without).refused("46", "further support")
    desk.done(without.model_copy(update={"further": "增加专场招聘"}))
    assert gaps_of(desk.agreement) == ()
    desk.done(desk.of(RecordAgreementPerformance, obligations_met=True, note="双方履约"))
    assert desk.agreement.performance_met is True


@pytest.mark.rule("46", "47", "48.1")
def test_what_is_not_on_record_shows_as_a_gap(desk: Agreed) -> None:
    desk.agreed()
    assert [(gap.rule, gap.key) for gap in gaps_of(desk.agreement)] == [
        ("46", "needs_file"),
        ("47", "team"),
    ]
    assert [one.fields for one in missing_parts(desk.agreement)] == [("file",)] * 4
    directory = desk.service.refresh_directory()
    assert absent_members(desk.agreement, directory, desk.day) == ()
    gone = absent_members(desk.agreement, directory, date(2018, 1, 1))
    assert [(gap.rule, gap.key) for gap in gone] == [("5.a", "specialist")]
