"""A marked span in its sentence: what stands before and after it, short enough to print."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...domain.employer.content import WordingFinding
from .model import Wording

AROUND = 30
"""Characters shown on either side of a marked span at most."""

_ENDS = re.compile(r"[。！？；;!?\n\r]")
_SPACE = re.compile(r"\s+")
# A contact's number is of no use to the notice, and must not travel with it (Article 51).
_NUMBERS = re.compile(r"\d{7,}")


def in_sentence(finding: WordingFinding, texts: Mapping[str, str] | None) -> Wording:
    """Return the span of `finding` with the sentence around it, as far as its text is known.

    A text that does not hold the span at its place (one changed meanwhile) gives the span alone.
    Rows of seven digits and more are masked in the sentence.
    """
    text = (texts or {}).get(finding.field, "")
    before = after = ""
    if text[finding.start : finding.end] == finding.text:
        before = _tail(text[max(0, finding.start - 4 * AROUND) : finding.start])
        after = _head(text[finding.end : finding.end + 4 * AROUND])
    return Wording(
        field=finding.field,
        category=finding.category,
        reason=finding.reason,
        before=_masked(before),
        marked=finding.text,
        after=_masked(after),
    )


def _tail(text: str) -> str:
    sentence = _SPACE.sub(" ", _ENDS.split(text)[-1]).lstrip()
    return sentence if len(sentence) <= AROUND else "…" + sentence[-AROUND:]


def _head(text: str) -> str:
    end = _ENDS.search(text)
    sentence = _SPACE.sub(" ", text[: end.end()] if end else text).rstrip()
    return sentence if len(sentence) <= AROUND else sentence[:AROUND] + "…"


def _masked(text: str) -> str:
    return _NUMBERS.sub(lambda number: "*" * len(number[0]), text)
