"""The read model `spot_check_items`: one row an item under inspection, with what was found (Article 56)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import orjson

from ..domain.events import Event, RecordedEvent
from ..domain.supervision.spot_check.closing import SpotCheckClosed
from ..domain.supervision.spot_check.drawing import DrawnItem, SampleDrawn
from ..domain.supervision.spot_check.findings import Finding, FoundBy, Verdict
from ..domain.supervision.spot_check.inspecting import (
    FindingAdded,
    FindingJudged,
    InspectorChanged,
    ItemAnswered,
    ItemExamined,
    ItemInspected,
)
from .read_model import Int, Json, ReadModel, Row, Rows, columns_of, names_of
from .table import Table

DRAWN, INSPECTED, NOT_INSPECTED = "drawn", "inspected", "not_inspected"


@dataclass(slots=True, eq=False)
class SpotCheckItemRow(Row):
    """An item. `findings` holds one object a verdict: those of `Finding`, and why it was judged otherwise.

    `faulty` says whether any rule is not kept, as the findings stand; null before the item is examined.
    `examined_position` is where the log says how the record is called, the masked name encrypted.
    """

    item_id: UUID
    check_id: UUID
    number: Int
    record_id: UUID
    record_number: str | None
    examined_position: int | None
    agency_code: str
    stratum_id: UUID
    stratum_code: str
    mode: str
    reason: str | None
    inspector: str
    status: str
    examined_on: date | None
    inspected_on: date | None
    answered_on: date | None
    findings: Json
    faulty: bool | None
    later_entries: Int | None
    last_position: int


def item_id(check_id: UUID, number: int) -> UUID:
    """Return the id under which an item's row is found."""
    return uuid5(check_id, str(number))


def _examined(row: SpotCheckItemRow, event: ItemExamined, recorded: RecordedEvent) -> None:
    row.record_number, row.examined_position = event.record_number, recorded.position
    row.examined_on = recorded.occurred_on
    row.later_entries = event.later_entries
    _keep(row, [_shown(finding) for finding in event.findings])


def _judged(row: SpotCheckItemRow, event: FindingJudged, _: RecordedEvent) -> None:
    findings = orjson.loads(row.findings)
    for finding in findings:
        if finding["key"] == event.key:
            finding["verdict"] = event.verdict.value
            finding["by"] = FoundBy.INSPECTOR.value
            overruled = event.was is not Verdict.TO_BE_JUDGED
            finding["overruled" if overruled else "judged"] = event.reason
    _keep(row, findings)


def _added(row: SpotCheckItemRow, event: FindingAdded, _: RecordedEvent) -> None:
    _keep(row, [*orjson.loads(row.findings), _shown(event.finding)])


def _inspected(row: SpotCheckItemRow, _: ItemInspected, recorded: RecordedEvent) -> None:
    row.status, row.inspected_on = INSPECTED, recorded.occurred_on


def _answered(row: SpotCheckItemRow, _: ItemAnswered, recorded: RecordedEvent) -> None:
    row.answered_on = recorded.occurred_on


def _changed(row: SpotCheckItemRow, event: InspectorChanged, _: RecordedEvent) -> None:
    row.inspector = event.inspector


_CHANGES: dict[type[Event], Callable[[SpotCheckItemRow, Any, RecordedEvent], None]] = {
    ItemExamined: _examined,
    FindingJudged: _judged,
    FindingAdded: _added,
    ItemInspected: _inspected,
    ItemAnswered: _answered,
    InspectorChanged: _changed,
}


class SpotCheckItems(ReadModel[SpotCheckItemRow]):
    """Every item of every check, by check and number.

    Rule 51.2.
    """

    version = 2
    row = SpotCheckItemRow
    table = Table(
        "spot_check_items",
        key=("check_id", "number"),
        columns=columns_of(SpotCheckItemRow),
        indexes=("(item_id)", "(inspector, status)", "(agency_code)"),
    )
    event_names = names_of((SampleDrawn, SpotCheckClosed, *_CHANGES))
    found_by = "item_id"
    stream_column = "check_id"

    def keys(self, events: Iterable[RecordedEvent]) -> Iterator[UUID]:
        """Return the items that are drawn, changed, or found not inspected."""
        for recorded in events:
            event = recorded.event
            numbers: Iterable[int] = ()
            if isinstance(event, SampleDrawn):
                numbers = [item.number for item in event.items]
            elif isinstance(event, SpotCheckClosed):
                numbers = event.not_inspected
            elif type(event) in _CHANGES:
                numbers = [event.number]  # type: ignore[attr-defined]
            for number in numbers:
                yield item_id(recorded.stream_id, number)

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[SpotCheckItemRow]) -> None:
        """Add the rows with the draw, and keep them up to date."""
        for recorded in events:
            event = recorded.event
            check_id = recorded.stream_id
            if isinstance(event, SampleDrawn):
                for item in event.items:
                    row = _drawn(item, recorded)
                    rows.add(row, row.item_id)
            elif isinstance(event, SpotCheckClosed):
                for number in event.not_inspected:
                    row = rows.one(item_id(check_id, number))
                    row.status, row.last_position = NOT_INSPECTED, recorded.position
            elif (change := _CHANGES.get(type(event))) is not None:
                row = rows.one(item_id(check_id, event.number))  # type: ignore[attr-defined]
                change(row, event, recorded)
                row.last_position = recorded.position


def _drawn(item: DrawnItem, recorded: RecordedEvent) -> SpotCheckItemRow:
    return SpotCheckItemRow(
        item_id=item_id(recorded.stream_id, item.number),
        check_id=recorded.stream_id,
        number=item.number,
        record_id=item.record_id,
        record_number=None,
        examined_position=None,
        agency_code=item.agency_code,
        stratum_id=item.stratum_id,
        stratum_code=item.stratum_code,
        mode=item.mode.value,
        reason=item.reason,
        inspector=item.inspector,
        status=DRAWN,
        examined_on=None,
        inspected_on=None,
        answered_on=None,
        findings="[]",
        faulty=None,
        later_entries=None,
        last_position=recorded.position,
    )


def _shown(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json")


def _keep(row: SpotCheckItemRow, findings: list[dict[str, Any]]) -> None:
    row.findings = orjson.dumps(findings).decode()
    row.faulty = any(finding["verdict"] == Verdict.NOT_MET.value for finding in findings)
