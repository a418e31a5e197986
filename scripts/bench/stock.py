"""The peer *stock*: an application of the library `eventsourcing`, with its PostgreSQL module as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import CanMutateAggregate
from eventsourcing.persistence import JSONTranscoder, Transcoding
from psycopg import Connection
from pydantic import BaseModel

from ...application.commands import employers as commands
from ...application.commands.base import Command
from ...domain.employer import papers, services, vacancy
from ...domain.employer.content import screen_content
from ...domain.employer.papers import EmployerLedgerOpened
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Actor, require
from .server import connect
from .staffing import AGENCY, TODAY, directory
from .stock_ledger import EmployerLedger, Meta, screening_data
from .workload import Fact, Place, credit_code

_COPY = "COPY stock.{}_events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)"
_TYPES = ["uuid", "int8", "text", "bytea"]


class DateAsISO(Transcoding):
    """Days in events, as the library's documentation has it."""

    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        """Return the text that is stored."""
        return obj.isoformat()

    def decode(self, data: str) -> date:
        """Return the day."""
        return date.fromisoformat(data)


class Ledgers(Application[UUID]):
    """Commands as methods of an application; who may do what is settled by the package's own function.

    Events hold ids as `UUID` and days as `date`, as ours do.
    """

    name = "ledgers"
    typed = True

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__(env)
        self.directory: Directory = directory()

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        """Let events hold days."""
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())

    def value(self, held: UUID | date | None) -> Any:
        """Return an id or a day as events hold it."""
        return held if self.typed or held is None else str(held)

    def data(self, model: BaseModel) -> dict[str, Any]:
        """Return the fields of a model as events hold them."""
        fields = model.model_dump(mode="json")
        for name in fields:
            held = getattr(model, name)
            if isinstance(held, UUID | date):
                fields[name] = self.value(held)
        return fields

    def execute(self, command: Command, actor: Actor, command_id: UUID) -> int:
        """Carry out one command and return the ledger's version after it."""
        assert isinstance(command, commands.VacancyCommand)
        key = self.value(command_id)
        ledger: EmployerLedger = self.repository.get(EmployerLedger.create_id(command.credit_code))
        if (first := ledger.commands.get(key)) is not None:
            return first
        day = command.occurred_on or TODAY
        require(self.directory, actor, command.power, ledger.agency_code, day)
        meta = {
            "day": self.value(day),
            "staff_id": actor.staff_id,
            "agency_code": actor.agency_code,
            "command_id": key,
        }
        _COMMANDS[type(command)](self, ledger, command, self.value(command.vacancy_id), meta)
        self.save(ledger)
        return ledger.version


class TextLedgers(Ledgers):
    """The same with ids and days as text in the events: the least that its transcoder can have to do."""

    name = "text_ledgers"
    typed = False


class SnapshottingLedgers(TextLedgers):
    """That with the library's snapshots, one every fifty events."""

    name = "text_ledgers"
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


def create(url: str, kind: type[Ledgers] = Ledgers) -> Ledgers:
    """Make the library's tables and return the application."""
    connect(url, "stock").close()
    return kind(environment(url, create=True))


def _draft(app: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    screening = screening_data(screen_content(command.content))
    ledger.draft_vacancy(of, app.data(command.content), screening, meta)


def _submit(_: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    ledger.submit_vacancy(of, command.channel.value, meta)


def _pass(_: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    ledger.pass_vacancy(of, command.overruled, meta)


def _publish(app: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    ledger.publish_vacancy(of, app.value(command.valid_until), meta)


def _withdraw(_: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    ledger.withdraw_vacancy(of, command.reason.value, command.note, meta)


def _archive(_: Ledgers, ledger: EmployerLedger, command: Any, of: Any, meta: Meta) -> None:
    ledger.archive_vacancy(of, meta)


_COMMANDS: dict[type[Command], Callable[[Ledgers, EmployerLedger, Any, Any, Meta], None]] = {
    commands.DraftVacancy: _draft,
    commands.SubmitVacancy: _submit,
    commands.PassVacancy: _pass,
    commands.PublishVacancy: _publish,
    commands.WithdrawVacancy: _withdraw,
    commands.ArchiveVacancy: _archive,
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
    return load_records(app, connection, (record(app, held, place) for place in places))


def load_records(
    app: Ledgers, connection: Connection[Any], records: Iterable[Iterable[CanMutateAggregate[UUID]]]
) -> int:
    """Put the library's events into an empty store, in their order; return how many they are."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(_COPY.format(app.name).encode()) as rows:
        rows.set_types(_TYPES)
        for record in records:
            for domain_event in record:
                stored = app.mapper.to_stored_event(domain_event)
                rows.write_row(
                    (stored.originator_id, stored.originator_version, stored.topic, stored.state)
                )
                count += 1
    connection.execute("ANALYZE")
    return count


def take_snapshots(app: Ledgers, employers: Iterable[int]) -> None:
    """Have a snapshot of each ledger as it is now."""
    for number in employers:
        app.take_snapshot(EmployerLedger.create_id(credit_code(number)))


def put_back(connection: Connection[Any], app_name: str, head: int) -> None:
    """Take away what was appended after the position `head`."""
    events = f"stock.{app_name}_events"
    snapshots = f"stock.{app_name}_snapshots"
    if app_name == SnapshottingLedgers.name:
        connection.execute(
            f"DELETE FROM {snapshots} AS s USING {events} AS e "
            "WHERE e.originator_id = s.originator_id AND e.originator_version = s.originator_version "
            f"AND e.notification_id > {head:d}".encode()
        )
    connection.execute(f"DELETE FROM {events} WHERE notification_id > {head:d}".encode())
    connection.execute(f"VACUUM {events}".encode())


def record(
    app: Ledgers, held: dict[int, EmployerLedger], place: Place
) -> Iterable[CanMutateAggregate[UUID]]:
    """Return the library's events for a fact."""
    number, agency_code, fact = place
    fields = app.data(fact.event)
    meta = {
        "day": app.value(fact.day),
        "staff_id": fact.staff_id,
        "agency_code": agency_code,
        "command_id": app.value(uuid4()),
    }
    if isinstance(fact.event, vacancy.VacancyDrafted | vacancy.VacancyRevised):
        fields["screening"] = screening_data(fact.event.screening)
    if isinstance(fact.event, EmployerLedgerOpened):
        held[number] = EmployerLedger(**fields, **meta)
    else:
        getattr(held[number], _METHODS[type(fact.event)])(**fields, **meta)
    events: list[CanMutateAggregate[UUID]] = held[number].collect_events()  # type: ignore[assignment]
    return events
