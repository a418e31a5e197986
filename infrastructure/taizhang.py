"""The composition root: puts the parts together, and is the one way in for an integrator."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from psycopg.rows import tuple_row

from ..application.commands.base import Command, CommandResult
from ..application.job_seeker_import import JobSeekerImport
from ..application.ports import Clock, GradingTool
from ..application.service import CommandService, Request
from ..application.vacancy_import import VacancyImport
from ..domain.calendar import SHANGHAI, WorkingDayCalendar, parse_workdays
from ..domain.employer.papers import Channel
from ..domain.errors import InvalidInput, TaizhangError, TooEarly
from ..domain.job_seeker.documents import IdentityDocument
from ..domain.organisation.directory import Directory
from ..domain.organisation.powers import Actor
from ..domain.privacy.retention import RETENTIONS, Retention
from ..domain.regulation.edition import EDITIONS, Edition
from ..projections.catalogue import read_models
from .database import Database
from .embedded import EmbeddedPostgres, with_generated_keys
from .erasures import Erasures
from .event_store import PostgresEventStore
from .keys import KeyRing, StreamIds, check_keys
from .log import configure_logging
from .mapper import Mapper
from .notices import NoticeOffice
from .projector import Projector
from .queries import Queries
from .settings import Settings


def system_clock() -> datetime:
    """Return the present moment in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def calendar_from(path: Path | None) -> WorkingDayCalendar:
    """Return the working-day calendar, with the years that an operator's file adds or settles."""
    calendar = WorkingDayCalendar()
    if path is None:
        return calendar
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return calendar.with_years(parse_workdays(lines))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: {error}", field="TAIZHANG_CALENDAR_FILE") from error


class Taizhang:
    """The service ledgers of one public employment service.

    Open it with `Taizhang.open()`, after forking; use it from any thread; close it at the end.

    - `execute` carries out a command for an actor;
    - `queries` answers questions from the read models, `queries().people` those about persons;
    - `projections` keeps the read models level with the log (`catch_up`, `follow`, `status`, …);
    - `notices` issues notices and proves them from the log;
    - `erasures` erases persons whose records need no longer be kept, and keeps the register.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        server: EmbeddedPostgres | None,
        *,
        clock: Clock,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        grading_tool: GradingTool | None = None,
        retentions: tuple[Retention, ...] = RETENTIONS,
    ) -> None:
        """Put the parts together; `open` is the way in."""
        master_key, identity_key = settings.required_keys()
        self._database = database
        self._server = server
        self.identities = StreamIds(identity_key)
        self.keys = KeyRing(database, master_key, clock, former_master_key=settings.former_key())
        mapper = Mapper(self.keys)
        self.events = PostgresEventStore(database, mapper, self.keys)
        self.service = CommandService(
            self.events,
            self.identities,
            clock,
            editions=editions,
            cached_ledgers=settings.cached_ledgers,
            grading_tool=grading_tool,
        )
        self.projections = Projector(database, mapper, read_models(calendar, editions))
        self._queries = Queries(
            database,
            self.events,
            self.service,
            self.identities,
            calendar,
            editions,
            clock,
            self.projections,
        )
        self.notices = NoticeOffice(
            database, self.events, self.service, self.projections, calendar, editions, clock
        )
        self.erasures = Erasures(
            database, self.events, self.service, self.projections, retentions, clock
        )

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        clock: Clock = system_clock,
        calendar: WorkingDayCalendar | None = None,
        editions: tuple[Edition, ...] = EDITIONS,
        grading_tool: GradingTool | None = None,
        retentions: tuple[Retention, ...] = RETENTIONS,
        **options: Any,
    ) -> Taizhang:
        """Open the database, bring its schema up to date, and return the way in.

        `grading_tool` is the city's tool for grading difficulty (Article 12); without one nobody can
        be graded. `retentions` says how long records of persons are kept. Settings come from the
        environment (``TAIZHANG_…``), from `settings`, or as `options` by name.
        Without a database address a private PostgreSQL is started in the data folder.

        Raises InvalidInput for settings that do not do, Unavailable when the database is away.
        """
        settings = settings or Settings.read(**options)
        configure_logging(settings)
        server = None
        if settings.database_url is None:
            settings = with_generated_keys(settings)
            server = EmbeddedPostgres(settings.data_dir)
            url = server.url
        else:
            url = settings.database_url.get_secret_value()
        database = Database(
            url,
            settings.schema_name,
            pool_size=settings.pool_size,
            retry_seconds=settings.retry_seconds,
        )
        try:
            keys = settings.required_keys()
            database.migrate()
            check_keys(database, *keys, settings.former_key())
            opened = cls(
                settings,
                database,
                server,
                clock=clock,
                calendar=calendar or calendar_from(settings.calendar_file),
                editions=editions,
                grading_tool=grading_tool,
                retentions=retentions,
            )
            opened.projections.prepare()
            opened.service.refresh_directory()
        except BaseException:
            database.close()
            if server is not None:
                server.close()
            raise
        return opened

    @property
    def directory(self) -> Directory:
        """The agencies and staff, as they stand in the log."""
        return self.service.refresh_directory()

    def execute(self, command: Command, *, by: Actor, command_id: UUID) -> CommandResult:
        """Carry out a command; see `CommandService.execute`."""
        return self.service.execute(command, by=by, command_id=command_id)

    def execute_many(
        self, requests: Sequence[Request], *, by: Actor, dry_run: bool = False
    ) -> list[CommandResult | TaizhangError]:
        """Carry out several commands in one transaction; see `CommandService.execute_many`."""
        return self.service.execute_many(requests, by=by, dry_run=dry_run)

    def job_seeker_id(self, document: IdentityDocument) -> UUID:
        """Return the id by which commands know the person of a document, with a ledger or not yet."""
        return self.identities.person(*document.derivation)

    def queries(self, *, at_least: int = 0, timeout: float = 5.0) -> Queries:
        """Return the queries, once the read models show the log at least up to a position.

        `at_least` is the `position` of a command's result; the wait is at most `timeout` seconds.
        Raises TooEarly when the read models are not kept level meanwhile.
        """
        give_up_at = time.monotonic() + timeout
        while (reached := self.projections.position()) < at_least:
            if time.monotonic() > give_up_at:
                raise TooEarly(
                    f"the read models are at position {reached}, {at_least} was asked for: "
                    "is a projector running (`taizhang follow`)?"
                )
            time.sleep(0.02)
        return self._queries

    def vacancy_import(
        self, *, by: Actor, channel: Channel = Channel.FRONT_DESK, submit: bool = True
    ) -> VacancyImport:
        """Return an import of vacancies that acts for `by`."""
        return VacancyImport(
            self.service, self._employers_by_name, by=by, channel=channel, submit=submit
        )

    def job_seeker_import(
        self, *, by: Actor, channel: Channel = Channel.FRONT_DESK, source: str = "导入数据"
    ) -> JobSeekerImport:
        """Return an import of job seekers that acts for `by`."""
        return JobSeekerImport(self.service, self.identities, by=by, channel=channel, source=source)

    def _employers_by_name(self, names: list[str]) -> Mapping[str, tuple[str, ...]]:
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(
                "SELECT name, array_agg(credit_code ORDER BY credit_code) FROM employers "
                "WHERE name = ANY(%s) GROUP BY name",
                (names,),
            ).fetchall()
        return {name: tuple(codes) for name, codes in rows}

    def close(self) -> None:
        """Give the connections back, and stop the private server if we started one."""
        self.projections.close()
        self._database.close()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        """Return the open service."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
