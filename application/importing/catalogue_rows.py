"""From a row of a table of restricted industries to an entry of a catalogue (Articles 44 and 45)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict

from ...domain.employer.text_values import read_date
from ...domain.key_enterprise.catalogue import Restriction
from ...domain.key_enterprise.industry import check_industry
from .column_mapping import MappingError, TableMapping
from .rows import ROUNDED, SourceRow, cells_of


class Field(StrEnum):
    """What a column can mean."""

    AREA = "area"
    EDITION = "edition"
    IN_FORCE_FROM = "in_force_from"
    INDUSTRY_CODE = "industry_code"
    NAME = "name"
    CONDITIONS = "conditions"


_HEADS: Final[Mapping[Field, str]] = {
    Field.AREA: "区划代码 行政区划代码 适用区域代码 适用地区代码 地区代码 区域代码 areacode area",
    Field.EDITION: "目录版本 版本 edition version",
    Field.IN_FORCE_FROM: "施行日期 生效日期 执行日期 实施日期 inforcefrom effectivefrom",
    Field.INDUSTRY_CODE: "行业代码 国民经济行业代码 国民经济行业分类代码 gb4754 industrycode code",
    Field.NAME: "行业名称 行业类别 类别名称 名称 industry name",
    Field.CONDITIONS: "管理措施 限制条件 禁止和限制内容 禁止限制内容 条件 备注 conditions note",
}
_AREA: Final = re.compile(r"[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?")


class CatalogueMapping(TableMapping[Field]):
    """Which column or columns fill which field of an entry."""

    fields: ClassVar[type[StrEnum]] = Field
    heads: ClassVar[Mapping[Any, str]] = _HEADS
    thing: ClassVar[str] = "an entry of a catalogue"

    def require_enough(self, found: str) -> None:
        """Make sure that area, edition, day and industry are given. Raises `MappingError`."""
        for field in (Field.AREA, Field.EDITION, Field.IN_FORCE_FROM, Field.INDUSTRY_CODE):
            if not self.fills(field):
                raise MappingError(
                    f"no column gives the {field}: name it with --map {field}=COLUMN, or give one value "
                    f"for all rows with --map {field}:=VALUE; {found}"
                )


class CatalogueProblem(BaseModel):
    """Why a row cannot become an entry, and the field at fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Field
    reason: str


class CatalogueRow(BaseModel):
    """What a row says: an entry, and of which edition of which area it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int
    key: str
    area: str
    edition: str
    in_force_from: date | None
    entry: Restriction
    notes: tuple[str, ...] = ()
    problems: tuple[CatalogueProblem, ...] = ()


def interpret(row: SourceRow, mapping: CatalogueMapping) -> CatalogueRow:
    """Return what a row says under a mapping; never raises, whatever the cells hold.

    Rule 44.
    """
    cells = cells_of(row, mapping)
    for field, constant in mapping.constants.items():
        cells.setdefault(field, constant)
    problems: list[CatalogueProblem] = []

    def wrong(field: Field, reason: str) -> None:
        problems.append(CatalogueProblem(field=field, reason=reason))

    area, edition = cells.get(Field.AREA, ""), cells.get(Field.EDITION, "")
    if not _AREA.fullmatch(area):
        wrong(Field.AREA, f"{area[:40]!r} is no code of an area: 6, 9 or 12 digits, as 110105")
    if not 1 <= len(edition) <= 100:
        wrong(Field.EDITION, "the name of the edition has 1 to 100 characters")
    day = None
    if Field.IN_FORCE_FROM in cells:
        day, reason, _ = read_date(cells[Field.IN_FORCE_FROM])
        if day is None:
            wrong(Field.IN_FORCE_FROM, reason)
    else:
        wrong(Field.IN_FORCE_FROM, "the day from which it is in force is not given")
    code, written = "", cells.get(Field.INDUSTRY_CODE, "")
    if ROUNDED.fullmatch(written):
        wrong(Field.INDUSTRY_CODE, f"{written!r} was rounded by a spreadsheet")
    else:
        try:
            code = check_industry(written)
        except ValueError as error:
            wrong(Field.INDUSTRY_CODE, str(error))
    return CatalogueRow(
        line=row.line,
        key=f"{area}/{edition}/{code or written}",
        area=area,
        edition=edition,
        in_force_from=day,
        entry=Restriction(
            industry_code=code,
            name=cells.get(Field.NAME, ""),
            conditions=cells.get(Field.CONDITIONS, ""),
        ),
        problems=tuple(problems),
    )
