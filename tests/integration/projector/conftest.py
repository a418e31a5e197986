"""A log to write to and the projector over it, for the tests of the projector."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.employer.content import Screening, VacancyContent
from taizhang.domain.employer.papers import Channel, EmployerBasics, EmployerLedgerOpened
from taizhang.domain.employer.vacancy import (
    VacancyArchived,
    VacancyDrafted,
    VacancyPassed,
    VacancyPublished,
    VacancySubmitted,
    VacancyWithdrawn,
    WithdrawalReason,
)
from taizhang.domain.errors import Unavailable
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.identity import credit_check_character
from taizhang.infrastructure.database import Database
from taizhang.infrastructure.projecting import folding, pipeline, projection_store
from taizhang.infrastructure.projecting.projector import Projector
from taizhang.infrastructure.store.mapper import Mapper
from taizhang.projections.catalogue import ReadModels, read_models

NAMES = [model.name for model in read_models()]
SCREENING = Screening(version="1")


class World:
    """A log to write to, and the projector over it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)
        self.database.migrate()
        self.versions: dict[UUID, int] = {}
        self.random = Random(2018)
        self.day = date(2026, 3, 2)

    def projector(self, models: ReadModels | None = None, reader: Any = None) -> Projector:
        # No event here has personal fields: the mapper needs no keys.
        return Projector(self.database, reader or Mapper(cast(Any, None)), models or read_models())

    def append(self, *events: tuple[UUID, Event], on: psycopg.Connection[Any] | None = None) -> int:
        """Append events in one transaction, as the event store does: numbered under the log's lock."""
        position = 0
        with self.connect(on) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 1)")
            for stream, event in events:
                self.versions[stream] = self.versions.get(stream, 0) + 1
                (position,) = connection.execute(
                    "INSERT INTO stored_events (originator_id, originator_version, topic, state, "
                    "occurred_on, recorded_at, staff_id, agency_code, command_id) "
                    "VALUES (%s, %s, %s, %s, %s, %s, 's1', '110101001', %s) RETURNING notification_id",
                    (
                        stream,
                        self.versions[stream],
                        type(event).event_name,
                        event.model_dump_json().encode(),
                        self.day,
                        datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=SHANGHAI),
                        uuid4(),
                    ),
                ).fetchone() or (0,)
            connection.execute("SELECT pg_notify('taizhang_events', '')")
        return int(position)

    @contextmanager
    def connect(
        self, connection: psycopg.Connection[Any] | None = None
    ) -> Iterator[psycopg.Connection[Any]]:
        if connection is not None:
            yield connection
        else:
            with self.database.connect() as own:
                yield own

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return connection.execute(text.encode()).fetchall()

    def story(self, employers: int = 4, vacancies: int = 10) -> int:
        """Append the histories of some vacancies, mixed as they happen."""
        streams = [uuid4() for _ in range(employers)]
        self.append(*((stream, opened()) for stream in streams))
        histories = [self.history(self.random.choice(streams)) for _ in range(vacancies)]
        mixed: list[tuple[UUID, Event]] = []
        while histories:
            history = self.random.choice(histories)
            mixed.append(history.pop(0))
            if not history:
                histories.remove(history)
        last = 0
        for start in range(0, len(mixed), 7):
            self.day += timedelta(days=1)
            last = self.append(*mixed[start : start + 7])
        return last

    def history(self, stream: UUID) -> list[tuple[UUID, Event]]:
        vacancy = uuid4()
        events = life_of(vacancy, self.day + timedelta(days=20))
        return [(stream, event) for event in events[: self.random.randint(2, len(events))]]


def opened() -> Event:
    return EmployerLedgerOpened(
        credit_code="91110105MA0000000" + credit_check_character("91110105MA0000000"),
        name="某公司",
        basics=EmployerBasics(),
        channel=Channel.FRONT_DESK,
    )


def drafted(vacancy: UUID, title: str = "会计") -> Event:
    return VacancyDrafted(
        vacancy_id=vacancy, content=VacancyContent(title=title), screening=SCREENING
    )


def life_of(vacancy: UUID, until: date) -> list[Event]:
    return [
        drafted(vacancy),
        VacancySubmitted(
            vacancy_id=vacancy,
            channel=Channel.FRONT_DESK,
            publisher_id=None,
            review_agency_code="110101001",
        ),
        VacancyPassed(vacancy_id=vacancy, overruled=None),
        VacancyPublished(vacancy_id=vacancy, valid_until=until),
        VacancyWithdrawn(vacancy_id=vacancy, reason=WithdrawalReason.OTHER, note=""),
        VacancyArchived(vacancy_id=vacancy),
    ]


def reached(projector: Projector, position: int) -> bool:
    """Say whether all is folded up to a position; not yet, while the database does not answer."""
    with suppress(Unavailable):
        return projector.position() == position
    return False


def proven(projector: Projector) -> None:
    """Every read model is what a fresh fold of the log gives."""
    for name in NAMES:
        assert projector.verify(name).is_same


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    yield made
    made.database.close()


@pytest.fixture(
    params=[(1, folding.KEYS), (folding.BATCH, 20), (folding.BATCH, folding.KEYS)],
    ids=["each page", "some pages", "all pages"],
)
def small_pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a few events, written one by one, some at a time, or all at the end."""
    monkeypatch.setattr(pipeline, "SMALLEST_PAGE", 3)
    monkeypatch.setattr(pipeline, "LARGEST_PAGE", 11)
    monkeypatch.setattr(folding, "BATCH", request.param[0])
    monkeypatch.setattr(folding, "KEYS", request.param[1])
    monkeypatch.setattr(folding, "PORTION", 4)
    # Next to no rows are kept, so that they are read from the table again and again.
    monkeypatch.setattr(projection_store, "ROWS_KEPT", 2)


@dataclass
class Poisoned:
    """A mapper that cannot read the events at some positions."""

    positions: set[int]

    def read(self, *stored: Any) -> RecordedEvent:
        if stored[4] in self.positions:
            raise ValueError("cannot be read")
        return Mapper(cast(Any, None)).read(*stored)
