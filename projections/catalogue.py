"""Every read model there is."""

from __future__ import annotations

from typing import Any

from ..domain.calendar import WorkingDayCalendar
from ..domain.regulation.edition import EDITIONS, Edition
from .agents import Agents
from .assistance_cases import AssistanceCases
from .employers import Employers
from .erasures import Erasures
from .job_seekers import JobSeekers
from .ledger_entries import LedgerEntries
from .notices import Notices
from .obligations import Obligations
from .read_model import ReadModel
from .surveys import Surveys
from .vacancies import Vacancies

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
        JobSeekers(),
        AssistanceCases(editions),
        Surveys(),
        Agents(),
        Erasures(),
    )
