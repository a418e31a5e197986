"""The kinds of record that are spot-checked (Article 56), and by which events each comes into a frame.

To add a kind: a member of `RecordKind`, a line in `POPULATIONS`, and its rules in
`projections.inspection.kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ...employer.papers import EmployerLedgerOpened
from ...events import Event
from ...job_seeker.merging import LedgerMergedInto
from ...job_seeker.registration import JobSeekerLedgerOpened, LedgerMoved
from ...job_seeker.surveys import NeedsFileOpened
from ...key_enterprise.agreement import AgreementSigned
from ...key_enterprise.ending import AgreementEnded, AgreementExpired
from ...key_enterprise.moving import TransferApproved


class RecordKind(StrEnum):
    """What Article 56 has spot-checked every month."""

    PERSONAL_LEDGERS = "personal_ledgers"
    NEEDS_FILES = "needs_files"
    EMPLOYER_LEDGERS = "employer_ledgers"
    STAFFING_NEEDS_FILES = "staffing_needs_files"

    @property
    def label_zh(self) -> str:
        """The kind in the words of the regulation."""
        return {
            "personal_ledgers": "个人服务台账",
            "needs_files": "就业需求档案",
            "employer_ledgers": "用人单位服务台账",
            "staffing_needs_files": "用人需求档案",
        }[self]


@dataclass(frozen=True, slots=True)
class Population:
    """Which streams are records of a kind, and which agency keeps each.

    A stream is one once it has an event of `opened_by`, as long as it has none of `left_by`. Who acted in
    the last event of `kept_by` keeps it. A ledger that took another one over is one, too, where the field
    `taken_over` of what was carried over is filled.
    """

    opened_by: tuple[type[Event], ...]
    kept_by: tuple[type[Event], ...]
    left_by: tuple[type[Event], ...] = ()
    taken_over: str = ""


POPULATIONS: Final = MappingProxyType(
    {
        RecordKind.PERSONAL_LEDGERS: Population(
            opened_by=(JobSeekerLedgerOpened,),
            kept_by=(JobSeekerLedgerOpened, LedgerMoved),
            left_by=(LedgerMergedInto,),
        ),
        RecordKind.NEEDS_FILES: Population(
            opened_by=(NeedsFileOpened,),
            kept_by=(JobSeekerLedgerOpened, LedgerMoved),
            left_by=(LedgerMergedInto,),
            taken_over="needs_file_on",
        ),
        RecordKind.EMPLOYER_LEDGERS: Population(
            opened_by=(EmployerLedgerOpened,), kept_by=(EmployerLedgerOpened,)
        ),
        # By the agreement: a key enterprise whose file was never opened is found, too.
        RecordKind.STAFFING_NEEDS_FILES: Population(
            opened_by=(AgreementSigned,),
            kept_by=(AgreementSigned,),
            left_by=(AgreementEnded, AgreementExpired, TransferApproved),
        ),
    }
)
"""The kinds that can be checked. Rule 56.1."""
