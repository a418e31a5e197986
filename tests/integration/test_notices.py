"""The daily notice: issued once, corrected openly, proven from the log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from taizhang import (
    Actor,
    EmployStaff,
    InvalidInput,
    NotAuthorised,
    NotFound,
    RecodeAgency,
    WithdrawVacancy,
    parse_command,
)
from taizhang.application.views.service import IssuedNotice
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.organisation.staff import Role
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.projections.canonical import canonical_json
from taizhang.projections.daily_vacancy_notice import DailyVacancyNotice

if TYPE_CHECKING:
    from tests.integration.conftest import World

DISTRICT, SUBDISTRICT = "110105", "110105001"
DAY = date(2026, 11, 2)


def issue(world: World, day: date = DAY, **more: str) -> IssuedNotice:
    return world.taizhang.notices.issue_daily_vacancies(
        day, DISTRICT, by=world.actor("supervisor"), **more
    )


@pytest.fixture
def busy(world: World) -> World:
    """Return a day on which vacancies were submitted and published, one of them faulty; it is over."""
    code = world.register()
    world.publish(code)
    world.publish(code, world.discriminatory, overruled="剧组女演员")
    world.submit(code)
    world.clock.forward(days=1)
    return world


@pytest.mark.rule("56.2a")
class TestIssuing:
    def test_asked_for_twice_it_is_the_same(self, busy: World) -> None:
        first = issue(busy)
        assert first.notice_id == "daily_vacancies-110105-20261102"
        busy.clock.forward(days=3)
        assert issue(busy) == first
        assert busy.count("issued_documents") == 1
        rows = busy.sql("SELECT count(*) FROM stored_events WHERE topic = 'notice.issued'")
        assert rows == [(1,)]

    def test_several_who_ask_at_once_get_the_same(self, busy: World) -> None:
        barrier = threading.Barrier(3)

        def work(_: int) -> IssuedNotice:
            barrier.wait()
            return issue(busy)

        with ThreadPoolExecutor(3) as pool:
            assert len(set(pool.map(work, range(3)))) == 1

    def test_it_counts_what_happened_and_finds_what_is_wrong(self, busy: World) -> None:
        notice = busy.taizhang.notices.document(issue(busy).notice_id, by=busy.actor("supervisor"))
        assert isinstance(notice, DailyVacancyNotice)
        assert notice.day == DAY
        text = canonical_json(notice).decode()
        assert '"submitted":3' in text
        assert '"published":2' in text
        assert '"wording"' in text

    def test_not_while_the_day_lasts(self, busy: World) -> None:
        today = busy.clock.today
        with pytest.raises(InvalidInput, match=r"2026-11-03 is not over: .* from 2026-11-04 on"):
            issue(busy, today)
        preview = busy.taizhang.notices.preview_daily_vacancies(
            today, DISTRICT, by=busy.actor("supervisor")
        )
        assert preview.day == today
        assert busy.sql("SELECT 1 FROM stored_events WHERE topic = 'notice.issued'") == []

    def test_not_for_a_day_to_come(self, busy: World) -> None:
        with pytest.raises(InvalidInput, match="in the future"):
            issue(busy, busy.clock.today + timedelta(days=1))
        with pytest.raises(InvalidInput, match="in the future"):
            busy.taizhang.notices.preview_daily_vacancies(
                busy.clock.today + timedelta(days=1), DISTRICT, by=busy.actor("supervisor")
            )

    def test_not_for_a_day_before_the_first_edition_or_the_agency(self, busy: World) -> None:
        with pytest.raises(InvalidInput):
            issue(busy, date(2018, 7, 1))

    @pytest.mark.rule("56.1")
    @pytest.mark.parametrize("staff_id", ["subdistrict-supervisor", "other-supervisor", "clerk"])
    def test_nobody_issues_it_for_an_agency_above_or_beside(
        self, busy: World, staff_id: str
    ) -> None:
        with pytest.raises(NotAuthorised):
            busy.taizhang.notices.issue_daily_vacancies(DAY, DISTRICT, by=busy.actor(staff_id))

    @pytest.mark.rule("56.1")
    def test_a_station_issues_none(self, busy: World) -> None:
        with pytest.raises(NotAuthorised, match=r"56\.1"):
            busy.taizhang.notices.issue_daily_vacancies(
                DAY, "110105001001", by=Actor.system("110105001001")
            )

    def test_a_job_may_issue_it(self, busy: World) -> None:
        issued = busy.taizhang.notices.issue_daily_vacancies(
            DAY, DISTRICT, by=Actor.system(DISTRICT)
        )
        assert issued.agency_code == DISTRICT

    def test_of_an_unknown_agency_there_is_none(self, busy: World) -> None:
        with pytest.raises(NotFound, match="no agency bears the code 110999"):
            busy.taizhang.notices.issue_daily_vacancies(DAY, "110999", by=busy.actor("supervisor"))

    def test_who_became_supervisor_after_the_day_may_issue_it(self, busy: World) -> None:
        busy.do(
            EmployStaff(
                staff_id="successor",
                name="某",
                agency_code=DISTRICT,
                roles=(Role.SUPERVISOR,),
                effective_on=busy.clock.today,
            ),
            "administrator",
        )
        by = Actor(staff_id="successor", agency_code=DISTRICT)
        assert busy.taizhang.notices.issue_daily_vacancies(DAY, DISTRICT, by=by).digest

    def test_an_agency_recoded_after_the_day_issues_it_under_the_code_of_the_day(
        self, busy: World
    ) -> None:
        busy.do(
            RecodeAgency(code=DISTRICT, new_code="110199", effective_on=busy.clock.today),
            "administrator",
        )
        by = Actor(staff_id="supervisor", agency_code="110199")
        issued = busy.taizhang.notices.issue_daily_vacancies(DAY, DISTRICT, by=by)
        assert issued.notice_id == "daily_vacancies-110105-20261102"
        assert busy.taizhang.notices.recompute(issued.notice_id, by=by).is_proven

    def test_it_cannot_be_forged_by_a_command_from_outside(self, busy: World) -> None:
        with pytest.raises(InvalidInput, match="no command is called 'issue_notice'"):
            parse_command(
                "issue_notice",
                {
                    "kind": "daily_vacancies",
                    "agency_code": DISTRICT,
                    "period_start": "2026-11-02",
                    "period_end": "2026-11-02",
                    "log_position": 1,
                    "digest": "0" * 64,
                },
            )


@pytest.mark.rule("56.2a")
class TestLateEntry:
    def test_a_late_entry_never_changes_what_was_issued_and_shows_in_the_next(
        self, busy: World
    ) -> None:
        issued = issue(busy)
        supervisor = busy.actor("supervisor")
        before = canonical_json(busy.taizhang.notices.document(issued.notice_id, by=supervisor))
        busy.taizhang.projections.catch_up()
        (vacancy, *_) = busy.taizhang.queries().vacancies(
            SUBDISTRICT, by=supervisor, status="published"
        )
        busy.do(
            WithdrawVacancy(
                credit_code=vacancy.credit_code,
                vacancy_id=vacancy.vacancy_id,
                reason=WithdrawalReason.FILLED,
                occurred_on=DAY,
            )
        )
        assert issue(busy) == issued
        after = canonical_json(busy.taizhang.notices.document(issued.notice_id, by=supervisor))
        assert after == before
        assert busy.taizhang.notices.recompute(issued.notice_id, by=supervisor).is_proven
        busy.clock.forward(days=1)
        following = issue(busy, DAY + timedelta(days=1))
        assert following.previous == issued.notice_id
        notice = busy.taizhang.notices.document(following.notice_id, by=supervisor)
        assert isinstance(notice, DailyVacancyNotice)
        assert '"withdrawn"' in canonical_json(notice).decode()
        assert sum(one.late for one in notice.agencies) == 1


@pytest.mark.rule("56.2a")
class TestCorrection:
    def test_the_same_content_is_no_correction(self, busy: World) -> None:
        issue(busy)
        with pytest.raises(InvalidInput, match="nothing to correct"):
            issue(busy, correction_reason="再看看")

    def test_there_is_none_of_what_was_not_issued(self, busy: World) -> None:
        with pytest.raises(NotFound, match="issue it first"):
            issue(busy, correction_reason="更正")

    def test_it_supersedes_and_overwrites_nothing(self, busy: World) -> None:
        first = issue(busy)
        supervisor = busy.actor("supervisor")
        original = canonical_json(busy.taizhang.notices.document(first.notice_id, by=supervisor))
        stricter = EDITION_2018.with_policy({"vacancy_review": 0, "vacancy_publication": 0})
        with busy.reopen(editions=(stricter,)) as other:
            second = other.notices.issue_daily_vacancies(
                DAY, DISTRICT, by=supervisor, correction_reason="标准有误"
            )
            assert second.notice_id == f"{first.notice_id}-1"
            assert (second.supersedes, second.reason) == (first.notice_id, "标准有误")
            assert other.notices.find(first.notice_id, by=supervisor).superseded
            again = canonical_json(other.notices.document(first.notice_id, by=supervisor))
            assert again == original
            assert other.notices.issue_daily_vacancies(DAY, DISTRICT, by=supervisor) == second, (
                "the one in force is given"
            )
            proof = other.notices.recompute(first.notice_id, by=supervisor)
            assert not proof.is_proven
            assert any("policy" in note for note in proof.notes), "it says what has changed"
            assert other.notices.recompute(second.notice_id, by=supervisor).is_proven
            listed = other.queries().notices(DISTRICT, by=supervisor)
            assert [(one.notice_id, one.superseded) for one in listed] == [
                (second.notice_id, False),
                (first.notice_id, True),
            ]


@pytest.mark.rule("56.2a", "58.2a")
class TestProof:
    def test_what_was_issued_is_made_again_from_the_log_alone(self, busy: World) -> None:
        issued = issue(busy)
        busy.clock.forward(days=5)
        busy.publish(busy.register(9))
        proof = busy.taizhang.notices.recompute(issued.notice_id, by=busy.actor("supervisor"))
        assert proof.is_proven
        assert proof.issued_digest == proof.stored_digest == proof.recomputed_digest
        assert proof.log_position == issued.log_position
        assert proof.notes == ()

    @pytest.mark.parametrize(
        "tamper",
        [
            pytest.param(
                lambda world: world.sql(
                    "UPDATE issued_documents SET content = convert_to(replace("
                    "convert_from(content, 'UTF8'), '\"submitted\":3', '\"submitted\":2'), 'UTF8')"
                ),
                id="the document",
            ),
            pytest.param(
                lambda world: world.sql(
                    "UPDATE stored_events SET state = convert_to(replace("
                    "convert_from(state, 'UTF8'), '要求：女', '要求：人'), 'UTF8') "
                    "WHERE topic = 'vacancy.drafted'"
                ),
                id="the wording of a vacancy",
            ),
            pytest.param(
                lambda world: world.sql(
                    "UPDATE stored_events SET occurred_on = '2026-11-01' "
                    "WHERE topic = 'vacancy.submitted'"
                ),
                id="the day of an event",
            ),
            pytest.param(
                lambda world: world.sql(
                    "DELETE FROM stored_events WHERE notification_id = (SELECT max(notification_id) "
                    "FROM stored_events WHERE topic = 'vacancy.submitted')"
                ),
                id="an event removed",
            ),
        ],
    )
    def test_whatever_was_tampered_with_behind_its_back_is_not_proven(
        self, busy: World, tamper: Callable[[World], object]
    ) -> None:
        issued = issue(busy)
        by = busy.actor("supervisor")
        assert busy.taizhang.notices.recompute(issued.notice_id, by=by).is_proven
        for table in ("stored_events", "issued_documents"):
            busy.sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        tamper(busy)
        proof = busy.taizhang.notices.recompute(issued.notice_id, by=by)
        assert not proof.is_proven

    def test_an_unknown_notice_is_not_found_and_a_foreign_one_not_shown(self, busy: World) -> None:
        issued = issue(busy)
        with pytest.raises(NotFound):
            busy.taizhang.notices.recompute("daily_vacancies-1", by=busy.actor("supervisor"))
        for staff_id in ("other-supervisor", "clerk"):
            with pytest.raises(NotAuthorised):
                busy.taizhang.notices.document(issued.notice_id, by=busy.actor(staff_id))


def test_nothing_is_issued_when_it_cannot_be_recorded(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NotAuthorised("meanwhile dismissed")

    monkeypatch.setattr(busy.taizhang.service, "execute", fail)
    with pytest.raises(NotAuthorised):
        issue(busy)
    monkeypatch.undo()
    assert busy.sql("SELECT 1 FROM stored_events WHERE topic = 'notice.issued'") == []
    assert issue(busy).digest
