"""What a decision answered, and how tests look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from taizhang.domain.errors import RuleBroken, TaizhangError
from taizhang.domain.events import Event


class Answered:
    """Something that was decided on: the events that follow, or the refusal."""

    answer: Sequence[Event] | TaizhangError | None = None

    def then_broken(self, rule_id: str, reason: str = "") -> Self:
        """Check that it was refused under this rule, for this reason."""
        assert isinstance(self.answer, RuleBroken), self.answer
        assert self.answer.rule_id == rule_id, self.answer
        assert reason in self.answer.reason
        return self

    def then_refused(self, kind: type[TaizhangError], reason: str = "") -> Self:
        """Check that it was refused in this way, for this reason."""
        assert type(self.answer) is kind, self.answer
        assert reason in str(self.answer)
        return self
