"""The composition root: puts the parts together, and is the one way in for an integrator."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, overload
from uuid import UUID

from psycopg.rows import tuple_row

from ..application.commands.base import Command, CommandResult
from ..application.importing.catalogues import CatalogueImport
from ..application.importing.job_seekers import JobSeekerImport
from ..application.importing.vacancies import VacancyImport
from ..application.ports import Clock, GradingTool, MatchingTool
from ..application.service import CommandService, Request
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
from .jobs.catalogue import all_jobs
from .jobs.office import JobOffice
from .jobs.workshop import Workshop
from .log import configure_logging
from .notices.daily_vacancies import DailyVacancies
from .notices.monthly_ledgers import MonthlyLedgers
from .notices.office import NoticeOffice
from .privacy.access import AccessBook
from .privacy.erasures import Erasures
from .projecting.following import Tail, checked_types
from .projecting.projector import Projector
from .proof.audit_pack import AuditOffice
from .proof.seals import SealOffice
from .proof.signing import SigningKey
from .proof.verify import Verifier
from .queries.service import Queries
from .settings import Settings
from .spot_checks.office import SpotCheckOffice
from .store.event_store import PostgresEventStore
from .store.keys import KeyRing, StreamIds, check_keys
from .store.mapper import Mapper, MaskingMapper
from .subscribing.subscription_store import Subscriptions
from .subscribing.subscriptions import Subscription


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
    - `queries` answers questions from the read models, `queries().people` those about persons,
      `queries().enterprises` those about key enterprises;
    - `projections` keeps the read models level with the log (`catch_up`, `follow`, `status`, …);
    - `notices` issues notices and proves them from the log;
    - `subscribe` gives your own code every event in order, `subscriptions` says how that stands;
    - `spot_checks` plans, draws, examines and closes spot-checks and proves them from the log;
    - `jobs` does what is due by itself and says how it stands (`run_due`, `status`, …);
    - `seals` signs what the log is, `verifier` proves that it was not altered since;
    - `audit` exports a record, or a period, with all that proves it off line;
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
        matching_tool: MatchingTool | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        retentions: tuple[Retention, ...] = RETENTIONS,
    ) -> None:
        """Put the parts together; `open` is the way in."""
        master_key, identity_key = settings.required_keys()
        self._database = database
        self._server = server
        self.keys = KeyRing(
            database, master_key, clock, random_bytes, former_master_key=settings.former_key()
        )
        mapper = Mapper(self.keys)
        self._mapper = mapper
        self._masking_mapper = MaskingMapper(self.keys)
        self._closed = threading.Event()
        self.subscriptions = Subscriptions(database, clock)
        self.events = PostgresEventStore(database, mapper, self.keys)
        self.identities = StreamIds(identity_key, self.events.erased)
        self.service = CommandService(
            self.events,
            self.identities,
            clock,
            editions=editions,
            cached_ledgers=settings.cached_ledgers,
            grading_tool=grading_tool,
        )
        secret = settings.signing_key()
        signing_key = SigningKey(secret) if secret else None
        self.seals = SealOffice(database, signing_key, clock)
        self.verifier = Verifier(
            database, self.keys, signing_key.public_key if signing_key else None
        )
        self.projections = Projector(database, mapper, read_models(calendar, editions))
        accesses = AccessBook(self.service, lambda: UUID(bytes=random_bytes(16), version=4))
        monthly = MonthlyLedgers(
            database, self.events, self.service, self.projections, calendar, editions, clock
        )
        makers = (DailyVacancies(self.events, calendar, editions), monthly)
        self.notices = NoticeOffice(
            database, self.events, self.service, self.projections, clock, self.seals, makers
        )
        self._queries = Queries(
            database,
            self.events,
            self.service,
            self.identities,
            calendar,
            editions,
            clock,
            self.projections,
            self.keys,
            accesses,
            monthly,
            self.notices,
            matching_tool,
        )
        self.audit = AuditOffice(
            database, self.events, self.service, self._queries, self.seals, accesses, clock
        )
        self.spot_checks = SpotCheckOffice(
            database, self.events, self.service, self.projections, calendar, editions, clock,
            random_bytes,
        )  # fmt: skip
        workshop = Workshop(database, self.service, self.projections)
        self.jobs = JobOffice(
            database,
            self.service,
            self.projections,
            all_jobs(workshop, self.notices, self.spot_checks),
            clock,
            settings,
            self.seals,
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
        matching_tool: MatchingTool | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        retentions: tuple[Retention, ...] = RETENTIONS,
        **options: Any,
    ) -> Taizhang:
        """Open the database, bring its schema up to date, and return the way in.

        `grading_tool` is the city's tool for grading difficulty (Article 12); without one nobody can
        be graded. `matching_tool` is the tool for precise matching (Articles 15 and 40), by which
        `queries().matching` answers. `random_bytes` makes keys, nonces and the seeds of spot-checks. `retentions`
        says how long records of persons are kept. Settings come
        from the environment (``TAIZHANG_…``), from `settings`, or as `options` by name. Without a database
        address a private PostgreSQL is started in the data folder.

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
                matching_tool=matching_tool,
                random_bytes=random_bytes,
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
        """Return the id by which commands know the person of a document, with a ledger or not yet.

        Who was erased and comes back is known by another one.
        """
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

    @overload
    def subscribe(
        self,
        name: str,
        *,
        from_position: int = 0,
        types: Iterable[str] | None = None,
        in_clear: str | None = None,
        retry_seconds: float = 1.0,
    ) -> Subscription: ...
    @overload
    def subscribe(
        self,
        name: None = None,
        *,
        from_position: int = 0,
        types: Iterable[str] | None = None,
        in_clear: str | None = None,
    ) -> Tail: ...
    def subscribe(
        self,
        name: str | None = None,
        *,
        from_position: int = 0,
        types: Iterable[str] | None = None,
        in_clear: str | None = None,
        retry_seconds: float = 1.0,
    ) -> Subscription | Tail:
        """Return a subscription to the log: every event after a position, once and in order.

        With a `name` the position is kept, across restarts; `from_position` then only says where the
        first consumer of that name begins. Without one, nothing is kept. `types` are stored names of
        events; all of them where it is left out. Personal fields are masked, unless `in_clear` says
        why they are needed: that is kept and logged. After an event failed, the first retry comes in
        `retry_seconds`, each later one after twice the time. Raises InvalidInput.
        """
        if from_position < 0:
            raise InvalidInput(
                "positions begin with 0, before the first event", field="from_position"
            )
        if in_clear is not None and not in_clear.strip():
            raise InvalidInput("say why personal fields are needed", field="in_clear")
        wanted = checked_types(types)
        reader = self._masking_mapper if in_clear is None else self._mapper
        if name is None:
            return Tail(
                self._database,
                reader,
                from_position=from_position,
                types=wanted,
                in_clear=in_clear,
                closed=self._closed,
            )
        if not 1 <= len(name.strip()) <= 100:
            raise InvalidInput("a subscription has a name of up to 100 characters", field="name")
        return Subscription(
            self._database,
            reader,
            name,
            from_position=from_position,
            types=wanted,
            in_clear=in_clear,
            retry_seconds=retry_seconds,
            closed=self._closed,
        )

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

    def catalogue_import(self, *, by: Actor) -> CatalogueImport:
        """Return an import of catalogues of restricted industries that acts for `by`."""
        return CatalogueImport(self.service, by=by)

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
        self._closed.set()
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
