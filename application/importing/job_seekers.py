"""Importing job seekers: ledger, registration, refined information, status and recognition."""

from __future__ import annotations

from uuid import UUID, uuid5

from ...domain.employer.papers import Channel
from ...domain.job_seeker.registration import Household, Wishes
from ...domain.job_seeker.status import StatusRegistration
from ...domain.organisation.powers import Actor
from ..commands.base import Command
from ..commands.job_seekers import (
    Basics,
    OpenJobSeekerLedger,
    RecordRecognition,
    RecordRefinedInformation,
    RecordStatusRegistration,
    RegisterJobSeeker,
)
from ..ports import Identities
from ..service import CommandService, Request
from .job_seeker_rows import JobSeekerMapping, JobSeekerRow, interpret
from .rows import SourceRow
from .table import TableImport

_PERSON = "person:"


class JobSeekerImport(TableImport[JobSeekerRow, JobSeekerMapping]):
    """Takes rows of job seekers in, for one actor.

    A row is known again by the pseudonymous id of its person: nothing personal is in the report.

    Rules 10, 11.1, 11.2.
    """

    def __init__(
        self,
        service: CommandService,
        identities: Identities,
        *,
        by: Actor,
        channel: Channel = Channel.FRONT_DESK,
        source: str = "导入数据",
    ) -> None:
        """Take people in; `source` is named as where status and recognition are known from."""
        super().__init__(service, by=by)
        self._identities = identities
        self._channel = channel
        self._source = source

    def interpret(self, row: SourceRow, mapping: JobSeekerMapping) -> JobSeekerRow:
        """Return what a row says, known by the id of its person."""
        found = interpret(row, mapping)
        if found.document is None:
            return found
        person_id = self._identities.person(*found.document.derivation)
        return found.model_copy(update={"key": f"{_PERSON}{person_id}"})

    def requests(self, row: JobSeekerRow) -> list[Request]:
        """Return the commands that the row has the data for."""
        person_id = UUID(row.key.removeprefix(_PERSON))
        return [
            Request(command, uuid5(person_id, f"import:{command.command_name}:{row.digest}"))
            for command in self._commands(row, person_id)
        ]

    def _commands(self, row: JobSeekerRow, person_id: UUID) -> list[Command]:
        assert row.document is not None
        day = row.collected_on
        commands: list[Command] = [
            OpenJobSeekerLedger(
                occurred_on=day,
                document=row.document,
                channel=self._channel,
                basics=Basics(
                    name=row.name,
                    sex=row.sex,
                    birth_date=row.birth_date,
                    phone=row.phone,
                    address=row.address,
                    household_address=row.household_address,
                    household=row.household,
                    residence_area=row.residence_area,
                ),
            )
        ]
        if row.occupations:
            commands.append(
                RegisterJobSeeker(
                    occurred_on=day,
                    job_seeker_id=person_id,
                    education=row.education,
                    wishes=Wishes(occupations=row.occupations),
                    experience=row.experience,
                )
            )
        if row.skill_level is not None:
            commands.append(
                RecordRefinedInformation(
                    occurred_on=day,
                    job_seeker_id=person_id,
                    out_of_work_since=row.out_of_work_since,
                    skill_level=row.skill_level,
                    skills=row.skills,
                )
            )
        if row.status_since is not None:
            rural = row.household is Household.LOCAL_RURAL
            commands.append(
                RecordStatusRegistration(
                    occurred_on=day,
                    job_seeker_id=person_id,
                    registration=StatusRegistration.RURAL_TRANSFER
                    if rural
                    else StatusRegistration.UNEMPLOYMENT,
                    since=row.status_since,
                    source=self._source,
                )
            )
        if row.recognition is not None and row.recognised_since is not None:
            commands.append(
                RecordRecognition(
                    occurred_on=day,
                    job_seeker_id=person_id,
                    category=row.recognition,
                    since=row.recognised_since,
                    source=self._source,
                )
            )
        return commands
