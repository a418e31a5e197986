"""The kinds of file that a table is kept in: CSV text in several encodings, and XLSX workbooks.

Each gives records of cells, with the line (or row of the sheet) where each begins, and an error
for each line that is broken. Memory does not grow with the number of lines.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from ...domain.errors import InvalidInput

MAX_LINE_BYTES: Final = 4 * 1024 * 1024
"""A longer line is no line of a table: the file is something else, or has lost its line ends."""
MAX_CELL_CHARACTERS: Final = 131_072
"""The csv module's own bound: it also ends the search for a quote that is never closed."""
MAX_UNPACKED_BYTES: Final = 2 * 1024 * 1024 * 1024
UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD_LINES: Final = 30
_BATCH: Final = 500


class UnreadableFile(InvalidInput, ValueError):
    """A file that cannot be imported at all: what is wrong, where, and what to do about it."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one line or row, before they have names."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A line or row that cannot be taken: where it begins, the cell's place from 1, and why."""

    line: int
    place: int | None
    reason: str


class Source(Protocol):
    """What an open file of any kind can do."""

    format: str

    def records(self) -> Iterator[Record | Broken]:
        """Yield the records in order, once."""
        ...

    def fraction_read(self) -> float:
        """Return how much has been read, from 0 to 1."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


# --- text files ---

_DELIMITERS: Final = (",", "\t", ";")
_LOST: Final = "\N{REPLACEMENT CHARACTER}"


def codec(path: Path, name: str) -> str:
    """Return the name of the encoding to read with where a user names one."""
    try:
        found = codecs.lookup(name).name
        io.TextIOWrapper(io.BytesIO(), found)  # refuses the codecs that are none of text
    except LookupError:
        raise UnreadableFile(f"{path}: there is no encoding of text named {name!r}") from None
    # GB18030 holds all of GB2312 and GBK, and what people call by those names often is more.
    return {"gb2312": "gb18030", "gbk": "gb18030", "utf-8": "utf-8-sig"}.get(found, found)


def find_encoding(path: Path, stream: BinaryIO, head: bytes) -> str:
    """Return the encoding that most lines with other characters than ASCII are valid in.

    By lines, so that one broken byte costs one line and not the whole file its encoding.
    """
    if head.startswith(UTF16_MARKS):
        return "utf-16"
    has_bom = head.startswith(codecs.BOM_UTF8)
    in_utf8 = in_gb = neither = 0
    rest = b""
    line = 1
    while chunk := stream.read(1 << 16):
        *lines, rest = re.split(rb"[\r\n]", rest + chunk)
        if max(map(len, lines), default=0) > MAX_LINE_BYTES or len(rest) > MAX_LINE_BYTES:
            raise UnreadableFile(
                f"{path}: a line near line {line} is longer than {MAX_LINE_BYTES} bytes: "
                "this is not a table"
            )
        line += len(lines)
        for one in lines if len(chunk) == 1 << 16 else [*lines, rest]:
            if has_bom or one.isascii():
                continue
            if _decodes(one, "utf-8"):
                in_utf8 += 1
            elif _decodes(one, "gb18030"):
                in_gb += 1
            else:
                neither += 1
    stream.seek(0)
    if has_bom:
        return "utf-8-sig"
    if in_utf8 >= in_gb + neither:
        return "utf-8"
    if in_gb >= neither:
        return "gb18030"
    raise UnreadableFile(
        f"{path}: neither UTF-8 nor GB18030. Say which encoding it has, or save it as UTF-8"
    )


def _decodes(line: bytes, encoding: str) -> bool:
    with suppress(UnicodeDecodeError):
        line.decode(encoding)
        return True
    return False


class _Lines:
    """The lines of a file, some of which can be put back to be read again."""

    def __init__(self, path: Path, text: io.TextIOWrapper) -> None:
        self._path = path
        self._text = text
        self._waiting: list[str] = []
        self.number = 0
        self.taken: list[str] = []
        """The lines taken since `begin`."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else self._text.readline(MAX_LINE_BYTES)
        if not line:
            raise StopIteration
        if len(line) >= MAX_LINE_BYTES:
            raise UnreadableFile(f"{self._path}, line {self.number + 1}: too long for a table")
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Forget the lines taken, and return the number of the next one."""
        self.taken = []
        return self.number + 1

    def put_back(self, lines: Sequence[str]) -> None:
        """Put the last lines taken back."""
        self._waiting.extend(reversed(lines))
        self.number -= len(lines)


class Text:
    """A CSV file."""

    def __init__(
        self,
        path: Path,
        stream: BinaryIO,
        encoding: str,
        delimiter: str | None,
        header_line: int | None,
    ) -> None:
        self.format = encoding
        self._stream = stream
        self._size = max(1, path.stat().st_size)
        # Undecodable bytes become the replacement sign, by which their line is told later.
        self._wrapper = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
        self._lines = _Lines(path, self._wrapper)
        if delimiter is None:
            head = list(islice(self._lines, max(_HEAD_LINES, header_line or 0)))
            self._lines.put_back(head)
            delimiter = max(_DELIMITERS, key=lambda sign: _fit(head, sign, header_line))
        self._delimiter = delimiter

    def fraction_read(self) -> float:
        """Return how much has been read, from 0 to 1."""
        return self._stream.tell() / self._size if not self._stream.closed else 1.0

    def close(self) -> None:
        """Close the file."""
        self._wrapper.close()

    def records(self) -> Iterator[Record | Broken]:
        """Yield the records in order, once."""
        lines = self._lines
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True, skipinitialspace=True)
        while True:
            start = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # A quote that is never closed swallows good lines: only the first is at fault.
                lines.put_back(lines.taken[1:])
                yield Broken(start, None, _say(str(error)))
                continue
            whole = "".join(lines.taken)
            if "\0" in whole:
                yield Broken(start, None, "a NUL character: the line is damaged")
            elif _LOST in whole:
                place = start + next(i for i, one in enumerate(lines.taken) if _LOST in one)
                yield Broken(
                    start,
                    None,
                    f"line {place} has bytes that are no text in {self._wrapper.encoding}",
                )
            else:
                yield Record(start, cells)


def _say(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quote is opened and never closed"
    if "field larger" in error:
        return f"a cell is longer than {MAX_CELL_CHARACTERS} characters, or a quote is not closed"
    if "expected after" in error:
        return "text after a closing quote: a quote inside a cell is written twice, or not closed"
    return error


def _fit(head: Sequence[str], delimiter: str, header_line: int | None) -> tuple[float, int]:
    """Return how well this delimiter explains the first lines: the share it parts, the header's width.

    The share goes first: a text may hold more semicolons than the table has columns, but its header
    does not. Titles above the header are parted by none.
    """
    reader = csv.reader(head[(header_line or 1) - 1 :], delimiter=delimiter, skipinitialspace=True)
    filled: list[int] = []
    with suppress(csv.Error):
        filled.extend(sum(bool(cell.strip()) for cell in cells) for cells in reader)
    parted = [width for width in filled if width > 1]
    return (len(parted) / sum(map(bool, filled)), parted[0]) if parted else (0.0, 0)


# --- workbooks ---


class Workbook:
    """A sheet of an XLSX file, read as a stream."""

    format = "xlsx"

    def __init__(self, path: Path, stream: BinaryIO, sheet: str | None) -> None:
        # Only here: it takes a tenth of the time in which the command line starts.
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        self._stream = stream
        try:
            with zipfile.ZipFile(stream) as archive:
                if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                    raise UnreadableFile(f"{path}: unpacks to more than 2 GiB: split the table")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # styles and extensions that do not matter here
                self._book = openpyxl.load_workbook(stream, read_only=True, data_only=False)
        except (
            InvalidFileException, zipfile.BadZipFile, AttributeError, LookupError, TypeError,
            ValueError, OSError,
        ) as error:  # a workbook of another make lacks now this, now that  # fmt: skip
            if isinstance(error, UnreadableFile):
                raise
            raise UnreadableFile(
                f"{path}: an archive but no workbook that can be read ({error}): save it as .xlsx"
            ) from error
        names = [one.title for one in self._book.worksheets]
        if not names or (sheet is not None and sheet not in names):
            raise UnreadableFile(
                f"{path}: no sheet {sheet or 'with cells'!r}; there are: {'、'.join(names) or 'none'}"
            )
        chosen = names[0] if sheet is None else sheet
        self._sheet: Any = self._book[chosen]
        self._total = self._sheet.max_row or 0
        self._sheet.reset_dimensions()  # some programs write wrong ones, and rows would be lost
        self._read = 0

    def fraction_read(self) -> float:
        """Return how much has been read, from 0 to 1."""
        return self._read / self._total if self._total else 0.0

    def close(self) -> None:
        """Close the file."""
        self._book.close()
        self._stream.close()

    def records(self) -> Iterator[Record | Broken]:
        """Yield the records in order, once."""
        rows = enumerate(self._sheet.iter_rows(), 1)
        while True:
            # In batches, because the filter of warnings is global and must not outlast a yield.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                batch: list[Record | Broken] = []
                damage = ""
                try:
                    for number, cells in islice(rows, _BATCH):
                        batch.append(_record(number, cells))
                except (ValueError, KeyError, SyntaxError, zipfile.BadZipFile, EOFError) as error:
                    damage = f"the sheet is damaged from here on ({error})"
            self._read += len(batch)
            yield from batch
            if damage:
                yield Broken(self._read + 1, None, damage)
            if damage or not batch:
                return


def _record(line: int, cells: Sequence[Any]) -> Record | Broken:
    values: list[str] = []
    for cell in cells:
        value, address = cell.value, getattr(cell, "coordinate", "")
        reason = ""
        if cell.data_type == "f":
            reason = f"cell {address} holds a formula ({_formula(value)[:40]}): write its value"
        elif cell.data_type == "e":
            reason = f"cell {address} holds the error {value}"
        elif isinstance(value, int | float) and abs(value) >= 1e15:
            reason = (
                f"cell {address} is a number of more than 15 digits, which spreadsheets round: "
                "enter it again as text"
            )
        if reason:
            from openpyxl.utils import column_index_from_string

            return Broken(line, column_index_from_string(re.sub(r"\d", "", address)), reason)
        values.append(_shown(value))
    return Record(line, values)


def _formula(value: Any) -> str:
    return str(getattr(value, "text", value))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
