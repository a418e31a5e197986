"""What is found in an employer's ledger, rule by rule, as it stood at the cut-off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.domain.employer.content import Screening, VacancyContent, screen_content
from taizhang.domain.employer.papers import (
    AgentVerified,
    Channel,
    EmployerBasics,
    EmployerLedgerOpened,
    EmployerRegistered,
    LicenceKind,
    LicenceVerified,
)
from taizhang.domain.employer.services import ReferralMade
from taizhang.domain.employer.vacancy import (
    VacancyDrafted,
    VacancyPassed,
    VacancyPublished,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.supervision.spot_check.findings import Finding, Verdict
from taizhang.domain.supervision.spot_check.kinds import RecordKind

if TYPE_CHECKING:
    from .conftest import Kept

KIND = RecordKind.EMPLOYER_LEDGERS
VACANCY = UUID(int=100)
WHOLE = VacancyContent.model_validate(
    {
        "title": "电工", "headcount": 2, "work_content": "维修", "hiring_conditions": "有证",
        "pay": {"unit": "negotiable"}, "benefits": ("包住",), "social_insurance": ("pension",),
    }
)  # fmt: skip
pytestmark = pytest.mark.rule("56.1")


def said(finding: Finding) -> str:
    return "；".join(one.text_zh for one in finding.evidence)


def verdict(kept: Kept, key: str) -> Verdict:
    return kept.found(KIND)[key].verdict


def opened(kept: Kept, basics: EmployerBasics | None = None) -> Kept:
    return kept.add(
        EmployerLedgerOpened(
            credit_code="91110101717757158X",
            name="北京某某有限公司",
            basics=basics or EmployerBasics(nature="有限责任公司"),
            channel=Channel.FRONT_DESK,
        )
    )


def registered(kept: Kept, licence_until: date | None = None) -> Kept:
    return opened(kept).add(
        LicenceVerified(
            licence=LicenceKind.BUSINESS_LICENCE,
            valid_from=date(2020, 1, 1),
            valid_until=licence_until,
        ),
        AgentVerified(
            agent_id=UUID(int=200), name="王小明", identity_number="11010519900101001X",
            phone="13800000000", authority_valid_until=date(2027, 12, 31),
            identity_valid_until=None, real_name_verified=True,
        ),
        EmployerRegistered(),
    )  # fmt: skip


def published(
    kept: Kept, content: VacancyContent = WHOLE, overruled: str | None = None,
    until: date = date(2026, 12, 15),
) -> Kept:  # fmt: skip
    return kept.add(
        VacancyDrafted(vacancy_id=VACANCY, content=content, screening=screen_content(content)),
        VacancySubmitted(
            vacancy_id=VACANCY, channel=Channel.FRONT_DESK, publisher_id=None,
            review_agency_code="110105001",
        ),
        VacancyPassed(vacancy_id=VACANCY, overruled=overruled),
        VacancyPublished(vacancy_id=VACANCY, valid_until=until),
    )  # fmt: skip


def withdrawn(kept: Kept) -> Kept:
    return kept.add(
        VacancyWithdrawn(vacancy_id=VACANCY, reason=WithdrawalReason.CANCELLED, note="")
    )


class TestPapers:
    @pytest.mark.rule("35")
    def test_registered_on_valid_papers(self, kept: Kept) -> None:
        assert verdict(opened(kept), "35") is Verdict.NOT_APPLICABLE
        kept.events.clear()
        kept._versions.clear()
        assert verdict(registered(kept), "35") is Verdict.MET

    @pytest.mark.rule("35")
    def test_an_expired_licence_counts_while_something_is_public(self, kept: Kept) -> None:
        registered(kept, licence_until=date(2026, 11, 20))
        assert verdict(kept, "35") is Verdict.NOT_APPLICABLE
        published(kept)
        finding = kept.found(KIND)["35"]
        assert finding.verdict is Verdict.NOT_MET
        assert "营业执照2026年11月20日到期" in said(finding)
        assert "仍有1条招聘信息公开" in said(finding)


class TestVacancies:
    @pytest.mark.rule("38.2")
    def test_what_was_public_states_all_of_article_38(self, kept: Kept) -> None:
        assert verdict(registered(kept), "38.2") is Verdict.NOT_APPLICABLE
        assert verdict(published(kept), "38.2") is Verdict.MET

    @pytest.mark.rule("38.2")
    def test_what_lacks_is_named(self, kept: Kept) -> None:
        published(
            registered(kept), VacancyContent(title="电工", text="负责电路维修。", headcount=2)
        )
        finding = kept.found(KIND)["38.2"]
        assert finding.verdict is Verdict.NOT_MET
        assert said(finding) == "《电工》缺少：工作内容、招录条件、劳动报酬、福利待遇、社会保险"

    @pytest.mark.rule("38.2")
    def test_what_was_over_before_the_month_is_past(self, kept: Kept) -> None:
        kept.on(date(2026, 9, 1))
        published(registered(kept), VacancyContent(title="电工"), until=date(2026, 9, 30))
        assert verdict(kept, "38.2") is Verdict.NOT_APPLICABLE
        kept.events.clear()
        kept._versions.clear()
        published(registered(kept), VacancyContent(title="电工"))
        assert verdict(kept, "38.2") is Verdict.NOT_MET, "still public in the month"
        withdrawn(kept.on(date(2026, 10, 20)))
        assert verdict(kept, "38.2") is Verdict.NOT_APPLICABLE

    @pytest.mark.rule("38.3")
    def test_discriminatory_wording(self, kept: Kept) -> None:
        bad = VacancyContent(title="前台", text="要求：女，未婚。")
        finding = published(registered(kept), bad).found(KIND)["38.3"]
        assert finding.verdict is Verdict.NOT_MET
        assert "《前台》" in said(finding)

    @pytest.mark.rule("38.3")
    def test_what_the_reviewer_set_aside_is_for_the_inspector(self, kept: Kept) -> None:
        bad = VacancyContent(title="前台", text="要求：女，未婚。")
        finding = published(registered(kept), bad, overruled="引用他人").found(KIND)["38.3"]
        assert finding.verdict is Verdict.TO_BE_JUDGED
        assert "引用他人" in said(finding)

    @pytest.mark.rule("38.3")
    def test_an_older_screening_is_made_again(self, kept: Kept) -> None:
        bad = VacancyContent(title="前台", text="要求：女，未婚。")
        published(registered(kept), bad)
        drafted = next(
            place for place, one in enumerate(kept.events) if isinstance(one.event, VacancyDrafted)
        )
        old = VacancyDrafted(
            vacancy_id=VACANCY, content=bad, screening=Screening(version="0", findings=())
        )
        kept.events[drafted] = kept.events[drafted]._replace(event=old)
        assert verdict(kept, "38.3") is Verdict.NOT_MET


class TestSections:
    @pytest.mark.rule("50")
    def test_basics_are_stated_and_sections_without_service_are_empty(self, kept: Kept) -> None:
        opened(kept, EmployerBasics())
        found = kept.found(KIND)
        assert found["50/basics"].verdict is Verdict.NOT_MET
        assert found["50/guidance_and_referrals"].verdict is Verdict.NOT_APPLICABLE

    @pytest.mark.rule("50")
    def test_referrals_without_any_outcome_are_for_the_inspector(self, kept: Kept) -> None:
        published(registered(kept)).add(
            ReferralMade(
                referral_id=UUID(int=3), vacancy_id=VACANCY, job_seeker_id=UUID(int=4), reasons=()
            )
        )
        assert verdict(kept, "50/demand_met") is Verdict.TO_BE_JUDGED
        assert verdict(kept, "50/tracking_checks") is Verdict.MET

    @pytest.mark.rule("41", "50")
    def test_duties_late_and_missed_are_found_by_rule(self, kept: Kept) -> None:
        kept.on(date(2026, 11, 2), date(2026, 11, 6))
        withdrawn(published(registered(kept)))
        found = kept.found(KIND)
        assert found["41/duties"].verdict is Verdict.NOT_MET
        assert "截至2026年11月30日未办理" in said(found["41/duties"])
        assert found["50/duties"].verdict is Verdict.NOT_MET

    def test_it_is_called_by_credit_code_and_name(self, kept: Kept) -> None:
        assert opened(kept).shown(KIND) == ("91110101717757158X", "北京某某有限公司")
