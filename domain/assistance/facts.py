"""Facts on which a step depends: what a screen offers and what a refusal names are the same facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..errors import RuleBroken


class Fact(NamedTuple):
    """One condition of a step: whether it is met, in the words of a reader, and what is missing if not."""

    met: bool
    text_zh: str
    missing: str


class Step(NamedTuple):
    """A step of the regulation as it stands for a case: open once every fact is met, never taken by itself."""

    key: str
    title_zh: str
    rule: str
    facts: tuple[Fact, ...]

    @property
    def is_open(self) -> bool:
        """Say whether the step may be taken."""
        return all(fact.met for fact in self.facts)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What of the conditions is met, in Chinese."""
        return tuple(fact.text_zh for fact in self.facts if fact.met)

    @property
    def missing(self) -> tuple[Fact, ...]:
        """What of the conditions is not met."""
        return tuple(fact for fact in self.facts if not fact.met)


def require(rule_id: str, facts: Iterable[Fact]) -> None:
    """Make sure that every fact is met. Raises RuleBroken `rule_id` with all that is missing."""
    missing = [fact.missing for fact in facts if not fact.met]
    if missing:
        raise RuleBroken(rule_id, "; ".join(missing))
