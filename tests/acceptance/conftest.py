"""The command line as a clerk or a job calls it, on a database in which a district is at work."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql
from typer.testing import CliRunner

from taizhang import (
    Actor,
    Command,
    EmployStaff,
    FoundAgency,
    OpenEmployerLedger,
    RecordCertificate,
    RegisterEmployer,
    Taizhang,
    VerifyAgent,
    VerifyLicence,
)
from taizhang.domain.employer.papers import Channel, LicenceKind
from taizhang.domain.identity import credit_check_character
from taizhang.domain.organisation.agency import AgencyLevel
from taizhang.domain.organisation.staff import Role
from taizhang.infrastructure.taizhang import system_clock
from taizhang.scripts.cli.app import app

FOUNDED = date(2018, 8, 1)
KEYS = {
    "TAIZHANG_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    "TAIZHANG_IDENTITY_KEY": base64.b64encode(bytes(range(32))).decode(),
}


@dataclass
class CommandLine:
    """Runs ``taizhang`` in a folder of its own, with an environment of its own.

    In this process, since starting another takes a second; `apart` does start one.
    """

    folder: Path
    url: str
    credit_code: str = ""

    def environment(self, *, without: tuple[str, ...] = (), **more: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("TAIZHANG_")
        }
        ours = {**KEYS, "TAIZHANG_DATABASE_URL": self.url, "PYTHONIOENCODING": "utf-8"}
        found = {**kept, **ours, **more}
        return {name: value for name, value in found.items() if name not in without}

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "taizhang.scripts.cli", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(
        self, *arguments: str, text: bytes | str = b"", **more: Any
    ) -> subprocess.CompletedProcess[str]:
        environment: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("TAIZHANG_")
        }
        structlog.reset_defaults()
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(
                app, list(arguments), input=text, env=environment | self.environment(**more)
            )
        structlog.reset_defaults()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise AssertionError(f"a traceback: {done.stderr}") from done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def apart(
        self, *arguments: str, text: bytes | str = b"", **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "taizhang.scripts.cli", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            input=text.encode() if isinstance(text, str) else text,
            capture_output=True,
            timeout=300,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def ok(self, *arguments: str, text: bytes | str = b"", **more: Any) -> str:
        """Run what should succeed and return what it prints."""
        done = self.run(*arguments, text=text, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fails(self, *arguments: str, status: int = 1, text: bytes | str = b"", **more: Any) -> str:
        """Run what should fail, without a traceback, and return what it says."""
        done = self.run(*arguments, text=text, **more)
        assert done.returncode == status, done.stdout + done.stderr
        assert done.stderr.strip()
        return done.stderr

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET search_path TO taizhang")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def events(self) -> int:
        return int(self.rows("SELECT count(*) FROM stored_events")[0][0])


def credit_code(number: int) -> str:
    """Return a credit code that is well formed, one for each number."""
    first = f"91110105MA{number:07d}"
    return first + credit_check_character(first)


def _found(url: str) -> None:
    """Let a district begin its work some days ago."""
    with Taizhang.open(
        clock=lambda: system_clock() - timedelta(days=5),
        database_url=url,
        master_key=KEYS["TAIZHANG_MASTER_KEY"],
        identity_key=KEYS["TAIZHANG_IDENTITY_KEY"],
        log_level="ERROR",
    ) as taizhang:

        def do(command: Command, by: Actor) -> None:
            taizhang.execute(command, by=by, command_id=uuid4())

        system = Actor.system("110000")
        for code, parent, level in (
            ("110000", None, AgencyLevel.CITY),
            ("110105", "110000", AgencyLevel.DISTRICT),
            ("110105001", "110105", AgencyLevel.SUBDISTRICT),
        ):
            found = FoundAgency(
                code=code, name=f"机构{code}", level=level, parent_code=parent, effective_on=FOUNDED
            )
            do(found, system)
        for staff_id, agency, role in (
            ("clerk", "110105001", Role.SERVICE_STAFF),
            ("reviewer", "110105001", Role.INFORMATION_ANALYST),
            ("supervisor", "110105", Role.SUPERVISOR),
        ):
            do(
                EmployStaff(
                    staff_id=staff_id, name="某", agency_code=agency, roles=(role,),
                    effective_on=FOUNDED,
                ),
                system,
            )  # fmt: skip
        do(
            RecordCertificate(
                staff_id="reviewer", role=Role.INFORMATION_ANALYST, title="x", valid_from=FOUNDED,
                effective_on=FOUNDED,
            ),
            system,
        )  # fmt: skip
        clerk = Actor(staff_id="clerk", agency_code="110105001")
        for number, name in ((1, "北京甲公司"), (2, "北京乙公司")):
            code = credit_code(number)
            do(OpenEmployerLedger(credit_code=code, name=name, channel=Channel.SURVEY), clerk)
            do(
                VerifyLicence(
                    credit_code=code, licence=LicenceKind.BUSINESS_LICENCE, valid_from=FOUNDED
                ),
                clerk,
            )
            do(
                VerifyAgent(
                    credit_code=code, name="欧阳娜娜", identity_number="110105199001010010",
                    phone="13912345678", authority_valid_until=date(2099, 1, 1),
                ),
                clerk,
            )  # fmt: skip
            do(RegisterEmployer(credit_code=code), clerk)
        taizhang.projections.catch_up()


@pytest.fixture(scope="session")
def _district(postgres_url: str, _postgres: psycopg.Connection) -> Iterator[str]:
    name = f"district_{uuid4().hex}"
    _postgres.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    _found(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}")))
    yield name
    _postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def command_line(
    postgres_url: str, _postgres: psycopg.Connection, _district: str, tmp_path: Path
) -> Iterator[CommandLine]:
    """Return the command line on a database with a district, its staff, and two registered employers."""
    name = f"test_{uuid4().hex}"
    _postgres.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(_district)
        )
    )
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    yield CommandLine(tmp_path, url, credit_code(1))
    _postgres.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
