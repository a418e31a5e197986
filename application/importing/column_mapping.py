"""Which column of somebody's table means what, for any kind of record: guessed from its head, or told."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from ...domain.errors import InvalidInput

F = TypeVar("F", bound=StrEnum)


def bare(head: str) -> str:
    """Return a column's head in normal form: half-width, lower case, without brackets and signs."""
    plain = re.sub(r"\([^()]*\)", "", unicodedata.normalize("NFKC", head).lower())
    return re.sub(r"[\s_\-/·:*.。]+", "", plain)


class MappingError(InvalidInput):
    """The columns of the file do not give a record, or the mapping names what is not there."""

    code = "invalid_mapping"


class TableMapping(BaseModel, Generic[F]):
    """Which column or columns fill which field, and fields that are the same for every row.

    The cells of several columns for one field are joined in the order given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: ClassVar[type[StrEnum]]
    """What a column can mean."""
    heads: ClassVar[Mapping[Any, str]]
    """The heads of columns that are understood without being told, in normal form (`bare`); of two
    columns for one field the one named earlier here is taken."""
    thing: ClassVar[str]
    """What a row is, with its article."""

    columns: dict[F, tuple[str, ...]] = {}
    constants: dict[F, str] = {}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a mapping file: field → column, list of columns, or ``{"constant": value}``.

        A field with ``null`` stays empty even where a column looks like it. Raises `MappingError`.
        """
        columns: dict[Any, tuple[str, ...]] = {}
        constants: dict[Any, str] = {}
        for name, target in data.items():
            try:
                field = cls.fields(name)
            except ValueError:
                close = difflib.get_close_matches(name, list(cls.fields), 1)
                hint = f"did you mean {close[0]}? " if close else ""
                raise MappingError(
                    f"{name!r} is no field of {cls.thing}; {hint}"
                    f"the fields are: {', '.join(cls.fields)}"
                ) from None
            match target:
                case None:
                    columns[field] = ()
                case str():
                    columns[field] = (target,)
                case {"constant": str() | int() as value} if len(target) == 1:
                    constants[field] = str(value)
                case [*names] if names and all(isinstance(one, str) for one in names):
                    columns[field] = tuple(names)
                case _:
                    raise MappingError(
                        f"{name}: give a column, a list of columns or {{'constant': 'value'}}"
                    )
        return cls(columns=columns, constants=constants)

    @classmethod
    def from_options(cls, options: Iterable[str]) -> Self:
        """Read options: ``title=职位名称``, repeated for more columns; ``place:=北京`` is a constant."""
        data: dict[str, Any] = {}
        for option in options:
            name, sign, value = option.partition("=")
            if not sign or not value:
                raise MappingError(f"{option!r} is not of the form field=column or field:=value")
            if name.endswith(":"):
                data[name[:-1].strip()] = {"constant": value}
            elif isinstance(earlier := data.setdefault(name.strip(), []), list):
                earlier.append(value.strip())
            else:
                raise MappingError(f"{name}: both a constant and a column")
        return cls.from_dict(data)

    def overridden_by(self, explicit: Self) -> Self:
        """Return this mapping with each field that ``explicit`` names taken from there.

        A column that ``explicit`` uses is no longer guessed to be something else.
        """
        named = explicit.columns.keys() | explicit.constants.keys()
        used = {column for columns in explicit.columns.values() for column in columns}
        kept = {
            field: columns
            for field, columns in self.columns.items()
            if field not in named and not used.intersection(columns)
        }
        constants = {field: v for field, v in self.constants.items() if field not in named}
        return type(self)(columns=kept | explicit.columns, constants=constants | explicit.constants)

    def fills(self, field: F) -> bool:
        """Tell whether anything is mapped to the field."""
        return bool(self.columns.get(field) or self.constants.get(field))

    @classmethod
    def guess(cls, header: Sequence[str]) -> Self:
        """Return what the heads of the columns, Chinese or English, are understood to mean."""
        known = cls.known(header)
        columns: dict[Any, tuple[str, ...]] = {}
        for field, heads in cls.heads.items():
            found = next((known[head] for head in heads.split() if head in known), None)
            if found is not None:
                columns[field] = (found,)
        return cls(columns=columns)

    @staticmethod
    def known(header: Sequence[str]) -> dict[str, str]:
        """Return the columns by their heads in normal form; of two the first."""
        known: dict[str, str] = {}
        for column in header:
            known.setdefault(bare(column), column)
        return known

    @classmethod
    def build(cls, header: Sequence[str], explicit: Self | None = None) -> Self:
        """Return the guessed mapping with what is explicit over it, checked. Raises `MappingError`."""
        mapping = cls.guess(header)
        if explicit is not None:
            mapping = mapping.overridden_by(explicit)
        found = f"the columns are: {'、'.join(header)}"
        for field, columns in mapping.columns.items():
            for column in columns:
                if column not in header:
                    close = difflib.get_close_matches(column, list(header), 1)
                    hint = f"did you mean {close[0]!r}? " if close else ""
                    raise MappingError(f"{field}: there is no column {column!r}; {hint}{found}")
        mapping.require_enough(found)
        return mapping

    def require_enough(self, found: str) -> None:
        """Make sure that the mapping gives records. Raises `MappingError`, told what was `found`."""
