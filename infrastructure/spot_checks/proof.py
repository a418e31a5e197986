"""The proof of a spot-check: frame, commitment, seed, sample, picks and assignment made again from the log alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from psycopg.rows import tuple_row

from ...application.views.spot_checks import SpotCheckProof
from ...domain.calendar import day_bounds
from ...domain.errors import InvalidInput
from ...domain.events import ERASED, RecordedEvent
from ...domain.organisation.directory import Directory
from ...domain.supervision.spot_check.drawing import DrawnItem, FrameSealed, Mode, SampleDrawn
from ...domain.supervision.spot_check.frame import Frame, Strata, differences, seal
from ...domain.supervision.spot_check.naming import RecordsNamed
from ...domain.supervision.spot_check.planning import SpotCheckPlanned, own_strata
from ...domain.supervision.spot_check.ranking import assign, commitment
from ...domain.supervision.spot_check.sampling import Sampling
from ..database import Database
from .frames import Frames
from .risks import Risks, with_named

SLACK: Final = timedelta(minutes=5)
"""An entry that was begun this long before the end of the cut-off day may have been recorded after the sealing."""


class _Steps(NamedTuple):
    """The steps of a check that are proven, with what was recorded around them."""

    planned: SpotCheckPlanned
    sealed: FrameSealed
    drawn: SampleDrawn
    planned_at: RecordedEvent
    sealed_at: RecordedEvent
    named: dict[UUID, str]


class Proving:
    """Makes a check again, and names what is not as the log gives it."""

    def __init__(
        self,
        database: Database,
        frames: Frames,
        risks: Risks,
        directory_at: Callable[[int], Directory],
    ) -> None:
        """Stand on the log; the read model of items is compared with it as well."""
        self._database = database
        self._frames = frames
        self._risks = risks
        self._directory_at = directory_at

    def prove(self, history: Sequence[RecordedEvent]) -> SpotCheckProof:
        """Return the proof of the check whose stream this is. Rule 56.1.

        Raises InvalidInput for a stream that has not each of the three steps once.
        """
        steps = _steps(history)
        planned, sealed, drawn = steps.planned, steps.sealed, steps.drawn
        directory = self._directory_at(sealed.log_position)
        superior = directory.agency(planned.agency_id)
        problems = [*_seed_problems(planned, drawn), *self._position_problems(steps)]
        if superior is None:
            problems.append("frame: the superior is not known at its log position")
            return self._proof(history, steps, problems)
        strata = Strata(directory, superior, planned.cut_off)
        try:
            seed = bytes.fromhex(drawn.seed)
        except ValueError:
            return self._proof(history, steps, problems)
        overdue = self._risks.from_log(sealed.log_position, planned.cut_off)
        risks = with_named(overdue, steps.named)
        sampling = Sampling(strata, sealed.strata, seed, risks, planned.sizing.targeted)
        with self._frames.records(planned.kind, sealed.log_position) as records:
            frame = seal(sampling.watch(records), strata, planned.sizing)
        problems += differences(sealed.strata, frame.strata)
        if sealed.digest != Frame(sealed.strata, 0).digest:
            problems.append("frame: its digest is not that of its strata")
        if sealed.left_out != frame.left_out:
            problems.append(
                f"frame: {sealed.left_out} left out were sealed, the log gives {frame.left_out}"
            )
        staff = self._directory_at(steps.sealed_at.position)
        own = own_strata(planned.inspectors, staff, strata, planned.month)
        again = sampling.items(planned.inspectors, own)
        problems += _sample_problems(drawn.items, again)
        order = [(item.stratum_id, item.record_id) for item in drawn.items]
        problems += _assignment_problems(drawn.items, assign(seed, order, planned.inspectors, own))
        problems += self._row_problems(history[0].stream_id, drawn)
        return self._proof(history, steps, problems)

    def _proof(
        self, history: Sequence[RecordedEvent], steps: _Steps, problems: Sequence[str]
    ) -> SpotCheckProof:
        notes = []
        if steps.planned_at.recorded_at >= day_bounds(steps.planned.cut_off)[1]:
            notes.append("planned only after the cut-off, when the frame could be known already")
        if steps.planned.seed == ERASED:
            notes.append(
                "the key of the committed seed was destroyed: the commitment alone proves it"
            )
        return SpotCheckProof(
            check_id=history[0].stream_id,
            log_position=steps.sealed.log_position,
            records=sum(stratum.population for stratum in steps.sealed.strata),
            items=len(steps.drawn.items),
            problems=tuple(problems),
            notes=tuple(notes),
        )

    def _position_problems(self, steps: _Steps) -> Iterator[str]:
        before, day = steps.sealed_at.position, steps.planned.cut_off
        latest = self._frames.position_at_end_of(day, before=before)
        earliest = self._frames.position_at_end_of(day, before=before, less=SLACK)
        if not earliest <= steps.sealed.log_position <= latest:
            yield (
                f"frame: it was sealed at log position {steps.sealed.log_position}, the end of {day} is "
                f"at {latest}"
            )

    def _row_problems(self, check_id: UUID, drawn: SampleDrawn) -> Iterator[str]:
        statement = (
            "SELECT number, record_id, stratum_id, mode FROM spot_check_items "
            "WHERE check_id = %s ORDER BY number"
        )
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(statement.encode(), (check_id,)).fetchall()
        wanted = [
            (item.number, item.record_id, item.stratum_id, item.mode.value) for item in drawn.items
        ]
        if rows != wanted:
            yield "read model: spot_check_items does not show the sample that was drawn"


def _steps(history: Sequence[RecordedEvent]) -> _Steps:
    found: dict[type, RecordedEvent] = {}
    named: dict[UUID, str] = {}
    for recorded in history:
        kind = type(recorded.event)
        if isinstance(recorded.event, RecordsNamed) and SampleDrawn not in found:
            named |= {one.record_id: one.reason for one in recorded.event.records}
        if kind in (SpotCheckPlanned, FrameSealed, SampleDrawn):
            if kind in found:
                raise InvalidInput(
                    f"{recorded.event.event_name} stands twice in the check's stream"
                )
            found[kind] = recorded
    try:
        planned_at, sealed_at, drawn_at = (
            found[kind] for kind in (SpotCheckPlanned, FrameSealed, SampleDrawn)
        )
    except KeyError as error:
        raise InvalidInput("the sample was not drawn yet: there is nothing to prove") from error
    planned, sealed, drawn = planned_at.event, sealed_at.event, drawn_at.event
    assert isinstance(planned, SpotCheckPlanned)
    assert isinstance(sealed, FrameSealed)
    assert isinstance(drawn, SampleDrawn)
    return _Steps(planned, sealed, drawn, planned_at, sealed_at, named)


def _seed_problems(planned: SpotCheckPlanned, drawn: SampleDrawn) -> Iterator[str]:
    try:
        revealed = commitment(bytes.fromhex(drawn.seed))
    except ValueError:
        yield "seed: what was revealed is no seed"
        return
    if revealed != planned.commitment:
        yield "commitment: the seed that was revealed is not the one committed to"
    if planned.seed not in (drawn.seed, ERASED):
        yield "seed: the plan holds another one than was revealed"


def _sample_problems(drawn: Sequence[DrawnItem], again: Sequence[DrawnItem]) -> Iterator[str]:
    """Name what is not as it should be: first the items drawn by chance, in order, then each pick."""
    was, now = ([one for one in items if one.mode is Mode.RANDOM] for items in (drawn, again))
    if len(was) != len(now):
        yield f"sample: {len(was)} items were drawn, the seed gives {len(now)}"
    what = ("record_id", "stratum_id", "stratum_code", "agency_code")
    for item, other in zip(was, now, strict=False):
        if any(getattr(item, field) != getattr(other, field) for field in what):
            yield (
                f"sample: item {item.number} is {item.record_id} ({item.agency_code}), the seed gives "
                f"{other.record_id} ({other.agency_code})"
            )
    picked, to_pick = (
        {one.record_id: one for one in items if one.mode is Mode.TARGETED}
        for items in (drawn, again)
    )
    for record_id in sorted(picked.keys() | to_pick.keys()):
        pick, other_pick = picked.get(record_id), to_pick.get(record_id)
        if other_pick is None and pick is not None:
            yield f"picks: item {pick.number}, {record_id}, was picked; the log gives no reason to"
        elif pick is None and other_pick is not None:
            yield f"picks: {record_id} was left out, which is to be picked: {other_pick.reason}"
        elif pick is not None and other_pick is not None:
            if pick.reason != other_pick.reason:
                yield (
                    f"picks: item {pick.number} was picked because “{pick.reason}”, the log gives "
                    f"“{other_pick.reason}”"
                )
            if any(getattr(pick, field) != getattr(other_pick, field) for field in what):
                yield (
                    f"picks: item {pick.number} counts at {pick.agency_code} in the stratum "
                    f"{pick.stratum_code}, the log gives {other_pick.agency_code}, "
                    f"{other_pick.stratum_code}"
                )
    order = [(one.number, one.record_id) for one in again]
    if (
        {*picked} == {*to_pick}
        and len(was) == len(now)
        and order != [(one.number, one.record_id) for one in drawn]
    ):
        yield "sample: its items are not in the order, or not under the numbers, that the seed gives"


def _assignment_problems(drawn: Sequence[DrawnItem], again: Sequence[str]) -> Iterator[str]:
    for item, inspector in zip(drawn, again, strict=True):
        if item.inspector != inspector:
            yield (
                f"assignment: item {item.number} went to {item.inspector or 'nobody'}, the seed gives "
                f"{inspector or 'nobody'}"
            )
