"""Numbers: what is accepted, in which form, and what is shown of them."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taizhang.domain.identity import (
    birth_date,
    check_credit_code,
    check_identity_number,
    credit_check_character,
    mask_name,
    mask_number,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def number(first: str) -> str:
    """Return an identity number with its check character (GB 11643-1999)."""
    weights = [2**place % 11 for place in range(17, 0, -1)]
    total = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


@pytest.mark.rule("35")
class TestCreditCode:
    @pytest.mark.parametrize("code", ["91110101717757158X", "91110108MA01GRLTXK"])
    def test_real_ones_are_accepted(self, code: str) -> None:
        assert check_credit_code(code) == code

    @pytest.mark.parametrize(
        "written",
        [" 91110101717757158x ", "9111 0101 7177 5715 8X", "９１１１０１０１７１７７５７１５８Ｘ"],
    )
    def test_one_form_whatever_the_writing(self, written: str) -> None:
        assert check_credit_code(written) == "91110101717757158X"

    @pytest.mark.parametrize("department", "123456789ANY")
    def test_every_department_has_its_sign(self, department: str) -> None:
        first = f"{department}1110105MA0000001"
        assert check_credit_code(first + credit_check_character(first))

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("", "18 characters, this has 0"),
            ("91110101717757158", "18 characters, this has 17"),
            ("91110101717757158XX", "18 characters, this has 19"),
            ("9111010171775715IX", "has no I"),
            ("91110101717757158O", "has no O"),
            ("B1110101717757158X", "department has the sign B"),
            ("000000000000000000", "department|area"),
            ("91000000717757158X", "area of registration"),
            ("9111010A717757158X", "area of registration"),
            ("911101050000000005", "filler"),
            ("91110101717757158Y", "check character"),
            ("91110101717757185X", "check character"),
            ("91110101717757158\0", "has no"),
            ("九一一一零一零一七一七七五七一五八", "has no|18 characters"),
        ],
    )
    def test_nonsense_is_refused_with_its_reason(self, code: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            check_credit_code(code)

    @given(
        st.text(ALPHABET, min_size=9, max_size=9).filter(lambda text: len(set(text)) > 1),
        st.integers(0, 17),
        st.sampled_from(ALPHABET),
    )
    def test_one_mistyped_character_is_always_noticed(
        self, organisation: str, place: int, other: str
    ) -> None:
        first = f"91110105{organisation}"
        code = first + credit_check_character(first)
        assert check_credit_code(code) == code
        mistyped = code[:place] + other + code[place + 1 :]
        if mistyped != code:
            with pytest.raises(ValueError, match=r"credit|check|area|department|filler"):
                check_credit_code(mistyped)

    @given(st.text(max_size=25))
    def test_any_text_is_either_accepted_or_refused_with_a_reason(self, text: str) -> None:
        try:
            assert len(check_credit_code(text)) == 18
        except ValueError as refused:
            assert str(refused)


@pytest.mark.rule("35")
class TestIdentityNumber:
    @pytest.mark.parametrize(
        "first",
        ["11010519900101001", "13010519491001002", "11010519000101001", "99999919900101001"],
    )
    def test_check_digit_and_birth_date_count_and_the_area_does_not(self, first: str) -> None:
        assert check_identity_number(number(first)) == number(first)

    def test_one_person_has_one_number_whatever_the_writing(self) -> None:
        wanted = number("11010519491231002")
        assert wanted.endswith("X")
        full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in wanted)
        for written in (wanted.lower(), f" {wanted[:6]} {wanted[6:]}", full_width):
            assert check_identity_number(written) == wanted

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "17 digits"),
            ("110105490101001", "17 digits"),
            ("1101051990010100AX", "17 digits"),
            ("110105199002300012", "birth date"),
            ("110105199013010012", "birth date"),
            ("11010519900101001Y", "check character"),
            ("²10105199001010011", "17 digits|check"),
            ("١١٠١٠٥١٩٩٠٠١٠١٠٠١٦", "17 digits"),
        ],
    )
    def test_nonsense_is_refused_without_being_echoed(self, text: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason) as refused:
            check_identity_number(text)
        assert not text or text not in str(refused.value)

    def test_the_birth_date_is_read_from_it(self) -> None:
        assert birth_date(number("11010519900228001")) == date(1990, 2, 28)

    @given(st.text(max_size=20))
    def test_any_text_is_either_accepted_or_refused(self, text: str) -> None:
        with contextlib.suppress(ValueError):
            assert check_identity_number(text).isascii()


@pytest.mark.rule("51.2")
class TestMasks:
    @pytest.mark.parametrize(
        ("name", "shown"), [("王小明", "王**"), ("王", "王*"), ("", ""), ("欧阳娜娜", "欧***")]
    )
    def test_a_name_shows_its_first_character(self, name: str, shown: str) -> None:
        assert mask_name(name) == shown

    @pytest.mark.parametrize(
        ("text", "shown"),
        [("13912345678", "*******5678"), ("1234", "****"), ("", ""), ("12345", "*2345")],
    )
    def test_a_number_shows_its_last_four(self, text: str, shown: str) -> None:
        assert mask_number(text) == shown
