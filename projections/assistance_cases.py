"""The read model `assistance_cases`: one row per case, from the agreement to its end (Articles 23-31)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.assistance import (
    agreement,
    consultation,
    employment,
    ending,
    guidance,
    merging,
    moving,
    placement,
    programmes,
    readiness,
    referrals,
    team_and_plan,
    visits,
)
from ..domain.assistance.case import CONTACTS
from ..domain.assistance.state import CaseStage, ItemKind
from ..domain.duties.assistance import EVENTS
from ..domain.employer.services import ReferralOutcome
from ..domain.events import Event, RecordedEvent
from ..domain.regulation.edition import EDITIONS, Edition
from . import transfers
from .judged import InForce
from .read_model import ReadModel, Row, Rows, SmallInt, Unfoldable, columns_of, names_of
from .table import Table

TRANSFERRED = "transferred"
"""`ending` of a case that another agency took over; otherwise an `EndingCause` or `PLACEMENT_OVER`."""

PLACEMENT_OVER = "placement_over"
"""`ending` of a case whose placement in a public-welfare post is over."""


@dataclass(slots=True, eq=False)
class AssistanceCaseRow(Row):
    """A case as it stands.

    `continued_from` is the case before a transfer, `assisted_since` the first signing in that row.
    `employment_id` names the work that the person is at, and `stable_…_on` are the first visits that
    found it stable one, three and six months after its start; all are empty out of work.
    """

    stream_id: UUID
    person_id: UUID
    number: SmallInt
    agency_code: str
    specialist_id: str
    place: str
    signed_on: date
    assisted_since: date
    continued_from: UUID | None
    stage: str
    stage_since: date
    last_position: int
    team_on: date | None = None
    job_ready: bool | None = None
    unready_for: str | None = None
    category: str | None = None
    plan_made_on: date | None = None
    plan_revisions: SmallInt = 0
    agreement_kept: bool | None = None
    guidance: SmallInt = 0
    programmes: SmallInt = 0
    referrals: SmallInt = 0
    referrals_failed: SmallInt = 0
    visits: SmallInt = 0
    consultations: SmallInt = 0
    last_contact_on: date | None = None
    employment_id: UUID | None = None
    work: str | None = None
    started_work_on: date | None = None
    stable_one_on: date | None = None
    stable_three_on: date | None = None
    stable_six_on: date | None = None
    search_archived_on: date | None = None
    recommended_on: date | None = None
    placed_on: date | None = None
    placed_until: date | None = None
    placement_ended_on: date | None = None
    transfer_to: str | None = None
    transferred_to: str | None = None
    ended_on: date | None = None
    ending: str | None = None
    reported_on: date | None = None


def _at(row: AssistanceCaseRow, stage: CaseStage, recorded: RecordedEvent) -> None:
    row.stage, row.stage_since = stage.value, recorded.occurred_on


def _ended_by(row: AssistanceCaseRow, cause: str, recorded: RecordedEvent) -> None:
    _at(row, CaseStage.ENDED, recorded)
    row.ending, row.ended_on = cause, recorded.occurred_on
    row.transfer_to = None


def _person(row: AssistanceCaseRow, event: merging.PersonMerged, _: RecordedEvent) -> None:
    row.person_id = event.person_id


def _team(row: AssistanceCaseRow, _: Any, recorded: RecordedEvent) -> None:
    row.team_on = recorded.occurred_on


def _assessed(row: AssistanceCaseRow, event: readiness.ReadinessAssessed, _: RecordedEvent) -> None:
    row.job_ready = event.job_ready
    row.unready_for = event.cause.value if event.cause else None


def _classified(
    row: AssistanceCaseRow, event: readiness.PersonClassified, _: RecordedEvent
) -> None:
    row.category = event.category


def _performance(
    row: AssistanceCaseRow, event: readiness.PerformanceAssessed, _: RecordedEvent
) -> None:
    row.agreement_kept = event.obligations_met


def _planned(row: AssistanceCaseRow, _: Any, recorded: RecordedEvent) -> None:
    row.plan_made_on = recorded.occurred_on


def _revised(row: AssistanceCaseRow, _: Any, __: RecordedEvent) -> None:
    row.plan_revisions += 1


def _guidance(row: AssistanceCaseRow, _: Any, __: RecordedEvent) -> None:
    row.guidance += 1


def _programme(row: AssistanceCaseRow, _: Any, __: RecordedEvent) -> None:
    row.programmes += 1


def _referred(row: AssistanceCaseRow, _: Any, __: RecordedEvent) -> None:
    row.referrals += 1


def _concluded(
    row: AssistanceCaseRow, event: referrals.ReferralConcluded, _: RecordedEvent
) -> None:
    if event.outcome is not ReferralOutcome.HIRED:
        row.referrals_failed += 1


def _consultation(row: AssistanceCaseRow, _: Any, __: RecordedEvent) -> None:
    row.consultations += 1


def _started(
    row: AssistanceCaseRow, event: employment.WorkStarted, recorded: RecordedEvent
) -> None:
    _at(row, CaseStage.EMPLOYED, recorded)
    row.employment_id, row.work = event.employment_id, event.work.value
    row.started_work_on = event.started_on
    row.search_archived_on = None
    row.referrals_failed = 0


def _out_of_work(row: AssistanceCaseRow, _: employment.WorkEnded, recorded: RecordedEvent) -> None:
    _at(row, CaseStage.ASSISTED, recorded)
    row.employment_id = row.work = row.started_work_on = None
    row.stable_one_on = row.stable_three_on = row.stable_six_on = None


def _archived(row: AssistanceCaseRow, _: Any, recorded: RecordedEvent) -> None:
    row.search_archived_on = recorded.occurred_on


def _recommended(row: AssistanceCaseRow, _: Any, recorded: RecordedEvent) -> None:
    row.recommended_on = recorded.occurred_on


def _placed(row: AssistanceCaseRow, event: placement.Placed, recorded: RecordedEvent) -> None:
    _at(row, CaseStage.PLACED, recorded)
    row.placed_on, row.placed_until = event.placed_on, event.until
    row.transfer_to = None


def _placement_over(
    row: AssistanceCaseRow, event: placement.PlacementEnded, recorded: RecordedEvent
) -> None:
    _ended_by(row, PLACEMENT_OVER, recorded)
    row.placement_ended_on = event.ended_on


def _transferred(
    row: AssistanceCaseRow, event: moving.TransferApproved, recorded: RecordedEvent
) -> None:
    _ended_by(row, TRANSFERRED, recorded)
    row.transferred_to = event.to_agency_code


def _ended(row: AssistanceCaseRow, event: ending.CaseEnded, recorded: RecordedEvent) -> None:
    _ended_by(row, event.cause.value, recorded)


def _reported(row: AssistanceCaseRow, _: Any, recorded: RecordedEvent) -> None:
    row.reported_on = recorded.occurred_on


_CHANGES: dict[type[Event], Callable[[AssistanceCaseRow, Any, RecordedEvent], None]] = {
    merging.PersonMerged: _person,
    agreement.SpecialistChanged: transfers.named,
    team_and_plan.TeamFormed: _team,
    team_and_plan.PlanMade: _planned,
    team_and_plan.PlanRevised: _revised,
    readiness.ReadinessAssessed: _assessed,
    readiness.PersonClassified: _classified,
    readiness.PerformanceAssessed: _performance,
    guidance.GuidanceGiven: _guidance,
    programmes.ProgrammeBegun: _programme,
    referrals.PersonReferred: _referred,
    referrals.ReferralConcluded: _concluded,
    consultation.ConsultationApplied: _consultation,
    employment.WorkStarted: _started,
    employment.WorkEnded: _out_of_work,
    employment.SearchArchived: _archived,
    placement.PlacementRecommended: _recommended,
    placement.Placed: _placed,
    placement.PlacementEnded: _placement_over,
    moving.TransferRequested: transfers.asked,
    moving.TransferVerified: transfers.verified,
    moving.TransferRejected: transfers.stays,
    moving.TransferWithdrawn: transfers.stays,
    moving.TransferApproved: _transferred,
    ending.CaseEnded: _ended,
    ending.EndingReported: _reported,
}
_EVENTS: frozenset[type[Event]] = frozenset(EVENTS)


class AssistanceCases(ReadModel[AssistanceCaseRow]):
    """One row per case; from when on a month counts as reached is judged by the edition in force.

    Rule 27.4b.
    """

    version = 3
    row = AssistanceCaseRow
    table = Table(
        "assistance_cases",
        key=("stream_id",),
        columns=columns_of(AssistanceCaseRow),
        indexes=("(person_id)", "(agency_code)"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def __init__(self, editions: tuple[Edition, ...] = EDITIONS) -> None:
        self._in_force = InForce(editions)
        self.basis = self._in_force.basis()

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the cases."""
        return [recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[AssistanceCaseRow]) -> None:
        """Open a row with the agreement, and keep it up to date. Raises Unfoldable for one signed twice."""
        changes = _CHANGES
        for recorded in events:
            event = recorded.event
            kind = type(event)
            if kind not in _EVENTS:
                continue
            if isinstance(event, agreement.AgreementSigned):
                if rows.group(recorded.stream_id):
                    raise Unfoldable(f"the agreement {recorded.stream_id} is signed already")
                row = _signed(event, recorded)
                rows.add(row, recorded.stream_id)
            else:
                row = rows.one(recorded.stream_id)
                change = changes.get(kind)
                if change is not None:
                    change(row, event, recorded)
                elif isinstance(event, visits.VisitMade):
                    self._visited(row, event, recorded)
                row.last_position = recorded.position
            if kind in CONTACTS:
                row.last_contact_on = max(
                    row.last_contact_on or recorded.occurred_on, recorded.occurred_on
                )

    def _visited(
        self, row: AssistanceCaseRow, event: visits.VisitMade, recorded: RecordedEvent
    ) -> None:
        row.visits += 1
        if event.job_ready is not None:
            row.job_ready = event.job_ready
            if event.job_ready:
                row.unready_for = None
        since, day = row.started_work_on, recorded.occurred_on
        edition = self._in_force[day]
        if not event.stable or since is None or edition is None:
            return
        if event.about_id is not None and event.about_id != row.employment_id:
            return
        if row.stable_one_on is None and day >= edition.visit_after_one_month.window(since).opens:
            row.stable_one_on = day
        if (
            row.stable_three_on is None
            and day >= edition.visit_after_three_months.window(since).opens
        ):
            row.stable_three_on = day
        if row.stable_six_on is None and day >= edition.visit_after_six_months.window(since).opens:
            row.stable_six_on = day


def _signed(event: agreement.AgreementSigned, recorded: RecordedEvent) -> AssistanceCaseRow:
    row = AssistanceCaseRow(
        stream_id=recorded.stream_id,
        person_id=event.person_id,
        number=event.number,
        agency_code=event.agency_code,
        specialist_id=event.specialist_id,
        place=event.place.value,
        signed_on=recorded.occurred_on,
        assisted_since=recorded.occurred_on,
        continued_from=None,
        stage=CaseStage.ASSISTED.value,
        stage_since=recorded.occurred_on,
        last_position=recorded.position,
    )
    continued = event.continued
    if continued is not None:
        row.continued_from, row.assisted_since = continued.case_id, continued.assisted_since
        row.referrals_failed = continued.referrals_failed
        for item_id, item in continued.items.items():
            if item.kind is ItemKind.EMPLOYMENT:
                row.stage = CaseStage.EMPLOYED.value
                row.employment_id, row.started_work_on = item_id, item.since
    return row
