"""A SAMPLE grading tool, for the demo and for tests: NOT the city's tool, and no basis for any service.

The city-wide tool for grading difficulty (就业困难程度分级工具, Article 12) is supplied by the integrator, as
`Taizhang.open(grading_tool=…)`. This one only shows the shape of such a tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ..domain.job_seeker.grading import Grade

POINTS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        "age": {"under_40": 0, "40_to_49": 10, "50_and_over": 20},
        "out_of_work": {"under_6_months": 0, "6_to_12_months": 10, "over_12_months": 20},
        "skill": {"certificate": 0, "some": 10, "none": 20},
        "health": {"good": 0, "limited": 15},
        "family": {"free": 0, "cares_for_somebody": 15},
    }
)
"""The questions with the points that each answer gives."""

FROM: Final = ((60, 4), (40, 3), (20, 2), (0, 1))
"""From how many points on each level begins."""


class SampleGradingTool:
    """Adds up points: more points, a higher level."""

    NAME = "样例分级工具（非全市统一工具，仅供演示）"
    VERSION = "sample-1"

    def grade(self, answers: Mapping[str, str]) -> Grade:
        """Return the level. Raises ValueError for an answer that is missing or not known."""
        score = 0
        for question, points in POINTS.items():
            answer = answers.get(question, "")
            if answer not in points:
                raise ValueError(f"{question}: answer with one of {', '.join(points)}")
            score += points[answer]
        unknown = sorted(answers.keys() - POINTS.keys())
        if unknown:
            raise ValueError(f"no such question: {', '.join(unknown)}")
        level = next(level for least, level in FROM if score >= least)
        return Grade(tool=self.NAME, tool_version=self.VERSION, score=Decimal(score), level=level)
