"""The regulation (京人社职介发〔2018〕153号) as data: rules and editions of its numbers."""

from .edition import (
    EDITION_2018,
    EDITIONS,
    Count,
    Edition,
    Every,
    NoEditionInForce,
    PolicyRefused,
    Rhythm,
    Term,
    Unit,
    Window,
    edition_on,
)
from .rules import RULES, Rule, RuleKind, UnknownRule, rule

__all__ = [
    "EDITIONS",
    "EDITION_2018",
    "RULES",
    "Count",
    "Edition",
    "Every",
    "NoEditionInForce",
    "PolicyRefused",
    "Rhythm",
    "Rule",
    "RuleKind",
    "Term",
    "Unit",
    "UnknownRule",
    "Window",
    "edition_on",
    "rule",
]
