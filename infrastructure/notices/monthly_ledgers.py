"""The maker of monthly ledger notices.

A month is counted as it ended; problems, and what was put right, are told as they stand when the notice is
issued, so that nobody is reminded of what is cleared meanwhile (docs/decisions/0015).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import Connection
from psycopg.rows import tuple_row

from ...application.commands.base import Command
from ...application.commands.supervision import (
    MadeUpFor,
    MissedDuty,
    Notified,
    TakeOverCheckProblems,
    TakeOverMissedDuties,
)
from ...application.ports import Clock
from ...application.service import CommandService
from ...domain.calendar import WorkingDayCalendar, add_months, day_bounds, shanghai_day, zh_date
from ...domain.duties import rectification
from ...domain.job_seeker.ledger import JobSeekerLedger
from ...domain.obligations import TITLES_ZH, Outcome
from ...domain.organisation.directory import Agency
from ...domain.organisation.powers import Actor
from ...domain.regulation.edition import Edition, edition_on
from ...domain.supervision.notice import NoticeKind
from ...domain.supervision.rectification.events import ConcernedRecord
from ...domain.supervision.rectification.state import STANDING
from ...projections.monthly_ledger_notice.build import build
from ...projections.monthly_ledger_notice.facts import MonthFacts
from ...projections.monthly_ledger_notice.model import MonthlyLedgerNotice
from ..database import Database
from ..queries.record_numbers import MaskedNames
from ..store.event_store import PostgresEventStore
from .daily_vacancies import changes
from .erased_names import NamedAsIssued, name_as_issued
from .making import AsOf, Making, Period
from .monthly_checks import Checks, checks_of
from .monthly_ledger_evidence import MonthlyLedgerEvidence
from .monthly_ledger_facts import gather, statement, superior_codes

AT_ONCE = 500
"""Missed duties taken over in one transaction at most."""

_OWN = [duty.key for duty in rectification.DUTIES]
_OPEN_CHECKS = """
    SELECT answer_by FROM spot_checks WHERE agency_id = %s AND month = %s AND closed_on IS NULL
"""
# Those whose problems were not taken over yet.
_CLOSED_CHECKS = """
    SELECT check_id, closed_on FROM spot_checks c
    WHERE agency_id = %s AND month <= %s AND closed_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM rectifications r WHERE r.source = 'spot_check' AND r.source_id = c.check_id::text)
    ORDER BY month, kind
"""
_SAME_PERIOD = """
    SELECT notice_id FROM notices_asof
    WHERE kind = %s AND period_end = %s AND agency_code = %s
"""


def month_of(day: date) -> Period:
    """Return the Shanghai month that holds `day`."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1) - timedelta(days=1), f"{first:%Y-%m}")


class MonthlyLedgers:
    """Makes the notice of a month. Rules 56.2b, 58.2a."""

    kind = NoticeKind.MONTHLY_LEDGERS
    model = MonthlyLedgerNotice

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        as_of: AsOf,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        clock: Clock,
    ) -> None:
        """Stand on the log and the read models, and judge by a calendar and the editions."""
        self._database = database
        self._store = store
        self._service = service
        self._as_of = as_of
        self._calendar = calendar
        self._editions = editions
        self._clock = clock
        self._names = MaskedNames(store)

    def period(self, day: date) -> Period:
        """Return the month that holds `day`."""
        return month_of(day)

    def ready_on(self, period: Period, superior: Agency) -> date:
        """Return the first day on which the notice can be issued, as the month's checks stand.

        A check of the month that is open is waited for, until its time to be closed is over.
        """
        first = period.end + timedelta(days=1)
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            open_checks = cursor.execute(
                _OPEN_CHECKS, (superior.stream_id, period.start)
            ).fetchall()
        term = edition_on(period.end, self._editions).spot_check_closing
        closing = [term.due(answer_by, self._calendar).day for (answer_by,) in open_checks]
        return max([first, *(day + timedelta(days=1) for day in closing)])

    def prepare(self, period: Period, superior: Agency, by: Actor) -> None:
        """Take over as problems what closed checks found and what duties are missed.

        What was made up for meanwhile is put right. Rule 58.2a.
        """
        for check_id, closed_on in self._closed_checks(period, superior):
            self._service.execute(
                TakeOverCheckProblems(check_id=check_id, occurred_on=closed_on),
                by=by,
                command_id=uuid5(check_id, "taizhang:problems"),
            )
        for command in self._missed(period, superior):
            content = command.model_dump_json()
            command_id = uuid5(NAMESPACE_URL, f"taizhang:missed:{self._store.head()}:{content}")
            self._service.execute(command, by=by, command_id=command_id)
        self._as_of.catch_up()

    def _closed_checks(self, period: Period, superior: Agency) -> list[tuple[UUID, date]]:
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(_CLOSED_CHECKS, (superior.stream_id, period.start)).fetchall()

    def position(self, period: Period) -> int:
        """Return the position of the log's head: problems are told as they stand now."""
        return self._as_of.catch_up()

    def make(self, making: Making, previous: MonthlyLedgerNotice | None) -> MonthlyLedgerNotice:
        """Return the notice of the month."""
        period, superior = making.period, making.superior
        with making.connection.cursor(row_factory=tuple_row) as cursor:
            issued = cursor.execute(
                _SAME_PERIOD, (self.kind.value, period.end, superior.code_on(period.end))
            ).fetchall()
        facts = self._facts(
            making,
            since=previous.basis.position if previous else 0,
            same_period=[notice_id for (notice_id,) in issued],
            checks=checks_of(
                making.connection,
                superior.stream_id,
                period.start,
                since=previous.dated if previous else date.min,
                told=[check.check_id for check in previous.checks] if previous else (),
            ),
        )
        return build(facts, previous, dated=making.dated)

    def watched(self, making: Making) -> MonthFacts:
        """Return the facts of a month for early warning: nothing of what was put right. Rule 58.1."""
        first = making.period.start
        return self._facts(
            making,
            since=making.position,
            checks=checks_of(making.connection, making.superior.stream_id, first, first=first),
        )

    def _facts(
        self,
        making: Making,
        *,
        since: int,
        checks: Checks,
        same_period: Iterable[str] = (),
    ) -> MonthFacts:
        period = making.period
        ended = self._store.position_before(day_bounds(period.end)[1])
        return gather(
            making.connection,
            making.directory,
            making.superior,
            period.start,
            period.end,
            position=making.position,
            month_position=min(making.position, ended),
            since=since,
            edition=edition_on(period.end, self._editions),
            calendar=self._calendar,
            names=self._names,
            checks=checks.checks,
            items=checks.items,
            same_period=same_period,
        )

    def told(self, notice: MonthlyLedgerNotice) -> Sequence[Notified]:
        """Return the problems that the notice notifies, and for the how-manieth time."""
        return [Notified(*one) for one in notice.notified]

    def evidence(
        self, making: Making, notice: MonthlyLedgerNotice, notice_id: str
    ) -> MonthlyLedgerEvidence:
        """Return what an issued notice was counted from."""
        return MonthlyLedgerEvidence(self._store, making, notice, notice_id)

    def named_as_issued(
        self, connection: Connection[Any], again: MonthlyLedgerNotice, issued: MonthlyLedgerNotice
    ) -> NamedAsIssued:
        """Return the notice made again, with the names of persons erased since as they were issued."""
        return name_as_issued(connection, again, issued, self._erased_on)

    def changed_basis(self, notice: MonthlyLedgerNotice) -> tuple[str, ...]:
        """Name the calendar, edition or policy that is another one today."""
        edition = edition_on(notice.last_day, self._editions)
        return changes(
            ("the calendar", notice.basis.calendar, self._calendar.version),
            ("the edition", notice.basis.edition, edition.name),
            ("the policy", notice.basis.policy_overrides, edition.policy_overrides),
        )

    # --- missed duties ------------------------------------------------------------------------

    def _missed(self, period: Period, superior: Agency) -> Iterator[Command]:
        missed = list(self._missed_duties(period, superior))
        made_up_for = list(self._made_up_for(superior))
        for start in range(0, max(len(missed), len(made_up_for)), AT_ONCE):
            yield TakeOverMissedDuties(
                kind=self.kind,
                agency_code=superior.code_on(period.end),
                period_start=period.start,
                period_end=period.end,
                missed=tuple(missed[start : start + AT_ONCE]),
                made_up_for=tuple(made_up_for[start : start + AT_ONCE]),
            )

    def _missed_duties(self, period: Period, superior: Agency) -> Iterator[MissedDuty]:
        """Yield what the agencies directly below missed, one for each rule and record.

        What is missed further below is its own superior's to notify.
        """
        directory, today = self._service.directory, self._today()
        codes = [
            code
            for code in directory.codes_held(superior, today)
            if (holder := directory.holder(code, today)) and holder.parent is superior
        ]
        grouped: defaultdict[tuple[UUID, str, UUID], list[_Missed]] = defaultdict(list)
        for row in self._rows(
            "month_missed", codes=codes, last=period.end, today=today, not_these=_OWN
        ):
            one = _Missed(*row)
            holder = directory.holder(one.agency_code, today)
            assert holder is not None
            grouped[holder.stream_id, one.rule, one.stream_id].append(one)
        for found in grouped.values():
            last = found[-1]
            yield MissedDuty(
                agency_code=last.agency_code,
                rule=last.rule,
                record_kind=ConcernedRecord(last.record_kind),
                record_id=last.stream_id,
                source_id=f"{last.duty}@{last.arose_position}",
                evidence=_evidence(found),
            )

    def _made_up_for(self, superior: Agency) -> Iterator[MadeUpFor]:
        """Yield the problems of missed duties that are none any more."""
        directory, today = self._service.directory, self._today()
        for stream_id, code, still_by, outcome, closed_on, position in self._rows(
            "month_made_up_for",
            superior_codes=superior_codes(directory, superior, today),
            standing=[stage.value for stage in STANDING],
            today=today,
        ):
            agency = directory.holder(code, today)
            if any(directory.holder(one, today) is agency for one in still_by) or position is None:
                continue
            what = Outcome(outcome).label_zh
            yield MadeUpFor(
                rectification_id=stream_id,
                evidence=f"业务记录第{position}号（{zh_date(closed_on)}）：该事项{what}",
            )

    def _rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(statement(name).encode(), values).fetchall()

    def _erased_on(self, person_id: UUID) -> date | None:
        ledger = self._store.replay(JobSeekerLedger, person_id).aggregate
        assert isinstance(ledger, JobSeekerLedger)
        return ledger.erased_on

    def _today(self) -> date:
        return shanghai_day(self._clock())


class _Missed(NamedTuple):
    duty: str
    rule: str
    agency_code: str
    stream_id: UUID
    arose_position: int
    due_on: date
    record_kind: str


def _evidence(missed: Iterable[_Missed]) -> str:
    counted: dict[tuple[str, date], int] = {}
    for one in missed:
        counted[one.duty, one.due_on] = counted.get((one.duty, one.due_on), 0) + 1
    return "；".join(
        f"“{TITLES_ZH[duty]}”应于{zh_date(due_on)}前（含当日）办结，逾期未办"
        + (f"（{number}件）" if number > 1 else "")
        for (duty, due_on), number in sorted(counted.items(), key=lambda item: item[0][1])
    )
