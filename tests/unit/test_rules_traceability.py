"""Every rule that the code cites is known and tested, and docs/rules.md says so."""

from pathlib import Path

import pytest

from taizhang.domain.regulation.rules import RULES
from taizhang.scripts.rules import PAGE, Citation, in_code, in_tests, page


@pytest.fixture(scope="module")
def code() -> list[Citation]:
    return in_code()


@pytest.fixture(scope="module")
def tests() -> list[Citation]:
    return in_tests()


def test_every_cited_rule_is_known(code: list[Citation], tests: list[Citation]) -> None:
    assert [cited for cited in code + tests if cited.rule not in RULES] == []


def test_every_rule_that_is_carried_out_is_held_by_a_test(
    code: list[Citation], tests: list[Citation]
) -> None:
    held = {cited.rule for cited in tests}
    assert [cited for cited in code if cited.rule not in held] == []


def test_the_page_is_up_to_date(code: list[Citation], tests: list[Citation]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(code, tests), "run `make rules`"


CODE = '''
"""What the module does.

Rule 10
"""

LIMITS = [limit(rule="64")]


class Ledger:
    """A ledger.

    Rules 12, 38.2.
    Rule 5.a is spoken of here, not cited.
    """

    def open(self) -> None:
        check(self, rule_id="11.1", other="11.2")
        raise errors.RuleBroken("13.1", "12.a")


def duties() -> list[Duty]:
    return [Duty("27.1", days=5), KCheck(name, rule="32"), unrelated("4")]
'''

TESTS = """
pytestmark = pytest.mark.rule("10")
CASES = [pytest.param(1, marks=pytest.mark.rule("12"))]


@pytest.mark.rule("27.1")
@pytest.mark.rule("27.2", "27.3")
def test_visit() -> None:
    assert rule("4")


@pytest.mark.rule("64")
class TestYear:
    @pytest.mark.rule("63")
    async def test_star(self) -> None: ...
"""


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text, encoding="utf-8")


def test_code_cites_by_argument_and_by_docstring(tmp_path: Path) -> None:
    write(tmp_path, "domain/ledger.py", CODE)
    assert in_code(tmp_path) == [
        Citation("10", "domain/ledger.py"),
        Citation("11.1", "domain/ledger.py:Ledger.open"),
        Citation("12", "domain/ledger.py:Ledger"),
        Citation("13.1", "domain/ledger.py:Ledger.open"),
        Citation("27.1", "domain/ledger.py:duties"),
        Citation("32", "domain/ledger.py:duties"),
        Citation("38.2", "domain/ledger.py:Ledger"),
        Citation("64", "domain/ledger.py:LIMITS"),
    ]


def test_tests_cite_by_mark(tmp_path: Path) -> None:
    write(tmp_path, "tests/unit/test_it.py", TESTS)
    assert in_tests(tmp_path) == [
        Citation("10", "tests/unit/test_it.py"),
        Citation("12", "tests/unit/test_it.py::CASES"),
        Citation("27.1", "tests/unit/test_it.py::test_visit"),
        Citation("27.2", "tests/unit/test_it.py::test_visit"),
        Citation("27.3", "tests/unit/test_it.py::test_visit"),
        Citation("63", "tests/unit/test_it.py::TestYear::test_star"),
        Citation("64", "tests/unit/test_it.py::TestYear"),
    ]


@pytest.mark.parametrize("rule", list(RULES)[:1])
def test_the_page_names_code_and_tests_or_says_that_there_are_none_yet(rule: str) -> None:
    bare = page([], [])
    assert bare.count("| not yet | not yet |\n") == len(RULES)
    filled = page([Citation(rule, "domain/a.py:f")], [Citation(rule, "t.py::test")])
    assert "| `domain/a.py:f` | `t.py::test` |" in filled
