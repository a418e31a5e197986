"""What is found in a person's ledger and needs file, rule by rule, as it stood at the cut-off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang.domain.assistance import guidance, readiness, team_and_plan
from taizhang.domain.events import ERASED
from taizhang.domain.job_seeker.contact import Contacted, ContactMeans
from taizhang.domain.job_seeker.documents import DocumentKind
from taizhang.domain.job_seeker.surveys import (
    EmploymentNeeds,
    NeedsFileChanged,
    SurveyAnswer,
)
from taizhang.domain.supervision.spot_check.findings import Finding, Verdict
from taizhang.domain.supervision.spot_check.kinds import RecordKind

if TYPE_CHECKING:
    from .conftest import Kept

MET, NOT_MET, NOT_APPLICABLE, TO_BE_JUDGED = (
    Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE, Verdict.TO_BE_JUDGED,
)  # fmt: skip
HERE, ELSEWHERE = "110105001", "110105002"
FILES = RecordKind.NEEDS_FILES
pytestmark = pytest.mark.rule("56.1")


def said(finding: Finding) -> str:
    return "；".join(one.text_zh for one in finding.evidence)


class TestTraces:
    @pytest.mark.rule("5.b")
    def test_every_entry_names_who_acted(self, kept: Kept) -> None:
        kept.opened().registered()
        assert kept.verdicts("5.b") == [MET]
        kept.by("system").registered()
        assert kept.verdicts("5.b") == [MET], "an online registration is nobody's"
        kept.graded()
        finding = kept.found()["5.b"]
        assert (finding.verdict, finding.evidence[0].positions) == (NOT_MET, (5,))
        assert kept.by(" ").registered().found()["5.b"].evidence[0].positions == (5, 6)

    @pytest.mark.rule("9.1")
    def test_the_archive_has_no_gap(self, kept: Kept) -> None:
        kept.opened().registered().refined()
        assert kept.verdicts("9.1") == [MET]
        del kept.events[2]
        assert "不连续" in said(kept.found()["9.1"])

    @pytest.mark.rule("9.1")
    def test_the_archive_begins_with_its_opening(self, kept: Kept) -> None:
        assert "没有建立记录" in said(kept.registered().found()["9.1"])


class TestPersonalLedger:
    @pytest.mark.rule("11.1")
    def test_it_is_opened_on_the_day_of_collection(self, kept: Kept) -> None:
        assert kept.opened().verdicts("11.1") == [MET]

    @pytest.mark.rule("11.1")
    def test_one_opened_later_shows_both_days(self, kept: Kept) -> None:
        finding = kept.on(date(2026, 11, 2), date(2026, 11, 4)).opened().found()["11.1"]
        assert finding.verdict is NOT_MET
        assert finding.evidence[0].days == (date(2026, 11, 2), date(2026, 11, 4))
        assert finding.evidence[0].positions == (1,)

    @pytest.mark.rule("11.2")
    def test_registration_and_refined_information_are_both_there(self, kept: Kept) -> None:
        kept.opened()
        assert "无求职登记信息；无精细化服务信息" in said(kept.found()["11.2"])
        assert "无求职登记信息" not in said(kept.registered().found()["11.2"])
        assert kept.verdicts("11.2") == [NOT_MET]
        assert kept.refined().verdicts("11.2") == [MET]

    @pytest.mark.rule("11.2")
    def test_one_opened_by_a_survey_need_not_be_registered(self, kept: Kept) -> None:
        assert kept.opened().surveyed().verdicts("11.2") == [NOT_APPLICABLE]

    @pytest.mark.rule("12")
    def test_a_level_has_its_tool_version_and_answers(self, kept: Kept) -> None:
        kept.opened()
        assert kept.verdicts("12") == [NOT_APPLICABLE]
        assert kept.registered().verdicts("12") == [NOT_MET]
        assert kept.graded().verdicts("12") == [MET]
        assert "等级3" in said(kept.found()["12"])

    @pytest.mark.rule("12")
    @pytest.mark.parametrize(
        ("changes", "lacking"),
        [({"tool": " "}, "分级工具名称"), ({"tool_version": ""}, "工具版本"),
         ({"answers": "{}"}, "测评答案"), ({"answers": ""}, "测评答案")],
    )  # fmt: skip
    def test_a_level_without_its_evidence_says_what_lacks(
        self, kept: Kept, changes: dict[str, str], lacking: str
    ) -> None:
        finding = kept.opened().registered().graded(**changes).found()["12"]
        assert finding.verdict is NOT_MET
        assert lacking in said(finding)

    @pytest.mark.rule("12")
    def test_answers_that_went_with_the_persons_key_were_there(self, kept: Kept) -> None:
        assert kept.opened().registered().graded(answers=ERASED).verdicts("12") == [MET]

    @pytest.mark.rule("17")
    def test_basics_name_what_lacks(self, kept: Kept) -> None:
        kept.opened(phone="", sex="", birth_date="")
        finding = kept.found()["17/basics"]
        assert (finding.verdict, said(finding)) == (NOT_MET, "基本情况缺少：联系电话")

    @pytest.mark.rule("17")
    def test_only_a_citizens_number_tells_sex_and_birth_date(self, kept: Kept) -> None:
        kept.opened(sex="")
        foreign = kept.events[0].event.model_copy(update={"document_kind": DocumentKind.PASSPORT})
        kept.events[0] = kept.events[0]._replace(event=foreign)
        assert said(kept.found()["17/basics"]) == "基本情况缺少：性别"

    @pytest.mark.rule("17")
    def test_who_was_erased_has_no_basics_to_judge(self, kept: Kept) -> None:
        kept.opened(**dict.fromkeys(("name", "sex", "birth_date", "phone"), ERASED))
        assert kept.verdicts("17/basics") == [NOT_APPLICABLE]
        assert kept.shown().name == ""

    @pytest.mark.rule("17")
    def test_a_registered_person_without_any_service_is_left_to_the_inspector(
        self, kept: Kept
    ) -> None:
        kept.opened().registered()
        assert kept.verdicts("17/no_service", "17/tracking_checks") == [
            TO_BE_JUDGED,
            NOT_APPLICABLE,
        ]
        kept.add(Contacted(person_id=kept.person, means=ContactMeans.PHONE, note=""))
        assert "17/no_service" not in kept.found()
        assert kept.verdicts("17/tracking_checks") == [MET]

    @pytest.mark.rule("17")
    def test_a_late_entry_is_found_with_its_days(self, kept: Kept) -> None:
        kept.opened().registered().refined()
        kept.on(date(2026, 11, 9), date(2026, 11, 12))
        kept.add(Contacted(person_id=kept.person, means=ContactMeans.PHONE, note=""))
        finding = kept.found()["17/duties"]
        assert finding.verdict is NOT_MET
        assert finding.evidence[0].days == (date(2026, 11, 10), date(2026, 11, 12))
        assert "应于2026年11月10日前" in said(finding)

    @pytest.mark.rule("17")
    def test_services_of_an_assistance_case_are_services(self, kept: Kept) -> None:
        kept.opened().registered().signed().add(
            guidance.GuidanceGiven(
                **kept.of_case(), guidance_id=UUID(int=5), about="", advice="", plan="",
                guidance=guidance.AssistedGuidance.GENERAL, referral_id=None,
            )
        )  # fmt: skip
        assert kept.verdicts("17/guidance") == [MET]
        assert "17/no_service" not in kept.found()

    def test_it_is_called_by_number_and_masked_name(self, kept: Kept) -> None:
        number, name = kept.opened().shown()
        assert (number, name) == ("00000-00001", "王**")


class TestDuties:
    """What was due before the month and done is past; what is missing at the cut-off counts."""

    def surveyed_and_willing(self, kept: Kept, day: date) -> Kept:
        kept.on(date(2026, 9, 1)).opened().on(day)
        return kept.surveyed(will_follow_up=True).needs()

    @pytest.mark.rule("21.2a")
    def test_a_missed_duty(self, kept: Kept) -> None:
        self.surveyed_and_willing(kept, date(2026, 11, 2))
        finding = kept.found(FILES)["21.2a/duties"]
        assert (finding.verdict, finding.evidence[0].days) == (NOT_MET, (date(2026, 11, 16),))
        assert "截至2026年11月30日未办理" in said(finding)

    @pytest.mark.rule("21.2a")
    def test_one_that_was_done_late_and_one_in_time(self, kept: Kept) -> None:
        self.surveyed_and_willing(kept, date(2026, 11, 2))
        kept.on(date(2026, 11, 20)).surveyed(SurveyAnswer.UNWILLING, reason="照顾老人", number=1)
        assert "实际于2026年11月20日办理" in said(kept.found(FILES)["21.2a/duties"])

    @pytest.mark.rule("21.2a")
    def test_one_that_was_done_in_time(self, kept: Kept) -> None:
        self.surveyed_and_willing(kept, date(2026, 11, 2))
        kept.on(date(2026, 11, 16)).surveyed(SurveyAnswer.UNWILLING, reason="照顾老人", number=1)
        assert kept.verdicts("21.2a/duties", kind=FILES) == [MET]

    def test_an_earlier_month_is_past_unless_it_is_still_missing(self, kept: Kept) -> None:
        self.surveyed_and_willing(kept, date(2026, 9, 7))
        assert "应于2026年9月20日前" in said(kept.found(FILES)["21.2a/duties"])
        kept.on(date(2026, 10, 30)).surveyed(SurveyAnswer.UNWILLING, reason="照顾老人", number=1)
        assert "21.2a/duties" not in kept.found(FILES)

    def test_what_falls_due_after_the_cut_off_is_not_judged_yet(self, kept: Kept) -> None:
        self.surveyed_and_willing(kept, date(2026, 11, 20))
        assert "21.2a/duties" not in kept.found(FILES)

    def test_what_another_agency_owes_is_not_held_against_this_one(self, kept: Kept) -> None:
        kept.by("other", ELSEWHERE)
        self.surveyed_and_willing(kept, date(2026, 11, 2))
        assert "21.2a/duties" not in kept.found(FILES)


class TestAssistance:
    def formed(self, *roles: team_and_plan.TeamRole) -> team_and_plan.TeamFormed:
        members = tuple(team_and_plan.TeamMember(staff_id="x", role=role) for role in roles)
        return team_and_plan.TeamFormed(
            person_id=UUID(int=1), agency_code=HERE, specialist_id="c1", members=members
        )

    def assessed(self, kept: Kept) -> readiness.ReadinessAssessed:
        return readiness.ReadinessAssessed(
            **kept.of_case(), tool="t", job_ready=True, startup_ready=False, cause=None,
            findings="", programme_id=None,
        )  # fmt: skip

    def plan(self, kept: Kept) -> team_and_plan.PlanMade:
        dates = team_and_plan.StageDates(number=1, begins_on=kept.day, until=kept.day)
        return team_and_plan.PlanMade(**kept.of_case(), aim="a", stages=(dates,), wording="[]")

    KEYS = ("25/readiness", "25/performance", "26/team", "26/plan", "32")

    @pytest.mark.rule("25", "26", "32")
    def test_without_an_agreement_here_chapter_3_asks_nothing(self, kept: Kept) -> None:
        assert kept.opened().verdicts(*self.KEYS) == [NOT_APPLICABLE] * 5
        kept.by("other", ELSEWHERE).signed(ELSEWHERE)
        assert kept.verdicts(*self.KEYS) == [NOT_APPLICABLE] * 5

    @pytest.mark.rule("25")
    def test_readiness_is_assessed_before_services(self, kept: Kept) -> None:
        kept.opened().signed()
        assert kept.verdicts("25/readiness", "25/performance") == [TO_BE_JUDGED] * 2
        kept.add(
            guidance.GuidanceGiven(
                **kept.of_case(), guidance_id=UUID(int=5), about="", advice="", plan="",
                guidance=guidance.AssistedGuidance.GENERAL, referral_id=None,
            )
        )  # fmt: skip
        finding = kept.found()["25/readiness"]
        assert (finding.verdict, said(finding)) == (NOT_MET, "未评估就业准备情况即提供服务")
        kept.add(
            self.assessed(kept),
            readiness.PerformanceAssessed(**kept.of_case(), obligations_met=True, effect="好"),
        )
        assert kept.verdicts("25/readiness", "25/performance") == [MET] * 2

    @pytest.mark.rule("26")
    def test_a_team_has_its_professions(self, kept: Kept) -> None:
        kept.opened().signed()
        assert "未组成专门服务团队" in said(kept.found()["26/team"])
        kept.add(self.formed(team_and_plan.TeamRole.OTHER))
        assert said(kept.found()["26/team"]) == "团队缺少职业信息分析、就业或创业服务人员"
        roles = team_and_plan.TeamRole
        kept.add(self.formed(roles.INFORMATION_ANALYST, roles.STARTUP_SERVICE))
        assert kept.verdicts("26/team") == [MET]

    @pytest.mark.rule("26")
    def test_a_plan_rests_on_assessment_and_classification(self, kept: Kept) -> None:
        kept.opened().signed()
        assert "未制定就业援助方案" in said(kept.found()["26/plan"])
        kept.add(self.plan(kept))
        assert said(kept.found()["26/plan"]) == (
            "制定方案前未进行就业准备状况评估；制定方案前未进行分类测评"
        )

    @pytest.mark.rule("26")
    def test_a_revision_gives_its_reason(self, kept: Kept) -> None:
        classified = readiness.PersonClassified(
            **kept.of_case(), tool="t", category="c", obstacles=""
        )
        made = self.plan(kept)
        kept.opened().signed().add(self.assessed(kept), classified, made)
        assert kept.verdicts("26/plan") == [MET]
        kept.add(
            team_and_plan.PlanRevised(
                **kept.of_case(), cause=team_and_plan.RevisionCause.NEW_SITUATION, reason=" ",
                stages=made.stages, wording="[]", consultation_id=None,
            )
        )  # fmt: skip
        assert said(kept.found()["26/plan"]) == "调整方案未说明原因"

    @pytest.mark.rule("32")
    def test_the_ledger_holds_what_article_32_adds(self, kept: Kept) -> None:
        keys = ("32/needs_file", "32/agreement", "32/services")
        kept.opened().signed()
        assert kept.verdicts(*keys) == [NOT_MET, MET, TO_BE_JUDGED]
        kept.add(self.assessed(kept))
        kept.within(kept.person).surveyed().needs(occupations=("电工",))
        assert kept.verdicts(*keys) == [MET] * 3


class TestNeedsFile:
    @pytest.mark.rule("19")
    def test_an_unwilling_person_has_a_concrete_reason(self, kept: Kept) -> None:
        kept.opened().surveyed(SurveyAnswer.UNWILLING).needs()
        assert said(kept.found(FILES)["19"]) == "表示暂无就业意愿，未记载具体原因"

    @pytest.mark.rule("19")
    def test_the_method_and_the_answer_are_told(self, kept: Kept) -> None:
        kept.opened().surveyed(SurveyAnswer.UNWILLING, reason="照顾老人").needs()
        assert said(kept.found(FILES)["19"]) == "共摸查1次，最近一次电话访问：暂无就业意愿"
        assert "照顾老人" not in said(kept.found(FILES)["19"]), (
            "what somebody told stays in the file"
        )

    @pytest.mark.rule("20")
    def test_it_is_opened_on_the_day_of_the_survey(self, kept: Kept) -> None:
        assert kept.opened().surveyed().needs().verdicts("20/opening", kind=FILES) == [MET]

    @pytest.mark.rule("20")
    def test_one_entered_later_is_too_late(self, kept: Kept) -> None:
        kept.opened().on(date(2026, 11, 3), date(2026, 11, 5)).surveyed().needs()
        finding = kept.found(FILES)["20/opening"]
        assert (finding.verdict, said(finding)) == (
            NOT_MET,
            "2026年11月3日摸查，档案于2026年11月5日建立",
        )

    @pytest.mark.rule("20")
    def test_its_content_is_what_a_willing_person_looks_for(self, kept: Kept) -> None:
        kept.opened().surveyed().needs()
        assert kept.verdicts("20/content", kind=FILES) == [NOT_MET]
        needs = EmploymentNeeds(occupations=("电工",), monthly_pay_from=5000)
        kept.add(NeedsFileChanged(needs=needs, reason=""))
        finding = kept.found(FILES)["20/content"]
        assert (finding.verdict, said(finding)) == (TO_BE_JUDGED, "未记载：服务需求、就业障碍")
        whole = EmploymentNeeds.model_validate(
            {**needs.model_dump(), "training_wanted": ("焊接",), "hindrances": ("age",)}
        )
        kept.add(NeedsFileChanged(needs=whole, reason="补充"))
        assert kept.verdicts("20/content", kind=FILES) == [MET]

    @pytest.mark.rule("20")
    def test_what_somebody_unwilling_needs_is_for_the_inspector(self, kept: Kept) -> None:
        kept.opened().surveyed(SurveyAnswer.UNWILLING, reason="照顾老人").needs()
        assert kept.verdicts("20/content", kind=FILES) == [TO_BE_JUDGED]

    @pytest.mark.rule("32")
    def test_a_change_gives_its_reason(self, kept: Kept) -> None:
        kept.opened().surveyed().needs()
        assert kept.verdicts("32/changes", kind=FILES) == [NOT_APPLICABLE]
        kept.add(NeedsFileChanged(needs=EmploymentNeeds(), reason=" "))
        assert said(kept.found(FILES)["32/changes"]) == "变动未说明原因"
