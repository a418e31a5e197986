"""The demo: the same seed gives the same notices, every kind of fault shows, and nothing is overlooked."""

import json
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

from taizhang.domain.screening import Severity, screen
from taizhang.projections.canonical import canonical_json
from taizhang.projections.daily_vacancy_notice import DailyVacancyNotice
from taizhang.projections.daily_vacancy_notice.model import Kind
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
        files = sorted((self.out / "notices").glob(f"*-{code}-*.json"))
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


@pytest.fixture(scope="module")
def run(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return play(demo_url, tmp_path_factory.mktemp("demo"))


def test_the_same_seed_gives_the_same_bytes(run: Run, demo_url: str, tmp_path: Path) -> None:
    again = play(demo_url, tmp_path)
    written = {file.name: file.read_bytes() for file in (run.out / "notices").glob("*.json")}
    assert len(written) == 33
    for name, content in written.items():
        assert (again.out / "notices" / name).read_bytes() == content, name


def test_every_day_of_the_month_has_its_notice_in_three_forms(run: Run) -> None:
    notices = run.notices()
    assert [n.day for n in notices] == [date(2026, 10, 1) + timedelta(days=d) for d in range(31)]
    for file in (run.out / "notices").glob("*.json"):
        content = file.read_bytes()
        assert canonical_json(DailyVacancyNotice.model_validate_json(content)) == content
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
        assert f"{rule} ×" in run.printed
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
