"""The read model `spot_checks`: one row a check, from its plan to its results (Article 56)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import orjson

from ..domain.events import RecordedEvent
from ..domain.supervision.spot_check.closing import SpotCheckClosed
from ..domain.supervision.spot_check.drawing import FrameSealed, Mode, SampleDrawn
from ..domain.supervision.spot_check.planning import SpotCheckPlanned
from .read_model import Int, Json, ReadModel, Row, Rows, columns_of, names_of
from .table import Table

PLANNED, SEALED, DRAWN, CLOSED = "planned", "sealed", "drawn", "closed"


@dataclass(slots=True, eq=False)
class SpotCheckRow(Row):
    """A check as it stands. `counts` holds one object a stratum, filled step by step.

    Its fields are those of `StratumResult`, with the `domains` of the sealed frame; what is not known
    before the check is closed is null.
    `seed` is null until it is revealed by the draw.
    """

    check_id: UUID
    agency_id: UUID
    agency_code: str
    kind: str
    month: date
    status: str
    cut_off: date
    log_position: int | None
    inspect_by: date
    answer_by: date
    planned_on: date
    drawn_on: date | None
    closed_on: date | None
    items: Int
    counts: Json
    commitment: str
    seed: str | None
    frame_digest: str | None
    left_out: Int | None
    last_position: int


_EVENTS = (SpotCheckPlanned, FrameSealed, SampleDrawn, SpotCheckClosed)


class SpotChecks(ReadModel[SpotCheckRow]):
    """Every check, by its id."""

    row = SpotCheckRow
    version = 2
    table = Table(
        "spot_checks",
        key=("check_id",),
        columns=columns_of(SpotCheckRow),
        indexes=("(agency_code, month, kind)",),
    )
    event_names = names_of(_EVENTS)
    found_by = "check_id"
    stream_column = "check_id"

    def keys(self, events: Iterable[RecordedEvent]) -> set[UUID]:
        """Return the streams of the checks."""
        return {recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS}

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[SpotCheckRow]) -> None:
        """Begin a row with the plan, and fill it with each step."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, SpotCheckPlanned):
                rows.add(_planned(event, recorded), recorded.stream_id)
                continue
            if not isinstance(event, FrameSealed | SampleDrawn | SpotCheckClosed):
                continue
            row = rows.one(recorded.stream_id)
            row.last_position = recorded.position
            if isinstance(event, FrameSealed):
                row.status = SEALED
                row.log_position, row.frame_digest = event.log_position, event.digest
                row.left_out = event.left_out
                row.counts = _json([one.model_dump(mode="json") for one in event.strata])
            elif isinstance(event, SampleDrawn):
                row.status, row.drawn_on, row.seed = DRAWN, recorded.occurred_on, event.seed
                row.items = len(event.items)
                row.counts = _with_targeted(row.counts, event)
            else:
                row.status, row.closed_on = CLOSED, recorded.occurred_on
                row.counts = _with_domains(event, row.counts)


def _planned(event: SpotCheckPlanned, recorded: RecordedEvent) -> SpotCheckRow:
    return SpotCheckRow(
        check_id=recorded.stream_id,
        agency_id=event.agency_id,
        agency_code=event.agency_code,
        kind=event.kind.value,
        month=event.month,
        status=PLANNED,
        cut_off=event.cut_off,
        log_position=None,
        inspect_by=event.inspect_by,
        answer_by=event.answer_by,
        planned_on=recorded.occurred_on,
        drawn_on=None,
        closed_on=None,
        items=0,
        counts=_json([one.model_dump(mode="json") for one in event.strata]),
        commitment=event.commitment,
        seed=None,
        frame_digest=None,
        left_out=None,
        last_position=recorded.position,
    )


def _with_targeted(counts: str, event: SampleDrawn) -> str:
    targeted = [str(item.stratum_id) for item in event.items if item.mode is Mode.TARGETED]
    strata = orjson.loads(counts)
    for stratum in strata:
        stratum["targeted"] = targeted.count(stratum["agency_id"])
    return _json(strata)


def _with_domains(event: SpotCheckClosed, counts: str) -> str:
    domains = {one["agency_id"]: one.get("domains", []) for one in orjson.loads(counts)}
    results = [one.model_dump(mode="json") for one in event.results]
    return _json([{**one, "domains": domains.get(one["agency_id"], [])} for one in results])


def _json(strata: list[dict[str, object]]) -> str:
    return orjson.dumps(strata).decode()
