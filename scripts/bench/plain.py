"""The peer *plain*: row tables with an audit trigger, through SQL alone.

A command is one transaction: the row is read and locked, the rules are checked, the row is changed, the
command's id is kept (its key refuses a repeat), and all is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor, errors

from ...application.commands import employers as commands
from ...application.commands.base import Command
from ...domain.employer.content import screen_content
from ...domain.employer.papers import AgentVerified, EmployerLedgerOpened, LicenceVerified
from ...domain.employer.vacancy import VacancyDrafted
from ...domain.errors import InvalidInput, NotFound, RuleBroken
from ...domain.organisation.powers import Actor, require
from ...domain.regulation.edition import edition_on
from .server import connect
from .staffing import AGENCY, TODAY, directory, submitter
from .workload import Fact, credit_code

_SCHEMA = Path(__file__).with_name("plain.sql")
_PAPERS = """e.agency_code, e.registered_on, e.licence_valid_from, e.licence_valid_until, EXISTS (
    SELECT FROM agents AS a WHERE a.credit_code = e.credit_code AND a.authority_valid_until >= %(day)s
        AND (a.identity_valid_until IS NULL OR a.identity_valid_until >= %(day)s))"""
_EMPLOYER = f"SELECT {_PAPERS} FROM employers AS e WHERE e.credit_code = %(code)s FOR SHARE OF e"
_VACANCY = f"""
    SELECT {_PAPERS}, v.status, v.since, v.submitted_by, v.violations, v.stated_valid_until, v.revised,
        EXISTS (SELECT FROM referrals AS r WHERE r.vacancy_id = v.vacancy_id AND r.outcome IS NULL)
    FROM vacancies AS v JOIN employers AS e USING (credit_code)
    WHERE v.vacancy_id = %(vacancy)s AND e.credit_code = %(code)s FOR UPDATE OF v FOR SHARE OF e
"""
_DRAFT = """
    INSERT INTO vacancies (vacancy_id, credit_code, status, since, headcount, stated_valid_until,
        violations, content, screening, occurred_on, changed_by, changed_at, command_id)
    VALUES (%(vacancy)s, %(code)s, 'draft', %(day)s, %(headcount)s, %(until)s, %(violations)s,
        %(content)s, %(screening)s, %(day)s, %(staff)s, %(agency)s, %(command)s)
"""
_CHANGE = """
    UPDATE vacancies SET status = %(status)s, since = %(day)s, {also}occurred_on = %(day)s,
        changed_by = %(staff)s, changed_at = %(agency)s, command_id = %(command)s
    WHERE vacancy_id = %(vacancy)s
"""
_KEEP = "INSERT INTO commands (command_id, name, vacancy_id) VALUES (%(command)s, %(name)s, %(vacancy)s)"

Values = dict[str, Any]


class Plain:
    """Commands on the tables."""

    def __init__(self, url: str, schema: str = "plain") -> None:
        """Connect to the database."""
        self.connection = connect(url, schema)
        self.connection.prepare_threshold = 0
        self._directory = directory()

    def execute(self, command: Command, actor: Actor, command_id: UUID) -> None:
        """Carry out one command; a repeat changes nothing."""
        assert isinstance(command, commands.VacancyCommand)
        day = command.occurred_on or TODAY
        values: Values = {
            "vacancy": command.vacancy_id,
            "code": command.credit_code,
            "day": day,
            "staff": actor.staff_id,
            "agency": actor.agency_code,
            "command": command_id,
            "name": command.command_name,
        }
        drafts = isinstance(command, commands.DraftVacancy)
        try:
            with self.connection.transaction(), self.connection.cursor(binary=True) as cursor:
                found = cursor.execute(_EMPLOYER if drafts else _VACANCY, values).fetchone()
                if found is None:
                    raise NotFound("there is no such employer or vacancy")
                require(self._directory, actor, command.power, found[0], day)
                statement = _DECIDE[type(command)](command, found, values)
                cursor.execute(statement, values)
                cursor.execute(_KEEP, values)
        except errors.UniqueViolation as error:
            if error.diag.constraint_name != "commands_pkey":
                raise

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _require_registered(found: Any, day: date, rule_id: str) -> None:
    if found[1] is None:
        raise RuleBroken(rule_id, "the employer has no recruitment registration")
    if found[2] is None or day < found[2] or (found[3] is not None and day > found[3]):
        raise RuleBroken("35", "the licence is not valid")
    if not found[4]:
        raise RuleBroken("35", "no agent has valid papers")


def _require(found: Any, day: date, rule_id: str, *allowed: str) -> None:
    if found[5] not in allowed:
        raise RuleBroken(rule_id, f"the vacancy is {found[5]}")
    if day < found[6]:
        raise InvalidInput(f"it has been {found[5]} only since {found[6]}")


def _draft(command: Any, found: Any, values: Values) -> str:
    _require_registered(found, values["day"], "36")
    screening = screen_content(command.content)
    values["headcount"] = command.content.headcount
    values["until"] = command.content.valid_until
    values["violations"] = screening.violations
    values["content"] = command.content.model_dump_json()
    values["screening"] = screening.model_dump_json()
    return _DRAFT


def _submit(command: Any, found: Any, values: Values) -> str:
    _require_registered(found, values["day"], "36")
    _require(found, values["day"], "38.1", "draft", "returned")
    if found[5] == "returned" and not found[10]:
        raise RuleBroken("39.1", "it was returned with defects: revise it first")
    values["status"] = "submitted"
    return _SUBMIT


def _pass(command: Any, found: Any, values: Values) -> str:
    _require(found, values["day"], "38.1", "submitted")
    if found[7] == values["staff"]:
        raise RuleBroken("38.1", "who submitted a vacancy does not review it")
    if found[8] and not (command.overruled and command.overruled.strip()):
        raise RuleBroken("38.3", "the screening found discriminatory wording")
    values.update(status="passed", overruled=command.overruled)
    return _PASS


def _publish(command: Any, found: Any, values: Values) -> str:
    day = values["day"]
    _require(found, day, "38.1", "passed")
    _require_registered(found, day, "35")
    until = command.valid_until or found[9]
    if until is None:
        until = day + timedelta(days=edition_on(day).vacancy_validity.amount)
    if until < day:
        raise RuleBroken("38.1", "its period has ended")
    values.update(status="published", until=until)
    return _PUBLISH


def _withdraw(command: Any, found: Any, values: Values) -> str:
    _require(found, values["day"], "41", "draft", "submitted", "passed", "returned", "published")
    values.update(status="withdrawn", reason=command.reason.value, note=command.note)
    return _WITHDRAW


def _archive(command: Any, found: Any, values: Values) -> str:
    _require(found, values["day"], "41", "withdrawn", "lapsed")
    if found[11]:
        raise RuleBroken("41", "the outcome of a referral to it is not known yet")
    values["status"] = "archived"
    return _ARCHIVE


_SUBMIT = _CHANGE.format(also="submitted_by = %(staff)s, ")
_PASS = _CHANGE.format(also="overruled = %(overruled)s, ")
_PUBLISH = _CHANGE.format(also="valid_until = %(until)s, ")
_WITHDRAW = _CHANGE.format(also="reason = %(reason)s, note = %(note)s, ")
_ARCHIVE = _CHANGE.format(also="")
_DECIDE: dict[type[Command], Callable[[Any, Any, Values], str]] = {
    commands.DraftVacancy: _draft,
    commands.SubmitVacancy: _submit,
    commands.PassVacancy: _pass,
    commands.PublishVacancy: _publish,
    commands.WithdrawVacancy: _withdraw,
    commands.ArchiveVacancy: _archive,
}

# --- loading ----------------------------------------------------------------------------------


def create(connection: Connection[Any]) -> None:
    """Make the tables."""
    connection.execute(_SCHEMA.read_bytes())


def load(connection: Connection[Any], ledgers: Iterable[tuple[int, list[Fact]]]) -> None:
    """Put employers and vacancies into the tables, with an audit row for every fact."""
    with connection.transaction(), connection.cursor() as cursor:
        for number, facts in ledgers:
            _load_employer(cursor, number, facts)
            contents = [fact for fact in facts if isinstance(fact.event, VacancyDrafted)]
            cursor.executemany(_DRAFT, [_drafted(number, fact) for fact in contents])
        # The later facts for all at once: the trigger writes a row for each vacancy all the same.
        public = "occurred_on < %(day)s - 20"
        for status, also, which in (
            ("submitted", "submitted_by = %(staff)s, ", "true"),
            ("passed", "", "occurred_on < %(day)s"),
            ("published", "valid_until = since + 30, ", "status = 'passed'"),
            ("withdrawn", "reason = 'filled', ", public),
            ("archived", "", "status = 'withdrawn'"),
        ):
            cursor.execute(
                f"UPDATE vacancies SET {also}status = '{status}' WHERE {which}",
                {"staff": submitter().staff_id, "day": TODAY},
            )
    connection.execute("VACUUM ANALYZE")


def put_back(connection: Connection[Any], last: int) -> None:
    """Take away what was recorded after the audit row `last`."""
    with connection.transaction():
        connection.execute(
            "DELETE FROM vacancies AS v USING commands AS c WHERE c.vacancy_id = v.vacancy_id"
        )
        connection.execute("TRUNCATE commands")
        connection.execute("DELETE FROM audit WHERE audit_id > %s", (last,))
    connection.execute("VACUUM vacancies, audit")


def _load_employer(cursor: Cursor[Any], number: int, facts: list[Fact]) -> None:
    code = credit_code(number)
    for event, day, staff_id in facts[:4]:
        if isinstance(event, EmployerLedgerOpened):
            cursor.execute(
                "INSERT INTO employers VALUES (%s, %s, %s, %s, NULL, NULL, NULL, %s)",
                (code, AGENCY, event.name, event.basics.model_dump_json(), staff_id),
            )
        elif isinstance(event, LicenceVerified):
            cursor.execute(
                "UPDATE employers SET licence_valid_from = %s WHERE credit_code = %s",
                (event.valid_from, code),
            )
        elif isinstance(event, AgentVerified):
            cursor.execute(
                "INSERT INTO agents VALUES (%s, %s, %s, %s, %s, %s)",
                (event.agent_id, code, event.authority_valid_until, event.identity_valid_until,
                 event.real_name_verified, staff_id),
            )  # fmt: skip
        else:
            cursor.execute(
                "UPDATE employers SET registered_on = %s WHERE credit_code = %s", (day, code)
            )


def _drafted(number: int, fact: Fact) -> Values:
    event = fact.event
    assert isinstance(event, VacancyDrafted)
    return {
        "vacancy": event.vacancy_id,
        "code": credit_code(number),
        "day": fact.day,
        "headcount": event.content.headcount,
        "until": event.content.valid_until,
        "violations": event.screening.violations,
        "content": event.content.model_dump_json(),
        "screening": event.screening.model_dump_json(),
        "staff": fact.staff_id,
        "agency": AGENCY,
        "command": event.vacancy_id,
    }
