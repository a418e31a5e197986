"""Screening of vacancy text for discriminatory content (第三十八条(三)).

``screen`` reads one text and reports passages, each with a category, a severity, the exact
place and a sentence of explanation. It decides nothing: publishing is refused elsewhere,
and an official can always read the passage in its place.
"""

from __future__ import annotations

from .engine import SCREENING_VERSION, screen
from .findings import Category, Finding, Severity

__all__ = ["SCREENING_VERSION", "Category", "Finding", "Severity", "screen"]
