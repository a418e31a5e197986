"""The read models of job fairs: `job_fairs`, `fair_employers` and `fair_referrals` (Articles 42 and 43).

Each row is folded from one stream: fairs and their employers from the fair's, referrals made at a fair
from the employer's ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from ..domain.employer.fairs import ReferralMadeAtFair
from ..domain.employer.services import ReferralOutcomeLearnt
from ..domain.events import Event, RecordedEvent
from ..domain.job_fair import admission, outcomes, planning, registrations
from ..domain.job_fair.state import FairStage
from .read_model import Int, Json, ReadModel, Row, Rows, columns_of, names_of
from .table import Table

# --- fairs --------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class FairRow(Row):
    """A job fair as it stands.

    `announced_on` is the day of the pre-announcement of its present days, None while there is none;
    `announced_before` says that earlier days were announced, so that the public heard of it. `reason` is
    that of the last rescheduling, or of the cancelling.
    """

    stream_id: UUID
    agency_code: str
    title: str
    form: str
    scope: str
    theme: str
    place: str
    first_day: date
    last_day: date
    stage: str
    planned_on: date
    last_position: int
    announced_on: date | None = None
    announced_before: bool = False
    rescheduled: Int = 0
    reason: str | None = None
    held_on: date | None = None
    visitors: Int | None = None
    paper_forms: Int = 0
    paper_left: Int = 0
    batches: Json = "{}"
    outcomes_known_on: date | None = None


def _changed(row: FairRow, event: planning.FairChanged, _: RecordedEvent) -> None:
    row.title, row.scope = event.title, event.scope.value
    row.theme, row.place = event.theme, event.place


def _announced(row: FairRow, _: planning.FairPreAnnounced, recorded: RecordedEvent) -> None:
    row.announced_on, row.announced_before = recorded.occurred_on, True


def _rescheduled(row: FairRow, event: planning.FairRescheduled, _: RecordedEvent) -> None:
    row.first_day, row.last_day = event.first_day, event.last_day
    row.announced_on, row.reason = None, event.reason
    row.rescheduled += 1


def _cancelled(row: FairRow, event: planning.FairCancelled, _: RecordedEvent) -> None:
    row.stage, row.reason = FairStage.CANCELLED.value, event.reason


def _held(row: FairRow, event: planning.FairHeld, recorded: RecordedEvent) -> None:
    row.stage, row.held_on = FairStage.HELD.value, recorded.occurred_on
    row.visitors = event.visitors


def _taken(row: FairRow, event: registrations.PaperRegistrationsTaken, _: RecordedEvent) -> None:
    _count(row, event.batch_id, event.forms)
    row.paper_forms += event.forms


def _entered(row: FairRow, event: registrations.PaperRegistrationEntered, _: RecordedEvent) -> None:
    _count(row, event.batch_id, event.left)


def _corrected(row: FairRow, event: registrations.PaperBatchCorrected, _: RecordedEvent) -> None:
    row.paper_forms += event.left - _count(row, event.batch_id, event.left)


def _count(row: FairRow, batch_id: UUID, left: int) -> int:
    """Note how many forms of a batch are left; return how many were."""
    batches = orjson.loads(row.batches)
    before = int(batches.get(str(batch_id), 0))
    batches[str(batch_id)] = left
    row.batches = orjson.dumps(batches).decode()
    row.paper_left = sum(batches.values())
    return before


def _outcome(row: FairRow, event: outcomes.FairOutcomeEntered, recorded: RecordedEvent) -> None:
    if event.all_known and row.outcomes_known_on is None:
        row.outcomes_known_on = recorded.occurred_on


_FAIR: dict[type[Event], Callable[[FairRow, Any, RecordedEvent], None]] = {
    planning.FairChanged: _changed,
    planning.FairPreAnnounced: _announced,
    planning.FairRescheduled: _rescheduled,
    planning.FairCancelled: _cancelled,
    planning.FairHeld: _held,
    registrations.PaperRegistrationsTaken: _taken,
    registrations.PaperRegistrationEntered: _entered,
    registrations.PaperBatchCorrected: _corrected,
    outcomes.FairOutcomeEntered: _outcome,
}


class JobFairs(ReadModel[FairRow]):
    """One row per job fair.

    Rules 42, 43.2, 43.3, 43.4.
    """

    row = FairRow
    table = Table(
        "job_fairs",
        key=("stream_id",),
        columns=columns_of(FairRow),
        indexes=("(agency_code, first_day)", "(last_day) WHERE announced_before"),
    )
    event_names = names_of([planning.FairPlanned, *_FAIR])
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the fairs."""
        return [
            recorded.stream_id
            for recorded in events
            if type(recorded.event) in _FAIR or type(recorded.event) is planning.FairPlanned
        ]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[FairRow]) -> None:
        """Open a row with the plan and keep it up to date."""
        for recorded in events:
            event: Any = recorded.event
            change = _FAIR.get(type(event))
            if change is not None:
                row = rows.one(recorded.stream_id)
                change(row, event, recorded)
                row.last_position = recorded.position
            elif type(event) is planning.FairPlanned:
                rows.add(_planned(event, recorded), recorded.stream_id)


def _planned(event: planning.FairPlanned, recorded: RecordedEvent) -> FairRow:
    return FairRow(
        stream_id=recorded.stream_id,
        agency_code=recorded.agency_code,
        title=event.title,
        form=event.form.value,
        scope=event.scope.value,
        theme=event.theme,
        place=event.place,
        first_day=event.first_day,
        last_day=event.last_day,
        stage=FairStage.PLANNED.value,
        planned_on=recorded.occurred_on,
        last_position=recorded.position,
    )


# --- employers at fairs -------------------------------------------------------------------------

SIGNED_UP, ADMITTED, DECLINED, WITHDRAWN, ABSENT = (
    "signed_up", "admitted", "declined", "withdrawn", "absent",
)  # fmt: skip
"""How an employer stands to a fair: `status` of its row."""


@dataclass(slots=True, eq=False)
class FairEmployerRow(Row):
    """An employer at a fair. `vacancies` holds, by id, ``{"agreements", "started"}`` or null of those admitted.

    `online` says that the employer signed up by itself, with the vacancies in `wanted`.
    """

    stream_id: UUID
    employer_id: UUID
    status: str
    since: date
    last_position: int
    online: bool = False
    wanted: Json = "[]"
    vacancies: Json = "{}"
    agreements: Int = 0
    started: Int = 0
    outcome_on: date | None = None


class FairEmployers(ReadModel[FairEmployerRow]):
    """One row per employer at a fair.

    Rules 43.1, 43.4.
    """

    row = FairEmployerRow
    table = Table(
        "fair_employers",
        key=("stream_id", "employer_id"),
        columns=columns_of(FairEmployerRow),
        indexes=("(employer_id)",),
    )
    event_names = names_of(
        [
            admission.EmployerSignedUp,
            admission.SignUpDeclined,
            admission.EmployerAdmitted,
            admission.EmployerWithdrawn,
            planning.FairHeld,
            outcomes.FairOutcomeEntered,
        ]
    )
    found_by = "stream_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the streams of the fairs."""
        names = self.event_names
        return [one.stream_id for one in events if one.event.event_name in names]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[FairEmployerRow]) -> None:
        """Follow each employer from signing up to what came of the fair."""
        for recorded in events:
            event = recorded.event
            match event:
                case admission.EmployerSignedUp():
                    row = _employer(rows, recorded, event.employer_id)
                    row.online, row.wanted = True, _ids(event.vacancy_ids)
                    if row.status != ADMITTED:
                        _stand(row, SIGNED_UP, recorded)
                case admission.SignUpDeclined():
                    row = _employer(rows, recorded, event.employer_id)
                    if row.status != ADMITTED:
                        _stand(row, DECLINED, recorded)
                case admission.EmployerAdmitted():
                    row = _employer(rows, recorded, event.employer_id)
                    offered = {} if row.status != ADMITTED else orjson.loads(row.vacancies)
                    offered |= dict.fromkeys(map(str, event.vacancy_ids))
                    row.vacancies = orjson.dumps(offered).decode()
                    if row.status != ADMITTED:
                        _stand(row, ADMITTED, recorded)
                case admission.EmployerWithdrawn():
                    _withdraw(_employer(rows, recorded, event.employer_id), event, recorded)
                case planning.FairHeld():
                    for employer_id in event.absent:
                        _stand(_employer(rows, recorded, employer_id), ABSENT, recorded)
                case outcomes.FairOutcomeEntered():
                    _result(_employer(rows, recorded, event.employer_id), event, recorded)
                case _:
                    pass


def _employer(
    rows: Rows[FairEmployerRow], recorded: RecordedEvent, employer_id: UUID
) -> FairEmployerRow:
    row = next(
        (one for one in rows.group(recorded.stream_id) if one.employer_id == employer_id), None
    )
    if row is None:
        row = FairEmployerRow(
            recorded.stream_id, employer_id, SIGNED_UP, recorded.occurred_on, recorded.position
        )
        rows.add(row, recorded.stream_id)
    row.last_position = recorded.position
    rows.touch(row)
    return row


def _stand(row: FairEmployerRow, status: str, recorded: RecordedEvent) -> None:
    row.status, row.since = status, recorded.occurred_on


def _ids(vacancy_ids: Iterable[UUID]) -> str:
    return orjson.dumps([str(one) for one in vacancy_ids]).decode()


def _withdraw(
    row: FairEmployerRow, event: admission.EmployerWithdrawn, recorded: RecordedEvent
) -> None:
    gone = {str(one) for one in event.vacancy_ids}
    offered = orjson.loads(row.vacancies)
    left = {one: result for one, result in offered.items() if gone and one not in gone}
    row.vacancies = orjson.dumps(left).decode()
    if not left:
        _stand(row, WITHDRAWN, recorded)


def _result(
    row: FairEmployerRow, event: outcomes.FairOutcomeEntered, recorded: RecordedEvent
) -> None:
    offered = orjson.loads(row.vacancies)
    for one in event.outcomes:
        offered[str(one.vacancy_id)] = {"agreements": one.agreements, "started": one.started}
    row.vacancies = orjson.dumps(offered).decode()
    known = [result for result in offered.values() if result is not None]
    row.agreements = sum(result["agreements"] for result in known)
    row.started = sum(result["started"] for result in known)
    row.outcome_on = recorded.occurred_on


# --- referrals at fairs -------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class FairReferralRow(Row):
    """A referral of a person that was made at a fair; who it was stands in the ledgers alone."""

    referral_id: UUID
    stream_id: UUID
    fair_id: UUID
    vacancy_id: UUID
    agency_code: str
    made_on: date
    outcome: str | None = None
    started_on: date | None = None


class FairReferrals(ReadModel[FairReferralRow]):
    """One row per referral that was made at a fair.

    Rules 43.3, 43.4.
    """

    row = FairReferralRow
    table = Table(
        "fair_referrals",
        key=("referral_id",),
        columns=columns_of(FairReferralRow),
        indexes=("(fair_id)",),
    )
    event_names = names_of([ReferralMadeAtFair, ReferralOutcomeLearnt])
    found_by = "referral_id"

    def keys(self, events: Iterable[RecordedEvent]) -> list[UUID]:
        """Return the referrals' ids."""
        return [
            recorded.event.referral_id
            for recorded in events
            if isinstance(recorded.event, ReferralMadeAtFair | ReferralOutcomeLearnt)
        ]

    def fold(self, events: Iterable[RecordedEvent], rows: Rows[FairReferralRow]) -> None:
        """Add a row for each referral at a fair; the outcomes of all others are passed by."""
        for recorded in events:
            event = recorded.event
            if isinstance(event, ReferralMadeAtFair):
                rows.replace(
                    FairReferralRow(
                        event.referral_id,
                        recorded.stream_id,
                        event.fair_id,
                        event.vacancy_id,
                        recorded.agency_code,
                        recorded.occurred_on,
                    ),
                    event.referral_id,
                )
            elif isinstance(event, ReferralOutcomeLearnt):
                for row in rows.group(event.referral_id):
                    row.outcome, row.started_on = event.outcome.value, event.started_on
                    rows.touch(row)
