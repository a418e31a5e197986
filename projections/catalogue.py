"""Every read model there is."""

from __future__ import annotations

from typing import Any

from ..domain.calendar import WorkingDayCalendar
from ..domain.regulation.edition import EDITIONS, Edition
from .accesses import Accesses
from .agents import Agents
from .assistance_cases import AssistanceCases
from .employers import Employers
from .erasures import Erasures
from .job_fairs import FairEmployers, FairReferrals, JobFairs
from .job_seekers import JobSeekers
from .key_enterprises import KeyEnterprises
from .ledger_entries import LedgerEntries
from .notices import Notices
from .obligations import Obligations
from .overdue_duties import OverdueDuties
from .read_model import ReadModel
from .rectifications import Rectifications
from .registry_reports import RegistryReports
from .spot_check_items import SpotCheckItems
from .spot_checks import SpotChecks
from .surveys import Surveys
from .vacancies import Vacancies
from .warning_thresholds import WarningThresholds

ReadModels = tuple[ReadModel[Any], ...]


def read_models(
    calendar: WorkingDayCalendar | None = None, editions: tuple[Edition, ...] = EDITIONS
) -> ReadModels:
    """Return the read models, judging days by `editions` and counting by `calendar`."""
    counted_by = calendar or WorkingDayCalendar()
    return (
        Employers(),
        Vacancies(),
        LedgerEntries(counted_by, editions),
        Obligations(counted_by, editions),
        Notices(),
        OverdueDuties(),
        JobSeekers(),
        AssistanceCases(editions),
        KeyEnterprises(),
        Surveys(),
        JobFairs(),
        FairEmployers(),
        FairReferrals(),
        RegistryReports(),
        Rectifications(),
        WarningThresholds(),
        SpotChecks(),
        SpotCheckItems(),
        Accesses(),
        Agents(),
        Erasures(),
    )
