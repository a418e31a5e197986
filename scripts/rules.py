"""Write docs/rules.md: where each rule of the regulation is carried out, and what tests it.

What counts is read from the source, nothing is run:

- the code **carries out** a rule where it names the rule's id as a literal string: as the
  argument `rule` or `rule_id` of any call, as the first argument of `RuleBroken`, `Duty` or
  `KCheck`, or in a docstring as `Rule 38.2.` or `Rules 38.1, 38.2.`, ending there;
- a test **holds** a rule where it is marked with it: `@pytest.mark.rule("38.2")`, on a
  function, a class, a parameter set or, as `pytestmark`, on a whole file.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..domain.regulation.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"

_CODE = ("domain", "projections", "application", "infrastructure")
_KEYWORDS = {"rule", "rule_id"}
_CALLS = {"RuleBroken", "Duty", "KCheck"}
_ID = r"\d+(?:\.\w+)?"
_DOCSTRING = re.compile(rf"\bRules? ({_ID}(?:, {_ID})*)(?=[.:;](?:\s|$)|\s*$)", re.MULTILINE)

_HEAD = """\
# Where each rule is carried out and tested

Written by `make rules` from the source; a change by hand is lost. A place in the code cites the
rule's id, a test is marked with it; `scripts/rules.py` says how.

| id | kinds | rule | carried out in | held by the tests |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True, order=True)
class Citation:
    """One place that names a rule; the place is `path:symbol` in code, a node id in tests."""

    rule: str
    place: str


def in_code(root: Path = ROOT) -> list[Citation]:
    """Return every place in the code that carries out a rule."""
    return _citations(root, _CODE, _cited_by_code, ":", ".")


def in_tests(root: Path = ROOT) -> list[Citation]:
    """Return every test that holds a rule."""
    return _citations(root, ("tests",), _cited_by_mark, "::", "::")


def page(code: Iterable[Citation], tests: Iterable[Citation]) -> str:
    """Return the text of docs/rules.md."""
    carried_out, held = _places(code), _places(tests)
    rows = [
        (rule.id, ", ".join(rule.kinds), rule.text, _cell(carried_out, id_), _cell(held, id_))
        for id_, rule in RULES.items()
    ]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(in_code(), in_tests()), encoding="utf-8")


def _citations(
    root: Path,
    folders: Iterable[str],
    cited: Callable[[ast.AST], Iterator[str]],
    before_symbol: str,
    within_symbol: str,
) -> list[Citation]:
    found: set[Citation] = set()
    for folder in folders:
        for file in (root / folder).rglob("*.py"):
            path = file.relative_to(root).as_posix()
            for symbol, node in _walk(ast.parse(file.read_text(encoding="utf-8")), ()):
                place = before_symbol.join([path, within_symbol.join(symbol)] if symbol else [path])
                found.update(Citation(rule, place) for rule in cited(node))
    return sorted(found)


def _walk(node: ast.AST, symbol: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ast.AST]]:
    """Yield every node with the names of what it stands in."""
    yield symbol, node
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.ClassDef(name) | ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                yield from _walk(child, (*symbol, name))
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)) if (
                not symbol and name != "pytestmark"
            ):
                yield from _walk(child, (name,))
            case _:
                yield from _walk(child, symbol)


def _cited_by_code(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            yield from _literals(k.value for k in keywords if k.arg in _KEYWORDS)
            if name in _CALLS:
                yield from _literals(args[:1])
        case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            for ids in _DOCSTRING.findall(ast.get_docstring(node) or ""):
                yield from ids.split(", ")
        case _:
            pass


def _cited_by_mark(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Attribute(value=ast.Name("pytest"), attr="mark"), attr="rule"
            ),
            args=args,
        ):
            yield from _literals(args)
        case _:
            pass


def _literals(values: Iterable[ast.expr]) -> Iterator[str]:
    for value in values:
        match value:
            case ast.Constant(value=str(text)):
                yield text
            case _:
                pass


def _places(citations: Iterable[Citation]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for citation in citations:
        places.setdefault(citation.rule, []).append(citation.place)
    return places


def _cell(places: dict[str, list[str]], rule: str) -> str:
    return "<br>".join(f"`{place}`" for place in places.get(rule, [])) or "not yet"


if __name__ == "__main__":
    main()
