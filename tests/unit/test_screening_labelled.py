"""Screening held against hand-labelled windows of real advertisements.

The data lie beside the project (``../shared/data``) and are no part of it; without them
these tests are skipped. Windows marked ambiguous by the reader are not counted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import pytest

from taizhang.domain.screening import Category, Finding, Severity, screen

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "vacancies"
WINDOWS = DATA / "dev_windows.csv"
ADS = DATA / "ads.csv"

pytestmark = [
    pytest.mark.rule("38.3"),
    pytest.mark.skipif(not WINDOWS.exists(), reason="labelled data not at hand"),
]


class Window(NamedTuple):
    """A stretch of an advertisement, the words labelled, and the label."""

    text: str
    start: int
    end: int
    category: str
    discriminatory: bool

    def met_by(self, finding: Finding) -> bool:
        """Tell whether the finding lies on the labelled words."""
        return finding.start < self.end and self.start < finding.end


def windows() -> Iterator[Window]:
    with WINDOWS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["ambiguous"] == "1":
                continue
            # A harmless window without text around it holds a small record of its span.
            record = re.match(r"\{'span': '(.+?)', 'start'", row["window"])
            text = record[1] if record else row["window"].replace("⏎", "\n")
            cue = record[1] if record else row["cue"]
            places = [m.start() for m in re.finditer(re.escape(cue), text)] or [0]
            middle = (len(text) - len(cue)) / 2
            start = min(places, key=lambda at: abs(at - middle))
            discriminatory = row["discriminatory"] == "1"
            yield Window(text, start, start + len(cue), row["category"], discriminatory)


def test_violations_are_found_and_little_else() -> None:
    hits = misses = false = 0
    for window in windows():
        found = [f for f in screen(window.text) if window.met_by(f)]
        violations = [f for f in found if f.severity is Severity.VIOLATION]
        own = [f for f in violations if f.category == window.category]
        if not window.discriminatory:
            # The same words may well be flagged for another trait than the one read for.
            false += bool(own or (window.category == "none" and violations))
        elif Category(window.category).severity is Severity.VIOLATION:
            hits += bool(own)
            misses += not own
    assert hits + misses >= 30
    assert hits / (hits + misses) >= 0.97
    assert hits / (hits + false) >= 0.95


@pytest.mark.parametrize("category", [Category.AGE, Category.APPEARANCE_HEIGHT, Category.POLITICAL])
def test_concerns_are_found(category: Category) -> None:
    labelled = [w for w in windows() if w.category == category and w.discriminatory]
    found = [
        w for w in labelled if any(w.met_by(f) for f in screen(w.text) if f.category is category)
    ]
    assert labelled
    assert len(found) / len(labelled) >= 0.95


def test_whole_advertisements_are_screened_fast_enough() -> None:
    with ADS.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    began = perf_counter()
    for text in texts:
        for finding in screen(text):
            assert text[finding.start : finding.end] == finding.text
    assert len(texts) / (perf_counter() - began) * 60 >= 20_000
