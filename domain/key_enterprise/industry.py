"""Codes of GB/T 4754-2017 (国民经济行业分类): section, division, group and class, each a prefix of the next."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

_SECTIONS: Final = {
    "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52),
    "G": (53, 60), "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72),
    "M": (73, 75), "N": (76, 79), "O": (80, 82), "P": (83, 83), "Q": (84, 85), "R": (86, 90),
    "S": (91, 96), "T": (97, 97),
}  # fmt: skip
"""The first and the last division of each section (门类)."""
_CODE: Final = re.compile(r"([A-T])?([0-9]{2})?([0-9]{0,2})")


def check_industry(text: str) -> str:
    """Return a code in its plain form: `I6513` and `6513` are the class 6513, `I` a whole section.

    Raises ValueError, saying what is wrong.
    """
    written = text.strip().upper()
    found = _CODE.fullmatch(written)
    if not found or not written:
        raise ValueError(
            f"{text!r} is no code of GB/T 4754: give 2 to 4 digits, or a letter A to T"
        )
    section, division, rest = found.groups()
    if division is None:
        if rest or section is None:
            raise ValueError(f"{text!r} is no code of GB/T 4754: a division has 2 digits")
        return str(section)
    holder = section_of(division)
    if holder is None:
        raise ValueError(f"{text!r}: GB/T 4754 has no division {division}")
    if section is not None and section != holder:
        raise ValueError(f"{text!r}: division {division} is in section {holder}, not {section}")
    return f"{division}{rest}"


def section_of(code: str) -> str | None:
    """Return the section that holds a division, group or class, None where there is no such division."""
    division = int(code[:2])
    return next(
        (letter for letter, (first, last) in _SECTIONS.items() if first <= division <= last), None
    )


def covers(entry: str, code: str) -> bool:
    """Say whether an entry for a section, division or group covers a class, or is that class."""
    return entry == section_of(code) if entry.isalpha() else code.startswith(entry)


def _check_class(text: str) -> str:
    code = check_industry(text)
    if len(code) != 4:
        raise ValueError(f"{text!r}: give the class (小类) of what the enterprise does, 4 digits")
    return code


ClassCode = Annotated[str, StringConstraints(max_length=8), AfterValidator(_check_class)]
"""A class: what an enterprise mainly does."""
