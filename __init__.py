"""taizhang (台账): the event-sourced core of a public employment service's case management.

This is the public face: what an integrator imports. `Taizhang.open()` is the one way in.
"""

from taizhang.application.commands import COMMANDS, parse_command, schemas
from taizhang.application.commands.base import Command, CommandResult
from taizhang.application.commands.employers import (
    ArchiveVacancy,
    BookEmployerGuidance,
    ChangeEmployerBasics,
    ChangeVacancy,
    DraftVacancy,
    GiveEmployerGuidance,
    LapseVacancies,
    OpenEmployerLedger,
    PassVacancy,
    PublishVacancy,
    RecordReferralOutcome,
    ReferJobSeeker,
    RegisterEmployer,
    ReturnVacancy,
    ReviseVacancy,
    RevokeAgent,
    SubmitVacancy,
    VerifyAgent,
    VerifyLicence,
    WithdrawVacancy,
)
from taizhang.application.commands.organisation import (
    ChangeStaffRoles,
    CloseAgency,
    EmployStaff,
    EndStaff,
    FoundAgency,
    MoveStaff,
    RecodeAgency,
    RecordCertificate,
    RenameAgency,
)
from taizhang.application.service import Request
from taizhang.domain.calendar import WorkingDayCalendar
from taizhang.domain.errors import (
    Conflict,
    InvalidInput,
    NotAuthorised,
    NotFound,
    RuleBroken,
    TaizhangError,
    TooEarly,
    Unavailable,
)
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.screening import screen
from taizhang.infrastructure.settings import Settings
from taizhang.infrastructure.taizhang import Taizhang

__all__ = [
    "COMMANDS",
    "Actor",
    "ArchiveVacancy",
    "BookEmployerGuidance",
    "ChangeEmployerBasics",
    "ChangeStaffRoles",
    "ChangeVacancy",
    "CloseAgency",
    "Command",
    "CommandResult",
    "Conflict",
    "DraftVacancy",
    "EmployStaff",
    "EndStaff",
    "FoundAgency",
    "GiveEmployerGuidance",
    "InvalidInput",
    "LapseVacancies",
    "MoveStaff",
    "NotAuthorised",
    "NotFound",
    "OpenEmployerLedger",
    "PassVacancy",
    "PublishVacancy",
    "RecodeAgency",
    "RecordCertificate",
    "RecordReferralOutcome",
    "ReferJobSeeker",
    "RegisterEmployer",
    "RenameAgency",
    "Request",
    "ReturnVacancy",
    "ReviseVacancy",
    "RevokeAgent",
    "RuleBroken",
    "Settings",
    "SubmitVacancy",
    "Taizhang",
    "TaizhangError",
    "TooEarly",
    "Unavailable",
    "VerifyAgent",
    "VerifyLicence",
    "WithdrawVacancy",
    "WorkingDayCalendar",
    "parse_command",
    "schemas",
    "screen",
]
