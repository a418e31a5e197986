"""The read model `key_enterprises`: one row per agreement, from its signing to its end (Articles 44-50)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from ..domain.duties.key_enterprises import EVENTS
from ..domain.events import Event, RecordedEvent
from ..domain.key_enterprise import (
    agreement,
    ending,
    follow_up,
    guidance,
    hiring,
    moving,
    needs_file,
    support,
    team,
)
from ..domain.key_enterprise.ending import Ending
from ..domain.key_enterprise.needs import StaffingNeeds, missing_of
from ..domain.key_enterprise.state import AgreementStage
from ..domain.key_enterprise.team import lacking_roles
from . import transfers
from .read_model import Int, Json, ReadModel, Row, Rows, SmallInt, Unfoldable, columns_of, names_of
from .table import Table


@dataclass(slots=True, eq=False)
class KeyEnterpriseRow(Row):
    """An agreement as it stands.

    `needs_missing` lists the parts of the needs file that lack something, `needs_quarter` is the first
    day of the quarter of its hiring plan, `last_contact_on` the last contact that left the file up to
    date. `continued_from` is the agreement before a transfer, `served_since` the first one in that row.
    """

    stream_id: UUID
    employer_id: UUID
    number: SmallInt
    agency_code: str
    specialist_id: str
    place: str
    industry_code: str
    signed_on: date
    valid_until: date
    served_since: date
    continued_from: UUID | None
    stage: str
    stage_since: date
    last_position: int
    renewals: SmallInt = 0
    team_on: date | None = None
    team_size: SmallInt = 0
    team_complete: bool = False
    needs_file_on: date | None = None
    needs_revised_on: date | None = None
    needs_revisions: SmallInt = 0
    needs_quarter: date | None = None
    needs_planned: Int = 0
    needs_missing: Json = "[]"
    contacts: SmallInt = 0
    last_contact_on: date | None = None
    guidance: SmallInt = 0
    supports: SmallInt = 0
    referrals: SmallInt = 0
    hired: Int = 0
    follow_ups: SmallInt = 0
    unmet: SmallInt = 0
    guidance_plans: SmallInt = 0
    hiring_plans: SmallInt = 0
    effect_on: date | None = None
    effective: bool | None = None
    agreement_kept: bool | None = None
    no_longer_key: str | None = None
    transfer_to: str | None = None
    transferred_to: str | None = None
    ended_on: date | None = None
    ending: str | None = None


def _file(row: KeyEnterpriseRow, content: StaffingNeeds | None) -> None:
    plan = None if content is None else content.plan
    row.needs_quarter = None if plan is None else plan.begins_on
    row.needs_planned = 0 if plan is None else plan.headcount
    row.needs_missing = orjson.dumps([one.part.value for one in missing_of(content)]).decode()


def _opened(
    row: KeyEnterpriseRow, event: needs_file.NeedsFileOpened, recorded: RecordedEvent
) -> None:
    row.needs_file_on = row.needs_revised_on = recorded.occurred_on
    _file(row, event.content)


def _revised(
    row: KeyEnterpriseRow, event: needs_file.NeedsFileRevised, recorded: RecordedEvent
) -> None:
    row.needs_revised_on = recorded.occurred_on
    row.needs_revisions += 1
    _file(row, event.content)


def _contacted(
    row: KeyEnterpriseRow, event: needs_file.EnterpriseContacted, recorded: RecordedEvent
) -> None:
    row.contacts += 1
    if event.up_to_date:
        row.last_contact_on = max(row.last_contact_on or recorded.occurred_on, recorded.occurred_on)


def _renewed(row: KeyEnterpriseRow, event: agreement.AgreementRenewed, _: RecordedEvent) -> None:
    row.valid_until = event.valid_until
    row.renewals += 1


def _kept(row: KeyEnterpriseRow, event: agreement.PerformanceRecorded, _: RecordedEvent) -> None:
    row.agreement_kept = event.obligations_met


def _team(row: KeyEnterpriseRow, event: team.TeamFormed, recorded: RecordedEvent) -> None:
    row.team_on, row.team_size = recorded.occurred_on, len(event.members)
    row.team_complete = not lacking_roles({member.role for member in event.members})


def _guided(row: KeyEnterpriseRow, _: Any, __: RecordedEvent) -> None:
    row.guidance += 1


def _planned(row: KeyEnterpriseRow, event: Any, _: RecordedEvent) -> None:
    if event.plan is guidance.PlanKind.HIRING:
        row.hiring_plans += 1
    else:
        row.guidance_plans += 1


def _referred(row: KeyEnterpriseRow, _: Any, __: RecordedEvent) -> None:
    row.referrals += 1


def _hired(row: KeyEnterpriseRow, event: hiring.HiringCompleted, _: RecordedEvent) -> None:
    row.hired += event.hired


def _followed_up(row: KeyEnterpriseRow, event: follow_up.FollowedUp, _: RecordedEvent) -> None:
    row.follow_ups += 1
    row.unmet += event.demand_met is False


def _supported(row: KeyEnterpriseRow, _: Any, __: RecordedEvent) -> None:
    row.supports += 1


def _assessed(
    row: KeyEnterpriseRow, event: support.EffectAssessed, recorded: RecordedEvent
) -> None:
    row.effect_on, row.effective = recorded.occurred_on, event.effective


def _transferred(
    row: KeyEnterpriseRow, event: moving.TransferApproved, recorded: RecordedEvent
) -> None:
    row.transferred_to = event.to_agency_code
    _over(row, Ending.TRANSFERRED, recorded.occurred_on)


def _lost(row: KeyEnterpriseRow, event: ending.KeyStatusLost, _: RecordedEvent) -> None:
    row.no_longer_key = event.cause.value
    row.transfer_to = None


def _ended(row: KeyEnterpriseRow, _: Any, recorded: RecordedEvent) -> None:
    _over(row, Ending.CONSENT, recorded.occurred_on)


def _expired(row: KeyEnterpriseRow, event: ending.AgreementExpired, _: RecordedEvent) -> None:
    _over(row, Ending.TERM, event.ran_until)


def _over(row: KeyEnterpriseRow, cause: Ending, day: date) -> None:
    row.stage, row.stage_since = AgreementStage.ENDED.value, day
    row.ending, row.ended_on = cause.value, day
    row.transfer_to = None


_CHANGES: dict[type[Event], Callable[[KeyEnterpriseRow, Any, RecordedEvent], None]] = {
    agreement.AgreementRenewed: _renewed,
    agreement.SpecialistChanged: transfers.named,
    agreement.PerformanceRecorded: _kept,
    team.TeamFormed: _team,
    needs_file.NeedsFileOpened: _opened,
    needs_file.NeedsFileRevised: _revised,
    needs_file.EnterpriseContacted: _contacted,
    guidance.GuidanceGiven: _guided,
    guidance.PlanMade: _planned,
    guidance.PlanRevised: _planned,
    hiring.PersonReferred: _referred,
    hiring.HiringCompleted: _hired,
    follow_up.FollowedUp: _followed_up,
    support.SupportGiven: _supported,
    support.EffectAssessed: _assessed,
    moving.TransferRequested: transfers.asked,
    moving.TransferVerified: transfers.verified,
    moving.TransferRejected: transfers.stays,
    moving.TransferWithdrawn: transfers.stays,
    moving.TransferApproved: _transferred,
    ending.KeyStatusLost: _lost,
    ending.AgreementEnded: _ended,
    ending.AgreementExpired: _expired,
}
_EVENTS: frozenset[type[Event]] = frozenset(EVENTS)


class KeyEnterprises(ReadModel[KeyEnterpriseRow]):
    """One row per agreement.

    Rules 46, 47, 48.1, 48.2.
    """

    row = KeyEnterpriseRow
    table = Table(
        "key_enterprises",
        key=("stream_id",),
        columns=columns_of(KeyEnterpriseRow),
        indexes=("(employer_id)", "(agency_code)"),
    )
    event_names = names_of(_EVENTS)
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the agreements."""
        return [recorded.stream_id for recorded in events if type(recorded.event) in _EVENTS]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[KeyEnterpriseRow]) -> None:
        """Open a row with the agreement, and keep it up to date. Raises Unfoldable for one signed twice."""
        for recorded in events:
            event = recorded.event
            kind = type(event)
            if kind not in _EVENTS:
                continue
            if isinstance(event, agreement.AgreementSigned):
                if rows.group(recorded.stream_id):
                    raise Unfoldable(f"the agreement {recorded.stream_id} is signed already")
                rows.add(_signed(event, recorded), recorded.stream_id)
                continue
            row = rows.one(recorded.stream_id)
            change = _CHANGES.get(kind)
            if change is not None:
                change(row, event, recorded)
            row.last_position = recorded.position


def _signed(event: agreement.AgreementSigned, recorded: RecordedEvent) -> KeyEnterpriseRow:
    row = KeyEnterpriseRow(
        stream_id=recorded.stream_id,
        employer_id=event.employer_id,
        number=event.number,
        agency_code=event.agency_code,
        specialist_id=event.specialist_id,
        place=event.place.value,
        industry_code=event.industry_code,
        signed_on=recorded.occurred_on,
        valid_until=event.valid_until,
        served_since=recorded.occurred_on,
        continued_from=None,
        stage=AgreementStage.IN_FORCE.value,
        stage_since=recorded.occurred_on,
        last_position=recorded.position,
    )
    before = event.continued
    _file(row, None if before is None else before.needs)
    if before is not None:
        row.continued_from, row.served_since = before.agreement_id, before.served_since
        row.needs_file_on, row.needs_revised_on = before.needs_opened_on, before.needs_revised_on
        row.needs_revisions = before.needs_revisions
    return row
