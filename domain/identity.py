"""Numbers by which persons and employers are known: checks, and masks for what is shown.

Standards: GB 32100-2015 (unified social credit code), GB 11643-1999 (citizen identity number).
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator
from stdnum.cn import ric

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT_VALUES = {character: value for value, character in enumerate(_CREDIT_ALPHABET)}
# Department and kind of organisation (first two characters) by GB 32100 and the registrars' later
# additions A (trade unions), N (rural collectives) and Y (others).
_CREDIT_DEPARTMENTS = frozenset("123456789ANY")


def credit_check_character(first_seventeen: str) -> str:
    """Return the check character (GB 32100) for the first seventeen characters of a credit code."""
    total = sum(
        _CREDIT_VALUES[character] * weight
        for character, weight in zip(first_seventeen, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def _plain(text: str) -> str:
    """Return a number as it is meant: without blanks, in half-width upper case (９１ａ → 91A)."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def check_credit_code(text: str) -> str:
    """Return the credit code in its normal form (18 upper-case characters).

    Raises ValueError, saying what is wrong, for a wrong length, a character that the standard does
    not use, an unknown department, a registration area that is no number, an obvious filler
    (``000000000000000000``) or a wrong check character.
    """
    code = _plain(text)
    if len(code) != 18:
        raise ValueError(f"a credit code has 18 characters, this has {len(code)}")
    strange = sorted({character for character in code if character not in _CREDIT_VALUES})
    if strange:
        raise ValueError(f"a credit code has no {'、'.join(strange)}: compare it with the licence")
    if code[0] not in _CREDIT_DEPARTMENTS:
        raise ValueError(f"no registration department has the sign {code[0]}")
    if not code[2:8].isdigit() or code[2:8] == "000000":
        raise ValueError("characters 3 to 8 are the area of registration: six digits, not all zero")
    if len(set(code[8:17])) == 1:
        raise ValueError("the organisation code (characters 9 to 17) is a filler")
    if code[17] != credit_check_character(code[:17]):
        raise ValueError("the check character is wrong: a character was mistyped")
    return code


CreditCode = Annotated[str, AfterValidator(check_credit_code)]
"""A unified social credit code (统一社会信用代码), checked and in its normal form (Article 35)."""


def check_identity_number(text: str) -> str:
    """Return a citizen identity number in its normal form (18 characters, X in upper case).

    Check digit and birth date are checked. The area code is not: older people bear codes of areas
    that no longer exist. Raises ValueError saying what is wrong.
    """
    number = _plain(text)
    if len(number) != 18 or not (number.isascii() and number[:17].isdigit()):
        raise ValueError("an identity number has 17 digits and a check character")
    try:
        ric.get_birth_date(number)
    except Exception as error:
        raise ValueError("the birth date in the identity number does not exist") from error
    if ric.calc_check_digit(number) != number[-1]:
        raise ValueError("the check character is wrong: a character was mistyped")
    return number


IdentityNumber = Annotated[str, AfterValidator(check_identity_number)]
"""A citizen identity number (公民身份号码), checked and in its normal form."""


def birth_date(identity_number: str) -> date:
    """Return the birth date that a checked identity number states."""
    born: date = ric.get_birth_date(identity_number)
    return born


def mask_name(name: str) -> str:
    """Show a person's name by its surname alone: 王小明 → 王**."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_number(number: str) -> str:
    """Show of a number only what tells two apart: the last four characters."""
    return "*" * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else "*" * len(number)
