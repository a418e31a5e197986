"""The peer *stock*: an application of the library `eventsourcing`, with its PostgreSQL module as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import CanMutateAggregate
from psycopg import Connection

from ...application.commands import employers as commands
from ...application.commands.base import Command
from ...domain.employer import papers, services, vacancy
from ...domain.employer.content import screen_content
from ...domain.employer.ledger import EmployerLedgerOpened
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Actor, require
from .server import connect
from .stock_ledger import EmployerLedger, screening_data
from .workload import AGENCY, TODAY, Fact, Place, credit_code, directory

Meta = dict[str, str]
_COPY = b"COPY stock.ledgers_events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
_TYPES = ["uuid", "int8", "text", "bytea"]


class Ledgers(Application[UUID]):
    """Commands as methods of an application; who may do what is settled by the package's own function."""

    name = "ledgers"

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(env)
        self.directory: Directory = directory()

    def execute(self, command: Command, actor: Actor, command_id: UUID) -> int:
        """Carry out one command and return the ledger's version after it."""
        assert isinstance(command, commands.VacancyCommand)
        key = command_id.hex
        ledger: EmployerLedger = self.repository.get(
            EmployerLedger.create_id(command.credit_code)
        )
        if (first := ledger.commands.get(key)) is not None:
            return first
        day = command.occurred_on or TODAY
        require(self.directory, actor, command.power, ledger.agency_code, day)
        meta = {
            "day": day.isoformat(),
            "staff_id": actor.staff_id,
            "agency_code": actor.agency_code,
            "command_id": key,
        }
        _COMMANDS[type(command)](ledger, command, meta)
        self.save(ledger)
        return ledger.version


class SnapshottingLedgers(Ledgers):
    """The same with the library's snapshots, one every fifty events."""

    name = "ledgers"
    snapshotting_intervals = {EmployerLedger: 50}  # noqa: RUF012


def environment(url: str, *, create: bool = False) -> dict[str, str]:
    """Return the library's settings: where the database is, and who makes the tables.

    The loader makes them: clients that start together would get into each other's way.
    """
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": unquote(parts.username or ""),
        "POSTGRES_PASSWORD": unquote(parts.password or ""),
        "POSTGRES_SCHEMA": "stock",
        "CREATE_TABLE": "yes" if create else "no",
    }


def create(url: str) -> SnapshottingLedgers:
    """Make the library's tables, those for snapshots too, and return the application."""
    connect(url, "stock").close()
    return SnapshottingLedgers(environment(url, create=True))


def _draft(ledger: EmployerLedger, command: Any, meta: Meta) -> None:
    screening = screening_data(screen_content(command.content))
    content = command.content.model_dump(mode="json")
    ledger.draft_vacancy(str(command.vacancy_id), content, screening, meta)


def _publish(ledger: EmployerLedger, command: Any, meta: Meta) -> None:
    until = command.valid_until.isoformat() if command.valid_until else None
    ledger.publish_vacancy(str(command.vacancy_id), until, meta)


_COMMANDS: dict[type[Command], Callable[[EmployerLedger, Any, Meta], None]] = {
    commands.DraftVacancy: _draft,
    commands.SubmitVacancy: lambda ledger, command, meta: ledger.submit_vacancy(
        str(command.vacancy_id), command.channel.value, meta
    ),
    commands.PassVacancy: lambda ledger, command, meta: ledger.pass_vacancy(
        str(command.vacancy_id), command.overruled, meta
    ),
    commands.PublishVacancy: _publish,
    commands.WithdrawVacancy: lambda ledger, command, meta: ledger.withdraw_vacancy(
        str(command.vacancy_id), command.reason.value, command.note, meta
    ),
    commands.ArchiveVacancy: lambda ledger, command, meta: ledger.archive_vacancy(
        str(command.vacancy_id), meta
    ),
}

# --- loading ----------------------------------------------------------------------------------

_METHODS: dict[type[Any], str] = {
    papers.LicenceVerified: "licence_verified",
    papers.AgentVerified: "agent_verified",
    papers.EmployerRegistered: "registered",
    vacancy.VacancyDrafted: "drafted",
    vacancy.VacancyRevised: "revised",
    vacancy.VacancySubmitted: "submitted",
    vacancy.VacancyPassed: "passed",
    vacancy.VacancyReturned: "returned",
    vacancy.VacancyPublished: "published",
    vacancy.VacancyWithdrawn: "withdrawn",
    vacancy.VacancyLapsed: "lapsed",
    vacancy.VacancyArchived: "archived",
    services.ReferralMade: "referred",
    services.ReferralOutcomeLearnt: "outcome_learnt",
}


def load_ledgers(
    app: Ledgers, connection: Connection[Any], ledgers: Iterable[tuple[int, list[Fact]]]
) -> int:
    """Put whole ledgers into the log; return the number of events."""
    places = (Place(number, AGENCY, fact) for number, facts in ledgers for fact in facts)
    return load_log(app, connection, places)


def load_log(app: Ledgers, connection: Connection[Any], places: Iterable[Place]) -> int:
    """Put a log into an empty store, in its order, as the application itself would store it."""
    held: dict[int, EmployerLedger] = {}
    count = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as rows:
        rows.set_types(_TYPES)
        for place in places:
            for domain_event in _record(held, place):
                stored = app.mapper.to_stored_event(domain_event)
                rows.write_row(
                    (stored.originator_id, stored.originator_version, stored.topic, stored.state)
                )
                count += 1
    connection.execute("ANALYZE")
    return count


def take_snapshots(app: SnapshottingLedgers, employers: Iterable[int]) -> None:
    """Have a snapshot of each ledger as it is now."""
    for number in employers:
        app.take_snapshot(EmployerLedger.create_id(credit_code(number)))


def put_back(connection: Connection[Any], head: int) -> None:
    """Take away what was appended after the position `head`."""
    connection.execute(
        "DELETE FROM stock.ledgers_snapshots AS s USING stock.ledgers_events AS e "
        "WHERE e.originator_id = s.originator_id AND e.originator_version = s.originator_version "
        "AND e.notification_id > %s",
        (head,),
    )
    connection.execute("DELETE FROM stock.ledgers_events WHERE notification_id > %s", (head,))
    connection.execute("VACUUM stock.ledgers_events, stock.ledgers_snapshots")


def _record(held: dict[int, EmployerLedger], place: Place) -> Iterable[CanMutateAggregate[UUID]]:
    number, agency_code, fact = place
    fields = fact.event.model_dump(mode="json")
    meta = {
        "day": fact.day.isoformat(),
        "staff_id": fact.staff_id,
        "agency_code": agency_code,
        "command_id": uuid4().hex,
    }
    if isinstance(fact.event, vacancy.VacancyDrafted | vacancy.VacancyRevised):
        fields["screening"] = screening_data(fact.event.screening)
    if isinstance(fact.event, EmployerLedgerOpened):
        held[number] = EmployerLedger(**fields, **meta)
    else:
        getattr(held[number], _METHODS[type(fact.event)])(**fields, **meta)
    events: list[CanMutateAggregate[UUID]] = held[number].collect_events()  # type: ignore[assignment]
    return events
