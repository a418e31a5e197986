"""Writing tables to a workbook row by row: headers, widths, and a cell's type by its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from ...domain.calendar import SHANGHAI
from .model import Rate

ROWS_A_SHEET = 1_000_000
"""A sheet ends at 1,048,576 rows; a longer table goes on in another one."""

_LONGEST_TEXT = 32_767


class Look(Enum):
    """How the cells of a column look."""

    PLAIN = auto()
    PERCENT = auto()
    MARKED = auto()
    RIGHT = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters, and its look."""

    header: str
    width: int
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. Values are text, whole numbers, shares (for PERCENT), dates, or None for an empty cell."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Any]]


def write_workbook(
    target: Path | BinaryIO,
    sheets: Iterable[Sheet],
    *,
    title: str,
    author: str,
    comments: str,
    created: datetime,
) -> None:
    """Write the tables to a file or a binary buffer; its date of creation is `created`.

    A text that looks like a formula, a number or an address stays text.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    opened = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(opened, options) as workbook:
        workbook.set_properties(
            {
                "title": title,
                "author": author,
                "comments": comments,
                "created": created.astimezone(SHANGHAI).replace(tzinfo=None),
            }
        )
        _write_sheets(workbook, sheets)


def share(rate: Rate | None) -> float | None:
    """Return the stated rate as the number that a cell with a per cent format shows the same."""
    return None if rate is None or rate.percent is None else float(rate.percent) / 100


def _write_sheets(workbook: Any, sheets: Iterable[Sheet]) -> None:
    formats = _formats(workbook)
    for sheet in sheets:
        rows = iter(sheet.rows)
        number, more = 1, True
        while more:
            name = sheet.name if number == 1 else f"{sheet.name}({number})"
            more = _write(workbook.add_worksheet(name), sheet, rows, formats)
            number += 1


def _formats(workbook: Any) -> dict[str, Any]:
    font = {"font_name": "宋体", "font_size": 11, "valign": "top"}
    red = {"bold": True, "font_color": "#B3151B"}
    return {
        "header": workbook.add_format(
            {
                **font,
                "bold": True,
                "bg_color": "#F3F1EC",
                "border": 1,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        ),
        Look.PLAIN.name: workbook.add_format(font),
        Look.MARKED.name: workbook.add_format({**font, **red}),
        Look.RIGHT.name: workbook.add_format({**font, "align": "right"}),
        Look.PERCENT.name: workbook.add_format({**font, "num_format": "0.0%"}),
        "date": workbook.add_format({**font, "num_format": "yyyy-mm-dd", "align": "left"}),
        "text": workbook.add_format({**font, "num_format": "@"}),
    }


def _text_format(look: Look, formats: dict[str, Any]) -> Any:
    return formats["text" if look is Look.PLAIN else look.name]


def _write(page: Any, sheet: Sheet, rows: Iterator[Sequence[Any]], formats: dict[str, Any]) -> bool:
    """Write one page of the table; say whether rows are left."""
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    page.set_footer("&C— &P —")
    page.set_row(0, 32)
    texts = [_text_format(column.look, formats) for column in sheet.columns]
    numbers = [formats[column.look.name] for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.header, formats["header"])
    percent, day = formats[Look.PERCENT.name], formats["date"]
    n = 0
    for n, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                page.write_string(n, place, value[:_LONGEST_TEXT], texts[place])
            elif isinstance(value, date):
                page.write_datetime(n, place, value, day)
            elif isinstance(value, float):
                page.write_number(n, place, value, percent)
            else:
                page.write_number(n, place, value, numbers[place])
        if n == ROWS_A_SHEET:
            return True
    page.autofilter(0, 0, max(n, 1), len(sheet.columns) - 1)
    return False
