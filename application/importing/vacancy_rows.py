"""From a row of somebody's table to the typed values of a vacancy (rule 38.2 lists them).

Pure: which column means what (`ColumnMapping`, in `import_mapping`), what a row says (`interpret`), by what it is known
again (`row_key`), and what became of every line (`ImportReport`). Nothing here reads a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from ...domain.employer.pay import Pay
from ...domain.employer.pay_text import read_pay
from ...domain.employer.text_values import (
    SocialInsurance,
    parse_social_insurance,
    read_date,
    read_headcount,
    split_sections,
)
from .rows import (
    ROUNDED,
    ImportLine,
    ImportReport,
    LineStatus,
    RowError,
    SourceRow,
    cells_of,
    digest_of,
)
from .vacancy_mapping import ColumnMapping, Field, MappingError, build_mapping, guess_mapping

__all__ = [
    "ColumnMapping",
    "Field",
    "ImportLine",
    "ImportReport",
    "InterpretedRow",
    "LineStatus",
    "MappingError",
    "Problem",
    "RowError",
    "SourceRow",
    "build_mapping",
    "guess_mapping",
    "interpret",
    "row_key",
]

MAX_TITLE: Final = 200
MAX_TEXT: Final = 20_000


class Problem(BaseModel):
    """Why a row cannot become a vacancy, and the field at fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Field
    reason: str


class InterpretedRow(BaseModel):
    """What a row says. A row with ``problems`` is refused; ``notes`` tell what was guessed.

    ``text`` always holds the wording in full. ``credit_code`` is as written, not yet checked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int
    key: str
    external_id: str | None = None
    title: str = ""
    company: str | None = None
    credit_code: str | None = None
    headcount: int | None = None
    work_content: str | None = None
    hiring_conditions: str | None = None
    education: str | None = None
    experience: str | None = None
    pay: Pay | None = None
    benefits: tuple[str, ...] = ()
    social_insurance: tuple[SocialInsurance, ...] = ()
    posted: date | None = None
    valid_until: date | None = None
    text: str = ""
    place: str | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


_JOINTS: Final = {
    Field.PAY: "-",
    Field.BENEFITS: "、",
    Field.SOCIAL_INSURANCE: "、",
    **dict.fromkeys((Field.TEXT, Field.WORK_CONTENT, Field.HIRING_CONDITIONS), "\n"),
}


def row_key(row: SourceRow, mapping: ColumnMapping) -> str:
    """Return by what a row is known again when its file is imported once more.

    ``id:`` and the external id where there is one, else ``sha256:`` and a digest of the mapped
    cells as they stand, not of what is understood of them: it outlives better guesses, another
    order of the columns and other heads. An id is unique in its source only: the caller adds that.
    """
    cells = cells_of(row, mapping, _JOINTS)
    external = cells.get(Field.EXTERNAL_ID, "")
    if external and not ROUNDED.fullmatch(external):
        return f"id:{external}"
    return digest_of(cells)


class _Reading(NamedTuple):
    value: Any
    reason: str
    notes: tuple[str, ...]


def interpret(row: SourceRow, mapping: ColumnMapping) -> InterpretedRow:
    """Return what a row says under a mapping; never raises, whatever the cells hold."""
    cells = cells_of(row, mapping, _JOINTS)
    for field, constant in mapping.constants.items():
        cells.setdefault(field, constant)
    notes: list[str] = []

    def read(field: Field, reader: Callable[[str], Any]) -> Any:
        if field not in cells:
            return None
        value, reason, said = _Reading(*reader(cells[field]))
        if reason:
            notes.append(f"{field} left empty: {cells[field][:40]!r}: {reason}")
        notes.extend(f"{field}: {one}" for one in said)
        return value

    head = " ".join(mapping.columns.get(Field.PAY, ()))
    pay = read(Field.PAY, lambda text: read_pay(text, hint=head))
    headcount = read(Field.HEADCOUNT, read_headcount)
    posted = read(Field.POSTED, read_date)
    valid_until = read(Field.VALID_UNTIL, read_date)
    for field in (Field.CREDIT_CODE, Field.EXTERNAL_ID):
        if ROUNDED.fullmatch(cells.get(field, "")):
            notes.append(f"{field} left empty: {cells.pop(field)!r} was rounded by a spreadsheet")
    work, conditions, text = _wording(cells, notes)
    education, experience = _schooling(cells, notes)
    title = " ".join(cells.get(Field.TITLE, "").split())
    return InterpretedRow(
        line=row.line,
        key=row_key(row, mapping),
        external_id=cells.get(Field.EXTERNAL_ID),
        title=title,
        company=cells.get(Field.COMPANY),
        credit_code=cells.get(Field.CREDIT_CODE),
        headcount=headcount,
        work_content=work or None,
        hiring_conditions=conditions or None,
        education=education,
        experience=experience,
        pay=pay,
        benefits=_listed(cells.get(Field.BENEFITS, "")),
        social_insurance=_insured(cells, notes),
        posted=posted,
        valid_until=valid_until,
        text=text,
        place=cells.get(Field.PLACE),
        notes=tuple(notes),
        problems=tuple(_problems(title, text)),
    )


def _problems(title: str, text: str) -> Iterable[Problem]:
    if not title:
        yield Problem(field=Field.TITLE, reason="the title is empty")
    if len(title) > MAX_TITLE:
        yield Problem(field=Field.TITLE, reason=f"the title has more than {MAX_TITLE} characters")
    if not text:
        yield Problem(field=Field.TEXT, reason="neither a text nor a work content")
    if len(text) > MAX_TEXT:
        yield Problem(field=Field.TEXT, reason=f"the text has more than {MAX_TEXT} characters")


def _wording(cells: Mapping[Field, str], notes: list[str]) -> tuple[str, str, str]:
    """Return work content, hiring conditions and the text in full, splitting where one holds all."""
    work = cells.get(Field.WORK_CONTENT, "")
    conditions = cells.get(Field.HIRING_CONDITIONS, "")
    text = cells.get(Field.TEXT, "") or "\n".join(filter(None, (work, conditions)))
    if conditions:
        if not work and cells.get(Field.TEXT):
            work = split_sections(text).work_content
            notes.append("work_content: taken from the text")
        return work, conditions, text
    if len(text) > MAX_TEXT:  # such a row is refused
        return work, "", text
    sections = split_sections(work or text)
    if sections.hiring_conditions:
        notes.append("work_content and hiring_conditions: split by the headings of the text")
        return sections.work_content, sections.hiring_conditions, text
    if not work and text:
        notes.append("work_content: the whole text, which has no heading for conditions")
    return sections.work_content, "", text


_YEARS_FIRST: Final = re.compile(
    r"\s*([0-9]+(?:-[0-9]+)?年(?:以上|以下|以内)?|经验不限|应届\w*|无经验)\s*[-/|·]\s*(.+)",
    re.DOTALL,
)


def _schooling(cells: Mapping[Field, str], notes: list[str]) -> tuple[str | None, str | None]:
    """Return education and experience, apart where one cell holds both (``3-5年-本科``)."""
    education, experience = cells.get(Field.EDUCATION), cells.get(Field.EXPERIENCE)
    if education and not experience and (found := _YEARS_FIRST.fullmatch(education)):
        notes.append("experience: taken from the education")
        return found.group(2), found.group(1)
    return education, experience


def _listed(text: str) -> tuple[str, ...]:
    """Return the parts of a list in one cell, each once."""
    parts = re.split(r"[,，、;；|\n\t]+", text)
    if len(parts) == 1:
        parts = text.split()
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _insured(cells: Mapping[Field, str], notes: list[str]) -> tuple[SocialInsurance, ...]:
    """Return the social insurance from its column, else from the benefits, else from the text."""
    if stated := cells.get(Field.SOCIAL_INSURANCE):
        found = parse_social_insurance(stated)
        if not found:
            notes.append(f"social_insurance left empty: {stated[:40]!r} names none")
        return found
    for field in (Field.BENEFITS, Field.TEXT, Field.WORK_CONTENT, Field.PAY):
        prose = field is not Field.BENEFITS
        if found := parse_social_insurance(cells.get(field, ""), in_prose=prose):
            notes.append(f"social_insurance: taken from the {field}")
            return found
    return ()
