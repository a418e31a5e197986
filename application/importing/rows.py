"""What every import has in common: rows as read, the cells of their fields, and what became of each line."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from .column_mapping import TableMapping

F = TypeVar("F", bound=StrEnum)


class SourceRow(Protocol):
    """A row as it was read: its line in the file (from 1), and its cells by column."""

    @property
    def line(self) -> int:
        """Where the row begins."""
        ...

    @property
    def values(self) -> Mapping[str, str]:
        """The cells by the name of their column; an empty cell is an empty text."""
        ...


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that could not be read: where it begins, the column at fault if one is, and why."""

    line: int
    column: str | None
    reason: str


_NOTHING: Final = {
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "null",
    "NULL",
    "None",
    "N/A",
    "n/a",
    "nan",
}
ROUNDED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
"""A number that a spreadsheet rounded: what it was is lost."""


def cells_of(
    row: SourceRow, mapping: TableMapping[F], joints: Mapping[F, str] | None = None
) -> dict[F, str]:
    """Return the fields' cells, without what stands for nothing, several joined (by a space)."""
    cells: dict[F, str] = {}
    for field, columns in mapping.columns.items():
        parts = [row.values.get(column, "").strip() for column in columns]
        joint = (joints or {}).get(field, " ")
        joined = joint.join(part for part in parts if part and part not in _NOTHING)
        if joined:
            # Half of a surrogate pair is no text: neither a digest nor a model takes it.
            cells[field] = joined.encode("utf-8", "replace").decode()
    return cells


def digest_of(cells: Mapping[F, str]) -> str:
    """Return a digest of cells as they stand, whatever the order of their columns."""
    digest = hashlib.sha256()
    for field in sorted(cells):
        text = " ".join(unicodedata.normalize("NFKC", cells[field]).split())
        digest.update(f"{field}\x1f{text}\x1e".encode())
    return f"sha256:{digest.hexdigest()}"


class Interpreted(Protocol):
    """What a row was understood to say, as far as a report shows it."""

    @property
    def line(self) -> int:
        """Where the row begins."""
        ...

    @property
    def key(self) -> str:
        """By what it is known again."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed."""
        ...


class LineStatus(StrEnum):
    """What became of a line."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    REFUSED = "refused"


class ImportLine(BaseModel):
    """What became of one line of the file, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int
    status: LineStatus
    key: str | None = None
    field: str | None = None
    reason: str | None = None
    notes: tuple[str, ...] = ()


class ImportReport(BaseModel):
    """What became of every line, in order; in a dry run, what would have."""

    source: str
    dry_run: bool = False
    lines: list[ImportLine] = []

    def taken(self, row: Interpreted) -> None:
        """Note that a row was taken."""
        self._add(row.line, LineStatus.TAKEN, key=row.key, notes=row.notes)

    def skipped(self, row: Interpreted, reason: str = "already imported") -> None:
        """Note that a row was there already."""
        self._add(row.line, LineStatus.SKIPPED, key=row.key, reason=reason)

    def refused(
        self, line: int, reason: str, *, field: str | None = None, key: str | None = None
    ) -> None:
        """Note that a line was not taken, why, and the field or column at fault."""
        self._add(line, LineStatus.REFUSED, key=key, field=field, reason=reason)

    def _add(self, line: int, status: LineStatus, **what: Any) -> None:
        self.lines.append(ImportLine(line=line, status=status, **what))

    def totals(self) -> dict[LineStatus, int]:
        """Return how many lines were taken, skipped and refused."""
        totals = dict.fromkeys(LineStatus, 0)
        for line in self.lines:
            totals[line.status] += 1
        return totals
