"""The maker of daily notices of vacancy checks: each stands on the log at the end of its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from ...application.commands.supervision import Notified
from ...domain.calendar import WorkingDayCalendar, day_bounds
from ...domain.employer.vacancy import VacancyChanged, VacancyDrafted, VacancyRevised
from ...domain.organisation.directory import Agency
from ...domain.organisation.powers import Actor
from ...domain.regulation.edition import Edition, edition_on
from ...domain.screening import SCREENING_VERSION
from ...domain.supervision.notice import NoticeKind
from ...projections.daily_vacancy_notice.build import build
from ...projections.daily_vacancy_notice.model import DailyVacancyNotice
from ..store.event_store import PostgresEventStore
from .daily_vacancy_evidence import DailyVacancyEvidence
from .daily_vacancy_facts import gather
from .erased_names import NamedAsIssued
from .making import Making, Period

_WORDED = (VacancyDrafted.event_name, VacancyRevised.event_name, VacancyChanged.event_name)
_TEXT_POSITIONS = """
    SELECT DISTINCT ON (l.subject_id) l.subject_id, l.stream_id, l.position
    FROM vacancies_asof v JOIN ledger_entries_asof l ON l.stream_id = v.stream_id
    WHERE v.vacancy_id = ANY(%(ids)s) AND l.subject_id = v.vacancy_id AND l.topic = ANY(%(topics)s)
    ORDER BY l.subject_id, l.position DESC
"""


class DailyVacancies:
    """Makes the notice of a day. Rule 56.2a."""

    kind = NoticeKind.DAILY_VACANCIES
    model = DailyVacancyNotice

    def __init__(
        self,
        store: PostgresEventStore,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
    ) -> None:
        """Stand on the log, and judge by a calendar and the editions."""
        self._store = store
        self._calendar = calendar
        self._editions = editions

    def period(self, day: date) -> Period:
        """Return the day."""
        return Period(day, day, day.isoformat())

    def ready_on(self, period: Period, superior: Agency) -> date:
        """Return the day after: a day that is over can be notified."""
        return period.end + timedelta(days=1)

    def prepare(self, period: Period, superior: Agency, by: Actor) -> None:
        """Record nothing: the notice stands on what its day left."""

    def position(self, period: Period) -> int:
        """Return the position at which the day ended."""
        return self._store.position_before(day_bounds(period.end)[1])

    def make(self, making: Making, previous: DailyVacancyNotice | None) -> DailyVacancyNotice:
        """Return the notice of the day."""
        day = making.period.end
        facts = gather(
            making.connection,
            making.directory,
            making.superior,
            day,
            making.position,
            calendar=self._calendar,
            texts=lambda ids: self._texts(making.connection, ids),
            previous=previous,
            edition=edition_on(day, self._editions),
            cutoff=day_bounds(day)[1],
        )
        return build(facts, previous, dated=making.dated)

    def told(self, notice: DailyVacancyNotice) -> Sequence[Notified]:
        """Return nothing: the daily notice counts up its own problems from notice to notice."""
        return ()

    def evidence(
        self, making: Making, notice: DailyVacancyNotice, notice_id: str
    ) -> DailyVacancyEvidence:
        """Return what an issued notice was counted from."""
        return DailyVacancyEvidence(making, notice, notice_id)

    def named_as_issued(
        self, connection: Connection[Any], again: DailyVacancyNotice, issued: DailyVacancyNotice
    ) -> NamedAsIssued:
        """Return the notice made again as it is: it names no persons but staff."""
        return NamedAsIssued(again)

    def changed_basis(self, notice: DailyVacancyNotice) -> tuple[str, ...]:
        """Name the calendar, screening, edition or policy that is another one today."""
        edition = edition_on(notice.day, self._editions)
        return changes(
            ("the calendar", notice.basis.calendar, self._calendar.version),
            ("the screening", notice.basis.screening, SCREENING_VERSION),
            ("the edition", notice.basis.edition, edition.name),
            ("the policy", notice.basis.policy_overrides, edition.policy_overrides),
        )

    def _texts(
        self, connection: Connection[Any], vacancy_ids: Sequence[UUID]
    ) -> Mapping[UUID, Mapping[str, str]]:
        """Return the worded fields of vacancies as of the log position that `connection` shows."""
        with connection.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(
                _TEXT_POSITIONS, {"ids": list(vacancy_ids), "topics": list(_WORDED)}
            ).fetchall()
        texts: dict[UUID, Mapping[str, str]] = {}
        for recorded in self._store.events_at([position for _, _, position in found]):
            event = recorded.event
            if isinstance(event, VacancyDrafted | VacancyRevised | VacancyChanged):
                texts[event.vacancy_id] = event.content.worded()
        return texts


def changes(*basis: tuple[str, object, object]) -> tuple[str, ...]:
    """Say of each part of a notice's basis that is another one today what it was and is."""
    return tuple(
        f"{what} was {then!r} and is {now!r}: the same log can give another content"
        for what, then, now in basis
        if then != now
    )
