"""Reading tables as offices keep them: CSV in several encodings and XLSX, row by row.

A file that cannot be used at all raises `UnreadableFile`; a line that cannot is a `RowError`
among the rows, and reading goes on. Memory does not grow with the number of rows.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ...application.importing.vacancy_rows import RowError
from .sources import (
    UTF16_MARKS,
    Broken,
    Source,
    Text,
    UnreadableFile,
    Workbook,
    codec,
    find_encoding,
)

__all__ = ["Row", "RowError", "Table", "UnreadableFile", "is_formula", "open_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it begins in the file (line, or row of the sheet, from 1) and its cells.

    ``values`` has every column of the header; an empty cell is an empty text.
    """

    line: int
    values: dict[str, str]


class Table:
    """An open table: its header, and its rows, which can be read once."""

    def __init__(self, source: Source, path: Path, header_line: int | None) -> None:
        self._source = source
        self._records = source.records()
        self._strict = source.format != "xlsx"
        self.format = source.format
        """``xlsx``, or for CSV the encoding as found, such as ``gb18030``."""
        self.header = self._read_header(path, header_line)
        """The names of the columns, in order; a column without a name is ``column 3``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def fraction_read(self) -> float:
        """Return how much of the file has been read, from 0 to 1: for a progress bar."""
        return min(1.0, max(0.0, self._source.fraction_read()))

    def _read_header(self, path: Path, header_line: int | None) -> tuple[str, ...]:
        for record in self._records:
            if isinstance(record, Broken):
                if header_line in (None, record.line):
                    raise UnreadableFile(f"{path}, line {record.line}: {record.reason}")
                continue
            line, cells = record.line, record.cells
            names = [" ".join(cell.split()) for cell in cells]
            # One cell alone above the others is the title of the table.
            if header_line is None and sum(map(bool, names)) < 2:
                continue
            if header_line is not None and line < header_line:
                continue
            while names and not names[-1]:
                names.pop()
            twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
            if twice:
                raise UnreadableFile(
                    f"{path}, line {line}: the header names {'、'.join(twice)} more than once. "
                    "Give every column a name of its own"
                )
            return tuple(name or f"column {place}" for place, name in enumerate(names, 1))
        raise UnreadableFile(
            f"{path}: no header found (a line with the names of two columns or more). "
            "Give the table a header, or say which separator it has if not comma, semicolon or tab"
        )

    def rows(self) -> Iterator[Row | RowError]:
        """Yield the rows in order, and an error for each that cannot be taken; skip empty ones."""
        width = len(self.header)
        for record in self._records:
            if isinstance(record, Broken):
                yield RowError(record.line, self._name(record.place), record.reason)
                continue
            line, cells = record.line, record.cells
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > width or (self._strict and len(cells) < width):
                reason = (
                    f"{len(cells)} cells where the header has {width}: a separator inside a cell"
                )
                yield RowError(line, None, f"{reason} needs quotes, a missing cell its separator")
                continue
            cells += [""] * (width - len(cells))
            values: dict[str, str] = {}
            for name, cell in zip(self.header, cells, strict=True):
                value = _literal(cell.strip())
                if is_formula(value):
                    yield RowError(line, name, f"a formula ({value[:40]}): write its value instead")
                    break
                values[name] = value
            else:
                yield Row(line, values)

    def _name(self, place: int | None) -> str | None:
        return self.header[place - 1] if place and place <= len(self.header) else None


def open_table(
    path: Path | str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_line: int | None = None,
) -> Table:
    """Open a CSV or XLSX file for reading; use the result as a context manager.

    What is not given is found out: the encoding (UTF-8 with or without BOM, UTF-16 with BOM,
    GB18030), the separator (comma, semicolon, tab), the sheet (the first), the line of the header
    (the first with two cells or more). Raises `UnreadableFile`.
    """
    path = Path(path)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise UnreadableFile(f"the separator is one character, not {delimiter!r}")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be opened ({error.strerror or error})") from error
    try:
        head = stream.read(4096)
        stream.seek(0)
        _refuse_other_kinds(path, head)
        if head.startswith(b"PK\x03\x04"):
            return Table(Workbook(path, stream, sheet), path, header_line)
        if sheet is not None:
            raise UnreadableFile(f"{path}: only a workbook has sheets, this is a text file")
        found = codec(path, encoding) if encoding else find_encoding(path, stream, head)
        return Table(Text(path, stream, found, delimiter, header_line), path, header_line)
    except BaseException:
        stream.close()
        raise


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    what = ""
    if not start:
        what = "the file is empty"
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        what = "an old Excel file (.xls) or one with a password: save it as .xlsx without password"
    elif start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        what = "a web page or XML, whatever its name says: open it and save it as .xlsx"
    elif start.startswith((b"{", b"[{")):
        what = "JSON, not a table: convert it to CSV"
    elif start.startswith(
        (b"%pdf", b"rar!", b"\x89png", b"\xff\xd8\xff", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        what = "not a table (a document, picture or archive): export the table as CSV or XLSX"
    elif head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        what = "UTF-32 is not read: save it as UTF-8"
    elif head.count(0) > len(head) // 8 and not head.startswith(UTF16_MARKS):
        what = "binary data, or UTF-16 without its mark (BOM): save it as UTF-8 or XLSX"
    if what:
        raise UnreadableFile(f"{path}: {what}")


# --- formulas ---

_FORMULA: Final = re.compile(r"=\s*[A-Za-z0-9_(+\-\"'$@{\[.一-龥]|@[A-Za-z]+\(|[+\-@][A-Za-z]+\|'")
_LITERAL: Final = re.compile(r'="([^"=+\-@][^"]*)"')


def is_formula(value: str) -> bool:
    """Tell whether a spreadsheet would compute this text: ``=A1+1``, but not ``+86 10…`` or ``- x``."""
    return _FORMULA.match(value) is not None


def _literal(value: str) -> str:
    """Return the text of ``="0123"``, by which programs keep the zeros of a number: it is no sum."""
    found = _LITERAL.fullmatch(value)
    return found.group(1) if found else value
