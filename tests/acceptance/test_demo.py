"""The demo: the same seed gives the same notices, every kind of fault shows, and nothing is overlooked."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import structlog
from typer.testing import CliRunner

from taizhang.domain.assistance import moving
from taizhang.domain.assistance.agreement import SpecialistChanged
from taizhang.domain.assistance.consultation import ConsultationDeclined
from taizhang.domain.assistance.employment import WorkEnded
from taizhang.domain.assistance.merging import PersonMerged
from taizhang.domain.assistance.placement import PlacementEnded
from taizhang.domain.duties import assistance, job_seekers, key_enterprises
from taizhang.domain.job_seeker import guidance, status
from taizhang.domain.job_seeker.erasure import JobSeekerErased
from taizhang.domain.key_enterprise import agreement, ending, hiring
from taizhang.domain.key_enterprise import moving as key_moving
from taizhang.domain.screening import Severity, screen
from taizhang.domain.supervision.spot_check.kinds import RecordKind
from taizhang.projections.canonical import canonical_json
from taizhang.projections.daily_vacancy_notice import DailyVacancyNotice
from taizhang.projections.daily_vacancy_notice.model import Kind
from taizhang.projections.monthly_ledger_notice import MonthlyLedgerNotice
from taizhang.scripts.demo.__main__ import app
from taizhang.scripts.demo.texts import ARGUABLE, FAULTY, HARMLESS, WORTH_A_LOOK, Phrase

DATABASE = "test_demo"
DISTRICT = "110105"

# What the commands refuse cannot come up in a notice: it guards against what other ways brought in.
REFUSED_BEFORE = {
    Kind.NOT_REGISTERED,
    Kind.LICENCE_MISSING,
    Kind.UNREVIEWED,
    Kind.SELF_REVIEWED,
    Kind.PUBLISHED_THOUGH_RETURNED,
    Kind.PUBLISHER_UNVERIFIED,
}


class Run(NamedTuple):
    """One run of the demo: what it printed and what it wrote."""

    printed: str
    out: Path

    def notices(self, code: str = DISTRICT) -> list[DailyVacancyNotice]:
        files = sorted((self.out / "notices").glob(f"daily_vacancies-{code}-*.json"))
        return [DailyVacancyNotice.model_validate_json(file.read_bytes()) for file in files]


@pytest.fixture(scope="module")
def demo_url(postgres_url: str, _postgres: psycopg.Connection) -> Iterator[str]:
    _postgres.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    _postgres.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{DATABASE}"))
    _postgres.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    structlog.reset_defaults()


def play(url: str, out: Path, *options: str) -> Run:
    result = CliRunner().invoke(
        app, ["--scale", "small", "--out", str(out), "--database-url", url, *options]
    )
    assert result.exit_code == 0, result.output
    return Run(result.output, out)


def told(run: Run) -> str:
    """Return what was printed, without the lines of the table and its breaks."""
    return " ".join(run.printed.replace("│", " ").split())


@pytest.fixture(scope="module")
def run(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return play(demo_url, tmp_path_factory.mktemp("demo"))


def test_the_same_seed_gives_the_same_bytes(run: Run, demo_url: str, tmp_path: Path) -> None:
    again = play(demo_url, tmp_path)
    written = {file.name: file.read_bytes() for file in (run.out / "notices").glob("*.json")}
    assert len(written) == 35  # of each day, two of the city, and two of months
    for name, content in written.items():
        assert (again.out / "notices" / name).read_bytes() == content, name
    pages = ("worklist.json", "worklist.html", "index.html", "spot-checks.json", "spot-checks.html")
    for name in pages:
        assert (again.out / name).read_bytes() == (run.out / name).read_bytes(), name


@pytest.mark.rule("56.1", "56.2b")
def test_the_month_has_its_spot_checks_each_proven(run: Run) -> None:
    checks = json.loads((run.out / "spot-checks.json").read_text(encoding="utf-8"))
    assert [one["check"]["kind"] for one in checks] == list(RecordKind)
    for one in checks:
        check, items, proof = one["check"], one["items"], one["proof"]
        assert (check["status"], proof["problems"], proof["notes"]) == ("closed", [], [])
        assert proof["records"] == sum(stratum["population"] for stratum in check["strata"])
        assert {item["status"] for item in items} <= {"inspected", "not_inspected"}
    for one in (checks[0], checks[2]):
        check, items = one["check"], one["items"]
        assert {item["status"] for item in items} == {"inspected", "not_inspected"}
        assert {item["faulty"] for item in items} == {True, False}
        assert 0 < check["low"] < check["rate"] < check["high"] < 1
    personal = checks[0]["items"]
    assert {item["mode"] for item in personal} == {"random", "targeted"}
    assert any("overruled" in finding for item in personal for finding in item["findings"])
    page = (run.out / "spot-checks.html").read_text(encoding="utf-8")
    assert page.count("据日志重算一致") == len(RecordKind)


def test_every_day_of_the_month_has_its_notice_in_three_forms(run: Run) -> None:
    notices = run.notices()
    assert [n.day for n in notices] == [date(2026, 10, 1) + timedelta(days=d) for d in range(31)]
    for file in (run.out / "notices").glob("daily_vacancies-*.json"):
        content = file.read_bytes()
        is_daily = file.name.startswith("daily")
        model = DailyVacancyNotice if is_daily else MonthlyLedgerNotice
        assert canonical_json(model.model_validate_json(content)) == content
        assert file.with_suffix(".html").stat().st_size > 10_000
        assert file.with_suffix(".xlsx").stat().st_size > 5_000


@pytest.mark.rule("56.2a", "58.2a", "58.2b")
def test_every_kind_of_fault_that_the_commands_let_through_shows(run: Run) -> None:
    notices = run.notices()
    kinds = Counter(defect.kind for notice in notices for defect in notice.defects)
    assert set(kinds) == set(Kind) - REFUSED_BEFORE
    assert {min(d.times, 3) for notice in notices for d in notice.defects} == {1, 2, 3}
    assert any(notice.put_right for notice in notices)
    assert any(notice.late for notice in notices)
    assert any(notice.overdue for notice in notices)
    assert any(notice.concerns for notice in notices)
    assert any(d.overruled for notice in notices for d in notice.defects)


@pytest.mark.rule("56.2b", "58.2a")
def test_the_monthly_notice_has_second_time_problems_and_the_proof_of_its_samples(run: Run) -> None:
    before, notice = (
        MonthlyLedgerNotice.model_validate_json(file.read_bytes())
        for file in sorted((run.out / "notices").glob("monthly_ledgers-*.json"))
    )
    assert notice.previous is not None
    assert notice.previous.number == before.number
    assert notice.overall.problems.second >= 2
    assert {problem.source for problem in notice.problems} >= {"spot_check", "missed_duty"}
    assert {one.problem.rectification_id for one in notice.put_right}.isdisjoint(
        identity for identity, _ in notice.notified
    )
    assert notice.put_right
    assert all(check.seed and check.commitment for check in notice.checks)
    assert len(notice.checks) == 4  # one of each kind of record
    assert "for the second time" in told(run)


def test_an_agency_has_its_new_name_from_its_day_on(run: Run) -> None:
    names = [{a.name for a in notice.addressees} for notice in run.notices()]
    assert [sum("便民" in name for name in day) for day in names] == sorted(
        sum("便民" in name for name in day) for day in names
    )
    assert names[0] != names[-1]


def test_the_district_counts_in_the_citys_notice_what_it_counts_itself(run: Run) -> None:
    own = {notice.day: notice.overall for notice in run.notices()}
    for notice in run.notices("110000"):
        assert notice.overall.flows == own[notice.day].flows
        assert notice.overall.rate == own[notice.day].rate


def test_it_tells_what_was_repeated_refused_and_proven(run: Run) -> None:
    assert "proven from the log" in run.printed.replace("\n", " ")
    assert "none recorded twice" in run.printed
    for rule in ("15.1", "35", "36", "38.1", "38.3", "39.2", "40", "56.1", "not_authorised"):
        assert f"{rule} ×" in told(run)
    assert str(run.out) in run.printed.replace("\n", "")


def test_the_page_leads_to_every_notice_and_shows_the_worklist(run: Run) -> None:
    page = (run.out / "index.html").read_text(encoding="utf-8")
    for file in (run.out / "notices").iterdir():
        assert f'href="notices/{file.name}"' in page
    duties: list[dict[str, Any]] = json.loads((run.out / "worklist.json").read_bytes())
    assert duties
    assert all(duty["due_on"] and duty["why"] and duty["agency_code"] for duty in duties)
    assert duties[0]["why"].replace("<", "&lt;") in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


# What the month does not show: it happens years later, or is the other choice of what it shows.
NOT_PLAYED = {
    SpecialistChanged,
    WorkEnded,
    PlacementEnded,
    ConsultationDeclined,
    moving.TransferRejected,
    moving.TransferWithdrawn,
    guidance.BookingCancelled,
    status.GroupNamed,
    status.StatusRegistrationEnded,
    status.RecognitionEnded,
    status.AssistanceCallLifted,
    JobSeekerErased,
    PersonMerged,
}


def test_the_people_go_through_every_course(run: Run, demo_url: str) -> None:
    with psycopg.connect(demo_url) as connection:
        rows = connection.execute("SELECT DISTINCT topic FROM taizhang_demo.stored_events")
        played = {topic.partition("@")[0] for (topic,) in rows.fetchall()}
    events = {*assistance.EVENTS, *job_seekers.EVENTS}
    assert {event.event_name for event in events - NOT_PLAYED} <= played
    assert "group_session.held" in played


ENTERPRISES_NOT_PLAYED = {
    agreement.AgreementRenewed,
    agreement.SpecialistChanged,
    key_moving.TransferRejected,
    key_moving.TransferWithdrawn,
    ending.KeyStatusLost,
    ending.AgreementEnded,
    ending.AgreementExpired,
    hiring.ReferralConcluded,
}


@pytest.mark.rule("45.1", "48.2", "49.2", "50")
def test_key_enterprises_are_served_late_and_move(run: Run, demo_url: str) -> None:
    with psycopg.connect(demo_url) as connection:
        rows = connection.execute("SELECT DISTINCT topic FROM taizhang_demo.stored_events")
        played = {topic for (topic,) in rows.fetchall()}
    events = {*key_enterprises.EVENTS} - ENTERPRISES_NOT_PLAYED
    assert {event.event_name for event in events} <= played
    for rule in ("44", "45.2", "45.3", "49.2"):
        assert f" {rule} ×" in told(run), rule
    work = json.loads((run.out / "worklist.json").read_text(encoding="utf-8"))
    assert "enterprise_visit_after_guidance" in {duty["duty"] for duty in work}
    assert "3 agreements in force" in told(run)


@pytest.mark.rule("13.3", "19", "23.1", "24", "26", "28", "29", "30.1")
def test_what_chapters_two_and_three_rule_out_is_refused(run: Run) -> None:
    for rule in (
        "9.1", "13.1", "13.3", "14", "14.last", "15.1", "18", "19", "23.1", "24", "26", "27.1",
        "28", "29", "30.1", "59.2",
    ):  # fmt: skip
        assert f" {rule} ×" in told(run), rule


def test_it_counts_the_people_and_the_duties_to_them(run: Run) -> None:
    text = told(run)
    counts = re.search(
        r"(\d+) ledgers, 1 merged: .*?(\d+), (\d+) followed up at work, 1 placed, (\d+) ended, "
        r"1 moved away.*?(\d+) employed, (\d+) ceased.*?(\d+) open, (\d+) of them overdue; "
        r"(\d+) met in time, (\d+) late",
        text,
    )
    assert counts, text
    ledgers, assisted, at_work, ended, employed, ceased, still_open, overdue, met, late = map(
        int, counts.groups()
    )
    assert ledgers > assisted + at_work + ended
    assert employed >= at_work
    assert ceased >= 3
    assert still_open > overdue > 0
    assert met > late > 0


@pytest.mark.rule("51.2")
def test_the_worklist_of_the_subdistrict_is_a_page_that_names_nobody(run: Run) -> None:
    page = (run.out / "worklist.html").read_text(encoding="utf-8")
    assert "&lt;" not in page, "markup is shown as text"
    assert "http://" not in page
    assert "https://" not in page
    assert "None" not in page
    assert 'href="worklist.html"' in (run.out / "index.html").read_text(encoding="utf-8")
    named = re.findall(
        r'<span class="number">([0-9A-Z]{5}-[0-9A-Z]{5})</span><small>(.*?)</small>', page
    )
    assert len(named) > 20
    assert all(re.fullmatch(r"\w\*+", name) for _, name in named)
    assert not re.search(r"\d{17}[0-9X]|000 0001", page)


@pytest.mark.rule("24", "26", "28", "29", "30.1")
def test_the_worklist_goes_by_specialist_and_shows_what_is_late_first(run: Run) -> None:
    page = (run.out / "worklist.html").read_text(encoding="utf-8")
    work, choices = page.split("二、可选步骤")
    desks = work.split("<h3>")[1:]
    assert sum("就业援助服务专员" in desk for desk in desks) == 3
    assert "上级机构" in desks[-1]
    for desk in desks:
        dues = re.findall(r"<td>(\d{4}-\d\d-\d\d)", desk)
        assert dues == sorted(dues)
        assert desk.count('<tr class="late">') == len([due for due in dues if due < "2026-10-31"])
    for duty in ("超过6个月未联系", "专家小组意见", "办理服务关系划转手续", "终止就业援助情况"):
        assert duty in work
    for step in (
        "向社会公益性就业组织推荐",
        "申请专家会诊",
        "终止就业援助服务",
        "签订就业援助服务协议",
    ):
        assert f"<strong>{step}</strong><cite>第" in choices


@pytest.mark.rule("38.3")
@pytest.mark.parametrize(
    "phrase", [*FAULTY, *(phrase for phrase, _ in ARGUABLE)], ids=lambda phrase: phrase.text
)
def test_forbidden_wording_is_found_under_its_category(phrase: Phrase) -> None:
    found = {f.category for f in screen(phrase.text) if f.severity is Severity.VIOLATION}
    assert found == {phrase.category}


@pytest.mark.rule("38.3")
@pytest.mark.parametrize("phrase", WORTH_A_LOOK, ids=lambda phrase: phrase.text)
def test_wording_worth_a_look_is_a_concern(phrase: Phrase) -> None:
    found = {(f.category, f.severity) for f in screen(phrase.text)}
    assert found == {(phrase.category, Severity.CONCERN)}


@pytest.mark.rule("38.3")
@pytest.mark.parametrize("phrase", HARMLESS, ids=lambda phrase: phrase.text)
def test_wording_that_only_looks_like_it_gives_nothing(phrase: Phrase) -> None:
    assert screen(phrase.text) == ()


def test_an_unknown_month_or_district_is_told(tmp_path: Path) -> None:
    for wrong in (["--month", "October"], ["--district", "999999"]):
        result = CliRunner().invoke(app, ["--out", str(tmp_path), *wrong])
        assert result.exit_code == 2
        assert "2026-10" in result.output or "110105" in result.output
