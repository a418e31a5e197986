"""Columns, cells and lines that the workbooks of all notices have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from ...domain.regulation import rule
from .labels import line_name
from .model import Document, Line, LogBasis, NoticeBefore, Repeats
from .sheets import Column, Look, Sheet, share, write_workbook
from .wording import L, addressee

AGENCY = (Column("机构代码", 14), Column("机构", 30))
REPEATS = (Column("首次通报", 9), Column("第2次通报", 9), Column("第3次及以上", 10))


def rate_columns(checked: str, passed: str, before: Column) -> tuple[Column, ...]:
    """Return the columns of `rate_cells`: how many were checked and passed, the rate, and the one before."""
    return Column(checked, 10), Column(passed, 10), Column("合格率", 9, Look.PERCENT), before


def write_notice(
    notice: Document,
    target: Path | BinaryIO,
    sheets: Iterable[Sheet],
    *,
    title: str,
    basis: LogBasis,
) -> None:
    """Write a notice's tables to a file or a binary buffer; the date of creation is the notice's cut-off."""
    write_workbook(
        target,
        sheets,
        title=title,
        author=notice.superior.name,
        comments=notice.number,
        created=basis.cutoff,
    )


def head_rows(notice: Document, title: str) -> Iterator[tuple[str, Any]]:
    """Yield the first lines of a summary: which notice it is, by whom and to whom."""
    yield "文号", notice.number
    yield "标题", title
    yield "通报机构", notice.superior.name
    yield "主送", addressee(notice.superior.level)


def repeats_rows(problems: Repeats) -> Iterator[tuple[str, Any]]:
    """Yield the lines of a summary that say how often problems were notified."""
    yield "其中首次通报", problems.first
    yield "其中第2次通报", problems.second
    yield "其中第3次及以上通报", problems.third_or_more


def seal_rows(notice: Document) -> Iterator[tuple[str, Any]]:
    """Yield the lines of a summary that say on which seal of the log a notice stands."""
    if notice.seal is not None:
        yield "业务记录链锚点", notice.seal.text
        yield "封签号", notice.seal.number
        yield "封签密钥", notice.seal.key_id


def previous_rows(previous: NoticeBefore | None) -> Iterator[tuple[str, Any]]:
    """Yield the lines of a summary that name the notice before."""
    if previous is not None:
        yield "上期通报", previous.number
        yield "上期通报摘要（SHA-256）", previous.digest


def agency_rows(
    lines: Iterable[L], overall: L, figures: Callable[[L], Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    """Yield the lines of a roll-up, and all of them together as the last."""
    for line in lines:
        yield (line.agency.code, line_name(line), *figures(line))
    yield ("", "合计", *figures(overall))


def rate_cells(line: Line) -> Sequence[Any]:
    """Return how many were checked and passed, the rate, and the one in the notice before."""
    return line.rate.checked, line.rate.passed, share(line.rate), share(line.rate_before)


def repeats_cells(problems: Repeats) -> Sequence[Any]:
    """Return the cells of `REPEATS`."""
    return problems.first, problems.second, problems.third_or_more


def rule_cells(rule_id: str) -> Sequence[Any]:
    """Return a rule by its id and by where it stands."""
    return rule_id, rule(rule_id).citation
