"""Facts on which a step depends: what a screen offers and what a refusal names are the same facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..errors import RuleBroken
from .state import AssistanceCase, CaseStage


class Fact(NamedTuple):
    """One condition of a step: whether it is met, and how that is said.

    `text_zh` says it to a reader where it is met, `wanting_zh` what is then wanting where it is not;
    `missing` is what a refusal says.
    """

    met: bool
    text_zh: str
    missing: str
    lacking_zh: str = ""
    """What is wanting, where the words for the met condition do not serve."""

    @property
    def wanting_zh(self) -> str:
        """What is wanting, in the words of a reader."""
        return f"尚缺：{self.lacking_zh or self.text_zh}"


def being_assisted(case: AssistanceCase) -> Fact:
    """Return the fact on which most steps depend: that the person is being assisted."""
    return Fact(
        case.stage is CaseStage.ASSISTED,
        "正在接受就业援助专门服务",
        f"the case is {case.stage}, not being assisted",
        f"处于就业援助中（现为：{case.stage.label_zh}）",
    )


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
