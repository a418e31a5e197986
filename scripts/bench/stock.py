"""The peer *stock*: the library `eventsourcing` as its users write it.

An aggregate with decorated event methods; the checks stand in the commands, outside of them, because
what is decorated runs again whenever the aggregate is read. Days and ids are text in the events, which
is what the library's transcoder is fastest with. The id of the command is part of each event, and the
aggregate remembers the ids that it has seen: that is the check against repeats which costs least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg import Connection

from ...application.commands.base import Command
from ...application.commands.employers import (
    ArchiveVacancy,
    DraftVacancy,
    PassVacancy,
    PublishVacancy,
    SubmitVacancy,
    WithdrawVacancy,
)
from ...domain.employer.content import screen_content
from ...domain.errors import RuleBroken
from ...domain.organisation.powers import Actor, require
from ...domain.regulation.edition import edition_on
from .workload import AGENCY, TODAY, Fact, credit_code, directory, submitter

Meta = dict[str, str]
"""What is recorded around each event: day of the service, staff, agency, command."""


class EmployerLedger(Aggregate):
    """An employer's papers and its vacancies that are not archived."""

    @event("Opened")
    def __init__(self, credit_code: str, name: str, basics: dict[str, Any], channel: str, **meta: str):
        self.credit_code = credit_code
        self.agency_code = meta["agency_code"]
        self.basics_stated = any(basics.values())
        self.licence: list[str | None] = []
        self.agents: dict[str, list[Any]] = {}
        self.registered_on: str | None = None
        self.vacancies: dict[str, dict[str, Any]] = {}
        self.referrals: dict[str, str] = {}
        self.commands: dict[str, int] = {meta["command_id"]: 1}
