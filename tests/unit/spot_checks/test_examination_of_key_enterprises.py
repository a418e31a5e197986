"""What is found in a key enterprise's staffing needs file, and in its ledger as one of a key enterprise."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from taizhang.domain.employer.papers import Channel, EmployerBasics, EmployerLedgerOpened
from taizhang.domain.key_enterprise.agreement import AgreementSigned
from taizhang.domain.key_enterprise.needs import Basics, QuarterPlan, StaffingNeeds, Workforce
from taizhang.domain.key_enterprise.needs_file import (
    ContactMethod,
    EnterpriseContacted,
    NeedsFileOpened,
)
from taizhang.domain.key_enterprise.state import agreement_stream
from taizhang.domain.key_enterprise.support import EffectAssessed, SupportGiven, SupportKind
from taizhang.domain.key_enterprise.team import TeamFormed
from taizhang.domain.supervision.spot_check.findings import Finding, Verdict
from taizhang.domain.supervision.spot_check.kinds import RecordKind

if TYPE_CHECKING:
    from .conftest import Kept

MET, NOT_MET, NOT_APPLICABLE, TO_BE_JUDGED = (
    Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE, Verdict.TO_BE_JUDGED,
)  # fmt: skip
KIND = RecordKind.STAFFING_NEEDS_FILES
EMPLOYER = UUID(int=1)
AGREEMENT = agreement_stream(EMPLOYER, 1)
WHOLE = StaffingNeeds(
    basics=Basics(nature="有限责任公司", industry="软件", economic_type="内资", size="中型"),
    workforce=Workforce(employees=120, joined=3, left=2),
    plan=QuarterPlan(begins_on=date(2027, 1, 1)),
    other="需要公租房政策咨询",
)
pytestmark = pytest.mark.rule("56.1")


def whose(agency: str = "110105001") -> dict[str, Any]:
    return {"employer_id": EMPLOYER, "agency_code": agency, "specialist_id": "c1"}


def signed(kept: Kept, agency: str = "110105001") -> Kept:
    kept.add(
        EmployerLedgerOpened(
            credit_code="91110101717757158X", name="北京某某有限公司", channel=Channel.SURVEY,
            basics=EmployerBasics(nature="有限责任公司"),
        )
    )  # fmt: skip
    return kept.within(AGREEMENT).add(
        AgreementSigned(
            **whose(agency), number=1, place="registered", registered_area="110105",
            operating_area="110105", industry_code="6510", valid_until=date(2027, 12, 31),
            contacts_after=date(2026, 12, 31), asked=(), continued=None,
        )
    )  # fmt: skip


def found(kept: Kept) -> dict[str, Finding]:
    return kept.found(KIND, AGREEMENT)


def said(finding: Finding) -> str:
    return "；".join(one.text_zh for one in finding.evidence)


@pytest.mark.rule("46")
def test_every_key_enterprise_has_a_file(kept: Kept) -> None:
    assert said(found(signed(kept))["46/needs_file"]) == "未建立用人需求档案"
    assert found(kept)["48.1"].verdict is NOT_APPLICABLE
    kept.add(NeedsFileOpened(**whose(), content=WHOLE))
    assert found(kept)["46/needs_file"].verdict is MET


@pytest.mark.rule("48.1")
def test_the_file_has_its_four_parts(kept: Kept) -> None:
    signed(kept).add(NeedsFileOpened(**whose(), content=WHOLE))
    assert found(kept)["48.1"].verdict is MET
    lacking = WHOLE.model_copy(update={"plan": None, "workforce": Workforce(employees=9)})
    kept.add(NeedsFileOpened(**whose(), content=lacking))
    assert said(found(kept)["48.1"]) == (
        "用人规模及流动情况缺员工流动情况；未来一个季度用人计划未填写"
    )


@pytest.mark.rule("47")
def test_a_support_team_stands_around_the_specialist(kept: Kept) -> None:
    assert said(found(signed(kept))["47/team"]) == "未组成服务支持团队"
    formed = TeamFormed.model_validate(
        {**whose(), "members": [{"staff_id": "x", "role": "information_analyst"}]}
    )
    assert "缺职业信息分析或" in said(found(kept.add(formed))["47/team"])


@pytest.mark.rule("46")
def test_the_effect_of_support_is_assessed(kept: Kept) -> None:
    assert found(signed(kept))["46/effect"].verdict is NOT_APPLICABLE
    support = SupportGiven(
        **whose(), support_id=UUID(int=9), support=SupportKind.POLICY, member_id="c1", about="社保",
        result="已解答",
    )  # fmt: skip
    assert said(found(kept.add(support))["46/effect"]) == "提供服务支持后未评估服务效果"
    assessed = EffectAssessed(**whose(), effective=True, effect="好", further="")
    assert found(kept.add(assessed))["46/effect"].verdict is MET


@pytest.mark.rule("48.2")
def test_a_quarter_without_contact_is_a_missed_duty(kept: Kept) -> None:
    kept.on(date(2026, 7, 1))
    signed(kept)
    event = kept.events[-1].event.model_copy(update={"contacts_after": date(2026, 6, 30)})
    kept.events[-1] = kept.events[-1]._replace(event=event)
    finding = found(kept)["48.2/duties"]
    assert (finding.verdict, finding.evidence[0].days) == (NOT_MET, (date(2026, 9, 30),))
    kept.on(date(2026, 11, 3)).add(
        EnterpriseContacted(**whose(), method=ContactMethod.PHONE, learnt="", up_to_date=True)
    )
    assert "48.2/duties" not in found(kept), "done late, and due before the month"


@pytest.mark.rule("50")
def test_the_ledger_of_a_key_enterprise_holds_what_article_50_adds(kept: Kept) -> None:
    keys = ("50/agreement", "50/needs_file", "50/specialist_and_team", "50/support")
    verdicts = kept_verdicts(signed(kept), *keys)
    assert verdicts == [MET, NOT_MET, NOT_MET, TO_BE_JUDGED]
    kept.add(NeedsFileOpened(**whose(), content=WHOLE))
    assert kept_verdicts(kept, "50/needs_file") == [MET]


@pytest.mark.rule("50")
def test_what_another_agency_serves_is_not_asked_of_this_one(kept: Kept) -> None:
    signed(kept.by("clerk", "110105001"), "110105002")
    assert kept_verdicts(kept, "50/key_enterprise") == [NOT_APPLICABLE]


def test_it_is_called_by_the_employers_code_and_name(kept: Kept) -> None:
    assert signed(kept).shown(KIND) == ("91110101717757158X", "北京某某有限公司")


def kept_verdicts(kept: Kept, *keys: str) -> list[Verdict]:
    findings = kept.found(RecordKind.EMPLOYER_LEDGERS)
    return [findings[key].verdict for key in keys]
