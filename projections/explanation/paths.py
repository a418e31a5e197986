"""Paths into a notice's JSON, such as ``overall.flows.published`` or ``agencies.110105001.rate.checked``.

An item of a list is named by what it is about (an agency's code, a rule, a day, a kind of record) or by its
place from 0; the duties of one agency by both, ``duties.110105001.38.1.duties.met``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ...domain.errors import NotFound
from ..daily_vacancy_notice import model as daily
from ..monthly_ledger_notice import model as monthly
from ..notice.model import Part

AnyNotice = daily.DailyVacancyNotice | monthly.MonthlyLedgerNotice
Codes = Mapping[UUID, str]
"""The codes of the agencies of the roll-up, by id."""

AT_MOST = 30
"""Names that a refusal lists at most."""


class Figure(NamedTuple):
    """What stands at a path: the names of the fields on the way (items of lists left out) and the value.

    `parts` are the values that the path leads through, the one at its end last; `within` the references of
    what it is made of, none for a plain value.
    """

    notice_id: str
    path: str
    fields: tuple[str, ...]
    parts: tuple[Any, ...]
    value: Any
    within: tuple[str, ...]

    def part(self, *kinds: type[Any]) -> Any:
        """Return the part of one of these kinds that the path leads through, None where there is none."""
        return next((part for part in self.parts if isinstance(part, kinds)), None)

    def beside(self, *names: str) -> tuple[str, ...]:
        """Return the references of other fields beside it."""
        stem = self.path.rpartition(".")[0]
        return tuple(figure_reference(self.notice_id, f"{stem}.{name}") for name in names)


def figure_reference(notice_id: str, path: str) -> str:
    """Return what explains a figure."""
    return f"figure:{notice_id}:{path}"


def figure_at(notice: AnyNotice, notice_id: str, path: str) -> Figure:
    """Return what stands at a path of a notice. Raises NotFound, saying what there is on the way."""
    codes = {line.agency.agency_id: line.agency.code for line in notice.agencies}
    names = path.split(".")
    value: Any = notice
    fields: list[str] = []
    parts: list[Any] = []
    at = 0
    while at < len(names):
        step = _step(value, names[at:], codes)
        if step is None:
            way = f"in {'.'.join(names[:at])!r}" if at else "in it"
            there = ", ".join(_names(value, codes)[:AT_MOST]) or "nothing further"
            raise NotFound(
                f"the notice has no figure {path!r}: {way} there is: {there}", field="reference"
            )
        if isinstance(value, Part):
            fields.append(names[at])
        taken, value = step
        parts.append(value)
        at += taken
    within = tuple(figure_reference(notice_id, f"{path}.{name}") for name in _names(value, codes))
    return Figure(notice_id, path, tuple(fields), tuple(parts), value, within)


def _step(value: Any, names: Sequence[str], codes: Codes) -> tuple[int, Any] | None:
    """Return how many of the names lead on from a value, and what to; None where none does."""
    if isinstance(value, Part) and names[0] in type(value).model_fields:
        return 1, getattr(value, names[0])
    if not isinstance(value, tuple):
        return None
    items = dict(zip(_names(value, codes), value, strict=True))
    for taken in range(len(names), 0, -1):  # a rule's id holds a point of its own
        name = ".".join(names[:taken])
        if name in items:
            return taken, items[name]
    if names[0].isascii() and names[0].isdigit() and int(names[0]) < len(value):
        return 1, value[int(names[0])]
    return None


def _names(value: Any, codes: Codes) -> list[str]:
    if isinstance(value, Part):
        return list(type(value).model_fields)
    if isinstance(value, tuple):
        return [_name(item, codes) or str(place) for place, item in enumerate(value)]
    return []


def _name(item: Any, codes: Codes) -> str | None:
    """Return by what an item of a list is named, None for one that has its place alone."""
    match item:
        case daily.AgencyFigures() | monthly.AgencyFigures():
            return item.agency.code
        case daily.RuleFigures() | monthly.RuleFigures():
            return item.rule
        case daily.DayFigures():
            return item.day.isoformat()
        case monthly.Checked():
            return item.kind
        case monthly.DutyLine():
            return item.rule if item.under is None else f"{codes[item.under]}.{item.rule}"
        case (UUID() as agency_id, int()) if agency_id in codes:
            return codes[agency_id]
    return None
