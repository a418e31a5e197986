"""Notices: made from the read models at a log position, issued once, kept, and proven from the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from ..application.commands.supervision import IssueNotice
from ..application.ports import Clock
from ..application.service import CommandService
from ..application.views import IssuedNotice, Recomputed
from ..domain.calendar import WorkingDayCalendar, day_bounds, shanghai_day
from ..domain.employer.vacancy import VacancyChanged, VacancyDrafted, VacancyRevised
from ..domain.errors import InvalidInput, NotFound
from ..domain.organisation.directory import Directory
from ..domain.organisation.powers import Actor, Power, require
from ..domain.regulation.edition import Edition, edition_on
from ..domain.screening import SCREENING_VERSION
from ..domain.supervision.notice import NoticeKind, notice_stream
from ..projections.canonical import canonical_json, digest
from ..projections.daily_vacancy_notice.build import build
from ..projections.daily_vacancy_notice.model import DailyVacancyNotice
from .database import Database
from .event_store import PostgresEventStore
from .notice_facts import gather

_WORDED = (VacancyDrafted.event_name, VacancyRevised.event_name, VacancyChanged.event_name)
_TEXT_POSITIONS = """
    SELECT DISTINCT ON (l.subject_id) l.subject_id, l.stream_id, l.position
    FROM vacancies_asof v JOIN ledger_entries_asof l ON l.stream_id = v.stream_id
    WHERE v.vacancy_id = ANY(%(ids)s) AND l.subject_id = v.vacancy_id AND l.topic = ANY(%(topics)s)
    ORDER BY l.subject_id, l.position DESC
"""


class AsOf(Protocol):
    """Shows the read models as of a log position."""

    def catch_up(self) -> object:
        """Bring the read models level with the log."""
        ...

    def rewound(self, position: int) -> AbstractContextManager[Connection[Any]]:
        """Show the live read models as of a position, as ``…_asof``."""
        ...

    def fold_to(self, position: int) -> AbstractContextManager[Connection[Any]]:
        """Show read models folded anew from the log up to a position, as ``…_asof``."""
        ...


class NoticeOffice:
    """Makes, issues, keeps and proves notices."""

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
        """Stand on the log and the read models."""
        self._database = database
        self._store = store
        self._service = service
        self._as_of = as_of
        self._calendar = calendar
        self._editions = editions
        self._clock = clock

    def issue_daily_vacancies(
        self, day: date, agency_code: str, *, by: Actor, correction_reason: str | None = None
    ) -> IssuedNotice:
        """Issue the notice of one day by one superior agency; asked again, return the one issued.

        It stands on what was recorded until the end of that day. With `correction_reason` a new
        one, made from the log as it can be read today, supersedes the one in force.

        Raises InvalidInput while the day is not over, NotAuthorised without the power.
        Rule 56.2a.
        """
        self._require_issuer(day, agency_code, by)
        self._as_of.catch_up()
        if correction_reason is None and (issued := self._in_force(agency_code, day)):
            return issued
        notice, previous = self._make(day, agency_code, corrected=correction_reason is not None)
        content = canonical_json(notice)
        self._keep(content)
        command = IssueNotice(
            kind=NoticeKind.DAILY_VACANCIES,
            agency_code=agency_code,
            period_start=day,
            period_end=day,
            log_position=notice.basis.position,
            digest=digest(content),
            previous=previous.notice_id if previous else None,
            correction_reason=correction_reason,
        )
        # An id made of what is issued: of two issuers at once the second gets the first one's result.
        command_id = uuid5(NAMESPACE_URL, f"taizhang:issue:{command.model_dump_json()}")
        self._service.execute(command, by=by, command_id=command_id)
        self._as_of.catch_up()
        issued = self._in_force(agency_code, day)
        assert issued is not None
        return issued

    def preview_daily_vacancies(
        self, day: date, agency_code: str, *, by: Actor
    ) -> DailyVacancyNotice:
        """Return the notice of a day as it would be issued now; nothing is recorded."""
        self._require_issuer(day, agency_code, by, over=False)
        self._as_of.catch_up()
        return self._make(day, agency_code)[0]

    def find(self, notice_id: str, *, by: Actor) -> IssuedNotice:
        """Return what is known of a notice. Raises NotFound, NotAuthorised."""
        notice = self._find(notice_id)
        directory = self._service.refresh_directory()
        require(directory, by, Power.LOOK, notice.agency_code, shanghai_day(self._clock()))
        return notice

    def document(self, notice_id: str, *, by: Actor) -> DailyVacancyNotice:
        """Return an issued notice as it was issued. Raises NotFound, NotAuthorised."""
        return DailyVacancyNotice.model_validate_json(self._content(self.find(notice_id, by=by)))

    def recompute(self, notice_id: str, *, by: Actor) -> Recomputed:
        """Make an issued notice again from the log alone and compare it with what was issued."""
        issued = self.find(notice_id, by=by)
        content = self._content(issued)
        stored = DailyVacancyNotice.model_validate_json(content)
        previous = self._find(issued.previous) if issued.previous else None
        with self._as_of.fold_to(issued.log_position) as connection:
            again = self._build(
                connection,
                issued.period_end,
                issued.agency_code,
                issued.log_position,
                previous,
                stored.dated,
            )
        return Recomputed(
            notice_id=notice_id,
            log_position=issued.log_position,
            issued_digest=issued.digest,
            stored_digest=digest(content),
            recomputed_digest=digest(canonical_json(again)),
            notes=self._changed_basis(stored),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _require_issuer(self, day: date, agency_code: str, by: Actor, *, over: bool = True) -> None:
        today = shanghai_day(self._clock())
        if day > today:
            raise InvalidInput(f"{day} is in the future: today is {today}", field="day")
        if over and day == today:
            raise InvalidInput(
                f"{day} is not over: its notice is issued from {day + timedelta(days=1)} on; "
                "a preview shows it as it stands",
                field="day",
            )
        directory = self._service.refresh_directory()
        issuer = directory.find(agency_code, day)
        if issuer is None:
            raise NotFound(f"no agency bears the code {agency_code} on {day}", field="agency")
        require(directory, by, Power.ISSUE_NOTICES, directory.present_code(issuer, today), today)

    def _make(
        self, day: date, agency_code: str, *, corrected: bool = False
    ) -> tuple[DailyVacancyNotice, IssuedNotice | None]:
        position = self._cutoff(day)
        previous = self._previous(agency_code, day)
        opened = self._as_of.fold_to if corrected else self._as_of.rewound
        with opened(position) as connection:
            notice = self._build(
                connection, day, agency_code, position, previous, shanghai_day(self._clock())
            )
            return notice, previous

    def _build(
        self,
        connection: Connection[Any],
        day: date,
        agency_code: str,
        position: int,
        previous: IssuedNotice | None,
        dated: date,
    ) -> DailyVacancyNotice:
        directory = self._directory_at(position)
        # By its stream where it was recoded only since, with effect of that day.
        issuer = self._service.directory.find(agency_code, day)
        superior = directory.find(agency_code, day) or (
            directory.agency(issuer.stream_id) if issuer else None
        )
        if superior is None:
            raise InvalidInput(
                f"the agency {agency_code} was entered only after {day}: it has no notice of that day",
                field="agency",
            )
        before = (
            DailyVacancyNotice.model_validate_json(self._content(previous)) if previous else None
        )
        facts = gather(
            connection,
            directory,
            superior,
            day,
            position,
            calendar=self._calendar,
            texts=lambda ids: self._texts(connection, ids),
            previous=before,
            edition=edition_on(day, self._editions),
            cutoff=day_bounds(day)[1],
        )
        return build(facts, before, dated=dated)

    def _directory_at(self, position: int) -> Directory:
        directory = Directory()
        for recorded in self._store.directory_events(0):
            if recorded.position > position:
                break
            directory.apply(recorded)
        return directory

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

    def _cutoff(self, day: date) -> int:
        row = self._row(
            "SELECT coalesce(max(notification_id), 0) AS position FROM stored_events WHERE recorded_at < %s",
            (day_bounds(day)[1],),
        )
        return int(row["position"]) if row else 0

    def _previous(self, agency_code: str, day: date) -> IssuedNotice | None:
        """Return the last notice before, under whatever code the agency bore then."""
        agency = self._service.directory.find(agency_code, day)
        codes = agency.codes.values() if agency else [agency_code]
        kind = NoticeKind.DAILY_VACANCIES
        rows = self._rows(
            "SELECT * FROM notices WHERE agency_code = ANY(%s) AND kind = %s AND period_end < %s "
            "AND NOT superseded ORDER BY period_end DESC LIMIT %s",
            (codes, kind.value, day, 10 * len(codes)),
        )
        for row in rows:
            # Another agency may have borne the code.
            if agency and row["stream_id"] == notice_stream(
                kind, agency.stream_id, row["period_end"]
            ):
                return IssuedNotice.model_validate(row, extra="ignore")
        return None

    def _in_force(self, agency_code: str, day: date) -> IssuedNotice | None:
        return self._notice(
            "agency_code = %s AND kind = %s AND period_end = %s AND NOT superseded",
            (agency_code, NoticeKind.DAILY_VACANCIES.value, day),
        )

    def _find(self, notice_id: str) -> IssuedNotice:
        notice = self._notice("notice_id = %s", (notice_id,))
        if notice is None:
            raise NotFound(f"no notice has the id {notice_id!r}")
        return notice

    def _notice(self, condition: str, parameters: tuple[Any, ...]) -> IssuedNotice | None:
        row = self._row(f"SELECT * FROM notices WHERE {condition}", parameters)
        return IssuedNotice.model_validate(row, extra="ignore") if row else None

    def _content(self, notice: IssuedNotice) -> bytes:
        row = self._row("SELECT content FROM issued_documents WHERE digest = %s", (notice.digest,))
        if row is None:
            raise NotFound(f"the content of {notice.notice_id} is missing from issued_documents")
        return bytes(row["content"])

    def _keep(self, content: bytes) -> None:
        with self._database.use() as connection:
            connection.execute(
                "INSERT INTO issued_documents (digest, content) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (digest(content), content),
            )

    def _row(self, statement: str, parameters: tuple[Any, ...]) -> dict[str, Any] | None:
        return next(iter(self._rows(statement, parameters)), None)

    def _rows(self, statement: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()

    def _changed_basis(self, notice: DailyVacancyNotice) -> tuple[str, ...]:
        edition = edition_on(notice.day, self._editions)
        return tuple(
            f"{what} was {then!r} and is {now!r}: the same log can give another content"
            for what, then, now in (
                ("the calendar", notice.basis.calendar, self._calendar.version),
                ("the screening", notice.basis.screening, SCREENING_VERSION),
                ("the edition", notice.basis.edition, edition.name),
                ("the policy", notice.basis.policy_overrides, edition.policy_overrides),
            )
            if then != now
        )
