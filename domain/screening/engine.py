"""The pass over a text: view it plainly, apply every rule set, report in the original."""

from __future__ import annotations

from functools import cache
from typing import Final

from .findings import Finding
from .rules import RuleSet
from .view import view_of

SCREENING_VERSION: Final[str] = "1.2.0"
"""Version of the rules; recorded with every screening, so a result can be explained later."""


@cache
def _rule_sets() -> tuple[RuleSet, ...]:
    """Return the rules of every category: their patterns take a third of a second to compile, when first needed."""
    from .age import AGE
    from .appearance import APPEARANCE, POLITICAL
    from .belief import ETHNICITY, RELIGION
    from .family import MARITAL
    from .gender import GENDER
    from .health import HEALTH
    from .origin import HUKOU

    return (GENDER, ETHNICITY, MARITAL, HUKOU, RELIGION, HEALTH, AGE, APPEARANCE, POLITICAL)


def screen(text: str) -> tuple[Finding, ...]:
    """Report discriminatory wording in a vacancy's text (第三十八条(三)).

    Pure and deterministic; accepts any string, also an empty one, and never raises.
    Findings come sorted by start, end and category; two findings of one category never
    overlap. Offsets are characters of ``text`` itself.
    """
    view = view_of(text)
    findings: list[Finding] = []
    for rule_set in _rule_sets():
        for hit in rule_set.hits(view.plain):
            start, end = view.span(hit.start, hit.end)
            passage = text[start:end]
            findings.append(
                Finding(
                    category=rule_set.category,
                    severity=rule_set.category.severity,
                    start=start,
                    end=end,
                    text=passage,
                    cue=hit.rule.name,
                    reason=hit.rule.reason.format(text=" ".join(passage.split())),
                )
            )
    findings.sort(key=lambda f: (f.start, f.end, f.category))
    return tuple(findings)
