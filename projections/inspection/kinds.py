"""The kinds of record and their rules: one table, to which another kind adds a line."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple

from ...domain.assistance import guidance as assisted_guidance
from ...domain.assistance.referrals import PersonReferred
from ...domain.assistance.visits import VisitMade
from ...domain.duties import key_enterprises
from ...domain.employer.papers import EmployerBasicsChanged, EmployerLedgerOpened
from ...domain.employer.services import EmployerGuidanceGiven, ReferralMade
from ...domain.employer.vacancy import VacancyPassed
from ...domain.events import ERASED, Event
from ...domain.identity import mask_name
from ...domain.job_seeker.grading import Graded
from ...domain.job_seeker.guidance import GuidanceGiven
from ...domain.job_seeker.registration import BasicsRecorded, JobSeekerLedgerOpened
from ...domain.job_seeker.search import Referred
from ...domain.job_seeker.surveys import Surveyed
from ...domain.person_ledger import ledger_number
from ...domain.supervision.spot_check.findings import Finding
from ...domain.supervision.spot_check.kinds import RecordKind
from . import assisted, employers, job_seekers, needs_files, staffing_needs_files
from .duties import duties
from .record import Check, InspectedRecord
from .traces import archive, responsibility

_BY_PERSON: Final[frozenset[type[Event]]] = frozenset(
    {Graded, GuidanceGiven, Referred, Surveyed, assisted_guidance.GuidanceGiven, PersonReferred,
     VisitMade, EmployerGuidanceGiven, ReferralMade, VacancyPassed}
)  # fmt: skip
"""Services that a person answers for: the system cannot have given them."""


_OF_FILES: Final = tuple(duty.key for duty in key_enterprises.DUTIES)
"""What is owed to key enterprises is examined with their staffing needs files."""


class Shown(NamedTuple):
    """How a record is called: a number that says nothing, and a name (of a person, masked).

    `name` is "" for a person who was erased.
    """

    number: str
    name: str


class Examined(NamedTuple):
    """A kind of record: its rules, in the order of the articles, and how a record is called."""

    checks: tuple[Check, ...]
    shown: Callable[[InspectedRecord], Shown]


def _person(record: InspectedRecord) -> Shown:
    last = record.last(BasicsRecorded)
    name = last[0].name if last is not None else ""
    return Shown(ledger_number(record.record_id), "" if name == ERASED else mask_name(name))


def _employer(record: InspectedRecord) -> Shown:
    opened = record.first(EmployerLedgerOpened)
    last = record.last(EmployerBasicsChanged)
    if opened is None:
        return Shown(str(record.record_id), "")
    return Shown(opened[0].credit_code, last[0].name if last is not None else opened[0].name)


EXAMINED: Final = MappingProxyType(
    {
        RecordKind.PERSONAL_LEDGERS: Examined(
            checks=(
                responsibility(_BY_PERSON),
                archive({JobSeekerLedgerOpened}),
                job_seekers.opening,
                job_seekers.information,
                job_seekers.grading,
                job_seekers.sections,
                assisted.follow_through,
                assisted.team,
                assisted.plan,
                assisted.contents,
                duties(but=("ledger_opening",)),
            ),
            shown=_person,
        ),
        RecordKind.NEEDS_FILES: Examined(
            checks=(
                responsibility(_BY_PERSON),
                needs_files.surveys,
                needs_files.opening,
                needs_files.content,
                needs_files.changes,
                duties(only=("21.2a", "21.2b", "21.3")),
            ),
            shown=_person,
        ),
        RecordKind.EMPLOYER_LEDGERS: Examined(
            checks=(
                responsibility(_BY_PERSON),
                archive({EmployerLedgerOpened}),
                employers.papers,
                employers.vacancy_items,
                employers.vacancy_wording,
                employers.sections,
                employers.key_enterprise,
                duties(but=_OF_FILES),
            ),
            shown=_employer,
        ),
        RecordKind.STAFFING_NEEDS_FILES: Examined(
            checks=(
                staffing_needs_files.of_the_file(responsibility(_BY_PERSON)),
                staffing_needs_files.file,
                staffing_needs_files.effect,
                staffing_needs_files.team,
                staffing_needs_files.content,
                duties(only=("48.2", "49.1", "49.2", "49.3")),
            ),
            shown=_employer,
        ),
    }
)
"""The rules by which the records of each kind are examined."""


def examine(kind: RecordKind, record: InspectedRecord) -> list[Finding]:
    """Return the verdict on every rule that the record can be examined for."""
    return [finding for check in EXAMINED[kind].checks for finding in check(record)]
