"""Explanations on a real log: each figure lists as many things as it states, each thing its events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from taizhang import (
    Actor,
    AddFinding,
    CloseSpotCheck,
    DraftVacancy,
    InvalidInput,
    MergeJobSeekerLedgers,
    NotAuthorised,
    NotFound,
    PassVacancy,
    SubmitVacancy,
    TakeOverJobSeeker,
    WithdrawVacancy,
)
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.supervision.spot_check.findings import Evidence as Shown
from taizhang.projections.canonical import canonical_json
from taizhang.projections.explanation.model import Evidence, Explanation
from taizhang.projections.explanation.paths import figure_at

from .people import ADDRESS, NAME, PHONE, People
from .spot_checks.conftest import Check, fill
from .test_monthly_notices import problem, put_right, to
from .test_notices import issue

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("9.1")

DISTRICT, SUBDISTRICT = "110105", "110105001"
DAY = date(2026, 11, 2)


def explain(world: World, reference: str, by: str = "supervisor") -> Explanation:
    world.taizhang.projections.catch_up()
    return world.taizhang.queries().explanations.explain(reference, by=world.actor(by))


def counts(value: Any, path: str) -> Iterator[tuple[str, int]]:
    """Yield the path and the value of every number of a part of a notice."""
    if type(value) is int:
        yield path, value
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from counts(held, f"{path}.{name}")


def names(line: dict[str, Any]) -> str:
    if "agency" in line:
        return str(line["agency"]["code"])
    return str(line.get("day") or line["rule"])


def counted(world: World, notice_id: str, paths: Iterable[str]) -> dict[str, Evidence]:
    """Count all these figures of a notice again, on one view of its log position."""
    office = world.taizhang.notices
    with office.evidence(notice_id, by=world.actor("supervisor")) as (notice, evidence):
        return {path: evidence.figure(figure_at(notice, notice_id, path)) for path in paths}


@pytest.fixture
def busy(world: World) -> str:
    """Return the notice of the last of some busy days: faults old, new and put right, delays, duties."""
    code = world.register()
    world.publish(code)
    world.publish(code, world.discriminatory, overruled="剧组女演员")
    gone = world.publish(code, world.discriminatory, overruled="剧组女演员")
    world.submit(code)
    world.clock.forward(days=1)
    issue(world, DAY)
    world.clock.forward(days=6)
    issue(world, world.clock.today - timedelta(days=1))
    world.do(
        WithdrawVacancy(credit_code=code, vacancy_id=gone, reason=WithdrawalReason.FOUND_FAULTY)
    )
    late = uuid4()
    earlier = world.clock.today - timedelta(days=4)
    world.do(
        DraftVacancy(credit_code=code, vacancy_id=late, content=world.content, occurred_on=earlier)
    )
    world.do(SubmitVacancy(credit_code=code, vacancy_id=late, occurred_on=earlier))
    world.do(PassVacancy(credit_code=code, vacancy_id=late), "reviewer")
    world.clock.forward(days=1)
    return issue(world, world.clock.today - timedelta(days=1)).notice_id


def document(world: World, notice_id: str) -> dict[str, Any]:
    notice = world.taizhang.notices.document(notice_id, by=world.actor("supervisor"))
    held: dict[str, Any] = json.loads(canonical_json(notice))
    return held


class TestDailyNotice:
    def test_every_count_lists_as_many_as_it_states(self, world: World, busy: str) -> None:
        notice = document(world, busy)
        stated = dict(counts(notice["overall"], "overall"))
        for whole in ("agencies", "rules", "series"):
            for line in notice[whole]:
                stated |= dict(counts(line, f"{whole}.{names(line)}"))
        for name in ("overall.late", "overall.overdue", "overall.put_right", "overall.positions"):
            assert stated[name], name
        assert stated["overall.problems.third_or_more"] and stated["overall.flows.withdrawn"] == 1
        today = f"series.{notice['day']}."
        elsewhere, known = set(), set(range(1, world.taizhang.events.head() + 1))
        for path, found in counted(world, busy, stated).items():
            if found.things is None:
                elsewhere.add(path)
                continue
            assert sum(thing.number for thing in found.things) == stated[path], path
            assert all(set(thing.positions) <= known for thing in found.things), path
            assert all(thing.positions for thing in found.things), path
        assert elsewhere
        assert all(".rate_before." in path or path.startswith("series.") for path in elsewhere)
        assert not any(path.startswith(today) for path in elsewhere)
        assert not any(".flows." in path or path.endswith(".touched") for path in elsewhere)

    def test_a_flow_is_the_events_themselves(self, world: World, busy: str) -> None:
        told = explain(world, f"figure:{busy}:agencies.110105001.flows.withdrawn")
        assert (told.title_zh, told.stated) == ("各机构 › 建外街道 › 办理情况 › 撤回", 1)
        assert told.counted == told.stated
        (event,) = told.events
        assert (event.event, event.title_zh) == ("vacancy.withdrawn", "撤回招聘信息")
        assert (event.staff_id, event.agency_code) == ("clerk", SUBDISTRICT)
        assert event.agency_name == "建外街道"

    def test_what_is_no_count_says_what_it_is_made_of(self, world: World, busy: str) -> None:
        percent = explain(world, f"figure:{busy}:overall.rate.percent")
        assert (percent.counted, percent.things) == (None, ())
        assert percent.made_of == (
            f"figure:{busy}:overall.rate.passed",
            f"figure:{busy}:overall.rate.checked",
        )
        rate = explain(world, f"figure:{busy}:overall.rate")
        assert f"figure:{busy}:overall.rate.checked" in rate.made_of
        rules = explain(world, f"figure:{busy}:rules")
        assert f"figure:{busy}:rules.38.3" in rules.made_of
        for reference in (*rate.made_of, *rules.made_of):
            explain(world, reference)
        checked = explain(world, f"figure:{busy}:overall.rate.passed")
        assert checked.title_zh == "合计 › 合格率 › 合格数"
        assert "该项不是计数" in {
            fact.text_zh for fact in explain(world, f"figure:{busy}:basis.position").facts
        }

    def test_what_another_notice_stated_says_which(self, world: World, busy: str) -> None:
        for path, said in (
            ("overall.rate_before.checked", "招信核〔2026〕110105-312号所载，不再重新计数"),
            ("series.2026-11-08.rate.passed", "2026年11月8日通报所载，不再重新计数"),
        ):
            told = explain(world, f"figure:{busy}:{path}")
            assert (told.stated is None, told.counted) == (False, None), path
            assert told.facts[-1].text_zh == said

    def test_a_finding_leads_to_the_vacancy_s_events(self, world: World, busy: str) -> None:
        listed = explain(world, f"figure:{busy}:rules.38.3.problems.third_or_more").things
        finding = explain(world, listed[0].reference or "")
        assert (finding.rule, finding.citation) == ("38.3", "第三十八条第三款")
        assert "涉嫌性别歧视" in finding.title_zh
        assert ("第几次通报", "3") in {(fact.label_zh, fact.text_zh) for fact in finding.facts}
        assert [event.event for event in finding.events] == [
            "vacancy.drafted", "vacancy.submitted", "vacancy.passed", "vacancy.published",
        ]  # fmt: skip

    def test_it_stays_what_it_was_whatever_is_recorded_later(self, world: World, busy: str) -> None:
        before = explain(world, f"figure:{busy}:overall.rate.checked")
        world.publish(world.credit_code())
        assert explain(world, f"figure:{busy}:overall.rate.checked") == before

    def test_what_is_counted_is_listed_whole_and_its_events_up_to_a_number(
        self, world: World, busy: str
    ) -> None:
        world.taizhang.projections.catch_up()
        told = world.taizhang.queries().explanations.explain(
            f"figure:{busy}:overall.rate.checked", by=world.actor("supervisor"), events=1
        )
        assert len(told.things) == told.stated == 2
        assert len(told.events) == 1
        assert told.events_left_out == len(told.positions) - 1

    def test_what_is_not_there_is_told_what_there_is(self, world: World, busy: str) -> None:
        for path, there in (
            ("nothing", "in it there is: "),
            ("overall.flows.shipped", "in 'overall.flows' there is: submitted, passed, "),
            ("agencies.110999.late", "in 'agencies' there is: 110105001, 110105002"),
            ("overall.late.more", "in 'overall.late' there is: nothing further"),
        ):
            with pytest.raises(NotFound, match=there):
                explain(world, f"figure:{busy}:{path}")
        with pytest.raises(NotFound, match="no 99th"):
            explain(world, f"finding:{busy}:99")
        with pytest.raises(NotFound, match="no notice has the id"):
            explain(world, "figure:nothing:overall.late")

    def test_who_may_not_see_the_notice_gets_no_figure(self, world: World, busy: str) -> None:
        for staff in ("clerk", "other-supervisor"):
            with pytest.raises(NotAuthorised):
                explain(world, f"figure:{busy}:overall.late", by=staff)
            with pytest.raises(NotAuthorised):
                explain(world, f"finding:{busy}:1", by=staff)


@pytest.mark.rule("5.b")
class TestDuty:
    def test_from_the_worklist_to_the_event_it_arose_from(self, world: World) -> None:
        vacancy_id = world.submit(world.register())
        world.clock.forward(days=10)
        world.taizhang.projections.catch_up()
        (duty,) = [
            duty
            for duty in world.taizhang.queries().worklist(SUBDISTRICT, by=world.actor("clerk"))
            if duty.duty == "vacancy_review"
        ]
        told = explain(world, duty.reference, by="clerk")
        assert (told.reference, told.rule) == (duty.reference, "38.1")
        said = {fact.label_zh: fact.text_zh for fact in told.facts}
        assert said["应办结日"] == str(duty.due_on)
        assert said["办理情况"] == "逾期未办"
        assert said["说明"] == duty.why
        assert [event.event for event in told.events] == ["vacancy.submitted"]
        world.do(PassVacancy(credit_code=world.credit_code(), vacancy_id=vacancy_id), "reviewer")
        done = explain(world, duty.reference)
        assert [event.event for event in done.events] == ["vacancy.submitted", "vacancy.passed"]
        assert "逾期办结" in done.things[-1].text_zh
        marks = world.taizhang.queries().histories.history(
            world.credit_code(), by=world.actor("clerk")
        )
        assert duty.reference in {mark.reference for mark in marks.duties}

    def test_gone_on_under_another_ledger_it_is_one_duty_asked_for_by_either(
        self, world: World
    ) -> None:
        people = People(world)
        kept, given_up = people.registered(7), people.registered(8)
        people.recognised(given_up)
        merge = MergeJobSeekerLedgers(
            job_seeker_id=kept, merged_id=given_up, reason="同一人", evidence="户籍核验"
        )
        world.do(merge, "supervisor")
        world.taizhang.projections.catch_up()
        moved = world.sql("SELECT duty, arose_position FROM obligations WHERE outcome = 'moved'")
        assert moved
        for duty, arose in moved:
            told = explain(world, f"duty:{duty}:{given_up}:{arose}")
            assert explain(world, f"duty:{duty}:{kept}:{arose}") == told
            assert len(told.things) == 2
            assert "已移交" in told.things[0].text_zh
            assert told.events[0].position == arose
            assert told.events[-1].event.startswith("job_seeker_ledger.merged")

    def test_handed_over_each_spell_says_whose_it_was(self, world: World) -> None:
        people = People(world)
        person = people.registered()
        people.recognised(person)
        world.do(TakeOverJobSeeker(job_seeker_id=person, reason="迁居"), "sibling")
        world.taizhang.projections.catch_up()
        moved = world.sql(
            "SELECT duty, subject_id, arose_position, turn FROM obligations WHERE outcome = 'moved'"
        )
        assert moved
        for duty, subject, arose, turn in moved:
            told = explain(world, f"duty:{duty}:{subject}:{arose}:{turn}")
            assert [thing.text_zh[:9] for thing in told.things] == [SUBDISTRICT, "110105002"]
            assert told.events[-1].event == "job_seeker_ledger.moved"
            assert explain(world, told.reference, by="clerk") == told, "who had it once may look"

    @pytest.mark.rule("51.2")
    def test_nothing_personal_is_in_any(self, world: World) -> None:
        People(world).assisted()
        world.taizhang.projections.catch_up()
        for duty in world.taizhang.queries().worklist(DISTRICT, by=world.actor("supervisor")):
            told = explain(world, duty.reference).model_dump_json()
            assert not any(text in told for text in (NAME, PHONE, ADDRESS))

    def test_only_its_agency_and_those_above_look(self, world: World) -> None:
        world.submit(world.register())
        world.taizhang.projections.catch_up()
        duty = world.taizhang.queries().worklist(SUBDISTRICT, by=world.actor("clerk"))[0]
        for staff, code in (("sibling", "110105002"), ("other-supervisor", "110108")):
            with pytest.raises(NotAuthorised):
                world.taizhang.queries().explanations.explain(
                    duty.reference, by=Actor(staff_id=staff, agency_code=code)
                )

    def test_one_that_never_arose_is_told_where_to_find_one(self, world: World) -> None:
        with pytest.raises(NotFound, match="a worklist gives the reference"):
            explain(world, f"duty:vacancy_review:{uuid4()}:1")
        with pytest.raises(InvalidInput, match="there are: duty:DUTY_KEY"):
            explain(world, "vacancy_review")


@pytest.fixture
def check(world: World) -> Check:
    """Return a check with one record found faulty by its inspector, confirmed and closed."""
    world.submit(world.register())
    fill(world, here=8, next_door=3)
    check = Check(world).examined()
    for key, finding in list(check.state.items[2].findings.items()):
        if finding.verdict == "not_met":
            check.judge(2, key, "met")
    evidence = (Shown(text_zh="缺少最近一次服务的记录", positions=(world.taizhang.events.head(),)),)
    world.do(AddFinding(check_id=check.id, number=1, rule="17", evidence=evidence), "supervisor")
    check.confirmed()
    to(world, date(2026, 12, 31))
    world.do(CloseSpotCheck(check_id=check.id), "supervisor")
    return check


@pytest.fixture
def monthly(world: World, check: Check) -> str:
    """Return the notice of November: a check, duties missed, problems that stand or were put right."""
    problem(world)
    put_right(world, problem(world, "110105002", "20"), "sibling")
    return world.taizhang.notices.issue_monthly_ledgers(
        date(2026, 11, 1), DISTRICT, by=world.actor("supervisor")
    ).notice_id


@pytest.mark.rule("56.2b")
class TestSpotCheckFinding:
    def test_it_leads_to_its_evidence_and_to_the_check_s_own_events(
        self, world: World, check: Check
    ) -> None:
        told = explain(world, f"finding:{check.id}:1:17")
        assert told.rule == "17"
        assert "不符合" in told.title_zh
        assert "不适用" not in told.title_zh
        added = next(thing for thing in told.things if "缺少最近一次服务的记录" in thing.text_zh)
        assert added.positions[0] in {event.position for event in told.events}
        course = {event.event for event in told.events}
        assert course >= {
            "spot_check.drawn",
            "spot_check.item_examined",
            "spot_check.finding_added",
        }
        assert NAME not in told.model_dump_json()

    def test_once_notified_it_says_how_often(
        self, world: World, check: Check, monthly: str
    ) -> None:
        told = explain(world, f"finding:{check.id}:1:17")
        said = {fact.label_zh: fact.text_zh for fact in told.facts}
        assert said["已通报次数"] == "1"
        assert said["最近通报"] == f"{monthly}（{world.clock.today}）"

    def test_what_was_not_found_is_told_what_was(self, world: World, check: Check) -> None:
        with pytest.raises(NotFound, match="no finding under '99'; there is: "):
            explain(world, f"finding:{check.id}:1:99")
        with pytest.raises(NotFound, match="no item 99"):
            explain(world, f"finding:{check.id}:99:17")
        with pytest.raises(NotAuthorised):
            explain(world, f"finding:{check.id}:1:17", by="other-supervisor")


@pytest.mark.rule("56.2b")
class TestMonthlyNotice:
    def test_every_count_lists_as_many_as_it_states(self, world: World, monthly: str) -> None:
        notice = document(world, monthly)
        stated: dict[str, int] = {}
        lines = [("overall", notice["overall"])]
        lines += [(f"agencies.{names(one)}", one) for one in notice["agencies"]]
        for path, line in lines:
            stated |= dict(counts(line, path))
            for checked in line["checks"]:
                stated |= dict(counts(checked, f"{path}.checks.{checked['kind']}"))
        codes = {one["agency"]["agency_id"]: names(one) for one in notice["agencies"]}
        for one in notice["duties"]:
            whose = f"{codes[one['under']]}." if one["under"] else ""
            stated |= dict(counts(one["duties"], f"duties.{whose}{one['rule']}.duties"))
        for one in notice["rules"]:
            stated |= dict(counts(one["problems"], f"rules.{one['rule']}.problems"))
            stated[f"rules.{one['rule']}.running"] = one["running"]
            for agency_id, number in one["agencies"]:
                stated[f"rules.{one['rule']}.agencies.{codes[agency_id]}.1"] = number
        for name in (
            "checks.personal_ledgers.population",
            "checks.personal_ledgers.drawn",
            "rate.passed",
            "duties.missed",
            "problems.first",
            "put_right",
            "warnings",
        ):
            assert stated[f"overall.{name}"], name  # fmt: skip
        for path, found in counted(world, monthly, stated).items():
            assert found.things is not None, path
            assert sum(thing.number for thing in found.things) == stated[path], path
            if not path.endswith((".population", ".warnings")):
                assert len(found.things) == stated[path], path
            if not path.endswith(".warnings"):
                assert all(thing.positions for thing in found.things), path

    def test_a_problem_leads_to_the_finding_or_the_duty_it_was_taken_over_from(
        self, world: World, monthly: str
    ) -> None:
        sources = set()
        for thing in explain(world, f"figure:{monthly}:overall.problems.first").things:
            told = explain(world, thing.reference or "")
            assert "rectification.found" in {event.event for event in told.events}
            for origin in told.things[1:]:
                assert origin.reference
                sources.add(origin.reference.partition(":")[0])
                explain(world, origin.reference)
        assert sources == {"finding", "duty"}

    def test_a_warning_leads_to_the_figures_or_entries_it_rests_on(
        self, world: World, monthly: str
    ) -> None:
        things = explain(world, f"figure:{monthly}:overall.warnings").things
        for thing in things:
            told = explain(world, f"{thing.reference}.part")
            assert told.counted == told.stated or told.made_of
            for reference in told.made_of:
                assert explain(world, reference).counted is not None
