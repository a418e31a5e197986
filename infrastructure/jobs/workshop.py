"""What jobs work with: commands in batches, read models that are level; and which agencies they are for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

from psycopg.rows import dict_row

from ...application.commands.base import Command, CommandResult
from ...application.jobs import FailedInPart, Job, Period, Task
from ...application.service import CommandService, Request
from ...domain.calendar import shanghai_day
from ...domain.errors import TaizhangError
from ...domain.organisation.agency import AgencyLevel
from ...domain.organisation.directory import Agency, Directory
from ..database import Database

AT_ONCE = 200
"""So many commands go into one transaction: others can append in between."""
NOBODY_LEFT = "closed without a successor: nobody may write in its records"


class Following(Protocol):
    """Keeps the read models level."""

    def position(self) -> int:
        """Return how far they have come."""
        ...

    def catch_up(self) -> object:
        """Bring them to the head of the log."""
        ...


class Workshop:
    """What jobs work with: the commands, and rows of read models that are level."""

    def __init__(self, database: Database, service: CommandService, projections: Following) -> None:
        """Stand on the service and the read models."""
        self.service = service
        self._database = database
        self._projections = projections

    def level_rows(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return rows of the read models, after bringing them level with the log."""
        (log,) = self.rows("SELECT coalesce(max(notification_id), 0) AS head FROM stored_events")
        if self._projections.position() < log["head"]:
            self._projections.catch_up()
        return self.rows(statement, parameters)

    def rows(
        self, statement: str, parameters: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return rows of the database."""
        with self._database.use() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), parameters).fetchall()

    def answered_for(self, task: Task) -> list[str]:
        """Return the codes for whose records the agency of a task answered at the end of its period.

        Without those that another one has borne since: what stands under them is the other's now.
        """
        directory, today = self.service.directory, shanghai_day(task.now)
        heir = directory.heir(task.agency, today)
        return [
            code
            for code in directory.codes_answered_for(task.agency, task.day)
            if directory.holder(code, today) is heir
        ]

    def is_left_to(self, task: Task) -> bool:
        """Say whether the agency, or one that took over from it, is there today to write in its records."""
        today = shanghai_day(task.now)
        heir = self.service.directory.heir(task.agency, today)
        return heir is not None and heir.exists_on(today)

    def do_all(self, task: Task, commands: Iterable[tuple[object, Command]]) -> list[CommandResult]:
        """Carry out commands, each under an id made of the task and of what it is about.

        All are tried. Raises FailedInPart where some were refused, naming the first reason: the
        others are recorded, and are not again when the task is repeated.
        """
        requests = [Request(command, task.command_id(of)) for of, command in commands]
        results: list[CommandResult] = []
        refused: list[TaizhangError] = []
        for start in range(0, len(requests), AT_ONCE):
            some = requests[start : start + AT_ONCE]
            for answer in self.service.execute_many(some, by=task.actor):
                if isinstance(answer, CommandResult):
                    results.append(answer)
                else:
                    refused.append(answer)
        if refused:
            raise FailedInPart(
                f"{len(refused)} of {len(requests)} were refused, the first because: {refused[0]}"
            )
        return results


class OfSuperiors(Job):
    """A job for each agency that supervises others: what a superior does about those below it."""

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the agencies above others; a station has no power over any."""
        return (
            agency
            for agency in directory.every_agency()
            if agency.below and agency.level is not AgencyLevel.STATION
        )

    def serves(self, agency: Agency, period: Period) -> bool:
        """Say whether it had an agency below it at the end of the period."""
        return agency.is_superior_on(period.last)


class OfServing(Job):
    """A job for each agency that keeps ledgers: those that have, or had, anybody on their staff."""

    levels: ClassVar[frozenset[AgencyLevel]] = frozenset(AgencyLevel) - {AgencyLevel.CITY}

    def __init__(self, workshop: Workshop) -> None:
        """Work through commands."""
        self._workshop = workshop

    def agencies(self, directory: Directory) -> Iterable[Agency]:
        """Return the agencies of these levels with staff."""
        staffed = directory.codes_of_staff()
        return (
            agency
            for agency in directory.every_agency()
            if agency.level in self.levels and not staffed.isdisjoint(agency.codes.values())
        )
