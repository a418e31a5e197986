"""The monthly notice on the real log: issued once, notifying its problems with it, proven, corrected."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from taizhang import (
    Actor,
    AddFinding,
    CloseAgency,
    CloseSpotCheck,
    InvalidInput,
    NotAuthorised,
    NotFound,
    PassVacancy,
    PutProblemRight,
    RecodeAgency,
    RecordProblem,
    RenameAgency,
    WithdrawProblem,
)
from taizhang.application.views.service import IssuedNotice
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.supervision.rectification.events import ConcernedRecord, Source
from taizhang.domain.supervision.spot_check.findings import Evidence
from taizhang.projections.canonical import canonical_json
from taizhang.projections.monthly_ledger_notice import MonthlyLedgerNotice, render_html

from .spot_checks.conftest import Check, fill

if TYPE_CHECKING:
    from tests.integration.conftest import World

DISTRICT, SUBDISTRICT, SIBLING, STATION = "110105", "110105001", "110105002", "110105001001"
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def issue(world: World, month: date = NOVEMBER, **more: str) -> IssuedNotice:
    return world.taizhang.notices.issue_monthly_ledgers(
        month, DISTRICT, by=world.actor("supervisor"), **more
    )


def document(world: World, issued: IssuedNotice) -> MonthlyLedgerNotice:
    notice = world.taizhang.notices.document(issued.notice_id, by=world.actor("supervisor"))
    assert isinstance(notice, MonthlyLedgerNotice)
    return notice


def read(world: World, month: date = NOVEMBER) -> MonthlyLedgerNotice:
    return document(world, issue(world, month))


def to(world: World, day: date) -> None:
    world.clock.forward(days=(day - world.clock.today).days)


def problem(
    world: World, agency: str = SUBDISTRICT, rule: str = "17", by: str = "supervisor"
) -> UUID:
    return world.do(
        RecordProblem(
            occurred_on=world.clock.today, agency_code=agency, rule=rule,
            record_kind=ConcernedRecord.AGENCY, source=Source.MONITORING,
            evidence="多项服务未及时录入",
        ),
        by,
    ).stream_id  # fmt: skip


def put_right(world: World, identity: UUID, by: str = "clerk") -> None:
    world.do(PutProblemRight(rectification_id=identity, how="已补录", evidence="台账12条"), by)


@pytest.fixture
def busy(world: World) -> World:
    """Return November over: a vacancy never reviewed, two problems, one of them put right since."""
    world.submit(world.register())
    problem(world)
    other = problem(world, SIBLING, "20")
    to(world, date(2026, 12, 2))
    put_right(world, other, "sibling")
    return world


@pytest.mark.rule("56.2b")
class TestIssuing:
    def test_asked_for_twice_it_is_the_same(self, busy: World) -> None:
        first = issue(busy)
        assert first.notice_id == "monthly_ledgers-110105-20261130"
        busy.clock.forward(days=3)
        assert issue(busy, date(2026, 11, 17)) == first, "any day names the month"
        assert busy.count("issued_documents") == 1
        rows = busy.sql("SELECT count(*) FROM stored_events WHERE topic = 'rectification.notified'")
        assert rows == [(2,)]

    def test_several_who_ask_at_once_get_the_same_and_notify_once(self, busy: World) -> None:
        barrier = threading.Barrier(3)

        def work(_: int) -> IssuedNotice:
            barrier.wait()
            return issue(busy)

        with ThreadPoolExecutor(3) as pool:
            assert len(set(pool.map(work, range(3)))) == 1
        assert busy.sql("SELECT DISTINCT times FROM rectifications WHERE stage = 'notified'") == [
            (1,)
        ]

    @pytest.mark.rule("58.2a")
    def test_it_notifies_what_stands_and_what_was_missed_and_not_what_is_put_right(
        self, busy: World
    ) -> None:
        notice = read(busy)
        assert [(one.rule, one.agency_code, one.times) for one in notice.problems] == [
            ("17", SUBDISTRICT, 1),
            ("38.1", SUBDISTRICT, 1),
        ]
        assert (
            "“审核招聘信息”应于2026年11月4日前（含当日）办结，逾期未办"
            in notice.problems[1].evidence
        )
        assert [(one.problem.rule, one.notified) for one in notice.put_right] == [("20", False)]
        (overall,) = [line for line in notice.duties if line.under is None and line.rule == "38.1"]
        assert (overall.duties.due, overall.duties.missed) == (1, 1)
        rows = busy.sql("SELECT rule, stage, times FROM rectifications ORDER BY rule")
        assert rows == [("17", "notified", 1), ("20", "put_right", 0), ("38.1", "notified", 1)]

    def test_not_while_the_month_lasts(self, world: World) -> None:
        with pytest.raises(InvalidInput, match=r"2026-11 is not over: .* from 2026-12-01 on"):
            issue(world)
        with pytest.raises(InvalidInput, match="2026-12 is in the future"):
            issue(world, DECEMBER)
        preview = world.taizhang.notices.preview_monthly_ledgers(
            NOVEMBER, DISTRICT, by=world.actor("supervisor")
        )
        assert preview.month == NOVEMBER
        assert world.sql("SELECT 1 FROM stored_events WHERE topic = 'notice.issued'") == []

    @pytest.mark.rule("56.1")
    @pytest.mark.parametrize("staff_id", ["subdistrict-supervisor", "other-supervisor", "clerk"])
    def test_nobody_issues_it_for_an_agency_above_or_beside(
        self, busy: World, staff_id: str
    ) -> None:
        with pytest.raises(NotAuthorised):
            busy.taizhang.notices.issue_monthly_ledgers(NOVEMBER, DISTRICT, by=busy.actor(staff_id))

    def test_a_job_may_issue_it_and_of_an_unknown_agency_there_is_none(self, busy: World) -> None:
        by = Actor.system(DISTRICT)
        assert busy.taizhang.notices.issue_monthly_ledgers(NOVEMBER, DISTRICT, by=by).digest
        with pytest.raises(NotFound, match="no agency bears the code 110999"):
            busy.taizhang.notices.issue_monthly_ledgers(NOVEMBER, "110999", by=by)

    def test_a_month_without_a_single_record_has_a_proper_notice(self, world: World) -> None:
        to(world, date(2026, 12, 1))
        issued = issue(world)
        notice = document(world, issued)
        assert notice.problems == ()
        assert "本月无到期应办事项" in render_html(notice)
        assert world.taizhang.notices.recompute(
            issued.notice_id, by=world.actor("supervisor")
        ).is_proven

    def test_put_right_while_the_notice_is_made_it_is_made_anew(
        self, busy: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        busy.taizhang.projections.catch_up()
        ((identity,),) = busy.sql("SELECT stream_id FROM rectifications WHERE rule = '17'")
        office = busy.taizhang.notices
        keep, done = office._keep, list[UUID]()

        def keep_late(content: bytes) -> None:
            if not done:
                done.append(identity)
                put_right(busy, identity)
            keep(content)

        monkeypatch.setattr(office, "_keep", keep_late)
        notice = read(busy)
        assert [one.rule for one in notice.problems] == ["38.1"]
        assert "17" in {one.problem.rule for one in notice.put_right}
        rows = busy.sql("SELECT times FROM rectifications WHERE rule = '17'")
        assert rows == [(0,)], "it was never notified"

    def test_dead_before_the_end_it_leaves_nothing_half_done(
        self, busy: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        execute = busy.taizhang.service.execute

        def die(command: object, **more: object) -> object:
            if type(command).__name__ == "IssueNotice":
                raise KeyboardInterrupt
            return execute(command, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(busy.taizhang.service, "execute", die)
        with pytest.raises(KeyboardInterrupt):
            issue(busy)
        monkeypatch.undo()
        topics = busy.sql(
            "SELECT 1 FROM stored_events WHERE topic IN ('notice.issued', 'rectification.notified')"
        )
        assert topics == []
        assert len(read(busy).problems) == 2


@pytest.mark.rule("58.2a", "58.2b")
class TestFromMonthToMonth:
    def test_second_and_third_time_and_the_interview_opens(self, busy: World) -> None:
        first = issue(busy)
        to(busy, date(2027, 1, 4))
        second = document(busy, issue(busy, DECEMBER))
        assert {one.rule: one.times for one in second.problems} == {"17": 2, "38.1": 2}
        assert second.previous is not None
        assert second.previous.digest == first.digest
        assert "第2次" in render_html(second)
        queries, by = busy.taizhang.queries().supervision, busy.actor("supervisor")
        assert queries.open_interviews(DISTRICT, by=by) == []
        to(busy, date(2027, 2, 3))
        third = document(busy, issue(busy, JANUARY))
        assert {one.times for one in third.problems} == {3}
        assert "可按规定对该机构的主要负责人予以警示约谈" in render_html(third)
        assert len(queries.open_interviews(DISTRICT, by=by)) == 2

    def test_a_missed_duty_made_up_for_is_put_right_by_itself(self, busy: World) -> None:
        issue(busy)
        (vacancy,) = busy.taizhang.queries().vacancies(SUBDISTRICT, by=busy.actor("supervisor"))
        busy.do(
            PassVacancy(credit_code=vacancy.credit_code, vacancy_id=vacancy.vacancy_id), "reviewer"
        )
        to(busy, date(2027, 1, 4))
        notice = read(busy, DECEMBER)
        (made_up_for,) = [one for one in notice.put_right if one.problem.rule == "38.1"]
        assert made_up_for.how == "逾期事项已补办"
        assert "逾期办结" in made_up_for.evidence
        assert "38.1" not in {one.rule for one in notice.problems}
        assert "39.1" in {one.rule for one in notice.problems}, "passed, and never published"

    def test_a_problem_notified_just_before_is_not_notified_anew(self, busy: World) -> None:
        to(busy, date(2026, 12, 28))
        issue(busy)
        to(busy, date(2027, 1, 4))
        notice = read(busy, DECEMBER)
        assert [(one.times, one.anew) for one in notice.problems] == [(1, False), (1, False)]
        assert notice.notified == ()


@pytest.mark.rule("56.2b")
class TestCorrection:
    def test_the_same_content_is_no_correction_and_there_is_none_of_nothing(
        self, busy: World
    ) -> None:
        with pytest.raises(NotFound, match="issue it first"):
            issue(busy, correction_reason="更正")

    def test_it_supersedes_counts_no_second_time_and_both_are_proven(self, busy: World) -> None:
        first = issue(busy)
        supervisor = busy.actor("supervisor")
        original = canonical_json(document(busy, first))
        ((identity,),) = busy.sql("SELECT stream_id FROM rectifications WHERE rule = '17'")
        busy.do(WithdrawProblem(rectification_id=identity, reason="经复核不成立"), "supervisor")
        second = issue(busy, correction_reason="一项认定有误")
        assert second.notice_id == f"{first.notice_id}-1"
        assert (second.supersedes, second.reason) == (first.notice_id, "一项认定有误")
        notice = document(busy, second)
        assert [(one.rule, one.times) for one in notice.problems] == [("38.1", 1)]
        assert notice.notified == ()
        assert busy.sql("SELECT max(times) FROM rectifications") == [(1,)]
        assert canonical_json(document(busy, first)) == original
        assert issue(busy) == second, "the one in force is given"
        assert busy.taizhang.notices.find(first.notice_id, by=supervisor).superseded
        for issued in (first, second):
            proof = busy.taizhang.notices.recompute(issued.notice_id, by=supervisor)
            assert proof.is_proven, issued.notice_id
        listed = busy.taizhang.queries().notices(DISTRICT, by=supervisor)
        assert [(one.notice_id, one.superseded) for one in listed] == [
            (second.notice_id, False),
            (first.notice_id, True),
        ]


@pytest.mark.rule("56.2b", "58.2a")
class TestProof:
    def test_what_was_issued_is_made_again_from_the_log_alone(self, busy: World) -> None:
        issued = issue(busy)
        busy.clock.forward(days=20)
        busy.publish(busy.register(9))
        problem(busy, SIBLING)
        proof = busy.taizhang.notices.recompute(issued.notice_id, by=busy.actor("supervisor"))
        assert proof.is_proven
        assert proof.notes == ()

    def test_another_policy_is_named_as_the_reason(self, busy: World) -> None:
        issued = issue(busy)
        other = EDITION_2018.with_policy({"rectification": 3})
        with busy.reopen(editions=(other,)) as again:
            proof = again.notices.recompute(issued.notice_id, by=busy.actor("supervisor"))
            assert not proof.is_proven
            assert any("policy" in note for note in proof.notes)

    @pytest.mark.parametrize(
        "tamper",
        [
            pytest.param(
                "UPDATE issued_documents SET content = convert_to(replace(convert_from(content, "
                "'UTF8'), '\"missed\":1', '\"missed\":0'), 'UTF8')",
                id="the document",
            ),
            pytest.param(
                "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), "
                "'多项', '一项'), 'UTF8') WHERE topic = 'rectification.found'",
                id="the evidence of a problem",
            ),
            pytest.param(
                "DELETE FROM stored_events WHERE topic = 'rectification.put_right'",
                id="an event removed",
            ),
        ],
    )
    def test_whatever_was_tampered_with_behind_its_back_is_not_proven(
        self, busy: World, tamper: str
    ) -> None:
        issued, by = issue(busy), busy.actor("supervisor")
        for table in ("stored_events", "issued_documents"):
            busy.sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        busy.sql(tamper)
        assert not busy.taizhang.notices.recompute(issued.notice_id, by=by).is_proven


@pytest.mark.rule("56.2b")
class TestAgenciesThatChange:
    def test_renamed_recoded_or_closed_within_the_month_an_agency_is_named_as_of_its_end(
        self, world: World
    ) -> None:
        one, other = problem(world), problem(world, SIBLING)
        middle = date(2026, 11, 16)
        to(world, middle)
        for command in (
            RenameAgency(code=SUBDISTRICT, name="建国门外街道", effective_on=middle),
            RecodeAgency(code=SUBDISTRICT, new_code="110105099", effective_on=middle),
            CloseAgency(code=SIBLING, successor_code="110105099", effective_on=middle),
        ):
            world.do(command, "administrator")
        to(world, date(2026, 12, 1))
        notice = read(world)
        own, *below = notice.agencies
        assert own.own, "the superior itself was late to notify what it found"
        assert [(line.agency.code, line.agency.name) for line in below] == [
            ("110105099", "建国门外街道")
        ]
        assert {p.rectification_id for p in notice.problems} == {one, other}
        assert {p.agency for p in notice.problems} == {"建国门外街道"}
        by = world.actor("supervisor")
        assert world.taizhang.notices.recompute(issue(world).notice_id, by=by).is_proven

    def test_the_superior_itself_recoded_compares_with_its_notice_before(self, busy: World) -> None:
        first = issue(busy)
        day = date(2026, 12, 20)
        to(busy, day)
        busy.do(RecodeAgency(code=DISTRICT, new_code="110199", effective_on=day), "administrator")
        to(busy, date(2027, 1, 4))
        by = Actor(staff_id="supervisor", agency_code="110199")
        issued = busy.taizhang.notices.issue_monthly_ledgers(DECEMBER, "110199", by=by)
        assert issued.previous == first.notice_id
        assert busy.taizhang.notices.recompute(issued.notice_id, by=by).is_proven

    def test_what_is_wrong_at_a_station_its_own_superior_notifies(self, world: World) -> None:
        problem(world, STATION, by="subdistrict-supervisor")
        to(world, date(2026, 12, 1))
        assert read(world).problems == ()
        by = world.actor("subdistrict-supervisor")
        issued = world.taizhang.notices.issue_monthly_ledgers(NOVEMBER, SUBDISTRICT, by=by)
        notice = world.taizhang.notices.document(issued.notice_id, by=by)
        assert isinstance(notice, MonthlyLedgerNotice)
        assert [one.agency_code for one in notice.problems] == [STATION]


def test_a_late_entry_changes_no_issued_notice(busy: World) -> None:
    issued = issue(busy)
    before = canonical_json(document(busy, issued))
    (vacancy,) = busy.taizhang.queries().vacancies(SUBDISTRICT, by=busy.actor("supervisor"))
    busy.do(
        PassVacancy(
            credit_code=vacancy.credit_code, vacancy_id=vacancy.vacancy_id,
            occurred_on=date(2026, 11, 3),
        ),
        "reviewer",
    )  # fmt: skip
    assert canonical_json(document(busy, issue(busy))) == before
    proof = busy.taizhang.notices.recompute(issued.notice_id, by=busy.actor("supervisor"))
    assert proof.is_proven


def test_issued_days_late_the_month_is_the_same(busy: World) -> None:
    early = busy.taizhang.notices.preview_monthly_ledgers(
        NOVEMBER, DISTRICT, by=busy.actor("supervisor")
    )
    busy.clock.forward(days=3)
    busy.publish(busy.register(5))
    late = busy.taizhang.notices.preview_monthly_ledgers(
        NOVEMBER, DISTRICT, by=busy.actor("supervisor")
    )
    assert early.duties == late.duties
    assert early.basis.month_position == late.basis.month_position
    assert late.dated == early.dated + timedelta(days=3)


@pytest.mark.rule("56.2b", "58.2a")
class TestSpotChecks:
    @pytest.fixture
    def check(self, world: World) -> Check:
        """Return a check of personal ledgers of November, drawn and examined on the first of December."""
        fill(world, here=8, next_door=3)
        return Check(world).examined()

    def faulty(self, check: Check) -> int:
        """Let one item have a finding of its own, confirm them all, and return its number."""
        number = next(n for n, item in check.state.items.items() if item.agency_code == SUBDISTRICT)
        finding = AddFinding(
            check_id=check.id,
            number=number,
            rule="17",
            evidence=(Evidence(text_zh="缺少最近一次服务的记录"),),
        )
        check.world.do(finding, "supervisor")
        check.confirmed()
        return number

    def test_it_waits_for_a_check_of_the_month_until_its_time_is_over(
        self, world: World, check: Check
    ) -> None:
        ready_on = world.taizhang.notices.monthly_ledgers_ready_on(NOVEMBER, DISTRICT)
        assert ready_on > date(2026, 12, 15)
        with pytest.raises(InvalidInput, match=f"issue it from {ready_on} on"):
            issue(world)
        to(world, ready_on)
        notice = read(world)
        assert [one.check_id for one in notice.pending] == [check.id]
        assert "抽查尚未结束" in render_html(notice)

    def test_what_a_closed_check_found_is_told_with_its_proof_and_notified(
        self, world: World, check: Check
    ) -> None:
        number = self.faulty(check)
        to(world, date(2026, 12, 22))
        world.do(CloseSpotCheck(check_id=check.id), "supervisor")
        notice = read(world)
        state = check.state
        assert [one.check_id for one in notice.checks] == [check.id]
        (proof,) = notice.checks
        assert (proof.commitment, proof.position) == (state.commitment, state.log_position)
        assert proof.seed is not None
        (ledgers,) = notice.overall.checks
        assert ledgers.population == 11
        assert ledgers.inspected == ledgers.drawn == 11
        problems = check.state.problems()
        told = [one for one in notice.problems if one.source == "spot_check"]
        assert len(told) == len({(one.rule_id, one.record_id) for one in problems})
        assert ledgers.rate.passed == 11 - len({one.number for one in problems})
        assert any("缺少最近一次服务的记录" in one.evidence for one in told)
        assert {one.title for one in told} == {"王**"}
        assert len(notice.sample) == len(state.items)
        assert number in {one.item_no for one in notice.sample if one.faulty}
        page = render_html(notice)
        assert state.commitment in page
        assert "王小明" not in page
        by = world.actor("supervisor")
        assert world.taizhang.notices.recompute(issue(world).notice_id, by=by).is_proven
        found = world.sql(
            "SELECT DISTINCT source_id, times FROM rectifications WHERE source = 'spot_check'"
        )
        assert found == [(str(check.id), 1)]
        warned = world.taizhang.queries().supervision.warnings(
            DISTRICT, by=by, month=NOVEMBER, beyond=False
        )
        assert "pass_rate" in {one.indicator for one in warned}

    def test_a_check_is_told_of_in_one_notice_alone(self, world: World, check: Check) -> None:
        self.faulty(check)
        to(world, date(2026, 12, 28))
        issue(world)  # its time is over, and nobody closed it
        world.do(CloseSpotCheck(check_id=check.id), "supervisor")
        to(world, date(2027, 1, 4))
        december = read(world, DECEMBER)
        assert [one.check_id for one in december.checks] == [check.id]
        to(world, date(2027, 2, 3))
        january = read(world, JANUARY)
        assert january.checks == january.pending == ()
        assert all(one.times == 2 for one in january.problems if one.source == "spot_check")
