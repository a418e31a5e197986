"""Notices: made from the read models at a log position, issued once, kept, and proven from the log.

What is special about a kind of notice is its maker's; issuing, keeping, finding and proving is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from psycopg import Connection
from psycopg.rows import dict_row

from ...application.commands.supervision import IssueNotice
from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.proof import SealView
from ...application.views.service import IssuedNotice, Recomputed
from ...domain.calendar import shanghai_day
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.powers import Actor, Power, require
from ...domain.supervision.notice import NoticeKind, notice_stream
from ...projections.anchor import Anchor
from ...projections.canonical import canonical_json, digest
from ...projections.daily_vacancy_notice.model import DailyVacancyNotice
from ...projections.monthly_ledger_notice.model import MonthlyLedgerNotice
from ..database import Database
from ..proof.seals import SealOffice
from ..store.event_store import PostgresEventStore
from .making import AnyNotice, AsOf, Making, NoticeEvidence, NoticeMaker, Period

__all__ = ["AnyNotice", "AsOf", "NoticeOffice"]

ATTEMPTS = 3
"""How often a notice is made anew when a problem that it names was put right meanwhile."""


class NoticeOffice:
    """Makes, issues, keeps and proves notices."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        as_of: AsOf,
        clock: Clock,
        seals: SealOffice,
        makers: Iterable[NoticeMaker[Any]],
    ) -> None:
        """Stand on the log, the read models and the seals, with a maker of each kind."""
        self._database = database
        self._store = store
        self._service = service
        self._as_of = as_of
        self._clock = clock
        self._seals = seals
        self._makers = {maker.kind: maker for maker in makers}

    def issue_daily_vacancies(
        self, day: date, agency_code: str, *, by: Actor, correction_reason: str | None = None
    ) -> IssuedNotice:
        """Issue the notice of one day by one superior agency; see `issue`. Rule 56.2a."""
        return self.issue(
            NoticeKind.DAILY_VACANCIES, day, agency_code, by=by, correction_reason=correction_reason
        )

    def issue_monthly_ledgers(
        self, month: date, agency_code: str, *, by: Actor, correction_reason: str | None = None
    ) -> IssuedNotice:
        """Issue the notice of spot-checks and duties of a month, named by any of its days; see `issue`.

        It notifies the agencies of the problems that it lists: in the same transaction, so that whatever
        dies, a problem was notified if and only if a notice says so.

        Rules 56.2b, 58.2a.
        """
        return self.issue(
            NoticeKind.MONTHLY_LEDGERS, month, agency_code, by=by,
            correction_reason=correction_reason,
        )  # fmt: skip

    def issue(
        self,
        kind: NoticeKind,
        day: date,
        agency_code: str,
        *,
        by: Actor,
        correction_reason: str | None = None,
    ) -> IssuedNotice:
        """Issue the notice of the period that holds `day`; asked again, return the one issued.

        With `correction_reason` a new one, made from the log as it can be read today, supersedes the one
        in force.

        Raises InvalidInput while the period is not over, NotAuthorised without the power.
        """
        maker = self._makers[kind]
        period = maker.period(day)
        superior = self._require_issuer(period, agency_code, by)
        corrects = correction_reason is not None
        self._as_of.catch_up()
        if not corrects and (issued := self._in_force(kind, superior, period)):
            return issued
        ready_on = maker.ready_on(period, superior)
        if shanghai_day(self._clock()) < ready_on:
            raise InvalidInput(
                f"what the notice of {period.name} tells of is not over: issue it from {ready_on} on, "
                "or close its spot-checks before; a preview shows it as it stands",
                field="day",
            )
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._issue(maker, period, superior, by, correction_reason)
                break
            except (InvalidInput, RuleBroken) as error:
                self._as_of.catch_up()
                if not corrects and (issued := self._in_force(kind, superior, period)):
                    return issued  # somebody else was faster
                if not isinstance(error, RuleBroken) or attempt == ATTEMPTS:
                    raise
        self._as_of.catch_up()
        issued = self._in_force(kind, superior, period)
        assert issued is not None
        return issued

    def monthly_ledgers_ready_on(self, month: date, agency_code: str) -> date:
        """Return the first day on which the notice of a month can be issued, as its checks stand now.

        That is the day after the month, or later while a spot-check of it may still be inspected,
        answered and closed: a job asks this before it issues. Raises NotFound.
        """
        maker = self._makers[NoticeKind.MONTHLY_LEDGERS]
        period = maker.period(month)
        superior = self._service.refresh_directory().find(agency_code, period.end)
        if superior is None:
            raise NotFound(
                f"no agency bears the code {agency_code} on {period.end}", field="agency"
            )
        self._as_of.catch_up()
        return maker.ready_on(period, superior)

    def preview_daily_vacancies(
        self, day: date, agency_code: str, *, by: Actor
    ) -> DailyVacancyNotice:
        """Return the notice of a day as it would be issued now; nothing is recorded."""
        notice = self._preview(NoticeKind.DAILY_VACANCIES, day, agency_code, by)
        assert isinstance(notice, DailyVacancyNotice)
        return notice

    def preview_monthly_ledgers(
        self, month: date, agency_code: str, *, by: Actor
    ) -> MonthlyLedgerNotice:
        """Return the notice of a month as it stands now; nothing is recorded.

        Problems that issuing would first take over from closed checks and missed duties are not in it.
        """
        notice = self._preview(NoticeKind.MONTHLY_LEDGERS, month, agency_code, by)
        assert isinstance(notice, MonthlyLedgerNotice)
        return notice

    def find(self, notice_id: str, *, by: Actor) -> IssuedNotice:
        """Return what is known of a notice. Raises NotFound, NotAuthorised."""
        notice = self._find(notice_id)
        directory = self._service.refresh_directory()
        require(directory, by, Power.LOOK, notice.agency_code, shanghai_day(self._clock()))
        return notice

    def document(self, notice_id: str, *, by: Actor) -> AnyNotice:
        """Return an issued notice as it was issued. Raises NotFound, NotAuthorised."""
        return self._document(self.find(notice_id, by=by))

    @contextmanager
    def evidence(self, notice_id: str, *, by: Actor) -> Iterator[tuple[AnyNotice, NoticeEvidence]]:
        """Give an issued notice with what it was counted from. Raises NotFound, NotAuthorised."""
        issued = self.find(notice_id, by=by)
        notice = self._document(issued)
        maker = self._makers[NoticeKind(issued.kind)]
        period = maker.period(issued.period_end)
        directory = self._directory_at(issued.log_position)
        superior = self._superior(directory, issued.agency_code, period)
        with self._as_of.rewound(issued.log_position) as connection:
            making = Making(
                connection, directory, superior, period, issued.log_position, notice.dated
            )
            yield notice, maker.evidence(making, notice, notice_id)

    def recompute(self, notice_id: str, *, by: Actor) -> Recomputed:
        """Make an issued notice again from the log alone and compare it with what was issued.

        The masked name of a person who was erased since is taken as it was issued, and that is told.
        """
        issued = self.find(notice_id, by=by)
        content = self._content(issued)
        maker = self._makers[NoticeKind(issued.kind)]
        stored = maker.model.model_validate_json(content)
        previous = self._find(issued.previous) if issued.previous else None
        with self._as_of.fold_to(issued.log_position) as connection:
            again = self._make_on(
                connection,
                maker,
                maker.period(issued.period_end),
                issued.agency_code,
                issued.log_position,
                previous,
                stored.dated,
            )
            again, names, notes = maker.named_as_issued(connection, again, stored)
        if stored.seal is not None:
            number = stored.seal.number
            seal = self._seals.numbered(number) if number else None
            again = self._anchored(again, issued.log_position, seal)
        return Recomputed(
            notice_id=notice_id,
            log_position=issued.log_position,
            issued_digest=issued.digest,
            stored_digest=digest(content),
            recomputed_digest=digest(canonical_json(again)),
            names_as_issued=names,
            notes=(*notes, *maker.changed_basis(stored)),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _require_issuer(
        self, period: Period, agency_code: str, by: Actor, *, over: bool = True
    ) -> Agency:
        today = shanghai_day(self._clock())
        if period.start > today:
            raise InvalidInput(f"{period.name} is in the future: today is {today}", field="day")
        if over and period.end >= today:
            raise InvalidInput(
                f"{period.name} is not over: its notice is issued from "
                f"{period.end + timedelta(days=1)} on; a preview shows it as it stands",
                field="day",
            )
        directory = self._service.refresh_directory()
        superior = directory.find(agency_code, period.end)
        if superior is None:
            raise NotFound(
                f"no agency bears the code {agency_code} on {period.end}", field="agency"
            )
        code = directory.present_code(superior, today)
        require(directory, by, Power.ISSUE_NOTICES, code, today)
        return superior

    def _issue(
        self,
        maker: NoticeMaker[Any],
        period: Period,
        superior: Agency,
        by: Actor,
        correction_reason: str | None,
    ) -> None:
        maker.prepare(period, superior, by)
        if self._seals.signing_key is not None:
            self._seals.catch_up()  # so that the notice stands on a seal
        notice, position, previous = self._make(
            maker, period, superior, corrected=correction_reason is not None
        )
        content = canonical_json(notice)
        self._keep(content)
        command = IssueNotice(
            kind=maker.kind,
            agency_code=superior.code_on(period.end),
            period_start=period.start,
            period_end=period.end,
            log_position=position,
            digest=digest(content),
            previous=previous.notice_id if previous else None,
            correction_reason=correction_reason,
            problems=tuple(maker.told(notice)),
        )
        # An id made of what is issued: of two issuers at once the second gets the first one's result.
        command_id = uuid5(NAMESPACE_URL, f"taizhang:issue:{command.model_dump_json()}")
        self._service.execute(command, by=by, command_id=command_id)

    def _preview(self, kind: NoticeKind, day: date, agency_code: str, by: Actor) -> AnyNotice:
        maker = self._makers[kind]
        period = maker.period(day)
        superior = self._require_issuer(period, agency_code, by, over=False)
        self._as_of.catch_up()
        notice: AnyNotice = self._make(maker, period, superior)[0]
        return notice

    def _make(
        self,
        maker: NoticeMaker[Any],
        period: Period,
        superior: Agency,
        *,
        corrected: bool = False,
    ) -> tuple[AnyNotice, int, IssuedNotice | None]:
        position = maker.position(period)
        previous = self._previous(maker.kind, superior, period)
        opened = self._as_of.fold_to if corrected else self._as_of.rewound
        with opened(position) as connection:
            code, today = superior.code_on(period.end), shanghai_day(self._clock())
            notice = self._make_on(connection, maker, period, code, position, previous, today)
            seal = self._seals.covering(position)
            return self._anchored(notice, position, seal), position, previous

    def _anchored(self, notice: AnyNotice, position: int, seal: SealView | None) -> AnyNotice:
        """Return the notice with where the chain of the log stands: printed, it holds the log to it."""
        anchor = Anchor(
            position=position,
            chain=self._seals.chain_at(position),
            number=seal.number if seal else None,
            key_id=seal.key_id if seal else None,
        )
        return notice.model_copy(update={"seal": anchor})

    def _make_on(
        self,
        connection: Connection[Any],
        maker: NoticeMaker[Any],
        period: Period,
        agency_code: str,
        position: int,
        previous: IssuedNotice | None,
        dated: date,
    ) -> AnyNotice:
        directory = self._directory_at(position)
        superior = self._superior(directory, agency_code, period)
        before = self._document(previous) if previous else None
        made: AnyNotice = maker.make(
            Making(connection, directory, superior, period, position, dated), before
        )
        return made

    def _superior(self, directory: Directory, agency_code: str, period: Period) -> Agency:
        # By its stream where it was recoded only since, with effect of that day.
        issuer = self._service.directory.find(agency_code, period.end)
        superior = directory.find(agency_code, period.end) or (
            directory.agency(issuer.stream_id) if issuer else None
        )
        if superior is None:
            raise InvalidInput(
                f"the agency {agency_code} was entered only after {period.name}: it has no notice "
                "of that time",
                field="agency",
            )
        return superior

    def _directory_at(self, position: int) -> Directory:
        directory = Directory()
        for recorded in self._store.directory_events(0):
            if recorded.position > position:
                break
            directory.apply(recorded)
        return directory

    def _previous(self, kind: NoticeKind, superior: Agency, period: Period) -> IssuedNotice | None:
        """Return the last notice before of the same agency, whatever code it bore then."""
        codes = superior.codes.values()
        rows = self._rows(
            "SELECT * FROM notices WHERE agency_code = ANY(%s) AND kind = %s AND period_end < %s "
            "AND NOT superseded ORDER BY period_end DESC LIMIT %s",
            (codes, kind.value, period.end, 2 * len(codes)),
        )
        for row in rows:
            if row["stream_id"] == notice_stream(kind, superior.stream_id, row["period_end"]):
                return IssuedNotice.model_validate(row, extra="ignore")
        return None

    def _in_force(self, kind: NoticeKind, superior: Agency, period: Period) -> IssuedNotice | None:
        stream_id = notice_stream(kind, superior.stream_id, period.end)
        return self._notice("stream_id = %s AND NOT superseded", (stream_id,))

    def _find(self, notice_id: str) -> IssuedNotice:
        notice = self._notice("notice_id = %s", (notice_id,))
        if notice is None:
            raise NotFound(f"no notice has the id {notice_id!r}")
        return notice

    def _notice(self, condition: str, parameters: tuple[Any, ...]) -> IssuedNotice | None:
        rows = self._rows(f"SELECT * FROM notices WHERE {condition}", parameters)
        return IssuedNotice.model_validate(rows[0], extra="ignore") if rows else None

    def _document(self, notice: IssuedNotice) -> AnyNotice:
        model = self._makers[NoticeKind(notice.kind)].model
        document: AnyNotice = model.model_validate_json(self._content(notice))
        return document

    def _content(self, notice: IssuedNotice) -> bytes:
        rows = self._rows(
            "SELECT content FROM issued_documents WHERE digest = %s", (notice.digest,)
        )
        if not rows:
            raise NotFound(f"the content of {notice.notice_id} is missing from issued_documents")
        return bytes(rows[0]["content"])

    def _keep(self, content: bytes) -> None:
        with self._database.use() as connection:
            connection.execute(
                "INSERT INTO issued_documents (digest, content) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (digest(content), content),
            )

    def _rows(self, statement: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()
