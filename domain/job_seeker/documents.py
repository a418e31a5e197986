"""By which paper a person is known: the citizen identity number, or another document (Article 11)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from ..identity import birth_date, check_identity_number

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""A country or region as in the machine-readable zone of its passports: CHN, HKG, FRA."""


class DocumentKind(StrEnum):
    """The documents that a job seeker may be known by."""

    CITIZEN = "citizen"
    PASSPORT = "passport"
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The document as an official calls it."""
        return {
            "citizen": "居民身份证",
            "passport": "护照",
            "hong_kong_macao_permit": "港澳居民来往内地通行证",
            "taiwan_permit": "台湾居民来往大陆通行证",
            "residence_permit": "港澳台居民居住证",
            "foreign_permanent_resident": "外国人永久居留身份证",
            "other": "其他证件",
        }[self]


NUMBERED_LIKE_CITIZENS = frozenset({DocumentKind.CITIZEN, DocumentKind.RESIDENCE_PERMIT})
"""Documents whose numbers state a birth date and end in a check character."""


class IdentityDocument(BaseModel):
    """A document and its number, checked as far as its kind can be, in its normal form."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: DocumentKind = DocumentKind.CITIZEN
    number: str
    country: Country = "CHN"

    @model_validator(mode="before")
    @classmethod
    def _normal_form(cls, fields: object) -> object:
        if not isinstance(fields, dict) or not isinstance(fields.get("number"), str):
            return fields
        number = "".join(fields["number"].split()).upper()
        if fields.get("kind", DocumentKind.CITIZEN) in NUMBERED_LIKE_CITIZENS:
            number = check_identity_number(number)
        return {**fields, "number": number}

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if self.kind is DocumentKind.CITIZEN and self.country != "CHN":
            raise ValueError("a citizen identity number is of CHN: give the other document's kind")
        plain = self.number.replace("-", "").replace("/", "")
        if not 5 <= len(self.number) <= 30 or not (plain.isascii() and plain.isalnum()):
            raise ValueError("a document number has 5 to 30 letters and digits")
        return self

    @property
    def birth_date(self) -> date | None:
        """The birth date that the number states, None where it states none."""
        return birth_date(self.number) if self.kind in NUMBERED_LIKE_CITIZENS else None

    @property
    def derivation(self) -> tuple[str, str, str]:
        """What the person's id is derived from: number, kind and country; a citizen's number alone."""
        if self.kind is DocumentKind.CITIZEN:
            return self.number, "", ""
        return self.number, self.kind.value, self.country

    def __repr__(self) -> str:
        return f"IdentityDocument({self.kind.value})"

    __str__ = __repr__
