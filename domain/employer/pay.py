"""What a vacancy pays (劳动报酬), as it must be stated: Article 38, paragraph 2 (rule 38.2)."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

FEN_PER_YUAN: Final = 100
MAX_FEN_PER_YEAR: Final = 10_000_000 * FEN_PER_YUAN
"""No pay above 1000万元 a year is believed: it is a slip of the pen, or yuan taken for 万."""
MAX_FEN_PER_PIECE: Final = 100_000 * FEN_PER_YUAN


class PayUnit(StrEnum):
    """What the amounts of a pay are paid for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    PIECE = "piece"
    NEGOTIABLE = "negotiable"

    @property
    def label_zh(self) -> str:
        """The unit as it is shown."""
        return _LABELS[self]


_LABELS: Final = {
    PayUnit.HOUR: "小时",
    PayUnit.DAY: "天",
    PayUnit.MONTH: "月",
    PayUnit.YEAR: "年",
    PayUnit.PIECE: "件",
    PayUnit.NEGOTIABLE: "面议",
}

# Statutory working time: 250 days of 8 hours a year (20.83 days a month, 国发〔1999〕270号).
_PER_YEAR: Final = {PayUnit.HOUR: 2000, PayUnit.DAY: 250, PayUnit.MONTH: 12, PayUnit.YEAR: 1}
# Least amounts that are believed. They are low, for they are to catch yuan passed for fen.
_LEAST_FEN: Final = {
    PayUnit.HOUR: 100,
    PayUnit.DAY: 100,
    PayUnit.MONTH: 10_000,
    PayUnit.YEAR: 100_000,
    PayUnit.PIECE: 1,
}

Fen = Annotated[int, Field(gt=0)]
"""An amount of money in fen (分), a hundredth of a yuan: whole and positive."""


class Pay(BaseModel):
    """A vacancy's pay: amounts in fen for a unit, exact, open at one end, or negotiable.

    ``minimum_fen`` equals ``maximum_fen`` for an exact amount; one of them is ``None`` for
    "以上" (no maximum) and "以下" (no minimum). Negotiable pay (面议) has no amounts; piecework
    (计件) may have none. ``months_per_year`` (13薪) goes with monthly pay only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: PayUnit
    minimum_fen: Fen | None = None
    maximum_fen: Fen | None = None
    months_per_year: Annotated[int, Field(ge=12, le=36)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Pay:
        low, high = self.minimum_fen, self.maximum_fen
        amounts = [fen for fen in (low, high) if fen is not None]
        if self.months_per_year is not None and self.unit is not PayUnit.MONTH:
            raise ValueError("months per year (such as 13薪) go with monthly pay only")
        if self.unit is PayUnit.NEGOTIABLE:
            if amounts:
                raise ValueError("negotiable pay (面议) states no amounts: choose a unit")
            return self
        if not amounts and self.unit is not PayUnit.PIECE:
            raise ValueError("state a minimum, a maximum or both, or choose negotiable (面议)")
        if low is not None and high is not None and low > high:
            raise ValueError(f"the minimum {yuan(low)}元 is above the maximum {yuan(high)}元")
        least = _LEAST_FEN[self.unit]
        for fen in amounts:
            if fen < least:
                raise ValueError(
                    f"{yuan(fen)}元/{self.unit.label_zh} is too little to be believed "
                    f"(less than {yuan(least)}元): amounts are counted in fen"
                )
            if fen > self._most():
                raise ValueError(
                    f"{yuan(fen)}元/{self.unit.label_zh} is too much to be believed "
                    f"(more than {yuan(self._most())}元): check the amount and the unit"
                )
        return self

    def _most(self) -> int:
        if self.unit is PayUnit.PIECE:
            return MAX_FEN_PER_PIECE
        return MAX_FEN_PER_YEAR // (self.months_per_year or _PER_YEAR[self.unit])

    @property
    def text_zh(self) -> str:
        """The pay as it is published, such as ``8000–12000元/月·13薪`` or ``面议``."""
        if self.unit is PayUnit.NEGOTIABLE:
            return self.unit.label_zh
        low, high, per = self.minimum_fen, self.maximum_fen, f"元/{self.unit.label_zh}"
        months = f"·{self.months_per_year}薪" if self.months_per_year else ""
        if low is not None and high is not None:
            amount = yuan(low) if low == high else f"{yuan(low)}–{yuan(high)}"
            return f"{amount}{per}{months}"
        if low is not None:
            return f"{yuan(low)}{per}以上{months}"
        if high is not None:
            return f"{yuan(high)}{per}以下{months}"
        return "计件"


def yuan(fen: int) -> str:
    """Return an amount in yuan without needless zeros: 850000 → ``8500``, 2550 → ``25.5``."""
    amount = Decimal(fen) / FEN_PER_YUAN
    return f"{amount:f}" if amount % 1 == 0 else f"{amount:.2f}".rstrip("0")
